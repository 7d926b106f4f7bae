/*
 * smbguard: what an event has of a field, and how that is written
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fields.c has the rows. How it fails: it does not; a writer notes that there
 * was no memory.
 */

#include "fields.h"

#include "core/cut.h"

#include <stdio.h>
#include <string.h>

static const char *const type_names[] = {
	[SG_FIELD_TEXT] = "text",
	[SG_FIELD_NUMBER] = "number",
	[SG_FIELD_BOOLEAN] = "boolean",
	[SG_FIELD_ID] = "id",
	[SG_FIELD_GUID] = "guid",
	[SG_FIELD_TIME] = "time",
	[SG_FIELD_LIST] = "list",
};

const char *sg_field_type_name(enum sg_field_type type)
{
	return type_names[type];
}

const char *sg_field_name(const struct sg_field *field,
			  char name[SG_FIELD_NAME_SIZE])
{
	snprintf(name,
		 SG_FIELD_NAME_SIZE,
		 "%s%s%s",
		 field->object != NULL ? field->object : "",
		 field->object != NULL ? "." : "",
		 field->name);
	return name;
}

/* The client's offer is in a negotiate event alone: once is enough. */
static const struct sg_offer *offer_of(const struct sg_event *event)
{
	return event->kind == SG_EVENT_NEGOTIATE ? event->facts->offer : NULL;
}

const void *sg_field_from(const struct sg_field *field,
			  const struct sg_event *event)
{
	const struct sg_offer *offer = NULL;

	switch (field->from) {
	case SG_FROM_EVENT:
		return event;
	case SG_FROM_FACTS:
		return event->facts;
	case SG_FROM_OFFER:
		return offer_of(event);
	case SG_FROM_OFFER_SMB2:
		offer = offer_of(event);
		return offer != NULL && offer->kind == SG_OFFER_SMB2 ? offer
								     : NULL;
	case SG_FROM_POLICY:
		return event->verdict->option != NULL ? event->verdict : NULL;
	case SG_FROM_FILE:
		return event->file;
	case SG_FROM_COUNTS:
		return event->counts;
	case SG_FROM_DOWNGRADE:
		return event->downgrade;
	case SG_FROM_RECEIVED:
		return event->received;
	default:
		return event->sent;
	}
}

/* No number of an event is greater than what readers of JSON take. */
static int64_t number_at(const char *at, size_t size)
{
	uint16_t small = 0;
	uint32_t middle = 0;
	uint64_t large = 0;

	switch (size) {
	case sizeof(small):
		memcpy(&small, at, size);
		return small;
	case sizeof(middle):
		memcpy(&middle, at, size);
		return middle;
	default:
		memcpy(&large, at, sizeof(large));
		return large <= INT64_MAX ? (int64_t)large : INT64_MAX;
	}
}

static bool get_member(const struct sg_field *field,
		       const char *at,
		       struct sg_value *value)
{
	enum sg_known known = SG_UNKNOWN;

	switch (field->type) {
	case SG_FIELD_NUMBER:
		value->number = number_at(at, field->size);
		return field->always || value->number != 0;
	case SG_FIELD_BOOLEAN:
		memcpy(&known, at, sizeof(known));
		value->number = known == SG_YES;
		return known != SG_UNKNOWN;
	case SG_FIELD_ID:
		memcpy(&value->id, at, sizeof(value->id));
		return true;
	case SG_FIELD_GUID:
		value->guid = (const uint8_t *)at;
		return true;
	case SG_FIELD_TIME:
		memcpy(&value->when, at, sizeof(value->when));
		return true;
	default:
		memcpy(&value->text, at, sizeof(value->text));
		return field->always || value->text != NULL;
	}
}

bool sg_field_get(const struct sg_field *field,
		  const struct sg_event *event,
		  const void *from,
		  struct sg_value *value)
{
	*value = (struct sg_value){.max = SG_TEXT_MAX};
	if (from == NULL) {
		return false;
	}
	if (field->get != NULL) {
		return field->get(event, from, value);
	}
	return get_member(field, (const char *)from + field->offset, value);
}

/* The text form of a GUID, whose first three fields are little-endian. */
static void write_guid(struct sg_writer *w, const uint8_t *g)
{
	static const uint8_t order[] =
		{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	size_t i;

	for (i = 0; i < sizeof(order); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10) {
			sg_write_char(w, '-');
		}
		sg_write_hex(w, g[order[i]], 2);
	}
}

/* RFC 3339, UTC, microseconds */
static void write_time(struct sg_writer *w, struct timespec when)
{
	struct tm tm = {0};

	gmtime_r(&when.tv_sec, &tm);
	sg_write_number(w, (int64_t)tm.tm_year + 1900, 4);
	sg_write_char(w, '-');
	sg_write_number(w, tm.tm_mon + 1, 2);
	sg_write_char(w, '-');
	sg_write_number(w, tm.tm_mday, 2);
	sg_write_char(w, 'T');
	sg_write_number(w, tm.tm_hour, 2);
	sg_write_char(w, ':');
	sg_write_number(w, tm.tm_min, 2);
	sg_write_char(w, ':');
	sg_write_number(w, tm.tm_sec, 2);
	sg_write_char(w, '.');
	sg_write_number(w, (when.tv_nsec / 1000) % 1000000, 6);
	sg_write_char(w, 'Z');
}

/* A number of the wire as its name, one without as "0x0310". */
static void write_wire_name(struct sg_writer *w, uint16_t id, const char *name)
{
	sg_write_char(w, '"');
	if (name != NULL) {
		sg_write(w, name, strlen(name));
	} else {
		sg_write(w, "0x", 2);
		sg_write_hex(w, id, 4);
	}
	sg_write_char(w, '"');
}

static void write_list(struct sg_writer *w, const struct sg_value *value)
{
	size_t i;

	sg_write_char(w, '[');
	for (i = 0; i < value->num; i++) {
		sg_write_comma(w);
		if (value->strings != NULL) {
			sg_write_string(w,
					SG_JSON,
					(const char *)value->strings[i].data,
					value->strings[i].length,
					SG_SMB1_STRING_MAX);
		} else {
			write_wire_name(w,
					value->ids[i],
					value->name_of(value->ids[i]));
		}
	}
	sg_write_char(w, ']');
}

/* What needs no escape, but quotes in JSON */
static void write_word(struct sg_writer *w,
		       enum sg_field_type type,
		       const struct sg_value *value)
{
	switch (type) {
	case SG_FIELD_ID:
		sg_write(w, "0x", 2);
		sg_write_hex(w, value->id, 16);
		break;
	case SG_FIELD_GUID:
		write_guid(w, value->guid);
		break;
	default:
		write_time(w, value->when);
		break;
	}
}

void sg_field_write(struct sg_writer *w,
		    enum sg_form form,
		    enum sg_field_type type,
		    const struct sg_value *value)
{
	const char *text = value->text != NULL ? value->text : "";

	switch (type) {
	case SG_FIELD_TEXT:
		sg_write_string(w, form, text, strlen(text), value->max);
		break;
	case SG_FIELD_NUMBER:
		sg_write_number(w, value->number, 1);
		break;
	case SG_FIELD_BOOLEAN:
		text = value->number != 0 ? "true" : "false";
		sg_write(w, text, strlen(text));
		break;
	case SG_FIELD_LIST:
		write_list(w, value);
		break;
	default:
		if (form == SG_JSON) {
			sg_write_char(w, '"');
		}
		write_word(w, type, value);
		if (form == SG_JSON) {
			sg_write_char(w, '"');
		}
		break;
	}
}
