/*
 * smbguard: tests of the events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every line is parsed again with jansson and compared field by field; the
 * golden lines are compared as JSON values and by their order of fields.
 */

/* wrap: _talloc_array talloc_named_const _talloc_realloc */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "core/event.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Out of memory at the fail_at-th allocation of jansson or talloc, and with
 * fail_ever at every later one too; fail_at 0: never. jansson_live counts
 * what jansson has not freed.
 */
static unsigned alloc_calls;
static unsigned fail_at;
static bool fail_ever;
static long jansson_live;

static bool out_of_memory(void)
{
	alloc_calls++;
	if (fail_at == 0) {
		return false;
	}
	return alloc_calls == fail_at || (fail_ever && alloc_calls > fail_at);
}

static void *counting_malloc(size_t size)
{
	bool fails = out_of_memory();
	void *p = NULL;

	if (fails) {
		return NULL;
	}
	p = malloc(size);
	if (p != NULL) {
		jansson_live++;
	}
	return p;
}

static void counting_free(void *p)
{
	if (p != NULL) {
		jansson_live--;
	}
	free(p);
}

void *__real__talloc_array(const void *ctx,
			   size_t size,
			   unsigned count,
			   const char *name);
void *__wrap__talloc_array(const void *ctx,
			   size_t size,
			   unsigned count,
			   const char *name);
void *__real_talloc_named_const(const void *ctx, size_t size, const char *name);
void *__wrap_talloc_named_const(const void *ctx, size_t size, const char *name);
void *__real__talloc_realloc(const void *ctx,
			     void *ptr,
			     size_t size,
			     const char *name);
void *__wrap__talloc_realloc(const void *ctx,
			     void *ptr,
			     size_t size,
			     const char *name);

void *__wrap__talloc_array(const void *ctx,
			   size_t size,
			   unsigned count,
			   const char *name)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real__talloc_array(ctx, size, count, name);
}

void *__wrap_talloc_named_const(const void *ctx, size_t size, const char *name)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real_talloc_named_const(ctx, size, name);
}

void *__wrap__talloc_realloc(const void *ctx,
			     void *ptr,
			     size_t size,
			     const char *name)
{
	bool fails = out_of_memory();

	return fails ? NULL : __real__talloc_realloc(ctx, ptr, size, name);
}

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
	.option = "smbguard:encryption",
	.scope = "payroll",
	.required = "required",
	.actual = "none",
	.reason = "Refused: alice.",
};

/* The parsed line, which must be one; the caller frees it. */
static json_t *parse_line(const char *line, size_t len)
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

static json_t *event_json(const struct sg_event *event)
{
	size_t len = 0;
	char *line = sg_event_line(NULL, event, &len);
	json_t *root = parse_line(line, len);

	talloc_free(line);
	return root;
}

static json_t *simple_event(const char *name,
			    const struct sg_facts *facts,
			    const struct sg_verdict *verdict)
{
	const struct sg_event event = {
		.name = name,
		.when = noon,
		.facts = facts,
		.verdict = verdict,
	};

	return event_json(&event);
}

static const char *text_at(json_t *root, const char *key)
{
	return json_string_value(json_object_get(root, key));
}

/* Golden lines */

static void assert_golden(const struct sg_event *event, const char *golden)
{
	json_error_t error = {0};
	json_t *expected = json_loads(golden, JSON_REJECT_DUPLICATES, &error);
	json_t *root = event_json(event);
	void *want = NULL;
	void *have = NULL;

	assert_non_null(expected);
	want = json_object_iter(expected);
	have = json_object_iter(root);
	while (want != NULL && have != NULL) {
		const char *key = json_object_iter_key(want);
		char *a = NULL;
		char *b = NULL;

		assert_string_equal(json_object_iter_key(have), key);
		a = json_dumps(json_object_iter_value(have),
			       JSON_COMPACT | JSON_ENCODE_ANY);
		b = json_dumps(json_object_iter_value(want),
			       JSON_COMPACT | JSON_ENCODE_ANY);
		if (strcmp(a, b) != 0) {
			fail_msg("%s is %s, not %s", key, a, b);
		}
		free(a);
		free(b);
		want = json_object_iter_next(expected, want);
		have = json_object_iter_next(root, have);
	}
	if (want != NULL || have != NULL) {
		fail_msg("\"%s\" is %s",
			 json_object_iter_key(want != NULL ? want : have),
			 want != NULL ? "missing" : "too much");
	}
	json_decref(expected);
	json_decref(root);
}

static void test_event_golden_bare(void **state)
{
	const struct sg_event event = {
		.name = "share_connect",
		.when = noon,
		.facts = &bare_facts,
		.verdict = &allowed,
	};

	assert_golden(&event,
		      "{\"timestamp\":\"2026-11-22T10:39:06.000042Z\","
		      "\"type\":\"smbguard\","
		      "\"version\":{\"major\":1,\"minor\":0},"
		      "\"event\":\"share_connect\",\"outcome\":\"allowed\","
		      "\"severity\":\"info\","
		      "\"connectionId\":\"0x0123456789abcdef\",\"pid\":4711,"
		      "\"serverName\":\"\",\"localAddress\":\"\","
		      "\"clientAddress\":\"\",\"clientPort\":0,"
		      "\"windowsEventId\":4000,"
		      "\"reason\":\"Allowed: no smbguard option asks for "
		      "anything here.\"}");
}

