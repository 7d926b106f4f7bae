/*
 * smbguard disable: out of smb.conf
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Takes smbguard out of every "vfs objects" and "preload modules", wherever they
 * stand, and what `smbguard enable` wrote below its comment. Its options stay:
 * they do nothing without the module, and were somebody's work. What smbd was
 * opened for, and smbguard refused to others, is then open to everybody; that
 * takes a --yes.
 *
 * How it fails: see finish.c.
 */

#include <stdio.h>
#include <string.h>

#include "common/table.h"
#include "common/tool.h"
#include "setup.h"

#define COMMAND "smbguard disable"
#define VFS_KEY "vfsobjects"
#define PRELOAD_KEY "preloadmodules"
#define PREFIX "smbguard:"
#define MODE "smbguard:mode"

static int purge;

static struct poptOption options[] = {
	{"purge",
	 '\0',
	 POPT_ARG_NONE,
	 &purge,
	 0,
	 "also remove all options of smbguard, the exceptions too",
	 NULL},
	POPT_TABLEEND};

static const char help[] =
	"\n"
	"Takes smbguard out of \"preload modules\" and of every \"vfs objects\". "
	"Its options\n"
	"stay, unless --purge: they do nothing then. Shows what would change, asks "
	"you,\n"
	"keeps a copy, and writes. Then says what to restart.\n"
	"\n"
	"Settings that smbguard held for its exceptions alone, as server min "
	"protocol = NT1,\n"
	"are open to everybody without it: then nothing is written without "
	"--yes.\n"
	"\n"
	"Exit status: 0 done, or it is so already, 1 you said no, 2 nothing was "
	"written.\n";

/* Without smbguard these are so, and no fault of this edit. */
static const char *const expected[] = {
	"preload-missing",
	"vfs-missing",
	"share-unguarded",
	"share-fallback",
	"not-configured",
	NULL,
};

static bool is_whole_line(const struct sg_edit *edit, size_t at, size_t end)
{
	size_t len = strlen(SG_SETUP_MARK);
	const char *text = edit->bytes + at;
	size_t left = end - at;

	while (left > 0 && (*text == ' ' || *text == '\t')) {
		text++;
		left--;
	}
	while (left > 0 && (text[left - 1] == '\n' || text[left - 1] == '\r')) {
		left--;
	}
	return left == len && memcmp(text, SG_SETUP_MARK, len) == 0;
}

static size_t line_end(const struct sg_edit *edit, size_t at)
{
	const char *newline = memchr(edit->bytes + at, '\n', edit->len - at);

	return newline != NULL ? (size_t)(newline - edit->bytes) + 1
			       : edit->len;
}

/* The comment of enable, from its byte on; *end is behind it. */
static bool find_mark(const struct sg_edit *edit, size_t *begin, size_t *end)
{
	size_t at = 0;

	while (at < edit->len) {
		size_t next = line_end(edit, at);
		bool is = is_whole_line(edit, at, next);

		if (is) {
			*begin = at;
			*end = next;
			return true;
		}
		at = next;
	}
	return false;
}

/* Is this list all that enable wrote, "smbguard" or with what is a controller's? */
static bool is_list_of_ours(const struct sg_setup *s,
			    const struct sg_words *words,
			    const char *key)
{
	const char *own = sg_setup_controller_list(s->conf);
	size_t i;

	if (strcmp(key, PRELOAD_KEY) == 0) {
		return words->num == 1 &&
		       sg_setup_is_preload(words->words[0].text);
	}
	if (words->num == 0 || !sg_setup_is_vfs(words->words[0].text)) {
		return false;
	}
	if (words->num == 1) {
		return true;
	}
	for (i = 1; i < words->num; i++) {
		size_t len = strlen(words->words[i].text);

		if (strncmp(own, words->words[i].text, len) != 0) {
			return false;
		}
		own += len;
		own += strspn(own, " ");
	}
	return own[0] == '\0' && sg_check_is_controller(s->check);
}

static bool is_of_enable(const struct sg_setup *s,
			 const struct sg_edit *edit,
			 const struct sg_conf_line *line,
			 size_t mark)
{
	char *key = NULL;
	struct sg_words *words = NULL;

	/* On top of all: what is below is in [global] also without. */
	if (line->kind == SG_CONF_LINE_SECTION && mark == 0) {
		return sg_conf_is_global(line->text);
	}
	if (line->kind != SG_CONF_LINE_PARAM) {
		return false;
	}
	key = sg_conf_key(s->conf, line->text);
	words = sg_words_of_line(s->conf, edit, line);
	if (key == NULL || words == NULL) {
		return false;
	}
	if (strcmp(key, MODE) == 0) {
		return words->num == 1 &&
		       strcmp(words->words[0].text, "audit") == 0;
	}
	return (strcmp(key, PRELOAD_KEY) == 0 || strcmp(key, VFS_KEY) == 0) &&
	       sg_words_are_bare(words, edit->bytes) &&
	       is_list_of_ours(s, words, key);
}

