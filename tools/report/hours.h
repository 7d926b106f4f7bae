/*
 * smbguard(8): report, hours with events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_REPORT_HOURS_H
#define SMBGUARD_TOOLS_REPORT_HOURS_H

#include "seen.h"

struct sg_hours *sg_hours_new(TALLOC_CTX *mem_ctx);

/**
 * There was an event at a time, in microseconds since the epoch.
 */
void sg_hours_add(struct sg_hours *hours, int64_t when);

/**
 * See sg_seen_silences().
 */
size_t sg_hours_silences(const struct sg_hours *hours,
			 int64_t from,
			 int64_t to,
			 struct sg_silence silences[SG_SILENCES]);

#endif /* SMBGUARD_TOOLS_REPORT_HOURS_H */
