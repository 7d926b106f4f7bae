/*
 * smbguard check: what counts for a share
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A share tightens what [global] sets and cannot loosen it. The option table
 * says how: the values of keywords rise towards the strictest one, and of two
 * lists what is on both counts. So no option is named here but "mode", which
 * is no demand, and "min protocol", which smbd has too.
 */

#include "check.h"

#include <string.h>

#define OFFSET(field) offsetof(struct sg_settings, field)

static int number_of(const struct sg_settings *settings,
		     const struct sg_option *option)
{
	int value = 0;

	if (settings != NULL) {
		memcpy(&value,
		       (const uint8_t *)settings + option->offset,
		       sizeof(value));
	}
	return value;
}

static const char *keyword_of(const struct sg_option *option, int value)
{
	const struct sg_keyword *k = NULL;

	for (k = option->keywords; k->name != NULL; k++) {
		if (k->value == value) {
			return k->name;
		}
	}
	return NULL;
}

static const char *effective_floor(const struct sg_conf *conf, int floor)
{
	const char *native =
		sg_conf_value(&conf->sections[0], "server min protocol");
	enum sg_dialect dialect = sg_conf_dialect(native);

	if (dialect == SG_DIALECT_NONE) {
		dialect = SG_DIALECT_SMB2_02; /* smbd's default */
	}
	if (floor > (int)dialect) {
		dialect = (enum sg_dialect)floor;
	}
	return sg_dialect_name(dialect);
}

static const char *effective_keyword(const struct sg_conf *conf,
				     const struct sg_option *option,
				     const struct sg_settings *global,
				     const struct sg_settings *share)
{
	int value = number_of(global, option);
	int own = number_of(share, option);
	const char *word = NULL;

	if (option->offset == OFFSET(mode)) {
		return keyword_of(option, (int)sg_mode_of(global, share));
	}
	if (own > value) {
		value = own;
	}
	if (option->offset == OFFSET(min_protocol)) {
		return effective_floor(conf, value);
	}
	word = keyword_of(option, value);
	return word != NULL ? word : option->keywords[0].name;
}

static const char *effective_list(TALLOC_CTX *mem_ctx,
				  const struct sg_option *option,
				  const struct sg_settings *global,
				  const struct sg_settings *share)
{
	uint32_t all = (uint32_t)number_of(global, option);
	uint32_t own = (uint32_t)number_of(share, option);

	if (all == 0 && own == 0) {
		return option->type == SG_TYPE_MASK ? "any"
						    : option->keywords[0].name;
	}
	if (all != 0 && own != 0) {
		all &= own;
	} else {
		all |= own;
	}
	return all == 0 ? "none"
			: sg_option_list_text(mem_ctx, option->name, all);
}

const char *sg_effective(TALLOC_CTX *mem_ctx,
			 const struct sg_conf *conf,
			 const struct sg_option *option,
			 const struct sg_settings *global,
			 const struct sg_settings *share)
{
	const char *text = NULL;
	int number;

	switch (option->type) {
	case SG_TYPE_KEYWORD:
		return effective_keyword(conf, option, global, share);
	case SG_TYPE_MASK:
	case SG_TYPE_LIST:
		return effective_list(mem_ctx, option, global, share);
	case SG_TYPE_NUMBER:
		number = number_of(global, option);
		if (number < option->min) {
			return "default";
		}
		return talloc_asprintf(mem_ctx, "%d", number);
	case SG_TYPE_PATH:
	case SG_TYPE_NAMES:
		memcpy(&text,
		       (const uint8_t *)global + option->offset,
		       sizeof(text));
		if (text == NULL) {
			text = option->type == SG_TYPE_PATH ? "default"
							    : "none";
		}
		return text;
	}
	return "";
}

/* Does the share ask for less? What is not set asks for nothing. */
static bool loosens(const struct sg_option *option,
		    const struct sg_settings *global,
		    const struct sg_settings *share)
{
	int all = number_of(global, option);
	int own = number_of(share, option);

	if (all == 0 || own == 0 || (option->where & SG_SHARE) == 0 ||
	    option->offset == OFFSET(mode)) {
		return false;
	}
	if (option->type == SG_TYPE_MASK) {
		return ((uint32_t)own & ~(uint32_t)all) != 0;
	}
	return option->type == SG_TYPE_KEYWORD && own < all;
}

static void add_loosening(struct sg_check *check,
			  const struct sg_checked *share,
			  const struct sg_option *option)
{
	char *name =
		talloc_asprintf(check, SG_OPTION_PREFIX ":%s", option->name);
	struct sg_finding f = {
		.grade = SG_GRADE_WARNING,
		.id = "loosens",
		.section = share->section,
		.remedy = "Remove it; for one client or share, write an "
			  "exception with a date (smbguard:exceptions).",
	};
	const char *set = NULL;
	const char *counts = NULL;

	if (name != NULL) {
		f.param = sg_conf_find(share->section, name);
		set = sg_conf_value(check->global, name);
		counts = sg_effective(check,
				      check->conf,
				      option,
				      check->settings,
				      share->settings);
	}
	if (f.param == NULL || set == NULL || counts == NULL) {
		check->ok = check->ok && name != NULL;
		return;
	}
	sg_check_add(check,
		     f,
		     "\"%s = %s\" asks for less than [global], which has "
		     "\"%s\". A share cannot loosen: what counts is %s.",
		     f.param->name,
		     f.param->value,
		     set,
		     counts);
}

/* An audit share under an enforcing [global] is held to [global] all the same. */
static void check_mode(struct sg_check *check, const struct sg_checked *share)
{
	bool asks = sg_settings_ask(check->settings);
	enum sg_mode global = sg_mode_of(check->settings, NULL);

	if (!asks || share->settings->mode != SG_MODE_AUDIT ||
	    global != SG_MODE_ENFORCE) {
		return;
	}
	sg_check_add(check,
		     (struct sg_finding){
			     .grade = SG_GRADE_NOTE,
			     .id = "mode-of-own-options",
			     .section = share->section,
			     .param = sg_conf_find(share->section,
						   SG_OPTION_PREFIX ":mode"),
			     .remedy = "To try out what [global] asks for, set "
				       "the mode in [global].",
		     },
		     "This mode is for the share's own options. What [global] "
		     "asks for is enforced here as well.");
}

void sg_check_loosening(struct sg_check *check)
{
	const struct sg_option *o = NULL;
	size_t i;

	for (i = 0; i < check->num_shares; i++) {
		const struct sg_checked *share = &check->shares[i];

		for (o = sg_option_table(); o->name != NULL; o++) {
			bool less =
				loosens(o, check->settings, share->settings);

			if (less) {
				add_loosening(check, share, o);
			}
		}
		check_mode(check, share);
	}
}
