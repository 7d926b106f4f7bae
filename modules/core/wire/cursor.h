/*
 * smbguard: a bounded reader of bytes
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For bytes that somebody else wrote. Nothing here allocates.
 */

#ifndef SMBGUARD_CORE_WIRE_CURSOR_H
#define SMBGUARD_CORE_WIRE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The bytes being read, and how many of them have been. pos <= len holds, if
 * it held at first; data may be NULL if len is 0.
 */
struct sg_cursor {
	const uint8_t *data;
	size_t len;
	size_t pos;
};

/** How many bytes there are still to be read. */
size_t sg_cursor_left(const struct sg_cursor *c);

/*
 * All of these return true if the bytes were there. If they were not, nothing
 * has changed: not c, not *out.
 */

/** The next num bytes, which are read then. */
bool sg_cursor_get_bytes(struct sg_cursor *c, size_t num, const uint8_t **out);

/** Go over the next num bytes. */
bool sg_cursor_skip(struct sg_cursor *c, size_t num);

/** Go to a position, forth or back; len is one, behind the last byte. */
bool sg_cursor_seek(struct sg_cursor *c, size_t pos);

/** A cursor of its own for the next num bytes, which c then has behind it. */
bool sg_cursor_get_part(struct sg_cursor *c,
			size_t num,
			struct sg_cursor *part);

/** Numbers; little endian. */
bool sg_cursor_get_u8(struct sg_cursor *c, uint8_t *out);
bool sg_cursor_get_u16le(struct sg_cursor *c, uint16_t *out);
bool sg_cursor_get_u32le(struct sg_cursor *c, uint32_t *out);

/** The bytes up to the next NUL, which is read too, and not in *len. */
bool sg_cursor_get_string(struct sg_cursor *c,
			  const uint8_t **out,
			  size_t *len);

#endif /* SMBGUARD_CORE_WIRE_CURSOR_H */
