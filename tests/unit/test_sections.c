/*
 * smbguard: tests of the answers that the knobs need
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A knob must be turned exactly where an access that does not meet the option
 * is refused, or smbd and the verdict part.
 */

#include "smbconf_fixture.h"
#include "policy_fixture.h"

/* Clients that meet nothing; all of them at the exception's address */
static const struct sg_facts bad_client = {
	.client_address = "192.0.2.7",
	.account = "bob",
	.mechanism = "ntlmssp",
	.guest = true,
	.dialect = SG_DIALECT_SMB2_10,
	.cipher = SG_CIPHER_AES128_CCM,
	.signing_algorithm = SG_SIGNING_HMAC_SHA256,
	.share = "payroll",
};

/* An option, the exception's word for it, and whether it suits by_user */
static const struct {
	const char *name; /* after "smbguard:" */
	const char *value;
	const char *allow;
	enum sg_rule rule;
} options[] = {
	{"encryption", "required", "unencrypted", SG_RULE_ENCRYPTION},
	{"min protocol", "SMB3_11", "dialect", SG_RULE_FLOOR},
	{"guest", "deny", "guest", SG_RULE_GUEST},
	{"ntlm", "deny", "ntlm", SG_RULE_NTLM},
	{"encryption algorithms", "AES-256-GCM", "cipher", SG_RULE_CIPHERS},
	{"signing", "required", "unsigned", SG_RULE_SIGNING},
	{"signing algorithms", "AES-128-GMAC", "unsigned", SG_RULE_SIGNERS},
};

/* What the exception is like, and whether it helps the bad client */
static const struct {
	const char *hosts;
	const char *until;
	time_t now;
	bool allows_other; /* things than the option is about */
	bool helps;
} exceptions[] = {
	{"192.0.2.0/24", "2026-12-31", BEFORE_IT_ENDS, false, true},
	{"192.0.2.0/24", "2026-12-31", LAST_SECOND, false, true},
	{"192.0.2.0/24", "2026-12-31", FIRST_SECOND_AFTER, false, false},
	{"198.51.100.0/24", "2026-12-31", BEFORE_IT_ENDS, false, false},
	{"192.0.2.0/24", "2026-12-32", BEFORE_IT_ENDS, false, false},
	{"192.0.2.0/24", "2026-12-31", BEFORE_IT_ENDS, true, false},
};

static const char *other_than(const char *allow)
{
	return strcmp(allow, "guest") == 0 ? "ntlm" : "guest";
}

static struct sg_settings *with_exception(TALLOC_CTX *mem_ctx,
					  size_t option,
					  size_t exception,
					  const char *mode)
{
	struct conf conf = by_host;
	const char *allow = options[option].allow;

	conf_set(&conf, options[option].name, options[option].value);
	conf_set(&conf, "mode", mode);
	conf_set(&conf, "legacy hosts", exceptions[exception].hosts);
	conf_set(&conf, "legacy until", exceptions[exception].until);
	conf_set(&conf,
		 "legacy allow",
		 exceptions[exception].allows_other ? other_than(allow)
						    : allow);
	return conf_parse(mem_ctx, &conf);
}

static void check_agreement(size_t option, size_t exception)
{
	static const char *const modes[] = {NULL, "enforce", "audit"};
	size_t m;

	for (m = 0; m < ARRAY_LENGTH(modes); m++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		bool audit = m == 2;
		bool denied = !audit && !exceptions[exception].helps;
		struct sg_policy policy = no_policy;
		struct sg_verdict *verdict = NULL;
		enum sg_rule rule = options[option].rule;
		const char *name = options[option].name;
		bool enforces;

		policy.global =
			with_exception(mem_ctx, option, exception, modes[m]);
		policy.now = exceptions[exception].now;
		verdict = decide(SG_GATE_SHARE, &policy, &bad_client);
		enforces = sg_policy_enforces(&policy, &bad_client, rule);
		if ((verdict->outcome == SG_DENIED) != denied ||
		    enforces != denied) {
			fail_msg("%s, exception %zu, mode %zu: %d, %d: %s",
				 name,
				 exception,
				 m,
				 (int)verdict->outcome,
				 enforces,
				 verdict->reason);
		}
		talloc_free(verdict);
		/* Without facts an exception does not count. */
		assert_int_equal(sg_policy_enforces(&policy, NULL, rule),
				 !audit);
		assert_false(
			sg_policy_enforces(&policy, &bad_client, SG_RULE_NONE));
		assert_false(sg_policy_enforces(&policy, NULL, SG_RULE_END));
		talloc_free(mem_ctx);
	}
}

