/*
 * smbguard: tests of the decision
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables below say what must come out; nothing in here computes it the
 * way sg_decide() does. A rule row (an option at a gate with some facts: met
 * or not) times a mode row (which modes make an unmet rule a refusal).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_fixture.h"

/* The rules */

enum ask {
	ASK_ENCRYPTION,
	ASK_NT1,
	ASK_SMB3_00,
	ASK_SMB3_11,
};

static const struct {
	const char *option;
	const char *required;
	struct sg_settings settings;
} asks[] = {
	[ASK_ENCRYPTION] = {"smbguard:encryption",
			    "required",
			    {.encryption = SG_NEED_REQUIRED}},
	[ASK_NT1] = {"smbguard:min protocol",
		     "NT1",
		     {.min_protocol = SG_DIALECT_NT1}},
	[ASK_SMB3_00] = {"smbguard:min protocol",
			 "SMB3_00",
			 {.min_protocol = SG_DIALECT_SMB3_00}},
	[ASK_SMB3_11] = {"smbguard:min protocol",
			 "SMB3_11",
			 {.min_protocol = SG_DIALECT_SMB3_11}},
};

#define AT_NEGOTIATE SG_GATE_NEGOTIATE
#define AT_SESSION SG_GATE_SESSION
#define AT_SHARE SG_GATE_SHARE

static const struct {
	enum ask ask;
	unsigned judged_at;
	enum sg_dialect dialect;
	uint16_t cipher;
	bool can_encrypt;
	bool met;
	const char *actual;
} rule_rows[] = {
	{ASK_ENCRYPTION,
	 AT_SESSION | AT_SHARE,
	 SG_DIALECT_SMB3_11,
	 SG_CIPHER_AES128_GCM,
	 true,
	 true,
	 "AES-128-GCM"},
	{ASK_ENCRYPTION,
	 AT_SESSION | AT_SHARE,
	 SG_DIALECT_SMB3_00,
	 SG_CIPHER_AES128_CCM,
	 true,
	 true,
	 "AES-128-CCM"},
	{ASK_ENCRYPTION,
	 AT_SESSION | AT_SHARE,
	 SG_DIALECT_SMB3_11,
	 SG_CIPHER_AES128_GCM,
	 false,
	 false,
	 "none"}, /* guest: no key */
	{ASK_ENCRYPTION,
	 AT_SESSION | AT_SHARE,
	 SG_DIALECT_SMB3_11,
	 SG_CIPHER_NONE,
	 false,
	 false,
	 "none"},
	{ASK_ENCRYPTION,
	 AT_SESSION | AT_SHARE,
	 SG_DIALECT_SMB2_10,
	 SG_CIPHER_NONE,
	 false,
	 false,
	 "none"},
	{ASK_ENCRYPTION,
	 AT_SESSION | AT_SHARE,
	 SG_DIALECT_NT1,
	 SG_CIPHER_NONE,
	 false,
	 false,
	 "none"},
	{ASK_ENCRYPTION,
	 AT_SESSION | AT_SHARE,
	 SG_DIALECT_NONE,
	 SG_CIPHER_NONE,
	 false,
	 false,
	 "none"},
	{ASK_NT1,
	 AT_NEGOTIATE | AT_SHARE,
	 SG_DIALECT_LANMAN,
	 0,
	 false,
	 false,
	 "LANMAN"},
	{ASK_NT1,
	 AT_NEGOTIATE | AT_SHARE,
	 SG_DIALECT_NT1,
	 0,
	 false,
	 true,
	 "NT1"},
	{ASK_NT1,
	 AT_NEGOTIATE | AT_SHARE,
	 SG_DIALECT_SMB2_02,
	 0,
	 false,
	 true,
	 "SMB2_02"},
	{ASK_SMB3_00,
	 AT_NEGOTIATE | AT_SHARE,
	 SG_DIALECT_NONE,
	 0,
	 false,
	 false,
	 "none"},
	{ASK_SMB3_00,
	 AT_NEGOTIATE | AT_SHARE,
	 SG_DIALECT_LANMAN,
	 0,
	 false,
	 false,
	 "LANMAN"},
	{ASK_SMB3_00,
	 AT_NEGOTIATE | AT_SHARE,
	 SG_DIALECT_NT1,
	 0,
	 false,
	 false,
	 "NT1"},
	{ASK_SMB3_00,
	 AT_NEGOTIATE | AT_SHARE,
	 SG_DIALECT_SMB2_02,
	 0,
	 false,
	 false,
	 "SMB2_02"},
	{ASK_SMB3_00,
	 AT_NEGOTIATE | AT_SHARE,
	 SG_DIALECT_SMB2_10,
	 0,
	 false,
	 false,
	 "SMB2_10"},
	{ASK_SMB3_00,
	 AT_NEGOTIATE | AT_SHARE,
	 SG_DIALECT_SMB3_00,
	 1,
	 true,
	 true,
	 "SMB3_00"},
	{ASK_SMB3_00,
	 AT_NEGOTIATE | AT_SHARE,
	 SG_DIALECT_SMB3_02,
	 1,
	 true,
	 true,
	 "SMB3_02"},
	{ASK_SMB3_00,
	 AT_NEGOTIATE | AT_SHARE,
	 SG_DIALECT_SMB3_11,
	 2,
	 true,
	 true,
	 "SMB3_11"},
	{ASK_SMB3_11,
	 AT_NEGOTIATE | AT_SHARE,
	 SG_DIALECT_SMB3_02,
	 1,
	 true,
	 false,
	 "SMB3_02"},
	{ASK_SMB3_11,
	 AT_NEGOTIATE | AT_SHARE,
	 SG_DIALECT_SMB3_11,
	 2,
	 true,
	 true,
	 "SMB3_11"},
};

