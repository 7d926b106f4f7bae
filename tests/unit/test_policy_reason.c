/*
 * smbguard: tests of what a verdict says
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* wrap: _talloc_array _talloc_realloc _talloc_realloc_array _talloc_zero
   _talloc_zero_array talloc_asprintf talloc_asprintf_append
   talloc_named_const talloc_strdup talloc_strdup_append talloc_strndup
   talloc_vasprintf_append */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy_fixture.h"
#include "talloc_fault.h"

/* smbd's own limits */

static const struct {
	enum sg_dialect min;
	enum sg_dialect max;
	enum sg_dialect dialect;
	enum sg_outcome outcome;
	const char *option;
} native_rows[] = {
	/* without limits, a client that no dialect serves */
	{SG_DIALECT_NONE,
	 SG_DIALECT_NONE,
	 SG_DIALECT_NONE,
	 SG_DENIED,
	 "server min protocol"},
	{SG_DIALECT_NONE, SG_DIALECT_NONE, SG_DIALECT_LANMAN, SG_ALLOWED, NULL},
	{SG_DIALECT_SMB2_02,
	 SG_DIALECT_SMB3_11,
	 SG_DIALECT_NT1,
	 SG_DENIED,
	 "server min protocol"},
	{SG_DIALECT_SMB2_02,
	 SG_DIALECT_SMB3_11,
	 SG_DIALECT_NONE,
	 SG_DENIED,
	 "server min protocol"},
	{SG_DIALECT_SMB2_02,
	 SG_DIALECT_SMB3_11,
	 SG_DIALECT_SMB2_02,
	 SG_ALLOWED,
	 NULL},
	{SG_DIALECT_SMB2_02,
	 SG_DIALECT_SMB3_11,
	 SG_DIALECT_SMB3_11,
	 SG_ALLOWED,
	 NULL},
	{SG_DIALECT_SMB2_02,
	 SG_DIALECT_SMB2_10,
	 SG_DIALECT_SMB3_00,
	 SG_DENIED,
	 "server max protocol"},
	{SG_DIALECT_SMB2_02,
	 SG_DIALECT_SMB2_10,
	 SG_DIALECT_SMB2_10,
	 SG_ALLOWED,
	 NULL},
	{SG_DIALECT_NT1,
	 SG_DIALECT_SMB3_11,
	 SG_DIALECT_LANMAN,
	 SG_DENIED,
	 "server min protocol"},
	{SG_DIALECT_NT1, SG_DIALECT_SMB3_11, SG_DIALECT_NT1, SG_ALLOWED, NULL},
};

static void test_policy_native_refusals_are_told(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(native_rows); i++) {
		const struct sg_facts facts =
			client_with(native_rows[i].dialect, 0, false);
		struct sg_policy policy = {
			.global = &asks_nothing,
			.native_min = native_rows[i].min,
			.native_max = native_rows[i].max,
		};
		struct sg_verdict *verdict = NULL;

		verdict = decide(SG_GATE_NEGOTIATE, &policy, &facts);
		assert_int_equal(verdict->outcome, native_rows[i].outcome);
		if (native_rows[i].option != NULL) {
			assert_string_equal(verdict->option,
					    native_rows[i].option);
			assert_string_equal(verdict->scope, "native");
			assert_non_null(
				strstr(verdict->reason, native_rows[i].option));
			assert_non_null(strstr(verdict->reason, "192.0.2.7"));
		} else {
			assert_null(verdict->option);
		}
		talloc_free(verdict);

		/* It is the negotiate gate's business alone. */
		verdict = decide(SG_GATE_SESSION, &policy, &facts);
		assert_int_equal(verdict->outcome, SG_ALLOWED);
		talloc_free(verdict);
	}
}

