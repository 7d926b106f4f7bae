/*
 * smbguard check: the same option twice in a section
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The last line counts, of two sections of a name as well. Who reads the first
 * one believes it. Where the last is the weaker one, that is a hole.
 *
 * How it fails: values that cannot be weighed are not told apart; of
 * smbguard's own options they are noted all the same.
 */

#include "check.h"

#include <string.h>
#include <strings.h>

/* A setting of Samba, and how much its value holds people to: more is more. */
struct weighed_row {
	const char *name;
	int (*weigh)(const char *value);
	bool of_shares; /* a share takes what [global] has above it */
};

static int of_dialect(const char *value)
{
	enum sg_dialect dialect = sg_conf_dialect(value);

	return dialect != SG_DIALECT_NONE ? (int)dialect
					  : (int)SG_DIALECT_SMB2_02;
}

static int of_need(const char *value)
{
	if (sg_native_is_required(value)) {
		return 2;
	}
	return sg_native_is_off(value) ? 0 : 1;
}

static int of_ntlm(const char *value)
{
	static const char *const none[] = {"disabled", NULL};

	if (sg_native_is_word(value, none)) {
		return 2;
	}
	return sg_native_is_ntlmv1(value) ? 0 : 1;
}

static int of_yes(const char *value)
{
	return sg_conf_is_yes(value) ? 1 : 0;
}

static int of_no(const char *value)
{
	return sg_conf_is_yes(value) ? 0 : 1;
}

static int of_guests(const char *value)
{
	return strcasecmp(value, "never") == 0 ? 1 : 0;
}

static int of_modules(const char *value)
{
	return strstr(value, SG_OPTION_PREFIX) != NULL ? 1 : 0;
}

static const struct weighed_row rows[] = {
	{"server min protocol", of_dialect, false},
	{"server smb encrypt", of_need, true},
	{"server signing", of_need, false},
	{"ntlm auth", of_ntlm, false},
	{"map to guest", of_guests, false},
	{"guest ok", of_no, true},
	{"lanman auth", of_no, false},
	{"raw NTLMv2 auth", of_no, false},
	{"encrypt passwords", of_yes, false},
	{"vfs objects", of_modules, true},
	{"preload modules", of_modules, false},
	{.name = NULL},
};

static bool is_of(const char *name, const struct sg_conf_param *param)
{
	char *key = sg_conf_key(NULL, name);
	bool same = key != NULL && strcmp(key, param->key) == 0;

	talloc_free(key);
	return same;
}

/* What one line by itself sets an option to. */
static int set_by(const struct sg_option *option,
		  const struct sg_conf_section *section,
		  const struct sg_conf_param *param)
{
	struct sg_conf_param copy = *param;
	struct sg_conf_section alone = *section;
	struct sg_settings *settings = NULL;
	int value = 0;

	alone.params = &copy;
	alone.num_params = 1;
	settings = sg_conf_settings(NULL, &alone);
	if (settings != NULL) {
		value = sg_option_set(option, settings);
	}
	talloc_free(settings);
	return value;
}

static bool is_weaker_option(const struct sg_option *option,
			     const struct sg_conf_section *section,
			     const struct sg_conf_param *first,
			     const struct sg_conf_param *last)
{
	int before = set_by(option, section, first);
	int after = set_by(option, section, last);

	switch (option->type) {
	case SG_TYPE_KEYWORD:
		return after < before;
	case SG_TYPE_MASK:
		return ((uint32_t)after & ~(uint32_t)before) != 0;
	default:
		return false;
	}
}

static bool is_weaker(const struct sg_conf_section *section,
		      const struct sg_conf_param *first,
		      const struct sg_conf_param *last)
{
	const struct sg_option *const *option = NULL;
	const struct weighed_row *row = NULL;

	for (option = sg_option_table(); *option != NULL; option++) {
		if (is_of((*option)->full_name, first)) {
			return is_weaker_option(*option, section, first, last);
		}
	}
	for (row = rows; row->name != NULL; row++) {
		if (is_of(row->name, first)) {
			return row->weigh(last->value) <
			       row->weigh(first->value);
		}
	}
	return false;
}

/* Does a share stand between the two, which has the first? */
static bool is_between(const struct sg_check *check,
		       const struct sg_conf_section *section,
		       const struct sg_conf_param *first,
		       const struct sg_conf_param *last)
{
	const struct weighed_row *row = NULL;
	bool between = false;
	size_t i;

	for (row = rows; row->name != NULL; row++) {
		if (row->of_shares && is_of(row->name, first)) {
			break;
		}
	}
	if (row->name == NULL || !section->global) {
		return false;
	}
	for (i = 1; i < check->conf->num_sections; i++) {
		size_t defaults = check->conf->sections[i].num_defaults;

		between = between ||
			  (defaults > (size_t)(first - section->params) &&
			   defaults <= (size_t)(last - section->params));
	}
	return between;
}

static void check_param(struct sg_check *check,
			const struct sg_conf_section *section,
			const struct sg_conf_param *param)
{
	const struct sg_conf_param *last = sg_conf_find(section, param->name);
	size_t len = strlen(SG_OPTION_PREFIX ":");
	bool ours = strncmp(param->key, SG_OPTION_PREFIX ":", len) == 0;
	bool weaker;

	if (last == NULL || last == param ||
	    strcmp(last->value, param->value) == 0) {
		return;
	}
	weaker = is_weaker(section, param, last);
	if (!weaker && !ours) {
		return;
	}
	sg_check_add(check,
		     (struct sg_finding){
			     .grade = weaker ? SG_GRADE_WARNING : SG_GRADE_NOTE,
			     .id = "set-twice",
			     .section = section,
			     .param = param,
			     .remedy = "Remove one of them.",
		     },
		     "\"%s = %s\" %s: %s:%u sets it to \"%s\"%s.",
		     param->name,
		     param->value,
		     is_between(check, section, param, last)
			     ? "counts for no share further down"
			     : "does not count",
		     last->file,
		     last->line,
		     last->value,
		     weaker ? ", which is weaker" : "");
}

void sg_check_twice(struct sg_check *check)
{
	size_t i;
	size_t k;

	for (i = 0; i < check->conf->num_sections; i++) {
		const struct sg_conf_section *s = &check->conf->sections[i];

		for (k = 0; k < s->num_params; k++) {
			check_param(check, s, &s->params[k]);
		}
	}
}