/*
 * Take out what enable wrote: its comment, and the lines below that are still
 * as it wrote them. *removed is behind them, *from the first byte.
 */
static bool remove_block(struct sg_setup *s, size_t *from, size_t *removed)
{
	struct sg_edit *edit = NULL;
	size_t i;

	*from = 0;
	*removed = 0;
	if (s->in_registry) {
		return true;
	}
	edit = sg_setup_edit(s, s->conf->path);
	if (edit == NULL) {
		return false;
	}
	if (!find_mark(edit, from, removed)) {
		return true;
	}
	for (i = 0; i < edit->num_lines; i++) {
		const struct sg_conf_line *line = &edit->lines[i];
		size_t next = *removed;

		while (next < line->begin && next < edit->len &&
		       (edit->bytes[next] == ' ' ||
			edit->bytes[next] == '\t')) {
			next++;
		}
		if (next == line->begin && is_of_enable(s, edit, line, *from)) {
			*removed = line->end;
		}
	}
	return sg_edit_replace(edit, *from, *removed, "");
}

/* Does it stand in what was taken out? */
static bool is_removed(struct sg_setup *s,
		       const struct sg_conf_param *param,
		       size_t from,
		       size_t end)
{
	const struct sg_conf_line *line = NULL;

	if (end == 0 || strcmp(param->file, s->conf->path) != 0) {
		return false;
	}
	line = sg_edit_line(sg_setup_edit(s, param->file), param->line);
	return line != NULL && line->begin >= from && line->begin < end;
}

/* Without the line, would another list count that does not now? */
static bool must_stay(const struct sg_setup *s,
		      const struct sg_conf_section *section,
		      size_t number)
{
	const struct sg_conf_section *global = &s->conf->sections[0];
	const char *key = section->params[number].key;
	size_t i;

	for (i = 0; i < number; i++) {
		if (strcmp(section->params[i].key, key) == 0) {
			return true;
		}
	}
	if (section->global) {
		return false;
	}
	for (i = 0; i < section->num_defaults; i++) {
		const struct sg_conf_param *p = &global->params[i];
		struct sg_words *words = NULL;

		if (strcmp(p->key, key) != 0) {
			continue;
		}
		words = sg_words_of_value(s->conf, p->value);
		if (words == NULL || words->num > 1 ||
		    (words->num == 1 &&
		     !sg_setup_is_vfs(words->words[0].text))) {
			return true;
		}
	}
	return false;
}

/* Either list in every section. */
static bool remove_words(struct sg_setup *s,
			 const char *key,
			 sg_setup_match match,
			 size_t from,
			 size_t end)
{
	bool ok = true;
	size_t i;
	size_t k;

	for (i = 0; i < s->conf->num_sections; i++) {
		const struct sg_conf_section *section = &s->conf->sections[i];

		for (k = 0; ok && k < section->num_params; k++) {
			const struct sg_conf_param *p = &section->params[k];

			if (strcmp(p->key, key) == 0 &&
			    !is_removed(s, p, from, end)) {
				ok = sg_setup_without(s,
						      section,
						      p,
						      match,
						      must_stay(s, section, k));
			}
		}
	}
	return ok;
}

/* How many options there are; the mode that enable may have written is none. */
static size_t num_options(const struct sg_setup *s)
{
	size_t num = 0;
	size_t i;
	size_t k;

	for (i = 0; i < s->conf->num_sections; i++) {
		const struct sg_conf_section *section = &s->conf->sections[i];

		for (k = 0; k < section->num_params; k++) {
			const struct sg_conf_param *p = &section->params[k];

			num += strncmp(p->key, PREFIX, strlen(PREFIX)) == 0 &&
					       !(strcmp(p->key, MODE) == 0 &&
						 strcmp(p->value, "audit") == 0)
				       ? 1
				       : 0;
		}
	}
	return num;
}

/* All options, or in the registry the mode alone, which has no comment there. */
static bool remove_options(struct sg_setup *s, size_t from, size_t end)
{
	size_t others = num_options(s);
	bool ok = true;
	size_t i;
	size_t k;

	for (i = 0; i < s->conf->num_sections; i++) {
		const struct sg_conf_section *section = &s->conf->sections[i];

		for (k = 0; ok && k < section->num_params; k++) {
			const struct sg_conf_param *p = &section->params[k];
			bool lone = strcmp(p->file, SG_REGISTRY) == 0 &&
				    strcmp(p->key, MODE) == 0 && others == 0;

			if (strncmp(p->key, PREFIX, strlen(PREFIX)) == 0 &&
			    (purge != 0 || lone) &&
			    !is_removed(s, p, from, end)) {
				ok = sg_setup_remove(s, section, p);
			}
		}
	}
	return ok;
}

