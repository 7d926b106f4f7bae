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

enum sg_auth_found {
	SG_AUTH_NONE = 0, /* it serves something else */
	SG_AUTH_LOGON,
	SG_AUTH_GONE,	 /* its connection has gone */
	SG_AUTH_PROBLEM, /* it cannot be looked into */
};

/**
 * Find the SMB logon that a gensec context belongs to. The layout of all that
 * logon then points to is checked.
 *
 * mem_ctx: owner of *problem, which is set with SG_AUTH_PROBLEM.
 */
enum sg_auth_found sg_auth_logon(TALLOC_CTX *mem_ctx,
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
