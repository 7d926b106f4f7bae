/*
 * smbguard: tests of what is to be done with a share
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Options are set one at a time, by their name in smb.conf; each row has what
 * becomes of the share with the option in [global], and in the share itself.
 */

#include "smbconf_fixture.h"
#include "policy_fixture.h"

#include "core/share_need.h"

#define LEAVE SG_SHARE_LEAVE
#define TELL SG_SHARE_TELL
#define REQUIRE SG_SHARE_REQUIRE
#define CLOSE SG_SHARE_CLOSE

static const struct sg_facts client = {
	.client_address = "192.0.2.7",
	.share = "payroll",
};

static const struct sg_share_case guarded_smb2 = {.guarded = true};
static const struct sg_share_case guarded_smb1 = {
	.guarded = true,
	.smb1 = true,
};
static const struct sg_share_case printer_smb2 = {.guarded = false};
static const struct sg_share_case printer_smb1 = {.smb1 = true};
static const struct sg_share_case printer_unjudged = {.unjudged = true};

static enum sg_share_need need(const struct sg_settings *global,
			       const struct sg_settings *share,
			       const struct sg_facts *facts,
			       const struct sg_share_case *at)
{
	const struct sg_policy policy = {
		.global = global,
		.share = share,
		.share_name = "payroll",
		.now = BEFORE_IT_ENDS,
	};
	const char *why = "not set";
	enum sg_share_need answer = sg_share_need(&policy, facts, at, &why);

	/* Why is told where it is closed, and there alone. */
	assert_int_equal(why != NULL, answer == SG_SHARE_CLOSE);
	return answer;
}

struct row {
	const char *option;
	const char *value;
	/* with it in [global], and in the share: see cases */
	enum sg_share_need global[5];
	enum sg_share_need share[5];
};

static const struct sg_share_case *const cases[5] = {
	&guarded_smb2,
	&guarded_smb1,
	&printer_smb2,
	&printer_smb1,
	&printer_unjudged,
};

/* clang-format off */
static const struct row rows[] = {
	{"encryption", "required",
	 {TELL, REQUIRE, REQUIRE, REQUIRE, REQUIRE},
	 {TELL, REQUIRE, REQUIRE, REQUIRE, REQUIRE}},
	{"encryption", "optional",
	 {LEAVE, LEAVE, LEAVE, LEAVE, LEAVE},
	 {LEAVE, LEAVE, LEAVE, LEAVE, LEAVE}},
	/* smbd's own knobs hold these for the connection */
	{"min protocol", "SMB3_11",
	 {LEAVE, LEAVE, LEAVE, LEAVE, LEAVE},
	 {LEAVE, LEAVE, CLOSE, CLOSE, CLOSE}},
	{"encryption algorithms", "AES-256-GCM",
	 {LEAVE, LEAVE, LEAVE, LEAVE, LEAVE},
	 {LEAVE, LEAVE, CLOSE, CLOSE, CLOSE}},
	{"signing algorithms", "AES-128-GMAC",
	 {LEAVE, LEAVE, LEAVE, LEAVE, LEAVE},
	 {LEAVE, LEAVE, CLOSE, CLOSE, CLOSE}},
	/* and the logon gate alone holds these */
	{"signing", "required",
	 {LEAVE, LEAVE, LEAVE, CLOSE, CLOSE},
	 {LEAVE, LEAVE, CLOSE, CLOSE, CLOSE}},
	{"guest", "deny",
	 {LEAVE, LEAVE, LEAVE, CLOSE, CLOSE},
	 {LEAVE, LEAVE, CLOSE, CLOSE, CLOSE}},
	{"ntlm", "deny",
	 {LEAVE, LEAVE, LEAVE, CLOSE, CLOSE},
	 {LEAVE, LEAVE, CLOSE, CLOSE, CLOSE}},
	{"ntlm", "allow",
	 {LEAVE, LEAVE, LEAVE, LEAVE, LEAVE},
	 {LEAVE, LEAVE, LEAVE, LEAVE, LEAVE}},
	/* an option of [global] alone is a fault in a share */
	{"downgrade", "refuse",
	 {LEAVE, LEAVE, LEAVE, CLOSE, CLOSE},
	 {LEAVE, LEAVE, CLOSE, CLOSE, CLOSE}},
	{"audit failure", "deny",
	 {LEAVE, LEAVE, LEAVE, CLOSE, CLOSE},
	 {LEAVE, LEAVE, CLOSE, CLOSE, CLOSE}},
	{"audit failure", "continue",
	 {LEAVE, LEAVE, LEAVE, LEAVE, LEAVE},
	 {LEAVE, LEAVE, CLOSE, CLOSE, CLOSE}},
	{"guest", "wurst",
	 {LEAVE, LEAVE, LEAVE, CLOSE, CLOSE},
	 {LEAVE, LEAVE, CLOSE, CLOSE, CLOSE}},
	{"history", "no",
	 {LEAVE, LEAVE, LEAVE, LEAVE, LEAVE},
	 {LEAVE, LEAVE, CLOSE, CLOSE, CLOSE}},
	{"auth failure delay", "2000",
	 {LEAVE, LEAVE, LEAVE, LEAVE, LEAVE},
	 {LEAVE, LEAVE, CLOSE, CLOSE, CLOSE}},
};
/* clang-format on */

