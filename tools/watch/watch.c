/*
 * smbguard(8): watch
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shows events as they are written, or those of files that are given, each as
 * it comes: nothing is kept.
 *
 * How it fails: a line that is no event is told on standard error.
 */

#include "watch.h"
#include "siem.h"
#include "common/tool.h"

#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "smbguard_config.h"

enum format {
	FORMAT_TEXT = 0,
	FORMAT_JSON,
	FORMAT_ECS,
	FORMAT_OCSF,
};

static const char *const formats[] = {"text", "json", "ecs", "ocsf", NULL};

struct watch {
	struct sg_watch_filter filter;
	enum format format;
	bool colour;
	bool on_terminal;
	bool live;   /* somebody waits for each line */
	bool failed; /* standard output */
};

/* What the command line asks for */
struct asked {
	char *path;
	char *format;
	char *client;
	char *severity;
	char **shares;
	int journal;
	int all;
	int every;
	int refused;
	int files;
	int help;
};

volatile sig_atomic_t sg_watch_ended;

static void end(int number)
{
	sg_watch_ended = number;
}

static const char help[] =
	"\n"
	"Shows events as they are written, a line each: time, outcome, event,\n"
	"client, account, share, dialect, cipher and the reason. Follows\n"
	"  " SG_DEFAULT_AUDIT_FILE "\n"
	"through rotation. Of FILEs it shows all, and ends.\n"
	"\n"
	"In text, the ends of trees, what is let in to IPC$ and what is done to\n"
	"files are left out. --every shows the first two. --files shows files,\n"
	"too: what was done, and how that was protected; with --refused, those\n"
	"that smbd or the file system refused for want of rights.\n"
	"--format=json passes the lines on as they are; ecs and ocsf write them\n"
	"in the words of the Elastic Common Schema " SG_ECS_VERSION
	" and of the Open\n"
	"Cybersecurity Schema Framework " SG_OCSF_VERSION ", for a SIEM.\n"
	"Colours are for terminals, and not if NO_COLOR is set.\n"
	"\n"
	"Ends on SIGINT and SIGTERM. Exit code: 0, or 2 for an error.\n"
	"\n"
	"  smbguard watch --refused\n"
	"  smbguard watch --files --share payroll\n"
	"  smbguard watch --all --share payroll --client 192.0.2.0/24\n"
	"  smbguard watch --format=json | jq 'select(.outcome == \"denied\")'\n";

