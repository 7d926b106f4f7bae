/*
 * smbguard: what a client used before
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compares two moments of a client and keeps one small record of it.
 *
 *   byte  0     version (1)
 *         1-3   dialect offered, used, lowest
 *         4-5   cipher offered, used
 *         6-7   signing offered, used, plus one; 255 is SMB1's own
 *         8     mechanism
 *         9-11  0
 *        12-27  client GUID
 *        28-31  suspicions
 *        32-47  first seen, last seen (seconds since the epoch)
 *        48-59  0
 *        60-63  sum (FNV-1a) of bytes 0 to 59
 * Numbers are little endian.
 *
 * How it fails: a record that is not whole is no record, and a client without
 * one is new. Unknown values compare as nothing, so they accuse nobody.
 */

#include "history.h"
#include "predict.h"

#include <string.h>
#include <strings.h>

#define VERSION 1
#define SUM_AT 60
#define SIGNING_MD5_BYTE 255
#define SAME_SECONDS 3600

/* Strength: key length, then the mode. */
static int cipher_rank(uint16_t cipher)
{
	switch (cipher) {
	case SG_CIPHER_AES128_CCM:
		return 1;
	case SG_CIPHER_AES128_GCM:
		return 2;
	case SG_CIPHER_AES256_CCM:
		return 3;
	case SG_CIPHER_AES256_GCM:
		return 4;
	default:
		return 0;
	}
}

static int signing_rank(int algorithm)
{
	switch (algorithm) {
	case SG_SIGNING_MD5:
		return 1;
	case SG_SIGNING_HMAC_SHA256:
		return 2;
	case SG_SIGNING_AES128_CMAC:
		return 3;
	case SG_SIGNING_AES128_GMAC:
		return 4;
	default:
		return 0;
	}
}

static uint16_t best_cipher(const struct sg_offer *offer)
{
	uint32_t ciphers = sg_offer_ciphers(offer);
	uint16_t best = SG_CIPHER_NONE;
	uint16_t id;

	for (id = 1; id <= SG_CIPHER_AES256_GCM; id++) {
		if ((ciphers & 1U << id) != 0 &&
		    cipher_rank(id) > cipher_rank(best)) {
			best = id;
		}
	}
	return best;
}

static int best_signing(const struct sg_offer *offer)
{
	uint32_t signing = sg_offer_signing(offer);
	int best = SG_SIGNING_NONE;
	int id;

	for (id = 0; id <= SG_SIGNING_AES128_GMAC; id++) {
		if ((signing & 1U << id) != 0 &&
		    signing_rank(id) > signing_rank(best)) {
			best = id;
		}
	}
	return best;
}

static enum sg_mechanism mechanism_of(const char *name)
{
	if (name == NULL) {
		return SG_MECHANISM_UNKNOWN;
	}
	if (strcasecmp(name, "krb5") == 0) {
		return SG_MECHANISM_KERBEROS;
	}
	/* SMB1 without extended security has the same passwords, bare. */
	if (strcasecmp(name, "NTLMSSP") == 0 || strcasecmp(name, "NTLM") == 0) {
		return SG_MECHANISM_NTLM;
	}
	return SG_MECHANISM_UNKNOWN;
}

struct sg_history sg_history_of(const struct sg_offer *offer,
				enum sg_dialect used_dialect,
				uint16_t used_cipher,
				int used_signing,
				const char *mechanism,
				time_t now)
{
	struct sg_history record = {
		.offered_dialect = used_dialect,
		.used_dialect = used_dialect,
		.offered_cipher = used_cipher,
		.used_cipher = used_cipher,
		.offered_signing = used_signing,
		.used_signing = used_signing,
		.mechanism = mechanism_of(mechanism),
		.first_seen = now,
		.last_seen = now,
	};
	bool later = false;

	if (offer != NULL) {
		record.offered_dialect = sg_offer_best(offer,
						       SG_DIALECT_NONE,
						       SG_DIALECT_NONE,
						       &later);
		memcpy(record.guid, offer->guid, sizeof(record.guid));
	}
	if (offer != NULL && record.offered_dialect >= SG_DIALECT_SMB3_00 &&
	    (offer->capabilities & SG_CAP_ENCRYPTION) != 0) {
		record.offered_cipher = SG_CIPHER_AES128_CCM;
	}
	if (offer != NULL && record.offered_dialect == SG_DIALECT_SMB3_11) {
		record.offered_cipher = best_cipher(offer);
		record.offered_signing = best_signing(offer);
	}
	record.lowest_dialect = record.offered_dialect;
	return record;
}