static void test_event_golden_full(void **state)
{
	struct sg_offer offer = {
		.kind = SG_OFFER_SMB2,
		.dialects = {0x0202, 0x0210, 0x0300, 0x0302, 0x0311, 0x0fff},
		.num_dialects = 6,
		.security_mode = 1,
		.capabilities = 0x7f,
		.has_ciphers = true,
		.ciphers = {2, 1, 4, 3, 0xabcd, 0},
		.num_ciphers = 6,
		.has_signing = true,
		.signing = {2, 1, 0, 9},
		.num_signing = 4,
		.netname = "files.example.com",
	};
	struct sg_facts facts = full_facts;
	const struct sg_event event = {
		.name = "share_connect",
		.when = noon,
		.facts = &facts,
		.verdict = &denied,
		.have_duration = true,
		.duration = 1500000,
		.nt_status = "NT_STATUS_ACCESS_DENIED",
		.lost = 3,
	};

	facts.offer = &offer;
	assert_golden(
		&event,
		"{\"timestamp\":\"2026-11-22T10:39:06.000042Z\","
		"\"type\":\"smbguard\",\"version\":{\"major\":1,\"minor\":0},"
		"\"event\":\"share_connect\",\"outcome\":\"denied\","
		"\"severity\":\"warning\","
		"\"connectionId\":\"0xfedcba9876543210\",\"pid\":4711,"
		"\"serverName\":\"FILES\",\"localAddress\":\"192.0.2.1\","
		"\"clientAddress\":\"2001:db8::7\",\"clientPort\":49152,"
		"\"clientGuid\":\"33221100-5544-7766-8899-aabbccddeeff\","
		"\"clientName\":\"DESKTOP7\","
		"\"sessionId\":\"0x000000000000002a\",\"account\":\"alice\","
		"\"domain\":\"EXAMPLE\",\"sid\":\"S-1-5-21-1-2-3-1104\","
		"\"authMechanism\":\"krb5\",\"share\":\"payroll\","
		"\"dialect\":\"SMB3_11\",\"cipher\":\"AES-128-GCM\","
		"\"signingAlgorithm\":\"AES-128-GMAC\",\"signed\":true,"
		"\"encrypted\":false,"
		"\"offer\":{\"dialects\":[\"SMB2_02\",\"SMB2_10\",\"SMB3_00\","
		"\"SMB3_02\",\"SMB3_11\",\"0x0fff\"],"
		"\"ciphers\":[\"AES-128-GCM\",\"AES-128-CCM\",\"AES-256-GCM\","
		"\"AES-256-CCM\",\"0xabcd\",\"0x0000\"],"
		"\"signingAlgorithms\":[\"AES-128-GMAC\",\"AES-128-CMAC\","
		"\"HMAC-SHA256\",\"0x0009\"],"
		"\"securityMode\":1,\"capabilities\":127,"
		"\"serverName\":\"files.example.com\"},"
		"\"policy\":{\"option\":\"smbguard:encryption\","
		"\"scope\":\"payroll\",\"required\":\"required\","
		"\"actual\":\"none\"},"
		"\"duration\":1500000,"
		"\"status\":\"NT_STATUS_ACCESS_DENIED\",\"lost\":3,"
		"\"windowsEventId\":1046,\"reason\":\"Refused: alice.\"}");
}

static void test_event_golden_smb1_offer(void **state)
{
	static const uint8_t odd[] = {'A', '\0', '\n', 0xff, '\\', '"'};
	struct sg_offer offer = {
		.kind = SG_OFFER_SMB1,
		.smb1 = {{(const uint8_t *)"NT LM 0.12", 10},
			 {odd, sizeof(odd)},
			 {NULL, 0}},
		.num_smb1 = 3,
		.problem = "the dialect count is zero",
	};
	struct sg_facts facts = bare_facts;
	json_t *root = NULL;
	json_t *smb1 = NULL;
	json_t *text = NULL;

	facts.offer = &offer;
	root = simple_event("negotiate", &facts, &allowed);
	smb1 = json_object_get(json_object_get(root, "offer"), "smb1");
	assert_int_equal(json_array_size(smb1), 3);
	assert_string_equal(json_string_value(json_array_get(smb1, 0)),
			    "NT LM 0.12");
	text = json_array_get(smb1, 1);
	assert_int_equal(json_string_length(text), 4 + 2 * 4);
	assert_memory_equal(json_string_value(text), "A\0\n\\xff\\x5c\"", 12);
	assert_string_equal(json_string_value(json_array_get(smb1, 2)), "");
	assert_string_equal(text_at(json_object_get(root, "offer"), "problem"),
			    "the dialect count is zero");
	/* An SMB1 message has no SMB2 fields. */
	assert_int_equal(json_object_size(json_object_get(root, "offer")), 2);
	json_decref(root);
}

