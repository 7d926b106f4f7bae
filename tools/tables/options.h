/*
 * smbguard(8): the rows of the option table, as JSON
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_TABLES_OPTIONS_H
#define SMBGUARD_TOOLS_TABLES_OPTIONS_H

#include <jansson.h>
#include <stdbool.h>

/**
 * Add "options", "exceptionKeys" and "exceptionWords" to root. False when out of
 * memory.
 */
bool sg_tables_options(json_t *root);

#endif /* SMBGUARD_TOOLS_TABLES_OPTIONS_H */
