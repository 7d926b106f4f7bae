/*
 * smbguard: authentications that failed
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_AUTH_FAILED_H
#define SMBGUARD_SMBD_AUTH_FAILED_H

#include "smbd/state.h"

struct gensec_security;

/**
 * How a client logs on: "krb5" or "NTLMSSP", as gensec names it when it is
 * clear, else as the client has announced. NULL while neither is known.
 */
const char *sg_auth_mechanism(struct gensec_security *gensec,
			      const struct sg_session_state *session);

/**
 * Record an authentication that failed, if it was for an SMB session.
 */
void sg_auth_record_failed(struct gensec_security *gensec, NTSTATUS failure);

#endif /* SMBGUARD_SMBD_AUTH_FAILED_H */
