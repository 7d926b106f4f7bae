/*
 * smbguard exception add, end
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A new name at the end of "smbguard:exceptions", and its options behind those of
 * the others; or the name and its options taken out. Whether the result holds
 * is asked of the code that the modules have (core/exception_parse.c).
 *
 * How it fails: nothing is written, see setup/finish.c.
 */

#include "exception.h"

#include <popt.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/table.h"
#include "common/tool.h"
#include "setup/setup.h"

#define ADD SG_EXCEPTION_COMMAND " add"
#define END SG_EXCEPTION_COMMAND " end"
#define LIST "smbguard:exceptions"
#define PREFIX SG_OPTION_PREFIX ":"
#define MAX_VALUE 4000

static struct sg_written given;
static char *from_event;
static char *connection;

#define TEXT(name, what, meta)                                           \
	{                                                                \
#name, '\0', POPT_ARG_STRING, &given.name, 0, what, meta \
	}

static struct poptOption add_options[] = {
	TEXT(hosts, "addresses and networks", "LIST"),
	TEXT(users, "accounts", "LIST"),
	TEXT(groups, "groups", "LIST"),
	TEXT(shares, "shares", "LIST"),
	TEXT(allow, "what it allows: smb1, unencrypted, ...", "LIST"),
	TEXT(until, "its last day, UTC", "YYYY-MM-DD"),
	TEXT(reason, "why there is one", "TEXT"),
	{"from-event",
	 '\0',
	 POPT_ARG_STRING,
	 &from_event,
	 0,
	 "what a refusal in FILE (- is standard input) needs",
	 "FILE"},
	{"connection",
	 '\0',
	 POPT_ARG_STRING,
	 &connection,
	 0,
	 "that of this connection [the last one]",
	 "0xID"},
	POPT_TABLEEND};

static const char add_help[] =
	"\n"
	"Adds an exception NAME to smb.conf: shows what would change, checks, asks, "
	"keeps a\n"
	"copy, and writes.\n";

static const char end_help[] =
	"\n"
	"Takes the exception NAME and its options out of smb.conf: shows what would "
	"change,\n"
	"checks, asks, keeps a copy, and writes.\n";

static bool fail(const char *command, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "%s: %s\n", command, why);
	return false;
}

/* A value must be one line for smbd, and mean the same there. */
static const char *unfit(const char *value)
{
	size_t len = strlen(value);
	size_t i;

	for (i = 0; i < len; i++) {
		if ((unsigned char)value[i] < ' ' || value[i] == 0x7f) {
			return "has a control character";
		}
	}
	if (len > MAX_VALUE) {
		return "is too long";
	}
	if (len > 0 && value[len - 1] == '\\') {
		return "ends with a backslash, which continues a line";
	}
	return NULL;
}

/* In the order of sg_exception_key(). */
static void values_of(const struct sg_written *w, const char *values[7])
{
	values[0] = w->hosts;
	values[1] = w->users;
	values[2] = w->groups;
	values[3] = w->shares;
	values[4] = w->allow;
	values[5] = w->until;
	values[6] = w->reason;
}

static const struct sg_exception *find(const struct sg_settings *settings,
				       const char *name)
{
	size_t i;

	for (i = 0; i < settings->num_exceptions; i++) {
		if (strcasecmp(settings->exceptions[i].name, name) == 0) {
			return &settings->exceptions[i];
		}
	}
	return NULL;
}

/* The option that stands there for a name already, or NULL. */
static const struct sg_conf_param *option_of(const struct sg_setup *s,
					     const char *name,
					     const char *key)
{
	char *option = talloc_asprintf(s->conf, PREFIX "%s %s", name, key);

	return option != NULL ? sg_conf_find(s->check->global, option) : NULL;
}

static bool is_free(const struct sg_setup *s, const char *name)
{
	const struct sg_conf_param *p = NULL;
	size_t i;

	if (find(s->check->settings, name) != NULL) {
		return fail(ADD,
			    talloc_asprintf(s->conf,
					    "there is an exception %s already: "
					    "smbguard exception list",
					    name));
	}
	for (i = 0; sg_exception_key(i) != NULL; i++) {
		p = option_of(s, name, sg_exception_key(i));
		if (p != NULL) {
			return fail(
				ADD,
				talloc_asprintf(s->conf,
						"%s:%u: \"%s\" stands there "
						"already. Take another "
						"name.",
						p->file,
						p->line,
						p->name));
		}
	}
	return true;
}

