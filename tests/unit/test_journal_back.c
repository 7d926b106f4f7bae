/*
 * smbguard: tests of lines out of the systemd journal
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* wrap: _talloc_array _talloc_realloc _talloc_realloc_array _talloc_zero
   _talloc_zero_array talloc_asprintf talloc_asprintf_append
   talloc_named_const talloc_strdup talloc_strdup_append talloc_strndup
   talloc_vasprintf_append */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal_fixture.h"
#include "talloc_fault.h"

/* To the journal and back: the same line, byte for byte */
static size_t assert_comes_back(const struct sg_event *event)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct fields f = fields_of(mem_ctx, event);
	size_t num = f.num;
	size_t len = 0;
	size_t back_len = 0;
	char *line = sg_event_line(mem_ctx, event, &len);
	char *back = sg_journal_line(mem_ctx, f.items, f.num, &back_len);

	assert_string_equal(back, line);
	assert_int_equal(back_len, len);
	json_decref(parse_line(back, back_len));
	talloc_free(mem_ctx);
	return num;
}

static void test_journal_every_kind_comes_back(void **state)
{
	size_t num_rows = 0;
	int kind;

	while (sg_fields[num_rows].name != NULL) {
		num_rows++;
	}
	for (kind = 1; kind < SG_EVENT_KINDS; kind++) {
		struct whole w;
		size_t num;
		int windows_id;

		fill(&w, (enum sg_event_kind)kind);
		windows_id = sg_event_windows_id(&w.event);
		num = assert_comes_back(&w.event);
		/* All rows, and MESSAGE, PRIORITY, SYSLOG_IDENTIFIER */
		assert_int_equal(num,
				 num_rows + 3 -
					 (kind == SG_EVENT_NEGOTIATE ? 0 : 9) -
					 (windows_id != 0 ? 0 : 1));

		/* As little as there can be */
		w.event = (struct sg_event){
			.kind = (enum sg_event_kind)kind,
			.facts = &bare_facts,
			.verdict = &allowed,
		};
		assert_comes_back(&w.event);
	}
}