static void test_event_offer_lists_only_what_was_sent(void **state)
{
	struct sg_offer offer = {
		.kind = SG_OFFER_SMB2,
		.dialects = {0x02ff},
		.num_dialects = 1,
	};
	struct sg_facts facts = bare_facts;
	json_t *root = NULL;
	json_t *o = NULL;

	facts.offer = &offer;
	root = simple_event("negotiate", &facts, &allowed);
	o = json_object_get(root, "offer");
	assert_int_equal(json_object_size(o), 3);
	assert_string_equal(
		json_string_value(
			json_array_get(json_object_get(o, "dialects"), 0)),
		"0x02ff");
	json_decref(root);

	/* An empty list was sent, and is told. */
	offer.has_ciphers = true;
	offer.has_signing = true;
	root = simple_event("negotiate", &facts, &allowed);
	o = json_object_get(root, "offer");
	assert_true(json_is_array(json_object_get(o, "ciphers")));
	assert_int_equal(json_array_size(json_object_get(o, "ciphers")), 0);
	assert_true(json_is_array(json_object_get(o, "signingAlgorithms")));
	json_decref(root);
}

static void test_event_offer_as_large_as_it_gets(void **state)
{
	struct sg_offer *offer = talloc_zero(NULL, struct sg_offer);
	struct sg_facts facts = bare_facts;
	json_t *root = NULL;
	json_t *o = NULL;
	size_t i;

	assert_non_null(offer);
	offer->kind = SG_OFFER_SMB2;
	offer->has_ciphers = true;
	offer->has_signing = true;
	offer->num_smb1 = SG_OFFER_MAX_ITEMS;
	offer->num_dialects = SG_OFFER_MAX_ITEMS;
	offer->num_ciphers = SG_OFFER_MAX_ITEMS;
	offer->num_signing = SG_OFFER_MAX_ITEMS;
	offer->security_mode = UINT16_MAX;
	offer->capabilities = UINT32_MAX;
	for (i = 0; i < SG_OFFER_MAX_ITEMS; i++) {
		offer->smb1[i].data = (const uint8_t *)"\xff\xff\xff";
		offer->smb1[i].length = 3;
		offer->dialects[i] = (uint16_t)(0xff00 + i);
		offer->ciphers[i] = (uint16_t)(0xff00 + i);
		offer->signing[i] = (uint16_t)(0xff00 + i);
	}
	facts.offer = offer;
	root = simple_event("negotiate", &facts, &allowed);
	o = json_object_get(root, "offer");
	assert_int_equal(json_array_size(json_object_get(o, "smb1")),
			 SG_OFFER_MAX_ITEMS);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(o, "ciphers"),
						 SG_OFFER_MAX_ITEMS - 1)),
		"0xff3f");
	assert_int_equal(json_integer_value(json_object_get(o, "capabilities")),
			 UINT32_MAX);
	json_decref(root);
	talloc_free(offer);
}

/* Single fields */

static void test_event_outcomes_and_severities(void **state)
{
	static const struct {
		const char *event;
		enum sg_outcome outcome;
		const char *outcome_name;
		const char *severity;
	} rows[] = {
		{"share_connect", SG_ALLOWED, "allowed", "info"},
		{"share_connect", SG_DENIED, "denied", "warning"},
		{"share_connect", SG_WOULD_DENY, "would_deny", "warning"},
		{"share_disconnect", SG_ALLOWED, "allowed", "info"},
		{"session", SG_ALLOWED, "allowed", "info"},
		{"auth_failed", SG_FAILED, "failed", "notice"},
		{"downgrade", SG_DETECTED, "detected", "warning"},
		{"negotiate_tampered", SG_DETECTED, "detected", "warning"},
		{"policy_error", SG_FAILED, "failed", "critical"},
		{"policy_error", SG_DETECTED, "detected", "critical"},
		{"audit_lost", SG_FAILED, "failed", "critical"},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sg_verdict verdict = {
			.outcome = rows[i].outcome,
			.reason = "So.",
		};
		json_t *root =
			simple_event(rows[i].event, &bare_facts, &verdict);

		assert_string_equal(text_at(root, "event"), rows[i].event);
		assert_string_equal(text_at(root, "outcome"),
				    rows[i].outcome_name);
		if (strcmp(text_at(root, "severity"), rows[i].severity) != 0) {
			fail_msg("%s %s is %s, not %s",
				 rows[i].event,
				 rows[i].outcome_name,
				 text_at(root, "severity"),
				 rows[i].severity);
		}
		json_decref(root);
	}
}

