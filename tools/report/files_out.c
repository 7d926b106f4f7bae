/*
 * smbguard(8): report --files, for people
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A summary, and the tables that have rows: as text with the beginning of
 * each, and as a page with more of them.
 *
 * How it fails: false when out of memory, or where the output fails.
 */

#include "files.h"

#include <inttypes.h>

#include "html.h"
#include "inforce.h"

/* Rows of a table at most */
#define ROWS_OF_TEXT 40
#define ROWS_OF_PAGE 5000

const char *sg_files_nothing(const struct sg_report *r)
{
	const struct sg_files *f = r->files;

	if (f->events > 0) {
		return NULL;
	}
	if (r->lines == 0 || r->record.count == 0) {
		return sg_report_nothing(r);
	}
	if (f->recorded > 0) {
		return "There is no event of a file of what is asked for; of "
		       "others there are.";
	}
	if (r->in_force->error == NULL && r->in_force->files) {
		return "There is no event of a file, though smb.conf asks for "
		       "them: they begin with the next tree connect.";
	}
	return "There is no event of a file. Set \"smbguard:file events = "
	       "all\" (or changes) in smb.conf; see smbguard.conf(5).";
}

static bool add_answer(TALLOC_CTX *mem_ctx,
		       const struct sg_report *r,
		       struct sg_summary *s)
{
	const struct sg_file_sums *all = &r->files->all;
	const char *nothing = sg_files_nothing(r);

	if (nothing != NULL) {
		return sg_summary_add(mem_ctx,
				      s,
				      "Answer",
				      "None. %s",
				      nothing);
	}
	return sg_summary_add(
		mem_ctx,
		s,
		"Answer",
		"Operations on files: %" PRIu64 ", accounts: %zu; "
		"not encrypted: %" PRIu64 ", refused or failed: %" PRIu64 ".",
		all->seen.count,
		r->files->by_account.num,
		all->unencrypted,
		all->failed);
}

static bool add_deeds(TALLOC_CTX *mem_ctx,
		      const struct sg_report *r,
		      struct sg_summary *s)
{
	const struct sg_file_sums *all = &r->files->all;
	const uint64_t *did = all->did;

	return sg_summary_add(mem_ctx,
			      s,
			      "Done",
			      "read %" PRIu64 ", changed %" PRIu64
			      ", created %" PRIu64 ", renamed %" PRIu64
			      ", deleted %" PRIu64 ", rights or attributes "
			      "%" PRIu64 ", opened only %" PRIu64,
			      did[SG_DID_READ],
			      did[SG_DID_CHANGE],
			      did[SG_DID_CREATE],
			      did[SG_DID_RENAME],
			      did[SG_DID_DELETE],
			      did[SG_DID_RIGHTS] + did[SG_DID_ATTRIBUTES],
			      did[SG_DID_OPEN]) &&
	       sg_summary_add(mem_ctx,
			      s,
			      "Bytes",
			      "%" PRIu64 " read, %" PRIu64 " written, of files "
			      "that were closed",
			      all->bytes_read,
			      all->bytes_written);
}

static bool add_limits(TALLOC_CTX *mem_ctx,
		       const struct sg_report *r,
		       struct sg_summary *s)
{
	const struct sg_files *f = r->files;

	return sg_summary_add(mem_ctx,
			      s,
			      "Files",
			      "%s%zu%s",
			      f->by_path.full ? "more than " : "",
			      f->by_path.num,
			      sg_files_is_cut(f)
				      ? "; there are more rows than are kept, "
					"the sums are of all: narrow it with "
					"--share, --path, --account, --since"
				      : "");
}

bool sg_files_summary(TALLOC_CTX *mem_ctx,
		      const struct sg_report *r,
		      struct sg_summary *s)
{
	*s = (struct sg_summary){.num = 0};
	return add_answer(mem_ctx, r, s) && sg_summary_head(mem_ctx, r, s) &&
	       add_deeds(mem_ctx, r, s) && add_limits(mem_ctx, r, s) &&
	       sg_summary_add(mem_ctx,
			      s,
			      "Gaps",
			      "records lost %" PRIu64,
			      r->seen.lost);
}

bool sg_files_text(const struct sg_report *r, FILE *out)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct sg_files_sheets *sheets =
		sg_files_sheets_new(frame, r, ROWS_OF_TEXT);
	struct sg_summary summary = {.num = 0};
	bool ok = sheets != NULL && sg_files_summary(frame, r, &summary);
	size_t i;

	sg_text_summary(&summary, out);
	for (i = 0; ok && i < SG_FILES_SHEETS; i++) {
		if (sheets->sheet[i].num_rows > 0) {
			sg_text_sheet(&sheets->sheet[i], out);
		}
	}
	talloc_free(frame);
	return ok && ferror(out) == 0;
}

bool sg_files_html(const struct sg_report *r, FILE *out)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct sg_files_sheets *sheets =
		sg_files_sheets_new(frame, r, ROWS_OF_PAGE);
	struct sg_summary summary = {.num = 0};
	bool ok = sheets != NULL && sg_files_summary(frame, r, &summary);
	size_t i;

	if (!ok) {
		talloc_free(frame);
		return false;
	}
	sg_html_head(out, sheets->sheet, SG_FILES_SHEETS);
	sg_html_summary(out, &summary);
	if (r->partial) {
		fprintf(out,
			"<p><strong>Not all could be read.</strong></p>\n");
	}
	for (i = 0; i < SG_FILES_SHEETS; i++) {
		sg_html_sheet(out, &sheets->sheet[i]);
	}
	sg_html_end(out);
	talloc_free(frame);
	return ferror(out) == 0;
}
