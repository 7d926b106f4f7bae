/*
 * smbguard(8): report, what the rows of its tables say
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names were chosen by clients: what comes from a record goes through
 * sg_report_shown().
 *
 * How it fails: a cell without memory is empty.
 */

#include "sheets.h"

#include <inttypes.h>

#include "inforce.h"

#define NAMES_SHOWN 8

static const char *number(TALLOC_CTX *mem_ctx, uint64_t count)
{
	return talloc_asprintf(mem_ctx, "%" PRIu64, count);
}

static const char *time_of(TALLOC_CTX *mem_ctx, int64_t when)
{
	char text[SG_TIME_SIZE];

	return talloc_strdup(mem_ctx, sg_time_text(when, text));
}

static const char *percent(TALLOC_CTX *mem_ctx, uint64_t part, uint64_t all)
{
	return all == 0 ? "-"
			: talloc_asprintf(mem_ctx,
					  "%u%%",
					  sg_percent(part, all));
}

static void fill_refusal(TALLOC_CTX *mem_ctx,
			 const struct sg_sheet *sheet,
			 size_t i,
			 const char *cells[SG_SHEET_COLUMNS])
{
	const struct sg_row *row = sheet->rows[i];

	cells[0] = number(mem_ctx, row->count);
	cells[1] = sg_report_outcome(row);
	cells[2] = sg_report_shown(mem_ctx, row->column[SG_COL_EVENT]);
	cells[3] = sg_report_client(mem_ctx,
				    sheet->report,
				    row->column[SG_COL_CLIENT]);
	cells[4] = sg_report_account(mem_ctx, row);
	cells[5] = sg_report_shown(mem_ctx, row->column[SG_COL_SHARE]);
	cells[6] = sg_report_used(mem_ctx, row);
	cells[7] = sg_report_lacked(mem_ctx, row);
	cells[8] = time_of(mem_ctx, row->first);
	cells[9] = time_of(mem_ctx, row->last);
}

static void fill_share(TALLOC_CTX *mem_ctx,
		       const struct sg_sheet *sheet,
		       size_t i,
		       const char *cells[SG_SHEET_COLUMNS])
{
	const struct sg_share *s = sg_tally_value(sheet->rows[i]);

	cells[0] = sg_report_shown(mem_ctx, s->name != NULL ? s->name : "");
	cells[1] = number(mem_ctx, s->clients);
	cells[2] = number(mem_ctx, s->accounts);
	cells[3] = number(mem_ctx, s->accesses);
	cells[4] = percent(mem_ctx, s->encrypted, s->let_in);
	cells[5] = percent(mem_ctx, s->is_signed, s->let_in);
	cells[6] = percent(mem_ctx, s->clients - s->unready, s->clients);
	cells[7] = number(mem_ctx, s->denied);
	cells[8] = number(mem_ctx, s->would_deny);
	cells[9] = sg_share_dialects(mem_ctx, s);
}

static void fill_client(TALLOC_CTX *mem_ctx,
			const struct sg_sheet *sheet,
			size_t i,
			const char *cells[SG_SHEET_COLUMNS])
{
	const struct sg_tally_entry *e = sheet->rows[i];
	const struct sg_client *c = sg_tally_value(e);

	cells[0] = sg_report_shown(mem_ctx, sg_tally_part(e, 0));
	cells[1] = sg_report_shown(mem_ctx, c->name != NULL ? c->name : "");
	cells[2] = number(mem_ctx, c->accesses);
	cells[3] = number(mem_ctx, c->denied);
	cells[4] = number(mem_ctx, c->would_deny);
	if (c->accesses > 0) {
		cells[5] = c->unready ? "no" : "yes";
	}
	cells[6] = time_of(mem_ctx, c->events.first);
	cells[7] = time_of(mem_ctx, c->events.last);
}

