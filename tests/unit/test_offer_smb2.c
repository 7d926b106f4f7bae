/*
 * smbguard: tests of the reading of an SMB2 negotiate
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "offer_msg.h"

static void test_offer_smb2_311_of_smbclient(void **state)
{
	static const uint16_t dialects[] = {0x0202,
					    0x0210,
					    0x0300,
					    0x0302,
					    0x0311};
	static const uint16_t ciphers[] = {2, 1, 4, 3};
	static const uint16_t signing[] = {2, 1, 0};
	static const uint8_t guid[16] = {0x98,
					 0x11,
					 0x18,
					 0xe6,
					 0x81,
					 0xe8,
					 0xa4,
					 0x40,
					 0x91,
					 0x28,
					 0x4f,
					 0x68,
					 0x01,
					 0x0c,
					 0x61,
					 0xaa};
	struct sg_offer *offer = NULL;

	(void)state;

	offer = parse(captured_311, sizeof(captured_311));
	assert_int_equal(offer->kind, SG_OFFER_SMB2);
	assert_problem(offer, NULL);
	assert_u16s(offer->dialects, offer->num_dialects, dialects, 5);
	assert_int_equal(offer->security_mode, 1);
	assert_int_equal(offer->capabilities, 0x7F);
	assert_memory_equal(offer->guid, guid, 16);
	assert_true(offer->has_preauth);
	assert_true(offer->has_ciphers);
	assert_u16s(offer->ciphers, offer->num_ciphers, ciphers, 4);
	assert_true(offer->has_signing);
	assert_u16s(offer->signing, offer->num_signing, signing, 3);
	assert_string_equal(offer->netname, "127.0.0.1");
	assert_int_equal(offer->num_smb1, 0);
	assert_false(offer->smb1_wildcard);
	talloc_free(offer);
}

static void test_offer_smb2_302_of_smbclient(void **state)
{
	static const uint16_t dialects[] = {0x0202, 0x0210, 0x0300, 0x0302};
	struct sg_offer *offer = NULL;

	(void)state;

	offer = parse(captured_302, sizeof(captured_302));
	assert_int_equal(offer->kind, SG_OFFER_SMB2);
	assert_problem(offer, NULL);
	assert_u16s(offer->dialects, offer->num_dialects, dialects, 4);
	assert_int_equal(offer->guid[0], 0x22);
	assert_int_equal(offer->guid[15], 0xdc);
	assert_false(offer->has_preauth);
	assert_false(offer->has_ciphers);
	assert_false(offer->has_signing);
	assert_null(offer->netname);
	talloc_free(offer);
}

static const struct {
	size_t at;
	const char *bytes;
	size_t num;
	const char *problem;
} wrong_fields[] = {
	{1, "\x02", 1, TOO_LONG},
	{3, "\xE3", 1, CUT_SHORT},
	{AT_HEADER_SIZE, "\x41", 1, "the SMB2 header has a wrong size"},
	{AT_NEXT_COMMAND, "\x01", 1, "a second command follows"},
	{AT_NEXT_COMMAND + 3, "\x80", 1, "a second command follows"},
	{AT_BODY_SIZE, "\x25", 1, "the negotiate has a wrong structure size"},
	{AT_DIALECT_COUNT, "\0", 1, "the dialect count is zero"},
	{AT_DIALECT_COUNT, "\x06", 1, NULL},
	{AT_DIALECT_COUNT, "\x07", 1, "the negotiate contexts come too early"},
	{AT_DIALECT_COUNT, "\x40", 1, "the dialects are cut short"},
	{AT_DIALECT_COUNT, "\x41", 1, "the dialects are cut short"},
	{AT_DIALECT_COUNT, "\xFF\xFF", 2, "the dialects are cut short"},
	{AT_CONTEXT_OFFSET,
	 "\0\0\0\0",
	 4,
	 "the negotiate contexts come too early"},
	{AT_CONTEXT_OFFSET, "\x6D", 1, "the negotiate contexts come too early"},
	{AT_CONTEXT_OFFSET,
	 "\x6E",
	 1,
	 "the negotiate contexts are not where they belong"},
	{AT_CONTEXT_OFFSET,
	 "\x78",
	 1,
	 "the negotiate contexts are not where they belong"},
	{AT_CONTEXT_OFFSET,
	 "\xE2",
	 1,
	 "the negotiate contexts are not where they belong"},
	{AT_CONTEXT_OFFSET,
	 "\xE3",
	 1,
	 "the negotiate contexts lie outside the message"},
	{AT_CONTEXT_OFFSET,
	 "\xFF\xFF\xFF\xFF",
	 4,
	 "the negotiate contexts lie outside the message"},
	{AT_CONTEXT_COUNT, "\x03", 1, NULL},
	{AT_CONTEXT_COUNT, "\x00", 1, NULL},
	{AT_CONTEXT_COUNT, "\x05", 1, "a negotiate context is missing"},
	{AT_CONTEXT_COUNT, "\xFF\xFF", 2, "a negotiate context is missing"},
	{AT_PREAUTH + 2, "\xFF\xFF", 2, "a negotiate context is cut short"},
	{AT_PREAUTH + 2, "\0", 1, "a negotiate context is too short"},
	{AT_PREAUTH + CONTEXT_HEADER,
	 "\0\0",
	 2,
	 "a negotiate context lists nothing"},
	{AT_PREAUTH + CONTEXT_HEADER,
	 "\x02",
	 1,
	 "a negotiate context is too short"},
	{AT_PREAUTH + CONTEXT_HEADER + 2,
	 "\x21",
	 1,
	 "a negotiate context is too short"},
	{AT_CIPHERS + CONTEXT_HEADER,
	 "\0",
	 1,
	 "a negotiate context lists nothing"},
	{AT_CIPHERS + CONTEXT_HEADER,
	 "\x05",
	 1,
	 "a negotiate context is too short"},
	{AT_CIPHERS + CONTEXT_HEADER,
	 "\x41",
	 1,
	 "a negotiate context is too short"},
	{AT_SIGNING, "\x02", 1, "a negotiate context came twice"},
	{AT_SIGNING + CONTEXT_HEADER, "\x02", 1, NULL},
	{AT_NETNAME, "\x01", 1, "a negotiate context came twice"},
	{AT_NETNAME + 2, "\x13", 1, "a negotiate context is cut short"},
	{AT_NETNAME + 2, "\x11", 1, "the netname has half a character"},
};

/* captured_311 with one field changed; the message is whole. */
static void test_offer_smb2_one_field_wrong(void **state)
{
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(wrong_fields); i++) {
		struct sg_offer *offer = NULL;
		struct msg m;

		msg_copy(&m, captured_311, sizeof(captured_311));
		memcpy(m.data + wrong_fields[i].at,
		       wrong_fields[i].bytes,
		       wrong_fields[i].num);

		offer = parse_msg(&m);
		assert_int_equal(offer->kind, SG_OFFER_SMB2);
		assert_problem(offer, wrong_fields[i].problem);
		/* What stands before the fault is there. */
		assert_int_equal(offer->security_mode, 1);
		assert_int_equal(offer->capabilities, 0x7F);
		assert_int_equal(offer->guid[0], 0x98);
		assert_sane(offer);
		talloc_free(offer);
	}
}

