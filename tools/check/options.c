/*
 * smbguard check: names, places and values of the options
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All that is known of an option comes from the option table, so that a row
 * added there is known here. smbd keeps any line with a ":" in its name and
 * tells nobody that it means nothing.
 */

#include "check.h"

#include <limits.h>
#include <string.h>

#define PREFIX SG_OPTION_PREFIX ":"

static const char *key_behind_prefix(const char *key)
{
	size_t len = strlen(PREFIX);

	return strncmp(key, PREFIX, len) == 0 ? key + len : NULL;
}

void sg_check_oddities(struct sg_check *check)
{
	size_t i;

	for (i = 0; i < check->conf->num_oddities; i++) {
		const struct sg_conf_oddity *odd = &check->conf->oddities[i];
		struct sg_finding f = {
			.grade = SG_GRADE_WARNING,
			.file = odd->file,
			.line = odd->line,
		};
		const char *fmt = NULL;

		switch (odd->kind) {
		case SG_CONF_IGNORED:
			f.id = "line-ignored";
			f.remedy = "Add the \"=\", or make it a comment.";
			fmt = "has no \"=\", and smbd passes over it: ";
			break;
		case SG_CONF_NO_INCLUDE:
			f.id = "include-missing";
			f.remedy = "Correct the path, or remove the line.";
			fmt = "includes a file that is not there; smbd says "
			      "nothing: ";
			break;
		case SG_CONF_NO_REGISTRY:
			f.id = "registry-missing";
			f.remedy = "Fill it with `net conf import`, or remove "
				   "the line.";
			fmt = "includes what is not there: the ";
			break;
		case SG_CONF_VARIABLE:
			f.grade = SG_GRADE_NOTE;
			f.id = "include-variable";
			f.remedy = "Check each of these files by itself.";
			fmt = "includes another file for each client, which "
			      "was not looked into: ";
			break;
		}
		sg_check_add(check, f, "The line %s%s", fmt, odd->text);
	}
}

/* The key of an option of the table, without its prefix. */
static bool same_key(const char *name, const char *key, unsigned *distance)
{
	char *whole = talloc_asprintf(NULL, PREFIX "%s", name);
	char *mine = whole != NULL ? sg_conf_key(whole, whole) : NULL;

	*distance = UINT_MAX;
	if (mine != NULL) {
		*distance = sg_check_distance(mine + strlen(PREFIX), key);
	}
	talloc_free(whole);
	return *distance == 0;
}

static const struct sg_option *option_of(const char *key)
{
	const struct sg_option *const *row = NULL;
	unsigned distance = 0;

	for (row = sg_option_table(); *row != NULL; row++) {
		bool same = same_key((*row)->name, key, &distance);

		if (same) {
			return *row;
		}
	}
	return NULL;
}

struct candidate {
	const char *key;
	const char *best;
	unsigned distance;
};

static void consider(struct candidate *c, const char *name)
{
	unsigned distance = UINT_MAX;

	if (name != NULL) {
		(void)same_key(name, c->key, &distance);
	}
	if (distance < c->distance ||
	    (c->best == NULL && distance == c->distance)) {
		c->best = name;
		c->distance = distance;
	}
}

/* The nearest right name, NULL if none is near. */
static const char *nearest(struct sg_check *check, const char *key)
{
	const struct sg_option *const *row = NULL;
	struct candidate c = {
		.key = key,
		.distance = (unsigned)strlen(key) / 3 + 1,
	};
	size_t i;
	size_t k;

	for (row = sg_option_table(); *row != NULL; row++) {
		consider(&c, (*row)->name);
	}
	for (i = 0; i < check->settings->num_exceptions; i++) {
		const char *name = check->settings->exceptions[i].name;

		for (k = 0; sg_exception_key(k) != NULL; k++) {
			consider(&c,
				 talloc_asprintf(check,
						 "%s %s",
						 name,
						 sg_exception_key(k)));
		}
	}
	return c.best;
}

