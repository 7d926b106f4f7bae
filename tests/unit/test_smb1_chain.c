/*
 * smbguard: tests of chains of SMB1, and of RAP requests
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
static const struct sg_smb1_server spnego = {
	.nt1 = true,
	.encrypts = true,
	.spnego = true,
};

static void test_smb1_chains(void **state)
{
	struct msg m;
	struct sg_smb1_message message;

	msg_begin(&m, 0x73, 0);
	msg_setup(&m, 0, 0, "", "");
	msg_next(&m, 0x73);
	msg_setup(&m, 24, 24, "alice", "A");
	msg_next(&m, 0x75);
	msg_words(&m, 4, NULL);
	msg_next(&m, 0x73);
	msg_setup(&m, 5, 0, "bob", "B");
	msg_next(&m, 0x25);
	msg_trans(&m, 14, "\\PIPE\\LANMAN");
	message = parse(&m, &nt1);
	assert_int_equal(message.num_logons, 3);
	assert_int_equal(message.logons[0].kind, SG_SMB1_ANONYMOUS);
	assert_int_equal(message.logons[1].kind, SG_SMB1_SHOWN);
	assert_string_equal(m.accounts[1], "alice");
	assert_int_equal(message.logons[2].kind, SG_SMB1_PLAIN);
	assert_string_equal(m.accounts[2], "bob");
	assert_int_equal(message.trees, 1);
	assert_true(message.rap);
	assert_int_equal(message.tid, 0x1234);
	assert_int_equal(message.uid, 0x5678);

	/* What smbd refuses without a look at a password ends the chain. */
	message = parse_bytes(&m, m.len, &spnego);
	assert_int_equal(message.num_logons, 1);
	assert_false(message.rap);
}

static void test_smb1_chain_behind_a_refused_logon(void **state)
{
	struct msg m;
	struct sg_smb1_message message;

	msg_begin(&m, 0x73, 0);
	msg_setup(&m, 201, 0, "alice", "");
	msg_next(&m, 0x73);
	msg_setup(&m, 5, 0, "bob", "");
	message = parse(&m, &nt1);
	assert_int_equal(message.num_logons, 0);
	assert_true(message.whole);
}

/* smbd parses all of a chain before it serves any of it. */
static void test_smb1_malformed_chains(void **state)
{
	size_t offset;
	struct msg m;
	struct sg_smb1_message message;

	msg_begin(&m, 0x73, 0);
	msg_setup(&m, 5, 0, "alice", "");
	msg_next(&m, 0x73);
	msg_setup(&m, 5, 0, "bob", "");
	msg_end(&m);
	offset = m.andx_before;
	assert_int_equal(parse(&m, &nt1).num_logons, 2);

	/* back to itself, to its own words, and out of the message */
	msg_put16(&m, offset, 0);
	assert_int_equal(parse_bytes(&m, m.len, &nt1).num_logons, 0);
	msg_put16(&m, offset, 32);
	assert_int_equal(parse_bytes(&m, m.len, &nt1).num_logons, 0);
	msg_put16(&m, offset, 33);
	assert_int_equal(parse_bytes(&m, m.len, &nt1).num_logons, 0);
	msg_put16(&m, offset, (uint16_t)m.len);
	assert_int_equal(parse_bytes(&m, m.len, &nt1).num_logons, 0);

	/* an AndX command without an AndX block is none, if it stands alone */
	msg_begin(&m, 0x73, 0);
	msg_words(&m, 1, NULL);
	message = parse(&m, &nt1);
	assert_int_equal(message.num_logons, 1);
	msg_begin(&m, 0x73, 0);
	msg_setup(&m, 5, 0, "alice", "");
	msg_next(&m, 0x73);
	msg_words(&m, 1, NULL);
	message = parse(&m, &nt1);
	assert_int_equal(message.num_logons, 0);

	/* more bytes than the message has */
	msg_begin(&m, 0x73, 0);
	msg_setup(&m, 5, 0, "alice", "");
	msg_end(&m);
	msg_put16(&m, m.count_at, 200);
	assert_int_equal(parse_bytes(&m, m.len, &nt1).num_logons, 0);
}

static void test_smb1_more_logons_than_are_kept(void **state)
{
	struct msg m;
	struct sg_smb1_message message;
	size_t i;

	msg_begin(&m, 0x73, 0);
	msg_setup(&m, 0, 0, "", "");
	for (i = 1; i < SG_SMB1_MAX_LOGONS + 10; i++) {
		msg_next(&m, 0x73);
		msg_setup(&m, 0, 0, "", "");
	}
	message = parse(&m, &nt1);
	assert_int_equal(message.num_logons, SG_SMB1_MAX_LOGONS + 10);
}

