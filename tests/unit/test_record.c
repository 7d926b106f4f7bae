/*
 * smbguard: tests of the two readers of lines
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every line that smbguard writes of plain names is read without jansson, and
 * both find the same in it. What is not of that form is left to jansson, which
 * then says whether it is an event.
 */

/* with: tools/events/canonical.c tools/events/record.c tools/events/scan.c
   tools/events/text.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "event_fixture.h"
#include "events/record.h"

/* A line without its newline, in a block of exactly its length */
static struct sg_line line_of(const char *text, size_t len)
{
	char *copy = malloc(len);

	assert_non_null(copy);
	memcpy(copy, text, len);
	return (struct sg_line){
		.text = copy,
		.len = len,
		.file = "test",
		.number = 1,
	};
}

static void free_line(const struct sg_line *line)
{
	free((void *)(uintptr_t)line->text);
}

static void assert_same(const struct sg_record *a, const struct sg_record *b)
{
	int i;

	assert_int_equal(a->when, b->when);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->connection, b->connection);
	assert_int_equal(a->windows_id, b->windows_id);
	assert_int_equal(a->lost, b->lost);
	assert_int_equal(a->is_signed, b->is_signed);
	assert_int_equal(a->is_encrypted, b->is_encrypted);
	assert_int_equal(a->has_offer, b->has_offer);
	assert_int_equal(a->ciphers, b->ciphers);
	assert_int_equal(a->signing, b->signing);
	assert_int_equal(a->has_file_id, b->has_file_id);
	assert_int_equal(a->file_id, b->file_id);
	assert_int_equal(a->opens, b->opens);
	assert_int_equal(a->created, b->created);
	assert_int_equal(a->overwritten, b->overwritten);
	assert_int_equal(a->directory, b->directory);
	assert_int_equal(a->reads, b->reads);
	assert_int_equal(a->bytes_read, b->bytes_read);
	assert_int_equal(a->writes, b->writes);
	assert_int_equal(a->bytes_written, b->bytes_written);
	for (i = 0; i < SG_TEXTS; i++) {
		assert_int_equal(a->text[i].text == NULL,
				 b->text[i].text == NULL);
		assert_int_equal(a->text[i].len, b->text[i].len);
		if (a->text[i].text != NULL) {
			assert_memory_equal(a->text[i].text,
					    b->text[i].text,
					    a->text[i].len);
		}
	}
}

/* Both find the same, the fast one only if it is canonical. */
static void check(const char *text, size_t len, bool canonical, bool event)
{
	struct sg_line line = line_of(text, len);
	struct sg_record fast = {.when = 0};
	struct sg_record slow = {.when = 0};
	const char *problem = NULL;

	if (sg_record_canonical(line.text, line.len, &fast) != canonical) {
		fail_msg("%s: %.*s",
			 canonical ? "not canonical" : "canonical",
			 (int)len,
			 text);
	}
	assert_int_equal(sg_record_by_jansson(&line, &slow, &problem), event);
	assert_int_equal(problem == NULL, event);
	if (canonical) {
		assert_same(&fast, &slow);
	}
	sg_record_end(&slow);
	free_line(&line);
}

static const struct sg_verdict verdict = {
	.outcome = SG_DENIED,
	.option = "smbguard:encryption",
	.scope = "secret",
	.required = "required",
	.actual = "none",
	.exception = "scanner",
	.until = "2026-12-31",
	.reason = "Refused: it cannot encrypt.",
};

static const struct sg_downgrade worse = {
	.what = "dialect",
	.was = "SMB3_11",
	.now = "NT1",
	.side = "client",
};

static const struct sg_file_told file = {
	.path = "Accounts/2026 \xc3\xa4.xlsx:stream",
	.new_path = "Accounts/old.xlsx",
	.have_id = true,
	.id = 77,
	.disposition = "FILE_OPEN",
	.access = {.bits = {0, 1, 28}, .num = 3},
	.created = SG_NO,
	.overwritten = SG_YES,
	.directory = SG_NO,
	.changed = {.bits = {0, 4}, .num = 2},
	.requested_by = "S-1-5-21-1-2-3-1105",
};

static const struct sg_file_counts counts = {
	.reads = 2,
	.bytes_read = 65536,
	.writes = 3,
	.bytes_written = UINT64_C(5000000000),
};

