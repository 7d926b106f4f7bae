/*
 * smbguard: a change shown, checked, asked for and written
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What `smbguard check` says of the configuration as it would be is compared
 * with what it says now: an error that was not there before, and it is not
 * written. Without a terminal nobody can be asked: then --yes is needed.
 *
 * How it fails: nothing is written, exit 2 and a sentence. Of several files each
 * is the old one or the new one.
 */

#define _GNU_SOURCE 1 /* memfd_create */

#include "setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "common/table.h"
#include "common/tool.h"
#include "write.h"

/* A file in memory; its path, or NULL. It lasts as long as this process. */
static char *in_memory(TALLOC_CTX *mem_ctx, const char *bytes, size_t len)
{
	int fd = memfd_create("smbguard", MFD_CLOEXEC);

	while (fd >= 0 && len > 0) {
		ssize_t done = write(fd, bytes, len);

		if (done < 0 && errno != EINTR) {
			close(fd);
			return NULL;
		}
		if (done > 0) {
			bytes += done;
			len -= (size_t)done;
		}
	}
	return fd >= 0 ? talloc_asprintf(mem_ctx, "/proc/self/fd/%d", fd)
		       : NULL;
}

struct sg_conf *sg_setup_planned(struct sg_setup *s, const char **error)
{
	struct sg_conf_instead *files = NULL;
	struct sg_conf_plan plan = {
		.num_files = s->num_edits,
		.changes = s->changes,
		.num_changes = s->num_changes,
	};
	size_t i;

	*error = "out of memory";
	files = talloc_zero_array(s, struct sg_conf_instead, s->num_edits + 1);
	for (i = 0; files != NULL && i < s->num_edits; i++) {
		size_t len = 0;
		char *bytes = sg_edit_result(s, s->edits[i], &len);

		files[i].path = s->edits[i]->path;
		if (bytes != NULL) {
			files[i].content = in_memory(s, bytes, len);
		}
		if (files[i].content == NULL) {
			return NULL;
		}
	}
	plan.files = files;
	return files != NULL
		       ? sg_conf_read_plan(s, s->options.path, &plan, error)
		       : NULL;
}

static bool is_expected(const struct sg_setup *s, const char *id)
{
	size_t i;

	for (i = 0; s->expected != NULL && s->expected[i] != NULL; i++) {
		if (strcmp(s->expected[i], id) == 0) {
			return true;
		}
	}
	return false;
}

static const char *text(const char *of)
{
	return of != NULL ? of : "";
}

static const char *section_name(const struct sg_finding *f)
{
	return f->section != NULL ? f->section->name : "";
}

/* Lines may move, so they are not compared. */
static bool was_there(const struct sg_check *before, const struct sg_finding *f)
{
	size_t i;

	for (i = 0; i < before->num_findings; i++) {
		const struct sg_finding *b = &before->findings[i];

		if (strcmp(b->id, f->id) == 0 &&
		    strcasecmp(section_name(b), section_name(f)) == 0 &&
		    strcasecmp(text(b->option), text(f->option)) == 0) {
			return true;
		}
	}
	return false;
}

bool sg_setup_check(struct sg_setup *s)
{
	const char *error = NULL;
	struct sg_conf *conf = sg_setup_planned(s, &error);
	struct sg_check *after = conf != NULL ? sg_check_new(s, conf) : NULL;
	bool colour = sg_wants_colour();
	size_t errors = 0;
	size_t i;

	if (after == NULL) {
		fprintf(stderr, "%s: %s\n", s->command, error);
		return false;
	}
	sg_check_all(s->check);
	/* Which it leaves out as long as nothing mentions smbguard. */
	sg_check_vfs(s->check);
	sg_check_all(after);
	for (i = 0; i < after->num_findings; i++) {
		const struct sg_finding *f = &after->findings[i];
		bool known = f->grade == SG_GRADE_NOTE || f->alike != i ||
			     is_expected(s, f->id) || was_there(s->check, f);

		if (!known) {
			sg_check_print_finding(after, i, colour);
			errors += f->grade == SG_GRADE_ERROR ? 1 : 0;
		}
	}
	if (!after->ok || !s->check->ok) {
		fprintf(stderr, "%s: out of memory\n", s->command);
		return false;
	}
	if (errors > 0) {
		fflush(stdout);
		fprintf(stderr,
			"%s: nothing was written, because the result would "
			"have %zu error%s\nthat %s not there before.\n",
			s->command,
			errors,
			errors == 1 ? "" : "s",
			errors == 1 ? "was" : "were");
	}
	return errors == 0;
}

