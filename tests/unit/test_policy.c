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

/* wrap: _talloc_zero talloc_strdup talloc_asprintf talloc_vasprintf_append */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/policy.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* Out of memory at the fail_at-th allocation; 0: never */

static unsigned alloc_calls;
static unsigned fail_at;

static bool out_of_memory(void)
{
	alloc_calls++;
	return alloc_calls == fail_at;
}

void *__real__talloc_zero(const void *ctx, size_t size, const char *name);
void *__wrap__talloc_zero(const void *ctx, size_t size, const char *name);
char *__real_talloc_strdup(const void *ctx, const char *text);
char *__wrap_talloc_strdup(const void *ctx, const char *text);
char *__wrap_talloc_asprintf(const void *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *__real_talloc_vasprintf_append(char *text, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));
char *__wrap_talloc_vasprintf_append(char *text, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));

void *__wrap__talloc_zero(const void *ctx, size_t size, const char *name)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real__talloc_zero(ctx, size, name);
}

char *__wrap_talloc_strdup(const void *ctx, const char *text)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real_talloc_strdup(ctx, text);
}

char *__wrap_talloc_asprintf(const void *ctx, const char *format, ...)
{
	bool fails = out_of_memory();
	char *text = NULL;
	va_list ap;

	if (fails) {
		return NULL;
	}
	va_start(ap, format);
	text = talloc_vasprintf(ctx, format, ap);
	va_end(ap);
	return text;
}

char *__wrap_talloc_vasprintf_append(char *text, const char *format, va_list ap)
{
	bool fails = out_of_memory();

	if (fails) {
		return NULL;
	}
	return __real_talloc_vasprintf_append(text, format, ap);
}

static const enum sg_gate gates[] = {
	SG_GATE_NEGOTIATE,
	SG_GATE_SESSION,
	SG_GATE_SHARE,
};

/*
 * smbd's own limits so wide that they refuse nobody: SG_DIALECT_NONE as the
 * dialect is the one exception, at the negotiate gate.
 */
static const struct sg_policy no_policy = {
	.native_min = SG_DIALECT_LANMAN,
	.native_max = SG_DIALECT_SMB3_11,
};

static const struct sg_settings asks_nothing;

/* Nothing is known of this client. */
static const struct sg_facts unknown_client = {
	.signing_algorithm = SG_SIGNING_NONE,
};

/* A client that meets all that can be asked for */
static const struct sg_facts best_client = {
	.client_address = "192.0.2.7",
	.account = "alice",
	.domain = "EXAMPLE",
	.mechanism = "krb5",
	.dialect = SG_DIALECT_SMB3_11,
	.cipher = SG_CIPHER_AES256_GCM,
	.signing_algorithm = SG_SIGNING_AES128_GMAC,
	.can_encrypt = true,
	.can_sign = true,
	.is_encrypted = SG_YES,
	.is_signed = SG_YES,
	.share = "payroll",
};

/* A client of the dialect, with the cipher (0: none negotiated) */
static struct sg_facts client_with(enum sg_dialect dialect,
				   uint16_t cipher,
				   bool can_encrypt)
{
	struct sg_facts facts = best_client;

	facts.dialect = dialect;
	facts.cipher = cipher;
	facts.can_encrypt = can_encrypt;
	return facts;
}

static struct sg_verdict *decide(enum sg_gate gate,
				 const struct sg_policy *policy,
				 const struct sg_facts *facts)
{
	struct sg_verdict *verdict = NULL;

	verdict = sg_decide(NULL, gate, policy, facts);
	assert_non_null(verdict);
	assert_non_null(verdict->reason);
	assert_true(strlen(verdict->reason) > 0);
	return verdict;
}

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

/*
 * The modes of [global] and of the share, and what becomes of an option that
 * is not met: one of [global] where no share is in sight, one of [global] at
 * the share, one of the share itself.
 */
