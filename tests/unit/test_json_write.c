/*
 * smbguard: tests of JSON that is written straight into a buffer
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is UTF-8 is told here by the table of RFC 3629, section 4, not by the
 * arithmetic of the code under test. Each string is read back by jansson, which
 * must write it the same way.
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

#include <jansson.h>

#include "core/event/json_write.h"
#include "talloc_fault.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
/* A literal and its length, NULs in it counted */
#define BYTES(text) text, sizeof(text) - 1

static char *written(enum sg_form form,
		     const char *bytes,
		     size_t len,
		     size_t *out_len)
{
	struct sg_writer w;
	char *text = NULL;

	sg_writer_begin(&w, NULL);
	sg_write_string(&w, form, bytes, len, SIZE_MAX);
	text = sg_writer_end(&w, out_len);
	assert_non_null(text);
	return text;
}

/* The bytes in a block of their exact size, so that valgrind sees more. */
static json_t *string_of(const void *bytes, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);
	char *json = NULL;
	char *plain = NULL;
	char *again = NULL;
	size_t plain_len = 0;
	json_t *value = NULL;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	json = written(SG_JSON, copy, len, NULL);
	plain = written(SG_PLAIN, copy, len, &plain_len);
	free(copy);

	value = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	assert_true(json_is_string(value));
	again = json_dumps(value, JSON_ENCODE_ANY);
	assert_string_equal(json, again);
	assert_int_equal(plain_len, json_string_length(value));
	assert_memory_equal(plain, json_string_value(value), plain_len);
	free(again);
	talloc_free(json);
	talloc_free(plain);
	return value;
}

static void test_json_text_rows(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
		size_t text_len;
	} rows[] = {
		{BYTES(""), BYTES("")},
		{BYTES("alice"), BYTES("alice")},
		{BYTES("\0"), BYTES("\0")},
		{BYTES("a\0b\0"), BYTES("a\0b\0")},
		{BYTES("a\0\xff"), BYTES("a\0\\xff")},
		{BYTES("a\\b"), BYTES("a\\b")},
		{BYTES("\\\xff"), BYTES("\\x5c\\xff")},
		{BYTES("\\xff"), BYTES("\\xff")},
		{BYTES("\\xff\xff"), BYTES("\\x5cxff\\xff")},
		{BYTES("\x7f\x01\n\""), BYTES("\x7f\x01\n\"")},
		/* the ends of each length */
		{BYTES("\xc2\x80"), BYTES("\xc2\x80")},
		{BYTES("\xdf\xbf"), BYTES("\xdf\xbf")},
		{BYTES("\xe0\xa0\x80"), BYTES("\xe0\xa0\x80")},
		{BYTES("\xed\x9f\xbf"), BYTES("\xed\x9f\xbf")},
		{BYTES("\xee\x80\x80"), BYTES("\xee\x80\x80")},
		{BYTES("\xef\xbf\xbf"), BYTES("\xef\xbf\xbf")},
		{BYTES("\xf0\x90\x80\x80"), BYTES("\xf0\x90\x80\x80")},
		{BYTES("\xf4\x8f\xbf\xbf"), BYTES("\xf4\x8f\xbf\xbf")},
		/* overlong */
		{BYTES("\xc0\x80"), BYTES("\\xc0\\x80")},
		{BYTES("\xc1\xbf"), BYTES("\\xc1\\xbf")},
		{BYTES("\xe0\x9f\xbf"), BYTES("\\xe0\\x9f\\xbf")},
		{BYTES("\xf0\x8f\xbf\xbf"), BYTES("\\xf0\\x8f\\xbf\\xbf")},
		/* surrogates, and CESU-8 */
		{BYTES("\xed\xa0\x80"), BYTES("\\xed\\xa0\\x80")},
		{BYTES("\xed\xbf\xbf"), BYTES("\\xed\\xbf\\xbf")},
		/* beyond U+10FFFF */
		{BYTES("\xf4\x90\x80\x80"), BYTES("\\xf4\\x90\\x80\\x80")},
		{BYTES("\xf5\x80\x80\x80"), BYTES("\\xf5\\x80\\x80\\x80")},
		{BYTES("\xf7\xbf\xbf\xbf"), BYTES("\\xf7\\xbf\\xbf\\xbf")},
		{BYTES("\xf8\x88\x80\x80\x80"),
		 BYTES("\\xf8\\x88\\x80\\x80\\x80")},
		{BYTES("\xfe\xff"), BYTES("\\xfe\\xff")},
		/* cut short, at the end and before something else */
		{BYTES("a\xc3"), BYTES("a\\xc3")},
		{BYTES("\xe2\x82"), BYTES("\\xe2\\x82")},
		{BYTES("\xf0\x9f\x94"), BYTES("\\xf0\\x9f\\x94")},
		{BYTES("\xc3("), BYTES("\\xc3(")},
		{BYTES("\xe2\x82\xc3\xa4"), BYTES("\\xe2\\x82\xc3\xa4")},
		{BYTES("\xf0\x9f\x94\0"), BYTES("\\xf0\\x9f\\x94\0")},
		{BYTES("\xe2\x28\xa1"), BYTES("\\xe2(\\xa1")},
		/* a continuation without a beginning */
		{BYTES("\x80"), BYTES("\\x80")},
		{BYTES("\xc3\xa4\xa4"), BYTES("\xc3\xa4\\xa4")},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		json_t *value = string_of(rows[i].bytes, rows[i].len);

		if (json_string_length(value) != rows[i].text_len ||
		    memcmp(json_string_value(value),
			   rows[i].text,
			   rows[i].text_len) != 0) {
			fail_msg("row %zu: %s", i, json_string_value(value));
		}
		json_decref(value);
	}
}

