/*
 * smbguard: the options of where events go
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of the option table: see options.h for what is in one.
 */

#include "rows.h"

static const struct sg_keyword audit_keywords[] = {
	{"file", SG_AUDIT_FILE},
	{"journal", SG_AUDIT_JOURNAL},
	{"syslog", SG_AUDIT_SYSLOG},
	{NULL, 0},
};

const struct sg_option sg_option_audit = {
	SG_NAMED("audit"),
	SG_FIELD(audit),
	.where = SG_GLOBAL,
	.type = SG_TYPE_LIST,
	.keywords = audit_keywords,
	.strictest = SG_AUDIT_FILE,
	.by_default = SG_AUDIT_FILE,
	.accepted = "a list of file, journal, syslog",
	.meaning = "Where events go: file, journal, syslog, or several.",
	.remedy = "What one does not take, another has; each counts what it "
		  "missed.",
};

const struct sg_option sg_option_audit_file = {
	SG_NAMED("audit file"),
	SG_FIELD(audit_file),
	.where = SG_GLOBAL,
	.type = SG_TYPE_PATH,
	.by_default_text = SG_AUDIT_FILE_NAME,
	.accepted = "an absolute path",
	.meaning = "The file of events, a JSON object a line. The default "
		   "is " SG_AUDIT_FILE_NAME " in Samba's log directory.",
	.remedy = "It may be rotated by renaming it; nothing needs to be told.",
};

static const struct sg_keyword failure_keywords[] = {
	{"continue", SG_AUDIT_FAILURE_CONTINUE},
	{"deny", SG_AUDIT_FAILURE_DENY},
	{NULL, 0},
};

const struct sg_option sg_option_audit_failure = {
	SG_NAMED("audit failure"),
	SG_FIELD(audit_failure),
	.where = SG_GLOBAL,
	.type = SG_TYPE_KEYWORD,
	.keywords = failure_keywords,
	.strictest = SG_AUDIT_FAILURE_DENY,
	.by_default = SG_AUDIT_FAILURE_CONTINUE,
	.accepted = "continue, deny",
	.meaning = "deny: what cannot be recorded is refused.",
	.remedy = "Then a full disk closes the server. Watch for audit_lost.",
};
