/*
 * smbguard: tests of exceptions that lack one thing
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* wrap: _talloc_array _talloc_realloc _talloc_realloc_array _talloc_zero
   _talloc_zero_array talloc_asprintf talloc_asprintf_append
   talloc_named_const talloc_strdup talloc_strdup_append talloc_strndup
   talloc_vasprintf_append */

#include "smbconf_fixture.h"

#include "core/exception_near.h"
#include "talloc_fault.h"

/* How often a name was looked up */
static unsigned asked;

static bool is_alice_of_staff(enum sg_who who, const char *name, void *data)
{
	asked++;
	return strcasecmp(name, who == SG_USER ? "alice" : "staff") == 0;
}

static struct sg_facts alice(void)
{
	return (struct sg_facts){
		.client_address = "192.0.2.7",
		.dialect = SG_DIALECT_SMB2_10,
		.account = "alice",
		.mechanism = "NTLMSSP",
		.share = "payroll",
		.is_who = is_alice_of_staff,
	};
}

/* What is listed, and what is told of it; NULL: it has no such list. */
static const struct {
	const char *allow;
	const char *hosts;
	const char *users;
	const char *groups;
	const char *shares;
	const char *lacks;
} rows[] = {
	/* each list, of one that is about her address, */
	{"guest", "192.0.2.7", NULL, NULL, NULL, "allow\" lacks unencrypted"},
	{"unencrypted", "192.0.2.7", "bob", NULL, NULL, "users\" lacks alice"},
	{"unencrypted", "192.0.2.7", NULL, "it", NULL, "groups\" lacks alice"},
	{"unencrypted", "192.0.2.7", NULL, NULL, "a", "shares\" lacks payroll"},
	/* or about her, */
	{"guest", NULL, "alice", NULL, NULL, "allow\" lacks unencrypted"},
	{"unencrypted", "192.0.2.8", "alice", NULL, NULL, "hosts\" lacks 192"},
	{"unencrypted", NULL, "alice", NULL, "a, b", "shares\" lacks payroll"},
	{"unencrypted", NULL, "bob, alice", "it", NULL, "groups\" lacks alice"},
	/* or both. */
	{"ntlm", "192.0.2.0/24", "alice", "staff", "payroll", "allow\" lacks"},
	/* Two things are lacking: */
	{"guest", "192.0.2.8", "alice", NULL, NULL, NULL},
	{"guest", "192.0.2.7", NULL, NULL, "other", NULL},
	{"unencrypted", "192.0.2.7", "bob", "it", NULL, NULL},
	/* others' */
	{"guest", "192.0.2.8", NULL, NULL, NULL, NULL},
	{"unencrypted", "192.0.2.8", NULL, NULL, NULL, NULL},
	{"unencrypted", "192.0.2.8", NULL, "staff", NULL, NULL},
	{"unencrypted", NULL, "bob", NULL, NULL, NULL},
	{"unencrypted", NULL, "malice", NULL, NULL, NULL},
	{"unencrypted", NULL, NULL, "it", NULL, NULL},
	{"unencrypted", NULL, NULL, NULL, "other", NULL},
	{"guest", NULL, NULL, "staff", NULL, NULL},
};

static struct conf conf_of(size_t i)
{
	struct conf conf = {{
		{"exceptions", "legacy"},
		{"legacy until", "2026-12-31"},
		{"legacy reason", "until the new one is there"},
	}};

	conf_set(&conf, "legacy allow", rows[i].allow);
	conf_set(&conf, "legacy hosts", rows[i].hosts);
	conf_set(&conf, "legacy users", rows[i].users);
	conf_set(&conf, "legacy groups", rows[i].groups);
	conf_set(&conf, "legacy shares", rows[i].shares);
	return conf;
}

static const struct sg_verdict *judge(TALLOC_CTX *mem_ctx,
				      struct conf *conf,
				      const struct sg_facts *facts,
				      time_t now)
{
	struct conf of_share = {{{"encryption", "required"}}};
	const struct sg_policy policy = {
		.global = conf_parse(mem_ctx, conf),
		.share = conf_parse(mem_ctx, &of_share),
		.share_name = "payroll",
		.now = now,
	};

	return sg_decide(mem_ctx, SG_GATE_SHARE, &policy, facts);
}