static void test_sections_enforce_what_would_be_denied(void **state)
{
	size_t i;
	size_t e;

	for (i = 0; i < ARRAY_LENGTH(options); i++) {
		for (e = 0; e < ARRAY_LENGTH(exceptions); e++) {
			check_agreement(i, e);
		}
	}
}

/* Each option alone, in each section, in each mode: as mode_rows has it */
static void test_sections_enforce_by_the_modes(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t i;
	size_t m;

	for (i = 0; i < ARRAY_LENGTH(options); i++) {
		for (m = 0; m < ARRAY_LENGTH(mode_rows); m++) {
			struct sg_settings *global = parse(mem_ctx,
							   SG_GLOBAL,
							   options[i].name,
							   options[i].value,
							   mode_rows[m].global);
			struct sg_settings *share = parse(mem_ctx,
							  SG_SHARE,
							  options[i].name,
							  options[i].value,
							  mode_rows[m].share);
			struct sg_settings no_global = {
				.mode = mode_rows[m].global,
			};
			struct sg_settings no_share = {
				.mode = mode_rows[m].share,
			};
			struct sg_policy policy = no_policy;
			enum sg_rule rule = options[i].rule;

			policy.share_name = "payroll";
			policy.global = global;
			assert_int_equal(
				sg_policy_enforces(&policy, NULL, rule),
				mode_rows[m].global_alone == SG_DENIED);
			policy.share = &no_share;
			assert_int_equal(
				sg_policy_enforces(&policy, NULL, rule),
				mode_rows[m].global_at_share == SG_DENIED);
			policy.global = &no_global;
			assert_false(sg_policy_enforces(&policy, NULL, rule));
			policy.share = share;
			assert_int_equal(
				sg_policy_enforces(&policy, NULL, rule),
				mode_rows[m].share_own == SG_DENIED);
		}
	}
	talloc_free(mem_ctx);
}

/* The floor */

static const struct {
	const char *mode;
	const char *floor;
	const char *allow;
	enum sg_dialect expected; /* of who is covered */
	enum sg_dialect others;
} floor_rows[] = {
	{NULL, NULL, "smb1", SG_DIALECT_NONE, SG_DIALECT_NONE},
	{NULL, "SMB3_11", "smb1", SG_DIALECT_NONE, SG_DIALECT_SMB3_11},
	{"audit", "SMB3_11", "guest", SG_DIALECT_NONE, SG_DIALECT_NONE},
	{"audit", "SMB3_11", "dialect", SG_DIALECT_NONE, SG_DIALECT_NONE},
	{"enforce",
	 "SMB3_11",
	 "dialect",
	 SG_DIALECT_SMB2_02,
	 SG_DIALECT_SMB3_11},
	{NULL, "SMB2_10", "dialect", SG_DIALECT_SMB2_02, SG_DIALECT_SMB2_10},
	/* "dialect" does not open SMB1, nor lift what lies below it */
	{NULL, "SMB2_02", "dialect", SG_DIALECT_SMB2_02, SG_DIALECT_SMB2_02},
	{NULL, "NT1", "dialect", SG_DIALECT_NT1, SG_DIALECT_NT1},
	{NULL, "NT1", "smb1", SG_DIALECT_NONE, SG_DIALECT_NT1},
	{NULL,
	 "SMB3_00",
	 "cipher, unsigned, guest",
	 SG_DIALECT_SMB3_00,
	 SG_DIALECT_SMB3_00},
	{NULL, "SMB3_00", "dialect, smb1", SG_DIALECT_NONE, SG_DIALECT_SMB3_00},
	/* A floor that cannot be parsed is the strictest. */
	{NULL, "SMB3", "guest", SG_DIALECT_SMB3_11, SG_DIALECT_SMB3_11},
};

static void test_sections_floor(void **state)
{
	static const struct sg_facts inside = {.client_address = "192.0.2.7"};
	static const struct sg_facts outside = {.client_address = "192.0.3.7"};
	static const struct sg_facts unknown;
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(floor_rows); i++) {
		struct conf conf = by_host;
		struct sg_settings *global = NULL;
		const struct sg_settings share = {
			.mode = SG_MODE_AUDIT,
			.min_protocol = SG_DIALECT_NT1,
		};
		struct sg_policy policy = no_policy;

		conf_set(&conf, "mode", floor_rows[i].mode);
		conf_set(&conf, "min protocol", floor_rows[i].floor);
		conf_set(&conf, "legacy allow", floor_rows[i].allow);
		global = conf_parse(NULL, &conf);
		policy.global = global;
		policy.now = LAST_SECOND;
		if (sg_policy_floor(&policy, &inside) !=
		    floor_rows[i].expected) {
			fail_msg("row %zu: %s",
				 i,
				 sg_dialect_name(
					 sg_policy_floor(&policy, &inside)));
		}
		assert_int_equal(sg_policy_floor(&policy, &outside),
				 floor_rows[i].others);
		assert_int_equal(sg_policy_floor(&policy, &unknown),
				 floor_rows[i].others);
		assert_int_equal(sg_policy_floor(&policy, NULL),
				 floor_rows[i].others);
		/* A share has no part in it. */
		policy.share = &share;
		assert_int_equal(sg_policy_floor(&policy, &outside),
				 floor_rows[i].others);
		policy.now = FIRST_SECOND_AFTER;
		assert_int_equal(sg_policy_floor(&policy, &inside),
				 floor_rows[i].others);
		talloc_free(global);
	}
}

