/*
 * smbguard: the SMB logon that a gensec context serves
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_AUTH_FIND_H
#define SMBGUARD_SMBD_AUTH_FIND_H

#include "smbd/logon.h"

struct gensec_security;

/**
 * Find the SMB session setup that a gensec context belongs to. The layout of
 * all that logon then points to is checked.
 *
 * problem: set, on mem_ctx, if there is one that cannot be looked into; left
 * alone if the context serves something else (RPC, a negotiate).
 * Returns false in both cases.
 */
bool sg_auth_logon(TALLOC_CTX *mem_ctx,
		   struct gensec_security *gensec,
		   struct sg_logon *logon,
		   const char **problem);

/**
 * How a client logs on: "krb5" or "NTLMSSP", as gensec names it when it is
 * clear, else as the client has announced. NULL while neither is known.
 */
const char *sg_auth_mechanism(struct gensec_security *gensec,
			      const struct sg_session_state *shown);

#endif /* SMBGUARD_SMBD_AUTH_FIND_H */
