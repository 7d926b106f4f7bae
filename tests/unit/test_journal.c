/*
 * smbguard: tests of events as messages for the systemd journal
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

#include <syslog.h>

#include "journal_fixture.h"

static void test_journal_of_a_whole_event(void **state)
{
	static const char *const expected[] = {
		"MESSAGE=Refused: alice.",
		"PRIORITY=4",
		"SYSLOG_IDENTIFIER=smbguard",
		"SMBGUARD_TIMESTAMP=2026-11-22T10:39:06.000042Z",
		"SMBGUARD_TYPE=smbguard",
		"SMBGUARD_VERSION_MAJOR=1",
		"SMBGUARD_VERSION_MINOR=0",
		"SMBGUARD_EVENT=share_connect",
		"SMBGUARD_OUTCOME=denied",
		"SMBGUARD_SEVERITY=warning",
		"SMBGUARD_CONNECTION_ID=0xfedcba9876543210",
		"SMBGUARD_PID=4711",
		"SMBGUARD_SERVER_NAME=FILES",
		"SMBGUARD_LOCAL_ADDRESS=192.0.2.1",
		"SMBGUARD_CLIENT_ADDRESS=2001:db8::7",
		"SMBGUARD_CLIENT_PORT=49152",
		"SMBGUARD_CLIENT_GUID=33221100-5544-7766-8899-aabbccddeeff",
		"SMBGUARD_CLIENT_NAME=DESKTOP7",
		"SMBGUARD_SESSION_ID=0x000000000000002a",
		"SMBGUARD_ACCOUNT=alice",
		"SMBGUARD_DOMAIN=EXAMPLE",
		"SMBGUARD_SID=S-1-5-21-1-2-3-1104",
		"SMBGUARD_AUTH_MECHANISM=krb5",
		"SMBGUARD_SHARE=payroll",
		"SMBGUARD_DIALECT=SMB3_11",
		"SMBGUARD_CIPHER=AES-128-GCM",
		"SMBGUARD_SIGNING_ALGORITHM=AES-128-GMAC",
		"SMBGUARD_SIGNED=true",
		"SMBGUARD_ENCRYPTED=false",
		"SMBGUARD_POLICY_OPTION=smbguard:encryption",
		"SMBGUARD_POLICY_SCOPE=payroll",
		"SMBGUARD_POLICY_REQUIRED=required",
		"SMBGUARD_POLICY_ACTUAL=none",
		"SMBGUARD_DURATION=1500000",
		"SMBGUARD_LOST=3",
		"SMBGUARD_WINDOWS_EVENT_ID=1046",
		"SMBGUARD_REASON=Refused: alice.",
	};
	const struct sg_event event = {
		.kind = SG_EVENT_SHARE_CONNECT,
		.when = noon,
		.facts = &full_facts,
		.verdict = &denied,
		.have_duration = true,
		.duration = 1500000,
		.lost = 3,
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct fields f = fields_of(mem_ctx, &event);
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(expected) && i < f.num; i++) {
		assert_string_equal(f.items[i].text, expected[i]);
	}
	assert_int_equal(f.num, ARRAY_LENGTH(expected));
	talloc_free(mem_ctx);
}

static void test_journal_of_an_offer(void **state)
{
	const struct sg_offer offer = {
		.kind = SG_OFFER_SMB2,
		.smb1 = {{(const uint8_t *)"NT LM 0.12", 10}},
		.num_smb1 = 1,
		.dialects = {0x0311, 0x0999},
		.num_dialects = 2,
		.has_ciphers = true,
		.has_signing = true,
		.signing = {2},
		.num_signing = 1,
		.security_mode = 1,
		.netname = "files",
	};
	struct sg_facts facts = bare_facts;
	const struct sg_event event = {
		.kind = SG_EVENT_NEGOTIATE,
		.when = noon,
		.facts = &facts,
		.verdict = &allowed,
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct fields f;

	facts.offer = &offer;
	f = fields_of(mem_ctx, &event);
	assert_value(&f, "SMBGUARD_OFFER_SMB1", "[\"NT LM 0.12\"]");
	assert_value(&f, "SMBGUARD_OFFER_DIALECTS", "[\"SMB3_11\",\"0x0999\"]");
	assert_value(&f, "SMBGUARD_OFFER_CIPHERS", "[]");
	assert_value(&f,
		     "SMBGUARD_OFFER_SIGNING_ALGORITHMS",
		     "[\"AES-128-GMAC\"]");
	assert_value(&f, "SMBGUARD_OFFER_SECURITY_MODE", "1");
	assert_value(&f, "SMBGUARD_OFFER_SERVER_NAME", "files");
	assert_value(&f, "SMBGUARD_SERVER_NAME", "");
	assert_null(value_of(&f, "SMBGUARD_OFFER"));
	assert_null(value_of(&f, "SMBGUARD_POLICY_OPTION"));
	talloc_free(mem_ctx);
}

/*
 * A key of the journal: capitals, digits and "_", no "_" first, at most 64
 * characters; and one value each, or a client could forge a field.
 */
