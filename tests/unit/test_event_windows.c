/*
 * smbguard: tests of Windows' numbers of events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * As in the table of events in docs/design.md. Each row is also looked up in
 * the line of JSON, which must not name a number that is 0.
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

/* smbd's own, or no option at all */
#define NATIVE SG_RULE_NONE

/* A number that is given is one of those that the kind says it may have. */
static bool is_listed(enum sg_event_kind kind, int number)
{
	const int *id = NULL;

	for (id = sg_event_windows_ids(kind); *id != 0; id++) {
		if (*id == number) {
			return true;
		}
	}
	return false;
}

static void check_id(size_t row,
		     const char *name,
		     const struct sg_facts *facts,
		     enum sg_outcome outcome,
		     enum sg_rule rule,
		     int expected)
{
	const struct sg_verdict verdict = {
		.outcome = outcome,
		.cause = SG_CAUSE_RULE,
		.rule = rule,
		.reason = "So.",
	};
	const struct sg_event event = {
		.kind = kind_named(name),
		.facts = facts,
		.verdict = &verdict,
	};
	json_t *root = event_json(&event);
	json_t *id = json_object_get(root, "windowsEventId");

	if (sg_event_windows_id(&event) != expected) {
		fail_msg("row %zu, %s: %d, not %d",
			 row,
			 name,
			 sg_event_windows_id(&event),
			 expected);
	}
	assert_true(expected == 0 || is_listed(event.kind, expected));
	assert_int_equal(json_integer_value(id), expected);
	assert_int_equal(id != NULL, expected != 0);
	json_decref(root);
}

/* SMB1 that was used or asked for; and refused */
static void test_event_windows_id_of_negotiate(void **state)
{
	static const struct {
		enum sg_outcome outcome;
		enum sg_rule rule;
		bool smb1_offered;
		enum sg_dialect dialect;
		int expected;
	} rows[] = {
		{SG_ALLOWED, NATIVE, true, SG_DIALECT_NT1, 3000},
		{SG_ALLOWED, NATIVE, true, SG_DIALECT_LANMAN, 3000},
		{SG_WOULD_DENY, SG_RULE_FLOOR, true, SG_DIALECT_NT1, 3000},
		{SG_DENIED, SG_RULE_FLOOR, true, SG_DIALECT_NT1, 1001},
		{SG_DENIED, NATIVE, true, SG_DIALECT_NONE, 1001},
		/* Offered beside SMB2, which it gets */
		{SG_ALLOWED, NATIVE, true, SG_DIALECT_SMB2_02, 0},
		{SG_DENIED, SG_RULE_FLOOR, true, SG_DIALECT_SMB2_02, 0},
		{SG_ALLOWED, NATIVE, true, SG_DIALECT_SMB3_11, 0},
		{SG_ALLOWED, NATIVE, false, SG_DIALECT_SMB3_11, 0},
		{SG_DENIED, SG_RULE_FLOOR, false, SG_DIALECT_SMB2_10, 0},
		{SG_DENIED, NATIVE, false, SG_DIALECT_NONE, 0},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sg_offer offer = {
			.kind = rows[i].smb1_offered ? SG_OFFER_SMB1
						     : SG_OFFER_SMB2,
			.smb1 = {{(const uint8_t *)"NT LM 0.12", 10}},
			.num_smb1 = rows[i].smb1_offered ? 1 : 0,
		};
		const struct sg_facts facts = {
			.offer = &offer,
			.dialect = rows[i].dialect,
			.signing_algorithm = SG_SIGNING_NONE,
		};

		check_id(i,
			 "negotiate",
			 &facts,
			 rows[i].outcome,
			 rows[i].rule,
			 rows[i].expected);
	}
}

static void test_event_windows_id_of_negotiate_without_offer(void **state)
{
	check_id(0, "negotiate", &bare_facts, SG_DENIED, NATIVE, 0);
}

/* What the client of a session could not do, or was */
#define GUEST 1
#define ANONYMOUS 2
#define CAN_ENCRYPT 4
#define CAN_SIGN 8
#define CAN_BOTH (CAN_ENCRYPT | CAN_SIGN)

