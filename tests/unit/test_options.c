/*
 * smbguard: tests of the option parser
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What each value must become stands in the tables here, not in the code
 * under test. A new option needs a row in strictest_rows and, by its type,
 * nothing else: the garbage and the keywords are tried on every option of
 * sg_option_table().
 */

/* wrap: _talloc_zero talloc_strdup talloc_asprintf _talloc_realloc_array */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "core/options.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define VALUE_SIZE 512

/* Out of memory at the fail_at-th allocation; 0: never */

static unsigned alloc_calls;
static unsigned fail_at;

static bool out_of_memory(void)
{
	alloc_calls++;
	return alloc_calls == fail_at;
}

void *__real__talloc_zero(const void *ctx, size_t size, const char *name);
void *__wrap__talloc_zero(const void *ctx, size_t size, const char *name);
char *__real_talloc_strdup(const void *ctx, const char *text);
char *__wrap_talloc_strdup(const void *ctx, const char *text);
char *__wrap_talloc_asprintf(const void *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void *__real__talloc_realloc_array(const void *ctx,
				   void *ptr,
				   size_t size,
				   unsigned count,
				   const char *name);
void *__wrap__talloc_realloc_array(const void *ctx,
				   void *ptr,
				   size_t size,
				   unsigned count,
				   const char *name);

void *__wrap__talloc_zero(const void *ctx, size_t size, const char *name)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real__talloc_zero(ctx, size, name);
}

char *__wrap_talloc_strdup(const void *ctx, const char *text)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real_talloc_strdup(ctx, text);
}

char *__wrap_talloc_asprintf(const void *ctx, const char *format, ...)
{
	bool fails = out_of_memory();
	char *text = NULL;
	va_list ap;

	if (fails) {
		return NULL;
	}
	va_start(ap, format);
	text = talloc_vasprintf(ctx, format, ap);
	va_end(ap);
	return text;
}

void *__wrap__talloc_realloc_array(const void *ctx,
				   void *ptr,
				   size_t size,
				   unsigned count,
				   const char *name)
{
	bool fails = out_of_memory();

	if (fails) {
		return NULL;
	}
	return __real__talloc_realloc_array(ctx, ptr, size, count, name);
}

/* A section of smb.conf with one option, or every option, set */

struct section {
	const char *name;  /* NULL: all of them */
	const char *value; /* NULL: not set */
	size_t asked;	   /* how often the getter was called */
};

static const char *section_get(const char *name, void *private_data)
{
	struct section *section = private_data;

	section->asked++;
	if (section->name != NULL && strcmp(section->name, name) != 0) {
		return NULL;
	}
	return section->value;
}

static struct sg_settings *parse_one(TALLOC_CTX *mem_ctx,
				     enum sg_where where,
				     const char *name,
				     const char *value)
{
	struct section section = {.name = name, .value = value};
	struct sg_settings *settings = NULL;

	settings = sg_settings_parse(mem_ctx, where, section_get, &section);
	assert_non_null(settings);
	return settings;
}

static const struct sg_option *option_by_name(const char *name)
{
	const struct sg_option *o = NULL;

	for (o = sg_option_table(); o->name != NULL; o++) {
		if (strcmp(o->name, name) == 0) {
			return o;
		}
	}
	return NULL;
}

/* A field that is a string: how it is read further is no matter of here. */
static bool is_text(const struct sg_option *option)
{
	return option->type == SG_TYPE_PATH || option->type == SG_TYPE_NAMES;
}

static long number_in(const struct sg_settings *settings,
		      const struct sg_option *option)
{
	unsigned number = 0;

	assert_false(is_text(option));
	memcpy(&number,
	       (const uint8_t *)settings + option->offset,
	       sizeof(number));
	return (long)number;
}

static const char *path_in(const struct sg_settings *settings,
			   const struct sg_option *option)
{
	const char *path = NULL;

	assert_true(is_text(option));
	memcpy(&path, (const uint8_t *)settings + option->offset, sizeof(path));
	return path;
}

