/*
 * smbguard: tests of which operations on files are recorded
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/file_events.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *pattern;
	const char *name;
	bool matches;
} patterns[] = {
	{"a", "a", true},
	{"a", "A", true},
	{"A", "a", true},
	{"a", "b", false},
	{"a", "", false},
	{"a", "aa", false},
	{"", "", true},
	{"", "a", false},
	{"*", "", true},
	{"*", "anything", true},
	{"**", "x", true},
	{"?", "x", true},
	{"?", "", false},
	{"??", "x", false},
	{"*?", "x", true},
	{"*?", "", false},
	{"*.tmp", "a.TMP", true},
	{"*.tmp", ".tmp", true},
	{"*.tmp", "tmp", false},
	{"*.tmp", "a.tmp.txt", false},
	{"~$*", "~$report.docx", true},
	{"~$*", "report.docx", false},
	{"a*b*c", "aXbYbZc", true},
	{"a*b*c", "acb", false},
	{"*ab*ab", "abab", true},
	{"*ab*ab", "ab", false},
	{"*aab", "aaab", true},
	/* A dot is no more than itself, and brackets are not more either. */
	{"*.*", "a", false},
	{"[ab]", "a", false},
	{"[ab]", "[ab]", true},
	{"\\*", "x", false},
	{"\\*", "\\x", true},
	/* One character of UTF-8, of what is none one byte */
	{"?", "\xc3\xa4", true},
	{"??", "\xc3\xa4", false},
	{"?.x", "\xf0\x9f\x98\x80.x", true},
	{"?", "\xff", true},
	{"?", "\xff\xff", false},
	{"??", "\xff\xff", true},
	{"\xc3\xa4", "\xc3\x84", false}, /* only A to Z */
	{"*\xff", "a\xff", true},
};

static bool matches(const char *pattern, const char *name)
{
	return sg_file_matches(pattern, strlen(pattern), name, strlen(name));
}

static void test_file_events_patterns(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(patterns); i++) {
		if (matches(patterns[i].pattern, patterns[i].name) !=
		    patterns[i].matches) {
			fail_msg("\"%s\" and \"%s\"",
				 patterns[i].pattern,
				 patterns[i].name);
		}
	}
}

/* A name with a NUL, and one that ends in the middle of a character */
static void test_file_events_patterns_stay_inside(void **state)
{
	assert_true(sg_file_matches("a?b", 3, "a\0b", 3));
	assert_true(sg_file_matches("*b", 2, "\0b", 2));
	assert_true(sg_file_matches("?", 1, "\xc3\xa4", 1));
	assert_false(sg_file_matches("ab", 1, "ab", 2));
}

/* Many stars take no time that grows with their number. */
static void test_file_events_patterns_are_fast(void **state)
{
	char pattern[201];
	char *name = malloc(100001);
	size_t i;

	assert_non_null(name);
	for (i = 0; i < 200; i += 2) {
		memcpy(pattern + i, "*a", 2);
	}
	pattern[200] = '\0';
	pattern[199] = 'b';
	memset(name, 'a', 100000);
	name[100000] = '\0';
	assert_false(matches(pattern, name));
	free(name);
}

static const struct {
	const char *ignore;
	const char *path;
	bool ignored;
} ignores[] = {
	{"/*.tmp/", "a.tmp", true},
	{"/*.tmp/", "folder/a.tmp", true},
	/* A folder's name hides nothing that is in it. */
	{"/*.tmp/", "a.tmp/letter.txt", false},
	{"/*.tmp/", "a.tmp/b.tmp", true},
	{"/~$*/*.tmp/", "x/~$a.docx", true},
	{"/~$*/*.tmp/", "x/a.tmp", true},
	{"/~$*/*.tmp/", "x/a.docx", false},
	/* Of a stream, the file's name counts. */
	{"/*.tmp/", "a.tmp:stream", true},
	{"/*.tmp/", "a.txt:b.tmp", false},
	{"/*.tmp/", "a.tmp/b.txt:c", false},
	{"/*zone*/", "a.txt:Zone.Identifier", false},
	/* Slashes more than one, and none at the end */
	{"//a//b", "b", true},
	{"//a//b", "a", true},
	{"/a", "a", true},
	/* The root, and what is no name */
	{"/./", ".", true},
	{"/a/", ".", false},
	{"/*/", "", true},
	{"/a/", "", false},
	{"/a/", "b/", false},
	{"/a/", "b//a", true},
	{"/a/", "a\n", false},
	{"/?/", "\xff", true},
	{"/*.tmp/", "\x1b[2J.tmp", true},
};

