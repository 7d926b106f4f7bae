/*
 * smbguard: who a client says it is, in NTLMSSP
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_WIRE_NTLMSSP_H
#define SMBGUARD_CORE_WIRE_NTLMSSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

/* What an AUTHENTICATE_MESSAGE claims (MS-NLMP 2.2.1.3). */
struct sg_ntlmssp {
	/*
	 * NULL where empty or not understood; UTF-8, or any bytes if the
	 * client speaks no Unicode
	 */
	const char *account;
	const char *domain;
	const char *workstation;

	/*
	 * "NTLMv2", "NTLMv1", "LANMan" (an LM response alone), "None" (no
	 * response at all: anonymous), the first three as in Samba's own
	 * JSON logs; NULL where not understood.
	 */
	const char *password_type;
};

/**
 * Find the NTLMSSP AUTHENTICATE_MESSAGE in a security token and read it.
 *
 * token: a session setup's security buffer, SPNEGO around it or not. Hostile.
 * mem_ctx: owner of the result.
 *
 * Returns NULL when there is none in it, or when out of memory.
 */
struct sg_ntlmssp *sg_ntlmssp_parse(TALLOC_CTX *mem_ctx,
				    const uint8_t *token,
				    size_t len);

/**
 * Does a security token name Kerberos among its mechanisms (RFC 4178), under
 * its own OID or the one that Windows 2000 mistook for it? A claim, too.
 */
bool sg_token_offers_kerberos(const uint8_t *token, size_t len);

#endif /* SMBGUARD_CORE_WIRE_NTLMSSP_H */
