/*
 * smbguard: tests of the reading of an SMB1 negotiate
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

static void test_offer_smb1_strings_of_smbclient(void **state)
{
	static const char *const multi[] = {"NT LANMAN 1.0",
					    "NT LM 0.12",
					    "SMB 2.002",
					    "SMB 2.???"};
	static const char *const core[] = {"PC NETWORK PROGRAM 1.0",
					   "MICROSOFT NETWORKS 1.03",
					   "MICROSOFT NETWORKS 3.0",
					   "LANMAN1.0",
					   "LM1.2X002",
					   "DOS LANMAN2.1",
					   "LANMAN2.1",
					   "Samba",
					   "NT LANMAN 1.0",
					   "NT LM 0.12"};
	struct sg_offer *offer = NULL;

	(void)state;

	offer = parse(captured_multi, sizeof(captured_multi));
	assert_smb1(offer, multi, ARRAY_LENGTH(multi));
	assert_true(offer->smb1_wildcard);
	assert_problem(offer, NULL);
	assert_null(offer->netname);
	talloc_free(offer);

	offer = parse(captured_core, sizeof(captured_core));
	assert_smb1(offer, core, ARRAY_LENGTH(core));
	assert_false(offer->smb1_wildcard);
	assert_problem(offer, NULL);
	talloc_free(offer);
}

static void test_offer_smb1_strings_with_any_bytes(void **state)
{
	static const char *const strings[] = {"",
					      "\xFF\xFE\x01\x02\n\"",
					      "smb 2.???",
					      "NT LM 0.12"};
	struct sg_offer *offer = NULL;
	struct msg m;
	size_t i;

	(void)state;

	smb1_begin(&m);
	for (i = 0; i < ARRAY_LENGTH(strings); i++) {
		smb1_string(&m, strings[i]);
	}
	smb1_end(&m);

	offer = parse_msg(&m);
	assert_smb1(offer, strings, ARRAY_LENGTH(strings));
	assert_true(offer->smb1_wildcard);
	assert_problem(offer, NULL);
	talloc_free(offer);
}

/* smbd does not look at the format byte: it must not hide a string. */
static void test_offer_smb1_strings_with_wrong_format_byte(void **state)
{
	static const char *const strings[] = {"NT LM 0.12", "SMB 2.???"};
	static const unsigned int formats[] = {0x00, 0x01, 0x03, 'N', 0xFF};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(formats); i++) {
		struct sg_offer *offer = NULL;
		struct msg m;

		smb1_begin(&m);
		put8(&m, formats[i]);
		put(&m, "NT LM 0.12", 11);
		put8(&m, formats[i]);
		put(&m, "SMB 2.???", 10);
		smb1_end(&m);

		offer = parse_msg(&m);
		assert_smb1(offer, strings, 2);
		assert_true(offer->smb1_wildcard);
		assert_problem(offer,
			       "a dialect string has a wrong format byte");
		talloc_free(offer);
	}
}

/* smbd steps over the words. */
static void test_offer_smb1_strings_behind_words(void **state)
{
	static const char *const strings[] = {"NT LM 0.12"};
	static const unsigned int words[] = {1, 17, 255};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(words); i++) {
		struct sg_offer *offer = NULL;
		struct msg m;

		smb1_begin(&m);
		m.len -= 3;
		put8(&m, words[i]);
		put_zeros(&m, words[i] * 2);
		put16(&m, 12);
		smb1_string(&m, "NT LM 0.12");
		set_length(&m);

		offer = parse_msg(&m);
		assert_smb1(offer, strings, 1);
		assert_problem(offer, "the word count is not zero");
		talloc_free(offer);
	}
}

static void test_offer_smb1_strings_that_do_not_end(void **state)
{
	static const char *const strings[] = {"NT LM 0.12"};
	struct sg_offer *offer = NULL;
	struct msg m;

	(void)state;

	/* SMB 2.??? without its NUL is no string, for smbd neither. */
	smb1_begin(&m);
	smb1_string(&m, "NT LM 0.12");
	put8(&m, 2);
	put(&m, "SMB 2.???", 9);
	smb1_end(&m);

	offer = parse_msg(&m);
	assert_smb1(offer, strings, 1);
	assert_false(offer->smb1_wildcard);
	assert_problem(offer, "a dialect string does not end");
	talloc_free(offer);

	/* A format byte and nothing else */
	smb1_begin(&m);
	smb1_string(&m, "NT LM 0.12");
	put8(&m, 2);
	smb1_end(&m);

	offer = parse_msg(&m);
	assert_smb1(offer, strings, 1);
	assert_problem(offer, "a dialect string does not end");
	talloc_free(offer);
}

static void test_offer_smb1_byte_count(void **state)
{
	static const char *const strings[] = {"NT LM 0.12", "SMB 2.???"};
	static const struct {
		unsigned int byte_count;
		size_t num_smb1;
		bool wildcard;
		const char *problem;
	} cases[] = {
		{23, 2, true, NULL},
		{22, 1, false, "a dialect string does not end"},
		{12, 1, false, NULL},
		{11, 0, false, "a dialect string does not end"},
		{1, 0, false, "a dialect string does not end"},
		{0, 0, false, "there are no dialect strings"},
		{24, 2, true, "the byte count is more than was sent"},
		{65535, 2, true, "the byte count is more than was sent"},
	};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct sg_offer *offer = NULL;
		struct msg m;

		smb1_begin(&m);
		smb1_string(&m, strings[0]);
		smb1_string(&m, strings[1]);
		smb1_end(&m);
		set16(&m, 37, cases[i].byte_count);

		offer = parse_msg(&m);
		assert_smb1(offer, strings, cases[i].num_smb1);
		assert_int_equal(offer->smb1_wildcard, cases[i].wildcard);
		assert_problem(offer, cases[i].problem);
		talloc_free(offer);
	}
}

static void test_offer_smb1_too_many_strings(void **state)
{
	struct sg_offer *offer = NULL;
	struct msg m;
	char name[] = "string AA";
	size_t i;

	(void)state;

	smb1_begin(&m);
	for (i = 0; i < SG_OFFER_MAX_ITEMS; i++) {
		name[7] = (char)('A' + i / 16);
		name[8] = (char)('A' + i % 16);
		smb1_string(&m, name);
	}
	smb1_end(&m);

	offer = parse_msg(&m);
	assert_int_equal(offer->num_smb1, SG_OFFER_MAX_ITEMS);
	assert_problem(offer, NULL);
	assert_memory_equal(offer->smb1[63].data, "string DP", 9);
	talloc_free(offer);

	/* One more is not kept; but that the wildcard came is. */
	smb1_string(&m, "SMB 2.???");
	smb1_end(&m);

	offer = parse_msg(&m);
	assert_int_equal(offer->num_smb1, SG_OFFER_MAX_ITEMS);
	assert_memory_equal(offer->smb1[0].data, "string AA", 9);
	assert_memory_equal(offer->smb1[63].data, "string DP", 9);
	assert_true(offer->smb1_wildcard);
	assert_int_equal(offer->left_out, 1);
	assert_problem(offer, NULL);
	talloc_free(offer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offer_smb1_strings_of_smbclient),
		cmocka_unit_test(test_offer_smb1_strings_with_any_bytes),
		cmocka_unit_test(
			test_offer_smb1_strings_with_wrong_format_byte),
		cmocka_unit_test(test_offer_smb1_strings_behind_words),
		cmocka_unit_test(test_offer_smb1_strings_that_do_not_end),
		cmocka_unit_test(test_offer_smb1_byte_count),
		cmocka_unit_test(test_offer_smb1_too_many_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
