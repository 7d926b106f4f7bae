/*
 * smbguard(8): report, as one page
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that comes out of the log goes through html(), and is never put
 * into a script, a style or an attribute without quotes. The charts are drawn
 * here, so that the page needs no other file and no library.
 *
 * How it fails: an error of the output is the caller's to tell.
 */

#include "report.h"

#include <inttypes.h>
#include <string.h>

#include "page.h"

#define BAR_WIDTH 220
#define BAR_HEIGHT 22
#define TIME_WIDTH 720
#define TIME_HEIGHT 120

/* Text between tags, or inside of a quoted attribute. */
static void html(FILE *out, const char *text)
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

static uint64_t most_of(const uint64_t *counts, size_t num)
{
	uint64_t most = 1;
	size_t i;

	for (i = 0; i < num; i++) {
		most = counts[i] > most ? counts[i] : most;
	}
	return most;
}

static void bars(FILE *out,
		 const char *title,
		 const uint64_t *counts,
		 size_t num,
		 const char *(*name_of)(size_t i))
{
	uint64_t most = most_of(counts, num);
	size_t shown = 0;
	size_t y = 0;
	size_t i;

	for (i = 0; i < num; i++) {
		shown += counts[i] > 0 ? 1 : 0;
	}
	fprintf(out,
		"<section><h2>%s</h2>\n<svg role=\"img\" aria-label=\"%s\" "
		"width=\"%d\" height=\"%zu\">\n",
		title,
		title,
		BAR_WIDTH + 220,
		(shown > 0 ? shown : 1) * BAR_HEIGHT);
	if (shown == 0) {
		fprintf(out, "<text x=\"0\" y=\"15\">no connections</text>\n");
	}
	for (i = num; i-- > 0;) {
		double wide = (double)counts[i] / (double)most * BAR_WIDTH;

		if (counts[i] == 0) {
			continue;
		}
		fprintf(out,
			"<text x=\"0\" y=\"%zu\">%s</text>"
			"<rect class=\"bar\" x=\"100\" y=\"%zu\" "
			"width=\"%.1f\" height=\"%d\"/>"
			"<text x=\"%.1f\" y=\"%zu\">%" PRIu64 "</text>\n",
			y + 15,
			name_of(i),
			y + 3,
			wide > 1 ? wide : 1,
			BAR_HEIGHT - 6,
			106 + wide,
			y + 15,
			counts[i]);
		y += BAR_HEIGHT;
	}
	fprintf(out, "</svg></section>\n");
}

static uint64_t highest(const struct sg_timeline *t)
{
	uint64_t most = 1;
	size_t i;

	for (i = 0; i < SG_TIMELINE_STEPS; i++) {
		uint64_t both = t->count[i][0] + t->count[i][1];

		most = both > most ? both : most;
	}
	return most;
}

static void time_bar(FILE *out,
		     const char *class,
		     double x,
		     double width,
		     double from,
		     double high)
{
	if (high > 0) {
		fprintf(out,
			"<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" "
			"width=\"%.1f\" height=\"%.1f\"/>",
			class,
			x,
			TIME_HEIGHT - from - high,
			width,
			high);
	}
}

static void time_chart(FILE *out, const struct sg_timeline *t)
{
	uint64_t most = highest(t);
	int64_t steps = t->last - t->begin + 1;
	double each = (double)TIME_WIDTH / (double)steps;
	char begin[SG_TIME_SIZE];
	char end[SG_TIME_SIZE];
	int64_t i;

	for (i = 0; i < steps; i++) {
		double d = (double)t->count[i][0] / (double)most * TIME_HEIGHT;
		double w = (double)t->count[i][1] / (double)most * TIME_HEIGHT;
		double x = (double)i * each;
		double width = each > 4 ? each - 1 : each;
		char from[SG_TIME_SIZE];

		if (t->count[i][0] == 0 && t->count[i][1] == 0) {
			continue;
		}
		fprintf(out,
			"<g><title>%s: %" PRIu64 " refused, %" PRIu64
			" would be</title>",
			sg_time_text((t->begin + i) * t->step * 1000000, from),
			t->count[i][0],
			t->count[i][1]);
		time_bar(out, "d", x, width, 0, d);
		time_bar(out, "w", x, width, d, w);
		fprintf(out, "</g>\n");
	}
	fprintf(out,
		"<line class=\"axis\" x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>"
		"<text x=\"0\" y=\"%d\">%s</text>"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n",
		TIME_HEIGHT,
		TIME_WIDTH,
		TIME_HEIGHT,
		TIME_HEIGHT + 18,
		sg_time_text(t->begin * t->step * 1000000, begin),
		TIME_WIDTH,
		TIME_HEIGHT + 18,
		sg_time_text((t->last + 1) * t->step * 1000000, end));
}

static void duration(FILE *out, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {{24 * 60 * 60, "day"}, {60 * 60, "hour"}, {60, "minute"}};
	size_t i = 0;

	while (seconds < units[i].seconds) {
		i++;
	}
	seconds /= units[i].seconds;
	fprintf(out,
		"%" PRId64 " %s%s",
		seconds,
		units[i].name,
		seconds > 1 ? "s" : "");
}

