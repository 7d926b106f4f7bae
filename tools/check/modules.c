/*
 * smbguard check: are the three gates there, and asked?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd does not care whether a preload module loads, and a share that sets
 * its own "vfs objects" drops those of [global].
 */

#include "check.h"
#include "common/run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "smbguard_config.h"

#define SEPARATORS " \t,;\n\r\""
#define NEGOTIATE "/negotiate.so"
#define SESSION "/session.so"
#define PRELOAD "preload modules"
#define OF_SMBGUARD "smbguard"

struct preload {
	const struct sg_conf_param *param;
	const char *negotiate; /* their paths, NULL: not listed */
	const char *session;
	bool swapped;
};

static bool ends_with(const char *path, const char *end)
{
	size_t len = strlen(path);
	size_t tail = strlen(end);

	return len >= tail && strcmp(path + len - tail, end) == 0;
}

/* Another project's module may be called session.so as well. */
static bool is_ours(const char *path, const char *name)
{
	return ends_with(path, name) && strstr(path, OF_SMBGUARD) != NULL;
}

static void check_path(struct sg_check *check,
		       const struct preload *p,
		       const char *path)
{
	struct sg_finding f = {
		.grade = SG_GRADE_ERROR,
		.section = check->global,
		.param = p->param,
		.remedy = "Write its whole path; `smbd -b` tells MODULESDIR.",
	};

	if (path[0] != '/') {
		f.id = "preload-relative";
		sg_check_add(check,
			     f,
			     "\"%s\" is no absolute path, and smbd does not "
			     "load it.",
			     path);
	} else if (access(path, R_OK) != 0) {
		f.id = "preload-not-there";
		f.remedy = "Correct the path, or install smbguard.";
		sg_check_add(check,
			     f,
			     "There is no %s. smbd goes on without, and the "
			     "share gate then refuses.",
			     path);
	}
}

static void look_at(struct sg_check *check, struct preload *p, char *path)
{
	bool negotiate = is_ours(path, NEGOTIATE);
	bool session = is_ours(path, SESSION);

	if (negotiate) {
		p->swapped = p->session != NULL;
		p->negotiate = path;
	}
	if (session) {
		p->session = path;
	}
	if (negotiate || session) {
		check_path(check, p, path);
	}
}

static void read_preload(struct sg_check *check, struct preload *p)
{
	char *list = NULL;
	char *state = NULL;
	char *path = NULL;

	p->param = sg_conf_find(check->global, PRELOAD);
	if (p->param == NULL) {
		return;
	}
	list = talloc_strdup(check, p->param->value);
	if (list == NULL) {
		check->ok = false;
		return;
	}
	for (path = strtok_r(list, SEPARATORS, &state); path != NULL;
	     path = strtok_r(NULL, SEPARATORS, &state)) {
		look_at(check, p, path);
	}
}

static void check_preload(struct sg_check *check, const struct preload *p)
{
	const char *lacks = NULL;
	struct sg_finding f = {
		.grade = SG_GRADE_ERROR,
		.id = "preload-missing",
		.section = check->global,
		.param = p->param,
		.option = PRELOAD,
		.remedy = PRELOAD " = " SMBGUARD_MODULESDIR
				  "/smbguard/negotiate.so " SMBGUARD_MODULESDIR
				  "/smbguard/session.so",
	};

	if (p->negotiate == NULL) {
		lacks = p->session == NULL ? "negotiate.so and session.so"
					   : "negotiate.so";
	} else if (p->session == NULL) {
		lacks = "session.so";
	}
	if (lacks != NULL) {
		sg_check_add(check,
			     f,
			     "\"" PRELOAD "\" of [global] lacks smbguard's %s. "
			     "Shares that anything is asked for are refused in "
			     "enforce mode.",
			     lacks);
	}
	if (p->swapped) {
		f.grade = SG_GRADE_WARNING;
		f.id = "preload-order";
		sg_check_add(check,
			     f,
			     "session.so is listed before negotiate.so, an "
			     "order that is not tested.");
	}
}

