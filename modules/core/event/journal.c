/*
 * smbguard: events in the systemd journal, and back
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both directions walk the rows of fields.c, so that a field added there is one
 * here, too, and comes back.
 *
 * How it fails: out of memory gives no message and no line at all. A value
 * that is not of its field's type is left out, so that what comes back is JSON
 * whatever the journal has.
 */

#include "journal.h"

#include "core/cut.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

/* The length that stands between a key and its value */
#define LENGTH_BYTES 8

static const char empty[] = "{}";

int sg_event_priority(const struct sg_event *event)
{
	switch (sg_event_severity(event)) {
	case SG_INFO:
		return LOG_INFO;
	case SG_NOTICE:
		return LOG_NOTICE;
	case SG_WARNING:
		return LOG_WARNING;
	default:
		return LOG_CRIT;
	}
}

/* clientAddress becomes _CLIENT_ADDRESS. */
static char *append_name(char *to, const char *name)
{
	*to++ = '_';
	for (; *name != '\0'; name++) {
		bool is_upper = *name >= 'A' && *name <= 'Z';
		bool is_lower = *name >= 'a' && *name <= 'z';

		if (is_upper) {
			*to++ = '_';
		}
		*to++ = (char)(is_lower ? *name - 'a' + 'A' : *name);
	}
	*to = '\0';
	return to;
}

static const char *object_key(const char *object, char key[SG_JOURNAL_KEY_SIZE])
{
	append_name(stpcpy(key, "SMBGUARD"), object);
	return key;
}

const char *sg_journal_key(const struct sg_field *field,
			   char key[SG_JOURNAL_KEY_SIZE])
{
	char *to = stpcpy(key, "SMBGUARD");

	if (field->object != NULL) {
		to = append_name(to, field->object);
	}
	append_name(to, field->name);
	return key;
}

/* KEY, newline, 64 bits of length, the value, newline. */
static size_t begin_item(struct sg_writer *w, const char *key)
{
	static const char zeros[LENGTH_BYTES];

	sg_write(w, key, strlen(key));
	sg_write_char(w, '\n');
	sg_write(w, zeros, sizeof(zeros));
	return w->len;
}

static void end_item(struct sg_writer *w, size_t begin)
{
	uint64_t len = w->len - begin;
	size_t i;

	for (i = 0; !w->failed && i < LENGTH_BYTES; i++) {
		w->text[begin - LENGTH_BYTES + i] = (char)(len >> (8 * i));
	}
	sg_write_char(w, '\n');
}

static void write_item(struct sg_writer *w, const char *key, const char *value)
{
	size_t begin = begin_item(w, key);

	sg_write(w, value, strlen(value));
	end_item(w, begin);
}

static bool same_object(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Rows of one object in a row: was there any of it, and had it a field? */
struct object {
	const char *name;
	bool is_empty;
};

static void note_object(struct sg_writer *w,
			struct object *object,
			const char *name)
{
	char key[SG_JOURNAL_KEY_SIZE];

	if (same_object(object->name, name)) {
		return;
	}
	if (object->name != NULL && object->is_empty) {
		write_item(w, object_key(object->name, key), empty);
	}
	*object = (struct object){.name = name, .is_empty = true};
}

char *sg_journal_message(TALLOC_CTX *mem_ctx,
			 const struct sg_event *event,
			 size_t *len)
{
	const struct sg_field *field = NULL;
	struct object object = {.name = NULL};
	struct sg_writer w;
	size_t begin;

	sg_writer_begin(&w, mem_ctx);
	write_item(&w, "MESSAGE", event->verdict->reason);
	begin = begin_item(&w, "PRIORITY");
	sg_write_number(&w, sg_event_priority(event), 1);
	end_item(&w, begin);
	write_item(&w, "SYSLOG_IDENTIFIER", "smbguard");
	for (field = sg_fields; field->name != NULL; field++) {
		const void *from = sg_field_from(field, event);
		struct sg_value value;
		bool set = sg_field_get(field, event, from, &value);
		char key[SG_JOURNAL_KEY_SIZE];

		if (from != NULL) {
			note_object(&w, &object, field->object);
		}
		if (set) {
			object.is_empty = false;
			begin = begin_item(&w, sg_journal_key(field, key));
			sg_field_write(&w, SG_PLAIN, field->type, &value);
			end_item(&w, begin);
		}
	}
	return sg_writer_end(&w, len);
}

/* The value of a key, as an item of its own; text NULL: there is none. */
static struct sg_journal_item find(const struct sg_journal_item *items,
				   size_t num,
				   const char *key)
{
	struct sg_journal_item value = {.text = NULL};
	size_t n = strlen(key);
	size_t i;

	for (i = 0; i < num; i++) {
		const struct sg_journal_item *item = &items[i];

		if (item->len > n && item->text[n] == '=' &&
		    memcmp(item->text, key, n) == 0) {
			value.text = item->text + n + 1;
			value.len = item->len - n - 1;
			break;
		}
	}
	return value;
}

static bool is_word(const struct sg_journal_item *value, const char *word)
{
	return value->text != NULL && value->len == strlen(word) &&
	       memcmp(value->text, word, value->len) == 0;
}

static bool parse_number(const struct sg_journal_item *value, int64_t *number)
{
	char text[24] = {0};
	char *end = NULL;

	if (value->len == 0 || value->len >= sizeof(text)) {
		return false;
	}
	memcpy(text, value->text, value->len);
	errno = 0;
	*number = strtoll(text, &end, 10);
	return errno == 0 && end == text + value->len;
}

/* Behind the escape at p, one that json_write.c writes; NULL: it is none. */
static const char *skip_escape(const char *p, const char *end)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	if (end - p >= 2 && memchr("\"\\bfnrt", p[1], 7) != NULL) {
		return p + 2;
	}
	if (end - p >= 6 && memcmp(p, "\\u00", 4) == 0 &&
	    memchr(digits, p[4], sizeof(digits) - 1) != NULL &&
	    memchr(digits, p[5], sizeof(digits) - 1) != NULL) {
		return p + 6;
	}
	return NULL;
}

