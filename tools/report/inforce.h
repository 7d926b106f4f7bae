/*
 * smbguard(8): report, the policy that smb.conf has
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_REPORT_INFORCE_H
#define SMBGUARD_TOOLS_REPORT_INFORCE_H

#include <stdio.h>

#include "conf/conf.h"
#include "core/exception.h"
#include "tally.h"

/* Sections for which the same counts. */
struct sg_in_force_row {
	const char *policy; /* "mode = audit, encryption = required" */
	const char **sections;
	size_t num_sections;
};

struct sg_in_force {
	const char *path;
	const char *error; /* why there is no more; NULL: it was read */
	const struct sg_conf *conf;
	const struct sg_settings *global;
	struct sg_in_force_row *rows; /* the first is [global] alone */
	size_t num_rows;
	size_t num_faults;
	bool files; /* one of the sections asks for events of files */
	struct sg_tally homes;
};

/**
 * Read the configuration. What goes wrong is in error. NULL when out of
 * memory.
 */
struct sg_in_force *sg_in_force_read(TALLOC_CTX *mem_ctx, const char *path);

/**
 * May a share of this name, which is an account's, be made of [homes]?
 */
bool sg_in_force_has_home(const struct sg_in_force *in_force,
			  const struct sg_text *share);

/**
 * The file that its audit goes to, NULL if that is not known.
 */
const char *sg_in_force_audit_file(const struct sg_in_force *in_force);

/**
 * "[a], [b] and 12 more": no more than so many names. NULL when out of memory.
 */
const char *sg_in_force_names(TALLOC_CTX *mem_ctx,
			      const struct sg_in_force_row *row,
			      size_t most);

#endif /* SMBGUARD_TOOLS_REPORT_INFORCE_H */
