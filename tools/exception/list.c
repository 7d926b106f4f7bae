/*
 * smbguard exception list
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who, what, until when, why, and whether anybody needs it still.
 *
 * How it fails: exit 2 and a sentence where the configuration cannot be read;
 * of a record that is not there, nothing is known, and that is said.
 */

#include "exception.h"

#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/table.h"
#include "common/tool.h"
#include "events/events.h"
#include "smbguard_config.h"

#define COMMAND SG_EXCEPTION_COMMAND " list"
#define DAY 86400

static char *smb_conf;
static char *format;
static int ending = -1;

static struct poptOption options[] = {
	{"smb-conf",
	 's',
	 POPT_ARG_STRING,
	 &smb_conf,
	 0,
	 "the server's configuration [" SMBGUARD_CONFIGFILE "]",
	 "FILE"},
	{"ending",
	 '\0',
	 POPT_ARG_INT,
	 &ending,
	 0,
	 "only those that end within so many days",
	 "DAYS"},
	{"format",
	 'f',
	 POPT_ARG_STRING,
	 &format,
	 0,
	 "how to print: text (default) or json",
	 "FORMAT"},
	{"help", 'h', POPT_ARG_NONE, NULL, 'h', "this", NULL},
	POPT_TABLEEND};

struct list {
	const struct sg_check *check;
	const struct sg_uses *uses;
	bool json;
	size_t shown;
};

static const char *value_of(const struct sg_check *check,
			    const char *name,
			    const char *key)
{
	char *option =
		talloc_asprintf(NULL, SG_OPTION_PREFIX ":%s %s", name, key);
	const char *value = NULL;

	if (option != NULL) {
		value = sg_conf_value(check->global, option);
	}
	talloc_free(option);
	return value;
}

static long days_left(const struct sg_check *check,
		      const struct sg_exception *e)
{
	return e->expires > check->now
		       ? (long)((e->expires - check->now - 1) / DAY)
		       : -1;
}

/* Only what holds can end. */
static bool is_asked_for(const struct list *list, const struct sg_exception *e)
{
	long left = days_left(list->check, e);

	return ending < 0 ||
	       (e->invalid == NULL && left >= 0 && left <= ending);
}

static void print_row(const char *name, const char *value)
{
	char *line = NULL;

	if (value == NULL || value[0] == '\0') {
		return;
	}
	printf("  %-7s ", name);
	line = sg_harmless(NULL, value);
	printf("%s\n", line != NULL ? line : "?");
	talloc_free(line);
}

static char *until_text(TALLOC_CTX *mem_ctx,
			const struct sg_check *check,
			const struct sg_exception *e)
{
	long left = days_left(check, e);

	if (e->invalid != NULL) {
		return talloc_asprintf(mem_ctx,
				       "it does not hold: %s",
				       e->invalid);
	}
	if (left < 0) {
		return talloc_asprintf(mem_ctx, "%s: it is over", e->until);
	}
	if (left == 0) {
		return talloc_asprintf(mem_ctx, "%s, today", e->until);
	}
	return talloc_asprintf(mem_ctx,
			       "%s, in %ld day%s",
			       e->until,
			       left,
			       left == 1 ? "" : "s");
}

static char *used_text(TALLOC_CTX *mem_ctx,
		       const struct sg_uses *all,
		       const struct sg_use *use)
{
	char last[SG_TIME_SIZE] = "";

	if (all->events == 0) {
		return talloc_strdup(mem_ctx, "not known: there is no record");
	}
	if (use->count == 0) {
		return talloc_asprintf(mem_ctx,
				       "never since %s",
				       sg_time_text(all->since, last));
	}
	return talloc_asprintf(mem_ctx,
			       "%llu time%s, last %s%s%s%s%s",
			       (unsigned long long)use->count,
			       use->count == 1 ? "" : "s",
			       sg_time_text(use->last, last),
			       use->account != NULL ? " by " : "",
			       use->account != NULL ? use->account : "",
			       use->client != NULL ? " from " : "",
			       use->client != NULL ? use->client : "");
}

static bool print_one(const struct list *list, size_t number)
{
	const struct sg_exception *e = &list->uses->exceptions[number];
	TALLOC_CTX *frame = talloc_new(NULL);
	char *until = until_text(frame, list->check, e);
	char *used = used_text(frame, list->uses, &list->uses->uses[number]);
	char *name = sg_harmless(frame, e->name);
	size_t i;

	if (until == NULL || used == NULL || name == NULL) {
		talloc_free(frame);
		return false;
	}
	printf("%s\n", name);
	print_row("until", until);
	for (i = 0; sg_exception_key(i) != NULL; i++) {
		const char *key = sg_exception_key(i);

		if (strcmp(key, "until") != 0) {
			print_row(key, value_of(list->check, e->name, key));
		}
	}
	print_row("used", used);
	printf("\n");
	talloc_free(frame);
	return true;
}

static void set_text(json_t *object, const char *name, const char *text)
{
	char *shown = text != NULL ? sg_printable(text, strlen(text)) : NULL;

	(void)json_object_set_new(object,
				  name,
				  shown != NULL ? json_string(shown)
						: json_null());
	free(shown);
}

