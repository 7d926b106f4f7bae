/*
 * smbguard: what would change, shown
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A unified difference for each file, three lines around each change, as diff -u
 * has it; of the registry the parameters alone. It is for eyes: what could
 * steer a terminal is shown otherwise.
 *
 * How it fails: out of memory, and less is shown.
 */

#include "setup.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/table.h"

#define AROUND 3

/* Lines of the old file that become others. */
struct region {
	size_t first;
	size_t end; /* behind the last */
	char *text; /* what they become */
	size_t len;
	size_t num; /* lines of that */
};

struct diff {
	const struct sg_edit *edit;
	size_t *starts; /* of each line, and the end of all */
	size_t num;
	struct region *regions;
	size_t num_regions;
	bool colour;
};

static size_t count_lines(const char *text, size_t len)
{
	size_t num = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		num += text[i] == '\n' || i + 1 == len ? 1 : 0;
	}
	return num;
}

static bool find_starts(struct diff *d)
{
	const struct sg_edit *edit = d->edit;
	size_t at = 0;
	size_t i;

	d->num = count_lines(edit->bytes, edit->len);
	d->starts = talloc_zero_array(edit, size_t, d->num + 1);
	for (i = 0; d->starts != NULL && i < edit->len; i++) {
		if (i == 0 || edit->bytes[i - 1] == '\n') {
			d->starts[at++] = i;
		}
	}
	if (d->starts != NULL) {
		d->starts[d->num] = edit->len;
	}
	return d->starts != NULL;
}

/* The line in which a byte is, or that begins there. */
static size_t line_at(const struct diff *d, size_t at)
{
	size_t low = 0;
	size_t high = d->num;

	while (low < high) {
		size_t middle = low + (high - low + 1) / 2;

		if (d->starts[middle] <= at) {
			low = middle;
		} else {
			high = middle - 1;
		}
	}
	return low;
}

static bool add_region(struct diff *d, const struct sg_change *c)
{
	bool whole_line;
	size_t first = line_at(d, c->begin);
	size_t end = first;
	struct region *last = NULL;

	/* A file that ends without a newline: it belongs to the last line. */
	if (first == d->num && first > 0 &&
	    d->edit->bytes[d->edit->len - 1] != '\n') {
		first--;
	}
	whole_line = first < d->num && d->starts[first] == c->begin &&
		     c->begin == c->end;
	if (first < d->num && !whole_line) {
		end = line_at(d, c->end);
		end += d->starts[end] < c->end || end == first ? 1 : 0;
		end = end > d->num ? d->num : end;
	}
	if (d->num_regions > 0) {
		last = &d->regions[d->num_regions - 1];
	}
	if (last != NULL && first <= last->end) {
		last->end = end > last->end ? end : last->end;
		return true;
	}
	d->regions = talloc_realloc(d->edit,
				    d->regions,
				    struct region,
				    d->num_regions + 1);
	if (d->regions == NULL) {
		return false;
	}
	d->regions[d->num_regions++] =
		(struct region){.first = first, .end = end};
	return true;
}

static bool find_regions(struct diff *d)
{
	const struct sg_edit *edit = d->edit;
	bool ok = find_starts(d);
	size_t i;

	for (i = 0; ok && i < edit->num_changes; i++) {
		ok = add_region(d, &edit->changes[i]);
	}
	for (i = 0; ok && i < d->num_regions; i++) {
		struct region *r = &d->regions[i];

		r->text = sg_edit_part(d->regions,
				       edit,
				       d->starts[r->first],
				       d->starts[r->end],
				       &r->len);
		ok = r->text != NULL;
		r->num = ok ? count_lines(r->text, r->len) : 0;
	}
	return ok;
}

static void print_text(const char *text, size_t len)
{
	char *copy = talloc_strndup(NULL, text, len);
	char *part = copy;

	/* A tab does no harm, and indents. */
	while (part != NULL) {
		char *tab = strchr(part, '\t');
		char *shown = NULL;

		if (tab != NULL) {
			*tab = '\0';
		}
		shown = sg_harmless(copy, part);
		printf("%s%s",
		       shown != NULL ? shown : "?",
		       tab != NULL ? "\t" : "");
		part = tab != NULL ? tab + 1 : NULL;
	}
	talloc_free(copy);
}

static void print_line(char sign, const char *text, size_t len, bool colour)
{
	const char *on = sign == '-' ? "\033[31m" : "\033[32m";

	if (sign == ' ') {
		colour = false;
	}
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r')) {
		len--;
	}
	printf("%s%c", colour ? on : "", sign);
	print_text(text, len);
	printf("%s\n", colour ? "\033[0m" : "");
}

