/*
 * smbguard enable: into smb.conf, in audit mode
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Adds smbguard to what stands in "preload modules" and "vfs objects" of
 * [global], and takes nothing away. Where there is no "vfs objects", a domain
 * controller has modules by itself, which a line would drop: they are written
 * behind smbguard. On any other server none is added: acl_xattr would change who
 * may do what with every file.
 *
 * Audit mode is written only where smbguard is new. Where it is at work already,
 * that would open what it holds.
 *
 * How it fails: see finish.c.
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/table.h"
#include "common/tool.h"
#include "setup.h"
#include "smbguard_config.h"

#define COMMAND "smbguard enable"
#define PRELOAD "preload modules"
#define VFS "vfs objects"
#define VFS_KEY "vfsobjects"
#define MODULE "smbguard"

static char *module;
static int shares;

static struct poptOption options[] = {
	{"shares",
	 '\0',
	 POPT_ARG_NONE,
	 &shares,
	 0,
	 "also into the \"vfs objects\" that shares have of their own",
	 NULL},
	{"module",
	 '\0',
	 POPT_ARG_STRING,
	 &module,
	 0,
	 "the module to preload [" SMBGUARD_MODULESDIR "/smbguard.so]",
	 "FILE"},
	POPT_TABLEEND};

static const char help[] =
	"\n"
	"Adds smbguard to \"preload modules\" and \"vfs objects\" of [global], in "
	"audit\n"
	"mode: it records, and refuses nobody. Shows what would change, asks "
	"`smbguard\n"
	"check` whether that is right, asks you, keeps a copy, and writes. Then "
	"says what\n"
	"to restart. `smbguard disable` undoes it.\n"
	"\n"
	"Exit status: 0 done, or it is so already, 1 you said no, 2 nothing was "
	"written.\n";

/* Is smbguard at work already, or was it meant to be? */
static bool is_new(const struct sg_setup *s)
{
	const struct sg_conf *conf = s->conf;
	size_t i;
	size_t k;

	if (sg_conf_value(&conf->sections[0], "smbguard:mode") != NULL ||
	    s->check->preload != NULL) {
		return false;
	}
	for (i = 0; i < conf->num_sections; i++) {
		for (k = 0; k < conf->sections[i].num_params; k++) {
			const struct sg_conf_param *p =
				&conf->sections[i].params[k];

			if (strcmp(p->key, VFS_KEY) == 0 &&
			    sg_conf_lists(p->value, MODULE)) {
				return false;
			}
		}
	}
	return true;
}

/* The line for a list that is not there; a domain controller's is its own. */
static const char *vfs_line(const struct sg_setup *s)
{
	if (!sg_check_is_controller(s->check)) {
		return VFS " = " MODULE;
	}
	return talloc_asprintf(s->conf,
			       VFS " = " MODULE " %s",
			       sg_setup_controller_list(s->conf));
}

/* What is not there at all comes together, below one comment. */
static bool add_lines(struct sg_setup *s, const char *path)
{
	const struct sg_conf_section *global = &s->conf->sections[0];
	const char *lines[5] = {SG_SETUP_MARK};
	size_t num = 1;

	if (sg_conf_find(global, PRELOAD) == NULL) {
		lines[num++] = talloc_asprintf(s, PRELOAD " = %s", path);
	}
	if (sg_conf_find(global, VFS) == NULL) {
		lines[num++] = vfs_line(s);
	}
	if (is_new(s)) {
		lines[num++] = "smbguard:mode = audit";
	}
	return num == 1 || sg_setup_add(s, lines);
}

/* One that is not there any more gives way. */
static bool add_preload(struct sg_setup *s, const char *path)
{
	const struct sg_conf_section *global = &s->conf->sections[0];
	const struct sg_conf_param *param = sg_conf_find(global, PRELOAD);

	if (param == NULL || s->check->preload_loads) {
		return true;
	}
	if (s->check->preload != NULL) {
		s->error = talloc_asprintf(
			s,
			"%s:%u: \"%s\" lists %s, which smbd cannot load.\n"
			"Write there: %s",
			param->file,
			param->line,
			param->name,
			s->check->preload,
			path);
		return false;
	}
	return sg_setup_front(s, global, param, path);
}

