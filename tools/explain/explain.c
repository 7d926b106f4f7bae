/*
 * smbguard(8): explain
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an event, an outcome, an option, a number of Windows or one line of a
 * log means, and what to do. The words are in table.c, and of options in the
 * core's own table.
 *
 * How it fails: what is not known is told with what is, and the exit code is
 * 2.
 */

#include "explain.h"

#include <popt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/exception.h"
#include "core/rows.h"
#include "events/events.h"
#include "common/tool.h"

#define WIDTH 78

static const char help[] =
	"\n"
	"Tells what an EVENT (share_connect), an OPTION (encryption), an outcome\n"
	"(would_deny), a number of Windows' events (1046) or a LINE of a log\n"
	"means, and what to do. \"-\" reads lines from standard input. Without\n"
	"an argument it lists all that it knows.\n"
	"\n"
	"Exit code: 0, or 2 for what it does not know.\n"
	"\n"
	"  smbguard explain encryption\n"
	"  tail -n 1 /var/log/samba/smbguard.jsonl | smbguard explain -\n";

/* Words in lines, each with spaces in front. */
static void print_wrapped(const char *text, int indent)
{
	int column = 0;

	while (*text != '\0') {
		int word = (int)strcspn(text, " ");

		if (column > 0 && column + 1 + word > WIDTH) {
			printf("\n");
			column = 0;
		}
		if (column == 0) {
			column = printf("%*s%.*s", indent, "", word, text);
		} else {
			column += printf(" %.*s", word, text);
		}
		text += word;
		text += strspn(text, " ");
	}
	printf("\n");
}

static void print_explanation(const char *meaning, const char *remedy)
{
	print_wrapped(meaning, 2);
	printf("  What to do:\n");
	print_wrapped(remedy, 4);
}

static const struct sg_explanation *find(const struct sg_explanation *table,
					 const char *name)
{
	for (; name != NULL && table->name != NULL; table++) {
		if (strcasecmp(table->name, name) == 0) {
			return table;
		}
	}
	return NULL;
}

static const struct sg_option *option_of(const char *name)
{
	const struct sg_option *const *row = sg_option_table();

	while (*row != NULL && strcasecmp((*row)->name, name) != 0) {
		row++;
	}
	return *row;
}

/* "smbguard:scanner until" is about exceptions. */
static bool is_exception_option(const char *name)
{
	return strchr(name, ' ') != NULL && sg_exception_name(name) > 0;
}

static bool explain_option(const char *name)
{
	static const char prefix[] = SG_OPTION_PREFIX ":";
	const struct sg_option *o = NULL;
	char *words = NULL;

	if (strncasecmp(name, prefix, strlen(prefix)) == 0) {
		name += strlen(prefix);
	}
	o = option_of(name);
	if (o == NULL && is_exception_option(name)) {
		o = &sg_option_exceptions;
	}
	if (o == NULL) {
		return false;
	}
	printf("%s, an option of [global]%s\n",
	       o->full_name,
	       (o->where & SG_SHARE) != 0 ? " and of shares" : "");
	printf("  It takes:\n");
	print_wrapped(o->accepted, 4);
	print_explanation(o->meaning, o->remedy);
	if (o == &sg_option_exceptions) {
		words = sg_allow_text(NULL, SG_ALLOW_ALL);
		printf("  \"NAME allow\" takes:\n");
		print_wrapped(words != NULL ? words : "", 4);
		talloc_free(words);
	}
	return true;
}

static bool explain_event(const char *name)
{
	const struct sg_explanation *e = find(sg_explained_events, name);

	if (e == NULL) {
		return false;
	}
	printf("%s, an event\n", e->name);
	print_explanation(e->meaning, e->remedy);
	return true;
}

static bool explain_outcome(const char *name)
{
	const struct sg_explanation *e = find(sg_explained_outcomes, name);

	if (e == NULL) {
		return false;
	}
	printf("%s, an outcome\n", e->name);
	print_explanation(e->meaning, e->remedy);
	return true;
}

static bool explain_number(const char *text)
{
	const struct sg_windows_event *w = sg_explained_windows;
	size_t len = strlen(text);
	int id = atoi(text);

	if (len == 0 || len > 5 || strspn(text, "0123456789") != len) {
		return false;
	}
	while (w->id != 0 && w->id != id) {
		w++;
	}
	if (w->id == 0) {
		return false;
	}
	printf("%d, a number of Windows' SMBServer events: %s\n\n",
	       w->id,
	       w->meaning);
	(void)explain_event(w->event);
	return true;
}

