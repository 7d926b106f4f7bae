/*
 * smbguard: what a client offers in its first message
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The length field, which protocol it is, and the best dialect of what was
 * read. The rules, and how it fails: offer_parts.h. Only memory that runs out
 * makes sg_offer_parse() return NULL.
 */

#include <string.h>

#include "offer_parts.h"

#include <string.h>

/* NetBIOS session service packet types, RFC 1002 4.3.1 */
#define NBT_SESSION_MESSAGE 0x00
#define NBT_SESSION_REQUEST 0x81
#define NBT_KEEPALIVE 0x85

/* A request of SMB1 without words and bytes; smbd's smb_size */
#define SMB1_LEAST_BYTES 39
#define SMB1_COMMAND_AT 8

/* Protocol ids, read as little endian numbers */
#define MAGIC_SMB1 0x424D53FFU
#define MAGIC_SMB2 0x424D53FEU

void sg_offer_set_problem(struct sg_offer *offer, const char *problem)
{
	if (offer->problem == NULL) {
		offer->problem = problem;
	}
}

void sg_offer_set_unknown(struct sg_offer *offer, bool whole)
{
	offer->kind = whole ? SG_OFFER_OTHER : SG_OFFER_NOTHING;
	sg_offer_set_problem(offer, SG_OFFER_ENDS_EARLY);
}

bool sg_offer_add_item(struct sg_offer *offer,
		       uint16_t *items,
		       size_t *num_items,
		       uint16_t item)
{
	if (*num_items >= SG_OFFER_MAX_ITEMS) {
		offer->left_out++;
		return false;
	}
	items[*num_items] = item;
	*num_items += 1;
	return true;
}

static uint32_t bits_of(const uint16_t *ids, size_t num, uint32_t more)
{
	size_t i;

	for (i = 0; i < num; i++) {
		more |= sg_offer_bit(ids[i]);
	}
	return more;
}

uint32_t sg_offer_bit(uint16_t id)
{
	return id < 32 ? UINT32_C(1) << id : 0;
}

uint32_t sg_offer_ciphers(const struct sg_offer *offer)
{
	return bits_of(offer->ciphers, offer->num_ciphers, offer->more_ciphers);
}

uint32_t sg_offer_signing(const struct sg_offer *offer)
{
	return bits_of(offer->signing, offer->num_signing, offer->more_signing);
}

const char *sg_offer_lacks(const struct sg_offer *offer, enum sg_dialect chosen)
{
	if (offer->kind != SG_OFFER_SMB2 || chosen < SG_DIALECT_SMB3_11) {
		return NULL;
	}
	if (!offer->has_preauth) {
		return "3.1.1 is offered without a preauth integrity context";
	}
	return offer->has_sha512 ? NULL
				 : "the preauth integrity context has no hash "
				   "that is known";
}

/*
 * The length field. smbd reads the first message's as NetBIOS does, 17 bits
 * (smb_len() in read_smb_length_return_keepalive()), and ignores the 7 above
 * them, which MS-SMB2 2.1 counts too. Taking all 24 would let a client that
 * sets one of the 7 make us wait for bytes that smbd does not wait for, and
 * so slip past unread.
 *
 * Returns the bytes that follow the field. *odd: bits were ignored.
 */
static size_t message_length(const uint8_t field[SG_OFFER_NBT_BYTES], bool *odd)
{
	*odd = (field[1] & 0xFE) != 0;
	return ((size_t)(field[1] & 0x01) << 16) | ((size_t)field[2] << 8) |
	       (size_t)field[3];
}

size_t sg_offer_expected_bytes(const uint8_t *buf, size_t len)
{
	size_t expected;
	bool odd = false;

	if (len < SG_OFFER_NBT_BYTES) {
		return 0;
	}

	expected = SG_OFFER_NBT_BYTES + message_length(buf, &odd);
	if (expected > SG_OFFER_MAX_BYTES) {
		return SG_OFFER_MAX_BYTES;
	}

	return expected;
}

bool sg_offer_is_smb1_request(const uint8_t *buf, size_t len)
{
	static const uint8_t magic[4] = {0xFF, 'S', 'M', 'B'};

	return len >= SG_OFFER_REQUEST_BYTES && buf[0] == NBT_SESSION_MESSAGE &&
	       sg_offer_expected_bytes(buf, len) >= SMB1_LEAST_BYTES &&
	       memcmp(buf + SG_OFFER_NBT_BYTES, magic, sizeof(magic)) == 0 &&
	       buf[SMB1_COMMAND_AT] != SG_SMB1_NEGOTIATE;
}

/*
 * A session message; c begins with the protocol id and ends where the message
 * ends, or what came of it.
 *
 * whole: no more of it is to come.
 * Returns false when out of memory.
 */
static bool parse_message(struct sg_offer *offer,
			  struct sg_cursor *c,
			  bool whole)
{
	uint32_t magic = 0;
	bool ok;

	ok = sg_cursor_get_u32le(c, &magic);
	if (!ok) {
		sg_offer_set_unknown(offer, whole);
		return true;
	}

	switch (magic) {
	case MAGIC_SMB1:
		return sg_offer_parse_smb1(offer, c, whole);
	case MAGIC_SMB2:
		return sg_offer_parse_smb2(offer, c, whole);
	default:
		offer->kind = SG_OFFER_OTHER;
		sg_offer_set_problem(offer,
				     "the message is neither SMB1 nor SMB2");
		return true;
	}
}

/*
 * What the 4 length bytes say, and the message behind them.
 *
 * Returns false when out of memory.
 */
