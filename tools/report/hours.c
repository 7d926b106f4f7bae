/*
 * smbguard(8): report, hours with events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One bit for each hour from 1970 to 2199, so that files may be read in any
 * order. An event of a later time than that breaks no silence.
 */

#include "hours.h"

#include <stdlib.h>

#define HOUR INT64_C(3600000000)
#define HOURS ((size_t)230 * 8766)

struct sg_hours {
	uint64_t bits[HOURS / 64 + 1];
};

struct sg_hours *sg_hours_new(TALLOC_CTX *mem_ctx)
{
	return talloc_zero(mem_ctx, struct sg_hours);
}

void sg_hours_add(struct sg_hours *hours, int64_t when)
{
	int64_t hour = when / HOUR;

	if (when >= 0 && hour < (int64_t)HOURS) {
		hours->bits[hour / 64] |= UINT64_C(1) << hour % 64;
	}
}

static bool has(const struct sg_hours *hours, int64_t hour)
{
	return (hours->bits[hour / 64] & UINT64_C(1) << hour % 64) != 0;
}

static int64_t length(const struct sg_silence *s)
{
	return s->to - s->from;
}

static int compare(const void *a, const void *b)
{
	const struct sg_silence *one = a;
	const struct sg_silence *two = b;

	return one->from < two->from ? -1 : one->from > two->from;
}

/* Keep it if it is long, in the place of the shortest where all are taken. */
static size_t keep(struct sg_silence silences[SG_SILENCES],
		   size_t num,
		   struct sg_silence silence)
{
	size_t at = num;
	size_t i;

	if (length(&silence) < SG_SILENCE_HOURS * HOUR) {
		return num;
	}
	if (num == SG_SILENCES) {
		at = 0;
		for (i = 1; i < num; i++) {
			if (length(&silences[i]) < length(&silences[at])) {
				at = i;
			}
		}
		if (length(&silence) <= length(&silences[at])) {
			return num;
		}
	}
	silences[at] = silence;
	return at == num ? num + 1 : num;
}

size_t sg_hours_silences(const struct sg_hours *hours,
			 int64_t from,
			 int64_t to,
			 struct sg_silence silences[SG_SILENCES])
{
	int64_t last =
		to / HOUR < (int64_t)HOURS ? to / HOUR : (int64_t)HOURS - 1;
	struct sg_silence s = {.from = from};
	size_t num = 0;
	int64_t hour;

	for (hour = from < 0 ? 0 : from / HOUR; hour <= last; hour++) {
		if (has(hours, hour)) {
			s.to = hour * HOUR;
			num = keep(silences, num, s);
			s.from = (hour + 1) * HOUR;
		}
	}
	s.to = to;
	num = keep(silences, num, s);
	qsort(silences, num, sizeof(silences[0]), compare);
	return num;
}
