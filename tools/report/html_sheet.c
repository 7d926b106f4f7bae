/*
 * smbguard(8): report, the tables of the page
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * On a narrow screen there is no room for columns: each cell is a line there,
 * with its title from the style, which is written for each table once.
 *
 * How it fails: an error of the output is the caller's to tell.
 */

#include "html.h"

#include <stdlib.h>
#include <string.h>

/* A longer table gets a field to look for something. */
#define LONG 20

void sg_html(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

/*
 * An address of IPv6 is one long word, and would make its column the widest
 * of all: it may be broken in its middle, between two groups, and only there.
 */
static void address(FILE *out, const char *text)
{
	size_t colons = 0;
	size_t i;

	for (i = 0; text[i] != '\0' && text[i] != ' '; i++) {
		colons += text[i] == ':' ? 1 : 0;
		if (colons == 4 && text[i] == ':') {
			char half[64] = "";

			if (i + 1 >= sizeof(half)) {
				break;
			}
			memcpy(half, text, i + 1);
			sg_html(out, half);
			fprintf(out, "<wbr>");
			sg_html(out, text + i + 1);
			return;
		}
	}
	sg_html(out, text);
}

/* A time may be broken behind its day. */
static void time_cell(FILE *out, const char *text)
{
	size_t day = strcspn(text, "T");

	fprintf(out, "<td class=\"t\">");
	if (text[day] == 'T') {
		fprintf(out, "%.*s<wbr>", (int)day, text);
		text += day;
	}
	sg_html(out, text);
	fprintf(out, "</td>");
}

static void cell(FILE *out, enum sg_cell type, const char *text)
{
	static const struct {
		const char *shown;
		const char *class;
	} outcomes[] = {
		{"refused", "denied"},
		{"would be", "would_deny"},
		{"unknown", "unknown"},
	};
	size_t i;

	switch (type) {
	case SG_CELL_NUMBER:
		/* Of "94%", too, and -1 of what is no number */
		fprintf(out,
			"<td class=\"n\" data-sort=\"%s%.*s\">",
			strspn(text, "0123456789") > 0 ? "" : "-1",
			(int)strspn(text, "0123456789"),
			text);
		break;
	case SG_CELL_TIME:
		time_cell(out, text);
		return;
	case SG_CELL_OUTCOME:
		for (i = 0; i < 2 && strcmp(outcomes[i].shown, text) != 0;
		     i++) {
			continue;
		}
		fprintf(out, "<td class=\"%s\">", outcomes[i].class);
		break;
	case SG_CELL_TEXT:
		fprintf(out, "<td>");
		address(out, text);
		fprintf(out, "</td>");
		return;
	}
	sg_html(out, text);
	fprintf(out, "</td>");
}

static void row(FILE *out, const struct sg_sheet *sheet, size_t number)
{
	const char *cells[SG_SHEET_COLUMNS] = {NULL};
	TALLOC_CTX *frame = talloc_new(NULL);
	size_t i;

	sheet->fill(frame, sheet, number, cells);
	fprintf(out, "<tr>");
	for (i = 0; i < sheet->num_columns; i++) {
		cell(out,
		     sheet->columns[i].type,
		     cells[i] != NULL ? cells[i] : "");
	}
	fprintf(out, "</tr>\n");
	talloc_free(frame);
}

static void begin(FILE *out, const struct sg_sheet *sheet)
{
	size_t i;

	fprintf(out,
		"<section id=\"%s\"><h2>%s</h2>\n",
		sheet->id,
		sheet->title);
	if (sheet->note != NULL) {
		fprintf(out, "<p>");
		sg_html(out, sheet->note);
		fprintf(out, "</p>\n");
	}
	if (sheet->num_rows > LONG) {
		fprintf(out,
			"<div class=\"filter\" hidden><label>Show rows with "
			"<input type=\"search\"></label><output>%zu"
			"</output></div>\n",
			sheet->num_rows);
	}
	fprintf(out, "<div class=\"table\"><table>\n<thead><tr>");
	for (i = 0; i < sheet->num_columns; i++) {
		bool number = sheet->columns[i].type == SG_CELL_NUMBER;

		fprintf(out,
			"<th scope=\"col\"%s><button type=\"button\">%s"
			"</button></th>",
			number ? " class=\"n\"" : "",
			sheet->columns[i].title);
	}
	fprintf(out, "</tr></thead>\n<tbody>\n");
}

void sg_html_sheet(FILE *out, const struct sg_sheet *sheet)
{
	size_t i;

	if (sheet->num_rows == 0) {
		return;
	}
	begin(out, sheet);
	for (i = 0; i < sheet->num_rows; i++) {
		row(out, sheet, i);
	}
	fprintf(out, "</tbody></table></div>");
	if (sheet->left_out > 0) {
		fprintf(out,
			"<p>And %zu more: --format=json and --format=csv have "
			"all.</p>",
			sheet->left_out);
	}
	fprintf(out, "</section>\n");
}

void sg_html_titles(FILE *out, const struct sg_sheet *sheet)
{
	size_t i;

	fprintf(out, "@media screen and (max-width:40rem){");
	for (i = 0; sheet->num_rows > 0 && i < sheet->num_columns; i++) {
		fprintf(out,
			"#%s td:nth-child(%zu)::before{content:\"%s\"}",
			sheet->id,
			i + 1,
			sheet->columns[i].title);
	}
	fprintf(out, "}\n");
}
