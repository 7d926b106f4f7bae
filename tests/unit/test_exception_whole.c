/*
 * smbguard: tests of exceptions as a whole
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Their names, and which of their options go together.
 */

#include "smbconf_fixture.h"

static void test_exception_names(void **state)
{
	static const struct {
		const char *name;
		bool valid;
	} rows[] = {
		{"legacy", true},
		{"Legacy-2_x", true},
		{"2026", true},
		{"-", true},
		{"old.scanner", false},
		{"old:scanner", false},
		{"old/scanner", false},
		{"old%u", false},
		{"old=scanner", false},
		{"\"legacy\"", false},
		{"sch\xc3\xb6n", false},
		{"\xff", false},
		{"old\x01", false},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct conf conf = {{{"exceptions", rows[i].name}}};
		const char *const keys[] = {"hosts",
					    "allow",
					    "until",
					    "reason"};
		const char *const values[] = {"192.0.2.0/24",
					      "smb1",
					      "2026-12-31",
					      "old"};
		struct sg_settings *settings = NULL;
		const struct sg_exception *e = NULL;
		char options[4][64];
		size_t k;

		for (k = 0; k < ARRAY_LENGTH(keys); k++) {
			snprintf(options[k],
				 sizeof(options[k]),
				 "%s %s",
				 rows[i].name,
				 keys[k]);
			conf_set(&conf, options[k], values[k]);
		}
		settings = conf_parse(NULL, &conf);
		assert_int_equal(settings->num_faults, 0);
		assert_int_equal(settings->num_exceptions, 1);
		e = &settings->exceptions[0];
		assert_string_equal(e->name, rows[i].name);
		if ((e->invalid == NULL) != rows[i].valid) {
			fail_msg("\"%s\" is %s",
				 rows[i].name,
				 rows[i].valid ? "invalid" : "valid");
		}
		assert_int_equal(settings->num_exception_faults,
				 rows[i].valid ? 0 : 1);
		talloc_free(settings);
	}
}

static void test_exception_lists_of_names(void **state)
{
	static const struct {
		const char *names;
		size_t num;
	} rows[] = {
		{"legacy", 1},
		{" legacy ", 1},
		{"a b", 2},
		{"a,b;c\td", 4},
		{"a,,b,", 2},
		{"", 0},
		{" ,", 0},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct conf conf = {{{"exceptions", rows[i].names}}};
		struct sg_settings *settings = conf_parse(NULL, &conf);

		assert_int_equal(settings->num_exceptions, rows[i].num);
		assert_int_equal(settings->num_faults, 0);
		talloc_free(settings);
	}
}

/* Listed, and nothing else of it is there: a misspelt name, most likely */
static void test_exception_of_which_nothing_is_there(void **state)
{
	struct conf conf = {{{"exceptions", "legcay"}}};
	struct sg_settings *settings = conf_parse(NULL, &conf);
	static const char *const options[] = {
		"smbguard:legcay allow",
		"smbguard:legcay until",
		"smbguard:legcay reason",
		"smbguard:legcay hosts",
	};
	size_t i;

	assert_int_equal(settings->num_exceptions, 1);
	assert_non_null(settings->exceptions[0].invalid);
	assert_int_equal(settings->num_exception_faults, ARRAY_LENGTH(options));
	for (i = 0; i < ARRAY_LENGTH(options); i++) {
		assert_string_equal(settings->exception_faults[i].option,
				    options[i]);
		assert_string_equal(settings->exception_faults[i].value, "");
	}
	/* The first of them is told where it matters. */
	assert_non_null(strstr(settings->exceptions[0].invalid, options[0]));
	talloc_free(settings);
}

/* An exception that is written and not listed does not count. */
static void test_exception_that_is_not_listed(void **state)
{
	struct conf conf = by_host;
	struct sg_settings *settings = NULL;

	conf_set(&conf, "exceptions", NULL);
	settings = conf_parse(NULL, &conf);
	assert_int_equal(settings->num_exceptions, 0);
	talloc_free(settings);
}

static void test_exceptions_do_not_belong_in_a_share(void **state)
{
	struct conf conf = by_host;
	struct sg_settings *settings = NULL;

	settings = sg_settings_parse(NULL, SG_SHARE, conf_get, &conf);
	assert_non_null(settings);
	assert_int_equal(settings->num_exceptions, 0);
	assert_int_equal(settings->num_faults, 1);
	assert_string_equal(settings->faults[0].option, "smbguard:exceptions");
	talloc_free(settings);
	settings = conf_parse(NULL, &conf);
	assert_int_equal(settings->num_exceptions, 1);
	assert_int_equal(settings->num_faults, 0);
	talloc_free(settings);
}

/* What an exception is about */
#define HOSTS 1
#define USERS 2
#define GROUPS 4
#define SHARES 8
#define NAMES (USERS | GROUPS | SHARES)

