/*
 * smbguard: tests of which dialect of an offer is taken
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What smbd takes is in reply_negprot(), with supported_protocols[], and in
 * smbd_smb2_protocol_dialect_match().
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "offer_msg.h"

#define NONE SG_DIALECT_NONE
#define LANMAN SG_DIALECT_LANMAN
#define NT1 SG_DIALECT_NT1
#define SMB2_02 SG_DIALECT_SMB2_02
#define SMB2_10 SG_DIALECT_SMB2_10
#define SMB3_00 SG_DIALECT_SMB3_00
#define SMB3_02 SG_DIALECT_SMB3_02
#define SMB3_11 SG_DIALECT_SMB3_11

static const struct {
	const char *strings[3];
	enum sg_dialect min;
	enum sg_dialect max;
	enum sg_dialect best;
	bool later;
} smb1_cases[] = {
	/* the wildcard, whatever the floor: SMB2 will tell */
	{{"NT LM 0.12", "SMB 2.002", "SMB 2.???"},
	 SMB2_02,
	 SMB3_11,
	 NONE,
	 true},
	{{"NT LM 0.12", "SMB 2.???"}, NT1, SMB3_11, NONE, true},
	{{"SMB 2.???", "NT LM 0.12"}, SMB3_11, SMB3_11, NONE, true},
	{{"SMB 2.???"}, NONE, NONE, NONE, true},
	{{"smb 2.???"}, SMB2_10, SMB2_10, NONE, true},
	/* below 2.1 it is passed over */
	{{"SMB 2.???"}, NONE, SMB2_02, NONE, false},
	{{"SMB 2.002", "SMB 2.???"}, NONE, SMB2_02, SMB2_02, false},
	{{"NT LM 0.12", "SMB 2.???"}, NT1, NT1, NT1, false},
	/* 2.002 is above NT1 and below everything else */
	{{"NT LM 0.12", "SMB 2.002"}, NT1, SMB3_11, SMB2_02, false},
	{{"SMB 2.002", "NT LM 0.12"}, NONE, NONE, SMB2_02, false},
	{{"SMB 2.002"}, SMB2_02, SMB2_02, SMB2_02, false},
	{{"SMB 2.002"}, SMB2_10, SMB3_11, NONE, false},
	{{"NT LM 0.12", "SMB 2.002"}, NT1, NT1, NT1, false},
	/* SMB1 only */
	{{"NT LM 0.12"}, NT1, SMB3_11, NT1, false},
	{{"NT LM 0.12"}, SMB2_02, SMB3_11, NONE, false},
	{{"NT LM 0.12"}, NONE, LANMAN, NONE, false},
	{{"NT LANMAN 1.0"}, NT1, NT1, NT1, false},
	{{"POSIX 2"}, NONE, NONE, NT1, false},
	{{"nt lm 0.12"}, NONE, NONE, NT1, false},
	{{"LANMAN2.1", "NT LM 0.12"}, NONE, NONE, NT1, false},
	{{"LANMAN2.1", "NT LM 0.12"}, LANMAN, LANMAN, LANMAN, false},
	{{"LANMAN1.0", "Samba"}, NONE, SMB3_11, LANMAN, false},
	{{"LANMAN1.0"}, NT1, SMB3_11, NONE, false},
	/* smbd knows neither */
	{{"PC NETWORK PROGRAM 1.0", "SMB 2.001"}, NONE, NONE, NONE, false},
	/* limits that leave nothing */
	{{"NT LM 0.12", "SMB 2.002"}, SMB3_11, NT1, NONE, false},
};

static void test_offer_best_of_smb1(void **state)
{
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(smb1_cases); i++) {
		struct sg_offer *offer = NULL;
		enum sg_dialect best;
		struct msg m;
		bool later = !smb1_cases[i].later;
		size_t j;

		smb1_begin(&m);
		for (j = 0; j < 3 && smb1_cases[i].strings[j] != NULL; j++) {
			smb1_string(&m, smb1_cases[i].strings[j]);
		}
		smb1_end(&m);

		offer = parse_msg(&m);
		best = sg_offer_best(offer,
				     smb1_cases[i].min,
				     smb1_cases[i].max,
				     &later);
		assert_int_equal(best, smb1_cases[i].best);
		assert_int_equal(later, smb1_cases[i].later);
		talloc_free(offer);
	}
}