static void print_old(const struct diff *d, char sign, size_t from, size_t to)
{
	for (; from < to; from++) {
		print_line(sign,
			   d->edit->bytes + d->starts[from],
			   d->starts[from + 1] - d->starts[from],
			   d->colour);
	}
}

static void print_region(const struct diff *d, const struct region *r)
{
	const char *at = r->text;
	const char *end = r->text + r->len;

	print_old(d, '-', r->first, r->end);
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *next = newline != NULL ? newline + 1 : end;

		print_line('+', at, (size_t)(next - at), d->colour);
		at = next;
	}
}

/* Regions from one to the other, with what is around them. */
static void print_hunk(const struct diff *d,
		       size_t first,
		       size_t end,
		       long shift)
{
	const struct region *a = &d->regions[first];
	const struct region *z = &d->regions[end - 1];
	size_t from = a->first > AROUND ? a->first - AROUND : 0;
	size_t to = z->end + AROUND < d->num ? z->end + AROUND : d->num;
	size_t news = to - from;
	size_t at = from;
	size_t i;

	for (i = first; i < end; i++) {
		news += d->regions[i].num;
		news -= d->regions[i].end - d->regions[i].first;
	}
	printf("@@ -%zu,%zu +%zu,%zu @@\n",
	       from + (to > from ? 1 : 0),
	       to - from,
	       (size_t)((long)from + shift) + (news > 0 ? 1 : 0),
	       news);
	for (i = first; i < end; i++) {
		print_old(d, ' ', at, d->regions[i].first);
		print_region(d, &d->regions[i]);
		at = d->regions[i].end;
	}
	print_old(d, ' ', at, to);
}

static void print_edit(const struct sg_edit *edit, bool colour)
{
	struct diff d = {.edit = edit, .colour = colour};
	bool ok = find_regions(&d);
	long shift = 0;
	size_t first = 0;
	size_t i;

	printf("--- ");
	print_text(edit->path, strlen(edit->path));
	printf("\n+++ ");
	print_text(edit->path, strlen(edit->path));
	printf(" (new)\n");
	for (i = 1; ok && i <= d.num_regions; i++) {
		const struct region *r = &d.regions[i - 1];
		size_t k;

		if (i < d.num_regions &&
		    d.regions[i].first <= r->end + 2 * AROUND) {
			continue;
		}
		print_hunk(&d, first, i, shift);
		for (k = first; k < i; k++) {
			shift += (long)d.regions[k].num;
			shift -= (long)(d.regions[k].end - d.regions[k].first);
		}
		first = i;
	}
	talloc_free(d.regions);
	talloc_free(d.starts);
}

const char *sg_setup_value_now(const struct sg_setup *s,
			       const struct sg_conf_change *change)
{
	const char *value = NULL;
	size_t i;
	size_t k;

	for (i = 0; i < s->conf->num_sections; i++) {
		const struct sg_conf_section *section = &s->conf->sections[i];

		if (strcasecmp(section->name, change->section) != 0) {
			continue;
		}
		for (k = 0; k < section->num_params; k++) {
			const struct sg_conf_param *p = &section->params[k];

			if (strcmp(p->file, SG_REGISTRY) == 0 &&
			    strcasecmp(p->name, change->name) == 0) {
				value = p->value;
			}
		}
	}
	return value;
}

static void print_param(char sign,
			const struct sg_conf_change *change,
			const char *value,
			bool colour)
{
	char *line = NULL;

	if (value != NULL) {
		line = talloc_asprintf(NULL, "\t%s = %s", change->name, value);
	}
	if (line != NULL) {
		print_line(sign, line, strlen(line), colour);
	}
	talloc_free(line);
}

static void print_registry(const struct sg_setup *s, bool colour)
{
	const char *section = "";
	size_t i;

	printf("--- registry\n+++ registry (new)\n");
	for (i = 0; i < s->num_changes; i++) {
		const struct sg_conf_change *c = &s->changes[i];

		if (strcmp(section, c->section) != 0) {
			section = c->section;
			printf(" [");
			print_text(section, strlen(section));
			printf("]\n");
		}
		print_param('-', c, sg_setup_value_now(s, c), colour);
		print_param('+', c, c->value, colour);
	}
}

void sg_setup_print(const struct sg_setup *s, bool colour)
{
	size_t i;

	for (i = 0; i < s->num_edits; i++) {
		if (s->edits[i]->num_changes > 0) {
			print_edit(s->edits[i], colour);
		}
	}
	if (s->num_changes > 0) {
		print_registry(s, colour);
	}
	fputc('\n', stdout);
}
