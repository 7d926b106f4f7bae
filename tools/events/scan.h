/*
 * smbguard(8): values of JSON as smbguard writes them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_EVENTS_SCAN_H
#define SMBGUARD_TOOLS_EVENTS_SCAN_H

#include <string.h>

#include "record.h"

/* Where in a line, and its end */
struct sg_scan {
	const char *p;
	const char *end;
};

/*
 * Go on behind these bytes, two or more, if they are next. Most names that are
 * looked for are not: the letter behind the quote tells.
 */
static inline bool sg_skip(struct sg_scan *s, const char *bytes, size_t len)
{
	if ((size_t)(s->end - s->p) < len || s->p[1] != bytes[1] ||
	    memcmp(s->p, bytes, len) != 0) {
		return false;
	}
	s->p += len;
	return true;
}

static inline bool sg_skip_char(struct sg_scan *s, char c)
{
	bool is = s->p < s->end && *s->p == c;

	s->p += is ? 1 : 0;
	return is;
}

/**
 * A string with its quotes: UTF-8, and nothing in it that is escaped.
 */
bool sg_scan_string(struct sg_scan *s, struct sg_text *text);

/**
 * An integer, and not so long that it could overflow; true or false.
 */
bool sg_scan_number(struct sg_scan *s, int64_t *number);
bool sg_scan_boolean(struct sg_scan *s, enum sg_known *known);

/**
 * "2026-11-22T12:12:11.929289Z" in microseconds; "0x" and 16 digits.
 */
bool sg_scan_time(struct sg_scan *s, int64_t *micro);
bool sg_scan_id(struct sg_scan *s, uint64_t *id);

#endif /* SMBGUARD_TOOLS_EVENTS_SCAN_H */
