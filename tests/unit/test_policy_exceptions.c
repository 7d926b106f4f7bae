/*
 * smbguard: tests of verdicts with exceptions
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Here [global] denies guests; "legacy" and others let some of them pass.
 */

#include "smbconf_fixture.h"
#include "policy_fixture.h"

static const struct sg_facts guest = {
	.client_address = "192.0.2.7",
	.account = "nobody",
	.mechanism = "ntlmssp",
	.guest = true,
	.dialect = SG_DIALECT_SMB3_11,
	.signing_algorithm = SG_SIGNING_AES128_GMAC,
};

/* by_host for guests, while [global] or a share denies them */
static struct conf denying(const char *mode)
{
	struct conf conf = by_host;

	conf_set(&conf, "mode", mode);
	conf_set(&conf, "guest", "deny");
	conf_set(&conf, "legacy allow", "guest");
	return conf;
}

/* One more exception, from the first but for its until and allow */
static void also(struct conf *conf,
		 const char *names,
		 const char *allow,
		 const char *until)
{
	conf_set(conf, "exceptions", names);
	conf_set(conf, "other hosts", "192.0.2.7");
	conf_set(conf, "other allow", allow);
	conf_set(conf, "other until", until);
	conf_set(conf, "other reason", "the new scanner");
}

static struct sg_verdict *judge(TALLOC_CTX *mem_ctx,
				struct conf *conf,
				const struct sg_facts *facts,
				time_t now)
{
	struct sg_policy policy = no_policy;

	policy.global = conf_parse(mem_ctx, conf);
	policy.now = now;
	return talloc_steal(mem_ctx, decide(SG_GATE_SESSION, &policy, facts));
}

static void assert_verdict(const struct sg_verdict *verdict,
			   enum sg_outcome outcome,
			   const char *exception,
			   const char *until)
{
	if (verdict->outcome != outcome) {
		fail_msg("%d: %s", (int)verdict->outcome, verdict->reason);
	}
	assert_string_equal(verdict->option, "smbguard:guest");
	if (exception == NULL) {
		assert_null(verdict->exception);
		assert_null(verdict->until);
		assert_null(strstr(verdict->reason, "xception"));
		return;
	}
	assert_string_equal(verdict->exception, exception);
	assert_string_equal(verdict->until, until);
	assert_non_null(strstr(verdict->reason, exception));
}

static void test_policy_exception_that_is_used_is_told(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct conf conf = denying(NULL);
	const struct sg_verdict *verdict = NULL;

	verdict = judge(mem_ctx, &conf, &guest, LAST_SECOND);
	assert_verdict(verdict, SG_ALLOWED, "legacy", "2026-12-31");
	assert_string_equal(verdict->scope, "global");
	assert_string_equal(verdict->required, "deny");
	assert_string_equal(verdict->actual, "guest");
	assert_non_null(strstr(verdict->reason, "Allowed: "));
	assert_non_null(strstr(verdict->reason, "the old scanner"));
	assert_non_null(strstr(verdict->reason, "2026-12-31"));

	/* The same in audit mode: it would not be refused. */
	conf = denying("audit");
	verdict = judge(mem_ctx, &conf, &guest, LAST_SECOND);
	assert_verdict(verdict, SG_ALLOWED, "legacy", "2026-12-31");
	/* And the client that needs none is not told of it. */
	verdict = judge(mem_ctx, &conf, &best_client, LAST_SECOND);
	assert_verdict(verdict, SG_ALLOWED, NULL, NULL);
	talloc_free(mem_ctx);
}

static void test_policy_exception_that_expired_is_told(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct conf conf = denying(NULL);
	const struct sg_verdict *verdict = NULL;

	verdict = judge(mem_ctx, &conf, &guest, FIRST_SECOND_AFTER);
	assert_verdict(verdict, SG_DENIED, "legacy", "2026-12-31");
	assert_non_null(strstr(verdict->reason, "legacy expired"));
	assert_non_null(strstr(verdict->reason, "2026-12-31"));
	conf = denying("audit");
	verdict = judge(mem_ctx, &conf, &guest, FIRST_SECOND_AFTER);
	assert_verdict(verdict, SG_WOULD_DENY, "legacy", "2026-12-31");
	/* The second before */
	verdict = judge(mem_ctx, &conf, &guest, LAST_SECOND);
	assert_verdict(verdict, SG_ALLOWED, "legacy", "2026-12-31");
	talloc_free(mem_ctx);
}

