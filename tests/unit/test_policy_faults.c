/*
 * smbguard: tests of the decision without a valid policy
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Options that cannot be parsed, facts that are not known, a gate that cannot
 * judge.
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

static void test_policy_unknown_facts_satisfy_no_option(void **state)
{
	static const char *const strict_values[] = {
		"required",
		"deny",
		"SMB3_11",
		"AES-256-GCM",
		"AES-128-GMAC",
	};
	const struct sg_option *o = NULL;
	const struct sg_option *const *row = NULL;
	size_t asked = 0;
	size_t i;

	for (row = sg_option_table(); *row != NULL; row++) {
		o = *row;
		for (i = 0; i < ARRAY_LENGTH(strict_values); i++) {
			TALLOC_CTX *mem_ctx = talloc_new(NULL);
			struct sg_policy policy = no_policy;
			struct sg_settings *share = NULL;
			struct sg_verdict *verdict = NULL;
			bool asks_it;

			policy.global = &asks_nothing;
			share = parse(mem_ctx,
				      SG_SHARE,
				      o->name,
				      strict_values[i],
				      SG_MODE_UNSET);
			policy.share = share;
			policy.share_name = "payroll";
			asks_it = sg_settings_ask(share);
			/* The ciphers are those of whoever encrypts. */
			if (share->encryption_algorithms != 0 || !asks_it ||
			    share->num_faults > 0) {
				talloc_free(mem_ctx);
				continue;
			}
			asked++;
			verdict =
				decide(SG_GATE_SHARE, &policy, &unknown_client);
			assert_int_equal(verdict->outcome, SG_DENIED);
			talloc_free(verdict);
			verdict = decide(SG_GATE_SHARE, &policy, &best_client);
			assert_int_equal(verdict->outcome, SG_ALLOWED);
			talloc_free(verdict);
			talloc_free(mem_ctx);
		}
	}
	assert_true(asked >= 2);
}

/* Faults */

static void check_fault(const char *option,
			enum sg_where where,
			enum sg_gate gate,
			size_t mode_row)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct sg_settings global = {.mode = mode_rows[mode_row].global};
	struct sg_settings share = {.mode = mode_rows[mode_row].share};
	struct sg_policy policy = no_policy;
	enum sg_outcome expected = mode_rows[mode_row].global_alone;
	struct sg_verdict *verdict = NULL;
	char full_name[128] = {0};

	policy.global = &global;
	if (gate == SG_GATE_SHARE) {
		policy.share = &share;
		policy.share_name = "payroll";
		expected = mode_rows[mode_row].global_at_share;
	}
	if (where == SG_GLOBAL) {
		policy.global =
			parse(mem_ctx, where, option, "wurst", global.mode);
	} else {
		policy.share =
			parse(mem_ctx, where, option, "wurst", share.mode);
		expected = mode_rows[mode_row].share_own;
	}
	/* A mode that cannot be parsed is the strictest one. */
	if (strcmp(option, "mode") == 0) {
		const struct sg_settings *faulty =
			where == SG_GLOBAL ? policy.global : policy.share;

		if (faulty->mode == SG_MODE_ENFORCE) {
			expected = SG_DENIED;
		}
	}
	verdict = decide(gate, &policy, &best_client);
	if (verdict->outcome != expected) {
		fail_msg("a faulty \"%s\" in %s, modes %d/%d, at gate %d: %d, "
			 "not %d",
			 option,
			 where == SG_GLOBAL ? "global" : "the share",
			 (int)global.mode,
			 (int)share.mode,
			 (int)gate,
			 (int)verdict->outcome,
			 (int)expected);
	}
	snprintf(full_name, sizeof(full_name), "smbguard:%s", option);
	assert_int_equal(verdict->cause, SG_CAUSE_FAULT);
	assert_string_equal(verdict->option, full_name);
	assert_string_equal(verdict->actual, "wurst");
	assert_string_equal(verdict->scope,
			    where == SG_GLOBAL ? "global" : "payroll");
	assert_non_null(strstr(verdict->reason, "wurst"));
	assert_non_null(strstr(verdict->reason, full_name));
	assert_non_null(strstr(verdict->reason, verdict->required));
	talloc_free(verdict);
	talloc_free(mem_ctx);
}

