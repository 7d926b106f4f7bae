/*
 * smbguard(8): report, its summary and tables, for every format that has them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_REPORT_SHEETS_H
#define SMBGUARD_TOOLS_REPORT_SHEETS_H

#include "report.h"

#define SG_SHEET_COLUMNS 13

enum sg_cell {
	SG_CELL_TEXT = 0,
	SG_CELL_NUMBER,
	SG_CELL_TIME,
	SG_CELL_OUTCOME,
};

struct sg_sheet_column {
	const char *title; /* "First seen" */
	enum sg_cell type;
};

struct sg_sheet {
	const char *id;
	const char *title;
	const char *note; /* a sentence, or NULL */
	const struct sg_sheet_column *columns;
	size_t num_columns;
	size_t num_rows;
	size_t left_out; /* further rows, for which there is no room */
	bool in_text;	 /* for people at a terminal as well */
	/* Fills in shown texts of one row; those left NULL are empty. */
	void (*fill)(TALLOC_CTX *mem_ctx,
		     const struct sg_sheet *sheet,
		     size_t row,
		     const char *cells[SG_SHEET_COLUMNS]);
	const struct sg_report *report;
	const void *const *rows; /* what fill() makes of it */
};

enum sg_sheet_id {
	SG_SHEET_ROWS = 0,
	SG_SHEET_SHARES,
	SG_SHEET_CLIENTS,
	SG_SHEET_EXCEPTIONS,
	SG_SHEET_NOTICES,
	SG_SHEET_SILENCES,
	SG_SHEET_POLICY,
	SG_SHEETS,
};

/* Each without its rows: see cells.c */
extern const struct sg_sheet sg_sheet_kinds[SG_SHEETS];

/* All of them, made from a report; NULL when out of memory. */
struct sg_sheets {
	struct sg_sheet sheet[SG_SHEETS];
	struct sg_silence silences[SG_SILENCES];
	size_t num_silences;
};

struct sg_sheets *sg_sheets_new(TALLOC_CTX *mem_ctx,
				const struct sg_report *report);

/* One exception: of the record, of smb.conf, or of both */
struct sg_exception_row {
	const char *name;
	const char *until;
	const char *state;  /* "holds", "over", "not valid", "not there now" */
	const char *reason; /* NULL: only the record knows it */
	const struct sg_exception_use *use; /* NULL: never used */
};

/**
 * The exceptions, those of smb.conf first. NULL when out of memory.
 */
struct sg_exception_row *sg_exception_rows(TALLOC_CTX *mem_ctx,
					   const struct sg_report *report,
					   size_t *num);

/* A line of the summary */
struct sg_line_of_summary {
	const char *label;
	const char *text; /* shown */
};

#define SG_SUMMARY_LINES 16

struct sg_summary {
	struct sg_line_of_summary lines[SG_SUMMARY_LINES];
	size_t num;
};

/**
 * The summary. Returns false when out of memory.
 */
bool sg_summary(TALLOC_CTX *mem_ctx,
		const struct sg_report *report,
		const struct sg_sheets *sheets,
		struct sg_summary *summary);

/**
 * Add a line, of which text is made safe for a terminal. False when out of
 * memory.
 */
bool sg_summary_add(TALLOC_CTX *mem_ctx,
		    struct sg_summary *summary,
		    const char *label,
		    const char *fmt,
		    ...) __attribute__((format(printf, 4, 5)));

/**
 * What every report says of itself: server, time, what was asked, what of it
 * there is, the policy. False when out of memory.
 */
bool sg_summary_head(TALLOC_CTX *mem_ctx,
		     const struct sg_report *report,
		     struct sg_summary *summary);

/**
 * For a person at a terminal: a summary, and a table that has rows.
 */
void sg_text_summary(const struct sg_summary *summary, FILE *out);
void sg_text_sheet(const struct sg_sheet *sheet, FILE *out);

/**
 * "94%": never more than it is.
 */
unsigned sg_percent(uint64_t part, uint64_t all);

/**
 * "3 days", "5 hours", of microseconds.
 */
const char *sg_span_text(TALLOC_CTX *mem_ctx, int64_t span);

/**
 * The times of silence are looked for between these two.
 */
void sg_report_period(const struct sg_report *report,
		      int64_t *from,
		      int64_t *to);

/**
 * "SMB3_11 93%, SMB2_10 7%"
 */
const char *sg_share_dialects(TALLOC_CTX *mem_ctx,
			      const struct sg_share *share);

#endif /* SMBGUARD_TOOLS_REPORT_SHEETS_H */
