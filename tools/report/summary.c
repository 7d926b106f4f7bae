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
#include <stdarg.h>
#include <string.h>

#include "inforce.h"
#include "smbguard_config.h"

#define SERVERS_SHOWN 3

static bool add(TALLOC_CTX *mem_ctx,
		struct sg_summary *summary,
		const char *label,
		const char *fmt,
		...) __attribute__((format(printf, 4, 5)));

static bool add(TALLOC_CTX *mem_ctx,
		struct sg_summary *summary,
		const char *label,
		const char *fmt,
		...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = talloc_vasprintf(mem_ctx, fmt, ap);
	va_end(ap);
	if (text == NULL || summary->num == SG_SUMMARY_LINES) {
		return false;
	}
	summary->lines[summary->num++] = (struct sg_line_of_summary){
		.label = label,
		.text = sg_report_shown(mem_ctx, text),
	};
	return true;
}

/* "S", "S, T, U and 2 more" */
static bool add_servers(TALLOC_CTX *mem_ctx,
			const struct sg_report *r,
			struct sg_summary *s)
{
	const struct sg_tally *servers = &r->seen.servers;
	const struct sg_tally_entry *e = sg_tally_next(servers, NULL);
	char *text = talloc_strdup(mem_ctx, e != NULL ? "" : "not known");
	size_t i;

	for (i = 0; text != NULL && e != NULL && i < SERVERS_SHOWN; i++) {
		text = talloc_asprintf_append(text,
					      "%s%s",
					      i > 0 ? ", " : "",
					      sg_tally_part(e, 0));
		e = sg_tally_next(servers, e);
	}
	if (text != NULL && e != NULL) {
		text = talloc_asprintf_append(text,
					      " and %zu more",
					      servers->num - i);
	}
	return text != NULL && add(mem_ctx, s, "Server", "%s", text);
}

/* What was asked for, of all that there is */
static bool add_asked(TALLOC_CTX *mem_ctx,
		      const struct sg_report *r,
		      struct sg_summary *s)
{
	char since[SG_TIME_SIZE];
	char until[SG_TIME_SIZE];
	char *text = talloc_asprintf(
		mem_ctx,
		"%s%s%s%s",
		r->have_since ? "since " : "",
		r->have_since ? sg_time_text(r->since, since) : "",
		r->have_until ? " until " : "",
		r->have_until ? sg_time_text(r->until, until) : "");
	size_t i;

	for (i = 0; text != NULL && r->shares != NULL && r->shares[i] != NULL;
	     i++) {
		text = talloc_asprintf_append(text, " [%s]", r->shares[i]);
	}
	if (text != NULL && r->client_text != NULL) {
		text = talloc_asprintf_append(text,
					      " client %s",
					      r->client_text);
	}
	for (i = 0; text != NULL && r->whatif_options != NULL &&
		    r->whatif_options[i] != NULL;
	     i++) {
		text = talloc_asprintf_append(text,
					      "%s %s",
					      i > 0 ? "," : " what if",
					      r->whatif_options[i]);
	}
	if (text != NULL && r->whatif_conf != NULL) {
		text = talloc_asprintf_append(text,
					      " what if %s were enforced",
					      r->whatif_conf);
	}
	if (text == NULL) {
		return false;
	}
	text += text[0] == ' ' ? 1 : 0;
	return add(mem_ctx,
		   s,
		   "Asked",
		   "%s",
		   text[0] != '\0' ? text : "everything that is recorded");
}

static bool add_covered(TALLOC_CTX *mem_ctx,
			const struct sg_report *r,
			struct sg_summary *s)
{
	const struct sg_count *events = &r->seen.events;
	char from[SG_TIME_SIZE];
	char to[SG_TIME_SIZE];
	char bad[64] = "";
	bool ok;

	if (r->bad_lines > 0) {
		snprintf(bad,
			 sizeof(bad),
			 ", %" PRIu64 " of them no events",
			 r->bad_lines);
	}
	ok = add(mem_ctx,
		 s,
		 "Covered",
		 "%s%s%s%s%" PRIu64 " events of %" PRIu64 " lines%s%s",
		 events->count > 0 ? sg_time_text(events->first, from) : "",
		 events->count > 0 ? " to " : "",
		 events->count > 0 ? sg_time_text(events->last, to) : "",
		 events->count > 0 ? ", " : "",
		 events->count,
		 r->lines,
		 bad,
		 r->partial ? "; not all could be read" : "");
	if (ok && r->have_since && r->record.count > 0 &&
	    r->record.first > r->since) {
		ok = add(mem_ctx,
			 s,
			 "Record",
			 "begins at %s only: nothing is known of the time "
			 "before",
			 sg_time_text(r->record.first, from));
	}
	return ok;
}