static void check(size_t row, size_t at, bool in_share, enum sg_mode mode)
{
	const struct row *r = &rows[row];
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct sg_settings nothing = {.mode = mode};
	const struct sg_settings empty = {.mode = SG_MODE_UNSET};
	struct sg_settings *set = parse(mem_ctx,
					in_share ? SG_SHARE : SG_GLOBAL,
					r->option,
					r->value,
					mode);
	enum sg_share_need expected = in_share ? r->share[at] : r->global[at];
	enum sg_share_need got = need(in_share ? &nothing : set,
				      in_share ? set : &empty,
				      &client,
				      cases[at]);

	if (mode == SG_MODE_AUDIT) {
		expected = SG_SHARE_LEAVE;
	}
	if (got != expected) {
		fail_msg("%s = %s in %s, case %zu, mode %d: %d, not %d",
			 r->option,
			 r->value,
			 in_share ? "the share" : "[global]",
			 at,
			 (int)mode,
			 (int)got,
			 (int)expected);
	}
	talloc_free(mem_ctx);
}

static void test_share_need_of_each_option(void **state)
{
	size_t i;
	size_t at;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		for (at = 0; at < ARRAY_LENGTH(cases); at++) {
			check(i, at, false, SG_MODE_ENFORCE);
			check(i, at, false, SG_MODE_AUDIT);
			check(i, at, true, SG_MODE_ENFORCE);
			check(i, at, true, SG_MODE_AUDIT);
		}
	}
}

/* No row may be missing: a rule that nobody thought of here is none. */
static void test_share_need_has_a_row_of_each_rule(void **state)
{
	const struct sg_option *const *row = NULL;
	size_t found = 0;
	size_t i;

	for (row = sg_option_table(); *row != NULL; row++) {
		for (i = 0; i < ARRAY_LENGTH(rows); i++) {
			if ((*row)->rule != SG_RULE_NONE &&
			    strcmp((*row)->name, rows[i].option) == 0) {
				found++;
				break;
			}
		}
	}
	assert_int_equal(found, SG_RULE_END - 1);
}

/*
 * [global] in audit mode lets everybody log on; a share that enforces holds
 * its clients to [global] as well, and without a gate it cannot.
 */
static void test_share_need_of_global_where_a_share_enforces(void **state)
{
	const struct sg_settings global = {
		.mode = SG_MODE_AUDIT,
		.guest = SG_PERMIT_DENY,
	};
	const struct sg_settings encrypts = {
		.mode = SG_MODE_AUDIT,
		.encryption = SG_NEED_REQUIRED,
	};
	const struct sg_settings enforces = {.mode = SG_MODE_ENFORCE};
	const struct sg_settings audits = {.mode = SG_MODE_AUDIT};
	const struct sg_settings unset = {.mode = SG_MODE_UNSET};

	assert_int_equal(need(&global, &enforces, &client, &printer_smb2),
			 CLOSE);
	assert_int_equal(need(&global, &audits, &client, &printer_smb2), LEAVE);
	assert_int_equal(need(&global, &unset, &client, &printer_smb2), LEAVE);
	assert_int_equal(need(&global, &enforces, &client, &guarded_smb2),
			 LEAVE);
	/* smbd holds encryption by itself. */
	assert_int_equal(need(&encrypts, &enforces, &client, &printer_smb2),
			 REQUIRE);
	assert_int_equal(need(&encrypts, &enforces, &client, &guarded_smb2),
			 TELL);
}

