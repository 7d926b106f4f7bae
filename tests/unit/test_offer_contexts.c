/*
 * smbguard: tests of the reading of negotiate contexts
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

static void test_offer_smb2_context_of_any_length(void **state)
{
	uint8_t list[2 + (SG_OFFER_MAX_ITEMS + 1) * 2] = {0};
	struct sg_offer *offer = NULL;
	struct msg m;
	size_t i;

	(void)state;

	for (i = 0; i < SG_OFFER_MAX_ITEMS + 1; i++) {
		list[2 + 2 * i] = (uint8_t)i;
		list[2 + 2 * i + 1] = 0xAB;
	}

	list[0] = SG_OFFER_MAX_ITEMS;
	smb2_311(&m);
	smb2_context(&m, 8, list, sizeof(list) - 2);
	offer = parse_msg(&m);
	assert_int_equal(offer->num_signing, SG_OFFER_MAX_ITEMS);
	assert_problem(offer, NULL);
	talloc_free(offer);

	list[0] = SG_OFFER_MAX_ITEMS + 1;
	smb2_311(&m);
	smb2_context(&m, 8, list, sizeof(list));
	offer = parse_msg(&m);
	assert_true(offer->has_signing);
	assert_int_equal(offer->num_signing, SG_OFFER_MAX_ITEMS);
	assert_int_equal(offer->signing[0], 0xAB00);
	assert_int_equal(offer->signing[63], 0xAB3F);
	assert_int_equal(offer->num_ciphers, 0);
	assert_int_equal(offer->left_out, 1);
	assert_int_equal(sg_offer_signing(offer), 0);
	assert_problem(offer, NULL);
	talloc_free(offer);

	/* What is not kept is chosen from all the same. */
	list[sizeof(list) - 2] = 2;
	list[sizeof(list) - 1] = 0;
	smb2_311(&m);
	smb2_context(&m, 8, list, sizeof(list));
	offer = parse_msg(&m);
	assert_int_equal(sg_offer_signing(offer), 1 << 2);
	talloc_free(offer);
}

static void test_offer_smb2_context_came_twice(void **state)
{
	static const uint8_t first[] = {1, 0, 2, 0};
	static const uint8_t second[] = {1, 0, 1, 0};
	static const struct {
		unsigned int type;
		const char *problem;
	} cases[] = {
		{1, "a negotiate context came twice"},
		{2, "a negotiate context came twice"},
		{5, "a negotiate context came twice"},
		{8, "a negotiate context came twice"},
		/* not read, so not judged */
		{3, NULL},
		{0x0100, NULL},
	};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		/* A preauth context needs two counts, without a salt. */
		static const uint8_t preauth[] = {1, 0, 0, 0, 1, 0};
		bool is_preauth = cases[i].type == 1;
		struct sg_offer *offer = NULL;
		struct msg m;

		smb2_311(&m);
		smb2_context(&m,
			     cases[i].type,
			     is_preauth ? preauth : first,
			     is_preauth ? sizeof(preauth) : sizeof(first));
		offer = parse_msg(&m);
		assert_problem(offer, NULL);
		talloc_free(offer);

		smb2_context(&m, cases[i].type, second, sizeof(second));
		offer = parse_msg(&m);
		assert_problem(offer, cases[i].problem);
		switch (cases[i].type) {
		case 2:
			assert_int_equal(offer->num_ciphers, 1);
			assert_int_equal(offer->ciphers[0], 2);
			break;
		case 5:
			assert_string_equal(offer->netname, "\x01\x02");
			break;
		case 8:
			assert_int_equal(offer->num_signing, 1);
			assert_int_equal(offer->signing[0], 2);
			break;
		default:
			break;
		}
		talloc_free(offer);
	}
}

