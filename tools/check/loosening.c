/*
 * smbguard check: shares that ask for less
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A share tightens what [global] sets and cannot loosen it. The option table
 * says how: see conf/effective.c. So no option is named here but "mode", which
 * is no demand.
 */

#include "check.h"

#include "core/rows.h"

static int number_of(const struct sg_settings *settings,
		     const struct sg_option *option)
{
	return settings != NULL ? sg_option_set(option, settings) : 0;
}

/* Does the share ask for less? What is not set asks for nothing. */
static bool loosens(const struct sg_option *option,
		    const struct sg_settings *global,
		    const struct sg_settings *share)
{
	int all = number_of(global, option);
	int own = number_of(share, option);

	if (all == 0 || own == 0 || (option->where & SG_SHARE) == 0 ||
	    option == &sg_option_mode) {
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
	struct sg_finding f = {
		.grade = SG_GRADE_WARNING,
		.id = "loosens",
		.section = share->section,
		.remedy = "Remove it; for one client or share, write an "
			  "exception with a date (smbguard:exceptions).",
	};
	const char *set = NULL;
	const char *counts = NULL;

	f.param = sg_conf_find(share->section, option->full_name);
	set = sg_conf_value(check->global, option->full_name);
	counts = sg_effective(check,
			      check->conf,
			      option,
			      check->settings,
			      share->settings);
	if (f.param == NULL || set == NULL || counts == NULL) {
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
						   sg_option_mode.full_name),
			     .remedy = "To try out what [global] asks for, set "
				       "the mode in [global].",
		     },
		     "This mode is for the share's own options. What [global] "
		     "asks for is enforced here as well.");
}

void sg_check_loosening(struct sg_check *check)
{
	const struct sg_option *const *row = NULL;
	size_t i;

	for (i = 0; i < check->num_shares; i++) {
		const struct sg_checked *share = &check->shares[i];

		for (row = sg_option_table(); *row != NULL; row++) {
			bool less =
				loosens(*row, check->settings, share->settings);

			if (less) {
				add_loosening(check, share, *row);
			}
		}
		check_mode(check, share);
	}
}
