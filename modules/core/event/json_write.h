/*
 * smbguard: JSON, written straight into a buffer
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A writer is begun, written to, and ended. Only at its end is asked whether
 * there was memory enough for all of it.
 */

#ifndef SMBGUARD_CORE_EVENT_JSON_WRITE_H
#define SMBGUARD_CORE_EVENT_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

struct sg_writer {
	char *text;
	size_t len;
	size_t room;
	const char *object; /* where fields are written; NULL: in none */
	bool failed;	    /* out of memory: all that follows is thrown away */
};

/* A string is JSON with its quotes, or plain. */
enum sg_form {
	SG_JSON = 0,
	SG_PLAIN,
};

/**
 * Begin with an empty buffer, which belongs to mem_ctx.
 */
void sg_writer_begin(struct sg_writer *w, TALLOC_CTX *mem_ctx);

/**
 * What was written, with a NUL behind its end. len: its bytes, may be NULL.
 *
 * Returns NULL when out of memory at any time since the begin.
 */
char *sg_writer_end(struct sg_writer *w, size_t *len);

/**
 * Bytes as they are, and one of them: what opens and closes an object or a list.
 */
void sg_write(struct sg_writer *w, const char *bytes, size_t len);
void sg_write_char(struct sg_writer *w, char c);

/**
 * A string of any bytes. Where one of them is not UTF-8, each such byte becomes
 * \xNN (four characters) and each backslash \x5c, so that the bytes can be had
 * back. NULs are kept.
 *
 * bytes: may be NULL if len is 0.
 * max: cut it where it would take more than max bytes as an event writes it,
 * see sg_cut_length(). What was cut ends in "[+N]", N being the bytes that are
 * missing.
 */
void sg_write_string(struct sg_writer *w,
		     enum sg_form form,
		     const char *bytes,
		     size_t len,
		     size_t max);

/**
 * A number in decimal, with zeros in front up to so many digits.
 */
void sg_write_number(struct sg_writer *w, int64_t number, unsigned digits);

/**
 * The last so many digits of a number in hexadecimal.
 */
void sg_write_hex(struct sg_writer *w, uint64_t number, unsigned digits);

/**
 * A comma, if there is anything before it in the object or list. A list's
 * items begin with it.
 */
void sg_write_comma(struct sg_writer *w);

/**
 * What comes next is in this object, with that name in the outer one. NULL: in
 * no such object. It is opened, and the one before is closed, as needed.
 */
void sg_write_in(struct sg_writer *w, const char *object);

/**
 * The name of a field: letters that need no escape. The value comes next.
 */
void sg_write_key(struct sg_writer *w, const char *key);

#endif /* SMBGUARD_CORE_EVENT_JSON_WRITE_H */
