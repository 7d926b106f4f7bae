/*
 * smbguard: tests of the option parser
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* wrap: _talloc_array _talloc_realloc _talloc_realloc_array _talloc_zero
   _talloc_zero_array talloc_asprintf talloc_asprintf_append
   talloc_named_const talloc_strdup talloc_strdup_append talloc_strndup
   talloc_vasprintf_append */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options_fixture.h"
#include "talloc_fault.h"

/* Values that are accepted */

static const struct {
	const char *option;
	const char *value;
	long expected;
} accepted_rows[] = {
	{"mode", "enforce", SG_MODE_ENFORCE},
	{"mode", "audit", SG_MODE_AUDIT},
	{"mode", "AUDIT", SG_MODE_AUDIT},
	{"min protocol", "NT1", SG_DIALECT_NT1},
	{"min protocol", "SMB2_02", SG_DIALECT_SMB2_02},
	{"min protocol", "SMB2_10", SG_DIALECT_SMB2_10},
	{"min protocol", "SMB3_00", SG_DIALECT_SMB3_00},
	{"min protocol", "SMB3_02", SG_DIALECT_SMB3_02},
	{"min protocol", "SMB3_11", SG_DIALECT_SMB3_11},
	{"min protocol", "smb3_11", SG_DIALECT_SMB3_11},
	{"encryption", "optional", SG_NEED_OPTIONAL},
	{"encryption", "required", SG_NEED_REQUIRED},
	{"encryption", "Required", SG_NEED_REQUIRED},
	{"signing", "optional", SG_NEED_OPTIONAL},
	{"signing", "required", SG_NEED_REQUIRED},
	{"guest", "allow", SG_PERMIT_ALLOW},
	{"guest", "deny", SG_PERMIT_DENY},
	{"ntlm", "allow", SG_PERMIT_ALLOW},
	{"ntlm", "deny", SG_PERMIT_DENY},
	{"encryption algorithms", "AES-128-CCM", 1 << 1},
	{"encryption algorithms", "AES-128-GCM", 1 << 2},
	{"encryption algorithms", "AES-256-CCM", 1 << 3},
	{"encryption algorithms", "AES-256-GCM", 1 << 4},
	{"encryption algorithms", "aes-128-gcm", 1 << 2},
	{"encryption algorithms", "AES-128-GCM,AES-256-GCM", 1 << 2 | 1 << 4},
	{"encryption algorithms", "AES-128-GCM AES-256-GCM", 1 << 2 | 1 << 4},
	{"encryption algorithms",
	 " AES-128-GCM ;\tAES-256-GCM,",
	 1 << 2 | 1 << 4},
	{"encryption algorithms", "AES-128-GCM, AES-128-GCM", 1 << 2},
	{"encryption algorithms", "-AES-128-CCM", 1 << 2 | 1 << 3 | 1 << 4},
	{"encryption algorithms",
	 "-AES-128-CCM, -aes-256-ccm",
	 1 << 2 | 1 << 4},
	{"signing algorithms", "HMAC-SHA256", 1 << 0},
	{"signing algorithms", "AES-128-CMAC", 1 << 1},
	{"signing algorithms", "AES-128-GMAC", 1 << 2},
	{"signing algorithms", "AES-128-CMAC, AES-128-GMAC", 1 << 1 | 1 << 2},
	{"signing algorithms", "-HMAC-SHA256", 1 << 1 | 1 << 2},
	{"auth failure delay", "0", 0},
	{"auth failure delay", "1", 1},
	{"auth failure delay", "2000", 2000},
	{"auth failure delay", "10000", 10000},
	{"auth failure delay", "010", 10},
	{"audit", "file", SG_AUDIT_FILE},
	{"audit", "journal", SG_AUDIT_JOURNAL},
	{"audit", "syslog", SG_AUDIT_SYSLOG},
	{"audit",
	 "file, journal syslog",
	 SG_AUDIT_FILE | SG_AUDIT_JOURNAL | SG_AUDIT_SYSLOG},
	{"audit failure", "continue", SG_AUDIT_FAILURE_CONTINUE},
	{"audit failure", "deny", SG_AUDIT_FAILURE_DENY},
	{"history", "yes", SG_SWITCH_YES},
	{"history", "no", SG_SWITCH_NO},
	{"history days", "1", 1},
	{"history days", "90", 90},
	{"history days", "3650", 3650},
	{"downgrade", "record", SG_DOWNGRADE_RECORD},
	{"downgrade", "refuse", SG_DOWNGRADE_REFUSE},
	{"file events", "none", SG_FILE_NONE},
	{"file events", "open", SG_FILE_OPEN},
	{"file events", "Close", SG_FILE_CLOSE},
	{"file events", "rename", SG_FILE_RENAME},
	{"file events", "delete", SG_FILE_DELETE},
	{"file events", "mkdir, rmdir", SG_FILE_MKDIR | SG_FILE_RMDIR},
	{"file events", "acl attributes", SG_FILE_ACL | SG_FILE_ATTRIBUTES},
	{"file events", "denied", SG_FILE_DENIED},
	{"file events",
	 "changes",
	 SG_FILE_RENAME | SG_FILE_DELETE | SG_FILE_MKDIR | SG_FILE_RMDIR |
		 SG_FILE_ACL | SG_FILE_ATTRIBUTES | SG_FILE_CHANGED},
	{"file events", "all", 1023},
	{"file events", "all, open", 1023},
};

