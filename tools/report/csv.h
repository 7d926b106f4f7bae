/*
 * smbguard(8): report, cells of csv
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_REPORT_CSV_H
#define SMBGUARD_TOOLS_REPORT_CSV_H

#include <stdbool.h>
#include <stdio.h>

/**
 * Write one; first: of its row.
 */
void sg_csv_cell(FILE *out, const char *text, bool first);

#endif /* SMBGUARD_TOOLS_REPORT_CSV_H */
