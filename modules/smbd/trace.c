/*
 * smbguard: to be asked before smbd handles anything
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tevent calls back before it calls the handler of a socket, and when smbd lets
 * go of one. It has one place for that, so whoever was there is called first.
 *
 * How it fails: a process forked from this one is not ours to undo anything
 * in.
 */

#include "smbd/samba.h"
#include "smbd/trace.h"

struct sg_trace {
	const struct sg_trace_hooks *hooks; /* NULL: nobody asked */
	void *private_data;
	bool begun;
	pid_t pid;

	tevent_trace_fd_callback_t chained;
	void *chained_data;
};

static void trace_fd(struct tevent_fd *fde,
		     enum tevent_event_trace_point point,
		     void *private_data)
{
	struct sg_trace *trace = private_data;

	if (trace->chained != NULL) {
		trace->chained(fde, point, trace->chained_data);
	}
	switch (point) {
	case TEVENT_EVENT_TRACE_BEFORE_HANDLER:
		trace->begun = true;
		if (trace->hooks != NULL) {
			trace->hooks->before(fde, trace->private_data);
		}
		break;
	case TEVENT_EVENT_TRACE_DETACH:
		if (trace->hooks != NULL && trace->pid == getpid()) {
			trace->hooks->detached(fde, trace->private_data);
		}
		break;
	default:
		break;
	}
}

static int trace_destructor(struct sg_trace *trace)
{
	if (trace->pid == getpid()) {
		tevent_set_trace_fd_callback(global_event_context(),
					     trace->chained,
					     trace->chained_data);
	}
	return 0;
}

struct sg_trace *sg_trace_start(TALLOC_CTX *mem_ctx)
{
	struct sg_trace *trace = talloc_zero(mem_ctx, struct sg_trace);

	if (trace == NULL) {
		return NULL;
	}
	trace->pid = getpid();
	tevent_get_trace_fd_callback(global_event_context(),
				     &trace->chained,
				     &trace->chained_data);
	tevent_set_trace_fd_callback(global_event_context(), trace_fd, trace);
	talloc_set_destructor(trace, trace_destructor);
	return trace;
}

void sg_trace_ask(struct sg_trace *trace,
		  const struct sg_trace_hooks *hooks,
		  void *private_data)
{
	trace->hooks = hooks;
	trace->private_data = private_data;
}

bool sg_trace_has_begun(const struct sg_trace *trace)
{
	return trace->begun;
}
