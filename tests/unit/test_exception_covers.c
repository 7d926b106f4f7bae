/*
 * smbguard: tests of whom an exception covers, and until when
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "smbconf_fixture.h"

/* An access of alice, of staff, from 192.0.2.7 to payroll */
static const struct who alice = {.user = "alice", .group = "staff"};

static struct sg_facts access_of(const struct who *who, struct who *own)
{
	*own = *who;
	return (struct sg_facts){
		.client_address = "192.0.2.7",
		.share = "payroll",
		.is_who = who_is,
		.is_who_data = own,
	};
}

static enum sg_exception_state state_of(struct conf *conf,
					const struct sg_facts *facts,
					uint32_t allow,
					time_t now)
{
	struct sg_settings *settings = conf_parse(NULL, conf);
	enum sg_exception_state result;

	assert_int_equal(settings->num_exceptions, 1);
	result = sg_exception_covers(&settings->exceptions[0],
				     facts,
				     allow,
				     now);
	talloc_free(settings);
	return result;
}

static void test_exception_holds_to_the_last_second_of_its_day(void **state)
{
	static const struct {
		const char *until;
		time_t now;
		enum sg_exception_state expected;
	} rows[] = {
		{"2026-12-31", 0, SG_EXCEPTION_HOLDS},
		{"2026-12-31", BEFORE_IT_ENDS, SG_EXCEPTION_HOLDS},
		{"2026-12-31", LAST_SECOND - 1, SG_EXCEPTION_HOLDS},
		{"2026-12-31", LAST_SECOND, SG_EXCEPTION_HOLDS},
		{"2026-12-31", FIRST_SECOND_AFTER, SG_EXCEPTION_EXPIRED},
		{"2026-12-31", FIRST_SECOND_AFTER + 1, SG_EXCEPTION_EXPIRED},
		{"2026-12-31", 4102444800, SG_EXCEPTION_EXPIRED},
		{"2026-12-30", LAST_SECOND - 86400, SG_EXCEPTION_HOLDS},
		{"2026-12-30", LAST_SECOND - 86399, SG_EXCEPTION_EXPIRED},
		/* 2028-02-29T23:59:59Z */
		{"2028-02-29", 1835481599, SG_EXCEPTION_HOLDS},
		{"2028-02-29", 1835481600, SG_EXCEPTION_EXPIRED},
		{"2028-02-28", 1835481599, SG_EXCEPTION_EXPIRED},
		{"1970-01-01", 86399, SG_EXCEPTION_HOLDS},
		{"1970-01-01", 86400, SG_EXCEPTION_EXPIRED},
		{"1969-12-31", 0, SG_EXCEPTION_EXPIRED},
		{"9999-12-31", 253402300799, SG_EXCEPTION_HOLDS},
		{"9999-12-31", 253402300800, SG_EXCEPTION_EXPIRED},
	};
	/* The server's own time of day does not matter. */
	static const char *const zones[] = {"UTC",
					    "Pacific/Kiritimati",
					    "Pacific/Pago_Pago"};
	struct who own;
	const struct sg_facts facts = access_of(&alice, &own);
	size_t i;
	size_t z;

	for (z = 0; z < ARRAY_LENGTH(zones); z++) {
		setenv("TZ", zones[z], 1);
		tzset();
		for (i = 0; i < ARRAY_LENGTH(rows); i++) {
			struct conf conf = by_host;
			enum sg_exception_state found;

			conf_set(&conf, "legacy until", rows[i].until);
			found = state_of(&conf,
					 &facts,
					 SG_ALLOW_SMB1,
					 rows[i].now);
			if (found != rows[i].expected) {
				fail_msg("%s, row %zu: %d",
					 zones[z],
					 i,
					 (int)found);
			}
		}
	}
	unsetenv("TZ");
	tzset();
}

/* Years that nobody means: whatever else they are, they are over. */
static void test_exception_of_no_year_does_not_hold(void **state)
{
	static const char *const dates[] = {
		"0000-01-01",
		"0000-12-31",
		"0001-01-01",
		"-001-01-01",
		"-999-12-31",
		"--26-12-31",
	};
	struct who own;
	const struct sg_facts facts = access_of(&alice, &own);
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(dates); i++) {
		struct conf conf = by_host;
		enum sg_exception_state found;

		conf_set(&conf, "legacy until", dates[i]);
		found = state_of(&conf, &facts, SG_ALLOW_SMB1, 0);
		assert_int_not_equal(found, SG_EXCEPTION_HOLDS);
		assert_int_not_equal(found, SG_EXCEPTION_OTHERS);
	}
}

