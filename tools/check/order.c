/*
 * smbguard check: findings in the order of lines, and shares alike together
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who mends a file goes through it from above. What is found at many shares in
 * the same words is one thing to mend, and gets one number: the text shows it
 * once, JSON has each of them with the number.
 *
 * How it fails: what cannot be compared for lack of memory stands alone.
 */

#define _GNU_SOURCE 1 /* qsort_r */

#include "check.h"

#include <stdlib.h>
#include <string.h>

/* Of no file first, then smb.conf, then what it includes. */
static int rank(const char *file, const char *path)
{
	if (file == NULL) {
		return 0;
	}
	return strcmp(file, path) == 0 ? 1 : 2;
}

static int compare(const void *a, const void *b, void *path)
{
	const struct sg_finding *x = a;
	const struct sg_finding *y = b;
	int ranks = rank(x->file, path) - rank(y->file, path);
	int files = 0;

	if (ranks != 0) {
		return ranks;
	}
	if (x->file != NULL && y->file != NULL) {
		files = strcmp(x->file, y->file);
	}
	if (files != 0) {
		return files;
	}
	if (x->line != y->line) {
		return x->line < y->line ? -1 : 1;
	}
	if (x->grade != y->grade) {
		return x->grade > y->grade ? -1 : 1;
	}
	return x->number < y->number ? -1 : 1;
}

/* The sentence without the share's name and without places. */
static char *pattern(TALLOC_CTX *mem_ctx, const struct sg_finding *f)
{
	char *name = talloc_asprintf(mem_ctx, "[%s]", f->section->name);
	char *text = talloc_strdup(mem_ctx, "");
	const char *at = f->what;
	const char *hit = NULL;

	while (name != NULL && text != NULL) {
		hit = strstr(at, name);
		if (hit == NULL) {
			break;
		}
		text = talloc_asprintf_append(text,
					      "%.*s[]",
					      (int)(hit - at),
					      at);
		at = hit + strlen(name);
	}
	return text != NULL ? talloc_asprintf_append(text, "%s", at) : NULL;
}

static bool same(const char *a, const char *b)
{
	if (a == NULL || b == NULL) {
		return a == b;
	}
	return strcmp(a, b) == 0;
}

static bool is_alike(const struct sg_finding *a, const struct sg_finding *b)
{
	return a->grade == b->grade && strcmp(a->id, b->id) == 0 &&
	       same(a->option, b->option) && same(a->remedy, b->remedy) &&
	       a->pattern != NULL && b->pattern != NULL &&
	       strcmp(a->pattern, b->pattern) == 0;
}

void sg_check_order(struct sg_check *check)
{
	const char *path = check->conf->path;
	struct sg_finding *all = check->findings;
	void *arg = NULL;
	size_t i;
	size_t k;

	if (check->num_findings == 0) {
		return;
	}
	for (i = 0; i < check->num_findings; i++) {
		all[i].number = i;
		if (all[i].section != NULL && !all[i].section->global) {
			all[i].pattern = pattern(check, &all[i]);
		}
	}
	memcpy(&arg, &path, sizeof(arg));
	qsort_r(all, check->num_findings, sizeof(all[0]), compare, arg);
	for (i = 0; i < check->num_findings; i++) {
		all[i].alike = i;
		for (k = 0; all[i].pattern != NULL && k < i; k++) {
			if (all[k].alike == k && is_alike(&all[k], &all[i])) {
				all[i].alike = k;
				break;
			}
		}
	}
}
