/*
 * smbguard: smb.conf as it is written
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All of it, with includes and the registry, in smbd's order, and with file
 * and line of each parameter.
 */

#ifndef SMBGUARD_TOOLS_CONF_CONF_H
#define SMBGUARD_TOOLS_CONF_CONF_H

#include <stdio.h>

#include "core/options.h"

/* Where what is not in a file is. */
#define SG_REGISTRY "registry"

/* The share that is there in any case. */
#define SG_IPC "IPC$"

struct sg_conf_param {
	const char *name;  /* as written */
	const char *key;   /* as smbd compares it, see sg_conf_key() */
	const char *value; /* as written */
	const char *file;  /* or SG_REGISTRY */
	unsigned line;	   /* 0: it has none */
};

struct sg_conf_section {
	const char *name; /* "global", or the share's */
	bool global;
	const char *file; /* where it begins */
	unsigned line;
	struct sg_conf_param *params;
	size_t num_params;
	size_t num_defaults; /* what [global] had when it was opened first */
};

enum sg_conf_oddity_kind {
	SG_CONF_IGNORED = 1, /* a line that smbd passes over */
	SG_CONF_NO_INCLUDE,  /* a file that is not there */
	SG_CONF_VARIABLE,    /* an include that depends on the client */
	SG_CONF_NO_REGISTRY, /* a registry that is not there */
};

/* What smbd says nothing about, and somebody may not have meant. */
struct sg_conf_oddity {
	enum sg_conf_oddity_kind kind;
	const char *file;
	unsigned line;
	const char *text;
};

struct sg_conf {
	const char *path;
	struct sg_conf_section *sections; /* the first is [global] */
	size_t num_sections;
	struct sg_conf_oddity *oddities;
	size_t num_oddities;
};

/**
 * Read a configuration.
 *
 * error: receives a sentence, with file and line where there is one, if it
 * cannot be read whole.
 *
 * Returns NULL then.
 */
struct sg_conf *sg_conf_read(TALLOC_CTX *mem_ctx,
			     const char *path,
			     const char **error);

/* A file, and another that has what is to stand in it. */
struct sg_conf_instead {
	const char *path;
	const char *content;
};

/* A parameter of the registry that is to be another. */
struct sg_conf_change {
	const char *section; /* "global", or the share's name */
	const char *name;
	const char *value; /* NULL: it is to go */
};

/* What is to become of a configuration. */
struct sg_conf_plan {
	const struct sg_conf_instead *files;
	size_t num_files;
	const struct sg_conf_change *changes;
	size_t num_changes;
};

/**
 * Read a configuration as it would be: sg_conf_read() with a plan. Places are
 * those of the files that it will stand in.
 */
struct sg_conf *sg_conf_read_plan(TALLOC_CTX *mem_ctx,
				  const char *path,
				  const struct sg_conf_plan *plan,
				  const char **error);

/**
 * Is this [global], or the other name that it has?
 */
bool sg_conf_is_global(const char *name);

/**
 * A parameter's name as smbd compares it: without blanks, in lower case, and
 * the newer one of two names for the same. NULL when out of memory.
 */
char *sg_conf_key(TALLOC_CTX *mem_ctx, const char *name);

/**
 * The parameter that counts, the last of its name ("server min protocol"), in
 * this section alone. NULL if it is not there.
 */
const struct sg_conf_param *sg_conf_find(const struct sg_conf_section *section,
					 const char *name);

/**
 * The value of sg_conf_find(), or NULL.
 */
const char *sg_conf_value(const struct sg_conf_section *section,
			  const char *name);

/**
 * A share's parameter, or that of [global] which is its default: smbd gives a
 * share what [global] has so far, not what stands in a [global] further down.
 */
const struct sg_conf_param *sg_conf_default(
	const struct sg_conf *conf,
	const struct sg_conf_section *section,
	const char *name);

/**
 * yes, true, on and 1 in any case, as smbd takes them.
 */
bool sg_conf_is_yes(const char *value);

/**
 * no, false, off and 0.
 */
bool sg_conf_is_no(const char *value);

/**
 * Is a word in a list, as "vfs objects" has them? What is behind a ":" in the
 * list's word does not count, nor the directory and suffix of a whole path.
 */
bool sg_conf_lists(const char *list, const char *word);

/**
 * smbguard.so as "preload modules" of [global] lists it; NULL if it does not,
 * or memory ran out.
 */
