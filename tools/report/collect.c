/*
 * smbguard(8): report, what counts of each event
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Most lines of a log tell that somebody was let in. They are passed over
 * without being parsed where that cannot change the answer: a line without
 * the letters of a word that is looked for cannot have it as a value, unless
 * it writes letters as \uNNNN, and such a line is parsed.
 *
 * How it fails: a line that is no event is counted, and the first one told
 * with file and line. Of a line that is passed over, only its two ends are
 * looked at.
 */

#define _GNU_SOURCE

#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What is not charted is counted at 0: "none". */
const char *sg_report_dialect(size_t i)
{
	const char *name = sg_dialect_name((enum sg_dialect)i);

	return name != NULL ? name : "none";
}

const char *sg_report_cipher(size_t i)
{
	const char *name = sg_cipher_name((uint16_t)i);

	return name != NULL ? name : "none";
}

bool sg_report_has_charts(const struct sg_report *report)
{
	return report->format == SG_FORMAT_HTML ||
	       report->format == SG_FORMAT_JSON ||
	       report->format == SG_FORMAT_OPENMETRICS;
}

static bool has(const struct sg_line *line, const char *word)
{
	return memmem(line->text, line->len, word, strlen(word)) != NULL;
}

/* A connection is counted once: when it is negotiated, or at its share. */
static enum sg_event_kind chart_event(const struct sg_report *report)
{
	return report->shares != NULL ? SG_EVENT_SHARE_CONNECT
				      : SG_EVENT_NEGOTIATE;
}

/* Might the line matter? */
static bool may_matter(const struct sg_report *report,
		       const struct sg_line *line)
{
	bool wanted = false;

	if (report->whatif != NULL) {
		wanted = has(line, "share_connect") ||
			 (report->shares == NULL &&
			  (has(line, "\"negotiate\"") ||
			   has(line, "\"session\"")));
	} else {
		/* "denied" and "would_deny" */
		wanted = has(line, "den");
	}
	if (!wanted && sg_report_has_charts(report)) {
		wanted = has(line, sg_event_name(chart_event(report)));
	}
	return wanted || has(line, "\\u00");
}

/* As smbguard itself begins and ends its lines; all others are parsed. */
static bool looks_whole(const struct sg_line *line)
{
	static const char begin[] = "{\"timestamp\":\"";
	size_t len = sizeof(begin) - 1;

	return line->len > len && memcmp(line->text, begin, len) == 0 &&
	       line->text[line->len - 1] == '}';
}

static void count_bad(struct sg_report *report,
		      const struct sg_line *line,
		      const char *problem)
{
	report->bad_lines++;
	if (report->bad_lines == 1) {
		fprintf(stderr,
			"smbguard: %s:%llu: %s (further lines like it are "
			"only counted)\n",
			line->file,
			(unsigned long long)line->number,
			problem);
	}
}

