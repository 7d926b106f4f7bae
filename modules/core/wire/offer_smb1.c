/*
 * smbguard: what an SMB1 client offers
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SMB_COM_NEGOTIATE: dialect strings, and nothing else. The rules, and how it
 * fails: offer_parts.h.
 */

#include "offer_parts.h"

#define SMB1_HEADER_BYTES 32
#define SMB1_STRING_FORMAT 0x02

/* Case does not matter to smbd, see reply_negprot(). */
static bool is_wildcard(const uint8_t *name, size_t len)
{
	static const char wildcard[] = "SMB 2.???";
	size_t i;

	if (len != sizeof(wildcard) - 1) {
		return false;
	}

	for (i = 0; i < len; i++) {
		uint8_t c = name[i];

		if (c >= 'a' && c <= 'z') {
			c = (uint8_t)(c - 'a' + 'A');
		}
		if (c != (uint8_t)wildcard[i]) {
			return false;
		}
	}

	return true;
}

static void add_smb1_string(struct sg_offer *offer,
			    const uint8_t *name,
			    size_t len)
{
	bool wildcard;

	/* Also past the last slot: it decides what smbd does. */
	wildcard = is_wildcard(name, len);
	if (wildcard) {
		offer->smb1_wildcard = true;
	}

	if (offer->num_smb1 >= SG_OFFER_MAX_ITEMS) {
		offer->left_out++;
		offer->more_smb1 |=
			sg_offer_bit(sg_dialect_from_smb1_string(name, len));
		return;
	}

	offer->smb1[offer->num_smb1].data = name;
	offer->smb1[offer->num_smb1].length = len;
	offer->num_smb1++;
}

/*
 * The strings, each behind a format byte. smbd steps over that byte without
 * looking at it (reply_negprot()), and so a wrong one must not hide the
 * string from us.
 */
static void parse_smb1_strings(struct sg_offer *offer, struct sg_cursor *c)
{
	while (sg_cursor_left(c) > 0) {
		const uint8_t *name = NULL;
		uint8_t format = 0;
		size_t len = 0;
		bool ok;

		ok = sg_cursor_get_u8(c, &format) &&
		     sg_cursor_get_string(c, &name, &len);
		if (format != SMB1_STRING_FORMAT) {
			sg_offer_set_problem(
				offer,
				"a dialect string has a wrong format byte");
		}
		if (!ok) {
			sg_offer_set_problem(offer,
					     "a dialect string does not end");
			return;
		}

		add_smb1_string(offer, name, len);
	}
}

/*
 * The SMB1 header, MS-CIFS 2.2.3.1; c is behind the protocol id.
 *
 * Returns true if it is a negotiate's and all there.
 */
static bool parse_smb1_header(struct sg_offer *offer,
			      struct sg_cursor *c,
			      bool whole)
{
	uint8_t command = 0;
	bool ok;

	ok = sg_cursor_get_u8(c, &command);
	if (!ok) {
		sg_offer_set_unknown(offer, whole);
		return false;
	}
	if (command != SG_SMB1_NEGOTIATE) {
		offer->kind = SG_OFFER_OTHER;
		sg_offer_set_problem(offer,
				     "the SMB1 command is not a negotiate");
		return false;
	}

	offer->kind = SG_OFFER_SMB1;
	ok = sg_cursor_seek(c, SMB1_HEADER_BYTES);
	if (!ok) {
		sg_offer_set_problem(offer, SG_OFFER_ENDS_EARLY);
		return false;
	}

	return true;
}

/*
 * SMB_COM_NEGOTIATE, MS-CIFS 2.2.4.52.1; c is behind the header.
 *
 * Returns false when out of memory.
 */
static bool parse_smb1_body(struct sg_offer *offer, struct sg_cursor *c)
{
	struct sg_cursor strings = {.data = NULL};
	const uint8_t *p = NULL;
	uint8_t *copy = NULL;
	uint8_t word_count = 0;
	uint16_t byte_count = 0;
	size_t len;
	bool ok;

	/* smbd takes the strings from behind the words, how many there be. */
	ok = sg_cursor_get_u8(c, &word_count) &&
	     sg_cursor_skip(c, (size_t)word_count * 2) &&
	     sg_cursor_get_u16le(c, &byte_count);
	if (!ok) {
		sg_offer_set_problem(offer, SG_OFFER_ENDS_EARLY);
		return true;
	}
	if (word_count != 0) {
		sg_offer_set_problem(offer, "the word count is not zero");
	}

	len = sg_cursor_left(c);
	if (byte_count > len) {
		sg_offer_set_problem(offer,
				     "the byte count is more than was sent");
	} else {
		len = byte_count;
	}
	if (len == 0) {
		sg_offer_set_problem(offer, "there are no dialect strings");
		return true;
	}

	ok = sg_cursor_get_bytes(c, len, &p);
	if (!ok) {
		return true;
	}
	copy = talloc_memdup(offer, p, len);
	if (copy == NULL) {
		return false;
	}

	strings = (struct sg_cursor){.data = copy, .len = len};
	parse_smb1_strings(offer, &strings);
	return true;
}

bool sg_offer_parse_smb1(struct sg_offer *offer,
			 struct sg_cursor *c,
			 bool whole)
{
	bool ok;

	ok = parse_smb1_header(offer, c, whole);
	if (!ok) {
		return true;
	}

	return parse_smb1_body(offer, c);
}
