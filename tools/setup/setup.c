/*
 * smbguard: a configuration to be changed
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A change goes where the parameter stands: into smb.conf, a file that it
 * includes, or the registry. What is new goes into smb.conf's [global], or into
 * the registry where smbd reads that alone.
 *
 * How it fails: the first fault is noted, and nothing is written.
 */

#include "setup.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "write.h"

static bool fault(struct sg_setup *s, const char *error)
{
	if (s->error == NULL) {
		s->error = error != NULL ? error : "out of memory";
	}
	return false;
}

static int unlock(struct sg_setup *s)
{
	if (s->lock >= 0) {
		close(s->lock);
	}
	return 0;
}

struct sg_setup *sg_setup_new(TALLOC_CTX *mem_ctx,
			      const char *command,
			      const struct sg_setup_options *options)
{
	struct sg_setup *s = talloc_zero(mem_ctx, struct sg_setup);
	const char *error = "out of memory";

	if (s != NULL) {
		s->command = command;
		s->options = *options;
		s->lock = -1;
		talloc_set_destructor(s, unlock);
		if (options->dry_run == 0) {
			s->lock = sg_write_lock(s, options->path, &error);
		}
	}
	if (s != NULL && (s->lock >= 0 || options->dry_run != 0)) {
		s->conf = sg_conf_read(s, options->path, &error);
	}
	if (s != NULL && s->conf != NULL) {
		error = "out of memory";
		s->in_registry =
			strcmp(s->conf->sections[0].file, SG_REGISTRY) == 0;
		s->check = sg_check_new(s, s->conf);
	}
	if (s == NULL || s->check == NULL) {
		fprintf(stderr, "%s: %s\n", command, error);
		TALLOC_FREE(s);
	}
	return s;
}

struct sg_edit *sg_setup_edit(struct sg_setup *s, const char *path)
{
	struct sg_edit **edits = NULL;
	const char *error = NULL;
	struct sg_edit *edit = NULL;
	size_t i;

	for (i = 0; i < s->num_edits; i++) {
		if (strcmp(s->edits[i]->path, path) == 0) {
			return s->edits[i];
		}
	}
	edit = sg_edit_read(s, path, &error);
	edits = talloc_realloc(s, s->edits, struct sg_edit *, i + 1);
	if (edit == NULL || edits == NULL) {
		(void)fault(s, error);
		return NULL;
	}
	s->edits = edits;
	s->edits[s->num_edits++] = edit;
	return edit;
}

/* Of the registry; the last one for a parameter counts. */
static bool change(struct sg_setup *s,
		   const char *section,
		   const char *name,
		   const char *value)
{
	size_t i;

	for (i = 0; i < s->num_changes; i++) {
		if (strcasecmp(s->changes[i].section, section) == 0 &&
		    strcasecmp(s->changes[i].name, name) == 0) {
			s->changes[i].value = value;
			return true;
		}
	}
	s->changes = talloc_realloc(s,
				    s->changes,
				    struct sg_conf_change,
				    s->num_changes + 1);
	if (s->changes == NULL) {
		s->num_changes = 0;
		return fault(s, NULL);
	}
	s->changes[s->num_changes++] = (struct sg_conf_change){
		.section = section,
		.name = name,
		.value = value,
	};
	return true;
}

static bool is_in_registry(const struct sg_conf_param *param)
{
	return strcmp(param->file, SG_REGISTRY) == 0;
}

/* Where a parameter stands. NULL: not any more. */
static const struct sg_conf_line *line_of(struct sg_setup *s,
					  const struct sg_conf_param *param,
					  struct sg_edit **edit)
{
	const struct sg_conf_line *line = NULL;

	*edit = sg_setup_edit(s, param->file);
	if (*edit == NULL) {
		return NULL;
	}
	line = sg_edit_line(*edit, param->line);
	if (line == NULL || strcmp(line->text, param->name) != 0) {
		(void)fault(s,
			    talloc_asprintf(s,
					    "%s: somebody has changed it in "
					    "the meantime",
					    param->file));
		return NULL;
	}
	return line;
}