static bool in_shares(const struct sg_report *report, const char *share)
{
	const char **s = report->shares;

	for (; share != NULL && *s != NULL; s++) {
		if (strcasecmp(*s, share) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_asked_for(const struct sg_report *report,
			 const json_t *event,
			 int64_t when)
{
	if ((report->have_since && when < report->since) ||
	    (report->have_until && when >= report->until)) {
		return false;
	}
	if (report->shares != NULL) {
		const char *share = sg_event_text(event, "share", NULL);
		bool in = in_shares(report, share);

		if (!in) {
			return false;
		}
	}
	if (report->have_client) {
		const char *client =
			sg_event_text(event, "clientAddress", NULL);

		return client != NULL &&
		       sg_network_contains(&report->client, client);
	}
	return true;
}

/* A value to group by: short, and with its NULs to be seen. */
static const char *value_of(TALLOC_CTX *mem_ctx,
			    const json_t *event,
			    const char *name)
{
	size_t len = 0;
	const char *text = sg_event_text(event, name, &len);
	char *value = NULL;
	size_t i;

	if (text == NULL) {
		return "";
	}
	if (len <= SG_REPORT_VALUE && memchr(text, '\0', len) == NULL) {
		return text;
	}
	value = talloc_strdup(mem_ctx, "");
	for (i = 0; i < len && i < SG_REPORT_VALUE && value != NULL; i++) {
		if (text[i] == '\0') {
			value = talloc_strdup_append(value, "\\x00");
		} else {
			value = talloc_strndup_append(value, text + i, 1);
		}
	}
	/* Not in the middle of a character */
	while (value != NULL && i < len && i > 0 && (text[i] & 0xc0) == 0x80) {
		value[strlen(value) - 1] = '\0';
		i--;
	}
	if (value != NULL && i < len) {
		value = talloc_strdup_append(value, "...");
	}
	return value != NULL ? value : "";
}

static void fill_columns(TALLOC_CTX *mem_ctx,
			 const json_t *event,
			 const char *column[SG_COLUMNS])
{
	size_t i;

	for (i = 0; i < SG_COLUMNS; i++) {
		const char *inside = i >= SG_COL_OPTION ? "policy." : "";
		char name[32] = {0};

		snprintf(name,
			 sizeof(name),
			 "%s%s",
			 inside,
			 sg_column_names[i]);
		column[i] = value_of(mem_ctx, event, name);
	}
}

static void count_refusal(struct sg_report *report,
			  const char *const column[SG_COLUMNS],
			  int64_t when)
{
	bool denied = column[SG_COL_OUTCOME][0] == 'd';

	if (column[SG_COL_OUTCOME][0] == 'u') {
		report->unknown++;
	} else {
		report->refused++;
	}
	sg_rows_add(&report->rows, column, when);
	sg_timeline_add(&report->timeline, when, denied);
}

/* negotiate, session and share_connect are the events with a verdict. */
static bool is_verdict(enum sg_event_kind kind)
{
	return kind == SG_EVENT_NEGOTIATE || kind == SG_EVENT_SESSION ||
	       kind == SG_EVENT_SHARE_CONNECT;
}

static void collect_decided(struct sg_report *report,
			    const json_t *event,
			    int64_t when)
{
	const char *outcome = sg_event_text(event, "outcome", NULL);
	const char *column[SG_COLUMNS] = {NULL};
	TALLOC_CTX *frame = NULL;

	if (strcmp(outcome, "denied") != 0 &&
	    strcmp(outcome, "would_deny") != 0) {
		return;
	}
	frame = talloc_new(NULL);
	fill_columns(frame, event, column);
	count_refusal(report, column, when);
	talloc_free(frame);
}

static void collect_whatif(struct sg_report *report,
			   const json_t *event,
			   int64_t when)
{
	const char *column[SG_COLUMNS] = {NULL};
	struct sg_answer answer = {.outcome = SG_ALLOWED};
	TALLOC_CTX *frame = talloc_new(NULL);
	bool ok = sg_whatif_ask(frame, report->whatif, event, &answer);

	report->asked += ok ? 1 : 0;
	if (ok && (answer.unknown || answer.outcome != SG_ALLOWED)) {
		fill_columns(frame, event, column);
		column[SG_COL_OUTCOME] =
			answer.unknown ? "unknown" : "would_deny";
		column[SG_COL_OPTION] = answer.option;
		column[SG_COL_SCOPE] = answer.scope;
		column[SG_COL_REQUIRED] = answer.required;
		column[SG_COL_ACTUAL] =
			answer.unknown ? answer.missing : answer.actual;
		count_refusal(report, column, when);
	}
	talloc_free(frame);
}

static void collect_charts(struct sg_report *report, const json_t *event)
{
	const char *dialect = sg_event_text(event, "dialect", NULL);
	const char *cipher = sg_event_text(event, "cipher", NULL);
	size_t d = 0;
	size_t c = 0;
	size_t i;

	if (sg_event_kind_of(event) != chart_event(report)) {
		return;
	}
	for (i = 1; dialect != NULL && i < SG_DIALECTS; i++) {
		d = strcmp(dialect, sg_report_dialect(i)) == 0 ? i : d;
	}
	for (i = 1; cipher != NULL && i < SG_CIPHERS; i++) {
		c = strcmp(cipher, sg_report_cipher(i)) == 0 ? i : c;
	}
	report->dialects[d]++;
	report->ciphers[c]++;
}

bool sg_report_line(const struct sg_line *line, void *data)
{
	struct sg_report *report = data;
	const char *problem = NULL;
	json_t *event = NULL;
	int64_t when = 0;

	report->lines++;
	if (line->text != NULL) {
		bool skip = looks_whole(line) && !may_matter(report, line);

		if (skip) {
			return true;
		}
	}
	event = sg_event_of_line(line, &when, &problem);
	if (event == NULL) {
		count_bad(report, line, problem);
		return true;
	}
	if (is_verdict(sg_event_kind_of(event)) &&
	    is_asked_for(report, event, when)) {
		if (report->whatif != NULL) {
			collect_whatif(report, event, when);
		} else {
			collect_decided(report, event, when);
		}
		if (sg_report_has_charts(report)) {
			collect_charts(report, event);
		}
	}
	json_decref(event);
	return true;
}
