/*
 * smbguard(8): strings of any bytes as JSON
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_COMMON_JSON_TEXT_H
#define SMBGUARD_TOOLS_COMMON_JSON_TEXT_H

#include <jansson.h>
#include <stddef.h>

/**
 * A string of any bytes, which jansson would not take, as events have it: see
 * sg_write_string(). Returns NULL only when out of memory.
 */
json_t *sg_json_string(const char *text, size_t len);

#endif /* SMBGUARD_TOOLS_COMMON_JSON_TEXT_H */
