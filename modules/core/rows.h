/*
 * smbguard: the rows of the option table
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For the options_*.c, which have the rows, and for who needs a certain one.
 */

#ifndef SMBGUARD_CORE_ROWS_H
#define SMBGUARD_CORE_ROWS_H

#include "facts.h"
#include "options.h"

/* The name of an option, with and without its prefix */
#define SG_NAMED(n) .name = (n), .full_name = SG_OPTION_PREFIX ":" n
#define SG_FIELD(f) .offset = offsetof(struct sg_settings, f)

static inline const char *sg_known(const char *name, const char *otherwise)
{
	return name != NULL ? name : otherwise;
}

/* optional, required */
extern const struct sg_keyword sg_need_keywords[];

/* options_mode.c */
extern const struct sg_option sg_option_mode;
extern const struct sg_option sg_option_exceptions;

/* options_connection.c */
extern const struct sg_option sg_option_floor;
extern const struct sg_option sg_option_encryption;
extern const struct sg_option sg_option_ciphers;

/* options_signing.c */
extern const struct sg_option sg_option_signing;
extern const struct sg_option sg_option_signers;

/* options_who.c */
extern const struct sg_option sg_option_guest;
extern const struct sg_option sg_option_ntlm;
extern const struct sg_option sg_option_failure_delay;

/* options_history.c */
extern const struct sg_option sg_option_history;
extern const struct sg_option sg_option_history_days;
extern const struct sg_option sg_option_downgrade;

/* options_audit.c */
extern const struct sg_option sg_option_audit;
extern const struct sg_option sg_option_audit_file;
extern const struct sg_option sg_option_audit_failure;

/* options_files.c */
extern const struct sg_option sg_option_file_events;
extern const struct sg_option sg_option_file_ignore;
extern const struct sg_option sg_option_file_ignore_users;
extern const struct sg_option sg_option_file_ignore_groups;

#endif /* SMBGUARD_CORE_ROWS_H */
