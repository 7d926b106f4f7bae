/*
 * smbguard: texts of a client's choice, kept short
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_CUT_H
#define SMBGUARD_CORE_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

/* So that a record with several of them still fits in 8 KiB. */
#define SG_TEXT_MAX 256

/* "[+", the digits of a size_t, "]", and a NUL */
#define SG_CUT_MARK_SIZE 24

/**
 * The length of the UTF-8 sequence at p (RFC 3629), 0 if it is none. len: the
 * bytes that are there, at least one.
 */
size_t sg_utf8_sequence(const uint8_t *p, size_t len);

/**
 * Are all of these bytes UTF-8? text: may be NULL if len is 0.
 */
bool sg_is_utf8(const char *text, size_t len);

/**
 * How many of len bytes of any kind are kept, if the text may take max bytes
 * as an event writes it: a control character takes six, a byte that is not
 * UTF-8 five. All of them, or fewer with room for the mark of what is missing.
 * No character is cut.
 */
size_t sg_cut_length(const char *text, size_t len, size_t max);

/**
 * A copy of text, cut to SG_TEXT_MAX as an event writes it. One that was longer
 * ends in "[+N]", N being the bytes that are missing.
 *
 * text: any bytes up to a NUL. NULL when out of memory.
 */
char *sg_cut_text(TALLOC_CTX *mem_ctx, const char *text);

#endif /* SMBGUARD_CORE_CUT_H */
