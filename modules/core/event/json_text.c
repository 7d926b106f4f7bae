/*
 * smbguard: strings of any bytes as JSON
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clients choose many of our strings, and json_string() gives up on bytes
 * that are not UTF-8: a hostile name could make its own record vanish. So
 * such bytes are escaped here before jansson sees them.
 *
 * How it fails: NULL for no memory, and for nothing else.
 */

#include "json_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <talloc.h>

/* The length of the UTF-8 sequence at p (RFC 3629), 0 if it is none. */
static size_t utf8_sequence(const uint8_t *p, size_t len)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t code = 0;
	size_t n = 0;
	size_t i;

	if (p[0] < 0x80) {
		return 1;
	}
	if (p[0] >= 0xf8 || p[0] < 0xc0) {
		return 0;
	}
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (n > len) {
		return 0;
	}
	code = p[0] & (0xffU >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			return 0;
		}
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff)) {
		return 0;
	}
	return n;
}

static bool is_utf8(const uint8_t *bytes, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t n = utf8_sequence(bytes + i, len - i);

		if (n == 0) {
			return false;
		}
		i += n;
	}
	return true;
}

static char *append_hex(char *to, uint8_t byte)
{
	static const char hex[] = "0123456789abcdef";

	*to++ = '\\';
	*to++ = 'x';
	*to++ = hex[byte >> 4];
	*to++ = hex[byte & 15];
	return to;
}

json_t *sg_json_string(const char *text, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)text;
	json_t *value = NULL;
	char *escaped = NULL;
	char *to = NULL;
	size_t i = 0;
	bool clean = is_utf8(bytes, len);

	if (len == 0) {
		return json_string("");
	}
	if (clean) {
		return json_stringn_nocheck(text, len);
	}
	escaped = talloc_array(NULL, char, 4 * len);
	if (escaped == NULL) {
		return NULL;
	}
	to = escaped;
	while (i < len) {
		size_t n = utf8_sequence(bytes + i, len - i);

		if (n == 0 || bytes[i] == '\\') {
			to = append_hex(to, bytes[i]);
			i++;
			continue;
		}
		memcpy(to, bytes + i, n);
		to += n;
		i += n;
	}
	value = json_stringn_nocheck(escaped, (size_t)(to - escaped));
	talloc_free(escaped);
	return value;
}
