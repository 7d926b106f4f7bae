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

static void write_field(struct sg_writer *w,
			const struct sg_field *field,
			const struct sg_event *event)
{
	const void *from = sg_field_from(field, event);
	struct sg_value value;
	bool set;

	if (from == NULL) {
		return;
	}
	/* An object may be there and have nothing in it. */
	sg_write_in(w, field->object);
	set = sg_field_get(field, event, from, &value);
	if (set) {
		sg_write_key(w, field->name);
		sg_field_write(w, SG_JSON, field->type, &value);
	}
}

static bool is_of_facts(const struct sg_field *field)
{
	return field->name != NULL && field->from == SG_FROM_FACTS;
}

/* Fields of the facts that stand together. Returns the one behind them. */
static const struct sg_field *write_run(struct sg_writer *w,
					const struct sg_field *field,
					const struct sg_event *event,
					size_t run)
{
	struct sg_facts_text *text = event->facts_text;
	bool kept = text != NULL && run < SG_RUNS;
	size_t begin;

	sg_write_in(w, NULL);
	begin = w->len;
	if (kept && text->runs[run] != NULL) {
		sg_write(w, text->runs[run], text->lengths[run]);
		while (is_of_facts(field)) {
			field++;
		}
		return field;
	}
	for (; is_of_facts(field); field++) {
		write_field(w, field, event);
	}
	sg_write_in(w, NULL);
	if (kept && !w->failed) {
		text->lengths[run] = w->len - begin;
		text->runs[run] =
			talloc_memdup(text, w->text + begin, w->len - begin);
	}
	return field;
}

char *sg_event_line(TALLOC_CTX *mem_ctx,
		    const struct sg_event *event,
		    size_t *len)
{
	const struct sg_field *field = sg_fields;
	struct sg_writer w;
	size_t run = 0;

	sg_writer_begin(&w, mem_ctx);
	sg_write_char(&w, '{');
	while (field->name != NULL) {
		if (is_of_facts(field)) {
			field = write_run(&w, field, event, run++);
		} else {
			write_field(&w, field++, event);
		}
	}
	sg_write_in(&w, NULL);
	sg_write(&w, "}\n", 2);
	return sg_writer_end(&w, len);
}
