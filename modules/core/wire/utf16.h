/*
 * smbguard: UTF-16LE as UTF-8
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_WIRE_UTF16_H
#define SMBGUARD_CORE_WIRE_UTF16_H

#include "cursor.h"

/* The room that so many units need: 3 bytes each, and the NUL. */
#define SG_UTF16_UTF8_BYTES(units) ((units)*3 + 1)

/**
 * Write UTF-16LE as UTF-8, up to its end, its first NUL, or the last code
 * point for which there is room.
 *
 * text: is left as it is. out: will end with a NUL. size: of out, at least 1.
 * Returns the bytes written, without that NUL.
 */
size_t sg_utf16_to_utf8(const struct sg_cursor *text, char *out, size_t size);

#endif /* SMBGUARD_CORE_WIRE_UTF16_H */
