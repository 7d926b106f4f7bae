/*
 * smbguard: jansson that runs out of memory
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * It fails together with talloc, see talloc_fault.h. main() calls
 * jansson_fault_init() first. jansson_live counts what was not freed.
 */

#ifndef SMBGUARD_TESTS_JANSSON_FAULT_H
#define SMBGUARD_TESTS_JANSSON_FAULT_H

#include <jansson.h>
#include <stdlib.h>

#include "talloc_fault.h"

static long jansson_live;
static bool jansson_spared; /* talloc alone fails */

static inline void *counting_malloc(size_t size)
{
	bool fails = !jansson_spared && out_of_memory();
	void *p = NULL;

	if (fails) {
		return NULL;
	}
	p = malloc(size);
	if (p != NULL) {
		jansson_live++;
	}
	return p;
}

static inline void counting_free(void *p)
{
	if (p != NULL) {
		jansson_live--;
	}
	free(p);
}

static inline void jansson_fault_init(void)
{
	json_set_alloc_funcs(counting_malloc, counting_free);
}

#endif /* SMBGUARD_TESTS_JANSSON_FAULT_H */
