/*
 * smbguard(8): its tables, for the project's own tests
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `smbguard --tables` prints as JSON what the code's tables have, so that tests
 * hold the documents against the code without reading it. It is in no manual
 * and may change at any time.
 *
 * How it fails: out of memory, or where standard output takes nothing: 2.
 */

#include "common/tool.h"
#include "tables/options.h"

#include <jansson.h>
#include <stdio.h>

#include "core/event/journal.h"

static json_t *version(void)
{
	return json_pack("{s:i,s:i}",
			 "major",
			 SG_EVENT_MAJOR,
			 "minor",
			 SG_EVENT_MINOR);
}

static json_t *events(void)
{
	json_t *rows = json_array();
	int kind;

	for (kind = 1; kind < SG_EVENT_KINDS; kind++) {
		const int *id = sg_event_windows_ids((enum sg_event_kind)kind);
		json_t *ids = json_array();

		for (; *id != 0; id++) {
			json_array_append_new(ids, json_integer(*id));
		}
		json_array_append_new(
			rows,
			json_pack("{s:s,s:o}",
				  "name",
				  sg_event_name((enum sg_event_kind)kind),
				  "windowsEventIds",
				  ids));
	}
	return rows;
}

static json_t *outcomes(void)
{
	json_t *names = json_array();
	int i;

	for (i = 0; i <= SG_FAILED; i++) {
		const char *name = sg_outcome_name((enum sg_outcome)i);

		json_array_append_new(names, json_string(name));
	}
	return names;
}

static json_t *severities(void)
{
	json_t *names = json_array();
	int i;

	for (i = 0; i <= SG_CRITICAL; i++) {
		const char *name = sg_severity_name((enum sg_severity)i);

		json_array_append_new(names, json_string(name));
	}
	return names;
}

static json_t *names_of(uint32_t kinds)
{
	json_t *names = json_array();
	int kind;

	for (kind = 1; kind < SG_EVENT_KINDS; kind++) {
		const char *name = sg_event_name((enum sg_event_kind)kind);

		if ((kinds & 1U << kind) != 0) {
			json_array_append_new(names, json_string(name));
		}
	}
	return names;
}

static json_t *fields(void)
{
	const struct sg_field *f = NULL;
	json_t *rows = json_array();

	for (f = sg_fields; f->name != NULL; f++) {
		/* An offer need not have a part of SMB2. */
		bool always = f->always && f->from != SG_FROM_OFFER_SMB2;
		char name[SG_FIELD_NAME_SIZE];
		char key[SG_JOURNAL_KEY_SIZE];

		json_array_append_new(rows,
				      json_pack("{s:s,s:s,s:b,s:o,s:s}",
						"name",
						sg_field_name(f, name),
						"type",
						sg_field_type_name(f->type),
						"always",
						always,
						"events",
						names_of(f->events),
						"journal",
						sg_journal_key(f, key)));
	}
	return rows;
}

static const struct {
	const char *name;
	json_t *(*rows)(void);
} tables[] = {
	{"version", version}, /* of events */
	{"events", events},
	{"outcomes", outcomes},
	{"severities", severities},
	{"fields", fields},
};

int sg_print_tables(void)
{
	json_t *all = json_object();
	size_t i;
	int ret;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		json_object_set_new(all, tables[i].name, tables[i].rows());
	}
	ret = sg_tables_options(all) ? 0 : -1;
	if (ret == 0) {
		ret = json_dumpf(all, stdout, JSON_INDENT(2));
	}
	json_decref(all);
	if (ret == 0) {
		ret = putchar('\n') == '\n' ? fflush(stdout) : EOF;
	}
	return ret == 0 ? SG_EXIT_OK : SG_EXIT_ERROR;
}
