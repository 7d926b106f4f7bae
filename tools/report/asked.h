/*
 * smbguard(8): report, what was asked for
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_REPORT_ASKED_H
#define SMBGUARD_TOOLS_REPORT_ASKED_H

#include "report.h"

/* Of popt: what was given. Lists end with a NULL, or are NULL. */
struct sg_report_arguments {
	char *since;
	char *until;
	char *client;
	char *format;
	char *directory;
	char *config;
	char *smb_conf;
	char **shares;
	char **conditions;
	char **accounts; /* of --files */
	char **paths;
	int files;
	int journal;
};

/**
 * Make of it what a report needs before it reads anything. False after a
 * message on standard error. Strings are borrowed.
 */
bool sg_report_asked(TALLOC_CTX *mem_ctx,
		     struct sg_report *report,
		     const struct sg_report_arguments *arguments);

#endif /* SMBGUARD_TOOLS_REPORT_ASKED_H */