/* Would smbd with no_policy's limits refuse it by itself? */
static bool native_refuses(enum sg_gate gate, enum sg_dialect dialect)
{
	return gate == SG_GATE_NEGOTIATE && dialect == SG_DIALECT_NONE;
}

static void check_rule(size_t row,
		       enum sg_gate gate,
		       bool in_share,
		       const struct sg_policy *policy,
		       enum sg_outcome unmet)
{
	const struct sg_facts facts = client_with(rule_rows[row].dialect,
						  rule_rows[row].cipher,
						  rule_rows[row].can_encrypt);
	bool judged = (rule_rows[row].judged_at & (unsigned)gate) != 0;
	enum sg_outcome expected = SG_ALLOWED;
	struct sg_verdict *verdict = NULL;

	if (judged && !rule_rows[row].met) {
		expected = unmet;
	}
	verdict = decide(gate, policy, &facts);
	if (native_refuses(gate, facts.dialect)) {
		/* Either refusal is one. */
		assert_int_equal(verdict->outcome, SG_DENIED);
		talloc_free(verdict);
		return;
	}
	if (verdict->outcome != expected) {
		fail_msg("rule row %zu at gate %d, mode %d/%d, in %s: %d, "
			 "not %d: %s",
			 row,
			 (int)gate,
			 (int)policy->global->mode,
			 policy->share != NULL ? (int)policy->share->mode : -1,
			 in_share ? "share" : "global",
			 (int)verdict->outcome,
			 (int)expected,
			 verdict->reason);
	}
	if (!judged) {
		assert_null(verdict->option);
		talloc_free(verdict);
		return;
	}
	assert_string_equal(verdict->option, asks[rule_rows[row].ask].option);
	assert_string_equal(verdict->required,
			    asks[rule_rows[row].ask].required);
	assert_string_equal(verdict->actual, rule_rows[row].actual);
	assert_string_equal(verdict->scope, in_share ? "payroll" : "global");
	talloc_free(verdict);
}

static void test_policy_table_global_option_without_share(void **state)
{
	size_t r;
	size_t m;
	size_t g;

	for (r = 0; r < ARRAY_LENGTH(rule_rows); r++) {
		for (m = 0; m < ARRAY_LENGTH(mode_rows); m++) {
			struct sg_settings global =
				asks[rule_rows[r].ask].settings;
			struct sg_policy policy = no_policy;

			global.mode = mode_rows[m].global;
			policy.global = &global;
			for (g = 0; g < ARRAY_LENGTH(gates); g++) {
				check_rule(r,
					   gates[g],
					   false,
					   &policy,
					   mode_rows[m].global_alone);
			}
		}
	}
}

static void test_policy_table_global_option_at_share(void **state)
{
	size_t r;
	size_t m;

	for (r = 0; r < ARRAY_LENGTH(rule_rows); r++) {
		for (m = 0; m < ARRAY_LENGTH(mode_rows); m++) {
			struct sg_settings global =
				asks[rule_rows[r].ask].settings;
			struct sg_settings share = {
				.mode = mode_rows[m].share,
			};
			struct sg_policy policy = no_policy;

			global.mode = mode_rows[m].global;
			policy.global = &global;
			policy.share = &share;
			policy.share_name = "payroll";
			check_rule(r,
				   SG_GATE_SHARE,
				   false,
				   &policy,
				   mode_rows[m].global_at_share);
		}
	}
}

static void test_policy_table_share_option(void **state)
{
	size_t r;
	size_t m;

	for (r = 0; r < ARRAY_LENGTH(rule_rows); r++) {
		for (m = 0; m < ARRAY_LENGTH(mode_rows); m++) {
			struct sg_settings global = {
				.mode = mode_rows[m].global,
			};
			struct sg_settings share =
				asks[rule_rows[r].ask].settings;
			struct sg_policy policy = no_policy;

			share.mode = mode_rows[m].share;
			policy.global = &global;
			policy.share = &share;
			policy.share_name = "payroll";
			check_rule(r,
				   SG_GATE_SHARE,
				   true,
				   &policy,
				   mode_rows[m].share_own);
		}
	}
}

static void test_policy_without_options_allows_all(void **state)
{
	struct sg_policy policy = no_policy;
	struct sg_facts facts = unknown_client;
	enum sg_dialect d;
	size_t g;

	policy.global = &asks_nothing;
	for (g = 0; g < ARRAY_LENGTH(gates); g++) {
		for (d = SG_DIALECT_LANMAN; d <= SG_DIALECT_SMB3_11; d++) {
			struct sg_verdict *verdict = NULL;

			facts.dialect = d;
			verdict = decide(gates[g], &policy, &facts);
			assert_int_equal(verdict->outcome, SG_ALLOWED);
			assert_null(verdict->option);
			talloc_free(verdict);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy_table_global_option_without_share),
		cmocka_unit_test(test_policy_table_global_option_at_share),
		cmocka_unit_test(test_policy_table_share_option),
		cmocka_unit_test(test_policy_without_options_allows_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
