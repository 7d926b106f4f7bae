/*
 * smbguard: the command lines of what writes
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: with a message and 2.
 */

#include "setup.h"

#include <stdio.h>

#include "common/tool.h"
#include "smbguard_config.h"

static char *smb_conf;
static int yes;
static int dry_run;

static struct poptOption common[] = {
	{"smb-conf",
	 's',
	 POPT_ARG_STRING,
	 &smb_conf,
	 0,
	 "the server's configuration [" SMBGUARD_CONFIGFILE "]",
	 "FILE"},
	{"dry-run",
	 'n',
	 POPT_ARG_NONE,
	 &dry_run,
	 0,
	 "show and check what would change, write nothing",
	 NULL},
	{"yes", 'y', POPT_ARG_NONE, &yes, 0, "do not ask", NULL},
	{"help", 'h', POPT_ARG_NONE, NULL, 'h', "this", NULL},
	POPT_TABLEEND};

static bool copy_words(TALLOC_CTX *mem_ctx,
		       struct sg_setup_line *line,
		       poptContext pc)
{
	const char **words = poptGetArgs(pc);
	size_t num = 0;
	size_t i;

	while (words != NULL && words[num] != NULL) {
		num++;
	}
	line->words = talloc_zero_array(mem_ctx, const char *, num + 1);
	for (i = 0; line->words != NULL && i < num; i++) {
		line->words[i] = talloc_strdup(mem_ctx, words[i]);
	}
	return line->words != NULL;
}

static bool get_options(TALLOC_CTX *mem_ctx,
			struct sg_setup_line *line,
			poptContext pc,
			int *status)
{
	int opt = poptGetNextOpt(pc);

	*status = SG_EXIT_ERROR;
	if (opt == 'h') {
		poptPrintHelp(pc, stdout, 0);
		fputs(line->help, stdout);
		*status = SG_EXIT_OK;
		return false;
	}
	if (opt < -1) {
		fprintf(stderr,
			"%s: %s: %s\n",
			line->command,
			poptBadOption(pc, POPT_BADOPTION_NOALIAS),
			poptStrerror(opt));
		return false;
	}
	line->options = (struct sg_setup_options){
		.path = smb_conf != NULL ? smb_conf : SMBGUARD_CONFIGFILE,
		.yes = yes,
		.dry_run = dry_run,
	};
	if (line->arguments == NULL && poptPeekArg(pc) != NULL) {
		fprintf(stderr, "%s: it takes no arguments\n", line->command);
		return false;
	}
	return copy_words(mem_ctx, line, pc);
}

bool sg_setup_parse(TALLOC_CTX *mem_ctx,
		    struct sg_setup_line *line,
		    int argc,
		    const char **argv,
		    int *status)
{
	struct poptOption none[] = {POPT_TABLEEND};
	struct poptOption *more = NULL;
	struct poptOption table[] = {
		{NULL, '\0', POPT_ARG_INCLUDE_TABLE, NULL, 0, NULL, NULL},
		{NULL, '\0', POPT_ARG_INCLUDE_TABLE, common, 0, NULL, NULL},
		POPT_TABLEEND};
	char *usage = NULL;
	poptContext pc;
	bool ok;

	more = line->more != NULL ? line->more : none;
	table[0].arg = more;
	argv[0] = line->command; /* for the usage line */
	pc = poptGetContext(line->command, argc, argv, table, 0);
	usage = talloc_asprintf(mem_ctx,
				"[OPTION...]%s%s",
				line->arguments != NULL ? " " : "",
				line->arguments != NULL ? line->arguments : "");
	poptSetOtherOptionHelp(pc, usage);
	ok = get_options(mem_ctx, line, pc, status);
	poptFreeContext(pc);
	return ok;
}
