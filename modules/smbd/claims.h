/*
 * smbguard: who a client says it is, with a password
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_CLAIMS_H
#define SMBGUARD_SMBD_CLAIMS_H

#include <talloc.h>

struct auth_usersupplied_info;
struct sg_claims;
struct sg_logon;

/**
 * What smbd has read of a password message. NULL when out of memory.
 */
const struct sg_claims *sg_claims_of(
	TALLOC_CTX *mem_ctx,
	const struct auth_usersupplied_info *user_info);

/**
 * The password was right, from which more may be known of its type.
 */
void sg_claims_proved(const struct sg_logon *logon);

#endif /* SMBGUARD_SMBD_CLAIMS_H */
