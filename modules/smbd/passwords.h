/*
 * smbguard: each password that smbd checks
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_PASSWORDS_H
#define SMBGUARD_SMBD_PASSWORDS_H

#include "smbd/logon.h"

struct auth4_context;
struct gensec_security;

/**
 * Watch the passwords that are checked for a session setup through SPNEGO:
 * claims and failures go to the hooks, and answers may have to wait. May be
 * called for each message of it.
 *
 * gensec: its auth_context is watched as long as it lives. hooks: must outlive
 * it. False: out of memory, or the context has another layout; *problem then
 * says so, on mem_ctx.
 */
bool sg_passwords_of_gensec(TALLOC_CTX *mem_ctx,
			    struct gensec_security *gensec,
			    const struct sg_logon_hooks *hooks,
			    const char **problem);

/**
 * The same for all logons without extended security of an SMB1 connection that
 * has chosen its dialect. They are judged here as well.
 */
bool sg_passwords_of_smb1(TALLOC_CTX *mem_ctx,
			  struct smbXsrv_connection *xconn,
			  const struct sg_logon_hooks *hooks,
			  const char **problem);

#endif /* SMBGUARD_SMBD_PASSWORDS_H */
