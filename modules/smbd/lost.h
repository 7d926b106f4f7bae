/*
 * smbguard: records that no sink took, counted for all of smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_LOST_H
#define SMBGUARD_SMBD_LOST_H

#include <stdint.h>
#include <talloc.h>

/**
 * Add to what a sink has missed. The count outlives this process.
 *
 * Returns false if it could not be kept; the caller keeps it then.
 */
bool sg_lost_add(const char *sink, uint64_t num);

/**
 * Take the count over, and set it to nothing: whoever takes it tells it, or
 * adds it again. 0 where nothing is lost, and where it cannot be known.
 */
uint64_t sg_lost_take(const char *sink);

#endif /* SMBGUARD_SMBD_LOST_H */
