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
 * A process that writes much looks at the path only now and then, and in between
 * at the times of what it has open: that takes no root, and one system call.
 *
 * How it fails: a full disk may take the first half of a record. The half is
 * cut off again, under a lock so that no other process has appended behind
 * it meanwhile; without one where the disk had a gigabyte of room just now. The lock is waited for a bounded time only: a process that is
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
#include <stdint.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

/*
 * How long a look at the path is good for, and one at the times of the file. By
 * these a file that was renamed is noticed sooner, but for one that was written to
 * in the same tick of the kernel's clock.
 */
#define LOOK_EVERY_NSEC INT64_C(50000000)
#define CHECK_EVERY_NSEC INT64_C(1000000)

/* So much room is not used up before the next look: no write is cut short. */
#define ROOMY (UINT64_C(1) << 30)

/*
 * Room for records of all processes that have reserved it and have not written
 * yet: each has one at a time.
 */
#define RESERVE (256 * 1024)

#define LOCK_TRIES 50
#define LOCK_NAP_NSEC 1000000

struct sg_sink_file {
	const char *path;
	int fd;
	dev_t dev; /* of fd */
	ino_t ino;
	struct timespec looked;	 /* when it was looked at */
	struct timespec checked; /* when its times were */
	bool roomy;		 /* and the disk had much room then */
	bool settled;		 /* the next record needs no other look */
	bool torn;		 /* our half record could not be cut off */
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
	int ret = stat(sink->path, &by_path);

	return ret != 0 || by_path.st_dev != sink->dev ||
	       by_path.st_ino != sink->ino;
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
	sink->dev = st.st_dev;
	sink->ino = st.st_ino;
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
			   bool locked,
			   size_t written)
{
	/* O_APPEND leaves the offset behind what was written. */
	off_t behind = lseek(sink->fd, 0, SEEK_CUR);
	off_t end = lseek(sink->fd, 0, SEEK_END);
	int ret = -1;

	if (locked && behind != -1 && end == behind) {
		ret = ftruncate(sink->fd, behind - (off_t)written);
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
	ssize_t written;

	if (sink->torn) {
		written = write(sink->fd, "\n", 1);
		if (written != 1) {
			return ENOSPC;
		}
		sink->torn = false;
	}
	do {
		written = write(sink->fd, line, len);
	} while (written == -1 && errno == EINTR);
	if (written == -1) {
		return errno;
	}
	if ((size_t)written != len) {
		sink_file_undo(sink, locked, (size_t)written);
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

bool sg_sink_file_look(struct sg_sink_file *sink, struct timespec now)
{
	struct statvfs fs = {0};
	int ret;

	if (sink->fd == -1 || sink->torn || sink_file_moved(sink)) {
		return false;
	}
	ret = fstatvfs(sink->fd, &fs);
	sink->roomy = ret == 0 && fs.f_frsize > 0 &&
		      fs.f_bavail > ROOMY / fs.f_frsize;
	sink->looked = now;
	sink->checked = (struct timespec){.tv_sec = 0};
	return true;
}

/* Its name is changed or taken away without a write, its time of writing not. */
static bool was_only_written_to(const struct sg_sink_file *sink)
{
	struct stat st = {0};
	int ret = fstat(sink->fd, &st);

	return ret == 0 && st.st_nlink > 0 &&
	       st.st_ctim.tv_sec == st.st_mtim.tv_sec &&
	       st.st_ctim.tv_nsec == st.st_mtim.tv_nsec;
}

static bool is_within(struct timespec now, struct timespec then, int64_t nsec)
{
	int64_t since =
		(int64_t)(now.tv_sec - then.tv_sec) * INT64_C(1000000000) +
		(now.tv_nsec - then.tv_nsec);

	return since >= 0 && since < nsec;
}

bool sg_sink_file_settled(struct sg_sink_file *sink, struct timespec now)
{
	sink->settled = sink->fd != -1 && !sink->torn &&
			is_within(now, sink->looked, LOOK_EVERY_NSEC);
	if (sink->settled && !is_within(now, sink->checked, CHECK_EVERY_NSEC)) {
		sink->settled = was_only_written_to(sink);
		sink->checked = now;
	}
	return sink->settled;
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
	bool settled = sink->settled;
	bool locked;
	int ret = settled ? 0 : sink_file_ready(sink);

	sink->settled = false;
	if (ret != 0) {
		return ret;
	}
	locked = !(settled && sink->roomy) && sink_file_lock(sink);
	ret = sink_file_append(sink, locked, line, len);
	if (locked) {
		flock(sink->fd, LOCK_UN);
	}
	return ret;
}
