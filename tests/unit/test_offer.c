/*
 * smbguard: tests of the reading of a client's first message
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "offer_msg.h"

static void test_offer_expected_bytes(void **state)
{
	static const struct {
		uint8_t field[4];
		size_t expected;
	} cases[] = {
		{{0x00, 0x00, 0x00, 0x00}, 4},
		{{0x00, 0x00, 0x00, 0xE2}, 230},
		{{0x00, 0x00, 0x01, 0x00}, 260},
		{{0x00, 0x00, 0x3F, 0xFC}, SG_OFFER_MAX_BYTES},
		{{0x00, 0x00, 0x3F, 0xFB}, SG_OFFER_MAX_BYTES - 1},
		{{0x00, 0x00, 0x3F, 0xFD}, SG_OFFER_MAX_BYTES},
		{{0x00, 0x00, 0xFF, 0xFF}, SG_OFFER_MAX_BYTES},
		{{0x00, 0x01, 0x00, 0x00}, SG_OFFER_MAX_BYTES},
		{{0x81, 0x00, 0x00, 0x44}, 72},
		/* smbd takes 17 bits, see message_length() */
		{{0x00, 0x02, 0x00, 0xE2}, 230},
		{{0x00, 0xFE, 0x00, 0xE2}, 230},
		{{0x00, 0xFF, 0x00, 0xE2}, SG_OFFER_MAX_BYTES},
	};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		size_t len;

		for (len = 0; len < 4; len++) {
			assert_int_equal(
				sg_offer_expected_bytes(cases[i].field, len),
				0);
		}
		assert_int_equal(sg_offer_expected_bytes(cases[i].field, 4),
				 cases[i].expected);
	}

	assert_int_equal(sg_offer_expected_bytes(NULL, 0), 0);
}

/* What ends smbd's choice between SMB1 and SMB2, byte by byte. */
static void test_offer_is_smb1_request(void **state)
{
	static const struct {
		uint8_t start[SG_OFFER_REQUEST_BYTES];
		bool is;
	} cases[] = {
		{{0, 0, 0, 35, 0xFF, 'S', 'M', 'B', 0x73}, true},
		{{0, 1, 0, 0, 0xFF, 'S', 'M', 'B', 0x00}, true},
		{{0, 0xFE, 0, 35, 0xFF, 'S', 'M', 'B', 0x2B}, true},
		{{0, 0, 0, 35, 0xFF, 'S', 'M', 'B', 0x72}, false},
		{{0, 0, 0, 34, 0xFF, 'S', 'M', 'B', 0x73}, false},
		{{0, 0xFE, 0, 34, 0xFF, 'S', 'M', 'B', 0x73}, false},
		{{0x85, 0, 0, 35, 0xFF, 'S', 'M', 'B', 0x73}, false},
		{{0, 0, 0, 35, 0xFE, 'S', 'M', 'B', 0x40}, false},
		{{0, 0, 0, 35, 0xFF, 'S', 'M', 'C', 0x73}, false},
	};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		size_t len;
		bool is;

		for (len = 0; len < SG_OFFER_REQUEST_BYTES; len++) {
			is = sg_offer_is_smb1_request(cases[i].start, len);
			assert_false(is);
		}
		is = sg_offer_is_smb1_request(cases[i].start,
					      SG_OFFER_REQUEST_BYTES);
		assert_int_equal(is, cases[i].is);
	}
}

static void test_offer_nothing_came(void **state)
{
	struct sg_offer *offer = sg_offer_parse(NULL, NULL, 0);

	(void)state;

	assert_non_null(offer);
	assert_int_equal(offer->kind, SG_OFFER_NOTHING);
	assert_problem(offer, "no byte came");
	assert_sane(offer);
	talloc_free(offer);
}

