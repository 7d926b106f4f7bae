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
#include "core/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

static bool is_utf8(const uint8_t *bytes, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t n = sg_utf8_sequence(bytes + i, len - i);

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
		size_t n = sg_utf8_sequence(bytes + i, len - i);

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

json_t *sg_json_cut_string(const char *text, size_t len, size_t max)
{
	size_t keep = sg_cut_length(text, len, max);
	json_t *value = NULL;
	char *cut = NULL;

	if (keep == len) {
		return sg_json_string(text, len);
	}
	cut = talloc_size(NULL, keep + SG_CUT_MARK_SIZE);
	if (cut == NULL) {
		return NULL;
	}
	memcpy(cut, text, keep);
	len = keep + (size_t)snprintf(cut + keep,
				      SG_CUT_MARK_SIZE,
				      "[+%zu]",
				      len - keep);
	value = sg_json_string(cut, len);
	talloc_free(cut);
	return value;
}
