/*
 * smbguard: tests of who a client says it is, in NTLMSSP
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * About the message. Where it is found: test_ntlmssp_spnego.c.
 */

/* wrap: _talloc_zero talloc_strndup */

#include "ntlmssp_msg.h"

/* impacket, NTLMv1, without SPNEGO */
static const uint8_t impacket_v1[] = {
	0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0x00, 0x03, 0x00, 0x00, 0x00,
	0x18, 0x00, 0x18, 0x00, 0x72, 0x00, 0x00, 0x00, 0x18, 0x00, 0x18, 0x00,
	0x8a, 0x00, 0x00, 0x00, 0x0e, 0x00, 0x0e, 0x00, 0x40, 0x00, 0x00, 0x00,
	0x1a, 0x00, 0x1a, 0x00, 0x4e, 0x00, 0x00, 0x00, 0x0a, 0x00, 0x0a, 0x00,
	0x68, 0x00, 0x00, 0x00, 0x10, 0x00, 0x10, 0x00, 0xa2, 0x00, 0x00, 0x00,
	0x05, 0x02, 0x88, 0xa0, 0x45, 0x00, 0x58, 0x00, 0x41, 0x00, 0x4d, 0x00,
	0x50, 0x00, 0x4c, 0x00, 0x45, 0x00, 0x41, 0x00, 0x64, 0x00, 0x6d, 0x00,
	0x69, 0x00, 0x6e, 0x00, 0x69, 0x00, 0x73, 0x00, 0x74, 0x00, 0x72, 0x00,
	0x61, 0x00, 0x74, 0x00, 0x6f, 0x00, 0x72, 0x00, 0x57, 0x00, 0x4b, 0x00,
	0x53, 0x00, 0x54, 0x00, 0x41, 0x00, 0x74, 0x31, 0x30, 0x6d, 0x71, 0x51,
	0x7a, 0x57, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x3c, 0x6f, 0xd1, 0x3c, 0xbf, 0xaa,
	0x02, 0x42, 0xcb, 0x07, 0x45, 0x1e, 0x9d, 0x69, 0xcc, 0x04, 0x3c, 0x4f,
	0xa6, 0x11, 0xb4, 0xc7, 0xbd, 0x08, 0x67, 0xce, 0x74, 0x34, 0x8a, 0xfa,
	0xc8, 0xbe, 0xe7, 0xea, 0x02, 0x6f, 0xec, 0xc6, 0x58, 0xd5,
};

/* The allocation that fails, counted from 1; 0: none does. */
static size_t fail_at;
static size_t num_allocations;

void *__real__talloc_zero(const void *ctx, size_t size, const char *name);
void *__wrap__talloc_zero(const void *ctx, size_t size, const char *name);
char *__real_talloc_strndup(const void *ctx, const char *p, size_t n);
char *__wrap_talloc_strndup(const void *ctx, const char *p, size_t n);

void *__wrap__talloc_zero(const void *ctx, size_t size, const char *name)
{
	num_allocations++;
	return num_allocations == fail_at
		       ? NULL
		       : __real__talloc_zero(ctx, size, name);
}

char *__wrap_talloc_strndup(const void *ctx, const char *p, size_t n)
{
	num_allocations++;
	return num_allocations == fail_at ? NULL
					  : __real_talloc_strndup(ctx, p, n);
}

static void test_ntlmssp_captured(void **state)
{
	const struct sg_ntlmssp want = {"Administrator",
					"EXAMPLE",
					"WKSTA",
					"NTLMv1"};

	(void)state;

	assert_claim(impacket_v1, sizeof(impacket_v1), &want);
}

/* What is cut off is missing, and nothing else. */
static void test_ntlmssp_cut_at_every_length(void **state)
{
	const size_t domain_end = 0x40 + 0x0e;
	const size_t user_end = 0x4e + 0x1a;
	const size_t workstation_end = 0x68 + 0x0a;
	const size_t nt_end = 0x8a + 0x18;
	size_t len;

	(void)state;

	for (len = 0; len < 12; len++) {
		assert_null(parse(impacket_v1, len));
	}
	for (len = 12; len < sizeof(impacket_v1); len++) {
		const struct sg_ntlmssp want = {
			len >= user_end ? "Administrator" : NULL,
			len >= domain_end ? "EXAMPLE" : NULL,
			len >= workstation_end ? "WKSTA" : NULL,
			len >= nt_end ? "NTLMv1" : NULL,
		};

		assert_claim(impacket_v1, len, &want);
	}
}