/* SMB1 has no algorithm that could be on a list: the list is a floor, too. */
static void test_sections_floor_of_signing_algorithms(void **state)
{
	static const struct {
		const char *mode;
		const char *floor;
		const char *allow;
		enum sg_dialect expected;
	} rows[] = {
		{NULL, NULL, "guest", SG_DIALECT_SMB2_02},
		{NULL, "NT1", "guest", SG_DIALECT_SMB2_02},
		{NULL, "SMB3_00", "guest", SG_DIALECT_SMB3_00},
		{NULL, "SMB3_00", "dialect", SG_DIALECT_SMB2_02},
		{NULL, "SMB3_00", "smb1", SG_DIALECT_SMB2_02},
		{NULL, "SMB3_00", "smb1, unsigned", SG_DIALECT_NONE},
		{NULL, "NT1", "unsigned", SG_DIALECT_NT1},
		{NULL, NULL, "unsigned", SG_DIALECT_NONE},
		{"audit", "NT1", "guest", SG_DIALECT_NONE},
	};
	static const struct sg_facts inside = {.client_address = "192.0.2.7"};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct conf conf = by_host;
		struct sg_settings *global = NULL;
		struct sg_policy policy = no_policy;

		conf_set(&conf, "mode", rows[i].mode);
		conf_set(&conf, "min protocol", rows[i].floor);
		conf_set(&conf, "signing algorithms", "AES-128-CMAC");
		conf_set(&conf, "legacy allow", rows[i].allow);
		global = conf_parse(NULL, &conf);
		policy.global = global;
		policy.now = LAST_SECOND;
		if (sg_policy_floor(&policy, &inside) != rows[i].expected) {
			fail_msg("row %zu", i);
		}
		talloc_free(global);
	}
}

/* The floor that is set and the verdict of the same gate agree. */
static void test_sections_floor_agrees_with_the_verdict(void **state)
{
	static const char *const floors[] =
		{"NT1", "SMB2_02", "SMB2_10", "SMB3_00", "SMB3_02", "SMB3_11"};
	static const char *const allows[] = {"smb1", "dialect", "guest"};
	size_t f;
	size_t a;
	enum sg_dialect d;

	for (f = 0; f < ARRAY_LENGTH(floors); f++) {
		for (a = 0; a < ARRAY_LENGTH(allows); a++) {
			struct conf conf = by_host;
			struct sg_settings *global = NULL;
			struct sg_policy policy = no_policy;
			struct sg_facts facts = bad_client;

			conf_set(&conf, "min protocol", floors[f]);
			conf_set(&conf, "legacy allow", allows[a]);
			global = conf_parse(NULL, &conf);
			policy.global = global;
			policy.now = LAST_SECOND;
			for (d = SG_DIALECT_LANMAN; d <= SG_DIALECT_SMB3_11;
			     d++) {
				struct sg_verdict *verdict = NULL;
				bool below;

				facts.dialect = d;
				verdict = decide(SG_GATE_NEGOTIATE,
						 &policy,
						 &facts);
				below = d < sg_policy_floor(&policy, &facts);
				assert_int_equal(below,
						 verdict->outcome == SG_DENIED);
				talloc_free(verdict);
			}
			talloc_free(global);
		}
	}
}

