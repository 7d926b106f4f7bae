/*
 * smbguard exception: how they were used
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events name the exception that let somebody in ("policy.exception", with the
 * outcome "allowed"). Only lines that could are taken apart.
 *
 * How it fails: a message, and it is noted that not all was read.
 */

#define _GNU_SOURCE 1 /* memmem */

#include "exception.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "events/events.h"
#include "report/report.h"

static struct sg_use *use_of(struct sg_uses *all, const char *name)
{
	size_t i;

	for (i = 0; i < all->num; i++) {
		if (strcasecmp(all->exceptions[i].name, name) == 0) {
			return &all->uses[i];
		}
	}
	return NULL;
}

static void keep(struct sg_uses *all,
		 char **kept,
		 const json_t *event,
		 const char *of)
{
	const char *text = sg_event_text(event, of, NULL);

	talloc_free(*kept);
	*kept = text != NULL ? talloc_strdup(all->uses, text) : NULL;
}

static void count(struct sg_uses *all, const json_t *event, int64_t when)
{
	const char *name = sg_event_text(event, "policy.exception", NULL);
	const char *outcome = sg_event_text(event, "outcome", NULL);
	struct sg_use *use = NULL;

	if (name == NULL || outcome == NULL ||
	    strcmp(outcome, "allowed") != 0) {
		return;
	}
	use = use_of(all, name);
	if (use == NULL) {
		return;
	}
	use->first = use->count == 0 || when < use->first ? when : use->first;
	if (use->count == 0 || when >= use->last) {
		use->last = when;
		keep(all, &use->client, event, "clientAddress");
		keep(all, &use->account, event, "account");
		keep(all, &use->share, event, "share");
	}
	use->count++;
}

/* In each file, the first event tells since when there is a record. */
struct reading {
	struct sg_uses *all;
	bool begun;
};

static bool take_line(const struct sg_line *line, void *data)
{
	struct reading *r = data;
	const char *problem = NULL;
	int64_t when = 0;
	json_t *event = NULL;

	if (line->text == NULL) {
		return true;
	}
	if (r->begun &&
	    memmem(line->text, line->len, "\"exception\"", 11) == NULL) {
		return true;
	}
	event = sg_event_of_line(line, &when, &problem);
	if (event == NULL) {
		return true;
	}
	if (r->all->events == 0 || when < r->all->since) {
		r->all->since = when;
	}
	r->all->events++;
	r->begun = true;
	count(r->all, event, when);
	json_decref(event);
	return true;
}

static void read_one(struct sg_uses *all, const char *path)
{
	struct reading r = {.all = all};
	bool ok = sg_read_file(path, take_line, &r);

	all->ok = all->ok && ok;
}

/* The file and what logrotate makes of it: .1, .2.gz, -20261127. */
static void read_parts(struct sg_uses *all, const char *path)
{
	char *pattern = talloc_asprintf(all, "%s*", path);
	glob_t found = {.gl_pathc = 0};
	size_t i;

	if (pattern == NULL || glob(pattern, 0, NULL, &found) != 0) {
		return;
	}
	for (i = 0; i < found.gl_pathc; i++) {
		const char *rest = found.gl_pathv[i] + strlen(path);

		if (rest[0] != '\0' && !sg_is_rotated(rest)) {
			continue; /* somebody's copy would count twice */
		}
		if (sg_is_record(found.gl_pathv[i])) {
			read_one(all, found.gl_pathv[i]);
		} else {
			all->ok = false;
		}
	}
	globfree(&found);
}

struct sg_uses *sg_uses_read(TALLOC_CTX *mem_ctx,
			     const struct sg_settings *settings,
			     const char *const *files,
			     const char *path)
{
	struct sg_uses *all = talloc_zero(mem_ctx, struct sg_uses);

	if (all == NULL) {
		return NULL;
	}
	all->exceptions = settings->exceptions;
	all->num = settings->num_exceptions;
	all->ok = true;
	all->uses = talloc_zero_array(all, struct sg_use, all->num + 1);
	if (all->uses == NULL) {
		TALLOC_FREE(all);
		return NULL;
	}
	if (files[0] == NULL) {
		read_parts(all, path);
	}
	for (; *files != NULL; files++) {
		read_one(all, *files);
	}
	return all;
}
