/*
 * smbguard(8): the command
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One function a subcommand, each in a file of its own name; main.c only
 * chooses. What is found goes to standard output, errors to standard error,
 * with file and line where there is one.
 */

#ifndef SMBGUARD_TOOLS_COMMON_TOOL_H
#define SMBGUARD_TOOLS_COMMON_TOOL_H

/* Exit codes of all subcommands. */
enum sg_exit {
	SG_EXIT_OK = 0,	      /* nothing wrong was found */
	SG_EXIT_FINDINGS = 1, /* something was: see the output */
	SG_EXIT_ERROR = 2,    /* the question could not be answered */
};

/**
 * The subcommands. argv[0] is the subcommand's name, the rest its own
 * arguments; argv ends with a NULL. They return an enum sg_exit.
 */
int sg_command_enable(int argc, const char **argv);
int sg_command_disable(int argc, const char **argv);
int sg_command_exception(int argc, const char **argv);
int sg_command_check(int argc, const char **argv);
int sg_command_report(int argc, const char **argv);
int sg_command_watch(int argc, const char **argv);
int sg_command_status(int argc, const char **argv);
int sg_command_doctor(int argc, const char **argv);
int sg_command_explain(int argc, const char **argv);

/**
 * Print the tables of the code as JSON: see tables.c. Returns an enum sg_exit.
 */
int sg_print_tables(void);

/**
 * Print words of a kind, for shells: see words.c. kind and path may be NULL.
 * Returns an enum sg_exit.
 */
int sg_print_words(const char *kind, const char *path);

#endif /* SMBGUARD_TOOLS_COMMON_TOOL_H */
