/*
 * smbguard(8): report, as JSON
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The values as they are in events, and counts as numbers: percentages are for
 * whoever reads them.
 *
 * How it fails: an error of the output is the caller's to tell.
 */

#include "sheets.h"

#include <stdlib.h>
#include <string.h>

#include "common/json_text.h"
#include "inforce.h"
#include "smbguard_config.h"

static json_t *json_row(const struct sg_report *r, const struct sg_row *row)
{
	json_t *object = json_object();
	const char *name = NULL;
	char time[SG_TIME_SIZE];
	size_t i;

	for (i = 0; i < SG_COLUMNS; i++) {
		if (row->column[i][0] != '\0') {
			json_object_set_new(object,
					    sg_column_names[i],
					    json_string(row->column[i]));
		}
	}
	name = sg_seen_name(&r->seen, row->column[SG_COL_CLIENT]);
	if (name != NULL) {
		json_object_set_new(object,
				    "clientName",
				    sg_json_string(name, strlen(name)));
	}
	json_object_set_new(object,
			    "count",
			    json_integer((json_int_t)row->count));
	json_object_set_new(object,
			    "firstSeen",
			    json_string(sg_time_text(row->first, time)));
	json_object_set_new(object,
			    "lastSeen",
			    json_string(sg_time_text(row->last, time)));
	if (row->others) {
		json_object_set_new(object, "others", json_true());
	}
	return object;
}

static json_t *json_counts(const uint64_t *counts,
			   size_t num,
			   const char *(*name_of)(size_t i))
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < num; i++) {
		if (counts[i] > 0) {
			json_object_set_new(
				object,
				name_of(i),
				json_integer((json_int_t)counts[i]));
		}
	}
	return object;
}

static void put_count(json_t *object, const char *name, uint64_t count)
{
	json_object_set_new(object, name, json_integer((json_int_t)count));
}

static json_t *json_conditions(const struct sg_report *r)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; r->whatif_options[i] != NULL; i++) {
		json_array_append_new(list, json_string(r->whatif_options[i]));
	}
	return list;
}

static void put_time(json_t *object, const char *name, int64_t when)
{
	char text[SG_TIME_SIZE];

	json_object_set_new(object,
			    name,
			    json_string(sg_time_text(when, text)));
}

static void put_text(json_t *object, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0') {
		json_object_set_new(object,
				    name,
				    sg_json_string(text, strlen(text)));
	}
}

static void put_seen(json_t *object,
		     const struct sg_count *count,
		     const char *first,
		     const char *last)
{
	if (count->count > 0) {
		put_time(object, first, count->first);
		put_time(object, last, count->last);
	}
}

static json_t *json_servers(const struct sg_report *r)
{
	const struct sg_tally *servers = &r->seen.servers;
	const struct sg_tally_entry *e = NULL;
	json_t *list = json_array();

	for (e = sg_tally_next(servers, NULL); e != NULL;
	     e = sg_tally_next(servers, e)) {
		const struct sg_count *count = sg_tally_value(e);
		json_t *object = json_object();

		put_text(object, "serverName", sg_tally_part(e, 0));
		put_count(object, "events", count->count);
		put_seen(object, count, "firstSeen", "lastSeen");
		json_array_append_new(list, object);
	}
	return list;
}

