/*
 * smbguard: the options of who logs on, and how
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of the option table: see options.h for what is in one.
 *
 * How it fails: a fact that is not known does not meet a rule.
 */

#include "rows.h"

#include <strings.h>

static const struct sg_keyword permit_keywords[] = {
	{"allow", SG_PERMIT_ALLOW},
	{"deny", SG_PERMIT_DENY},
	{NULL, 0},
};

/* guest */

static bool guest_met(const struct sg_settings *settings,
		      const struct sg_facts *facts)
{
	return facts->account != NULL && sg_facts_is_user(facts);
}

static const char *guest_actual(const struct sg_facts *facts)
{
	if (facts->anonymous) {
		return "anonymous";
	}
	return facts->guest ? "guest" : "user";
}

static const char *guest_lack(const struct sg_facts *facts)
{
	return "is logged on as guest or anonymous";
}

static const struct sg_keyword guest_words[] = {
	{"guest", SG_ALLOW_GUEST},
	{NULL, 0},
};

const struct sg_option sg_option_guest = {
	SG_NAMED("guest"),
	SG_FIELD(guest),
	.where = SG_GLOBAL | SG_SHARE,
	.type = SG_TYPE_KEYWORD,
	.keywords = permit_keywords,
	.strictest = SG_PERMIT_DENY,
	.by_default = SG_PERMIT_ALLOW,
	.accepted = "allow, deny",
	.meaning = "deny: guest and anonymous sessions are refused.",
	.remedy = "Give the client an account. Look at \"map to guest\", which "
		  "makes guests of wrong names. An exception that allows guest "
		  "lets one in.",
	.rule = SG_RULE_GUEST,
	.asks_from = SG_PERMIT_DENY,
	.held_by = SG_GATE_SESSION | SG_GATE_SHARE,
	.by_logon = true,
	.foreseen = true,
	.met = guest_met,
	.words = guest_words,
	.actual = guest_actual,
	.lack = guest_lack,
	.advice = "Let the client log on with an account",
};

/* ntlm: Kerberos alone is not it */

static bool ntlm_met(const struct sg_settings *settings,
		     const struct sg_facts *facts)
{
	return facts->mechanism != NULL &&
	       strcasecmp(facts->mechanism, "krb5") == 0;
}

static const char *ntlm_actual(const struct sg_facts *facts)
{
	return sg_known(facts->mechanism, "none");
}

static const char *ntlm_lack(const struct sg_facts *facts)
{
	return "did not log on with Kerberos";
}

static const struct sg_keyword ntlm_words[] = {
	{"ntlm", SG_ALLOW_NTLM},
	{NULL, 0},
};

const struct sg_option sg_option_ntlm = {
	SG_NAMED("ntlm"),
	SG_FIELD(ntlm),
	.where = SG_GLOBAL | SG_SHARE,
	.type = SG_TYPE_KEYWORD,
	.keywords = permit_keywords,
	.strictest = SG_PERMIT_DENY,
	.by_default = SG_PERMIT_ALLOW,
	.accepted = "allow, deny",
	.meaning = "deny: only Kerberos is accepted.",
	.remedy = "Clients fall back to NTLM when they use an address instead "
		  "of a name, or a name that has no service principal. An "
		  "exception that allows ntlm lets one in.",
	.rule = SG_RULE_NTLM,
	.asks_from = SG_PERMIT_DENY,
	.held_by = SG_GATE_SESSION | SG_GATE_SHARE,
	.by_logon = true,
	.foreseen = true,
	.met = ntlm_met,
	.words = ntlm_words,
	.actual = ntlm_actual,
	.lack = ntlm_lack,
	.advice = "Let the client get a Kerberos ticket for the name of this "
		  "server",
};

const struct sg_option sg_option_failure_delay = {
	SG_NAMED("auth failure delay"),
	SG_FIELD(auth_failure_delay),
	.where = SG_GLOBAL,
	.type = SG_TYPE_NUMBER,
	.strictest = 10000,
	.max = 10000,
	.accepted = "0 to 10000 (milliseconds)",
	.meaning = "Each failed logon is answered so many milliseconds late, "
		   "which slows down who guesses passwords.",
	.remedy = "Windows has 2000. Other clients do not wait for it.",
};
