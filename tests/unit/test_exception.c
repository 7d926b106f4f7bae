/*
 * smbguard: tests of the options of an exception
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every row changes one option of an exception that is whole.
 */

/* wrap: _talloc_array _talloc_realloc _talloc_realloc_array _talloc_zero
   _talloc_zero_array talloc_asprintf talloc_asprintf_append
   talloc_named_const talloc_strdup talloc_strdup_append talloc_strndup
   talloc_vasprintf_append */

#include "smbconf_fixture.h"
#include "talloc_fault.h"

struct row {
	const char *value; /* NULL: not there */
	bool valid;
};

/* The one exception is invalid, and every fault of it is told. */
static void assert_invalid(const struct sg_settings *settings,
			   const char *key,
			   const char *value)
{
	const struct sg_exception *e = &settings->exceptions[0];
	const struct sg_fault *fault = NULL;
	char option[64];

	if (e->invalid == NULL || settings->num_exception_faults == 0) {
		fail_msg("\"%s = %s\" is valid", key, value);
	}
	fault = &settings->exception_faults[0];
	snprintf(option, sizeof(option), "smbguard:legacy %s", key);
	assert_string_equal(fault->option, option);
	assert_string_equal(fault->value, value != NULL ? value : "");
	assert_true(strlen(fault->accepted) > 0);
	assert_non_null(strstr(e->invalid, option));
	assert_non_null(strstr(e->invalid, fault->value));
	assert_non_null(strstr(e->invalid, fault->accepted));
}

static void check_rows(const struct conf *base,
		       const char *key,
		       const struct row *rows,
		       size_t num)
{
	size_t i;

	for (i = 0; i < num; i++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		struct conf conf = *base;
		struct sg_settings *settings = NULL;
		char option[64];

		snprintf(option, sizeof(option), "legacy %s", key);
		conf_set(&conf, option, rows[i].value);
		settings = conf_parse(mem_ctx, &conf);
		/* They refuse nobody, and hide nothing else. */
		assert_int_equal(settings->num_faults, 0);
		assert_int_equal(settings->num_exceptions, 1);
		assert_string_equal(settings->exceptions[0].name, "legacy");
		if (!rows[i].valid) {
			assert_invalid(settings, key, rows[i].value);
		} else if (settings->exceptions[0].invalid != NULL) {
			fail_msg("%s", settings->exceptions[0].invalid);
		} else {
			assert_int_equal(settings->num_exception_faults, 0);
		}
		talloc_free(mem_ctx);
	}
}

static void test_exception_hosts(void **state)
{
	static const struct row rows[] = {
		{"192.0.2.7", true},
		{"192.0.2.0/24", true},
		{"0.0.0.0/0", true},
		{"2001:db8::/32", true},
		{"::ffff:192.0.2.7", true},
		{"192.0.2.7, 192.0.2.8;192.0.2.9\t2001:db8::7,", true},
		{"", false},
		{" ", false},
		{",", false},
		{"files.example.com", false},
		{"localhost", false},
		{"ALL", false},
		{"192.0.2.", false},
		{"192.0.2.*", false},
		{"192.0.2.7/24", false},
		{"192.0.2.0/33", false},
		{"192.0.2.0/", false},
		{"192.0.2.0/255.255.255.0", false},
		{"192.0.2.7 - 192.0.2.9", false},
		{"-192.0.2.7", false},
		{"192.0.2.300", false},
		{"192.0.2.7, wurst", false},
		{"wurst, 192.0.2.7", false},
		{"192.0.2.7 EXCEPT 192.0.2.8", false},
		{"fe80::1%eth0", false},
		{"192.0.2.7\x01", false},
		{"\xff", false},
	};

	check_rows(&by_host, "hosts", rows, ARRAY_LENGTH(rows));
}

static void test_exception_allow(void **state)
{
	static const struct row rows[] = {
		{"smb1", true},		{"dialect", true},
		{"unencrypted", true},	{"cipher", true},
		{"unsigned", true},	{"guest", true},
		{"ntlm", true},		{"downgrade", true},
		{"SMB1, Guest", true},	{" smb1;dialect\tcipher ", true},
		{NULL, false},		{"", false},
		{" ", false},		{"wurst", false},
		{"smb1, wurst", false}, {"smb", false},
		{"smb11", false},	{"all", false},
		{"-smb1", false},	{"encryption", false},
		{"signing", false},	{"smb1 | guest", false},
		{"1", false},		{"64", false},
	};

	check_rows(&by_host, "allow", rows, ARRAY_LENGTH(rows));
}

