/*
 * smbguard: UTF-16LE as UTF-8
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One code point after the other is taken from the one and put to the other.
 *
 * How it fails: half a surrogate pair becomes U+FFFD, half a unit at the end
 * is not read. Whatever comes in, what goes out is UTF-8, without a NUL inside.
 */

#include <string.h>

#include "utf16.h"

static bool is_high_surrogate(uint32_t unit)
{
	return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low_surrogate(uint32_t unit)
{
	return unit >= 0xDC00 && unit <= 0xDFFF;
}

/*
 * One code point of UTF-16LE, U+FFFD for half a surrogate pair. The unit
 * after a lone high surrogate is left to be read as its own.
 *
 * Returns false at the end of the text.
 */
static bool get_code_point(struct sg_cursor *c, uint32_t *code_point)
{
	struct sg_cursor ahead;
	uint16_t unit = 0;
	uint16_t low = 0;
	bool ok;

	ok = sg_cursor_get_u16le(c, &unit);
	if (!ok) {
		return false;
	}

	*code_point = unit;
	ok = is_high_surrogate(unit);
	if (!ok) {
		ok = is_low_surrogate(unit);
		if (ok) {
			*code_point = 0xFFFD;
		}
		return true;
	}

	*code_point = 0xFFFD;
	ahead = *c;
	ok = sg_cursor_get_u16le(&ahead, &low) && is_low_surrogate(low);
	if (ok) {
		*code_point = 0x10000U + (((uint32_t)unit - 0xD800U) << 10) +
			      ((uint32_t)low - 0xDC00U);
		*c = ahead;
	}

	return true;
}

/* Returns how many of the 4 bytes were used. */
static size_t put_utf8(uint32_t code_point, char out[4])
{
	if (code_point < 0x80) {
		out[0] = (char)code_point;
		return 1;
	}
	if (code_point < 0x800) {
		out[0] = (char)(0xC0 | (code_point >> 6));
		out[1] = (char)(0x80 | (code_point & 0x3F));
		return 2;
	}
	if (code_point < 0x10000) {
		out[0] = (char)(0xE0 | (code_point >> 12));
		out[1] = (char)(0x80 | ((code_point >> 6) & 0x3F));
		out[2] = (char)(0x80 | (code_point & 0x3F));
		return 3;
	}

	out[0] = (char)(0xF0 | (code_point >> 18));
	out[1] = (char)(0x80 | ((code_point >> 12) & 0x3F));
	out[2] = (char)(0x80 | ((code_point >> 6) & 0x3F));
	out[3] = (char)(0x80 | (code_point & 0x3F));
	return 4;
}

size_t sg_utf16_to_utf8(const struct sg_cursor *text, char *out, size_t size)
{
	struct sg_cursor c = *text;
	uint32_t code_point = 0;
	size_t used = 0;
	bool ok;

	ok = get_code_point(&c, &code_point);
	while (ok && code_point != 0) {
		char utf8[4] = {0};
		size_t num;

		num = put_utf8(code_point, utf8);
		if (num >= size - used) {
			break;
		}
		memcpy(out + used, utf8, num);
		used += num;

		ok = get_code_point(&c, &code_point);
	}

	out[used] = '\0';
	return used;
}
