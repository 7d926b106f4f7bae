/*
 * smbguard: a directory for the tests of the audit file
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For tests that begin with "wrap: write". It can fail, be interrupted or take
 * the half of a record; what else is needed (several processes, one of them
 * stopped, a file that may grow no more) is real. An alarm ends a test that
 * hangs.
 */

#ifndef SMBGUARD_TESTS_SINK_FILE_FIXTURE_H
#define SMBGUARD_TESTS_SINK_FILE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/event/sink_file.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define PATH_SIZE 256
#define HANG_SECONDS 60

/*
 * What the next calls of write(2) do: the first num_steps of them as in
 * steps, all others as ever. The hook runs at the end of each.
 */
struct step {
	int error;    /* fail with it; 0: do not */
	size_t limit; /* take no more bytes */
};

static struct {
	struct step steps[4];
	size_t num_steps;
	size_t calls;
	void (*hook)(void);
} writes;

ssize_t __real_write(int fd, const void *buf, size_t len);
ssize_t __wrap_write(int fd, const void *buf, size_t len);

ssize_t __wrap_write(int fd, const void *buf, size_t len)
{
	size_t call = writes.calls++;
	ssize_t ret;

	if (call >= writes.num_steps) {
		ret = __real_write(fd, buf, len);
	} else if (writes.steps[call].error != 0) {
		errno = writes.steps[call].error;
		return -1;
	} else {
		size_t limit = writes.steps[call].limit;

		ret = __real_write(fd, buf, len < limit ? len : limit);
	}
	if (writes.hook != NULL) {
		writes.hook();
	}
	return ret;
}

/* The directory of one test; the audit file is dir/log */
static char dir[PATH_SIZE];
static char log_path[PATH_SIZE];
static char other_path[PATH_SIZE];

static inline size_t open_fds(void)
{
	DIR *fds = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(fds);
	while (readdir(fds) != NULL) {
		n++;
	}
	closedir(fds);
	return n;
}

static size_t fds_before;

static inline int setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/test_sink_file.XXXXXX");
	if (mkdtemp(dir) == NULL) {
		return -1;
	}
	snprintf(log_path, sizeof(log_path), "%.200s/log", dir);
	snprintf(other_path, sizeof(other_path), "%.200s/other", dir);
	memset(&writes, 0, sizeof(writes));
	fds_before = open_fds();
	alarm(HANG_SECONDS);
	return 0;
}

static inline int teardown(void **state)
{
	char away[PATH_SIZE] = {0};
	DIR *entries = NULL;
	struct dirent *entry = NULL;

	alarm(0);
	/* where a test that failed may have left it */
	snprintf(away, sizeof(away), "%.200s.away", dir);
	rename(away, dir);
	entries = opendir(dir);
	if (entries == NULL) {
		return -1;
	}
	entry = readdir(entries);
	while (entry != NULL) {
		unlinkat(dirfd(entries), entry->d_name, 0);
		entry = readdir(entries);
	}
	closedir(entries);
	return rmdir(dir);
}

static inline struct sg_sink_file *new_sink(void)
{
	struct sg_sink_file *sink = sg_sink_file_new(NULL, log_path);

	assert_non_null(sink);
	return sink;
}

static inline int put(struct sg_sink_file *sink, const char *line)
{
	return sg_sink_file_write(sink, line, strlen(line));
}

static inline char *content_of(const char *path)
{
	struct stat st = {0};
	char *text = NULL;
	ssize_t n;
	int fd;
	int ret;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		fail_msg("cannot open %s: %s", path, strerror(errno));
	}
	ret = fstat(fd, &st);
	assert_int_equal(ret, 0);
	text = calloc(1, (size_t)st.st_size + 1);
	assert_non_null(text);
	n = read(fd, text, (size_t)st.st_size);
	assert_int_equal(n, st.st_size);
	close(fd);
	return text;
}

static inline void assert_content(const char *path, const char *expected)
{
	char *text = content_of(path);

	assert_string_equal(text, expected);
	free(text);
}

static inline void assert_missing(const char *path)
{
	struct stat st = {0};
	int ret = lstat(path, &st);

	assert_int_equal(ret, -1);
	assert_int_equal(errno, ENOENT);
}

/* Can another open file take the lock? Not even a shared one, if not. */
static inline bool lock_is_free(void)
{
	int fd = open(log_path, O_RDONLY | O_CLOEXEC);
	int ret;

	assert_int_not_equal(fd, -1);
	ret = flock(fd, LOCK_SH | LOCK_NB);
	close(fd);
	return ret == 0;
}

/* A process that has the lock, and is stopped */
static inline pid_t stopped_lock_holder(void)
{
	int status = 0;
	pid_t pid = fork();
	pid_t ret;

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		int fd = open(log_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		int failed = fd == -1 || flock(fd, LOCK_EX) != 0;

		if (failed) {
			_exit(1);
		}
		/* A test that fails does not come to end_lock_holder(). */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		raise(SIGSTOP);
		_exit(0);
	}
	ret = waitpid(pid, &status, WUNTRACED);
	assert_int_equal(ret, pid);
	assert_true(WIFSTOPPED(status));
	return pid;
}

static inline void end_lock_holder(pid_t pid)
{
	int status = 0;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

#define SINK_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif /* SMBGUARD_TESTS_SINK_FILE_FIXTURE_H */
