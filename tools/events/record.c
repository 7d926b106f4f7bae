/*
 * smbguard(8): what commands need of an event, in one struct
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: a line that is no event gets a phrase that says why, from
 * jansson's side.
 */

#include "record.h"

#include <stdlib.h>
#include <string.h>

static const char *const fields[SG_TEXTS] = {
	[SG_TEXT_EVENT] = "event",
	[SG_TEXT_OUTCOME] = "outcome",
	[SG_TEXT_SERVER] = "serverName",
	[SG_TEXT_CLIENT] = "clientAddress",
	[SG_TEXT_CLIENT_NAME] = "clientName",
	[SG_TEXT_ACCOUNT] = "account",
	[SG_TEXT_DOMAIN] = "domain",
	[SG_TEXT_SID] = "sid",
	[SG_TEXT_MECHANISM] = "authMechanism",
	[SG_TEXT_SHARE] = "share",
	[SG_TEXT_PATH] = "path",
	[SG_TEXT_NEW_PATH] = "newPath",
	[SG_TEXT_DIALECT] = "dialect",
	[SG_TEXT_CIPHER] = "cipher",
	[SG_TEXT_SIGNING] = "signingAlgorithm",
	[SG_TEXT_OPTION] = "policy.option",
	[SG_TEXT_SCOPE] = "policy.scope",
	[SG_TEXT_REQUIRED] = "policy.required",
	[SG_TEXT_ACTUAL] = "policy.actual",
	[SG_TEXT_EXCEPTION] = "policy.exception",
	[SG_TEXT_UNTIL] = "policy.until",
	[SG_TEXT_WHAT] = "downgrade.what",
	[SG_TEXT_WAS] = "downgrade.was",
	[SG_TEXT_NOW] = "downgrade.now",
	[SG_TEXT_STATUS] = "status",
};

const char *sg_record_field(enum sg_record_text which)
{
	return fields[which];
}

bool sg_text_is(const struct sg_text *text, const char *what)
{
	return text->text != NULL && strlen(what) == text->len &&
	       memcmp(text->text, what, text->len) == 0;
}

enum sg_event_kind sg_record_kind(const struct sg_text *name)
{
	int kind;

	for (kind = 1; kind < SG_EVENT_KINDS; kind++) {
		bool is = sg_text_is(name,
				     sg_event_name((enum sg_event_kind)kind));

		if (is) {
			return (enum sg_event_kind)kind;
		}
	}
	return 0;
}

uint8_t sg_record_cipher_bit(const char *name)
{
	uint16_t id = sg_cipher_from_name(name);

	return (uint8_t)(id < 8 ? 1U << id : 0);
}

uint8_t sg_record_signing_bit(const char *name)
{
	int id = sg_signing_from_name(name);

	return (uint8_t)(id >= 0 && id < 8 ? 1U << id : 0);
}

/* What MAXIMUM_ALLOWED came to is not told. */
uint8_t sg_record_opens_bits(const char *name)
{
	static const struct {
		const char *name;
		uint8_t bits;
	} rights[] = {
		{"FILE_READ_DATA", SG_OPENS_READ},
		{"FILE_WRITE_DATA", SG_OPENS_WRITE},
		{"FILE_APPEND_DATA", SG_OPENS_WRITE},
		{"GENERIC_READ", SG_OPENS_READ},
		{"GENERIC_WRITE", SG_OPENS_WRITE},
		{"GENERIC_ALL", SG_OPENS_READ | SG_OPENS_WRITE},
	};
	size_t i;

	for (i = 0; name != NULL && i < sizeof(rights) / sizeof(rights[0]);
	     i++) {
		if (strcmp(rights[i].name, name) == 0) {
			return rights[i].bits;
		}
	}
	return 0;
}

static enum sg_known known(const json_t *event, const char *name)
{
	const json_t *value = json_object_get(event, name);

	if (!json_is_boolean(value)) {
		return SG_UNKNOWN;
	}
	return json_is_true(value) ? SG_YES : SG_NO;
}

static int64_t number(const json_t *event, const char *name)
{
	return json_integer_value(json_object_get(event, name));
}

static void take_offer(const json_t *event, struct sg_record *r)
{
	const json_t *offer = json_object_get(event, "offer");
	const json_t *ciphers = json_object_get(offer, "ciphers");
	const json_t *signing = json_object_get(offer, "signingAlgorithms");
	size_t i;

	r->has_offer = json_is_object(offer);
	for (i = 0; i < json_array_size(ciphers); i++) {
		r->ciphers |= sg_record_cipher_bit(
			json_string_value(json_array_get(ciphers, i)));
	}
	for (i = 0; i < json_array_size(signing); i++) {
		r->signing |= sg_record_signing_bit(
			json_string_value(json_array_get(signing, i)));
	}
}

static void take_file(const json_t *event, struct sg_record *r)
{
	const json_t *access = json_object_get(event, "access");
	const char *id = sg_event_text(event, "fileId", NULL);
	size_t i;

	r->has_file_id = id != NULL;
	r->file_id = id != NULL ? strtoull(id, NULL, 16) : 0;
	for (i = 0; i < json_array_size(access); i++) {
		r->opens |= sg_record_opens_bits(
			json_string_value(json_array_get(access, i)));
	}
	r->created = known(event, "created");
	r->overwritten = known(event, "overwritten");
	r->directory = known(event, "directory");
	r->reads = number(event, "reads");
	r->bytes_read = number(event, "bytesRead");
	r->writes = number(event, "writes");
	r->bytes_written = number(event, "bytesWritten");
}

bool sg_record_by_jansson(const struct sg_line *line,
			  struct sg_record *r,
			  const char **problem)
{
	const char *id = NULL;
	int i;

	*r = (struct sg_record){.when = 0};
	r->json = sg_event_of_line(line, &r->when, problem);
	if (r->json == NULL) {
		return false;
	}
	for (i = 0; i < SG_TEXTS; i++) {
		r->text[i].text =
			sg_event_text(r->json, fields[i], &r->text[i].len);
	}
	id = sg_event_text(r->json, "connectionId", NULL);
	r->connection = id != NULL ? strtoull(id, NULL, 16) : 0;
	r->kind = sg_record_kind(&r->text[SG_TEXT_EVENT]);
	r->windows_id = number(r->json, "windowsEventId");
	r->lost = number(r->json, "lost");
	r->is_signed = known(r->json, "signed");
	r->is_encrypted = known(r->json, "encrypted");
	take_offer(r->json, r);
	take_file(r->json, r);
	return true;
}

bool sg_record_of_line(const struct sg_line *line,
		       struct sg_record *r,
		       const char **problem)
{
	bool ok = line->text != NULL &&
		  sg_record_canonical(line->text, line->len, r);

	return ok || sg_record_by_jansson(line, r, problem);
}

void sg_record_end(struct sg_record *r)
{
	json_decref(r->json);
	r->json = NULL;
}
