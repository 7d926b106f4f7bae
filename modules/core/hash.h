/*
 * smbguard: a number for bytes
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_HASH_H
#define SMBGUARD_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The begin of each. */
#define SG_HASH64_NOTHING 0xcbf29ce484222325ULL

/**
 * FNV-1a of 64 bits, over what hash is of and these bytes behind it. To tell
 * things apart, not against somebody who chooses them.
 */
uint64_t sg_hash64(uint64_t hash, const void *bytes, size_t len);

#endif /* SMBGUARD_CORE_HASH_H */
