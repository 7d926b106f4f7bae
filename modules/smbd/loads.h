/*
 * smbguard: to be told when smbd loads its configuration
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_LOADS_H
#define SMBGUARD_SMBD_LOADS_H

#include <talloc.h>

struct sg_loads;

struct sg_loads_hooks {
	/*
	 * smbd is about to forget what [global] says. The parameters of shares
	 * are still there; those of [global] must not be looked at.
	 */
	void (*before)(void *private_data);
	/* It has read everything again. */
	void (*after)(void *private_data);
};

/**
 * Be told of each load, whatever makes smbd do it, until the result is freed.
 *
 * mem_ctx: owner of the result. hooks: must outlive it.
 * Returns NULL when out of memory, or where smbd keeps its parameters in
 * another way than we know.
 */
struct sg_loads *sg_loads_watch(TALLOC_CTX *mem_ctx,
				const struct sg_loads_hooks *hooks,
				void *private_data);

#endif /* SMBGUARD_SMBD_LOADS_H */
