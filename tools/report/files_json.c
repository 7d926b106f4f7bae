/*
 * smbguard(8): report --files, for programs
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All rows that are kept. csv has those of who did what, and of what failed.
 *
 * How it fails: an error of the output is the caller's to tell.
 */

#include "files.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/json_text.h"
#include "csv.h"
#include "smbguard_config.h"

static const char *const part_names[SG_DEED_TEXTS] = {
	[SG_DEED_DOMAIN] = "domain",
	[SG_DEED_ACCOUNT] = "account",
	[SG_DEED_CLIENT] = "clientAddress",
	[SG_DEED_SHARE] = "share",
	[SG_DEED_PATH] = "path",
	[SG_DEED_NEW_PATH] = "newPath",
	[SG_DEED_STATUS] = "status",
	[SG_DEED_DIALECT] = "dialect",
	[SG_DEED_CIPHER] = "cipher",
};

static void put_count(json_t *object, const char *name, uint64_t count)
{
	json_object_set_new(object, name, json_integer((json_int_t)count));
}

static void put_text(json_t *object, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0') {
		json_object_set_new(object,
				    name,
				    sg_json_string(text, strlen(text)));
	}
}

static void put_time(json_t *object, const char *name, int64_t when)
{
	char text[SG_TIME_SIZE];

	put_text(object, name, sg_time_text(when, text));
}

static void put_seen(json_t *object, const struct sg_count *count)
{
	put_count(object, "count", count->count);
	if (count->count > 0) {
		put_time(object, "firstSeen", count->first);
		put_time(object, "lastSeen", count->last);
	}
}

static void put_sums(json_t *object, const struct sg_file_sums *s)
{
	static const char *const names[SG_DIDS] = {
		[SG_DID_DELETE] = "deleted",
		[SG_DID_RENAME] = "renamed",
		[SG_DID_CREATE] = "created",
		[SG_DID_CHANGE] = "changed",
		[SG_DID_RIGHTS] = "rights",
		[SG_DID_ATTRIBUTES] = "attributes",
		[SG_DID_READ] = "read",
		[SG_DID_OPEN] = "opened",
	};
	size_t i;

	put_seen(object, &s->seen);
	for (i = 0; i < SG_DIDS; i++) {
		put_count(object, names[i], s->did[i]);
	}
	put_count(object, "failed", s->failed);
	put_count(object, "unencrypted", s->unencrypted);
	put_count(object, "bytesRead", s->bytes_read);
	put_count(object, "bytesWritten", s->bytes_written);
}

/* What the sums of a row are of: the parts of its key */
struct names {
	const char *const *list;
	size_t num;
};

static json_t *json_of_sums(const struct sg_tally_entry *e,
			    const struct names *names)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < names->num; i++) {
		const char *text = sg_tally_part(e, i);

		/* It is a letter. */
		if (strcmp(names->list[i], "protection") == 0) {
			text = sg_how_name(sg_how_of(text));
		}
		put_text(object, names->list[i], text);
	}
	put_sums(object, sg_tally_value(e));
	return object;
}

static json_t *json_times(const struct sg_tally *hours)
{
	const struct sg_tally_entry *e = NULL;
	json_t *list = json_array();

	for (e = sg_tally_next(hours, NULL); e != NULL;
	     e = sg_tally_next(hours, e)) {
		json_t *object = json_object();

		put_text(object, "from", sg_tally_part(e, 0));
		put_sums(object, sg_tally_value(e));
		json_array_append_new(list, object);
	}
	return list;
}

static void put_head(json_t *head, const struct sg_report *r)
{
	json_t *period = json_object();
	json_t *all = json_object();

	put_text(head, "smbguard", SMBGUARD_VERSION);
	put_time(head, "made", r->made);
	if (r->have_since) {
		put_time(period, "since", r->since);
	}
	if (r->have_until) {
		put_time(period, "until", r->until);
	}
	if (r->record.count > 0) {
		put_time(period, "recordBegins", r->record.first);
		put_time(period, "recordEnds", r->record.last);
	}
	json_object_set_new(head, "period", period);
	put_text(head, "nothing", sg_files_nothing(r));
	json_object_set_new(head, "partial", json_boolean(r->partial));
	put_count(head, "lines", r->lines);
	put_count(head, "badLines", r->bad_lines);
	put_count(head, "recordsLost", r->seen.lost);
	put_count(head, "fileEvents", r->files->events);
	json_object_set_new(head,
			    "cut",
			    json_boolean(sg_files_is_cut(r->files)));
	put_sums(all, &r->files->all);
	json_object_set_new(head, "all", all);
}

