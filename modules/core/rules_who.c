/*
 * smbguard: the options that can refuse, one rule each
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A rule says whether a section of smb.conf asks for it, whether facts meet
 * it, what kind of exception lets them pass all the same, and how everything
 * is called in messages. policy.c applies them. Here are those of who
 * logs on, how, and whether it did better before.
 *
 * How it fails: a fact that is not known does not meet a rule.
 */

#include "rules.h"

#include <strings.h>

#include "exception.h"

#define AT_SESSION (SG_GATE_SESSION | SG_GATE_SHARE)

/* guest */

static bool guest_asks(const struct sg_settings *settings)
{
	return settings->guest == SG_PERMIT_DENY;
}

static bool guest_met(const struct sg_settings *settings,
		      const struct sg_facts *facts)
{
	return facts->account != NULL && !facts->guest && !facts->anonymous;
}

static uint32_t guest_allow(const struct sg_facts *facts)
{
	return SG_ALLOW_GUEST;
}

static const char *word_deny(TALLOC_CTX *mem_ctx,
			     const struct sg_settings *settings)
{
	return "deny";
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

/* ntlm: Kerberos alone is not it */

static bool ntlm_asks(const struct sg_settings *settings)
{
	return settings->ntlm == SG_PERMIT_DENY;
}

static bool ntlm_met(const struct sg_settings *settings,
		     const struct sg_facts *facts)
{
	return facts->mechanism != NULL &&
	       strcasecmp(facts->mechanism, "krb5") == 0;
}

static uint32_t ntlm_allow(const struct sg_facts *facts)
{
	return SG_ALLOW_NTLM;
}

static const char *ntlm_actual(const struct sg_facts *facts)
{
	return facts->mechanism != NULL ? facts->mechanism : "none";
}

static const char *ntlm_lack(const struct sg_facts *facts)
{
	return "did not log on with Kerberos";
}

/* downgrade: the client's side alone; a server may change its mind */

static bool downgrade_asks(const struct sg_settings *settings)
{
	return settings->downgrade == SG_DOWNGRADE_REFUSE;
}

static bool downgrade_met(const struct sg_settings *settings,
			  const struct sg_facts *facts)
{
	return facts->regression == NULL ||
	       strcasecmp(facts->regression->side, "client") != 0;
}

static uint32_t downgrade_allow(const struct sg_facts *facts)
{
	return SG_ALLOW_DOWNGRADE;
}

static const char *word_refuse(TALLOC_CTX *mem_ctx,
			       const struct sg_settings *settings)
{
	return "refuse";
}

static const char *downgrade_actual(const struct sg_facts *facts)
{
	return facts->regression != NULL ? facts->regression->now : "no less";
}

static const char *downgrade_lack(const struct sg_facts *facts)
{
	return "uses less than it did before (see the downgrade event)";
}

const struct sg_rule sg_rule_guest = {
	.option = SG_OPTION_GUEST,
	.gates = AT_SESSION,
	.asks = guest_asks,
	.met = guest_met,
	.allow = guest_allow,
	.required = word_deny,
	.actual = guest_actual,
	.lack = guest_lack,
	.advice = "Let the client log on with an account",
};

const struct sg_rule sg_rule_ntlm = {
	.option = SG_OPTION_NTLM,
	.gates = AT_SESSION,
	.asks = ntlm_asks,
	.met = ntlm_met,
	.allow = ntlm_allow,
	.required = word_deny,
	.actual = ntlm_actual,
	.lack = ntlm_lack,
	.advice = "Let the client get a Kerberos ticket for the name "
		  "of this server",
};

const struct sg_rule sg_rule_downgrade = {
	.option = SG_OPTION_DOWNGRADE,
	.gates = SG_GATE_SESSION,
	.asks = downgrade_asks,
	.met = downgrade_met,
	.allow = downgrade_allow,
	.required = word_refuse,
	.actual = downgrade_actual,
	.lack = downgrade_lack,
	.advice = "If the client was changed on purpose, name it in an "
		  "exception that allows downgrade until it has been "
		  "seen so",
};