/* Whoever it is: what only the address is known of may yet be excepted. */
static void test_sections_may_except(void **state)
{
	static const struct {
		struct conf_line changed[2];
		uint32_t allow;
		time_t now;
		bool expected;
	} rows[] = {
		{{{"mode", NULL}}, SG_ALLOW_GUEST, LAST_SECOND, true},
		{{{"mode", NULL}}, SG_ALLOW_NTLM, LAST_SECOND, true},
		{{{"mode", NULL}}, SG_ALLOW_SMB1, LAST_SECOND, false},
		{{{"mode", NULL}}, SG_ALLOW_GUEST, FIRST_SECOND_AFTER, false},
		{{{"legacy until", "x"}}, SG_ALLOW_GUEST, LAST_SECOND, false},
		{{{"legacy hosts", "192.0.2.0/24"}}, SG_ALLOW_GUEST, 0, true},
		{{{"legacy hosts", "192.0.3.0/24"}}, SG_ALLOW_GUEST, 0, false},
		{{{"legacy users", NULL}, {"legacy groups", "staff"}},
		 SG_ALLOW_GUEST,
		 0,
		 true},
		{{{"exceptions", NULL}}, SG_ALLOW_GUEST, 0, false},
	};
	static const struct sg_facts facts = {.client_address = "192.0.2.7"};
	size_t i;
	size_t k;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct conf conf = by_user;
		struct sg_settings *global = NULL;
		struct sg_policy policy = no_policy;

		for (k = 0; k < 2 && rows[i].changed[k].name != NULL; k++) {
			conf_set(&conf,
				 rows[i].changed[k].name,
				 rows[i].changed[k].value);
		}
		global = conf_parse(NULL, &conf);
		policy.global = global;
		policy.now = rows[i].now;
		assert_int_equal(
			sg_policy_may_except(&policy, &facts, rows[i].allow),
			rows[i].expected);
		talloc_free(global);
	}
}

/* An exception for whomever helps who is on no list of it, in that alone. */
static void test_sections_of_the_named(void **state)
{
	static const struct {
		const char *list;
		const char *allow;
		enum sg_outcome expected;
	} rows[] = {
		{"users", "ntlm", SG_ALLOWED},
		{"groups", "ntlm", SG_ALLOWED},
		{"users", "unencrypted", SG_DENIED},
		{"shares", "ntlm", SG_DENIED},
	};
	static const struct sg_facts nobody = {
		.client_address = "192.0.2.7",
		.mechanism = "ntlmssp",
		.dialect = SG_DIALECT_SMB3_11,
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct conf conf = by_user;
		struct sg_settings *global = NULL;
		struct sg_policy policy = no_policy;
		struct sg_policy *named = NULL;
		struct sg_verdict *verdict = NULL;
		char list[32];

		snprintf(list, sizeof(list), "legacy %s", rows[i].list);
		conf_set(&conf, "ntlm", "deny");
		conf_set(&conf, "legacy users", NULL);
		conf_set(&conf, list, "staff");
		conf_set(&conf, "legacy allow", rows[i].allow);
		global = conf_parse(NULL, &conf);
		policy.global = global;
		named = sg_policy_of_the_named(global, &policy);
		assert_non_null(named);
		verdict = decide(SG_GATE_SESSION, &policy, &nobody);
		assert_int_equal(verdict->outcome, SG_DENIED);
		talloc_free(verdict);
		verdict = decide(SG_GATE_SESSION, named, &nobody);
		assert_int_equal(verdict->outcome, rows[i].expected);
		talloc_free(verdict);
		talloc_free(global);
	}
}

static void test_sections_must_record(void **state)
{
	static const struct {
		enum sg_audit_failure failure;
		enum sg_mode global;
		enum sg_mode share;
		bool expected;
	} rows[] = {
		{SG_AUDIT_FAILURE_UNSET, SG_MODE_ENFORCE, SG_MODE_UNSET, false},
		{SG_AUDIT_FAILURE_CONTINUE,
		 SG_MODE_UNSET,
		 SG_MODE_UNSET,
		 false},
		{SG_AUDIT_FAILURE_DENY, SG_MODE_UNSET, SG_MODE_UNSET, true},
		{SG_AUDIT_FAILURE_DENY, SG_MODE_ENFORCE, SG_MODE_UNSET, true},
		{SG_AUDIT_FAILURE_DENY, SG_MODE_AUDIT, SG_MODE_UNSET, false},
		{SG_AUDIT_FAILURE_DENY, SG_MODE_AUDIT, SG_MODE_ENFORCE, true},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sg_settings global = {
			.mode = rows[i].global,
			.audit_failure = rows[i].failure,
		};
		const struct sg_settings share = {.mode = rows[i].share};
		struct sg_policy policy = no_policy;

		policy.global = &global;
		policy.share = &share;
		assert_int_equal(sg_policy_must_record(&policy),
				 rows[i].expected);
		policy.share = NULL;
		assert_int_equal(sg_policy_must_record(&policy),
				 rows[i].failure == SG_AUDIT_FAILURE_DENY &&
					 rows[i].global != SG_MODE_AUDIT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections_enforce_what_would_be_denied),
		cmocka_unit_test(test_sections_enforce_by_the_modes),
		cmocka_unit_test(test_sections_floor),
		cmocka_unit_test(test_sections_floor_of_signing_algorithms),
		cmocka_unit_test(test_sections_floor_agrees_with_the_verdict),
		cmocka_unit_test(test_sections_may_except),
		cmocka_unit_test(test_sections_of_the_named),
		cmocka_unit_test(test_sections_must_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
