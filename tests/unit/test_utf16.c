/*
 * smbguard: tests of UTF-16LE as UTF-8
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/wire/utf16.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* What is UTF-8 of what: test_offer_smb2_netname. This is about the room. */
static void test_utf16_room(void **state)
{
	/* 1, 2, 3 and 4 bytes: a, U+00E9, U+20AC, U+1F600 */
	static const uint8_t utf16[] =
		{'a', 0, 0xE9, 0, 0xAC, 0x20, 0x3D, 0xD8, 0x00, 0xDE};
	static const char utf8[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
	static const struct {
		size_t size;
		size_t used;
	} cases[] = {
		{1, 0},
		{2, 1},
		{3, 1},
		{4, 3},
		{6, 3},
		{7, 6},
		{10, 6},
		{11, 10},
		{12, 10},
	};
	const struct sg_cursor text = {.data = utf16, .len = sizeof(utf16)};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		char out[16];
		size_t used;

		memset(out, '#', sizeof(out));
		used = sg_utf16_to_utf8(&text, out, cases[i].size);
		assert_int_equal(used, cases[i].used);
		assert_memory_equal(out, utf8, used);
		assert_int_equal(out[used], 0);
		assert_int_equal(out[cases[i].size], '#');
		assert_int_equal(text.pos, 0);
	}
}

static void test_utf16_room_for_any_units(void **state)
{
	static const uint8_t utf16[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
	const struct sg_cursor text = {.data = utf16, .len = sizeof(utf16)};
	char out[SG_UTF16_UTF8_BYTES(3)];
	size_t used;

	(void)state;

	used = sg_utf16_to_utf8(&text, out, sizeof(out));
	assert_int_equal(used, sizeof(out) - 1);
}

static void test_utf16_nothing(void **state)
{
	const struct sg_cursor text = {.data = NULL};
	char out[1] = {'#'};

	(void)state;

	assert_int_equal(sg_utf16_to_utf8(&text, out, sizeof(out)), 0);
	assert_int_equal(out[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf16_room),
		cmocka_unit_test(test_utf16_room_for_any_units),
		cmocka_unit_test(test_utf16_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
