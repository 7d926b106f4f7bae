/*
 * smbguard: texts of a client's choice, kept short
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A client names its account, its domain, its machine, the server, and SMB1
 * dialects, each as long as it likes. Log daemons cut records at 8 KiB, and a
 * record that was cut is none.
 */

#include "cut.h"

#include <string.h>

#define MARK_BYTES (SG_CUT_MARK_SIZE - 1)

/* What a byte or a character costs in JSON: \u001f, \\xff, \" */
#define CONTROL_BYTES 6
#define INVALID_BYTES 5
#define QUOTED_BYTES 2

size_t sg_utf8_sequence(const uint8_t *p, size_t len)
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

bool sg_is_utf8(const char *text, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)text;
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

size_t sg_cut_length(const char *text, size_t len, size_t max)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t written = 0;
	size_t keep = 0; /* as much as leaves room for the mark */
	size_t i = 0;

	while (i < len) {
		size_t n = sg_utf8_sequence(bytes + i, len - i);

		if (n == 0) {
			n = 1;
			written += INVALID_BYTES;
		} else if (bytes[i] < ' ') {
			written += CONTROL_BYTES;
		} else if (bytes[i] == '"') {
			written += QUOTED_BYTES;
		} else if (bytes[i] == '\\') {
			written += INVALID_BYTES;
		} else {
			written += n;
		}
		if (written > max) {
			return keep;
		}
		i += n;
		if (written + MARK_BYTES <= max) {
			keep = i;
		}
	}
	return len;
}

char *sg_cut_text(TALLOC_CTX *mem_ctx, const char *text)
{
	size_t len = strlen(text);
	size_t keep = sg_cut_length(text, len, SG_TEXT_MAX);

	if (keep == len) {
		return talloc_strndup(mem_ctx, text, len);
	}
	return talloc_asprintf(mem_ctx,
			       "%.*s[+%zu]",
			       (int)keep,
			       text,
			       len - keep);
}