static void test_policy_fault_refuses_or_is_recorded(void **state)
{
	const struct sg_option *o = NULL;
	size_t seen = 0;
	const struct sg_option *const *row = NULL;
	size_t m;

	for (row = sg_option_table(); *row != NULL; row++) {
		o = *row;
		/* What is wrong with an exception refuses nobody by itself. */
		if (o->type == SG_TYPE_NAMES) {
			continue;
		}
		seen++;
		for (m = 0; m < ARRAY_LENGTH(mode_rows); m++) {
			check_fault(o->name, SG_GLOBAL, SG_GATE_SESSION, m);
			check_fault(o->name, SG_GLOBAL, SG_GATE_SHARE, m);
			check_fault(o->name, SG_SHARE, SG_GATE_SHARE, m);
		}
	}
	assert_true(seen > 0);
}

/* The values without a fault let the same client pass. */
static void test_policy_values_without_fault_allow(void **state)
{
	static const struct {
		const char *option;
		const char *value;
	} rows[] = {
		{"encryption", "required"},
		{"encryption", "optional"},
		{"min protocol", "SMB3_11"},
		{"mode", "enforce"},
		{"history", "no"},
		{"audit", "file"},
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t i;
	size_t g;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_policy policy = no_policy;

		policy.global = parse(mem_ctx,
				      SG_GLOBAL,
				      rows[i].option,
				      rows[i].value,
				      SG_MODE_UNSET);
		for (g = 0; g < ARRAY_LENGTH(gates); g++) {
			struct sg_verdict *verdict = NULL;

			verdict = decide(gates[g], &policy, &best_client);
			assert_int_equal(verdict->outcome, SG_ALLOWED);
			talloc_free(verdict);
		}
	}
	talloc_free(mem_ctx);
}

/* A mode that cannot be parsed enforces even if all else says audit. */
static void test_policy_faulty_mode_enforces(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	const struct sg_settings audit = {
		.mode = SG_MODE_AUDIT,
		.encryption = SG_NEED_REQUIRED,
	};
	const struct sg_facts facts = client_with(SG_DIALECT_SMB2_10, 0, false);
	struct sg_policy policy = no_policy;
	struct sg_verdict *verdict = NULL;

	policy.global = &audit;
	policy.share_name = "payroll";
	policy.share = parse(mem_ctx, SG_SHARE, "mode", "audti", SG_MODE_UNSET);
	verdict = decide(SG_GATE_SHARE, &policy, &facts);
	assert_int_equal(verdict->outcome, SG_DENIED);
	talloc_free(verdict);

	policy.share = parse(mem_ctx, SG_SHARE, "mode", "audit", SG_MODE_UNSET);
	verdict = decide(SG_GATE_SHARE, &policy, &facts);
	assert_int_equal(verdict->outcome, SG_WOULD_DENY);
	talloc_free(verdict);
	talloc_free(mem_ctx);
}

static void test_policy_faulty_floor_at_negotiate_is_the_strictest(void **state)
{
	static const struct {
		const char *value;
		enum sg_dialect dialect;
		enum sg_outcome outcome;
	} rows[] = {
		{"SMB3", SG_DIALECT_SMB3_02, SG_DENIED},
		{"SMB3", SG_DIALECT_SMB3_11, SG_ALLOWED},
		{"SMB3_00", SG_DIALECT_SMB3_02, SG_ALLOWED},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		const struct sg_facts facts =
			client_with(rows[i].dialect, 1, true);
		struct sg_policy policy = no_policy;
		struct sg_verdict *verdict = NULL;

		policy.global = parse(mem_ctx,
				      SG_GLOBAL,
				      "min protocol",
				      rows[i].value,
				      SG_MODE_UNSET);
		verdict = decide(SG_GATE_NEGOTIATE, &policy, &facts);
		assert_int_equal(verdict->outcome, rows[i].outcome);
		talloc_free(verdict);
		talloc_free(mem_ctx);
	}
}

/* A gate that cannot judge */

