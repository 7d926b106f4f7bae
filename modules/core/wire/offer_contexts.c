/*
 * smbguard: the negotiate contexts of an offer
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MS-SMB2 2.2.3.1. Read are those that the policy asks about; the others are
 * stepped over. The rules, and how it fails: offer_parts.h.
 */

#include "offer_parts.h"
#include "utf16.h"

#define CONTEXT_PREAUTH 1
#define CONTEXT_ENCRYPTION 2
#define CONTEXT_NETNAME 5
#define CONTEXT_SIGNING 8
#define CONTEXT_ALIGNMENT 8

/* MS-SMB2 2.2.3.1.1 */
#define HASH_SHA512 1

/* The longest DNS name has 255 bytes. */
#define NETNAME_MAX_UNITS 255

/* A count and that many ids: the encryption and the signing context. */
static void parse_id_context(struct sg_offer *offer,
			     struct sg_cursor *c,
			     uint16_t *items,
			     size_t *num_items,
			     uint32_t *more)
{
	uint16_t count = 0;
	uint16_t i;
	bool ok;

	ok = sg_cursor_get_u16le(c, &count);
	if (!ok) {
		sg_offer_set_problem(offer, "a negotiate context is too short");
		return;
	}
	if (count == 0) {
		sg_offer_set_problem(offer,
				     "a negotiate context lists nothing");
	}

	for (i = 0; i < count; i++) {
		uint16_t item = 0;

		ok = sg_cursor_get_u16le(c, &item);
		if (!ok) {
			sg_offer_set_problem(
				offer,
				"a negotiate context is too short");
			return;
		}
		ok = sg_offer_add_item(offer, items, num_items, item);
		if (!ok) {
			*more |= sg_offer_bit(item);
		}
	}
}

static void parse_preauth_context(struct sg_offer *offer, struct sg_cursor *c)
{
	uint16_t hash_count = 0;
	uint16_t salt_length = 0;
	uint16_t i;
	bool ok;

	ok = sg_cursor_get_u16le(c, &hash_count) &&
	     sg_cursor_get_u16le(c, &salt_length);
	for (i = 0; ok && i < hash_count; i++) {
		uint16_t hash = 0;

		ok = sg_cursor_get_u16le(c, &hash);
		if (ok && hash == HASH_SHA512) {
			offer->has_sha512 = true;
		}
	}
	ok = ok && sg_cursor_skip(c, salt_length);
	if (!ok) {
		sg_offer_set_problem(offer, "a negotiate context is too short");
		return;
	}
	if (hash_count == 0) {
		sg_offer_set_problem(offer,
				     "a negotiate context lists nothing");
	}
}

/* Returns false when out of memory. */
static bool parse_netname_context(struct sg_offer *offer, struct sg_cursor *c)
{
	struct sg_cursor text = {.data = NULL};
	char name[SG_UTF16_UTF8_BYTES(NETNAME_MAX_UNITS)];
	size_t units = sg_cursor_left(c) / 2;
	size_t num;
	bool ok;

	if (sg_cursor_left(c) % 2 != 0) {
		sg_offer_set_problem(offer, "the netname has half a character");
	}
	if (units > NETNAME_MAX_UNITS) {
		sg_offer_set_problem(offer, "the netname is too long");
		units = NETNAME_MAX_UNITS;
	}
	ok = sg_cursor_get_part(c, units * 2, &text);
	if (!ok) {
		return true;
	}

	num = sg_utf16_to_utf8(&text, name, sizeof(name));
	offer->netname = talloc_strndup(offer, name, num);
	return offer->netname != NULL;
}

/*
 * One context's data. Of two of a type the first counts, as it does in
 * smb2_negotiate_context_find().
 *
 * Returns false when out of memory.
 */
static bool parse_context(struct sg_offer *offer,
			  uint16_t type,
			  struct sg_cursor *c)
{
	bool twice = false;
	bool ok = true;

	switch (type) {
	case CONTEXT_PREAUTH:
		twice = offer->has_preauth;
		if (!twice) {
			offer->has_preauth = true;
			parse_preauth_context(offer, c);
		}
		break;
	case CONTEXT_ENCRYPTION:
		twice = offer->has_ciphers;
		if (!twice) {
			offer->has_ciphers = true;
			parse_id_context(offer,
					 c,
					 offer->ciphers,
					 &offer->num_ciphers,
					 &offer->more_ciphers);
		}
		break;
	case CONTEXT_SIGNING:
		twice = offer->has_signing;
		if (!twice) {
			offer->has_signing = true;
			parse_id_context(offer,
					 c,
					 offer->signing,
					 &offer->num_signing,
					 &offer->more_signing);
		}
		break;
	case CONTEXT_NETNAME:
		twice = offer->netname != NULL;
		if (!twice) {
			ok = parse_netname_context(offer, c);
		}
		break;
	default:
		break;
	}

	if (twice) {
		sg_offer_set_problem(offer, "a negotiate context came twice");
	}

	return ok;
}

/*
 * The negotiate contexts, MS-SMB2 2.2.3.1. c counts from the SMB2 header, as
 * their alignment does. Between two there is padding, behind the last there
 * need not be.
 *
 * Returns false when out of memory.
 */
static bool parse_each_context(struct sg_offer *offer,
			       struct sg_cursor *c,
			       uint16_t count)
{
	uint16_t i;

	for (i = 0; i < count; i++) {
		struct sg_cursor data = {.data = NULL};
		size_t over = c->pos % CONTEXT_ALIGNMENT;
		uint16_t type = 0;
		uint16_t length = 0;
		bool ok = true;

		if (i > 0 && over != 0) {
			ok = sg_cursor_skip(c, CONTEXT_ALIGNMENT - over);
		}
		ok = ok && sg_cursor_get_u16le(c, &type) &&
		     sg_cursor_get_u16le(c, &length) && sg_cursor_skip(c, 4);
		if (!ok) {
			sg_offer_set_problem(offer,
					     "a negotiate context is missing");
			return true;
		}

		ok = sg_cursor_get_part(c, length, &data);
		if (!ok) {
			sg_offer_set_problem(
				offer,
				"a negotiate context is cut short");
			return true;
		}

		ok = parse_context(offer, type, &data);
		if (!ok) {
			return false;
		}
	}

	return true;
}

/*
 * Put c where the contexts begin. c is behind the dialects. smbd refuses
 * every place but the first aligned one (smbd_smb2_request_process_negprot());
 * another one behind the dialects is read nevertheless.
 */
static bool seek_contexts(struct sg_offer *offer,
			  struct sg_cursor *c,
			  uint32_t offset)
{
	size_t aligned = (c->pos + CONTEXT_ALIGNMENT - 1) &
			 ~(size_t)(CONTEXT_ALIGNMENT - 1);
	bool ok;

	if (offset < c->pos) {
		sg_offer_set_problem(offer,
				     "the negotiate contexts come too early");
		return false;
	}

	ok = sg_cursor_seek(c, offset);
	if (!ok) {
		sg_offer_set_problem(
			offer,
			"the negotiate contexts lie outside the message");
		return false;
	}
	if (offset != aligned) {
		sg_offer_set_problem(
			offer,
			"the negotiate contexts are not where they belong");
	}

	return true;
}

bool sg_offer_parse_contexts(struct sg_offer *offer,
			     struct sg_cursor *c,
			     uint32_t offset,
			     uint16_t count)
{
	bool ok;

	ok = seek_contexts(offer, c, offset);
	if (!ok) {
		return true;
	}

	return parse_each_context(offer, c, count);
}
