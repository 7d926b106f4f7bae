/*
 * smbguard: what an SMB2 client offers
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SMB2 NEGOTIATE up to its dialects. The rules, and how it fails:
 * offer_parts.h.
 */

#include <string.h>

#include "offer_parts.h"

#define SMB2_HEADER_BYTES 64
#define SMB2_COM_NEGOTIATE 0
#define SMB2_NEGOTIATE_BODY_BYTES 36
#define SMB2_REVISION_311 0x0311

/*
 * The SMB2 header, MS-SMB2 2.2.1.2; c is behind the protocol id. What makes
 * smbd drop the message is noted, and the rest is read all the same.
 *
 * Returns true if it is a negotiate's and all there.
 */
static bool parse_smb2_header(struct sg_offer *offer,
			      struct sg_cursor *c,
			      bool whole)
{
	uint16_t header_size = 0;
	uint16_t command = 0;
	uint32_t next = 0;
	bool ok;

	ok = sg_cursor_get_u16le(c, &header_size) && sg_cursor_skip(c, 6) &&
	     sg_cursor_get_u16le(c, &command);
	if (!ok) {
		sg_offer_set_unknown(offer, whole);
		return false;
	}
	if (command != SMB2_COM_NEGOTIATE) {
		offer->kind = SG_OFFER_OTHER;
		sg_offer_set_problem(offer,
				     "the SMB2 command is not a negotiate");
		return false;
	}

	offer->kind = SG_OFFER_SMB2;
	if (header_size != SMB2_HEADER_BYTES) {
		sg_offer_set_problem(offer, "the SMB2 header has a wrong size");
	}

	ok = sg_cursor_skip(c, 6) && sg_cursor_get_u32le(c, &next) &&
	     sg_cursor_seek(c, SMB2_HEADER_BYTES);
	if (!ok) {
		sg_offer_set_problem(offer, SG_OFFER_ENDS_EARLY);
		return false;
	}
	if (next != 0) {
		sg_offer_set_problem(offer, "a second command follows");
	}

	return true;
}

/*
 * The dialects.
 *
 * has_311: set if 3.1.1 is among them, be it past the last place: that decides
 * how smbd reads the rest.
 * Returns false if the message ends before they do.
 */
static bool parse_dialects(struct sg_offer *offer,
			   struct sg_cursor *c,
			   uint16_t count,
			   bool *has_311)
{
	uint16_t i;

	*has_311 = false;
	if (count == 0) {
		sg_offer_set_problem(offer, "the dialect count is zero");
	}

	for (i = 0; i < count; i++) {
		uint16_t dialect = 0;
		bool ok;

		ok = sg_cursor_get_u16le(c, &dialect);
		if (!ok) {
			sg_offer_set_problem(offer,
					     "the dialects are cut short");
			return false;
		}
		if (dialect == SMB2_REVISION_311) {
			*has_311 = true;
		}
		ok = sg_offer_add_item(offer,
				       offer->dialects,
				       &offer->num_dialects,
				       dialect);
		if (!ok) {
			offer->more_dialects |=
				sg_offer_bit(sg_dialect_from_wire(dialect));
		}
	}

	return true;
}

/*
 * SMB2 NEGOTIATE, MS-SMB2 2.2.3; c is behind the header and counts from it.
 *
 * Returns false when out of memory.
 */
static bool parse_smb2_body(struct sg_offer *offer, struct sg_cursor *c)
{
	const uint8_t *guid = NULL;
	uint16_t body_size = 0;
	uint16_t dialect_count = 0;
	uint32_t context_offset = 0;
	uint16_t context_count = 0;
	bool has_311 = false;
	bool ok;

	ok = sg_cursor_get_u16le(c, &body_size) &&
	     sg_cursor_get_u16le(c, &dialect_count) &&
	     sg_cursor_get_u16le(c, &offer->security_mode) &&
	     sg_cursor_skip(c, 2) &&
	     sg_cursor_get_u32le(c, &offer->capabilities) &&
	     sg_cursor_get_bytes(c, sizeof(offer->guid), &guid);
	if (!ok) {
		sg_offer_set_problem(offer, SG_OFFER_ENDS_EARLY);
		return true;
	}
	memcpy(offer->guid, guid, sizeof(offer->guid));
	if (body_size != SMB2_NEGOTIATE_BODY_BYTES) {
		sg_offer_set_problem(
			offer,
			"the negotiate has a wrong structure size");
	}

	ok = sg_cursor_get_u32le(c, &context_offset) &&
	     sg_cursor_get_u16le(c, &context_count) && sg_cursor_skip(c, 2);
	if (!ok) {
		sg_offer_set_problem(offer, SG_OFFER_ENDS_EARLY);
		return true;
	}

	ok = parse_dialects(offer, c, dialect_count, &has_311);
	if (!ok) {
		return true;
	}

	/* Without 3.1.1 those two fields are the ClientStartTime. */
	if (!has_311 || context_count == 0) {
		return true;
	}

	return sg_offer_parse_contexts(offer, c, context_offset, context_count);
}

bool sg_offer_parse_smb2(struct sg_offer *offer,
			 struct sg_cursor *c,
			 bool whole)
{
	bool ok;

	ok = parse_smb2_header(offer, c, whole);
	if (!ok) {
		return true;
	}

	return parse_smb2_body(offer, c);
}
