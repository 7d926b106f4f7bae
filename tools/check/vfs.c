/*
 * smbguard check: what else stands in "vfs objects"
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The last line counts, whole: it adds to no other, nor to what Samba has by
 * itself. So a line that is written for smbguard may drop the module that
 * keeps the ACLs of Windows. smbd refuses a share of which one module does not
 * load. And a module whose connect does not call the next one hides what
 * stands behind it.
 *
 * How it fails: where there is no directory of modules, none is missed.
 */

#include "check.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "smbguard_config.h"

#define VFS "vfs objects"
#define VFS_KEY "vfsobjects"
#define OF_SMBGUARD "smbguard"
#define DIRECTORY SMBGUARD_MODULESDIR "/vfs"
#define SEPARATORS " \t,;\n\r\""

/* Their connect opens another file system, and asks no further module. */
static const char *const last_ones[] = {
	"ceph",
	"ceph_new",
	"ceph_rgw",
	"glusterfs",
	"vfs_not_implemented",
	NULL,
};

/* smbd has these inside. */
static const char *const built_in[] = {"posixacl", "vfs_not_implemented", NULL};

/* Any of them keeps the ACLs of Windows, or better ones. */
static const char *const acl_keepers[] = {
	"acl_xattr",
	"acl_tdb",
	"nfs4acl_xattr",
	"zfsacl",
	"gpfs",
	NULL,
};

bool sg_check_is_controller(const struct sg_check *check)
{
	static const char *const roles[] = {
		"active directory domain controller",
		"domain controller",
		"dc",
		NULL,
	};
	const char *role = sg_conf_value(check->global, "server role");

	return role != NULL && sg_native_is_word(role, roles);
}

static bool lists_one_of(const char *list, const char *const names[])
{
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		if (sg_conf_lists(list, names[i])) {
			return true;
		}
	}
	return false;
}

/* The next name of a list, without its parameter. NULL behind the last. */
static char *next_name(TALLOC_CTX *mem_ctx, const char **at)
{
	size_t len;
	char *name = NULL;

	*at += strspn(*at, SEPARATORS);
	len = strcspn(*at, SEPARATORS);
	if (len == 0) {
		return NULL;
	}
	name = talloc_strndup(mem_ctx, *at, len);
	*at += len;
	if (name != NULL) {
		name[strcspn(name, ":")] = '\0';
	}
	return name;
}

/* Would smbd find it? */
static bool is_installed(const char *name)
{
	char *path = NULL;
	bool there;

	if (sg_native_is_word(name, built_in)) {
		return true;
	}
	path = name[0] == '/' ? talloc_strdup(NULL, name)
			      : talloc_asprintf(NULL, DIRECTORY "/%s.so", name);
	there = path == NULL || access(path, F_OK) == 0;
	talloc_free(path);
	return there;
}

static void check_installed(struct sg_check *check,
			    const struct sg_finding *where,
			    const char *name)
{
	struct sg_finding f = *where;

	/* Of our own, see modules.c. */
	if (strcmp(name, OF_SMBGUARD) == 0 || access(DIRECTORY, X_OK) != 0 ||
	    is_installed(name)) {
		return;
	}
	f.grade = SG_GRADE_ERROR;
	f.id = "vfs-module-missing";
	f.remedy = "Correct the name, or install the module; some are in "
		   "packages of their own, as samba-vfs-modules.";
	sg_check_add(check,
		     f,
		     "There is no module %s in " DIRECTORY ", and smbd refuses "
		     "%s.",
		     name,
		     f.section->global ? "every share that has this line"
				       : "this share");
}

static void check_last(struct sg_check *check,
		       const struct sg_finding *where,
		       const char *name)
{
	struct sg_finding f = *where;

	f.grade = SG_GRADE_WARNING;
	f.id = "vfs-chain-ends";
	f.remedy = "Put smbguard in front, and this module at the end.";
	sg_check_add(check,
		     f,
		     "%s asks no module behind it whether a client may "
		     "connect, and smbguard stands there. As long as "
		     "smbguard.so is preloaded it is put in front; else it is "
		     "not asked.",
		     name);
}

/* The modules of a line, one after the other. */
static void check_names(struct sg_check *check, const struct sg_finding *where)
{
	const char *at = where->param->value;
	char *last = NULL;
	char *name = NULL;

	for (name = next_name(check, &at); name != NULL;
	     name = next_name(check, &at)) {
		check_installed(check, where, name);
		if (last != NULL && strcmp(name, OF_SMBGUARD) == 0) {
			check_last(check, where, last);
		}
		if (last == NULL && sg_native_is_word(name, last_ones)) {
			last = name;
		}
	}
}

/*
 * The line that this one replaces, and that has the module: an earlier one of
 * its section, or that of [global].
 */