static const struct {
	enum sg_mode global;
	enum sg_mode share;
	enum sg_outcome global_alone;
	enum sg_outcome global_at_share;
	enum sg_outcome share_own;
} mode_rows[] = {
	{SG_MODE_UNSET, SG_MODE_UNSET, SG_DENIED, SG_DENIED, SG_DENIED},
	{SG_MODE_UNSET, SG_MODE_ENFORCE, SG_DENIED, SG_DENIED, SG_DENIED},
	{SG_MODE_UNSET, SG_MODE_AUDIT, SG_DENIED, SG_DENIED, SG_WOULD_DENY},
	{SG_MODE_ENFORCE, SG_MODE_UNSET, SG_DENIED, SG_DENIED, SG_DENIED},
	{SG_MODE_ENFORCE, SG_MODE_ENFORCE, SG_DENIED, SG_DENIED, SG_DENIED},
	{SG_MODE_ENFORCE, SG_MODE_AUDIT, SG_DENIED, SG_DENIED, SG_WOULD_DENY},
	{SG_MODE_AUDIT,
	 SG_MODE_UNSET,
	 SG_WOULD_DENY,
	 SG_WOULD_DENY,
	 SG_WOULD_DENY},
	{SG_MODE_AUDIT, SG_MODE_ENFORCE, SG_WOULD_DENY, SG_DENIED, SG_DENIED},
	{SG_MODE_AUDIT,
	 SG_MODE_AUDIT,
	 SG_WOULD_DENY,
	 SG_WOULD_DENY,
	 SG_WOULD_DENY},
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

/* Precedence */

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
	return sg_policy_enforces(policy, NULL, SG_OPTION_ENCRYPTION);
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

/* Values as smb.conf has them, through the parser */

struct line {
	const char *name; /* NULL: every option */
	const char *value;
};

static const char *line_get(const char *name, void *private_data)
{
	const struct line *line = private_data;

	if (line->name != NULL && strcmp(line->name, name) != 0) {
		return NULL;
	}
	return line->value;
}

static struct sg_settings *parse(TALLOC_CTX *mem_ctx,
				 enum sg_where where,
				 const char *name,
				 const char *value,
				 enum sg_mode mode)
{
	struct line line = {.name = name, .value = value};
	struct sg_settings *settings = NULL;

	settings = sg_settings_parse(mem_ctx, where, line_get, &line);
	assert_non_null(settings);
	if (mode != SG_MODE_UNSET) {
		settings->mode = mode;
	}
	return settings;
}

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
	size_t asked = 0;
	size_t i;

	for (o = sg_option_table(); o->name != NULL; o++) {
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
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_int_equal(sg_settings_ask(&rows[i].settings),
				 rows[i].expected);
	}
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
	size_t m;

	for (o = sg_option_table(); o->name != NULL; o++) {
		/* What is wrong with an exception refuses nobody by itself. */
		if (o->type == SG_TYPE_NAMES) {
			continue;
		}
		for (m = 0; m < ARRAY_LENGTH(mode_rows); m++) {
			check_fault(o->name, SG_GLOBAL, SG_GATE_SESSION, m);
			check_fault(o->name, SG_GLOBAL, SG_GATE_SHARE, m);
			check_fault(o->name, SG_SHARE, SG_GATE_SHARE, m);
		}
	}
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

/* smbd's own limits */

static void test_policy_native_refusals_are_told(void **state)
{
	static const struct {
		enum sg_dialect min;
		enum sg_dialect max;
		enum sg_dialect dialect;
		enum sg_outcome outcome;
		const char *option;
	} rows[] = {
		/* without limits, a client that no dialect serves */
		{SG_DIALECT_NONE,
		 SG_DIALECT_NONE,
		 SG_DIALECT_NONE,
		 SG_DENIED,
		 "server min protocol"},
		{SG_DIALECT_NONE,
		 SG_DIALECT_NONE,
		 SG_DIALECT_LANMAN,
		 SG_ALLOWED,
		 NULL},
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
		{SG_DIALECT_NT1,
		 SG_DIALECT_SMB3_11,
		 SG_DIALECT_NT1,
		 SG_ALLOWED,
		 NULL},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sg_facts facts =
			client_with(rows[i].dialect, 0, false);
		struct sg_policy policy = {
			.global = &asks_nothing,
			.native_min = rows[i].min,
			.native_max = rows[i].max,
		};
		struct sg_verdict *verdict = NULL;

		verdict = decide(SG_GATE_NEGOTIATE, &policy, &facts);
		assert_int_equal(verdict->outcome, rows[i].outcome);
		if (rows[i].option != NULL) {
			assert_string_equal(verdict->option, rows[i].option);
			assert_string_equal(verdict->scope, "native");
			assert_non_null(
				strstr(verdict->reason, rows[i].option));
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
		cmocka_unit_test(test_policy_table_global_option_without_share),
		cmocka_unit_test(test_policy_table_global_option_at_share),
		cmocka_unit_test(test_policy_table_share_option),
		cmocka_unit_test(test_policy_without_options_allows_all),
		cmocka_unit_test(test_policy_share_cannot_loosen_global),
		cmocka_unit_test(test_policy_share_tightens_global),
		cmocka_unit_test(
			test_policy_audit_share_cannot_open_enforcing_global),
		cmocka_unit_test(test_policy_denied_goes_before_would_deny),
		cmocka_unit_test(test_policy_mode_of_section),
		cmocka_unit_test(
			test_policy_enforces_encryption_where_it_denies),
		cmocka_unit_test(test_policy_unknown_facts_satisfy_no_option),
		cmocka_unit_test(test_policy_settings_ask),
		cmocka_unit_test(test_policy_fault_refuses_or_is_recorded),
		cmocka_unit_test(test_policy_values_without_fault_allow),
		cmocka_unit_test(test_policy_faulty_mode_enforces),
		cmocka_unit_test(
			test_policy_faulty_floor_at_negotiate_is_the_strictest),
		cmocka_unit_test(test_policy_broken_gate_refuses_what_is_asked),
		cmocka_unit_test(
			test_policy_broken_gate_audit_share_cannot_open_global),
		cmocka_unit_test(test_policy_native_refusals_are_told),
		cmocka_unit_test(test_policy_native_refusal_beside_our_own),
		cmocka_unit_test(
			test_policy_reason_names_client_option_and_scope),
		cmocka_unit_test(test_policy_reason_of_an_unknown_client),
		cmocka_unit_test(test_policy_reason_holds_any_string),
		cmocka_unit_test(test_policy_out_of_memory_gives_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