static void test_offer_smb2_contexts_in_any_order(void **state)
{
	static const uint8_t ciphers[] = {1, 0, 4, 0};
	static const uint8_t signing[] = {2, 0, 1, 0, 2, 0};
	static const uint8_t preauth[] = {1, 0, 2, 0, 1, 0, 0xAA, 0xBB};
	struct sg_offer *offer = NULL;
	struct msg m;

	(void)state;

	/* Unknown ones between them, empty ones too; odd lengths. */
	smb2_311(&m);
	smb2_context(&m, 0x0100, "\x93\xAD\x25\x50\x9C", 5);
	smb2_context(&m, 5, "s\0\xE9\0", 4);
	smb2_context(&m, 3, "", 0);
	smb2_context(&m, 8, signing, sizeof(signing));
	smb2_context(&m, 0xFFFF, "x", 1);
	smb2_context(&m, 1, preauth, sizeof(preauth));
	smb2_context(&m, 2, ciphers, sizeof(ciphers));

	offer = parse_msg(&m);
	assert_problem(offer, NULL);
	assert_string_equal(offer->netname, "s\xC3\xA9");
	assert_int_equal(offer->num_signing, 2);
	assert_int_equal(offer->signing[0], 1);
	assert_int_equal(offer->signing[1], 2);
	assert_true(offer->has_preauth);
	assert_int_equal(offer->num_ciphers, 1);
	assert_int_equal(offer->ciphers[0], 4);
	talloc_free(offer);

	/* The last one padded, and bytes behind it: allowed. */
	put_zeros(&m, 4);
	put(&m, "trailer", 7);
	set_length(&m);
	offer = parse_msg(&m);
	assert_problem(offer, NULL);
	assert_int_equal(offer->num_ciphers, 1);
	talloc_free(offer);
}

static void test_offer_smb2_empty_contexts(void **state)
{
	static const unsigned int types[] = {1, 2, 8};
	struct sg_offer *offer = NULL;
	struct msg m;
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(types); i++) {
		smb2_311(&m);
		smb2_context(&m, types[i], "", 0);
		offer = parse_msg(&m);
		assert_problem(offer, "a negotiate context is too short");
		assert_int_equal(offer->has_preauth, types[i] == 1);
		assert_int_equal(offer->has_ciphers, types[i] == 2);
		assert_int_equal(offer->has_signing, types[i] == 8);
		assert_sane(offer);
		talloc_free(offer);
	}

	/* An empty name is a name that was sent. */
	smb2_311(&m);
	smb2_context(&m, 5, "", 0);
	offer = parse_msg(&m);
	assert_problem(offer, NULL);
	assert_non_null(offer->netname);
	assert_string_equal(offer->netname, "");
	talloc_free(offer);
}

static const struct {
	const char *utf16;
	size_t num;
	const char *utf8;
	const char *problem;
} netnames[] = {
	{"f\0s\0", 4, "fs", NULL},
	/* the edges of 1, 2, 3 and 4 bytes */
	{"\x01\0", 2, "\x01", NULL},
	{"\x7F\0", 2, "\x7F", NULL},
	{"\x80\0", 2, "\xC2\x80", NULL},
	{"\xFF\x07", 2, "\xDF\xBF", NULL},
	{"\0\x08", 2, "\xE0\xA0\x80", NULL},
	{"\xFF\xD7", 2, "\xED\x9F\xBF", NULL},
	{"\0\xE0", 2, "\xEE\x80\x80", NULL},
	{"\xFF\xFF", 2, "\xEF\xBF\xBF", NULL},
	{"\0\xD8\0\xDC", 4, "\xF0\x90\x80\x80", NULL},
	{"\x3D\xD8\0\xDE", 4, "\xF0\x9F\x98\x80", NULL},
	{"\xFF\xDB\xFF\xDF", 4, "\xF4\x8F\xBF\xBF", NULL},
	/* half pairs: last, before a letter, twice, swapped */
	{"\0\xD8", 2, "\xEF\xBF\xBD", NULL},
	{"\xFF\xDB", 2, "\xEF\xBF\xBD", NULL},
	{"\0\xDC", 2, "\xEF\xBF\xBD", NULL},
	{"\xFF\xDF", 2, "\xEF\xBF\xBD", NULL},
	{"\0\xD8"
	 "a\0",
	 4,
	 "\xEF\xBF\xBD"
	 "a",
	 NULL},
	{"\0\xDC"
	 "a\0",
	 4,
	 "\xEF\xBF\xBD"
	 "a",
	 NULL},
	{"\0\xD8\0\xD8\0\xDC", 6, "\xEF\xBF\xBD\xF0\x90\x80\x80", NULL},
	{"\0\xDC\0\xD8", 4, "\xEF\xBF\xBD\xEF\xBF\xBD", NULL},
	/* half a unit, alone, after a letter, after a high half */
	{"a", 1, "", "the netname has half a character"},
	{"a\0b", 3, "a", "the netname has half a character"},
	{"\0\xD8\0", 3, "\xEF\xBF\xBD", "the netname has half a character"},
	/* up to the first NUL */
	{"a\0\0\0b\0", 6, "a", NULL},
	{"\0\0a\0", 4, "", NULL},
	/* no NUL: a byte of it is zero */
	{"\0\x01", 2, "\xC4\x80", NULL},
};

