/*
 * smbguard: one writer of a configuration at a time
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The directory is locked by flock(), which leaves nothing behind. Whoever may
 * read a directory may lock it, too: a lock of somebody else than root, the
 * directory's owner and this user keeps nobody from writing. What was written
 * in between is noticed all the same (write.c).
 *
 * How it fails: -1 and a sentence, which names the process that is in the way.
 */

#include "write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_directory_of(const char *path)
{
	char *real = realpath(path, NULL);
	char *slash = real != NULL ? strrchr(real, '/') : NULL;
	int fd = -1;

	if (slash != NULL) {
		slash[slash == real ? 1 : 0] = '\0';
		fd = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	free(real);
	return fd;
}

/* May this process write there? Unknown: yes. */
static bool may_write(long pid, const struct stat *directory)
{
	char path[64];
	struct stat st = {0};

	snprintf(path, sizeof(path), "/proc/%ld", pid);
	if (pid <= 0 || stat(path, &st) != 0) {
		return true;
	}
	return st.st_uid == 0 || st.st_uid == geteuid() ||
	       st.st_uid == directory->st_uid;
}

/* Who has it locked, 0 if that is not known; -1: only who may not write. */
static long holder_of(int fd)
{
	FILE *f = fopen("/proc/locks", "re");
	struct stat st = {0};
	bool others = false;
	bool known = false;
	long pid = 0;
	char line[256];
	int ret = fstat(fd, &st);

	while (f != NULL && ret == 0 && !known &&
	       fgets(line, sizeof(line), f) != NULL) {
		unsigned long inode = 0;
		int got = sscanf(line,
				 "%*u: FLOCK %*s %*s %ld %*x:%*x:%lu",
				 &pid,
				 &inode);

		if (got == 2 && inode == st.st_ino) {
			known = may_write(pid, &st);
			others = true;
		}
	}
	if (f != NULL) {
		fclose(f);
	}
	if (known) {
		return pid > 0 ? pid : 0;
	}
	return others ? -1 : 0;
}

static const char *in_the_way(TALLOC_CTX *mem_ctx, const char *path, long pid)
{
	char *who = talloc_strdup(mem_ctx, "");

	if (pid > 0) {
		who = talloc_asprintf(mem_ctx, " (process %ld)", pid);
	}
	return talloc_asprintf(mem_ctx,
			       "%s: another smbguard%s is about to write it. "
			       "Wait for its end, and try again.",
			       path,
			       who != NULL ? who : "");
}

int sg_write_lock(TALLOC_CTX *mem_ctx, const char *path, const char **error)
{
	int fd = open_directory_of(path);
	long pid;

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
		return fd;
	}
	if (fd >= 0 && errno == EWOULDBLOCK) {
		pid = holder_of(fd);
		if (pid < 0) {
			return fd;
		}
		*error = in_the_way(mem_ctx, path, pid);
	} else {
		*error = talloc_asprintf(mem_ctx,
					 "%s: %s",
					 path,
					 strerror(errno));
	}
	if (fd >= 0) {
		close(fd);
	}
	return -1;
}
