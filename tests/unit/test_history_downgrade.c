/*
 * smbguard: tests of what counts as less than before
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

#include "history_fixture.h"

static void test_history_address(void **state)
{
	static const struct {
		enum sg_dialect lowest;
		enum sg_dialect offered;
		const char *was; /* NULL: no downgrade */
		const char *now;
	} rows[] = {
		{SMB311, SMB311, NULL, NULL},
		{SMB311, SMB302, "SMB3_11", "SMB3_02"},
		{SMB311, NT1, "SMB3_11", "NT1"},
		{SMB210, SMB311, NULL, NULL},
		{SMB210, SMB210, NULL, NULL},
		{SMB210, SMB202, "SMB2_10", "SMB2_02"},
		{NT1, SG_DIALECT_LANMAN, "NT1", "LANMAN"},
		{SMB311, SG_DIALECT_NONE, NULL, NULL},
		{SG_DIALECT_NONE, NT1, NULL, NULL},
	};
	struct sg_downgrade r;
	size_t i;

	assert_false(sg_history_address_downgraded(NULL, &best, &r));
	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_history before = best;
		struct sg_history now = best;
		bool lower;

		before.lowest_dialect = rows[i].lowest;
		now.offered_dialect = rows[i].offered;
		/* What was used does not count. */
		now.used_dialect = SG_DIALECT_LANMAN;
		lower = sg_history_address_downgraded(&before, &now, &r);
		assert_int_equal(lower, rows[i].was != NULL);
		if (lower) {
			assert_string_equal(r.what, "dialect");
			assert_string_equal(r.was, rows[i].was);
			assert_string_equal(r.now, rows[i].now);
			assert_string_equal(r.side, "client");
		}
	}
}

static void check_account(const struct sg_history *before,
			  const struct sg_history *now,
			  const char *what,
			  const char *was,
			  const char *then,
			  const char *side)
{
	struct sg_downgrade r = {.what = NULL};
	bool lower = sg_history_account_downgraded(before, now, &r);

	assert_int_equal(lower, what != NULL);
	if (lower) {
		assert_string_equal(r.what, what);
		assert_non_null(r.was);
		assert_string_equal(r.was, was);
		assert_non_null(r.now);
		assert_string_equal(r.now, then);
		assert_string_equal(r.side, side);
	}
}

static void test_history_account_dialect(void **state)
{
	struct sg_history now = best;

	check_account(NULL, &now, NULL, NULL, NULL, NULL);
	check_account(&best, &now, NULL, NULL, NULL, NULL);
	now.used_dialect = SMB302;
	check_account(&best, &now, "dialect", "SMB3_11", "SMB3_02", "server");
	now.offered_dialect = SMB302;
	check_account(&best, &now, "dialect", "SMB3_11", "SMB3_02", "client");
	/* the gravest first */
	now.used_cipher = CCM128;
	now.used_signing = HMAC;
	now.mechanism = NTLM;
	check_account(&best, &now, "dialect", "SMB3_11", "SMB3_02", "client");
	check_account(&now, &best, NULL, NULL, NULL, NULL);
	now = best;
	now.used_dialect = SG_DIALECT_NONE;
	check_account(&best, &now, NULL, NULL, NULL, NULL);
}

static void test_history_account_cipher(void **state)
{
	static const struct {
		uint16_t was;
		uint16_t offered;
		uint16_t now;
		const char *names[2];
		const char *side; /* NULL: no downgrade */
	} rows[] = {
		{GCM128,
		 GCM256,
		 CCM128,
		 {"AES-128-GCM", "AES-128-CCM"},
		 "server"},
		{GCM128,
		 CCM128,
		 CCM128,
		 {"AES-128-GCM", "AES-128-CCM"},
		 "client"},
		{CCM256,
		 GCM128,
		 GCM128,
		 {"AES-256-CCM", "AES-128-GCM"},
		 "client"},
		{GCM256,
		 CCM256,
		 CCM256,
		 {"AES-256-GCM", "AES-256-CCM"},
		 "client"},
		{GCM256, GCM256, GCM256, {NULL}, NULL},
		{CCM128, GCM256, GCM256, {NULL}, NULL},
		{CCM128, 0, 0, {"AES-128-CCM", "none"}, "client"},
		{CCM128, GCM256, 0, {"AES-128-CCM", "none"}, "server"},
		{0, 0, 0, {NULL}, NULL},
		{0, CCM128, CCM128, {NULL}, NULL},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_history before = best;
		struct sg_history now = best;

		before.used_cipher = rows[i].was;
		now.offered_cipher = rows[i].offered;
		now.used_cipher = rows[i].now;
		now.used_signing = HMAC;
		now.offered_signing = HMAC;
		before.used_signing = HMAC;
		check_account(&before,
			      &now,
			      rows[i].side != NULL ? "cipher" : NULL,
			      rows[i].names[0],
			      rows[i].names[1],
			      rows[i].side);
	}
}