static void test_event_time_has_microseconds_in_utc(void **state)
{
	static const struct {
		struct timespec when;
		const char *text;
	} rows[] = {
		{{0, 0}, "1970-01-01T00:00:00.000000Z"},
		{{0, 999}, "1970-01-01T00:00:00.000000Z"},
		{{0, 1000}, "1970-01-01T00:00:00.000001Z"},
		{{1709164799, 999999999}, "2024-02-28T23:59:59.999999Z"},
		{{1709164800, 0}, "2024-02-29T00:00:00.000000Z"},
		{{1795343946, 5000000}, "2026-11-22T10:39:06.005000Z"},
		{{4102444800, 100000}, "2100-01-01T00:00:00.000100Z"},
	};
	size_t i;

	setenv("TZ", "Asia/Kathmandu", 1);
	tzset();
	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sg_event event = {
			.name = "session",
			.when = rows[i].when,
			.facts = &bare_facts,
			.verdict = &allowed,
		};
		json_t *root = event_json(&event);

		assert_string_equal(text_at(root, "timestamp"), rows[i].text);
		json_decref(root);
	}
	unsetenv("TZ");
	tzset();
}

static void test_event_64_bit_ids_are_hex_strings(void **state)
{
	static const struct {
		uint64_t id;
		const char *text;
	} rows[] = {
		{0, "0x0000000000000000"},
		{1, "0x0000000000000001"},
		{0x8000000000000000ULL, "0x8000000000000000"},
		{UINT64_MAX, "0xffffffffffffffff"},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_facts facts = bare_facts;
		json_t *root = NULL;

		facts.connection_id = rows[i].id;
		facts.session_id = rows[i].id;
		facts.have_session_id = true;
		root = simple_event("session", &facts, &allowed);
		assert_string_equal(text_at(root, "connectionId"),
				    rows[i].text);
		assert_string_equal(text_at(root, "sessionId"), rows[i].text);
		json_decref(root);

		facts.have_session_id = false;
		root = simple_event("session", &facts, &allowed);
		assert_null(json_object_get(root, "sessionId"));
		json_decref(root);
	}
}

static void test_event_signed_and_encrypted_where_known(void **state)
{
	static const enum sg_known knowns[] = {SG_UNKNOWN, SG_NO, SG_YES};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(knowns); i++) {
		struct sg_facts facts = bare_facts;
		json_t *root = NULL;
		json_t *is_signed = NULL;
		json_t *encrypted = NULL;

		facts.is_signed = knowns[i];
		facts.is_encrypted = knowns[2 - i];
		root = simple_event("session", &facts, &allowed);
		is_signed = json_object_get(root, "signed");
		encrypted = json_object_get(root, "encrypted");
		assert_int_equal(is_signed != NULL, knowns[i] != SG_UNKNOWN);
		assert_int_equal(json_is_true(is_signed), knowns[i] == SG_YES);
		assert_int_equal(encrypted != NULL,
				 knowns[2 - i] != SG_UNKNOWN);
		assert_int_equal(json_is_true(encrypted),
				 knowns[2 - i] == SG_YES);
		json_decref(root);
	}
}

/* Strings of any bytes */

/* Every string that an event can hold, and where it is then found */
enum string_field {
	FIELD_SERVER_NAME,
	FIELD_LOCAL_ADDRESS,
	FIELD_CLIENT_ADDRESS,
	FIELD_CLIENT_NAME,
	FIELD_ACCOUNT,
	FIELD_DOMAIN,
	FIELD_SID,
	FIELD_MECHANISM,
	FIELD_SHARE,
	FIELD_OFFER_NETNAME,
	FIELD_OFFER_PROBLEM,
	FIELD_STATUS,
	FIELD_REASON,
	FIELD_SCOPE,
	FIELD_REQUIRED,
	FIELD_ACTUAL,
	FIELD_OPTION,
	NUM_FIELDS,
};

static const struct {
	const char *object; /* NULL: the event itself */
	const char *key;
} fields[NUM_FIELDS] = {
	[FIELD_SERVER_NAME] = {NULL, "serverName"},
	[FIELD_LOCAL_ADDRESS] = {NULL, "localAddress"},
	[FIELD_CLIENT_ADDRESS] = {NULL, "clientAddress"},
	[FIELD_CLIENT_NAME] = {NULL, "clientName"},
	[FIELD_ACCOUNT] = {NULL, "account"},
	[FIELD_DOMAIN] = {NULL, "domain"},
	[FIELD_SID] = {NULL, "sid"},
	[FIELD_MECHANISM] = {NULL, "authMechanism"},
	[FIELD_SHARE] = {NULL, "share"},
	[FIELD_OFFER_NETNAME] = {"offer", "serverName"},
	[FIELD_OFFER_PROBLEM] = {"offer", "problem"},
	[FIELD_STATUS] = {NULL, "status"},
	[FIELD_REASON] = {NULL, "reason"},
	[FIELD_SCOPE] = {"policy", "scope"},
	[FIELD_REQUIRED] = {"policy", "required"},
	[FIELD_ACTUAL] = {"policy", "actual"},
	[FIELD_OPTION] = {"policy", "option"},
};

