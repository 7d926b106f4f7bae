/*
 * smbguard: the audit file
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_EVENT_SINK_FILE_H
#define SMBGUARD_CORE_EVENT_SINK_FILE_H

#include <stddef.h>
#include <talloc.h>

struct sg_sink_file;

/**
 * A sink that appends to path. Nothing is opened before the first record.
 *
 * mem_ctx: owner; freeing it closes the file.
 * path: absolute. Returns NULL when out of memory.
 */
struct sg_sink_file *sg_sink_file_new(TALLOC_CTX *mem_ctx, const char *path);

/**
 * Append one record, whole or not at all.
 *
 * The caller must be able to open the file, which is root's with mode 0600.
 * A file that was renamed or removed since (logrotate) is made anew at the
 * same path.
 *
 * Returns 0 or an errno.
 */
int sg_sink_file_write(struct sg_sink_file *sink, const char *line, size_t len);

/**
 * Make sure that the disk has room for a record of this process: blocks are
 * taken for the file beyond its end, which keep them until they are written to.
 * Where the file system cannot do that, its free space is asked for.
 *
 * Returns 0 or an errno.
 */
int sg_sink_file_reserve(struct sg_sink_file *sink);

#endif /* SMBGUARD_CORE_EVENT_SINK_FILE_H */
