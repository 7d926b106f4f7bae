/*
 * smbguard: tests of the audit file that is moved
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* wrap: write */

#include "sink_file_fixture.h"

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

static struct timespec at_msec(long msec)
{
	return (struct timespec){.tv_sec = 1000, .tv_nsec = msec * 1000000};
}

static void test_sink_file_is_settled_after_a_look(void **state)
{
	struct sg_sink_file *sink = new_sink();

	assert_false(sg_sink_file_look(sink, at_msec(0)));
	assert_int_equal(put(sink, "one\n"), 0);
	assert_false(sg_sink_file_settled(sink, at_msec(0)));
	assert_true(sg_sink_file_look(sink, at_msec(0)));
	assert_true(sg_sink_file_settled(sink, at_msec(0)));
	assert_int_equal(put(sink, "two\n"), 0);
	assert_true(sg_sink_file_settled(sink, at_msec(49)));
	assert_int_equal(put(sink, "three\n"), 0);
	/* It is good for a while, and for no time before it. */
	assert_false(sg_sink_file_settled(sink, at_msec(50)));
	assert_true(sg_sink_file_look(sink, at_msec(60)));
	assert_false(sg_sink_file_settled(sink, at_msec(59)));
	assert_content(log_path, "one\ntwo\nthree\n");
	talloc_free(sink);
}

static void test_sink_file_that_is_gone_is_not_settled(void **state)
{
	struct sg_sink_file *sink = new_sink();
	int ret;

	assert_int_equal(put(sink, "one\n"), 0);
	assert_true(sg_sink_file_look(sink, at_msec(0)));
	ret = unlink(log_path);
	assert_int_equal(ret, 0);
	assert_false(sg_sink_file_settled(sink, at_msec(2)));
	assert_false(sg_sink_file_look(sink, at_msec(2)));
	assert_int_equal(put(sink, "two\n"), 0);
	assert_content(log_path, "two\n");
	talloc_free(sink);
}

static void test_sink_file_that_was_renamed_is_not_settled(void **state)
{
	struct sg_sink_file *sink = new_sink();
	const struct timespec tick = {.tv_nsec = 20000000};
	int ret;

	assert_int_equal(put(sink, "one\n"), 0);
	assert_true(sg_sink_file_look(sink, at_msec(0)));
	/* Longer than the kernel's clock takes for a step */
	nanosleep(&tick, NULL);
	ret = rename(log_path, other_path);
	assert_int_equal(ret, 0);
	assert_false(sg_sink_file_settled(sink, at_msec(2)));
	assert_false(sg_sink_file_look(sink, at_msec(2)));
	assert_int_equal(put(sink, "two\n"), 0);
	assert_content(other_path, "one\n");
	assert_content(log_path, "two\n");
	talloc_free(sink);
}

static void test_sink_file_reserves_and_keeps_its_size(void **state)
{
	struct sg_sink_file *sink = new_sink();
	struct stat st = {0};
	int ret;

	assert_int_equal(sg_sink_file_reserve(sink), 0);
	assert_int_equal(put(sink, "one\n"), 0);
	assert_int_equal(sg_sink_file_reserve(sink), 0);
	ret = stat(log_path, &st);
	assert_int_equal(ret, 0);
	assert_int_equal(st.st_size, 4);
	assert_content(log_path, "one\n");
	talloc_free(sink);

	sink = sg_sink_file_new(NULL, "/dev/full");
	assert_non_null(sink);
	assert_int_equal(sg_sink_file_reserve(sink), EINVAL);
	talloc_free(sink);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
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
		SINK_TEST(test_sink_file_is_settled_after_a_look),
		SINK_TEST(test_sink_file_that_is_gone_is_not_settled),
		SINK_TEST(test_sink_file_that_was_renamed_is_not_settled),
		SINK_TEST(test_sink_file_reserves_and_keeps_its_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