static void test_exception_allows_what_it_lists_alone(void **state)
{
	static const struct {
		const char *allow;
		uint32_t bit;
	} words[] = {
		{"smb1", SG_ALLOW_SMB1},
		{"dialect", SG_ALLOW_DIALECT},
		{"unencrypted", SG_ALLOW_UNENCRYPTED},
		{"cipher", SG_ALLOW_CIPHER},
		{"unsigned", SG_ALLOW_UNSIGNED},
		{"guest", SG_ALLOW_GUEST},
		{"ntlm", SG_ALLOW_NTLM},
		{"downgrade", SG_ALLOW_DOWNGRADE},
	};
	struct who own;
	const struct sg_facts facts = access_of(&alice, &own);
	size_t i;
	size_t j;

	for (i = 0; i < ARRAY_LENGTH(words); i++) {
		struct conf conf = by_host;

		conf_set(&conf, "legacy allow", words[i].allow);
		for (j = 0; j < ARRAY_LENGTH(words); j++) {
			assert_int_equal(state_of(&conf,
						  &facts,
						  words[j].bit,
						  LAST_SECOND),
					 i == j ? SG_EXCEPTION_HOLDS
						: SG_EXCEPTION_OTHERS);
		}
		/* One of several is enough; none is none. */
		assert_int_equal(state_of(&conf, &facts, 255, LAST_SECOND),
				 SG_EXCEPTION_HOLDS);
		assert_int_equal(state_of(&conf, &facts, 0, LAST_SECOND),
				 SG_EXCEPTION_OTHERS);
	}
}

static void test_exception_covers_hosts(void **state)
{
	static const struct {
		const char *hosts;
		const char *address;
		bool covered;
	} rows[] = {
		{"192.0.2.7", "192.0.2.7", true},
		{"192.0.2.7", "192.0.2.8", false},
		{"192.0.2.0/24", "192.0.2.255", true},
		{"192.0.2.0/24", "192.0.3.0", false},
		{"192.0.2.7", "::ffff:192.0.2.7", true},
		{"192.0.2.7, 2001:db8::/32", "2001:db8::7", true},
		{"2001:db8::/32, 192.0.2.7", "192.0.2.7", true},
		{"2001:db8::/32, 192.0.2.7", "2001:db9::7", false},
		{"0.0.0.0/0", "198.51.100.1", true},
		{"0.0.0.0/0", "2001:db8::7", false},
		{"0.0.0.0/0", NULL, false},
		{"0.0.0.0/0", "", false},
		{"0.0.0.0/0", "wurst", false},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct conf conf = by_host;
		struct sg_facts facts = {.client_address = rows[i].address};

		conf_set(&conf, "legacy hosts", rows[i].hosts);
		assert_int_equal(
			state_of(&conf, &facts, SG_ALLOW_SMB1, LAST_SECOND),
			rows[i].covered ? SG_EXCEPTION_HOLDS
					: SG_EXCEPTION_OTHERS);
	}
}

static void test_exception_covers_users_groups_and_shares(void **state)
{
	static const struct {
		const char *key;
		const char *value;
		bool covered;
	} rows[] = {
		{"legacy users", "alice", true},
		{"legacy users", "bob, alice", true},
		{"legacy users", "bob", false},
		{"legacy users", "staff", false},
		{"legacy groups", "staff", true},
		{"legacy groups", "Domain Users, staff", true},
		{"legacy groups", "Domain Users", false},
		{"legacy groups", "alice", false},
		{"legacy shares", "payroll", true},
		{"legacy shares", "PayRoll", true},
		{"legacy shares", "public, payroll", true},
		{"legacy shares", "payroll2", false},
		{"legacy shares", "pay", false},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct conf conf = by_host;
		struct who own;
		const struct sg_facts facts = access_of(&alice, &own);
		/* No account yet, and no share: such a list covers nobody. */
		const struct sg_facts unknown = {.client_address = "192.0.2.7"};

		conf_set(&conf, "legacy allow", "guest");
		conf_set(&conf, rows[i].key, rows[i].value);
		if (i % 2 == 0) {
			conf_set(&conf, "legacy hosts", NULL);
		}
		assert_int_equal(
			state_of(&conf, &facts, SG_ALLOW_GUEST, LAST_SECOND),
			rows[i].covered ? SG_EXCEPTION_HOLDS
					: SG_EXCEPTION_OTHERS);
		assert_int_equal(
			state_of(&conf, &unknown, SG_ALLOW_GUEST, LAST_SECOND),
			SG_EXCEPTION_OTHERS);
	}
}