static json_t *json_deed(const struct sg_tally_entry *e)
{
	const struct sg_deeds *d = sg_tally_value(e);
	enum sg_did did = sg_deed_did(e);
	bool failed = sg_tally_part(e, SG_DEED_STATUS)[0] != '\0';
	json_t *object = json_object();
	size_t i;

	put_text(object,
		 failed ? "tried" : "did",
		 failed ? sg_tried_name(did) : sg_did_name(did));
	for (i = 0; i < SG_DEED_TEXTS; i++) {
		put_text(object, part_names[i], sg_tally_part(e, i));
	}
	put_text(object, "protection", sg_how_name(sg_deed_how(e)));
	put_count(object, "bytesRead", d->bytes_read);
	put_count(object, "bytesWritten", d->bytes_written);
	put_seen(object, &d->seen);
	return object;
}

/* One row in a line, so that they are not in memory twice. */
static void write_rows(FILE *out,
		       const char *name,
		       const struct sg_sheet *sheet,
		       const struct names *names)
{
	size_t i;

	fprintf(out, ",\"%s\":[", name);
	for (i = 0; i < sheet->num_rows; i++) {
		json_t *row = names != NULL
				      ? json_of_sums(sheet->rows[i], names)
				      : json_deed(sheet->rows[i]);

		fprintf(out, "%s\n", i > 0 ? "," : "");
		(void)json_dumpf(row, out, JSON_COMPACT | JSON_ENSURE_ASCII);
		json_decref(row);
	}
	fprintf(out, "\n]");
}

static void write_sheets(FILE *out, const struct sg_sheet *sheets)
{
	static const char *const unencrypted[] = {"domain",
						  "account",
						  "clientAddress",
						  "share",
						  "dialect",
						  "protection"};
	static const char *const account[] = {"domain", "account"};
	static const char *const path[] = {"share", "path"};
	const struct names names[] = {{unencrypted, 6},
				      {account, 2},
				      {path, 2}};

	write_rows(out,
		   "unencrypted",
		   &sheets[SG_FILES_UNENCRYPTED],
		   &names[0]);
	write_rows(out, "failed", &sheets[SG_FILES_FAILED], NULL);
	write_rows(out, "accounts", &sheets[SG_FILES_BY_ACCOUNT], &names[1]);
	write_rows(out, "paths", &sheets[SG_FILES_BY_PATH], &names[2]);
	write_rows(out, "rows", &sheets[SG_FILES_DEEDS], NULL);
}

bool sg_files_json(const struct sg_report *r, FILE *out)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct sg_files_sheets *s = sg_files_sheets_new(frame, r, 0);
	json_t *head = json_object();
	char *text = NULL;
	bool ok;

	if (s != NULL) {
		put_head(head, r);
		json_object_set_new(head,
				    "times",
				    json_times(&r->files->by_hour));
		text = json_dumps(head, JSON_COMPACT | JSON_ENSURE_ASCII);
	}
	json_decref(head);
	if (text != NULL) {
		/* Without its closing bracket, which comes after the rows */
		fprintf(out, "%.*s", (int)strlen(text) - 1, text);
		write_sheets(out, s->sheet);
		fprintf(out, "}\n");
	}
	talloc_free(frame);
	ok = text != NULL && ferror(out) == 0;
	free(text);
	return ok;
}

static void csv_row(FILE *out, const struct sg_tally_entry *e)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const struct sg_deeds *d = sg_tally_value(e);
	char first[SG_TIME_SIZE];
	char last[SG_TIME_SIZE];
	size_t i;

	sg_csv_cell(out, sg_tried_name(sg_deed_did(e)), true);
	for (i = 0; i < SG_DEED_TEXTS; i++) {
		sg_csv_cell(out,
			    sg_report_shown(frame, sg_tally_part(e, i)),
			    false);
	}
	sg_csv_cell(out, sg_how_name(sg_deed_how(e)), false);
	fprintf(out,
		",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%s,%s\r\n",
		d->bytes_read,
		d->bytes_written,
		d->seen.count,
		sg_time_text(d->seen.first, first),
		sg_time_text(d->seen.last, last));
	talloc_free(frame);
}

bool sg_files_csv(const struct sg_report *r, FILE *out)
{
	static const enum sg_files_sheet_id both[] = {SG_FILES_FAILED,
						      SG_FILES_DEEDS};
	TALLOC_CTX *frame = talloc_new(NULL);
	struct sg_files_sheets *s = sg_files_sheets_new(frame, r, 0);
	size_t i;
	size_t row;

	fprintf(out, "action");
	for (i = 0; i < SG_DEED_TEXTS; i++) {
		fprintf(out, ",%s", part_names[i]);
	}
	fprintf(out,
		",protection,bytesRead,bytesWritten,count,firstSeen,"
		"lastSeen\r\n");
	for (i = 0; s != NULL && i < 2; i++) {
		const struct sg_sheet *sheet = &s->sheet[both[i]];

		for (row = 0; row < sheet->num_rows; row++) {
			csv_row(out, sheet->rows[row]);
		}
	}
	talloc_free(frame);
	return s != NULL && ferror(out) == 0;
}
