/*
 * smbguard: the options of file events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of the option table: see options.h for what is in one. What they come
 * to at a share is in file_events.c.
 */

#include "rows.h"

#define CHANGES                                                            \
	(SG_FILE_RENAME | SG_FILE_DELETE | SG_FILE_MKDIR | SG_FILE_RMDIR | \
	 SG_FILE_ACL | SG_FILE_ATTRIBUTES | SG_FILE_CHANGED)
#define EVERYTHING (CHANGES | SG_FILE_OPEN | SG_FILE_CLOSE | SG_FILE_DENIED)

/* What stands for several comes first: values are told by these words. */
static const struct sg_keyword file_keywords[] = {
	{"all", EVERYTHING},
	{"changes", CHANGES},
	{"open", SG_FILE_OPEN},
	{"close", SG_FILE_CLOSE},
	{"rename", SG_FILE_RENAME},
	{"delete", SG_FILE_DELETE},
	{"mkdir", SG_FILE_MKDIR},
	{"rmdir", SG_FILE_RMDIR},
	{"acl", SG_FILE_ACL},
	{"attributes", SG_FILE_ATTRIBUTES},
	{"denied", SG_FILE_DENIED},
	{"none", SG_FILE_NONE},
	{NULL, 0},
};

const struct sg_option sg_option_file_events = {
	SG_NAMED("file events"),
	SG_FIELD(file_events),
	.where = SG_GLOBAL | SG_SHARE,
	.type = SG_TYPE_LIST,
	.keywords = file_keywords,
	.strictest = EVERYTHING,
	.by_default = SG_FILE_NONE,
	.accepted = "none, or a list of open, close, rename, delete, mkdir, "
		    "rmdir, acl, attributes, denied, changes, all",
	.meaning = "What is recorded of files: opens, closes, renames and "
		   "links, deletions, folders made and removed, changes of "
		   "rights and of attributes; denied: whatever was refused; "
		   "changes: what changes a file, and not who reads. A share "
		   "adds to what [global] asks for.",
	.remedy = "It counts from the next tree connect on. A share that asks "
		  "for none has no hook on its files.",
};

const struct sg_option sg_option_file_ignore = {
	SG_NAMED("file events ignore"),
	SG_FIELD(file_ignore),
	.where = SG_GLOBAL | SG_SHARE,
	.type = SG_TYPE_PATTERNS,
	.accepted = "names between slashes, as \"veto files\": /~$*/*.tmp/",
	.meaning = "Files that have no events: names with * and ? between "
		   "slashes, as in \"veto files\". The last name of a path is "
		   "compared, without regard to the case of A to Z.",
	.remedy = "Whoever may choose a file's name may choose one of these.",
};

const struct sg_option sg_option_file_ignore_users = {
	SG_NAMED("file events ignore users"),
	SG_FIELD(file_ignore_users),
	.where = SG_GLOBAL | SG_SHARE,
	.type = SG_TYPE_NAMES,
	.accepted = "a list of users, separated by commas",
	.meaning = "Accounts that have no file events: of a backup, say. Names "
		   "are written as in an exception's \"NAME users\".",
	.remedy = "Their logons and tree connects are recorded all the same.",
};

const struct sg_option sg_option_file_ignore_groups = {
	SG_NAMED("file events ignore groups"),
	SG_FIELD(file_ignore_groups),
	.where = SG_GLOBAL | SG_SHARE,
	.type = SG_TYPE_NAMES,
	.accepted = "a list of groups, separated by commas",
	.meaning = "Groups whose accounts have no file events. Names are "
		   "written as in an exception's \"NAME groups\".",
	.remedy = "Their logons and tree connects are recorded all the same.",
};
