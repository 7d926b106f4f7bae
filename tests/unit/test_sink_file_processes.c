/*
 * smbguard: tests of the audit file with other processes
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* wrap: write */

#include "sink_file_fixture.h"

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

		assert_true(process >= 0 && process < NUM_PROCESSES);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(test_sink_file_records_of_processes_do_not_mix),
		SINK_TEST(test_sink_file_holds_the_lock_while_it_writes),
		SINK_TEST(test_sink_file_does_not_wait_for_a_stopped_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
