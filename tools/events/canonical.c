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

#include "core/cut.h"
#include "core/event/fields.h"

#define ROWS 96
#define DAY INT64_C(86400)

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
	const char *p;
	const char *end;
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

static bool skip(struct scanner *s, const char *bytes, size_t len)
{
	if ((size_t)(s->end - s->p) < len || memcmp(s->p, bytes, len) != 0) {
		return false;
	}
	s->p += len;
	return true;
}

static bool skip_char(struct scanner *s, char c)
{
	bool is = s->p < s->end && *s->p == c;

	s->p += is ? 1 : 0;
	return is;
}

/*
 * Eight bytes that are all plain, and no quote or backslash? A byte with its
 * highest bit set here is not, or stands above one that is not.
 */
static bool eight_plain(const char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t high = UINT64_C(0x8080808080808080);
	uint64_t v = 0;
	uint64_t quote;
	uint64_t slash;

	memcpy(&v, p, sizeof(v));
	quote = v ^ (ones * '"');
	slash = v ^ (ones * '\\');
	return ((v | (v - ones * ' ') | (quote - ones) | (slash - ones)) &
		high) == 0;
}

/* A string with its quotes: UTF-8, and nothing that is escaped. */
static bool scan_string(struct scanner *s, struct sg_text *text)
{
	const char *begin = NULL;
	size_t n = 1;

	if (!skip_char(s, '"')) {
		return false;
	}
	begin = s->p;
	while (s->p < s->end && n > 0) {
		uint8_t c = (uint8_t)*s->p;

		if (s->end - s->p >= 8 && eight_plain(s->p)) {
			n = 8;
		} else if (c >= 0x80) {
			n = sg_utf8_sequence((const uint8_t *)s->p,
					     (size_t)(s->end - s->p));
		} else {
			n = c >= ' ' && c != '"' && c != '\\' ? 1 : 0;
		}
		s->p += n;
	}
	*text = (struct sg_text){.text = begin, .len = (size_t)(s->p - begin)};
	return skip_char(s, '"');
}

/* As JSON has integers, and not so long that it could overflow. */
static bool scan_number(struct scanner *s, int64_t *number)
{
	bool negative = skip_char(s, '-');
	const char *begin = s->p;
	int64_t value = 0;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9' &&
	       s->p - begin < 18) {
		value = value * 10 + (*s->p++ - '0');
	}
	*number = negative ? -value : value;
	return s->p > begin && (*begin != '0' || s->p - begin == 1);
}

static bool scan_boolean(struct scanner *s, enum sg_known *known)
{
	bool yes = skip(s, "true", 4);

	*known = yes ? SG_YES : SG_NO;
	return yes || skip(s, "false", 5);
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
	return take == TAKE_CIPHERS ? sg_record_cipher_bit(name)
				    : sg_record_signing_bit(name);
}

static bool scan_list(struct scanner *s, int take)
{
	uint8_t bits = 0;

	if (!skip_char(s, '[')) {
		return false;
	}
	if (skip_char(s, ']')) {
		return true;
	}
	do {
		struct sg_text item = {.text = NULL};
		bool ok = scan_string(s, &item);

		if (!ok) {
			return false;
		}
		if (take == TAKE_CIPHERS || take == TAKE_SIGNING) {
			bits |= bit_of(&item, take);
		}
	} while (skip_char(s, ','));
	if (take == TAKE_CIPHERS) {
		s->record->ciphers = bits;
	} else if (take == TAKE_SIGNING) {
		s->record->signing = bits;
	}
	return skip_char(s, ']');
}

static bool two(const char *p, int least, int most, int *value)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9') {
		return false;
	}
	*value = (p[0] - '0') * 10 + (p[1] - '0');
	return *value >= least && *value <= most;
}

/* Days since 1970-01-01; the year begins in March here. */
static int64_t days_of(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year;
	int m = month <= 2 ? month + 9 : month - 3;

	return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 +
	       (153 * m + 2) / 5 + day - 1 - 719468;
}