static const struct sg_conf_param *replaced(const struct sg_check *check,
					    const struct sg_conf_section *s,
					    const struct sg_conf_param *counts,
					    const char *module)
{
	const struct sg_conf_param *found = NULL;
	size_t i;

	for (i = 0; !s->global && i < s->num_defaults; i++) {
		const struct sg_conf_param *p = &check->global->params[i];

		if (strcmp(p->key, VFS_KEY) == 0) {
			found = p;
		}
	}
	if (found != NULL && !sg_conf_lists(found->value, module)) {
		found = NULL;
	}
	for (i = 0; i < s->num_params && &s->params[i] != counts; i++) {
		const struct sg_conf_param *p = &s->params[i];

		if (strcmp(p->key, VFS_KEY) == 0 &&
		    sg_conf_lists(p->value, module)) {
			found = p;
		}
	}
	return found;
}

static void add_lost(struct sg_check *check,
		     struct sg_finding f,
		     const struct sg_conf_param *before,
		     const char *module)
{
	char *remedy = talloc_asprintf(check,
				       "Add %s to this line; smbguard stays "
				       "in front.",
				       module);

	if (remedy == NULL) {
		check->ok = false;
		return;
	}
	f.id = "vfs-module-lost";
	f.remedy = remedy;
	sg_check_add(check,
		     f,
		     "This line drops %s, which \"%s = %s\" of %s:%u has: the "
		     "last \"" VFS "\" counts, whole. %s",
		     module,
		     before->name,
		     before->value,
		     before->file,
		     before->line,
		     strcmp(module, "acl_xattr") == 0
			     ? "The ACLs of Windows are then not kept."
			     : "");
}

static void check_lost(struct sg_check *check, const struct sg_finding *where)
{
	static const char *const modules[] = {"acl_xattr", "dfs_samba4", NULL};
	const char *value = where->param->value;
	bool member = sg_check_is_member(check);
	size_t i;

	for (i = 0; modules[i] != NULL; i++) {
		const struct sg_conf_param *before = replaced(check,
							      where->section,
							      where->param,
							      modules[i]);
		struct sg_finding f = *where;

		if (before == NULL || sg_conf_lists(value, modules[i]) ||
		    (i == 0 && lists_one_of(value, acl_keepers))) {
			continue;
		}
		/* Outside of a domain a share may well go without. */
		f.grade = member || where->section->global ? SG_GRADE_WARNING
							   : SG_GRADE_NOTE;
		add_lost(check, f, before, modules[i]);
	}
}

/* Samba's own default there, as long as nothing is written. */
static void check_controller(struct sg_check *check,
			     const struct sg_finding *where)
{
	static const char *const own[] = {"sysvol", "netlogon", NULL};
	const char *value = where->param->value;
	const struct sg_conf_section *section = where->section;
	struct sg_finding f = *where;
	bool whole = sg_conf_lists(value, "dfs_samba4") &&
		     sg_conf_lists(value, "acl_xattr");

	if (whole) {
		return;
	}
	f.grade = section->global || sg_native_is_word(section->name, own)
			  ? SG_GRADE_ERROR
			  : SG_GRADE_WARNING;
	f.id = "vfs-default-lost";
	f.remedy = VFS " = smbguard dfs_samba4 acl_xattr";
	sg_check_add(check,
		     f,
		     "A domain controller has \"" VFS " = dfs_samba4 "
		     "acl_xattr\" by itself, which this line drops: the ACLs "
		     "of %s are then not kept.",
		     section->global ? "sysvol and netlogon" : "this share");
}

/* Nothing was lost that could be seen. But if a line was replaced, it was. */
static void check_member(struct sg_check *check)
{
	const struct sg_conf_param *vfs = sg_conf_find(check->global, VFS);
	bool keeps = false;
	size_t i;
	size_t k;

	for (i = 0; i < check->conf->num_sections; i++) {
		const struct sg_conf_section *s = &check->conf->sections[i];

		for (k = 0; k < s->num_params; k++) {
			keeps = keeps ||
				(strcmp(s->params[k].key, VFS_KEY) == 0 &&
				 lists_one_of(s->params[k].value, acl_keepers));
		}
	}
	if (vfs == NULL || keeps || !sg_check_is_member(check) ||
	    !sg_conf_lists(vfs->value, OF_SMBGUARD)) {
		return;
	}
	sg_check_add(check,
		     (struct sg_finding){
			     .grade = SG_GRADE_NOTE,
			     .id = "vfs-no-acls",
			     .section = check->global,
			     .param = vfs,
			     .remedy = VFS " = smbguard acl_xattr, if there "
					   "was an acl_xattr before.",
		     },
		     "Nothing keeps the ACLs of Windows on this member of a "
		     "domain, as acl_xattr does.");
}

static void check_section(struct sg_check *check,
			  const struct sg_conf_section *section)
{
	const struct sg_finding where = {
		.section = section,
		.param = sg_conf_find(section, VFS),
	};

	if (where.param == NULL) {
		return;
	}
	check_names(check, &where);
	if (sg_check_is_controller(check)) {
		check_controller(check, &where);
	} else {
		check_lost(check, &where);
	}
}

void sg_check_vfs(struct sg_check *check)
{
	size_t i;

	check_section(check, check->global);
	for (i = 0; i < check->num_shares; i++) {
		if (!check->shares[i].printable) {
			check_section(check, check->shares[i].section);
		}
	}
	if (!sg_check_is_controller(check)) {
		check_member(check);
	}
}
