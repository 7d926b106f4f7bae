/*
 * smbguard watch: what an event of a file says
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Short, since the path is long; the reason says the same in more words.
 *
 * How it fails: an event without a path has "?" there.
 */

#include "watch.h"

#include "core/file_events.h"

#include <inttypes.h>
#include <string.h>

bool sg_watch_is_refused_file(const json_t *event)
{
	const char *status = sg_event_text(event, "status", NULL);

	return status != NULL && sg_file_status_refuses(status) &&
	       sg_kind_is_file(sg_event_kind_of(event));
}

static int64_t number(const json_t *event, const char *name)
{
	return json_integer_value(json_object_get(event, name));
}

static bool is_true(const json_t *event, const char *name)
{
	return json_is_true(json_object_get(event, name));
}

/* What it is called by what came of it */
static const char *opened(const json_t *event)
{
	bool folder = is_true(event, "directory");

	if (is_true(event, "created")) {
		return folder ? "make folder" : "create";
	}
	if (is_true(event, "overwritten")) {
		return "overwrite";
	}
	return folder ? "open folder" : "open";
}

static char *closed(TALLOC_CTX *mem_ctx, const json_t *event)
{
	int64_t in = number(event, "bytesRead");
	int64_t out = number(event, "bytesWritten");
	bool read = number(event, "reads") > 0;
	bool written = number(event, "writes") > 0;
	char *text = talloc_strdup(mem_ctx, "close");

	if (text != NULL && read) {
		text = talloc_asprintf_append(text, ", read %" PRId64, in);
	}
	if (text != NULL && written) {
		text = talloc_asprintf_append(text, ", wrote %" PRId64, out);
	}
	if (text != NULL && (read || written)) {
		text = talloc_strdup_append(text, " bytes:");
	}
	return text;
}

/* " owner dacl": what was changed */
static char *add_list(char *text, const json_t *event)
{
	const json_t *list = json_object_get(event, "changed");
	size_t i;

	for (i = 0; text != NULL && i < json_array_size(list); i++) {
		const char *word = json_string_value(json_array_get(list, i));

		text = talloc_asprintf_append(text,
					      "%s%s",
					      i > 0 ? ", " : " (",
					      word != NULL ? word : "?");
	}
	if (text != NULL && i > 0) {
		text = talloc_strdup_append(text, ")");
	}
	return text;
}

static char *what(TALLOC_CTX *mem_ctx, const json_t *event)
{
	const char *verb = "delete";

	switch (sg_event_kind_of(event)) {
	case SG_EVENT_FILE_OPEN:
		verb = opened(event);
		break;
	case SG_EVENT_FILE_CLOSE:
		return closed(mem_ctx, event);
	case SG_EVENT_FILE_RENAME:
		verb = "rename";
		break;
	case SG_EVENT_FILE_LINK:
		verb = "link";
		break;
	case SG_EVENT_DIRECTORY_CREATE:
		verb = "make folder";
		break;
	case SG_EVENT_DIRECTORY_DELETE:
		verb = "delete folder";
		break;
	case SG_EVENT_FILE_ACL:
		return add_list(talloc_strdup(mem_ctx, "set rights"), event);
	case SG_EVENT_FILE_ATTRIBUTES:
		return add_list(talloc_strdup(mem_ctx, "set"), event);
	default:
		break;
	}
	return talloc_strdup(mem_ctx, verb);
}

/* A path may have NULs in it, in a line that somebody else wrote. */
static char *add_bytes(char *text,
		       const char *before,
		       const char *bytes,
		       size_t len)
{
	char *more = NULL;
	size_t had;

	text = text != NULL ? talloc_strdup_append_buffer(text, before) : NULL;
	if (text == NULL) {
		return NULL;
	}
	had = strlen(text);
	more = talloc_realloc(talloc_parent(text), text, char, had + len + 1);
	if (more != NULL) {
		memcpy(more + had, bytes, len);
		more[had + len] = '\0';
	}
	return more;
}

char *sg_watch_file_text(TALLOC_CTX *mem_ctx, const json_t *event)
{
	size_t len = 1;
	size_t new_len = 0;
	const char *path = sg_event_text(event, "path", &len);
	const char *new_path = sg_event_text(event, "newPath", &new_len);
	char *text = what(mem_ctx, event);

	text = add_bytes(text,
			 " ",
			 path != NULL ? path : "?",
			 path != NULL ? len : 1);
	if (new_path != NULL) {
		text = add_bytes(text, " to ", new_path, new_len);
	}
	return text;
}