static void fill_exception(TALLOC_CTX *mem_ctx,
			   const struct sg_sheet *sheet,
			   size_t i,
			   const char *cells[SG_SHEET_COLUMNS])
{
	const struct sg_exception_row *row = sheet->rows[i];
	const struct sg_exception_use *use = row->use;

	cells[0] = sg_report_shown(mem_ctx, row->name);
	cells[1] = sg_report_shown(mem_ctx, row->until);
	cells[2] = row->state;
	cells[3] = number(mem_ctx, use != NULL ? use->used.count : 0);
	cells[4] = number(mem_ctx, use != NULL ? use->clients : 0);
	cells[5] = number(mem_ctx, use != NULL ? use->expired : 0);
	if (use != NULL && use->used.count > 0) {
		cells[6] = time_of(mem_ctx, use->used.first);
		cells[7] = time_of(mem_ctx, use->used.last);
	}
	cells[8] = sg_report_shown(mem_ctx,
				   row->reason != NULL ? row->reason : "");
}

/* "dialect: SMB3_11, now NT1"; "smbguard:signing in [x]: ..." */
static const char *notice_text(TALLOC_CTX *mem_ctx,
			       const struct sg_tally_entry *e)
{
	const struct sg_notice *n = sg_tally_value(e);
	const char *what = sg_tally_part(e, SG_NOTICE_WHAT);
	const char *was = sg_tally_part(e, SG_NOTICE_WAS);
	const char *now = sg_tally_part(e, SG_NOTICE_NOW);
	const char *text = "";

	if (n->lost > 0) {
		text = talloc_asprintf(mem_ctx,
				       "%s: %" PRIu64 " records lost",
				       what,
				       n->lost);
	} else if (what[0] != '\0' &&
		   sg_tally_part(e, SG_NOTICE_CLIENT)[0] == '\0') {
		text = talloc_asprintf(mem_ctx,
				       "%s in [%s]: %s",
				       what,
				       was,
				       now);
	} else if (what[0] != '\0') {
		text = talloc_asprintf(mem_ctx,
				       "%s: was %s, now %s",
				       what,
				       was,
				       now);
	}
	return text != NULL ? sg_report_shown(mem_ctx, text) : "";
}

static void fill_notice(TALLOC_CTX *mem_ctx,
			const struct sg_sheet *sheet,
			size_t i,
			const char *cells[SG_SHEET_COLUMNS])
{
	const struct sg_tally_entry *e = sheet->rows[i];
	const struct sg_notice *n = sg_tally_value(e);
	const struct sg_row who = {
		.column =
			{
				[SG_COL_DOMAIN] =
					sg_tally_part(e, SG_NOTICE_DOMAIN),
				[SG_COL_ACCOUNT] =
					sg_tally_part(e, SG_NOTICE_ACCOUNT),
			},
	};

	cells[0] = number(mem_ctx, n->seen.count);
	cells[1] = sg_report_shown(mem_ctx, sg_tally_part(e, SG_NOTICE_EVENT));
	cells[2] = sg_report_client(mem_ctx,
				    sheet->report,
				    sg_tally_part(e, SG_NOTICE_CLIENT));
	cells[3] = sg_report_account(mem_ctx, &who);
	cells[4] = notice_text(mem_ctx, e);
	cells[5] = time_of(mem_ctx, n->seen.first);
	cells[6] = time_of(mem_ctx, n->seen.last);
}

static void fill_silence(TALLOC_CTX *mem_ctx,
			 const struct sg_sheet *sheet,
			 size_t i,
			 const char *cells[SG_SHEET_COLUMNS])
{
	const struct sg_silence *s = sheet->rows[i];

	cells[0] = sg_span_text(mem_ctx, s->to - s->from);
	cells[1] = time_of(mem_ctx, s->from);
	cells[2] = time_of(mem_ctx, s->to);
}

static void fill_policy(TALLOC_CTX *mem_ctx,
			const struct sg_sheet *sheet,
			size_t i,
			const char *cells[SG_SHEET_COLUMNS])
{
	const struct sg_in_force_row *row = sheet->rows[i];
	const char *names = sg_in_force_names(mem_ctx, row, NAMES_SHOWN);

	cells[0] = names != NULL ? sg_report_shown(mem_ctx, names) : "";
	cells[1] = sg_report_shown(mem_ctx, row->policy);
}

