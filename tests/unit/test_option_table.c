/*
 * smbguard: tests of the option table
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "options_fixture.h"

#include <strings.h>

static void test_table_names_are_unique(void **state)
{
	const struct sg_option *const *a = NULL;
	const struct sg_option *const *b = NULL;

	assert_non_null(sg_option_table()[0]);
	for (a = sg_option_table(); *a != NULL; a++) {
		char full_name[VALUE_SIZE] = {0};

		snprintf(full_name,
			 sizeof(full_name),
			 "smbguard:%s",
			 (*a)->name);
		assert_string_equal((*a)->full_name, full_name);
		for (b = a + 1; *b != NULL; b++) {
			assert_int_not_equal(strcasecmp((*a)->name, (*b)->name),
					     0);
			assert_int_not_equal((*a)->offset, (*b)->offset);
			assert_true((*a)->rule != (*b)->rule ||
				    (*a)->rule == SG_RULE_NONE);
		}
	}
}

static void test_table_accepted_names_every_keyword(void **state)
{
	const struct sg_option *o = NULL;
	const struct sg_option *const *row = NULL;
	const struct sg_keyword *k = NULL;

	for (row = sg_option_table(); *row != NULL; row++) {
		o = *row;
		assert_non_null(o->accepted);
		assert_true(strlen(o->accepted) > 0);
		for (k = o->keywords; k != NULL && k->name != NULL; k++) {
			if (strstr(o->accepted, k->name) == NULL) {
				fail_msg("\"%s\" does not say it takes %s",
					 o->name,
					 k->name);
			}
		}
	}
}

static void test_table_rows_are_whole(void **state)
{
	const struct sg_option *o = NULL;
	const struct sg_option *const *row = NULL;
	const struct sg_keyword *k = NULL;

	for (row = sg_option_table(); *row != NULL; row++) {
		bool has_keywords = false;

		o = *row;
		has_keywords = o->type != SG_TYPE_NUMBER && !is_text(o);
		assert_true((o->where & SG_GLOBAL) != 0);
		assert_int_equal(o->where & ~(SG_GLOBAL | SG_SHARE), 0);
		assert_true(o->offset < offsetof(struct sg_settings, faults));
		assert_int_equal(o->keywords != NULL, has_keywords);
		/* 0 is "not set": no value may mean the same. */
		for (k = o->keywords; k != NULL && k->name != NULL; k++) {
			assert_int_not_equal(k->value, 0);
		}
		if (o->type == SG_TYPE_NUMBER) {
			assert_true(o->min >= 0 && o->max > o->min);
		}
	}
}

static void test_table_strictest_is_the_documented_one(void **state)
{
	const struct sg_option *o = NULL;
	const struct sg_option *const *row = NULL;

	for (row = sg_option_table(); *row != NULL; row++) {
		o = *row;
		assert_int_equal(o->strictest, strictest_of(o->name));
	}
}

/*
 * What counts where an option is not set, by its meaning: nothing that anybody
 * did not ask for, but that what is asked for is enforced and recorded.
 */
static void test_table_defaults(void **state)
{
	static const struct {
		const char *option;
		int value;
		const char *text; /* as it is written, NULL: nothing is */
	} rows[] = {
		{"mode", SG_MODE_ENFORCE, "enforce"},
		{"min protocol", 0, NULL},
		{"encryption", SG_NEED_OPTIONAL, "optional"},
		{"encryption algorithms", 0, ""},
		{"signing", SG_NEED_OPTIONAL, "optional"},
		{"signing algorithms", 0, ""},
		{"guest", SG_PERMIT_ALLOW, "allow"},
		{"ntlm", SG_PERMIT_ALLOW, "allow"},
		{"auth failure delay", 0, "0"},
		{"audit", SG_AUDIT_FILE, "file"},
		{"audit file", 0, NULL},
		{"audit failure", SG_AUDIT_FAILURE_CONTINUE, "continue"},
		{"history", SG_SWITCH_YES, "yes"},
		{"history days", 90, "90"},
		{"downgrade", SG_DOWNGRADE_RECORD, "record"},
		{"exceptions", 0, NULL},
		{"file events", SG_FILE_NONE, "none"},
		{"file events ignore", 0, NULL},
		{"file events ignore users", 0, NULL},
		{"file events ignore groups", 0, NULL},
	};
	static const struct sg_settings nothing;
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t num = 0;
	size_t i;

	while (sg_option_table()[num] != NULL) {
		num++;
	}
	assert_int_equal(num, ARRAY_LENGTH(rows));
	for (i = 0; i < num; i++) {
		const struct sg_option *o = option_by_name(rows[i].option);
		const char *text = NULL;

		assert_non_null(o);
		assert_int_equal(sg_option_set(o, &nothing), 0);
		assert_int_equal(sg_option_number(o, &nothing), rows[i].value);
		text = sg_option_text(mem_ctx, o, rows[i].value);
		if (rows[i].text == NULL) {
			assert_null(text);
		} else {
			assert_string_equal(text, rows[i].text);
		}
		/* No default asks for anything. */
		assert_true(o->rule == SG_RULE_NONE ||
			    rows[i].value < o->asks_from);
	}
	assert_string_equal(option_by_name("audit file")->by_default_text,
			    "smbguard.jsonl");
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_names_are_unique),
		cmocka_unit_test(test_table_accepted_names_every_keyword),
		cmocka_unit_test(test_table_rows_are_whole),
		cmocka_unit_test(test_table_strictest_is_the_documented_one),
		cmocka_unit_test(test_table_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
