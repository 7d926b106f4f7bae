/*
 * smbguard: tests of the option parser with garbage
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

#include "options_fixture.h"

/* Values that are not */

/* Nothing accepts these. */
static const char *const garbage[] = {
	"wurst",
	"",
	" ",
	",",
	"-",
	"-5",
	"+5",
	"1.5",
	"0x10",
	"true",
	"(null)",
	"smbguard",
	"99999999999999999999",
	"4294967297",
	"-99999999999999999999",
	"\xff\xfe",
	"w\xc3\xbcrstchen",
	"%s%n",
	"file, wurst",
	"AES-128-GCM, wurst",
	"wurst AES-128-GCM",
	"AES-128-GCM, -AES-128-CCM",
	"-AES-128-GCM, AES-128-CCM",
	"AES-128-CMAC, -HMAC-SHA256",
	"- AES-128-GCM",
	"--AES-128-GCM",
	"+AES-128-GCM",
	"AES-128-GCM|AES-128-CCM",
	"-AES-128-CCM -AES-128-GCM -AES-256-CCM -AES-256-GCM",
	"-HMAC-SHA256, -AES-128-CMAC, -AES-128-GMAC",
	"-file",
	"file, -journal",
	"any",
	"default",
	"SMB3",
	"SMB2",
	"LANMAN",
	"CORE",
	"mandatory",
	"if_required",
	"desired",
	"requird",
};

static void test_garbage_is_the_strictest_and_one_fault(void **state)
{
	const struct sg_option *o = NULL;
	size_t seen = 0;
	const struct sg_option *const *row = NULL;
	size_t i;
	size_t j;

	for (row = sg_option_table(); *row != NULL; row++) {
		o = *row;
		for (i = 0; i < ARRAY_LENGTH(wheres); i++) {
			if ((o->where & wheres[i]) == 0) {
				continue;
			}
			seen++;
			for (j = 0; j < ARRAY_LENGTH(garbage); j++) {
				assert_faulty(o, wheres[i], garbage[j]);
			}
		}
	}
	assert_true(seen > 0);
}

/* Neither do they accept their own keywords with something around them. */
static void test_keyword_with_junk_is_a_fault(void **state)
{
	static const char *const junk[] = {
		"%sx",
		"x%s",
		"%s=",
		"%s.",
		"\"%s\"",
		"'%s'",
		"%s\x01",
		"%s\xc2\xa0",
		"%s#",
		"1%s",
		"%s0",
		"%s\\",
	};
	const struct sg_option *o = NULL;
	const struct sg_option *const *row = NULL;
	const struct sg_keyword *k = NULL;
	size_t seen = 0;
	size_t i;

	for (row = sg_option_table(); *row != NULL; row++) {
		o = *row;
		for (k = o->keywords; k != NULL && k->name != NULL; k++) {
			seen++;
			for (i = 0; i < ARRAY_LENGTH(junk); i++) {
				const char *at = strstr(junk[i], "%s");
				char text[VALUE_SIZE] = {0};

				snprintf(text,
					 sizeof(text),
					 "%.*s%s%s",
					 (int)(at - junk[i]),
					 junk[i],
					 k->name,
					 at + 2);
				assert_faulty(o, SG_GLOBAL, text);
			}
		}
	}
	assert_true(seen > 0);
}

static void test_keyword_cut_short_is_a_fault(void **state)
{
	const struct sg_option *o = NULL;
	const struct sg_option *const *row = NULL;
	const struct sg_keyword *k = NULL;
	size_t seen = 0;
	size_t len;

	for (row = sg_option_table(); *row != NULL; row++) {
		o = *row;
		for (k = o->keywords; k != NULL && k->name != NULL; k++) {
			seen++;
			for (len = 0; len < strlen(k->name); len++) {
				char text[VALUE_SIZE] = {0};

				memcpy(text, k->name, len);
				assert_faulty(o, SG_GLOBAL, text);
			}
		}
	}
	assert_true(seen > 0);
}

