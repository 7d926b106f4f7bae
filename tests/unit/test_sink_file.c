/*
 * smbguard: tests of the audit file
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * write(2) is replaced, so that it can fail, be interrupted or take the half
 * of a record; what else is needed (several processes, one of them stopped, a
 * file that may grow no more) is real. An alarm ends a test that hangs.
 */

/* wrap: write _talloc_zero talloc_strdup */

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

#include "core/sink_file.h"

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

static unsigned alloc_calls;
static unsigned fail_at;

static bool out_of_memory(void)
{
	alloc_calls++;
	return alloc_calls == fail_at;
}

void *__real__talloc_zero(const void *ctx, size_t size, const char *name);
void *__wrap__talloc_zero(const void *ctx, size_t size, const char *name);
char *__real_talloc_strdup(const void *ctx, const char *text);
char *__wrap_talloc_strdup(const void *ctx, const char *text);

void *__wrap__talloc_zero(const void *ctx, size_t size, const char *name)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real__talloc_zero(ctx, size, name);
}

char *__wrap_talloc_strdup(const void *ctx, const char *text)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real_talloc_strdup(ctx, text);
}

/* The directory of one test; the audit file is dir/log */
static char dir[PATH_SIZE];
static char log_path[PATH_SIZE];
static char other_path[PATH_SIZE];

static size_t open_fds(void)
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

static int setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/test_sink_file.XXXXXX");
	if (mkdtemp(dir) == NULL) {
		return -1;
	}
	snprintf(log_path, sizeof(log_path), "%.200s/log", dir);
	snprintf(other_path, sizeof(other_path), "%.200s/other", dir);
	memset(&writes, 0, sizeof(writes));
	fail_at = 0;
	fds_before = open_fds();
	alarm(HANG_SECONDS);
	return 0;
}

static int teardown(void **state)
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

static struct sg_sink_file *new_sink(void)
{
	struct sg_sink_file *sink = sg_sink_file_new(NULL, log_path);

	assert_non_null(sink);
	return sink;
}

static int put(struct sg_sink_file *sink, const char *line)
{
	return sg_sink_file_write(sink, line, strlen(line));
}

static char *content_of(const char *path)
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

static void assert_content(const char *path, const char *expected)
{
	char *text = content_of(path);

	assert_string_equal(text, expected);
	free(text);
}

static void assert_missing(const char *path)
{
	struct stat st = {0};
	int ret = lstat(path, &st);

	assert_int_equal(ret, -1);
	assert_int_equal(errno, ENOENT);
}

/* Can another open file take the lock? Not even a shared one, if not. */
static bool lock_is_free(void)
{
	int fd = open(log_path, O_RDONLY | O_CLOEXEC);
	int ret;

	assert_int_not_equal(fd, -1);
	ret = flock(fd, LOCK_SH | LOCK_NB);
	close(fd);
	return ret == 0;
}

/* A file as it should be */

static void test_sink_file_is_opened_by_the_first_record(void **state)
{
	struct sg_sink_file *sink = new_sink();

	assert_missing(log_path);
	assert_int_equal(put(sink, "one\n"), 0);
	assert_content(log_path, "one\n");
	talloc_free(sink);
}

static void test_sink_file_new_file_is_private(void **state)
{
	struct sg_sink_file *sink = new_sink();
	mode_t mask = umask(0);
	struct stat st = {0};
	int ret;

	ret = put(sink, "one\n");
	umask(mask);
	assert_int_equal(ret, 0);
	ret = lstat(log_path, &st);
	assert_int_equal(ret, 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_uid, geteuid());
	talloc_free(sink);
}

static void test_sink_file_appends(void **state)
{
	struct sg_sink_file *first = new_sink();
	struct sg_sink_file *second = new_sink();

	assert_int_equal(put(first, "one\n"), 0);
	assert_int_equal(put(second, "two\n"), 0);
	assert_int_equal(put(first, "three\n"), 0);
	talloc_free(first);
	assert_int_equal(put(second, "four\n"), 0);
	talloc_free(second);
	first = new_sink();
	assert_int_equal(put(first, "five\n"), 0);
	talloc_free(first);
	assert_content(log_path, "one\ntwo\nthree\nfour\nfive\n");
}

