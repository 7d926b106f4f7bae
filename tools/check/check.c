/*
 * smbguard check: what is wrong, or surprising, in a configuration
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads smb.conf (conf/), asks one question after the other, and
 * prints what was found and what counts. It changes nothing.
 *
 * How it fails: exit 2 and a sentence on standard error where smb.conf cannot
 * be read whole. A note is no finding for the exit status: nothing is wrong.
 */

#include "common/tool.h"
#include "check.h"
#include "common/table.h"

#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smbguard_config.h"

static const char more_help[] =
	"\n"
	"Looks for all that is wrong or surprising in FILE [" SMBGUARD_CONFIGFILE
	"],\n"
	"its includes and the registry: names that do not exist, values that "
	"are not\n"
	"valid, exceptions that are over, too wide or of no use, shares "
	"without the module,\n"
	"shares that try to loosen, modules that were dropped, and settings of "
	"Samba that\n"
	"make smbguard blind or pointless, or that are open to everybody, and\n"
	"events of files that do not come.\n"
	"Then tells the policy that counts for each share. Changes nothing.\n"
	"\n"
	"  error    does not do what it says, or closes something\n"
	"  warning  weaker than it looks, or soon over\n"
	"  note     worth knowing; nothing is wrong\n"
	"\n"
	"Exit status: 0 nothing is wrong, 1 there are errors or warnings, 2 the\n"
	"configuration cannot be read.\n"
	"\n"
	"  smbguard check                      the server's own smb.conf\n"
	"  smbguard check new.conf             another, before it is put in place\n"
	"  smbguard check --format=json | jq -r '.findings[].id'\n";

static void print_help(poptContext pc)
{
	poptPrintHelp(pc, stdout, 0);
	fputs(more_help, stdout);
}

static const char *where_text(const struct sg_option *o)
{
	return (o->where & SG_SHARE) != 0 ? "global, share" : "global";
}

/* A line of the list of options; false if it could not be added. */
static bool add_option(struct sg_table *table,
		       json_t *list,
		       const char *name,
		       const char *where,
		       const char *accepted)
{
	const char *cells[] = {name, where, accepted};

	sg_table_add(table, cells);
	return json_array_append_new(list,
				     json_pack("{s:s,s:s,s:s}",
					       "name",
					       name,
					       "where",
					       where,
					       "accepted",
					       accepted)) == 0;
}

/* All options that there are. */
static int print_options(bool json)
{
	static const char *const head[] = {"option", "where", "values"};
	struct sg_table *table = sg_table_new(NULL, 3);
	const struct sg_option *const *row = NULL;
	json_t *list = json_array();
	bool ok = table != NULL;
	size_t i;

	if (ok) {
		sg_table_add(table, head);
	}
	for (row = sg_option_table(); ok && *row != NULL; row++) {
		ok = add_option(table,
				list,
				(*row)->name,
				where_text(*row),
				(*row)->accepted);
	}
	for (i = 0; ok && sg_exception_key(i) != NULL; i++) {
		char *name =
			talloc_asprintf(table, "NAME %s", sg_exception_key(i));

		ok = name != NULL &&
		     add_option(table, list, name, "global", "of an exception");
	}
	if (ok && json) {
		ok = json_dumpf(list, stdout, JSON_INDENT(2)) == 0;
		fputc('\n', stdout);
	} else if (ok) {
		sg_table_print(table, sg_wants_colour());
	}
	json_decref(list);
	talloc_free(table);
	return ok ? SG_EXIT_OK : SG_EXIT_ERROR;
}

void sg_check_all(struct sg_check *check)
{
	sg_check_oddities(check);
	sg_check_options(check);
	sg_check_twice(check);
	sg_check_loosening(check);
	sg_check_exceptions(check);
	sg_check_modules(check);
	sg_check_native(check);
	sg_check_opened(check);
	sg_check_logon(check);
	sg_check_algorithms(check);
	sg_check_client(check);
	sg_check_audit(check);
	sg_check_files(check);
	sg_check_order(check);
}

static bool is_wrong(const struct sg_check *check)
{
	size_t i;

	for (i = 0; i < check->num_findings; i++) {
		if (check->findings[i].grade != SG_GRADE_NOTE) {
			return true;
		}
	}
	return false;
}

static int run(TALLOC_CTX *frame, const char *path, bool json)
{
	const char *error = NULL;
	struct sg_conf *conf = sg_conf_read(frame, path, &error);
	struct sg_check *check = NULL;
	json_t *root = NULL;
	bool wrong;

	if (conf == NULL) {
		fprintf(stderr, "smbguard check: %s\n", error);
		return SG_EXIT_ERROR;
	}
	check = sg_check_new(frame, conf);
	if (check != NULL) {
		sg_check_all(check);
	}
	if (check != NULL && json) {
		root = sg_check_json(check);
	}
	if (check == NULL || !check->ok || (json && root == NULL)) {
		fprintf(stderr, "smbguard check: out of memory\n");
		return SG_EXIT_ERROR;
	}
	wrong = is_wrong(check);
	if (json) {
		json_dumpf(root, stdout, JSON_INDENT(2));
		fputc('\n', stdout);
		json_decref(root);
	} else {
		sg_check_print(check, sg_wants_colour());
	}
	if (fflush(stdout) != 0) {
		perror("smbguard check: standard output");
		return SG_EXIT_ERROR;
	}
	return wrong ? SG_EXIT_FINDINGS : SG_EXIT_OK;
}

int sg_command_check(int argc, const char **argv)
{
	char *format = NULL;
	int options = 0;
	const struct poptOption table[] = {
		{"format",
		 'f',
		 POPT_ARG_STRING,
		 &format,
		 0,
		 "how to print: text (default) or json",
		 "FORMAT"},
		{"options",
		 '\0',
		 POPT_ARG_NONE,
		 &options,
		 0,
		 "list the options of smbguard, and end",
		 NULL},
		{"help", 'h', POPT_ARG_NONE, NULL, 'h', "this", NULL},
		POPT_TABLEEND};
	TALLOC_CTX *frame = talloc_new(NULL);
	const char *path = SMBGUARD_CONFIGFILE;
	int status = SG_EXIT_ERROR;
	poptContext pc;
	bool json;
	int opt;

	argv[0] = "smbguard check"; /* for the usage line */
	pc = poptGetContext("smbguard check", argc, argv, table, 0);
	poptSetOtherOptionHelp(pc, "[OPTION...] [FILE]");
	opt = poptGetNextOpt(pc);
	json = format != NULL && strcmp(format, "json") == 0;
	if (opt == 'h') {
		print_help(pc);
		status = SG_EXIT_OK;
	} else if (opt < -1) {
		fprintf(stderr,
			"smbguard check: %s: %s\n",
			poptBadOption(pc, POPT_BADOPTION_NOALIAS),
			poptStrerror(opt));
	} else if (format != NULL && !json && strcmp(format, "text") != 0) {
		fprintf(stderr,
			"smbguard check: --format is text or json, not %s\n",
			format);
	} else if (options != 0) {
		status = print_options(json);
	} else {
		path = poptPeekArg(pc) != NULL ? poptGetArg(pc) : path;
		if (poptPeekArg(pc) != NULL) {
			fprintf(stderr, "smbguard check: one FILE, please\n");
		} else {
			status = run(frame, path, json);
		}
	}
	poptFreeContext(pc);
	free(format);
	talloc_free(frame);
	return status;
}
