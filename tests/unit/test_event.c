/*
 * smbguard: tests of single fields of the events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "event_fixture.h"

static void test_event_names(void **state)
{
	static const char *const none[] = {"", "negotiate2", "Session", "sess"};
	int kind;
	size_t i;

	for (kind = 1; kind < SG_EVENT_KINDS; kind++) {
		const char *name = sg_event_name((enum sg_event_kind)kind);

		assert_string_not_equal(name, "");
		assert_int_equal(sg_event_from_name(name), kind);
	}
	for (i = 0; i < ARRAY_LENGTH(none); i++) {
		assert_int_equal(sg_event_from_name(none[i]), 0);
	}
	assert_int_equal(sg_event_from_name(NULL), 0);
	assert_string_equal(sg_event_name(0), "");
	assert_string_equal(sg_event_name(SG_EVENT_KINDS), "");
	assert_string_equal(sg_outcome_name(SG_FAILED + 1), "");
	assert_string_equal(sg_severity_name(SG_CRITICAL + 1), "");
}

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
		{"negotiate_tampered", SG_DETECTED, "detected", "critical"},
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
			.kind = SG_EVENT_SESSION,
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

static void test_event_downgrade(void **state)
{
	static const struct sg_downgrade downgrade = {
		.what = "dialect",
		.was = "SMB3_11",
		.now = "SMB2_10",
		.side = "client",
	};
	static const struct sg_verdict found = {
		.outcome = SG_DETECTED,
		.reason = "So.",
	};
	struct sg_event event = {
		.kind = SG_EVENT_DOWNGRADE,
		.when = noon,
		.facts = &bare_facts,
		.verdict = &found,
		.downgrade = &downgrade,
	};
	json_t *root = event_json(&event);
	json_t *d = json_object_get(root, "downgrade");

	assert_int_equal(json_object_size(d), 4);
	assert_string_equal(text_at(d, "what"), "dialect");
	assert_string_equal(text_at(d, "was"), "SMB3_11");
	assert_string_equal(text_at(d, "now"), "SMB2_10");
	assert_string_equal(text_at(d, "side"), "client");
	assert_string_equal(text_at(root, "severity"), "warning");
	json_decref(root);

	event.explanation = "The server takes less now.";
	root = event_json(&event);
	d = json_object_get(root, "downgrade");
	assert_string_equal(text_at(d, "explanation"), event.explanation);
	assert_string_equal(text_at(root, "severity"), "info");
	json_decref(root);
}

static void test_event_negotiate_tampered(void **state)
{
	static const struct sg_negotiated sent = {
		.capabilities = 0x7f,
		.guid = {1},
		.security_mode = 3,
		.dialects = {0x0302, 0x0300},
		.num_dialects = 2,
	};
	static const struct sg_negotiated received = {
		.capabilities = 0x3f,
		.security_mode = 1,
		.dialects = {0x0202, 0x0999},
		.num_dialects = 2,
	};
	const struct sg_event event = {
		.kind = SG_EVENT_NEGOTIATE_TAMPERED,
		.when = noon,
		.facts = &bare_facts,
		.verdict = &allowed,
		.sent = &sent,
		.received = &received,
		.count = 7,
	};
	json_t *root = event_json(&event);
	json_t *has = json_object_get(root, "expected");
	json_t *claims = json_object_get(root, "received");

	assert_int_equal(json_integer_value(json_object_get(root, "count")), 7);
	assert_string_equal(text_at(has, "dialect"), "SMB2_02");
	assert_string_equal(text_at(claims, "dialect"), "SMB3_02");
	assert_string_equal(
		json_string_value(
			json_array_get(json_object_get(has, "dialects"), 1)),
		"0x0999");
	assert_int_equal(
		json_integer_value(json_object_get(claims, "capabilities")),
		0x7f);
	assert_int_equal(
		json_integer_value(json_object_get(claims, "securityMode")),
		3);
	assert_string_equal(text_at(claims, "clientGuid"),
			    "00000001-0000-0000-0000-000000000000");
	json_decref(root);

	root = simple_event("session", &bare_facts, &allowed);
	assert_null(json_object_get(root, "expected"));
	assert_null(json_object_get(root, "received"));
	assert_null(json_object_get(root, "count"));
	assert_null(json_object_get(root, "downgrade"));
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_names),
		cmocka_unit_test(test_event_outcomes_and_severities),
		cmocka_unit_test(test_event_time_has_microseconds_in_utc),
		cmocka_unit_test(test_event_64_bit_ids_are_hex_strings),
		cmocka_unit_test(test_event_signed_and_encrypted_where_known),
		cmocka_unit_test(test_event_downgrade),
		cmocka_unit_test(test_event_negotiate_tampered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
