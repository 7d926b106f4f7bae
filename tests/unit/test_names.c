/*
 * smbguard: tests of the names of dialects, ciphers and signing algorithms
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

#include "core/wire/names.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* cmocka's assert_string_equal() wants two strings, NULL is an answer too. */
static void assert_name(const char *got, const char *want)
{
	if (want == NULL) {
		assert_null(got);
		return;
	}

	assert_non_null(got);
	assert_string_equal(got, want);
}

static void test_names_dialects(void **state)
{
	static const struct {
		enum sg_dialect dialect;
		const char *name;
	} cases[] = {
		{SG_DIALECT_NONE, NULL},
		{SG_DIALECT_LANMAN, "LANMAN"},
		{SG_DIALECT_NT1, "NT1"},
		{SG_DIALECT_SMB2_02, "SMB2_02"},
		{SG_DIALECT_SMB2_10, "SMB2_10"},
		{SG_DIALECT_SMB3_00, "SMB3_00"},
		{SG_DIALECT_SMB3_02, "SMB3_02"},
		{SG_DIALECT_SMB3_11, "SMB3_11"},
		{(enum sg_dialect)(SG_DIALECT_SMB3_11 + 1), NULL},
		{(enum sg_dialect)1000, NULL},
	};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		assert_name(sg_dialect_name(cases[i].dialect), cases[i].name);
	}
}

/* A floor is compared with "<": the enum's order is part of the contract. */
static void test_names_dialects_are_ordered(void **state)
{
	static const uint16_t weakest_first[] = {0x0202,
						 0x0210,
						 0x0300,
						 0x0302,
						 0x0311};
	enum sg_dialect last = SG_DIALECT_NT1;
	size_t i;

	(void)state;

	assert_true(SG_DIALECT_NONE < SG_DIALECT_LANMAN);
	assert_true(SG_DIALECT_LANMAN < SG_DIALECT_NT1);
	for (i = 0; i < ARRAY_LENGTH(weakest_first); i++) {
		enum sg_dialect d = sg_dialect_from_wire(weakest_first[i]);

		assert_true(d > last);
		last = d;
	}
}

static void test_names_dialect_from_wire(void **state)
{
	static const struct {
		uint16_t revision;
		enum sg_dialect dialect;
	} cases[] = {
		{0x0202, SG_DIALECT_SMB2_02},
		{0x0210, SG_DIALECT_SMB2_10},
		{0x0300, SG_DIALECT_SMB3_00},
		{0x0302, SG_DIALECT_SMB3_02},
		{0x0311, SG_DIALECT_SMB3_11},
	};
	uint32_t revision;
	size_t known = 0;
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		assert_int_equal(sg_dialect_from_wire(cases[i].revision),
				 cases[i].dialect);
	}

	/* And no other number is a dialect: 0 and the wildcard neither. */
	for (revision = 0; revision <= UINT16_MAX; revision++) {
		enum sg_dialect d = sg_dialect_from_wire((uint16_t)revision);

		if (d != SG_DIALECT_NONE) {
			known++;
		}
	}
	assert_int_equal(known, ARRAY_LENGTH(cases));
	assert_int_equal(sg_dialect_from_wire(SG_DIALECT_WIRE_WILDCARD),
			 SG_DIALECT_NONE);
	assert_int_equal(sg_dialect_from_wire(0), SG_DIALECT_NONE);
}

static void test_names_dialect_from_smb1_string(void **state)
{
	static const struct {
		const char *name;
		enum sg_dialect dialect;
	} cases[] = {
		/* smbd's supported_protocols[] */
		{"SMB 2.???", SG_DIALECT_NONE},
		{"SMB 2.002", SG_DIALECT_SMB2_02},
		{"NT LANMAN 1.0", SG_DIALECT_NT1},
		{"NT LM 0.12", SG_DIALECT_NT1},
		{"POSIX 2", SG_DIALECT_NT1},
		{"LANMAN2.1", SG_DIALECT_LANMAN},
		{"LM1.2X002", SG_DIALECT_LANMAN},
		{"Samba", SG_DIALECT_LANMAN},
		{"DOS LM1.2X002", SG_DIALECT_LANMAN},
		{"LANMAN1.0", SG_DIALECT_LANMAN},
		{"MICROSOFT NETWORKS 3.0", SG_DIALECT_LANMAN},
		/* as smbd, without regard to case */
		{"nt lm 0.12", SG_DIALECT_NT1},
		{"sMb 2.002", SG_DIALECT_SMB2_02},
		{"SAMBA", SG_DIALECT_LANMAN},
		/* what smbd does not know */
		{"PC NETWORK PROGRAM 1.0", SG_DIALECT_NONE},
		{"MICROSOFT NETWORKS 1.03", SG_DIALECT_NONE},
		{"SMB 2.001", SG_DIALECT_NONE},
		{"SMB 2.100", SG_DIALECT_NONE},
		{"", SG_DIALECT_NONE},
		{"NT LM 0.1", SG_DIALECT_NONE},
		{"NT LM 0.12 ", SG_DIALECT_NONE},
		{" NT LM 0.12", SG_DIALECT_NONE},
		{"NT LM 0.1\x12", SG_DIALECT_NONE},
		/* 0x20 is the case bit of letters, and of letters only */
		{"NT@LM 0.12", SG_DIALECT_NONE},
		{"SMB 2\x0e"
		 "002",
		 SG_DIALECT_NONE},
	};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		const char *name = cases[i].name;

		assert_int_equal(
			sg_dialect_from_smb1_string((const uint8_t *)name,
						    strlen(name)),
			cases[i].dialect);
	}
}

