/*
 * smbguard: tests of what follows from the facts
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "policy_fixture.h"

static void test_facts_of_a_user(void **state)
{
	struct sg_facts facts = {.account = "alice"};

	assert_true(sg_facts_is_user(&facts));
	facts.guest = true;
	assert_false(sg_facts_is_user(&facts));
	facts.guest = false;
	facts.anonymous = true;
	assert_false(sg_facts_is_user(&facts));
}

/* What a logon's own keys are good for, by the dialect */
static void test_facts_own_keys(void **state)
{
	static const struct {
		enum sg_dialect dialect;
		uint16_t cipher;
		bool encrypts;
		bool signs;
	} rows[] = {
		{SG_DIALECT_NONE, SG_CIPHER_AES128_GCM, false, false},
		{SG_DIALECT_LANMAN, SG_CIPHER_NONE, false, false},
		{SG_DIALECT_NT1, SG_CIPHER_AES128_GCM, false, false},
		{SG_DIALECT_SMB2_02, SG_CIPHER_NONE, false, true},
		{SG_DIALECT_SMB2_10, SG_CIPHER_AES128_CCM, false, true},
		{SG_DIALECT_SMB3_00, SG_CIPHER_NONE, false, true},
		{SG_DIALECT_SMB3_00, SG_CIPHER_AES128_CCM, true, true},
		{SG_DIALECT_SMB3_11, SG_CIPHER_NONE, false, true},
		{SG_DIALECT_SMB3_11, SG_CIPHER_AES256_GCM, true, true},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_facts facts = {
			.account = "alice",
			.dialect = rows[i].dialect,
			.cipher = rows[i].cipher,
		};

		sg_facts_own_keys(&facts);
		assert_int_equal(facts.can_encrypt, rows[i].encrypts);
		assert_int_equal(facts.can_sign, rows[i].signs);
		facts.guest = true;
		sg_facts_own_keys(&facts);
		assert_false(facts.can_encrypt);
		assert_false(facts.can_sign);
		facts.guest = false;
		facts.anonymous = true;
		facts.can_encrypt = true;
		facts.can_sign = true;
		sg_facts_own_keys(&facts);
		assert_false(facts.can_encrypt);
		assert_false(facts.can_sign);
	}
}

/* Keys that were there before count, whoever logs on again. */
static void test_facts_set_keys(void **state)
{
	struct sg_facts facts = {
		.dialect = SG_DIALECT_SMB3_11,
		.cipher = SG_CIPHER_AES128_GCM,
		.guest = true,
	};

	sg_facts_set_keys(&facts, true, true);
	assert_true(facts.can_encrypt);
	assert_true(facts.can_sign);
	sg_facts_set_keys(&facts, false, true);
	assert_false(facts.can_encrypt);
	assert_true(facts.can_sign);
	sg_facts_set_keys(&facts, true, false);
	assert_true(facts.can_encrypt);
	assert_false(facts.can_sign);
	facts.dialect = SG_DIALECT_NT1;
	sg_facts_set_keys(&facts, true, true);
	assert_false(facts.can_encrypt);
	assert_true(facts.can_sign); /* it was seen to */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts_of_a_user),
		cmocka_unit_test(test_facts_own_keys),
		cmocka_unit_test(test_facts_set_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
