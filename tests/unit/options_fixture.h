/*
 * smbguard: sections of smb.conf for the tests of the options
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What each value must become stands in the tables of the tests, not in the
 * code under test. A new option needs a row in strictest_rows and, by its
 * type, nothing else: the garbage and the keywords are tried on every option
 * of sg_option_table().
 */

#ifndef SMBGUARD_TESTS_OPTIONS_FIXTURE_H
#define SMBGUARD_TESTS_OPTIONS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include "core/options.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define VALUE_SIZE 512

/* A section of smb.conf with one option, or every option, set */

struct section {
	const char *name;  /* NULL: all of them */
	const char *value; /* NULL: not set */
	size_t asked;	   /* how often the getter was called */
};

static inline const char *section_get(const char *name, void *private_data)
{
	struct section *section = private_data;

	section->asked++;
	if (section->name != NULL && strcmp(section->name, name) != 0) {
		return NULL;
	}
	return section->value;
}

static inline struct sg_settings *parse_one(TALLOC_CTX *mem_ctx,
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

static inline const struct sg_option *option_by_name(const char *name)
{
	const struct sg_option *o = NULL;
	const struct sg_option *const *row = NULL;

	for (row = sg_option_table(); *row != NULL; row++) {
		o = *row;
		if (strcmp(o->name, name) == 0) {
			return o;
		}
	}
	return NULL;
}

/* A field that is a string: how it is read further is no matter of here. */
static inline bool is_text(const struct sg_option *option)
{
	return option->type == SG_TYPE_PATH || option->type == SG_TYPE_NAMES ||
	       option->type == SG_TYPE_PATTERNS;
}

static inline long number_in(const struct sg_settings *settings,
			     const struct sg_option *option)
{
	unsigned number = 0;

	assert_false(is_text(option));
	memcpy(&number,
	       (const uint8_t *)settings + option->offset,
	       sizeof(number));
	return (long)number;
}

static inline const char *path_in(const struct sg_settings *settings,
				  const struct sg_option *option)
{
	const char *path = NULL;

	assert_true(is_text(option));
	memcpy(&path, (const uint8_t *)settings + option->offset, sizeof(path));
	return path;
}

static inline bool field_is_unset(const struct sg_settings *settings,
				  const struct sg_option *option)
{
	if (is_text(option)) {
		return path_in(settings, option) == NULL;
	}
	return number_in(settings, option) == 0;
}

/* Every field but that of one option (may be NULL), and no fault, is zero. */
static inline void assert_others_unset(const struct sg_settings *settings,
				       const struct sg_option *except)
{
	const struct sg_option *o = NULL;
	const struct sg_option *const *row = NULL;

	for (row = sg_option_table(); *row != NULL; row++) {
		bool unset = field_is_unset(settings, *row);

		o = *row;
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
	{"history days", 3650},
	{"downgrade", SG_DOWNGRADE_REFUSE},
	{"file events", 1023}, /* every bit but that of "none" */
	{"file events ignore", 0},
	{"file events ignore users", 0},
	{"file events ignore groups", 0},
};

static inline long strictest_of(const char *name)
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
static inline void assert_faulty(const struct sg_option *option,
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

static inline void assert_accepted(const char *name,
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

#endif /* SMBGUARD_TESTS_OPTIONS_FIXTURE_H */