/* What a fault leaves of the lists around it. */
static void test_offer_smb2_keeps_what_is_before_the_fault(void **state)
{
	static const uint16_t ciphers[] = {2, 1, 4, 3};
	struct sg_offer *offer = NULL;
	struct msg m;

	(void)state;

	/* The second context claims more ciphers than it has. */
	msg_copy(&m, captured_311, sizeof(captured_311));
	m.data[AT_CIPHERS + CONTEXT_HEADER] = 5;
	offer = parse_msg(&m);
	assert_u16s(offer->ciphers, offer->num_ciphers, ciphers, 4);
	assert_int_equal(offer->num_signing, 3);
	assert_string_equal(offer->netname, "127.0.0.1");
	talloc_free(offer);

	/* The message ends within the third. */
	msg_copy(&m, captured_311, sizeof(captured_311));
	m.len = AT_SIGNING + CONTEXT_HEADER + 4;
	set_length(&m);
	offer = parse_msg(&m);
	assert_true(offer->has_preauth);
	assert_u16s(offer->ciphers, offer->num_ciphers, ciphers, 4);
	assert_false(offer->has_signing);
	assert_null(offer->netname);
	assert_problem(offer, "a negotiate context is cut short");
	talloc_free(offer);

	/* The contexts lie outside, the dialects do not. */
	msg_copy(&m, captured_311, sizeof(captured_311));
	m.data[AT_CONTEXT_OFFSET + 3] = 0xFF;
	offer = parse_msg(&m);
	assert_int_equal(offer->num_dialects, 5);
	assert_false(offer->has_preauth);
	assert_false(offer->has_ciphers);
	talloc_free(offer);
}

