/*
 * smbguard: fuzzing the reading of a security token
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sanitizers watch the memory; this watches what the header promises of
 * the result for any input. How it fails: abort(), which libFuzzer reports.
 */

#include <stdlib.h>
#include <string.h>

#include "core/wire/ntlmssp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* With the NUL that ends it it is 12 bytes: an AUTHENTICATE_MESSAGE's first. */
static const char authenticate[] = "NTLMSSP\0\3\0\0";

static void require(bool ok)
{
	if (!ok) {
		abort();
	}
}

/* 256 UTF-16 units are 768 bytes of UTF-8 at most. */
static size_t check_text(const struct sg_ntlmssp *claim, const char *text)
{
	size_t len;

	if (text == NULL) {
		return 0;
	}

	len = strlen(text);
	require(len > 0 && len <= 768);
	require(talloc_parent(text) == claim);
	return 1;
}

static void check_claim(const struct sg_ntlmssp *claim)
{
	static const char *const types[] = {"NTLMv2",
					    "NTLMv1",
					    "LANMan",
					    "None"};
	bool known = claim->password_type == NULL;
	size_t num = 1;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		known = known || strcmp(claim->password_type, types[i]) == 0;
	}
	require(known);

	num += check_text(claim, claim->account);
	num += check_text(claim, claim->domain);
	num += check_text(claim, claim->workstation);
	require(talloc_total_blocks(claim) == num);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct sg_ntlmssp *claim = NULL;
	const uint8_t *found = NULL;

	if (mem_ctx == NULL) {
		return 0;
	}

	claim = sg_ntlmssp_parse(mem_ctx, data, size);
	found = memmem(data, size, authenticate, sizeof(authenticate));
	/* Not without a message; and with one that is the whole token. */
	require(claim == NULL || found != NULL);
	require(claim != NULL || found == NULL || found > data);
	if (claim != NULL) {
		check_claim(claim);
	}

	talloc_free(claim);
	require(talloc_total_blocks(mem_ctx) == 1);
	talloc_free(mem_ctx);
	return 0;
}
