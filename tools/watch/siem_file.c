/*
 * smbguard watch: files in ECS and OCSF
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tables of siem.c cannot say: what came of an open or a close, and
 * the parts of a path. A path is the share's, as in the event.
 *
 * How it fails: a file whose name is not known is called "unknown" where OCSF
 * wants a name.
 */

#include "siem.h"

#include <arpa/inet.h>
#include <string.h>

/* type_id of OCSF's file, type_id of an observable */
#define IS_UNKNOWN 0
#define IS_FILE 1
#define IS_FOLDER 2
#define IS_ADDRESS 2

static bool is_true(const json_t *event, const char *name)
{
	return json_is_true(json_object_get(event, name));
}

static bool is_more(const json_t *event, const char *name)
{
	return json_integer_value(json_object_get(event, name)) > 0;
}

const char *sg_siem_file_types(const json_t *event,
			       const struct sg_siem_kind *kind)
{
	if (kind->kind == SG_EVENT_FILE_OPEN) {
		if (is_true(event, "created")) {
			return "access creation";
		}
		return is_true(event, "overwritten") ? "access change"
						     : kind->ecs_types;
	}
	if (kind->kind == SG_EVENT_FILE_CLOSE) {
		bool read = is_more(event, "reads");

		if (is_more(event, "writes")) {
			return read ? "access change" : "change";
		}
		return read ? "access" : kind->ecs_types;
	}
	return kind->ecs_types;
}

int sg_siem_file_activity(const json_t *event, const struct sg_siem_kind *kind)
{
	if (kind->kind == SG_EVENT_FILE_OPEN && is_true(event, "created")) {
		return 1; /* Create */
	}
	if (kind->kind == SG_EVENT_FILE_CLOSE && is_more(event, "writes")) {
		return 3; /* Update */
	}
	if (kind->kind == SG_EVENT_FILE_CLOSE && is_more(event, "reads")) {
		return 2; /* Read */
	}
	return kind->ocsf_activity;
}

static int type_of(const json_t *event)
{
	const json_t *directory = json_object_get(event, "directory");
	enum sg_event_kind kind = sg_event_kind_of(event);

	if (kind == SG_EVENT_DIRECTORY_CREATE ||
	    kind == SG_EVENT_DIRECTORY_DELETE || json_is_true(directory)) {
		return IS_FOLDER;
	}
	return kind == SG_EVENT_FILE_DELETE || json_is_false(directory)
		       ? IS_FILE
		       : IS_UNKNOWN;
}

/* "c" of "a/b/c:stream", and "stream"; NULL: there is none */
static json_t *name_of(const json_t *event, const char *field, json_t **stream)
{
	size_t len = 0;
	const char *path = sg_event_text(event, field, &len);
	const char *end = path + len;
	const char *name = end;
	const char *colon = NULL;

	if (path == NULL) {
		return NULL;
	}
	while (name > path && name[-1] != '/') {
		name--;
	}
	colon = memchr(name, ':', (size_t)(end - name));
	if (colon != NULL && stream != NULL && colon + 1 < end) {
		*stream = json_stringn(colon + 1, (size_t)(end - colon - 1));
	}
	end = colon != NULL ? colon : end;
	return end > name ? json_stringn(name, (size_t)(end - name)) : NULL;
}

void sg_siem_file_ecs(json_t *root, const json_t *event)
{
	json_t *stream = NULL;
	json_t *name = name_of(event, "path", &stream);
	int type = type_of(event);

	if (json_object_get(event, "path") == NULL) {
		json_decref(stream);
		json_decref(name);
		return;
	}
	sg_siem_put(root, "file.name", name);
	sg_siem_put(root, "file.fork_name", stream);
	if (type != IS_UNKNOWN) {
		const char *word = type == IS_FOLDER ? "dir" : "file";

		sg_siem_put(root, "file.type", json_string(word));
	}
}

static void put_file(json_t *root,
		     const json_t *event,
		     const char *field,
		     const char *at)
{
	json_t *file = json_object_get(root, at);
	json_t *name = name_of(event, field, NULL);

	if (file == NULL) {
		file = json_object();
		json_object_set_new(root, at, file);
	}
	json_object_set_new(file,
			    "name",
			    name != NULL ? name : json_string("unknown"));
	json_object_set_new(file, "type_id", json_integer(type_of(event)));
}

/* The class has no place for the client: it is told to be looked for. */
static void put_client(json_t *root, const json_t *event)
{
	static const struct sg_siem_field field = {
		.name = "clientAddress",
		.how = SG_SIEM_ADDRESS,
	};
	json_t *address = sg_siem_value(event, &field);
	json_t *list = NULL;

	if (address != NULL) {
		list = json_array();
		json_array_append_new(list,
				      json_pack("{s:s,s:i,s:o}",
						"name",
						"unmapped.smbguard."
						"clientAddress",
						"type_id",
						IS_ADDRESS,
						"value",
						address));
		json_object_set_new(root, "observables", list);
	}
}

void sg_siem_file_ocsf(json_t *root, const json_t *event)
{
	put_file(root, event, "path", "file");
	if (json_object_get(event, "newPath") != NULL) {
		put_file(root, event, "newPath", "file_result");
	}
	put_client(root, event);
}