/* The module must not go before those that ask for it. */
static bool is_preloaded_by(const struct sg_setup *s, bool registry)
{
	const struct sg_conf_param *p =
		sg_conf_find(&s->conf->sections[0], "preload modules");

	return p != NULL && (strcmp(p->file, SG_REGISTRY) == 0) == registry;
}

static bool plan(struct sg_setup *s)
{
	size_t from = 0;
	size_t end = 0;
	bool ok = true;

	s->registry_first = is_preloaded_by(s, false);
	ok = remove_block(s, &from, &end) &&
	     remove_words(s, VFS_KEY, sg_setup_is_vfs, from, end) &&
	     remove_words(s, PRELOAD_KEY, sg_setup_is_preload, from, end);
	if (ok && (purge != 0 || !sg_setup_is_empty(s))) {
		ok = remove_options(s, from, end);
	}
	return ok;
}

/* False: it is not to be done without --yes. */
static bool warn_of_opened(const struct sg_setup *s)
{
	const struct sg_conf_param *opened[SG_CHECK_MAX_OPENED] = {NULL};
	size_t num = sg_check_held(s->check, opened);
	size_t i;

	if (num == 0) {
		return true;
	}
	printf("WARNING: smbguard refuses to all but its exceptions what this "
	       "opens. Without\n"
	       "smbguard it is open to everybody:\n");
	for (i = 0; i < num; i++) {
		char *place = opened[i]->line > 0
				      ? talloc_asprintf(s->conf,
							"%s:%u",
							opened[i]->file,
							opened[i]->line)
				      : talloc_strdup(s->conf, SG_REGISTRY);
		char *shown = sg_harmless(s->conf, place);
		char *value = sg_harmless(s->conf, opened[i]->value);

		printf("  %s: %s = %s\n",
		       shown != NULL ? shown : "?",
		       opened[i]->name,
		       value != NULL ? value : "?");
	}
	printf("\n");
	if (s->options.yes != 0 || s->options.dry_run != 0) {
		return true;
	}
	fflush(stdout);
	fprintf(stderr,
		COMMAND ": nothing was written. Take these lines out first, or "
			"give --yes.\n");
	return false;
}

/* Files for some clients alone may list smbguard; nobody knows which there are. */
static void tell_variable(const struct sg_setup *s)
{
	size_t i;

	for (i = 0; i < s->conf->num_oddities; i++) {
		const struct sg_conf_oddity *odd = &s->conf->oddities[i];
		char *file = sg_harmless(s->conf, odd->file);
		char *text = sg_harmless(s->conf, odd->text);

		if (odd->kind == SG_CONF_VARIABLE) {
			printf("NOT LOOKED INTO: %s:%u includes another file "
			       "for each client,\n"
			       "  %s\n"
			       "Take smbguard out of these by hand.\n\n",
			       file != NULL ? file : "?",
			       odd->line,
			       text != NULL ? text : "?");
		}
	}
}

static const char **next_steps(const struct sg_setup *s)
{
	bool controller = sg_check_is_controller(s->check);
	size_t left = purge != 0 ? 0 : num_options(s);
	const char **next = talloc_zero_array(s, const char *, 6);
	size_t num = 0;

	if (next == NULL) {
		return NULL;
	}
	next[num++] = "Now restart smbd, and only then uninstall:";
	next[num++] = controller ? "  systemctl restart samba-ad-dc"
				 : "  systemctl restart smbd";
	if (left > 0) {
		next[num++] =
			"Options of smbguard stay, and do nothing without "
			"it; `smbguard disable --purge`";
		next[num++] = "removes them.";
	}
	return next;
}

static int disable(TALLOC_CTX *frame, const struct sg_setup_line *line)
{
	struct sg_setup *s = sg_setup_new(frame, COMMAND, &line->options);
	bool ok;

	if (s == NULL) {
		return SG_EXIT_ERROR;
	}
	ok = plan(s);
	tell_variable(s);
	if (ok && sg_setup_is_empty(s)) {
		char *shown = sg_harmless(s, line->options.path);

		printf("It is not enabled: nothing to change in %s.\n",
		       shown != NULL ? shown : "it");
		return SG_EXIT_OK;
	}
	if (ok && !warn_of_opened(s)) {
		return SG_EXIT_ERROR;
	}
	s->expected = expected;
	s->next = next_steps(s);
	return sg_setup_finish(s);
}

int sg_command_disable(int argc, const char **argv)
{
	struct sg_setup_line line = {
		.command = COMMAND,
		.help = help,
		.more = options,
	};
	TALLOC_CTX *frame = talloc_new(NULL);
	int status = SG_EXIT_ERROR;
	bool ok = sg_setup_parse(frame, &line, argc, argv, &status);

	if (ok) {
		status = disable(frame, &line);
	}
	talloc_free(frame);
	return status;
}
