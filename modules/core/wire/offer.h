/*
 * smbguard: what a client offers in its first message
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_WIRE_OFFER_H
#define SMBGUARD_CORE_WIRE_OFFER_H

#include <talloc.h>

#include "names.h"

/*
 * More than any client sends. What lies beyond is not kept; but it is chosen
 * from, as smbd does.
 */
#define SG_OFFER_MAX_ITEMS 64
/* Bytes of a first message that are looked at. A negotiate has ~ 300. */
#define SG_OFFER_MAX_BYTES 16384

/* The length field in front of every message, MS-SMB2 2.1. */
#define SG_OFFER_NBT_BYTES 4
/* With the protocol id and SMB1's command behind it, MS-CIFS 2.2.3.1. */
#define SG_OFFER_REQUEST_BYTES 9

enum sg_offer_kind {
	SG_OFFER_NOTHING = 0, /* no byte, or too few to tell */
	SG_OFFER_SMB1,	      /* SMB_COM_NEGOTIATE */
	SG_OFFER_SMB2,	      /* SMB2 NEGOTIATE */
	SG_OFFER_SESSION,     /* NetBIOS session request or keepalive */
	SG_OFFER_OTHER,	      /* anything else */
};

/* A string as it came, any bytes; data belongs to the offer. */
struct sg_bytes {
	const uint8_t *data;
	size_t length;
};

struct sg_offer {
	enum sg_offer_kind kind;

	/*
	 * What is wrong with the message, a static phrase ("the dialect
	 * count is zero"); NULL if it was understood to its end. Everything
	 * before the fault is filled in. Never NULL for SG_OFFER_NOTHING and
	 * SG_OFFER_OTHER.
	 */
	const char *problem;

	/* SMB_COM_NEGOTIATE, MS-CIFS 2.2.4.52.1 */
	struct sg_bytes smb1[SG_OFFER_MAX_ITEMS];
	size_t num_smb1;
	bool smb1_wildcard; /* "SMB 2.???" was among them */

	/* SMB2 NEGOTIATE, MS-SMB2 2.2.3, in the client's order */
	uint16_t dialects[SG_OFFER_MAX_ITEMS];
	size_t num_dialects;
	uint16_t security_mode;
	uint32_t capabilities;
	uint8_t guid[16]; /* as on the wire */

	/* Its negotiate contexts, MS-SMB2 2.2.3.1, 3.1.1 only */
	bool has_ciphers;
	uint16_t ciphers[SG_OFFER_MAX_ITEMS];
	size_t num_ciphers;
	bool has_signing;
	uint16_t signing[SG_OFFER_MAX_ITEMS];
	size_t num_signing;
	bool has_preauth;
	bool has_sha512;     /* and the one hash that there is in it */
	const char *netname; /* UTF-8, NULL if not sent */

	/* Of what was not kept: how many, and which of them are known */
	size_t left_out;
	uint32_t more_smb1;	/* bits 1 << enum sg_dialect */
	uint32_t more_dialects; /* the same */
	uint32_t more_ciphers;	/* bits 1 << id */
	uint32_t more_signing;
};

/**
 * How many bytes the first message has, its 4 length bytes included; as smbd
 * counts them, which reads 17 bits of length here.
 *
 * buf, len: what has arrived so far. Returns 0 while fewer than 4 bytes are
 * there; at most SG_OFFER_MAX_BYTES, for a larger message too.
 */
size_t sg_offer_expected_bytes(const uint8_t *buf, size_t len);

/**
 * Is this the beginning of an SMB1 request that is no negotiate? Once there was
 * one, smbd takes no offer of SMB2 any more. One that is too short to be a
 * request does not count, as with smbd.
 *
 * buf, len: what has arrived so far, its 4 length bytes included;
 * SG_OFFER_REQUEST_BYTES of it are enough to tell.
 */
bool sg_offer_is_smb1_request(const uint8_t *buf, size_t len);

/**
 * Parse a client's first message, its 4 length bytes included.
 *
 * Any input is valid input: what cannot be understood leaves a note in
 * offer->problem. Strings are copied, buf may go away.
 *
 * mem_ctx: owner of the result. buf: may be NULL if len is 0.
 * Returns NULL only when out of memory.
 */
struct sg_offer *sg_offer_parse(TALLOC_CTX *mem_ctx,
				const uint8_t *buf,
				size_t len);

/**
 * All ids of an offer that are below 32, kept or not, as bits 1 << id.
 */
uint32_t sg_offer_ciphers(const struct sg_offer *offer);
uint32_t sg_offer_signing(const struct sg_offer *offer);

/**
 * Why smbd refuses an offer out of which it has chosen a dialect: a static
 * phrase, NULL if nothing is known. MS-SMB2 3.3.5.4: at 3.1.1 there must be a
 * preauth integrity context with a hash that the server has.
 */
const char *sg_offer_lacks(const struct sg_offer *offer,
			   enum sg_dialect chosen);

/**
 * The best dialect of an offer that lies within [min, max], as a server that
 * takes the highest common one would choose (MS-SMB2 3.3.5.4). For an SMB1
 * multi-protocol offer with "SMB 2.???" the answer is not known yet:
 * SG_DIALECT_NONE with *later set.
 *
 * later: must not be NULL.
 */
enum sg_dialect sg_offer_best(const struct sg_offer *offer,
			      enum sg_dialect min,
			      enum sg_dialect max,
			      bool *later);

/**
 * The offer of SMB1 and the one of SMB2 that followed it, as one; smb2 alone
 * when out of memory. Both must outlive it.
 */
const struct sg_offer *sg_offer_join(TALLOC_CTX *mem_ctx,
				     const struct sg_offer *smb1,
				     const struct sg_offer *smb2);

#endif /* SMBGUARD_CORE_WIRE_OFFER_H */
