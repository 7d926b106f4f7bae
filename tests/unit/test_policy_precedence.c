/*
 * smbguard: tests of [global] and shares that differ
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

#include "policy_fixture.h"

struct precedence {
	struct sg_settings global;
	struct sg_settings share;
	enum sg_dialect dialect;
	bool can_encrypt;
	enum sg_outcome outcome;
	const char *option; /* NULL: none decided */
	const char *scope;
};

static void check_precedence(const struct precedence *row)
{
	const struct sg_facts facts = client_with(
		row->dialect,
		row->can_encrypt ? SG_CIPHER_AES128_GCM : SG_CIPHER_NONE,
		row->can_encrypt);
	struct sg_policy policy = no_policy;
	struct sg_verdict *verdict = NULL;

	policy.global = &row->global;
	policy.share = &row->share;
	policy.share_name = "payroll";
	verdict = decide(SG_GATE_SHARE, &policy, &facts);
	assert_int_equal(verdict->outcome, row->outcome);
	if (row->option == NULL) {
		assert_null(verdict->option);
	} else {
		assert_string_equal(verdict->option, row->option);
		assert_string_equal(verdict->scope, row->scope);
	}
	talloc_free(verdict);
}

static void test_policy_share_cannot_loosen_global(void **state)
{
	static const struct precedence rows[] = {
		{{.encryption = SG_NEED_REQUIRED},
		 {.encryption = SG_NEED_OPTIONAL},
		 SG_DIALECT_SMB2_10,
		 false,
		 SG_DENIED,
		 "smbguard:encryption",
		 "global"},
		{{.encryption = SG_NEED_REQUIRED},
		 {.encryption = SG_NEED_OPTIONAL},
		 SG_DIALECT_SMB3_11,
		 true,
		 SG_ALLOWED,
		 "smbguard:encryption",
		 "global"},
		{{.min_protocol = SG_DIALECT_SMB3_00},
		 {.min_protocol = SG_DIALECT_NT1},
		 SG_DIALECT_SMB2_10,
		 false,
		 SG_DENIED,
		 "smbguard:min protocol",
		 "global"},
		{{.min_protocol = SG_DIALECT_SMB3_00},
		 {.min_protocol = SG_DIALECT_NT1},
		 SG_DIALECT_SMB3_00,
		 true,
		 SG_ALLOWED,
		 "smbguard:min protocol",
		 "global"},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		check_precedence(&rows[i]);
	}
}

static void test_policy_share_tightens_global(void **state)
{
	static const struct precedence rows[] = {
		{{.encryption = SG_NEED_OPTIONAL},
		 {.encryption = SG_NEED_REQUIRED},
		 SG_DIALECT_SMB2_10,
		 false,
		 SG_DENIED,
		 "smbguard:encryption",
		 "payroll"},
		{{.min_protocol = SG_DIALECT_SMB2_02},
		 {.min_protocol = SG_DIALECT_SMB3_11},
		 SG_DIALECT_SMB3_02,
		 true,
		 SG_DENIED,
		 "smbguard:min protocol",
		 "payroll"},
		{{.min_protocol = SG_DIALECT_SMB2_02},
		 {.min_protocol = SG_DIALECT_SMB3_11},
		 SG_DIALECT_SMB3_11,
		 true,
		 SG_ALLOWED,
		 "smbguard:min protocol",
		 "global"},
		/* What differs adds up. */
		{{.min_protocol = SG_DIALECT_SMB3_00},
		 {.encryption = SG_NEED_REQUIRED},
		 SG_DIALECT_SMB3_00,
		 false,
		 SG_DENIED,
		 "smbguard:encryption",
		 "payroll"},
		{{.encryption = SG_NEED_OPTIONAL},
		 {.encryption = SG_NEED_OPTIONAL},
		 SG_DIALECT_NT1,
		 false,
		 SG_ALLOWED,
		 NULL,
		 NULL},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		check_precedence(&rows[i]);
	}
}

static void test_policy_audit_share_cannot_open_enforcing_global(void **state)
{
	static const struct precedence rows[] = {
		{{.encryption = SG_NEED_REQUIRED},
		 {.mode = SG_MODE_AUDIT},
		 SG_DIALECT_SMB2_10,
		 false,
		 SG_DENIED,
		 "smbguard:encryption",
		 "global"},
		{{.encryption = SG_NEED_REQUIRED},
		 {.mode = SG_MODE_AUDIT, .encryption = SG_NEED_REQUIRED},
		 SG_DIALECT_SMB2_10,
		 false,
		 SG_DENIED,
		 "smbguard:encryption",
		 "global"},
		{{.mode = SG_MODE_ENFORCE, .encryption = SG_NEED_REQUIRED},
		 {.mode = SG_MODE_AUDIT},
		 SG_DIALECT_SMB3_11,
		 true,
		 SG_ALLOWED,
		 "smbguard:encryption",
		 "global"},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		check_precedence(&rows[i]);
	}
}

