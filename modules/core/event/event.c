/*
 * smbguard: events as lines of JSON
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fields.c has the fields and their order, json_write.c the escapes. Here is
 * what puts them into a line.
 *
 * How it fails: out of memory gives no line at all, never a partial one; the
 * caller counts the record as lost.
 *
 * All refusals of one share, with the account and what was lacking:
 *   jq -c 'select(.event == "share_connect" and .outcome == "denied")
 *          | [.share, .account, .policy.option, .policy.actual]'
 */

#include "event.h"
#include "fields.h"

char *sg_event_line(TALLOC_CTX *mem_ctx,
		    const struct sg_event *event,
		    size_t *len)
{
	const struct sg_field *field = NULL;
	struct sg_writer w;

	sg_writer_begin(&w, mem_ctx);
	sg_write_char(&w, '{');
	for (field = sg_fields; field->name != NULL; field++) {
		const void *from = sg_field_from(field, event);
		struct sg_value value;
		bool set = sg_field_get(field, event, from, &value);

		/* An object may be there and have nothing in it. */
		if (from != NULL) {
			sg_write_in(&w, field->object);
		}
		if (set) {
			sg_write_key(&w, field->name);
			sg_field_write(&w, SG_JSON, field->type, &value);
		}
	}
	sg_write_in(&w, NULL);
	sg_write(&w, "}\n", 2);
	return sg_writer_end(&w, len);
}