static void test_json_text_nothing_is_an_empty_string(void **state)
{
	json_t *value = NULL;
	char *text = written(SG_JSON, NULL, 0, NULL);

	assert_string_equal(text, "\"\"");
	talloc_free(text);
	value = string_of("", 0);

	assert_true(json_is_string(value));
	assert_int_equal(json_string_length(value), 0);
	json_decref(value);
}

/* What lies behind the end does not complete a sequence. */
static void test_json_text_looks_at_no_byte_more(void **state)
{
	static const char euro[] = "\xe2\x82\xac";
	static const char *const expected[] = {"",
					       "\\xe2",
					       "\\xe2\\x82",
					       "\xe2\x82\xac"};
	size_t len;

	for (len = 0; len <= 3; len++) {
		char *text = written(SG_PLAIN, euro, len, NULL);

		assert_string_equal(text, expected[len]);
		talloc_free(text);
	}
}

/* RFC 3629, section 4: UTF8-2, UTF8-3 and UTF8-4 */
static const struct {
	uint8_t from[4];
	uint8_t to[4];
	size_t len;
} well_formed[] = {
	{{0x00}, {0x7f}, 1},
	{{0xc2, 0x80}, {0xdf, 0xbf}, 2},
	{{0xe0, 0xa0, 0x80}, {0xe0, 0xbf, 0xbf}, 3},
	{{0xe1, 0x80, 0x80}, {0xec, 0xbf, 0xbf}, 3},
	{{0xed, 0x80, 0x80}, {0xed, 0x9f, 0xbf}, 3},
	{{0xee, 0x80, 0x80}, {0xef, 0xbf, 0xbf}, 3},
	{{0xf0, 0x90, 0x80, 0x80}, {0xf0, 0xbf, 0xbf, 0xbf}, 4},
	{{0xf1, 0x80, 0x80, 0x80}, {0xf3, 0xbf, 0xbf, 0xbf}, 4},
	{{0xf4, 0x80, 0x80, 0x80}, {0xf4, 0x8f, 0xbf, 0xbf}, 4},
};

static bool is_well_formed(const uint8_t *bytes, size_t len)
{
	size_t i;
	size_t k;

	for (i = 0; i < ARRAY_LENGTH(well_formed); i++) {
		bool inside = well_formed[i].len == len;

		for (k = 0; inside && k < len; k++) {
			inside = bytes[k] >= well_formed[i].from[k] &&
				 bytes[k] <= well_formed[i].to[k];
		}
		if (inside) {
			return true;
		}
	}
	return false;
}

/* All begin bytes with telling second ones: kept whole exactly if UTF-8 */
static void test_json_text_keeps_exactly_what_is_utf8(void **state)
{
	static const uint8_t seconds[] = {0x00,
					  0x41,
					  0x7f,
					  0x80,
					  0x8f,
					  0x90,
					  0x9f,
					  0xa0,
					  0xbf,
					  0xc0,
					  0xc2,
					  0xff};
	unsigned first;
	size_t s;
	size_t len;

	for (first = 0x80; first < 0x100; first++) {
		for (s = 0; s < ARRAY_LENGTH(seconds); s++) {
			for (len = 2; len <= 4; len++) {
				uint8_t bytes[4] = {(uint8_t)first,
						    seconds[s],
						    0xbf,
						    0x80};
				bool good = is_well_formed(bytes, len);
				json_t *value = string_of(bytes, len);
				bool kept = json_string_length(value) == len &&
					    memcmp(json_string_value(value),
						   bytes,
						   len) == 0;

				if (kept != good) {
					fail_msg("%02x %02x, %zu bytes",
						 first,
						 seconds[s],
						 len);
				}
				json_decref(value);
			}
		}
	}
}