/* One string in one field must read as expected, the others as they were. */
static void check_string(enum string_field field,
			 const char *bytes,
			 const char *expected)
{
	struct sg_offer offer = {.kind = SG_OFFER_SMB2, .netname = "n"};
	struct sg_facts facts = full_facts;
	struct sg_verdict verdict = denied;
	struct sg_event event = {
		.name = "share_connect",
		.when = noon,
		.facts = &facts,
		.verdict = &verdict,
	};
	const char **targets[NUM_FIELDS] = {
		[FIELD_SERVER_NAME] = &facts.server_name,
		[FIELD_LOCAL_ADDRESS] = &facts.local_address,
		[FIELD_CLIENT_ADDRESS] = &facts.client_address,
		[FIELD_CLIENT_NAME] = &facts.client_name,
		[FIELD_ACCOUNT] = &facts.account,
		[FIELD_DOMAIN] = &facts.domain,
		[FIELD_SID] = &facts.sid,
		[FIELD_MECHANISM] = &facts.mechanism,
		[FIELD_SHARE] = &facts.share,
		[FIELD_OFFER_NETNAME] = &offer.netname,
		[FIELD_OFFER_PROBLEM] = &offer.problem,
		[FIELD_STATUS] = &event.nt_status,
		[FIELD_REASON] = &verdict.reason,
		[FIELD_SCOPE] = &verdict.scope,
		[FIELD_REQUIRED] = &verdict.required,
		[FIELD_ACTUAL] = &verdict.actual,
		[FIELD_OPTION] = &verdict.option,
	};
	json_t *root = NULL;
	json_t *object = NULL;
	const char *found = NULL;

	facts.offer = &offer;
	*targets[field] = bytes;
	root = event_json(&event);
	object = root;
	if (fields[field].object != NULL) {
		object = json_object_get(root, fields[field].object);
	}
	found = text_at(object, fields[field].key);
	if (found == NULL || strcmp(found, expected) != 0) {
		fail_msg("%s is \"%s\", not \"%s\"",
			 fields[field].key,
			 found != NULL ? found : "missing",
			 expected);
	}
	if (field != FIELD_REASON) {
		assert_string_equal(text_at(root, "reason"), denied.reason);
	}
	json_decref(root);
}

static void test_event_strings_of_any_bytes(void **state)
{
	static const struct {
		const char *bytes;
		const char *text;
	} rows[] = {
		{"", ""},
		{"alice", "alice"},
		/* UTF-8 is kept, with its backslashes. */
		{"EX\\b\xc3\xa4r \xe2\x82\xac \xf0\x9f\x94\x92",
		 "EX\\b\xc3\xa4r \xe2\x82\xac \xf0\x9f\x94\x92"},
		{"quote \" \\ / </script>", "quote \" \\ / </script>"},
		{"two\nlines\r\n\ttab", "two\nlines\r\n\ttab"},
		{"\x01\x02\x1b[31m\x7f", "\x01\x02\x1b[31m\x7f"},
		{"\xe2\x80\xa8 separator", "\xe2\x80\xa8 separator"},
		{"%s%n%d", "%s%n%d"},
		/* Bytes that are none */
		{"\xff", "\\xff"},
		{"\x80", "\\x80"},
		{"al\xefice", "al\\xefice"},
		{"b\xc3", "b\\xc3"},
		{"\xc3(", "\\xc3("},
		{"\xc0\x80", "\\xc0\\x80"},	     /* overlong NUL */
		{"\xc0\xaf", "\\xc0\\xaf"},	     /* overlong slash */
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* > 10FFFF */
		{"D\\a\xff", "D\\x5ca\\xff"},
		/* A bad byte leaves the good sequences as they are. */
		{"\xc3\xa4\xff", "\xc3\xa4\\xff"},
		{"\xff\xe2\x82\xac\x82", "\\xff\xe2\x82\xac\\x82"},
		{"\xe2\x82\xc3\xa4", "\\xe2\\x82\xc3\xa4"},
		{"\xf0\x9f\x94", "\\xf0\\x9f\\x94"},
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
		{"\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80"},
		{"\n\xff\"", "\n\\xff\""},
	};
	int field;
	size_t i;

	for (field = 0; field < NUM_FIELDS; field++) {
		for (i = 0; i < ARRAY_LENGTH(rows); i++) {
			check_string((enum string_field)field,
				     rows[i].bytes,
				     rows[i].text);
		}
	}
}

