/*
 * smbguard(8): lines exactly as smbguard writes them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A log of a million events has a million lines of one form: the rows of
 * core/event/fields.h in their order, no blanks, and strings without escapes.
 * Such a line is checked from its first to its last byte and read in one go.
 * Rows only go forward, so no name comes twice; and nothing is taken that
 * jansson would not take, or would take for something else.
 *
 * How it fails: false for whatever is not of that form, even by one byte. It
 * is no fault: jansson reads that line.
 */

#include "record.h"

#include <string.h>

#include "core/event/fields.h"
#include "scan.h"

#define ROWS 128

/* What a row's value is for, beside a text */
enum taken {
	TAKE_NOTHING = -1,
	/* From 0: an enum sg_record_text */
	TAKE_TYPE = SG_TEXTS,
	TAKE_MAJOR,
	TAKE_CONNECTION,
	TAKE_WINDOWS_ID,
	TAKE_LOST,
	TAKE_SIGNED,
	TAKE_ENCRYPTED,
	TAKE_CIPHERS,
	TAKE_SIGNING,
	TAKE_FILE_ID,
	TAKE_ACCESS,
	TAKE_CREATED,
	TAKE_OVERWRITTEN,
	TAKE_DIRECTORY,
	TAKE_READS,
	TAKE_BYTES_READ,
	TAKE_WRITES,
	TAKE_BYTES_WRITTEN,
};

struct row {
	char quoted[SG_FIELD_NAME_SIZE]; /* "name": */
	size_t len;
	char object[SG_FIELD_NAME_SIZE]; /* "name":{ or empty */
	size_t object_len;
	enum sg_field_type type;
	int take;
	size_t behind; /* the first row that is not of the same object */
};

struct scanner {
	struct sg_scan at;
	struct sg_record *record;
	struct sg_text type;
	int64_t major;
};

static struct row rows[ROWS];
static size_t num_rows;

static int take_of(const char *name)
{
	static const struct {
		const char *name;
		int take;
	} others[] = {
		{"type", TAKE_TYPE},
		{"version.major", TAKE_MAJOR},
		{"connectionId", TAKE_CONNECTION},
		{"windowsEventId", TAKE_WINDOWS_ID},
		{"lost", TAKE_LOST},
		{"signed", TAKE_SIGNED},
		{"encrypted", TAKE_ENCRYPTED},
		{"offer.ciphers", TAKE_CIPHERS},
		{"offer.signingAlgorithms", TAKE_SIGNING},
		{"fileId", TAKE_FILE_ID},
		{"access", TAKE_ACCESS},
		{"created", TAKE_CREATED},
		{"overwritten", TAKE_OVERWRITTEN},
		{"directory", TAKE_DIRECTORY},
		{"reads", TAKE_READS},
		{"bytesRead", TAKE_BYTES_READ},
		{"writes", TAKE_WRITES},
		{"bytesWritten", TAKE_BYTES_WRITTEN},
	};
	size_t i;

	for (i = 0; i < SG_TEXTS; i++) {
		if (strcmp(sg_record_field((enum sg_record_text)i), name) ==
		    0) {
			return (int)i;
		}
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(others[i].name, name) == 0) {
			return others[i].take;
		}
	}
	return TAKE_NOTHING;
}

static void make_row(struct row *row, const struct sg_field *field)
{
	char name[SG_FIELD_NAME_SIZE];

	row->len = (size_t)snprintf(row->quoted,
				    sizeof(row->quoted),
				    "\"%s\":",
				    field->name);
	if (field->object != NULL) {
		row->object_len = (size_t)snprintf(row->object,
						   sizeof(row->object),
						   "\"%s\":{",
						   field->object);
	}
	row->type = field->type;
	row->take = take_of(sg_field_name(field, name));
}

/* More rows than there is room for: nothing is canonical. */
static void make_rows(void)
{
	const struct sg_field *field = NULL;
	size_t num = 0;
	size_t i;

	for (field = sg_fields; field->name != NULL && num < ROWS; field++) {
		make_row(&rows[num++], field);
	}
	for (i = num; i-- > 0;) {
		bool same = i + 1 < num && rows[i].object_len > 0 &&
			    strcmp(rows[i].object, rows[i + 1].object) == 0;

		rows[i].behind = same ? rows[i + 1].behind : i + 1;
	}
	num_rows = field->name == NULL ? num : 0;
}

static uint8_t bit_of(const struct sg_text *item, int take)
{
	char name[32] = "";

	if (item->len >= sizeof(name)) {
		/* No name is so long: the bit of what is none. */
		name[0] = '?';
	} else {
		memcpy(name, item->text, item->len);
	}
	if (take == TAKE_ACCESS) {
		return sg_record_opens_bits(name);
	}
	return take == TAKE_CIPHERS ? sg_record_cipher_bit(name)
				    : sg_record_signing_bit(name);
}

static bool scan_list(struct scanner *s, int take)
{
	uint8_t bits = 0;

	if (!sg_skip_char(&s->at, '[')) {
		return false;
	}
	if (sg_skip_char(&s->at, ']')) {
		return true;
	}
	do {
		struct sg_text item = {.text = NULL};
		bool ok = sg_scan_string(&s->at, &item);

		if (!ok) {
			return false;
		}
		if (take != TAKE_NOTHING) {
			bits |= bit_of(&item, take);
		}
	} while (sg_skip_char(&s->at, ','));
	if (take == TAKE_CIPHERS) {
		s->record->ciphers = bits;
	} else if (take == TAKE_SIGNING) {
		s->record->signing = bits;
	} else if (take == TAKE_ACCESS) {
		s->record->opens = bits;
	}
	return sg_skip_char(&s->at, ']');
}

