/*
 * smbguard: events for the tests of what is made of them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TESTS_EVENT_FIXTURE_H
#define SMBGUARD_TESTS_EVENT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "core/event/event.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* 2026-11-22 10:39:06.000042 UTC */
static const struct timespec noon = {.tv_sec = 1795343946, .tv_nsec = 42999};

static const struct sg_facts bare_facts = {
	.connection_id = 0x0123456789abcdefULL,
	.pid = 4711,
	.signing_algorithm = SG_SIGNING_NONE,
};

static const struct sg_facts full_facts = {
	.connection_id = 0xfedcba9876543210ULL,
	.pid = 4711,
	.server_name = "FILES",
	.local_address = "192.0.2.1",
	.client_address = "2001:db8::7",
	.client_port = 49152,
	.client_name = "DESKTOP7",
	.have_guid = true,
	.client_guid = {0x00,
			0x11,
			0x22,
			0x33,
			0x44,
			0x55,
			0x66,
			0x77,
			0x88,
			0x99,
			0xaa,
			0xbb,
			0xcc,
			0xdd,
			0xee,
			0xff},
	.dialect = SG_DIALECT_SMB3_11,
	.cipher = SG_CIPHER_AES128_GCM,
	.signing_algorithm = SG_SIGNING_AES128_GMAC,
	.have_session_id = true,
	.session_id = 42,
	.account = "alice",
	.domain = "EXAMPLE",
	.sid = "S-1-5-21-1-2-3-1104",
	.mechanism = "krb5",
	.is_encrypted = SG_NO,
	.is_signed = SG_YES,
	.share = "payroll",
};

static const struct sg_verdict allowed = {
	.outcome = SG_ALLOWED,
	.reason = "Allowed: no smbguard option asks for anything here.",
};

static const struct sg_verdict denied = {
	.outcome = SG_DENIED,
	.cause = SG_CAUSE_RULE,
	.rule = SG_RULE_ENCRYPTION,
	.option = "smbguard:encryption",
	.scope = "payroll",
	.required = "required",
	.actual = "none",
	.reason = "Refused: alice.",
};

/* The parsed line, which must be one; the caller frees it. */
static inline json_t *parse_line(const char *line, size_t len)
{
	json_error_t error = {0};
	json_t *root = NULL;

	assert_non_null(line);
	assert_int_equal(strlen(line), len);
	assert_true(len > 1);
	assert_int_equal(line[len - 1], '\n');
	assert_ptr_equal(memchr(line, '\n', len), line + len - 1);
	root = json_loadb(line,
			  len,
			  JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
			  &error);
	if (root == NULL) {
		fail_msg("%s at %d in %s", error.text, error.position, line);
	}
	return root;
}

static inline json_t *event_json(const struct sg_event *event)
{
	size_t len = 0;
	char *line = sg_event_line(NULL, event, &len);
	json_t *root = parse_line(line, len);

	talloc_free(line);
	return root;
}

/* The kind of a name, which must be one */
static inline enum sg_event_kind kind_named(const char *name)
{
	enum sg_event_kind kind = sg_event_from_name(name);

	assert_int_not_equal(kind, 0);
	assert_string_equal(sg_event_name(kind), name);
	return kind;
}

static inline json_t *simple_event(const char *name,
				   const struct sg_facts *facts,
				   const struct sg_verdict *verdict)
{
	const struct sg_event event = {
		.kind = kind_named(name),
		.when = noon,
		.facts = facts,
		.verdict = verdict,
	};

	return event_json(&event);
}

static inline const char *text_at(json_t *root, const char *key)
{
	return json_string_value(json_object_get(root, key));
}

#endif /* SMBGUARD_TESTS_EVENT_FIXTURE_H */