static bool are_fit(const char *const values[7])
{
	size_t i;

	for (i = 0; i < 7; i++) {
		const char *why = values[i] != NULL ? unfit(values[i]) : NULL;

		if (why != NULL) {
			fprintf(stderr,
				ADD ": --%s %s\n",
				sg_exception_key(i),
				why);
			return false;
		}
	}
	return true;
}

/* The last option of any exception that stands in the file of the list. */
static const struct sg_conf_param *last_option(
	const struct sg_conf_section *global,
	const struct sg_conf_param *list)
{
	const struct sg_conf_param *last = list;
	size_t i;

	for (i = 0; i < global->num_params; i++) {
		const struct sg_conf_param *p = &global->params[i];
		bool ours = strncmp(p->key, PREFIX, strlen(PREFIX)) == 0 &&
			    sg_exception_name(p->key + strlen(PREFIX)) > 0;

		if (ours && strcmp(p->file, list->file) == 0 &&
		    p->line > last->line) {
			last = p;
		}
	}
	return last;
}

static bool plan_add(struct sg_setup *s,
		     const char *name,
		     const char *const values[7])
{
	const struct sg_conf_section *global = s->check->global;
	const struct sg_conf_param *list = sg_conf_find(global, LIST);
	const char *lines[10] = {NULL};
	size_t num = 0;
	size_t i;
	bool ok = true;

	if (list == NULL) {
		lines[num++] = talloc_asprintf(s, LIST " = %s", name);
	} else {
		ok = sg_setup_append(s, global, list, name);
	}
	for (i = 0; i < 7; i++) {
		if (values[i] != NULL) {
			lines[num++] = talloc_asprintf(s,
						       PREFIX "%s %s = %s",
						       name,
						       sg_exception_key(i),
						       values[i]);
		}
	}
	if (!ok || list == NULL) {
		return ok && sg_setup_add(s, lines);
	}
	return sg_setup_add_behind(s, global, last_option(global, list), lines);
}

/* Would it hold, by the code that the modules have? */
static bool would_hold(struct sg_setup *s, const char *name)
{
	const char *error = "out of memory";
	struct sg_conf *conf = sg_setup_planned(s, &error);
	struct sg_settings *settings = NULL;
	const struct sg_exception *e = NULL;

	if (conf != NULL) {
		settings = sg_conf_settings(s, &conf->sections[0]);
	}
	if (settings == NULL) {
		return fail(ADD, error);
	}
	e = find(settings, name);
	if (e == NULL) {
		return fail(ADD,
			    "the name would not be in the list: names have "
			    "letters, digits, \"-\" and \"_\"");
	}
	if (e->invalid != NULL) {
		char *shown = sg_harmless(s, e->invalid);

		return fail(ADD,
			    talloc_asprintf(s,
					    "it would not hold: %s",
					    shown != NULL ? shown : "?"));
	}
	if (e->expires <= time(NULL)) {
		return fail(ADD,
			    talloc_asprintf(s,
					    "its last day, %s, is over",
					    e->until));
	}
	return true;
}

static const char **next_steps(struct sg_setup *s, bool opened)
{
	const char **next = talloc_zero_array(s, const char *, 6);
	size_t num = 0;

	if (next == NULL) {
		return NULL;
	}
	next[num++] =
		"Now have smbd read it, and see what else is needed for it:";
	next[num++] = "  smbcontrol all reload-config";
	next[num++] = "  smbguard check";
	if (opened) {
		next[num++] =
			"What smbd was opened for this exception alone, take "
			"out as well.";
	}
	return next;
}

