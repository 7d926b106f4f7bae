/*
 * smbguard: fuzzing whole events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is cut into the strings and numbers of an event of any kind. Its
 * line must be one line, which jansson reads and writes again alike, with the
 * strings that went in; and the same line must come back from the journal. Then
 * the input is an entry of the journal by itself, of which a line must come
 * that jansson reads. How it fails: abort(), which libFuzzer reports.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/event/journal.h"
#include "core/cut.h"

#define MAX_ITEMS 100

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t left;
	TALLOC_CTX *mem_ctx;
};

static void require(bool ok)
{
	if (!ok) {
		abort();
	}
}

static uint64_t number(struct input *in, size_t bytes)
{
	uint64_t value = 0;

	for (; bytes > 0 && in->left > 0; bytes--) {
		value = value << 8 | *in->data++;
		in->left--;
	}
	return value;
}

/* So many bytes as the first one says, or more: in a block of their own */
static struct sg_bytes bytes(struct input *in)
{
	size_t len = number(in, 1);
	struct sg_bytes s = {.length = len == 255 ? 2000 : len};

	if (s.length > in->left) {
		s.length = in->left;
	}
	s.data = talloc_memdup(in->mem_ctx, in->data, s.length);
	require(s.data != NULL);
	in->data += s.length;
	in->left -= s.length;
	return s;
}

/* NULL in place of some */
static const char *text(struct input *in)
{
	struct sg_bytes s;

	if (in->left == 0 || *in->data == 254) {
		(void)number(in, 1);
		return NULL;
	}
	s = bytes(in);
	return talloc_strndup(in->mem_ctx, (const char *)s.data, s.length);
}

static size_t ids(struct input *in, uint16_t list[SG_OFFER_MAX_ITEMS])
{
	size_t num = number(in, 1) % (SG_OFFER_MAX_ITEMS + 1);
	size_t i;

	for (i = 0; i < num; i++) {
		list[i] = (uint16_t)number(in, 2);
	}
	return num;
}

static void fill_facts(struct input *in, struct sg_facts *facts)
{
	*facts = (struct sg_facts){
		.connection_id = number(in, 8),
		.pid = (long)number(in, 4),
		.client_port = (uint16_t)number(in, 2),
		.have_guid = number(in, 1) % 2 != 0,
		.dialect = (enum sg_dialect)number(in, 1),
		.cipher = (uint16_t)number(in, 2),
		.signing_algorithm = (int)number(in, 3),
		.have_session_id = number(in, 1) % 2 != 0,
		.session_id = number(in, 8),
		.is_signed = (enum sg_known)(number(in, 1) % 3),
		.is_encrypted = (enum sg_known)(number(in, 1) % 3),
		.account = text(in),
		.server_name = text(in),
		.local_address = text(in),
		.client_address = text(in),
		.client_name = text(in),
		.domain = text(in),
		.sid = text(in),
		.mechanism = text(in),
		.password_type = text(in),
		.share = text(in),
	};
}

static void fill_offer(struct input *in, struct sg_offer *offer)
{
	size_t i;

	offer->kind = (enum sg_offer_kind)(number(in, 1) % 5);
	offer->num_smb1 = number(in, 1) % (SG_OFFER_MAX_ITEMS + 1);
	for (i = 0; i < offer->num_smb1; i++) {
		offer->smb1[i] = bytes(in);
	}
	offer->num_dialects = ids(in, offer->dialects);
	offer->has_ciphers = number(in, 1) % 2 != 0;
	offer->num_ciphers = ids(in, offer->ciphers);
	offer->has_signing = number(in, 1) % 2 != 0;
	offer->num_signing = ids(in, offer->signing);
	offer->security_mode = (uint16_t)number(in, 2);
	offer->capabilities = (uint32_t)number(in, 4);
	offer->left_out = number(in, 2);
	offer->netname = text(in);
	offer->problem = text(in);
}

static void fill_side(struct input *in, struct sg_negotiated *side)
{
	side->capabilities = (uint32_t)number(in, 4);
	side->security_mode = (uint16_t)number(in, 2);
	side->num_dialects = ids(in, side->dialects);
}

/* The bits of a number; and what nobody would set */
static void fill_bits(struct input *in, struct sg_bits *list)
{
	sg_bits_set(list, (uint32_t)number(in, 4));
	if (list->num > 0 && number(in, 1) % 4 == 0) {
		list->bits[0] = (uint16_t)number(in, 2);
	}
}

static void fill_file(struct input *in,
		      struct sg_file_told *file,
		      struct sg_file_counts *counts)
{
	*file = (struct sg_file_told){
		.have_id = number(in, 1) % 2 != 0,
		.id = number(in, 8),
		.created = (enum sg_known)(number(in, 1) % 3),
		.overwritten = (enum sg_known)(number(in, 1) % 3),
		.directory = (enum sg_known)(number(in, 1) % 3),
		.delete_on_close = (enum sg_known)(number(in, 1) % 3),
		.reconnected = (enum sg_known)(number(in, 1) % 3),
		.path = text(in),
		.new_path = text(in),
		.disposition = text(in),
		.requested_by = text(in),
	};
	fill_bits(in, &file->access);
	fill_bits(in, &file->changed);
	fill_bits(in, &file->attributes);
	*counts = (struct sg_file_counts){
		.reads = number(in, 8),
		.bytes_read = number(in, 8),
		.writes = number(in, 8),
		.bytes_written = number(in, 8),
	};
}

