/*
 * smbguard: tests of the logons in messages of SMB1
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/wire/smb1.h"
#include "smb1_msg.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const struct sg_smb1_server nt1 = {.nt1 = true, .encrypts = true};
static const struct sg_smb1_server nt1_plain = {.nt1 = true};
static const struct sg_smb1_server spnego = {
	.nt1 = true,
	.encrypts = true,
	.spnego = true,
};
static const struct sg_smb1_server old = {.encrypts = true};
static const struct sg_smb1_server old_plain = {.nt1 = false};

/* What a logon with these lengths is to a server; -1: smbd refuses it. */
static int kind_of(const struct sg_smb1_server *server,
		   bool utf16,
		   const char *name,
		   uint16_t first,
		   uint16_t second)
{
	struct msg m;
	struct sg_smb1_message message;

	msg_begin(&m, 0x73, utf16 ? 0x8000 : 0);
	msg_setup(&m, first, second, name, "DOMAIN");
	message = parse(&m, server);
	assert_true(message.whole);
	if (message.num_logons == 0) {
		return -1;
	}
	assert_int_equal(message.num_logons, 1);
	assert_string_equal(m.accounts[0], name);
	assert_string_equal(m.domains[0], "DOMAIN");
	return (int)message.logons[0].kind;
}

static void test_smb1_kind_by_lengths(void **state)
{
	static const struct {
		const struct sg_smb1_server *server;
		const char *name;
		uint16_t first;
		uint16_t second;
		int ascii;
		int utf16;
	} rows[] = {
		{&nt1, "alice", 24, 24, SG_SMB1_SHOWN, SG_SMB1_SHOWN},
		{&nt1, "alice", 24, 180, SG_SMB1_SHOWN, SG_SMB1_SHOWN},
		{&nt1, "alice", 0, 24, SG_SMB1_SHOWN, SG_SMB1_SHOWN},
		{&nt1, "alice", 0, 0, SG_SMB1_SHOWN, SG_SMB1_SHOWN},
		{&nt1, "alice", 23, 0, SG_SMB1_PLAIN, SG_SMB1_PLAIN},
		{&nt1, "alice", 1, 0, SG_SMB1_PLAIN, SG_SMB1_PLAIN},
		{&nt1, "alice", 200, 0, SG_SMB1_PLAIN, SG_SMB1_PLAIN},
		{&nt1, "alice", 201, 0, -1, -1},
		{&nt1, "alice", 24, 201, -1, -1},
		{&nt1, "", 0, 0, SG_SMB1_ANONYMOUS, SG_SMB1_ANONYMOUS},
		{&nt1, "", 1, 0, SG_SMB1_ANONYMOUS, SG_SMB1_ANONYMOUS},
		{&nt1, "", 24, 24, SG_SMB1_ANONYMOUS, SG_SMB1_ANONYMOUS},
		{&nt1_plain, "alice", 24, 0, SG_SMB1_PLAIN, SG_SMB1_PLAIN},
		{&nt1_plain, "alice", 24, 24, SG_SMB1_PLAIN, SG_SMB1_PLAIN},
		{&nt1_plain, "alice", 0, 14, -1, SG_SMB1_PLAIN},
		{&nt1_plain, "alice", 0, 0, -1, -1},
		{&nt1_plain, "", 1, 0, SG_SMB1_ANONYMOUS, SG_SMB1_ANONYMOUS},
		{&nt1_plain, "", 0, 0, -1, -1},
		{&spnego, "", 0, 0, SG_SMB1_ANONYMOUS, SG_SMB1_ANONYMOUS},
		{&spnego, "alice", 24, 24, -1, -1},
		{&spnego, "alice", 5, 0, -1, -1},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		print_message("row %zu\n", i);
		assert_int_equal(kind_of(rows[i].server,
					 false,
					 rows[i].name,
					 rows[i].first,
					 rows[i].second),
				 rows[i].ascii);
		assert_int_equal(kind_of(rows[i].server,
					 true,
					 rows[i].name,
					 rows[i].first,
					 rows[i].second),
				 rows[i].utf16);
	}
}

/* smbd takes a second length of a server that does not encrypt for random. */
static void test_smb1_second_length_is_mistrusted(void **state)
{
	static const struct {
		uint16_t second;
		size_t counts; /* bytes that stand before the name */
	} rows[] = {{0, 6}, {1, 7}, {24, 30}, {25, 6}, {150, 6}, {60000, 6}};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct msg m;
		struct sg_smb1_message message;

		msg_begin(&m, 0x73, 0);
		msg_setup_words(&m, 13, 6, rows[i].second);
		msg_fill(&m, rows[i].counts);
		msg_text(&m, "alice");
		msg_text(&m, "HERE");
		message = parse(&m, &nt1_plain);
		assert_int_equal(message.num_logons, 1);
		assert_int_equal(message.logons[0].kind, SG_SMB1_PLAIN);
		assert_string_equal(m.accounts[0], "alice");
		assert_string_equal(m.domains[0], "HERE");
	}
}