/* What this is a report of. "record": all that was read. */
static void put_head(json_t *head, const struct sg_report *r)
{
	struct sg_clients_sum sum = sg_seen_sum(&r->seen);
	json_t *period = json_object();
	json_t *counts = json_object();
	int kind;

	put_text(head, "smbguard", SMBGUARD_VERSION);
	put_time(head, "made", r->made);
	json_object_set_new(head, "servers", json_servers(r));
	if (r->have_since) {
		put_time(period, "since", r->since);
	}
	if (r->have_until) {
		put_time(period, "until", r->until);
	}
	put_seen(period, &r->seen.events, "firstEvent", "lastEvent");
	put_count(period, "events", r->seen.events.count);
	put_seen(period, &r->record, "recordBegins", "recordEnds");
	json_object_set_new(head, "period", period);
	put_text(head, "nothing", sg_report_nothing(r));
	put_text(head, "config", r->whatif_conf);
	if (r->whatif != NULL) {
		put_count(head, "clientsAsked", sum.asked);
		put_count(head, "clientsRefused", sum.would_break);
		put_count(head, "clientsUnknown", sum.unknown);
	}
	put_count(head, "clientsSeen", sum.all);
	put_count(head, "clientsOfShares", sum.visitors);
	put_count(head, "clientsReady", sum.ready);
	put_count(head, "recordsLost", r->seen.lost);
	json_object_set_new(head,
			    "cut",
			    json_boolean(sg_seen_is_cut(&r->seen)));
	for (kind = 1; kind < SG_EVENT_KINDS; kind++) {
		put_count(counts,
			  sg_event_name((enum sg_event_kind)kind),
			  r->seen.kinds[kind]);
	}
	json_object_set_new(head, "events", counts);
}

static json_t *json_policy(const struct sg_sheet *sheet)
{
	const struct sg_in_force *f = sheet->report->in_force;
	json_t *policy = json_object();
	json_t *list = json_array();
	size_t i;
	size_t n;

	put_text(policy, "file", f->path);
	put_text(policy, "error", f->error);
	put_count(policy, "faults", f->num_faults);
	for (i = 0; i < f->num_rows; i++) {
		json_t *row = json_object();
		json_t *names = json_array();

		for (n = 0; n < f->rows[i].num_sections; n++) {
			const char *name = f->rows[i].sections[n];

			json_array_append_new(
				names,
				sg_json_string(name, strlen(name)));
		}
		put_text(row, "policy", f->rows[i].policy);
		json_object_set_new(row, "sections", names);
		json_array_append_new(list, row);
	}
	json_object_set_new(policy, "rows", list);
	return policy;
}

static json_t *json_share(const struct sg_share *s)
{
	json_t *object = json_object();

	put_text(object, "share", s->name);
	put_count(object, "clients", s->clients);
	put_count(object, "accounts", s->accounts);
	put_count(object, "accesses", s->accesses);
	put_count(object, "letIn", s->let_in);
	put_count(object, "encrypted", s->encrypted);
	put_count(object, "signed", s->is_signed);
	put_count(object, "clientsReady", s->clients - s->unready);
	put_count(object, "denied", s->denied);
	put_count(object, "wouldDeny", s->would_deny);
	json_object_set_new(
		object,
		"dialects",
		json_counts(s->dialects, SG_DIALECTS, sg_report_dialect));
	return object;
}

static json_t *json_client(const struct sg_tally_entry *e)
{
	const struct sg_client *c = sg_tally_value(e);
	json_t *object = json_object();

	put_text(object, "clientAddress", sg_tally_part(e, 0));
	put_text(object, "clientName", c->name);
	put_count(object, "events", c->events.count);
	put_count(object, "accesses", c->accesses);
	put_count(object, "denied", c->denied);
	put_count(object, "wouldDeny", c->would_deny);
	if (c->accesses > 0) {
		json_object_set_new(object, "ready", json_boolean(!c->unready));
	}
	put_seen(object, &c->events, "firstSeen", "lastSeen");
	return object;
}

static json_t *json_exception(const struct sg_exception_row *row)
{
	static const struct sg_exception_use never = {.clients = 0};
	const struct sg_exception_use *use =
		row->use != NULL ? row->use : &never;
	json_t *object = json_object();

	put_text(object, "exception", row->name);
	put_text(object, "until", row->until);
	put_text(object, "state", row->state);
	put_text(object, "reason", row->reason);
	put_count(object, "used", use->used.count);
	put_count(object, "clients", use->clients);
	put_count(object, "refusedOver", use->expired);
	put_seen(object, &use->used, "firstUsed", "lastUsed");
	return object;
}

