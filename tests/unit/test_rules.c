/*
 * smbguard: tests of the rules for signing, algorithms, guests and NTLM
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The dialects and encryption are in test_policy.c.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules_fixture.h"

static void test_rules_signing(void **state)
{
	static const struct row rows[] = {
		{SIGNING, &gmac, MET, "required", "AES-128-GMAC"},
		{SIGNING, &hmac, MET, "required", "HMAC-SHA256"},
		{SIGNING, &md5, MET, "required", "MD5"},
		/* A client with a key signs as soon as it is told to. */
		{SIGNING, &no_signing, COULD, "required", "none"},
		{SIGNING, &unsigned_md5, COULD, "required", "none"},
		/* One without cannot, whatever it is told. */
		{SIGNING, &keyless_md5, UNMET, "required", "none"},
		{SIGNING, &guest, UNMET, "required", "none"},
		{SIGNING, &anonymous, UNMET, "required", "none"},
		{SIGNING, &nobody, UNMET, "required", "none"},
	};

	check_rows("smbguard:signing", LOGGED_ON, rows, ARRAY_LENGTH(rows));
}

static void test_rules_signing_algorithms(void **state)
{
	static const struct row rows[] = {
		{SIGNERS(4), &gmac, MET, "AES-128-GMAC", "AES-128-GMAC"},
		{SIGNERS(4), &cmac, UNMET, "AES-128-GMAC", "AES-128-CMAC"},
		{SIGNERS(2), &cmac, MET, "AES-128-CMAC", "AES-128-CMAC"},
		{SIGNERS(6),
		 &cmac,
		 MET,
		 "AES-128-CMAC, AES-128-GMAC",
		 "AES-128-CMAC"},
		{SIGNERS(1), &hmac, MET, "HMAC-SHA256", "HMAC-SHA256"},
		{SIGNERS(1), &gmac, UNMET, "HMAC-SHA256", "AES-128-GMAC"},
		{SIGNERS(2), &hmac, UNMET, "AES-128-CMAC", "HMAC-SHA256"},
		{SIGNERS(2), &md5, UNMET, "AES-128-CMAC", "MD5"},
		{SIGNERS(1), &md5, UNMET, "HMAC-SHA256", "MD5"},
		{SIGNERS(1), &no_signing, UNMET, "HMAC-SHA256", "none"},
		/* smbd would have chosen another one, had it been asked to */
		{SIGNERS(4),
		 &cmac_of_all,
		 KNOB_COULD,
		 "AES-128-GMAC",
		 "AES-128-CMAC"},
		{SIGNERS(4),
		 &cmac_of_128,
		 UNMET,
		 "AES-128-GMAC",
		 "AES-128-CMAC"},
		{SIGNERS(1),
		 &cmac_of_128,
		 KNOB_COULD,
		 "HMAC-SHA256",
		 "AES-128-CMAC"},
		{SIGNERS(4),
		 &old_of_all,
		 UNMET,
		 "AES-128-GMAC",
		 "AES-128-CMAC"},
	};

	check_rows("smbguard:signing algorithms",
		   ANY_GATE,
		   rows,
		   ARRAY_LENGTH(rows));
}

static void test_rules_encryption_algorithms(void **state)
{
	static const struct row rows[] = {
		{CIPHERS(16), &gcm256, MET, "AES-256-GCM", "AES-256-GCM"},
		{CIPHERS(16), &gmac, UNMET, "AES-256-GCM", "AES-128-GCM"},
		{CIPHERS(16), &cmac, UNMET, "AES-256-GCM", "AES-128-CCM"},
		{CIPHERS(4), &gmac, MET, "AES-128-GCM", "AES-128-GCM"},
		{CIPHERS(4), &gcm256, UNMET, "AES-128-GCM", "AES-256-GCM"},
		{CIPHERS(20),
		 &gcm256,
		 MET,
		 "AES-128-GCM, AES-256-GCM",
		 "AES-256-GCM"},
		/* who does not encrypt has no cipher to judge */
		{CIPHERS(16), &hmac, MET, "AES-256-GCM", "none"},
		{CIPHERS(16), &md5, MET, "AES-256-GCM", "none"},
		{CIPHERS(2), &odd, UNMET, "AES-128-CCM", "none"},
		{CIPHERS(16),
		 &cmac_of_all,
		 KNOB_COULD,
		 "AES-256-GCM",
		 "AES-128-GCM"},
		/* it would get none, which is no harm where none is required */
		{CIPHERS(16),
		 &cmac_of_128,
		 KNOB_COULD,
		 "AES-256-GCM",
		 "AES-128-CCM"},
		{CIPHERS(4),
		 &cmac_of_128,
		 KNOB_COULD,
		 "AES-128-GCM",
		 "AES-128-CCM"},
		{CIPHERS(16), &old_of_all, UNMET, "AES-256-GCM", "AES-128-CCM"},
	};

	check_rows("smbguard:encryption algorithms",
		   ANY_GATE,
		   rows,
		   ARRAY_LENGTH(rows));
}