static void test_offer_smb2_netname(void **state)
{
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(netnames); i++) {
		struct sg_offer *offer = NULL;
		struct msg m;

		smb2_311(&m);
		smb2_context(&m, 5, netnames[i].utf16, netnames[i].num);
		offer = parse_msg(&m);
		assert_problem(offer, netnames[i].problem);
		assert_non_null(offer->netname);
		assert_string_equal(offer->netname, netnames[i].utf8);
		assert_sane(offer);
		talloc_free(offer);
	}
}

static void test_offer_smb2_netname_is_capped(void **state)
{
	uint8_t name[256 * 2];
	struct sg_offer *offer = NULL;
	struct msg m;
	size_t i;

	(void)state;

	/* U+20AC has three bytes: the most that a unit can take. */
	for (i = 0; i < 256; i++) {
		name[2 * i] = 0xAC;
		name[2 * i + 1] = 0x20;
	}

	smb2_311(&m);
	smb2_context(&m, 5, name, 255 * 2);
	offer = parse_msg(&m);
	assert_problem(offer, NULL);
	assert_int_equal(strlen(offer->netname), 255 * 3);
	talloc_free(offer);

	smb2_311(&m);
	smb2_context(&m, 5, name, 256 * 2);
	offer = parse_msg(&m);
	assert_problem(offer, "the netname is too long");
	assert_int_equal(strlen(offer->netname), 255 * 3);
	assert_memory_equal(offer->netname + 254 * 3, "\xE2\x82\xAC", 4);
	talloc_free(offer);

	/* The cap falls between the halves of a pair. */
	memcpy(name + 254 * 2, "\x3D\xD8\x00\xDE", 4);
	smb2_311(&m);
	smb2_context(&m, 5, name, 256 * 2);
	offer = parse_msg(&m);
	assert_int_equal(strlen(offer->netname), 255 * 3);
	assert_memory_equal(offer->netname + 254 * 3, "\xEF\xBF\xBD", 4);
	assert_sane(offer);
	talloc_free(offer);
}

/* smbd refuses 3.1.1 without a hash of its own. */
static void test_offer_smb2_lacks_preauth(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool sha512;
		const char *lacks;
	} rows[] = {
		{NULL,
		 0,
		 false,
		 "3.1.1 is offered without a preauth integrity context"},
		{"\1\0\0\0\1\0", 6, true, NULL},
		{"\2\0\0\0\7\0\1\0", 8, true, NULL},
		{"\1\0\0\0\2\0",
		 6,
		 false,
		 "the preauth integrity context has no hash that is known"},
		{"\1\0\0\0\1\1",
		 6,
		 false,
		 "the preauth integrity context has no hash that is known"},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_offer *offer = NULL;
		const char *lacks = NULL;
		struct msg m;

		smb2_311(&m);
		if (rows[i].bytes != NULL) {
			smb2_context(&m, 1, rows[i].bytes, rows[i].len);
		}
		offer = parse_msg(&m);
		assert_problem(offer, NULL);
		assert_int_equal(offer->has_sha512, rows[i].sha512);
		assert_null(sg_offer_lacks(offer, SG_DIALECT_SMB3_02));
		lacks = sg_offer_lacks(offer, SG_DIALECT_SMB3_11);
		if (rows[i].lacks == NULL) {
			assert_null(lacks);
		} else {
			assert_string_equal(lacks, rows[i].lacks);
		}
		talloc_free(offer);
	}
	assert_int_equal(i, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offer_smb2_context_of_any_length),
		cmocka_unit_test(test_offer_smb2_context_came_twice),
		cmocka_unit_test(test_offer_smb2_contexts_in_any_order),
		cmocka_unit_test(test_offer_smb2_empty_contexts),
		cmocka_unit_test(test_offer_smb2_netname),
		cmocka_unit_test(test_offer_smb2_netname_is_capped),
		cmocka_unit_test(test_offer_smb2_lacks_preauth),
	};

	/* assert_sane() lets libc judge UTF-8. */
	if (setlocale(LC_ALL, "C.UTF-8") == NULL) {
		return 1;
	}

	return cmocka_run_group_tests(tests, NULL, NULL);
}