const char *sg_conf_preload(TALLOC_CTX *mem_ctx, const struct sg_conf *conf);

/**
 * Is smbguard asked about this share? About all but printers where it is
 * preloaded, and else where "vfs objects" list it.
 */
bool sg_conf_guarded(const struct sg_conf *conf,
		     const struct sg_conf_section *share,
		     bool preloaded);

/**
 * The dialect that a value of "server min protocol" and its like means:
 * SG_DIALECT_NONE for "default" and for what is none.
 */
enum sg_dialect sg_conf_dialect(const char *value);

/**
 * The share of this name, NULL if there is none.
 */
const struct sg_conf_section *sg_conf_share(const struct sg_conf *conf,
					    const char *name);

/**
 * SG_IPC as smbd makes it where it has no section: of all that [global] has in
 * the end, but for a few things. NULL when out of memory.
 */
const struct sg_conf_section *sg_conf_ipc(TALLOC_CTX *mem_ctx,
					  const struct sg_conf *conf);

/**
 * The smbguard options of one section. NULL when out of memory.
 */
struct sg_settings *sg_conf_settings(TALLOC_CTX *mem_ctx,
				     const struct sg_conf_section *section);

/**
 * What counts for a share: the stricter of an option of [global] and of the
 * share's own. share may be NULL: [global] alone. NULL when out of memory.
 */
const char *sg_effective(TALLOC_CTX *mem_ctx,
			 const struct sg_conf *conf,
			 const struct sg_option *option,
			 const struct sg_settings *global,
			 const struct sg_settings *share);

/* Between the parts of the reader. */

enum sg_conf_line_kind {
	SG_CONF_LINE_SECTION = 1,
	SG_CONF_LINE_PARAM,
	SG_CONF_LINE_IGNORED,
	SG_CONF_LINE_BROKEN, /* smbd reads no further */
};

struct sg_conf_line {
	enum sg_conf_line_kind kind;
	unsigned line;
	const char *text; /* the section's or the parameter's name, or all */
	size_t begin;	  /* its first byte; blanks stand before it */
	size_t end;	  /* the byte behind it and its newline */
};

/**
 * The lines of a file that are not empty and no comment, cut as smbd cuts
 * them. NULL, and errno, if it cannot be read.
 */
struct sg_conf_line *sg_conf_lines(TALLOC_CTX *mem_ctx,
				   const char *path,
				   size_t *num);

/** The same of an open file. */
struct sg_conf_line *sg_conf_lines_of(TALLOC_CTX *mem_ctx,
				      FILE *f,
				      size_t *num);

struct smbconf_service;

/**
 * All services of a source of libsmbconf ("file:/etc/samba/smb.conf").
 *
 * Returns NULL, or what went wrong.
 */
const char *sg_conf_services(TALLOC_CTX *mem_ctx,
			     const char *source,
			     struct smbconf_service ***services,
			     uint32_t *num);

/**
 * The file that has what is to stand in this one: itself where nothing is
 * planned for it, or plan is NULL.
 */
const char *sg_conf_content_of(const struct sg_conf_plan *plan,
			       const char *path);

/**
 * Make of the registry's services what is planned. Returns false when out of
 * memory.
 */
bool sg_conf_plan_services(TALLOC_CTX *mem_ctx,
			   const struct sg_conf_plan *plan,
			   struct smbconf_service ***services,
			   uint32_t *num);

/**
 * The same from the registry of the server whose smb.conf is at path. None is
 * none (*found is false), and is not made.
 *
 * directory: where it is, by "state directory".
 */
const char *sg_conf_registry(TALLOC_CTX *mem_ctx,
			     const char *path,
			     const char *directory,
			     struct smbconf_service ***services,
			     uint32_t *num,
			     bool *found);

/**
 * All of the registry, once it was read, as `net conf import` takes it. NULL,
 * and what went wrong.
 */
char *sg_conf_registry_text(TALLOC_CTX *mem_ctx, const char **error);

/**
 * Change the registry, once it was read, in one transaction.
 *
 * olds: what each parameter must have before, NULL: nothing.
 *
 * Returns NULL, or what went wrong; then it is as it was.
 */
const char *sg_conf_registry_write(TALLOC_CTX *mem_ctx,
				   const struct sg_conf_change *changes,
				   const char *const *olds,
				   size_t num);

#endif /* SMBGUARD_TOOLS_CONF_CONF_H */
