/*
 * smbguard: a client's own account of what it negotiated
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Before 3.1.1, a client asks after its first tree connect whether the server
 * received the negotiate request that it sent, in a signed message. What
 * differs was changed on the way.
 *
 * How it fails: an account that is too short is none.
 */

#include "validate.h"

#include <string.h>

#include "cursor.h"

bool sg_validate_parse(const uint8_t *input,
		       size_t len,
		       struct sg_negotiated *claimed)
{
	struct sg_cursor c = {.data = input, .len = len};
	const uint8_t *guid = NULL;
	uint16_t count = 0;
	uint16_t i;
	bool ok;

	*claimed = (struct sg_negotiated){.num_dialects = 0};
	ok = sg_cursor_get_u32le(&c, &claimed->capabilities) &&
	     sg_cursor_get_bytes(&c, sizeof(claimed->guid), &guid) &&
	     sg_cursor_get_u16le(&c, &claimed->security_mode) &&
	     sg_cursor_get_u16le(&c, &count);
	if (!ok) {
		return false;
	}
	memcpy(claimed->guid, guid, sizeof(claimed->guid));
	for (i = 0; i < count; i++) {
		uint16_t dialect = 0;

		ok = sg_cursor_get_u16le(&c, &dialect);
		if (!ok) {
			return false;
		}
		if (claimed->num_dialects < SG_VALIDATE_MAX_DIALECTS) {
			claimed->dialects[claimed->num_dialects++] = dialect;
		}
	}
	return true;
}

unsigned sg_validate_compare(const struct sg_negotiated *sent,
			     const struct sg_negotiated *received)
{
	unsigned differs = 0;

	if (sent->num_dialects != received->num_dialects ||
	    memcmp(sent->dialects,
		   received->dialects,
		   sent->num_dialects * sizeof(sent->dialects[0])) != 0) {
		differs |= SG_TAMPERED_DIALECTS;
	}
	if (sent->capabilities != received->capabilities) {
		differs |= SG_TAMPERED_CAPABILITIES;
	}
	if (sent->security_mode != received->security_mode) {
		differs |= SG_TAMPERED_SECURITY_MODE;
	}
	if (memcmp(sent->guid, received->guid, sizeof(sent->guid)) != 0) {
		differs |= SG_TAMPERED_GUID;
	}
	return differs;
}

enum sg_dialect sg_validate_best(const struct sg_negotiated *side)
{
	enum sg_dialect best = SG_DIALECT_NONE;
	size_t i;

	for (i = 0; i < side->num_dialects; i++) {
		enum sg_dialect dialect =
			sg_dialect_from_wire(side->dialects[i]);

		if (dialect > best) {
			best = dialect;
		}
	}
	return best;
}

static char *add_dialects(char *text, const struct sg_negotiated *side)
{
	size_t i;

	for (i = 0; i < side->num_dialects; i++) {
		enum sg_dialect dialect =
			sg_dialect_from_wire(side->dialects[i]);
		const char *name = sg_dialect_name(dialect);
		const char *comma = i > 0 ? ", " : "";

		if (name != NULL) {
			text = talloc_asprintf_append(text,
						      "%s%s",
						      comma,
						      name);
		} else {
			text = talloc_asprintf_append(text,
						      "%s0x%04x",
						      comma,
						      side->dialects[i]);
		}
		if (text == NULL) {
			return NULL;
		}
	}
	return text;
}

/* A list of what differs: a comma before all but the first. */
static char *add_item(char *text, bool *first, const char *item)
{
	const char *comma = *first ? "" : ", ";

	*first = false;
	if (text == NULL) {
		return NULL;
	}
	return talloc_asprintf_append(text, "%s%s", comma, item);
}

char *sg_validate_describe(TALLOC_CTX *mem_ctx,
			   const struct sg_negotiated *sent,
			   const struct sg_negotiated *received)
{
	unsigned differs = sg_validate_compare(sent, received);
	char *text = talloc_strdup(mem_ctx, "");
	bool first = true;

	if ((differs & SG_TAMPERED_DIALECTS) != 0) {
		text = add_item(text, &first, "the dialects (");
		text = text != NULL ? add_dialects(text, sent) : NULL;
		text = text != NULL ? talloc_asprintf_append(text, " became ")
				    : NULL;
		text = text != NULL ? add_dialects(text, received) : NULL;
		text = text != NULL ? talloc_asprintf_append(text, ")") : NULL;
	}
	if ((differs & SG_TAMPERED_CAPABILITIES) != 0) {
		text = add_item(text, &first, "the capabilities");
		text = text != NULL ? talloc_asprintf_append(
					      text,
					      " (0x%08x became 0x%08x)",
					      sent->capabilities,
					      received->capabilities)
				    : NULL;
	}
	if ((differs & SG_TAMPERED_SECURITY_MODE) != 0) {
		text = add_item(text, &first, "the security mode");
		text = text != NULL ? talloc_asprintf_append(
					      text,
					      " (0x%04x became 0x%04x)",
					      (unsigned)sent->security_mode,
					      (unsigned)received->security_mode)
				    : NULL;
	}
	if ((differs & SG_TAMPERED_GUID) != 0) {
		text = add_item(text, &first, "the client GUID");
	}
	return text;
}