static void test_smb1_older_dialects(void **state)
{
	static const struct {
		const struct sg_smb1_server *server;
		const char *name;
		uint16_t length;
		int kind;
	} rows[] = {
		{&old, "alice", 24, SG_SMB1_SHOWN},
		{&old, "alice", 5, SG_SMB1_SHOWN},
		{&old, "", 0, SG_SMB1_ANONYMOUS},
		{&old_plain, "alice", 5, SG_SMB1_PLAIN},
		{&old_plain, "alice", 24, SG_SMB1_PLAIN},
		{&old_plain, "alice", 0, SG_SMB1_PLAIN},
		{&old_plain, "", 0, SG_SMB1_ANONYMOUS},
		{&old_plain, "alice", 201, -1},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct msg m;
		struct sg_smb1_message message;

		msg_begin(&m, 0x73, 0);
		msg_setup_words(&m, 10, rows[i].length, 0);
		msg_fill(&m, rows[i].length);
		msg_text(&m, rows[i].name);
		message = parse(&m, rows[i].server);
		assert_int_equal(message.num_logons, rows[i].kind >= 0);
		if (rows[i].kind >= 0) {
			assert_int_equal(message.logons[0].kind, rows[i].kind);
			assert_string_equal(m.accounts[0], rows[i].name);
			assert_string_equal(m.domains[0], "");
		}
	}
}

static void test_smb1_extended_security_is_shown(void **state)
{
	static const struct {
		uint8_t words;
		uint16_t flags2;
		const struct sg_smb1_server *server;
		size_t logons;
	} rows[] = {
		{12, 0x0800, &spnego, 0},
		{12, 0x0800, &nt1, 0},
		/* To smbd these are ordinary ones. */
		{12, 0, &spnego, 1},
		{13, 0x0800, &spnego, 1},
		{13, 0x0800, &nt1, 1},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct msg m;
		struct sg_smb1_message message;

		msg_begin(&m, 0x73, rows[i].flags2);
		msg_setup_words(&m, rows[i].words, 0, 0);
		msg_text(&m, "");
		message = parse(&m, rows[i].server);
		assert_int_equal(message.num_logons, rows[i].logons);
	}
}

/* What stands where the words should be, and in a message's last byte. */
static void test_smb1_bytes_that_are_not_there(void **state)
{
	struct msg m;
	struct sg_smb1_message message;

	msg_begin(&m, 0x73, 0);
	msg_words(&m, 0, NULL);
	message = parse(&m, &nt1);
	assert_int_equal(message.num_logons, 1);
	assert_int_equal(message.logons[0].kind, SG_SMB1_ANONYMOUS);

	/* A name without an end, half a unit of UTF-16 */
	msg_begin(&m, 0x73, 0);
	msg_setup_words(&m, 13, 0, 0);
	msg_raw(&m, "alice", 5);
	message = parse(&m, &nt1);
	assert_string_equal(m.accounts[0], "alice");
	msg_begin(&m, 0x73, 0x8000);
	msg_setup_words(&m, 13, 0, 0);
	msg_raw(&m, "\0a\0l\0x", 6);
	message = parse(&m, &nt1);
	assert_int_equal(message.num_logons, 1);
	assert_string_equal(m.accounts[0], "al");
}

static void test_smb1_names_in_utf16(void **state)
{
	struct msg m;
	struct sg_smb1_message message;
	struct sg_smb1_text text = {.utf16 = true};
	char *string = NULL;

	msg_begin(&m, 0x73, 0x8000);
	msg_setup_words(&m, 13, 5, 0);
	msg_fill(&m, 5);
	/* The bytes begin at an odd place, and this at an even one. */
	msg_raw(&m, "J\0\xf6\0r\0g\0\0\0", 10);
	message = parse(&m, &nt1);
	assert_int_equal(message.num_logons, 1);
	assert_string_equal(m.accounts[0], "J\303\266rg");

	string = sg_smb1_string(NULL, &text);
	assert_string_equal(string, "");
	talloc_free(string);
	text.utf16 = false;
	string = sg_smb1_string(NULL, &text);
	assert_string_equal(string, "");
	talloc_free(string);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smb1_kind_by_lengths),
		cmocka_unit_test(test_smb1_second_length_is_mistrusted),
		cmocka_unit_test(test_smb1_older_dialects),
		cmocka_unit_test(test_smb1_extended_security_is_shown),
		cmocka_unit_test(test_smb1_bytes_that_are_not_there),
		cmocka_unit_test(test_smb1_names_in_utf16),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