/* Undo the escaping: what is written is enough to have the bytes back. */
static void test_event_escaped_bytes_can_be_had_back(void **state)
{
	struct sg_facts facts = bare_facts;
	unsigned char bytes[256] = {0};
	unsigned char back[256] = {0};
	json_t *root = NULL;
	const char *text = NULL;
	size_t n = 0;
	size_t i;

	for (i = 0; i < 255; i++) {
		bytes[i] = (unsigned char)(255 - i);
	}
	facts.account = (const char *)bytes;
	root = simple_event("session", &facts, &allowed);
	text = text_at(root, "account");
	assert_non_null(text);
	while (*text != '\0') {
		unsigned value = (unsigned char)*text;

		assert_true(n < sizeof(back));
		if (*text == '\\') {
			int ret = sscanf(text, "\\x%2x", &value);

			assert_int_equal(ret, 1);
			text += 3;
		}
		back[n++] = (unsigned char)value;
		text++;
	}
	assert_int_equal(n, 255);
	assert_memory_equal(back, bytes, 255);
	json_decref(root);
}

static void test_event_long_strings(void **state)
{
	static const size_t lengths[] =
		{1, 900, 1023, 1024, 1025, 4096, 65536, 1000000};
	static const char fillers[] = {'a', '\x01', '\xff'};
	size_t i;
	size_t f;

	for (i = 0; i < ARRAY_LENGTH(lengths); i++) {
		for (f = 0; f < ARRAY_LENGTH(fillers); f++) {
			size_t factor = fillers[f] == '\xff' ? 4 : 1;
			struct sg_facts facts = bare_facts;
			char *name = malloc(lengths[i] + 1);
			json_t *root = NULL;

			assert_non_null(name);
			memset(name, fillers[f], lengths[i]);
			name[lengths[i]] = '\0';
			facts.account = name;
			root = simple_event("session", &facts, &allowed);
			assert_int_equal(strlen(text_at(root, "account")),
					 factor * lengths[i]);
			json_decref(root);
			free(name);
		}
	}
}

/* A line whose length falls on every place around a buffer's end */
static void test_event_line_of_every_length(void **state)
{
	struct sg_facts facts = bare_facts;
	char name[2200] = {0};
	size_t i;

	for (i = 0; i < sizeof(name) - 1; i++) {
		json_t *root = NULL;

		facts.account = name;
		root = simple_event("session", &facts, &allowed);
		assert_string_equal(text_at(root, "account"), name);
		json_decref(root);
		name[i] = 'a';
	}
}

static void test_event_line_belongs_to_its_owner(void **state)
{
	const struct sg_event event = {
		.name = "session",
		.when = noon,
		.facts = &full_facts,
		.verdict = &denied,
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t len = 0;
	char *line = sg_event_line(mem_ctx, &event, &len);

	assert_non_null(line);
	assert_ptr_equal(talloc_parent(line), mem_ctx);
	assert_int_equal(talloc_total_blocks(mem_ctx), 2);
	talloc_free(mem_ctx);
}

/* Windows' numbers, as in the table of events in docs/design.md */

struct windows_row {
	const char *event;
	enum sg_outcome outcome;
	const char *option;
	bool smb1_offered;
	enum sg_dialect dialect;
	bool guest;
	int expected;
};

static void check_windows_rows(const struct windows_row *rows, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++) {
		struct sg_offer offer = {
			.kind = rows[i].smb1_offered ? SG_OFFER_SMB1
						     : SG_OFFER_SMB2,
			.smb1 = {{(const uint8_t *)"NT LM 0.12", 10}},
			.num_smb1 = rows[i].smb1_offered ? 1 : 0,
		};
		const struct sg_facts facts = {
			.offer = &offer,
			.dialect = rows[i].dialect,
			.guest = rows[i].guest,
			.signing_algorithm = SG_SIGNING_NONE,
		};
		const struct sg_verdict verdict = {
			.outcome = rows[i].outcome,
			.option = rows[i].option,
			.reason = "So.",
		};
		const struct sg_event event = {
			.name = rows[i].event,
			.facts = &facts,
			.verdict = &verdict,
		};
		json_t *root = event_json(&event);
		json_t *id = json_object_get(root, "windowsEventId");

		if (sg_event_windows_id(&event) != rows[i].expected) {
			fail_msg("row %zu, %s: %d, not %d",
				 i,
				 rows[i].event,
				 sg_event_windows_id(&event),
				 rows[i].expected);
		}
		assert_int_equal(json_integer_value(id), rows[i].expected);
		assert_int_equal(id != NULL, rows[i].expected != 0);
		json_decref(root);
	}
}

#define ENCRYPTION "smbguard:encryption"
#define CIPHERS "smbguard:encryption algorithms"
#define FLOOR "smbguard:min protocol"

static void test_event_windows_id_of_negotiate(void **state)
{
	static const struct windows_row rows[] = {
		{"negotiate",
		 SG_ALLOWED,
		 NULL,
		 true,
		 SG_DIALECT_NT1,
		 false,
		 3000},
		{"negotiate",
		 SG_WOULD_DENY,
		 FLOOR,
		 true,
		 SG_DIALECT_NT1,
		 false,
		 3000},
		{"negotiate",
		 SG_DENIED,
		 FLOOR,
		 true,
		 SG_DIALECT_NT1,
		 false,
		 1001},
		{"negotiate",
		 SG_DENIED,
		 "server min protocol",
		 true,
		 SG_DIALECT_NONE,
		 false,
		 1001},
		{"negotiate",
		 SG_ALLOWED,
		 NULL,
		 false,
		 SG_DIALECT_SMB3_11,
		 false,
		 0},
		{"negotiate",
		 SG_DENIED,
		 FLOOR,
		 false,
		 SG_DIALECT_SMB2_10,
		 false,
		 0},
	};

	check_windows_rows(rows, ARRAY_LENGTH(rows));
}

