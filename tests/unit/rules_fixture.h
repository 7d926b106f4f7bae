/*
 * smbguard: clients and rows for the tests of the rules
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A row is an option and a client that does not meet it or does; the rows of
 * an option come in both kinds. Each is judged at every gate, as an option of
 * [global] and of a share, enforced and audited.
 */

#ifndef SMBGUARD_TESTS_RULES_FIXTURE_H
#define SMBGUARD_TESTS_RULES_FIXTURE_H

#include "policy_fixture.h"
#include "core/rows.h"

/* clang-format off */
/* Clients; the macros set what most of them have. */
#define CLIENT(d, c, s) \
	.client_address = "192.0.2.7", .dialect = SG_DIALECT_##d, \
	.cipher = SG_CIPHER_##c, .signing_algorithm = SG_SIGNING_##s
#define NEW_CLIENT CLIENT(SMB3_11, AES128_GCM, AES128_GMAC)
#define USER .account = "alice", .mechanism = "krb5", .can_sign = true, \
	.can_encrypt = true
/* clang-format on */

static const struct sg_offer offers_128 = {
	.kind = SG_OFFER_SMB2,
	.has_ciphers = true,
	.ciphers = {SG_CIPHER_AES128_CCM, SG_CIPHER_AES128_GCM},
	.num_ciphers = 2,
	.has_signing = true,
	.signing = {SG_SIGNING_HMAC_SHA256, SG_SIGNING_AES128_CMAC},
	.num_signing = 2,
};
static const struct sg_offer offers_all = {
	.kind = SG_OFFER_SMB2,
	.has_ciphers = true,
	.ciphers = {SG_CIPHER_AES128_GCM, SG_CIPHER_AES256_GCM, 0x4242},
	.num_ciphers = 3,
	.has_signing = true,
	.signing = {SG_SIGNING_AES128_CMAC, SG_SIGNING_AES128_GMAC, 0x4242},
	.num_signing = 3,
};

/* clang-format off */
static const struct sg_facts gmac = {NEW_CLIENT, USER};
static const struct sg_facts cmac = {
	CLIENT(SMB3_02, AES128_CCM, AES128_CMAC), USER};
static const struct sg_facts hmac = {
	CLIENT(SMB2_10, NONE, HMAC_SHA256), USER};
static const struct sg_facts md5 = {CLIENT(NT1, NONE, MD5), USER};
static const struct sg_facts unsigned_md5 = {
	CLIENT(NT1, NONE, MD5), .account = "alice"};
static const struct sg_facts keyless_md5 = {
	CLIENT(NT1, NONE, MD5), .account = "alice", .keyless = true};
static const struct sg_facts no_signing = {
	CLIENT(SMB3_11, NONE, NONE), .account = "alice"};
static const struct sg_facts odd = {
	.dialect = SG_DIALECT_SMB3_11, .cipher = 33, .signing_algorithm = 33,
	.account = "alice"};
static const struct sg_facts gcm256 = {
	CLIENT(SMB3_11, AES256_GCM, AES128_GMAC), USER};
static const struct sg_facts cmac_of_128 = {
	CLIENT(SMB3_11, AES128_CCM, AES128_CMAC), USER, .offer = &offers_128};
static const struct sg_facts cmac_of_all = {
	CLIENT(SMB3_11, AES128_GCM, AES128_CMAC), USER, .offer = &offers_all};
static const struct sg_facts old_of_all = {
	CLIENT(SMB3_02, AES128_CCM, AES128_CMAC), USER, .offer = &offers_all};
static const struct sg_facts guest = {
	NEW_CLIENT, .account = "nobody", .mechanism = "ntlmssp", .guest = true};
static const struct sg_facts anonymous = {
	NEW_CLIENT, .account = "", .mechanism = "ntlmssp", .anonymous = true};
static const struct sg_facts nobody = {NEW_CLIENT};
static const struct sg_facts by_ntlm = {
	NEW_CLIENT, .account = "alice", .mechanism = "ntlmssp"};
static const struct sg_facts by_spnego = {
	NEW_CLIENT, .account = "alice", .mechanism = "spnego"};
static const struct sg_facts by_krb5x = {
	NEW_CLIENT, .account = "alice", .mechanism = "krb5x"};
static const struct sg_facts by_krb5_in_capitals = {
	NEW_CLIENT, .account = "alice", .mechanism = "KRB5"};

