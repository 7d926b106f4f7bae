/*
 * smbguard(8): events read as lines
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files of any length are read through one buffer. A compressed file is
 * opened here and given to its decompressor as standard input, with no shell
 * in between, so that a file's name is never a word of a command.
 *
 * How it fails: a file that cannot be read, or is cut, is told with its name;
 * what came before the fault was handed on. A line without end is skipped.
 */

#define _GNU_SOURCE

#include "events.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK (256U << 10)
#define BUFFER_SIZE (SG_LINE_MAX + CHUNK)

extern char **environ;

static void hand_on(struct sg_splitter *s, const char *text, size_t len)
{
	struct sg_line line = {
		.text = text,
		.len = len,
		.file = s->file,
		.number = ++s->number,
	};

	if (len > 0 && text != NULL && text[len - 1] == '\r') {
		line.len--;
	}
	if (line.len > SG_LINE_MAX) {
		line.text = NULL;
	}
	if (line.len > 0) {
		bool more = s->fn(&line, s->data);

		s->stopped = !more;
	}
}

static void cut(struct sg_splitter *s)
{
	while (!s->stopped && s->start < s->used) {
		char *text = s->buffer + s->start;
		char *end = memchr(text, '\n', s->used - s->start);

		if (end == NULL) {
			break;
		}
		if (s->skipping) {
			hand_on(s, NULL, SG_LINE_MAX + 1);
		} else {
			hand_on(s, text, (size_t)(end - text));
		}
		s->skipping = false;
		s->start = (size_t)(end - s->buffer) + 1;
	}
	if (s->start > 0) {
		s->used -= s->start;
		memmove(s->buffer, s->buffer + s->start, s->used);
		s->start = 0;
	}
	if (s->used > SG_LINE_MAX) {
		s->skipping = true;
	}
	if (s->skipping) {
		s->used = 0;
	}
}

ssize_t sg_splitter_read(struct sg_splitter *s, int fd)
{
	ssize_t got;

	if (s->buffer == NULL) {
		s->buffer = malloc(BUFFER_SIZE);
	}
	if (s->buffer == NULL) {
		errno = ENOMEM;
		return -1;
	}
	do {
		got = read(fd, s->buffer + s->used, CHUNK);
	} while (got == -1 && errno == EINTR);
	if (got > 0) {
		s->used += (size_t)got;
		cut(s);
	}
	return got;
}

void sg_splitter_end(struct sg_splitter *s)
{
	if (!s->stopped && s->skipping) {
		hand_on(s, NULL, SG_LINE_MAX + 1);
	} else if (!s->stopped && s->used > 0) {
		hand_on(s, s->buffer, s->used);
	}
	free(s->buffer);
	s->buffer = NULL;
	s->used = 0;
	s->skipping = false;
}

/* Suffixes and who undoes them. */
static const struct decompressor {
	const char *suffix;
	const char *program;
} decompressors[] = {
	{".gz", "gzip"},
	{".xz", "xz"},
	{".zst", "zstd"},
	{".bz2", "bzip2"},
	{NULL, NULL},
};

static const char *decompressor_of(const char *path)
{
	const struct decompressor *d = NULL;
	size_t len = strlen(path);

	for (d = decompressors; d->suffix != NULL; d++) {
		size_t n = strlen(d->suffix);

		if (len > n && strcmp(path + len - n, d->suffix) == 0) {
			return d->program;
		}
	}
	return NULL;
}

/* Start the program between in and a pipe: 0 or an errno. */
static int spawn(const char *program, int in, int *out, pid_t *pid)
{
	char name[16] = {0};
	char flags[] = "-dc";
	char *argv[] = {name, flags, NULL};
	posix_spawn_file_actions_t actions;
	int ends[2] = {-1, -1};
	int ret;

	snprintf(name, sizeof(name), "%s", program);
	ret = pipe2(ends, O_CLOEXEC);
	if (ret != 0) {
		return errno;
	}
	ret = posix_spawn_file_actions_init(&actions);
	if (ret == 0) {
		posix_spawn_file_actions_adddup2(&actions, in, 0);
		posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
		ret = posix_spawnp(pid, program, &actions, NULL, argv, environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	close(ends[1]);
	if (ret != 0) {
		close(ends[0]);
		return ret;
	}
	*out = ends[0];
	return 0;
}

static bool reap(pid_t pid, const char *path, const char *program)
{
	int status = 0;
	pid_t got;

	do {
		got = waitpid(pid, &status, 0);
	} while (got == -1 && errno == EINTR);
	if (got == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		return true;
	}
	fprintf(stderr,
		"smbguard: %s: %s could not read all of it\n",
		path,
		program);
	return false;
}

static bool read_all(const char *path, int fd, struct sg_splitter *s)
{
	ssize_t got;

	do {
		got = sg_splitter_read(s, fd);
	} while (got > 0 && !s->stopped);
	if (got == -1) {
		fprintf(stderr,
			"smbguard: %s: %s, %llu lines were read\n",
			path,
			strerror(errno),
			(unsigned long long)s->number);
	}
	sg_splitter_end(s);
	return got != -1;
}

static bool read_compressed(const char *path,
			    const char *program,
			    int in,
			    struct sg_splitter *s)
{
	pid_t pid = -1;
	int out = -1;
	bool ok;
	bool whole;
	int ret;

	ret = spawn(program, in, &out, &pid);
	if (ret != 0) {
		fprintf(stderr,
			"smbguard: %s: cannot run %s: %s\n",
			path,
			program,
			strerror(ret));
		return false;
	}
	ok = read_all(path, out, s);
	close(out);
	whole = reap(pid, path, program);
	return ok && (whole || s->stopped);
}

bool sg_is_record(const char *path)
{
	struct stat st = {0};
	int ret = stat(path, &st);

	if (ret == 0 && !S_ISREG(st.st_mode)) {
		fprintf(stderr,
			"smbguard: %s: it is no regular file, and smbguard "
			"writes to no other\n",
			path);
		return false;
	}
	return true;
}

bool sg_read_file(const char *path, sg_line_fn fn, void *data)
{
	struct sg_splitter s = {.file = path, .fn = fn, .data = data};
	const char *program = decompressor_of(path);
	bool ok;
	int fd;

	if (strcmp(path, "-") == 0) {
		s.file = "standard input";
		return read_all(s.file, STDIN_FILENO, &s);
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		fprintf(stderr, "smbguard: %s: %s\n", path, strerror(errno));
		return false;
	}
	if (program != NULL) {
		ok = read_compressed(path, program, fd, &s);
	} else {
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		ok = read_all(path, fd, &s);
	}
	close(fd);
	return ok;
}
