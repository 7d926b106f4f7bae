/*
 * smbguard: tests of the offer with any input, and without memory
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Memory that runs out: the functions below stand in front of talloc's own.
 */

/* wrap: _talloc_zero _talloc_memdup talloc_strndup */

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "offer_msg.h"

/* The allocation that will fail, counted from 1; 0: none will. */
static size_t allocations_left;

static bool fails_now(void)
{
	if (allocations_left == 0) {
		return false;
	}

	allocations_left--;
	return allocations_left == 0;
}

void *__real__talloc_zero(const void *ctx, size_t size, const char *name);
void *__wrap__talloc_zero(const void *ctx, size_t size, const char *name);
void *__real__talloc_memdup(const void *ctx,
			    const void *p,
			    size_t size,
			    const char *name);
void *__wrap__talloc_memdup(const void *ctx,
			    const void *p,
			    size_t size,
			    const char *name);
char *__real_talloc_strndup(const void *ctx, const char *p, size_t n);
char *__wrap_talloc_strndup(const void *ctx, const char *p, size_t n);

void *__wrap__talloc_zero(const void *ctx, size_t size, const char *name)
{
	bool fail = fails_now();

	return fail ? NULL : __real__talloc_zero(ctx, size, name);
}

void *__wrap__talloc_memdup(const void *ctx,
			    const void *p,
			    size_t size,
			    const char *name)
{
	bool fail = fails_now();

	return fail ? NULL : __real__talloc_memdup(ctx, p, size, name);
}

char *__wrap_talloc_strndup(const void *ctx, const char *p, size_t n)
{
	bool fail = fails_now();

	return fail ? NULL : __real_talloc_strndup(ctx, p, n);
}

/* Cut on the way: the length field still says how much there was. */
static void test_offer_cut_at_every_length(void **state)
{
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(captured); i++) {
		const uint8_t *data = captured[i].data;
		struct sg_offer *whole = parse(data, captured[i].len);
		bool smb2 = whole->kind == SG_OFFER_SMB2;
		/* The byte from which on it is known to be a negotiate */
		size_t known = smb2 ? AT_COMMAND + 2 : 9;
		size_t len;

		for (len = 1; len < captured[i].len; len++) {
			struct sg_offer *offer = parse(data, len);

			assert_problem(offer, CUT_SHORT);
			assert_int_equal(offer->kind,
					 len < known ? SG_OFFER_NOTHING
						     : whole->kind);
			assert_true(offer->num_smb1 <= whole->num_smb1);
			assert_true(offer->num_dialects <= whole->num_dialects);
			assert_true(offer->num_ciphers <= whole->num_ciphers);
			assert_true(offer->num_signing <= whole->num_signing);
			assert_memory_equal(offer->dialects,
					    whole->dialects,
					    offer->num_dialects * 2);
			assert_memory_equal(offer->ciphers,
					    whole->ciphers,
					    offer->num_ciphers * 2);
			assert_sane(offer);
			talloc_free(offer);
		}
		talloc_free(whole);
	}
}

/* Sent short: the length field says that this is all. */
static void test_offer_short_at_every_length(void **state)
{
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(captured); i++) {
		struct sg_offer *whole =
			parse(captured[i].data, captured[i].len);
		bool smb2 = whole->kind == SG_OFFER_SMB2;
		size_t known = smb2 ? AT_COMMAND + 2 : 9;
		size_t len;

		assert_problem(whole, NULL);
		for (len = 4; len < captured[i].len; len++) {
			struct sg_offer *offer = NULL;
			struct msg m;

			msg_copy(&m, captured[i].data, len);
			set_length(&m);
			offer = parse_msg(&m);

			/* Each of them uses its last byte. */
			assert_non_null(offer->problem);
			assert_string_not_equal(offer->problem, CUT_SHORT);
			assert_int_equal(offer->kind,
					 len < known ? SG_OFFER_OTHER
						     : whole->kind);
			assert_sane(offer);
			talloc_free(offer);
		}
		talloc_free(whole);
	}
}

static void test_offer_every_byte_changed(void **state)
{
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(captured); i++) {
		struct msg m;
		size_t at;

		msg_copy(&m, captured[i].data, captured[i].len);
		for (at = 0; at < m.len; at++) {
			unsigned int flip;

			for (flip = 1; flip <= 0xFF; flip++) {
				struct sg_offer *offer = NULL;

				m.data[at] ^= (uint8_t)flip;
				offer = parse_msg(&m);
				assert_sane(offer);
				talloc_free(offer);
				m.data[at] ^= (uint8_t)flip;
			}
		}
	}
}

/* Each allocation fails in its turn; then nothing is left behind. */
static void test_offer_out_of_memory(void **state)
{
	static const size_t allocations[ARRAY_LENGTH(captured)] = {2, 1, 2, 2};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(captured); i++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		struct sg_offer *offer = NULL;
		size_t turn;

		for (turn = 1; turn <= allocations[i]; turn++) {
			allocations_left = turn;
			offer = sg_offer_parse(mem_ctx,
					       captured[i].data,
					       captured[i].len);
			assert_int_equal(allocations_left, 0);
			assert_null(offer);
			assert_int_equal(talloc_total_blocks(mem_ctx), 1);
		}

		/* One more than there are: none fails. */
		allocations_left = turn;
		offer = sg_offer_parse(mem_ctx,
				       captured[i].data,
				       captured[i].len);
		assert_int_equal(allocations_left, 1);
		allocations_left = 0;
		assert_non_null(offer);
		assert_problem(offer, NULL);
		talloc_free(mem_ctx);
	}
}

static void test_offer_belongs_to_its_context(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct sg_offer *offer = NULL;

	(void)state;

	offer = sg_offer_parse(mem_ctx, captured_multi, sizeof(captured_multi));
	assert_non_null(offer);
	assert_ptr_equal(talloc_parent(offer), mem_ctx);
	assert_int_equal(talloc_total_blocks(mem_ctx), 3);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offer_cut_at_every_length),
		cmocka_unit_test(test_offer_short_at_every_length),
		cmocka_unit_test(test_offer_every_byte_changed),
		cmocka_unit_test(test_offer_out_of_memory),
		cmocka_unit_test(test_offer_belongs_to_its_context),
	};

	/* assert_sane() lets libc judge UTF-8. */
	if (setlocale(LC_ALL, "C.UTF-8") == NULL) {
		return 1;
	}

	return cmocka_run_group_tests(tests, NULL, NULL);
}
