/*
 * smbguard: fuzzing the reading of a client's first message
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sanitizers watch the memory; this watches what the header promises of
 * the result for any input. How it fails: abort(), which libFuzzer reports.
 */

#include <stdlib.h>
#include <string.h>

#include "core/wire/offer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok) {
		abort();
	}
}

/* The lengths of UTF-8's forms, and their least and greatest code point. */
static size_t utf8_char(const uint8_t *s, size_t len)
{
	static const struct {
		uint8_t mask;
		uint8_t lead;
		size_t len;
		uint32_t min;
		uint32_t max;
	} forms[] = {
		{0x80, 0x00, 1, 0x1, 0x7F},
		{0xE0, 0xC0, 2, 0x80, 0x7FF},
		{0xF0, 0xE0, 3, 0x800, 0xFFFF},
		{0xF8, 0xF0, 4, 0x10000, 0x10FFFF},
	};
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		uint32_t c;
		size_t j;

		if ((s[0] & forms[i].mask) != forms[i].lead) {
			continue;
		}
		require(forms[i].len <= len);
		c = s[0] & (uint8_t)~forms[i].mask;
		for (j = 1; j < forms[i].len; j++) {
			require((s[j] & 0xC0) == 0x80);
			c = (c << 6) | (s[j] & 0x3F);
		}
		require(c >= forms[i].min && c <= forms[i].max);
		require(c < 0xD800 || c > 0xDFFF);
		return forms[i].len;
	}

	abort();
}

static void check_netname(const char *netname)
{
	const uint8_t *s = (const uint8_t *)netname;
	size_t len;
	size_t chars = 0;
	size_t at = 0;

	if (netname == NULL) {
		return;
	}

	len = strlen(netname);
	while (at < len) {
		at += utf8_char(s + at, len - at);
		chars++;
	}
	require(chars <= 255);
}

static void check_offer(const struct sg_offer *offer)
{
	bool smb1 = offer->kind == SG_OFFER_SMB1;
	bool smb2 = offer->kind == SG_OFFER_SMB2;
	volatile uint8_t touched = 0;
	size_t i;
	size_t j;

	require(offer->kind <= SG_OFFER_OTHER);
	require(offer->num_smb1 <= SG_OFFER_MAX_ITEMS);
	require(offer->num_dialects <= SG_OFFER_MAX_ITEMS);
	require(offer->num_ciphers <= SG_OFFER_MAX_ITEMS);
	require(offer->num_signing <= SG_OFFER_MAX_ITEMS);
	require(smb1 || (offer->num_smb1 == 0 && !offer->smb1_wildcard));
	require(smb2 || (offer->num_dialects == 0 && !offer->has_preauth));
	require(offer->has_ciphers || offer->num_ciphers == 0);
	require(offer->has_signing || offer->num_signing == 0);
	require(smb1 || smb2 || offer->kind == SG_OFFER_SESSION ||
		offer->problem != NULL);
	/* An offer of nothing was not understood to its end. */
	require(!smb1 || offer->num_smb1 > 0 || offer->problem != NULL);
	require(!smb2 || offer->num_dialects > 0 || offer->problem != NULL);

	for (i = 0; i < offer->num_smb1; i++) {
		for (j = 0; j < offer->smb1[i].length; j++) {
			require(offer->smb1[i].data[j] != 0);
			touched ^= offer->smb1[i].data[j];
		}
	}
	check_netname(offer->netname);
	require(offer->problem == NULL || strlen(offer->problem) > 0);
}

/* seed: chooses the limits; all of them for every input would be slow. */
static void check_best(const struct sg_offer *offer, size_t seed)
{
	enum sg_dialect min = seed % 8;
	enum sg_dialect max = seed / 8 % 8;
	bool later = false;
	enum sg_dialect best;

	best = sg_offer_best(offer, min, max, &later);
	require(best <= SG_DIALECT_SMB3_11);
	if (best != SG_DIALECT_NONE) {
		require(best >= min);
		require(max == SG_DIALECT_NONE || best <= max);
		require(!later);
	}
	require(!later || offer->smb1_wildcard);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct sg_offer *offer = NULL;
	size_t expected;

	if (mem_ctx == NULL) {
		return 0;
	}

	expected = sg_offer_expected_bytes(data, size);
	require(expected <= SG_OFFER_MAX_BYTES);
	require(expected >= SG_OFFER_NBT_BYTES || size < SG_OFFER_NBT_BYTES);

	offer = sg_offer_parse(mem_ctx, data, size);
	require(offer != NULL);
	check_offer(offer);
	check_best(offer, size);
	/* Too few bytes for the message: never without a note. */
	require(size >= expected || offer->problem != NULL);

	talloc_free(mem_ctx);
	return 0;
}