static bool take_number(struct scanner *s, int take)
{
	struct sg_record *r = s->record;
	int64_t ignored = 0;
	int64_t *to = &ignored;

	switch (take) {
	case TAKE_MAJOR:
		to = &s->major;
		break;
	case TAKE_WINDOWS_ID:
		to = &r->windows_id;
		break;
	case TAKE_LOST:
		to = &r->lost;
		break;
	case TAKE_READS:
		to = &r->reads;
		break;
	case TAKE_BYTES_READ:
		to = &r->bytes_read;
		break;
	case TAKE_WRITES:
		to = &r->writes;
		break;
	case TAKE_BYTES_WRITTEN:
		to = &r->bytes_written;
		break;
	default:
		break;
	}
	return sg_scan_number(&s->at, to);
}

static bool take_boolean(struct scanner *s, int take)
{
	struct sg_record *r = s->record;
	enum sg_known ignored = SG_UNKNOWN;

	switch (take) {
	case TAKE_SIGNED:
		return sg_scan_boolean(&s->at, &r->is_signed);
	case TAKE_ENCRYPTED:
		return sg_scan_boolean(&s->at, &r->is_encrypted);
	case TAKE_CREATED:
		return sg_scan_boolean(&s->at, &r->created);
	case TAKE_OVERWRITTEN:
		return sg_scan_boolean(&s->at, &r->overwritten);
	case TAKE_DIRECTORY:
		return sg_scan_boolean(&s->at, &r->directory);
	default:
		return sg_scan_boolean(&s->at, &ignored);
	}
}

static bool take_text(struct scanner *s, int take)
{
	struct sg_text text = {.text = NULL};
	bool ok = sg_scan_string(&s->at, &text);

	if (take == TAKE_TYPE) {
		s->type = text;
	} else if (take >= 0 && take < SG_TEXTS) {
		s->record->text[take] = text;
	}
	return ok;
}

static bool scan_value(struct scanner *s, const struct row *row)
{
	uint64_t id = 0;
	bool ok;

	switch (row->type) {
	case SG_FIELD_NUMBER:
		return take_number(s, row->take);
	case SG_FIELD_BOOLEAN:
		return take_boolean(s, row->take);
	case SG_FIELD_LIST:
		return scan_list(s, row->take);
	case SG_FIELD_TIME:
		return sg_scan_time(&s->at, &s->record->when);
	case SG_FIELD_ID:
		ok = sg_scan_id(&s->at, &id);
		if (row->take == TAKE_CONNECTION) {
			s->record->connection = id;
		} else if (row->take == TAKE_FILE_ID) {
			s->record->file_id = id;
			s->record->has_file_id = true;
		}
		return ok;
	case SG_FIELD_TEXT:
	case SG_FIELD_GUID:
		return take_text(s, row->take);
	}
	return false;
}

/* The fields of one object, from row i: its rows end before behind. */
static bool scan_inside(struct scanner *s, size_t i, size_t behind)
{
	do {
		while (i < behind &&
		       !sg_skip(&s->at, rows[i].quoted, rows[i].len)) {
			i++;
		}
		if (i == behind || !scan_value(s, &rows[i])) {
			return false;
		}
		i++;
	} while (sg_skip_char(&s->at, ','));
	return sg_skip_char(&s->at, '}');
}

/* One field or object of the event; *i becomes the first row behind it. */
static bool scan_next(struct scanner *s, size_t *i)
{
	while (*i < num_rows) {
		const struct row *row = &rows[*i];

		if (row->object_len == 0) {
			(*i)++;
			if (sg_skip(&s->at, row->quoted, row->len)) {
				return scan_value(s, row);
			}
			continue;
		}
		if (sg_skip(&s->at, row->object, row->object_len)) {
			size_t from = *i;

			*i = row->behind;
			if (strcmp(row->object, "\"offer\":{") == 0) {
				s->record->has_offer = true;
			}
			return scan_inside(s, from, row->behind);
		}
		*i = row->behind;
	}
	return false;
}

bool sg_record_canonical(const char *text, size_t len, struct sg_record *record)
{
	struct scanner s = {
		.at = {.p = text, .end = text + len},
		.record = record,
	};
	size_t i = 0;
	bool ok;

	if (num_rows == 0) {
		make_rows();
	}
	*record = (struct sg_record){.when = 0};
	ok = sg_skip_char(&s.at, '{') && num_rows > 0 &&
	     sg_skip(&s.at, rows[0].quoted, rows[0].len) &&
	     sg_scan_time(&s.at, &record->when);
	i = 1;
	while (ok && sg_skip_char(&s.at, ',')) {
		ok = scan_next(&s, &i);
	}
	ok = ok && sg_skip_char(&s.at, '}') && s.at.p == s.at.end &&
	     sg_text_is(&s.type, "smbguard") && s.major == SG_EVENT_MAJOR &&
	     record->text[SG_TEXT_EVENT].text != NULL &&
	     record->text[SG_TEXT_OUTCOME].text != NULL;
	if (ok) {
		record->kind = sg_record_kind(&record->text[SG_TEXT_EVENT]);
	}
	return ok;
}