static void test_rules_guest(void **state)
{
	static const struct row rows[] = {
		{NO_GUEST, &gmac, MET, "deny", "user"},
		{NO_GUEST, &by_ntlm, MET, "deny", "user"},
		{NO_GUEST, &no_signing, MET, "deny", "user"},
		{NO_GUEST, &guest, UNMET, "deny", "guest"},
		{NO_GUEST, &anonymous, UNMET, "deny", "anonymous"},
		{NO_GUEST, &nobody, UNMET, "deny", "user"},
	};

	check_rows("smbguard:guest", LOGGED_ON, rows, ARRAY_LENGTH(rows));
}

static void test_rules_ntlm(void **state)
{
	static const struct row rows[] = {
		{NO_NTLM, &gmac, MET, "deny", "krb5"},
		{NO_NTLM, &by_krb5_in_capitals, MET, "deny", "KRB5"},
		{NO_NTLM, &by_ntlm, UNMET, "deny", "ntlmssp"},
		{NO_NTLM, &by_spnego, UNMET, "deny", "spnego"},
		{NO_NTLM, &by_krb5x, UNMET, "deny", "krb5x"},
		{NO_NTLM, &guest, UNMET, "deny", "ntlmssp"},
		{NO_NTLM, &no_signing, UNMET, "deny", "none"},
		{NO_NTLM, &nobody, UNMET, "deny", "none"},
	};

	check_rows("smbguard:ntlm", LOGGED_ON, rows, ARRAY_LENGTH(rows));
}

/* With encryption required, a client without one of the ciphers is lost. */
static void test_rules_audited_cipher_where_encryption_is_required(void **state)
{
	static const struct {
		const struct sg_facts *facts;
		enum sg_outcome outcome;
		const char *option;
	} rows[] = {
		{&cmac_of_128, SG_WOULD_DENY, "smbguard:encryption algorithms"},
		{&cmac_of_all, SG_ALLOWED, "smbguard:encryption"},
	};
	const struct sg_settings asked = {
		.mode = SG_MODE_AUDIT,
		.encryption = SG_NEED_REQUIRED,
		.encryption_algorithms = 1 << SG_CIPHER_AES256_GCM,
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_policy policy = no_policy;
		struct sg_verdict *verdict = NULL;

		policy.global = &asked;
		verdict = decide(SG_GATE_SESSION, &policy, rows[i].facts);
		assert_int_equal(verdict->outcome, rows[i].outcome);
		assert_string_equal(verdict->option, rows[i].option);
		talloc_free(verdict);
	}
}

/* The client's side alone, and at the session gate alone */
static void test_rules_downgrade(void **state)
{
	static const struct sg_downgrade client = {"dialect",
						   "b",
						   "a",
						   "client"};
	static const struct sg_downgrade server = {"dialect",
						   "b",
						   "a",
						   "server"};
	static const struct {
		const struct sg_downgrade *downgrade;
		enum sg_downgrade_action action;
		enum sg_gate gate;
		enum sg_outcome outcome;
	} rows[] = {
		{&client, SG_DOWNGRADE_REFUSE, SG_GATE_SESSION, SG_DENIED},
		{&client, SG_DOWNGRADE_RECORD, SG_GATE_SESSION, SG_ALLOWED},
		{&client, SG_DOWNGRADE_UNSET, SG_GATE_SESSION, SG_ALLOWED},
		{&client, SG_DOWNGRADE_REFUSE, SG_GATE_NEGOTIATE, SG_ALLOWED},
		{&client, SG_DOWNGRADE_REFUSE, SG_GATE_SHARE, SG_ALLOWED},
		{&server, SG_DOWNGRADE_REFUSE, SG_GATE_SESSION, SG_ALLOWED},
		{NULL, SG_DOWNGRADE_REFUSE, SG_GATE_SESSION, SG_ALLOWED},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_settings asked = {.downgrade = rows[i].action};
		struct sg_facts facts = best_client;
		struct sg_policy policy = no_policy;
		struct sg_verdict *verdict = NULL;

		facts.downgrade = rows[i].downgrade;
		policy.global = &asked;
		verdict = decide(rows[i].gate, &policy, &facts);
		assert_int_equal(verdict->outcome, rows[i].outcome);
		if (rows[i].outcome == SG_DENIED) {
			assert_string_equal(verdict->option,
					    "smbguard:downgrade");
			assert_string_equal(verdict->actual, "a");
		}
		talloc_free(verdict);
		asked.mode = SG_MODE_AUDIT;
		verdict = decide(rows[i].gate, &policy, &facts);
		assert_int_equal(verdict->outcome,
				 rows[i].outcome == SG_DENIED ? SG_WOULD_DENY
							      : SG_ALLOWED);
		talloc_free(verdict);
	}
}