static void test_journal_has_lawful_keys(void **state)
{
	const struct sg_event event = {
		.kind = SG_EVENT_SHARE_CONNECT,
		.when = noon,
		.facts = &full_facts,
		.verdict = &denied,
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct fields f = fields_of(mem_ctx, &event);
	size_t i;
	size_t j;

	assert_true(f.num > 20);
	for (i = 0; i < f.num; i++) {
		const char *text = f.items[i].text;
		size_t len =
			strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

		assert_int_equal(text[len], '=');
		assert_true(len >= 1 && len <= 64);
		assert_int_not_equal(text[0], '_');
		for (j = 0; j < i; j++) {
			assert_int_not_equal(
				strncmp(text, f.items[j].text, len + 1),
				0);
		}
	}
	talloc_free(mem_ctx);
}

static void test_journal_of_any_string(void **state)
{
	static const struct {
		const char *account;
		const char *value;
	} rows[] = {
		{"", ""},
		{"two\nlines", "two\nlines"},
		{"x\nMESSAGE=forged", "x\nMESSAGE=forged"},
		{"a=b", "a=b"},
		{"%s%n", "%s%n"},
		{"caf\xe9", "caf\\xe9"},
		{"b\xc3\xa4r", "b\xc3\xa4r"},
		{"\"quoted\"\\", "\"quoted\"\\"},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		struct sg_facts facts = bare_facts;
		struct sg_verdict verdict = denied;
		const struct sg_event event = {
			.kind = SG_EVENT_SESSION,
			.when = noon,
			.facts = &facts,
			.verdict = &verdict,
		};
		struct fields f;

		facts.account = rows[i].account;
		verdict.reason = rows[i].account;
		f = fields_of(mem_ctx, &event);
		assert_value(&f, "SMBGUARD_ACCOUNT", rows[i].value);
		assert_value(&f, "SMBGUARD_REASON", rows[i].value);
		assert_non_null(value_of(&f, "MESSAGE"));
		assert_value(&f, "SMBGUARD_EVENT", "session");
		talloc_free(mem_ctx);
	}
}

static void test_journal_priority(void **state)
{
	static const struct {
		const char *event;
		enum sg_outcome outcome;
		int priority;
	} rows[] = {
		{"session", SG_ALLOWED, LOG_INFO},
		{"auth_failed", SG_FAILED, LOG_NOTICE},
		{"session", SG_DENIED, LOG_WARNING},
		{"session", SG_WOULD_DENY, LOG_WARNING},
		{"downgrade", SG_DETECTED, LOG_WARNING},
		{"policy_error", SG_FAILED, LOG_CRIT},
		{"audit_lost", SG_FAILED, LOG_CRIT},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);
		const struct sg_verdict verdict = {
			.outcome = rows[i].outcome,
			.reason = "So.",
		};
		const struct sg_event event = {
			.kind = kind_named(rows[i].event),
			.when = noon,
			.facts = &bare_facts,
			.verdict = &verdict,
		};
		struct fields f = fields_of(mem_ctx, &event);
		char expected[8];

		assert_int_equal(sg_event_priority(&event), rows[i].priority);
		snprintf(expected, sizeof(expected), "%d", rows[i].priority);
		assert_value(&f, "PRIORITY", expected);
		assert_value(&f, "MESSAGE", "So.");
		talloc_free(mem_ctx);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_journal_of_a_whole_event),
		cmocka_unit_test(test_journal_of_an_offer),
		cmocka_unit_test(test_journal_has_lawful_keys),
		cmocka_unit_test(test_journal_of_any_string),
		cmocka_unit_test(test_journal_priority),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