bool sg_history_address_downgraded(const struct sg_history *before,
				   const struct sg_history *now,
				   struct sg_downgrade *downgrade)
{
	const char *was = NULL;

	if (before != NULL) {
		was = sg_dialect_name(before->lowest_dialect);
	}
	if (was == NULL || now->offered_dialect == SG_DIALECT_NONE ||
	    now->offered_dialect >= before->lowest_dialect) {
		return false;
	}
	*downgrade = (struct sg_downgrade){
		.what = "dialect",
		.was = was,
		.now = sg_dialect_name(now->offered_dialect),
		.side = "client",
	};
	return true;
}

static const char *side_of(bool client)
{
	return client ? "client" : "server";
}

static bool dialect_downgraded(const struct sg_history *before,
			       const struct sg_history *now,
			       struct sg_downgrade *r)
{
	const char *was = sg_dialect_name(before->used_dialect);

	if (was == NULL || now->used_dialect == SG_DIALECT_NONE ||
	    now->used_dialect >= before->used_dialect) {
		return false;
	}
	r->what = "dialect";
	r->was = was;
	r->now = sg_dialect_name(now->used_dialect);
	r->side = side_of(now->offered_dialect < before->used_dialect);
	return true;
}

static bool cipher_downgraded(const struct sg_history *before,
			      const struct sg_history *now,
			      struct sg_downgrade *r)
{
	const char *name = NULL;

	if (cipher_rank(now->used_cipher) >= cipher_rank(before->used_cipher)) {
		return false;
	}
	name = sg_cipher_name(now->used_cipher);
	r->what = "cipher";
	r->was = sg_cipher_name(before->used_cipher);
	r->now = name != NULL ? name : "none";
	r->side = side_of(cipher_rank(now->offered_cipher) <
			  cipher_rank(before->used_cipher));
	return true;
}

static bool signing_downgraded(const struct sg_history *before,
			       const struct sg_history *now,
			       struct sg_downgrade *r)
{
	const char *name = NULL;

	if (signing_rank(now->used_signing) >=
	    signing_rank(before->used_signing)) {
		return false;
	}
	name = sg_signing_name(now->used_signing);
	r->what = "signing";
	r->was = sg_signing_name(before->used_signing);
	r->now = name != NULL ? name : "none";
	r->side = side_of(signing_rank(now->offered_signing) <
			  signing_rank(before->used_signing));
	return true;
}

static bool mechanism_downgraded(const struct sg_history *before,
				 const struct sg_history *now,
				 struct sg_downgrade *r)
{
	if (before->mechanism != SG_MECHANISM_KERBEROS ||
	    now->mechanism != SG_MECHANISM_NTLM) {
		return false;
	}
	r->what = "mechanism";
	r->was = "krb5";
	r->now = "NTLMSSP";
	r->side = "client";
	return true;
}

bool sg_history_account_downgraded(const struct sg_history *before,
				   const struct sg_history *now,
				   struct sg_downgrade *downgrade)
{
	if (before == NULL) {
		return false;
	}
	*downgrade = (struct sg_downgrade){.what = NULL};
	return dialect_downgraded(before, now, downgrade) ||
	       cipher_downgraded(before, now, downgrade) ||
	       signing_downgraded(before, now, downgrade) ||
	       mechanism_downgraded(before, now, downgrade);
}

struct sg_history sg_history_merge(const struct sg_history *before,
				   const struct sg_history *now)
{
	struct sg_history merged = *now;

	if (before == NULL) {
		return merged;
	}
	merged.first_seen = before->first_seen;
	merged.suspicions = before->suspicions;
	if (before->lowest_dialect != SG_DIALECT_NONE &&
	    before->lowest_dialect < merged.lowest_dialect) {
		merged.lowest_dialect = before->lowest_dialect;
	}
	return merged;
}