static const char *invalid_with(TALLOC_CTX *mem_ctx,
				const char *allow,
				unsigned about)
{
	struct conf conf = by_host;
	struct sg_settings *settings = NULL;

	conf_set(&conf, "legacy allow", allow);
	conf_set(&conf, "legacy hosts", about & HOSTS ? "192.0.2.7" : NULL);
	conf_set(&conf, "legacy users", about & USERS ? "alice" : NULL);
	conf_set(&conf, "legacy groups", about & GROUPS ? "staff" : NULL);
	conf_set(&conf, "legacy shares", about & SHARES ? "payroll" : NULL);
	settings = conf_parse(mem_ctx, &conf);
	assert_int_equal(settings->num_exceptions, 1);
	return settings->exceptions[0].invalid;
}

static void test_exception_needs_a_subject(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	const char *invalid = invalid_with(mem_ctx, "guest", 0);

	assert_non_null(invalid);
	assert_non_null(strstr(invalid, "smbguard:legacy hosts"));
	assert_null(invalid_with(mem_ctx, "guest", HOSTS));
	assert_null(invalid_with(mem_ctx, "guest", USERS));
	assert_null(invalid_with(mem_ctx, "guest", GROUPS));
	assert_null(invalid_with(mem_ctx, "guest", SHARES));
	talloc_free(mem_ctx);
}

/* What is settled at the negotiate gate can depend on hosts alone. */
static void test_exception_of_the_negotiation_goes_by_hosts(void **state)
{
	static const struct {
		const char *allow;
		bool by_hosts_alone;
	} rows[] = {
		{"smb1", true},
		{"dialect", true},
		{"cipher", true},
		{"unsigned", true},
		{"guest, smb1", true},
		{"unsigned ntlm", true},
		{"unencrypted", false},
		{"guest", false},
		{"ntlm", false},
		{"downgrade", false},
		{"unencrypted guest ntlm", false},
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	unsigned about;
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		for (about = 1; about <= (HOSTS | NAMES); about++) {
			bool valid = !rows[i].by_hosts_alone || about == HOSTS;
			const char *invalid =
				invalid_with(mem_ctx, rows[i].allow, about);

			if ((invalid == NULL) != valid) {
				fail_msg("\"%s\" with %x is %s",
					 rows[i].allow,
					 about,
					 valid ? "invalid" : "valid");
			}
			if (!valid) {
				assert_non_null(
					strstr(invalid, "legacy allow"));
				assert_non_null(strstr(invalid, rows[i].allow));
			}
		}
	}
	talloc_free(mem_ctx);
}

/* What [global] demands is settled before a share is known. */
static void test_exception_names_no_share_for_what_global_demands(void **state)
{
	static const struct {
		const char *option;
		const char *value;
		const char *allow;
		bool valid; /* with shares */
	} rows[] = {
		{"encryption", "required", "unencrypted", false},
		{"encryption", "required", "guest, unencrypted", false},
		{"encryption", "required", "guest", true},
		{"encryption", "optional", "unencrypted", true},
		{"encryption", "wurst", "unencrypted", false},
		{"guest", "deny", "guest", false},
		{"guest", "deny", "ntlm", true},
		{"guest", "allow", "guest", true},
		{"ntlm", "deny", "ntlm", false},
		{"ntlm", "allow", "ntlm", true},
		{"downgrade", "refuse", "downgrade", false},
		{"downgrade", "record", "downgrade", true},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct conf conf = by_user;
		struct sg_settings *settings = NULL;

		conf_set(&conf, rows[i].option, rows[i].value);
		conf_set(&conf, "legacy allow", rows[i].allow);
		settings = conf_parse(NULL, &conf);
		assert_null(settings->exceptions[0].invalid);
		talloc_free(settings);
		conf_set(&conf, "legacy shares", "payroll");
		settings = conf_parse(NULL, &conf);
		if ((settings->exceptions[0].invalid == NULL) !=
		    rows[i].valid) {
			fail_msg("row %zu", i);
		}
		if (!rows[i].valid) {
			assert_string_equal(
				settings->exception_faults[0].option,
				"smbguard:legacy shares");
			assert_string_equal(settings->exception_faults[0].value,
					    "payroll");
		}
		talloc_free(settings);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exception_names),
		cmocka_unit_test(test_exception_lists_of_names),
		cmocka_unit_test(test_exception_of_which_nothing_is_there),
		cmocka_unit_test(test_exception_that_is_not_listed),
		cmocka_unit_test(test_exceptions_do_not_belong_in_a_share),
		cmocka_unit_test(test_exception_needs_a_subject),
		cmocka_unit_test(
			test_exception_of_the_negotiation_goes_by_hosts),
		cmocka_unit_test(
			test_exception_names_no_share_for_what_global_demands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
