/*
 * smbguard(8): report, files and what was rotated away from them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * logrotate and others rename smbguard.jsonl to smbguard.jsonl.1 or
 * smbguard.jsonl-20261122, and compress it. With --since these are read, too,
 * the oldest first, but for those that were written to the end before that
 * time, and those that are named themselves.
 *
 * How it fails: a part that cannot be read is told, and makes the report
 * partial, as any file.
 */

#define _GNU_SOURCE

#include "report.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct part {
	const char *path;
	struct stat info;
};

struct parts {
	struct part *part;
	size_t num;
};

static bool add(struct parts *parts, const char *path)
{
	struct part part = {.path = path};
	int ret = stat(path, &part.info);
	size_t i;

	if (ret != 0 || !S_ISREG(part.info.st_mode)) {
		return true; /* gone meanwhile */
	}
	for (i = 0; i < parts->num; i++) {
		if (parts->part[i].info.st_dev == part.info.st_dev &&
		    parts->part[i].info.st_ino == part.info.st_ino) {
			return true;
		}
	}
	parts->part =
		talloc_realloc(parts, parts->part, struct part, parts->num + 1);
	if (parts->part == NULL) {
		parts->num = 0;
		return false;
	}
	parts->part[parts->num++] = part;
	return true;
}

/* ".1", ".12.gz", "-20261122", "-20261122-1795000000.xz"? */
bool sg_is_rotated(const char *rest)
{
	static const char *const ends[] = {"", ".gz", ".xz", ".zst", ".bz2"};
	size_t digits;
	size_t i;

	if (rest[0] != '.' && rest[0] != '-') {
		return false;
	}
	digits = strspn(rest + 1,
			rest[0] == '.' ? "0123456789" : "0123456789-T");
	if (digits == 0 || strchr("0123456789", rest[1]) == NULL) {
		return false;
	}
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (strcmp(rest + 1 + digits, ends[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* Files beside this one that were it; false when out of memory. */
static bool add_rotated(struct parts *parts, const char *path, int64_t since)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char *folder =
		slash != NULL
			? talloc_strndup(parts, path, (size_t)(name - path))
			: talloc_strdup(parts, "./");
	DIR *dir = folder != NULL ? opendir(folder) : NULL;
	struct dirent *entry = NULL;
	bool ok = folder != NULL;

	while (ok && dir != NULL && (entry = readdir(dir)) != NULL) {
		size_t len = strlen(name);
		struct stat info = {0};
		char *other = NULL;

		if (strncmp(entry->d_name, name, len) != 0 ||
		    !sg_is_rotated(entry->d_name + len)) {
			continue;
		}
		other = talloc_asprintf(parts, "%s%s", folder, entry->d_name);
		ok = other != NULL;
		if (ok && stat(other, &info) == 0 &&
		    info.st_mtime >= since / 1000000) {
			ok = add(parts, other);
		}
	}
	if (dir != NULL) {
		closedir(dir);
	}
	return ok;
}

static int compare(const void *a, const void *b)
{
	const struct timespec *one = &((const struct part *)a)->info.st_mtim;
	const struct timespec *two = &((const struct part *)b)->info.st_mtim;

	if (one->tv_sec != two->tv_sec) {
		return one->tv_sec < two->tv_sec ? -1 : 1;
	}
	return one->tv_nsec < two->tv_nsec ? -1 : one->tv_nsec > two->tv_nsec;
}

static bool read_named(struct sg_report *r, const char *const *files)
{
	bool ok = true;

	for (; *files != NULL; files++) {
		bool whole = sg_read_file(*files, sg_report_line, r);

		ok = ok && whole;
	}
	return ok;
}

/* The rotated ones by age, then those that were named, as they were. */
bool sg_read_parts(struct sg_report *r, const char *const *files)
{
	struct parts *parts = talloc_zero(r, struct parts);
	size_t named;
	bool ok = parts != NULL;
	bool whole = true;
	size_t i;

	for (i = 0; ok && r->have_since && files[i] != NULL; i++) {
		ok = add(parts, files[i]);
	}
	named = ok ? parts->num : 0;
	for (i = 0; ok && r->have_since && files[i] != NULL; i++) {
		ok = strcmp(files[i], "-") == 0 ||
		     add_rotated(parts, files[i], r->since);
	}
	if (!ok) {
		fprintf(stderr, "smbguard: out of memory\n");
		talloc_free(parts);
		return false;
	}
	if (parts->num > named) {
		qsort(parts->part + named,
		      parts->num - named,
		      sizeof(struct part),
		      compare);
	}
	for (i = named; i < parts->num; i++) {
		whole = sg_read_file(parts->part[i].path, sg_report_line, r) &&
			whole;
	}
	ok = read_named(r, files);
	talloc_free(parts);
	return ok && whole;
}
