/*
 * smbguard(8): report, what counts of each event
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each line is read: what a period covers, which clients and shares there
 * were, and where the record has gaps, is told by those that were let in.
 *
 * How it fails: a line that is no event is counted, and the first one told
 * with file and line.
 */

#define _GNU_SOURCE

#include "report.h"

#include <string.h>
#include <strings.h>

#include "facts.h"
#include "files.h"
#include "inforce.h"

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

/* A short text to group by, with its NULs to be seen. */
static struct sg_text trimmed(TALLOC_CTX *mem_ctx,
			      const struct sg_text *text,
			      size_t most)
{
	char *value = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; i < text->len && i < most && value != NULL; i++) {
		if (text->text[i] == '\0') {
			value = talloc_strdup_append(value, "\\x00");
		} else {
			value = talloc_strndup_append(value, text->text + i, 1);
		}
	}
	/* Not in the middle of a character */
	while (value != NULL && i < text->len && i > 0 &&
	       (text->text[i] & 0xc0) == 0x80) {
		value[strlen(value) - 1] = '\0';
		i--;
	}
	if (value != NULL && i < text->len) {
		value = talloc_strdup_append(value, "...");
	}
	return (struct sg_text){
		.text = value != NULL ? value : "",
		.len = value != NULL ? strlen(value) : 0,
	};
}

static void trim(struct sg_report *report, struct sg_record *record)
{
	size_t i;

	for (i = 0; i < SG_TEXTS; i++) {
		struct sg_text *text = &record->text[i];
		bool path = i == SG_TEXT_PATH || i == SG_TEXT_NEW_PATH;
		size_t most = path ? SG_FILES_PATH_MAX : SG_REPORT_VALUE;

		/* Lines without escapes have no NULs. */
		if (text->len > most ||
		    (record->json != NULL && text->len > 0 &&
		     memchr(text->text, '\0', text->len) != NULL)) {
			*text = trimmed(report->line, text, most);
		}
	}
}

static bool same_name(const struct sg_text *text, const char *name)
{
	return text->text != NULL && strlen(name) == text->len &&
	       strncasecmp(text->text, name, text->len) == 0;
}

/*
 * An event tells the share, and the section only where an option of it decided.
 * smbd makes a share of [homes] for an account and calls it as the account.
 */
struct sg_text sg_report_section(const struct sg_report *report,
				 const struct sg_record *record)
{
	static const struct sg_text homes = {.text = "homes", .len = 5};
	const struct sg_text *share = &record->text[SG_TEXT_SHARE];
	const struct sg_text *account = &record->text[SG_TEXT_ACCOUNT];
	bool named = share->text != NULL && share->len > 0 &&
		     share->len == account->len &&
		     strncasecmp(share->text, account->text, share->len) == 0;

	if (same_name(&record->text[SG_TEXT_SCOPE], homes.text)) {
		return homes;
	}
	if (named && sg_in_force_has_home(report->in_force, share)) {
		return homes;
	}
	return *share;
}

static bool in_shares(const struct sg_report *report,
		      const struct sg_record *record)
{
	const struct sg_text *share = &record->text[SG_TEXT_SHARE];
	struct sg_text section = {.text = NULL};
	const char **s = report->shares;

	if (share->text == NULL) {
		return false;
	}
	section = sg_report_section(report, record);
	for (; *s != NULL; s++) {
		if (same_name(share, *s) || same_name(&section, *s)) {
			return true;
		}
	}
	return false;
}

static bool in_period(const struct sg_report *report, int64_t when)
{
	return !(report->have_since && when < report->since) &&
	       !(report->have_until && when >= report->until);
}

/* Errors of the policy and lost records are about all that is asked. */
static bool is_asked_for(const struct sg_report *report,
			 const struct sg_record *record)
{
	const struct sg_text *client = &record->text[SG_TEXT_CLIENT];
	char address[64];

	if (record->kind == SG_EVENT_POLICY_ERROR ||
	    record->kind == SG_EVENT_AUDIT_LOST) {
		return true;
	}
	if (report->shares != NULL && !in_shares(report, record)) {
		return false;
	}
	if (!report->have_client) {
		return true;
	}
	if (client->text == NULL || client->len >= sizeof(address)) {
		return false;
	}
	memcpy(address, client->text, client->len);
	address[client->len] = '\0';
	return sg_network_contains(&report->client, address);
}

/* The texts of the columns, in their order */
static void fill_columns(const struct sg_record *record,
			 struct sg_text column[SG_COLUMNS])
{
	static const enum sg_record_text from[SG_COLUMNS] = {
		[SG_COL_OUTCOME] = SG_TEXT_OUTCOME,
		[SG_COL_EVENT] = SG_TEXT_EVENT,
		[SG_COL_CLIENT] = SG_TEXT_CLIENT,
		[SG_COL_DOMAIN] = SG_TEXT_DOMAIN,
		[SG_COL_ACCOUNT] = SG_TEXT_ACCOUNT,
		[SG_COL_SHARE] = SG_TEXT_SHARE,
		[SG_COL_DIALECT] = SG_TEXT_DIALECT,
		[SG_COL_CIPHER] = SG_TEXT_CIPHER,
		[SG_COL_SIGNING] = SG_TEXT_SIGNING,
		[SG_COL_OPTION] = SG_TEXT_OPTION,
		[SG_COL_SCOPE] = SG_TEXT_SCOPE,
		[SG_COL_REQUIRED] = SG_TEXT_REQUIRED,
		[SG_COL_ACTUAL] = SG_TEXT_ACTUAL,
	};
	size_t i;

