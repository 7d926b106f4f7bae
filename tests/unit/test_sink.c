/*
 * smbguard: tests of where events go
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

#include <errno.h>

#include "core/event/sink.h"
#include "event_fixture.h"
#include "talloc_fault.h"

#define NUM_SINKS 3

/* Three sinks, and a fourth as the last resort */
struct fixture {
	struct sg_sink_memory memory[NUM_SINKS + 1];
	struct sg_sink items[NUM_SINKS + 1];
	struct sg_sinks sinks;
};

static int setup(void **state)
{
	static const char *const names[] = {"file",
					    "journal",
					    "syslog",
					    "last"};
	struct fixture *f = talloc_zero(NULL, struct fixture);
	size_t i;

	for (i = 0; i <= NUM_SINKS; i++) {
		sg_sink_memory_init(&f->items[i], &f->memory[i]);
		assert_string_equal(f->items[i].name, "memory");
		f->items[i].name = names[i];
	}
	f->sinks = (struct sg_sinks){
		.sinks = f->items,
		.num = NUM_SINKS,
		.last_resort = &f->items[NUM_SINKS],
	};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i <= NUM_SINKS; i++) {
		talloc_free(f->memory[i].lines);
	}
	talloc_free(f);
	return 0;
}

static bool write_event(struct fixture *f, const char *name, int *why)
{
	const struct sg_event event = {
		.kind = kind_named(name),
		.when = noon,
		.facts = &full_facts,
		.verdict = &denied,
	};

	*why = -1;
	return sg_sinks_write(&f->sinks, &event, NULL, why);
}

static void assert_written(struct fixture *f, const char *name)
{
	int why;
	bool recorded = write_event(f, name, &why);

	assert_true(recorded);
	assert_int_equal(why, 0);
}

/* The names of the events in a sink are these, and nothing else is there. */
static void assert_events(struct fixture *f,
			  size_t sink,
			  const char *const *names)
{
	const struct sg_sink_memory *memory = &f->memory[sink];
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		json_t *root = NULL;

		assert_true(i < memory->num);
		root = parse_line(memory->lines[i], strlen(memory->lines[i]));
		assert_string_equal(text_at(root, "event"), names[i]);
		json_decref(root);
	}
	assert_int_equal(memory->num, i);
}

#define EVENTS(...) ((const char *const[]){__VA_ARGS__, NULL})
static const char *const nothing[] = {NULL};

static void test_sink_each_gets_every_event(void **state)
{
	struct fixture *f = *state;
	size_t i;

	assert_written(f, "session");
	assert_written(f, "share_connect");
	for (i = 0; i < NUM_SINKS; i++) {
		assert_events(f, i, EVENTS("session", "share_connect"));
		assert_int_equal(f->items[i].lost, 0);
	}
	assert_events(f, NUM_SINKS, nothing);
}

static void test_sink_that_fails_tells_what_it_lost(void **state)
{
	struct fixture *f = *state;
	json_t *root = NULL;
	int why;

	assert_written(f, "negotiate");
	f->memory[1].fail = ENOSPC;
	assert_true(write_event(f, "session", &why));
	assert_int_equal(why, ENOSPC);
	assert_true(write_event(f, "session", &why));
	assert_true(write_event(f, "session", &why));
	assert_int_equal(f->items[1].lost, 3);
	assert_events(f, 1, EVENTS("negotiate"));

	f->memory[1].fail = 0;
	assert_written(f, "share_connect");
	assert_written(f, "share_disconnect");
	assert_int_equal(f->items[1].lost, 0);
	/* The gap is told once, where it is; and in that sink alone. */
	assert_events(f,
		      1,
		      EVENTS("negotiate",
			     "audit_lost",
			     "share_connect",
			     "share_disconnect"));
	assert_events(f,
		      0,
		      EVENTS("negotiate",
			     "session",
			     "session",
			     "session",
			     "share_connect",
			     "share_disconnect"));
	assert_int_equal(f->memory[2].num, 6);
	assert_events(f, NUM_SINKS, nothing);

	root = parse_line(f->memory[1].lines[1], strlen(f->memory[1].lines[1]));
	assert_int_equal(json_integer_value(json_object_get(root, "lost")), 3);
	assert_string_equal(text_at(root, "outcome"), "failed");
	assert_string_equal(text_at(root, "severity"), "critical");
	assert_string_equal(text_at(json_object_get(root, "policy"), "actual"),
			    "journal");
	assert_non_null(strstr(text_at(root, "reason"), "3 records"));
	assert_non_null(strstr(text_at(root, "reason"), "\"journal\""));
	/* of the connection and the time of the event that it goes before */
	assert_string_equal(text_at(root, "timestamp"),
			    "2026-11-22T10:39:06.000042Z");
	assert_string_equal(text_at(root, "connectionId"),
			    "0xfedcba9876543210");
	json_decref(root);
}