static void set_time(json_t *object, const char *name, bool is, int64_t when)
{
	char text[SG_TIME_SIZE] = "";

	set_text(object, name, is ? sg_time_text(when, text) : NULL);
}

static json_t *json_of(const struct list *list, size_t number)
{
	const struct sg_exception *e = &list->uses->exceptions[number];
	const struct sg_use *use = &list->uses->uses[number];
	long left = days_left(list->check, e);
	json_t *object = json_object();
	size_t i;

	set_text(object, "name", e->name);
	for (i = 0; sg_exception_key(i) != NULL; i++) {
		const char *key = sg_exception_key(i);

		set_text(object, key, value_of(list->check, e->name, key));
	}
	set_text(object,
		 "state",
		 e->invalid != NULL ? "invalid"
		 : left < 0	    ? "over"
				    : "holds");
	set_text(object, "invalid", e->invalid);
	(void)json_object_set_new(object,
				  "daysLeft",
				  e->invalid == NULL && left >= 0
					  ? json_integer(left)
					  : json_null());
	(void)json_object_set_new(object,
				  "used",
				  list->uses->events > 0
					  ? json_integer((json_int_t)use->count)
					  : json_null());
	set_time(object, "firstUsed", use->count > 0, use->first);
	set_time(object, "lastUsed", use->count > 0, use->last);
	set_text(object, "lastClient", use->client);
	set_text(object, "lastAccount", use->account);
	set_text(object, "lastShare", use->share);
	return object;
}

static bool print_json(struct list *list)
{
	json_t *root = json_object();
	json_t *all = json_array();
	bool ok;
	size_t i;

	set_time(root,
		 "recordSince",
		 list->uses->events > 0,
		 list->uses->since);
	for (i = 0; i < list->uses->num; i++) {
		if (is_asked_for(list, &list->uses->exceptions[i])) {
			(void)json_array_append_new(all, json_of(list, i));
			list->shown++;
		}
	}
	ok = json_object_set_new(root, "exceptions", all) == 0 &&
	     json_dumpf(root, stdout, JSON_INDENT(2)) == 0;
	fputc('\n', stdout);
	json_decref(root);
	return ok;
}

static bool print_text(struct list *list)
{
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < list->uses->num; i++) {
		if (is_asked_for(list, &list->uses->exceptions[i])) {
			ok = print_one(list, i);
			list->shown++;
		}
	}
	if (list->shown == 0 && ending >= 0) {
		printf("No exception ends within %d day%s.\n",
		       ending,
		       ending == 1 ? "" : "s");
	} else if (list->shown == 0) {
		printf("There are no exceptions.\n");
	}
	return ok;
}

static int run(TALLOC_CTX *frame, const char *const *files)
{
	const char *path = smb_conf != NULL ? smb_conf : SMBGUARD_CONFIGFILE;
	const char *error = "out of memory";
	struct sg_conf *conf = sg_conf_read(frame, path, &error);
	struct list list = {
		.json = format != NULL && strcmp(format, "json") == 0,
	};
	const struct sg_settings *settings = NULL;
	bool ok;

	if (conf != NULL) {
		error = "out of memory";
		list.check = sg_check_new(frame, conf);
	}
	if (list.check != NULL) {
		settings = list.check->settings;
		list.uses = sg_uses_read(frame,
					 settings,
					 files,
					 settings->audit_file != NULL
						 ? settings->audit_file
						 : SG_DEFAULT_AUDIT_FILE);
	}
	if (list.uses == NULL) {
		fprintf(stderr, COMMAND ": %s\n", error);
		return SG_EXIT_ERROR;
	}
	ok = list.json ? print_json(&list) : print_text(&list);
	if (!ok || fflush(stdout) != 0 || !list.uses->ok) {
		return SG_EXIT_ERROR;
	}
	return ending >= 0 && list.shown > 0 ? SG_EXIT_FINDINGS : SG_EXIT_OK;
}

int sg_exception_list(int argc, const char **argv)
{
	static const char *const none[] = {NULL};
	TALLOC_CTX *frame = talloc_new(NULL);
	const char *const *files = NULL;
	int status = SG_EXIT_ERROR;
	poptContext pc;
	int opt;

	argv[0] = COMMAND; /* for the usage line */
	pc = poptGetContext(COMMAND, argc, argv, options, 0);
	poptSetOtherOptionHelp(pc, "[OPTION...] [FILE...]");
	opt = poptGetNextOpt(pc);
	if (opt == 'h') {
		poptPrintHelp(pc, stdout, 0);
		status = SG_EXIT_OK;
	} else if (opt < -1) {
		fprintf(stderr,
			COMMAND ": %s: %s\n",
			poptBadOption(pc, POPT_BADOPTION_NOALIAS),
			poptStrerror(opt));
	} else if (format != NULL && strcmp(format, "text") != 0 &&
		   strcmp(format, "json") != 0) {
		fprintf(stderr,
			COMMAND ": --format is text or json, not %s\n",
			format);
	} else {
		files = (const char *const *)poptGetArgs(pc);
		status = run(frame, files != NULL ? files : none);
	}
	poptFreeContext(pc);
	talloc_free(frame);
	return status;
}
