/*
 * smbguard: tests of how a report counts what is alike
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keys are told apart by all of their bytes and parts, and those that somebody
 * made to have one hash cost no more than others.
 */

/* with: tools/report/tally.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/tally.h"

static void begin(struct sg_tally *tally, size_t parts, size_t limit)
{
	memset(tally, 0, sizeof(*tally));
	tally->num_parts = parts;
	tally->size = sizeof(uint64_t);
	tally->limit = limit;
}

static struct sg_text text(const char *bytes)
{
	return (struct sg_text){.text = bytes, .len = strlen(bytes)};
}

static void test_tally_tells_keys_apart(void **state)
{
	static const struct sg_text keys[][2] = {
		{{"ab", 2}, {"c", 1}},
		{{"a", 1}, {"bc", 2}},
		{{"abc", 3}, {"", 0}},
		{{"", 0}, {"abc", 3}},
		{{"a\0c", 3}, {"", 0}},
		{{"a", 1}, {"", 0}},
		{{"12345678", 8}, {"12345678", 8}},
		{{"123456781", 9}, {"2345678", 7}},
		{{"1234567\0", 8}, {"", 0}},
		{{"1234567", 7}, {"", 0}},
	};
	const size_t num = sizeof(keys) / sizeof(keys[0]);
	const struct sg_tally_entry *e = NULL;
	struct sg_tally tally;
	size_t i;
	int round;

	begin(&tally, 2, 100);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < num; i++) {
			uint64_t *value = sg_tally_at(&tally, keys[i]);

			assert_non_null(value);
			assert_int_equal(*value, round);
			assert_ptr_equal(sg_tally_look(&tally, keys[i]), value);
			(*value)++;
		}
	}
	assert_int_equal(tally.num, num);
	i = 0;
	for (e = sg_tally_next(&tally, NULL); e != NULL;
	     e = sg_tally_next(&tally, e)) {
		assert_memory_equal(sg_tally_part(e, 0),
				    keys[i][0].text,
				    keys[i][0].len);
		assert_ptr_equal(sg_tally_entry_of(sg_tally_value(e)), e);
		i++;
	}
	assert_int_equal(i, num);
	sg_tally_free(&tally);
}

static void test_tally_nothing_is_empty(void **state)
{
	const struct sg_text nothing = {.text = NULL};
	const struct sg_text empty = text("");
	struct sg_tally tally;
	void *value = NULL;

	begin(&tally, 1, 10);
	assert_null(sg_tally_look(&tally, &nothing));
	value = sg_tally_at(&tally, &nothing);
	assert_non_null(value);
	assert_ptr_equal(sg_tally_at(&tally, &empty), value);
	assert_string_equal(sg_tally_part(sg_tally_entry_of(value), 0), "");
	sg_tally_free(&tally);
}

static void test_tally_has_a_limit(void **state)
{
	struct sg_tally tally;
	char name[16];
	struct sg_text key;
	int i;

	begin(&tally, 1, 5000);
	for (i = 0; i < 6000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		key = text(name);
		assert_int_equal(sg_tally_at(&tally, &key) != NULL, i < 5000);
		assert_int_equal(tally.full, i >= 5000);
	}
	assert_int_equal(tally.num, 5000);
	assert_false(tally.nomem);
	/* Those that are there still count. */
	key = text("17");
	assert_non_null(sg_tally_at(&tally, &key));
	sg_tally_free(&tally);
}

/* As tally.c mixes eight bytes into a hash */
static uint64_t mixed(uint64_t hash, uint64_t bytes)
{
	hash = (hash ^ bytes) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

/*
 * Two words that come to the same hash, whatever the first is: the second one
 * takes back what the first has done.
 */
static void collide(uint64_t words[2], uint64_t first)
{
	uint64_t length = mixed(0, 16);

	words[0] = first;
	words[1] = mixed(length, first) ^ mixed(length, 0);
}

static void test_tally_of_one_hash(void **state)
{
	enum {
		KEYS = 50000
	};
	struct sg_tally tally;
	uint64_t words[2];
	struct sg_text key = {.text = (const char *)words, .len = 16};
	uint64_t *value = NULL;
	uint64_t hash = 0;
	uint64_t i;
	int round;

	begin(&tally, 1, 2 * KEYS);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < KEYS; i++) {
			collide(words, i);
			/* It is one hash, or this tests nothing. */
			hash = mixed(mixed(mixed(0, 16), words[0]), words[1]);
			assert_int_equal(hash,
					 mixed(mixed(mixed(0, 16), 0), 0));
			value = sg_tally_at(&tally, &key);
			assert_non_null(value);
			assert_int_equal(*value, round);
			(*value)++;
		}
	}
	assert_int_equal(tally.num, KEYS);
	sg_tally_free(&tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tally_tells_keys_apart),
		cmocka_unit_test(test_tally_nothing_is_empty),
		cmocka_unit_test(test_tally_has_a_limit),
		cmocka_unit_test(test_tally_of_one_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