static void test_file_events_ignore_the_last_name(void **state)
{
	size_t i;
	int which;

	for (i = 0; i < ARRAY_LENGTH(ignores); i++) {
		for (which = 0; which < 2; which++) {
			struct sg_file_asked asked = {.kinds = SG_FILE_OPEN};

			asked.ignore[which] = ignores[i].ignore;
			if (sg_file_ignores(&asked, ignores[i].path) !=
			    ignores[i].ignored) {
				fail_msg("%s and %s",
					 ignores[i].ignore,
					 ignores[i].path);
			}
		}
	}
}

static void test_file_events_without_patterns_ignore_nothing(void **state)
{
	const struct sg_file_asked asked = {.kinds = SG_FILE_OPEN};

	assert_false(sg_file_ignores(&asked, "a"));
	assert_false(sg_file_ignores(&asked, ""));
}

/* A share adds, of both. */
static void test_file_events_share_adds_to_global(void **state)
{
	struct sg_settings global = {
		.file_events = SG_FILE_DELETE,
		.file_ignore = "/g/",
	};
	struct sg_settings share = {
		.file_events = SG_FILE_OPEN,
		.file_ignore = "/s/",
	};
	struct sg_policy policy = {.global = &global, .share = &share};
	struct sg_file_asked asked;

	sg_file_asked(&policy, &asked);
	assert_int_equal(asked.kinds, SG_FILE_DELETE | SG_FILE_OPEN);
	assert_true(sg_file_ignores(&asked, "g"));
	assert_true(sg_file_ignores(&asked, "s"));
	assert_false(sg_file_ignores(&asked, "x"));

	/* "none" takes nothing away, and asks for nothing. */
	share.file_events = SG_FILE_NONE;
	sg_file_asked(&policy, &asked);
	assert_int_equal(asked.kinds, SG_FILE_DELETE);
	global.file_events = 0;
	sg_file_asked(&policy, &asked);
	assert_int_equal(asked.kinds, 0);

	policy.share = NULL;
	global.file_events = SG_FILE_DELETE;
	sg_file_asked(&policy, &asked);
	assert_int_equal(asked.kinds, SG_FILE_DELETE);
	assert_false(sg_file_ignores(&asked, "s"));
}

static uint32_t kinds_of(const char *value)
{
	struct sg_settings settings = {.file_events = 0};
	const struct sg_option *const *row = sg_option_table();
	struct sg_policy policy = {.global = &settings};
	struct sg_file_asked asked;

	while (strcmp((*row)->name, "file events") != 0) {
		row++;
	}
	assert_true(sg_option_store(*row, value, &settings));
	sg_file_asked(&policy, &asked);
	return asked.kinds;
}

/* asked for, what it is, changed, refused, recorded */
static const struct {
	const char *value;
	enum sg_file_bit bit;
	bool changed;
	bool refused;
	bool recorded;
} cases[] = {
	{"open", SG_FILE_OPEN, false, false, true},
	{"open", SG_FILE_OPEN, false, true, true},
	{"open", SG_FILE_CLOSE, true, false, false},
	{"delete", SG_FILE_OPEN, false, false, false},
	{"delete", SG_FILE_DELETE, false, false, true},
	{"delete", SG_FILE_RMDIR, false, false, false},
	{"denied", SG_FILE_OPEN, false, false, false},
	{"denied", SG_FILE_OPEN, true, false, false},
	{"denied", SG_FILE_OPEN, false, true, true},
	{"denied", SG_FILE_DELETE, false, true, true},
	{"denied", SG_FILE_ACL, false, true, true},
	{"denied", SG_FILE_ACL, false, false, false},
	{"changes", SG_FILE_OPEN, false, false, false},
	{"changes", SG_FILE_OPEN, true, false, true},
	{"changes", SG_FILE_OPEN, false, true, false},
	{"changes", SG_FILE_CLOSE, false, false, false},
	{"changes", SG_FILE_CLOSE, true, false, true},
	{"changes", SG_FILE_RENAME, false, false, true},
	{"changes", SG_FILE_DELETE, false, false, true},
	{"changes", SG_FILE_MKDIR, false, false, true},
	{"changes", SG_FILE_RMDIR, false, false, true},
	{"changes", SG_FILE_ACL, false, false, true},
	{"changes", SG_FILE_ATTRIBUTES, false, false, true},
	{"changes denied", SG_FILE_OPEN, false, true, true},
	{"changes denied", SG_FILE_OPEN, false, false, false},
	{"all", SG_FILE_OPEN, false, false, true},
	{"all", SG_FILE_CLOSE, false, false, true},
	{"none", SG_FILE_OPEN, true, true, false},
	{"none", SG_FILE_DELETE, true, true, false},
};

