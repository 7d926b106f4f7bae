/*
 * smbguard(8): report, exceptions with their use
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smb.conf says which there are, the record which were used. An event names
 * the exception and the day until which it held; one that was prolonged is
 * the same exception, and its uses are added up.
 *
 * How it fails: NULL when out of memory.
 */

#include "sheets.h"

#include <string.h>
#include <strings.h>

#include "inforce.h"

static struct sg_exception_row *add(TALLOC_CTX *mem_ctx,
				    struct sg_exception_row **rows,
				    size_t *num)
{
	*rows = talloc_realloc(mem_ctx,
			       *rows,
			       struct sg_exception_row,
			       *num + 1);
	if (*rows == NULL) {
		return NULL;
	}
	(*rows)[*num] = (struct sg_exception_row){.until = ""};
	return &(*rows)[(*num)++];
}

static const char *state_of(const struct sg_exception *e, int64_t now)
{
	if (e->invalid != NULL) {
		return "not valid";
	}
	return now / 1000000 >= (int64_t)e->expires ? "over" : "holds";
}

static bool add_configured(TALLOC_CTX *mem_ctx,
			   const struct sg_report *r,
			   struct sg_exception_row **rows,
			   size_t *num)
{
	const struct sg_settings *global = r->in_force->global;
	size_t i;

	for (i = 0; global != NULL && i < global->num_exceptions; i++) {
		const struct sg_exception *e = &global->exceptions[i];
		struct sg_exception_row *row = add(mem_ctx, rows, num);

		if (row == NULL) {
			return false;
		}
		row->name = e->name;
		row->until = e->until != NULL ? e->until : "";
		row->state = state_of(e, r->made);
		row->reason = e->reason != NULL ? e->reason : "";
	}
	return true;
}

static struct sg_exception_row *find(struct sg_exception_row *rows,
				     size_t num,
				     const char *name)
{
	size_t i;

	for (i = 0; i < num; i++) {
		if (strcasecmp(rows[i].name, name) == 0) {
			return &rows[i];
		}
	}
	return NULL;
}

/* Two dates of one exception */
static const struct sg_exception_use *sum(TALLOC_CTX *mem_ctx,
					  const struct sg_exception_use *a,
					  const struct sg_exception_use *b)
{
	struct sg_exception_use *both = talloc_memdup(mem_ctx, a, sizeof(*a));

	if (both == NULL) {
		return NULL;
	}
	both->expired += b->expired;
	both->clients = a->clients > b->clients ? a->clients : b->clients;
	if (b->used.count > 0) {
		bool first = a->used.count == 0;

		if (first || b->used.first < a->used.first) {
			both->used.first = b->used.first;
		}
		if (first || b->used.last > a->used.last) {
			both->used.last = b->used.last;
		}
		both->used.count += b->used.count;
	}
	return both;
}

static bool add_used(TALLOC_CTX *mem_ctx,
		     const struct sg_report *r,
		     struct sg_exception_row **rows,
		     size_t *num)
{
	const struct sg_tally *used = &r->seen.exceptions;
	const struct sg_tally_entry *e = NULL;

	for (e = sg_tally_next(used, NULL); e != NULL;
	     e = sg_tally_next(used, e)) {
		const struct sg_exception_use *use = sg_tally_value(e);
		struct sg_exception_row *row =
			find(*rows, *num, sg_tally_part(e, 0));

		if (row == NULL) {
			row = add(mem_ctx, rows, num);
			if (row == NULL) {
				return false;
			}
			row->name = sg_tally_part(e, 0);
			row->until = sg_tally_part(e, 1);
			row->state = r->in_force->error != NULL
					     ? "not known"
					     : "not there now";
		}
		row->use = row->use != NULL ? sum(mem_ctx, row->use, use) : use;
		if (row->use == NULL) {
			return false;
		}
	}
	return true;
}

struct sg_exception_row *sg_exception_rows(TALLOC_CTX *mem_ctx,
					   const struct sg_report *r,
					   size_t *num)
{
	struct sg_exception_row *rows =
		talloc_array(mem_ctx, struct sg_exception_row, 1);
	bool ok;

	*num = 0;
	ok = rows != NULL && add_configured(mem_ctx, r, &rows, num) &&
	     add_used(mem_ctx, r, &rows, num);
	return ok ? rows : NULL;
}