static void test_policy_broken_gate_refuses_what_is_asked(void **state)
{
	static const struct {
		struct sg_settings global;
		struct sg_settings share;
		enum sg_outcome outcome;
	} rows[] = {
		{{.mode = SG_MODE_UNSET}, {.mode = SG_MODE_UNSET}, SG_ALLOWED},
		{{.mode = SG_MODE_ENFORCE},
		 {.mode = SG_MODE_ENFORCE},
		 SG_ALLOWED},
		{{.encryption = SG_NEED_OPTIONAL},
		 {.encryption = SG_NEED_OPTIONAL},
		 SG_ALLOWED},
		{{.encryption = SG_NEED_REQUIRED},
		 {.mode = SG_MODE_UNSET},
		 SG_DENIED},
		{{.mode = SG_MODE_UNSET},
		 {.encryption = SG_NEED_REQUIRED},
		 SG_DENIED},
		{{.num_faults = 0},
		 {.min_protocol = SG_DIALECT_NT1},
		 SG_DENIED},
		{{.mode = SG_MODE_AUDIT, .encryption = SG_NEED_REQUIRED},
		 {.mode = SG_MODE_UNSET},
		 SG_WOULD_DENY},
		{{.mode = SG_MODE_AUDIT},
		 {.encryption = SG_NEED_REQUIRED},
		 SG_WOULD_DENY},
		{{.mode = SG_MODE_ENFORCE},
		 {.mode = SG_MODE_AUDIT, .encryption = SG_NEED_REQUIRED},
		 SG_WOULD_DENY},
		{{.mode = SG_MODE_AUDIT, .encryption = SG_NEED_REQUIRED},
		 {.mode = SG_MODE_ENFORCE},
		 SG_DENIED},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_policy policy = no_policy;
		struct sg_verdict *verdict = NULL;

		policy.global = &rows[i].global;
		policy.share = &rows[i].share;
		policy.share_name = "payroll";
		policy.broken = "the session gate is not loaded";
		policy.broken_remedy = "Add it to \"preload modules\"";
		verdict = decide(SG_GATE_SHARE, &policy, &best_client);
		assert_int_equal(verdict->outcome, rows[i].outcome);
		if (rows[i].outcome != SG_ALLOWED) {
			assert_non_null(strstr(verdict->reason, policy.broken));
			assert_non_null(
				strstr(verdict->reason, policy.broken_remedy));
			assert_non_null(strstr(verdict->reason, "alice"));
			assert_string_equal(verdict->option, "preload modules");
			assert_int_equal(verdict->cause, SG_CAUSE_BROKEN);
			assert_int_equal(verdict->rule, SG_RULE_NONE);
		}
		talloc_free(verdict);
		/* A gate that is broken for one option alone */
		policy.broken_rule = SG_RULE_ENCRYPTION;
		verdict = decide(SG_GATE_SHARE, &policy, &best_client);
		if (rows[i].outcome != SG_ALLOWED) {
			assert_string_equal(verdict->option,
					    "smbguard:encryption");
			assert_int_equal(verdict->cause, SG_CAUSE_BROKEN);
			assert_int_equal(verdict->rule, SG_RULE_ENCRYPTION);
		}
		talloc_free(verdict);

		/* The same policy and client with a whole gate */
		policy.broken = NULL;
		verdict = decide(SG_GATE_SHARE, &policy, &best_client);
		assert_int_equal(verdict->outcome, SG_ALLOWED);
		talloc_free(verdict);
	}
}

/* See sections_of(): [global] is enforced, so a broken gate refuses. */
static void test_policy_broken_gate_audit_share_cannot_open_global(void **state)
{
	const struct sg_settings global = {.encryption = SG_NEED_REQUIRED};
	const struct sg_settings share = {.mode = SG_MODE_AUDIT};
	struct sg_policy policy = no_policy;
	struct sg_verdict *verdict = NULL;

	policy.global = &global;
	policy.share = &share;
	policy.share_name = "payroll";
	policy.broken = "the session gate is not loaded";
	verdict = decide(SG_GATE_SHARE, &policy, &best_client);
	assert_int_equal(verdict->outcome, SG_DENIED);
	talloc_free(verdict);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy_unknown_facts_satisfy_no_option),
		cmocka_unit_test(test_policy_fault_refuses_or_is_recorded),
		cmocka_unit_test(test_policy_values_without_fault_allow),
		cmocka_unit_test(test_policy_faulty_mode_enforces),
		cmocka_unit_test(
			test_policy_faulty_floor_at_negotiate_is_the_strictest),
		cmocka_unit_test(test_policy_broken_gate_refuses_what_is_asked),
		cmocka_unit_test(
			test_policy_broken_gate_audit_share_cannot_open_global),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