static void unknown(struct sg_check *check, struct sg_finding f)
{
	const char *name = nearest(check, key_behind_prefix(f.param->key));

	f.grade = SG_GRADE_ERROR;
	f.id = "unknown-option";
	f.remedy = "smbguard.conf(5) and `smbguard check --options` list "
		   "them all.";
	if (name != NULL) {
		f.remedy =
			talloc_asprintf(check, "Write \"" PREFIX "%s\".", name);
		if (f.remedy == NULL) {
			check->ok = false;
			return;
		}
	}
	sg_check_add(check,
		     f,
		     "There is no option \"%s\", so this line has no effect.",
		     f.param->name);
}

/* "smbgaurd:mode", and "smbguard mode". */
static void check_prefix(struct sg_check *check, struct sg_finding f)
{
	size_t len = strlen(SG_OPTION_PREFIX);
	const char *colon = strchr(f.param->key, ':');
	bool near = strncmp(f.param->key, SG_OPTION_PREFIX, len) == 0;
	char *prefix = NULL;

	if (colon != NULL) {
		prefix = talloc_strndup(NULL,
					f.param->key,
					(size_t)(colon - f.param->key));
	}
	if (prefix != NULL) {
		near = sg_check_distance(prefix, SG_OPTION_PREFIX) <= 2;
	}
	talloc_free(prefix);
	if (!near) {
		return;
	}
	f.grade = SG_GRADE_ERROR;
	f.id = "misspelt-prefix";
	f.remedy = "Begin it with \"" PREFIX "\".";
	sg_check_add(check,
		     f,
		     "\"%s\" looks like an option of smbguard and is none.",
		     f.param->name);
}

static void check_names(struct sg_check *check,
			const struct sg_conf_section *section)
{
	size_t i;

	for (i = 0; i < section->num_params; i++) {
		const struct sg_conf_param *param = &section->params[i];
		const char *key = key_behind_prefix(param->key);
		struct sg_finding f = {.section = section, .param = param};

		if (key == NULL) {
			check_prefix(check, f);
			continue;
		}
		if (option_of(key) == NULL && sg_exception_name(key) == 0) {
			unknown(check, f);
		}
	}
}

static void check_values(struct sg_check *check,
			 const struct sg_conf_section *section,
			 const struct sg_settings *settings)
{
	size_t i;

	for (i = 0; i < settings->num_faults; i++) {
		const struct sg_fault *fault = &settings->faults[i];
		const struct sg_conf_param *param =
			sg_conf_find(section, fault->option);
		const struct sg_option *o = NULL;
		const char *near = NULL;
		struct sg_finding f = {
			.grade = SG_GRADE_ERROR,
			.id = "bad-value",
			.section = section,
			.param = param,
			.remedy = fault->accepted,
		};

		if (param == NULL) {
			continue;
		}
		o = option_of(key_behind_prefix(param->key));
		if (o != NULL && section->global == false &&
		    (o->where & SG_SHARE) == 0) {
			f.id = "misplaced-option";
			f.remedy = "Move it to [global].";
			sg_check_add(check,
				     f,
				     "\"%s\" belongs in [global]. Here it "
				     "counts as a mistake, and closes the "
				     "share in enforce mode.",
				     param->name);
			continue;
		}
		near = o == NULL
			       ? NULL
			       : sg_check_nearest_value(
					 check,
					 o,
					 section->global ? SG_GLOBAL : SG_SHARE,
					 param->value);
		f.remedy = talloc_asprintf(check,
					   "%s%sIt takes %s.",
					   near != NULL ? near : "",
					   near != NULL ? " " : "",
					   fault->accepted);
		if (f.remedy == NULL) {
			check->ok = false;
			return;
		}
		sg_check_add(check,
			     f,
			     "\"%s = %s\" is not valid. It counts as the "
			     "strictest value, and refuses in enforce mode.",
			     param->name,
			     param->value);
	}
}

void sg_check_options(struct sg_check *check)
{
	size_t i;

	check_names(check, check->global);
	check_values(check, check->global, check->settings);
	for (i = 0; i < check->num_shares; i++) {
		check_names(check, check->shares[i].section);
		check_values(check,
			     check->shares[i].section,
			     check->shares[i].settings);
	}
}
