/*
 * smbguard(8): watch
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Follows the audit file by its name, as smbguard's sink does: a few times a
 * second it looks whether there is more, whether the name has been given to
 * another file, and whether the file was cut. Polling, because it needs
 * nothing of the file system, and works on what is not there yet.
 *
 * A file that was renamed is read once more a moment later, for a record that
 * was under way.
 *
 * How it fails: a line that is no event is told on standard error. A file that
 * is cut and grows beyond its old size between two looks goes unnoticed. What
 * a line shows cannot steer a terminal: see sg_printable().
 */

#include <errno.h>
#include <fcntl.h>
#include <popt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "smbguard_config.h"
#include "events/events.h"
#include "common/tool.h"

#define NAP_NSEC 200000000

struct watch {
	const char *path;
	int fd;	      /* -1: there is no file yet */
	bool leaving; /* renamed or removed: one more look, then the next */
	struct sg_splitter splitter;

	bool as_json;
	bool colour;
	bool on_terminal;
	bool failed; /* standard output */
};

static volatile sig_atomic_t ended;

static void end(int number)
{
	ended = number;
}

static const char help[] =
	"\n"
	"Shows events as they are written, a line each: time, outcome, event,\n"
	"client, account, share, dialect, cipher and the reason. Follows\n"
	"  " SG_DEFAULT_AUDIT_FILE "\n"
	"through rotation. --format=json passes the lines on as they are.\n"
	"Colours are for terminals, and not if NO_COLOR is set.\n"
	"\n"
	"Ends on SIGINT and SIGTERM. Exit code: 0, or 2 for an error.\n"
	"\n"
	"  smbguard watch --all\n"
	"  smbguard watch --format=json | jq 'select(.outcome == \"denied\")'\n";

static const char *colour_of(const struct watch *w, const char *outcome)
{
	if (!w->colour) {
		return "";
	}
	if (strcmp(outcome, "denied") == 0 || strcmp(outcome, "failed") == 0) {
		return "\033[31m";
	}
	if (strcmp(outcome, "would_deny") == 0 ||
	    strcmp(outcome, "detected") == 0) {
		return "\033[33m";
	}
	return "\033[32m";
}

/* A field and what stands in front of it, if it is there. */
static void print_field(const json_t *event,
			const char *name,
			const char *before,
			int width)
{
	size_t len = 0;
	const char *text = sg_event_text(event, name, &len);
	char *printable = NULL;

	if (text == NULL && width == 0) {
		return;
	}
	printable =
		sg_printable(text != NULL ? text : "-", text != NULL ? len : 1);
	printf("%s%-*s", before, width, printable != NULL ? printable : "?");
	free(printable);
}

static void print_event(const struct watch *w,
			const json_t *event,
			int64_t when)
{
	const char *outcome = sg_event_text(event, "outcome", NULL);
	char time[SG_TIME_SIZE];

	printf("%s  %s", sg_time_text(when, time), colour_of(w, outcome));
	print_field(event, "outcome", "", 10);
	printf("%s", w->colour ? "\033[0m" : "");
	print_field(event, "event", "  ", 16);
	print_field(event, "clientAddress", "  ", 15);
	print_field(event, "account", "  ", 10);
	print_field(event, "share", "  ", 10);
	print_field(event, "dialect", "  ", 7);
	print_field(event, "cipher", "  ", 11);
	print_field(event, "reason", "  ", 0);
	printf("\n");
}

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
		return ended == 0;
	}
	if (w->as_json) {
		print_json(w, line, event);
	} else {
		print_event(w, event, when);
	}
	json_decref(event);
	ret = fflush(stdout);
	w->failed = ret != 0 && ended == 0;
	return ended == 0 && !w->failed;
}

static void open_file(struct watch *w)
{
	w->fd = open(w->path, O_RDONLY | O_CLOEXEC);
	w->splitter.number = 0;
}

static void close_file(struct watch *w)
{
	sg_splitter_end(&w->splitter);
	close(w->fd);
	w->fd = -1;
	w->leaving = false;
}

/* Has the name been given to another file, or to none? */
static bool moved(const struct watch *w)
{
	struct stat by_path = {0};
	struct stat by_fd = {0};

	return stat(w->path, &by_path) != 0 || fstat(w->fd, &by_fd) != 0 ||
	       by_path.st_dev != by_fd.st_dev || by_path.st_ino != by_fd.st_ino;
}

/* A shorter file was cut, and is read from its start. */
static void follow_cut(struct watch *w)
{
	struct stat st = {0};
	off_t at = lseek(w->fd, 0, SEEK_CUR);
	int ret = fstat(w->fd, &st);

	if (ret == 0 && S_ISREG(st.st_mode) && st.st_size < at) {
		sg_splitter_end(&w->splitter);
		w->splitter.number = 0;
		(void)lseek(w->fd, 0, SEEK_SET);
	}
}