/* Every part of a message: never more than is there, and no other kind. */
static void test_smb1_parts(void **state)
{
	struct msg m;
	size_t len;

	msg_begin(&m, 0x73, 0);
	msg_setup(&m, 5, 0, "alice", "HERE");
	msg_next(&m, 0x73);
	msg_setup(&m, 5, 0, "bob", "");
	msg_end(&m);
	for (len = 0; len <= m.len; len++) {
		struct sg_smb1_message message = parse_bytes(&m, len, &nt1);

		assert_int_equal(message.whole, len == m.len);
		assert_true(message.num_logons <= 2);
	}
	/* and the next message behind it is none of it */
	m.len += 20;
	assert_true(parse_bytes(&m, m.len, &nt1).whole);
	assert_int_equal(parse_bytes(&m, m.len, &nt1).num_logons, 2);
}

static void test_smb1_rap_by_name(void **state)
{
	static const struct {
		const char *name;
		uint8_t words;
		bool rap;
	} rows[] = {
		{"\\PIPE\\LANMAN", 14, true},
		{"\\pipe\\lanman", 14, true},
		{"\\Pipe\\LanMan", 16, true},
		{"\\PIPELANMAN", 14, true},
		{"\\SERVER\\PIPE\\LANMAN", 14, true},
		{"\\PIPE\\LANMAN", 13, false},
		{"\\PIPE\\LANMAN2", 14, false},
		{"\\PIPE\\XLANMAN", 14, false},
		{"\\PIPE\\\\LANMAN", 14, false},
		{"SERVER\\PIPE\\LANMAN", 14, false},
		{"PIPE\\LANMAN", 14, false},
		{"\\LANMAN", 14, false},
		{"LANMAN", 14, false},
		{"\\PIPE\\", 14, false},
		{"", 14, false},
	};
	size_t i;
	int utf16;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		for (utf16 = 0; utf16 <= 1; utf16++) {
			struct msg m;
			struct sg_smb1_message message;

			msg_begin(&m, 0x25, utf16 ? 0x8000 : 0);
			msg_trans(&m, rows[i].words, rows[i].name);
			message = parse(&m, &nt1);
			assert_int_equal(message.rap, rows[i].rap);
			assert_int_equal(message.trees, 0);
		}
	}
}

static void test_smb1_wanted_bytes(void **state)
{
	static const struct {
		uint8_t command;
		uint8_t next;
		bool wanted;
	} rows[] = {
		{0x73, 0xFF, true},
		{0x75, 0xFF, false},
		{0x25, 0xFF, true},
		{0x2E, 0xFF, false},
		{0x2F, 0x2E, true},
		{0x2F, 0x04, false},
		{0xA2, 0x73, true},
		{0x75, 0x25, true},
		{0x2B, 0x73, false},
		{0x72, 0x00, false},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct msg m;

		msg_begin(&m, rows[i].command, 0);
		msg_words(&m, 10, NULL);
		msg_fill(&m, 3000);
		msg_end(&m);
		m.bytes[37] = rows[i].next;
		assert_int_equal(
			sg_smb1_wanted_bytes(m.bytes, SG_SMB1_HEAD_BYTES),
			!rows[i].wanted		  ? 0
			: rows[i].command == 0x25 ? 1024
						  : m.len);
		m.bytes[0] = 0x85; /* a NetBIOS message */
		assert_int_equal(
			sg_smb1_wanted_bytes(m.bytes, SG_SMB1_HEAD_BYTES),
			0);
		m.bytes[0] = 0;
		m.bytes[5] = 'E'; /* an encrypted one */
		assert_int_equal(
			sg_smb1_wanted_bytes(m.bytes, SG_SMB1_HEAD_BYTES),
			0);
	}
}

static void test_smb1_wanted_bytes_of_a_long_one(void **state)
{
	struct msg m;
	size_t len;

	msg_begin(&m, 0x73, 0);
	msg_setup(&m, 0, 0, "", "");
	msg_end(&m);
	m.bytes[1] = 1;
	m.bytes[2] = 0xFF;
	assert_int_equal(sg_smb1_wanted_bytes(m.bytes, SG_SMB1_HEAD_BYTES),
			 SG_SMB1_MAX_BYTES);
	for (len = 0; len < 4; len++) {
		assert_int_equal(sg_smb1_message_bytes(m.bytes, len), 0);
	}
	for (len = 0; len <= 8; len++) {
		assert_int_equal(sg_smb1_wanted_bytes(m.bytes, len), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smb1_chains),
		cmocka_unit_test(test_smb1_chain_behind_a_refused_logon),
		cmocka_unit_test(test_smb1_malformed_chains),
		cmocka_unit_test(test_smb1_more_logons_than_are_kept),
		cmocka_unit_test(test_smb1_parts),
		cmocka_unit_test(test_smb1_rap_by_name),
		cmocka_unit_test(test_smb1_wanted_bytes),
		cmocka_unit_test(test_smb1_wanted_bytes_of_a_long_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
