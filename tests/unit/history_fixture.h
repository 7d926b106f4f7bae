/*
 * smbguard: a client for the tests of the history
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TESTS_HISTORY_FIXTURE_H
#define SMBGUARD_TESTS_HISTORY_FIXTURE_H

#include "core/history.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define NT1 SG_DIALECT_NT1
#define SMB202 SG_DIALECT_SMB2_02
#define SMB210 SG_DIALECT_SMB2_10
#define SMB302 SG_DIALECT_SMB3_02
#define SMB311 SG_DIALECT_SMB3_11
#define CCM128 SG_CIPHER_AES128_CCM
#define GCM128 SG_CIPHER_AES128_GCM
#define CCM256 SG_CIPHER_AES256_CCM
#define GCM256 SG_CIPHER_AES256_GCM
#define HMAC SG_SIGNING_HMAC_SHA256
#define CMAC SG_SIGNING_AES128_CMAC
#define GMAC SG_SIGNING_AES128_GMAC
#define NTLM SG_MECHANISM_NTLM
#define KRB5 SG_MECHANISM_KERBEROS
#define BEFORE 1700000000
#define NOW 1800000000

/* A client that offered all there is, and got it */
static const struct sg_history best = {
	.offered_dialect = SMB311,
	.used_dialect = SMB311,
	.lowest_dialect = SMB311,
	.offered_cipher = GCM256,
	.used_cipher = GCM256,
	.offered_signing = GMAC,
	.used_signing = GMAC,
	.mechanism = KRB5,
	.guid = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
	.suspicions = 0x01020304,
	.first_seen = BEFORE,
	.last_seen = NOW,
};

#endif /* SMBGUARD_TESTS_HISTORY_FIXTURE_H */
