/*
 * smbguard: a number for bytes
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "hash.h"

#define FNV64_PRIME 0x100000001b3ULL

uint64_t sg_hash64(uint64_t hash, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	size_t i;

	for (i = 0; i < len; i++) {
		hash = (hash ^ p[i]) * FNV64_PRIME;
	}
	return hash;
}
