/*
 * smbguard: tests of whole events and the offer in them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every line is parsed again with jansson and compared field by field; the
 * golden lines are compared as JSON values and by their order of fields.
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
		.kind = SG_EVENT_SHARE_CONNECT,
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

/* All fields of a share_connect; the offer is known, and not among them. */
static void test_event_golden_full(void **state)
{
	struct sg_offer offer = {.kind = SG_OFFER_SMB2, .netname = "files"};
	struct sg_facts facts = full_facts;
	struct sg_verdict verdict = denied;
	const struct sg_event event = {
		.kind = SG_EVENT_SHARE_CONNECT,
		.when = noon,
		.facts = &facts,
		.verdict = &verdict,
		.have_duration = true,
		.duration = 1500000,
		.nt_status = "NT_STATUS_ACCESS_DENIED",
		.lost = 3,
	};

	facts.offer = &offer;
	facts.password_type = "NTLMv2";
	verdict.exception = "legacy";
	verdict.until = "2026-12-31";
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
		"\"authMechanism\":\"krb5\",\"passwordType\":\"NTLMv2\","
		"\"share\":\"payroll\","
		"\"dialect\":\"SMB3_11\",\"cipher\":\"AES-128-GCM\","
		"\"signingAlgorithm\":\"AES-128-GMAC\",\"signed\":true,"
		"\"encrypted\":false,"
		"\"policy\":{\"option\":\"smbguard:encryption\","
		"\"scope\":\"payroll\",\"required\":\"required\","
		"\"actual\":\"none\",\"exception\":\"legacy\","
		"\"until\":\"2026-12-31\"},"
		"\"duration\":1500000,"
		"\"status\":\"NT_STATUS_ACCESS_DENIED\",\"lost\":3,"
		"\"windowsEventId\":1046,\"reason\":\"Refused: alice.\"}");
}

static void test_event_golden_negotiate(void **state)
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
	struct sg_facts facts = bare_facts;
	const struct sg_event event = {
		.kind = SG_EVENT_NEGOTIATE,
		.when = noon,
		.facts = &facts,
		.verdict = &allowed,
	};

	facts.offer = &offer;
	facts.dialect = SG_DIALECT_SMB3_11;
	assert_golden(
		&event,
		"{\"timestamp\":\"2026-11-22T10:39:06.000042Z\","
		"\"type\":\"smbguard\",\"version\":{\"major\":1,\"minor\":0},"
		"\"event\":\"negotiate\",\"outcome\":\"allowed\","
		"\"severity\":\"info\","
		"\"connectionId\":\"0x0123456789abcdef\",\"pid\":4711,"
		"\"serverName\":\"\",\"localAddress\":\"\","
		"\"clientAddress\":\"\",\"clientPort\":0,"
		"\"dialect\":\"SMB3_11\","
		"\"offer\":{\"dialects\":[\"SMB2_02\",\"SMB2_10\",\"SMB3_00\","
		"\"SMB3_02\",\"SMB3_11\",\"0x0fff\"],"
		"\"ciphers\":[\"AES-128-GCM\",\"AES-128-CCM\",\"AES-256-GCM\","
		"\"AES-256-CCM\",\"0xabcd\",\"0x0000\"],"
		"\"signingAlgorithms\":[\"AES-128-GMAC\",\"AES-128-CMAC\","
		"\"HMAC-SHA256\",\"0x0009\"],"
		"\"securityMode\":1,\"capabilities\":127,"
		"\"serverName\":\"files.example.com\"},"
		"\"reason\":\"Allowed: no smbguard option asks for "
		"anything here.\"}");
}

/* Once a connection is enough. */
static void test_event_offer_in_negotiate_alone(void **state)
{
	static const char *const others[] = {
		"session",
		"auth_failed",
		"share_connect",
		"share_disconnect",
		"negotiate_tampered",
		"integrity_suspected",
		"downgrade",
		"policy_error",
		"audit_lost",
		"negotiate_mismatch",
		"reauthentication",
		"pipe_open",
	};
	const struct sg_offer offer = {.kind = SG_OFFER_OTHER};
	struct sg_facts facts = bare_facts;
	json_t *root = NULL;
	size_t i;

	facts.offer = &offer;
	root = simple_event("negotiate", &facts, &allowed);
	assert_non_null(json_object_get(root, "offer"));
	json_decref(root);
	for (i = 0; i < ARRAY_LENGTH(others); i++) {
		root = simple_event(others[i], &facts, &allowed);
		assert_null(json_object_get(root, "offer"));
		json_decref(root);
	}
	facts.offer = NULL;
	root = simple_event("negotiate", &facts, &allowed);
	assert_null(json_object_get(root, "offer"));
	json_decref(root);
}

static void test_event_smb1_offer_keeps_its_bytes(void **state)
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
	/* Of strings, as many as there is room for */
	assert_int_equal(json_array_size(json_object_get(o, "smb1")), 46);
	assert_int_equal(json_integer_value(json_object_get(o, "leftOut")),
			 SG_OFFER_MAX_ITEMS - 46);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(o, "ciphers"),
						 SG_OFFER_MAX_ITEMS - 1)),
		"0xff3f");
	assert_int_equal(json_integer_value(json_object_get(o, "capabilities")),
			 UINT32_MAX);
	json_decref(root);
	talloc_free(offer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_golden_bare),
		cmocka_unit_test(test_event_golden_full),
		cmocka_unit_test(test_event_golden_negotiate),
		cmocka_unit_test(test_event_offer_in_negotiate_alone),
		cmocka_unit_test(test_event_smb1_offer_keeps_its_bytes),
		cmocka_unit_test(test_event_offer_lists_only_what_was_sent),
		cmocka_unit_test(test_event_offer_as_large_as_it_gets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
