/*
 * smbguard(8): report, values as a person reads them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names were chosen by clients: everything is shown by sg_printable().
 *
 * How it fails: out of memory shows an empty value.
 */

#include "sheets.h"

#include <inttypes.h>
#include <string.h>

#include "common/table.h"

#define HOUR INT64_C(3600000000)

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

const char *sg_report_client(TALLOC_CTX *mem_ctx,
			     const struct sg_report *report,
			     const char *address)
{
	const char *name = sg_seen_name(&report->seen, address);
	const char *text = NULL;

	if (name == NULL || strcmp(name, address) == 0) {
		return sg_report_shown(mem_ctx, address);
	}
	text = talloc_asprintf(mem_ctx, "%s (%s)", address, name);
	return text != NULL ? sg_report_shown(mem_ctx, text) : "";
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

unsigned sg_percent(uint64_t part, uint64_t all)
{
	if (all == 0 || part >= all) {
		return 100;
	}
	return (unsigned)((double)part * 100 / (double)all);
}

const char *sg_span_text(TALLOC_CTX *mem_ctx, int64_t span)
{
	int64_t hours = span / HOUR;
	int64_t days = hours / 24;

	if (days < 2) {
		return talloc_asprintf(mem_ctx,
				       "%" PRId64 " hour%s",
				       hours,
				       hours == 1 ? "" : "s");
	}
	return talloc_asprintf(mem_ctx, "%" PRId64 " days", days);
}

const char *sg_share_dialects(TALLOC_CTX *mem_ctx, const struct sg_share *s)
{
	char *text = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = SG_DIALECTS; text != NULL && i-- > 0;) {
		if (s->dialects[i] > 0) {
			text = talloc_asprintf_append(
				text,
				"%s%s %u%%",
				text[0] != '\0' ? ", " : "",
				sg_report_dialect(i),
				sg_percent(s->dialects[i], s->accesses));
		}
	}
	return text;
}