static void test_event_windows_id_of_session(void **state)
{
	static const struct {
		unsigned client;
		int expected;
	} rows[] = {
		{CAN_BOTH, 0},
		{CAN_SIGN, 3022},
		{CAN_ENCRYPT, 3021},
		{0, 3022},
		{GUEST, 3023},
		{ANONYMOUS, 3023},
		{GUEST | CAN_BOTH, 3023},
		{ANONYMOUS | CAN_BOTH, 3023},
		{GUEST | CAN_SIGN, 3023},
		{ANONYMOUS | CAN_ENCRYPT, 3023},
	};
	static const struct {
		enum sg_outcome outcome;
		enum sg_rule rule;
	} verdicts[] = {
		{SG_ALLOWED, NATIVE},
		{SG_ALLOWED, SG_RULE_ENCRYPTION},
		{SG_WOULD_DENY, SG_RULE_ENCRYPTION},
		{SG_DENIED, SG_RULE_ENCRYPTION},
		{SG_DENIED, SG_RULE_SIGNING},
		{SG_DENIED, SG_RULE_GUEST},
		{SG_DENIED, SG_RULE_NTLM},
	};
	size_t i;
	size_t v;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sg_facts facts = {
			.dialect = SG_DIALECT_SMB3_11,
			.guest = (rows[i].client & GUEST) != 0,
			.anonymous = (rows[i].client & ANONYMOUS) != 0,
			.can_encrypt = (rows[i].client & CAN_ENCRYPT) != 0,
			.can_sign = (rows[i].client & CAN_SIGN) != 0,
		};

		/* whatever was decided */
		for (v = 0; v < ARRAY_LENGTH(verdicts); v++) {
			check_id(i,
				 "session",
				 &facts,
				 verdicts[v].outcome,
				 verdicts[v].rule,
				 rows[i].expected);
		}
	}
}

static void test_event_windows_id_of_share_connect(void **state)
{
	static const struct {
		enum sg_outcome outcome;
		enum sg_rule rule;
		int expected;
	} rows[] = {
		{SG_ALLOWED, NATIVE, 4000},
		{SG_ALLOWED, SG_RULE_ENCRYPTION, 4000},
		{SG_WOULD_DENY, SG_RULE_ENCRYPTION, 4000},
		{SG_WOULD_DENY, SG_RULE_GUEST, 4000},
		{SG_DENIED, SG_RULE_ENCRYPTION, 1046},
		{SG_DENIED, SG_RULE_CIPHERS, 1046},
		{SG_DENIED, SG_RULE_FLOOR, 1006},
		{SG_DENIED, SG_RULE_SIGNING, 1006},
		{SG_DENIED, SG_RULE_GUEST, 1006},
		{SG_DENIED, NATIVE, 1006},
		{SG_DENIED, NATIVE, 1006},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		check_id(i,
			 "share_connect",
			 &bare_facts,
			 rows[i].outcome,
			 rows[i].rule,
			 rows[i].expected);
	}
}

static void test_event_windows_id_of_other_events(void **state)
{
	static const struct {
		const char *event;
		enum sg_outcome outcome;
		enum sg_rule rule;
		int expected;
	} rows[] = {
		{"auth_failed", SG_FAILED, NATIVE, 551},
		{"negotiate_tampered", SG_DETECTED, NATIVE, 1005},
		{"share_disconnect", SG_ALLOWED, NATIVE, 0},
		{"integrity_suspected", SG_DETECTED, NATIVE, 0},
		{"policy_error", SG_FAILED, SG_RULE_ENCRYPTION, 0},
		{"audit_lost", SG_FAILED, NATIVE, 0},
		{"downgrade", SG_DETECTED, NATIVE, 0},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		check_id(i,
			 rows[i].event,
			 &bare_facts,
			 rows[i].outcome,
			 rows[i].rule,
			 rows[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_windows_id_of_negotiate),
		cmocka_unit_test(
			test_event_windows_id_of_negotiate_without_offer),
		cmocka_unit_test(test_event_windows_id_of_session),
		cmocka_unit_test(test_event_windows_id_of_share_connect),
		cmocka_unit_test(test_event_windows_id_of_other_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
