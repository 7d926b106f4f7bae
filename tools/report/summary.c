/*
 * smbguard(8): report, its summary: what there is to know on one screen
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of what period, server and policy this is, who came, and how it went. Each
 * line is one sentence or two; the tables behind it have the rest.
 *
 * How it fails: false when out of memory.
 */

#include "sheets.h"

#include <inttypes.h>
#include <string.h>

#include "inforce.h"

static bool add_clients(TALLOC_CTX *mem_ctx,
			const struct sg_report *r,
			struct sg_summary *s)
{
	struct sg_clients_sum sum = sg_seen_sum(&r->seen);
	const char *cut = sg_seen_is_cut(&r->seen)
				  ? "; there are more than are counted"
				  : "";
	bool ok = sg_summary_add(mem_ctx,
				 s,
				 "Clients",
				 "%" PRIu64 " seen, %" PRIu64
				 " of them were or would be refused%s",
				 sum.all,
				 sum.refused,
				 cut);

	if (ok && sum.visitors > 0) {
		ok = sg_summary_add(mem_ctx,
				    s,
				    "Ready",
				    "%" PRIu64 " of %" PRIu64
				    " clients of shares (%u%%) "
				    "could encrypt each access",
				    sum.ready,
				    sum.visitors,
				    sg_percent(sum.ready, sum.visitors));
	}
	return ok;
}

static bool add_shares(TALLOC_CTX *mem_ctx,
		       const struct sg_report *r,
		       struct sg_summary *s)
{
	const struct sg_tally *shares = &r->seen.shares;
	const struct sg_tally_entry *e = NULL;
	uint64_t let_in = 0;
	uint64_t encrypted = 0;
	uint64_t is_signed = 0;

	for (e = sg_tally_next(shares, NULL); e != NULL;
	     e = sg_tally_next(shares, e)) {
		const struct sg_share *share = sg_tally_value(e);

		let_in += share->let_in;
		encrypted += share->encrypted;
		is_signed += share->is_signed;
	}
	if (let_in == 0) {
		return sg_summary_add(mem_ctx,
				      s,
				      "Shares",
				      "%zu seen, nobody was let in",
				      shares->num);
	}
	return sg_summary_add(mem_ctx,
			      s,
			      "Shares",
			      "%zu seen; of %" PRIu64
			      " accesses %u%% were encrypted, "
			      "%u%% signed",
			      shares->num,
			      let_in,
			      sg_percent(encrypted, let_in),
			      sg_percent(is_signed, let_in));
}

/* Only where there is something to say */
static bool add_files(TALLOC_CTX *mem_ctx,
		      const struct sg_report *r,
		      struct sg_summary *s)
{
	uint64_t files = sg_seen_files(&r->seen);

	return files == 0 ||
	       sg_summary_add(mem_ctx,
			      s,
			      "Files",
			      "%" PRIu64 " events of files: see smbguard "
			      "report --files",
			      files);
}

static bool add_exceptions(TALLOC_CTX *mem_ctx,
			   const struct sg_report *r,
			   struct sg_summary *s)
{
	struct sg_exception_row *rows = NULL;
	uint64_t times = 0;
	size_t used = 0;
	size_t num = 0;
	size_t i;

	rows = sg_exception_rows(mem_ctx, r, &num);
	for (i = 0; rows != NULL && i < num; i++) {
		const struct sg_exception_use *use = rows[i].use;

		used += use != NULL && use->used.count > 0 ? 1 : 0;
		times += use != NULL ? use->used.count : 0;
	}
	return rows != NULL &&
	       sg_summary_add(mem_ctx,
			      s,
			      "Exceptions",
			      "%zu, %zu of them used, %" PRIu64 " times in all",
			      num,
			      used,
			      times);
}

static bool add_notices(TALLOC_CTX *mem_ctx,
			const struct sg_report *r,
			struct sg_summary *s)
{
	const uint64_t *kinds = r->seen.kinds;

