/*
 * smbguard(8): report --files, what the rows of its tables say
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names were chosen by clients: what comes from a record goes through
 * sg_report_shown().
 *
 * How it fails: a cell without memory is empty.
 */

#include "files.h"

#include <inttypes.h>

static const char *number(TALLOC_CTX *mem_ctx, uint64_t count)
{
	return talloc_asprintf(mem_ctx, "%" PRIu64, count);
}

static const char *time_of(TALLOC_CTX *mem_ctx, int64_t when)
{
	char text[SG_TIME_SIZE];

	return talloc_strdup(mem_ctx, sg_time_text(when, text));
}

static const char *account_of(TALLOC_CTX *mem_ctx,
			      const struct sg_tally_entry *e)
{
	const struct sg_row row = {
		.column =
			{
				[SG_COL_DOMAIN] =
					sg_tally_part(e, SG_DEED_DOMAIN),
				[SG_COL_ACCOUNT] =
					sg_tally_part(e, SG_DEED_ACCOUNT),
			},
	};

	return sg_report_account(mem_ctx, &row);
}

uint64_t sg_files_changes(const struct sg_file_sums *s)
{
	return s->did[SG_DID_DELETE] + s->did[SG_DID_RENAME] +
	       s->did[SG_DID_CREATE] + s->did[SG_DID_CHANGE] +
	       s->did[SG_DID_RIGHTS] + s->did[SG_DID_ATTRIBUTES];
}

static void fill_unencrypted(TALLOC_CTX *mem_ctx,
			     const struct sg_sheet *sheet,
			     size_t i,
			     const char *cells[SG_SHEET_COLUMNS])
{
	const struct sg_tally_entry *e = sheet->rows[i];
	const struct sg_file_sums *s = sg_tally_value(e);
	const char *how = sg_tally_part(e, 5);

	cells[0] = number(mem_ctx, s->seen.count);
	cells[1] = sg_how_name(sg_how_of(how));
	cells[2] = account_of(mem_ctx, e);
	cells[3] =
		sg_report_client(mem_ctx, sheet->report, sg_tally_part(e, 2));
	cells[4] = sg_report_shown(mem_ctx, sg_tally_part(e, 3));
	cells[5] = sg_report_shown(mem_ctx, sg_tally_part(e, 4));
	cells[6] = number(mem_ctx, s->did[SG_DID_READ]);
	cells[7] = number(mem_ctx, sg_files_changes(s));
	cells[8] = number(mem_ctx, s->failed);
	cells[9] = number(mem_ctx, s->bytes_read);
	cells[10] = number(mem_ctx, s->bytes_written);
	cells[11] = time_of(mem_ctx, s->seen.first);
	cells[12] = time_of(mem_ctx, s->seen.last);
}

static void fill_failed(TALLOC_CTX *mem_ctx,
			const struct sg_sheet *sheet,
			size_t i,
			const char *cells[SG_SHEET_COLUMNS])
{
	const struct sg_tally_entry *e = sheet->rows[i];
	const struct sg_deeds *d = sg_tally_value(e);

	cells[0] = number(mem_ctx, d->seen.count);
	cells[1] = sg_tried_name(sg_deed_did(e));
	cells[2] = sg_report_shown(mem_ctx, sg_tally_part(e, SG_DEED_STATUS));
	cells[3] = account_of(mem_ctx, e);
	cells[4] = sg_report_client(mem_ctx,
				    sheet->report,
				    sg_tally_part(e, SG_DEED_CLIENT));
	cells[5] = time_of(mem_ctx, d->seen.first);
	cells[6] = time_of(mem_ctx, d->seen.last);
	cells[7] = sg_report_shown(mem_ctx, sg_tally_part(e, SG_DEED_SHARE));
	cells[8] = sg_report_shown(mem_ctx, sg_tally_part(e, SG_DEED_PATH));
}

