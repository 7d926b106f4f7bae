/*
 * smbguard: to be told when smbd loads its configuration
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd loads smb.conf within each logon (for %U), in the middle of a message
 * that may hold the tree connect as well, and tells nobody. But it says so to
 * talloc: all strings of [global] hang on one context, which lp_load_ex()
 * (source3/param/loadparm.c) frees first of all. So a child of that context
 * marks the begin of a load. Its destructor hangs the mark of the end on
 * lp_load_ex()'s own stack frame, which is the top one then and which
 * lp_load_ex() frees last of all; and that one's destructor hangs the first
 * mark on the new context.
 *
 * How it fails: a load that fails half-way frees its frame, too. If the end
 * cannot be marked for lack of memory, smbd has none either, and the process
 * ends: nothing that a load has put back may be served.
 */

#include "smbd/samba.h"
#include "smbd/loads.h"

struct mark {
	struct sg_loads *loads;
};

struct sg_loads {
	const struct sg_loads_hooks *hooks;
	void *private_data;
	struct mark *begin; /* one of the two is there */
	struct mark *end;
	pid_t pid;
};

static struct mark *mark_new(struct sg_loads *loads,
			     TALLOC_CTX *where,
			     int (*destructor)(struct mark *))
{
	struct mark *mark = talloc_zero(where, struct mark);

	if (mark != NULL) {
		mark->loads = loads;
		_talloc_set_destructor(mark, (int (*)(void *))destructor);
	}
	return mark;
}

/* NULL where smbd's strings are not where we think that they are. */
static TALLOC_CTX *strings_of_global(void)
{
	TALLOC_CTX *ctx = loadparm_s3_helpers()->globals->ctx;

	return talloc_parent(lp_netbios_name()) == ctx ? ctx : NULL;
}

static int load_begins(struct mark *mark);

static int load_ends(struct mark *mark)
{
	struct sg_loads *loads = mark->loads;

	loads->end = NULL;
	loads->begin = mark_new(loads, strings_of_global(), load_begins);
	if (loads->begin == NULL) {
		smb_panic("smbguard: out of memory");
	}
	if (loads->pid == getpid()) {
		loads->hooks->after(loads->private_data);
	}
	return 0;
}

static int load_begins(struct mark *mark)
{
	struct sg_loads *loads = mark->loads;

	loads->begin = NULL;
	if (loads->pid == getpid()) {
		loads->hooks->before(loads->private_data);
	}
	loads->end = mark_new(loads, talloc_tos(), load_ends);
	if (loads->end == NULL) {
		smb_panic("smbguard: out of memory");
	}
	return 0;
}

static void mark_free(struct mark *mark)
{
	if (mark != NULL) {
		talloc_set_destructor(mark, NULL);
		talloc_free(mark);
	}
}

static int loads_destructor(struct sg_loads *loads)
{
	mark_free(loads->begin);
	mark_free(loads->end);
	return 0;
}

struct sg_loads *sg_loads_watch(TALLOC_CTX *mem_ctx,
				const struct sg_loads_hooks *hooks,
				void *private_data)
{
	TALLOC_CTX *strings = strings_of_global();
	struct sg_loads *loads = NULL;

	if (strings == NULL) {
		return NULL;
	}
	loads = talloc_zero(mem_ctx, struct sg_loads);
	if (loads == NULL) {
		return NULL;
	}
	loads->hooks = hooks;
	loads->private_data = private_data;
	loads->pid = getpid();
	loads->begin = mark_new(loads, strings, load_begins);
	if (loads->begin == NULL) {
		TALLOC_FREE(loads);
		return NULL;
	}
	talloc_set_destructor(loads, loads_destructor);
	return loads;
}