static void test_sink_that_fails_again_counts_anew(void **state)
{
	struct fixture *f = *state;
	json_t *root = NULL;
	int why;

	f->memory[0].fail = EIO;
	write_event(f, "session", &why);
	write_event(f, "session", &why);
	f->memory[0].fail = 0;
	assert_written(f, "session");
	f->memory[0].fail = EIO;
	assert_true(write_event(f, "session", &why));
	assert_int_equal(why, EIO);
	f->memory[0].fail = 0;
	assert_written(f, "session");
	assert_events(f,
		      0,
		      EVENTS("audit_lost", "session", "audit_lost", "session"));
	root = parse_line(f->memory[0].lines[2], strlen(f->memory[0].lines[2]));
	assert_int_equal(json_integer_value(json_object_get(root, "lost")), 1);
	json_decref(root);
}

static void test_sink_all_fail_and_the_last_resort_has_it(void **state)
{
	struct fixture *f = *state;
	size_t i;
	int why;

	for (i = 0; i < NUM_SINKS; i++) {
		f->memory[i].fail = EIO + (int)i;
	}
	assert_false(write_event(f, "session", &why));
	assert_int_equal(why, EIO + NUM_SINKS - 1);
	assert_events(f, NUM_SINKS, EVENTS("session"));
	assert_false(write_event(f, "share_connect", &why));
	assert_events(f, NUM_SINKS, EVENTS("session", "share_connect"));
	for (i = 0; i < NUM_SINKS; i++) {
		assert_int_equal(f->items[i].lost, 2);
	}

	/* One of them is enough. */
	f->memory[2].fail = 0;
	assert_true(write_event(f, "share_disconnect", &why));
	assert_int_equal(why, EIO + 1);
	assert_int_equal(f->memory[NUM_SINKS].num, 2);
	assert_events(f, 2, EVENTS("audit_lost", "share_disconnect"));
}

static void test_sink_all_fail_without_a_last_resort(void **state)
{
	struct fixture *f = *state;
	size_t i;
	int why;

	f->sinks.last_resort = NULL;
	for (i = 0; i < NUM_SINKS; i++) {
		f->memory[i].fail = EIO;
	}
	assert_false(write_event(f, "session", &why));
	assert_int_equal(why, EIO);
	for (i = 0; i < NUM_SINKS; i++) {
		f->memory[i].fail = 0;
	}
	assert_written(f, "session");
}

static void test_sink_none_is_not_recorded(void **state)
{
	struct fixture *f = *state;
	int why;

	f->sinks.num = 0;
	assert_false(write_event(f, "session", &why));
	assert_int_equal(why, 0);
	assert_events(f, NUM_SINKS, EVENTS("session"));
	f->sinks.last_resort = NULL;
	assert_false(write_event(f, "session", &why));
	assert_int_equal(f->memory[0].num, 0);
}

/* What is not recorded is refused; the last resort is told of that instead. */
static void test_sink_last_resort_gets_what_comes_true(void **state)
{
	struct fixture *f = *state;
	const struct sg_event event = {
		.kind = SG_EVENT_SHARE_CONNECT,
		.when = noon,
		.facts = &full_facts,
		.verdict = &allowed,
	};
	struct sg_event otherwise = event;
	json_t *root = NULL;
	int why;
	bool recorded;

	otherwise.verdict = &denied;
	f->sinks.num = 1;
	recorded = sg_sinks_write(&f->sinks, &event, &otherwise, &why);
	assert_true(recorded);
	assert_int_equal(f->memory[0].num, 1);
	root = parse_line(f->memory[0].lines[0], strlen(f->memory[0].lines[0]));
	assert_string_equal(text_at(root, "outcome"), "allowed");
	json_decref(root);
	assert_events(f, NUM_SINKS, nothing);

	f->memory[0].fail = EIO;
	recorded = sg_sinks_write(&f->sinks, &event, &otherwise, &why);
	assert_false(recorded);
	assert_int_equal(f->items[0].lost, 1);
	assert_int_equal(f->memory[NUM_SINKS].num, 1);
	root = parse_line(f->memory[NUM_SINKS].lines[0],
			  strlen(f->memory[NUM_SINKS].lines[0]));
	assert_string_equal(text_at(root, "outcome"), "denied");
	json_decref(root);

	f->sinks.last_resort = NULL;
	recorded = sg_sinks_write(&f->sinks, &event, &otherwise, &why);
	assert_false(recorded);
}

