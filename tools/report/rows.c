/*
 * smbguard(8): report, one row for all accesses that are alike
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Memory grows with the kinds of refusal and not with the log, and not beyond
 * SG_REPORT_ROWS rows of short values.
 *
 * How it fails: out of memory is noted, and told by the caller.
 */

#include "report.h"

#include <stdlib.h>
#include <string.h>

const char *const sg_column_names[SG_COLUMNS] = {
	[SG_COL_OUTCOME] = "outcome",
	[SG_COL_EVENT] = "event",
	[SG_COL_CLIENT] = "clientAddress",
	[SG_COL_DOMAIN] = "domain",
	[SG_COL_ACCOUNT] = "account",
	[SG_COL_SHARE] = "share",
	[SG_COL_DIALECT] = "dialect",
	[SG_COL_CIPHER] = "cipher",
	[SG_COL_SIGNING] = "signingAlgorithm",
	[SG_COL_OPTION] = "option",
	[SG_COL_SCOPE] = "scope",
	[SG_COL_REQUIRED] = "required",
	[SG_COL_ACTUAL] = "actual",
};

static int compare_columns(const struct sg_row *one, const struct sg_row *two)
{
	size_t i;

	for (i = 0; i < SG_COLUMNS; i++) {
		int order = strcmp(one->column[i], two->column[i]);

		if (order != 0) {
			return order;
		}
	}
	return 0;
}

/* denied, would_deny, unknown */
static int rank(const struct sg_row *row)
{
	switch (row->column[SG_COL_OUTCOME][0]) {
	case 'd':
		return 0;
	case 'w':
		return 1;
	default:
		return 2;
	}
}

static int compare_weight(const void *a, const void *b)
{
	const struct sg_row *one = *(struct sg_row *const *)a;
	const struct sg_row *two = *(struct sg_row *const *)b;
	int order = rank(one) - rank(two);

	if (order != 0) {
		return order;
	}
	if (one->others != two->others) {
		return one->others ? 1 : -1;
	}
	if (one->count != two->count) {
		return one->count < two->count ? 1 : -1;
	}
	return compare_columns(one, two);
}

static void count(struct sg_row *row, int64_t when)
{
	if (row->count == 0 || when < row->first) {
		row->first = when;
	}
	if (row->count == 0 || when > row->last) {
		row->last = when;
	}
	row->count++;
}

static void count_others(struct sg_rows *rows,
			 const struct sg_text *outcome,
			 int64_t when)
{
	static const char *const outcomes[] = {
		"denied",
		"would_deny",
		"unknown",
	};
	struct sg_row look = {.column = {outcome->text}};
	int which = rank(&look);
	struct sg_row *others = &rows->others[which];
	size_t i;

	for (i = 0; i < SG_COLUMNS; i++) {
		others->column[i] = "";
	}
	others->column[SG_COL_OUTCOME] = outcomes[which];
	others->others = true;
	count(others, when);
}

void sg_rows_add(struct sg_rows *rows,
		 const struct sg_text column[SG_COLUMNS],
		 int64_t when)
{
	struct sg_row *row = NULL;
	size_t i;

	rows->kinds.num_parts = SG_COLUMNS;
	rows->kinds.size = sizeof(*row);
	rows->kinds.limit = SG_REPORT_ROWS;
	row = sg_tally_at(&rows->kinds, column);
	if (row == NULL) {
		count_others(rows, &column[SG_COL_OUTCOME], when);
		return;
	}
	for (i = 0; row->count == 0 && i < SG_COLUMNS; i++) {
		row->column[i] = sg_tally_part(sg_tally_entry_of(row), i);
	}
	count(row, when);
}

bool sg_rows_sort(struct sg_rows *rows)
{
	const struct sg_tally_entry *e = NULL;
	size_t i;

	rows->rows = calloc(rows->kinds.num + 3, sizeof(struct sg_row *));
	if (rows->rows == NULL) {
		return false;
	}
	rows->num = 0;
	for (e = sg_tally_next(&rows->kinds, NULL); e != NULL;
	     e = sg_tally_next(&rows->kinds, e)) {
		rows->rows[rows->num++] = sg_tally_value(e);
	}
	for (i = 0; i < 3; i++) {
		if (rows->others[i].count > 0) {
			rows->rows[rows->num++] = &rows->others[i];
		}
	}
	qsort(rows->rows, rows->num, sizeof(struct sg_row *), compare_weight);
	return !rows->kinds.nomem;
}

void sg_rows_free(struct sg_rows *rows)
{
	sg_tally_free(&rows->kinds);
	free(rows->rows);
	rows->rows = NULL;
}

/* How many steps become one, so that each is of a length that people use. */
static int64_t next_step(int64_t step)
{
	static const struct {
		int64_t step;
		int64_t times;
	} steps[] = {
		{60, 5},
		{5 * 60, 3},
		{15 * 60, 4},
		{60 * 60, 3},
		{3 * 60 * 60, 2},
		{6 * 60 * 60, 4},
		{24 * 60 * 60, 7},
	};
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].step == step) {
			return steps[i].times;
		}
	}
	return 2;
}

/* Several steps become one, until both ends fit. */
static void widen(struct sg_timeline *t, int64_t from, int64_t to)
{
	while (to / t->step - from / t->step >= SG_TIMELINE_STEPS) {
		uint64_t wide[SG_TIMELINE_STEPS][2] = {{0}};
		int64_t times = next_step(t->step);
		int64_t begin = t->begin / times;
		int64_t i;

		for (i = t->begin; i <= t->last; i++) {
			const uint64_t *c = t->count[i - t->begin];

			wide[i / times - begin][0] += c[0];
			wide[i / times - begin][1] += c[1];
		}
		memcpy(t->count, wide, sizeof(wide));
		t->step *= times;
		t->begin = begin;
		t->last /= times;
	}
}

void sg_timeline_add(struct sg_timeline *t, int64_t when, bool denied)
{
	int64_t seconds = when / 1000000;
	int64_t at;

	if (t->step == 0) {
		t->step = 60;
		t->begin = seconds / t->step;
		t->last = t->begin;
	}
	if (seconds / t->step > t->last) {
		widen(t, t->begin * t->step, seconds);
	} else if (seconds / t->step < t->begin) {
		widen(t, seconds, t->last * t->step);
	}
	at = seconds / t->step;
	if (at < t->begin) {
		int64_t by = t->begin - at;

		memmove(t->count + by,
			t->count,
			(size_t)(t->last - t->begin + 1) * sizeof(t->count[0]));
		memset(t->count, 0, (size_t)by * sizeof(t->count[0]));
		t->begin = at;
	}
	if (at > t->last) {
		t->last = at;
	}
	t->count[at - t->begin][denied ? 0 : 1]++;
}
