/*
 * smbguard: tests of the algorithms that smbd will choose
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rows follow smbd_smb2_request_process_negprot(): at 3.1.1 the server's
 * favourite that the client has, and otherwise fixed algorithms.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/predict.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define CCM128 SG_CIPHER_AES128_CCM
#define GCM128 SG_CIPHER_AES128_GCM
#define CCM256 SG_CIPHER_AES256_CCM
#define GCM256 SG_CIPHER_AES256_GCM
#define HMAC SG_SIGNING_HMAC_SHA256
#define CMAC SG_SIGNING_AES128_CMAC
#define GMAC SG_SIGNING_AES128_GMAC
#define NO_CONTEXT 0xff

static const enum sg_dialect dialects[] = {
	SG_DIALECT_NONE,
	SG_DIALECT_LANMAN,
	SG_DIALECT_NT1,
	SG_DIALECT_SMB2_02,
	SG_DIALECT_SMB2_10,
	SG_DIALECT_SMB3_00,
	SG_DIALECT_SMB3_02,
	SG_DIALECT_SMB3_11,
};

/* A client that can encrypt, with all the contexts there are */
static const struct sg_offer full_offer = {
	.kind = SG_OFFER_SMB2,
	.capabilities = SG_CAP_ENCRYPTION,
	.has_ciphers = true,
	.ciphers = {CCM128, GCM128, CCM256, GCM256},
	.num_ciphers = 4,
	.has_signing = true,
	.signing = {HMAC, CMAC, GMAC},
	.num_signing = 3,
};

/* smbd's defaults */
static const struct sg_server_lists full_lists = {
	.ciphers = {GCM128, CCM128, GCM256, CCM256},
	.num_ciphers = 4,
	.signing = {GMAC, CMAC, HMAC},
	.num_signing = 3,
	.encrypts = true,
};

static void check(const struct sg_offer *offer,
		  enum sg_dialect dialect,
		  const struct sg_server_lists *lists,
		  uint16_t cipher,
		  int signing)
{
	uint16_t got_cipher = 0x7777;
	int got_signing = 0x7777;

	sg_predict(offer, dialect, lists, &got_cipher, &got_signing);
	assert_int_equal(got_cipher, cipher);
	assert_int_equal(got_signing, signing);
}

static void test_predict_by_dialect(void **state)
{
	static const struct {
		uint16_t cipher; /* of a client that can encrypt */
		int signing;
	} rows[] = {
		[SG_DIALECT_NONE] = {SG_CIPHER_NONE, SG_SIGNING_MD5},
		[SG_DIALECT_LANMAN] = {SG_CIPHER_NONE, SG_SIGNING_MD5},
		[SG_DIALECT_NT1] = {SG_CIPHER_NONE, SG_SIGNING_MD5},
		[SG_DIALECT_SMB2_02] = {SG_CIPHER_NONE, HMAC},
		[SG_DIALECT_SMB2_10] = {SG_CIPHER_NONE, HMAC},
		[SG_DIALECT_SMB3_00] = {CCM128, CMAC},
		[SG_DIALECT_SMB3_02] = {CCM128, CMAC},
		[SG_DIALECT_SMB3_11] = {GCM128, GMAC},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(dialects); i++) {
		enum sg_dialect d = dialects[i];
		struct sg_offer offer = full_offer;
		struct sg_server_lists lists = full_lists;

		check(&offer, d, &lists, rows[d].cipher, rows[d].signing);
		offer.capabilities = 0xffffffff;
		check(&offer, d, &lists, rows[d].cipher, rows[d].signing);

		/* One of the two does not encrypt. */
		offer.capabilities = ~(uint32_t)SG_CAP_ENCRYPTION;
		check(&offer, d, &lists, SG_CIPHER_NONE, rows[d].signing);
		offer.capabilities = SG_CAP_ENCRYPTION;
		lists.encrypts = false;
		check(&offer, d, &lists, SG_CIPHER_NONE, rows[d].signing);
	}
}

/* Lists end with a 0, which is a signing algorithm: these count them. */
struct list {
	uint16_t ids[4];
	size_t num; /* NO_CONTEXT: none was sent */
};

