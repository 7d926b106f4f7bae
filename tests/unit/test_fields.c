/*
 * smbguard: tests of the table of event fields
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the walkers take for granted of every row.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal_fixture.h"

static size_t size_of(enum sg_field_type type)
{
	switch (type) {
	case SG_FIELD_TEXT:
		return sizeof(const char *);
	case SG_FIELD_BOOLEAN:
		return sizeof(enum sg_known);
	case SG_FIELD_ID:
		return sizeof(uint64_t);
	case SG_FIELD_GUID:
		return 16;
	case SG_FIELD_TIME:
		return sizeof(struct timespec);
	default:
		return 0;
	}
}

/* A member of the right size, or a function */
static void test_fields_members_have_their_type(void **state)
{
	const struct sg_field *f = NULL;
	size_t members = 0;

	for (f = sg_fields; f->name != NULL; f++) {
		size_t size = f->size;

		if (f->get != NULL) {
			assert_int_equal(size, 0);
			continue;
		}
		members++;
		if (f->type == SG_FIELD_NUMBER) {
			assert_true(size == 2 || size == 4 || size == 8);
		} else if (size == 0 || size != size_of(f->type)) {
			fail_msg("%s has %zu bytes", f->name, size);
		}
	}
	assert_true(members > 30);
}

/* Names are short enough, and no two fields have one; so has the journal. */
static void test_fields_have_names_of_their_own(void **state)
{
	const struct sg_field *f = NULL;
	const struct sg_field *g = NULL;

	for (f = sg_fields; f->name != NULL; f++) {
		const char *object = f->object != NULL ? f->object : "";
		char key[2 * SG_JOURNAL_KEY_SIZE];
		char name[SG_FIELD_NAME_SIZE];

		assert_true(strlen(object) + 1 + strlen(f->name) <
			    sizeof(name));
		sg_journal_key(f, key);
		assert_true(strlen(key) < SG_JOURNAL_KEY_SIZE);
		assert_true(f->events != 0);
		assert_int_equal(f->events >> SG_EVENT_KINDS, 0);
		for (g = sg_fields; g < f; g++) {
			char other[2 * SG_JOURNAL_KEY_SIZE];

			sg_journal_key(g, other);
			assert_string_not_equal(key, other);
		}
		sg_field_name(f, name);
		assert_string_equal(name + strlen(name) - strlen(f->name),
				    f->name);
	}
}

/* An object that was closed is not opened again. */
static void test_fields_of_an_object_stand_together(void **state)
{
	const struct sg_field *f = NULL;
	const struct sg_field *g = NULL;

	for (f = sg_fields; f->name != NULL; f++) {
		bool left = false;

		for (g = f; f->object != NULL && g->name != NULL; g++) {
			bool in = g->object != NULL &&
				  strcmp(f->object, g->object) == 0;

			assert_false(in && left);
			left = left || !in;
		}
	}
}

/* A filled event has what its kind may have, but for a number of Windows. */
static void test_fields_always_are_there(void **state)
{
	const struct sg_field *f = NULL;
	int kind;

	for (kind = 1; kind < SG_EVENT_KINDS; kind++) {
		struct whole w;
		size_t there = 0;

		fill(&w, (enum sg_event_kind)kind);
		for (f = sg_fields; f->name != NULL; f++) {
			const void *from = sg_field_from(f, &w.event);
			struct sg_value value;
			bool set = sg_field_get(f, &w.event, from, &value);

			assert_true(set || !f->always || from == NULL);
			if ((f->events & 1U << kind) != 0 && !set) {
				assert_string_equal(f->name, "windowsEventId");
			}
			there += set ? 1 : 0;
		}
		assert_true(there > 50);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields_members_have_their_type),
		cmocka_unit_test(test_fields_have_names_of_their_own),
		cmocka_unit_test(test_fields_of_an_object_stand_together),
		cmocka_unit_test(test_fields_always_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