/* A refusal is told before a would-be refusal, whatever comes first. */
static void test_policy_denied_goes_before_would_deny(void **state)
{
	static const struct precedence rows[] = {
		/* would_deny by the share, denied by [global] */
		{{.min_protocol = SG_DIALECT_SMB3_00},
		 {.mode = SG_MODE_AUDIT, .encryption = SG_NEED_REQUIRED},
		 SG_DIALECT_SMB2_10,
		 false,
		 SG_DENIED,
		 "smbguard:min protocol",
		 "global"},
		/* the same client is only told of where nothing enforces */
		{{.mode = SG_MODE_AUDIT, .min_protocol = SG_DIALECT_SMB2_02},
		 {.encryption = SG_NEED_REQUIRED},
		 SG_DIALECT_SMB2_10,
		 false,
		 SG_WOULD_DENY,
		 "smbguard:encryption",
		 "payroll"},
		/* and an option that is met does not hide one that is not */
		{{.encryption = SG_NEED_REQUIRED},
		 {.min_protocol = SG_DIALECT_SMB3_11},
		 SG_DIALECT_SMB3_00,
		 true,
		 SG_DENIED,
		 "smbguard:min protocol",
		 "payroll"},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		check_precedence(&rows[i]);
	}
}

/* Of refusals that weigh the same, the first rule is told, [global] first. */
static void test_policy_findings_by_rule_then_by_section(void **state)
{
	static const struct precedence rows[] = {
		/* the same rule in both sections */
		{{.encryption = SG_NEED_REQUIRED},
		 {.encryption = SG_NEED_REQUIRED},
		 SG_DIALECT_SMB2_10,
		 false,
		 SG_DENIED,
		 "smbguard:encryption",
		 "global"},
		/* encryption of the share before the floor of [global] */
		{{.min_protocol = SG_DIALECT_SMB3_11},
		 {.encryption = SG_NEED_REQUIRED},
		 SG_DIALECT_SMB2_10,
		 false,
		 SG_DENIED,
		 "smbguard:encryption",
		 "payroll"},
		{{.encryption = SG_NEED_REQUIRED},
		 {.min_protocol = SG_DIALECT_SMB3_11},
		 SG_DIALECT_SMB2_10,
		 false,
		 SG_DENIED,
		 "smbguard:encryption",
		 "global"},
		/* the floor before the algorithms, wherever they stand */
		{{.encryption_algorithms = 1 << SG_CIPHER_AES256_GCM},
		 {.min_protocol = SG_DIALECT_SMB3_11},
		 SG_DIALECT_SMB3_00,
		 true,
		 SG_DENIED,
		 "smbguard:min protocol",
		 "payroll"},
		/* the same order of what is met */
		{{.min_protocol = SG_DIALECT_SMB3_00},
		 {.encryption = SG_NEED_REQUIRED},
		 SG_DIALECT_SMB3_00,
		 true,
		 SG_ALLOWED,
		 "smbguard:encryption",
		 "payroll"},
		/* and of what would be refused */
		{{.mode = SG_MODE_AUDIT, .min_protocol = SG_DIALECT_SMB3_11},
		 {.encryption = SG_NEED_REQUIRED},
		 SG_DIALECT_SMB2_10,
		 false,
		 SG_WOULD_DENY,
		 "smbguard:encryption",
		 "payroll"},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		check_precedence(&rows[i]);
	}
}

/* Faults before the rules, and a broken gate before both */
static void test_policy_findings_of_the_policy_itself_go_first(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	const struct sg_facts facts = client_with(SG_DIALECT_SMB2_10, 0, false);
	struct sg_settings share = {.encryption = SG_NEED_REQUIRED};
	struct sg_settings *global = NULL;
	struct sg_policy policy = no_policy;
	struct sg_verdict *verdict = NULL;

	global = parse(mem_ctx, SG_GLOBAL, "guest", "wurst", SG_MODE_UNSET);
	global->encryption = SG_NEED_REQUIRED;
	policy.global = global;
	policy.share = &share;
	policy.share_name = "payroll";
	verdict = decide(SG_GATE_SHARE, &policy, &facts);
	assert_string_equal(verdict->option, "smbguard:guest");
	assert_string_equal(verdict->actual, "wurst");
	talloc_free(verdict);
	policy.broken = "the session gate is not loaded";
	verdict = decide(SG_GATE_SHARE, &policy, &facts);
	assert_string_equal(verdict->option, "preload modules");
	talloc_free(verdict);
	/* and all of them are refusals by themselves */
	policy.broken = NULL;
	global->num_faults = 0;
	verdict = decide(SG_GATE_SHARE, &policy, &facts);
	assert_string_equal(verdict->option, "smbguard:encryption");
	assert_int_equal(verdict->outcome, SG_DENIED);
	talloc_free(verdict);
	talloc_free(mem_ctx);
}