static void print_json(const struct watch *w,
		       const struct sg_line *line,
		       json_t *event)
{
	char *text = NULL;

	if (!w->on_terminal) {
		fwrite(line->text, 1, line->len, stdout);
		printf("\n");
		return;
	}
	/* JSON may hold what steers a terminal. */
	text = json_dumps(event, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (text != NULL) {
		printf("%s\n", text);
	}
	free(text);
}

static void print_mapped(struct watch *w, json_t *event, int64_t when)
{
	json_t *mapped = w->format == FORMAT_ECS ? sg_siem_ecs(event)
						 : sg_siem_ocsf(event, when);
	size_t flags = JSON_COMPACT | (w->on_terminal ? JSON_ENSURE_ASCII : 0);

	if (mapped == NULL || json_dumpf(mapped, stdout, flags) != 0) {
		w->failed = true;
	}
	printf("\n");
	json_decref(mapped);
}

static bool show(const struct sg_line *line, void *data)
{
	struct watch *w = data;
	const char *problem = NULL;
	int64_t when = 0;
	json_t *event = sg_event_of_line(line, &when, &problem);
	int ret;

	if (event == NULL) {
		fprintf(stderr,
			"smbguard: %s:%llu: %s\n",
			line->file,
			(unsigned long long)line->number,
			problem);
		return sg_watch_ended == 0;
	}
	if (!sg_watch_wants(&w->filter, event, w->format == FORMAT_TEXT)) {
		json_decref(event);
		return sg_watch_ended == 0;
	}
	if (w->format == FORMAT_JSON) {
		print_json(w, line, event);
	} else if (w->format != FORMAT_TEXT) {
		print_mapped(w, event, when);
	} else {
		sg_watch_print(event, when, w->colour);
	}
	json_decref(event);
	ret = w->live ? fflush(stdout) : ferror(stdout);
	w->failed = (w->failed || ret != 0) && sg_watch_ended == 0;
	return sg_watch_ended == 0 && !w->failed;
}

static void take_signals(void)
{
	/* No SA_RESTART: a write that waits for a reader is left, too. */
	struct sigaction action = {.sa_handler = end};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static bool parse(struct watch *w, const struct asked *a)
{
	const char *term = getenv("TERM");
	size_t i;

	for (i = 0; a->format != NULL && formats[i] != NULL; i++) {
		if (strcmp(a->format, formats[i]) == 0) {
			w->format = (enum format)i;
			break;
		}
	}
	if (a->format != NULL && formats[i] == NULL) {
		fprintf(stderr,
			"smbguard: --format \"%s\" is not one of text, json, ecs, ocsf\n",
			a->format);
		return false;
	}
	w->filter.refused = a->refused != 0;
	w->filter.every = a->every != 0;
	w->filter.files = a->files != 0;
	w->filter.shares = a->shares;
	w->filter.have_client = a->client != NULL;
	if (a->client != NULL &&
	    !sg_network_parse(a->client, &w->filter.client)) {
		fprintf(stderr,
			"smbguard: --client \"%s\" is no address and no "
			"network (192.0.2.0/24)\n",
			a->client);
		return false;
	}
	if (a->severity != NULL &&
	    !sg_watch_severity(&w->filter, a->severity)) {
		fprintf(stderr,
			"smbguard: --severity \"%s\" is not one of info, "
			"notice, warning, critical\n",
			a->severity);
		return false;
	}
	w->on_terminal = isatty(STDOUT_FILENO) == 1;
	w->colour = w->on_terminal && getenv("NO_COLOR") == NULL &&
		    (term == NULL || strcmp(term, "dumb") != 0);
	return true;
}

static int run(const struct asked *a, const char **files)
{
	struct watch w = {.format = FORMAT_TEXT};
	bool ok = parse(&w, a);
	int sources = (a->path != NULL ? 1 : 0) + (a->journal != 0 ? 1 : 0) +
		      (files != NULL ? 1 : 0);

	if (ok && sources > 1) {
		fprintf(stderr, "smbguard: give --file, --journal or FILEs\n");
		ok = false;
	}
	if (!ok) {
		return SG_EXIT_ERROR;
	}
	w.live = files == NULL;
	take_signals();
	if (a->journal != 0) {
		ok = sg_watch_journal(a->all != 0, show, &w);
	} else if (files == NULL) {
		ok = sg_watch_follow(a->path != NULL ? a->path
						     : SG_DEFAULT_AUDIT_FILE,
				     a->all != 0,
				     show,
				     &w);
	}
	for (; files != NULL && *files != NULL && sg_watch_ended == 0;
	     files++) {
		bool read = sg_read_file(*files, show, &w);

		ok = ok && read;
	}
	ok = fflush(stdout) == 0 && ok;
	return ok && !w.failed ? SG_EXIT_OK : SG_EXIT_ERROR;
}

static void free_asked(struct asked *a)
{
	char **share = NULL;

	for (share = a->shares; share != NULL && *share != NULL; share++) {
		free(*share);
	}
	free(a->shares);
	free(a->path);
	free(a->format);
	free(a->client);
	free(a->severity);
}

/* An option that takes a value, and one that does not */
#define VALUE(name, c, kind, arg, what, of)     \
	{                                       \
		name, c, kind, arg, 0, what, of \
	}
#define FLAG(name, c, arg, what)                           \
	{                                                  \
		name, c, POPT_ARG_NONE, arg, 0, what, NULL \
	}

int sg_command_watch(int argc, const char **argv)
{
	struct asked a = {.path = NULL};
	const struct poptOption table[] = {
		VALUE("file",
		      '\0',
		      POPT_ARG_STRING,
		      &a.path,
		      "follow this file",
		      "FILE"),
		FLAG("journal", 'j', &a.journal, "follow the systemd journal"),
		FLAG("all", 'a', &a.all, "begin with what is there already"),
		FLAG("refused",
		     'r',
		     &a.refused,
		     "only what was, or would be, refused"),
		VALUE("share",
		      '\0',
		      POPT_ARG_ARGV,
		      &a.shares,
		      "this share only; may be repeated",
		      "SHARE"),
		VALUE("client",
		      '\0',
		      POPT_ARG_STRING,
		      &a.client,
		      "this address or network only",
		      "ADDRESS"),
		VALUE("severity",
		      '\0',
		      POPT_ARG_STRING,
		      &a.severity,
		      "this and worse: notice, warning or critical",
		      "SEVERITY"),
		FLAG("every",
		     'e',
		     &a.every,
		     "also the ends of trees, and IPC$"),
		FLAG("files",
		     '\0',
		     &a.files,
		     "also what is done to files, with text"),
		VALUE("format",
		      'f',
		      POPT_ARG_STRING,
		      &a.format,
		      "text, json, ecs or ocsf",
		      "FORMAT"),
		FLAG("help", 'h', &a.help, "show this"),
		POPT_TABLEEND,
	};
	poptContext context = NULL;
	int result = SG_EXIT_ERROR;
	int ret;

	argv[0] = "smbguard watch"; /* what popt calls it */
	context = poptGetContext("watch", argc, argv, table, 0);
	poptSetOtherOptionHelp(context, "[OPTION...] [FILE...]");
	ret = poptGetNextOpt(context);
	if (ret < -1) {
		fprintf(stderr,
			"smbguard: %s: %s; see `smbguard watch --help`\n",
			poptBadOption(context, 0),
			poptStrerror(ret));
	} else if (a.help != 0) {
		poptPrintHelp(context, stdout, 0);
		fputs(help, stdout);
		result = SG_EXIT_OK;
	} else {
		result = run(&a, poptGetArgs(context));
	}
	free_asked(&a);
	poptFreeContext(context);
	return result;
}
