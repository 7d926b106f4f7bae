/*
 * smbguard(8): report, as one page
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that comes out of the log goes through sg_html(), and is never put
 * into a script, a style or an attribute without quotes. The charts are drawn
 * here, so that the page needs no other file and no library.
 *
 * How it fails: an error of the output is the caller's to tell.
 */

#include "html.h"

#include <inttypes.h>
#include <string.h>

#include "page.h"

#define TIME_WIDTH 720
#define TIME_HEIGHT 120

static uint64_t most_of(const uint64_t *counts, size_t num)
{
	uint64_t most = 1;
	size_t i;

	for (i = 0; i < num; i++) {
		most = counts[i] > most ? counts[i] : most;
	}
	return most;
}

/* A bar is as wide as the page has room. */
static void bars(FILE *out,
		 const char *title,
		 const uint64_t *counts,
		 size_t num,
		 const char *(*name_of)(size_t i))
{
	uint64_t most = most_of(counts, num);
	bool shown = false;
	size_t i;

	fprintf(out, "<section><h2>%s</h2>\n<div class=\"bars\">\n", title);
	for (i = num; i-- > 0;) {
		double wide = (double)counts[i] / (double)most * 100;

		if (counts[i] == 0) {
			continue;
		}
		shown = true;
		fprintf(out,
			"<span>%s</span><svg aria-hidden=\"true\"><rect "
			"class=\"bar\" width=\"%.1f%%\" height=\"100%%\"/>"
			"</svg><span>%" PRIu64 "</span>\n",
			name_of(i),
			wide > 1 ? wide : 1,
			counts[i]);
	}
	if (!shown) {
		fprintf(out, "<span>no connections</span>\n");
	}
	fprintf(out, "</div></section>\n");
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
		"</svg>\n<div class=\"ends\"><span>%s</span><span>%s</span>"
		"</div>\n",
		TIME_HEIGHT,
		TIME_WIDTH,
		TIME_HEIGHT,
		sg_time_text(t->begin * t->step * 1000000, begin),
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
	fprintf(out, "<section class=\"wide\"><h2>Refusals over time</h2>\n");
	if (t->step == 0) {
		fprintf(out, "<p>none</p></section>\n");
		return;
	}
	fprintf(out,
		"<svg role=\"img\" aria-label=\"Refusals over time\" "
		"viewBox=\"0 0 %d %d\" height=\"%d\" "
		"preserveAspectRatio=\"none\">\n",
		TIME_WIDTH,
		TIME_HEIGHT + 1,
		TIME_HEIGHT);
	time_chart(out, t);
	fprintf(out,
		"<p><span class=\"denied\">&#9632; refused</span> "
		"<span class=\"kw\">&#9632;</span> <span class=\"would_deny\">"
		"would be, or unknown</span>, highest bar %" PRIu64 ", each ",
		highest(t));
	duration(out, t->step);
	fprintf(out, "</p></section>\n");
}

void sg_html_summary(FILE *out, const struct sg_summary *summary)
{
	size_t i;

	fprintf(out, "<dl>\n");
	for (i = 0; i < summary->num; i++) {
		const struct sg_line_of_summary *line = &summary->lines[i];
		bool answer = strcmp(line->label, "Answer") == 0;

		fprintf(out,
			"<dt>%s</dt><dd%s>",
			line->label,
			answer ? " class=\"answer\"" : "");
		sg_html(out, line->text);
		fprintf(out, "</dd>\n");
	}
	fprintf(out, "</dl>\n");
}

static void charts(FILE *out, const struct sg_report *r)
{
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
	fprintf(out, "</div>\n");
}

void sg_html_head(FILE *out, const struct sg_sheet *sheets, size_t num)
{
	size_t i;

	fprintf(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\""
		"default-src 'none'; style-src 'unsafe-inline'; "
		"script-src 'sha256-" PAGE_SCRIPT_SHA256 "'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n"
		"<title>smbguard report</title>\n<style>\n");
	fputs(PAGE_COLOURS PAGE_STYLE PAGE_NARROW PAGE_PRINT, out);
	for (i = 0; i < num; i++) {
		sg_html_titles(out, &sheets[i]);
	}
	fprintf(out, "</style>\n</head>\n<body>\n<h1>smbguard report</h1>\n");
}

void sg_html_end(FILE *out)
{
	fprintf(out, "<script>" PAGE_SCRIPT "</script>\n</body>\n</html>\n");
}

bool sg_report_html(const struct sg_report *r, FILE *out)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct sg_sheets *sheets = sg_sheets_new(frame, r);
	struct sg_summary summary = {.num = 0};
	bool ok = sheets != NULL && sg_summary(frame, r, sheets, &summary);
	size_t i;

	if (!ok) {
		talloc_free(frame);
		return false;
	}
	sg_html_head(out, sheets->sheet, SG_SHEETS);
	sg_html_summary(out, &summary);
	if (r->partial) {
		fprintf(out,
			"<p><strong>Not all could be read.</strong></p>\n");
	}
	charts(out, r);
	for (i = 0; i < SG_SHEETS; i++) {
		sg_html_sheet(out, &sheets->sheet[i]);
	}
	sg_html_end(out);
	talloc_free(frame);
	return ferror(out) == 0;
}
