/*
 * smbguard check: is the module there, and asked?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd does not care whether a preload module loads. It refuses a share whose
 * "vfs objects" do not; so where smbguard is listed there as well, a module
 * that does not load is noticed.
 */

#include "check.h"
#include "common/run.h"
#include "core/share_need.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "smbguard_config.h"

#define PRELOAD "preload modules"
#define VFS "vfs objects"
#define OF_SMBGUARD "smbguard"
#define MODULE "/smbguard.so"
#define SECOND_NAME "/vfs/smbguard.so"
#define LINE PRELOAD " = " SMBGUARD_MODULESDIR MODULE

/* Is the file there that [global] lists? */
static void check_preload(struct sg_check *check)
{
	const struct sg_conf_param *param =
		sg_conf_find(check->global, PRELOAD);
	struct sg_finding f = {
		.grade = SG_GRADE_ERROR,
		.id = "preload-missing",
		.section = check->global,
		.param = param,
		.option = PRELOAD,
		.remedy = LINE,
	};

	if (check->preload == NULL) {
		sg_check_add(check,
			     f,
			     "\"" PRELOAD "\" of [global] does not have "
			     "smbguard.so. Shares that list smbguard and that "
			     "anything is asked for are refused in enforce "
			     "mode; those that do not list it are open.");
		return;
	}
	if (check->preload[0] != '/') {
		f.id = "preload-relative";
		f.remedy = "Write its whole path: " LINE;
		sg_check_add(check,
			     f,
			     "\"%s\" is no absolute path, and smbd does not "
			     "load it.",
			     check->preload);
	} else if (!check->preload_loads) {
		f.id = "preload-not-there";
		f.remedy = "Correct the path, or install smbguard.";
		sg_check_add(check,
			     f,
			     "There is no %s. smbd goes on without, and only "
			     "shares that list smbguard are then refused.",
			     check->preload);
	}
}

/* In MODULESDIR, where smbd looks; or beside the other, not yet installed. */
static void check_second_name(struct sg_check *check)
{
	const char *path = SMBGUARD_MODULESDIR SECOND_NAME;
	char *beside = NULL;
	size_t len = strlen(check->preload) - strlen(MODULE);

	beside = talloc_asprintf(check,
				 "%.*s" SECOND_NAME,
				 (int)len,
				 check->preload);
	if (access(path, F_OK) == 0 || beside == NULL ||
	    access(beside, F_OK) == 0) {
		return;
	}
	sg_check_add(check,
		     (struct sg_finding){
			     .grade = SG_GRADE_ERROR,
			     .id = "vfs-not-there",
			     .section = check->global,
			     .option = VFS,
			     .remedy = "Install smbguard whole.",
		     },
		     "There is no %s, and smbd refuses every share.",
		     path);
}

/* Would the gates close it to a client without an exception? */
static bool is_closed(const struct sg_check *check,
		      const struct sg_checked *share)
{
	const struct sg_policy policy = {
		.global = check->settings,
		.share = share->settings,
		.now = check->now,
	};
	const struct sg_share_case at = {.guarded = false};
	const char *why = NULL;

	return sg_share_need(&policy, NULL, &at, &why) == SG_SHARE_CLOSE;
}

static void check_printer(struct sg_check *check,
			  const struct sg_checked *share)
{
	bool closed = sg_settings_need_gate(share->settings) ||
		      is_closed(check, share);

	sg_check_add(
		check,
		(struct sg_finding){
			.grade = closed ? SG_GRADE_ERROR : SG_GRADE_NOTE,
			.id = "printer",
			.section = share->section,
			.param = sg_conf_default(check->conf,
						 share->section,
						 "printable"),
			.remedy = "Of its own options only smbguard:encryption "
				  "works; ask for the rest in [global].",
		},
		"smbd does not ask smbguard about [%s]: it is a printer. %s",
		share->section->name,
		closed ? "It has smbguard options, and is closed to everybody "
			 "in enforce mode."
		       : "Only what [global] asks for at the negotiate and "
			 "logon gates holds, and encryption; there will be no "
			 "events of it.");
}

/*
 * A share that does not list the module itself: guarded as long as the
 * preloaded one works.
 */
static void check_unlisted(struct sg_check *check,
			   const struct sg_checked *share)
{
	const struct sg_conf_param *own = sg_conf_find(share->section, VFS);
	const char *below = sg_conf_value(check->global, VFS);
	bool asks = sg_settings_ask(share->settings) ||
		    sg_settings_ask(check->settings);
	struct sg_finding f = {
		.grade = SG_GRADE_NOTE,
		.id = "share-fallback",
		.section = share->section,
		.param = own,
		.option = VFS,
		.remedy = "Put smbguard in front of its \"" VFS "\".",
	};

	if (own == NULL && sg_conf_lists(below, OF_SMBGUARD)) {
		f.param = sg_conf_find(check->global, VFS);
		f.remedy = "Write \"" VFS "\" into [global] above all shares: "
			   "a share has what [global] says above it.";
	}
	if (share->implied) {
		f.param = sg_conf_find(check->global, VFS);
		f.remedy = "Put smbguard in front of \"" VFS
			   "\" of [global]: smbd makes this share of that.";
	}
	if (share->guarded) {
		sg_check_add(check,
			     f,
			     "[%s] does not list smbguard in its \"" VFS "\". "
			     "It is guarded all the same, but if smbguard.so "
			     "should not load one day, it is open.",
			     share->section->name);
		return;
	}
	f.grade = asks ? SG_GRADE_ERROR : SG_GRADE_WARNING;
	f.id = "share-unguarded";
	sg_check_add(check,
		     f,
		     "Nothing guards [%s]: smbguard is neither loaded by "
		     "\"" PRELOAD "\" nor listed in its \"" VFS "\".",
		     share->section->name);
}

static bool is_listed(const struct sg_check *check,
		      const struct sg_conf_section *share)
{
	const struct sg_conf_param *vfs =
		sg_conf_default(check->conf, share, VFS);

	return vfs != NULL && sg_conf_lists(vfs->value, OF_SMBGUARD);
}

static void check_shares(struct sg_check *check)
{
	const struct sg_conf_param *vfs = sg_conf_find(check->global, VFS);
	bool somewhere = vfs != NULL && sg_conf_lists(vfs->value, OF_SMBGUARD);
	size_t i;

	for (i = 0; i < check->num_shares; i++) {
		somewhere =
			somewhere || is_listed(check, check->shares[i].section);
	}
	if (!somewhere) {
		sg_check_add(check,
			     (struct sg_finding){
				     .grade = SG_GRADE_ERROR,
				     .id = "vfs-missing",
				     .section = check->global,
				     .param = vfs,
				     .option = VFS,
				     .remedy = "Put smbguard in front of \"" VFS
					       "\" of [global].",
			     },
			     "No share lists smbguard in its \"" VFS "\": if "
			     "smbguard.so should not load one day, nothing "
			     "refuses anybody.");
	}
	for (i = 0; i < check->num_shares; i++) {
		const struct sg_checked *share = &check->shares[i];
		bool listed = is_listed(check, share->section);

		if (share->printable) {
			check_printer(check, share);
		} else if (!listed && (somewhere || !share->guarded)) {
			check_unlisted(check, share);
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
				     .remedy = "`smbguard enable` puts it in, "
					       "in audit mode.",
			     },
			     "This configuration does not mention smbguard: "
			     "nothing is guarded, nothing is recorded.");
		return;
	}
	check_preload(check);
	check_shares(check);
	sg_check_vfs(check);
	if (check->preload_loads) {
		check_second_name(check);
	}
	check_samba(check);
}