static void test_predict_cipher_at_311(void **state)
{
	static const struct {
		struct list server;
		struct list client;
		uint16_t expected;
	} rows[] = {
		{{{GCM128, CCM128}, 2}, {{CCM128, GCM128}, 2}, GCM128},
		{{{CCM128, GCM128}, 2}, {{GCM128, CCM128}, 2}, CCM128},
		{{{GCM256, GCM128}, 2}, {{GCM128, CCM128}, 2}, GCM128},
		{{{GCM256, GCM128}, 2}, {{GCM128, GCM256}, 2}, GCM256},
		{{{GCM256}, 1}, {{CCM128, GCM128, CCM256}, 3}, SG_CIPHER_NONE},
		{{{GCM256}, 1}, {{CCM128, GCM128, GCM256}, 3}, GCM256},
		{{{GCM256}, 1}, {{0x4242}, 1}, SG_CIPHER_NONE},
		{{{GCM256}, 1}, {{0}, 0}, SG_CIPHER_NONE},
		{{{0}, 0}, {{GCM128}, 1}, SG_CIPHER_NONE},
		/* no context at all: the old one, in smbd's list or not */
		{{{GCM256}, 1}, {{GCM256}, NO_CONTEXT}, CCM128},
		{{{CCM128}, 1}, {{0}, NO_CONTEXT}, CCM128},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_offer offer = full_offer;
		struct sg_server_lists lists = full_lists;

		offer.has_ciphers = rows[i].client.num != NO_CONTEXT;
		offer.num_ciphers = offer.has_ciphers ? rows[i].client.num : 1;
		memcpy(offer.ciphers, rows[i].client.ids, 8);
		lists.num_ciphers = rows[i].server.num;
		memcpy(lists.ciphers, rows[i].server.ids, 8);
		check(&offer,
		      SG_DIALECT_SMB3_11,
		      &lists,
		      rows[i].expected,
		      GMAC);
		/* These lists say nothing at 3.0.2. */
		check(&offer, SG_DIALECT_SMB3_02, &lists, CCM128, CMAC);
	}
}

static void test_predict_signing_at_311(void **state)
{
	static const struct {
		struct list server;
		struct list client;
		int expected;
	} rows[] = {
		{{{GMAC, CMAC, HMAC}, 3}, {{HMAC, CMAC, GMAC}, 3}, GMAC},
		{{{HMAC, CMAC, GMAC}, 3}, {{GMAC, CMAC, HMAC}, 3}, HMAC},
		{{{GMAC, CMAC}, 2}, {{HMAC, CMAC}, 2}, CMAC},
		{{{GMAC, HMAC}, 2}, {{HMAC, CMAC}, 2}, HMAC},
		/* nothing in common: AES-128-CMAC, in smbd's list or not */
		{{{GMAC}, 1}, {{HMAC, CMAC}, 2}, CMAC},
		{{{GMAC}, 1}, {{0x4242}, 1}, CMAC},
		{{{GMAC}, 1}, {{0}, 0}, CMAC},
		{{{0}, 0}, {{GMAC}, 1}, CMAC},
		{{{GMAC}, 1}, {{GMAC}, NO_CONTEXT}, CMAC},
		{{{GMAC}, 1}, {{GMAC}, 1}, GMAC},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_offer offer = full_offer;
		struct sg_server_lists lists = full_lists;

		offer.has_signing = rows[i].client.num != NO_CONTEXT;
		offer.num_signing = offer.has_signing ? rows[i].client.num : 1;
		memcpy(offer.signing, rows[i].client.ids, 8);
		lists.num_signing = rows[i].server.num;
		memcpy(lists.signing, rows[i].server.ids, 8);
		check(&offer,
		      SG_DIALECT_SMB3_11,
		      &lists,
		      GCM128,
		      rows[i].expected);
		check(&offer, SG_DIALECT_SMB3_00, &lists, CCM128, CMAC);
		check(&offer, SG_DIALECT_SMB2_10, &lists, 0, HMAC);
	}
}

/* As many as there may be, and the last of each is the common one */
static void test_predict_with_the_longest_lists(void **state)
{
	struct sg_offer offer = full_offer;
	struct sg_server_lists lists = full_lists;
	size_t i;

	for (i = 0; i < SG_OFFER_MAX_ITEMS; i++) {
		offer.ciphers[i] = (uint16_t)(0x1000 + i);
		offer.signing[i] = (uint16_t)(0x1000 + i);
		lists.ciphers[i] = (uint16_t)(0x2000 + i);
		lists.signing[i] = (uint16_t)(0x2000 + i);
	}
	offer.num_ciphers = SG_OFFER_MAX_ITEMS;
	offer.num_signing = SG_OFFER_MAX_ITEMS;
	lists.num_ciphers = SG_OFFER_MAX_ITEMS;
	lists.num_signing = SG_OFFER_MAX_ITEMS;
	check(&offer, SG_DIALECT_SMB3_11, &lists, SG_CIPHER_NONE, CMAC);
	offer.ciphers[SG_OFFER_MAX_ITEMS - 1] = GCM256;
	lists.ciphers[SG_OFFER_MAX_ITEMS - 1] = GCM256;
	offer.signing[SG_OFFER_MAX_ITEMS - 1] = HMAC;
	lists.signing[SG_OFFER_MAX_ITEMS - 1] = HMAC;
	check(&offer, SG_DIALECT_SMB3_11, &lists, GCM256, HMAC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_predict_by_dialect),
		cmocka_unit_test(test_predict_cipher_at_311),
		cmocka_unit_test(test_predict_signing_at_311),
		cmocka_unit_test(test_predict_with_the_longest_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