static void test_accepted_values_mean_what_is_documented(void **state)
{
	size_t tried = 0;
	size_t i;
	size_t j;

	for (i = 0; i < ARRAY_LENGTH(accepted_rows); i++) {
		const struct sg_option *option = NULL;

		option = option_by_name(accepted_rows[i].option);
		for (j = 0; option != NULL && j < ARRAY_LENGTH(wheres); j++) {
			if ((option->where & wheres[j]) == 0) {
				continue;
			}
			assert_accepted(option->name,
					wheres[j],
					accepted_rows[i].value,
					accepted_rows[i].expected);
			tried++;
		}
	}
	assert_true(tried > 0);
}

static void change_case(char *text, const char *name, int how)
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++) {
		char c = name[i];
		bool upper = how == 0 || (how == 2 && i % 2 == 1);

		if (upper && c >= 'a' && c <= 'z') {
			c = (char)(c - 'a' + 'A');
		} else if (!upper && c >= 'A' && c <= 'Z') {
			c = (char)(c - 'A' + 'a');
		}
		text[i] = c;
	}
	text[i] = '\0';
}

static void test_every_keyword_in_any_case(void **state)
{
	const struct sg_option *o = NULL;
	const struct sg_option *const *row = NULL;
	const struct sg_keyword *k = NULL;
	size_t seen = 0;
	int how;

	for (row = sg_option_table(); *row != NULL; row++) {
		o = *row;
		for (k = o->keywords; k != NULL && k->name != NULL; k++) {
			seen++;
			assert_accepted(o->name, SG_GLOBAL, k->name, k->value);
			for (how = 0; how < 3; how++) {
				char text[VALUE_SIZE] = {0};

				change_case(text, k->name, how);
				assert_accepted(o->name,
						SG_GLOBAL,
						text,
						k->value);
			}
		}
	}
	assert_true(seen > 0);
}

static void test_path_is_taken_as_written(void **state)
{
	const char *path = "/var/log/samba/smb guard.jsonl";
	const struct sg_option *option = option_by_name("audit file");
	struct sg_settings *settings = NULL;

	if (option == NULL) {
		skip();
	}
	settings = parse_one(NULL, SG_GLOBAL, "audit file", path);
	assert_int_equal(settings->num_faults, 0);
	assert_string_equal(settings->audit_file, path);
	assert_others_unset(settings, option);
	talloc_free(settings);
}

/* What is written for a mask is a value that its option takes. */
static void test_list_text_parses_back(void **state)
{
	static const struct {
		const char *option;
		uint32_t mask;
		const char *text;
	} rows[] = {
		{"encryption algorithms", 1 << 4, "AES-256-GCM"},
		{"encryption algorithms",
		 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4,
		 "AES-128-CCM, AES-128-GCM, AES-256-CCM, AES-256-GCM"},
		{"signing algorithms", 1 << 0, "HMAC-SHA256"},
		{"signing algorithms",
		 1 << 1 | 1 << 2,
		 "AES-128-CMAC, AES-128-GMAC"},
		{"audit", SG_AUDIT_FILE | SG_AUDIT_SYSLOG, "file, syslog"},
	};
	const struct sg_option *audit = option_by_name("audit");
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *text =
			sg_option_text(mem_ctx,
				       option_by_name(rows[i].option),
				       (int)rows[i].mask);

		assert_string_equal(text, rows[i].text);
		assert_accepted(rows[i].option,
				SG_GLOBAL,
				text,
				(long)rows[i].mask);
	}
	/* No bit, no memory */
	assert_string_equal(sg_option_text(mem_ctx, audit, 0), "");
	for (fail_at = 1; fail_at <= 3; fail_at++) {
		alloc_calls = 0;
		assert_null(sg_option_text(mem_ctx, audit, 5));
	}
	fail_at = 0;
	talloc_free(mem_ctx);
}

/* Where they stand */