/* A share out of [homes] has its own name, and its section's. */
static void test_exception_covers_a_section(void **state)
{
	static const struct {
		const char *listed;
		const char *share;
		const char *section;
		bool covered;
	} rows[] = {
		{"homes", "alice", "homes", true},
		{"Homes", "alice", "homes", true},
		{"alice", "alice", "homes", true},
		{"bob", "alice", "homes", false},
		{"homes", "alice", NULL, false},
		{"homes", NULL, "homes", false},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct conf conf = by_host;
		struct who own;
		struct sg_facts facts = access_of(&alice, &own);

		facts.share = rows[i].share;
		facts.section = rows[i].section;
		conf_set(&conf, "legacy shares", rows[i].listed);
		conf_set(&conf, "legacy allow", "guest");
		assert_int_equal(
			state_of(&conf, &facts, SG_ALLOW_GUEST, LAST_SECOND),
			rows[i].covered ? SG_EXCEPTION_HOLDS
					: SG_EXCEPTION_OTHERS);
	}
	assert_int_equal(i, 6);
}

/* One of each list that is there: every one of them can keep one out. */
static void test_exception_needs_each_of_its_lists(void **state)
{
	static const struct {
		struct who who;
		const char *address;
		const char *share;
		bool covered;
	} rows[] = {
		{{"alice", "staff"}, "192.0.2.7", "payroll", true},
		{{"bob", "staff"}, "192.0.2.7", "payroll", false},
		{{"alice", "guests"}, "192.0.2.7", "payroll", false},
		{{"alice", "staff"}, "192.0.3.7", "payroll", false},
		{{"alice", "staff"}, "192.0.2.7", "public", false},
		{{"alice", "staff"}, "192.0.2.7", NULL, false},
		{{"alice", "staff"}, NULL, "payroll", false},
		{{NULL, NULL}, "192.0.2.7", "payroll", false},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct conf conf = by_host;
		struct who own;
		struct sg_facts facts = access_of(&rows[i].who, &own);

		facts.client_address = rows[i].address;
		facts.share = rows[i].share;
		conf_set(&conf, "legacy allow", "guest");
		conf_set(&conf, "legacy users", "alice");
		conf_set(&conf, "legacy groups", "staff");
		conf_set(&conf, "legacy shares", "payroll");
		assert_int_equal(
			state_of(&conf, &facts, SG_ALLOW_GUEST, LAST_SECOND),
			rows[i].covered ? SG_EXCEPTION_HOLDS
					: SG_EXCEPTION_OTHERS);
		/* Only those that it covers are told that it is over. */
		assert_int_equal(state_of(&conf,
					  &facts,
					  SG_ALLOW_GUEST,
					  FIRST_SECOND_AFTER),
				 rows[i].covered ? SG_EXCEPTION_EXPIRED
						 : SG_EXCEPTION_OTHERS);
	}
}

static void test_exception_that_is_invalid_covers_nobody(void **state)
{
	static const struct conf_line rows[] = {
		{"legacy hosts", "192.0.2.7, wurst"},
		{"legacy allow", "smb1, wurst"},
		{"legacy until", "2026-12-32"},
		{"legacy reason", ""},
		{"legacy users", "alice"},
		{"legacy shares", ","},
	};
	struct who own;
	const struct sg_facts facts = access_of(&alice, &own);
	struct conf good = by_host;
	size_t i;

	assert_int_equal(state_of(&good, &facts, SG_ALLOW_SMB1, LAST_SECOND),
			 SG_EXCEPTION_HOLDS);
	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct conf conf = by_host;

		conf_set(&conf, rows[i].name, rows[i].value);
		assert_int_equal(
			state_of(&conf, &facts, SG_ALLOW_SMB1, LAST_SECOND),
			SG_EXCEPTION_INVALID);
		assert_int_equal(state_of(&conf,
					  &facts,
					  SG_ALLOW_SMB1,
					  FIRST_SECOND_AFTER),
				 SG_EXCEPTION_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_exception_holds_to_the_last_second_of_its_day),
		cmocka_unit_test(test_exception_of_no_year_does_not_hold),
		cmocka_unit_test(test_exception_allows_what_it_lists_alone),
		cmocka_unit_test(test_exception_covers_hosts),
		cmocka_unit_test(test_exception_covers_users_groups_and_shares),
		cmocka_unit_test(test_exception_covers_a_section),
		cmocka_unit_test(test_exception_needs_each_of_its_lists),
		cmocka_unit_test(test_exception_that_is_invalid_covers_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
