/*
 * smbguard doctor: events that come after a moment
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Read back from the audit file, followed through a rotation, or from the
 * journal where there is no file.
 *
 * How it fails: what is no event is passed over.
 */

#include "doctor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/rows.h"

struct sg_record {
	const char *path; /* NULL: the journal */
	int fd;
	struct sg_splitter splitter;
	struct sg_journal *journal;
	json_t *events;
};

static int end(struct sg_record *r)
{
	if (r->fd != -1) {
		close(r->fd);
	}
	free(r->splitter.buffer);
	if (r->journal != NULL) {
		sg_journal_close(r->journal);
	}
	json_decref(r->events);
	return 0;
}

static bool take(const struct sg_line *line, void *data)
{
	struct sg_record *r = data;
	const char *problem = NULL;
	json_t *event = sg_event_of_line(line, NULL, &problem);

	return event == NULL || json_array_append_new(r->events, event) == 0;
}

static const char *audit_file(struct sg_doctor *d)
{
	const char *path = d->settings->audit_file;

	return sg_doctor_seen(d, path != NULL ? path : SG_DEFAULT_AUDIT_FILE);
}

/* A regular file; for a FIFO one would wait without end. -1: none. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st = {0};

	if (fd != -1 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

struct sg_record *sg_record_begin(struct sg_doctor *d)
{
	unsigned audit =
		(unsigned)sg_option_number(&sg_option_audit, d->settings);
	struct sg_record *r = talloc_zero(d, struct sg_record);

	if (r == NULL) {
		d->ok = false;
		return NULL;
	}
	r->fd = -1;
	r->events = json_array();
	r->splitter = (struct sg_splitter){.fn = take, .data = r};
	talloc_set_destructor(r, end);
	if ((audit & SG_AUDIT_FILE) != 0) {
		r->path = audit_file(d);
		r->splitter.file = r->path;
		r->fd = open_file(r->path);
		(void)lseek(r->fd, 0, SEEK_END);
		return r;
	}
	if ((audit & SG_AUDIT_JOURNAL) != 0) {
		r->journal = sg_journal_open(NULL);
	}
	if (r->journal == NULL || !sg_journal_skip(r->journal)) {
		talloc_free(r);
		return NULL;
	}
	return r;
}

static void read_on(struct sg_record *r)
{
	while (r->fd != -1 && sg_splitter_read(&r->splitter, r->fd) > 0) {
	}
}

json_t *sg_record_read(struct sg_record *r)
{
	struct stat named = {0};
	struct stat opened = {0};
	int ret;

	if (r->path == NULL) {
		(void)sg_journal_read(r->journal, take, r);
		return r->events;
	}
	read_on(r);
	ret = r->fd != -1 ? fstat(r->fd, &opened) : 0;
	if (ret == 0 && stat(r->path, &named) == 0 &&
	    (named.st_ino != opened.st_ino || named.st_dev != opened.st_dev)) {
		if (r->fd != -1) {
			sg_splitter_end(&r->splitter);
			close(r->fd);
		}
		r->fd = open_file(r->path);
		read_on(r);
	}
	return r->events;
}

void sg_record_forget(struct sg_record *r)
{
	sg_record_read(r);
	json_array_clear(r->events);
}
