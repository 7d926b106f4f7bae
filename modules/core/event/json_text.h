/*
 * smbguard: strings of any bytes as JSON
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_EVENT_JSON_TEXT_H
#define SMBGUARD_CORE_EVENT_JSON_TEXT_H

#include <jansson.h>
#include <stddef.h>

/**
 * A JSON string of any bytes. Bytes that are not UTF-8 become \xNN (four
 * characters of text), and then a backslash becomes \x5c. NULs are kept.
 *
 * text: may be NULL if len is 0. Returns NULL only when out of memory.
 */
json_t *sg_json_string(const char *text, size_t len);

/**
 * The same, cut where it would take more than max bytes as it is written; see
 * sg_cut_length(). What was cut ends in "[+N]", N being the bytes that are
 * missing.
 */
json_t *sg_json_cut_string(const char *text, size_t len, size_t max);

#endif /* SMBGUARD_CORE_EVENT_JSON_TEXT_H */
