/*
 * smbguard: the options that can refuse, one rule each
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A rule says whether a section of smb.conf asks for it, whether facts meet
 * it, what kind of exception lets them pass all the same, and how everything
 * is called in messages. policy.c applies them. Here are those of the
 * connection: dialect, ciphers and signing.
 *
 * How it fails: a fact that is not known does not meet a rule; but no cipher
 * is a fact, see there.
 */

#include "rules.h"

#include "exception.h"

#define AT_NEGOTIATE (SG_GATE_NEGOTIATE | SG_GATE_SHARE)
#define AT_SESSION (SG_GATE_SESSION | SG_GATE_SHARE)

static const char *known(const char *name, const char *otherwise)
{
	return name != NULL ? name : otherwise;
}

static bool is_user(const struct sg_facts *facts)
{
	return !facts->guest && !facts->anonymous;
}

/* min protocol */

static bool floor_asks(const struct sg_settings *settings)
{
	return settings->min_protocol != SG_DIALECT_NONE;
}

static bool floor_met(const struct sg_settings *settings,
		      const struct sg_facts *facts)
{
	return facts->dialect >= settings->min_protocol;
}

/* Whoever may use SMB1 may use what is better than that, too. */
static uint32_t floor_allow(const struct sg_facts *facts)
{
	if (facts->dialect <= SG_DIALECT_NT1) {
		return SG_ALLOW_SMB1;
	}
	return SG_ALLOW_SMB1 | SG_ALLOW_DIALECT;
}

static const char *floor_required(TALLOC_CTX *mem_ctx,
				  const struct sg_settings *settings)
{
	return sg_dialect_name(settings->min_protocol);
}

static const char *floor_actual(const struct sg_facts *facts)
{
	return known(sg_dialect_name(facts->dialect), "none");
}

static const char *floor_lack(const struct sg_facts *facts)
{
	if (facts->dialect == SG_DIALECT_NONE) {
		return "offers no dialect that is known here";
	}
	if (facts->dialect <= SG_DIALECT_NT1) {
		return "speaks SMB1";
	}
	return "speaks a dialect below the floor";
}

/* encryption */

static bool encryption_asks(const struct sg_settings *settings)
{
	return settings->encryption == SG_NEED_REQUIRED;
}

static bool encryption_met(const struct sg_settings *settings,
			   const struct sg_facts *facts)
{
	return facts->can_encrypt;
}

static uint32_t encryption_allow(const struct sg_facts *facts)
{
	return SG_ALLOW_UNENCRYPTED;
}

static const char *word_required(TALLOC_CTX *mem_ctx,
				 const struct sg_settings *settings)
{
	return "required";
}

static const char *encryption_actual(const struct sg_facts *facts)
{
	if (!facts->can_encrypt) {
		return "none";
	}
	return known(sg_cipher_name(facts->cipher), "unknown cipher");
}

static const char *encryption_lack(const struct sg_facts *facts)
{
	if (facts->dialect < SG_DIALECT_SMB3_00) {
		return "speaks a dialect that cannot encrypt";
	}
	if (facts->cipher == SG_CIPHER_NONE) {
		return "negotiated no cipher";
	}
	return "has no session key to encrypt with, being guest or anonymous";
}

/*
 * encryption algorithms: who has no cipher is not its business; that nobody
 * goes without is what "encryption" is for.
 */

static bool ciphers_ask(const struct sg_settings *settings)
{
	return settings->encryption_algorithms != 0;
}

static bool ciphers_met(const struct sg_settings *settings,
			const struct sg_facts *facts)
{
	uint32_t bit = facts->cipher < 32 ? 1U << facts->cipher : 0;

	return facts->cipher == SG_CIPHER_NONE ||
	       (settings->encryption_algorithms & bit) != 0;
}

/*
 * A client at 3.1.1 gets another cipher as soon as smbd prefers it, and none
 * if it has no other; which is no harm unless encryption is required.
 */
static bool ciphers_could(const struct sg_settings *settings,
			  const struct sg_facts *facts,
			  bool global)
{
	const struct sg_offer *offer = facts->offer;

	if (!global || facts->dialect < SG_DIALECT_SMB3_11 || offer == NULL) {
		return false;
	}
	return settings->encryption != SG_NEED_REQUIRED ||
	       (sg_offer_ciphers(offer) & settings->encryption_algorithms) != 0;
}

static uint32_t ciphers_allow(const struct sg_facts *facts)
{
	return SG_ALLOW_CIPHER;
}

static const char *ciphers_required(TALLOC_CTX *mem_ctx,
				    const struct sg_settings *settings)
{
	return sg_option_list_text(mem_ctx,
				   "encryption algorithms",
				   settings->encryption_algorithms);
}

static const char *ciphers_actual(const struct sg_facts *facts)
{
	return known(sg_cipher_name(facts->cipher), "none");
}

static const char *ciphers_lack(const struct sg_facts *facts)
{
	return "negotiated a cipher that is not accepted";
}

/* signing */