static void test_not_set_is_zero_everywhere(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(wheres); i++) {
		struct section section = {.value = NULL};
		struct sg_settings zero;
		struct sg_settings *settings = NULL;
		const struct sg_option *const *row = sg_option_table();
		size_t num = 0;

		memset(&zero, 0, sizeof(zero));
		settings = sg_settings_parse(NULL,
					     wheres[i],
					     section_get,
					     &section);
		assert_non_null(settings);
		assert_memory_equal(settings, &zero, sizeof(zero));
		while (row[num] != NULL) {
			num++;
		}
		assert_int_equal(section.asked, num);
		talloc_free(settings);
	}
}

static void test_global_only_option_in_a_share_is_a_fault(void **state)
{
	static const char *const values[] = {
		"wurst",
		"yes",
		"file",
		"0",
		"/tmp/a",
		"deny",
		"",
	};
	const struct sg_option *o = NULL;
	const struct sg_option *const *row = NULL;
	size_t seen = 0;
	size_t i;

	for (row = sg_option_table(); *row != NULL; row++) {
		char full_name[VALUE_SIZE] = {0};

		o = *row;
		if ((o->where & SG_SHARE) != 0) {
			continue;
		}
		seen++;
		snprintf(full_name, sizeof(full_name), "smbguard:%s", o->name);
		for (i = 0; i < ARRAY_LENGTH(values); i++) {
			struct sg_settings *s = NULL;

			s = parse_one(NULL, SG_SHARE, o->name, values[i]);
			assert_int_equal(s->num_faults, 1);
			assert_string_equal(s->faults[0].option, full_name);
			assert_string_equal(s->faults[0].value, values[i]);
			assert_non_null(
				strstr(s->faults[0].accepted, "[global]"));
			assert_others_unset(s, NULL);
			talloc_free(s);
		}
	}
	/* The same values in [global] are tried by the tests above. */
	assert_true(seen > 0);
}

static void test_every_fault_is_listed_once(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(wheres); i++) {
		const struct sg_option *o = NULL;
		const struct sg_option *const *row = NULL;
		struct sg_settings *settings = NULL;
		size_t n = 0;

		settings = parse_one(NULL, wheres[i], NULL, "wurst");
		for (row = sg_option_table(); *row != NULL; row++) {
			const struct sg_fault *fault = &settings->faults[n];

			o = *row;
			/* "wurst" is a name where names belong. */
			if (o->type == SG_TYPE_NAMES &&
			    (o->where & wheres[i]) != 0) {
				continue;
			}
			assert_true(n < settings->num_faults);
			assert_string_equal(fault->option + strlen("smbguard:"),
					    o->name);
			assert_string_equal(fault->value, "wurst");
			n++;
		}
		assert_int_equal(settings->num_faults, n);
		talloc_free(settings);
	}
}

/* smbd's strings may go away with the next reload. */
static void test_settings_own_their_strings(void **state)
{
	char path[] = "/var/log/a";
	char junk[] = "wurst";
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct sg_settings *settings = NULL;

	settings = parse_one(mem_ctx, SG_GLOBAL, "encryption", junk);
	memset(junk, 'x', strlen(junk));
	assert_int_equal(settings->num_faults, 1);
	assert_string_equal(settings->faults[0].value, "wurst");
	assert_ptr_equal(talloc_parent(settings), mem_ctx);

	settings = parse_one(mem_ctx, SG_GLOBAL, "audit file", path);
	memset(path, 'x', strlen(path));
	assert_string_equal(settings->audit_file, "/var/log/a");
	talloc_free(mem_ctx);
}

static void test_out_of_memory_gives_no_settings(void **state)
{
	struct section section = {.value = "wurst"};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct sg_settings *settings = NULL;
	unsigned n;

	for (n = 1; n < 1000; n++) {
		alloc_calls = 0;
		fail_at = n;
		settings = sg_settings_parse(mem_ctx,
					     SG_GLOBAL,
					     section_get,
					     &section);
		fail_at = 0;
		if (alloc_calls < n) {
			break;
		}
		assert_null(settings);
		assert_int_equal(talloc_total_blocks(mem_ctx), 1);
	}
	/* With memory the same section parses. */
	assert_non_null(settings);
	assert_true(settings->num_faults > 0);
	assert_true(n > settings->num_faults);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted_values_mean_what_is_documented),
		cmocka_unit_test(test_every_keyword_in_any_case),
		cmocka_unit_test(test_path_is_taken_as_written),
		cmocka_unit_test(test_list_text_parses_back),
		cmocka_unit_test(test_not_set_is_zero_everywhere),
		cmocka_unit_test(test_global_only_option_in_a_share_is_a_fault),
		cmocka_unit_test(test_every_fault_is_listed_once),
		cmocka_unit_test(test_settings_own_their_strings),
		cmocka_unit_test(test_out_of_memory_gives_no_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