/* One keyword is not a list: "optional, required" must not be "optional". */
static void test_single_keyword_takes_no_list(void **state)
{
	static const char *const formats[] = {"%s ", " %s", "%s\n", "%s,"};
	const struct sg_option *o = NULL;
	size_t seen = 0;
	const struct sg_option *const *row = NULL;
	size_t i;

	for (row = sg_option_table(); *row != NULL; row++) {
		char text[VALUE_SIZE] = {0};

		o = *row;
		if (o->type != SG_TYPE_KEYWORD) {
			continue;
		}
		seen++;
		snprintf(text,
			 sizeof(text),
			 "%s, %s",
			 o->keywords[0].name,
			 o->keywords[1].name);
		assert_faulty(o, SG_GLOBAL, text);
		for (i = 0; i < ARRAY_LENGTH(formats); i++) {
			const char *at = strstr(formats[i], "%s");

			snprintf(text,
				 sizeof(text),
				 "%.*s%s%s",
				 (int)(at - formats[i]),
				 formats[i],
				 o->keywords[0].name,
				 at + 2);
			assert_faulty(o, SG_GLOBAL, text);
		}
	}
	assert_true(seen > 0);
}

static void test_numbers_are_no_keywords(void **state)
{
	static const char *const numbers[] = {"0", "1", "2", "7", "16"};
	const struct sg_option *o = NULL;
	size_t seen = 0;
	const struct sg_option *const *row = NULL;
	size_t i;

	for (row = sg_option_table(); *row != NULL; row++) {
		o = *row;
		if (o->type == SG_TYPE_NUMBER) {
			continue;
		}
		seen++;
		for (i = 0; i < ARRAY_LENGTH(numbers); i++) {
			assert_faulty(o, SG_GLOBAL, numbers[i]);
		}
	}
	assert_true(seen > 0);
}

static void test_numbers_are_digits_within_bounds(void **state)
{
	static const char *const numbers[] = {
		"-0",
		"-1",
		"+0",
		"5 ",
		" 5",
		"5ms",
		"1e3",
		"0x1",
		"1,000",
		"999999999",
		"5\n",
		"1 2",
		"1;",
		"4294967296",
		"4294967295",
		"\xd9\xa1",
		"18446744073709551616",
		"18446744073709551617",
		"-18446744073709551615",
	};
	const struct sg_option *o = NULL;
	size_t seen = 0;
	const struct sg_option *const *row = NULL;
	size_t i;

	for (row = sg_option_table(); *row != NULL; row++) {
		char text[VALUE_SIZE] = {0};

		o = *row;
		if (o->type != SG_TYPE_NUMBER) {
			continue;
		}
		seen++;
		for (i = 0; i < ARRAY_LENGTH(numbers); i++) {
			assert_faulty(o, SG_GLOBAL, numbers[i]);
		}
		snprintf(text, sizeof(text), "%d", o->max);
		assert_accepted(o->name, SG_GLOBAL, text, o->max);
		snprintf(text, sizeof(text), "%d", o->max + 1);
		assert_faulty(o, SG_GLOBAL, text);
		snprintf(text, sizeof(text), "%d", o->min);
		assert_accepted(o->name, SG_GLOBAL, text, o->min);
		snprintf(text, sizeof(text), "%d", o->min - 1);
		assert_faulty(o, SG_GLOBAL, text);
	}
	assert_true(seen > 0);
}

static void test_relative_paths_are_faults(void **state)
{
	static const char *const paths[] = {
		"/",
		"./a",
		"../a",
		"a/b",
		"~/a",
		" /a",
		"file:///a",
		"\\a",
	};
	const struct sg_option *o = NULL;
	const struct sg_option *const *row = NULL;
	size_t seen = 0;
	size_t i;

	for (row = sg_option_table(); *row != NULL; row++) {
		o = *row;
		if (o->type != SG_TYPE_PATH) {
			continue;
		}
		seen++;
		for (i = 0; i < ARRAY_LENGTH(paths); i++) {
			assert_faulty(o, SG_GLOBAL, paths[i]);
		}
	}
	assert_true(seen > 0);
}

static void test_long_values_are_faults(void **state)
{
	const struct sg_option *o = NULL;
	size_t seen = 0;
	const struct sg_option *const *row = NULL;
	char *text = NULL;

	text = talloc_zero_array(NULL, char, 100001);
	assert_non_null(text);
	memset(text, '7', 100000);
	for (row = sg_option_table(); *row != NULL; row++) {
		o = *row;
		seen++;
		assert_faulty(o, SG_GLOBAL, text);
	}
	assert_true(seen > 0);
	talloc_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_garbage_is_the_strictest_and_one_fault),
		cmocka_unit_test(test_keyword_with_junk_is_a_fault),
		cmocka_unit_test(test_keyword_cut_short_is_a_fault),
		cmocka_unit_test(test_single_keyword_takes_no_list),
		cmocka_unit_test(test_numbers_are_no_keywords),
		cmocka_unit_test(test_numbers_are_digits_within_bounds),
		cmocka_unit_test(test_relative_paths_are_faults),
		cmocka_unit_test(test_long_values_are_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
