/*
 * smbguard: tests of the mechanisms that a security token names
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/wire/token.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define KRB5 "\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"
#define MS_KRB5 "\x06\x09\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"
#define NTLMSSP "\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"
#define USER_TO_USER "\x06\x0a\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x03"
#define OID_BYTES (sizeof(KRB5) - 1)

/* A copy that ends where the token does, for valgrind and ASan to see. */
static bool offers(const void *token, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	bool found;

	assert_non_null(copy);
	memcpy(copy, token, len);
	found = sg_token_offers_kerberos(copy, len);
	free(copy);
	return found;
}

static void test_token_mechanisms_by_oid(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool expected;
	} rows[] = {
		{KRB5, OID_BYTES, true},
		{MS_KRB5, OID_BYTES, true},
		{NTLMSSP, sizeof(NTLMSSP) - 1, false},
		{USER_TO_USER, sizeof(USER_TO_USER) - 1, false},
		{MS_KRB5 KRB5 NTLMSSP, 2 * OID_BYTES + 12, true},
		{NTLMSSP MS_KRB5, 12 + OID_BYTES, true},
		{NTLMSSP KRB5 "\xa2\x2a", 12 + OID_BYTES + 2, true},
		/* begun twice */
		{"\x06\x09\x2a\x86" KRB5, 4 + OID_BYTES, true},
		{"NTLMSSP\0\x01\0\0\0", 12, false},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_int_equal(offers(rows[i].bytes, rows[i].len),
				 rows[i].expected);
	}
}

/* What smbclient sends first, with tickets and without (cut to its head) */
static void test_token_mechanisms_of_clients(void **state)
{
	static const char with[] =
		"\x60\x82\x06\x2a\x06\x06\x2b\x06\x01\x05\x05\x02\xa0\x82\x06"
		"\x1e\x30\x82\x06\x1a\xa0\x0d\x30\x0b" KRB5 "\xa2\x82";
	static const char without[] =
		"\x60\x48\x06\x06\x2b\x06\x01\x05\x05\x02\xa0\x3e\x30\x3c\xa0"
		"\x0e\x30\x0c" NTLMSSP "\xa2\x2a\x04\x28NTLMSSP";

	assert_true(offers(with, sizeof(with) - 1));
	assert_false(offers(without, sizeof(without) - 1));
}

static void test_token_mechanisms_at_any_place(void **state)
{
	static const char *const oids[] = {KRB5, MS_KRB5};
	uint8_t token[64];
	size_t at;
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(oids); i++) {
		for (at = 0; at + OID_BYTES <= sizeof(token); at++) {
			memset(token, 0x06, sizeof(token));
			memcpy(token + at, oids[i], OID_BYTES);
			assert_true(offers(token, sizeof(token)));
			/* without its last byte */
			assert_false(offers(token, at + OID_BYTES - 1));
		}
	}
}

static void test_token_mechanisms_every_byte_counts(void **state)
{
	static const char *const oids[] = {KRB5, MS_KRB5};
	size_t at;
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(oids); i++) {
		for (at = 0; at < OID_BYTES; at++) {
			uint8_t token[OID_BYTES];

			memcpy(token, oids[i], OID_BYTES);
			token[at] ^= 0x40;
			assert_false(offers(token, sizeof(token)));
		}
	}
}

static void test_token_mechanisms_of_nothing(void **state)
{
	size_t len;

	assert_false(sg_token_offers_kerberos(NULL, 0));
	for (len = 0; len < OID_BYTES; len++) {
		assert_false(offers(KRB5, len));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token_mechanisms_by_oid),
		cmocka_unit_test(test_token_mechanisms_of_clients),
		cmocka_unit_test(test_token_mechanisms_at_any_place),
		cmocka_unit_test(test_token_mechanisms_every_byte_counts),
		cmocka_unit_test(test_token_mechanisms_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
