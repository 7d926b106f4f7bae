/*
 * smbguard(8): report, its tables
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table is a list of pointers and a function that makes cells of one, so
 * that a hundred thousand rows are never in memory as text.
 *
 * How it fails: without memory for a list there is no table at all.
 */

#include "sheets.h"

#include <stdlib.h>
#include <string.h>

#include "inforce.h"

/* A list of num pointers, for the caller to fill in. */
static const void **list(struct sg_sheet *sheet,
			 TALLOC_CTX *mem_ctx,
			 size_t num)
{
	const void **rows = talloc_zero_array(mem_ctx, const void *, num + 1);

	sheet->rows = (const void *const *)rows;
	sheet->num_rows = rows != NULL ? num : 0;
	return rows;
}

static bool list_tally(struct sg_sheet *sheet,
		       TALLOC_CTX *mem_ctx,
		       const struct sg_tally *tally,
		       int (*order)(const void *a, const void *b))
{
	const void **rows = list(sheet, mem_ctx, tally->num);
	const struct sg_tally_entry *e = NULL;
	size_t i = 0;

	if (rows == NULL) {
		return false;
	}
	for (e = sg_tally_next(tally, NULL); e != NULL;
	     e = sg_tally_next(tally, e)) {
		rows[i++] = e;
	}
	qsort(rows, i, sizeof(rows[0]), order);
	return true;
}

static bool list_array(struct sg_sheet *sheet,
		       TALLOC_CTX *mem_ctx,
		       const void *array,
		       size_t num,
		       size_t size)
{
	const void **rows = list(sheet, mem_ctx, num);
	size_t i;

	for (i = 0; rows != NULL && i < num; i++) {
		rows[i] = (const char *)array + i * size;
	}
	return rows != NULL;
}

static bool list_rows(struct sg_sheet *sheet,
		      TALLOC_CTX *mem_ctx,
		      const struct sg_rows *all)
{
	const void **rows = list(sheet, mem_ctx, all->num);
	size_t i;

	for (i = 0; rows != NULL && i < all->num; i++) {
		rows[i] = all->rows[i];
	}
	return rows != NULL;
}

static int more(uint64_t a, uint64_t b)
{
	return a > b ? -1 : a < b;
}

/* By name, so that two reports can be laid beside each other. */
static int by_name(const void *a, const void *b)
{
	return strcmp(
		sg_tally_part(*(const struct sg_tally_entry *const *)a, 0),
		sg_tally_part(*(const struct sg_tally_entry *const *)b, 0));
}

static int by_refusals(const void *a, const void *b)
{
	const struct sg_client *one =
		sg_tally_value(*(const struct sg_tally_entry *const *)a);
	const struct sg_client *two =
		sg_tally_value(*(const struct sg_tally_entry *const *)b);
	int order = more(one->denied, two->denied);

	if (order == 0) {
		order = more(one->would_deny, two->would_deny);
	}
	if (order == 0) {
		order = more(one->unready, two->unready);
	}
	return order != 0 ? order : by_name(a, b);
}

static int by_time(const void *a, const void *b)
{
	const struct sg_notice *one =
		sg_tally_value(*(const struct sg_tally_entry *const *)a);
	const struct sg_notice *two =
		sg_tally_value(*(const struct sg_tally_entry *const *)b);

	return more((uint64_t)one->seen.last, (uint64_t)two->seen.last);
}

void sg_report_period(const struct sg_report *r, int64_t *from, int64_t *to)
{
	const struct sg_count *events = &r->seen.events;

	*from = events->first;
	if (r->have_since && r->since > r->record.first) {
		*from = r->since;
	}
	*to = r->have_until && r->until < r->made ? r->until : r->made;
	if (*to < events->last) {
		*to = events->last;
	}
}

struct sg_sheets *sg_sheets_new(TALLOC_CTX *mem_ctx, const struct sg_report *r)
{
	struct sg_sheets *s = talloc_zero(mem_ctx, struct sg_sheets);
	const struct sg_seen *seen = &r->seen;
	struct sg_exception_row *exceptions = NULL;
	struct sg_sheet *sheet = NULL;
	size_t num = 0;
	int64_t from = 0;
	int64_t to = 0;
	bool ok;

	if (s == NULL) {
		return NULL;
	}
	sheet = s->sheet;
	memcpy(sheet, sg_sheet_kinds, sizeof(sg_sheet_kinds));
	for (num = 0; num < SG_SHEETS; num++) {
		sheet[num].report = r;
	}
	exceptions = sg_exception_rows(s, r, &num);
	ok = exceptions != NULL && list_array(&sheet[SG_SHEET_EXCEPTIONS],
					      s,
					      exceptions,
					      num,
					      sizeof(exceptions[0]));
	if (seen->events.count > 0) {
		sg_report_period(r, &from, &to);
		s->num_silences = sg_seen_silences(seen, from, to, s->silences);
	}
	ok = ok && list_rows(&sheet[SG_SHEET_ROWS], s, &r->rows) &&
	     list_array(&sheet[SG_SHEET_SILENCES],
			s,
			s->silences,
			s->num_silences,
			sizeof(s->silences[0])) &&
	     list_array(&sheet[SG_SHEET_POLICY],
			s,
			r->in_force->rows,
			r->in_force->num_rows,
			sizeof(r->in_force->rows[0])) &&
	     list_tally(&sheet[SG_SHEET_SHARES], s, &seen->shares, by_name) &&
	     list_tally(&sheet[SG_SHEET_CLIENTS],
			s,
			&seen->clients,
			by_refusals) &&
	     list_tally(&sheet[SG_SHEET_NOTICES], s, &seen->notices, by_time);
	return ok ? s : NULL;
}