/* 0 yes; else the exit status. */
static int ask(const struct sg_setup *s)
{
	char answer[16] = "";

	if (s->options.yes != 0) {
		return 0;
	}
	if (isatty(STDIN_FILENO) == 0) {
		fflush(stdout);
		fprintf(stderr,
			"%s: nothing was written: there is no terminal to ask "
			"on. Give --yes.\n",
			s->command);
		return SG_EXIT_ERROR;
	}
	printf("Write this? [y/N] ");
	fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
	    (strcasecmp(answer, "y\n") == 0 ||
	     strcasecmp(answer, "yes\n") == 0)) {
		return 0;
	}
	printf("Nothing was written.\n");
	return SG_EXIT_FINDINGS;
}

static bool failed(const struct sg_setup *s, const char *error)
{
	fflush(stdout);
	fprintf(stderr, "%s: %s\n", s->command, error);
	return false;
}

/* The registry as `net conf import` takes it. */
static bool keep_registry(struct sg_setup *s, const char *stamp)
{
	const char *error = NULL;
	const char *kept = NULL;
	char *all = sg_conf_registry_text(s, &error);

	if (all != NULL) {
		kept = sg_write_beside(s,
				       s->conf->path,
				       SG_REGISTRY,
				       all,
				       stamp,
				       &error);
	}
	if (kept == NULL) {
		return failed(s, error != NULL ? error : "out of memory");
	}
	printf("Kept:     %s (the registry, for `net conf import`)\n", kept);
	return true;
}

static bool write_registry(struct sg_setup *s, const char *stamp)
{
	const char **olds = NULL;
	const char *error = NULL;
	size_t i;

	if (s->num_changes == 0) {
		return true;
	}
	olds = talloc_zero_array(s, const char *, s->num_changes);
	for (i = 0; olds != NULL && i < s->num_changes; i++) {
		olds[i] = sg_setup_value_now(s, &s->changes[i]);
	}
	if (olds == NULL) {
		return failed(s, "out of memory");
	}
	if (!keep_registry(s, stamp)) {
		return false;
	}
	error = sg_conf_registry_write(s, s->changes, olds, s->num_changes);
	if (error != NULL) {
		return failed(s,
			      talloc_asprintf(s,
					      "registry: %s. Nothing was "
					      "written to it.",
					      error));
	}
	printf("Written:  the registry\n");
	return true;
}

/* All new files are there before the first one is put in place. */
static bool write_files(struct sg_setup *s, const char *stamp)
{
	struct sg_write **writes = NULL;
	const char *error = "out of memory";
	size_t i;

	writes = talloc_zero_array(s, struct sg_write *, s->num_edits + 1);
	for (i = 0; writes != NULL && i < s->num_edits; i++) {
		const struct sg_edit *edit = s->edits[i];
		size_t len = 0;
		char *bytes = sg_edit_result(writes, edit, &len);

		if (edit->num_changes == 0) {
			continue;
		}
		if (bytes != NULL) {
			writes[i] = sg_write_begin(writes,
						   edit->path,
						   edit->bytes,
						   edit->len,
						   bytes,
						   len,
						   stamp,
						   &error);
		}
		if (writes[i] == NULL) {
			(void)failed(s, error);
			talloc_free(writes);
			return false;
		}
	}
	error = writes != NULL ? NULL : error;
	for (i = 0; error == NULL && i < s->num_edits; i++) {
		if (writes[i] == NULL) {
			continue;
		}
		error = sg_write_commit(writes[i]);
		if (error == NULL) {
			printf("Written:  %s\nKept:     %s\n",
			       writes[i]->path,
			       writes[i]->kept);
		}
	}
	if (error != NULL) {
		(void)failed(s, error);
	}
	talloc_free(writes);
	return error == NULL;
}

bool sg_setup_write(struct sg_setup *s)
{
	char stamp[sizeof("YYYYMMDD-HHMMSS")] = "";
	time_t now = time(NULL);
	struct tm tm = {0};
	bool ok = true;

	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm) == 0) {
		return failed(s, "there is no time");
	}
	if (s->registry_first) {
		ok = write_registry(s, stamp) && write_files(s, stamp);
	} else {
		ok = write_files(s, stamp) && write_registry(s, stamp);
	}
	return ok;
}

int sg_setup_finish(struct sg_setup *s)
{
	const char **line = NULL;
	bool ok;
	int status;

	if (s->error != NULL) {
		(void)failed(s, s->error);
		return SG_EXIT_ERROR;
	}
	sg_setup_print(s, sg_wants_colour());
	ok = sg_setup_check(s);
	if (!ok) {
		return SG_EXIT_ERROR;
	}
	if (s->options.dry_run != 0) {
		printf("Nothing was written: --dry-run.\n");
		return SG_EXIT_OK;
	}
	status = ask(s);
	if (status != 0) {
		return status;
	}
	ok = sg_setup_write(s);
	if (!ok) {
		return SG_EXIT_ERROR;
	}
	if (s->next != NULL) {
		printf("\n");
	}
	for (line = s->next; line != NULL && *line != NULL; line++) {
		printf("%s\n", *line);
	}
	return SG_EXIT_OK;
}
