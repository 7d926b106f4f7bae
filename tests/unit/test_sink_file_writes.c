/*
 * smbguard: tests of the audit file on a full disk
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* wrap: write */

#include "sink_file_fixture.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
