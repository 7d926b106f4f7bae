/*
 * smbguard(8): the command
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chooses a subcommand. How it fails: with a usage message and 2.
 */

#include "common/tool.h"

#include <stdio.h>
#include <string.h>

#include "smbguard_config.h"

struct command {
	const char *name;
	int (*run)(int argc, const char **argv);
	const char *summary;
};

static const struct command commands[] = {
	{"enable", sg_command_enable, "put smbguard into smb.conf"},
	{"disable", sg_command_disable, "take it out again"},
	{"exception", sg_command_exception, "who is let off, and until when"},
	{"check", sg_command_check, "what is wrong with a configuration"},
	{"report", sg_command_report, "who was, or would be, refused"},
	{"watch", sg_command_watch, "events as they come"},
	{"status", sg_command_status, "who is connected now, and how"},
	{"doctor", sg_command_doctor, "is the running smbd guarded"},
	{"explain", sg_command_explain, "what an event means, what to do"},
	{NULL, NULL, NULL},
};

static void print_usage(FILE *out)
{
	const struct command *c = NULL;

	fprintf(out, "Usage: smbguard COMMAND [OPTION...] [ARGUMENT...]\n\n");
	for (c = commands; c->name != NULL; c++) {
		fprintf(out, "  %-9s %s\n", c->name, c->summary);
	}
	fprintf(out,
		"\n`smbguard help COMMAND` tells more, and so does "
		"smbguard(8).\n");
}

static int run_command(int argc, const char **argv)
{
	const struct command *c = NULL;

	for (c = commands; c->name != NULL; c++) {
		if (strcmp(c->name, argv[0]) == 0) {
			return c->run(argc, argv);
		}
	}
	fprintf(stderr, "smbguard: there is no command \"%s\".\n\n", argv[0]);
	print_usage(stderr);
	return SG_EXIT_ERROR;
}

/* "help COMMAND" is "COMMAND --help". */
static int run_help(const char *command)
{
	const char *argv[] = {command, "--help", NULL};

	if (command == NULL) {
		print_usage(stdout);
		return SG_EXIT_OK;
	}
	return run_command(2, argv);
}

int main(int argc, const char **argv)
{
	if (argc < 2) {
		print_usage(stderr);
		return SG_EXIT_ERROR;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_usage(stdout);
		return SG_EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("smbguard %s, built for Samba %s\n",
		       SMBGUARD_VERSION,
		       SMBGUARD_SAMBA_PACKAGE);
		return SG_EXIT_OK;
	}
	if (strcmp(argv[1], "--tables") == 0) {
		return sg_print_tables();
	}
	if (strcmp(argv[1], "--words") == 0) {
		return sg_print_words(argv[2], argc > 3 ? argv[3] : NULL);
	}
	if (strcmp(argv[1], "help") == 0) {
		return run_help(argv[2]);
	}
	return run_command(argc - 1, argv + 1);
}