static void test_exception_until(void **state)
{
	static const struct row rows[] = {
		{"2026-12-31", true},
		{"2026-01-01", true},
		{"2028-02-29", true},
		{"2000-02-29", true},
		{"1970-01-01", true},
		{"1969-12-31", true},
		{"9999-12-31", true},
		{NULL, false},
		{"", false},
		{" ", false},
		{"2026-02-29", false},
		{"2100-02-29", false},
		{"2026-02-30", false},
		{"2026-04-31", false},
		{"2026-13-01", false},
		{"2026-00-10", false},
		{"2026-01-00", false},
		{"2026-01-32", false},
		{"2026-99-99", false},
		{"0000-00-00", false},
		{"2026-1-1", false},
		{"2026-1-01", false},
		{"26-01-01", false},
		{"12026-01-01", false},
		{"2026-12-31 ", false},
		{" 2026-12-31", false},
		{"2026-12-31,", false},
		{"2026-12-31Z", false},
		{"2026-12-31-", false},
		{"2026-12-3x", false},
		{"2026-12-3-", false},
		{"2026-12-31T23:59:59", false},
		{"2026-12-31\n", false},
		{"2026/12/31", false},
		{"31.12.2026", false},
		{"31-12-2026", false},
		{"12-31-2026", false},
		{"20261231", false},
		{"2026123100", false},
		{"2026--1-01", false},
		{"2026-01--1", false},
		{"2026-01--0", false},
		{"+026-12-31", false},
		{"----------", false},
		{"0000000000", false},
		{"never", false},
		{"tomorrow", false},
		{"1798761600", false},
		{"%Y-%m-%d", false},
	};

	check_rows(&by_host, "until", rows, ARRAY_LENGTH(rows));
}

static void test_exception_reason(void **state)
{
	static const struct row rows[] = {
		{"the old scanner", true},
		{"x", true},
		{"  x", true},
		{"100%s", true},
		{"\xff", true},
		{NULL, false},
		{"", false},
		{" ", false},
		{" \t ", false},
	};

	check_rows(&by_host, "reason", rows, ARRAY_LENGTH(rows));
}

static void test_exception_users_groups_shares(void **state)
{
	static const char *const keys[] = {"users", "groups", "shares"};
	static const struct row rows[] = {
		{"alice", true},
		{"EXAMPLE\\alice", true},
		{"Domain Users", true},
		{"Domain Users, @x ,+y", true},
		{",alice", true},
		{"", false},
		{" ", false},
		{",", false},
		{" , \t,", false},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(keys); i++) {
		check_rows(&by_user, keys[i], rows, ARRAY_LENGTH(rows));
	}
}

static void assert_words(const char **words, const char *const *expected)
{
	size_t i;

	assert_non_null(words);
	for (i = 0; expected[i] != NULL; i++) {
		assert_non_null(words[i]);
		assert_string_equal(words[i], expected[i]);
	}
	assert_null(words[i]);
}

static void test_exception_is_kept_as_written(void **state)
{
	static const char *const users[] = {"alice",
					    "EXAMPLE\\Bob Smith",
					    "x;y",
					    NULL};
	static const char *const groups[] = {"Domain Users", NULL};
	static const char *const shares[] = {"Old Files", "payroll$", NULL};
	struct conf conf = by_host;
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	const struct sg_settings *settings = NULL;
	const struct sg_exception *e = NULL;

	conf_set(&conf, "legacy hosts", "192.0.2.7 2001:db8::/32");
	conf_set(&conf, "legacy users", " alice ,EXAMPLE\\Bob Smith, , x;y,");
	conf_set(&conf, "legacy groups", "\tDomain Users\t");
	conf_set(&conf, "legacy shares", "Old Files, payroll$");
	conf_set(&conf, "legacy allow", "guest, ntlm unencrypted");
	settings = conf_parse(mem_ctx, &conf);
	assert_int_equal(settings->num_exceptions, 1);
	e = &settings->exceptions[0];
	assert_null(e->invalid);
	assert_int_equal(e->num_hosts, 2);
	assert_int_equal(e->hosts[0].prefix, 32);
	assert_int_equal(e->hosts[1].prefix, 32);
	assert_words(e->users, users);
	assert_words(e->groups, groups);
	assert_words(e->shares, shares);
	assert_int_equal(e->allow,
			 SG_ALLOW_GUEST | SG_ALLOW_NTLM | SG_ALLOW_UNENCRYPTED);
	assert_string_equal(e->until, "2026-12-31");
	assert_int_equal(e->expires, FIRST_SECOND_AFTER);
	assert_string_equal(e->reason, "the old scanner");
	talloc_free(mem_ctx);
}

static void test_exception_out_of_memory_gives_no_settings(void **state)
{
	struct conf conf = by_host;
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct sg_settings *settings = NULL;
	unsigned n;

	conf_set(&conf, "exceptions", "legacy bad.name other");
	conf_set(&conf, "legacy users", "alice, bob");
	conf_set(&conf, "legacy until", "never");
	for (n = 1; n < 1000; n++) {
		alloc_calls = 0;
		fail_at = n;
		settings =
			sg_settings_parse(mem_ctx, SG_GLOBAL, conf_get, &conf);
		fail_at = 0;
		if (alloc_calls < n) {
			break;
		}
		assert_null(settings);
		assert_int_equal(talloc_total_blocks(mem_ctx), 1);
	}
	assert_non_null(settings);
	assert_true(n > 30);
	assert_int_equal(settings->num_exceptions, 3);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exception_hosts),
		cmocka_unit_test(test_exception_allow),
		cmocka_unit_test(test_exception_until),
		cmocka_unit_test(test_exception_reason),
		cmocka_unit_test(test_exception_users_groups_shares),
		cmocka_unit_test(test_exception_is_kept_as_written),
		cmocka_unit_test(
			test_exception_out_of_memory_gives_no_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