static const struct {
	uint16_t dialects[5];
	size_t num;
	enum sg_dialect min;
	enum sg_dialect max;
	enum sg_dialect best;
} smb2_cases[] = {
	{{0x202, 0x210, 0x300, 0x302, 0x311}, 5, NONE, NONE, SMB3_11},
	{{0x202, 0x210, 0x300, 0x302, 0x311}, 5, SMB2_02, SMB3_11, SMB3_11},
	{{0x311, 0x302, 0x300, 0x210, 0x202}, 5, SMB2_02, SMB3_11, SMB3_11},
	{{0x202, 0x210, 0x300, 0x302, 0x311}, 5, SMB2_02, SMB3_02, SMB3_02},
	{{0x202, 0x210, 0x300, 0x302, 0x311}, 5, SMB2_02, SMB2_02, SMB2_02},
	{{0x202, 0x210, 0x300, 0x302, 0x311}, 5, NT1, NT1, NONE},
	{{0x202, 0x210, 0x300, 0x302, 0x311}, 5, NONE, NT1, NONE},
	{{0x202, 0x311}, 2, NONE, SMB3_00, SMB2_02},
	{{0x202, 0x311}, 2, SMB2_10, SMB3_02, NONE},
	{{0x202, 0x210}, 2, SMB3_00, NONE, NONE},
	{{0x202, 0x210}, 2, SMB2_10, NONE, SMB2_10},
	{{0x300, 0x300}, 2, SMB3_00, SMB3_00, SMB3_00},
	/* nobody knows these; the wildcard belongs to SMB1 */
	{{0x2FF}, 1, NONE, NONE, NONE},
	{{0x2FF, 0x202}, 2, NONE, NONE, SMB2_02},
	{{0x312, 0xFFFF, 0, 0x310}, 4, NONE, NONE, NONE},
	{{0x312, 0x302}, 2, NONE, NONE, SMB3_02},
	{{0}, 0, NONE, NONE, NONE},
	/* limits that leave nothing */
	{{0x202, 0x311}, 2, SMB3_11, SMB2_02, NONE},
};

static void test_offer_best_of_smb2(void **state)
{
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(smb2_cases); i++) {
		struct sg_offer *offer = NULL;
		enum sg_dialect best;
		struct msg m;
		bool later = true;

		smb2_begin(&m, smb2_cases[i].dialects, smb2_cases[i].num);
		offer = parse_msg(&m);
		best = sg_offer_best(offer,
				     smb2_cases[i].min,
				     smb2_cases[i].max,
				     &later);
		assert_int_equal(best, smb2_cases[i].best);
		assert_false(later);
		talloc_free(offer);
	}
}

static void test_offer_best_of_no_offer(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{"", 0},
		{"\x81\0\0\0", 4},
		{"\0\0\0\x04\xFDSMB", 8},
	};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct sg_offer *offer = NULL;
		bool later = true;

		offer = parse((const uint8_t *)cases[i].bytes, cases[i].len);
		assert_int_equal(sg_offer_best(offer, NONE, NONE, &later),
				 NONE);
		assert_false(later);
		talloc_free(offer);
	}
}

/* The last place counts, and nothing behind it. */
static void test_offer_best_of_full_lists(void **state)
{
	uint16_t dialects[SG_OFFER_MAX_ITEMS] = {0};
	struct sg_offer *offer = NULL;
	struct msg m;
	bool later = true;
	size_t i;

	(void)state;

	smb1_begin(&m);
	for (i = 1; i < SG_OFFER_MAX_ITEMS; i++) {
		smb1_string(&m, "x");
	}
	smb1_string(&m, "NT LM 0.12");
	smb1_end(&m);
	offer = parse_msg(&m);
	assert_int_equal(sg_offer_best(offer, NONE, NONE, &later), NT1);
	assert_false(later);
	talloc_free(offer);

	dialects[SG_OFFER_MAX_ITEMS - 1] = 0x0300;
	smb2_begin(&m, dialects, SG_OFFER_MAX_ITEMS);
	offer = parse_msg(&m);
	assert_int_equal(sg_offer_best(offer, NONE, NONE, &later), SMB3_00);
	talloc_free(offer);
}

static void test_offer_join(void **state)
{
	const uint16_t dialects[] = {0x0210, 0x0311};
	const struct sg_offer *both = NULL;
	struct sg_offer *smb1 = NULL;
	struct sg_offer *smb2 = NULL;
	struct msg m = {.len = 0};

	smb1_begin(&m);
	smb1_string(&m, "NT LM 0.12");
	smb1_string(&m, "SMB 2.???");
	smb1_end(&m);
	smb1 = parse_msg(&m);
	smb2_begin(&m, dialects, 2);
	smb2 = parse_msg(&m);

	both = sg_offer_join(smb2, smb1, smb2);
	assert_int_equal(both->kind, SG_OFFER_SMB2);
	assert_int_equal(both->num_smb1, 2);
	assert_true(both->smb1_wildcard);
	assert_memory_equal(both->smb1, smb1->smb1, sizeof(smb1->smb1));
	assert_int_equal(both->num_dialects, 2);
	assert_int_equal(both->dialects[1], 0x0311);
	/* as they were */
	assert_int_equal(smb2->num_smb1, 0);
	assert_int_equal(smb1->num_dialects, 0);
	talloc_free(smb2);
	talloc_free(smb1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offer_best_of_smb1),
		cmocka_unit_test(test_offer_best_of_smb2),
		cmocka_unit_test(test_offer_best_of_full_lists),
		cmocka_unit_test(test_offer_best_of_no_offer),
		cmocka_unit_test(test_offer_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