static void test_sink_file_one_record_is_one_write(void **state)
{
	static const size_t lengths[] = {1, 4096, 4097, 65537, 1000000};
	struct sg_sink_file *sink = new_sink();
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(lengths); i++) {
		char *line = malloc(lengths[i]);
		int ret;

		assert_non_null(line);
		memset(line, 'a', lengths[i]);
		line[lengths[i] - 1] = '\n';
		writes.calls = 0;
		ret = sg_sink_file_write(sink, line, lengths[i]);
		assert_int_equal(ret, 0);
		assert_int_equal(writes.calls, 1);
		free(line);
	}
	talloc_free(sink);
}

static void test_sink_file_closes_its_file(void **state)
{
	struct sg_sink_file *sink = new_sink();

	assert_int_equal(put(sink, "one\n"), 0);
	assert_int_equal(open_fds(), fds_before + 1);
	talloc_free(sink);
	assert_int_equal(open_fds(), fds_before);
}

/* What smbd executes must not have the file. */
static void test_sink_file_is_closed_on_exec(void **state)
{
	struct sg_sink_file *sink = new_sink();
	struct stat by_path = {0};
	bool found = false;
	int fd;
	int ret;

	assert_int_equal(put(sink, "one\n"), 0);
	ret = stat(log_path, &by_path);
	assert_int_equal(ret, 0);
	for (fd = 0; fd < 1024; fd++) {
		struct stat st = {0};

		ret = fstat(fd, &st);
		if (ret != 0 || st.st_ino != by_path.st_ino ||
		    st.st_dev != by_path.st_dev) {
			continue;
		}
		found = true;
		assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	}
	assert_true(found);
	talloc_free(sink);
}

static void test_sink_file_out_of_memory_gives_no_sink(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct sg_sink_file *sink = NULL;
	unsigned n;

	for (n = 1; n < 100; n++) {
		alloc_calls = 0;
		fail_at = n;
		sink = sg_sink_file_new(mem_ctx, log_path);
		fail_at = 0;
		if (alloc_calls < n) {
			break;
		}
		assert_null(sink);
		assert_int_equal(talloc_total_blocks(mem_ctx), 1);
	}
	assert_non_null(sink);
	assert_int_equal(n, 3);
	talloc_free(mem_ctx);
}

/* Several processes */

#define NUM_PROCESSES 2
#define NUM_RECORDS 1000

/* Records of all sizes, some larger than a page and than a pipe's buffer */
static size_t record(char *line, size_t size, int process, int number)
{
	size_t len = (size_t)(number * 37 % 5000) + 20;
	int n = snprintf(line, size, "%d %d ", process, number);

	memset(line + n, 'a' + process, len);
	line[(size_t)n + len] = '\n';
	line[(size_t)n + len + 1] = '\0';
	return (size_t)n + len + 1;
}

static void write_records(int process)
{
	struct sg_sink_file *sink = sg_sink_file_new(NULL, log_path);
	char line[6000];
	int i;

	for (i = 0; i < NUM_RECORDS; i++) {
		size_t len = record(line, sizeof(line), process, i);
		int ret = sg_sink_file_write(sink, line, len);

		if (ret != 0) {
			_exit(1);
		}
	}
	talloc_free(sink);
	_exit(0);
}

static void test_sink_file_records_of_processes_do_not_mix(void **state)
{
	int next[NUM_PROCESSES] = {0};
	pid_t pids[NUM_PROCESSES] = {0};
	char *text = NULL;
	char *p = NULL;
	int i;

	for (i = 0; i < NUM_PROCESSES; i++) {
		pids[i] = fork();
		assert_int_not_equal(pids[i], -1);
		if (pids[i] == 0) {
			write_records(i);
		}
	}
	for (i = 0; i < NUM_PROCESSES; i++) {
		int status = -1;
		pid_t pid = waitpid(pids[i], &status, 0);

		assert_int_equal(pid, pids[i]);
		assert_int_equal(status, 0);
	}
	text = content_of(log_path);
	for (p = text; *p != '\0';) {
		int process = *p - '0';
		char line[6000];
		size_t len;

		assert_in_range(process, 0, NUM_PROCESSES - 1);
		len = record(line, sizeof(line), process, next[process]);
		assert_memory_equal(p, line, len);
		next[process]++;
		p += len;
	}
	for (i = 0; i < NUM_PROCESSES; i++) {
		assert_int_equal(next[i], NUM_RECORDS);
	}
	free(text);
}

