/*
 * smbguard: a configuration to be changed
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each command says what is to be another; sg_setup_finish() shows it, has it
 * checked, asks, and writes.
 */

#ifndef SMBGUARD_TOOLS_SETUP_SETUP_H
#define SMBGUARD_TOOLS_SETUP_SETUP_H

#include <popt.h>

#include "check/check.h"
#include "edit.h"

/* The line above what enable adds; disable takes out what stands below. */
#define SG_SETUP_MARK \
	"# smbguard enable wrote this, smbguard disable removes it:"

/* What the person asked for. */
struct sg_setup_options {
	const char *path;
	int yes;
	int dry_run;
};

struct sg_setup {
	const char *command; /* "smbguard enable" */
	struct sg_setup_options options;
	struct sg_conf *conf;	/* as it is */
	struct sg_check *check; /* of that */
	bool in_registry;	/* all of it: config backend = registry */
	struct sg_edit **edits; /* in the order in which they are written */
	size_t num_edits;
	struct sg_conf_change *changes; /* of the registry */
	size_t num_changes;
	bool registry_first; /* it is written before files */
	const char *error;   /* NULL, or what went wrong */
	int lock;

	/* Findings that are no reason to stop; ends with a NULL, or is NULL */
	const char *const *expected;
	/* What to do next, a line each; ends with a NULL */
	const char **next;
};

/** Is a word one that a list is to lose? */
typedef bool (*sg_setup_match)(const char *word);

/* A command line. */
struct sg_setup_line {
	const char *command;		 /* "smbguard enable" */
	const char *arguments;		 /* for the usage line, or NULL */
	const char *help;		 /* what --help adds */
	struct poptOption *more;	 /* options of its own, or NULL */
	struct sg_setup_options options; /* as given */
	const char **words;		 /* arguments that are no options */
};

/**
 * Take a command line apart. Returns false, and the exit status, if there is
 * nothing more to be done: after --help, or a message.
 */
bool sg_setup_parse(TALLOC_CTX *mem_ctx,
		    struct sg_setup_line *line,
		    int argc,
		    const char **argv,
		    int *status);

/**
 * Read the configuration, for a command that may change it. NULL after a message.
 */
struct sg_setup *sg_setup_new(TALLOC_CTX *mem_ctx,
			      const char *command,
			      const struct sg_setup_options *options);

/**
 * The changes. Each returns false, and notes it, if it cannot be planned.
 *
 * param: of section, whichever file it stands in.
 */

/** Put a word in front of a list. */
bool sg_setup_front(struct sg_setup *s,
		    const struct sg_conf_section *section,
		    const struct sg_conf_param *param,
		    const char *word);

/** Put one at its end. */
bool sg_setup_append(struct sg_setup *s,
		     const struct sg_conf_section *section,
		     const struct sg_conf_param *param,
		     const char *word);

/** Take words out, and the whole line if nothing stays, unless keep. */
bool sg_setup_without(struct sg_setup *s,
		      const struct sg_conf_section *section,
		      const struct sg_conf_param *param,
		      sg_setup_match match,
		      bool keep);

/** Take a parameter out. */
bool sg_setup_remove(struct sg_setup *s,
		     const struct sg_conf_section *section,
		     const struct sg_conf_param *param);

/**
 * Add parameters to [global], above all shares.
 *
 * lines: "name = value", ends with a NULL; a comment is for files alone.
 */
bool sg_setup_add(struct sg_setup *s, const char *const *lines);

/**
 * The same, behind a parameter that is there.
 */
bool sg_setup_add_behind(struct sg_setup *s,
			 const struct sg_conf_section *section,
			 const struct sg_conf_param *param,
			 const char *const *lines);

/** The file as it is to be edited. NULL: it cannot be, and error says why. */
struct sg_edit *sg_setup_edit(struct sg_setup *s, const char *path);

/** The configuration as it would be. NULL, and a sentence, if it cannot be read. */
struct sg_conf *sg_setup_planned(struct sg_setup *s, const char **error);

/** Is there anything to be changed? */
bool sg_setup_is_empty(const struct sg_setup *s);

/**
 * Show, check, ask and write. Returns an enum sg_exit, after a message.
 */
int sg_setup_finish(struct sg_setup *s);

/** Show what would change. */
void sg_setup_print(const struct sg_setup *s, bool colour);

/** The value that the registry has now, NULL: none. */
const char *sg_setup_value_now(const struct sg_setup *s,
			       const struct sg_conf_change *change);

/**
 * Of sg_setup_finish(): write all. Returns false after a message.
 */
bool sg_setup_write(struct sg_setup *s);

/**
 * Of the same: is the configuration right then? Prints what is worse than
 * before. False: it must not be written.
 */
bool sg_setup_check(struct sg_setup *s);

/** The words of "vfs objects" and "preload modules" that are smbguard's. */
bool sg_setup_is_vfs(const char *word);
bool sg_setup_is_preload(const char *word);

/**
 * The module list that a domain controller has as long as there is no line.
 */
const char *sg_setup_controller_list(const struct sg_conf *conf);

#endif /* SMBGUARD_TOOLS_SETUP_SETUP_H */
