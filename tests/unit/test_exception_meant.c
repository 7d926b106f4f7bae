/*
 * smbguard: tests of exceptions that mean a client and do not name it
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* wrap: _talloc_array _talloc_realloc _talloc_realloc_array _talloc_zero
   _talloc_zero_array talloc_asprintf talloc_asprintf_append
   talloc_named_const talloc_strdup talloc_strdup_append talloc_strndup
   talloc_vasprintf_append */

#include "smbconf_fixture.h"

#include "core/exception_meant.h"
#include "talloc_fault.h"

#define OPTION "smbguard:legacy"
#define OWN_SID "S-1-5-21-1-2-3-1104"
#define GROUP_SID "S-1-5-21-1-2-3-1110"
#define WORLD_SID "S-1-1-0"

/* TEST\alice, of TEST\staff; what is asked for is counted. */
struct domain {
	const char *user;
	const char *group;
	unsigned asked;
};

static bool is_in_domain(enum sg_who who, const char *name, void *data)
{
	struct domain *d = data;

	d->asked++;
	return strcmp(name, who == SG_USER ? d->user : d->group) == 0;
}

static const char *name_in_domain(TALLOC_CTX *mem_ctx,
				  const char *sid,
				  enum sg_who *who,
				  void *data)
{
	struct domain *d = data;

	*who = strcasecmp(sid, OWN_SID) == 0 ? SG_USER : SG_GROUP;
	if (strcasecmp(sid, WORLD_SID) == 0) {
		return "Everyone"; /* is found by no name */
	}
	if (*who == SG_GROUP && strcasecmp(sid, GROUP_SID) != 0) {
		return NULL;
	}
	return *who == SG_USER ? d->user : d->group;
}

static struct sg_facts alice_of(struct domain *domain, char separator)
{
	*domain =
		(struct domain){.user = "TEST\\alice", .group = "TEST\\staff"};
	if (separator == '+') {
		domain->user = "TEST+alice";
		domain->group = "TEST+staff";
	}
	return (struct sg_facts){
		.client_address = "192.0.2.7",
		.dialect = SG_DIALECT_SMB3_11,
		.account = "alice",
		.domain = "TEST",
		.mechanism = "NTLMSSP",
		.is_who = is_in_domain,
		.name_of = name_in_domain,
		.is_who_data = domain,
		.name_separator = separator,
	};
}

static struct conf exception_with(const char *key, const char *value)
{
	struct conf conf = {{
		{"ntlm", "deny"},
		{"exceptions", "legacy"},
		{"legacy allow", "ntlm"},
		{"legacy until", "2026-12-31"},
		{"legacy reason", "until the new one is there"},
	}};

	conf_set(&conf, key, value);
	return conf;
}

static const struct sg_verdict *judge(TALLOC_CTX *mem_ctx,
				      struct conf *conf,
				      const struct sg_facts *facts)
{
	const struct sg_policy policy = {
		.global = conf_parse(mem_ctx, conf),
		.now = BEFORE_IT_ENDS,
	};

	return sg_decide(mem_ctx, SG_GATE_SESSION, &policy, facts);
}

static const struct {
	char separator;
	const char *key;
	const char *written;
	const char *right; /* NULL: nothing is told */
	const char *belongs;
} names[] = {
	{'\0', "users", "alice", "TEST\\alice", "users"},
	{'\\', "users", "Alice", NULL, NULL}, /* of our narrow is_who */
	{'\\', "users", "bob, alice", "TEST\\alice", "users"},
	{'\\', "users", "TEST/alice", "TEST\\alice", "users"},
	{'+', "users", "TEST\\alice", "TEST+alice", "users"},
	{'+', "users", "alice", "TEST+alice", "users"},
	{'\\', "users", OWN_SID, "TEST\\alice", "users"},
	{'\\', "groups", OWN_SID, "TEST\\alice", "users"},
	{'\\', "users", "@staff", "TEST\\staff", "groups"},
	{'\\', "users", "+&staff", "TEST\\staff", "groups"},
	{'\\', "users", "@TEST\\staff", "TEST\\staff", "groups"},
	{'\\', "users", "@TEST/staff", "TEST\\staff", "groups"},
	{'\\', "users", GROUP_SID, "TEST\\staff", "groups"},
	{'\\', "groups", "s-1-5-21-1-2-3-1110", "TEST\\staff", "groups"},
	{'\\', "groups", "staff", "TEST\\staff", "groups"},
	{'\\', "groups", "@staff", "TEST\\staff", "groups"},
	{'\\', "groups", "TEST/staff", "TEST\\staff", "groups"},
	/* others */
	{'\\', "users", "bob", NULL, NULL},
	{'\\', "users", "OTHER/alice", NULL, NULL},
	{'\\', "users", "OTHER\\alice", NULL, NULL},
	{'\\', "users", "malice", NULL, NULL},
	{'\\', "users", "alice@TEST.EXAMPLE", NULL, NULL},
	{'\\', "users", "S-1-5-21-1-2-3-1105", NULL, NULL},
	{'\\', "users", WORLD_SID, NULL, NULL},
	{'\\', "groups", WORLD_SID, NULL, NULL},
	{'\\', "users", "@", NULL, NULL},
	{'\\', "users", "@S-1-", NULL, NULL},
	{'\\', "groups", "admins", NULL, NULL},
	{'\\', "groups", "@admins", NULL, NULL},
	{'\\', "groups", "alice", NULL, NULL},
};

