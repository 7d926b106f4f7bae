/*
 * smbguard watch: the parts
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_WATCH_WATCH_H
#define SMBGUARD_TOOLS_WATCH_WATCH_H

#include <signal.h>
#include <talloc.h>

#include "core/addr.h"
#include "events/events.h"

/* What is shown, and what not */
struct sg_watch_filter {
	bool refused;  /* nothing but what was, or would be */
	int severity;  /* this and worse; 0: all */
	bool every;    /* also what a person rarely asks for */
	bool files;    /* also what was done to files */
	char **shares; /* ends with a NULL; NULL: all */
	bool have_client;
	struct sg_network client;
};

/**
 * Is an event to be shown?
 *
 * for_person: in text, the ends of trees, what is let in to IPC$, and what is
 * done to files are left out, unless they are asked for. What smbguard refuses
 * never is.
 */
bool sg_watch_wants(const struct sg_watch_filter *filter,
		    const json_t *event,
		    bool for_person);

/**
 * Take a severity by its name, "critical". False for what is none.
 */
bool sg_watch_severity(struct sg_watch_filter *filter, const char *name);

/**
 * Was an operation on a file refused for want of rights, by whomever?
 */
bool sg_watch_is_refused_file(const json_t *event);

/**
 * What an event of a file says, "read 4096 bytes of a/b.txt": talloc()ed on
 * mem_ctx, any bytes. NULL when out of memory.
 */
char *sg_watch_file_text(TALLOC_CTX *mem_ctx, const json_t *event);

/**
 * An event as a line of text for a person.
 */
void sg_watch_print(const json_t *event, int64_t when, bool colour);

/* Set by a signal: nothing more is to be shown. */
extern volatile sig_atomic_t sg_watch_ended;

/**
 * Hand on what is written to a file, until a signal or until fn returns false.
 *
 * all: begin with what is there already. Returns false after a message on
 * standard error.
 */
bool sg_watch_follow(const char *path, bool all, sg_line_fn fn, void *data);

/**
 * The same of the journal.
 */
bool sg_watch_journal(bool all, sg_line_fn fn, void *data);

#endif /* SMBGUARD_TOOLS_WATCH_WATCH_H */