	for (i = 0; i < SG_COLUMNS; i++) {
		column[i] = record->text[from[i]];
	}
}

static void set(struct sg_text *column, const char *text)
{
	text = text != NULL ? text : "";
	*column = (struct sg_text){.text = text, .len = strlen(text)};
}

static void count_refusal(struct sg_report *report,
			  const struct sg_text column[SG_COLUMNS],
			  int64_t when)
{
	char first = column[SG_COL_OUTCOME].text[0];

	if (first == 'u') {
		report->unknown++;
	} else {
		report->refused++;
	}
	sg_rows_add(&report->rows, column, when);
	sg_timeline_add(&report->timeline, when, first == 'd');
}

/* negotiate, session and share_connect are the events with a verdict. */
static bool is_verdict(enum sg_event_kind kind)
{
	return kind == SG_EVENT_NEGOTIATE || kind == SG_EVENT_SESSION ||
	       kind == SG_EVENT_SHARE_CONNECT;
}

static void collect_decided(struct sg_report *report,
			    const struct sg_record *record)
{
	const struct sg_text *outcome = &record->text[SG_TEXT_OUTCOME];
	struct sg_text column[SG_COLUMNS];

	if (sg_text_is(outcome, "denied") ||
	    sg_text_is(outcome, "would_deny")) {
		fill_columns(record, column);
		count_refusal(report, column, record->when);
	}
}

static void collect_whatif(struct sg_report *report,
			   const struct sg_record *record)
{
	struct sg_text column[SG_COLUMNS];
	struct sg_answer answer = {.outcome = SG_ALLOWED};
	struct sg_client *client = NULL;
	bool refused;
	bool ok = sg_whatif_ask(report->line, report->whatif, record, &answer);

	if (!ok) {
		return;
	}
	refused = !answer.unknown && answer.outcome != SG_ALLOWED;
	report->asked++;
	client = sg_seen_client(&report->seen, record);
	if (client != NULL) {
		client->asked = true;
		client->unknown = client->unknown || answer.unknown;
		client->would_break = client->would_break || refused;
	}
	if (!refused && !answer.unknown) {
		return;
	}
	fill_columns(record, column);
	set(&column[SG_COL_OUTCOME], answer.unknown ? "unknown" : "would_deny");
	set(&column[SG_COL_OPTION], answer.option);
	set(&column[SG_COL_SCOPE], answer.scope);
	set(&column[SG_COL_REQUIRED], answer.required);
	set(&column[SG_COL_ACTUAL],
	    answer.unknown ? answer.missing : answer.actual);
	count_refusal(report, column, record->when);
}

/* A connection is counted once: when it is negotiated, or at its share. */
static void collect_charts(struct sg_report *report,
			   const struct sg_record *record)
{
	enum sg_event_kind kind = report->shares != NULL
					  ? SG_EVENT_SHARE_CONNECT
					  : SG_EVENT_NEGOTIATE;

	if (record->kind == kind) {
		uint16_t cipher = sg_record_cipher(record);

		report->dialects[sg_record_dialect(record)]++;
		report->ciphers[cipher < SG_CIPHERS ? cipher : 0]++;
	}
}

static void collect(struct sg_report *report, const struct sg_record *record)
{
	struct sg_text section = record->text[SG_TEXT_SHARE];

	if (report->files != NULL && !sg_files_add(report->files, record)) {
		return;
	}
	report->matched++;
	if (record->kind == SG_EVENT_SHARE_CONNECT) {
		section = sg_report_section(report, record);
	}
	sg_seen_add(&report->seen, record, &section);
	if (!is_verdict(record->kind)) {
		return;
	}
	if (report->whatif != NULL) {
		collect_whatif(report, record);
	} else {
		collect_decided(report, record);
	}
	collect_charts(report, record);
}

bool sg_report_line(const struct sg_line *line, void *data)
{
	struct sg_report *report = data;
	struct sg_record record = {.when = 0};
	const char *problem = NULL;
	bool ok;

	report->lines++;
	ok = sg_record_of_line(line, &record, &problem);
	if (!ok) {
		count_bad(report, line, problem);
		return true;
	}
	trim(report, &record);
	sg_count_add(&report->record, record.when);
	if (report->files != NULL && sg_kind_is_file(record.kind)) {
		report->files->recorded++;
	}
	if (report->whatif != NULL) {
		sg_whatif_note(report->whatif, &record);
	}
	if (in_period(report, record.when)) {
		sg_seen_at_all(&report->seen, &record);
		ok = is_asked_for(report, &record);
		if (ok) {
			collect(report, &record);
		}
	}
	sg_record_end(&record);
	talloc_free_children(report->line);
	return true;
}