static void timeline(FILE *out, const struct sg_timeline *t)
{
	fprintf(out,
		"<section><h2>Refusals over time</h2>\n"
		"<svg role=\"img\" aria-label=\"Refusals over time\" "
		"width=\"%d\" height=\"%d\">\n",
		TIME_WIDTH,
		TIME_HEIGHT + 24);
	if (t->step > 0) {
		time_chart(out, t);
	} else {
		fprintf(out, "<text x=\"0\" y=\"15\">none</text>\n");
	}
	fprintf(out,
		"</svg><p><span class=\"denied\">&#9632; refused</span> "
		"<span class=\"kw\">&#9632;</span> <span class=\"would_deny\">would be, or unknown"
		"</span>");
	if (t->step > 0) {
		fprintf(out, ", highest bar %" PRIu64 ", each ", highest(t));
		duration(out, t->step);
	}
	fprintf(out, "</p></section>\n");
}

static void cell(FILE *out, const char *text)
{
	fprintf(out, "<td>");
	html(out, text);
	fprintf(out, "</td>");
}

static void time_cell(FILE *out, int64_t when)
{
	char text[SG_TIME_SIZE];

	fprintf(out, "<td class=\"t\">%s</td>", sg_time_text(when, text));
}

static void table_row(FILE *out, const struct sg_row *row)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	static const char *const classes[] = {"denied", "would_deny"};
	char first = row->column[SG_COL_OUTCOME][0];

	fprintf(out,
		"<tr><td class=\"n\" data-sort=\"%" PRIu64 "\">%" PRIu64
		"</td><td class=\"%s\">%s</td>",
		row->count,
		row->count,
		first == 'u' ? "unknown" : classes[first == 'w' ? 1 : 0],
		sg_report_outcome(row));
	cell(out, sg_report_shown(frame, row->column[SG_COL_EVENT]));
	cell(out, sg_report_shown(frame, row->column[SG_COL_CLIENT]));
	cell(out, sg_report_account(frame, row));
	cell(out, sg_report_shown(frame, row->column[SG_COL_SHARE]));
	cell(out, sg_report_used(frame, row));
	cell(out, sg_report_lacked(frame, row));
	time_cell(out, row->first);
	time_cell(out, row->last);
	fprintf(out, "</tr>\n");
	talloc_free(frame);
}

static void table(FILE *out, const struct sg_report *r)
{
	static const char *const titles[] = {
		"Times",
		"Outcome",
		"Event",
		"Client",
		"Account",
		"Share",
		"Used",
		"Lacked",
		"First seen",
		"Last seen",
		NULL,
	};
	size_t i;

	fprintf(out, "<div class=\"table\"><table>\n<thead><tr>");
	for (i = 0; titles[i] != NULL; i++) {
		fprintf(out,
			"<th scope=\"col\"><button type=\"button\">%s"
			"</button></th>",
			titles[i]);
	}
	fprintf(out, "</tr></thead>\n<tbody>\n");
	for (i = 0; i < r->rows.num; i++) {
		table_row(out, r->rows.rows[i]);
	}
	fprintf(out, "</tbody></table></div>\n");
}

static void intro(FILE *out, const struct sg_report *r)
{
	size_t i;

	fprintf(out, "<h1>smbguard report</h1>\n<p>");
	if (r->whatif != NULL) {
		fprintf(out, "Who would be refused, with ");
		for (i = 0; r->whatif_options[i] != NULL; i++) {
			fprintf(out, "%s<code>", i > 0 ? " and " : "");
			html(out, r->whatif_options[i]);
			fprintf(out, "</code>");
		}
	} else {
		fprintf(out, "Who was refused, or would be");
	}
	for (i = 0; r->shares != NULL && r->shares[i] != NULL; i++) {
		fprintf(out, "%s[", i > 0 ? ", " : " in ");
		html(out, r->shares[i]);
		fprintf(out, "]");
	}
	fprintf(out,
		": %" PRIu64 " accesses. %" PRIu64 " lines were read, %" PRIu64
		" of them no events.",
		r->refused,
		r->lines,
		r->bad_lines);
	if (r->partial) {
		fprintf(out, " <strong>Not all could be read.</strong>");
	}
	if (r->whatif != NULL) {
		fprintf(out,
			" %" PRIu64 " accesses were judged; of %" PRIu64
			" the log does not tell enough.",
			r->asked,
			r->unknown);
	}
	fprintf(out, "</p>\n");
}

bool sg_report_html(const struct sg_report *r, FILE *out)
{
	fprintf(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\""
		"default-src 'none'; style-src 'unsafe-inline'; "
		"script-src 'sha256-" PAGE_SCRIPT_SHA256 "'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n"
		"<title>smbguard report</title>\n"
		"<style>\n" PAGE_STYLE "</style>\n</head>\n<body>\n");
	intro(out, r);
	fprintf(out, "<div class=\"charts\">\n");
	timeline(out, &r->timeline);
	bars(out,
	     "Connections by dialect",
	     r->dialects,
	     SG_DIALECTS,
	     sg_report_dialect);
	bars(out,
	     "Connections by cipher",
	     r->ciphers,
	     SG_CIPHERS,
	     sg_report_cipher);
	fprintf(out, "</div>\n<h2>Clients</h2>\n");
	table(out, r);
	fprintf(out, "<script>" PAGE_SCRIPT "</script>\n</body>\n</html>\n");
	return ferror(out) == 0;
}
