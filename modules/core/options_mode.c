/*
 * smbguard: the options that say what counts
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of the option table: see options.h for what is in one.
 */

#include "rows.h"

static const struct sg_keyword mode_keywords[] = {
	{"enforce", SG_MODE_ENFORCE},
	{"audit", SG_MODE_AUDIT},
	{NULL, 0},
};

const struct sg_option sg_option_mode = {
	SG_NAMED("mode"),
	SG_FIELD(mode),
	.where = SG_GLOBAL | SG_SHARE,
	.type = SG_TYPE_KEYWORD,
	.keywords = mode_keywords,
	.strictest = SG_MODE_ENFORCE,
	.by_default = SG_MODE_ENFORCE,
	.accepted = "enforce, audit",
	.meaning = "enforce (the default) refuses what the policy does not "
		   "allow; audit lets everybody in and records would_deny "
		   "instead.",
	.remedy = "Begin with audit, read `smbguard report`, then enforce; a "
		  "share may begin before the others.",
};

const struct sg_option sg_option_exceptions = {
	SG_NAMED("exceptions"),
	SG_FIELD(exception_names),
	.where = SG_GLOBAL,
	.type = SG_TYPE_NAMES,
	.accepted = "a list of names, each with its options \"NAME hosts\", "
		    "\"NAME allow\" and so on",
	.meaning = "The names of exceptions. Each has \"NAME hosts\", \"NAME "
		   "users\", \"NAME groups\", \"NAME shares\", \"NAME allow\", "
		   "\"NAME until\" (its last day, UTC) and \"NAME reason\".",
	.remedy = "Without an end and a reason it does not hold. An event that "
		  "one let pass names it in policy.exception.",
};