static int add(TALLOC_CTX *frame, const struct sg_setup_line *line)
{
	const char *name = line->words[0];
	const char *values[7] = {NULL};
	struct sg_setup *s = sg_setup_new(frame, ADD, &line->options);
	const char *why = NULL;

	if (s == NULL || !is_free(s, name)) {
		return SG_EXIT_ERROR;
	}
	if (from_event != NULL) {
		why = sg_exception_from_event(frame,
					      from_event,
					      connection,
					      s->check,
					      &given);
	}
	if (why != NULL) {
		(void)fail(ADD, why);
		return SG_EXIT_ERROR;
	}
	values_of(&given, values);
	if (!are_fit(values)) {
		return SG_EXIT_ERROR;
	}
	if (!plan_add(s, name, values)) {
		(void)fail(ADD, s->error != NULL ? s->error : "out of memory");
		return SG_EXIT_ERROR;
	}
	if (!would_hold(s, name)) {
		return SG_EXIT_ERROR;
	}
	s->next = next_steps(s, false);
	return sg_setup_finish(s);
}

int sg_exception_add(int argc, const char **argv)
{
	struct sg_setup_line line = {
		.command = ADD,
		.arguments = "NAME",
		.help = add_help,
		.more = add_options,
	};
	TALLOC_CTX *frame = talloc_new(NULL);
	int status = SG_EXIT_ERROR;
	bool ok = sg_setup_parse(frame, &line, argc, argv, &status);

	if (ok && (line.words[0] == NULL || line.words[1] != NULL)) {
		fprintf(stderr, ADD ": one NAME, please\n");
	} else if (ok && unfit(line.words[0]) != NULL) {
		fprintf(stderr, ADD ": NAME %s\n", unfit(line.words[0]));
	} else if (ok && connection != NULL && from_event == NULL) {
		fprintf(stderr, ADD ": --connection needs --from-event\n");
	} else if (ok) {
		status = add(frame, &line);
	}
	talloc_free(frame);
	return status;
}

/* The name that goes; a match has no other argument. */
static const char *goes;

static bool is_going(const char *word)
{
	return strcasecmp(word, goes) == 0;
}

/* Without this line, would an earlier one count, and what it lists hold? */
static bool must_stay(const struct sg_conf_section *global, size_t number)
{
	size_t i;

	for (i = 0; i < number; i++) {
		if (strcmp(global->params[i].key, LIST) == 0) {
			return true;
		}
	}
	return false;
}

static bool plan_end(struct sg_setup *s, const char *name)
{
	const struct sg_conf_section *global = s->check->global;
	bool ok = true;
	size_t i;
	size_t k;

	goes = name;
	for (i = 0; ok && i < global->num_params; i++) {
		const struct sg_conf_param *p = &global->params[i];

		if (strcmp(p->key, LIST) == 0) {
			ok = sg_setup_without(s,
					      global,
					      p,
					      is_going,
					      must_stay(global, i));
			continue;
		}
		for (k = 0; ok && sg_exception_key(k) != NULL; k++) {
			char *option = talloc_asprintf(s,
						       PREFIX "%s %s",
						       name,
						       sg_exception_key(k));
			char *key = NULL;

			if (option != NULL) {
				key = sg_conf_key(s, option);
			}
			if (key != NULL && strcmp(p->key, key) == 0) {
				ok = sg_setup_remove(s, global, p);
			}
		}
	}
	return ok;
}

static int end(TALLOC_CTX *frame, const struct sg_setup_line *line)
{
	const char *name = line->words[0];
	struct sg_setup *s = sg_setup_new(frame, END, &line->options);
	bool ok;

	if (s == NULL) {
		return SG_EXIT_ERROR;
	}
	ok = plan_end(s, name);
	if (ok && sg_setup_is_empty(s)) {
		char *shown = sg_harmless(frame, name);

		(void)fail(END,
			   talloc_asprintf(frame,
					   "there is no exception %s: smbguard "
					   "exception list",
					   shown != NULL ? shown : "of it"));
		return SG_EXIT_ERROR;
	}
	s->next = next_steps(s, true);
	return sg_setup_finish(s);
}

int sg_exception_end(int argc, const char **argv)
{
	struct sg_setup_line line = {
		.command = END,
		.arguments = "NAME",
		.help = end_help,
	};
	TALLOC_CTX *frame = talloc_new(NULL);
	int status = SG_EXIT_ERROR;
	bool ok = sg_setup_parse(frame, &line, argc, argv, &status);

	if (ok && (line.words[0] == NULL || line.words[1] != NULL)) {
		fprintf(stderr, END ": one NAME, please\n");
	} else if (ok) {
		status = end(frame, &line);
	}
	talloc_free(frame);
	return status;
}