static bool field_is_unset(const struct sg_settings *settings,
			   const struct sg_option *option)
{
	if (is_text(option)) {
		return path_in(settings, option) == NULL;
	}
	return number_in(settings, option) == 0;
}

/* Every field but that of one option (may be NULL), and no fault, is zero. */
static void assert_others_unset(const struct sg_settings *settings,
				const struct sg_option *except)
{
	const struct sg_option *o = NULL;

	for (o = sg_option_table(); o->name != NULL; o++) {
		bool unset = field_is_unset(settings, o);

		if (o == except || unset) {
			continue;
		}
		fail_msg("\"%s\" is set by \"%s\"",
			 o->name,
			 except != NULL ? except->name : "nothing");
	}
}

/* The bits of a section's kind, to run a test for both */
static const enum sg_where wheres[] = {SG_GLOBAL, SG_SHARE};

/*
 * What a faulty value of each option counts as, by the meaning of the option:
 * nobody gets in, or is trusted, who would not have been by any other value.
 */
static const struct {
	const char *option;
	long strictest;
} strictest_rows[] = {
	{"mode", SG_MODE_ENFORCE},
	{"min protocol", SG_DIALECT_SMB3_11},
	{"encryption", SG_NEED_REQUIRED},
	{"encryption algorithms", 1 << SG_CIPHER_AES256_GCM},
	{"signing", SG_NEED_REQUIRED},
	{"signing algorithms", 1 << SG_SIGNING_AES128_GMAC},
	{"guest", SG_PERMIT_DENY},
	{"ntlm", SG_PERMIT_DENY},
	{"auth failure delay", 10000},
	{"audit", SG_AUDIT_FILE},
	{"audit file", 0},
	{"audit failure", SG_AUDIT_FAILURE_DENY},
	{"history", SG_SWITCH_YES},
	{"exceptions", 0},
};

static long strictest_of(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(strictest_rows); i++) {
		if (strcmp(strictest_rows[i].option, name) == 0) {
			return strictest_rows[i].strictest;
		}
	}
	fail_msg("no strictest value is written down here for \"%s\"", name);
	return 0;
}

/* The value counts as the strictest, and is the one and only fault. */
static void assert_faulty(const struct sg_option *option,
			  enum sg_where where,
			  const char *value)
{
	long strictest = strictest_of(option->name);
	struct sg_settings *settings = NULL;
	const struct sg_fault *fault = NULL;
	char full_name[VALUE_SIZE] = {0};

	/* Any word may be a name; what it stands for is exception.c's. */
	if (option->type == SG_TYPE_NAMES) {
		return;
	}
	settings = parse_one(NULL, where, option->name, value);
	if (settings->num_faults != 1) {
		fail_msg("\"%s = %s\" gives %zu faults",
			 option->name,
			 value,
			 settings->num_faults);
	}
	fault = &settings->faults[0];
	snprintf(full_name, sizeof(full_name), "smbguard:%s", option->name);
	assert_string_equal(fault->option, full_name);
	assert_string_equal(fault->value, value);
	assert_string_equal(fault->accepted, option->accepted);
	if (is_text(option)) {
		assert_null(path_in(settings, option));
	} else if (number_in(settings, option) != strictest) {
		fail_msg("\"%s = %s\" counts as %ld, not as %ld",
			 option->name,
			 value,
			 number_in(settings, option),
			 strictest);
	}
	assert_others_unset(settings, option);
	talloc_free(settings);
}

static void assert_accepted(const char *name,
			    enum sg_where where,
			    const char *value,
			    long expected)
{
	const struct sg_option *option = option_by_name(name);
	struct sg_settings *settings = NULL;

	assert_non_null(option);
	settings = parse_one(NULL, where, name, value);
	if (settings->num_faults != 0) {
		fail_msg("\"%s = %s\" is a fault", name, value);
	}
	if (number_in(settings, option) != expected) {
		fail_msg("\"%s = %s\" is %ld, not %ld",
			 name,
			 value,
			 number_in(settings, option),
			 expected);
	}
	assert_others_unset(settings, option);
	talloc_free(settings);
}

