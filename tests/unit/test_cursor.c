/*
 * smbguard: tests of the bounded reader of bytes
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

#include "core/wire/cursor.h"

static const uint8_t bytes[] = {0x11, 0x22, 0x33, 0x84, 0x95, 0xA6, 0x00, 0x77};

static void test_cursor_numbers(void **state)
{
	struct sg_cursor c = {.data = bytes, .len = sizeof(bytes)};
	uint32_t u32 = 0;
	uint16_t u16 = 0;
	uint8_t u8 = 0;

	(void)state;

	assert_true(sg_cursor_get_u8(&c, &u8));
	assert_int_equal(u8, 0x11);
	assert_true(sg_cursor_get_u32le(&c, &u32));
	assert_int_equal(u32, 0x95843322U);
	assert_true(sg_cursor_get_u16le(&c, &u16));
	assert_int_equal(u16, 0x00A6);
	assert_int_equal(sg_cursor_left(&c), 1);
}

/* One byte too few: refused, and nothing has changed. */
static void test_cursor_fails_closed(void **state)
{
	struct sg_cursor c = {.data = bytes, .len = 3};
	struct sg_cursor part = {.data = NULL, .len = 42};
	const uint8_t *p = NULL;
	uint32_t u32 = 1;
	uint16_t u16 = 2;
	uint8_t u8 = 3;
	size_t len = 4;

	(void)state;

	assert_false(sg_cursor_get_u32le(&c, &u32));
	assert_false(sg_cursor_get_bytes(&c, 4, &p));
	assert_false(sg_cursor_get_part(&c, 4, &part));
	assert_false(sg_cursor_get_string(&c, &p, &len));
	assert_false(sg_cursor_skip(&c, 4));
	assert_false(sg_cursor_seek(&c, 4));
	assert_false(sg_cursor_skip(&c, SIZE_MAX));
	assert_false(sg_cursor_seek(&c, SIZE_MAX));
	assert_int_equal(c.pos, 0);

	assert_true(sg_cursor_skip(&c, 2));
	assert_false(sg_cursor_get_u16le(&c, &u16));
	assert_false(sg_cursor_skip(&c, SIZE_MAX));
	assert_int_equal(c.pos, 2);
	assert_true(sg_cursor_skip(&c, 1));
	assert_false(sg_cursor_get_u8(&c, &u8));

	assert_null(p);
	assert_int_equal(u32, 1);
	assert_int_equal(u16, 2);
	assert_int_equal(u8, 3);
	assert_int_equal(len, 4);
	assert_int_equal(part.len, 42);
}

static void test_cursor_to_the_last_byte(void **state)
{
	struct sg_cursor c = {.data = bytes, .len = sizeof(bytes)};
	const uint8_t *p = NULL;

	(void)state;

	assert_true(sg_cursor_get_bytes(&c, sizeof(bytes), &p));
	assert_ptr_equal(p, bytes);
	assert_int_equal(sg_cursor_left(&c), 0);
	assert_true(sg_cursor_get_bytes(&c, 0, &p));
	assert_true(sg_cursor_seek(&c, 0));
	assert_int_equal(sg_cursor_left(&c), sizeof(bytes));
	assert_true(sg_cursor_seek(&c, sizeof(bytes)));
	assert_int_equal(sg_cursor_left(&c), 0);
}

static void test_cursor_part_ends_before_the_whole(void **state)
{
	struct sg_cursor c = {.data = bytes, .len = sizeof(bytes)};
	struct sg_cursor part = {.data = NULL};
	uint32_t u32 = 0;
	uint16_t u16 = 0;

	(void)state;

	assert_true(sg_cursor_skip(&c, 1));
	assert_true(sg_cursor_get_part(&c, 3, &part));
	assert_int_equal(c.pos, 4);
	assert_int_equal(part.pos, 0);
	assert_false(sg_cursor_get_u32le(&part, &u32));
	assert_true(sg_cursor_get_u16le(&part, &u16));
	assert_int_equal(u16, 0x3322);
}

static void test_cursor_string(void **state)
{
	struct sg_cursor c = {.data = bytes, .len = sizeof(bytes)};
	const uint8_t *p = NULL;
	size_t len = 0;

	(void)state;

	assert_true(sg_cursor_skip(&c, 4));
	assert_true(sg_cursor_get_string(&c, &p, &len));
	assert_ptr_equal(p, bytes + 4);
	assert_int_equal(len, 2);
	assert_int_equal(c.pos, 7);
	assert_false(sg_cursor_get_string(&c, &p, &len));
	assert_int_equal(c.pos, 7);

	/* An empty one */
	assert_true(sg_cursor_seek(&c, 6));
	assert_true(sg_cursor_get_string(&c, &p, &len));
	assert_int_equal(len, 0);
	assert_int_equal(c.pos, 7);
}

static void test_cursor_of_nothing(void **state)
{
	struct sg_cursor c = {.data = NULL};
	const uint8_t *p = bytes;
	uint8_t u8 = 0;

	(void)state;

	assert_int_equal(sg_cursor_left(&c), 0);
	assert_true(sg_cursor_get_bytes(&c, 0, &p));
	assert_null(p);
	assert_false(sg_cursor_get_u8(&c, &u8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cursor_numbers),
		cmocka_unit_test(test_cursor_fails_closed),
		cmocka_unit_test(test_cursor_to_the_last_byte),
		cmocka_unit_test(test_cursor_part_ends_before_the_whole),
		cmocka_unit_test(test_cursor_string),
		cmocka_unit_test(test_cursor_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
