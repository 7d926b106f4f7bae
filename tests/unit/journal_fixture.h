/*
 * smbguard: events in the journal, for the tests of both ways
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TESTS_JOURNAL_FIXTURE_H
#define SMBGUARD_TESTS_JOURNAL_FIXTURE_H

#include "core/event/journal.h"
#include "event_fixture.h"

struct fields {
	struct sg_journal_item *items; /* each with a NUL behind it */
	size_t num;
};

/* As journald takes a message apart */
static inline struct fields items_of(TALLOC_CTX *mem_ctx,
				     const char *message,
				     size_t len)
{
	struct fields f = {.items = NULL};
	const char *p = message;
	const char *end = message + len;

	f.items = talloc_array(mem_ctx, struct sg_journal_item, 100);
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t value_len = 0;
		size_t i;

		assert_non_null(newline);
		assert_true(end - newline > 9);
		for (i = 8; i > 0; i--) {
			value_len = value_len << 8 | (unsigned char)newline[i];
		}
		assert_true(value_len < (size_t)(end - newline - 9));
		assert_int_equal(newline[9 + value_len], '\n');
		assert_true(f.num < 100);
		f.items[f.num].text = talloc_asprintf(f.items,
						      "%.*s=%.*s",
						      (int)(newline - p),
						      p,
						      (int)value_len,
						      newline + 9);
		f.items[f.num].len = (size_t)(newline - p) + 1 + value_len;
		assert_int_equal(strlen(f.items[f.num].text),
				 f.items[f.num].len);
		f.num++;
		p = newline + 9 + value_len + 1;
	}
	return f;
}

static inline struct fields fields_of(TALLOC_CTX *mem_ctx,
				      const struct sg_event *event)
{
	size_t len = 0;
	char *message = sg_journal_message(mem_ctx, event, &len);
	struct fields f;

	assert_non_null(message);
	assert_ptr_equal(talloc_parent(message), mem_ctx);
	f = items_of(mem_ctx, message, len);
	talloc_free(message);
	return f;
}

/* The value of the one field with that key, NULL: none */
static inline const char *value_of(const struct fields *f, const char *key)
{
	const char *value = NULL;
	size_t len = strlen(key);
	size_t i;

	for (i = 0; i < f->num; i++) {
		const char *text = f->items[i].text;

		if (strncmp(text, key, len) == 0 && text[len] == '=') {
			assert_null(value);
			value = text + len + 1;
		}
	}
	return value;
}

static inline void assert_value(const struct fields *f,
				const char *key,
				const char *expected)
{
	const char *value = value_of(f, key);

	if (value == NULL || strcmp(value, expected) != 0) {
		fail_msg("%s is \"%s\", not \"%s\"",
			 key,
			 value != NULL ? value : "missing",
			 expected);
	}
}

/* Everything that an event can have at once */
struct whole {
	struct sg_facts facts;
	struct sg_offer offer;
	struct sg_verdict verdict;
	struct sg_downgrade downgrade;
	struct sg_negotiated side;
	struct sg_file_told file;
	struct sg_file_counts counts;
	struct sg_event event;
};

/* Of a file, all that there can be */
static inline void fill_file(struct whole *w)
{
	w->file = (struct sg_file_told){
		.path = "a\"b/c\\\xff\n:s",
		.new_path = "b\xc3\xa4r",
		.have_id = true,
		.id = UINT64_MAX,
		.disposition = "FILE_OPEN_IF",
		.created = SG_YES,
		.overwritten = SG_YES,
		.directory = SG_NO,
		.delete_on_close = SG_YES,
		.reconnected = SG_NO,
		.requested_by = "S-1-5-21-1-2-3-1105",
	};
	sg_bits_set(&w->file.access, UINT32_MAX);
	sg_bits_set(&w->file.changed, 3);
	sg_bits_set(&w->file.attributes, 1);
	w->counts = (struct sg_file_counts){
		.reads = 1,
		.bytes_read = INT64_MAX,
		.writes = 0,
		.bytes_written = 2,
	};
}

static inline void fill(struct whole *w, enum sg_event_kind kind)
{
	static const char odd[] = "A\0\n\xff\\\"";

	*w = (struct whole){.facts = full_facts, .verdict = denied};
	w->offer = (struct sg_offer){
		.kind = SG_OFFER_SMB2,
		.problem = "a \"problem\"\n",
		.smb1 = {{(const uint8_t *)"NT LM 0.12", 10},
			 {(const uint8_t *)odd, sizeof(odd) - 1}},
		.num_smb1 = 2,
		.dialects = {0x0311, 0x0999},
		.num_dialects = 2,
		.has_ciphers = true,
		.has_signing = true,
		.signing = {2, 99},
		.num_signing = 2,
		.security_mode = 3,
		.capabilities = UINT32_MAX,
		.netname = "b\xc3\xa4r",
		.left_out = 7,
	};
	w->downgrade = (struct sg_downgrade){
		.what = "cipher",
		.was = "AES-256-GCM",
		.now = "none",
		.side = "client",
	};
	w->side = (struct sg_negotiated){
		.capabilities = 0x7f,
		.guid = {1, 2, 3},
		.security_mode = 1,
		.dialects = {0x0302, 0x0999},
		.num_dialects = 2,
	};
	w->facts.offer = &w->offer;
	w->facts.account = "x\nMESSAGE=forged\\";
	w->facts.client_name = "caf\xe9";
	w->facts.password_type = "NTLMv2";
	w->verdict.exception = "legacy";
	w->verdict.until = "2026-12-31";
	fill_file(w);
	w->event = (struct sg_event){
		.kind = kind,
		.when = noon,
		.facts = &w->facts,
		.verdict = &w->verdict,
		.have_duration = true,
		.duration = 1500000,
		.nt_status = "NT_STATUS_ACCESS_DENIED",
		.lost = 3,
		.count = UINT32_MAX,
		.previous_account = "bob \"the\" builder",
		.pipe = "samr",
		.downgrade = &w->downgrade,
		.explanation = "\x01",
		.sent = &w->side,
		.received = &w->side,
		.file = &w->file,
		.counts = &w->counts,
	};
}

#endif /* SMBGUARD_TESTS_JOURNAL_FIXTURE_H */