/* Whom nobody can tell to encrypt is left to the gate, and not to smbd. */
static void test_share_need_of_clients_without_keys(void **state)
{
	const struct sg_settings nothing = {.mode = SG_MODE_UNSET};
	const struct sg_settings share = {.encryption = SG_NEED_REQUIRED};
	static const struct {
		enum sg_known keys;
		enum sg_share_need guarded;
	} known[] = {
		{SG_UNKNOWN, TELL},
		{SG_YES, TELL},
		{SG_NO, LEAVE},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(known); i++) {
		struct sg_share_case at = {.keys = known[i].keys};

		assert_int_equal(need(&nothing, &share, &client, &at), REQUIRE);
		at.guarded = true;
		assert_int_equal(need(&nothing, &share, &client, &at),
				 known[i].guarded);
		at.smb1 = true;
		assert_int_equal(need(&nothing, &share, &client, &at), REQUIRE);
	}
}

static struct sg_settings *with_exception(TALLOC_CTX *mem_ctx,
					  const char *option,
					  const char *value,
					  const char *allow,
					  const char *hosts,
					  const char *users)
{
	struct conf conf = by_host;

	conf_set(&conf, option, value);
	conf_set(&conf, "legacy allow", allow);
	conf_set(&conf, "legacy hosts", hosts);
	conf_set(&conf, "legacy users", users);
	return conf_parse(mem_ctx, &conf);
}

/* An exception for the address is known here; one for a user is the gate's. */
static void test_share_need_with_exceptions(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	const struct sg_settings share = {.encryption = SG_NEED_REQUIRED};
	static const struct {
		const char *hosts;
		const char *users;
		enum sg_share_need printer;
		enum sg_share_need smb1;
	} about[] = {
		{"192.0.2.7", NULL, LEAVE, TELL},
		{"192.0.2.8", NULL, REQUIRE, REQUIRE},
		{NULL, "alice", REQUIRE, TELL},
		{"192.0.2.7", "alice", REQUIRE, TELL},
		{"192.0.2.8", "alice", REQUIRE, REQUIRE},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(about); i++) {
		struct sg_settings *global = with_exception(mem_ctx,
							    "mode",
							    "enforce",
							    "unencrypted",
							    about[i].hosts,
							    about[i].users);

		assert_int_equal(need(global, &share, &client, &printer_smb2),
				 about[i].printer);
		assert_int_equal(need(global, &share, &client, &guarded_smb1),
				 about[i].smb1);
		/* Who cannot be placed has no exception. */
		assert_int_equal(need(global, &share, NULL, &printer_smb2),
				 REQUIRE);
		assert_int_equal(need(global, &share, NULL, &guarded_smb1),
				 REQUIRE);
		assert_int_equal(need(global, &share, &client, &guarded_smb2),
				 TELL);
	}
	talloc_free(mem_ctx);
}

/* A logon that nobody saw is excepted by its address as well. */
static void test_share_need_of_unseen_logons_with_exceptions(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	const struct sg_settings share = {.mode = SG_MODE_UNSET};
	static const struct {
		const char *option;
		const char *value;
		const char *allow;
		const char *hosts;
		enum sg_share_need smb1;
	} about[] = {
		{"guest", "deny", "guest", "192.0.2.7", LEAVE},
		{"guest", "deny", "guest", "192.0.2.8", CLOSE},
		{"guest", "deny", "ntlm", "192.0.2.7", CLOSE},
		{"ntlm", "deny", "ntlm", "192.0.2.7", LEAVE},
		{"signing", "required", "unsigned", "192.0.2.7", LEAVE},
		{"signing", "required", "unsigned", "192.0.2.8", CLOSE},
		{"downgrade", "refuse", "downgrade", "192.0.2.7", LEAVE},
		{"audit failure", "deny", "guest", "192.0.2.7", CLOSE},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(about); i++) {
		struct sg_settings *global = with_exception(mem_ctx,
							    about[i].option,
							    about[i].value,
							    about[i].allow,
							    about[i].hosts,
							    NULL);

		assert_int_equal(need(global, &share, &client, &printer_smb1),
				 about[i].smb1);
		assert_int_equal(need(global, &share, &client, &printer_smb2),
				 LEAVE);
	}
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_share_need_of_each_option),
		cmocka_unit_test(test_share_need_has_a_row_of_each_rule),
		cmocka_unit_test(
			test_share_need_of_global_where_a_share_enforces),
		cmocka_unit_test(test_share_need_of_clients_without_keys),
		cmocka_unit_test(test_share_need_with_exceptions),
		cmocka_unit_test(
			test_share_need_of_unseen_logons_with_exceptions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
