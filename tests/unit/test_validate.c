/*
 * smbguard: tests of a client's own account of its negotiate
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

#include "core/wire/validate.h"
#include "talloc_fault.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define FIXED 24
#define ALL                                                \
	(SG_TAMPERED_DIALECTS | SG_TAMPERED_CAPABILITIES | \
	 SG_TAMPERED_SECURITY_MODE | SG_TAMPERED_GUID)

/* 0x7f, 00 01 .. 0f, 1, and two dialects */
static const uint8_t input[] = {
	0x7f, 0x00, 0x00, 0x80, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05,
	0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
	0x01, 0x02, 0x02, 0x00, 0x10, 0x02, 0x02, 0x03,
};

static const struct sg_negotiated full = {
	.capabilities = 0x7f,
	.guid = {1, 2, 3},
	.security_mode = 1,
	.dialects = {0x0202, 0x0210, 0x0300, 0x0302},
	.num_dialects = 4,
};

/* A copy that ends where the input does, for valgrind and ASan to see. */
static bool parse(const uint8_t *bytes, size_t len, struct sg_negotiated *n)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	bool ok;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	ok = sg_validate_parse(copy, len, n);
	free(copy);
	return ok;
}

static void test_validate_parse(void **state)
{
	struct sg_negotiated n;
	size_t i;

	memset(&n, 0xff, sizeof(n));
	assert_true(parse(input, sizeof(input), &n));
	assert_int_equal(n.capabilities, 0x8000007f);
	for (i = 0; i < sizeof(n.guid); i++) {
		assert_int_equal(n.guid[i], i);
	}
	assert_int_equal(n.security_mode, 0x0201);
	assert_int_equal(n.num_dialects, 2);
	assert_int_equal(n.dialects[0], 0x0210);
	assert_int_equal(n.dialects[1], 0x0302);
	/* Two that say the same compare so, whatever was in them before. */
	assert_int_equal(n.dialects[2], 0);
	assert_int_equal(n.dialects[SG_VALIDATE_MAX_DIALECTS - 1], 0);
}

static void test_validate_parse_cut(void **state)
{
	struct sg_negotiated n;
	size_t len;

	assert_false(sg_validate_parse(NULL, 0, &n));
	for (len = 0; len < sizeof(input); len++) {
		assert_false(parse(input, len, &n));
	}
}

static void test_validate_parse_no_dialects_and_a_tail(void **state)
{
	uint8_t bytes[sizeof(input) + 9] = {0};
	struct sg_negotiated n;

	assert_true(parse(bytes, FIXED, &n));
	assert_int_equal(n.num_dialects, 0);
	assert_int_equal(sg_validate_best(&n), SG_DIALECT_NONE);

	memcpy(bytes, input, sizeof(input));
	assert_true(parse(bytes, sizeof(bytes), &n));
	assert_int_equal(n.num_dialects, 2);
}

/* More than we keep are read to their end, and the rest is left out. */
static void test_validate_parse_many_dialects(void **state)
{
	static const size_t counts[] = {SG_VALIDATE_MAX_DIALECTS - 1,
					SG_VALIDATE_MAX_DIALECTS,
					SG_VALIDATE_MAX_DIALECTS + 1,
					0xffff};
	static uint8_t bytes[FIXED + 2 * 0xffff];
	struct sg_negotiated n;
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(counts); i++) {
		size_t count = counts[i];
		size_t kept = count < SG_VALIDATE_MAX_DIALECTS
				      ? count
				      : SG_VALIDATE_MAX_DIALECTS;

		memset(bytes, 0x11, sizeof(bytes));
		bytes[22] = (uint8_t)count;
		bytes[23] = (uint8_t)(count >> 8);
		assert_true(parse(bytes, FIXED + 2 * count, &n));
		assert_int_equal(n.num_dialects, kept);
		assert_int_equal(n.dialects[kept - 1], 0x1111);
		assert_false(parse(bytes, FIXED + 2 * count - 1, &n));
	}
}

static void test_validate_compare(void **state)
{
	struct sg_negotiated other = full;

	assert_int_equal(sg_validate_compare(&full, &other), 0);
	other.num_dialects = 3;
	assert_int_equal(sg_validate_compare(&full, &other),
			 SG_TAMPERED_DIALECTS);
	assert_int_equal(sg_validate_compare(&other, &full),
			 SG_TAMPERED_DIALECTS);
	other = full;
	other.dialects[0] = 0x0210;
	other.dialects[1] = 0x0202;
	assert_int_equal(sg_validate_compare(&full, &other),
			 SG_TAMPERED_DIALECTS);
	/* behind the last one */
	other = full;
	other.dialects[4] = 0x0311;
	assert_int_equal(sg_validate_compare(&full, &other), 0);
	other = full;
	other.capabilities ^= 0x80000000;
	assert_int_equal(sg_validate_compare(&full, &other),
			 SG_TAMPERED_CAPABILITIES);
	other = full;
	other.security_mode = 3;
	assert_int_equal(sg_validate_compare(&full, &other),
			 SG_TAMPERED_SECURITY_MODE);
	other = full;
	other.guid[15] = 1;
	assert_int_equal(sg_validate_compare(&full, &other), SG_TAMPERED_GUID);
	other.capabilities = 0;
	other.security_mode = 0;
	other.num_dialects = 0;
	assert_int_equal(sg_validate_compare(&full, &other), ALL);
}