static void test_history_account_signing(void **state)
{
	static const struct {
		int was;
		int offered;
		int now;
		const char *names[2];
		const char *side; /* NULL: no downgrade */
	} rows[] = {
		{GMAC, GMAC, CMAC, {"AES-128-GMAC", "AES-128-CMAC"}, "server"},
		{GMAC, CMAC, CMAC, {"AES-128-GMAC", "AES-128-CMAC"}, "client"},
		{CMAC, HMAC, HMAC, {"AES-128-CMAC", "HMAC-SHA256"}, "client"},
		{HMAC,
		 GMAC,
		 SG_SIGNING_NONE,
		 {"HMAC-SHA256", "none"},
		 "server"},
		{HMAC,
		 SG_SIGNING_MD5,
		 SG_SIGNING_MD5,
		 {"HMAC-SHA256", "MD5"},
		 "client"},
		{SG_SIGNING_MD5, HMAC, HMAC, {NULL}, NULL},
		{SG_SIGNING_NONE, HMAC, HMAC, {NULL}, NULL},
		{GMAC, GMAC, GMAC, {NULL}, NULL},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_history before = best;
		struct sg_history now = best;

		before.used_signing = rows[i].was;
		now.offered_signing = rows[i].offered;
		now.used_signing = rows[i].now;
		check_account(&before,
			      &now,
			      rows[i].side != NULL ? "signing" : NULL,
			      rows[i].names[0],
			      rows[i].names[1],
			      rows[i].side);
	}
}

static void test_history_account_mechanism(void **state)
{
	static const struct {
		enum sg_mechanism was;
		enum sg_mechanism now;
		bool lower;
	} rows[] = {
		{KRB5, NTLM, true},
		{KRB5, KRB5, false},
		{NTLM, NTLM, false},
		{NTLM, KRB5, false},
		{KRB5, SG_MECHANISM_UNKNOWN, false},
		{SG_MECHANISM_UNKNOWN, NTLM, false},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_history before = best;
		struct sg_history now = best;

		before.mechanism = rows[i].was;
		now.mechanism = rows[i].now;
		check_account(&before,
			      &now,
			      rows[i].lower ? "mechanism" : NULL,
			      "krb5",
			      "NTLMSSP",
			      "client");
	}
}

/* In whatever field, before or now: there is no word for it. */
static void test_history_unknown_values_accuse_nobody(void **state)
{
	static const int unknown[] = {-7, 8, 99, 200, 255};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(unknown); i++) {
		struct sg_history strange = best;
		struct sg_history worst = best;
		struct sg_downgrade r;
		uint8_t bytes[SG_HISTORY_BYTES];
		bool ok;

		strange.offered_dialect = (enum sg_dialect)unknown[i];
		strange.used_dialect = (enum sg_dialect)unknown[i];
		strange.lowest_dialect = (enum sg_dialect)unknown[i];
		strange.offered_cipher = (uint16_t)unknown[i];
		strange.used_cipher = (uint16_t)unknown[i];
		strange.offered_signing = unknown[i];
		strange.used_signing = unknown[i];
		strange.mechanism = (enum sg_mechanism)unknown[i];
		worst.offered_dialect = NT1;
		worst.used_dialect = NT1;
		worst.used_cipher = 0;
		worst.offered_cipher = 0;
		worst.used_signing = SG_SIGNING_MD5;
		worst.offered_signing = SG_SIGNING_MD5;
		worst.mechanism = NTLM;
		check_account(&strange, &worst, NULL, NULL, NULL, NULL);
		assert_false(
			sg_history_address_downgraded(&strange, &worst, &r));

		/* As they come from the disk; or they are no record at all. */
		sg_history_pack(&strange, bytes);
		ok = sg_history_unpack(bytes, sizeof(bytes), &strange);
		if (ok) {
			check_account(&strange, &worst, NULL, NULL, NULL, NULL);
			assert_false(sg_history_address_downgraded(&strange,
								   &worst,
								   &r));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_history_address),
		cmocka_unit_test(test_history_account_dialect),
		cmocka_unit_test(test_history_account_cipher),
		cmocka_unit_test(test_history_account_signing),
		cmocka_unit_test(test_history_account_mechanism),
		cmocka_unit_test(test_history_unknown_values_accuse_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