/* In MODULESDIR, where smbd looks; or beside the others, not yet installed. */
static void check_vfs_file(struct sg_check *check, const struct preload *p)
{
	const char *path = SMBGUARD_MODULESDIR "/vfs/smbguard.so";
	char *beside = NULL;
	size_t len;

	if (access(path, F_OK) == 0 || p->negotiate == NULL) {
		return;
	}
	len = strlen(p->negotiate) - strlen(OF_SMBGUARD NEGOTIATE);
	if (ends_with(p->negotiate, "/" OF_SMBGUARD NEGOTIATE)) {
		beside = talloc_asprintf(check,
					 "%.*svfs/smbguard.so",
					 (int)len,
					 p->negotiate);
	}
	if (beside != NULL && access(beside, F_OK) == 0) {
		return;
	}
	sg_check_add(check,
		     (struct sg_finding){
			     .grade = SG_GRADE_ERROR,
			     .id = "vfs-not-there",
			     .section = check->global,
			     .option = "vfs objects",
			     .remedy = "Install smbguard.",
		     },
		     "There is no %s, and smbd refuses each share that lists "
		     "the module.",
		     path);
}

/* Why smbd does not ask about a share, and what to do. */
struct unguarded {
	const char *why;
	const char *remedy;
	const char *option; /* what it follows from */
	bool meant;	    /* not, where [global] lists smbguard too late */
};

static struct unguarded unguarded(const struct sg_check *check,
				  const struct sg_checked *share)
{
	const char *own = sg_conf_value(share->section, "vfs objects");
	const char *global = sg_conf_value(check->global, "vfs objects");

	if (share->printable) {
		return (struct unguarded){
			.why = "it is a printer",
			.remedy = "Of its own options only smbguard:encryption "
				  "works; ask for the rest in [global].",
			.option = "printable",
			.meant = true,
		};
	}
	if (own == NULL && sg_conf_lists(global, OF_SMBGUARD)) {
		return (struct unguarded){
			.why = "\"vfs objects = smbguard\" stands below it, and "
			       "a share has what [global] says above it",
			.remedy = "Write it into [global] above all shares.",
			.option = "vfs objects",
		};
	}
	return (struct unguarded){
		.why = "\"vfs objects\" leaves it out",
		.remedy = "Add smbguard to its \"vfs objects\".",
		.option = "vfs objects",
		.meant = true,
	};
}

/* What is demanded of a share that smbd does not ask smbguard about? */
static void check_share(struct sg_check *check, const struct sg_checked *share)
{
	struct sg_settings own = *share->settings;
	bool asks = sg_settings_ask(&own);
	bool beyond = false;
	bool global = sg_settings_ask(check->settings);
	const struct unguarded u = unguarded(check, share);
	struct sg_finding f = {
		.grade = u.meant ? SG_GRADE_NOTE : SG_GRADE_WARNING,
		.id = share->printable ? "printer" : "share-unguarded",
		.section = share->section,
		.param = u.meant ? sg_conf_default(check->conf,
						   share->section,
						   u.option)
				 : sg_conf_find(check->global, u.option),
		.remedy = u.remedy,
	};
	const char *follows = "No option asks for anything here; there will "
			      "be no events of it.";

	own.encryption = SG_NEED_UNSET;
	beyond = sg_settings_ask(&own);
	if (beyond) {
		f.grade = SG_GRADE_ERROR;
		follows = "It has smbguard options, and is closed to everybody "
			  "in enforce mode.";
	} else if (asks || global) {
		f.grade = share->printable ? SG_GRADE_NOTE : SG_GRADE_WARNING;
		follows = "Only what [global] asks for at the negotiate and "
			  "session gates holds, and encryption; there will be "
			  "no events of it.";
	}
	sg_check_add(check,
		     f,
		     "smbd does not ask smbguard about [%s]: %s. %s",
		     share->section->name,
		     u.why,
		     follows);
}