/* "2026-11-22T12:12:11.929289Z". A 29th and later is jansson's. */
static bool scan_time(struct scanner *s)
{
	struct sg_text t = {.text = NULL};
	int part[8] = {0};
	bool ok = scan_string(s, &t) && t.len == 27;
	const char *p = t.text;

	ok = ok && p[4] == '-' && p[7] == '-' && p[10] == 'T' && p[13] == ':' &&
	     p[16] == ':' && p[19] == '.' && p[26] == 'Z' &&
	     two(p, 0, 99, &part[0]) && two(p + 2, 0, 99, &part[1]) &&
	     two(p + 5, 1, 12, &part[2]) && two(p + 8, 1, 31, &part[3]) &&
	     two(p + 11, 0, 23, &part[4]) && two(p + 14, 0, 59, &part[5]) &&
	     two(p + 17, 0, 59, &part[6]) && two(p + 20, 0, 99, &part[7]);
	if (!ok || part[0] * 100 + part[1] < 1970) {
		return false;
	}
	s->record->when =
		days_of(part[0] * 100 + part[1], part[2], part[3]) * DAY;
	if (part[3] > 28) {
		/* Not every month has it. */
		int64_t when = 0;
		char text[28];

		memcpy(text, t.text, 27);
		text[27] = '\0';
		ok = sg_time_parse(text, &when);
		s->record->when = when;
		return ok;
	}
	s->record->when += part[4] * 3600 + part[5] * 60 + part[6];
	s->record->when = s->record->when * 1000000 + part[7] * 10000;
	ok = two(p + 22, 0, 99, &part[0]) && two(p + 24, 0, 99, &part[1]);
	s->record->when += part[0] * 100 + part[1];
	return ok;
}

/* "0x" and 16 digits */
static bool scan_id(struct scanner *s, uint64_t *id)
{
	struct sg_text t = {.text = NULL};
	bool ok = scan_string(s, &t) && t.len == 18 && t.text[0] == '0' &&
		  t.text[1] == 'x';
	size_t i;

	*id = 0;
	for (i = 2; ok && i < 18; i++) {
		char c = t.text[i];

		ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
		*id = *id << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return ok;
}

static bool take_number(struct scanner *s, int take)
{
	int64_t number = 0;
	bool ok = scan_number(s, &number);

	if (take == TAKE_MAJOR) {
		s->major = number;
	} else if (take == TAKE_WINDOWS_ID) {
		s->record->windows_id = number;
	} else if (take == TAKE_LOST) {
		s->record->lost = number;
	}
	return ok;
}

static bool take_boolean(struct scanner *s, int take)
{
	enum sg_known known = SG_UNKNOWN;
	bool ok = scan_boolean(s, &known);

	if (take == TAKE_SIGNED) {
		s->record->is_signed = known;
	} else if (take == TAKE_ENCRYPTED) {
		s->record->is_encrypted = known;
	}
	return ok;
}

static bool take_text(struct scanner *s, int take)
{
	struct sg_text text = {.text = NULL};
	bool ok = scan_string(s, &text);

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
		return scan_time(s);
	case SG_FIELD_ID:
		ok = scan_id(s, &id);
		if (row->take == TAKE_CONNECTION) {
			s->record->connection = id;
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
		while (i < behind && !skip(s, rows[i].quoted, rows[i].len)) {
			i++;
		}
		if (i == behind || !scan_value(s, &rows[i])) {
			return false;
		}
		i++;
	} while (skip_char(s, ','));
	return skip_char(s, '}');
}

/* One field or object of the event; *i becomes the first row behind it. */
static bool scan_next(struct scanner *s, size_t *i)
{
	while (*i < num_rows) {
		const struct row *row = &rows[*i];

		if (row->object_len == 0) {
			(*i)++;
			if (skip(s, row->quoted, row->len)) {
				return scan_value(s, row);
			}
			continue;
		}
		if (skip(s, row->object, row->object_len)) {
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
	struct scanner s = {.p = text, .end = text + len, .record = record};
	size_t i = 0;
	bool ok;

	if (num_rows == 0) {
		make_rows();
	}
	*record = (struct sg_record){.when = 0};
	ok = skip_char(&s, '{') && num_rows > 0 &&
	     skip(&s, rows[0].quoted, rows[0].len) && scan_time(&s);
	i = 1;
	while (ok && skip_char(&s, ',')) {
		ok = scan_next(&s, &i);
	}
	ok = ok && skip_char(&s, '}') && s.p == s.end &&
	     sg_text_is(&s.type, "smbguard") && s.major == SG_EVENT_MAJOR &&
	     record->text[SG_TEXT_EVENT].text != NULL &&
	     record->text[SG_TEXT_OUTCOME].text != NULL;
	if (ok) {
		record->kind = sg_record_kind(&record->text[SG_TEXT_EVENT]);
	}
	return ok;
}