static void test_event_windows_id_of_share_connect(void **state)
{
	static const struct windows_row rows[] = {
		{"share_connect",
		 SG_ALLOWED,
		 NULL,
		 false,
		 SG_DIALECT_SMB3_11,
		 false,
		 4000},
		{"share_connect",
		 SG_ALLOWED,
		 ENCRYPTION,
		 false,
		 SG_DIALECT_SMB3_11,
		 false,
		 4000},
		{"share_connect",
		 SG_WOULD_DENY,
		 ENCRYPTION,
		 false,
		 SG_DIALECT_SMB2_10,
		 false,
		 4000},
		{"share_connect",
		 SG_DENIED,
		 ENCRYPTION,
		 false,
		 SG_DIALECT_SMB2_10,
		 false,
		 1046},
		{"share_connect",
		 SG_DENIED,
		 CIPHERS,
		 false,
		 SG_DIALECT_SMB3_11,
		 false,
		 1046},
		{"share_connect",
		 SG_DENIED,
		 FLOOR,
		 false,
		 SG_DIALECT_SMB2_10,
		 false,
		 1006},
		{"share_connect",
		 SG_DENIED,
		 NULL,
		 false,
		 SG_DIALECT_SMB3_11,
		 false,
		 1006},
		{"share_disconnect",
		 SG_ALLOWED,
		 NULL,
		 false,
		 SG_DIALECT_SMB3_11,
		 false,
		 0},
	};

	check_windows_rows(rows, ARRAY_LENGTH(rows));
}

static void test_event_windows_id_of_session(void **state)
{
	static const struct windows_row rows[] = {
		{"session",
		 SG_ALLOWED,
		 NULL,
		 false,
		 SG_DIALECT_SMB3_11,
		 false,
		 0},
		{"session",
		 SG_ALLOWED,
		 ENCRYPTION,
		 false,
		 SG_DIALECT_SMB3_11,
		 false,
		 0},
		{"session",
		 SG_DENIED,
		 ENCRYPTION,
		 false,
		 SG_DIALECT_SMB2_10,
		 false,
		 3022},
		{"session",
		 SG_WOULD_DENY,
		 ENCRYPTION,
		 false,
		 SG_DIALECT_SMB2_10,
		 false,
		 3022},
		{"session",
		 SG_ALLOWED,
		 NULL,
		 false,
		 SG_DIALECT_SMB3_11,
		 true,
		 3023},
		{"session",
		 SG_DENIED,
		 "smbguard:guest",
		 false,
		 SG_DIALECT_SMB3_11,
		 true,
		 3023},
	};

	check_windows_rows(rows, ARRAY_LENGTH(rows));
}

static void test_event_windows_id_of_session_without_signing(void **state)
{
	static const struct windows_row rows[] = {
		{"session",
		 SG_DENIED,
		 "smbguard:signing",
		 false,
		 SG_DIALECT_SMB3_11,
		 false,
		 3021},
		{"session",
		 SG_ALLOWED,
		 "smbguard:signing",
		 false,
		 SG_DIALECT_SMB3_11,
		 false,
		 0},
	};

	check_windows_rows(rows, ARRAY_LENGTH(rows));
}

static void test_event_windows_id_of_auth_failed(void **state)
{
	static const struct windows_row rows[] = {
		{"auth_failed",
		 SG_FAILED,
		 NULL,
		 false,
		 SG_DIALECT_SMB3_11,
		 false,
		 551},
	};

	check_windows_rows(rows, ARRAY_LENGTH(rows));
}

static void test_event_windows_id_of_negotiate_tampered(void **state)
{
	static const struct windows_row rows[] = {
		{"negotiate_tampered",
		 SG_DETECTED,
		 NULL,
		 false,
		 SG_DIALECT_SMB3_00,
		 false,
		 1005},
	};

	check_windows_rows(rows, ARRAY_LENGTH(rows));
}

static void test_event_windows_id_where_there_is_none(void **state)
{
	static const struct windows_row rows[] = {
		{"policy_error",
		 SG_FAILED,
		 ENCRYPTION,
		 false,
		 SG_DIALECT_SMB3_11,
		 false,
		 0},
		{"audit_lost",
		 SG_FAILED,
		 NULL,
		 false,
		 SG_DIALECT_NONE,
		 false,
		 0},
		{"downgrade",
		 SG_DETECTED,
		 NULL,
		 false,
		 SG_DIALECT_SMB3_00,
		 false,
		 0},
	};

	check_windows_rows(rows, ARRAY_LENGTH(rows));
}