static void check_shares(struct sg_check *check)
{
	const struct sg_conf_param *vfs =
		sg_conf_find(check->global, "vfs objects");
	bool everywhere = vfs != NULL && sg_conf_lists(vfs->value, OF_SMBGUARD);
	bool somewhere = everywhere;
	size_t i;

	for (i = 0; i < check->num_shares; i++) {
		somewhere = somewhere || check->shares[i].guarded;
	}
	if (!somewhere) {
		sg_check_add(check,
			     (struct sg_finding){
				     .grade = SG_GRADE_ERROR,
				     .id = "vfs-missing",
				     .section = check->global,
				     .param = vfs,
				     .option = "vfs objects",
				     .remedy = "Add \"vfs objects = "
					       "smbguard\" to [global].",
			     },
			     "No share has smbguard in its \"vfs objects\": "
			     "there is no share gate.");
		return;
	}
	for (i = 0; i < check->num_shares; i++) {
		if (!check->shares[i].guarded) {
			check_share(check, &check->shares[i]);
		}
	}
}

/* The first words of smbd's and dpkg's answers. */
static char *installed(TALLOC_CTX *mem_ctx, bool *package)
{
	const char *const dpkg[] = {
		"dpkg-query",
		"-W",
		"-f=${source:Version}",
		"samba",
		NULL,
	};
	const char *const smbd[] = {"smbd", "-V", NULL};
	char *text = NULL;
	int status = 1;

	*package = true;
	text = sg_run(mem_ctx, dpkg, &status);
	if (text != NULL && status == 0 && text[0] != '\0') {
		return text;
	}
	*package = false;
	text = sg_run(mem_ctx, smbd, &status);
	if (text != NULL && status == 0 &&
	    strncmp(text, "Version ", strlen("Version ")) == 0) {
		text += strlen("Version ");
		text[strspn(text, "0123456789.")] = '\0';
		return text;
	}
	return NULL;
}

static void check_samba(struct sg_check *check)
{
	bool package = false;
	char *now = installed(check, &package);
	const char *then =
		package ? SMBGUARD_SAMBA_PACKAGE : SMBGUARD_SAMBA_VERSION;
	struct sg_finding f = {
		.grade = SG_GRADE_ERROR,
		.id = "samba-mismatch",
		.remedy = "Build and install smbguard anew for this Samba.",
	};

	if (now == NULL || strcmp(now, then) == 0) {
		return;
	}
	if (strstr(now, SMBGUARD_SAMBA_VERSION) != NULL) {
		f.grade = SG_GRADE_WARNING;
	}
	sg_check_add(check,
		     f,
		     "This smbguard was built for Samba %s, and %s is "
		     "installed. If the layout of smbd's structs differs, "
		     "protected shares are refused.",
		     then,
		     now);
}

static bool mentions(const struct sg_conf_section *section)
{
	size_t i;

	for (i = 0; i < section->num_params; i++) {
		const struct sg_conf_param *p = &section->params[i];

		bool lists = strcmp(p->key, "vfsobjects") == 0 ||
			     strcmp(p->key, "preloadmodules") == 0;

		if (strstr(lists ? p->value : p->key, OF_SMBGUARD) != NULL) {
			return true;
		}
	}
	return false;
}

void sg_check_modules(struct sg_check *check)
{
	struct preload p = {.param = NULL};
	bool any = false;
	size_t i;

	for (i = 0; i < check->conf->num_sections; i++) {
		any = any || mentions(&check->conf->sections[i]);
	}
	if (!any) {
		sg_check_add(check,
			     (struct sg_finding){
				     .grade = SG_GRADE_WARNING,
				     .id = "not-configured",
				     .section = check->global,
				     .remedy = "vfs_smbguard(8) has the lines "
					       "to begin with.",
			     },
			     "This configuration does not mention smbguard: "
			     "nothing is guarded, nothing is recorded.");
		return;
	}
	read_preload(check, &p);
	check_preload(check, &p);
	check_shares(check);
	check_vfs_file(check, &p);
	check_samba(check);
}