static void test_policy_mode_of_section(void **state)
{
	static const struct {
		enum sg_mode global;
		enum sg_mode share;
		enum sg_mode expected;
	} rows[] = {
		{SG_MODE_UNSET, SG_MODE_UNSET, SG_MODE_ENFORCE},
		{SG_MODE_UNSET, SG_MODE_AUDIT, SG_MODE_AUDIT},
		{SG_MODE_UNSET, SG_MODE_ENFORCE, SG_MODE_ENFORCE},
		{SG_MODE_AUDIT, SG_MODE_UNSET, SG_MODE_AUDIT},
		{SG_MODE_AUDIT, SG_MODE_AUDIT, SG_MODE_AUDIT},
		{SG_MODE_AUDIT, SG_MODE_ENFORCE, SG_MODE_ENFORCE},
		{SG_MODE_ENFORCE, SG_MODE_UNSET, SG_MODE_ENFORCE},
		{SG_MODE_ENFORCE, SG_MODE_AUDIT, SG_MODE_AUDIT},
		{SG_MODE_ENFORCE, SG_MODE_ENFORCE, SG_MODE_ENFORCE},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sg_settings global = {.mode = rows[i].global};
		const struct sg_settings share = {.mode = rows[i].share};

		assert_int_equal(sg_mode_of(&global, &share), rows[i].expected);
		if (rows[i].share == SG_MODE_UNSET) {
			assert_int_equal(sg_mode_of(&global, NULL),
					 rows[i].expected);
		}
	}
}

static bool enforces_encryption(const struct sg_policy *policy)
{
	return sg_policy_enforces(policy, NULL, SG_RULE_ENCRYPTION);
}

/* The knob must be turned exactly where an unmet rule would be a refusal. */
static void test_policy_enforces_encryption_where_it_denies(void **state)
{
	size_t m;

	for (m = 0; m < ARRAY_LENGTH(mode_rows); m++) {
		const struct sg_settings global = {
			.mode = mode_rows[m].global,
		};
		const struct sg_settings share = {.mode = mode_rows[m].share};
		struct sg_settings global_asks = global;
		struct sg_settings share_asks = share;
		struct sg_policy policy = no_policy;

		global_asks.encryption = SG_NEED_REQUIRED;
		share_asks.encryption = SG_NEED_REQUIRED;
		policy.share_name = "payroll";

		policy.global = &global_asks;
		assert_int_equal(enforces_encryption(&policy),
				 mode_rows[m].global_alone == SG_DENIED);
		policy.share = &share;
		assert_int_equal(enforces_encryption(&policy),
				 mode_rows[m].global_at_share == SG_DENIED);
		policy.global = &global;
		assert_false(enforces_encryption(&policy));
		policy.share = &share_asks;
		assert_int_equal(enforces_encryption(&policy),
				 mode_rows[m].share_own == SG_DENIED);
		share_asks.encryption = SG_NEED_OPTIONAL;
		assert_false(enforces_encryption(&policy));
	}
}

static void test_policy_settings_ask(void **state)
{
	static const struct {
		struct sg_settings settings;
		bool expected;
	} rows[] = {
		{{.mode = SG_MODE_UNSET}, false},
		{{.mode = SG_MODE_ENFORCE}, false},
		{{.mode = SG_MODE_AUDIT}, false},
		{{.encryption = SG_NEED_OPTIONAL}, false},
		{{.encryption = SG_NEED_REQUIRED}, true},
		{{.min_protocol = SG_DIALECT_NT1}, true},
		{{.min_protocol = SG_DIALECT_SMB3_11}, true},
		{{.history = SG_SWITCH_YES}, false},
		{{.audit = SG_AUDIT_FILE}, false},
		{{.num_faults = 1}, true},
		{{.num_exception_faults = 1}, false},
		{{.num_exceptions = 1}, false},
		{{.encryption_algorithms = 2}, true},
		{{.signing = SG_NEED_OPTIONAL}, false},
		{{.signing = SG_NEED_REQUIRED}, true},
		{{.signing_algorithms = 1}, true},
		{{.guest = SG_PERMIT_ALLOW}, false},
		{{.guest = SG_PERMIT_DENY}, true},
		{{.ntlm = SG_PERMIT_ALLOW}, false},
		{{.ntlm = SG_PERMIT_DENY}, true},
		{{.downgrade = SG_DOWNGRADE_RECORD}, false},
		{{.downgrade = SG_DOWNGRADE_REFUSE}, true},
		{{.auth_failure_delay = 2000}, false},
		{{.audit_failure = SG_AUDIT_FAILURE_DENY}, false},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_int_equal(sg_settings_ask(&rows[i].settings),
				 rows[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy_share_cannot_loosen_global),
		cmocka_unit_test(test_policy_share_tightens_global),
		cmocka_unit_test(
			test_policy_audit_share_cannot_open_enforcing_global),
		cmocka_unit_test(test_policy_denied_goes_before_would_deny),
		cmocka_unit_test(test_policy_findings_by_rule_then_by_section),
		cmocka_unit_test(
			test_policy_findings_of_the_policy_itself_go_first),
		cmocka_unit_test(test_policy_mode_of_section),
		cmocka_unit_test(
			test_policy_enforces_encryption_where_it_denies),
		cmocka_unit_test(test_policy_settings_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