static void test_policy_exception_that_is_invalid_is_told(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct conf conf = denying(NULL);
	const struct sg_verdict *verdict = NULL;

	conf_set(&conf, "legacy until", "2026-12-32");
	verdict = judge(mem_ctx, &conf, &guest, LAST_SECOND);
	assert_verdict(verdict, SG_DENIED, "legacy", "2026-12-32");
	assert_non_null(strstr(verdict->reason, "legacy does not hold"));
	assert_non_null(strstr(verdict->reason, "smbguard:legacy until"));
	assert_non_null(strstr(verdict->reason, "YYYY-MM-DD"));

	/* It refuses nobody by itself, even if its name is bad. */
	conf_set(&conf, "exceptions", "leg.acy");
	verdict = judge(mem_ctx, &conf, &best_client, LAST_SECOND);
	assert_verdict(verdict, SG_ALLOWED, NULL, NULL);
	conf_set(&conf, "guest", "allow");
	verdict = judge(mem_ctx, &conf, &guest, LAST_SECOND);
	assert_int_equal(verdict->outcome, SG_ALLOWED);
	assert_null(verdict->option);
	talloc_free(mem_ctx);
}

static void test_policy_exception_for_others_is_not_told(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct conf conf = denying(NULL);
	struct sg_facts elsewhere = guest;
	const struct sg_verdict *verdict = NULL;

	elsewhere.client_address = "198.51.100.7";
	verdict = judge(mem_ctx, &conf, &elsewhere, LAST_SECOND);
	assert_verdict(verdict, SG_DENIED, NULL, NULL);
	/* Its own, for something else: it says so, and is not named as used. */
	conf_set(&conf, "legacy allow", "ntlm");
	verdict = judge(mem_ctx, &conf, &guest, LAST_SECOND);
	assert_int_equal(verdict->outcome, SG_DENIED);
	assert_null(verdict->exception);
	assert_non_null(strstr(verdict->reason,
			       " Exception legacy does not help: "
			       "\"smbguard:legacy allow\" lacks guest. "));
	conf_set(&conf, "legacy allow", "guest");
	verdict = judge(mem_ctx, &conf, &guest, LAST_SECOND);
	assert_verdict(verdict, SG_ALLOWED, "legacy", "2026-12-31");
	/* Written, and not listed */
	conf_set(&conf, "exceptions", NULL);
	verdict = judge(mem_ctx, &conf, &guest, LAST_SECOND);
	assert_verdict(verdict, SG_DENIED, NULL, NULL);
	talloc_free(mem_ctx);
}

/* One that holds is enough, wherever it stands. */
static void test_policy_exceptions_add_up(void **state)
{
	static const struct {
		const char *names;
		const char *allow; /* of other, as the next one */
		const char *until;
		time_t now;
		const char *expected; /* NULL: refused */
	} rows[] = {
		{"legacy other", "guest", "2026-12-31", LAST_SECOND, "legacy"},
		{"other legacy", "guest", "2026-12-31", LAST_SECOND, "other"},
		{"other legacy", "ntlm", "2026-12-31", LAST_SECOND, "legacy"},
		/* expired and valid */
		{"other legacy", "guest", "2026-11-30", LAST_SECOND, "legacy"},
		{"legacy other", "guest", "2026-11-30", LAST_SECOND, "legacy"},
		{"legacy other",
		 "guest",
		 "2027-11-30",
		 FIRST_SECOND_AFTER,
		 "other"},
		{"other legacy",
		 "guest",
		 "2027-11-30",
		 FIRST_SECOND_AFTER,
		 "other"},
		/* invalid and valid */
		{"other legacy", "guest", "wurst", LAST_SECOND, "legacy"},
		{"legacy other", "guest", "wurst", LAST_SECOND, "legacy"},
		{"other legacy", "guest", "wurst", FIRST_SECOND_AFTER, NULL},
		{"legacy other", "guest", "wurst", FIRST_SECOND_AFTER, NULL},
		{"other legacy",
		 "guest",
		 "2026-11-30",
		 FIRST_SECOND_AFTER,
		 NULL},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		struct conf conf = denying(NULL);
		const struct sg_verdict *verdict = NULL;

		also(&conf, rows[i].names, rows[i].allow, rows[i].until);
		verdict = judge(mem_ctx, &conf, &guest, rows[i].now);
		if (rows[i].expected == NULL) {
			assert_int_equal(verdict->outcome, SG_DENIED);
			/* One of those that did not help is named. */
			assert_non_null(verdict->exception);
		} else if (verdict->outcome != SG_ALLOWED ||
			   strcmp(verdict->exception, rows[i].expected) != 0) {
			fail_msg("row %zu: %s", i, verdict->reason);
		}
		talloc_free(mem_ctx);
	}
}