#define N SG_CELL_NUMBER
#define T SG_CELL_TIME

static const struct sg_sheet_column refusal_columns[] = {
	{"Times", N},
	{"Outcome", SG_CELL_OUTCOME},
	{"Event", 0},
	{"Client", 0},
	{"Account", 0},
	{"Share", 0},
	{"Used", 0},
	{"Lacked", 0},
	{"First seen", T},
	{"Last seen", T},
};

static const struct sg_sheet_column share_columns[] = {
	{"Share", 0},
	{"Clients", N},
	{"Accounts", N},
	{"Accesses", N},
	{"Encrypted", N},
	{"Signed", N},
	{"Ready", N},
	{"Refused", N},
	{"Would be", N},
	{"Dialects", 0},
};

static const struct sg_sheet_column client_columns[] = {
	{"Client", 0},
	{"Name", 0},
	{"Accesses", N},
	{"Refused", N},
	{"Would be", N},
	{"Ready", 0},
	{"First seen", T},
	{"Last seen", T},
};

static const struct sg_sheet_column exception_columns[] = {
	{"Exception", 0},
	{"Until", 0},
	{"State", 0},
	{"Used", N},
	{"Clients", N},
	{"Refused, over", N},
	{"First used", T},
	{"Last used", T},
	{"Reason", 0},
};

static const struct sg_sheet_column notice_columns[] = {
	{"Times", N},
	{"Event", 0},
	{"Client", 0},
	{"Account", 0},
	{"What", 0},
	{"First seen", T},
	{"Last seen", T},
};

static const struct sg_sheet_column silence_columns[] = {
	{"Without events", 0},
	{"From", T},
	{"To", T},
};

static const struct sg_sheet_column policy_columns[] = {
	{"Sections", 0},
	{"Policy", 0},
};

#define COLUMNS(list) \
	.columns = list, .num_columns = sizeof(list) / sizeof(list[0])

const struct sg_sheet sg_sheet_kinds[SG_SHEETS] = {
	[SG_SHEET_ROWS] =
		{
			.id = "refusals",
			.title = "Refusals",
			COLUMNS(refusal_columns),
			.in_text = true,
			.fill = fill_refusal,
		},
	[SG_SHEET_SHARES] =
		{
			.id = "shares",
			.title = "Shares",
			.note = "Encrypted and signed: of the accesses that "
				"were let in. Ready for \"encryption = "
				"required\": of the clients, those whose every "
				"access was encrypted or could have been.",
			COLUMNS(share_columns),
			.in_text = true,
			.fill = fill_share,
		},
	[SG_SHEET_CLIENTS] =
		{
			.id = "clients",
			.title = "Clients",
			COLUMNS(client_columns),
			.fill = fill_client,
		},
	[SG_SHEET_EXCEPTIONS] =
		{
			.id = "exceptions",
			.title = "Exceptions",
			COLUMNS(exception_columns),
			.in_text = true,
			.fill = fill_exception,
		},
	[SG_SHEET_NOTICES] =
		{
			.id = "notices",
			.title = "Downgrades, tampering, faults",
			COLUMNS(notice_columns),
			.in_text = true,
			.fill = fill_notice,
		},
	[SG_SHEET_SILENCES] =
		{
			.id = "silences",
			.title = "Times without events",
			.note = "Whole hours, of a day and more; the longest "
				"five. Nobody may have come, or nothing was "
				"written.",
			COLUMNS(silence_columns),
			.in_text = true,
			.fill = fill_silence,
		},
	[SG_SHEET_POLICY] =
		{
			.id = "policy",
			.title = "Policy",
			.note = "What smb.conf asks for now, at a share with "
				"what [global] asks for.",
			COLUMNS(policy_columns),
			.in_text = true,
			.fill = fill_policy,
		},
};