/* What a report of files needs is read by both. */
static void test_record_of_a_file(void **state)
{
	struct sg_event event = {
		.kind = SG_EVENT_FILE_OPEN,
		.when = noon,
		.facts = &full_facts,
		.verdict = &allowed,
		.nt_status = "NT_STATUS_OK",
		.file = &file,
	};
	struct sg_record r = {.when = 0};
	size_t len = 0;
	char *text = sg_event_line(NULL, &event, &len);

	assert_true(sg_record_canonical(text, len - 1, &r));
	assert_int_equal(r.kind, SG_EVENT_FILE_OPEN);
	assert_true(sg_text_is(&r.text[SG_TEXT_PATH], file.path));
	assert_true(sg_text_is(&r.text[SG_TEXT_STATUS], "NT_STATUS_OK"));
	assert_int_equal(r.file_id, 77);
	assert_true(r.has_file_id);
	assert_int_equal(r.opens, SG_OPENS_READ | SG_OPENS_WRITE);
	assert_int_equal(r.created, SG_NO);
	assert_int_equal(r.overwritten, SG_YES);
	assert_int_equal(r.directory, SG_NO);
	talloc_free(text);

	event.kind = SG_EVENT_FILE_CLOSE;
	event.counts = &counts;
	text = sg_event_line(NULL, &event, &len);
	assert_true(sg_record_canonical(text, len - 1, &r));
	assert_int_equal(r.reads, 2);
	assert_int_equal(r.bytes_read, 65536);
	assert_int_equal(r.writes, 3);
	assert_int_equal(r.bytes_written, INT64_C(5000000000));
	talloc_free(text);

	event.kind = SG_EVENT_FILE_RENAME;
	event.counts = NULL;
	text = sg_event_line(NULL, &event, &len);
	assert_true(sg_record_canonical(text, len - 1, &r));
	assert_true(sg_text_is(&r.text[SG_TEXT_NEW_PATH], file.new_path));
	talloc_free(text);
}

static void test_record_of_each_kind_is_canonical(void **state)
{
	static const struct sg_facts *const facts[] = {
		&full_facts,
		&bare_facts,
	};
	static const struct sg_negotiated side = {.num_dialects = 0};
	size_t f;
	int kind;

	for (kind = 1; kind < SG_EVENT_KINDS; kind++) {
		for (f = 0; f < ARRAY_LENGTH(facts); f++) {
			struct sg_event event = {
				.kind = (enum sg_event_kind)kind,
				.when = noon,
				.facts = facts[f],
				.verdict = &verdict,
				.have_duration = f == 0,
				.lost = 12,
				.count = 3,
				.downgrade = kind == SG_EVENT_DOWNGRADE ? &worse
									: NULL,
				.sent = &side,
				.received = &side,
				.file = f == 0 ? &file : NULL,
				.counts = f == 0 ? &counts : NULL,
			};
			size_t len = 0;
			char *text = sg_event_line(NULL, &event, &len);

			assert_non_null(text);
			check(text, len - 1, true, true);
			talloc_free(text);
		}
	}
}

static const char begin[] =
	"{\"timestamp\":\"2026-11-22T12:12:11.929289Z\",\"type\":\"smbguard\","
	"\"version\":{\"major\":1,\"minor\":0},\"event\":\"session\","
	"\"outcome\":\"allowed\",\"connectionId\":\"0x00000000000000ff\"";