static void test_ntlmssp_every_byte_changed(void **state)
{
	(void)state;

	mutate(impacket_v1, sizeof(impacket_v1));
}

static void test_ntlmssp_not_authenticate(void **state)
{
	uint8_t m[HEADER_BYTES + 1];
	size_t i;

	(void)state;

	put_header(m, 0);
	assert_claim(m,
		     HEADER_BYTES,
		     &(struct sg_ntlmssp){NULL, .password_type = "None"});

	assert_null(parse(NULL, 0));
	for (i = 0; i < 12; i++) {
		m[i] ^= 1;
		assert_null(parse(m, HEADER_BYTES));
		m[i] ^= 1;
	}
	/* It is not searched for. */
	memmove(m + 1, m, HEADER_BYTES);
	assert_null(parse(m, HEADER_BYTES + 1));
}

static void test_ntlmssp_text(void **state)
{
	static const struct {
		uint32_t flags;
		const char *name;
		size_t len;
		const char *want;
	} cases[] = {
		{1, "a\0b\0", 4, "ab"},
		{1, "", 0, NULL},
		{1, "\0\0", 2, NULL},
		{1, "a", 1, NULL},
		{1, "a\0b", 3, "a"},
		{1, "a\0\0\0b\0", 6, "a"},
		{1, "\0\0a\0", 4, NULL},
		{1, "\xAC\x20", 2, "\xE2\x82\xAC"},
		{1, "\x3D\xD8\x00\xDE", 4, "\xF0\x9F\x98\x80"},
		{1, "\x3D\xD8", 2, "\xEF\xBF\xBD"},
		{1, "\x00\xDE\x3D\xD8", 4, "\xEF\xBF\xBD\xEF\xBF\xBD"},
		{1,
		 "\x3D\xD8"
		 "a\0",
		 4,
		 "\xEF\xBF\xBD"
		 "a"},
		{1, "\n\0\"\0", 4, "\n\""},
		{0xFFFFFFFE, "ab", 2, "ab"},
		{2, "", 0, NULL},
		{2, "\0a", 2, NULL},
		{2, "a\0b", 3, "a"},
		/* Not UTF-8: as it is */
		{2, "J\xF6rg\xFF", 5, "J\xF6rg\xFF"},
	};
	uint8_t m[MAX_TOKEN];
	size_t len;
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct sg_ntlmssp want = {.account = cases[i].want,
						.password_type = "None"};

		len = put_user(m, cases[i].flags, cases[i].name, cases[i].len);
		assert_claim(m, len, &want);
	}
}

static void test_ntlmssp_text_too_long(void **state)
{
	static const struct {
		uint32_t flags;
		size_t len;
		size_t want;
	} cases[] = {
		{1, 510, 255 * 3},
		{1, 512, 256 * 3},
		{1, 514, 256 * 3},
		{1, 4000, 256 * 3},
		{0, 255, 255},
		{0, 256, 256},
		{0, 257, 256},
		{0, 4000, 256},
	};
	uint8_t name[4000];
	uint8_t m[MAX_TOKEN];
	size_t i;

	(void)state;

	memset(name, 0x77, sizeof(name)); /* U+7777: 3 bytes */
	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct sg_ntlmssp *claim = NULL;
		size_t len;

		len = put_user(m, cases[i].flags, name, cases[i].len);
		claim = parse(m, len);
		assert_non_null(claim);
		assert_non_null(claim->account);
		assert_int_equal(strlen(claim->account), cases[i].want);
		talloc_free(claim);
	}
}

static void test_ntlmssp_password_type(void **state)
{
	static const struct {
		size_t lm_len;
		size_t nt_len;
		uint8_t lm_last;
		const char *want;
	} cases[] = {
		{0, 0, 0, "None"},
		{1, 0, 0, "None"},
		{2, 0, 0, NULL},
		{23, 0, 1, NULL},
		{24, 0, 1, "LANMan"},
		{24, 0, 0, NULL},
		{25, 0, 1, NULL},
		{24, 1, 1, NULL},
		{24, 23, 1, NULL},
		{24, 24, 1, "NTLMv1"},
		{0, 24, 0, "NTLMv1"},
		{24, 25, 0, "NTLMv2"},
		{0, 25, 0, "NTLMv2"},
	};
	uint8_t m[HEADER_BYTES + 50];
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct sg_ntlmssp want = {.password_type = cases[i].want};

		memset(m, 0, sizeof(m));
		put_header(m, 1);
		put_field(m, LM_AT, cases[i].lm_len, HEADER_BYTES);
		m[HEADER_BYTES + 23] = cases[i].lm_last;
		put_field(m, NT_AT, cases[i].nt_len, HEADER_BYTES + 25);
		assert_claim(m, sizeof(m), &want);
	}
}

