/*
 * smbguard: the fields of events, one row each
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lines of JSON, the journal in both directions, `smbguard --tables` and
 * through it the tests of the schema and the manual walk these rows. A new
 * field is a row here, and its place in the documents.
 */

#ifndef SMBGUARD_CORE_EVENT_FIELDS_H
#define SMBGUARD_CORE_EVENT_FIELDS_H

#include "event.h"
#include "json_write.h"

enum sg_field_type {
	SG_FIELD_TEXT = 0,
	SG_FIELD_NUMBER,
	SG_FIELD_BOOLEAN,
	SG_FIELD_ID,   /* 64 bits: a string in hexadecimal */
	SG_FIELD_GUID, /* a string */
	SG_FIELD_TIME, /* a string */
	SG_FIELD_LIST, /* of strings */
};

/* What a field has in an event, by its type. Pointers are borrowed. */
struct sg_value {
	const char *text; /* any bytes */
	size_t max;	  /* see sg_write_string() */
	int64_t number;	  /* of a boolean, too */
	uint64_t id;
	const uint8_t *guid; /* as on the wire */
	struct timespec when;

	/* A list: numbers with names, or bytes */
	const uint16_t *ids;
	const char *(*name_of)(uint16_t id);
	const struct sg_bytes *strings;
	size_t num;
};

/* What a row's value is a member of, or had from. */
enum sg_field_from {
	SG_FROM_EVENT = 0,
	SG_FROM_FACTS,
	/* There is none of these in most events: */
	SG_FROM_OFFER,
	SG_FROM_OFFER_SMB2,
	SG_FROM_POLICY,
	SG_FROM_FILE,
	SG_FROM_COUNTS,
	SG_FROM_DOWNGRADE,
	SG_FROM_RECEIVED,
	SG_FROM_SENT,
};

typedef bool (*sg_field_get_fn)(const struct sg_event *event,
				const void *from,
				struct sg_value *value);

struct sg_field {
	const char *object; /* that it is in: "policy"; NULL: the event */
	const char *name;   /* "option" */

	/* A member: its type here, what it is a member of, and where; or get */
	enum sg_field_type type;
	enum sg_field_from from;
	uint16_t offset;
	uint16_t size;
	/* Fills in a value. from: never NULL. False: there is none. */
	sg_field_get_fn get;

	/* A member is written where it is 0 or NULL, too. */
	bool always;
	/* Those that may have it: bits 1 << enum sg_event_kind */
	uint32_t events;
};

/* In the order in which they are written; one without a name ends them. */
extern const struct sg_field sg_fields[];

/* What one string of an offer of SMB1 may take: see core/cut.h. */
#define SG_SMB1_STRING_MAX 64

/* Room for an object's and a field's name, with the dot */
#define SG_FIELD_NAME_SIZE 40

/**
 * "policy.option"; returns name.
 */
const char *sg_field_name(const struct sg_field *field,
			  char name[SG_FIELD_NAME_SIZE]);

/**
 * "text", "number", "boolean", "id", "guid", "time", "list".
 */
const char *sg_field_type_name(enum sg_field_type type);

/**
 * What the row's value would be of or from. NULL: the event has none.
 */
const void *sg_field_from(const struct sg_field *field,
			  const struct sg_event *event);

/**
 * What an event has of this row; from: as sg_field_from() told it. False:
 * nothing, and it is not written.
 */
bool sg_field_get(const struct sg_field *field,
		  const struct sg_event *event,
		  const void *from,
		  struct sg_value *value);

/**
 * Write a value; strings with quotes as JSON, or plain. Lists are JSON always.
 */
void sg_field_write(struct sg_writer *w,
		    enum sg_form form,
		    enum sg_field_type type,
		    const struct sg_value *value);

#endif /* SMBGUARD_CORE_EVENT_FIELDS_H */