static void test_policy_native_lists_are_told(void **state)
{
	static const struct {
		enum sg_dialect dialect;
		uint16_t cipher;
		int signing;
		const char *option;
	} rows[] = {
		{SG_DIALECT_SMB3_11,
		 SG_CIPHER_AES256_GCM,
		 SG_SIGNING_AES128_GMAC,
		 NULL},
		{SG_DIALECT_SMB3_11,
		 SG_CIPHER_NONE,
		 SG_SIGNING_AES128_GMAC,
		 NULL},
		{SG_DIALECT_SMB3_00,
		 SG_CIPHER_AES128_CCM,
		 SG_SIGNING_AES128_GMAC,
		 "server smb3 encryption algorithms"},
		{SG_DIALECT_SMB3_00,
		 SG_CIPHER_NONE,
		 SG_SIGNING_AES128_CMAC,
		 "server smb3 signing algorithms"},
		{SG_DIALECT_SMB2_02,
		 SG_CIPHER_NONE,
		 SG_SIGNING_HMAC_SHA256,
		 "server smb3 signing algorithms"},
		{SG_DIALECT_NT1, SG_CIPHER_NONE, SG_SIGNING_MD5, NULL},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_policy policy = no_policy;
		struct sg_facts facts =
			client_with(rows[i].dialect, rows[i].cipher, true);
		struct sg_verdict *verdict = NULL;

		facts.signing_algorithm = rows[i].signing;
		policy.global = &asks_nothing;
		policy.native_ciphers = 1U << SG_CIPHER_AES256_GCM;
		policy.native_signing = 1U << SG_SIGNING_AES128_GMAC;
		verdict = decide(SG_GATE_NEGOTIATE, &policy, &facts);
		assert_null(verdict->option); /* they are not known */
		talloc_free(verdict);

		policy.have_native_lists = true;
		verdict = decide(SG_GATE_NEGOTIATE, &policy, &facts);
		if (rows[i].option == NULL) {
			assert_null(verdict->option);
		} else {
			assert_int_equal(verdict->outcome, SG_DENIED);
			assert_string_equal(verdict->option, rows[i].option);
			assert_string_equal(verdict->scope, "native");
			assert_int_equal(verdict->cause, SG_CAUSE_NATIVE);
			assert_non_null(
				strstr(verdict->reason, rows[i].option));
		}
		talloc_free(verdict);
	}
	assert_int_equal(i, 6);
}

/* Our own refusal is told rather than smbd's; audit mode does not hide it. */
static void test_policy_native_refusal_beside_our_own(void **state)
{
	static const struct {
		enum sg_mode mode;
		const char *option;
	} rows[] = {
		{SG_MODE_ENFORCE, "smbguard:min protocol"},
		{SG_MODE_AUDIT, "server min protocol"},
	};
	const struct sg_facts facts = client_with(SG_DIALECT_NT1, 0, false);
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sg_settings global = {
			.mode = rows[i].mode,
			.min_protocol = SG_DIALECT_SMB3_00,
		};
		struct sg_policy policy = {
			.global = &global,
			.native_min = SG_DIALECT_SMB2_02,
			.native_max = SG_DIALECT_SMB3_11,
		};
		struct sg_verdict *verdict = NULL;

		verdict = decide(SG_GATE_NEGOTIATE, &policy, &facts);
		assert_int_equal(verdict->outcome, SG_DENIED);
		assert_string_equal(verdict->option, rows[i].option);
		talloc_free(verdict);
	}
}

/* What a person reads */

static void check_reason(enum sg_mode mode,
			 bool in_share,
			 bool met,
			 const char *start)
{
	struct sg_settings asking = {
		.mode = mode,
		.encryption = SG_NEED_REQUIRED,
	};
	struct sg_facts facts = client_with(SG_DIALECT_SMB2_10, 0, false);
	struct sg_policy policy = no_policy;
	struct sg_verdict *verdict = NULL;
	const char *words[] = {
		"alice",
		"192.0.2.7",
		met ? "SMB3_11" : "SMB2_10",
		"smbguard:encryption = required",
		in_share ? "[payroll]" : "[global]",
	};
	size_t i;

	if (met) {
		facts = best_client;
	}
	policy.global = in_share ? &asks_nothing : &asking;
	policy.share = in_share ? &asking : &asks_nothing;
	policy.share_name = "payroll";
	verdict = decide(SG_GATE_SHARE, &policy, &facts);
	assert_memory_equal(verdict->reason, start, strlen(start));
	for (i = 0; i < ARRAY_LENGTH(words); i++) {
		if (strstr(verdict->reason, words[i]) == NULL) {
			fail_msg("no \"%s\" in \"%s\"",
				 words[i],
				 verdict->reason);
		}
	}
	assert_int_equal(verdict->reason[strlen(verdict->reason) - 1], '.');
	talloc_free(verdict);
}