static const char *skip_string(const char *p, const char *end)
{
	if (p == end || *p != '"') {
		return NULL;
	}
	p++;
	while (p != NULL && p < end && *p != '"') {
		if ((uint8_t)*p < ' ') {
			return NULL;
		}
		p = *p == '\\' ? skip_escape(p, end) : p + 1;
	}
	return p != NULL && p < end ? p + 1 : NULL;
}

/* A list of strings of JSON, without white space */
static bool is_list(const struct sg_journal_item *value)
{
	const char *p = value->text;
	const char *end = p + value->len;
	bool ok = sg_is_utf8(p, value->len);

	if (!ok || value->len < 2 || p[0] != '[' || end[-1] != ']') {
		return false;
	}
	if (value->len == 2) {
		return true;
	}
	do {
		p = skip_string(p + 1, end - 1);
	} while (p != NULL && p < end - 1 && *p == ',');
	return p == end - 1;
}

/* Reads what write_field() writes as it was; false: it is not of its type. */
static bool is_of_type(const struct sg_field *field,
		       const struct sg_journal_item *item,
		       struct sg_value *value)
{
	switch (field->type) {
	case SG_FIELD_NUMBER:
		return parse_number(item, &value->number);
	case SG_FIELD_BOOLEAN:
		value->number = is_word(item, "true");
		return value->number != 0 || is_word(item, "false");
	case SG_FIELD_LIST:
		return is_list(item);
	default:
		return true;
	}
}

static void write_field(struct sg_writer *w,
			const struct sg_field *field,
			const struct sg_journal_item *item)
{
	struct sg_value value = {.number = 0};
	bool ok = is_of_type(field, item, &value);

	if (!ok) {
		return;
	}
	sg_write_in(w, field->object);
	sg_write_key(w, field->name);
	switch (field->type) {
	case SG_FIELD_NUMBER:
	case SG_FIELD_BOOLEAN:
		sg_field_write(w, SG_JSON, field->type, &value);
		break;
	case SG_FIELD_LIST:
		sg_write(w, item->text, item->len);
		break;
	default:
		/* It was cut, and its bytes escaped, on the way there. */
		sg_write_string(w, SG_JSON, item->text, item->len, SIZE_MAX);
		break;
	}
}

char *sg_journal_line(TALLOC_CTX *mem_ctx,
		      const struct sg_journal_item *items,
		      size_t num,
		      size_t *len)
{
	const struct sg_field *field = NULL;
	const char *object = NULL;
	struct sg_writer w;

	sg_writer_begin(&w, mem_ctx);
	sg_write_char(&w, '{');
	for (field = sg_fields; field->name != NULL; field++) {
		char key[SG_JOURNAL_KEY_SIZE];
		struct sg_journal_item value;

		if (field->object != NULL &&
		    !same_object(field->object, object)) {
			value = find(items,
				     num,
				     object_key(field->object, key));
			if (is_word(&value, empty)) {
				sg_write_in(&w, field->object);
			}
		}
		object = field->object;
		value = find(items, num, sg_journal_key(field, key));
		if (value.text != NULL) {
			write_field(&w, field, &value);
		}
	}
	sg_write_in(&w, NULL);
	sg_write(&w, "}\n", 2);
	return sg_writer_end(&w, len);
}