static const struct {
	const char *bytes;
	size_t len;
	enum sg_offer_kind kind;
	const char *problem;
} kinds[] = {
	{"\x00", 1, SG_OFFER_NOTHING, CUT_SHORT},
	{"\x00\x00\x00", 3, SG_OFFER_NOTHING, CUT_SHORT},
	{"\x81\x00\x00", 3, SG_OFFER_NOTHING, CUT_SHORT},
	{"\x00\x00\x00\x44", 4, SG_OFFER_NOTHING, CUT_SHORT},
	{"\x00\x00\x00\x00", 4, SG_OFFER_OTHER, "the message ends too early"},
	{"\x00\x00\x00\x04\xFFSMB",
	 8,
	 SG_OFFER_OTHER,
	 "the message ends too early"},
	{"\x00\x00\x00\x05\xFFSMB", 8, SG_OFFER_NOTHING, CUT_SHORT},
	{"\x00\x00\x00\x05\xFFSMB\x72",
	 9,
	 SG_OFFER_SMB1,
	 "the message ends too early"},
	{"\x00\x00\x00\x05\xFFSMB\x73",
	 9,
	 SG_OFFER_OTHER,
	 "the SMB1 command is not a negotiate"},
	/* session setup, encrypted, compressed */
	{"\x00\x00\x00\x0E\xFESMB\x40\0\0\0\0\0\0\0\x01\0",
	 18,
	 SG_OFFER_OTHER,
	 "the SMB2 command is not a negotiate"},
	{"\x00\x00\x00\x04\xFDSMB",
	 8,
	 SG_OFFER_OTHER,
	 "the message is neither SMB1 nor SMB2"},
	{"\x00\x00\x00\x04\xFCSMB",
	 8,
	 SG_OFFER_OTHER,
	 "the message is neither SMB1 nor SMB2"},
	/* NetBIOS */
	{"\x81\x00\x00\x00", 4, SG_OFFER_SESSION, NULL},
	{"\x85\x00\x00\x00", 4, SG_OFFER_SESSION, NULL},
	{"\x81\x00\x00\x02XY", 6, SG_OFFER_SESSION, NULL},
	{"\x81\x00\x00\x44XY", 6, SG_OFFER_SESSION, CUT_SHORT},
	{"\x82\x00\x00\x00", 4, SG_OFFER_OTHER, "the message type is unknown"},
	{"\x82\x00\x00\x44", 4, SG_OFFER_OTHER, CUT_SHORT},
	/* other protocols, read as a length */
	{"GET / HTTP/1.0\r\n\r\n", 18, SG_OFFER_OTHER, TOO_LONG},
	{"\x16\x03\x01\x00\x05hello", 10, SG_OFFER_OTHER, TOO_LONG},
};

static void test_offer_kinds(void **state)
{
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(kinds); i++) {
		struct sg_offer *offer = NULL;

		offer = parse((const uint8_t *)kinds[i].bytes, kinds[i].len);
		assert_int_equal(offer->kind, kinds[i].kind);
		assert_problem(offer, kinds[i].problem);
		assert_sane(offer);
		talloc_free(offer);
	}
}

/*
 * Of another command, and of half a header, nothing is read: a negotiate's
 * body stands right behind the command here, where it would be found.
 */
static void test_offer_body_needs_a_negotiate_header(void **state)
{
	static const char smb1_body[] = "\0\x03\0\x02X";
	static const unsigned int smb1_commands[] = {0x72, 0x73};
	size_t i;

	(void)state;

	for (i = 0; i < 2; i++) {
		struct sg_offer *offer = NULL;
		struct msg m = {.len = 0};

		put_zeros(&m, SG_OFFER_NBT_BYTES);
		put(&m, "\xFFSMB", 4);
		put8(&m, smb1_commands[i]);
		put(&m, smb1_body, sizeof(smb1_body));
		set_length(&m);
		offer = parse_msg(&m);
		assert_int_equal(offer->kind,
				 i == 0 ? SG_OFFER_SMB1 : SG_OFFER_OTHER);
		assert_int_equal(offer->num_smb1, 0);
		talloc_free(offer);

		m.len = 0;
		put_zeros(&m, SG_OFFER_NBT_BYTES);
		put(&m, captured_311 + AT_MAGIC, AT_COMMAND - AT_MAGIC);
		put16(&m, (unsigned int)i);
		put(&m, captured_302 + AT_BODY_SIZE, 36 + 8);
		set_length(&m);
		offer = parse_msg(&m);
		assert_int_equal(offer->kind,
				 i == 0 ? SG_OFFER_SMB2 : SG_OFFER_OTHER);
		assert_int_equal(offer->num_dialects, 0);
		assert_int_equal(offer->capabilities, 0);
		talloc_free(offer);
	}
}

