/*
 * smbguard: tests of the options of a section, found by name
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
#include <string.h>

#include <cmocka.h>

#include "core/option_index.h"
#include "talloc_fault.h"

#define MANY 10000

static struct sg_option_index *new_index(void **state)
{
	*state = sg_option_index_new(NULL);
	assert_non_null(*state);
	return *state;
}

static int teardown(void **state)
{
	TALLOC_FREE(*state);
	return 0;
}

static void test_option_index_names(void **state)
{
	struct sg_option_index *index = new_index(state);

	assert_true(sg_option_index_add(index, "smbguard:min protocol", "a"));
	assert_true(sg_option_index_add(index, "SMBguard : E n c", "b"));
	assert_true(sg_option_index_add(index, "smbguard:", "c"));
	assert_true(sg_option_index_add(index, "smbguard2:x", "d"));
	assert_true(sg_option_index_add(index, "full_audit:y", "d"));
	assert_true(sg_option_index_add(index, "smbguard", "d"));
	assert_true(sg_option_index_add(index, "", "d"));

	assert_string_equal(sg_option_index_get("min protocol", index), "a");
	assert_string_equal(sg_option_index_get("MinProtocol", index), "a");
	assert_string_equal(sg_option_index_get("\tmin\nprotocol ", index),
			    "a");
	assert_string_equal(sg_option_index_get("enc", index), "b");
	assert_string_equal(sg_option_index_get("", index), "c");
	assert_null(sg_option_index_get("min protoco", index));
	assert_null(sg_option_index_get("min protocols", index));
	assert_null(sg_option_index_get("x", index));
	assert_null(sg_option_index_get("y", index));
}

static void test_option_is(void **state)
{
	assert_true(sg_option_is("smbguard:min protocol", "min protocol"));
	assert_true(sg_option_is("SmbGuard : MinProtocol", "min protocol"));
	assert_false(sg_option_is("smbguard:min protocol", "min protoco"));
	assert_false(sg_option_is("smbguard:min protoco", "min protocol"));
	assert_false(sg_option_is("smbguard2:mode", "mode"));
	assert_false(sg_option_is("mode", "mode"));
	assert_false(sg_option_is("", ""));
}

/* smbd keeps the one that counts in front. */
static void test_option_index_first_counts(void **state)
{
	struct sg_option_index *index = new_index(state);

	assert_true(sg_option_index_add(index, "smbguard:mode", "audit"));
	assert_true(sg_option_index_add(index, "smbguard:Mode", "enforce"));
	assert_string_equal(sg_option_index_get("mode", index), "audit");
}

/* Any bytes are a name. */
static void test_option_index_bytes(void **state)
{
	struct sg_option_index *index = new_index(state);

	assert_true(sg_option_index_add(index, "smbguard:\xc3\xa4\xff", "a"));
	assert_string_equal(sg_option_index_get("\xc3\xa4\xff", index), "a");
	assert_null(sg_option_index_get("\xc3\xa4", index));
}

static void test_option_index_many(void **state)
{
	struct sg_option_index *index = new_index(state);
	char *keys[MANY];
	int i;

	for (i = 0; i < MANY; i++) {
		keys[i] = talloc_asprintf(index, "smbguard:host %d allow", i);
		assert_true(sg_option_index_add(index, keys[i], keys[i]));
	}
	for (i = 0; i < MANY; i++) {
		assert_ptr_equal(sg_option_index_get(keys[i] + 9, index),
				 keys[i]);
	}
	assert_int_equal(i, MANY);
	assert_null(sg_option_index_get("host 10000 allow", index));
}

static void test_option_index_without_memory(void **state)
{
	unsigned at;
	unsigned failed = 0;

	for (at = 1; at < 10; at++) {
		struct sg_option_index *index = NULL;
		char keys[100][32];
		bool ok = true;
		int i;

		alloc_calls = 0;
		fail_at = at;
		index = sg_option_index_new(NULL);
		for (i = 0; index != NULL && ok && i < 100; i++) {
			snprintf(keys[i], sizeof(keys[i]), "smbguard:%d", i);
			ok = sg_option_index_add(index, keys[i], "x");
		}
		fail_at = 0;
		if (index == NULL || !ok) {
			failed++;
		} else {
			assert_non_null(sg_option_index_get("99", index));
		}
		talloc_free(index);
	}
	/* itself, its table, and three larger ones */
	assert_int_equal(failed, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_option_is),
		cmocka_unit_test_teardown(test_option_index_names, teardown),
		cmocka_unit_test_teardown(test_option_index_first_counts,
					  teardown),
		cmocka_unit_test_teardown(test_option_index_bytes, teardown),
		cmocka_unit_test_teardown(test_option_index_many, teardown),
		cmocka_unit_test(test_option_index_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
