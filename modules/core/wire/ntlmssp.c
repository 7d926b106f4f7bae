/*
 * smbguard: who a client says it is, in NTLMSSP
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * First the message is found, then six of its fields are read. All of it was
 * written by a client that has not authenticated: every byte is read through a
 * struct sg_cursor, and every loop consumes bytes.
 *
 * [1] The message is taken from where smbd takes it, and not searched for:
 *     bytes that look like one, elsewhere in the token, would put a name of
 *     the client's choice into the event instead of the one that smbd goes
 *     by. It is the token itself, or the octet string in element [2] of the
 *     SPNEGO NegTokenInit or NegTokenResp, and it begins where that begins.
 *
 * [2] So the walk through SPNEGO is as liberal as smbd's (asn1_start_tag(),
 *     spnego_read_data()): lengths may be longer than they need to be, the
 *     elements come in any order, and of several [2] it is the last.
 *
 * [3] One thing smbd knows and the token does not say: whether NEGOTIATE and
 *     CHALLENGE agreed on UTF-16. Here the message's own flag decides. A
 *     client that lies in it garbles its own claim, which is a claim anyway.
 *
 * How it fails: no message, no result. A field that is not wholly inside the
 * message is NULL, the others are still read.
 */

#include <string.h>

#include "cursor.h"
#include "ntlmssp.h"
#include "utf16.h"

#define TAG_OCTET_STRING 0x04
#define TAG_SEQUENCE 0x30
#define TAG_APPLICATION_0 0x60
#define TAG_CONTEXT_0 0xA0
#define TAG_CONTEXT_1 0xA1
#define TAG_CONTEXT_2 0xA2

#define MESSAGE_AUTHENTICATE 3
#define NEGOTIATE_UNICODE 0x00000001

/* Where in the message they are. */
#define LM_RESPONSE_AT 12
#define NT_RESPONSE_AT 20
#define DOMAIN_AT 28
#define USER_AT 36
#define WORKSTATION_AT 44
#define FLAGS_AT 60

/* As long as an LM or NTLMv1 response is; an NTLMv2 response is longer. */
#define RESPONSE_BYTES 24

/* UTF-16 or OEM units; what a string has beyond them is dropped. */
#define MAX_UNITS 256

/*
 * A length in BER. smbd takes 0x80, which means "indefinite" elsewhere, for
 * 0x81, and so it is here, see [2].
 */
static bool get_length(struct sg_cursor *c, size_t *len)
{
	uint8_t byte = 0;
	size_t value = 0;
	unsigned more;
	bool ok;

	ok = sg_cursor_get_u8(c, &byte);
	if (!ok) {
		return false;
	}
	if (byte < 0x80) {
		*len = byte;
		return true;
	}

	more = byte & 0x7F;
	do {
		ok = sg_cursor_get_u8(c, &byte);
		if (!ok || value > SIZE_MAX >> 8) {
			return false;
		}
		value = value << 8 | byte;
	} while (more-- > 1);

	*len = value;
	return true;
}

/* One element: its tag, and a cursor of its own for what is inside. */
static bool get_element(struct sg_cursor *c,
			uint8_t *tag,
			struct sg_cursor *inside)
{
	size_t len = 0;

	return sg_cursor_get_u8(c, tag) && get_length(c, &len) &&
	       sg_cursor_get_part(c, len, inside);
}

/* The same, if it has this tag. */
static bool get_tagged(struct sg_cursor *c,
		       uint8_t wanted,
		       struct sg_cursor *inside)
{
	uint8_t tag = 0;

	return get_element(c, &tag, inside) && tag == wanted;
}

/* The elements of a NegTokenInit or NegTokenResp. */
static bool get_negotiation(struct sg_cursor *c, struct sg_cursor *elements)
{
	struct sg_cursor outer = {.data = NULL};
	struct sg_cursor ignored = {.data = NULL};
	struct sg_cursor choice = {.data = NULL};
	uint8_t tag = 0;
	bool ok;

	ok = get_element(c, &tag, &outer);
	if (!ok) {
		return false;
	}

	switch (tag) {
	case TAG_APPLICATION_0:
		/* The mechanism, SPNEGO; another has no [0] behind it. */
		ok = get_element(&outer, &tag, &ignored) &&
		     get_tagged(&outer, TAG_CONTEXT_0, &choice);
		if (!ok) {
			return false;
		}
		return get_tagged(&choice, TAG_SEQUENCE, elements);

	case TAG_CONTEXT_1:
		return get_tagged(&outer, TAG_SEQUENCE, elements);

	default:
		return false;
	}
}

/* See [1] and [2]. */
static bool unwrap(struct sg_cursor *token, struct sg_cursor *message)
{
	struct sg_cursor elements = {.data = NULL};
	bool found = false;
	bool ok;

	ok = get_negotiation(token, &elements);
	if (!ok) {
		return false;
	}

	while (sg_cursor_left(&elements) > 0) {
		struct sg_cursor element = {.data = NULL};
		uint8_t tag = 0;

		ok = get_element(&elements, &tag, &element);
		if (!ok) {
			return false;
		}
		if (tag != TAG_CONTEXT_2) {
			continue;
		}
		ok = get_tagged(&element, TAG_OCTET_STRING, message);
		if (!ok) {
			return false;
		}
		found = true;
	}

	return found;
}