/* A field that is not wholly inside leaves the others alone. */
static void test_ntlmssp_field_out_of_bounds(void **state)
{
	static const size_t at[] = {LM_AT,
				    NT_AT,
				    DOMAIN_AT,
				    USER_AT,
				    WORKSTATION_AT};
	const size_t end = HEADER_BYTES + 24;
	const struct {
		size_t len;
		uint32_t offset;
	} cases[] = {
		{24, HEADER_BYTES + 1},
		{25, HEADER_BYTES},
		{1, (uint32_t)end},
		{1, (uint32_t)end + 1},
		{UINT16_MAX, 0},
		{24, UINT32_MAX},
		{24, UINT32_MAX - 23},
		{24, 0x80000000},
	};
	const char text[] = "abcdefghijklmnopqrstuvwx";
	uint8_t m[HEADER_BYTES + 24];
	size_t i;
	size_t j;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases) * ARRAY_LENGTH(at); i++) {
		size_t which = i % ARRAY_LENGTH(at);
		struct sg_ntlmssp want = {text, text, text, "NTLMv1"};

		put_header(m, 0);
		memcpy(m + HEADER_BYTES, text, 24);
		for (j = 0; j < ARRAY_LENGTH(at); j++) {
			put_field(m, at[j], 24, HEADER_BYTES);
		}
		assert_claim(m, sizeof(m), &want);

		put_field(m,
			  at[which],
			  cases[i / ARRAY_LENGTH(at)].len,
			  cases[i / ARRAY_LENGTH(at)].offset);
		want.password_type = at[which] == NT_AT ? NULL : "NTLMv1";
		want.domain = at[which] == DOMAIN_AT ? NULL : text;
		want.account = at[which] == USER_AT ? NULL : text;
		want.workstation = at[which] == WORKSTATION_AT ? NULL : text;
		assert_claim(m, sizeof(m), &want);

		/* Now the LM response is looked at, too. */
		put_field(m, NT_AT, 0, UINT32_MAX);
		want.password_type = at[which] == LM_AT ? NULL : "LANMan";
		assert_claim(m, sizeof(m), &want);
	}
}

/* The second length of a field, which MS-NLMP says to ignore. */
static void test_ntlmssp_maximum_is_ignored(void **state)
{
	static const uint8_t maxima[] = {0, 1, 4, 0xFF};
	const struct sg_ntlmssp want = {.account = "me",
					.password_type = "None"};
	uint8_t m[HEADER_BYTES + 2];
	size_t i;

	(void)state;

	put_user(m, 0, "me", 2);
	for (i = 0; i < ARRAY_LENGTH(maxima); i++) {
		m[USER_AT + 2] = maxima[i];
		assert_claim(m, sizeof(m), &want);
	}
}

/* Each allocation fails in its turn; then nothing is left behind. */
static void test_ntlmssp_out_of_memory(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct sg_ntlmssp *claim = NULL;

	(void)state;

	for (fail_at = 1; fail_at <= 4; fail_at++) {
		num_allocations = 0;
		claim = sg_ntlmssp_parse(mem_ctx,
					 impacket_v1,
					 sizeof(impacket_v1));
		assert_null(claim);
		assert_int_equal(num_allocations, fail_at);
		assert_int_equal(talloc_total_blocks(mem_ctx), 1);
	}

	fail_at = 0;
	num_allocations = 0;
	claim = sg_ntlmssp_parse(mem_ctx, impacket_v1, sizeof(impacket_v1));
	assert_non_null(claim);
	assert_int_equal(num_allocations, 4);
	assert_ptr_equal(talloc_parent(claim), mem_ctx);
	/* The claim owns what it has. */
	talloc_free(claim);
	assert_int_equal(talloc_total_blocks(mem_ctx), 1);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ntlmssp_captured),
		cmocka_unit_test(test_ntlmssp_cut_at_every_length),
		cmocka_unit_test(test_ntlmssp_every_byte_changed),
		cmocka_unit_test(test_ntlmssp_not_authenticate),
		cmocka_unit_test(test_ntlmssp_text),
		cmocka_unit_test(test_ntlmssp_text_too_long),
		cmocka_unit_test(test_ntlmssp_password_type),
		cmocka_unit_test(test_ntlmssp_field_out_of_bounds),
		cmocka_unit_test(test_ntlmssp_maximum_is_ignored),
		cmocka_unit_test(test_ntlmssp_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
