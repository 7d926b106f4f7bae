/*
 * smbguard(8): report, who and what was seen
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counts of clients, shares, exceptions and what is worth a notice. All grow
 * with what is different in a log, not with its length, and none beyond its
 * limit. A client is ready if each of its accesses was encrypted or could have
 * been; one that was not makes it unready.
 *
 * How it fails: what is beyond a limit is left out and told: sg_seen_is_cut().
 */

#include "seen.h"

#include <string.h>

#include "facts.h"
#include "hours.h"

/* A longer name of a share is counted as it was written. */
#define FOLDED 512

static void begin(struct sg_tally *tally,
		  size_t num_parts,
		  size_t size,
		  size_t limit)
{
	tally->num_parts = num_parts;
	tally->size = size;
	tally->limit = limit;
}

bool sg_seen_begin(TALLOC_CTX *mem_ctx, struct sg_seen *seen)
{
	seen->mem_ctx = mem_ctx;
	begin(&seen->servers, 1, sizeof(struct sg_count), 1000);
	begin(&seen->clients, 1, sizeof(struct sg_client), SG_SEEN_CLIENTS);
	begin(&seen->shares, 1, sizeof(struct sg_share), SG_SEEN_SHARES);
	begin(&seen->visitors, 2, sizeof(bool), SG_SEEN_PAIRS);
	begin(&seen->visited_by, 3, sizeof(bool), SG_SEEN_PAIRS);
	begin(&seen->exceptions,
	      2,
	      sizeof(struct sg_exception_use),
	      SG_SEEN_NOTICES);
	begin(&seen->excepted, 3, sizeof(bool), SG_SEEN_PAIRS);
	begin(&seen->notices,
	      SG_NOTICE_PARTS,
	      sizeof(struct sg_notice),
	      SG_SEEN_NOTICES);
	seen->hours = sg_hours_new(mem_ctx);
	return seen->hours != NULL;
}

/* All tallies, for what is the same for each */
#define TALLIES 8

static void list_tallies(const struct sg_seen *seen,
			 const struct sg_tally *list[TALLIES])
{
	list[0] = &seen->servers;
	list[1] = &seen->clients;
	list[2] = &seen->shares;
	list[3] = &seen->visitors;
	list[4] = &seen->visited_by;
	list[5] = &seen->exceptions;
	list[6] = &seen->excepted;
	list[7] = &seen->notices;
}

void sg_seen_end(struct sg_seen *seen)
{
	sg_tally_free(&seen->servers);
	sg_tally_free(&seen->clients);
	sg_tally_free(&seen->shares);
	sg_tally_free(&seen->visitors);
	sg_tally_free(&seen->visited_by);
	sg_tally_free(&seen->exceptions);
	sg_tally_free(&seen->excepted);
	sg_tally_free(&seen->notices);
}

bool sg_seen_is_cut(const struct sg_seen *seen)
{
	const struct sg_tally *list[TALLIES] = {NULL};
	bool cut = false;
	size_t i;

	list_tallies(seen, list);
	for (i = 0; i < TALLIES; i++) {
		cut = cut || list[i]->full;
	}
	return cut;
}

bool sg_seen_is_out_of_memory(const struct sg_seen *seen)
{
	const struct sg_tally *list[TALLIES] = {NULL};
	bool out = seen->nomem;
	size_t i;

	list_tallies(seen, list);
	for (i = 0; i < TALLIES; i++) {
		out = out || list[i]->nomem;
	}
	return out;
}

void sg_count_add(struct sg_count *count, int64_t when)
{
	if (count->count == 0 || when < count->first) {
		count->first = when;
	}
	if (count->count == 0 || when > count->last) {
		count->last = when;
	}
	count->count++;
}

void sg_seen_at_all(struct sg_seen *seen, const struct sg_record *r)
{
	struct sg_count *server =
		sg_tally_at(&seen->servers, &r->text[SG_TEXT_SERVER]);

	if (server != NULL) {
		sg_count_add(server, r->when);
	}
	sg_count_add(&seen->events, r->when);
	sg_hours_add(seen->hours, r->when);
}

static void remember(struct sg_seen *seen,
		     char **name,
		     const struct sg_text *text)
{
	if (*name != NULL && sg_text_is(text, *name)) {
		return;
	}
	talloc_free(*name);
	/* An event may have none. */
	*name = text->text != NULL
			? talloc_strndup(seen->mem_ctx, text->text, text->len)
			: talloc_strdup(seen->mem_ctx, "");
	seen->nomem = seen->nomem || *name == NULL;
}