/* smbd reads what follows later. */
static void test_offer_stops_at_the_message_end(void **state)
{
	struct sg_offer *offer = NULL;
	struct msg m;

	(void)state;

	smb1_begin(&m);
	smb1_string(&m, "NT LM 0.12");
	smb1_end(&m);
	put(&m, captured_311, sizeof(captured_311));

	offer = parse_msg(&m);
	assert_int_equal(offer->kind, SG_OFFER_SMB1);
	assert_int_equal(offer->num_smb1, 1);
	assert_problem(offer, NULL);
	talloc_free(offer);
}

static void test_offer_longest_message(void **state)
{
	static const struct {
		size_t len;
		const char *problem;
	} cases[] = {
		{SG_OFFER_MAX_BYTES, NULL},
		{SG_OFFER_MAX_BYTES + 1, TOO_LONG},
		{SG_OFFER_MAX_BYTES * 2, TOO_LONG},
	};
	struct sg_offer *offer = NULL;
	struct msg m;
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		smb2_311(&m);
		smb2_context(&m, 2, "\x01\0\x02\0", 4);
		put_zeros(&m, cases[i].len - m.len);
		set_length(&m);

		offer = parse_msg(&m);
		assert_int_equal(offer->kind, SG_OFFER_SMB2);
		assert_int_equal(offer->num_ciphers, 1);
		assert_problem(offer, cases[i].problem);
		talloc_free(offer);

		/* As the gate hands it over: no more than it expects. */
		offer = parse(m.data, SG_OFFER_MAX_BYTES);
		assert_int_equal(offer->kind, SG_OFFER_SMB2);
		assert_int_equal(offer->num_ciphers, 1);
		assert_problem(offer, cases[i].problem);
		talloc_free(offer);
	}
}

/* What lies past the limit is not looked at, though it came. */
static void test_offer_nothing_past_the_limit(void **state)
{
	struct sg_offer *offer = NULL;
	struct msg m;

	(void)state;

	smb1_begin(&m);
	smb1_string(&m, "NT LM 0.12");
	put8(&m, 2);
	memset(m.data + m.len, 'x', SG_OFFER_MAX_BYTES);
	m.len += SG_OFFER_MAX_BYTES;
	put8(&m, 0);
	smb1_string(&m, "SMB 2.???");
	smb1_end(&m);

	offer = parse_msg(&m);
	assert_int_equal(offer->kind, SG_OFFER_SMB1);
	assert_int_equal(offer->num_smb1, 1);
	assert_false(offer->smb1_wildcard);
	assert_problem(offer, TOO_LONG);
	talloc_free(offer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offer_expected_bytes),
		cmocka_unit_test(test_offer_is_smb1_request),
		cmocka_unit_test(test_offer_nothing_came),
		cmocka_unit_test(test_offer_kinds),
		cmocka_unit_test(test_offer_body_needs_a_negotiate_header),
		cmocka_unit_test(test_offer_stops_at_the_message_end),
		cmocka_unit_test(test_offer_longest_message),
		cmocka_unit_test(test_offer_nothing_past_the_limit),
	};

	/* assert_sane() lets libc judge UTF-8. */
	if (setlocale(LC_ALL, "C.UTF-8") == NULL) {
		return 1;
	}

	return cmocka_run_group_tests(tests, NULL, NULL);
}
