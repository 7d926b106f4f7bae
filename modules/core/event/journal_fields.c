/*
 * smbguard: an event as fields of the systemd journal
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The fields are made from the event's JSON, so that a field added there is
 * one here, too.
 *
 * How it fails: out of memory gives no fields at all.
 */

#include "journal_fields.h"

#include <ctype.h>
#include <jansson.h>
#include <string.h>
#include <syslog.h>

struct fields {
	char **items;
	size_t num;
	bool ok;
};

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

static void add(struct fields *f, char *item)
{
	char **items = NULL;

	if (item == NULL) {
		f->ok = false;
		return;
	}
	items = talloc_realloc(NULL, f->items, char *, f->num + 1);
	if (items == NULL) {
		f->ok = false;
		talloc_free(item);
		return;
	}
	f->items = items;
	items[f->num++] = talloc_steal(items, item);
}

/* clientAddress becomes CLIENT_ADDRESS. */
static char *key_of(const char *prefix, const char *name)
{
	/* At most an underscore before each letter */
	size_t size = strlen(prefix) + 1 + 2 * strlen(name) + 1;
	char *key = talloc_array(NULL, char, size);
	char *to = key;

	if (key == NULL) {
		return NULL;
	}
	to += strlen(prefix);
	memcpy(key, prefix, strlen(prefix));
	*to++ = '_';
	for (; *name != '\0'; name++) {
		if (isupper((unsigned char)*name)) {
			*to++ = '_';
		}
		*to++ = (char)toupper((unsigned char)*name);
	}
	*to = '\0';
	return key;
}

static void add_value(struct fields *f, const char *key, const json_t *value)
{
	char *text = NULL;

	if (json_is_string(value)) {
		add(f,
		    talloc_asprintf(NULL,
				    "%s=%s",
				    key,
				    json_string_value(value)));
		return;
	}
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	if (text == NULL) {
		f->ok = false;
		return;
	}
	add(f, talloc_asprintf(NULL, "%s=%s", key, text));
	free(text);
}

/* Objects have one level at most inside of an event. */
static void add_object(struct fields *f, const char *prefix, json_t *object)
{
	const char *name = NULL;
	json_t *value = NULL;

	json_object_foreach(object, name, value)
	{
		char *key = key_of(prefix, name);

		if (key == NULL) {
			f->ok = false;
			return;
		}
		if (json_is_object(value)) {
			const char *inner = NULL;
			json_t *inner_value = NULL;

			json_object_foreach(value, inner, inner_value)
			{
				char *inner_key = key_of(key, inner);

				f->ok = f->ok && inner_key != NULL;
				if (inner_key != NULL) {
					add_value(f, inner_key, inner_value);
				}
				talloc_free(inner_key);
			}
		} else {
			add_value(f, key, value);
		}
		talloc_free(key);
	}
}

char **sg_journal_fields(TALLOC_CTX *mem_ctx,
			 const struct sg_event *event,
			 const char *line,
			 size_t *num)
{
	struct fields f = {.ok = true};
	json_t *object = json_loads(line, JSON_ALLOW_NUL, NULL);

	if (object == NULL) {
		return NULL;
	}
	add(&f, talloc_asprintf(NULL, "MESSAGE=%s", event->verdict->reason));
	add(&f, talloc_asprintf(NULL, "PRIORITY=%d", sg_event_priority(event)));
	add(&f, talloc_strdup(NULL, "SYSLOG_IDENTIFIER=smbguard"));
	add_object(&f, "SMBGUARD", object);
	json_decref(object);
	if (!f.ok) {
		talloc_free(f.items);
		return NULL;
	}
	*num = f.num;
	return talloc_steal(mem_ctx, f.items);
}
