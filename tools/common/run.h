/*
 * smbguard: other programs' answers
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_COMMON_RUN_H
#define SMBGUARD_TOOLS_COMMON_RUN_H

#include <talloc.h>

/**
 * Run a program, found in PATH, and wait for its end.
 *
 * argv: ends with a NULL. status: receives its exit status.
 *
 * Returns what it wrote to standard output, NULL if it could not be run or
 * died. What it says on standard error goes nowhere.
 */
char *sg_run(TALLOC_CTX *mem_ctx, const char *const argv[], int *status);

#endif /* SMBGUARD_TOOLS_COMMON_RUN_H */