static bool replace(struct sg_setup *s,
		    struct sg_edit *edit,
		    struct sg_change c)
{
	bool ok =
		c.text != NULL && sg_edit_replace(edit, c.begin, c.end, c.text);

	return ok || fault(s, NULL);
}

typedef struct sg_change (*list_change)(TALLOC_CTX *mem_ctx,
					const struct sg_words *words,
					const char *bytes,
					const char *word);

static bool put_word(struct sg_setup *s,
		     const struct sg_conf_section *section,
		     const struct sg_conf_param *param,
		     list_change fn,
		     const char *word)
{
	const struct sg_conf_line *line = NULL;
	struct sg_edit *edit = NULL;
	struct sg_words *words = NULL;
	struct sg_change c = {.text = NULL};

	if (is_in_registry(param)) {
		words = sg_words_of_value(s, param->value);
		if (words != NULL) {
			c = fn(s, words, param->value, word);
		}
		if (c.text == NULL) {
			return fault(s, NULL);
		}
		return change(s,
			      section->name,
			      param->name,
			      talloc_asprintf(s,
					      "%.*s%s%s",
					      (int)c.begin,
					      param->value,
					      c.text,
					      param->value + c.end));
	}
	line = line_of(s, param, &edit);
	if (line == NULL) {
		return false;
	}
	words = sg_words_of_line(s, edit, line);
	if (words == NULL) {
		return fault(s, NULL);
	}
	return replace(s, edit, fn(s, words, edit->bytes, word));
}

bool sg_setup_front(struct sg_setup *s,
		    const struct sg_conf_section *section,
		    const struct sg_conf_param *param,
		    const char *word)
{
	return put_word(s, section, param, sg_words_front, word);
}

bool sg_setup_append(struct sg_setup *s,
		     const struct sg_conf_section *section,
		     const struct sg_conf_param *param,
		     const char *word)
{
	return put_word(s, section, param, sg_words_append, word);
}

/* Does none stay that is behind this one? */
static bool is_last(const struct sg_words *words,
		    size_t number,
		    sg_setup_match match)
{
	for (number++; number < words->num; number++) {
		if (!match(words->words[number].text)) {
			return false;
		}
	}
	return true;
}

/* The same for bytes that are in no file. */
static const char *value_without(struct sg_setup *s,
				 const struct sg_words *words,
				 const char *value,
				 sg_setup_match match)
{
	char *rest = talloc_strdup(s, value);
	size_t i;

	for (i = words->num; rest != NULL && i-- > 0;) {
		struct sg_change c = {.text = NULL};

		if (!match(words->words[i].text)) {
			continue;
		}
		c = sg_words_remove(words, value, i, is_last(words, i, match));
		rest = talloc_asprintf(s,
				       "%.*s%s",
				       (int)c.begin,
				       value,
				       rest + c.end);
	}
	return rest;
}

static size_t num_matches(const struct sg_words *words, sg_setup_match match)
{
	size_t found = 0;
	size_t i;

	for (i = 0; i < words->num; i++) {
		found += match(words->words[i].text) ? 1 : 0;
	}
	return found;
}

static bool without_in_registry(struct sg_setup *s,
				const struct sg_conf_section *section,
				const struct sg_conf_param *param,
				sg_setup_match match,
				bool keep)
{
	struct sg_words *words = sg_words_of_value(s, param->value);
	const char *rest = NULL;
	size_t num = words != NULL ? num_matches(words, match) : 0;

	if (words == NULL) {
		return fault(s, NULL);
	}
	if (num == 0) {
		return true;
	}
	if (num < words->num || keep ||
	    !sg_words_are_bare(words, param->value)) {
		rest = value_without(s, words, param->value, match);
		if (rest == NULL) {
			return fault(s, NULL);
		}
	}
	return change(s, section->name, param->name, rest);
}