/* What accounts, files and times have alike, from column c on */
static size_t fill_sums(TALLOC_CTX *mem_ctx,
			const struct sg_file_sums *s,
			size_t c,
			const char *cells[SG_SHEET_COLUMNS])
{
	cells[c++] = number(mem_ctx, s->did[SG_DID_READ]);
	cells[c++] = number(mem_ctx, s->did[SG_DID_CHANGE]);
	cells[c++] = number(mem_ctx, s->did[SG_DID_CREATE]);
	cells[c++] = number(mem_ctx, s->did[SG_DID_RENAME]);
	cells[c++] = number(mem_ctx, s->did[SG_DID_DELETE]);
	cells[c++] = number(mem_ctx,
			    s->did[SG_DID_RIGHTS] + s->did[SG_DID_ATTRIBUTES]);
	cells[c++] = number(mem_ctx, s->failed);
	cells[c++] = number(mem_ctx, s->unencrypted);
	cells[c++] = number(mem_ctx, s->bytes_read);
	cells[c++] = number(mem_ctx, s->bytes_written);
	return c;
}

static void fill_account(TALLOC_CTX *mem_ctx,
			 const struct sg_sheet *sheet,
			 size_t i,
			 const char *cells[SG_SHEET_COLUMNS])
{
	const struct sg_tally_entry *e = sheet->rows[i];
	const struct sg_file_sums *s = sg_tally_value(e);
	size_t c;

	cells[0] = account_of(mem_ctx, e);
	c = fill_sums(mem_ctx, s, 1, cells);
	cells[c] = time_of(mem_ctx, s->seen.last);
}

static void fill_time(TALLOC_CTX *mem_ctx,
		      const struct sg_sheet *sheet,
		      size_t i,
		      const char *cells[SG_SHEET_COLUMNS])
{
	const struct sg_tally_entry *e = sheet->rows[i];

	cells[0] = sg_tally_part(e, 0);
	(void)fill_sums(mem_ctx, sg_tally_value(e), 1, cells);
}

static void fill_path(TALLOC_CTX *mem_ctx,
		      const struct sg_sheet *sheet,
		      size_t i,
		      const char *cells[SG_SHEET_COLUMNS])
{
	const struct sg_tally_entry *e = sheet->rows[i];
	const struct sg_file_sums *s = sg_tally_value(e);
	size_t c = fill_sums(mem_ctx, s, 0, cells);

	cells[c++] = time_of(mem_ctx, s->seen.last);
	cells[c++] = sg_report_shown(mem_ctx, sg_tally_part(e, 0));
	cells[c] = sg_report_shown(mem_ctx, sg_tally_part(e, 1));
}

/* "SMB3_11 AES-128-GCM", "SMB2_10, signed only" */
static const char *used(TALLOC_CTX *mem_ctx, const struct sg_tally_entry *e)
{
	const char *dialect = sg_tally_part(e, SG_DEED_DIALECT);
	const char *cipher = sg_tally_part(e, SG_DEED_CIPHER);
	enum sg_protected how = sg_deed_how(e);
	const char *text = talloc_asprintf(
		mem_ctx,
		"%s%s%s",
		dialect[0] != '\0' ? dialect : "no dialect",
		how == SG_ENCRYPTED ? " " : ", ",
		how == SG_ENCRYPTED && cipher[0] != '\0' ? cipher
							 : sg_how_name(how));

	return text != NULL ? sg_report_shown(mem_ctx, text) : "";
}

static void fill_deed(TALLOC_CTX *mem_ctx,
		      const struct sg_sheet *sheet,
		      size_t i,
		      const char *cells[SG_SHEET_COLUMNS])
{
	const struct sg_tally_entry *e = sheet->rows[i];
	const struct sg_deeds *d = sg_tally_value(e);

	cells[0] = number(mem_ctx, d->seen.count);
	cells[1] = sg_did_name(sg_deed_did(e));
	cells[2] = account_of(mem_ctx, e);
	cells[3] = sg_report_client(mem_ctx,
				    sheet->report,
				    sg_tally_part(e, SG_DEED_CLIENT));
	cells[4] = used(mem_ctx, e);
	cells[5] = number(mem_ctx, d->bytes_read);
	cells[6] = number(mem_ctx, d->bytes_written);
	cells[7] = time_of(mem_ctx, d->seen.first);
	cells[8] = time_of(mem_ctx, d->seen.last);
	cells[9] = sg_report_shown(mem_ctx, sg_tally_part(e, SG_DEED_SHARE));
	cells[10] = sg_report_shown(mem_ctx, sg_tally_part(e, SG_DEED_PATH));
	cells[11] =
		sg_report_shown(mem_ctx, sg_tally_part(e, SG_DEED_NEW_PATH));
}