static void test_names_smb1_string_is_len_bytes(void **state)
{
	/* No NUL to stop at, and more behind it. */
	static const uint8_t name[] =
		{'N', 'T', ' ', 'L', 'M', ' ', '0', '.', '1', '2', '3'};
	static const uint8_t with_nul[] =
		{'N', 'T', ' ', 'L', 'M', ' ', '0', '.', '1', '2', 0};

	(void)state;

	assert_int_equal(sg_dialect_from_smb1_string(name, 10), SG_DIALECT_NT1);
	assert_int_equal(sg_dialect_from_smb1_string(name, 11),
			 SG_DIALECT_NONE);
	assert_int_equal(sg_dialect_from_smb1_string(with_nul, 11),
			 SG_DIALECT_NONE);
	assert_int_equal(sg_dialect_from_smb1_string(name, 0), SG_DIALECT_NONE);
	assert_int_equal(sg_dialect_from_smb1_string(NULL, 0), SG_DIALECT_NONE);
}

static void test_names_ciphers(void **state)
{
	(void)state;

	assert_name(sg_cipher_name(0), NULL);
	assert_name(sg_cipher_name(1), "AES-128-CCM");
	assert_name(sg_cipher_name(2), "AES-128-GCM");
	assert_name(sg_cipher_name(3), "AES-256-CCM");
	assert_name(sg_cipher_name(4), "AES-256-GCM");
	assert_name(sg_cipher_name(5), NULL);
	assert_name(sg_cipher_name(0x0100), NULL);
	assert_name(sg_cipher_name(UINT16_MAX), NULL);
}

static void test_names_signing_algorithms(void **state)
{
	(void)state;

	assert_name(sg_signing_name(SG_SIGNING_NONE), NULL);
	assert_name(sg_signing_name(0), "HMAC-SHA256");
	assert_name(sg_signing_name(1), "AES-128-CMAC");
	assert_name(sg_signing_name(2), "AES-128-GMAC");
	assert_name(sg_signing_name(3), NULL);
	assert_name(sg_signing_name(UINT16_MAX), NULL);
	assert_name(sg_signing_name(SG_SIGNING_MD5), "MD5");
	assert_name(sg_signing_name(SG_SIGNING_MD5 + 1), NULL);
}

/* Every name leads back, in any case; what is none leads to what is weakest. */
static void test_names_lead_back(void **state)
{
	static const char *const others[] =
		{NULL, "", "SMB3", "NT1 ", "SMB3_1", "AES-128", "MD", "wurst"};
	size_t found = 0;
	size_t i;
	int id;

	for (id = SG_DIALECT_LANMAN; id <= SG_DIALECT_SMB3_11; id++) {
		const char *name = sg_dialect_name((enum sg_dialect)id);

		assert_int_equal(sg_dialect_from_name(name), id);
		found++;
	}
	for (id = SG_SIGNING_NONE; id <= SG_SIGNING_MD5; id++) {
		const char *name = sg_cipher_name((uint16_t)id);

		if (name != NULL && id < 0x10000) {
			assert_int_equal(sg_cipher_from_name(name), id);
			found++;
		}
		name = sg_signing_name(id);
		if (name != NULL) {
			assert_int_equal(sg_signing_from_name(name), id);
			found++;
		}
	}
	assert_int_equal(found, 7 + 4 + 4);
	assert_int_equal(sg_dialect_from_name("smb3_11"), SG_DIALECT_SMB3_11);
	assert_int_equal(sg_cipher_from_name("aes-256-gcm"),
			 SG_CIPHER_AES256_GCM);
	assert_int_equal(sg_signing_from_name("aes-128-Gmac"),
			 SG_SIGNING_AES128_GMAC);
	for (i = 0; i < ARRAY_LENGTH(others); i++) {
		assert_int_equal(sg_dialect_from_name(others[i]),
				 SG_DIALECT_NONE);
		assert_int_equal(sg_cipher_from_name(others[i]),
				 SG_CIPHER_NONE);
		assert_int_equal(sg_signing_from_name(others[i]),
				 SG_SIGNING_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_dialects),
		cmocka_unit_test(test_names_dialects_are_ordered),
		cmocka_unit_test(test_names_dialect_from_wire),
		cmocka_unit_test(test_names_dialect_from_smb1_string),
		cmocka_unit_test(test_names_smb1_string_is_len_bytes),
		cmocka_unit_test(test_names_ciphers),
		cmocka_unit_test(test_names_signing_algorithms),
		cmocka_unit_test(test_names_lead_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