static bool add_policy(TALLOC_CTX *mem_ctx,
		       const struct sg_report *r,
		       struct sg_summary *s)
{
	const struct sg_in_force *f = r->in_force;

	if (f->error != NULL) {
		return add(mem_ctx, s, "Policy", "not readable: %s", f->error);
	}
	return add(mem_ctx,
		   s,
		   "Policy",
		   "%s: [global] %s%s%s",
		   f->path,
		   f->rows[0].policy,
		   f->num_rows > 1 ? "; shares are below" : "",
		   f->num_faults > 0 ? "; not all is valid: smbguard check"
				     : "");
}

static bool add_clients(TALLOC_CTX *mem_ctx,
			const struct sg_report *r,
			struct sg_summary *s)
{
	struct sg_clients_sum sum = sg_seen_sum(&r->seen);
	const char *cut = sg_seen_is_cut(&r->seen)
				  ? "; there are more than are counted"
				  : "";
	bool ok = add(mem_ctx,
		      s,
		      "Clients",
		      "%" PRIu64 " seen, %" PRIu64
		      " of them were or would be refused%s",
		      sum.all,
		      sum.refused,
		      cut);

	if (ok && sum.visitors > 0) {
		ok = add(mem_ctx,
			 s,
			 "Ready",
			 "%" PRIu64 " of %" PRIu64 " clients of shares (%u%%) "
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
		return add(mem_ctx,
			   s,
			   "Shares",
			   "%zu seen, nobody was let in",
			   shares->num);
	}
	return add(mem_ctx,
		   s,
		   "Shares",
		   "%zu seen; of %" PRIu64 " accesses %u%% were encrypted, "
		   "%u%% signed",
		   shares->num,
		   let_in,
		   sg_percent(encrypted, let_in),
		   sg_percent(is_signed, let_in));
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
	       add(mem_ctx,
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

	return add(mem_ctx,
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
	return add(mem_ctx,
		   s,
		   "Gaps",
		   "records lost %" PRIu64 ", errors of the policy %" PRIu64
		   ", %s%s",
		   r->seen.lost,
		   kinds[SG_EVENT_POLICY_ERROR],
		   silence,
		   longest > 0 ? sg_span_text(mem_ctx, longest) : "");
}

static bool add_answer_if(TALLOC_CTX *mem_ctx,
			  const struct sg_report *r,
			  struct sg_summary *s)
{
	struct sg_clients_sum sum = sg_seen_sum(&r->seen);

	return add(mem_ctx,
		   s,
		   "Answer",
		   "%" PRIu64 " of %" PRIu64 " clients would be refused, of "
		   "%" PRIu64 " it is not known: %" PRIu64 " of %" PRIu64
		   " accesses, and of %" PRIu64 ".",
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
		return add(mem_ctx, s, "Answer", "None. %s", nothing);
	}
	if (r->whatif != NULL) {
		return add_answer_if(mem_ctx, r, s);
	}
	if (r->refused == 0) {
		return add(mem_ctx,
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
	return add(mem_ctx,
		   s,
		   "Answer",
		   "%" PRIu64 " accesses were or would be refused: %" PRIu64
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
	char made[SG_TIME_SIZE];

	*s = (struct sg_summary){.num = 0};
	return add_answer(mem_ctx, r, s) && add_servers(mem_ctx, r, s) &&
	       add(mem_ctx,
		   s,
		   "Made",
		   "%s by smbguard " SMBGUARD_VERSION,
		   sg_time_text(r->made, made)) &&
	       add_asked(mem_ctx, r, s) && add_covered(mem_ctx, r, s) &&
	       add_policy(mem_ctx, r, s) && add_clients(mem_ctx, r, s) &&
	       add_shares(mem_ctx, r, s) && add_exceptions(mem_ctx, r, s) &&
	       add_notices(mem_ctx, r, s) && add_gaps(mem_ctx, r, sheets, s);
}