/* What comes behind begin, in place of the rest of an event */
static const struct {
	const char *rest;
	bool canonical;
	bool event;
} cases[] = {
	{"}", true, true},
	{",\"account\":\"alice\",\"reason\":\"x\"}", true, true},
	{",\"account\":\"\"}", true, true},
	{",\"account\":\"J\xc3\xb6rg \xf0\x9f\x98\x80\x7f\"}", true, true},
	{",\"signed\":true,\"encrypted\":false}", true, true},
	{",\"policy\":{\"option\":\"o\",\"until\":\"u\"}}", true, true},
	{",\"offer\":{\"ciphers\":[\"AES-128-GCM\",\"0x0009\"]}}", true, true},
	{",\"offer\":{\"ciphers\":[]}}", true, true},
	{",\"windowsEventId\":-3021}", true, true},
	/* Events that smbguard would have written otherwise */
	{",\"account\":\"a\\\\b\"}", false, true},
	{",\"account\":\"a\\u0000b\"}", false, true},
	{", \"account\":\"alice\"}", false, true},
	{"} ", false, true},
	{",\"unknown\":1}", false, true},
	{",\"reason\":\"x\",\"account\":\"alice\"}", false, true},
	{",\"account\":null}", false, true},
	{",\"account\":1}", false, true},
	{",\"signed\":\"true\"}", false, true},
	{",\"policy\":{}}", false, true},
	{",\"policy\":\"option\"}", false, true},
	{",\"offer\":{\"ciphers\":[1]}}", false, true},
	{",\"windowsEventId\":1234567890123456789}", false, true},
	{",\"windowsEventId\":1.5}", false, true},
	/* What is no event, whoever reads it */
	{"", false, false},
	{"}}", false, false},
	{",}", false, false},
	{",\"account\":\"alice}", false, false},
	{",\"account\":\"a\tb\"}", false, false},
	{",\"account\":\"\xff\"}", false, false},
	{",\"account\":\"\xed\xa0\x80\"}", false, false},
	{",\"account\":\"\xc3\"}", false, false},
	{",\"account\":\"a\",\"account\":\"b\"}", false, false},
	{",\"policy\":{\"option\":\"o\"},\"policy\":{\"scope\":\"s\"}}",
	 false,
	 false},
	{",\"policy\":{\"option\":\"o\"}", false, false},
	{",\"windowsEventId\":01}", false, false},
	{",\"windowsEventId\":-}", false, false},
	{",\"offer\":{\"ciphers\":[\"x\",]}}", false, false},
	{",\"signed\":tru}", false, false},
};

static void test_record_odd_lines(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		char text[1024];
		int len = snprintf(text,
				   sizeof(text),
				   "%s%s",
				   begin,
				   cases[i].rest);

		check(text, (size_t)len, cases[i].canonical, cases[i].event);
	}
}

/* Every cut of a line, and every byte of it another one */
static void test_record_broken_lines(void **state)
{
	char text[sizeof(begin) + 1];
	size_t len = sizeof(begin);
	size_t i;
	int byte;

	snprintf(text, sizeof(text), "%s}", begin);
	for (i = 1; i < len; i++) {
		check(text, i, false, false);
	}
	for (i = 0; i < len; i++) {
		for (byte = 0; byte < 256; byte++) {
			struct sg_line line;
			struct sg_record fast = {.when = 0};
			struct sg_record slow = {.when = 0};
			const char *problem = NULL;
			char was = text[i];
			bool ok;

			text[i] = (char)byte;
			line = line_of(text, len);
			text[i] = was;
			ok = sg_record_canonical(line.text, len, &fast);
			if (ok) {
				assert_true(sg_record_by_jansson(&line,
								 &slow,
								 &problem));
				assert_same(&fast, &slow);
				sg_record_end(&slow);
			}
			free_line(&line);
		}
	}
}

static void test_record_times(void **state)
{
	static const struct {
		const char *time;
		bool canonical;
		bool event;
	} times[] = {
		{"1970-01-01T00:00:00.000000Z", true, true},
		{"2024-02-29T23:59:59.999999Z", true, true},
		{"2000-02-29T00:00:00.000000Z", true, true},
		{"2026-12-31T12:00:00.000001Z", true, true},
		{"9999-03-01T00:00:00.000000Z", true, true},
		{"2026-02-29T00:00:00.000000Z", false, false},
		{"2100-02-29T00:00:00.000000Z", false, false},
		{"2026-04-31T00:00:00.000000Z", false, false},
		{"1969-12-31T00:00:00.000000Z", false, false},
		{"2026-13-01T00:00:00.000000Z", false, false},
		{"2026-01-01T24:00:00.000000Z", false, false},
		{"2026-01-01T00:00:60.000000Z", false, true},
		{"2026-01-01T00:00:00Z", false, true},
		{"2026-01-01T00:00:00.0000001Z", false, true},
		{"2026-01-01T00:00:00.000000+00", false, false},
		{"2026-01-01", false, true},
		{"", false, false},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(times); i++) {
		char text[1024];
		int len = snprintf(text,
				   sizeof(text),
				   "{\"timestamp\":\"%s%s}",
				   times[i].time,
				   strstr(begin, "\",\"type\""));

		check(text, (size_t)len, times[i].canonical, times[i].event);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record_of_each_kind_is_canonical),
		cmocka_unit_test(test_record_of_a_file),
		cmocka_unit_test(test_record_odd_lines),
		cmocka_unit_test(test_record_broken_lines),
		cmocka_unit_test(test_record_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