struct sg_client *sg_seen_client(struct sg_seen *seen,
				 const struct sg_record *r)
{
	return sg_tally_at(&seen->clients, &r->text[SG_TEXT_CLIENT]);
}

const char *sg_seen_name(const struct sg_seen *seen, const char *address)
{
	const struct sg_client *client = NULL;

	client = sg_tally_look(&seen->clients,
			       &(struct sg_text){
				       .text = address,
				       .len = strlen(address),
			       });
	return client != NULL ? client->name : NULL;
}

static bool is_denied(const struct sg_record *r)
{
	return sg_text_is(&r->text[SG_TEXT_OUTCOME], "denied");
}

static bool is_would_deny(const struct sg_record *r)
{
	return sg_text_is(&r->text[SG_TEXT_OUTCOME], "would_deny");
}

static bool is_verdict(const struct sg_record *r)
{
	return r->kind == SG_EVENT_NEGOTIATE || r->kind == SG_EVENT_SESSION ||
	       r->kind == SG_EVENT_SHARE_CONNECT;
}

static void add_client(struct sg_seen *seen,
		       const struct sg_record *r,
		       bool ready)
{
	struct sg_client *client = sg_seen_client(seen, r);
	const struct sg_text *name = &r->text[SG_TEXT_CLIENT_NAME];

	if (client == NULL) {
		return;
	}
	sg_count_add(&client->events, r->when);
	if (name->len > 0) {
		remember(seen, &client->name, name);
	}
	if (is_verdict(r)) {
		client->denied += is_denied(r) ? 1 : 0;
		client->would_deny += is_would_deny(r) ? 1 : 0;
	}
	if (r->kind == SG_EVENT_SHARE_CONNECT) {
		client->accesses++;
		client->unready = client->unready || !ready;
	}
}

/* Names of shares are the same in any case of ASCII. */
static struct sg_text folded(const struct sg_text *text, char to[FOLDED])
{
	size_t i;

