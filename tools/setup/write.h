/*
 * smbguard: a configuration file written as a whole
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_SETUP_WRITE_H
#define SMBGUARD_TOOLS_SETUP_WRITE_H

#include <stdbool.h>
#include <talloc.h>

/* A file to be replaced; begin() to end(). */
struct sg_write {
	const char *path;      /* the file itself, not a link to it */
	const char *name;      /* in its directory */
	const char *temporary; /* the new one, as long as it is not in place */
	const char *kept;      /* the copy of the old one, whole path */
	const char *old;       /* what it had when it was read */
	size_t old_len;
	int directory;
	bool in_place;
};

/**
 * Keep everybody else from writing the configuration of this smb.conf until the
 * file descriptor is closed.
 *
 * Returns -1, and a sentence, if somebody does, or it cannot be.
 */
int sg_write_lock(TALLOC_CTX *mem_ctx, const char *path, const char **error);

/**
 * Write the new content beside a file, and a copy of the old one. Nothing has
 * changed for who reads the file.
 *
 * stamp: ends the copy's name. NULL, and a sentence, if it cannot be, or if the
 * file is not any more what was read.
 */
struct sg_write *sg_write_begin(TALLOC_CTX *mem_ctx,
				const char *path,
				const char *old,
				size_t old_len,
				const char *bytes,
				size_t len,
				const char *stamp,
				const char **error);

/**
 * Put the new file in place of the old one, at once. Returns NULL, or what went
 * wrong: the old one is in place then.
 */
const char *sg_write_commit(struct sg_write *w);

/**
 * Write a copy of the configuration that is in no file: what it has in the
 * registry. Only root may read it. Returns its path, NULL and a sentence.
 */
const char *sg_write_beside(TALLOC_CTX *mem_ctx,
			    const char *path,
			    const char *name,
			    const char *text,
			    const char *stamp,
			    const char **error);

#endif /* SMBGUARD_TOOLS_SETUP_WRITE_H */