/* One event of a log. */
static bool explain_line(const struct sg_line *line, void *data)
{
	bool *ok = data;
	const char *problem = NULL;
	const char *option = NULL;
	const char *reason = NULL;
	char *printable = NULL;
	size_t len = 0;
	json_t *event = sg_event_of_line(line, NULL, &problem);
	bool known;

	if (event == NULL) {
		fprintf(stderr,
			"smbguard: %s:%llu: %s\n",
			line->file,
			(unsigned long long)line->number,
			problem);
		*ok = false;
		return true;
	}
	reason = sg_event_text(event, "reason", &len);
	if (reason != NULL) {
		printable = sg_printable(reason, len);
		print_wrapped(printable != NULL ? printable : "", 0);
		printf("\n");
		free(printable);
	}
	known = explain_event(sg_event_text(event, "event", NULL));
	if (known) {
		printf("\n");
	} else {
		fprintf(stderr,
			"smbguard: %s:%llu: an event that is not known here\n",
			line->file,
			(unsigned long long)line->number);
		*ok = false;
	}
	(void)explain_outcome(sg_event_text(event, "outcome", NULL));
	option = sg_event_text(event, "policy.option", NULL);
	if (option != NULL) {
		printf("\n");
		(void)explain_option(option);
	}
	printf("\n");
	json_decref(event);
	return true;
}

static void list_names(const char *title, const struct sg_explanation *e)
{
	printf("%s:\n", title);
	for (; e->name != NULL; e++) {
		printf("  %s\n", e->name);
	}
}

static void list_all(void)
{
	const struct sg_option *const *row = sg_option_table();
	const struct sg_windows_event *w = sg_explained_windows;

	list_names("Events", sg_explained_events);
	list_names("Outcomes", sg_explained_outcomes);
	printf("Options (smbguard:...):\n");
	for (; *row != NULL; row++) {
		printf("  %s\n", (*row)->name);
	}
	printf("Numbers of Windows' events:\n");
	for (; w->id != 0; w++) {
		printf("  %d\n", w->id);
	}
}

static bool explain(const char *what)
{
	bool ok = true;

	if (strcmp(what, "-") == 0) {
		return sg_read_file(what, explain_line, &ok) && ok;
	}
	if (what[strspn(what, " \t")] == '{') {
		const struct sg_line line = {
			.text = what,
			.len = strlen(what),
			.file = "argument",
			.number = 1,
		};

		(void)explain_line(&line, &ok);
		return ok;
	}
	ok = explain_event(what) || explain_outcome(what) ||
	     explain_number(what);
	/* "downgrade" is an event and an option. */
	ok = explain_option(what) || ok;
	if (!ok) {
		char *printable = sg_printable(what, strlen(what));

		fprintf(stderr,
			"smbguard: \"%s\" is no event, outcome, option or "
			"number that is known here; `smbguard explain` lists "
			"them\n",
			printable != NULL ? printable : "");
		free(printable);
	}
	return ok;
}

int sg_command_explain(int argc, const char **argv)
{
	int want_help = 0;
	const struct poptOption table[] = {
		{"help", 'h', POPT_ARG_NONE, &want_help, 0, "show this", NULL},
		POPT_TABLEEND,
	};
	poptContext context = NULL;
	const char *what = NULL;
	int result = SG_EXIT_OK;
	bool ok;
	int ret;

	argv[0] = "smbguard explain"; /* what popt calls it */
	context = poptGetContext("explain", argc, argv, table, 0);
	poptSetOtherOptionHelp(context, "[EVENT|OPTION|NUMBER|LINE|-]...");
	ret = poptGetNextOpt(context);
	what = poptGetArg(context);
	if (ret < -1) {
		fprintf(stderr,
			"smbguard: %s: %s; see `smbguard explain --help`\n",
			poptBadOption(context, 0),
			poptStrerror(ret));
		result = SG_EXIT_ERROR;
	} else if (want_help != 0) {
		poptPrintHelp(context, stdout, 0);
		fputs(help, stdout);
	} else if (what == NULL) {
		list_all();
	}
	while (result == SG_EXIT_OK && want_help == 0 && what != NULL) {
		ok = explain(what);
		result = ok ? SG_EXIT_OK : SG_EXIT_ERROR;
		what = poptGetArg(context);
		if (what != NULL) {
			printf("\n");
		}
	}
	poptFreeContext(context);
	return result;
}
