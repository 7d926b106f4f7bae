/*
 * smbguard: the table of the smb.conf options
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All rows, in the order in which documents have them; options_*.c have the
 * rows themselves. And what is asked of a row by whoever walks them: the gates,
 * the parsers, the command.
 *
 * How it fails: an option that is no rule asks for nothing.
 */

#include "rows.h"

#include <string.h>

static const struct sg_option *const table[] = {
	&sg_option_mode,
	&sg_option_floor,
	&sg_option_encryption,
	&sg_option_ciphers,
	&sg_option_signing,
	&sg_option_signers,
	&sg_option_guest,
	&sg_option_ntlm,
	&sg_option_failure_delay,
	&sg_option_audit,
	&sg_option_audit_file,
	&sg_option_audit_failure,
	&sg_option_history,
	&sg_option_history_days,
	&sg_option_downgrade,
	&sg_option_exceptions,
	&sg_option_file_events,
	&sg_option_file_ignore,
	&sg_option_file_ignore_users,
	&sg_option_file_ignore_groups,
	NULL,
};

const struct sg_option *const *sg_option_table(void)
{
	return table;
}

const struct sg_option *sg_rule_option(enum sg_rule rule)
{
	const struct sg_option *const *row = NULL;

	for (row = table; rule != SG_RULE_NONE && *row != NULL; row++) {
		if ((*row)->rule == rule) {
			return *row;
		}
	}
	return NULL;
}

int sg_option_set(const struct sg_option *option,
		  const struct sg_settings *settings)
{
	int value = 0;

	if (option->type != SG_TYPE_PATH && option->type != SG_TYPE_NAMES &&
	    option->type != SG_TYPE_PATTERNS) {
		memcpy(&value,
		       (const uint8_t *)settings + option->offset,
		       sizeof(value));
	}
	return value;
}

int sg_option_number(const struct sg_option *option,
		     const struct sg_settings *settings)
{
	int value = sg_option_set(option, settings);

	return value != 0 ? value : option->by_default;
}

bool sg_option_asks(const struct sg_option *option,
		    const struct sg_settings *settings)
{
	return option->rule != SG_RULE_NONE &&
	       sg_option_set(option, settings) >= option->asks_from;
}

bool sg_settings_ask_for(const struct sg_settings *settings, enum sg_rule rule)
{
	const struct sg_option *option = sg_rule_option(rule);

	return option != NULL && sg_option_asks(option, settings);
}

/* Is anything asked for that is not held by one of these? */
static bool ask_beside(const struct sg_settings *settings, unsigned held_by)
{
	const struct sg_option *const *row = NULL;

	if (settings->num_faults > 0) {
		return true;
	}
	for (row = table; *row != NULL; row++) {
		bool more = ((*row)->held_by & held_by) == 0 &&
			    sg_option_asks(*row, settings);

		if (more) {
			return true;
		}
	}
	return false;
}

bool sg_settings_ask(const struct sg_settings *settings)
{
	return ask_beside(settings, 0);
}

bool sg_settings_need_gate(const struct sg_settings *settings)
{
	return ask_beside(settings, SG_HELD_BY_SMBD);
}

uint32_t sg_option_allow(const struct sg_option *option,
			 const struct sg_facts *facts)
{
	const struct sg_keyword *word = NULL;
	uint32_t bits = 0;

	if (option->allow != NULL) {
		return option->allow(facts);
	}
	for (word = option->words; word != NULL && word->name != NULL; word++) {
		bits |= (uint32_t)word->value;
	}
	return bits;
}

const char *sg_option_keyword(const struct sg_option *option, int value)
{
	const struct sg_keyword *k = NULL;

	for (k = option->keywords; k != NULL && k->name != NULL; k++) {
		if (k->value == value) {
			return k->name;
		}
	}
	return NULL;
}

/* "AES-128-GCM, AES-256-GCM"; a word for several before each of them. */
static char *list_text(TALLOC_CTX *mem_ctx,
		       const struct sg_option *option,
		       uint32_t mask)
{
	const struct sg_keyword *k = NULL;
	char *text = talloc_strdup(mem_ctx, "");

	for (k = option->keywords; k != NULL && k->name != NULL; k++) {
		if ((mask & (uint32_t)k->value) != (uint32_t)k->value ||
		    text == NULL) {
			continue;
		}
		mask &= ~(uint32_t)k->value;
		text = talloc_asprintf_append(text,
					      "%s%s",
					      text[0] != '\0' ? ", " : "",
					      k->name);
	}
	return text;
}

const char *sg_option_text(TALLOC_CTX *mem_ctx,
			   const struct sg_option *option,
			   int value)
{
	switch (option->type) {
	case SG_TYPE_MASK:
	case SG_TYPE_LIST:
		return list_text(mem_ctx, option, (uint32_t)value);
	case SG_TYPE_NUMBER:
		return talloc_asprintf(mem_ctx, "%d", value);
	default:
		return sg_option_keyword(option, value);
	}
}
