/*
 * smbguard(8): report, one row for all accesses that are alike
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A balanced tree, because clients choose names, and a tree has no collisions
 * to choose. Memory grows with the kinds of refusal and not with the log, and
 * not beyond SG_REPORT_ROWS rows of short values.
 *
 * How it fails: out of memory is noted, and told by the caller.
 */

#define _GNU_SOURCE

#include "report.h"

#include <search.h>
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

static int compare_columns(const void *a, const void *b)
{
	const struct sg_row *one = a;
	const struct sg_row *two = b;
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

/* A row and its strings in one piece. */
static struct sg_row *copy_row(const struct sg_row *row)
{
	struct sg_row *copy = NULL;
	char *to = NULL;
	size_t size = sizeof(*row);
	size_t i;

	for (i = 0; i < SG_COLUMNS; i++) {
		size += strlen(row->column[i]) + 1;
	}
	copy = malloc(size);
	if (copy == NULL) {
		return NULL;
	}
	*copy = *row;
	to = (char *)(copy + 1);
	for (i = 0; i < SG_COLUMNS; i++) {
		copy->column[i] = to;
		to = stpcpy(to, row->column[i]) + 1;
	}
	return copy;
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
			 const struct sg_row *row,
			 int64_t when)
{
	static const char *const outcomes[] = {
		"denied",
		"would_deny",
		"unknown",
	};
	int which = rank(row);
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
		 const char *const column[SG_COLUMNS],
		 int64_t when)
{
	struct sg_row row = {.count = 0};
	struct sg_row *copy = NULL;
	struct sg_row **found = NULL;

	memcpy(row.column, column, sizeof(row.column));
	found = tfind(&row, &rows->tree, compare_columns);
	if (found != NULL) {
		count(*found, when);
		return;
	}
	if (rows->num >= SG_REPORT_ROWS) {
		count_others(rows, &row, when);
		return;
	}
	copy = copy_row(&row);
	if (copy != NULL) {
		found = tsearch(copy, &rows->tree, compare_columns);
	}
	if (found == NULL) {
		free(copy);
		rows->nomem = true;
		return;
	}
	rows->num++;
	count(copy, when);
}

static void take_row(const void *node, VISIT which, void *data)
{
	struct sg_rows *rows = data;

	if (which == postorder || which == leaf) {
		rows->rows[rows->num++] = *(struct sg_row *const *)node;
	}
}

bool sg_rows_sort(struct sg_rows *rows)
{
	size_t i;

	rows->rows = calloc(rows->num + 3, sizeof(struct sg_row *));
	if (rows->rows == NULL) {
		return false;
	}
	rows->num = 0;
	twalk_r(rows->tree, take_row, rows);
	for (i = 0; i < 3; i++) {
		if (rows->others[i].count > 0) {
			rows->rows[rows->num++] = &rows->others[i];
		}
	}
	qsort(rows->rows, rows->num, sizeof(struct sg_row *), compare_weight);
	return !rows->nomem;
}

void sg_rows_free(struct sg_rows *rows)
{
	tdestroy(rows->tree, free);
	free(rows->rows);
	*rows = (struct sg_rows){.tree = NULL};
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
