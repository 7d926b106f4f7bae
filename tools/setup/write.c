/*
 * smbguard: a configuration file written as a whole
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The new content goes into a file of its own in the same directory, with owner,
 * mode, ACL and label of the old one; it is synced, and then renamed over it.
 * So whoever opens the path has the old file or the new one, whenever this
 * process ends. A symbolic link is followed first: the link stays.
 *
 * Two smbguards cannot write at the same time (lock.c); an editor that writes in
 * between is noticed by what it wrote.
 *
 * How it fails: with a sentence, and the old file is in place. What was written
 * beside it is taken away again; after a kill, by the next run.
 */

#define _GNU_SOURCE 1 /* O_CLOEXEC */

#include "write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "edit.h"

#define MAX_COPIES 100
#define MAX_XATTRS 65536

/* The file behind all links, and the directory that has it. */
static char *real_path(TALLOC_CTX *mem_ctx, const char *path)
{
	char *found = realpath(path, NULL);
	char *copy = found != NULL ? talloc_strdup(mem_ctx, found) : NULL;

	free(found);
	return copy;
}

static int open_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = talloc_strndup(NULL, path, (size_t)(slash - path) + 1);
	int fd = -1;

	if (name != NULL) {
		fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	talloc_free(name);
	return fd;
}

/* What belongs to the content, and is made anew by the kernel. */
static bool is_of_content(const char *name)
{
	return strcmp(name, "security.ima") == 0 ||
	       strcmp(name, "security.evm") == 0;
}

static bool copy_xattr(int from, int to, const char *name)
{
	char *value = malloc(MAX_XATTRS);
	ssize_t len = -1;
	bool ok = false;

	if (value != NULL) {
		len = fgetxattr(from, name, value, MAX_XATTRS);
	}
	if (len >= 0) {
		ok = fsetxattr(to, name, value, (size_t)len, 0) == 0;
	}
	/* A label that may not be given is that of the directory. */
	ok = ok || (strncmp(name, "security.", strlen("security.")) == 0 &&
		    (errno == EPERM || errno == EOPNOTSUPP));
	free(value);
	return ok;
}

static bool copy_xattrs(int from, int to)
{
	char *names = calloc(1, MAX_XATTRS);
	ssize_t len = -1;
	ssize_t at = 0;
	bool ok = true;

	if (names != NULL) {
		len = flistxattr(from, names, MAX_XATTRS);
	}
	if (len < 0) {
		ok = names != NULL && errno == EOPNOTSUPP;
	}
	while (ok && at < len) {
		const char *name = names + at;

		ok = is_of_content(name) || copy_xattr(from, to, name);
		at += (ssize_t)strlen(name) + 1;
	}
	free(names);
	return ok;
}

/* Owner first: chown(2) takes bits away, and a mode opens. */
static bool copy_rights(int from, int to)
{
	struct stat st = {0};

	return fstat(from, &st) == 0 && fchown(to, st.st_uid, st.st_gid) == 0 &&
	       fchmod(to, st.st_mode & 07777) == 0 && copy_xattrs(from, to);
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t done = write(fd, bytes, len);

		if (done < 0 && errno == EINTR) {
			continue;
		}
		if (done < 0) {
			return false;
		}
		bytes += done;
		len -= (size_t)done;
	}
	return fsync(fd) == 0;
}

/* A new file beside the old one, of the same owner; -1: like nobody's. */
static bool make(int directory,
		 const char *name,
		 int like,
		 const char *bytes,
		 size_t len)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	int fd = openat(directory, name, flags, 0600);
	bool ok = fd >= 0;
	int saved;

	if (!ok) {
		return false;
	}
	ok = (like < 0 || copy_rights(like, fd)) && write_all(fd, bytes, len);
	saved = errno;
	if (close(fd) != 0 && ok) {
		saved = errno;
		ok = false;
	}
	if (!ok) {
		(void)unlinkat(directory, name, 0);
	}
	errno = saved;
	return ok;
}

/* Two in one second are told apart by a number. */
static char *make_copy(TALLOC_CTX *mem_ctx,
		       int directory,
		       const char *name,
		       const char *stamp,
		       int like,
		       const char *bytes,
		       size_t len)
{
	unsigned i;

	for (i = 0; i < MAX_COPIES; i++) {
		char *copy = NULL;
		bool ok;

		copy = i == 0 ? talloc_asprintf(mem_ctx,
						"%s.smbguard-%s",
						name,
						stamp)
			      : talloc_asprintf(mem_ctx,
						"%s.smbguard-%s-%u",
						name,
						stamp,
						i);
		if (copy == NULL) {
			return NULL;
		}
		ok = make(directory, copy, like, bytes, len);
		if (ok) {
			return copy;
		}
		if (errno != EEXIST) {
			return NULL;
		}
	}
	return NULL;
}