static void test_meant_by_a_name_that_is_never_found(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(names); i++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		struct domain domain;
		struct sg_facts facts = alice_of(&domain, names[i].separator);
		char *key = talloc_asprintf(mem_ctx, "legacy %s", names[i].key);
		struct conf conf = exception_with(key, names[i].written);
		const struct sg_verdict *verdict = NULL;
		char *tail = NULL;

		verdict = judge(mem_ctx, &conf, &facts);
		assert_int_equal(verdict->outcome, SG_DENIED);
		if (names[i].right == NULL) {
			if (verdict->exception != NULL) {
				fail_msg("row %zu: %s", i, verdict->reason);
			}
			assert_null(strstr(verdict->reason, "xception"));
			talloc_free(mem_ctx);
			continue;
		}
		tail = talloc_asprintf(mem_ctx,
				       "\"" OPTION " %s\". Write %s into "
				       "\"" OPTION " %s\". ",
				       names[i].key,
				       names[i].right,
				       names[i].belongs);
		if (verdict->exception == NULL ||
		    strstr(verdict->reason, tail) == NULL) {
			fail_msg("row %zu: %s", i, verdict->reason);
		}
		assert_string_equal(verdict->exception, "legacy");
		assert_string_equal(verdict->until, "2026-12-31");

		/* And so it holds. */
		key = talloc_asprintf(mem_ctx, "legacy %s", names[i].belongs);
		conf = exception_with(key, names[i].right);
		verdict = judge(mem_ctx, &conf, &facts);
		assert_int_equal(verdict->outcome, SG_ALLOWED);
		talloc_free(mem_ctx);
	}
}

/* An exception that would not hold anyway is none to mend. */
static void test_meant_by_one_that_would_hold(void **state)
{
	static const struct {
		const char *key;
		const char *value;
		bool told;
	} rows[] = {
		{"legacy hosts", "192.0.2.7", true},
		{"legacy hosts", "192.0.2.8", false},
		{"legacy allow", "guest", false},
		{"legacy until", "2026-11-21", false},
		{"legacy shares", "payroll", false},
		{"legacy groups", "TEST\\staff", true},
		{"legacy groups", "@staff", true},
		{"legacy groups", "TEST\\admins", false},
		{"exceptions", "", false},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		struct domain domain;
		struct sg_facts facts = alice_of(&domain, '\\');
		struct conf conf = exception_with("legacy users", "alice");
		const struct sg_verdict *verdict = NULL;

		conf_set(&conf, rows[i].key, rows[i].value);
		verdict = judge(mem_ctx, &conf, &facts);
		assert_int_equal(verdict->outcome, SG_DENIED);
		if ((strstr(verdict->reason, "TEST\\alice") != NULL) !=
		    rows[i].told) {
			fail_msg("row %zu: %s", i, verdict->reason);
		}
		talloc_free(mem_ctx);
	}
}

static void test_meant_takes_no_lookup_where_nobody_is_refused(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct domain domain;
	struct sg_facts facts = alice_of(&domain, '\\');
	struct conf conf = exception_with("legacy users", "alice, bob, carol");

	facts.mechanism = "krb5";
	assert_int_equal(judge(mem_ctx, &conf, &facts)->outcome, SG_ALLOWED);
	assert_int_equal(domain.asked, 0);
	/* The three as they are, to know it; as often again, and the right one. */
	facts.mechanism = "NTLMSSP";
	assert_int_equal(judge(mem_ctx, &conf, &facts)->outcome, SG_DENIED);
	assert_int_equal(domain.asked, 7);
	/* Before anybody is known, there is nobody to look for. */
	facts.is_who = NULL;
	assert_int_equal(judge(mem_ctx, &conf, &facts)->outcome, SG_DENIED);
	assert_int_equal(domain.asked, 7);
	talloc_free(mem_ctx);
}

static void test_meant_without_memory_is_no_verdict(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	TALLOC_CTX *work = talloc_new(NULL);
	struct domain domain;
	struct sg_facts facts = alice_of(&domain, '\\');
	struct conf conf = exception_with("legacy users", "@staff, TEST/alice");
	const struct sg_policy policy = {
		.global = conf_parse(mem_ctx, &conf),
		.now = BEFORE_IT_ENDS,
	};
	struct sg_verdict *verdict = NULL;
	unsigned n;

	for (n = 1; n < 1000; n++) {
		alloc_calls = 0;
		fail_at = n;
		verdict = sg_decide(work, SG_GATE_SESSION, &policy, &facts);
		fail_at = 0;
		if (alloc_calls < n) {
			break;
		}
		assert_null(verdict);
		assert_int_equal(talloc_total_blocks(work), 1);
	}
	assert_non_null(verdict);
	assert_true(n > 6);
	talloc_free(work);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_meant_by_a_name_that_is_never_found),
		cmocka_unit_test(test_meant_by_one_that_would_hold),
		cmocka_unit_test(
			test_meant_takes_no_lookup_where_nobody_is_refused),
		cmocka_unit_test(test_meant_without_memory_is_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
