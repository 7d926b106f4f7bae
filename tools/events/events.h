/*
 * smbguard(8): events read as lines
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_EVENTS_EVENTS_H
#define SMBGUARD_TOOLS_EVENTS_EVENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/event/event.h"
#include "core/options.h"
#include "smbguard_config.h"

/* A longer line is no event. */
#define SG_LINE_MAX (1U << 20)

/* Where smbguard writes unless smb.conf says otherwise. */
#define SG_DEFAULT_AUDIT_FILE SMBGUARD_LOGFILEBASE "/" SG_AUDIT_FILE_NAME

/* text is borrowed and ends with no NUL; NULL: longer than SG_LINE_MAX. */
struct sg_line {
	const char *text;
	size_t len;
	const char *file;
	uint64_t number;
};

/**
 * Takes one line; empty ones are not shown. Returns false to stop.
 */
typedef bool (*sg_line_fn)(const struct sg_line *line, void *data);

/* Cuts bytes into lines; its memory does not grow. Zero it to begin. */
struct sg_splitter {
	char *buffer;
	size_t start; /* of the line that is not whole yet */
	size_t used;
	bool skipping; /* inside of a line that is too long */
	bool stopped;
	uint64_t number;
	const char *file;
	sg_line_fn fn;
	void *data;
};

/**
 * Read once from fd and hand on what lines are whole. Returns the bytes read,
 * 0 at the end, -1 with errno.
 */
ssize_t sg_splitter_read(struct sg_splitter *s, int fd);

/**
 * The end of a file: what is left is a line of its own.
 */
void sg_splitter_end(struct sg_splitter *s);

/**
 * All lines of a file. "-" is standard input; what ends in .gz, .xz, .zst or
 * .bz2 goes through gzip, xz, zstd or bzip2.
 *
 * Returns false after a message on standard error; lines that came before
 * the fault have been handed on.
 */
bool sg_read_file(const char *path, sg_line_fn fn, void *data);

/**
 * Can this be a file that smbguard wrote? False after a message for what is
 * there and is no regular file: a FIFO would be waited for without end. What
 * somebody names on a command line may be one.
 */
bool sg_is_record(const char *path);

/* The journal; see journal.c. */
struct sg_journal;

/**
 * Open the journal, or with a directory the journal files in it. NULL after
 * a message on standard error.
 */
struct sg_journal *sg_journal_open(const char *directory);
void sg_journal_close(struct sg_journal *journal);

/**
 * Go behind the newest entry.
 */
bool sg_journal_skip(struct sg_journal *journal);

/**
 * Hand on entries as lines until there are no more for now. False after a
 * message on standard error.
 */
bool sg_journal_read(struct sg_journal *journal, sg_line_fn fn, void *data);

/**
 * An event of a line, or NULL and why it is none. Free it with json_decref().
 *
 * An event has a type, a version that is known here, a name, an outcome and a
 * time; when: microseconds since the epoch, may be NULL.
 */
json_t *sg_event_of_line(const struct sg_line *line,
			 int64_t *when,
			 const char **problem);

/**
 * RFC 3339 to microseconds since the epoch: a date (its first moment in UTC)
 * or a date and a time with its zone. False for anything else.
 */
bool sg_time_parse(const char *text, int64_t *when);

/* Room for a time as text. */
#define SG_TIME_SIZE 40

/**
 * "2026-11-22T12:03:19Z"; returns text.
 */
const char *sg_time_text(int64_t when, char text[SG_TIME_SIZE]);

/**
 * Write text so that it cannot steer a terminal or reorder a line: control
 * characters of all kinds and bytes that are no UTF-8 become \xNN, and
 * invisible ones and changes of direction \u{NNNN}.
 *
 * Returns a malloc()ed string, NULL when out of memory.
 */
char *sg_printable(const char *text, size_t len);

/**
 * The string of a field, of an object in a field with a dot
 * ("policy.option"); NULL if there is none. It may hold NULs; len may be NULL.
 */
const char *sg_event_text(const json_t *event, const char *name, size_t *len);

/**
 * What happened; 0 for a kind that is not known here.
 */
enum sg_event_kind sg_event_kind_of(const json_t *event);

/**
 * Is it about a file or a folder? There are many of these, and none of them is
 * about who may come in.
 */
bool sg_kind_is_file(enum sg_event_kind kind);

#endif /* SMBGUARD_TOOLS_EVENTS_EVENTS_H */
