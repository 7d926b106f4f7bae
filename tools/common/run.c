/*
 * smbguard: other programs' answers
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * No shell is asked. How it fails: NULL.
 */

#define _GNU_SOURCE 1 /* pipe2 */

#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *read_all(TALLOC_CTX *mem_ctx, int fd)
{
	char *text = talloc_strdup(mem_ctx, "");
	char buffer[4096];
	ssize_t got = 1;

	while (text != NULL && got != 0) {
		got = read(fd, buffer, sizeof(buffer));
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			TALLOC_FREE(text);
		} else {
			text = talloc_strndup_append(text, buffer, (size_t)got);
		}
	}
	return text;
}

static int spawn(const char *const argv[], int fd, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	char **args = NULL;
	int ret;

	/* It takes no const, and changes nothing. */
	memcpy(&args, &argv, sizeof(args));
	ret = posix_spawn_file_actions_init(&actions);
	if (ret != 0) {
		return ret;
	}
	ret = posix_spawn_file_actions_addopen(&actions,
					       STDIN_FILENO,
					       "/dev/null",
					       O_RDONLY,
					       0);
	if (ret == 0) {
		ret = posix_spawn_file_actions_addopen(&actions,
						       STDERR_FILENO,
						       "/dev/null",
						       O_WRONLY,
						       0);
	}
	if (ret == 0) {
		ret = posix_spawn_file_actions_adddup2(&actions,
						       fd,
						       STDOUT_FILENO);
	}
	if (ret == 0) {
		ret = posix_spawnp(pid, argv[0], &actions, NULL, args, environ);
	}
	posix_spawn_file_actions_destroy(&actions);
	return ret;
}

char *sg_run(TALLOC_CTX *mem_ctx, const char *const argv[], int *status)
{
	int fds[2] = {-1, -1};
	char *text = NULL;
	pid_t pid = -1;
	int how = 0;
	int ret;

	ret = pipe2(fds, O_CLOEXEC);
	if (ret != 0) {
		return NULL;
	}
	ret = spawn(argv, fds[1], &pid);
	close(fds[1]);
	if (ret == 0) {
		text = read_all(mem_ctx, fds[0]);
	}
	close(fds[0]);
	if (ret != 0) {
		return NULL;
	}
	while (waitpid(pid, &how, 0) < 0 && errno == EINTR) {
	}
	if (!WIFEXITED(how)) {
		TALLOC_FREE(text);
	} else {
		*status = WEXITSTATUS(how);
	}
	return text;
}
