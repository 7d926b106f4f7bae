/*
 * smbguard: the session setup that a gensec context serves
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_AUTH_FIND_H
#define SMBGUARD_SMBD_AUTH_FIND_H

#include <talloc.h>

struct gensec_security;
struct smbXsrv_session_auth0;

/**
 * Find the SMB session setup that a gensec context belongs to. The layout of
 * it, its connection, session and the session's global half is checked.
 *
 * problem: set, on mem_ctx, if there is one that cannot be looked into; left
 * alone if the context serves something else (RPC, a negotiate).
 * Returns NULL in both cases.
 */
struct smbXsrv_session_auth0 *sg_auth_of(TALLOC_CTX *mem_ctx,
					 struct gensec_security *gensec,
					 const char **problem);

#endif /* SMBGUARD_SMBD_AUTH_FIND_H */