static void test_near_by_one_list(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		struct conf conf = conf_of(i);
		struct sg_facts facts = alice();
		const struct sg_verdict *verdict = NULL;
		char *told = NULL;

		verdict = judge(mem_ctx, &conf, &facts, BEFORE_IT_ENDS);
		assert_int_equal(verdict->outcome, SG_DENIED);
		assert_null(verdict->exception);
		if (rows[i].lacks == NULL) {
			if (strstr(verdict->reason, "xception") != NULL) {
				fail_msg("row %zu: %s", i, verdict->reason);
			}
			talloc_free(mem_ctx);
			continue;
		}
		told = talloc_asprintf(mem_ctx,
				       " Exception legacy does not help: "
				       "\"smbguard:legacy %s",
				       rows[i].lacks);
		if (strstr(verdict->reason, told) == NULL) {
			fail_msg("row %zu: %s", i, verdict->reason);
		}
		talloc_free(mem_ctx);
	}
}

/* With what it lacked, it holds; over, it is told as over. */
static void test_near_and_mended(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct conf conf = conf_of(0);
	struct sg_facts facts = alice();
	const struct sg_verdict *verdict = NULL;

	conf_set(&conf, "legacy allow", "guest, unencrypted");
	verdict = judge(mem_ctx, &conf, &facts, BEFORE_IT_ENDS);
	assert_int_equal(verdict->outcome, SG_ALLOWED);
	assert_string_equal(verdict->exception, "legacy");
	conf_set(&conf, "legacy until", "2020-12-31");
	verdict = judge(mem_ctx, &conf, &facts, BEFORE_IT_ENDS);
	assert_int_equal(verdict->outcome, SG_DENIED);
	assert_non_null(strstr(verdict->reason, "expired"));
	conf_set(&conf, "legacy allow", "guest");
	verdict = judge(mem_ctx, &conf, &facts, BEFORE_IT_ENDS);
	assert_null(strstr(verdict->reason, "does not help"));
	talloc_free(mem_ctx);
}

/* Of who is not known, a list of names lacks nothing. */
static void test_near_when_little_is_known(void **state)
{
	size_t told = 0;
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		struct conf conf = conf_of(i);
		struct sg_facts facts = alice();
		const struct sg_verdict *verdict = NULL;

		facts.is_who = NULL;
		facts.account = NULL;
		facts.share = NULL;
		verdict = judge(mem_ctx, &conf, &facts, BEFORE_IT_ENDS);
		assert_int_equal(verdict->outcome, SG_DENIED);
		told += strstr(verdict->reason, "does not help") != NULL;
		talloc_free(mem_ctx);
	}
	assert_int_equal(told, 1); /* the first, by its address */
}

/* Names of others' exceptions cost nothing. */
static void test_near_looks_up_its_own_alone(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct conf conf = conf_of(0);
	struct sg_facts facts = alice();

	conf_set(&conf, "legacy hosts", NULL);
	conf_set(&conf, "legacy users", "bob, carol, dave");
	conf_set(&conf, "legacy groups", "it, hr");
	asked = 0;
	(void)judge(mem_ctx, &conf, &facts, BEFORE_IT_ENDS);
	assert_int_equal(asked, 0);
	talloc_free(mem_ctx);
}

static void test_near_without_memory_is_no_verdict(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	TALLOC_CTX *work = talloc_new(NULL);
	struct conf conf = conf_of(0);
	struct sg_facts facts = alice();
	struct conf of_share = {{{"encryption", "required"}}};
	const struct sg_policy policy = {
		.global = conf_parse(mem_ctx, &conf),
		.share = conf_parse(mem_ctx, &of_share),
		.share_name = "payroll",
		.now = BEFORE_IT_ENDS,
	};
	const struct sg_verdict *verdict = NULL;
	unsigned n;

	for (n = 1; n < 1000; n++) {
		alloc_calls = 0;
		fail_at = n;
		verdict = sg_decide(work, SG_GATE_SHARE, &policy, &facts);
		fail_at = 0;
		if (alloc_calls < n) {
			break;
		}
		assert_null(verdict);
		assert_int_equal(talloc_total_blocks(work), 1);
	}
	assert_non_null(verdict);
	assert_non_null(strstr(verdict->reason, "does not help"));
	talloc_free(work);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_near_by_one_list),
		cmocka_unit_test(test_near_and_mended),
		cmocka_unit_test(test_near_when_little_is_known),
		cmocka_unit_test(test_near_looks_up_its_own_alone),
		cmocka_unit_test(test_near_without_memory_is_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