/* Each refusal needs its own: one that allows guests does not allow NTLM. */
static void test_policy_exception_lifts_one_refusal_of_two(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct conf conf = denying(NULL);
	const struct sg_verdict *verdict = NULL;

	conf_set(&conf, "ntlm", "deny");
	verdict = judge(mem_ctx, &conf, &guest, LAST_SECOND);
	assert_int_equal(verdict->outcome, SG_DENIED);
	assert_string_equal(verdict->option, "smbguard:ntlm");
	assert_null(verdict->exception);
	/* Both by one, and both by two */
	conf_set(&conf, "legacy allow", "guest ntlm");
	verdict = judge(mem_ctx, &conf, &guest, LAST_SECOND);
	assert_verdict(verdict, SG_ALLOWED, "legacy", "2026-12-31");
	conf_set(&conf, "legacy allow", "guest");
	also(&conf, "legacy other", "ntlm", "2026-12-31");
	verdict = judge(mem_ctx, &conf, &guest, LAST_SECOND);
	assert_verdict(verdict, SG_ALLOWED, "legacy", "2026-12-31");
	talloc_free(mem_ctx);
}

/* An allowance by exception is told before one that needs none. */
static void test_policy_exception_is_told_before_what_is_met(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct conf conf = denying(NULL);
	struct sg_facts facts = guest;
	const struct sg_verdict *verdict = NULL;

	facts.can_encrypt = true;
	facts.cipher = SG_CIPHER_AES128_GCM;
	conf_set(&conf, "encryption", "required");
	verdict = judge(mem_ctx, &conf, &facts, LAST_SECOND);
	assert_verdict(verdict, SG_ALLOWED, "legacy", "2026-12-31");
	facts.guest = false;
	verdict = judge(mem_ctx, &conf, &facts, LAST_SECOND);
	assert_int_equal(verdict->outcome, SG_ALLOWED);
	assert_string_equal(verdict->option, "smbguard:encryption");
	assert_null(verdict->exception);
	talloc_free(mem_ctx);
}

/* Of a share: what the share alone demands, an exception can name it for. */
static void test_policy_exception_for_a_share(void **state)
{
	static const struct {
		const char *share;
		bool global_denies;
		enum sg_outcome outcome;
	} rows[] = {
		{"payroll", false, SG_ALLOWED},
		{"public", false, SG_DENIED},
		/* [global] is enforced before a share is known. */
		{"payroll", true, SG_DENIED},
	};
	const struct sg_settings share = {.guest = SG_PERMIT_DENY};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		struct conf conf = denying(NULL);
		struct sg_facts facts = guest;
		struct sg_policy policy = no_policy;
		struct sg_verdict *verdict = NULL;

		conf_set(&conf,
			 "guest",
			 rows[i].global_denies ? "deny" : "allow");
		conf_set(&conf, "legacy shares", "payroll");
		facts.share = rows[i].share;
		policy.global = conf_parse(mem_ctx, &conf);
		policy.share = &share;
		policy.share_name = rows[i].share;
		policy.now = LAST_SECOND;
		verdict = decide(SG_GATE_SHARE, &policy, &facts);
		assert_int_equal(verdict->outcome, rows[i].outcome);
		assert_int_equal(policy.global->num_exception_faults,
				 rows[i].global_denies ? 1 : 0);
		if (rows[i].global_denies) {
			assert_non_null(
				strstr(verdict->reason, "legacy shares"));
		}
		talloc_free(verdict);
		talloc_free(mem_ctx);
	}
}

/* An exception lifts no fault, no broken gate, and no limit of smbd's own. */
static void test_policy_exception_lifts_no_other_refusal(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct conf conf = denying(NULL);
	struct sg_policy policy = no_policy;
	const struct sg_verdict *verdict = NULL;

	conf_set(&conf, "ntlm", "wurst");
	conf_set(&conf, "legacy allow", "guest ntlm");
	verdict = judge(mem_ctx, &conf, &guest, LAST_SECOND);
	assert_int_equal(verdict->outcome, SG_DENIED);
	assert_string_equal(verdict->option, "smbguard:ntlm");
	assert_string_equal(verdict->actual, "wurst");

	conf_set(&conf, "ntlm", "deny");
	verdict = judge(mem_ctx, &conf, &guest, LAST_SECOND);
	assert_int_equal(verdict->outcome, SG_ALLOWED);

	policy.global = conf_parse(mem_ctx, &conf);
	policy.now = LAST_SECOND;
	policy.broken = "the session gate is not loaded";
	verdict = talloc_steal(mem_ctx, decide(SG_GATE_SHARE, &policy, &guest));
	assert_int_equal(verdict->outcome, SG_DENIED);
	assert_string_equal(verdict->option, "preload modules");
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy_exception_that_is_used_is_told),
		cmocka_unit_test(test_policy_exception_that_expired_is_told),
		cmocka_unit_test(test_policy_exception_that_is_invalid_is_told),
		cmocka_unit_test(test_policy_exception_for_others_is_not_told),
		cmocka_unit_test(test_policy_exceptions_add_up),
		cmocka_unit_test(
			test_policy_exception_lifts_one_refusal_of_two),
		cmocka_unit_test(
			test_policy_exception_is_told_before_what_is_met),
		cmocka_unit_test(test_policy_exception_for_a_share),
		cmocka_unit_test(test_policy_exception_lifts_no_other_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
