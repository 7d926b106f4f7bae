/*
 * smbguard: the audit file
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_EVENT_SINK_FILE_H
#define SMBGUARD_CORE_EVENT_SINK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <talloc.h>
#include <time.h>

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
 * Look whether the file is open that has the path, and how much room its disk
 * has, as somebody who may. False: not open, or another one. now: for
 * sg_sink_file_settled().
 */
bool sg_sink_file_look(struct sg_sink_file *sink, struct timespec now);

/**
 * May the next record be appended to what is open, without another look and by
 * anybody? If the last look was a short while ago, and nothing has happened to
 * the file since but writes.
 */
bool sg_sink_file_settled(struct sg_sink_file *sink, struct timespec now);

/**
 * Make sure that the disk has room for a record of this process: blocks are
 * taken for the file beyond its end, which keep them until they are written to.
 * Where the file system cannot do that, its free space is asked for.
 *
 * Returns 0 or an errno.
 */
int sg_sink_file_reserve(struct sg_sink_file *sink);

#endif /* SMBGUARD_CORE_EVENT_SINK_FILE_H */
