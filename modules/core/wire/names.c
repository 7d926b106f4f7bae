/*
 * smbguard: names of dialects, ciphers and signing algorithms
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Constant tables and linear searches in them: the longest has nine rows and
 * is asked a few times per connection.
 *
 * How it fails: whatever is not in a table has no name (NULL) and is no
 * dialect and no algorithm, which is below every floor and on no list.
 */

#include <string.h>

#include "names.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

struct dialect_row {
	enum sg_dialect dialect;
	uint16_t revision; /* 0: older than SMB2, not on an SMB2 wire */
	const char *name;
};

static const struct dialect_row dialects[] = {
	{SG_DIALECT_LANMAN, 0, "LANMAN"},
	{SG_DIALECT_NT1, 0, "NT1"},
	{SG_DIALECT_SMB2_02, 0x0202, "SMB2_02"},
	{SG_DIALECT_SMB2_10, 0x0210, "SMB2_10"},
	{SG_DIALECT_SMB3_00, 0x0300, "SMB3_00"},
	{SG_DIALECT_SMB3_02, 0x0302, "SMB3_02"},
	{SG_DIALECT_SMB3_11, 0x0311, "SMB3_11"},
};

/*
 * The strings that smbd answers to, supported_protocols[] in its
 * smb1_negprot.c. Strings that other servers knew ("PC NETWORK PROGRAM 1.0",
 * "SMB 2.001") are left out on purpose: smbd refuses a client that has
 * nothing else, and so they name no dialect here.
 */
struct smb1_row {
	const char *name;
	enum sg_dialect dialect;
};

static const struct smb1_row smb1_strings[] = {
	{"SMB 2.002", SG_DIALECT_SMB2_02},
	{"NT LM 0.12", SG_DIALECT_NT1},
	{"NT LANMAN 1.0", SG_DIALECT_NT1},
	{"POSIX 2", SG_DIALECT_NT1},
	{"LANMAN2.1", SG_DIALECT_LANMAN},
	{"LM1.2X002", SG_DIALECT_LANMAN},
	{"Samba", SG_DIALECT_LANMAN},
	{"DOS LM1.2X002", SG_DIALECT_LANMAN},
	{"LANMAN1.0", SG_DIALECT_LANMAN},
	{"MICROSOFT NETWORKS 3.0", SG_DIALECT_LANMAN},
};

struct algorithm_row {
	int id;
	const char *name;
};

static const struct algorithm_row ciphers[] = {
	{SG_CIPHER_AES128_CCM, "AES-128-CCM"},
	{SG_CIPHER_AES128_GCM, "AES-128-GCM"},
	{SG_CIPHER_AES256_CCM, "AES-256-CCM"},
	{SG_CIPHER_AES256_GCM, "AES-256-GCM"},
};

static const struct algorithm_row signers[] = {
	{SG_SIGNING_HMAC_SHA256, "HMAC-SHA256"},
	{SG_SIGNING_AES128_CMAC, "AES-128-CMAC"},
	{SG_SIGNING_AES128_GMAC, "AES-128-GMAC"},
	{SG_SIGNING_MD5, "MD5"},
};

const char *sg_dialect_name(enum sg_dialect dialect)
{
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(dialects); i++) {
		if (dialects[i].dialect == dialect) {
			return dialects[i].name;
		}
	}

	return NULL;
}

enum sg_dialect sg_dialect_from_wire(uint16_t revision)
{
	size_t i;

	if (revision == 0) {
		return SG_DIALECT_NONE;
	}

	for (i = 0; i < ARRAY_LENGTH(dialects); i++) {
		if (dialects[i].revision == revision) {
			return dialects[i].dialect;
		}
	}

	return SG_DIALECT_NONE;
}

/*
 * ASCII only: tolower() follows the locale, and smbd has the
 * administrator's.
 */
static uint8_t ascii_lower(uint8_t c)
{
	if (c >= 'A' && c <= 'Z') {
		return (uint8_t)(c - 'A' + 'a');
	}

	return c;
}

/* smbd compares these strings without regard to case, so this does too. */
static bool ascii_equal(const uint8_t *name, size_t len, const char *want)
{
	size_t want_len = strlen(want);
	size_t i;

	if (len != want_len) {
		return false;
	}

	for (i = 0; i < len; i++) {
		uint8_t a = ascii_lower(name[i]);
		uint8_t b = ascii_lower((uint8_t)want[i]);

		if (a != b) {
			return false;
		}
	}

	return true;
}

enum sg_dialect sg_dialect_from_name(const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < ARRAY_LENGTH(dialects); i++) {
		bool equal = ascii_equal((const uint8_t *)name,
					 strlen(name),
					 dialects[i].name);

		if (equal) {
			return dialects[i].dialect;
		}
	}
	return SG_DIALECT_NONE;
}

enum sg_dialect sg_dialect_from_smb1_string(const uint8_t *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(smb1_strings); i++) {
		bool equal;

		equal = ascii_equal(name, len, smb1_strings[i].name);
		if (equal) {
			return smb1_strings[i].dialect;
		}
	}

	return SG_DIALECT_NONE;
}

static const char *name_in(const struct algorithm_row *rows, size_t num, int id)
{
	size_t i;

	for (i = 0; i < num; i++) {
		if (rows[i].id == id) {
			return rows[i].name;
		}
	}
	return NULL;
}

static int id_in(const struct algorithm_row *rows,
		 size_t num,
		 const char *name,
		 int none)
{
	size_t i;

	for (i = 0; name != NULL && i < num; i++) {
		bool equal = ascii_equal((const uint8_t *)name,
					 strlen(name),
					 rows[i].name);

		if (equal) {
			return rows[i].id;
		}
	}
	return none;
}

const char *sg_cipher_name(uint16_t cipher)
{
	return name_in(ciphers, ARRAY_LENGTH(ciphers), cipher);
}

uint16_t sg_cipher_from_name(const char *name)
{
	return (uint16_t)
		id_in(ciphers, ARRAY_LENGTH(ciphers), name, SG_CIPHER_NONE);
}

const char *sg_signing_name(int algorithm)
{
	return name_in(signers, ARRAY_LENGTH(signers), algorithm);
}

int sg_signing_from_name(const char *name)
{
	return id_in(signers, ARRAY_LENGTH(signers), name, SG_SIGNING_NONE);
}