/* jansson would refuse to read what it does not take for UTF-8. */
static void test_json_text_can_always_be_read(void **state)
{
	unsigned first;
	unsigned second;

	for (first = 0; first < 0x100; first++) {
		for (second = 0; second < 0x100; second++) {
			const uint8_t bytes[] = {(uint8_t)first,
						 (uint8_t)second,
						 0x80,
						 0x80,
						 'a'};
			json_decref(string_of(bytes, sizeof(bytes)));
		}
	}
}

static void test_json_write_numbers(void **state)
{
	static const struct {
		int64_t number;
		unsigned digits;
		const char *text;
	} rows[] = {
		{0, 0, "0"},
		{0, 1, "0"},
		{0, 6, "000000"},
		{7, 2, "07"},
		{1999, 2, "1999"},
		{-7, 1, "-7"},
		{INT64_MAX, 1, "9223372036854775807"},
		{INT64_MIN, 1, "-9223372036854775808"},
		{1, 99, "00000000000000000000001"},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_writer w;
		char *text = NULL;

		sg_writer_begin(&w, NULL);
		sg_write_number(&w, rows[i].number, rows[i].digits);
		text = sg_writer_end(&w, NULL);
		assert_string_equal(text, rows[i].text);
		talloc_free(text);
	}
}

static void test_json_write_nests(void **state)
{
	struct sg_writer w;
	char *text = NULL;
	size_t len = 0;

	sg_writer_begin(&w, NULL);
	sg_write_char(&w, '{');
	sg_write_in(&w, NULL);
	sg_write_key(&w, "a");
	sg_write_number(&w, 1, 1);
	sg_write_in(&w, "b");
	sg_write_in(&w, "c");
	sg_write_key(&w, "d");
	sg_write_string(&w, SG_JSON, "{[", 2, SIZE_MAX);
	sg_write_in(&w, "c");
	sg_write_key(&w, "e");
	sg_write_char(&w, '[');
	sg_write_comma(&w);
	sg_write_hex(&w, 0x12345, 4);
	sg_write_comma(&w);
	sg_write_number(&w, 3, 1);
	sg_write_char(&w, ']');
	sg_write_in(&w, NULL);
	sg_write_key(&w, "f");
	sg_write_number(&w, 4, 1);
	sg_write_char(&w, '}');
	text = sg_writer_end(&w, &len);
	assert_string_equal(text,
			    "{\"a\":1,\"b\":{},"
			    "\"c\":{\"d\":\"{[\",\"e\":[2345,3]},\"f\":4}");
	assert_int_equal(len, strlen(text));
	talloc_free(text);
}

/* Lengths around every end of the buffer, by each way to write */
static void test_json_write_grows(void **state)
{
	static char bytes[5000];
	size_t len;

	memset(bytes, '\x01', sizeof(bytes));
	for (len = 0; len < sizeof(bytes); len += 7) {
		size_t got = 0;
		char *text = written(SG_JSON, bytes, len, &got);

		assert_int_equal(got, 6 * len + 2);
		talloc_free(text);
		text = written(SG_PLAIN, bytes, len, &got);
		assert_int_equal(got, len);
		assert_memory_equal(text, bytes, len);
		assert_int_equal(text[len], '\0');
		talloc_free(text);
	}
}

/* Whatever follows the failure, there is no text. */
static void test_json_write_out_of_memory(void **state)
{
	static char bytes[3000];
	unsigned n;

	for (n = 1; n < 100; n++) {
		struct sg_writer w;
		char *text = NULL;

		alloc_calls = 0;
		fail_at = n;
		sg_writer_begin(&w, NULL);
		sg_write_in(&w, "a");
		sg_write_comma(&w);
		sg_write_string(&w, SG_JSON, bytes, sizeof(bytes), SIZE_MAX);
		sg_write_string(&w, SG_JSON, "a", 1, 1);
		sg_write_hex(&w, 1, 16);
		sg_write(&w, bytes, sizeof(bytes));
		text = sg_writer_end(&w, NULL);
		fail_at = 0;
		if (alloc_calls < n) {
			assert_non_null(text);
			talloc_free(text);
			break;
		}
		assert_null(text);
		assert_null(w.text);
	}
	/* The first buffer, and two that are larger */
	assert_true(n >= 3 && n <= 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_text_rows),
		cmocka_unit_test(test_json_text_nothing_is_an_empty_string),
		cmocka_unit_test(test_json_text_looks_at_no_byte_more),
		cmocka_unit_test(test_json_text_keeps_exactly_what_is_utf8),
		cmocka_unit_test(test_json_text_can_always_be_read),
		cmocka_unit_test(test_json_write_numbers),
		cmocka_unit_test(test_json_write_nests),
		cmocka_unit_test(test_json_write_grows),
		cmocka_unit_test(test_json_write_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
