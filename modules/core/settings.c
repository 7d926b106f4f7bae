/*
 * smbguard: one section of smb.conf
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walks the option table and, of [global], the exceptions that are listed.
 *
 * How it fails: a value that is not understood whole counts as the strictest
 * and becomes a struct sg_fault. The gates refuse while there is one, in
 * enforce mode, and record it in both.
 */

#include "exception.h"
#include "rows.h"

struct sg_fault *sg_fault_add(struct sg_settings *settings,
			      struct sg_fault **faults,
			      size_t *num_faults)
{
	struct sg_fault *more = NULL;

	more = talloc_realloc(settings,
			      *faults,
			      struct sg_fault,
			      *num_faults + 1);
	if (more == NULL) {
		return NULL;
	}
	*faults = more;
	more[*num_faults] = (struct sg_fault){.option = NULL};
	return &more[(*num_faults)++];
}

static bool add_fault(struct sg_settings *settings,
		      const struct sg_option *option,
		      const char *value,
		      const char *accepted)
{
	struct sg_fault *fault = NULL;

	fault = sg_fault_add(settings,
			     &settings->faults,
			     &settings->num_faults);
	if (fault == NULL) {
		return false;
	}
	fault->value = value;
	fault->accepted = accepted;
	fault->option = option->full_name;
	fault->rule = option->rule;
	return true;
}

/* What is not remembered cannot be refused: better said than believed. */
static bool check_history(struct sg_settings *settings)
{
	struct sg_fault *fault = NULL;

	if (settings->downgrade != SG_DOWNGRADE_REFUSE ||
	    settings->history != SG_SWITCH_NO) {
		return true;
	}
	fault = sg_fault_add(settings,
			     &settings->faults,
			     &settings->num_faults);
	if (fault == NULL) {
		return false;
	}
	*fault = (struct sg_fault){
		.option = sg_option_downgrade.full_name,
		.value = sg_option_keyword(&sg_option_downgrade,
					   settings->downgrade),
		.accepted = "record alone where smbguard:history = no",
		.rule = SG_RULE_DOWNGRADE,
	};
	return true;
}

/* False when out of memory. */
static bool parse_one(struct sg_settings *settings,
		      const struct sg_option *option,
		      enum sg_where where,
		      sg_option_getter get,
		      void *private_data)
{
	const char *value = get(option->name, private_data);
	const char *accepted = option->accepted;
	bool ok = false;

	if (value == NULL) {
		return true;
	}
	value = talloc_strdup(settings, value);
	if (value == NULL) {
		return false;
	}
	if ((option->where & where) != 0) {
		ok = sg_option_store(option, value, settings);
	} else {
		accepted = "nothing here: it belongs in [global]";
	}
	return ok || add_fault(settings, option, value, accepted);
}

struct sg_settings *sg_settings_parse(TALLOC_CTX *mem_ctx,
				      enum sg_where where,
				      sg_option_getter get,
				      void *private_data)
{
	struct sg_settings *settings = NULL;
	const struct sg_option *const *row = NULL;
	bool ok;

	settings = talloc_zero(mem_ctx, struct sg_settings);
	if (settings == NULL) {
		return NULL;
	}

	for (row = sg_option_table(); *row != NULL; row++) {
		ok = parse_one(settings, *row, where, get, private_data);
		if (!ok) {
			goto nomem;
		}
	}
	ok = check_history(settings);
	if (!ok) {
		goto nomem;
	}
	if (settings->exception_names != NULL) {
		ok = sg_exceptions_parse(settings,
					 settings->exception_names,
					 get,
					 private_data);

		if (!ok) {
			goto nomem;
		}
	}
	return settings;

nomem:
	talloc_free(settings);
	return NULL;
}
