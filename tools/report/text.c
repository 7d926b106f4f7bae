/*
 * smbguard(8): report, for people
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names were chosen by clients: everything is shown by sg_printable(), so
 * that none can steer a terminal. Widths are counted in columns of a terminal.
 *
 * How it fails: out of memory shows an empty value.
 */

#define _GNU_SOURCE

#include "report.h"

#include "common/table.h"

#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

enum shown {
	SHOWN_TIMES = 0,
	SHOWN_OUTCOME,
	SHOWN_EVENT,
	SHOWN_CLIENT,
	SHOWN_ACCOUNT,
	SHOWN_SHARE,
	SHOWN_USED,
	SHOWN_LACKED,
	SHOWN_FIRST,
	SHOWN_LAST,
	SHOWN_COLUMNS,
};

static const char *const titles[SHOWN_COLUMNS] = {
	"TIMES",
	"OUTCOME",
	"EVENT",
	"CLIENT",
	"ACCOUNT",
	"SHARE",
	"USED",
	"LACKED",
	"FIRST SEEN",
	"LAST SEEN",
};

const char *sg_report_shown(TALLOC_CTX *mem_ctx, const char *value)
{
	const char *shown = sg_harmless(mem_ctx, value);

	return shown != NULL ? shown : "";
}

const char *sg_report_outcome(const struct sg_row *row)
{
	const char *outcome = row->column[SG_COL_OUTCOME];

	if (strcmp(outcome, "denied") == 0) {
		return "refused";
	}
	return strcmp(outcome, "unknown") == 0 ? "unknown" : "would be";
}

const char *sg_report_account(TALLOC_CTX *mem_ctx, const struct sg_row *row)
{
	const char *domain = row->column[SG_COL_DOMAIN];
	const char *account = row->column[SG_COL_ACCOUNT];
	const char *text = NULL;

	if (domain[0] == '\0') {
		return sg_report_shown(mem_ctx, account);
	}
	text = talloc_asprintf(mem_ctx, "%s\\%s", domain, account);
	return text != NULL ? sg_report_shown(mem_ctx, text) : "";
}

const char *sg_report_used(TALLOC_CTX *mem_ctx, const struct sg_row *row)
{
	const char *dialect = row->column[SG_COL_DIALECT];
	const char *cipher = row->column[SG_COL_CIPHER];
	const char *signing = row->column[SG_COL_SIGNING];
	const char *text = NULL;

	if (row->others) {
		return "";
	}
	text = talloc_asprintf(mem_ctx,
			       "%s, %s%s%s",
			       dialect[0] != '\0' ? dialect : "no dialect",
			       cipher[0] != '\0' ? cipher : "no cipher",
			       signing[0] != '\0' ? ", " : "",
			       signing);
	return text != NULL ? sg_report_shown(mem_ctx, text) : "";
}

const char *sg_report_lacked(TALLOC_CTX *mem_ctx, const struct sg_row *row)
{
	const char *option = row->column[SG_COL_OPTION];
	const char *actual = row->column[SG_COL_ACTUAL];
	const char *prefix = SG_OPTION_PREFIX ":";
	bool unknown = row->column[SG_COL_OUTCOME][0] == 'u';
	const char *text = NULL;

	if (row->others) {
		return "others, beyond the limit of rows";
	}
	if (strncmp(option, prefix, strlen(prefix)) == 0) {
		option += strlen(prefix);
	}
	text = talloc_asprintf(mem_ctx,
			       "%s = %s in [%s], %s%s",
			       option,
			       row->column[SG_COL_REQUIRED],
			       row->column[SG_COL_SCOPE],
			       unknown ? "" : "had ",
			       actual[0] != '\0' ? actual : "none");
	return text != NULL ? sg_report_shown(mem_ctx, text) : "";
}

/* What a terminal makes of it. */
static int width(const char *text)
{
	mbstate_t state = {0};
	size_t left = strlen(text);
	int columns = 0;

	while (left > 0) {
		wchar_t c = 0;
		size_t n = mbrtowc(&c, text, left, &state);
		int w;

		if (n == 0 || n > left) {
			return columns + (int)left;
		}
		w = wcwidth(c);
		columns += w > 0 ? w : 0;
		text += n;
		left -= n;
	}
	return columns;
}