	if (text->len > FOLDED) {
		return *text;
	}
	for (i = 0; i < text->len; i++) {
		char c = text->text[i];

		to[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return (struct sg_text){.text = to, .len = text->len};
}

/* Once for each of its kind: true for the first. */
static bool is_new(struct sg_tally *tally, const struct sg_text *key)
{
	bool *known = sg_tally_at(tally, key);
	bool fresh = known != NULL && !*known;

	if (fresh) {
		*known = true;
	}
	return fresh;
}

/* What a pair of share and client is, beside being there */
static void add_visitor(struct sg_seen *seen,
			struct sg_share *share,
			const struct sg_text *name,
			const struct sg_record *r,
			bool ready)
{
	const struct sg_text by_client[] = {*name, r->text[SG_TEXT_CLIENT]};
	const struct sg_text by_account[] = {
		*name,
		r->text[SG_TEXT_DOMAIN],
		r->text[SG_TEXT_ACCOUNT],
	};
	size_t before = seen->visitors.num;
	bool *unready = sg_tally_at(&seen->visitors, by_client);

	share->clients += seen->visitors.num > before ? 1 : 0;
	if (unready != NULL && !ready && !*unready) {
		*unready = true;
		share->unready++;
	}
	share->accounts += is_new(&seen->visited_by, by_account) ? 1 : 0;
}

static void add_share(struct sg_seen *seen,
		      const struct sg_record *r,
		      const struct sg_text *name,
		      bool ready)
{
	char buffer[FOLDED];
	struct sg_text key = folded(name, buffer);
	struct sg_share *share = sg_tally_at(&seen->shares, &key);
	bool let_in = !is_denied(r);

	if (share == NULL) {
		return;
	}
	if (share->name == NULL) {
		remember(seen, &share->name, name);
	}
	share->accesses++;
	share->denied += let_in ? 0 : 1;
	share->would_deny += is_would_deny(r) ? 1 : 0;
	share->dialects[sg_record_dialect(r)]++;
	if (let_in) {
		share->let_in++;
		share->encrypted += r->is_encrypted == SG_YES ? 1 : 0;
		/* What is encrypted needs no signature. */
		share->is_signed +=
			r->is_signed == SG_YES || r->is_encrypted == SG_YES ? 1
									    : 0;
	}
	add_visitor(seen, share, &key, r, ready);
}

static void add_exception(struct sg_seen *seen, const struct sg_record *r)
{
	const struct sg_text key[] = {
		r->text[SG_TEXT_EXCEPTION],
		r->text[SG_TEXT_UNTIL],
		r->text[SG_TEXT_CLIENT],
	};
	struct sg_exception_use *use = sg_tally_at(&seen->exceptions, key);

	if (use == NULL) {
		return;
	}
	if (is_denied(r) || is_would_deny(r)) {
		use->expired++;
		return;
	}
	sg_count_add(&use->used, r->when);
	use->clients += is_new(&seen->excepted, key) ? 1 : 0;
}

static bool is_notable(enum sg_event_kind kind)
{
	return kind == SG_EVENT_NEGOTIATE_MISMATCH ||
	       kind == SG_EVENT_NEGOTIATE_TAMPERED ||
	       kind == SG_EVENT_INTEGRITY_SUSPECTED ||
	       kind == SG_EVENT_DOWNGRADE || kind == SG_EVENT_POLICY_ERROR ||
	       kind == SG_EVENT_AUDIT_LOST;
}

/* An error of the policy is one, whoever came first. */
static void add_notice(struct sg_seen *seen, const struct sg_record *r)
{
	bool ours = r->kind == SG_EVENT_POLICY_ERROR ||
		    r->kind == SG_EVENT_AUDIT_LOST;
	struct sg_text key[SG_NOTICE_PARTS] = {
		[SG_NOTICE_EVENT] = r->text[SG_TEXT_EVENT],
	};
	struct sg_notice *notice = NULL;

	if (ours) {
		key[SG_NOTICE_WHAT] = r->text[SG_TEXT_OPTION];
		key[SG_NOTICE_WAS] = r->text[SG_TEXT_SCOPE];
		key[SG_NOTICE_NOW] = r->text[SG_TEXT_ACTUAL];
	} else {
		key[SG_NOTICE_CLIENT] = r->text[SG_TEXT_CLIENT];
		key[SG_NOTICE_DOMAIN] = r->text[SG_TEXT_DOMAIN];
		key[SG_NOTICE_ACCOUNT] = r->text[SG_TEXT_ACCOUNT];
		key[SG_NOTICE_WHAT] = r->text[SG_TEXT_WHAT];
		key[SG_NOTICE_WAS] = r->text[SG_TEXT_WAS];
		key[SG_NOTICE_NOW] = r->text[SG_TEXT_NOW];
	}
	notice = sg_tally_at(&seen->notices, key);
	if (notice != NULL) {
		sg_count_add(&notice->seen, r->when);
		notice->lost += r->lost > 0 ? (uint64_t)r->lost : 0;
	}
	seen->lost += r->lost > 0 ? (uint64_t)r->lost : 0;
}

void sg_seen_add(struct sg_seen *seen,
		 const struct sg_record *r,
		 const struct sg_text *share)
{
	bool visit = r->kind == SG_EVENT_SHARE_CONNECT;
	bool ready = visit && sg_record_could_encrypt(r);

	seen->kinds[r->kind]++;
	if (r->kind != SG_EVENT_POLICY_ERROR &&
	    r->kind != SG_EVENT_AUDIT_LOST) {
		add_client(seen, r, ready);
	}
	if (visit) {
		add_share(seen, r, share, ready);
	}
	if (r->text[SG_TEXT_EXCEPTION].len > 0 && !sg_kind_is_file(r->kind)) {
		add_exception(seen, r);
	}
	if (is_notable(r->kind)) {
		add_notice(seen, r);
	}
}

uint64_t sg_seen_files(const struct sg_seen *seen)
{
	uint64_t files = 0;
	int kind;

	for (kind = 1; kind < SG_EVENT_KINDS; kind++) {
		bool is_file = sg_kind_is_file((enum sg_event_kind)kind);

		files += is_file ? seen->kinds[kind] : 0;
	}
	return files;
}

struct sg_clients_sum sg_seen_sum(const struct sg_seen *seen)
{
	const struct sg_tally *clients = &seen->clients;
	struct sg_clients_sum sum = {.all = clients->num};
	const struct sg_tally_entry *e = NULL;

	for (e = sg_tally_next(clients, NULL); e != NULL;
	     e = sg_tally_next(clients, e)) {
		const struct sg_client *c = sg_tally_value(e);

		sum.refused += c->denied > 0 || c->would_deny > 0 ? 1 : 0;
		sum.visitors += c->accesses > 0 ? 1 : 0;
		sum.ready += c->accesses > 0 && !c->unready ? 1 : 0;
		sum.asked += c->asked ? 1 : 0;
		sum.would_break += c->would_break ? 1 : 0;
		sum.unknown += c->unknown && !c->would_break ? 1 : 0;
	}
	return sum;
}

size_t sg_seen_silences(const struct sg_seen *seen,
			int64_t from,
			int64_t to,
			struct sg_silence silences[SG_SILENCES])
{
	return sg_hours_silences(seen->hours, from, to, silences);
}
