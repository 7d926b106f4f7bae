/*
 * smbguard: JSON, written straight into a buffer
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clients choose many of our strings. Whatever their bytes are, what comes out
 * is UTF-8, and JSON without a line break. Escapes are those that jansson
 * writes, which is what tests compare with.
 *
 * How it fails: out of memory is noted, and told at the end. Nothing that was
 * cut short can be had from a writer.
 */

#include "json_write.h"
#include "core/cut.h"

#include <string.h>

/* More than most events take, so that a buffer seldom grows */
#define FIRST_ROOM 2048

/* The digits of a number of 64 bits, and its sign */
#define NUMBER_SIZE 24

static const char lower[] = "0123456789abcdef";
static const char upper[] = "0123456789ABCDEF";

void sg_writer_begin(struct sg_writer *w, TALLOC_CTX *mem_ctx)
{
	*w = (struct sg_writer){.room = FIRST_ROOM};
	w->text = talloc_size(mem_ctx, w->room);
	w->failed = w->text == NULL;
}

char *sg_writer_end(struct sg_writer *w, size_t *len)
{
	if (w->failed) {
		talloc_free(w->text);
		w->text = NULL;
		return NULL;
	}
	/* grow() has left room for it. */
	w->text[w->len] = '\0';
	if (len != NULL) {
		*len = w->len;
	}
	return w->text;
}

/* Room for so many bytes more, and a NUL. */
static bool grow(struct sg_writer *w, size_t more)
{
	char *text = NULL;

	if (w->failed) {
		return false;
	}
	if (more < w->room - w->len) {
		return true;
	}
	text = talloc_realloc_size(NULL, w->text, 2 * (w->room + more));
	if (text == NULL) {
		w->failed = true;
		return false;
	}
	w->text = text;
	w->room = 2 * (w->room + more);
	return true;
}

void sg_write(struct sg_writer *w, const char *bytes, size_t len)
{
	bool ok = grow(w, len);

	if (ok && len > 0) {
		memcpy(w->text + w->len, bytes, len);
		w->len += len;
	}
}

void sg_write_char(struct sg_writer *w, char c)
{
	sg_write(w, &c, 1);
}

/* One of the characters that JSON does not have as they are. */
static char *escape(char *to, uint8_t c)
{
	static const char names[] = {
		['\b'] = 'b',
		['\t'] = 't',
		['\n'] = 'n',
		['\f'] = 'f',
		['\r'] = 'r',
		['"'] = '"',
		['\\'] = '\\',
	};

	*to++ = '\\';
	if (c < sizeof(names) && names[c] != '\0') {
		*to++ = names[c];
		return to;
	}
	memcpy(to, "u00", 3);
	to[3] = upper[c >> 4];
	to[4] = upper[c & 15];
	return to + 5;
}

/* A byte that is not UTF-8, or a backslash beside one: \xNN. */
static char *escape_byte(char *to, enum sg_form form, uint8_t byte)
{
	*to++ = '\\';
	if (form == SG_JSON) {
		*to++ = '\\';
	}
	*to++ = 'x';
	*to++ = lower[byte >> 4];
	*to++ = lower[byte & 15];
	return to;
}

/* Most strings need nothing: looked at once, copied once. */
static bool is_plain(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		uint8_t c = (uint8_t)text[i];

		if (c < ' ' || c >= 0x7f || c == '"' || c == '\\') {
			return false;
		}
	}
	return true;
}

static void write_bytes(struct sg_writer *w,
			enum sg_form form,
			const char *text,
			size_t len)
{
	const uint8_t *bytes = (const uint8_t *)text;
	bool clean = sg_is_utf8(text, len);
	size_t i = 0;

	while (i < len) {
		size_t n = sg_utf8_sequence(bytes + i, len - i);
		uint8_t c = bytes[i];
		bool ok = grow(w, 6); /* the longest escape */
		char *to = NULL;

		if (!ok) {
			return;
		}
		to = w->text + w->len;
		if (n == 0 || (c == '\\' && !clean)) {
			to = escape_byte(to, form, c);
			n = 1;
		} else if (form == SG_JSON &&
			   (c < ' ' || c == '"' || c == '\\')) {
			to = escape(to, c);
		} else {
			memcpy(to, bytes + i, n);
			to += n;
		}
		w->len = (size_t)(to - w->text);
		i += n;
	}
}

void sg_write_string(struct sg_writer *w,
		     enum sg_form form,
		     const char *bytes,
		     size_t len,
		     size_t max)
{
	size_t keep = len;
	bool plain = len <= max && is_plain(bytes, len);

	if (form == SG_JSON) {
		sg_write_char(w, '"');
	}
	if (plain) {
		sg_write(w, bytes, len);
	} else {
		keep = sg_cut_length(bytes, len, max);
		write_bytes(w, form, bytes, keep);
	}
	if (keep < len) {
		sg_write(w, "[+", 2);
		sg_write_number(w, (int64_t)(len - keep), 1);
		sg_write_char(w, ']');
	}
	if (form == SG_JSON) {
		sg_write_char(w, '"');
	}
}

void sg_write_number(struct sg_writer *w, int64_t number, unsigned digits)
{
	char text[NUMBER_SIZE];
	char *end = text + sizeof(text);
	char *p = end;
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	do {
		*--p = lower[rest % 10];
		rest /= 10;
	} while (rest > 0 || (end - p < (int)digits && p > text + 1));
	if (number < 0) {
		*--p = '-';
	}
	sg_write(w, p, (size_t)(end - p));
}

void sg_write_hex(struct sg_writer *w, uint64_t number, unsigned digits)
{
	bool ok = grow(w, digits);

	while (ok && digits-- > 0) {
		w->text[w->len++] = lower[number >> (4 * digits) & 15];
	}
}

void sg_write_comma(struct sg_writer *w)
{
	char last = w->failed || w->len == 0 ? '{' : w->text[w->len - 1];

	/* A string ends with its quote, so this is no part of one. */
	if (last != '{' && last != '[') {
		sg_write_char(w, ',');
	}
}

void sg_write_key(struct sg_writer *w, const char *key)
{
	sg_write_comma(w);
	sg_write_char(w, '"');
	sg_write(w, key, strlen(key));
	sg_write(w, "\":", 2);
}

void sg_write_in(struct sg_writer *w, const char *object)
{
	const char *now = w->object;

	if (now == object ||
	    (now != NULL && object != NULL && strcmp(now, object) == 0)) {
		return;
	}
	if (now != NULL) {
		sg_write_char(w, '}');
	}
	if (object != NULL) {
		sg_write_key(w, object);
		sg_write_char(w, '{');
	}
	w->object = object;
}