/* The table itself */

static void test_table_names_are_unique(void **state)
{
	const struct sg_option *a = NULL;
	const struct sg_option *b = NULL;

	assert_non_null(sg_option_table()[0].name);
	for (a = sg_option_table(); a->name != NULL; a++) {
		for (b = a + 1; b->name != NULL; b++) {
			assert_int_not_equal(strcasecmp(a->name, b->name), 0);
			assert_int_not_equal(a->offset, b->offset);
		}
	}
}

static void test_table_accepted_names_every_keyword(void **state)
{
	const struct sg_option *o = NULL;
	const struct sg_keyword *k = NULL;

	for (o = sg_option_table(); o->name != NULL; o++) {
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
	const struct sg_keyword *k = NULL;

	for (o = sg_option_table(); o->name != NULL; o++) {
		bool has_keywords = o->type != SG_TYPE_MILLISEC && !is_text(o);

		assert_true((o->where & SG_GLOBAL) != 0);
		assert_int_equal(o->where & ~(SG_GLOBAL | SG_SHARE), 0);
		assert_true(o->offset < offsetof(struct sg_settings, faults));
		assert_int_equal(o->keywords != NULL, has_keywords);
		/* 0 is "not set": no value may mean the same. */
		for (k = o->keywords; k != NULL && k->name != NULL; k++) {
			assert_int_not_equal(k->value, 0);
		}
		if (o->type == SG_TYPE_MILLISEC) {
			assert_true(o->max > 0);
		}
	}
}

static void test_table_strictest_is_the_documented_one(void **state)
{
	const struct sg_option *o = NULL;

	for (o = sg_option_table(); o->name != NULL; o++) {
		assert_int_equal(o->strictest, strictest_of(o->name));
	}
}

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
	const struct sg_keyword *k = NULL;
	int how;

	for (o = sg_option_table(); o->name != NULL; o++) {
		for (k = o->keywords; k != NULL && k->name != NULL; k++) {
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
	size_t i;
	size_t j;

	for (o = sg_option_table(); o->name != NULL; o++) {
		for (i = 0; i < ARRAY_LENGTH(wheres); i++) {
			if ((o->where & wheres[i]) == 0) {
				continue;
			}
			for (j = 0; j < ARRAY_LENGTH(garbage); j++) {
				assert_faulty(o, wheres[i], garbage[j]);
			}
		}
	}
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
	const struct sg_keyword *k = NULL;
	size_t i;

	for (o = sg_option_table(); o->name != NULL; o++) {
		for (k = o->keywords; k != NULL && k->name != NULL; k++) {
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
}

static void test_keyword_cut_short_is_a_fault(void **state)
{
	const struct sg_option *o = NULL;
	const struct sg_keyword *k = NULL;
	size_t len;

	for (o = sg_option_table(); o->name != NULL; o++) {
		for (k = o->keywords; k != NULL && k->name != NULL; k++) {
			for (len = 0; len < strlen(k->name); len++) {
				char text[VALUE_SIZE] = {0};

				memcpy(text, k->name, len);
				assert_faulty(o, SG_GLOBAL, text);
			}
		}
	}
}

/* One keyword is not a list: "optional, required" must not be "optional". */
static void test_single_keyword_takes_no_list(void **state)
{
	static const char *const formats[] = {"%s ", " %s", "%s\n", "%s,"};
	const struct sg_option *o = NULL;
	size_t i;

	for (o = sg_option_table(); o->name != NULL; o++) {
		char text[VALUE_SIZE] = {0};

		if (o->type != SG_TYPE_KEYWORD) {
			continue;
		}
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
}

static void test_numbers_are_no_keywords(void **state)
{
	static const char *const numbers[] = {"0", "1", "2", "7", "16"};
	const struct sg_option *o = NULL;
	size_t i;

	for (o = sg_option_table(); o->name != NULL; o++) {
		if (o->type == SG_TYPE_MILLISEC) {
			continue;
		}
		for (i = 0; i < ARRAY_LENGTH(numbers); i++) {
			assert_faulty(o, SG_GLOBAL, numbers[i]);
		}
	}
}

static void test_milliseconds_are_digits_within_bounds(void **state)
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
	size_t i;

	for (o = sg_option_table(); o->name != NULL; o++) {
		char text[VALUE_SIZE] = {0};

		if (o->type != SG_TYPE_MILLISEC) {
			continue;
		}
		for (i = 0; i < ARRAY_LENGTH(numbers); i++) {
			assert_faulty(o, SG_GLOBAL, numbers[i]);
		}
		snprintf(text, sizeof(text), "%d", o->max);
		assert_accepted(o->name, SG_GLOBAL, text, o->max);
		snprintf(text, sizeof(text), "%d", o->max + 1);
		assert_faulty(o, SG_GLOBAL, text);
	}
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
	size_t i;

	for (o = sg_option_table(); o->name != NULL; o++) {
		for (i = 0; o->type == SG_TYPE_PATH && i < ARRAY_LENGTH(paths);
		     i++) {
			assert_faulty(o, SG_GLOBAL, paths[i]);
		}
	}
}

static void test_long_values_are_faults(void **state)
{
	const struct sg_option *o = NULL;
	char *text = NULL;

	text = talloc_zero_array(NULL, char, 100001);
	assert_non_null(text);
	memset(text, '7', 100000);
	for (o = sg_option_table(); o->name != NULL; o++) {
		assert_faulty(o, SG_GLOBAL, text);
	}
	talloc_free(text);
}

/* Where they stand */

static void test_not_set_is_zero_everywhere(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(wheres); i++) {
		struct section section = {.value = NULL};
		struct sg_settings zero;
		struct sg_settings *settings = NULL;
		const struct sg_option *o = sg_option_table();
		size_t num = 0;

		memset(&zero, 0, sizeof(zero));
		settings = sg_settings_parse(NULL,
					     wheres[i],
					     section_get,
					     &section);
		assert_non_null(settings);
		assert_memory_equal(settings, &zero, sizeof(zero));
		while (o[num].name != NULL) {
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
	size_t seen = 0;
	size_t i;

	for (o = sg_option_table(); o->name != NULL; o++) {
		char full_name[VALUE_SIZE] = {0};

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
		struct sg_settings *settings = NULL;
		size_t n = 0;

		settings = parse_one(NULL, wheres[i], NULL, "wurst");
		for (o = sg_option_table(); o->name != NULL; o++) {
			const struct sg_fault *fault = &settings->faults[n];

			/* "wurst" is a name where names belong. */
			if (o->type == SG_TYPE_NAMES &&
			    wheres[i] == SG_GLOBAL) {
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
		cmocka_unit_test(test_table_names_are_unique),
		cmocka_unit_test(test_table_accepted_names_every_keyword),
		cmocka_unit_test(test_table_rows_are_whole),
		cmocka_unit_test(test_table_strictest_is_the_documented_one),
		cmocka_unit_test(test_accepted_values_mean_what_is_documented),
		cmocka_unit_test(test_every_keyword_in_any_case),
		cmocka_unit_test(test_path_is_taken_as_written),
		cmocka_unit_test(test_garbage_is_the_strictest_and_one_fault),
		cmocka_unit_test(test_keyword_with_junk_is_a_fault),
		cmocka_unit_test(test_keyword_cut_short_is_a_fault),
		cmocka_unit_test(test_single_keyword_takes_no_list),
		cmocka_unit_test(test_numbers_are_no_keywords),
		cmocka_unit_test(test_milliseconds_are_digits_within_bounds),
		cmocka_unit_test(test_relative_paths_are_faults),
		cmocka_unit_test(test_long_values_are_faults),
		cmocka_unit_test(test_not_set_is_zero_everywhere),
		cmocka_unit_test(test_global_only_option_in_a_share_is_a_fault),
		cmocka_unit_test(test_every_fault_is_listed_once),
		cmocka_unit_test(test_settings_own_their_strings),
		cmocka_unit_test(test_out_of_memory_gives_no_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
