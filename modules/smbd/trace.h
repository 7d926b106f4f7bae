/*
 * smbguard: to be asked before smbd handles anything
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_TRACE_H
#define SMBGUARD_SMBD_TRACE_H

#include <stdbool.h>
#include <talloc.h>
#include <tevent.h>

struct sg_trace;

/**
 * before: something is about to be handled at fde: a message of the client's,
 * most often. It has not been read yet.
 * detached: smbd has no more interest in fde, and is about to free it: it is
 * disconnecting a client, most often. To be used in looking, not in acting.
 */
struct sg_trace_hooks {
	void (*before)(const struct tevent_fd *fde, void *private_data);
	void (*detached)(const struct tevent_fd *fde, void *private_data);
};

/**
 * Watch smbd's event loop from now on until the result is freed. Who watched
 * before still does.
 *
 * mem_ctx: owner of the result. NULL when out of memory.
 */
struct sg_trace *sg_trace_start(TALLOC_CTX *mem_ctx);

/**
 * Who is asked. hooks: NULL for nobody.
 */
void sg_trace_ask(struct sg_trace *trace,
		  const struct sg_trace_hooks *hooks,
		  void *private_data);

/**
 * Has smbd handled anything since? Not while it is loading preload modules.
 */
bool sg_trace_has_begun(const struct sg_trace *trace);

#endif /* SMBGUARD_SMBD_TRACE_H */
