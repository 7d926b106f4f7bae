/*
 * smbguard check: its result as JSON
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The same as the text, for programs. A name of an option is a key as it
 * stands in the option table.
 *
 * How it fails: NULL when out of memory. Bytes that are not UTF-8 are escaped
 * as in the events.
 */

#include "check.h"
#include "common/json_text.h"

#include <string.h>

static const char *const grades[] = {"note", "warning", "error"};

/* A text, null for NULL. */
static json_t *text(const char *value)
{
	return value != NULL ? sg_json_string(value, strlen(value))
			     : json_null();
}

static json_t *finding(const struct sg_finding *f)
{
	json_t *o = json_object();

	json_object_set_new(o, "severity", json_string(grades[f->grade]));
	json_object_set_new(o, "id", json_string(f->id));
	json_object_set_new(o, "file", text(f->file));
	json_object_set_new(o,
			    "line",
			    f->line > 0 ? json_integer(f->line) : json_null());
	json_object_set_new(o,
			    "section",
			    text(f->section != NULL ? f->section->name : NULL));
	json_object_set_new(o, "option", text(f->option));
	json_object_set_new(o, "what", text(f->what));
	json_object_set_new(o, "block", json_integer((json_int_t)f->alike));
	json_object_set_new(o, "remedy", text(f->remedy));
	return o;
}

static json_t *policy(const struct sg_check *check,
		      const struct sg_checked *share)
{
	json_t *o = json_object();
	const struct sg_option *const *row = NULL;
	TALLOC_CTX *mem = talloc_new(NULL);

	if (share != NULL) {
		json_object_set_new(o, "share", text(share->section->name));
		json_object_set_new(o, "guarded", json_boolean(share->guarded));
	}
	for (row = sg_option_table(); *row != NULL; row++) {
		const struct sg_option *option = *row;
		const char *value = NULL;

		if (share != NULL && (option->where & SG_SHARE) == 0) {
			continue;
		}
		value = sg_effective(mem,
				     check->conf,
				     option,
				     check->settings,
				     share != NULL ? share->settings : NULL);
		json_object_set_new(o, option->name, text(value));
	}
	talloc_free(mem);
	return o;
}

static json_t *exception(const struct sg_check *check,
			 const struct sg_exception *e)
{
	json_t *o = json_object();
	bool holds = e->invalid == NULL && check->now < e->expires;

	json_object_set_new(o, "name", text(e->name));
	json_object_set_new(o, "until", text(e->until));
	json_object_set_new(o, "reason", text(e->reason));
	json_object_set_new(o, "holds", json_boolean(holds));
	json_object_set_new(o, "invalid", text(e->invalid));
	return o;
}

static json_t *client(const struct sg_check *check,
		      const struct sg_client_row *row)
{
	json_t *o = json_object();
	const char *value = sg_conf_value(check->global, row->name);
	const char *counts = value != NULL ? value : row->by_default;

	json_object_set_new(o, "setting", json_string(row->name));
	json_object_set_new(o, "value", text(counts));
	json_object_set_new(o, "windowsPolicy", json_string(row->windows));
	json_object_set_new(o, "windowsValue", json_string(row->means(counts)));
	return o;
}

json_t *sg_check_json(const struct sg_check *check)
{
	const struct sg_client_row *row = sg_client_rows();
	json_t *root = json_object();
	json_t *findings = json_array();
	json_t *shares = json_array();
	json_t *exceptions = json_array();
	json_t *clients = json_array();
	bool wrong = false;
	int ret = 0;
	size_t i;

	for (i = 0; i < check->num_findings; i++) {
		const struct sg_finding *f = &check->findings[i];

		wrong = wrong || f->grade != SG_GRADE_NOTE;
		ret |= json_array_append_new(findings, finding(f));
	}
	for (i = 0; i < check->num_shares; i++) {
		ret |= json_array_append_new(shares,
					     policy(check, &check->shares[i]));
	}
	for (i = 0; i < check->settings->num_exceptions; i++) {
		const struct sg_exception *e = &check->settings->exceptions[i];

		ret |= json_array_append_new(exceptions, exception(check, e));
	}
	for (; row->name != NULL; row++) {
		ret |= json_array_append_new(clients, client(check, row));
	}
	ret |= json_object_set_new(root, "file", text(check->conf->path));
	ret |= json_object_set_new(root, "wrong", json_boolean(wrong));
	ret |= json_object_set_new(root, "findings", findings);
	ret |= json_object_set_new(root, "global", policy(check, NULL));
	ret |= json_object_set_new(root, "shares", shares);
	ret |= json_object_set_new(root, "exceptions", exceptions);
	ret |= json_object_set_new(root, "client", clients);
	if (ret != 0) {
		json_decref(root);
		return NULL;
	}
	return root;
}