static bool has_signature(const struct sg_cursor *message)
{
	static const char signature[] = "NTLMSSP"; /* with its NUL */
	struct sg_cursor c = *message;
	const uint8_t *p = NULL;
	bool ok;

	ok = sg_cursor_get_bytes(&c, sizeof(signature), &p);
	if (!ok) {
		return false;
	}

	return memcmp(p, signature, sizeof(signature)) == 0;
}

static bool find_message(const uint8_t *token,
			 size_t len,
			 struct sg_cursor *message)
{
	struct sg_cursor c = {.data = token, .len = len};
	uint32_t type = 0;
	bool ok;

	*message = c;
	ok = has_signature(message);
	if (!ok) {
		ok = unwrap(&c, message) && has_signature(message);
	}
	if (!ok) {
		return false;
	}

	c = *message;
	ok = sg_cursor_seek(&c, sizeof("NTLMSSP")) &&
	     sg_cursor_get_u32le(&c, &type);
	return ok && type == MESSAGE_AUTHENTICATE;
}

/* What the field at this position refers to; nothing, if it is empty. */
static bool get_field(const struct sg_cursor *message,
		      size_t pos,
		      struct sg_cursor *field)
{
	struct sg_cursor c = *message;
	uint16_t len = 0;
	uint16_t max_len = 0;
	uint32_t offset = 0;
	bool ok;

	ok = sg_cursor_seek(&c, pos) && sg_cursor_get_u16le(&c, &len) &&
	     sg_cursor_get_u16le(&c, &max_len) &&
	     sg_cursor_get_u32le(&c, &offset);
	if (!ok) {
		return false;
	}

	/* The offset of an empty one may be anything. */
	if (len == 0) {
		*field = (struct sg_cursor){.data = NULL};
		return true;
	}

	return sg_cursor_seek(&c, offset) && sg_cursor_get_part(&c, len, field);
}

/*
 * A string, of which *text is NULL if there is none.
 *
 * Returns false when out of memory.
 */
static bool get_text(struct sg_ntlmssp *claim,
		     const struct sg_cursor *message,
		     size_t pos,
		     bool unicode,
		     const char **text)
{
	char utf8[SG_UTF16_UTF8_BYTES(MAX_UNITS)] = {0};
	size_t max = unicode ? MAX_UNITS * 2 : MAX_UNITS;
	struct sg_cursor field = {.data = NULL};
	size_t used;
	bool ok;

	ok = get_field(message, pos, &field);
	if (!ok || field.len == 0) {
		return true;
	}
	if (field.len > max) {
		field.len = max;
	}

	if (unicode) {
		used = sg_utf16_to_utf8(&field, utf8, sizeof(utf8));
	} else {
		used = strnlen((const char *)field.data, field.len);
		memcpy(utf8, field.data, used);
	}
	if (used == 0) {
		return true;
	}

	*text = talloc_strndup(claim, utf8, used);
	return *text != NULL;
}

static bool all_zero(const struct sg_cursor *field)
{
	size_t i;

	for (i = 0; i < field->len; i++) {
		if (field->data[i] != 0) {
			return false;
		}
	}

	return true;
}

/*
 * By the lengths, as smbd tells them apart (get_password_type()); lengths that
 * no honest client sends, and an LM response of zeros alone, are NULL.
 */
static const char *password_type(const struct sg_cursor *message)
{
	struct sg_cursor lm = {.data = NULL};
	struct sg_cursor nt = {.data = NULL};
	bool ok;

	ok = get_field(message, NT_RESPONSE_AT, &nt);
	if (!ok) {
		return NULL;
	}
	if (nt.len > RESPONSE_BYTES) {
		return "NTLMv2";
	}
	if (nt.len == RESPONSE_BYTES) {
		return "NTLMv1";
	}
	if (nt.len != 0) {
		return NULL;
	}

	ok = get_field(message, LM_RESPONSE_AT, &lm);
	if (!ok) {
		return NULL;
	}
	/* Anonymous is an LM response of a single zero: MS-NLMP 3.3.1. */
	if (lm.len <= 1) {
		return "None";
	}
	ok = lm.len == RESPONSE_BYTES && !all_zero(&lm);
	if (!ok) {
		return NULL;
	}

	return "LANMan";
}

struct sg_ntlmssp *sg_ntlmssp_parse(TALLOC_CTX *mem_ctx,
				    const uint8_t *token,
				    size_t len)
{
	struct sg_cursor message = {.data = NULL};
	struct sg_cursor c = {.data = NULL};
	struct sg_ntlmssp *claim = NULL;
	uint32_t flags = 0;
	bool unicode;
	bool ok;

	ok = find_message(token, len, &message);
	if (!ok) {
		return NULL;
	}

	claim = talloc_zero(mem_ctx, struct sg_ntlmssp);
	if (claim == NULL) {
		return NULL;
	}

	/* Without flags (smbd knows that of Windows 9x) it is OEM. */
	c = message;
	ok = sg_cursor_seek(&c, FLAGS_AT) && sg_cursor_get_u32le(&c, &flags);
	unicode = ok && (flags & NEGOTIATE_UNICODE) != 0;

	claim->password_type = password_type(&message);
	ok = get_text(claim, &message, DOMAIN_AT, unicode, &claim->domain) &&
	     get_text(claim, &message, USER_AT, unicode, &claim->account) &&
	     get_text(claim,
		      &message,
		      WORKSTATION_AT,
		      unicode,
		      &claim->workstation);
	if (!ok) {
		TALLOC_FREE(claim);
		return NULL;
	}

	return claim;
}