bool sg_history_same(const struct sg_history *before,
		     const struct sg_history *keep)
{
	return before->offered_dialect == keep->offered_dialect &&
	       before->used_dialect == keep->used_dialect &&
	       before->lowest_dialect == keep->lowest_dialect &&
	       before->offered_cipher == keep->offered_cipher &&
	       before->used_cipher == keep->used_cipher &&
	       before->offered_signing == keep->offered_signing &&
	       before->used_signing == keep->used_signing &&
	       before->mechanism == keep->mechanism &&
	       before->suspicions == keep->suspicions &&
	       before->first_seen == keep->first_seen &&
	       keep->last_seen >= before->last_seen &&
	       keep->last_seen - before->last_seen < SAME_SECONDS;
}

static void put_le(uint8_t *at, uint64_t value, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++) {
		at[i] = (uint8_t)(value >> (8 * i));
	}
}

static uint64_t get_le(const uint8_t *at, size_t bytes)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < bytes; i++) {
		value |= (uint64_t)at[i] << (8 * i);
	}
	return value;
}

static uint32_t sum_of(const uint8_t *bytes)
{
	uint32_t sum = 0x811c9dc5;
	size_t i;

	for (i = 0; i < SUM_AT; i++) {
		sum = (sum ^ bytes[i]) * 0x01000193;
	}
	return sum;
}

static uint8_t signing_byte(int algorithm)
{
	if (algorithm == SG_SIGNING_MD5) {
		return SIGNING_MD5_BYTE;
	}
	return (uint8_t)(algorithm + 1);
}

static int signing_of(uint8_t byte)
{
	return byte == SIGNING_MD5_BYTE ? SG_SIGNING_MD5 : byte - 1;
}

void sg_history_pack(const struct sg_history *record,
		     uint8_t bytes[SG_HISTORY_BYTES])
{
	memset(bytes, 0, SG_HISTORY_BYTES);
	bytes[0] = VERSION;
	bytes[1] = (uint8_t)record->offered_dialect;
	bytes[2] = (uint8_t)record->used_dialect;
	bytes[3] = (uint8_t)record->lowest_dialect;
	bytes[4] = (uint8_t)record->offered_cipher;
	bytes[5] = (uint8_t)record->used_cipher;
	bytes[6] = signing_byte(record->offered_signing);
	bytes[7] = signing_byte(record->used_signing);
	bytes[8] = (uint8_t)record->mechanism;
	memcpy(bytes + 12, record->guid, sizeof(record->guid));
	put_le(bytes + 28, record->suspicions, 4);
	put_le(bytes + 32, (uint64_t)record->first_seen, 8);
	put_le(bytes + 40, (uint64_t)record->last_seen, 8);
	put_le(bytes + SUM_AT, sum_of(bytes), 4);
}

bool sg_history_is_ours(const uint8_t *bytes, size_t len)
{
	return len == SG_HISTORY_BYTES && bytes[0] == VERSION;
}

bool sg_history_unpack(const uint8_t *bytes,
		       size_t len,
		       struct sg_history *record)
{
	if (!sg_history_is_ours(bytes, len) ||
	    get_le(bytes + SUM_AT, 4) != sum_of(bytes)) {
		return false;
	}
	*record = (struct sg_history){
		.offered_dialect = bytes[1],
		.used_dialect = bytes[2],
		.lowest_dialect = bytes[3],
		.offered_cipher = bytes[4],
		.used_cipher = bytes[5],
		.offered_signing = signing_of(bytes[6]),
		.used_signing = signing_of(bytes[7]),
		.mechanism = bytes[8],
		.suspicions = (uint32_t)get_le(bytes + 28, 4),
		.first_seen = (time_t)get_le(bytes + 32, 8),
		.last_seen = (time_t)get_le(bytes + 40, 8),
	};
	memcpy(record->guid, bytes + 12, sizeof(record->guid));
	return true;
}