static void check_json(const char *line, size_t len, bool again)
{
	json_t *root = NULL;
	char *dumped = NULL;

	require(len > 2 && strlen(line) == len);
	require(memchr(line, '\n', len) == line + len - 1);
	root = json_loadb(line,
			  len,
			  JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
			  NULL);
	require(json_is_object(root));
	if (again) {
		dumped = json_dumps(root, JSON_COMPACT);
		require(dumped != NULL && strlen(dumped) == len - 1);
		require(memcmp(dumped, line, len - 1) == 0);
	}
	free(dumped);
	json_decref(root);
}

/* A text that needs no escape and no cut is there as it was. */
static void check_account(const char *line, const char *account)
{
	json_t *root = json_loads(line, JSON_ALLOW_NUL, NULL);
	json_t *value = json_object_get(root, "account");
	size_t len = account != NULL ? strlen(account) : 0;

	require((value != NULL) == (account != NULL));
	if (account != NULL && sg_is_utf8(account, len) &&
	    sg_cut_length(account, len, SG_TEXT_MAX) == len) {
		require(strcmp(json_string_value(value), account) == 0);
	}
	json_decref(root);
}

static void check_journal(TALLOC_CTX *mem_ctx,
			  const struct sg_event *event,
			  const char *line)
{
	struct sg_journal_item items[MAX_ITEMS];
	size_t num = 0;
	size_t len = 0;
	char *message = sg_journal_message(mem_ctx, event, &len);
	const char *p = message;
	char *back = NULL;

	require(message != NULL);
	while (p < message + len) {
		size_t left = (size_t)(message + len - p);
		const char *newline = memchr(p, '\n', left);
		size_t key_len = (size_t)(newline - p);
		uint64_t size = 0;
		char *item = NULL;

		require(newline != NULL && left > key_len + 9);
		memcpy(&size, newline + 1, sizeof(size));
		require(size < left - key_len - 9 && num < MAX_ITEMS);
		require(newline[9 + size] == '\n');
		item = talloc_size(mem_ctx, key_len + 1 + size);
		require(item != NULL);
		memcpy(item, p, key_len);
		item[key_len] = '=';
		memcpy(item + key_len + 1, newline + 9, size);
		items[num].text = item;
		items[num++].len = key_len + 1 + size;
		p = newline + 9 + size + 1;
	}
	back = sg_journal_line(mem_ctx, items, num, &len);
	require(back != NULL && strcmp(back, line) == 0);
}

static void check_event(struct input *in)
{
	TALLOC_CTX *mem_ctx = in->mem_ctx;
	struct sg_offer *offer = talloc_zero(mem_ctx, struct sg_offer);
	struct sg_negotiated sides[2] = {{.capabilities = 0}};
	struct sg_file_told file;
	struct sg_file_counts counts;
	struct sg_facts facts;
	struct sg_verdict verdict = {.option = NULL};
	struct sg_downgrade change = {.side = ""};
	struct sg_event event = {
		.kind = (enum sg_event_kind)(number(in, 1) % SG_EVENT_KINDS),
		.when = {.tv_sec = (time_t)number(in, 4)},
		.facts = &facts,
		.verdict = &verdict,
		.have_duration = number(in, 1) % 2 != 0,
		.duration = number(in, 8),
		.lost = number(in, 8),
		.count = (uint32_t)number(in, 4),
	};
	unsigned parts = (unsigned)number(in, 1);
	size_t len = 0;
	char *line = NULL;

	require(offer != NULL);
	event.when.tv_nsec = (long)(number(in, 4) % 1000000000);
	fill_facts(in, &facts);
	fill_offer(in, offer);
	facts.offer = (parts & 1) != 0 ? offer : NULL;
	verdict = (struct sg_verdict){
		.outcome = (enum sg_outcome)(number(in, 1) % (SG_FAILED + 1)),
		.option = text(in),
		.scope = text(in),
		.required = text(in),
		.actual = text(in),
		.exception = text(in),
		.until = text(in),
		.reason = text(in),
	};
	verdict.reason = verdict.reason != NULL ? verdict.reason : "So.";
	change.what = text(in);
	change.was = text(in);
	change.now = text(in);
	event.downgrade = (parts & 2) != 0 ? &change : NULL;
	event.explanation = text(in);
	event.previous_account = text(in);
	event.pipe = text(in);
	event.nt_status = text(in);
	fill_side(in, &sides[0]);
	fill_side(in, &sides[1]);
	event.received = (parts & 4) != 0 ? &sides[0] : NULL;
	event.sent = (parts & 8) != 0 ? &sides[1] : NULL;
	fill_file(in, &file, &counts);
	event.file = (parts & 16) != 0 ? &file : NULL;
	event.counts = (parts & 32) != 0 ? &counts : NULL;

	line = sg_event_line(mem_ctx, &event, &len);
	require(line != NULL);
	check_json(line, len, true);
	check_account(line, facts.account);
	check_journal(mem_ctx, &event, line);
}

/* Items end with a newline here, so that mutations can find one. */
static void check_entry(struct input *in)
{
	struct sg_journal_item items[MAX_ITEMS];
	size_t num = 0;
	size_t len = 0;
	char *line = NULL;

	while (in->left > 0 && num < MAX_ITEMS) {
		const uint8_t *newline = memchr(in->data, '\n', in->left);
		size_t n = newline != NULL ? (size_t)(newline - in->data)
					   : in->left;

		items[num].text = talloc_memdup(in->mem_ctx, in->data, n);
		items[num++].len = n;
		n += newline != NULL ? 1 : 0;
		in->data += n;
		in->left -= n;
	}
	line = sg_journal_line(in->mem_ctx, items, num, &len);
	require(line != NULL);
	check_json(line, len, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {
		.data = data,
		.left = size,
		.mem_ctx = talloc_new(NULL),
	};

	check_event(&in);
	in.data = data;
	in.left = size;
	check_entry(&in);
	talloc_free(in.mem_ctx);
	return 0;
}
