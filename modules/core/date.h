/*
 * smbguard: a day, as options have it
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_DATE_H
#define SMBGUARD_CORE_DATE_H

#include <stdbool.h>
#include <time.h>

/**
 * The first second after a day, "YYYY-MM-DD" in UTC. False if it is none.
 */
bool sg_date_end(const char *text, time_t *end);

#endif /* SMBGUARD_CORE_DATE_H */
