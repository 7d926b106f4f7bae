/*
 * smbguard: names of dialects, ciphers and signing algorithms
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One place that knows the wire numbers (MS-SMB2 2.2.3), the names that
 * smb.conf and the events use, and their order. Nothing here allocates.
 */

#ifndef SMBGUARD_CORE_WIRE_NAMES_H
#define SMBGUARD_CORE_WIRE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Dialects in order of strength: a floor is compared with "<".
 * LANMAN stands for everything older than NT LM 0.12.
 */
enum sg_dialect {
	SG_DIALECT_NONE = 0, /* not negotiated, or unknown */
	SG_DIALECT_LANMAN,
	SG_DIALECT_NT1,
	SG_DIALECT_SMB2_02,
	SG_DIALECT_SMB2_10,
	SG_DIALECT_SMB3_00,
	SG_DIALECT_SMB3_02,
	SG_DIALECT_SMB3_11,
};

/* The wildcard revision of a multi-protocol negotiate, MS-SMB2 2.2.4. */
#define SG_DIALECT_WIRE_WILDCARD 0x02FF

/* Cipher ids as on the wire, MS-SMB2 2.2.3.1.2. */
enum sg_cipher {
	SG_CIPHER_NONE = 0,
	SG_CIPHER_AES128_CCM = 1,
	SG_CIPHER_AES128_GCM = 2,
	SG_CIPHER_AES256_CCM = 3,
	SG_CIPHER_AES256_GCM = 4,
};

/* Signing algorithm ids as on the wire, MS-SMB2 2.2.3.1.7. */
enum sg_signing {
	SG_SIGNING_NONE = -1, /* not signed, or unknown */
	SG_SIGNING_HMAC_SHA256 = 0,
	SG_SIGNING_AES128_CMAC = 1,
	SG_SIGNING_AES128_GMAC = 2,
	SG_SIGNING_MD5 = 0x10000, /* SMB1's own, never on an SMB2 wire */
};

/**
 * The name of a dialect as smb.conf and the events write it ("SMB3_11").
 *
 * Returns a static string, NULL for SG_DIALECT_NONE and for anything that
 * is no dialect.
 */
const char *sg_dialect_name(enum sg_dialect dialect);

/**
 * The dialect of such a name, in any case. SG_DIALECT_NONE for NULL and for
 * what is none.
 */
enum sg_dialect sg_dialect_from_name(const char *name);

/**
 * The dialect of an SMB2 revision number (MS-SMB2 2.2.3).
 *
 * Returns SG_DIALECT_NONE for the wildcard and for unknown revisions.
 */
enum sg_dialect sg_dialect_from_wire(uint16_t revision);

/**
 * The dialect that an SMB1 negotiate string asks for ("NT LM 0.12",
 * "SMB 2.002"). "SMB 2.???" names none by itself: SG_DIALECT_NONE.
 *
 * name need not end with a NUL; len counts its bytes.
 */
enum sg_dialect sg_dialect_from_smb1_string(const uint8_t *name, size_t len);

/**
 * The name of a cipher as in "server smb3 encryption algorithms"
 * ("AES-128-GCM"). Static; NULL for SG_CIPHER_NONE and unknown ids.
 */
const char *sg_cipher_name(uint16_t cipher);

/**
 * The cipher of such a name, in any case. SG_CIPHER_NONE for NULL and for what
 * is none.
 */
uint16_t sg_cipher_from_name(const char *name);

/**
 * The name of a signing algorithm as in "server smb3 signing algorithms"
 * ("AES-128-GMAC"), "MD5" for SMB1. Static; NULL for unknown ids.
 */
const char *sg_signing_name(int algorithm);

/**
 * The signing algorithm of such a name, in any case. SG_SIGNING_NONE for NULL
 * and for what is none.
 */
int sg_signing_from_name(const char *name);

#endif /* SMBGUARD_CORE_WIRE_NAMES_H */
