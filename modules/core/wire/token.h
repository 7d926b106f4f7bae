/*
 * smbguard: the mechanisms that a security token names
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_WIRE_TOKEN_H
#define SMBGUARD_CORE_WIRE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Does a security token name Kerberos among its mechanisms (RFC 4178), under
 * its own OID or the one that Windows 2000 mistook for it? A claim.
 */
bool sg_token_offers_kerberos(const uint8_t *token, size_t len);

#endif /* SMBGUARD_CORE_WIRE_TOKEN_H */