#define N SG_CELL_NUMBER
#define T SG_CELL_TIME

static const struct sg_sheet_column unencrypted_columns[] = {
	{"Operations", N},
	{"Protection", 0},
	{"Account", 0},
	{"Client", 0},
	{"Share", 0},
	{"Dialect", 0},
	{"Read", N},
	{"Changes", N},
	{"Failed", N},
	{"Bytes read", N},
	{"Bytes written", N},
	{"First seen", T},
	{"Last seen", T},
};

static const struct sg_sheet_column failed_columns[] = {
	{"Times", N},
	{"Tried", 0},
	{"Status", 0},
	{"Account", 0},
	{"Client", 0},
	{"First seen", T},
	{"Last seen", T},
	{"Share", 0},
	{"Path", 0},
};

#define SUMS                                                         \
	{"Read", N}, {"Changed", N}, {"Created", N}, {"Renamed", N}, \
		{"Deleted", N}, {"Rights", N}, {"Failed", N},        \
		{"Unencrypted", N}, {"Bytes read", N},               \
	{                                                            \
		"Bytes written", N                                   \
	}

static const struct sg_sheet_column account_columns[] = {
	{"Account", 0},
	SUMS,
	{"Last seen", T},
};

static const struct sg_sheet_column time_columns[] = {{"From", T}, SUMS};

static const struct sg_sheet_column path_columns[] = {
	SUMS,
	{"Last seen", T},
	{"Share", 0},
	{"Path", 0},
};

static const struct sg_sheet_column deed_columns[] = {
	{"Times", N},
	{"What", 0},
	{"Account", 0},
	{"Client", 0},
	{"Protection", 0},
	{"Bytes read", N},
	{"Bytes written", N},
	{"First seen", T},
	{"Last seen", T},
	{"Share", 0},
	{"Path", 0},
	{"New path", 0},
};

#define COLUMNS(list) \
	.columns = list, .num_columns = sizeof(list) / sizeof(list[0])

const struct sg_sheet sg_files_sheet_kinds[SG_FILES_SHEETS] = {
	[SG_FILES_UNENCRYPTED] =
		{
			.id = "unencrypted",
			.title = "Unencrypted accesses",
			.note = "What crossed the network without encryption, "
				"or where it is not known.",
			COLUMNS(unencrypted_columns),
			.fill = fill_unencrypted,
		},
	[SG_FILES_FAILED] =
		{
			.id = "failed",
			.title = "Refused or failed",
			.note = "What smbguard, smbd or the file system did "
				"not do.",
			COLUMNS(failed_columns),
			.fill = fill_failed,
		},
	[SG_FILES_BY_ACCOUNT] =
		{
			.id = "accounts",
			.title = "By account",
			.note = "An open and its close are one access: changed "
				"if anything was written, else read if "
				"anything was read. Rights: attributes and "
				"times, too.",
			COLUMNS(account_columns),
			.fill = fill_account,
		},
	[SG_FILES_BY_TIME] =
		{
			.id = "times",
			.title = "By time",
			COLUMNS(time_columns),
			.fill = fill_time,
		},
	[SG_FILES_BY_PATH] =
		{
			.id = "paths",
			.title = "By file",
			COLUMNS(path_columns),
			.fill = fill_path,
		},
	[SG_FILES_DEEDS] =
		{
			.id = "deeds",
			.title = "Who did what",
			.note = "The unencrypted first, of these what was "
				"deleted, renamed, created and changed before "
				"what was read.",
			COLUMNS(deed_columns),
			.fill = fill_deed,
		},
};