static void test_policy_reason_names_client_option_and_scope(void **state)
{
	/* [global]'s audit would be lifted by a share that enforces. */
	check_reason(SG_MODE_ENFORCE, false, false, "Refused: ");
	check_reason(SG_MODE_ENFORCE, true, false, "Refused: ");
	check_reason(SG_MODE_AUDIT, true, false, "Would be refused: ");
	check_reason(SG_MODE_AUDIT, false, false, "Would be refused: ");
	check_reason(SG_MODE_ENFORCE, true, true, "Allowed: ");
	check_reason(SG_MODE_ENFORCE, false, true, "Allowed: ");
}

static void test_policy_reason_of_an_unknown_client(void **state)
{
	const struct sg_settings global = {
		.encryption = SG_NEED_REQUIRED,
		.min_protocol = SG_DIALECT_SMB3_11,
	};
	struct sg_policy policy = no_policy;
	size_t g;

	policy.global = &global;
	for (g = 0; g < ARRAY_LENGTH(gates); g++) {
		struct sg_verdict *verdict = NULL;

		verdict = decide(gates[g], &policy, &unknown_client);
		assert_int_equal(verdict->outcome, SG_DENIED);
		assert_null(strstr(verdict->reason, "(null)"));
		assert_non_null(strstr(verdict->reason, "an unknown address"));
		talloc_free(verdict);
	}
}

/* Strings of a client's choice are no formats, and no limit on their size. */
static void test_policy_reason_holds_any_string(void **state)
{
	const struct sg_settings global = {.encryption = SG_NEED_REQUIRED};
	struct sg_facts facts = client_with(SG_DIALECT_SMB2_10, 0, false);
	struct sg_policy policy = no_policy;
	struct sg_verdict *verdict = NULL;
	char *name = talloc_zero_array(NULL, char, 70001);

	assert_non_null(name);
	memset(name, '%', 70000);
	name[1] = 's';
	name[3] = 'n';
	facts.account = name;
	policy.global = &global;
	verdict = decide(SG_GATE_SHARE, &policy, &facts);
	assert_non_null(strstr(verdict->reason, name));
	talloc_free(verdict);
	talloc_free(name);
}

static void test_policy_out_of_memory_gives_no_verdict(void **state)
{
	static const struct sg_settings global = {
		.encryption = SG_NEED_REQUIRED,
		.min_protocol = SG_DIALECT_SMB3_11,
	};
	static const struct sg_facts nobody = {.dialect = SG_DIALECT_NT1};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	TALLOC_CTX *config = talloc_new(NULL);
	struct sg_policy policy = no_policy;
	size_t g;
	unsigned n;

	policy.global = &global;
	policy.share =
		parse(config, SG_SHARE, "encryption", "wurst", SG_MODE_UNSET);
	policy.share_name = "payroll";
	policy.broken = "the session gate is not loaded";
	policy.native_min = SG_DIALECT_SMB2_02;
	for (g = 0; g < ARRAY_LENGTH(gates); g++) {
		struct sg_verdict *verdict = NULL;

		for (n = 1; n < 1000; n++) {
			alloc_calls = 0;
			fail_at = n;
			verdict =
				sg_decide(mem_ctx, gates[g], &policy, &nobody);
			fail_at = 0;
			if (alloc_calls < n) {
				break;
			}
			assert_null(verdict);
			assert_int_equal(talloc_total_blocks(mem_ctx), 1);
		}
		assert_non_null(verdict);
		assert_int_equal(verdict->outcome, SG_DENIED);
		assert_true(n > 4);
		talloc_free(verdict);
	}
	talloc_free(config);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy_native_refusals_are_told),
		cmocka_unit_test(test_policy_native_lists_are_told),
		cmocka_unit_test(test_policy_native_refusal_beside_our_own),
		cmocka_unit_test(
			test_policy_reason_names_client_option_and_scope),
		cmocka_unit_test(test_policy_reason_of_an_unknown_client),
		cmocka_unit_test(test_policy_reason_holds_any_string),
		cmocka_unit_test(test_policy_out_of_memory_gives_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
