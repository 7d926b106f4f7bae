/*
 * smbguard: the options of what a client used before
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of the option table: see options.h for what is in one.
 */

#include "rows.h"

#include <strings.h>

static const struct sg_keyword switch_keywords[] = {
	{"yes", SG_SWITCH_YES},
	{"no", SG_SWITCH_NO},
	{NULL, 0},
};

const struct sg_option sg_option_history = {
	SG_NAMED("history"),
	SG_FIELD(history),
	.where = SG_GLOBAL,
	.type = SG_TYPE_KEYWORD,
	.keywords = switch_keywords,
	.strictest = SG_SWITCH_YES,
	.by_default = SG_SWITCH_YES,
	.accepted = "yes, no",
	.meaning = "Whether smbguard remembers what each client used, to "
		   "notice when it uses less.",
	.remedy = "With no there are no downgrade events of clients.",
};

const struct sg_option sg_option_history_days = {
	SG_NAMED("history days"),
	SG_FIELD(history_days),
	.where = SG_GLOBAL,
	.type = SG_TYPE_NUMBER,
	.strictest = 3650,
	.by_default = 90,
	.min = 1,
	.max = 3650,
	.accepted = "1 to 3650 (days)",
	.meaning = "How many days a client is remembered that does not come.",
	.remedy = "Longer than the longest holiday.",
};

/* downgrade: the client's side alone; a server may change its mind */

static bool downgrade_met(const struct sg_settings *settings,
			  const struct sg_facts *facts)
{
	return facts->downgrade == NULL ||
	       strcasecmp(facts->downgrade->side, "client") != 0;
}

static const char *downgrade_actual(const struct sg_facts *facts)
{
	return facts->downgrade != NULL ? facts->downgrade->now : "no less";
}

static const char *downgrade_lack(const struct sg_facts *facts)
{
	return "uses less than it did before (see the downgrade event)";
}

static const struct sg_keyword downgrade_keywords[] = {
	{"record", SG_DOWNGRADE_RECORD},
	{"refuse", SG_DOWNGRADE_REFUSE},
	{NULL, 0},
};

static const struct sg_keyword downgrade_words[] = {
	{"downgrade", SG_ALLOW_DOWNGRADE},
	{NULL, 0},
};

const struct sg_option sg_option_downgrade = {
	SG_NAMED("downgrade"),
	SG_FIELD(downgrade),
	.where = SG_GLOBAL,
	.type = SG_TYPE_KEYWORD,
	.keywords = downgrade_keywords,
	.strictest = SG_DOWNGRADE_REFUSE,
	.by_default = SG_DOWNGRADE_RECORD,
	.accepted = "record, refuse",
	.meaning = "refuse: a logon that uses less than the same account did "
		   "before, from the same address, is refused; record only "
		   "tells.",
	.remedy = "A client that was changed on purpose needs an exception "
		  "that allows downgrade, until it has been seen so.",
	.rule = SG_RULE_DOWNGRADE,
	.asks_from = SG_DOWNGRADE_REFUSE,
	.held_by = SG_GATE_SESSION,
	.met = downgrade_met,
	.words = downgrade_words,
	.actual = downgrade_actual,
	.lack = downgrade_lack,
	.advice = "If the client was changed on purpose, name it in an "
		  "exception that allows downgrade until it has been seen so",
};
