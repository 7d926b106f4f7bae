/*
 * smbguard(8): report, for programs
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * csv is RFC 4180, and a cell that a spreadsheet would take for a formula
 * begins with an apostrophe. openmetrics is an exposition that node_exporter's textfile collector and OpenMetrics'
 * parsers both read: gauges only, because logs are rotated away.
 *
 * How it fails: an error of the output is the caller's to tell.
 */

#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"

void sg_csv_cell(FILE *out, const char *text, bool first)
{
	const char *p = NULL;

	if (!first) {
		fputc(',', out);
	}
	fputc('"', out);
	if (text[0] != '\0' && strchr("=+-@", text[0]) != NULL) {
		fputc('\'', out);
	}
	for (p = text; *p != '\0'; p++) {
		if (*p == '"') {
			fputc('"', out);
		}
		fputc(*p, out);
	}
	fputc('"', out);
}

static void csv_row(FILE *out, const struct sg_row *row)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	char first[SG_TIME_SIZE];
	char last[SG_TIME_SIZE];
	size_t i;

	for (i = 0; i < SG_COLUMNS; i++) {
		sg_csv_cell(out,
			    sg_report_shown(frame, row->column[i]),
			    i == 0);
	}
	fprintf(out,
		",%" PRIu64 ",%s,%s,%s\r\n",
		row->count,
		sg_time_text(row->first, first),
		sg_time_text(row->last, last),
		row->others ? "yes" : "no");
	talloc_free(frame);
}

bool sg_report_csv(const struct sg_report *r, FILE *out)
{
	size_t i;

	for (i = 0; i < SG_COLUMNS; i++) {
		fprintf(out, "%s,", sg_column_names[i]);
	}
	fprintf(out, "count,firstSeen,lastSeen,others\r\n");
	for (i = 0; i < r->rows.num; i++) {
		csv_row(out, r->rows.rows[i]);
	}
	return ferror(out) == 0;
}

/*
 * So that a name with an escape character and one that spells "\x1b" stay
 * two: the same labels twice make a collector refuse the whole file.
 */
static const char *twice_backslashes(TALLOC_CTX *mem_ctx, const char *value)
{
	char *text = talloc_array(mem_ctx, char, 2 * strlen(value) + 1);
	char *to = text;

	if (text == NULL) {
		return "";
	}
	for (; *value != '\0'; value++) {
		if (*value == '\\') {
			*to++ = '\\';
		}
		*to++ = *value;
	}
	*to = '\0';
	return text;
}

static void metric_label(FILE *out,
			 const char *name,
			 const char *value,
			 bool first)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const char *p = sg_report_shown(frame, twice_backslashes(frame, value));

	fprintf(out, "%s%s=\"", first ? "" : ",", name);
	for (; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\') {
			fputc('\\', out);
		}
		fputc(*p, out);
	}
	fputc('"', out);
	talloc_free(frame);
}

/* Label names as Prometheus writes them. */
static const char *const label_names[SG_COLUMNS] = {
	[SG_COL_OUTCOME] = "outcome",
	[SG_COL_EVENT] = "event",
	[SG_COL_CLIENT] = "client",
	[SG_COL_DOMAIN] = "domain",
	[SG_COL_ACCOUNT] = "account",
	[SG_COL_SHARE] = "share",
	[SG_COL_DIALECT] = "dialect",
	[SG_COL_CIPHER] = "cipher",
	[SG_COL_SIGNING] = "signing",
	[SG_COL_OPTION] = "option",
	[SG_COL_SCOPE] = "scope",
	[SG_COL_REQUIRED] = "required",
	[SG_COL_ACTUAL] = "actual",
};

static void metric_head(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# TYPE %s gauge\n# HELP %s %s\n", name, name, help);
}

static void metric_rows(const struct sg_report *r,
			FILE *out,
			const char *name,
			bool is_time)
{
	size_t i;
	size_t c;

	for (i = 0; i < r->rows.num; i++) {
		const struct sg_row *row = r->rows.rows[i];

		fprintf(out, "%s{", name);
		for (c = 0; c < SG_COLUMNS; c++) {
			metric_label(out,
				     label_names[c],
				     row->column[c],
				     c == 0);
		}
		metric_label(out, "others", row->others ? "yes" : "no", false);
		fprintf(out,
			"} %" PRIu64 "\n",
			is_time ? (uint64_t)(row->last / 1000000) : row->count);
	}
}

static void metric_counts(FILE *out,
			  const char *name,
			  const char *label,
			  const uint64_t *counts,
			  size_t num,
			  const char *(*name_of)(size_t i))
{
	size_t i;

	for (i = 0; i < num; i++) {
		fprintf(out,
			"%s{%s=\"%s\"} %" PRIu64 "\n",
			name,
			label,
			name_of(i),
			counts[i]);
	}
}

static void metric(FILE *out, const char *name, const char *help, uint64_t n)
{
	metric_head(out, name, help);
	fprintf(out, "%s %" PRIu64 "\n", name, n);
}

/* What an alert would ask of a period beside its refusals */
static void metric_sums(const struct sg_report *r, FILE *out)
{
	struct sg_clients_sum sum = sg_seen_sum(&r->seen);
	const uint64_t *kinds = r->seen.kinds;

	metric(out, "smbguard_clients", "Clients in the log.", sum.all);
	metric(out,
	       "smbguard_share_clients",
	       "Clients of shares in the log.",
	       sum.visitors);
	metric(out,
	       "smbguard_share_clients_ready",
	       "Of these, those that could encrypt each access.",
	       sum.ready);
	metric(out,
	       "smbguard_downgrades",
	       "Clients that used less than before.",
	       kinds[SG_EVENT_DOWNGRADE]);
	metric(out,
	       "smbguard_tampered_negotiations",
	       "Negotiate requests that somebody changed.",
	       kinds[SG_EVENT_NEGOTIATE_TAMPERED]);
	metric(out,
	       "smbguard_policy_errors",
	       "Errors of the policy.",
	       kinds[SG_EVENT_POLICY_ERROR]);
	metric(out,
	       "smbguard_records_lost",
	       "Records that a sink did not take.",
	       r->seen.lost);
}

bool sg_report_openmetrics(const struct sg_report *r, FILE *out)
{
	metric_head(out,
		    "smbguard_refusals",
		    "Accesses that were or would be refused.");
	metric_rows(r, out, "smbguard_refusals", false);
	metric_head(out,
		    "smbguard_refusal_last_seen_seconds",
		    "When the last of them was, since the epoch.");
	metric_rows(r, out, "smbguard_refusal_last_seen_seconds", true);
	metric_head(out,
		    "smbguard_connections_by_dialect",
		    "Connections in the log, by dialect.");
	metric_counts(out,
		      "smbguard_connections_by_dialect",
		      "dialect",
		      r->dialects,
		      SG_DIALECTS,
		      sg_report_dialect);
	metric_head(out,
		    "smbguard_connections_by_cipher",
		    "Connections in the log, by cipher.");
	metric_counts(out,
		      "smbguard_connections_by_cipher",
		      "cipher",
		      r->ciphers,
		      SG_CIPHERS,
		      sg_report_cipher);
	metric_sums(r, out);
	metric(out, "smbguard_log_lines", "Lines that were read.", r->lines);
	metric(out,
	       "smbguard_log_partial",
	       "1: not all could be read.",
	       r->partial ? 1 : 0);
	metric(out,
	       "smbguard_log_bad_lines",
	       "Lines that are no events.",
	       r->bad_lines);
	fprintf(out, "# EOF\n");
	return ferror(out) == 0;
}
