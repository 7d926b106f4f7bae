/*
 * smbguard: tests of how texts of a client's choice are cut
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a text takes in an event is counted here by writing one.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/event/json_write.h"
#include "core/cut.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* Characters of each kind that costs differently when it is written. */
static const char *const kinds[] = {
	"a",
	"\x01",
	"\"",
	"\\",
	"\xff",
	"\xc3\xb6",
	"\xe2\x82\xac",
	"\xf0\x9f\x98\x80",
};

static size_t written(const char *text, size_t len)
{
	struct sg_writer w;
	char *string = NULL;
	size_t bytes = 0;

	sg_writer_begin(&w, NULL);
	sg_write_string(&w, SG_JSON, text, len, SIZE_MAX);
	string = sg_writer_end(&w, &bytes);
	assert_non_null(string);
	talloc_free(string);
	return bytes - 2; /* its quotes */
}

/* So many times a character, in a block that ends where the text does. */
static char *text_of(const char *character, size_t times)
{
	size_t one = strlen(character);
	char *text = malloc(one * times + 1);
	size_t i;

	assert_non_null(text);
	for (i = 0; i < times; i++) {
		memcpy(text + i * one, character, one);
	}
	text[one * times] = '\0';
	return text;
}

static void test_text_keeps_what_fits(void **state)
{
	size_t compared = 0;
	size_t k;
	size_t n;

	for (k = 0; k < ARRAY_LENGTH(kinds); k++) {
		for (n = 0; n <= 300; n++) {
			char *text = text_of(kinds[k], n);
			char *cut = sg_cut_text(NULL, text);
			size_t len = strlen(text);
			size_t keep = sg_cut_length(text, len, SG_TEXT_MAX);

			assert_true(written(cut, strlen(cut)) <= SG_TEXT_MAX);
			assert_memory_equal(cut, text, keep);
			assert_int_equal(keep % strlen(kinds[k]), 0);
			if (keep == len) {
				assert_string_equal(cut, text);
			} else {
				char mark[SG_CUT_MARK_SIZE];

				snprintf(mark,
					 sizeof(mark),
					 "[+%zu]",
					 len - keep);
				assert_string_equal(cut + keep, mark);
				assert_true(keep > 0);
			}
			talloc_free(cut);
			free(text);
			compared++;
		}
	}
	assert_int_equal(compared, ARRAY_LENGTH(kinds) * 301);
}

static void test_text_is_cut_at_its_limit_and_not_before(void **state)
{
	static const struct {
		const char *character;
		size_t most; /* that are kept whole */
	} rows[] = {
		{"a", 256},
		{"\x01", 42},		  /* six bytes each */
		{"\"", 128},		  /* two */
		{"\xff", 51},		  /* five */
		{"\\", 51},		  /* the same beside such bytes */
		{"\xf0\x9f\x98\x80", 64}, /* as many as it has */
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		size_t one = strlen(rows[i].character);
		char *text = text_of(rows[i].character, rows[i].most + 1);

		assert_int_equal(
			sg_cut_length(text, one * rows[i].most, SG_TEXT_MAX),
			one * rows[i].most);
		assert_true(sg_cut_length(text,
					  one * (rows[i].most + 1),
					  SG_TEXT_MAX) < one * rows[i].most);
		free(text);
	}
}

static void test_text_counts_nul_as_a_control_character(void **state)
{
	const char zeros[60] = {0};

	assert_int_equal(sg_cut_length(zeros, 42, 256), 42);
	assert_true(sg_cut_length(zeros, 43, 256) < 42);
	assert_int_equal(sg_cut_length(zeros, 0, 256), 0);
	assert_int_equal(sg_cut_length(NULL, 0, 256), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_keeps_what_fits),
		cmocka_unit_test(test_text_is_cut_at_its_limit_and_not_before),
		cmocka_unit_test(test_text_counts_nul_as_a_control_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