static bool signing_asks(const struct sg_settings *settings)
{
	return settings->signing == SG_NEED_REQUIRED;
}

static bool signing_met(const struct sg_settings *settings,
			const struct sg_facts *facts)
{
	return facts->can_sign;
}

/* Told that it must, a client with a key signs; SMB1 shows it only then. */
static bool signing_could(const struct sg_settings *settings,
			  const struct sg_facts *facts,
			  bool global)
{
	return facts->account != NULL && is_user(facts) && !facts->keyless;
}

static uint32_t signing_allow(const struct sg_facts *facts)
{
	return SG_ALLOW_UNSIGNED;
}

static const char *signing_actual(const struct sg_facts *facts)
{
	if (!facts->can_sign) {
		return "none";
	}
	return known(sg_signing_name(facts->signing_algorithm),
		     "unknown algorithm");
}

static const char *signing_lack(const struct sg_facts *facts)
{
	bool user = is_user(facts);

	if (!user) {
		return "has no session key to sign with, being guest or "
		       "anonymous";
	}
	if (facts->keyless) {
		return "logged on without extended security, which gives no "
		       "key to sign with";
	}
	return "does not sign";
}

/* signing algorithms */

static bool signers_ask(const struct sg_settings *settings)
{
	return settings->signing_algorithms != 0;
}

static bool signers_met(const struct sg_settings *settings,
			const struct sg_facts *facts)
{
	int algorithm = facts->signing_algorithm;

	return algorithm >= 0 && algorithm < 32 &&
	       (settings->signing_algorithms & 1U << algorithm) != 0;
}

static bool signers_could(const struct sg_settings *settings,
			  const struct sg_facts *facts,
			  bool global)
{
	const struct sg_offer *offer = facts->offer;

	if (!global || facts->dialect < SG_DIALECT_SMB3_11 || offer == NULL) {
		return false;
	}
	return (sg_offer_signing(offer) & settings->signing_algorithms) != 0;
}

static const char *signers_required(TALLOC_CTX *mem_ctx,
				    const struct sg_settings *settings)
{
	return sg_option_list_text(mem_ctx,
				   "signing algorithms",
				   settings->signing_algorithms);
}

static const char *signers_actual(const struct sg_facts *facts)
{
	return known(sg_signing_name(facts->signing_algorithm), "none");
}

static const char *signers_lack(const struct sg_facts *facts)
{
	return "negotiated a signing algorithm that is not accepted";
}

const struct sg_rule sg_rule_encryption = {
	.option = SG_OPTION_ENCRYPTION,
	.gates = AT_SESSION,
	.asks = encryption_asks,
	.met = encryption_met,
	.allow = encryption_allow,
	.required = word_required,
	.actual = encryption_actual,
	.lack = encryption_lack,
	.advice = "Let the client log on with an account and SMB 3.0 "
		  "or later",
};

const struct sg_rule sg_rule_floor = {
	.option = SG_OPTION_FLOOR,
	.gates = AT_NEGOTIATE,
	.asks = floor_asks,
	.met = floor_met,
	.allow = floor_allow,
	.required = floor_required,
	.actual = floor_actual,
	.lack = floor_lack,
	.advice = "Let the client use a newer dialect",
};

const struct sg_rule sg_rule_ciphers = {
	.option = SG_OPTION_CIPHERS,
	.gates = SG_GATE_NEGOTIATE | AT_SESSION,
	.asks = ciphers_ask,
	.met = ciphers_met,
	.could = ciphers_could,
	.allow = ciphers_allow,
	.required = ciphers_required,
	.actual = ciphers_actual,
	.lack = ciphers_lack,
	.advice = "Let the client use SMB 3.1.1 with one of these",
};

const struct sg_rule sg_rule_signing = {
	.option = SG_OPTION_SIGNING,
	.gates = AT_SESSION,
	.asks = signing_asks,
	.met = signing_met,
	.could = signing_could,
	.allow = signing_allow,
	.required = word_required,
	.actual = signing_actual,
	.lack = signing_lack,
	.advice = "Let the client log on with an account and sign",
};

const struct sg_rule sg_rule_signers = {
	.option = SG_OPTION_SIGNERS,
	.gates = SG_GATE_NEGOTIATE | AT_SESSION,
	.asks = signers_ask,
	.met = signers_met,
	.could = signers_could,
	.allow = signing_allow,
	.required = signers_required,
	.actual = signers_actual,
	.lack = signers_lack,
	.advice = "Let the client use SMB 3.1.1 with one of these",
};

/* By weight: of several that refuse, the first is told. */
static const struct sg_rule *const rules[] = {
	&sg_rule_encryption,
	&sg_rule_floor,
	&sg_rule_guest,
	&sg_rule_ntlm,
	&sg_rule_downgrade,
	&sg_rule_ciphers,
	&sg_rule_signing,
	&sg_rule_signers,
};

const struct sg_rule *const *sg_rules(size_t *num)
{
	*num = sizeof(rules) / sizeof(rules[0]);
	return rules;
}