/* Read what there is. False: it cannot be read. */
static bool look(struct watch *w)
{
	ssize_t got;

	if (w->fd == -1) {
		open_file(w);
	}
	if (w->fd == -1) {
		return errno == ENOENT;
	}
	follow_cut(w);
	do {
		got = sg_splitter_read(&w->splitter, w->fd);
	} while (got > 0 && ended == 0 && !w->failed);
	if (got == -1) {
		return false;
	}
	if (w->leaving) {
		close_file(w);
		return true;
	}
	w->leaving = moved(w);
	return true;
}

/* A signal ends it early, or is seen when it is over. */
static void nap(void)
{
	const struct timespec moment = {.tv_nsec = NAP_NSEC};

	nanosleep(&moment, NULL);
}

static void take_signals(void)
{
	/* No SA_RESTART: a write that waits for a reader is left, too. */
	struct sigaction action = {.sa_handler = end};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int watch_file(struct watch *w, bool all)
{
	bool ok = true;

	w->splitter = (struct sg_splitter){
		.file = w->path,
		.fn = show,
		.data = w,
	};
	open_file(w);
	if (w->fd == -1 && errno == ENOENT) {
		fprintf(stderr,
			"smbguard: %s: not there yet, waiting for it\n",
			w->path);
	} else if (w->fd != -1 && !all) {
		(void)lseek(w->fd, 0, SEEK_END);
	}
	while (ok && ended == 0 && !w->failed) {
		ok = look(w);
		if (ok && ended == 0 && !w->failed) {
			nap();
		}
	}
	if (!ok) {
		fprintf(stderr, "smbguard: %s: %s\n", w->path, strerror(errno));
	}
	if (w->fd != -1) {
		close(w->fd);
	}
	free(w->splitter.buffer);
	return ok && !w->failed ? SG_EXIT_OK : SG_EXIT_ERROR;
}

static int watch_journal(struct watch *w, bool all)
{
	struct sg_journal *journal = sg_journal_open(NULL);
	bool ok;

	if (journal == NULL) {
		return SG_EXIT_ERROR;
	}
	ok = all || sg_journal_skip(journal);
	while (ok && ended == 0 && !w->failed) {
		ok = sg_journal_read(journal, show, w);
		if (ok && ended == 0 && !w->failed) {
			nap();
		}
	}
	sg_journal_close(journal);
	return ok && !w->failed ? SG_EXIT_OK : SG_EXIT_ERROR;
}

static int run(char *path, char *format, bool journal, bool all)
{
	const char *term = getenv("TERM");
	struct watch w = {.fd = -1, .path = SG_DEFAULT_AUDIT_FILE};

	if (format != NULL && strcmp(format, "json") != 0 &&
	    strcmp(format, "text") != 0) {
		fprintf(stderr,
			"smbguard: --format \"%s\" is not one of text, json\n",
			format);
		return SG_EXIT_ERROR;
	}
	if (journal && path != NULL) {
		fprintf(stderr, "smbguard: give --file or --journal\n");
		return SG_EXIT_ERROR;
	}
	w.path = path != NULL ? path : w.path;
	w.as_json = format != NULL && strcmp(format, "json") == 0;
	w.on_terminal = isatty(STDOUT_FILENO) == 1;
	w.colour = w.on_terminal && getenv("NO_COLOR") == NULL &&
		   (term == NULL || strcmp(term, "dumb") != 0);
	take_signals();
	if (journal) {
		return watch_journal(&w, all);
	}
	return watch_file(&w, all);
}

int sg_command_watch(int argc, const char **argv)
{
	char *path = NULL;
	char *format = NULL;
	int journal = 0;
	int all = 0;
	int want_help = 0;
	const struct poptOption table[] = {
		{"file",
		 'f',
		 POPT_ARG_STRING,
		 &path,
		 0,
		 "follow this file",
		 "FILE"},
		{"journal",
		 'j',
		 POPT_ARG_NONE,
		 &journal,
		 0,
		 "follow the systemd journal",
		 NULL},
		{"all",
		 'a',
		 POPT_ARG_NONE,
		 &all,
		 0,
		 "begin with what is there already",
		 NULL},
		{"format",
		 '\0',
		 POPT_ARG_STRING,
		 &format,
		 0,
		 "text or json",
		 "FORMAT"},
		{"help", 'h', POPT_ARG_NONE, &want_help, 0, "show this", NULL},
		POPT_TABLEEND,
	};
	poptContext context = NULL;
	int result = SG_EXIT_ERROR;
	int ret;

	argv[0] = "smbguard watch"; /* what popt calls it */
	context = poptGetContext("watch", argc, argv, table, 0);
	ret = poptGetNextOpt(context);
	if (ret < -1) {
		fprintf(stderr,
			"smbguard: %s: %s; see `smbguard watch --help`\n",
			poptBadOption(context, 0),
			poptStrerror(ret));
	} else if (want_help != 0) {
		poptPrintHelp(context, stdout, 0);
		fputs(help, stdout);
		result = SG_EXIT_OK;
	} else if (poptPeekArg(context) != NULL) {
		fprintf(stderr,
			"smbguard: \"%s\": give a file with --file\n",
			poptPeekArg(context));
	} else {
		result = run(path, format, journal != 0, all != 0);
	}
	free(path);
	free(format);
	poptFreeContext(context);
	return result;
}
