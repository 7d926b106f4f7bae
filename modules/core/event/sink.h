/*
 * smbguard: where events go, and what happens when one does not arrive
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_EVENT_SINK_H
#define SMBGUARD_CORE_EVENT_SINK_H

#include "event.h"

/* One place that takes events. */
struct sg_sink {
	const char *name; /* as in "smbguard:audit" */

	/* Take one event, whole or not at all: 0 or an errno. */
	int (*write)(struct sg_sink *sink,
		     const struct sg_event *event,
		     const char *line,
		     size_t len);
	void *data;

	/*
	 * Can it be written to as it is, by anybody? And: look whether it can,
	 * as root. NULL: no.
	 */
	bool (*settled)(struct sg_sink *sink, struct timespec now);
	bool (*look)(struct sg_sink *sink, struct timespec now);

	/* Make sure of room for one more: 0 or an errno. NULL: not known. */
	int (*reserve)(struct sg_sink *sink);

	/* Records that this sink did not take since the last that it did */
	uint64_t lost;
};

struct sg_sinks {
	struct sg_sink *sinks; /* all that are configured, in order */
	size_t num;

	/* Where a record goes that none of them took; may be NULL */
	struct sg_sink *last_resort;
};

/**
 * Hand an event to every sink. One that failed before and works again first
 * gets an audit_lost event with what it missed. An event that no sink takes
 * goes to the last resort.
 *
 * otherwise: what the last resort gets instead, because an event that is not
 * recorded will not come true; NULL: the event itself.
 * why: receives the errno of the last failure, 0 if there was none.
 * Returns whether a configured sink has the event.
 */
bool sg_sinks_write(struct sg_sinks *sinks,
		    const struct sg_event *event,
		    const struct sg_event *otherwise,
		    int *why);

/**
 * Hand an event to every sink, if that takes nothing but writing to what is open
 * already. False: it must be done by sg_sinks_write(), and no sink has it.
 */
bool sg_sinks_try(struct sg_sinks *sinks, const struct sg_event *event);

/**
 * Look as root whether sg_sinks_try() can be called again.
 */
bool sg_sinks_look(struct sg_sinks *sinks, struct timespec now);

/**
 * Has one of the configured sinks room for one more event? One that cannot tell
 * has.
 */
bool sg_sinks_have_room(struct sg_sinks *sinks);

/* Lines in memory, for tests. */
struct sg_sink_memory {
	char **lines;
	size_t num;
	int fail; /* an errno: take nothing */
};

/**
 * A sink that keeps lines in memory.
 */
void sg_sink_memory_init(struct sg_sink *sink, struct sg_sink_memory *memory);

#endif /* SMBGUARD_CORE_EVENT_SINK_H */
