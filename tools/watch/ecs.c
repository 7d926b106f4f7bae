/*
 * smbguard watch: an event of the Elastic Common Schema
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * By the tables of siem.c. The event as it was is in "smbguard".
 *
 * How it fails: NULL when out of memory.
 */

#include "siem.h"

#include <string.h>

/* "authentication session" as a list */
static json_t *list_of(const char *words)
{
	json_t *list = json_array();

	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		json_array_append_new(list, json_stringn(words, len));
		words += len + (words[len] == ' ' ? 1 : 0);
	}
	return list;
}

static void put_text(json_t *root, const char *path, const char *text)
{
	sg_siem_put(root, path, json_string(text));
}

static json_t *types_of(const json_t *event, const struct sg_siem_kind *kind)
{
	json_t *types = list_of(sg_siem_file_types(event, kind));
	const char *outcome = sg_event_text(event, "outcome", NULL);

	if (kind->ecs_judged && outcome != NULL) {
		bool denied = strcmp(outcome, "denied") == 0;

		if (denied || strcmp(outcome, "failed") != 0) {
			json_array_append_new(
				types,
				json_string(denied ? "denied" : "allowed"));
		}
	}
	return types;
}

/* For who looks for everything about an address or an account */
static void put_related(json_t *root, const json_t *event)
{
	static const char *const pairs[][2] = {
		{"clientAddress", "related.ip"},
		{"account", "related.user"},
		{"serverName", "related.hosts"},
	};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct sg_siem_field field = {
			.name = pairs[i][0],
			.how = i == 0 ? SG_SIEM_ADDRESS : SG_SIEM_SAME,
		};
		json_t *value = sg_siem_value(event, &field);

		if (value != NULL) {
			json_t *list = json_array();

			json_array_append_new(list, value);
			sg_siem_put(root, pairs[i][1], list);
		}
	}
}

static void put_numbers(json_t *root, const json_t *event)
{
	const char *address = sg_event_text(event, "clientAddress", NULL);
	json_t *duration = json_object_get(event, "duration");

	sg_siem_put(root,
		    "event.severity",
		    json_integer(sg_siem_severity_of(event)->ecs));
	if (json_is_integer(duration)) { /* microseconds become nanoseconds */
		json_int_t ns = json_integer_value(duration) * 1000;

		sg_siem_put(root, "event.duration", json_integer(ns));
	}
	put_text(root, "network.transport", "tcp");
	put_text(root, "network.protocol", "smb");
	put_text(root, "network.direction", "ingress");
	if (address != NULL) {
		bool v6 = strchr(address, ':') != NULL;

		put_text(root, "network.type", v6 ? "ipv6" : "ipv4");
	}
}

json_t *sg_siem_ecs(json_t *event)
{
	const struct sg_siem_kind *kind = sg_siem_kind_of(event);
	const struct sg_siem_field *field = NULL;
	json_t *root = json_object();

	put_text(root, "ecs.version", SG_ECS_VERSION);
	put_text(root, "event.kind", kind->ecs_kind);
	sg_siem_put(root, "event.category", list_of(kind->ecs_categories));
	sg_siem_put(root, "event.type", types_of(event, kind));
	put_text(root, "event.outcome", sg_siem_outcome_of(event)->ecs);
	put_text(root, "event.module", "smbguard");
	put_text(root, "event.dataset", "smbguard.audit");
	put_text(root, "process.name", "smbd");
	put_numbers(root, event);
	for (field = sg_siem_fields; field->name != NULL; field++) {
		if (field->ecs != NULL) {
			sg_siem_put(root,
				    field->ecs,
				    sg_siem_value(event, field));
		}
	}
	put_related(root, event);
	sg_siem_file_ecs(root, event);
	sg_siem_put(root, "smbguard", json_incref(event));
	return root;
}