/* The last resort is a sink as well, and is not asked for what it took. */
static void test_sink_last_resort_may_fail(void **state)
{
	struct fixture *f = *state;
	int why;

	f->sinks.num = 1;
	f->memory[0].fail = EIO;
	f->memory[NUM_SINKS].fail = ENOSPC;
	assert_false(write_event(f, "session", &why));
	assert_int_equal(why, EIO);
	assert_events(f, NUM_SINKS, nothing);
}

static int fails_once(struct sg_sink *sink,
		      const struct sg_event *event,
		      const char *line,
		      size_t len)
{
	unsigned *calls = sink->data;

	(*calls)++;
	return *calls == 1 ? EIO : 0;
}

/* The audit_lost arrives and the event does not: one is lost, not five. */
static int takes_audit_lost(struct sg_sink *sink,
			    const struct sg_event *event,
			    const char *line,
			    size_t len)
{
	return event->kind == SG_EVENT_AUDIT_LOST ? 0 : EIO;
}

static void test_sink_counts_what_was_not_told(void **state)
{
	struct fixture *f = *state;
	unsigned calls = 0;
	int why;

	f->items[0].write = takes_audit_lost;
	f->items[0].lost = 5;
	assert_true(write_event(f, "session", &why));
	assert_int_equal(f->items[0].lost, 1);

	/* And the other way round: a gap that could not be told stays. */
	f->items[0].write = fails_once;
	f->items[0].data = &calls;
	f->items[0].lost = 5;
	assert_true(write_event(f, "session", &why));
	assert_int_equal(calls, 1);
	assert_int_equal(f->items[0].lost, 6);
	assert_written(f, "session");
	assert_int_equal(calls, 3);
	assert_int_equal(f->items[0].lost, 0);
}

/* What is not in the sink's own array */
static size_t blocks_besides(char **lines)
{
	size_t blocks = talloc_total_blocks(NULL);

	return lines != NULL ? blocks - talloc_total_blocks(lines) : blocks;
}

/* Whichever allocation fails: what was not recorded is counted, and told. */
static void test_sink_out_of_memory_is_counted(void **state)
{
	struct fixture *f = *state;
	unsigned n;
	int why;

	f->sinks.num = 1;
	for (n = 1; n < 100000; n++) {
		size_t before = f->memory[0].num;
		size_t blocks = blocks_besides(f->memory[0].lines);
		bool recorded;

		f->items[0].lost = 7;
		alloc_calls = 0;
		fail_at = n;
		fail_ever = true;
		recorded = write_event(f, "session", &why);
		fail_at = 0;
		assert_int_equal(blocks_besides(f->memory[0].lines), blocks);
		if (alloc_calls < n) {
			assert_true(recorded);
			assert_int_equal(f->memory[0].num, before + 2);
			break;
		}
		assert_false(recorded);
		assert_int_equal(why, ENOMEM);
		if (f->memory[0].num == before) {
			assert_int_equal(f->items[0].lost, 8);
		} else {
			assert_int_equal(f->memory[0].num, before + 1);
			assert_int_equal(f->items[0].lost, 1);
		}
	}
	/* Two lines, a reason, and what the sink keeps of both */
	assert_true(n >= 7 && n <= 99);
	assert_int_equal(f->items[0].lost, 0);
}

#define SINK_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(test_sink_each_gets_every_event),
		SINK_TEST(test_sink_that_fails_tells_what_it_lost),
		SINK_TEST(test_sink_that_fails_again_counts_anew),
		SINK_TEST(test_sink_all_fail_and_the_last_resort_has_it),
		SINK_TEST(test_sink_all_fail_without_a_last_resort),
		SINK_TEST(test_sink_none_is_not_recorded),
		SINK_TEST(test_sink_last_resort_gets_what_comes_true),
		SINK_TEST(test_sink_last_resort_may_fail),
		SINK_TEST(test_sink_counts_what_was_not_told),
		SINK_TEST(test_sink_out_of_memory_is_counted),
	};

	int failed;

	/* Counts what belongs to nobody, too. */
	talloc_enable_null_tracking();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	talloc_disable_null_tracking();
	return failed;
}