static void test_file_events_what_is_asked_for(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct sg_file_asked asked = {
			.kinds = kinds_of(cases[i].value),
		};

		if (sg_file_is_asked(&asked,
				     cases[i].bit,
				     cases[i].changed,
				     cases[i].refused) != cases[i].recorded) {
			fail_msg("row %zu, \"%s\"", i, cases[i].value);
		}
	}
}

/* Who somebody is: a name as the lists have it */
struct account {
	const char *user;
	const char *group;
	unsigned asked;
};

static bool is_who(enum sg_who who, const char *name, void *private_data)
{
	struct account *account = private_data;

	account->asked++;
	return strcmp(name, who == SG_USER ? account->user : account->group) ==
	       0;
}

static const struct {
	const char *users;
	const char *groups;
	bool ignored;
} accounts[] = {
	{NULL, NULL, false},
	{"alice", NULL, true},
	{"bob", NULL, false},
	{"bob, alice", NULL, true},
	{"bob;alice", NULL, true},
	{" \talice\t ", NULL, true},
	{"bob,,  ,alice", NULL, true},
	{"alice bob", NULL, false}, /* one name, with a blank */
	{"", NULL, false},
	{",", NULL, false},
	{NULL, "staff", true},
	{NULL, "alice", false},
	{"staff", NULL, false},
	{"bob", "Domain Admins, staff", true},
};

static void test_file_events_accounts(void **state)
{
	size_t i;
	int which;

	for (i = 0; i < ARRAY_LENGTH(accounts); i++) {
		for (which = 0; which < 2; which++) {
			const struct sg_settings none = {.mode = 0};
			const struct sg_settings one = {
				.file_ignore_users = accounts[i].users,
				.file_ignore_groups = accounts[i].groups,
			};
			const struct sg_policy policy = {
				.global = which == 0 ? &one : &none,
				.share = which == 0 ? NULL : &one,
			};
			struct account who = {"alice", "staff", 0};
			struct sg_facts facts = {
				.is_who = is_who,
				.is_who_data = &who,
			};

			if (sg_file_ignores_account(&policy, &facts) !=
			    accounts[i].ignored) {
				fail_msg("row %zu", i);
			}
			/* Whoever cannot be told is not left out. */
			facts.is_who = NULL;
			assert_false(sg_file_ignores_account(&policy, &facts));
		}
	}
}

/* A name of nothing but blanks is never asked for. */
static void test_file_events_empty_names_are_not_asked(void **state)
{
	const struct sg_settings one = {
		.file_ignore_users = " , ,;\t,",
		.file_ignore_groups = "",
	};
	const struct sg_policy policy = {.global = &one};
	struct account who = {"", "", 0};
	const struct sg_facts facts = {.is_who = is_who, .is_who_data = &who};

	assert_false(sg_file_ignores_account(&policy, &facts));
	assert_int_equal(who.asked, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_events_patterns),
		cmocka_unit_test(test_file_events_patterns_stay_inside),
		cmocka_unit_test(test_file_events_patterns_are_fast),
		cmocka_unit_test(test_file_events_ignore_the_last_name),
		cmocka_unit_test(
			test_file_events_without_patterns_ignore_nothing),
		cmocka_unit_test(test_file_events_share_adds_to_global),
		cmocka_unit_test(test_file_events_what_is_asked_for),
		cmocka_unit_test(test_file_events_accounts),
		cmocka_unit_test(test_file_events_empty_names_are_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
