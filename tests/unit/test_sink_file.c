/*
 * smbguard: tests of the audit file
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* wrap: write _talloc_array _talloc_realloc _talloc_realloc_array _talloc_zero
   _talloc_zero_array talloc_asprintf talloc_asprintf_append
   talloc_named_const talloc_strdup talloc_strdup_append talloc_strndup
   talloc_vasprintf_append */

#include "sink_file_fixture.h"
#include "talloc_fault.h"

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
