/*
 * smbguard watch: a file, or the journal, as it grows
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Follows the audit file by its name, as smbguard's sink does: a few times a
 * second it looks whether there is more, whether the name has been given to
 * another file, and whether the file was cut. Polling, because it needs
 * nothing of the file system, and works on what is not there yet.
 *
 * A file that was renamed is read once more a moment later, for a record that
 * was under way.
 *
 * How it fails: a file that is cut and grows beyond its old size between two
 * looks goes unnoticed.
 */

#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAP_NSEC 200000000

struct follower {
	const char *path;
	int fd;	      /* -1: there is no file yet */
	bool leaving; /* renamed or removed: one more look, then the next */
	bool stopped; /* nobody wants more */
	struct sg_splitter splitter;
	sg_line_fn fn;
	void *data;
};

static bool hand_on(const struct sg_line *line, void *data)
{
	struct follower *w = data;
	bool more = w->fn(line, w->data);

	w->stopped = !more;
	return more;
}

static void open_file(struct follower *w)
{
	w->fd = open(w->path, O_RDONLY | O_CLOEXEC);
	w->splitter.number = 0;
}

static void close_file(struct follower *w)
{
	sg_splitter_end(&w->splitter);
	close(w->fd);
	w->fd = -1;
	w->leaving = false;
}

/* Has the name been given to another file, or to none? */
static bool moved(const struct follower *w)
{
	struct stat by_path = {0};
	struct stat by_fd = {0};

	return stat(w->path, &by_path) != 0 || fstat(w->fd, &by_fd) != 0 ||
	       by_path.st_dev != by_fd.st_dev || by_path.st_ino != by_fd.st_ino;
}

/* A shorter file was cut, and is read from its start. */
static void follow_cut(struct follower *w)
{
	struct stat st = {0};
	off_t at = lseek(w->fd, 0, SEEK_CUR);
	int ret = fstat(w->fd, &st);

	if (ret == 0 && S_ISREG(st.st_mode) && st.st_size < at) {
		sg_splitter_end(&w->splitter);
		w->splitter.number = 0;
		(void)lseek(w->fd, 0, SEEK_SET);
	}
}

/* Read what there is. False: it cannot be read. */
static bool look(struct follower *w)
{
	ssize_t got;

	if (w->fd == -1) {
		open_file(w);
	}
	if (w->fd == -1) {
		return errno == ENOENT;
	}
	follow_cut(w);
	do {
		got = sg_splitter_read(&w->splitter, w->fd);
	} while (got > 0 && sg_watch_ended == 0 && !w->stopped);
	if (got == -1) {
		return false;
	}
	if (w->leaving) {
		close_file(w);
		return true;
	}
	w->leaving = moved(w);
	return true;
}

/* A signal ends it early, or is seen when it is over. */
static void nap(void)
{
	const struct timespec moment = {.tv_nsec = NAP_NSEC};

	nanosleep(&moment, NULL);
}

bool sg_watch_follow(const char *path, bool all, sg_line_fn fn, void *data)
{
	struct follower w = {
		.path = path,
		.fd = -1,
		.splitter = {.file = path, .fn = hand_on, .data = &w},
		.fn = fn,
		.data = data,
	};
	bool ok = true;

	open_file(&w);
	if (w.fd == -1 && errno == ENOENT) {
		fprintf(stderr,
			"smbguard: %s: not there yet, waiting for it\n",
			path);
	} else if (w.fd != -1 && !all) {
		(void)lseek(w.fd, 0, SEEK_END);
	}
	while (ok && sg_watch_ended == 0 && !w.stopped) {
		ok = look(&w);
		if (ok && sg_watch_ended == 0 && !w.stopped) {
			nap();
		}
	}
	if (!ok) {
		fprintf(stderr, "smbguard: %s: %s\n", path, strerror(errno));
	}
	if (w.fd != -1) {
		close(w.fd);
	}
	free(w.splitter.buffer);
	return ok;
}

bool sg_watch_journal(bool all, sg_line_fn fn, void *data)
{
	struct sg_journal *journal = sg_journal_open(NULL);
	struct follower w = {.fn = fn, .data = data};
	bool ok;

	if (journal == NULL) {
		return false;
	}
	ok = all || sg_journal_skip(journal);
	while (ok && sg_watch_ended == 0 && !w.stopped) {
		ok = sg_journal_read(journal, hand_on, &w);
		if (ok && sg_watch_ended == 0 && !w.stopped) {
			nap();
		}
	}
	sg_journal_close(journal);
	return ok;
}