	return sg_summary_add(mem_ctx,
			      s,
			      "Notices",
			      "downgrades %" PRIu64 ", tampered %" PRIu64
			      ", suspected %" PRIu64 ", failed logons %" PRIu64,
			      kinds[SG_EVENT_DOWNGRADE],
			      kinds[SG_EVENT_NEGOTIATE_TAMPERED],
			      kinds[SG_EVENT_INTEGRITY_SUSPECTED],
			      kinds[SG_EVENT_AUTH_FAILED]);
}

static bool add_gaps(TALLOC_CTX *mem_ctx,
		     const struct sg_report *r,
		     const struct sg_sheets *sheets,
		     struct sg_summary *s)
{
	const uint64_t *kinds = r->seen.kinds;
	const char *silence = "no day without events";
	int64_t longest = 0;
	size_t i;

	for (i = 0; i < sheets->num_silences; i++) {
		const struct sg_silence *q = &sheets->silences[i];

		if (q->to - q->from > longest) {
			longest = q->to - q->from;
		}
	}
	if (longest > 0) {
		silence = "without events up to ";
	} else if (r->seen.events.count == 0) {
		silence = "no event at all";
	}
	return sg_summary_add(mem_ctx,
			      s,
			      "Gaps",
			      "records lost %" PRIu64
			      ", errors of the policy %" PRIu64 ", %s%s",
			      r->seen.lost,
			      kinds[SG_EVENT_POLICY_ERROR],
			      silence,
			      longest > 0 ? sg_span_text(mem_ctx, longest)
					  : "");
}

static bool add_answer_if(TALLOC_CTX *mem_ctx,
			  const struct sg_report *r,
			  struct sg_summary *s)
{
	struct sg_clients_sum sum = sg_seen_sum(&r->seen);

	return sg_summary_add(mem_ctx,
			      s,
			      "Answer",
			      "%" PRIu64 " of %" PRIu64
			      " clients would be refused, of "
			      "%" PRIu64 " it is not known: %" PRIu64
			      " of %" PRIu64 " accesses, and of %" PRIu64 ".",
			      sum.would_break,
			      sum.asked,
			      sum.unknown,
			      r->refused,
			      r->asked,
			      r->unknown);
}

static bool add_answer(TALLOC_CTX *mem_ctx,
		       const struct sg_report *r,
		       struct sg_summary *s)
{
	const char *nothing = sg_report_nothing(r);
	uint64_t denied = 0;
	size_t i;

	if (nothing != NULL) {
		return sg_summary_add(mem_ctx,
				      s,
				      "Answer",
				      "None. %s",
				      nothing);
	}
	if (r->whatif != NULL) {
		return add_answer_if(mem_ctx, r, s);
	}
	if (r->refused == 0) {
		return sg_summary_add(
			mem_ctx,
			s,
			"Answer",
			"%s",
			r->partial ? "What could be read names nobody."
				   : "Nobody was refused, and nobody "
				     "would be.");
	}
	for (i = 0; i < r->rows.num; i++) {
		const struct sg_row *row = r->rows.rows[i];

		denied +=
			row->column[SG_COL_OUTCOME][0] == 'd' ? row->count : 0;
	}
	return sg_summary_add(mem_ctx,
			      s,
			      "Answer",
			      "%" PRIu64
			      " accesses were or would be refused: %" PRIu64
			      " were, %" PRIu64 " would be.",
			      r->refused,
			      denied,
			      r->refused - denied);
}

bool sg_summary(TALLOC_CTX *mem_ctx,
		const struct sg_report *r,
		const struct sg_sheets *sheets,
		struct sg_summary *s)
{
	*s = (struct sg_summary){.num = 0};
	return add_answer(mem_ctx, r, s) && sg_summary_head(mem_ctx, r, s) &&
	       add_clients(mem_ctx, r, s) && add_shares(mem_ctx, r, s) &&
	       add_files(mem_ctx, r, s) && add_exceptions(mem_ctx, r, s) &&
	       add_notices(mem_ctx, r, s) && add_gaps(mem_ctx, r, sheets, s);
}