static void fill_cells(TALLOC_CTX *mem_ctx,
		       const struct sg_row *row,
		       const char *cell[SHOWN_COLUMNS])
{
	char time[SG_TIME_SIZE];
	size_t i;

	cell[SHOWN_TIMES] = talloc_asprintf(mem_ctx, "%" PRIu64, row->count);
	cell[SHOWN_OUTCOME] = sg_report_outcome(row);
	cell[SHOWN_EVENT] = sg_report_shown(mem_ctx, row->column[SG_COL_EVENT]);
	cell[SHOWN_CLIENT] =
		sg_report_shown(mem_ctx, row->column[SG_COL_CLIENT]);
	cell[SHOWN_ACCOUNT] = sg_report_account(mem_ctx, row);
	cell[SHOWN_SHARE] = sg_report_shown(mem_ctx, row->column[SG_COL_SHARE]);
	cell[SHOWN_USED] = sg_report_used(mem_ctx, row);
	cell[SHOWN_LACKED] = sg_report_lacked(mem_ctx, row);
	cell[SHOWN_FIRST] =
		talloc_strdup(mem_ctx, sg_time_text(row->first, time));
	cell[SHOWN_LAST] =
		talloc_strdup(mem_ctx, sg_time_text(row->last, time));
	for (i = 0; i < SHOWN_COLUMNS; i++) {
		if (cell[i] == NULL || cell[i][0] == '\0') {
			cell[i] = "-";
		}
	}
}

static void widen(int widths[SHOWN_COLUMNS], const char *const *cell)
{
	size_t i;

	for (i = 0; i < SHOWN_COLUMNS; i++) {
		int w = width(cell[i]);

		widths[i] = w > widths[i] ? w : widths[i];
	}
}

static void print_cells(FILE *out,
			const int widths[SHOWN_COLUMNS],
			const char *const *cell)
{
	size_t i;

	for (i = 0; i < SHOWN_COLUMNS; i++) {
		int pad = widths[i] - width(cell[i]);

		if (i == SHOWN_TIMES) {
			fprintf(out, "%*s%s", pad, "", cell[i]);
		} else if (i + 1 < SHOWN_COLUMNS) {
			fprintf(out, "  %s%*s", cell[i], pad, "");
		} else {
			fprintf(out, "  %s\n", cell[i]);
		}
	}
}

static void print_table(const struct sg_report *r, FILE *out)
{
	int widths[SHOWN_COLUMNS] = {0};
	const char *cell[SHOWN_COLUMNS] = {NULL};
	TALLOC_CTX *frame = NULL;
	size_t i;

	widen(widths, titles);
	for (i = 0; i < r->rows.num; i++) {
		frame = talloc_new(NULL);
		fill_cells(frame, r->rows.rows[i], cell);
		widen(widths, cell);
		talloc_free(frame);
	}
	print_cells(out, widths, titles);
	for (i = 0; i < r->rows.num; i++) {
		frame = talloc_new(NULL);
		fill_cells(frame, r->rows.rows[i], cell);
		print_cells(out, widths, cell);
		talloc_free(frame);
	}
}

bool sg_report_text(const struct sg_report *r, FILE *out)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	if (r->rows.num > 0) {
		print_table(r, out);
		fprintf(out, "\n");
	}
	if (r->whatif != NULL && sg_report_nothing(r) == NULL) {
		fprintf(out,
			"%" PRIu64 " of %" PRIu64 " accesses would be refused, "
			"of %" PRIu64 " it is not known.",
			r->refused,
			r->asked,
			r->unknown);
	} else if (sg_report_nothing(r) != NULL) {
		fprintf(out, "%s", sg_report_nothing(r));
	} else if (r->refused == 0 && r->partial) {
		fprintf(out, "What could be read names nobody.");
	} else if (r->refused == 0) {
		fprintf(out, "Nobody was refused, and nobody would be.");
	} else {
		fprintf(out,
			"%" PRIu64 " accesses were or would be refused.",
			r->refused);
	}
	fprintf(out, " %" PRIu64 " lines read", r->lines);
	if (r->bad_lines > 0) {
		fprintf(out, ", %" PRIu64 " of them no events", r->bad_lines);
	}
	fprintf(out, "%s.\n", r->partial ? "; not all could be read" : "");
	return ferror(out) == 0;
}