static bool parse_transport(struct sg_offer *offer, struct sg_cursor *c)
{
	struct sg_cursor message = {.data = NULL};
	const uint8_t *field = NULL;
	size_t length;
	bool odd = false;
	bool whole;
	bool ok;

	ok = sg_cursor_get_bytes(c, SG_OFFER_NBT_BYTES, &field);
	if (!ok) {
		sg_offer_set_problem(offer,
				     c->len == 0 ? "no byte came"
						 : SG_OFFER_CUT_SHORT);
		return true;
	}

	length = message_length(field, &odd);
	if (odd || length > SG_OFFER_MAX_BYTES - SG_OFFER_NBT_BYTES) {
		sg_offer_set_problem(offer,
				     "the message is too long for a negotiate");
	}
	whole = length <= sg_cursor_left(c);
	if (!whole) {
		sg_offer_set_problem(offer, SG_OFFER_CUT_SHORT);
		length = sg_cursor_left(c);
	}
	if (length > SG_OFFER_MAX_BYTES - SG_OFFER_NBT_BYTES) {
		length = SG_OFFER_MAX_BYTES - SG_OFFER_NBT_BYTES;
	}

	switch (field[0]) {
	case NBT_SESSION_MESSAGE:
		break;
	case NBT_SESSION_REQUEST:
	case NBT_KEEPALIVE:
		offer->kind = SG_OFFER_SESSION;
		return true;
	default:
		offer->kind = SG_OFFER_OTHER;
		sg_offer_set_problem(offer, "the message type is unknown");
		return true;
	}

	ok = sg_cursor_get_part(c, length, &message);
	if (!ok) {
		return true;
	}

	return parse_message(offer, &message, whole);
}

struct sg_offer *sg_offer_parse(TALLOC_CTX *mem_ctx,
				const uint8_t *buf,
				size_t len)
{
	struct sg_offer *offer = NULL;
	struct sg_cursor c = {.data = buf, .len = len};
	bool ok;

	offer = talloc_zero(mem_ctx, struct sg_offer);
	if (offer == NULL) {
		return NULL;
	}

	ok = parse_transport(offer, &c);
	if (!ok) {
		talloc_free(offer);
		return NULL;
	}

	return offer;
}

/* NONE is no limit, on either side. */
static bool within(enum sg_dialect dialect,
		   enum sg_dialect min,
		   enum sg_dialect max)
{
	return dialect >= min && (max == SG_DIALECT_NONE || dialect <= max);
}

/* The highest of these dialects that lies within the limits. */
static enum sg_dialect best_of(uint32_t known,
			       enum sg_dialect min,
			       enum sg_dialect max)
{
	enum sg_dialect dialect;
	bool ok;

	for (dialect = SG_DIALECT_SMB3_11; dialect > SG_DIALECT_NONE;
	     dialect--) {
		ok = within(dialect, min, max);
		if (ok && (known & sg_offer_bit(dialect)) != 0) {
			return dialect;
		}
	}
	return SG_DIALECT_NONE;
}

/*
 * reply_negprot(): the highest string that lies within the limits wins. The
 * wildcard ranks as 2.1, above all others, and the floor does not hold it
 * back, for the dialect is chosen in the SMB2 negotiate to which it leads.
 */
static enum sg_dialect best_smb1(const struct sg_offer *offer,
				 enum sg_dialect min,
				 enum sg_dialect max,
				 bool *later)
{
	uint32_t known = offer->more_smb1;
	size_t i;
	bool ok;

	ok = within(SG_DIALECT_SMB2_10, SG_DIALECT_NONE, max);
	if (offer->smb1_wildcard && ok) {
		*later = true;
		return SG_DIALECT_NONE;
	}

	for (i = 0; i < offer->num_smb1; i++) {
		known |= sg_offer_bit(
			sg_dialect_from_smb1_string(offer->smb1[i].data,
						    offer->smb1[i].length));
	}
	return best_of(known, min, max);
}

/* smbd_smb2_protocol_dialect_match() */
static enum sg_dialect best_smb2(const struct sg_offer *offer,
				 enum sg_dialect min,
				 enum sg_dialect max)
{
	uint32_t known = offer->more_dialects;
	size_t i;

	for (i = 0; i < offer->num_dialects; i++) {
		known |= sg_offer_bit(sg_dialect_from_wire(offer->dialects[i]));
	}
	return best_of(known, min, max);
}

enum sg_dialect sg_offer_best(const struct sg_offer *offer,
			      enum sg_dialect min,
			      enum sg_dialect max,
			      bool *later)
{
	*later = false;

	switch (offer->kind) {
	case SG_OFFER_SMB1:
		return best_smb1(offer, min, max, later);
	case SG_OFFER_SMB2:
		return best_smb2(offer, min, max);
	default:
		return SG_DIALECT_NONE;
	}
}

const struct sg_offer *sg_offer_join(TALLOC_CTX *mem_ctx,
				     const struct sg_offer *smb1,
				     const struct sg_offer *smb2)
{
	struct sg_offer *both = talloc_memdup(mem_ctx, smb2, sizeof(*smb2));

	if (both == NULL) {
		return smb2;
	}
	both->num_smb1 = smb1->num_smb1;
	both->smb1_wildcard = smb1->smb1_wildcard;
	both->more_smb1 = smb1->more_smb1;
	both->left_out += smb1->left_out;
	memcpy(both->smb1, smb1->smb1, sizeof(both->smb1));
	return both;
}