/* The values that ask for nothing let the worst client pass, everywhere. */
static void test_rules_that_ask_for_nothing(void **state)
{
	static const struct sg_settings rows[] = {
		{.mode = SG_MODE_ENFORCE},
		{.signing = SG_NEED_OPTIONAL},
		{.guest = SG_PERMIT_ALLOW},
		{.ntlm = SG_PERMIT_ALLOW},
		{.encryption = SG_NEED_OPTIONAL},
	};
	static const struct sg_facts *const clients[] =
		{&guest, &anonymous, &no_signing, &md5, &by_ntlm, &nobody};
	size_t i;
	size_t c;
	size_t g;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_policy policy = no_policy;

		assert_false(sg_settings_ask(&rows[i]));
		policy.global = &rows[i];
		for (c = 0; c < ARRAY_LENGTH(clients); c++) {
			for (g = 0; g < ARRAY_LENGTH(gates); g++) {
				struct sg_verdict *verdict =
					decide(gates[g], &policy, clients[c]);

				assert_int_equal(verdict->outcome, SG_ALLOWED);
				assert_null(verdict->option);
				talloc_free(verdict);
			}
		}
	}
}

/* The order in which they are told, and that each of them is whole */
static void test_rules_table(void **state)
{
	static const char *const order[] = {
		"smbguard:encryption",
		"smbguard:min protocol",
		"smbguard:guest",
		"smbguard:ntlm",
		"smbguard:downgrade",
		"smbguard:encryption algorithms",
		"smbguard:signing",
		"smbguard:signing algorithms",
	};
	size_t i;

	assert_null(sg_rule_option(SG_RULE_NONE));
	assert_null(sg_rule_option(SG_RULE_END));
	assert_int_equal(SG_RULE_END, ARRAY_LENGTH(order) + 1);
	for (i = 0; i < ARRAY_LENGTH(order); i++) {
		const struct sg_option *o =
			sg_rule_option((enum sg_rule)(SG_RULE_NONE + 1 + i));

		assert_non_null(o);
		assert_string_equal(o->full_name, order[i]);
		assert_true((o->held_by & ANY_GATE) != 0);
		assert_int_equal(
			o->held_by & ~(unsigned)(ANY_GATE | SG_HELD_BY_SMBD),
			0);
		/* Before a client has an account, its address is all. */
		assert_true((o->held_by & SG_GATE_NEGOTIATE) == 0 ||
			    o->by_address);
		assert_true(o->asks_from > 0);
		assert_true(o->asks_from <= o->strictest);
		assert_non_null(o->met);
		assert_non_null(o->actual);
		assert_non_null(o->lack);
		assert_true(strlen(o->advice) > 0);
		assert_true(o->words != NULL && o->words[0].name != NULL);
		assert_true(sg_option_allow(o, &unknown_client) != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_signing),
		cmocka_unit_test(test_rules_signing_algorithms),
		cmocka_unit_test(test_rules_encryption_algorithms),
		cmocka_unit_test(test_rules_guest),
		cmocka_unit_test(test_rules_ntlm),
		cmocka_unit_test(
			test_rules_audited_cipher_where_encryption_is_required),
		cmocka_unit_test(test_rules_downgrade),
		cmocka_unit_test(test_rules_that_ask_for_nothing),
		cmocka_unit_test(test_rules_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
