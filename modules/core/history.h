/*
 * smbguard: what a client used before
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_HISTORY_H
#define SMBGUARD_CORE_HISTORY_H

#include <talloc.h>
#include <time.h>

#include "core/wire/names.h"
#include "core/wire/offer.h"

/* A record as it is kept: see history_db.c for the fields. */
#define SG_HISTORY_BYTES 64

enum sg_mechanism {
	SG_MECHANISM_UNKNOWN = 0,
	SG_MECHANISM_NTLM,
	SG_MECHANISM_KERBEROS,
};

/*
 * What is remembered of an address, or of an account at an address. "offered"
 * is the best that the client had, "used" what was negotiated.
 */
struct sg_history {
	enum sg_dialect offered_dialect;
	enum sg_dialect used_dialect;
	enum sg_dialect lowest_dialect; /* the least ever offered */
	uint16_t offered_cipher;	/* enum sg_cipher */
	uint16_t used_cipher;
	int offered_signing; /* enum sg_signing */
	int used_signing;
	enum sg_mechanism mechanism;
	uint8_t guid[16];    /* the last one; many clients change it */
	uint32_t suspicions; /* how often its integrity was suspected */
	time_t first_seen;
	time_t last_seen;
};

/* One thing that is less than it was. */
struct sg_downgrade {
	const char *what; /* "dialect", "cipher", "signing", "mechanism" */
	const char *was;  /* names as in events */
	const char *now;
	const char
		*side; /* "client": it offers less; "server": it takes less */
};

/**
 * What an offer and its outcome come to, as a record to compare or to keep.
 * offer: may be NULL, then only what was used is known.
 */
struct sg_history sg_history_of(const struct sg_offer *offer,
				enum sg_dialect used_dialect,
				uint16_t used_cipher,
				int used_signing,
				const char *mechanism,
				time_t now);

/**
 * Did an address offer less than it ever did? Many clients may share one, so
 * only a dialect below all that were seen there counts.
 *
 * before: NULL for an address that is new. Returns false for no.
 */
bool sg_history_address_downgraded(const struct sg_history *before,
				   const struct sg_history *now,
				   struct sg_downgrade *downgrade);

/**
 * Does an account, at its address, use less than the last time? The gravest
 * thing is told: dialect, cipher, signing, mechanism, in this order.
 */
bool sg_history_account_downgraded(const struct sg_history *before,
				   const struct sg_history *now,
				   struct sg_downgrade *downgrade);

/**
 * The record to keep after *now was seen. before: NULL for a new client.
 */
struct sg_history sg_history_merge(const struct sg_history *before,
				   const struct sg_history *now);

/**
 * Is there nothing in a record that would be worth writing it again? The time
 * may be late by an hour, and the GUID another.
 */
bool sg_history_same(const struct sg_history *before,
		     const struct sg_history *keep);

/** Write a record into bytes. */
void sg_history_pack(const struct sg_history *record,
		     uint8_t bytes[SG_HISTORY_BYTES]);

/**
 * Are these bytes a record of our version, whole or not?
 */
bool sg_history_is_ours(const uint8_t *bytes, size_t len);

/**
 * Read a record. False if it is none: another size or version, or bytes that
 * do not match their sum.
 */
bool sg_history_unpack(const uint8_t *bytes,
		       size_t len,
		       struct sg_history *record);

#endif /* SMBGUARD_CORE_HISTORY_H */
