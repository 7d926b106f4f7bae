/*
 * smbguard: the mechanisms that a security token names
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The OIDs are looked for as they are encoded, wherever they stand: a token
 * that contains one names it, or wants us to think so.
 *
 * How it fails: what is not found is not offered.
 */

#include <string.h>

#include "token.h"

/* 1.2.840.113554.1.2.2 and 1.2.840.48018.1.2.2, as DER */
static const uint8_t oid_krb5[] =
	{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02};
static const uint8_t oid_ms_krb5[] =
	{0x06, 0x09, 0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 0x01, 0x02, 0x02};

static bool holds(const uint8_t *token,
		  size_t len,
		  const uint8_t *oid,
		  size_t oid_len)
{
	size_t i;

	for (i = 0; i + oid_len <= len; i++) {
		if (memcmp(token + i, oid, oid_len) == 0) {
			return true;
		}
	}
	return false;
}

bool sg_token_offers_kerberos(const uint8_t *token, size_t len)
{
	return holds(token, len, oid_krb5, sizeof(oid_krb5)) ||
	       holds(token, len, oid_ms_krb5, sizeof(oid_ms_krb5));
}
