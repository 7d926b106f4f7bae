/*
 * smbguard(8): what a line holds
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * jansson parses; here is what makes an object an event, its time, and how
 * names that a client chose are shown to a person.
 *
 * How it fails: a line that is no event gets a phrase that says why.
 */

#include "events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MICROSECONDS 1000000

static bool digits(const char **p, int n, int *value)
{
	*value = 0;
	for (; n > 0; n--, (*p)++) {
		if (**p < '0' || **p > '9') {
			return false;
		}
		*value = *value * 10 + (**p - '0');
	}
	return true;
}

static bool skip(const char **p, char c)
{
	if (**p != c) {
		return false;
	}
	(*p)++;
	return true;
}

static bool parse_date(const char **p, struct tm *tm)
{
	static const int days[] =
		{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year = 0;
	bool leap;
	bool ok = digits(p, 4, &year) && skip(p, '-') &&
		  digits(p, 2, &tm->tm_mon) && skip(p, '-') &&
		  digits(p, 2, &tm->tm_mday);

	if (!ok || year < 1970 || tm->tm_mon < 1 || tm->tm_mon > 12) {
		return false;
	}
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	tm->tm_mon--;
	tm->tm_year = year - 1900;
	return tm->tm_mday >= 1 &&
	       tm->tm_mday <=
		       days[tm->tm_mon] + (leap && tm->tm_mon == 1 ? 1 : 0);
}

/* ".123456", of any length; more than microseconds is cut. */
static bool parse_fraction(const char **p, int64_t *micro)
{
	int64_t unit = MICROSECONDS / 10;
	const char *begin = NULL;

	if (**p != '.') {
		return true;
	}
	begin = ++(*p);
	for (; **p >= '0' && **p <= '9'; (*p)++) {
		*micro += (**p - '0') * unit;
		unit /= 10;
	}
	return *p > begin;
}

/* "Z" or "+01:00", in seconds to take off. */
static bool parse_zone(const char **p, int *seconds)
{
	int hours = 0;
	int minutes = 0;
	char sign = **p;

	if (sign == 'Z' || sign == 'z') {
		(*p)++;
		return true;
	}
	if (sign != '+' && sign != '-') {
		return false;
	}
	(*p)++;
	if (!digits(p, 2, &hours) || !skip(p, ':') || !digits(p, 2, &minutes) ||
	    hours > 23 || minutes > 59) {
		return false;
	}
	*seconds = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
	return true;
}

bool sg_time_parse(const char *text, int64_t *when)
{
	const char *p = text;
	struct tm tm = {0};
	int64_t micro = 0;
	int zone = 0;
	bool ok = parse_date(&p, &tm);

	if (ok && *p != '\0') {
		ok = (*p == 'T' || *p == 't' || *p == ' ');
		p += ok ? 1 : 0;
		ok = ok && digits(&p, 2, &tm.tm_hour) && skip(&p, ':') &&
		     digits(&p, 2, &tm.tm_min) && skip(&p, ':') &&
		     digits(&p, 2, &tm.tm_sec) && parse_fraction(&p, &micro) &&
		     parse_zone(&p, &zone) && *p == '\0' && tm.tm_hour < 24 &&
		     tm.tm_min < 60 && tm.tm_sec <= 60;
	}
	if (!ok) {
		return false;
	}
	*when = ((int64_t)timegm(&tm) - zone) * MICROSECONDS + micro;
	return true;
}

const char *sg_time_text(int64_t when, char text[SG_TIME_SIZE])
{
	time_t seconds = (time_t)(when / MICROSECONDS);
	struct tm tm = {0};

	gmtime_r(&seconds, &tm);
	strftime(text, SG_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text;
}

const char *sg_event_text(const json_t *event, const char *name, size_t *len)
{
	const char *dot = strchr(name, '.');
	const json_t *value = event;

	if (dot != NULL) {
		char outer[32] = {0};

		snprintf(outer, sizeof(outer), "%.*s", (int)(dot - name), name);
		value = json_object_get(event, outer);
		name = dot + 1;
	}
	value = json_object_get(value, name);
	if (len != NULL) {
		*len = json_string_length(value);
	}
	return json_string_value(value);
}

enum sg_event_kind sg_event_kind_of(const json_t *event)
{
	return sg_event_from_name(sg_event_text(event, "event", NULL));
}

bool sg_kind_is_file(enum sg_event_kind kind)
{
	switch (kind) {
	case SG_EVENT_FILE_OPEN:
	case SG_EVENT_FILE_CLOSE:
	case SG_EVENT_FILE_RENAME:
	case SG_EVENT_FILE_LINK:
	case SG_EVENT_FILE_DELETE:
	case SG_EVENT_DIRECTORY_CREATE:
	case SG_EVENT_DIRECTORY_DELETE:
	case SG_EVENT_FILE_ACL:
	case SG_EVENT_FILE_ATTRIBUTES:
		return true;
	default:
		return false;
	}
}

static bool is_smbguard(const json_t *event)
{
	const char *type = sg_event_text(event, "type", NULL);

	return type != NULL && strcmp(type, "smbguard") == 0;
}

json_t *sg_event_of_line(const struct sg_line *line,
			 int64_t *when,
			 const char **problem)
{
	json_t *event = NULL;
	json_t *version = NULL;
	const char *time = NULL;
	int64_t ignored = 0;

	*problem = NULL;
	if (line->text == NULL) {
		*problem = "longer than any event";
		return NULL;
	}
	event = json_loadb(line->text,
			   line->len,
			   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
			   NULL);
	if (!json_is_object(event)) {
		json_decref(event);
		*problem = "not a JSON object";
		return NULL;
	}
	version = json_object_get(event, "version");
	time = sg_event_text(event, "timestamp", NULL);
	if (!is_smbguard(event)) {
		*problem = "not of type smbguard";
	} else if (json_integer_value(json_object_get(version, "major")) !=
		   SG_EVENT_MAJOR) {
		*problem = "of a version that this command does not know";
	} else if (sg_event_text(event, "event", NULL) == NULL ||
		   sg_event_text(event, "outcome", NULL) == NULL) {
		*problem = "without an event or an outcome";
	} else if (time == NULL ||
		   !sg_time_parse(time, when != NULL ? when : &ignored)) {
		*problem = "without a valid timestamp";
	}
	if (*problem != NULL) {
		json_decref(event);
		return NULL;
	}
	return event;
}

/* One UTF-8 sequence at p: its length and code; 0 if it is none. */
static size_t sequence(const unsigned char *p, size_t len, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	size_t i;

	if ((p[0] >= 0x80 && p[0] < 0xc2) || p[0] > 0xf4 || n > len) {
		return 0;
	}
	*code = n == 1 ? p[0] : p[0] & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			return 0;
		}
		*code = *code << 6 | (p[i] & 0x3f);
	}
	if (*code < least[n] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code <= 0xdfff)) {
		return 0;
	}
	return n;
}

/* Shows nothing by itself, or changes what is beside it. */
static bool is_hidden(uint32_t code)
{
	return code == 0xad || code == 0x61c || code == 0x180e ||
	       (code >= 0x200b && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	       (code >= 0xfff9 && code <= 0xfffb) || code >= 0xe0000;
}

char *sg_printable(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	/* At most ten characters for one byte or one code of several */
	char *out = malloc(10 * len + 1);
	char *to = out;
	size_t i = 0;

	while (out != NULL && i < len) {
		uint32_t code = 0;
		size_t n = sequence(p + i, len - i, &code);

		if (n == 0 || code < 0x20 || code == 0x7f) {
			to += sprintf(to, "\\x%02x", p[i]);
			n = 1;
		} else if (code >= 0x80 && code < 0xa0) {
			to += sprintf(to, "\\x%02x", (unsigned)code);
		} else if (is_hidden(code)) {
			to += sprintf(to, "\\u{%04x}", (unsigned)code);
		} else {
			memcpy(to, p + i, n);
			to += n;
		}
		i += n;
	}
	if (out != NULL) {
		*to = '\0';
	}
	return out;
}
