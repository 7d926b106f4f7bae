/*
 * smbguard: a day, as options have it
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: what is no day of the calendar, written in full, is none.
 */

#include "date.h"

#include <stdio.h>
#include <string.h>

#define DAY_SECONDS 86400

bool sg_date_end(const char *text, time_t *end)
{
	struct tm tm = {0};
	struct tm back = {0};
	time_t start;
	char rest;
	int got;

	if (strlen(text) != strlen("YYYY-MM-DD") || text[0] == '-' ||
	    strspn(text, "0123456789-") != strlen(text)) {
		return false;
	}
	got = sscanf(text,
		     "%4d-%2d-%2d%c",
		     &tm.tm_year,
		     &tm.tm_mon,
		     &tm.tm_mday,
		     &rest);
	if (got != 3 || text[4] != '-' || text[7] != '-') {
		return false;
	}
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	back = tm;
	start = timegm(&back);
	if (back.tm_year != tm.tm_year || back.tm_mon != tm.tm_mon ||
	    back.tm_mday != tm.tm_mday) {
		return false;
	}
	*end = start + DAY_SECONDS;
	return true;
}
