/*
 * smbguard: the options of what is negotiated: dialect and encryption
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of the option table: see options.h for what is in one.
 *
 * How it fails: a fact that is not known does not meet a rule; but no cipher is
 * a fact, see there.
 */

#include "rows.h"

/* min protocol */

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

static const char *floor_actual(const struct sg_facts *facts)
{
	return sg_known(sg_dialect_name(facts->dialect), "none");
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

static const struct sg_keyword dialect_keywords[] = {
	{"NT1", SG_DIALECT_NT1},
	{"SMB2_02", SG_DIALECT_SMB2_02},
	{"SMB2_10", SG_DIALECT_SMB2_10},
	{"SMB3_00", SG_DIALECT_SMB3_00},
	{"SMB3_02", SG_DIALECT_SMB3_02},
	{"SMB3_11", SG_DIALECT_SMB3_11},
	{NULL, 0},
};

static const struct sg_keyword floor_words[] = {
	{"smb1", SG_ALLOW_SMB1},
	{"dialect", SG_ALLOW_DIALECT},
	{NULL, 0},
};

const struct sg_option sg_option_floor = {
	SG_NAMED("min protocol"),
	SG_FIELD(min_protocol),
	.where = SG_GLOBAL | SG_SHARE,
	.type = SG_TYPE_KEYWORD,
	.keywords = dialect_keywords,
	.strictest = SG_DIALECT_SMB3_11,
	.accepted = "NT1, SMB2_02, SMB2_10, SMB3_00, SMB3_02, SMB3_11",
	.meaning = "The lowest dialect that is accepted. Anything above NT1 "
		   "refuses SMB1.",
	.remedy = "Update clients below it, or switch a newer dialect on "
		  "there. An exception that allows smb1 or dialect lets one in "
		  "until a date.",
	.rule = SG_RULE_FLOOR,
	.asks_from = SG_DIALECT_LANMAN,
	.held_by = SG_GATE_NEGOTIATE | SG_GATE_SHARE,
	.by_address = true,
	.foreseen = true,
	.met = floor_met,
	.words = floor_words,
	.allow = floor_allow,
	.actual = floor_actual,
	.lack = floor_lack,
	.advice = "Let the client use a newer dialect",
};

/* encryption */

static bool encryption_met(const struct sg_settings *settings,
			   const struct sg_facts *facts)
{
	return facts->can_encrypt;
}

static const char *encryption_actual(const struct sg_facts *facts)
{
	if (!facts->can_encrypt) {
		return "none";
	}
	return sg_known(sg_cipher_name(facts->cipher), "unknown cipher");
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

const struct sg_keyword sg_need_keywords[] = {
	{"optional", SG_NEED_OPTIONAL},
	{"required", SG_NEED_REQUIRED},
	{NULL, 0},
};

static const struct sg_keyword encryption_words[] = {
	{"unencrypted", SG_ALLOW_UNENCRYPTED},
	{NULL, 0},
};

const struct sg_option sg_option_encryption = {
	SG_NAMED("encryption"),
	SG_FIELD(encryption),
	.where = SG_GLOBAL | SG_SHARE,
	.type = SG_TYPE_KEYWORD,
	.keywords = sg_need_keywords,
	.strictest = SG_NEED_REQUIRED,
	.by_default = SG_NEED_OPTIONAL,
	.accepted = "optional, required",
	.meaning = "required: who cannot encrypt is refused, and who can must. "
		   "It takes SMB 3.0 or later and an account; guests have no "
		   "key.",
	.remedy = "`smbguard report --if encryption=required --share NAME` "
		  "tells who would break. An exception that allows unencrypted "
		  "lets one in.",
	.rule = SG_RULE_ENCRYPTION,
	.asks_from = SG_NEED_REQUIRED,
	.held_by = SG_GATE_SESSION | SG_GATE_SHARE | SG_HELD_BY_SMBD,
	.foreseen = true,
	.met = encryption_met,
	.words = encryption_words,
	.actual = encryption_actual,
	.lack = encryption_lack,
	.advice = "Let the client log on with an account and SMB 3.0 or later",
};

/*
 * encryption algorithms: who has no cipher is not its business; that nobody
 * goes without is what "encryption" is for.
 */

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

static const char *ciphers_actual(const struct sg_facts *facts)
{
	return sg_known(sg_cipher_name(facts->cipher), "none");
}

static const char *ciphers_lack(const struct sg_facts *facts)
{
	return "negotiated a cipher that is not accepted";
}

#define ALL_CIPHERS                                                \
	(1U << SG_CIPHER_AES128_CCM | 1U << SG_CIPHER_AES128_GCM | \
	 1U << SG_CIPHER_AES256_CCM | 1U << SG_CIPHER_AES256_GCM)

static const struct sg_keyword cipher_keywords[] = {
	{"AES-128-CCM", 1 << SG_CIPHER_AES128_CCM},
	{"AES-128-GCM", 1 << SG_CIPHER_AES128_GCM},
	{"AES-256-CCM", 1 << SG_CIPHER_AES256_CCM},
	{"AES-256-GCM", 1 << SG_CIPHER_AES256_GCM},
	{NULL, 0},
};

static const struct sg_keyword cipher_words[] = {
	{"cipher", SG_ALLOW_CIPHER},
	{NULL, 0},
};

const struct sg_option sg_option_ciphers = {
	SG_NAMED("encryption algorithms"),
	SG_FIELD(encryption_algorithms),
	.where = SG_GLOBAL | SG_SHARE,
	.type = SG_TYPE_MASK,
	.keywords = cipher_keywords,
	.strictest = 1 << SG_CIPHER_AES256_GCM,
	.max = ALL_CIPHERS,
	.accepted = "a list of AES-128-CCM, AES-128-GCM, AES-256-CCM, "
		    "AES-256-GCM, or of these with a \"-\" in front for all "
		    "but them",
	.meaning = "The ciphers that are accepted, as in \"server smb3 "
		   "encryption algorithms\".",
	.remedy = "Clients choose ciphers at SMB 3.1.1 only; 3.0 has "
		  "AES-128-CCM and nothing else. An exception that allows "
		  "cipher lets one in.",
	.rule = SG_RULE_CIPHERS,
	.asks_from = 1,
	.held_by = SG_GATE_NEGOTIATE | SG_GATE_SESSION | SG_GATE_SHARE,
	.by_address = true,
	.foreseen = true,
	.met = ciphers_met,
	.could = ciphers_could,
	.words = cipher_words,
	.actual = ciphers_actual,
	.lack = ciphers_lack,
	.advice = "Let the client use SMB 3.1.1 with one of these",
};