static bool is_as_read(TALLOC_CTX *mem_ctx, const struct sg_write *w)
{
	size_t len = 0;
	char *now = sg_edit_bytes(mem_ctx, w->path, &len);
	bool same = now != NULL && len == w->old_len &&
		    memcmp(now, w->old, len) == 0;

	talloc_free(now);
	return same;
}

static const char *changed(struct sg_write *w)
{
	return talloc_asprintf(w,
			       "%s: somebody has changed it in the meantime. "
			       "Nothing was written; try again.",
			       w->path);
}

static int undo(struct sg_write *w)
{
	if (!w->in_place && w->temporary != NULL) {
		(void)unlinkat(w->directory, w->temporary, 0);
	}
	if (!w->in_place && w->kept != NULL) {
		(void)unlink(w->kept);
	}
	if (w->directory >= 0) {
		close(w->directory);
	}
	return 0;
}

/* w->path is there; the rest is to come. */
static bool begin(struct sg_write *w,
		  const char *bytes,
		  size_t len,
		  const char *stamp)
{
	const char *copy = NULL;
	const char *temporary = NULL;
	int like = -1;
	bool ok;

	w->name = strrchr(w->path, '/') + 1;
	temporary = talloc_asprintf(w, ".%s.smbguard-new", w->name);
	w->directory = open_directory(w->path);
	if (w->directory < 0 || temporary == NULL) {
		return false;
	}
	like = openat(w->directory, w->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (like < 0) {
		return false;
	}
	copy = make_copy(w,
			 w->directory,
			 w->name,
			 stamp,
			 like,
			 w->old,
			 w->old_len);
	ok = copy != NULL;
	if (ok) {
		w->kept = talloc_asprintf(w,
					  "%.*s%s",
					  (int)(w->name - w->path),
					  w->path,
					  copy);
		/* Whoever was killed left it. */
		(void)unlinkat(w->directory, temporary, 0);
		ok = w->kept != NULL &&
		     make(w->directory, temporary, like, bytes, len);
	}
	if (ok) {
		w->temporary = temporary;
	}
	close(like);
	return ok;
}

struct sg_write *sg_write_begin(TALLOC_CTX *mem_ctx,
				const char *path,
				const char *old,
				size_t old_len,
				const char *bytes,
				size_t len,
				const char *stamp,
				const char **error)
{
	struct sg_write *w = talloc_zero(mem_ctx, struct sg_write);
	bool ok = w != NULL;

	if (ok) {
		w->directory = -1;
		w->old = old;
		w->old_len = old_len;
		talloc_set_destructor(w, undo);
		w->path = real_path(w, path);
		ok = w->path != NULL;
	}
	if (ok && !is_as_read(w, w)) {
		*error = talloc_strdup(mem_ctx, changed(w));
		TALLOC_FREE(w);
		return NULL;
	}
	ok = ok && begin(w, bytes, len, stamp);
	if (!ok) {
		*error = talloc_asprintf(mem_ctx,
					 "%s: cannot write beside it: %s",
					 path,
					 strerror(errno));
		TALLOC_FREE(w);
	}
	return w;
}

const char *sg_write_commit(struct sg_write *w)
{
	bool same = is_as_read(w, w);

	if (!same) {
		return changed(w);
	}
	if (renameat(w->directory, w->temporary, w->directory, w->name) != 0) {
		return talloc_asprintf(w,
				       "%s: cannot be replaced: %s%s",
				       w->path,
				       strerror(errno),
				       errno == EBUSY ? " (it is a mount point)"
						      : "");
	}
	w->in_place = true;
	(void)fsync(w->directory);
	return NULL;
}

const char *sg_write_beside(TALLOC_CTX *mem_ctx,
			    const char *path,
			    const char *name,
			    const char *text,
			    const char *stamp,
			    const char **error)
{
	char *real = real_path(mem_ctx, path);
	int directory = real != NULL ? open_directory(real) : -1;
	char *copy = NULL;

	if (directory >= 0) {
		copy = make_copy(mem_ctx,
				 directory,
				 name,
				 stamp,
				 -1,
				 text,
				 strlen(text));
	}
	if (copy == NULL) {
		*error = talloc_asprintf(mem_ctx,
					 "%s: cannot write beside it: %s",
					 path,
					 strerror(errno));
	} else {
		copy = talloc_asprintf(mem_ctx,
				       "%.*s/%s",
				       (int)(strrchr(real, '/') - real),
				       real,
				       copy);
	}
	if (directory >= 0) {
		close(directory);
	}
	return copy;
}