static void note_lock(void)
{
	assert_false(lock_is_free());
}

static void test_sink_file_holds_the_lock_while_it_writes(void **state)
{
	struct sg_sink_file *sink = new_sink();

	writes.hook = note_lock;
	assert_int_equal(put(sink, "one\n"), 0);
	writes.hook = NULL;
	assert_int_equal(writes.calls, 1);
	assert_true(lock_is_free());

	/* A record that fails gives the lock back too. */
	writes.calls = 0;
	writes.num_steps = 1;
	writes.steps[0] = (struct step){.error = EIO};
	assert_int_equal(put(sink, "two\n"), EIO);
	assert_true(lock_is_free());
	talloc_free(sink);
}

/* A process that has the lock, and is stopped */
static pid_t stopped_lock_holder(void)
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

static void end_lock_holder(pid_t pid)
{
	int status = 0;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static void test_sink_file_does_not_wait_for_a_stopped_process(void **state)
{
	struct sg_sink_file *sink = new_sink();
	pid_t pid = stopped_lock_holder();

	assert_false(lock_is_free());
	assert_int_equal(put(sink, "one\n"), 0);
	assert_int_equal(put(sink, "two\n"), 0);
	assert_content(log_path, "one\ntwo\n");
	end_lock_holder(pid);
	assert_true(lock_is_free());
	assert_int_equal(put(sink, "three\n"), 0);
	assert_content(log_path, "one\ntwo\nthree\n");
	talloc_free(sink);
}

/* Another file, or none, at the path */

static void test_sink_file_makes_a_renamed_file_anew(void **state)
{
	struct sg_sink_file *sink = new_sink();
	int i;

	for (i = 0; i < 20; i++) {
		int ret;

		assert_int_equal(put(sink, "one\n"), 0);
		assert_int_equal(put(sink, "two\n"), 0);
		ret = rename(log_path, other_path);
		assert_int_equal(ret, 0);
		assert_int_equal(put(sink, "three\n"), 0);
		assert_content(other_path, "one\ntwo\n");
		assert_content(log_path, "three\n");
		ret = unlink(log_path);
		assert_int_equal(ret, 0);
	}
	assert_int_equal(open_fds(), fds_before + 1);
	talloc_free(sink);
}

static void test_sink_file_makes_a_removed_file_anew(void **state)
{
	struct sg_sink_file *sink = new_sink();
	struct stat st = {0};
	int ret;

	assert_int_equal(put(sink, "one\n"), 0);
	ret = unlink(log_path);
	assert_int_equal(ret, 0);
	assert_int_equal(put(sink, "two\n"), 0);
	assert_content(log_path, "two\n");
	ret = stat(log_path, &st);
	assert_int_equal(ret, 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	talloc_free(sink);
}

/* logrotate's "create" */
static void test_sink_file_follows_to_a_file_made_by_another(void **state)
{
	struct sg_sink_file *sink = new_sink();
	struct sg_sink_file *other = new_sink();
	int ret;

	assert_int_equal(put(sink, "one\n"), 0);
	assert_int_equal(put(other, "two\n"), 0);
	ret = rename(log_path, other_path);
	assert_int_equal(ret, 0);
	assert_int_equal(put(other, "three\n"), 0);
	assert_int_equal(put(sink, "four\n"), 0);
	assert_content(other_path, "one\ntwo\n");
	assert_content(log_path, "three\nfour\n");
	talloc_free(sink);
	talloc_free(other);
}

/* logrotate's "copytruncate" */
static void test_sink_file_appends_to_a_truncated_file(void **state)
{
	struct sg_sink_file *sink = new_sink();
	int ret;

	assert_int_equal(put(sink, "one\n"), 0);
	ret = truncate(log_path, 0);
	assert_int_equal(ret, 0);
	assert_int_equal(put(sink, "two\n"), 0);
	assert_content(log_path, "two\n");
	talloc_free(sink);
}

static void test_sink_file_missing_directory_is_an_error_and_heals(void **state)
{
	struct sg_sink_file *sink = new_sink();
	char away[PATH_SIZE] = {0};
	int ret;

	snprintf(away, sizeof(away), "%.200s.away", dir);

	/* before the first record */
	ret = rename(dir, away);
	assert_int_equal(ret, 0);
	assert_int_equal(put(sink, "one\n"), ENOENT);
	ret = rename(away, dir);
	assert_int_equal(ret, 0);
	assert_int_equal(put(sink, "two\n"), 0);

	/* and between two */
	ret = rename(dir, away);
	assert_int_equal(ret, 0);
	assert_int_equal(put(sink, "three\n"), ENOENT);
	assert_int_equal(put(sink, "four\n"), ENOENT);
	ret = rename(away, dir);
	assert_int_equal(ret, 0);
	assert_int_equal(put(sink, "five\n"), 0);
	assert_content(log_path, "two\nfive\n");
	assert_int_equal(open_fds(), fds_before + 1);
	talloc_free(sink);
}

static void test_sink_file_refuses_a_symlink(void **state)
{
	struct sg_sink_file *sink = new_sink();
	int ret;

	/* to nothing */
	ret = symlink(other_path, log_path);
	assert_int_equal(ret, 0);
	assert_int_equal(put(sink, "one\n"), ELOOP);
	assert_missing(other_path);
	ret = unlink(log_path);
	assert_int_equal(ret, 0);

	/* The same path without the link */
	assert_int_equal(put(sink, "two\n"), 0);

	/* to somebody's file, once ours is away */
	ret = rename(log_path, other_path);
	assert_int_equal(ret, 0);
	ret = chmod(other_path, 0644);
	assert_int_equal(ret, 0);
	ret = symlink("/dev/null", log_path);
	assert_int_equal(ret, 0);
	assert_int_equal(put(sink, "three\n"), ELOOP);
	assert_content(other_path, "two\n");
	talloc_free(sink);
}

static void test_sink_file_refuses_a_fifo_and_does_not_hang(void **state)
{
	struct sg_sink_file *sink = new_sink();
	char byte = 0;
	ssize_t n;
	int reader;
	int ret;

	ret = mkfifo(log_path, 0600);
	assert_int_equal(ret, 0);
	assert_int_equal(put(sink, "one\n"), ENXIO);

	/* With a reader open(2) succeeds, and the record must not go there. */
	reader = open(log_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_int_not_equal(reader, -1);
	assert_int_equal(put(sink, "two\n"), EINVAL);
	n = read(reader, &byte, 1);
	assert_int_equal(n, 0);
	close(reader);
	assert_int_equal(open_fds(), fds_before);

	ret = unlink(log_path);
	assert_int_equal(ret, 0);
	assert_int_equal(put(sink, "three\n"), 0);
	assert_content(log_path, "three\n");
	talloc_free(sink);
}

static void test_sink_file_refuses_a_directory(void **state)
{
	struct sg_sink_file *sink = new_sink();
	int ret;

	ret = mkdir(log_path, 0700);
	assert_int_equal(ret, 0);
	assert_int_equal(put(sink, "one\n"), EISDIR);
	ret = rmdir(log_path);
	assert_int_equal(ret, 0);
	assert_int_equal(put(sink, "two\n"), 0);
	assert_content(log_path, "two\n");
	talloc_free(sink);
}

static void test_sink_file_refuses_a_device(void **state)
{
	struct sg_sink_file *sink = sg_sink_file_new(NULL, "/dev/full");

	assert_non_null(sink);
	assert_int_equal(put(sink, "one\n"), EINVAL);
	assert_int_equal(writes.calls, 0);
	assert_int_equal(open_fds(), fds_before);
	talloc_free(sink);
}

/* Writes that fail */

static void test_sink_file_errors_leave_nothing_behind(void **state)
{
	static const int errors[] = {ENOSPC, EDQUOT, EIO, EFBIG, EAGAIN};
	struct sg_sink_file *sink = new_sink();
	size_t i;

	assert_int_equal(put(sink, "one\n"), 0);
	for (i = 0; i < ARRAY_LENGTH(errors); i++) {
		writes.calls = 0;
		writes.num_steps = 1;
		writes.steps[0] = (struct step){.error = errors[i]};
		assert_int_equal(put(sink, "lost\n"), errors[i]);
		assert_int_equal(writes.calls, 1);
		assert_content(log_path, "one\n");
	}
	assert_int_equal(put(sink, "two\n"), 0);
	assert_content(log_path, "one\ntwo\n");
	talloc_free(sink);
}

static void test_sink_file_interrupted_write_is_done_again(void **state)
{
	struct sg_sink_file *sink = new_sink();

	writes.num_steps = 3;
	writes.steps[0] = (struct step){.error = EINTR};
	writes.steps[1] = (struct step){.error = EINTR};
	writes.steps[2] = (struct step){.error = EINTR};
	assert_int_equal(put(sink, "one\n"), 0);
	assert_int_equal(writes.calls, 4);
	assert_content(log_path, "one\n");
	talloc_free(sink);
}

static void test_sink_file_short_write_leaves_no_half_record(void **state)
{
	const char *lost = "lost record\n";
	struct sg_sink_file *sink = new_sink();
	struct sg_sink_file *other = new_sink();
	size_t limit;

	assert_int_equal(put(sink, "one\n"), 0);
	for (limit = 0; limit < strlen(lost); limit++) {
		writes.calls = 0;
		writes.num_steps = 1;
		writes.steps[0] = (struct step){.limit = limit};
		assert_int_equal(put(sink, lost), ENOSPC);
		assert_content(log_path, "one\n");
	}
	assert_int_equal(put(other, "two\n"), 0);
	assert_int_equal(put(sink, "three\n"), 0);
	assert_content(log_path, "one\ntwo\nthree\n");
	talloc_free(sink);
	talloc_free(other);
}

/* A file that may grow by a few bytes more: a short write by the kernel */
static void test_sink_file_full_file_keeps_whole_records(void **state)
{
	int status = -1;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		const struct rlimit tight = {.rlim_cur = 9, .rlim_max = 100};
		const struct rlimit wide = {.rlim_cur = 100, .rlim_max = 100};
		struct sg_sink_file *sink = sg_sink_file_new(NULL, log_path);
		int first;
		int second;
		int third;
		int fourth;

		signal(SIGXFSZ, SIG_IGN);
		first = put(sink, "one\n");
		setrlimit(RLIMIT_FSIZE, &tight);
		second = put(sink, "lost record\n");
		third = put(sink, "two\n");
		setrlimit(RLIMIT_FSIZE, &wide);
		fourth = put(sink, "three\n");
		talloc_free(sink);
		_exit(first == 0 && second != 0 && third == 0 && fourth == 0
			      ? 0
			      : 1);
	}
	pid = waitpid(pid, &status, 0);
	assert_int_not_equal(pid, -1);
	assert_int_equal(status, 0);
	assert_content(log_path, "one\ntwo\nthree\n");
}

/* Without the lock nothing may be cut: the half gets a line of its own. */
static void test_sink_file_short_write_without_lock_ends_the_line(void **state)
{
	struct sg_sink_file *sink = new_sink();
	pid_t pid;

	assert_int_equal(put(sink, "one\n"), 0);
	pid = stopped_lock_holder();

	writes.calls = 0;
	writes.num_steps = 1;
	writes.steps[0] = (struct step){.limit = 3};
	assert_int_equal(put(sink, "half\n"), ENOSPC);
	assert_content(log_path, "one\nhal");

	/* No room for the newline yet */
	writes.calls = 0;
	writes.steps[0] = (struct step){.error = ENOSPC};
	assert_int_equal(put(sink, "lost\n"), ENOSPC);
	assert_int_equal(writes.calls, 1);
	assert_content(log_path, "one\nhal");

	writes.num_steps = 0;
	assert_int_equal(put(sink, "two\n"), 0);
	assert_int_equal(put(sink, "three\n"), 0);
	assert_content(log_path, "one\nhal\ntwo\nthree\n");
	end_lock_holder(pid);
	talloc_free(sink);
}

/* The end of the line belongs in the file that has the half. */
static void test_sink_file_half_record_does_not_spoil_a_new_file(void **state)
{
	struct sg_sink_file *sink = new_sink();
	pid_t pid;
	int ret;

	assert_int_equal(put(sink, "one\n"), 0);
	pid = stopped_lock_holder();
	writes.calls = 0;
	writes.num_steps = 1;
	writes.steps[0] = (struct step){.limit = 3};
	assert_int_equal(put(sink, "half\n"), ENOSPC);
	writes.num_steps = 0;
	end_lock_holder(pid);

	ret = rename(log_path, other_path);
	assert_int_equal(ret, 0);
	assert_int_equal(put(sink, "two\n"), 0);
	assert_content(log_path, "two\n");
	talloc_free(sink);
}

static void append_foreign(void)
{
	int fd = open(log_path, O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_int_not_equal(fd, -1);
	__real_write(fd, "foreign\n", 8);
	close(fd);
}

/*
 * We were stopped between the half record and its undoing for so long that
 * another process gave up on the lock and appended. Its bytes are not ours
 * to cut off.
 */
static void test_sink_file_cuts_no_record_of_another(void **state)
{
	struct sg_sink_file *sink = new_sink();
	char *text = NULL;
	const char *foreign = NULL;

	assert_int_equal(put(sink, "one\n"), 0);
	writes.calls = 0;
	writes.num_steps = 1;
	writes.steps[0] = (struct step){.limit = 3};
	writes.hook = append_foreign;
	assert_int_equal(put(sink, "half\n"), ENOSPC);
	writes.num_steps = 0;
	writes.hook = NULL;
	assert_int_equal(put(sink, "two\n"), 0);
	text = content_of(log_path);
	foreign = strstr(text, "foreign\n");
	if (foreign == NULL || strstr(foreign, "\ntwo\n") == NULL) {
		fail_msg("cut: %s", text);
	}
	free(text);
	talloc_free(sink);
}

#define SINK_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(test_sink_file_is_opened_by_the_first_record),
		SINK_TEST(test_sink_file_new_file_is_private),
		SINK_TEST(test_sink_file_appends),
		SINK_TEST(test_sink_file_one_record_is_one_write),
		SINK_TEST(test_sink_file_closes_its_file),
		SINK_TEST(test_sink_file_is_closed_on_exec),
		SINK_TEST(test_sink_file_out_of_memory_gives_no_sink),
		SINK_TEST(test_sink_file_records_of_processes_do_not_mix),
		SINK_TEST(test_sink_file_holds_the_lock_while_it_writes),
		SINK_TEST(test_sink_file_does_not_wait_for_a_stopped_process),
		SINK_TEST(test_sink_file_makes_a_renamed_file_anew),
		SINK_TEST(test_sink_file_makes_a_removed_file_anew),
		SINK_TEST(test_sink_file_follows_to_a_file_made_by_another),
		SINK_TEST(test_sink_file_appends_to_a_truncated_file),
		SINK_TEST(
			test_sink_file_missing_directory_is_an_error_and_heals),
		SINK_TEST(test_sink_file_refuses_a_symlink),
		SINK_TEST(test_sink_file_refuses_a_fifo_and_does_not_hang),
		SINK_TEST(test_sink_file_refuses_a_directory),
		SINK_TEST(test_sink_file_refuses_a_device),
		SINK_TEST(test_sink_file_errors_leave_nothing_behind),
		SINK_TEST(test_sink_file_interrupted_write_is_done_again),
		SINK_TEST(test_sink_file_short_write_leaves_no_half_record),
		SINK_TEST(test_sink_file_full_file_keeps_whole_records),
		SINK_TEST(
			test_sink_file_short_write_without_lock_ends_the_line),
		SINK_TEST(test_sink_file_half_record_does_not_spoil_a_new_file),
		SINK_TEST(test_sink_file_cuts_no_record_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
