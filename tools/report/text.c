/*
 * smbguard(8): report, for people
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A summary that fits one screen of 80 columns, then the tables that have
 * rows. Names were chosen by clients: everything is shown by sg_printable(), so
 * that none can steer a terminal. Widths are counted in columns of a terminal.
 *
 * How it fails: out of memory shows an empty value.
 */

#define _GNU_SOURCE

#include "sheets.h"

#include <ctype.h>
#include <locale.h>
#include <string.h>
#include <wchar.h>

#define LABEL 12 /* columns */
#define LINE 80
#define TEXT_LINES 2 /* of one line of the summary, at most */

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
		       const struct sg_sheet *sheet,
		       size_t row,
		       const char *cells[SG_SHEET_COLUMNS])
{
	size_t i;

	for (i = 0; i < SG_SHEET_COLUMNS; i++) {
		cells[i] = NULL;
	}
	sheet->fill(mem_ctx, sheet, row, cells);
	for (i = 0; i < SG_SHEET_COLUMNS; i++) {
		if (cells[i] == NULL || cells[i][0] == '\0') {
			cells[i] = "-";
		}
	}
}

static void print_cells(FILE *out,
			const struct sg_sheet *sheet,
			const int widths[SG_SHEET_COLUMNS],
			const char *const *cells)
{
	size_t i;

	for (i = 0; i < sheet->num_columns; i++) {
		int pad = widths[i] - width(cells[i]);

		fprintf(out, "%s", i > 0 ? "  " : "");
		if (sheet->columns[i].type == SG_CELL_NUMBER) {
			fprintf(out, "%*s%s", pad, "", cells[i]);
		} else if (i + 1 < sheet->num_columns) {
			fprintf(out, "%s%*s", cells[i], pad, "");
		} else {
			fprintf(out, "%s", cells[i]);
		}
	}
	fprintf(out, "\n");
}

static void upper(char *to, size_t size, const char *title)
{
	size_t i;

	for (i = 0; i + 1 < size && title[i] != '\0'; i++) {
		to[i] = (char)toupper((unsigned char)title[i]);
	}
	to[i] = '\0';
}

void sg_text_sheet(const struct sg_sheet *sheet, FILE *out)
{
	char titles[SG_SHEET_COLUMNS][32];
	const char *cells[SG_SHEET_COLUMNS] = {NULL};
	int widths[SG_SHEET_COLUMNS] = {0};
	TALLOC_CTX *frame = NULL;
	size_t row;
	size_t i;

	for (row = 0; row < sheet->num_rows; row++) {
		frame = talloc_new(NULL);
		fill_cells(frame, sheet, row, cells);
		for (i = 0; i < sheet->num_columns; i++) {
			int w = width(cells[i]);

			widths[i] = w > widths[i] ? w : widths[i];
		}
		talloc_free(frame);
	}
	for (i = 0; i < sheet->num_columns; i++) {
		upper(titles[i], sizeof(titles[i]), sheet->columns[i].title);
		cells[i] = titles[i];
		if (width(cells[i]) > widths[i]) {
			widths[i] = width(cells[i]);
		}
	}
	fprintf(out, "\n%s\n", sheet->title);
	print_cells(out, sheet, widths, cells);
	for (row = 0; row < sheet->num_rows; row++) {
		frame = talloc_new(NULL);
		fill_cells(frame, sheet, row, cells);
		print_cells(out, sheet, widths, cells);
		talloc_free(frame);
	}
	if (sheet->left_out > 0) {
		fprintf(out,
			"and %zu more: --format=csv and --format=json have "
			"all\n",
			sheet->left_out);
	}
}

/* As much of text as has room in so many columns, rather whole words. */
static size_t fitting(const char *text, int columns)
{
	size_t words = 0;
	size_t len = 0;
	int used = 0;

	while (text[len] != '\0') {
		size_t n = 1;
		char one[8] = "";

		while ((text[len + n] & 0xc0) == 0x80 && n < 4) {
			n++;
		}
		memcpy(one, text + len, n);
		used += width(one);
		if (used > columns) {
			return words > 0 ? words : len;
		}
		if (text[len] == ' ') {
			words = len;
		}
		len += n;
	}
	return len;
}

static void print_line(const struct sg_line_of_summary *line, FILE *out)
{
	const char *text = line->text;
	const char *label = line->label;
	int left;

	for (left = TEXT_LINES; left > 0 && text[0] != '\0'; left--) {
		size_t len = fitting(text, LINE - LABEL);
		bool cut = left == 1 && text[len] != '\0';

		if (cut) {
			len = fitting(text, LINE - LABEL - 3);
		}
		fprintf(out,
			"%-*s%.*s%s\n",
			LABEL,
			label,
			(int)len,
			text,
			cut ? "..." : "");
		text += len;
		text += text[0] == ' ' ? 1 : 0;
		label = "";
	}
}

void sg_text_summary(const struct sg_summary *summary, FILE *out)
{
	size_t i;

	setlocale(LC_CTYPE, "C.UTF-8");
	for (i = 0; i < summary->num; i++) {
		print_line(&summary->lines[i], out);
	}
}

bool sg_report_text(const struct sg_report *r, FILE *out)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct sg_sheets *sheets = sg_sheets_new(frame, r);
	struct sg_summary summary = {.num = 0};
	bool ok = sheets != NULL && sg_summary(frame, r, sheets, &summary);
	size_t i;

	sg_text_summary(&summary, out);
	for (i = 0; ok && i < SG_SHEETS; i++) {
		if (sheets->sheet[i].in_text && sheets->sheet[i].num_rows > 0) {
			sg_text_sheet(&sheets->sheet[i], out);
		}
	}
	talloc_free(frame);
	return ok && ferror(out) == 0;
}