static void test_validate_best(void **state)
{
	static const struct {
		uint16_t dialects[4];
		size_t num;
		enum sg_dialect best;
	} rows[] = {
		{{0}, 0, SG_DIALECT_NONE},
		{{0x0202}, 1, SG_DIALECT_SMB2_02},
		{{0x0302, 0x0311, 0x0210}, 3, SG_DIALECT_SMB3_11},
		{{0x0210, 0x0300, 0x0302}, 3, SG_DIALECT_SMB3_02},
		{{0x02ff, 0xffff, 0x0310}, 3, SG_DIALECT_NONE},
		{{0xffff, 0x0210}, 2, SG_DIALECT_SMB2_10},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_negotiated n = {.num_dialects = rows[i].num};

		memcpy(n.dialects, rows[i].dialects, sizeof(rows[i].dialects));
		assert_int_equal(sg_validate_best(&n), rows[i].best);
	}
}

static void check_text(const struct sg_negotiated *sent,
		       const struct sg_negotiated *received,
		       const char *expected)
{
	TALLOC_CTX *ctx = talloc_new(NULL);
	char *text = sg_validate_describe(ctx, sent, received);

	assert_non_null(text);
	assert_string_equal(text, expected);
	assert_ptr_equal(talloc_parent(text), ctx);
	talloc_free(ctx);
}

static void test_validate_describe(void **state)
{
	struct sg_negotiated other = full;

	check_text(&full, &other, "");
	other.num_dialects = 2;
	check_text(&full,
		   &other,
		   "the dialects (SMB2_02, SMB2_10, SMB3_00, SMB3_02 became "
		   "SMB2_02, SMB2_10)");
	other = full;
	other.capabilities = 0x3f;
	check_text(&full,
		   &other,
		   "the capabilities (0x0000007f became 0x0000003f)");
	other = full;
	other.security_mode = 0xfff0;
	check_text(&full, &other, "the security mode (0x0001 became 0xfff0)");
	other = full;
	other.guid[0] = 9;
	check_text(&full, &other, "the client GUID");
	other.capabilities = 0xffffffff;
	other.security_mode = 0;
	other.dialects[0] = 0x0310;
	other.num_dialects = 1;
	check_text(&full,
		   &other,
		   "the dialects (SMB2_02, SMB2_10, SMB3_00, SMB3_02 became "
		   "0x0310), the capabilities (0x0000007f became 0xffffffff), "
		   "the security mode (0x0001 became 0x0000), the client GUID");
}

/* The longest that there is fits in an event, and needs no dialect. */
static void test_validate_describe_extremes(void **state)
{
	struct sg_negotiated none = {.num_dialects = 0};
	struct sg_negotiated many = {.num_dialects = SG_VALIDATE_MAX_DIALECTS};
	TALLOC_CTX *ctx = talloc_new(NULL);
	char *text = NULL;

	text = sg_validate_describe(ctx, &none, &many);
	assert_non_null(text);
	assert_true(strncmp(text, "the dialects ( became 0x0000, ", 30) == 0);
	assert_true(strlen(text) < 1024);
	talloc_free(ctx);
}

/* The whole of it or nothing, whatever fails */
static void test_validate_describe_without_memory(void **state)
{
	struct sg_negotiated other = {.num_dialects = 1};
	TALLOC_CTX *ctx = talloc_new(NULL);
	char *whole = sg_validate_describe(ctx, &full, &other);
	unsigned fails = 0;
	char *text = NULL;

	while (text == NULL) {
		alloc_calls = 0;
		fail_at = ++fails;
		text = sg_validate_describe(ctx, &full, &other);
	}
	fail_at = 0;
	assert_string_equal(text, whole);
	assert_true(fails > 10);
	talloc_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_validate_parse),
		cmocka_unit_test(test_validate_parse_cut),
		cmocka_unit_test(test_validate_parse_no_dialects_and_a_tail),
		cmocka_unit_test(test_validate_parse_many_dialects),
		cmocka_unit_test(test_validate_compare),
		cmocka_unit_test(test_validate_best),
		cmocka_unit_test(test_validate_describe),
		cmocka_unit_test(test_validate_describe_extremes),
		cmocka_unit_test(test_validate_describe_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
