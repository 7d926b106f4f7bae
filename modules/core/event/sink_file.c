/*
 * smbguard: the audit file
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Many smbd processes append to one file. Each opens it for itself, with
 * O_APPEND, and writes a record in one write(2), so records of several
 * processes do not mix.
 *
 * How it fails: a full disk may take the first half of a record. The half is
 * cut off again, under a lock so that no other process has appended behind
 * it meanwhile. The lock is waited for a bounded time only: a process that is
 * stopped while it holds the lock must not stop the server. Without the lock
 * a half record is ended with a newline instead of cut, as soon as there is
 * room for one.
 */

/* For fallocate() */
#define _GNU_SOURCE

#include "sink_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

/*
 * Room for records of all processes that have reserved it and have not written
 * yet: each has one at a time.
 */
#define RESERVE (512 * 1024)

#define LOCK_TRIES 50
#define LOCK_NAP_NSEC 1000000

struct sg_sink_file {
	const char *path;
	int fd;
	bool torn; /* our half record could not be cut off */
};

static int sink_file_destructor(struct sg_sink_file *sink)
{
	if (sink->fd != -1) {
		close(sink->fd);
		sink->fd = -1;
	}
	return 0;
}

struct sg_sink_file *sg_sink_file_new(TALLOC_CTX *mem_ctx, const char *path)
{
	struct sg_sink_file *sink = NULL;

	sink = talloc_zero(mem_ctx, struct sg_sink_file);
	if (sink == NULL) {
		return NULL;
	}
	sink->fd = -1;
	sink->path = talloc_strdup(sink, path);
	if (sink->path == NULL) {
		talloc_free(sink);
		return NULL;
	}
	talloc_set_destructor(sink, sink_file_destructor);
	return sink;
}

/* Has the path been given to another file, or to none? */
static bool sink_file_moved(const struct sg_sink_file *sink)
{
	struct stat by_path = {0};
	struct stat by_fd = {0};
	int ret;

	ret = stat(sink->path, &by_path);
	if (ret != 0) {
		return true;
	}
	ret = fstat(sink->fd, &by_fd);
	if (ret != 0) {
		return true;
	}
	return by_path.st_dev != by_fd.st_dev || by_path.st_ino != by_fd.st_ino;
}

static int sink_file_open(struct sg_sink_file *sink)
{
	struct stat st = {0};
	int fd;
	int ret;

	/*
	 * O_NONBLOCK: somebody's FIFO at this path must not hang smbd.
	 * O_NOFOLLOW: nor may somebody's link lead root elsewhere.
	 */
	fd = open(sink->path,
		  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
			  O_NONBLOCK,
		  S_IRUSR | S_IWUSR);
	if (fd == -1) {
		return errno;
	}
	ret = fstat(fd, &st);
	if (ret != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return EINVAL;
	}
	if (sink->fd != -1) {
		close(sink->fd);
	}
	sink->fd = fd;
	sink->torn = false;
	return 0;
}

static bool sink_file_lock(const struct sg_sink_file *sink)
{
	const struct timespec nap = {.tv_nsec = LOCK_NAP_NSEC};
	int tries;

	for (tries = 0; tries < LOCK_TRIES; tries++) {
		int ret = flock(sink->fd, LOCK_EX | LOCK_NB);

		if (ret == 0) {
			return true;
		}
		if (errno != EWOULDBLOCK && errno != EINTR) {
			return false;
		}
		nanosleep(&nap, NULL);
	}
	return false;
}

/*
 * The file holds the first bytes of our record: take them back, unless
 * somebody who did not get the lock has appended since.
 */
static void sink_file_undo(struct sg_sink_file *sink,
			   off_t before,
			   size_t written)
{
	off_t end = lseek(sink->fd, 0, SEEK_END);
	int ret = -1;

	if (before != -1 && end == before + (off_t)written) {
		ret = ftruncate(sink->fd, before);
	}
	if (ret != 0) {
		sink->torn = true;
	}
}

static int sink_file_append(struct sg_sink_file *sink,
			    bool locked,
			    const char *line,
			    size_t len)
{
	off_t before = -1;
	ssize_t written;

	if (sink->torn) {
		written = write(sink->fd, "\n", 1);
		if (written != 1) {
			return ENOSPC;
		}
		sink->torn = false;
	}
	if (locked) {
		before = lseek(sink->fd, 0, SEEK_END);
	}
	do {
		written = write(sink->fd, line, len);
	} while (written == -1 && errno == EINTR);
	if (written == -1) {
		return errno;
	}
	if ((size_t)written != len) {
		sink_file_undo(sink, before, (size_t)written);
		return ENOSPC;
	}
	return 0;
}

/* The file that has the path now: 0 or an errno. */
static int sink_file_ready(struct sg_sink_file *sink)
{
	bool moved = sink->fd == -1 || sink_file_moved(sink);

	return moved ? sink_file_open(sink) : 0;
}

int sg_sink_file_reserve(struct sg_sink_file *sink)
{
	struct statvfs fs = {0};
	off_t end;
	int ret = sink_file_ready(sink);

	if (ret != 0) {
		return ret;
	}
	end = lseek(sink->fd, 0, SEEK_END);
	if (end == -1) {
		return errno;
	}
	ret = fallocate(sink->fd, FALLOC_FL_KEEP_SIZE, end, RESERVE);
	if (ret == 0) {
		return 0;
	}
	if (errno != EOPNOTSUPP && errno != ENOSYS) {
		return errno;
	}
	ret = fstatvfs(sink->fd, &fs);
	if (ret != 0) {
		return errno;
	}
	return fs.f_bfree > RESERVE / (fs.f_frsize > 0 ? fs.f_frsize : 1)
		       ? 0
		       : ENOSPC;
}

int sg_sink_file_write(struct sg_sink_file *sink, const char *line, size_t len)
{
	bool locked;
	int ret = sink_file_ready(sink);

	if (ret != 0) {
		return ret;
	}

	locked = sink_file_lock(sink);
	ret = sink_file_append(sink, locked, line, len);
	if (locked) {
		flock(sink->fd, LOCK_UN);
	}
	return ret;
}