bool sg_setup_without(struct sg_setup *s,
		      const struct sg_conf_section *section,
		      const struct sg_conf_param *param,
		      sg_setup_match match,
		      bool keep)
{
	const struct sg_conf_line *line = NULL;
	struct sg_edit *edit = NULL;
	struct sg_words *words = NULL;
	bool ok = true;
	size_t num;
	size_t i;

	if (is_in_registry(param)) {
		return without_in_registry(s, section, param, match, keep);
	}
	line = line_of(s, param, &edit);
	words = line != NULL ? sg_words_of_line(s, edit, line) : NULL;
	if (words == NULL) {
		return fault(s, NULL);
	}
	num = num_matches(words, match);
	if (num > 0 && num == words->num && !keep &&
	    sg_words_are_bare(words, edit->bytes)) {
		return sg_edit_remove(edit, line, line) || fault(s, NULL);
	}
	for (i = 0; ok && num > 0 && i < words->num; i++) {
		if (match(words->words[i].text)) {
			struct sg_change c =
				sg_words_remove(words,
						edit->bytes,
						i,
						is_last(words, i, match));

			ok = replace(s, edit, c);
		}
	}
	return ok;
}

bool sg_setup_remove(struct sg_setup *s,
		     const struct sg_conf_section *section,
		     const struct sg_conf_param *param)
{
	const struct sg_conf_line *line = NULL;
	struct sg_edit *edit = NULL;

	if (is_in_registry(param)) {
		return change(s, section->name, param->name, NULL);
	}
	line = line_of(s, param, &edit);
	if (line == NULL) {
		return false;
	}
	return sg_edit_remove(edit, line, line) || fault(s, NULL);
}

static bool add_to_registry(struct sg_setup *s, const char *const *lines)
{
	bool ok = true;

	for (; ok && *lines != NULL; lines++) {
		const char *equals = strstr(*lines, " = ");
		const char *name = NULL;

		if ((*lines)[0] == '#') {
			continue;
		}
		name = talloc_strndup(s, *lines, (size_t)(equals - *lines));
		if (name == NULL) {
			return fault(s, NULL);
		}
		ok = change(s, "global", name, equals + strlen(" = "));
	}
	return ok;
}

/* The first section's line, if it is [global]: all else is below. */
static const struct sg_conf_line *global_line(const struct sg_edit *edit)
{
	size_t i;

	for (i = 0; i < edit->num_lines; i++) {
		const struct sg_conf_line *line = &edit->lines[i];

		if (line->kind == SG_CONF_LINE_SECTION) {
			return sg_conf_is_global(line->text) ? line : NULL;
		}
	}
	return NULL;
}

bool sg_setup_add(struct sg_setup *s, const char *const *lines)
{
	const struct sg_conf_line *line = NULL;
	struct sg_edit *edit = NULL;
	bool ok;

	if (s->in_registry) {
		return add_to_registry(s, lines);
	}
	edit = sg_setup_edit(s, s->conf->path);
	if (edit == NULL) {
		return false;
	}
	line = global_line(edit);
	if (line == NULL && lines[0] != NULL && lines[0][0] == '#') {
		/* The comment above its section, too. */
		ok = sg_edit_add(
			edit,
			NULL,
			(const char *const[]){lines[0], "[global]", NULL});
		lines++;
	} else {
		ok = line != NULL ||
		     sg_edit_add(edit,
				 NULL,
				 (const char *const[]){"[global]", NULL});
	}
	ok = ok && sg_edit_add(edit, line, lines);
	return ok || fault(s, NULL);
}

bool sg_setup_add_behind(struct sg_setup *s,
			 const struct sg_conf_section *section,
			 const struct sg_conf_param *param,
			 const char *const *lines)
{
	const struct sg_conf_line *line = NULL;
	struct sg_edit *edit = NULL;
	bool ok;

	if (is_in_registry(param)) {
		return add_to_registry(s, lines);
	}
	line = line_of(s, param, &edit);
	if (line == NULL) {
		return false;
	}
	ok = sg_edit_add(edit, line, lines);
	return ok || fault(s, NULL);
}

bool sg_setup_is_empty(const struct sg_setup *s)
{
	size_t changes = s->num_changes;
	size_t i;

	for (i = 0; i < s->num_edits; i++) {
		changes += s->edits[i]->num_changes;
	}
	return changes == 0;
}
