/*
 * smbguard: the options of what is negotiated: signing
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of the option table: see options.h for what is in one.
 *
 * How it fails: a fact that is not known does not meet a rule.
 */

#include "rows.h"

static const struct sg_keyword signing_words[] = {
	{"unsigned", SG_ALLOW_UNSIGNED},
	{NULL, 0},
};

/* signing */

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
	return facts->account != NULL && sg_facts_is_user(facts) &&
	       !facts->keyless;
}

static const char *signing_actual(const struct sg_facts *facts)
{
	if (!facts->can_sign) {
		return "none";
	}
	return sg_known(sg_signing_name(facts->signing_algorithm),
			"unknown algorithm");
}

static const char *signing_lack(const struct sg_facts *facts)
{
	bool user = sg_facts_is_user(facts);

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

/* smbd tells its clients when they connect, and cannot hold all to it. */
const struct sg_option sg_option_signing = {
	SG_NAMED("signing"),
	SG_FIELD(signing),
	.where = SG_GLOBAL | SG_SHARE,
	.type = SG_TYPE_KEYWORD,
	.keywords = sg_need_keywords,
	.strictest = SG_NEED_REQUIRED,
	.by_default = SG_NEED_OPTIONAL,
	.accepted = "optional, required",
	.meaning = "required: every request is signed or encrypted. Guests "
		   "have no key to sign with.",
	.remedy = "Let the client log on with an account. An exception that "
		  "allows unsigned lets one in.",
	.rule = SG_RULE_SIGNING,
	.asks_from = SG_NEED_REQUIRED,
	.held_by = SG_GATE_SESSION | SG_GATE_SHARE,
	.by_address = true,
	.foreseen = true,
	.met = signing_met,
	.could = signing_could,
	.words = signing_words,
	.actual = signing_actual,
	.lack = signing_lack,
	.advice = "Let the client log on with an account and sign",
};

/* signing algorithms */

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

static const char *signers_actual(const struct sg_facts *facts)
{
	return sg_known(sg_signing_name(facts->signing_algorithm), "none");
}

static const char *signers_lack(const struct sg_facts *facts)
{
	return "negotiated a signing algorithm that is not accepted";
}

#define ALL_SIGNERS                                                    \
	(1U << SG_SIGNING_HMAC_SHA256 | 1U << SG_SIGNING_AES128_CMAC | \
	 1U << SG_SIGNING_AES128_GMAC)

static const struct sg_keyword signer_keywords[] = {
	{"HMAC-SHA256", 1 << SG_SIGNING_HMAC_SHA256},
	{"AES-128-CMAC", 1 << SG_SIGNING_AES128_CMAC},
	{"AES-128-GMAC", 1 << SG_SIGNING_AES128_GMAC},
	{NULL, 0},
};

const struct sg_option sg_option_signers = {
	SG_NAMED("signing algorithms"),
	SG_FIELD(signing_algorithms),
	.where = SG_GLOBAL | SG_SHARE,
	.type = SG_TYPE_MASK,
	.keywords = signer_keywords,
	.strictest = 1 << SG_SIGNING_AES128_GMAC,
	.max = ALL_SIGNERS,
	.accepted = "a list of HMAC-SHA256, AES-128-CMAC, AES-128-GMAC, or of "
		    "these with a \"-\" in front for all but them",
	.meaning = "The signing algorithms that are accepted, as in \"server "
		   "smb3 signing algorithms\".",
	.remedy = "Clients choose them at SMB 3.1.1 only. An exception that "
		  "allows unsigned lets one in.",
	.rule = SG_RULE_SIGNERS,
	.asks_from = 1,
	.held_by = SG_GATE_NEGOTIATE | SG_GATE_SESSION | SG_GATE_SHARE,
	.by_address = true,
	.foreseen = true,
	.met = signers_met,
	.could = signers_could,
	.words = signing_words,
	.actual = signers_actual,
	.lack = signers_lack,
	.advice = "Let the client use SMB 3.1.1 with one of these",
};
