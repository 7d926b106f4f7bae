/*
 * smbguard: exceptions that lack one thing
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_EXCEPTION_NEAR_H
#define SMBGUARD_CORE_EXCEPTION_NEAR_H

#include "exception.h"
#include "facts.h"

/**
 * What an exception lacks, if it is one thing: `"smbguard:NAME hosts" lacks
 * 192.0.2.8`. For an access that it does not cover.
 *
 * Returns "" if it is for others, NULL when out of memory.
 */
const char *sg_exception_near(TALLOC_CTX *mem_ctx,
			      const struct sg_exception *exception,
			      const struct sg_facts *facts,
			      uint32_t allow,
			      time_t now);

#endif /* SMBGUARD_CORE_EXCEPTION_NEAR_H */
