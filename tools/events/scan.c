/*
 * smbguard(8): values of JSON as smbguard writes them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For canonical.c. How it fails: false for what is written otherwise, wherever
 * it stands then.
 */

#include "scan.h"

#include <string.h>

#include "core/cut.h"

#define DAY INT64_C(86400)

/*
 * Eight bytes that are all plain, and no quote or backslash? A byte with its
 * highest bit set here is not, or stands above one that is not.
 */
static bool eight_plain(const char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t high = UINT64_C(0x8080808080808080);
	uint64_t v = 0;
	uint64_t quote;
	uint64_t slash;

	memcpy(&v, p, sizeof(v));
	quote = v ^ (ones * '"');
	slash = v ^ (ones * '\\');
	return ((v | (v - ones * ' ') | (quote - ones) | (slash - ones)) &
		high) == 0;
}

/* A string with its quotes: UTF-8, and nothing that is escaped. */
bool sg_scan_string(struct sg_scan *s, struct sg_text *text)
{
	const char *begin = NULL;
	size_t n = 1;

	if (!sg_skip_char(s, '"')) {
		return false;
	}
	begin = s->p;
	while (s->p < s->end && n > 0) {
		uint8_t c = (uint8_t)*s->p;

		if (s->end - s->p >= 8 && eight_plain(s->p)) {
			n = 8;
		} else if (c >= 0x80) {
			n = sg_utf8_sequence((const uint8_t *)s->p,
					     (size_t)(s->end - s->p));
		} else {
			n = c >= ' ' && c != '"' && c != '\\' ? 1 : 0;
		}
		s->p += n;
	}
	*text = (struct sg_text){.text = begin, .len = (size_t)(s->p - begin)};
	return sg_skip_char(s, '"');
}

/* As JSON has integers, and not so long that it could overflow. */
bool sg_scan_number(struct sg_scan *s, int64_t *number)
{
	bool negative = sg_skip_char(s, '-');
	const char *begin = s->p;
	int64_t value = 0;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9' &&
	       s->p - begin < 18) {
		value = value * 10 + (*s->p++ - '0');
	}
	*number = negative ? -value : value;
	return s->p > begin && (*begin != '0' || s->p - begin == 1);
}

bool sg_scan_boolean(struct sg_scan *s, enum sg_known *known)
{
	bool yes = sg_skip(s, "true", 4);

	*known = yes ? SG_YES : SG_NO;
	return yes || sg_skip(s, "false", 5);
}

static bool two(const char *p, int least, int most, int *value)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9') {
		return false;
	}
	*value = (p[0] - '0') * 10 + (p[1] - '0');
	return *value >= least && *value <= most;
}

/* Days since 1970-01-01; the year begins in March here. */
static int64_t days_of(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year;
	int m = month <= 2 ? month + 9 : month - 3;

	return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 +
	       (153 * m + 2) / 5 + day - 1 - 719468;
}

/* "2026-11-22T12:12:11.929289Z". A 29th and later is jansson's. */
bool sg_scan_time(struct sg_scan *s, int64_t *micro)
{
	struct sg_text t = {.text = NULL};
	int part[8] = {0};
	bool ok = sg_scan_string(s, &t) && t.len == 27;
	const char *p = t.text;

	ok = ok && p[4] == '-' && p[7] == '-' && p[10] == 'T' && p[13] == ':' &&
	     p[16] == ':' && p[19] == '.' && p[26] == 'Z' &&
	     two(p, 0, 99, &part[0]) && two(p + 2, 0, 99, &part[1]) &&
	     two(p + 5, 1, 12, &part[2]) && two(p + 8, 1, 31, &part[3]) &&
	     two(p + 11, 0, 23, &part[4]) && two(p + 14, 0, 59, &part[5]) &&
	     two(p + 17, 0, 59, &part[6]) && two(p + 20, 0, 99, &part[7]);
	if (!ok || part[0] * 100 + part[1] < 1970) {
		return false;
	}
	*micro = days_of(part[0] * 100 + part[1], part[2], part[3]) * DAY;
	if (part[3] > 28) {
		/* Not every month has it. */
		int64_t when = 0;
		char text[28];

		memcpy(text, t.text, 27);
		text[27] = '\0';
		ok = sg_time_parse(text, &when);
		*micro = when;
		return ok;
	}
	*micro += part[4] * 3600 + part[5] * 60 + part[6];
	*micro = *micro * 1000000 + part[7] * 10000;
	ok = two(p + 22, 0, 99, &part[0]) && two(p + 24, 0, 99, &part[1]);
	*micro += part[0] * 100 + part[1];
	return ok;
}

/* "0x" and 16 digits */
bool sg_scan_id(struct sg_scan *s, uint64_t *id)
{
	struct sg_text t = {.text = NULL};
	bool ok = sg_scan_string(s, &t) && t.len == 18 && t.text[0] == '0' &&
		  t.text[1] == 'x';
	size_t i;

	*id = 0;
	for (i = 2; ok && i < 18; i++) {
		char c = t.text[i];

		ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
		*id = *id << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return ok;
}