/* A line may count for some shares, and a later one for others. */
static bool add_vfs(struct sg_setup *s)
{
	size_t num = shares != 0 ? s->conf->num_sections : 1;
	bool ok = true;
	size_t i;
	size_t k;

	for (i = 0; i < num; i++) {
		const struct sg_conf_section *section = &s->conf->sections[i];

		for (k = 0; ok && k < section->num_params; k++) {
			const struct sg_conf_param *p = &section->params[k];

			if (strcmp(p->key, VFS_KEY) == 0 &&
			    !sg_conf_lists(p->value, MODULE)) {
				ok = sg_setup_front(s, section, p, MODULE);
			}
		}
	}
	return ok;
}

static const char **next_steps(const struct sg_setup *s)
{
	bool controller = sg_check_is_controller(s->check);
	const char **next = talloc_zero_array(s, const char *, 8);
	size_t num = 0;

	if (next == NULL) {
		return NULL;
	}
	next[num++] = "Now restart smbd; connections from before are not "
		      "guarded:";
	next[num++] = controller ? "  systemctl restart samba-ad-dc"
				 : "  systemctl restart smbd";
	next[num++] =
		"Nobody is refused in audit mode. Write the rules that you "
		"want as";
	next[num++] = "`smbguard explain` lists them, wait until your slowest "
		      "client has shown up,";
	next[num++] = "and see who would be refused:";
	next[num++] = "  smbguard report";
	return next;
}

static size_t num_unlisted(const struct sg_setup *s)
{
	size_t num = 0;
	size_t i;

	for (i = 1; i < s->conf->num_sections; i++) {
		const char *own = sg_conf_value(&s->conf->sections[i], VFS);

		num += own != NULL && !sg_conf_lists(own, MODULE) ? 1 : 0;
	}
	return num;
}

static void tell(const struct sg_setup *s)
{
	const struct sg_conf_section *global = &s->conf->sections[0];
	size_t unlisted = num_unlisted(s);

	if (unlisted > 0 && shares == 0) {
		printf("%zu share%s \"" VFS
		       "\" of %s own, which stay%s as they "
		       "are. smbguard.so\n"
		       "guards %s as long as it is preloaded; with --shares "
		       "smbguard is added there.\n\n",
		       unlisted,
		       unlisted == 1 ? " has" : "s have",
		       unlisted == 1 ? "its" : "their",
		       unlisted == 1 ? "s" : "",
		       unlisted == 1 ? "it" : "them");
	}
	if (sg_conf_find(global, VFS) == NULL && sg_check_is_member(s->check)) {
		printf("There is no acl_xattr in \"" VFS
		       "\", and none is added: "
		       "it would change\n"
		       "who may do what with every file.\n\n");
	}
}

static int enable(TALLOC_CTX *frame, const struct sg_setup_line *line)
{
	const char *path =
		module != NULL ? module : SMBGUARD_MODULESDIR "/smbguard.so";
	struct sg_setup *s = NULL;
	bool ok;

	if (access(path, R_OK) != 0 || path[0] != '/') {
		fprintf(stderr,
			COMMAND
			": there is no %s. Install smbguard first; --module "
			"names another\n"
			"place, by its whole path.\n",
			path);
		return SG_EXIT_ERROR;
	}
	s = sg_setup_new(frame, COMMAND, &line->options);
	if (s == NULL) {
		return SG_EXIT_ERROR;
	}
	ok = add_lines(s, path) && add_preload(s, path) && add_vfs(s);
	if (ok && sg_setup_is_empty(s)) {
		char *shown = sg_harmless(s, line->options.path);

		printf("It is enabled already: nothing to change in %s.\n"
		       "What it does there: smbguard check\n",
		       shown != NULL ? shown : "it");
		return SG_EXIT_OK;
	}
	if (ok) {
		tell(s);
	}
	s->next = next_steps(s);
	return sg_setup_finish(s);
}

int sg_command_enable(int argc, const char **argv)
{
	struct sg_setup_line line = {
		.command = COMMAND,
		.help = help,
		.more = options,
	};
	TALLOC_CTX *frame = talloc_new(NULL);
	int status = SG_EXIT_ERROR;
	bool ok = sg_setup_parse(frame, &line, argc, argv, &status);

	if (ok) {
		status = enable(frame, &line);
	}
	talloc_free(frame);
	return status;
}