/* Out of memory */

/* An event that makes every allocation there is in event.c */
static struct sg_event largest_event(struct sg_facts *facts,
				     struct sg_offer *offer)
{
	static char long_name[3000];

	memset(long_name, 'x', sizeof(long_name) - 1);
	*offer = (struct sg_offer){
		.kind = SG_OFFER_SMB2,
		.smb1 = {{(const uint8_t *)"NT LM 0.12", 10},
			 {(const uint8_t *)"\xff", 1}},
		.num_smb1 = 2,
		.dialects = {0x0311, 0x0999},
		.num_dialects = 2,
		.has_ciphers = true,
		.ciphers = {2, 99},
		.num_ciphers = 2,
		.has_signing = true,
		.signing = {2, 99},
		.num_signing = 2,
		.netname = "files",
	};
	*facts = full_facts;
	facts->offer = offer;
	facts->domain = "EXAMPLE\\b\xc3\xa4r";
	facts->client_name = "caf\xe9";
	facts->share = long_name;
	return (struct sg_event){
		.name = "share_connect",
		.when = noon,
		.facts = facts,
		.verdict = &denied,
		.have_duration = true,
		.nt_status = "NT_STATUS_ACCESS_DENIED",
		.lost = 1,
	};
}

/*
 * Fail the n-th allocation (and, with ever, all after it) for every n until
 * the line is made without one that fails. Returns that n.
 */
static unsigned run_out_of_memory(const struct sg_event *event, bool ever)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	char *good = NULL;
	size_t good_len = 0;
	unsigned n;

	jansson_live = 0;
	good = sg_event_line(mem_ctx, event, &good_len);
	assert_non_null(good);
	assert_int_equal(jansson_live, 0);

	for (n = 1; n < 100000; n++) {
		size_t len = 0;
		char *line = NULL;

		alloc_calls = 0;
		fail_at = n;
		fail_ever = ever;
		line = sg_event_line(mem_ctx, event, &len);
		fail_at = 0;
		assert_int_equal(jansson_live, 0);
		if (alloc_calls < n) {
			assert_non_null(line);
			assert_string_equal(line, good);
			break;
		}
		if (line != NULL && strcmp(line, good) != 0) {
			fail_msg("allocation %u failed, and the line is\n%s"
				 "not\n%s",
				 n,
				 line,
				 good);
		}
		if (ever) {
			assert_null(line);
			assert_int_equal(talloc_total_blocks(mem_ctx), 2);
		}
		talloc_free(line);
	}
	talloc_free(mem_ctx);
	return n;
}

static void test_event_out_of_memory_gives_no_line(void **state)
{
	struct sg_offer offer;
	struct sg_facts facts;
	struct sg_event event = largest_event(&facts, &offer);
	unsigned n = run_out_of_memory(&event, true);

	/* Fewer would mean that the allocators are not ours. */
	assert_true(n > 100);
}

/* One allocation fails, the next ones do not: no line, or the right one. */
static void test_event_short_of_memory_alters_no_line(void **state)
{
	struct sg_offer offer;
	struct sg_facts facts;
	struct sg_event event = largest_event(&facts, &offer);
	unsigned n = run_out_of_memory(&event, false);

	assert_true(n > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_golden_bare),
		cmocka_unit_test(test_event_golden_full),
		cmocka_unit_test(test_event_golden_smb1_offer),
		cmocka_unit_test(test_event_offer_lists_only_what_was_sent),
		cmocka_unit_test(test_event_offer_as_large_as_it_gets),
		cmocka_unit_test(test_event_outcomes_and_severities),
		cmocka_unit_test(test_event_time_has_microseconds_in_utc),
		cmocka_unit_test(test_event_64_bit_ids_are_hex_strings),
		cmocka_unit_test(test_event_signed_and_encrypted_where_known),
		cmocka_unit_test(test_event_strings_of_any_bytes),
		cmocka_unit_test(test_event_escaped_bytes_can_be_had_back),
		cmocka_unit_test(test_event_long_strings),
		cmocka_unit_test(test_event_line_of_every_length),
		cmocka_unit_test(test_event_line_belongs_to_its_owner),
		cmocka_unit_test(test_event_windows_id_of_negotiate),
		cmocka_unit_test(test_event_windows_id_of_share_connect),
		cmocka_unit_test(test_event_windows_id_of_session),
		cmocka_unit_test(
			test_event_windows_id_of_session_without_signing),
		cmocka_unit_test(test_event_windows_id_of_auth_failed),
		cmocka_unit_test(test_event_windows_id_of_negotiate_tampered),
		cmocka_unit_test(test_event_windows_id_where_there_is_none),
		cmocka_unit_test(test_event_out_of_memory_gives_no_line),
		cmocka_unit_test(test_event_short_of_memory_alters_no_line),
	};

	json_set_alloc_funcs(counting_malloc, counting_free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
