/*
 * smbguard: a bounded reader of bytes
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * There is one function, sg_cursor_get_bytes(), that turns a position into a
 * pointer. It hands out nothing that is not wholly inside. Every other one
 * stands on it, and puts numbers together from bytes: no alignment is assumed.
 *
 * How it fails: with false, and then neither the cursor nor the result has
 * changed.
 */

#include "cursor.h"

size_t sg_cursor_left(const struct sg_cursor *c)
{
	return c->len - c->pos;
}

bool sg_cursor_get_bytes(struct sg_cursor *c, size_t num, const uint8_t **out)
{
	if (num > c->len - c->pos) {
		return false;
	}

	if (num == 0) {
		/* data may be NULL, to which C lets nothing be added. */
		*out = c->data;
		return true;
	}

	*out = c->data + c->pos;
	c->pos += num;
	return true;
}

bool sg_cursor_skip(struct sg_cursor *c, size_t num)
{
	const uint8_t *ignored = NULL;

	return sg_cursor_get_bytes(c, num, &ignored);
}

bool sg_cursor_seek(struct sg_cursor *c, size_t pos)
{
	if (pos > c->len) {
		return false;
	}

	c->pos = pos;
	return true;
}

bool sg_cursor_get_part(struct sg_cursor *c, size_t num, struct sg_cursor *part)
{
	const uint8_t *p = NULL;
	bool ok;

	ok = sg_cursor_get_bytes(c, num, &p);
	if (!ok) {
		return false;
	}

	*part = (struct sg_cursor){.data = p, .len = num};
	return true;
}

bool sg_cursor_get_u8(struct sg_cursor *c, uint8_t *out)
{
	const uint8_t *p = NULL;
	bool ok;

	ok = sg_cursor_get_bytes(c, 1, &p);
	if (!ok) {
		return false;
	}

	*out = p[0];
	return true;
}

bool sg_cursor_get_u16le(struct sg_cursor *c, uint16_t *out)
{
	const uint8_t *p = NULL;
	bool ok;

	ok = sg_cursor_get_bytes(c, 2, &p);
	if (!ok) {
		return false;
	}

	*out = (uint16_t)(p[0] | (p[1] << 8));
	return true;
}

bool sg_cursor_get_u32le(struct sg_cursor *c, uint32_t *out)
{
	const uint8_t *p = NULL;
	bool ok;

	ok = sg_cursor_get_bytes(c, 4, &p);
	if (!ok) {
		return false;
	}

	*out = (uint32_t)p[0] | ((uint32_t)p[1] << 8) | ((uint32_t)p[2] << 16) |
	       ((uint32_t)p[3] << 24);
	return true;
}

bool sg_cursor_get_string(struct sg_cursor *c, const uint8_t **out, size_t *len)
{
	struct sg_cursor ahead = *c;
	uint8_t byte = 1;
	bool ok;

	while (byte != 0) {
		ok = sg_cursor_get_u8(&ahead, &byte);
		if (!ok) {
			return false;
		}
	}

	*len = ahead.pos - c->pos - 1;
	return sg_cursor_get_bytes(c, *len, out) && sg_cursor_skip(c, 1);
}