/* An object without fields is told, and one that is not there is not. */
static void test_journal_an_empty_object_comes_back(void **state)
{
	static const struct sg_offer offer = {.kind = SG_OFFER_SESSION};
	struct sg_facts facts = bare_facts;
	const struct sg_event event = {
		.kind = SG_EVENT_NEGOTIATE,
		.when = noon,
		.facts = &facts,
		.verdict = &allowed,
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct fields f = fields_of(mem_ctx, &event);

	assert_null(value_of(&f, "SMBGUARD_OFFER"));
	assert_comes_back(&event);
	facts.offer = &offer;
	f = fields_of(mem_ctx, &event);
	assert_value(&f, "SMBGUARD_OFFER", "{}");
	assert_comes_back(&event);
	talloc_free(mem_ctx);
}

/* What others wrote: no value spoils the line, and each is of its type. */
static void test_journal_line_of_any_fields(void **state)
{
	static const struct {
		const char *item;
		const char *line;
	} rows[] = {
		{"", "{}\n"},
		{"SMBGUARD_PID", "{}\n"},
		{"SMBGUARD_PIDS=4", "{}\n"},
		{"SMBGUARD_COLOUR=blue", "{}\n"},
		{"_PID=4", "{}\n"},
		{"SMBGUARD_PID=", "{}\n"},
		{"SMBGUARD_PID=4x", "{}\n"},
		{"SMBGUARD_PID=99999999999999999999", "{}\n"},
		{"SMBGUARD_PID=0000000000000000000000000000004", "{}\n"},
		{"SMBGUARD_PID=007", "{\"pid\":7}\n"},
		{"SMBGUARD_SIGNED=True", "{}\n"},
		{"SMBGUARD_SIGNED=true", "{\"signed\":true}\n"},
		{"SMBGUARD_SIGNED=false", "{\"signed\":false}\n"},
		{"SMBGUARD_SHARE=", "{\"share\":\"\"}\n"},
		{"SMBGUARD_SHARE=a\"\xff", "{\"share\":\"a\\\"\\\\xff\"}\n"},
		{"SMBGUARD_POLICY_OPTION=x",
		 "{\"policy\":{\"option\":\"x\"}}\n"},
		{"SMBGUARD_OFFER=x", "{}\n"},
		{"SMBGUARD_OFFER={}", "{\"offer\":{}}\n"},
		{"SMBGUARD_OFFER_SMB1=[]", "{\"offer\":{\"smb1\":[]}}\n"},
		{"SMBGUARD_OFFER_SMB1=[\"\",\"\\\"\\u00fF\"]",
		 "{\"offer\":{\"smb1\":[\"\",\"\\\"\\u00fF\"]}}\n"},
		{"SMBGUARD_OFFER_SMB1=", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=]", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[,]", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[\"]", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[\"a\",]", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[\"a\"\"b\"]", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[\"a\"]]", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[\"a\n\"]", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[\"\xff\"]", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[\"\\\"]", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[\"\\x\"]", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[\"\\u00\"]", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[\"\\ud800\"]", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[1]", "{}\n"},
		{"SMBGUARD_OFFER_SMB1=[\"a\"],\"b\":[\"c\"]", "{}\n"},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		size_t size = strlen(rows[i].item);
		char *text = malloc(size > 0 ? size : 1);
		struct sg_journal_item items[] = {
			{.text = "SMBGUARD_", .len = 9},
			{.text = text, .len = size},
			{.text = "SMBGUARD_PID=5", .len = 0},
		};
		size_t len = 0;
		char *line = NULL;

		/* A block of its exact size, so that valgrind sees more */
		assert_non_null(text);
		memcpy(text, rows[i].item, size);
		line = sg_journal_line(NULL, items, ARRAY_LENGTH(items), &len);
		if (strcmp(line, rows[i].line) != 0) {
			fail_msg("%s: %s", rows[i].item, line);
		}
		json_decref(parse_line(line, len));
		talloc_free(line);
		free(text);
	}
}

static void test_journal_the_first_of_one_name_counts(void **state)
{
	static const struct sg_journal_item items[] = {
		{"SMBGUARD_PID=1", 14},
		{"SMBGUARD_PID=2", 14},
	};
	size_t len = 0;
	char *line = sg_journal_line(NULL, items, ARRAY_LENGTH(items), &len);

	assert_string_equal(line, "{\"pid\":1}\n");
	talloc_free(line);
}

/* Every allocation of both ways fails once: nothing, and nothing is left. */
static void test_journal_out_of_memory_gives_nothing(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	char *reason = talloc_zero_array(mem_ctx, char, 5000);
	struct fields f;
	struct whole w;
	unsigned n;
	unsigned failures = 0;

	memset(reason, 'x', 4999);
	fill(&w, SG_EVENT_NEGOTIATE);
	w.verdict.reason = reason;
	f = fields_of(mem_ctx, &w.event);
	for (n = 1; n < 100; n++) {
		size_t blocks = talloc_total_blocks(NULL);
		size_t len = 0;
		char *message = NULL;
		char *line = NULL;

		alloc_calls = 0;
		fail_at = n;
		message = sg_journal_message(NULL, &w.event, &len);
		line = sg_journal_line(NULL, f.items, f.num, &len);
		fail_at = 0;
		if (alloc_calls < n) {
			assert_non_null(message);
			assert_non_null(line);
		} else {
			assert_true(message == NULL || line == NULL);
			failures++;
		}
		talloc_free(message);
		talloc_free(line);
		assert_int_equal(talloc_total_blocks(NULL), blocks);
		if (alloc_calls < n) {
			break;
		}
	}
	/* At least the first buffer and a larger one, both ways */
	assert_true(failures >= 4 && failures <= 98);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_journal_every_kind_comes_back),
		cmocka_unit_test(test_journal_an_empty_object_comes_back),
		cmocka_unit_test(test_journal_line_of_any_fields),
		cmocka_unit_test(test_journal_the_first_of_one_name_counts),
		cmocka_unit_test(test_journal_out_of_memory_gives_nothing),
	};

	int failed;

	/* Counts what belongs to nobody, too. */
	talloc_enable_null_tracking();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	talloc_disable_null_tracking();
	return failed;
}
