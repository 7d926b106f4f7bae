/*
 * smbguard(8): report --files, its tables in their order
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: without memory for a list there is no table at all.
 */

#include "files.h"

#include <stdlib.h>
#include <string.h>

/* So many hours are told one by one; more are told by the day. */
#define HOURS_SHOWN 48

static int more(uint64_t a, uint64_t b)
{
	return a > b ? -1 : a < b;
}

static const struct sg_tally_entry *entry(const void *p)
{
	return *(const struct sg_tally_entry *const *)p;
}

/* So that the order is the same each time */
static int by_key(const struct sg_tally_entry *a,
		  const struct sg_tally_entry *b,
		  size_t parts)
{
	int order = 0;
	size_t i;

	for (i = 0; order == 0 && i < parts; i++) {
		order = strcmp(sg_tally_part(a, i), sg_tally_part(b, i));
	}
	return order;
}

/* The unencrypted first, then who did most */
static int by_sums(const void *a, const void *b)
{
	const struct sg_file_sums *one = sg_tally_value(entry(a));
	const struct sg_file_sums *two = sg_tally_value(entry(b));
	int order = more(one->unencrypted, two->unencrypted);

	if (order == 0) {
		order = more(sg_files_changes(one), sg_files_changes(two));
	}
	if (order == 0) {
		order = more(one->seen.count, two->seen.count);
	}
	return order != 0 ? order : by_key(entry(a), entry(b), 2);
}

static int by_name(const void *a, const void *b)
{
	return by_key(entry(a), entry(b), 1);
}

static int by_count(const void *a, const void *b)
{
	const struct sg_deeds *one = sg_tally_value(entry(a));
	const struct sg_deeds *two = sg_tally_value(entry(b));
	int order = more(one->seen.count, two->seen.count);

	return order != 0 ? order : by_key(entry(a), entry(b), SG_DEED_PARTS);
}

static int by_gravity(const void *a, const void *b)
{
	const struct sg_deeds *one = sg_tally_value(entry(a));
	const struct sg_deeds *two = sg_tally_value(entry(b));
	bool first = sg_deed_how(entry(a)) == SG_ENCRYPTED;
	bool second = sg_deed_how(entry(b)) == SG_ENCRYPTED;

	if (first != second) {
		return first ? 1 : -1;
	}
	if (sg_deed_did(entry(a)) != sg_deed_did(entry(b))) {
		return sg_deed_did(entry(a)) < sg_deed_did(entry(b)) ? -1 : 1;
	}
	if (one->seen.last != two->seen.last) {
		return one->seen.last > two->seen.last ? -1 : 1;
	}
	return by_key(entry(a), entry(b), SG_DEED_PARTS);
}

static bool any(const struct sg_tally_entry *e)
{
	return e != NULL;
}

static bool has_failed(const struct sg_tally_entry *e)
{
	return sg_tally_part(e, SG_DEED_STATUS)[0] != '\0';
}

static bool came_true(const struct sg_tally_entry *e)
{
	return !has_failed(e);
}

/* Of a tally, the entries that are wanted, in order, and not too many */
static bool fill_list(struct sg_files_sheets *sheets,
		      enum sg_files_sheet_id id,
		      const struct sg_tally *tally,
		      bool (*wanted)(const struct sg_tally_entry *e),
		      int (*order)(const void *a, const void *b),
		      size_t most)
{
	struct sg_sheet *sheet = &sheets->sheet[id];
	const void **rows =
		talloc_zero_array(sheets, const void *, tally->num + 1);
	const struct sg_tally_entry *e = NULL;
	size_t num = 0;

	if (rows == NULL) {
		return false;
	}
	for (e = sg_tally_next(tally, NULL); e != NULL;
	     e = sg_tally_next(tally, e)) {
		if (wanted(e)) {
			rows[num++] = e;
		}
	}
	qsort(rows, num, sizeof(rows[0]), order);
	sheet->rows = (const void *const *)rows;
	sheet->num_rows = most > 0 && num > most ? most : num;
	sheet->left_out = num - sheet->num_rows;
	return true;
}

static void add_sums(struct sg_file_sums *to, const struct sg_file_sums *from)
{
	size_t i;

	for (i = 0; i < SG_DIDS; i++) {
		to->did[i] += from->did[i];
	}
	to->failed += from->failed;
	to->unencrypted += from->unencrypted;
	to->bytes_read += from->bytes_read;
	to->bytes_written += from->bytes_written;
}

/* The days that the hours are of; false when out of memory. */
static bool make_days(struct sg_tally *days, const struct sg_tally *hours)
{
	const struct sg_tally_entry *e = NULL;

	for (e = sg_tally_next(hours, NULL); e != NULL;
	     e = sg_tally_next(hours, e)) {
		const struct sg_text key = {
			.text = sg_tally_part(e, 0),
			.len = strlen("2026-11-22"),
		};
		struct sg_file_sums *day = sg_tally_at(days, &key);

		if (day == NULL) {
			return false;
		}
		add_sums(day, sg_tally_value(e));
	}
	return true;
}

static int free_days(struct sg_files_sheets *sheets)
{
	sg_tally_free(&sheets->days);
	return 0;
}

struct sg_files_sheets *sg_files_sheets_new(TALLOC_CTX *mem_ctx,
					    const struct sg_report *r,
					    size_t most)
{
	struct sg_files_sheets *s =
		talloc_zero(mem_ctx, struct sg_files_sheets);
	const struct sg_files *f = r->files;
	const struct sg_tally *times = &f->by_hour;
	size_t i;
	bool ok = s != NULL;

	if (!ok) {
		return NULL;
	}
	memcpy(s->sheet, sg_files_sheet_kinds, sizeof(s->sheet));
	for (i = 0; i < SG_FILES_SHEETS; i++) {
		s->sheet[i].report = r;
	}
	s->days.num_parts = 1;
	s->days.size = sizeof(struct sg_file_sums);
	s->days.limit = SG_FILES_HOURS;
	talloc_set_destructor(s, free_days);
	if (times->num > HOURS_SHOWN) {
		ok = make_days(&s->days, times);
		times = &s->days;
	}
	ok = ok &&
	     fill_list(s,
		       SG_FILES_UNENCRYPTED,
		       &f->unencrypted,
		       any,
		       by_sums,
		       most) &&
	     fill_list(s,
		       SG_FILES_FAILED,
		       &f->rows,
		       has_failed,
		       by_count,
		       most) &&
	     fill_list(s,
		       SG_FILES_BY_ACCOUNT,
		       &f->by_account,
		       any,
		       by_sums,
		       most) &&
	     fill_list(s, SG_FILES_BY_TIME, times, any, by_name, 0) &&
	     fill_list(s, SG_FILES_BY_PATH, &f->by_path, any, by_sums, most) &&
	     fill_list(s,
		       SG_FILES_DEEDS,
		       &f->rows,
		       came_true,
		       by_gravity,
		       most);
	return ok ? s : NULL;
}
