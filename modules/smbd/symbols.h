/*
 * smbguard: is all there that we need of smbd?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_SYMBOLS_H
#define SMBGUARD_SMBD_SYMBOLS_H

#include <stdbool.h>

/**
 * A function or variable of Samba's that we need and that this process does not
 * have; NULL if it has them all. Nothing of Samba's may be touched before, see
 * the other function.
 */
const char *sg_symbols_missing(void);

/**
 * If something is missing: is at least there what the release is told by, and
 * what is needed to write into smbd's log?
 */
bool sg_symbols_can_tell(void);

#endif /* SMBGUARD_SMBD_SYMBOLS_H */
