/*
 * smbguard: messages for the tests of ntlmssp.h
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every token is handed over in a heap block of its exact size that is gone
 * before the result is looked at, so that the sanitizers and valgrind see a
 * read of a byte too many, and a result that points into the token.
 */

#ifndef SMBGUARD_TESTS_NTLMSSP_MSG_H
#define SMBGUARD_TESTS_NTLMSSP_MSG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/wire/ntlmssp.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

#define MAX_TOKEN 4096
/* Where the fields of a message are, and its payload begins. */
#define LM_AT 12
#define NT_AT 20
#define DOMAIN_AT 28
#define USER_AT 36
#define WORKSTATION_AT 44
#define FLAGS_AT 60
#define HEADER_BYTES 64

static inline struct sg_ntlmssp *parse(const uint8_t *token, size_t len)
{
	struct sg_ntlmssp *claim = NULL;
	uint8_t *copy = NULL;

	if (len > 0) {
		copy = malloc(len);
		assert_non_null(copy);
		memcpy(copy, token, len);
	}
	claim = sg_ntlmssp_parse(NULL, copy, len);
	free(copy);
	return claim;
}

static inline void assert_text(const char *got, const char *want)
{
	if (want == NULL) {
		assert_null(got);
		return;
	}

	assert_non_null(got);
	assert_string_equal(got, want);
}

static inline void assert_claim(const uint8_t *token,
				size_t len,
				const struct sg_ntlmssp *want)
{
	struct sg_ntlmssp *claim = parse(token, len);

	assert_non_null(claim);
	assert_text(claim->account, want->account);
	assert_text(claim->domain, want->domain);
	assert_text(claim->workstation, want->workstation);
	assert_text(claim->password_type, want->password_type);
	talloc_free(claim);
}

static inline void put_number(uint8_t *at, uint32_t number, size_t num)
{
	while (num-- > 0) {
		*at++ = (uint8_t)number;
		number >>= 8;
	}
}

static inline void put_field(uint8_t *message,
			     size_t at,
			     size_t len,
			     uint32_t offset)
{
	put_number(message + at, (uint32_t)len, 2);
	put_number(message + at + 2, (uint32_t)len, 2);
	put_number(message + at + 4, offset, 4);
}

/* A message whose fields are all empty; its payload would begin at 64. */
static inline void put_header(uint8_t *message, uint32_t flags)
{
	memset(message, 0, HEADER_BYTES);
	memcpy(message, "NTLMSSP\0\3", 9);
	put_number(message + FLAGS_AT, flags, 4);
}

/* The same with a user name. Returns its length. */
static inline size_t put_user(uint8_t *message,
			      uint32_t flags,
			      const void *name,
			      size_t len)
{
	put_header(message, flags);
	put_field(message, USER_AT, len, HEADER_BYTES);
	memcpy(message + HEADER_BYTES, name, len);
	return HEADER_BYTES + len;
}

/* Change every byte in every way: nothing may go wrong but the claim. */
static inline void mutate(const uint8_t *token, size_t len)
{
	uint8_t copy[MAX_TOKEN] = {0};
	unsigned change;
	size_t i;

	memcpy(copy, token, len);
	for (i = 0; i < len; i++) {
		for (change = 1; change < 256; change++) {
			struct sg_ntlmssp *claim = NULL;

			copy[i] = (uint8_t)(token[i] ^ change);
			claim = parse(copy, len);
			if (claim != NULL && claim->account != NULL) {
				assert_in_range(strlen(claim->account), 1, 768);
			}
			talloc_free(claim);
		}
		copy[i] = token[i];
	}
}

#endif /* SMBGUARD_TESTS_NTLMSSP_MSG_H */