/* The contexts do begin behind the dialects here, but that is not said. */
static void test_offer_smb2_contexts_elsewhere_are_not_read(void **state)
{
	static const uint16_t dialects[] = {0x0302, 0x0311};
	static const struct {
		unsigned int offset;
		bool read;
	} cases[] = {{104, true}, {0, false}, {103, false}, {117, false}};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct sg_offer *offer = NULL;
		struct msg m;

		smb2_begin(&m, dialects, 2);
		smb2_context(&m, 2, "\x01\0\x02\0", 4);
		set16(&m, AT_CONTEXT_OFFSET, cases[i].offset);
		offer = parse_msg(&m);
		assert_int_equal(offer->has_ciphers, cases[i].read);
		assert_int_equal(offer->problem == NULL, cases[i].read);
		talloc_free(offer);
	}
}

/* Without 3.1.1, the context fields are a time and can be anything. */
static void test_offer_smb2_client_start_time_is_no_context(void **state)
{
	struct sg_offer *offer = NULL;
	struct msg m;

	(void)state;

	msg_copy(&m, captured_311, sizeof(captured_311));
	set16(&m, AT_DIALECTS + 8, 0x0302);
	offer = parse_msg(&m);
	assert_int_equal(offer->num_dialects, 5);
	assert_false(offer->has_preauth);
	assert_false(offer->has_ciphers);
	assert_false(offer->has_signing);
	assert_null(offer->netname);
	assert_problem(offer, NULL);
	talloc_free(offer);

	memset(m.data + AT_CONTEXT_OFFSET, 0xFF, 8);
	offer = parse_msg(&m);
	assert_problem(offer, NULL);
	talloc_free(offer);
}

static void test_offer_smb2_too_many_dialects(void **state)
{
	static const uint8_t one_cipher[] = {1, 0, 2, 0};
	uint16_t dialects[SG_OFFER_MAX_ITEMS + 1];
	struct sg_offer *offer = NULL;
	struct msg m;
	bool later = false;
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(dialects); i++) {
		dialects[i] = (uint16_t)(0x1000 + i);
	}

	smb2_begin(&m, dialects, SG_OFFER_MAX_ITEMS);
	offer = parse_msg(&m);
	assert_problem(offer, NULL);
	assert_u16s(offer->dialects,
		    offer->num_dialects,
		    dialects,
		    SG_OFFER_MAX_ITEMS);
	talloc_free(offer);

	/* 3.1.1 past the last place still says what the rest is. */
	dialects[SG_OFFER_MAX_ITEMS] = 0x0311;
	smb2_begin(&m, dialects, SG_OFFER_MAX_ITEMS + 1);
	smb2_context(&m, 2, one_cipher, sizeof(one_cipher));
	offer = parse_msg(&m);
	assert_problem(offer, NULL);
	assert_int_equal(offer->left_out, 1);
	assert_int_equal(
		sg_offer_best(offer, SG_DIALECT_NONE, SG_DIALECT_NONE, &later),
		SG_DIALECT_SMB3_11);
	assert_u16s(offer->dialects,
		    offer->num_dialects,
		    dialects,
		    SG_OFFER_MAX_ITEMS);
	assert_true(offer->has_ciphers);
	assert_int_equal(offer->num_ciphers, 1);
	assert_int_equal(offer->ciphers[0], 2);
	talloc_free(offer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offer_smb2_311_of_smbclient),
		cmocka_unit_test(test_offer_smb2_302_of_smbclient),
		cmocka_unit_test(test_offer_smb2_one_field_wrong),
		cmocka_unit_test(
			test_offer_smb2_keeps_what_is_before_the_fault),
		cmocka_unit_test(
			test_offer_smb2_contexts_elsewhere_are_not_read),
		cmocka_unit_test(
			test_offer_smb2_client_start_time_is_no_context),
		cmocka_unit_test(test_offer_smb2_too_many_dialects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