#define SIGNING {.signing = SG_NEED_REQUIRED}
#define SIGNERS(mask) {.signing_algorithms = (mask)}
#define CIPHERS(mask) {.encryption_algorithms = (mask)}
#define NO_GUEST {.guest = SG_PERMIT_DENY}
#define NO_NTLM {.ntlm = SG_PERMIT_DENY}
/* clang-format on */
#define LOGGED_ON (SG_GATE_SESSION | SG_GATE_SHARE)
#define ANY_GATE (SG_GATE_NEGOTIATE | LOGGED_ON)

/* What becomes of a row */
enum result {
	MET,
	UNMET,
	COULD,	    /* unmet in enforce mode, and met in audit mode */
	KNOB_COULD, /* the same in [global], for that has the knob; else UNMET */
};

struct row {
	struct sg_settings asked;
	const struct sg_facts *facts;
	enum result result;
	const char *required;
	const char *actual;
};

static inline enum sg_outcome outcome_of(enum result result,
					 enum sg_mode mode,
					 bool in_share)
{
	bool could = result == COULD || (result == KNOB_COULD && !in_share);

	if (result == MET || (could && mode == SG_MODE_AUDIT)) {
		return SG_ALLOWED;
	}
	return mode == SG_MODE_AUDIT ? SG_WOULD_DENY : SG_DENIED;
}

static inline void check_verdict(const struct row *row,
				 size_t i,
				 enum sg_gate gate,
				 enum sg_mode mode,
				 bool in_share)
{
	struct sg_settings asked = row->asked;
	struct sg_settings others = {.mode = mode};
	struct sg_policy policy = no_policy;
	struct sg_verdict *verdict = NULL;

	asked.mode = mode;
	policy.global = in_share ? &others : &asked;
	policy.share = in_share ? &asked : NULL;
	policy.share_name = "payroll";
	verdict = decide(gate, &policy, row->facts);
	if (verdict->outcome != outcome_of(row->result, mode, in_share)) {
		fail_msg("row %zu at gate %d, mode %d: %d: %s",
			 i,
			 (int)gate,
			 (int)mode,
			 (int)verdict->outcome,
			 verdict->reason);
	}
	assert_int_equal(verdict->cause, SG_CAUSE_RULE);
	assert_string_equal(sg_rule_option(verdict->rule)->full_name,
			    verdict->option);
	assert_string_equal(verdict->required, row->required);
	assert_string_equal(verdict->actual, row->actual);
	assert_string_equal(verdict->scope, in_share ? "payroll" : "global");
	assert_null(verdict->exception);
	assert_non_null(strstr(verdict->reason, row->required));
	talloc_free(verdict);
}

static inline void check_rows(const char *option,
			      unsigned judged_at,
			      const struct row *rows,
			      size_t num)
{
	static const enum sg_mode modes[] = {SG_MODE_ENFORCE, SG_MODE_AUDIT};
	unsigned seen = 0;
	size_t i;
	size_t g;
	size_t m;

	for (i = 0; i < num; i++) {
		struct sg_policy policy = no_policy;

		policy.global = &rows[i].asked;
		seen |= 1U << rows[i].result;
		assert_true(sg_settings_ask(&rows[i].asked));
		for (g = 0; g < ARRAY_LENGTH(gates); g++) {
			struct sg_verdict *verdict = NULL;

			verdict = decide(gates[g], &policy, rows[i].facts);
			if ((judged_at & (unsigned)gates[g]) == 0) {
				assert_int_equal(verdict->outcome, SG_ALLOWED);
				assert_int_equal(verdict->cause, SG_CAUSE_NONE);
				assert_null(verdict->option);
				talloc_free(verdict);
				continue;
			}
			assert_string_equal(verdict->option, option);
			talloc_free(verdict);
			for (m = 0; m < ARRAY_LENGTH(modes); m++) {
				check_verdict(&rows[i],
					      i,
					      gates[g],
					      modes[m],
					      false);
			}
		}
		for (m = 0; m < ARRAY_LENGTH(modes); m++) {
			check_verdict(&rows[i],
				      i,
				      SG_GATE_SHARE,
				      modes[m],
				      true);
		}
	}
	/* Neither would do alone. */
	assert_int_equal(seen & 3U, 3);
}

#endif /* SMBGUARD_TESTS_RULES_FIXTURE_H */