static json_t *json_notice(const struct sg_tally_entry *e)
{
	static const char *const names[SG_NOTICE_PARTS] = {
		"event",
		"clientAddress",
		"domain",
		"account",
		"what",
		"was",
		"now",
	};
	static const char *const ours[SG_NOTICE_PARTS] = {
		[SG_NOTICE_EVENT] = "event",
		[SG_NOTICE_WHAT] = "option",
		[SG_NOTICE_WAS] = "scope",
		[SG_NOTICE_NOW] = "actual",
	};
	const struct sg_notice *n = sg_tally_value(e);
	bool of_client = sg_tally_part(e, SG_NOTICE_CLIENT)[0] != '\0';
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < SG_NOTICE_PARTS; i++) {
		const char *name = of_client ? names[i] : ours[i];

		if (name != NULL) {
			put_text(object, name, sg_tally_part(e, i));
		}
	}
	put_count(object, "count", n->seen.count);
	if (n->lost > 0) {
		put_count(object, "lost", n->lost);
	}
	put_seen(object, &n->seen, "firstSeen", "lastSeen");
	return object;
}

static json_t *json_of(const struct sg_sheet *sheet,
		       enum sg_sheet_id id,
		       size_t i)
{
	const struct sg_silence *silence = NULL;
	json_t *object = NULL;

	switch (id) {
	case SG_SHEET_SHARES:
		return json_share(sg_tally_value(sheet->rows[i]));
	case SG_SHEET_CLIENTS:
		return json_client(sheet->rows[i]);
	case SG_SHEET_EXCEPTIONS:
		return json_exception(sheet->rows[i]);
	case SG_SHEET_NOTICES:
		return json_notice(sheet->rows[i]);
	default:
		silence = sheet->rows[i];
		object = json_object();
		put_time(object, "from", silence->from);
		put_time(object, "to", silence->to);
		return object;
	}
}

static void put_lists(json_t *head, const struct sg_sheets *sheets)
{
	int id;
	size_t i;

	for (id = SG_SHEET_SHARES; id < SG_SHEET_POLICY; id++) {
		const struct sg_sheet *sheet = &sheets->sheet[id];
		json_t *list = json_array();

		for (i = 0; i < sheet->num_rows; i++) {
			json_array_append_new(
				list,
				json_of(sheet, (enum sg_sheet_id)id, i));
		}
		json_object_set_new(head, sheet->id, list);
	}
	json_object_set_new(head,
			    "policy",
			    json_policy(&sheets->sheet[SG_SHEET_POLICY]));
}

/* Row by row, so that the rows are not in memory twice. */
bool sg_report_json(const struct sg_report *r, FILE *out)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct sg_sheets *sheets = sg_sheets_new(frame, r);
	json_t *head = json_object();
	char *text = NULL;
	size_t i;

	if (sheets != NULL) {
		put_head(head, r);
		put_lists(head, sheets);
	}
	talloc_free(frame);
	if (r->whatif != NULL) {
		if (r->whatif_options != NULL) {
			json_object_set_new(head, "if", json_conditions(r));
		}
		put_count(head, "asked", r->asked);
		put_count(head, "unknown", r->unknown);
	}
	json_object_set_new(head, "partial", json_boolean(r->partial));
	put_count(head, "lines", r->lines);
	put_count(head, "badLines", r->bad_lines);
	put_count(head, "refused", r->refused);
	json_object_set_new(
		head,
		"dialects",
		json_counts(r->dialects, SG_DIALECTS, sg_report_dialect));
	json_object_set_new(
		head,
		"ciphers",
		json_counts(r->ciphers, SG_CIPHERS, sg_report_cipher));
	text = sheets != NULL ? json_dumps(head, JSON_COMPACT) : NULL;
	json_decref(head);
	if (text == NULL) {
		return false;
	}
	/* Without its closing bracket, which comes after the rows */
	fprintf(out, "%.*s,\"rows\":[", (int)strlen(text) - 1, text);
	free(text);
	for (i = 0; i < r->rows.num; i++) {
		json_t *row = json_row(r, r->rows.rows[i]);

		fprintf(out, "%s\n", i > 0 ? "," : "");
		(void)json_dumpf(row, out, JSON_COMPACT | JSON_ENSURE_ASCII);
		json_decref(row);
	}
	fprintf(out, "\n]}\n");
	return ferror(out) == 0;
}
