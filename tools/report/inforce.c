/*
 * smbguard(8): report, the policy that smb.conf has
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What counts for each section, in the words of smb.conf; sections for which
 * the same counts are one row. It is the file as it is now: a running smbd may
 * have read an older one, and the record is of a policy that was.
 *
 * How it fails: a file that cannot be read is told in the report, and the rest
 * of the report stands without it.
 */

#include "inforce.h"

#include <string.h>

#include "core/rows.h"

#define HOMES 10000

static int forget(struct sg_in_force *f)
{
	sg_tally_free(&f->homes);
	return 0;
}

static bool asks(const struct sg_option *option,
		 const struct sg_settings *global,
		 const struct sg_settings *share)
{
	return sg_option_asks(option, global) ||
	       (share != NULL && sg_option_asks(option, share));
}

/* "mode = audit, encryption = required" */
static const char *policy_of(TALLOC_CTX *mem_ctx,
			     const struct sg_in_force *f,
			     const struct sg_settings *share)
{
	const struct sg_option *const *row = NULL;
	char *text = talloc_strdup(mem_ctx, "");

	for (row = sg_option_table(); text != NULL && *row != NULL; row++) {
		const char *value = NULL;

		if ((*row)->rule == SG_RULE_NONE ||
		    !asks(*row, f->global, share)) {
			continue;
		}
		value = sg_effective(mem_ctx, f->conf, *row, f->global, share);
		text = talloc_asprintf_append(text,
					      ", %s = %s",
					      (*row)->name,
					      value != NULL ? value : "");
	}
	if (text == NULL || text[0] == '\0') {
		return text != NULL ? "asks for nothing" : NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "mode = %s%s",
			       sg_effective(mem_ctx,
					    f->conf,
					    &sg_option_mode,
					    f->global,
					    share),
			       text);
}

static bool add(struct sg_in_force *f, const char *policy, const char *name)
{
	struct sg_in_force_row *row = NULL;
	size_t i;

	for (i = 1; i < f->num_rows && row == NULL; i++) {
		if (strcmp(f->rows[i].policy, policy) == 0) {
			row = &f->rows[i];
		}
	}
	if (row == NULL) {
		f->rows = talloc_realloc(f,
					 f->rows,
					 struct sg_in_force_row,
					 f->num_rows + 1);
		if (f->rows == NULL) {
			f->num_rows = 0;
			return false;
		}
		row = &f->rows[f->num_rows++];
		*row = (struct sg_in_force_row){.policy = policy};
	}
	row->sections = talloc_realloc(f,
				       row->sections,
				       const char *,
				       row->num_sections + 1);
	if (row->sections == NULL) {
		return false;
	}
	row->sections[row->num_sections++] = name;
	return true;
}

static bool asks_for_files(const struct sg_settings *settings)
{
	return (settings->file_events & ~(uint32_t)SG_FILE_NONE) != 0;
}

static bool add_share(struct sg_in_force *f,
		      const struct sg_conf_section *section,
		      bool preloaded)
{
	struct sg_settings *settings = sg_conf_settings(f, section);
	bool guarded = sg_conf_guarded(f->conf, section, preloaded);
	const char *policy = NULL;

	if (settings == NULL) {
		return false;
	}
	policy = guarded ? policy_of(f, f, settings)
			 : "smbd does not ask smbguard";
	f->num_faults += settings->num_faults;
	f->files = f->files || (guarded && asks_for_files(settings));
	return policy != NULL && add(f, policy, section->name);
}

static bool read_policy(struct sg_in_force *f)
{
	bool preloaded = sg_conf_preload(f, f->conf) != NULL;
	const char *policy = NULL;
	bool ok;
	size_t i;

	f->global = sg_conf_settings(f, &f->conf->sections[0]);
	if (f->global == NULL) {
		return false;
	}
	f->num_faults = f->global->num_faults + f->global->num_exception_faults;
	f->files = asks_for_files(f->global);
	policy = policy_of(f, f, NULL);
	ok = policy != NULL && add(f, policy, "global");
	for (i = 1; ok && i < f->conf->num_sections; i++) {
		ok = add_share(f, &f->conf->sections[i], preloaded);
	}
	return ok;
}

struct sg_in_force *sg_in_force_read(TALLOC_CTX *mem_ctx, const char *path)
{
	struct sg_in_force *f = talloc_zero(mem_ctx, struct sg_in_force);

	if (f == NULL) {
		return NULL;
	}
	f->homes.num_parts = 1;
	f->homes.size = sizeof(char);
	f->homes.limit = HOMES;
	talloc_set_destructor(f, forget);
	f->path = path;
	f->error = "out of memory";
	f->conf = sg_conf_read(f, path, &f->error);
	if (f->conf != NULL) {
		bool ok = read_policy(f);

		f->error = ok ? NULL : "out of memory";
	}
	return f;
}

static bool may_be_home(const struct sg_in_force *f,
			const struct sg_text *share)
{
	char *name = talloc_strndup(NULL, share->text, share->len);
	bool may = name != NULL && sg_conf_share(f->conf, "homes") != NULL &&
		   sg_conf_share(f->conf, name) == NULL;

	talloc_free(name);
	return may;
}

/* Without a configuration, the name alone says so. */
bool sg_in_force_has_home(const struct sg_in_force *f,
			  const struct sg_text *share)
{
	struct sg_tally *homes = NULL;
	char *known = NULL;

	if (f == NULL || f->conf == NULL) {
		return true;
	}
	homes = (struct sg_tally *)(uintptr_t)&f->homes;
	known = sg_tally_at(homes, share);
	if (known == NULL) {
		return may_be_home(f, share);
	}
	if (*known == '\0') {
		*known = may_be_home(f, share) ? 'y' : 'n';
	}
	return *known == 'y';
}

const char *sg_in_force_audit_file(const struct sg_in_force *f)
{
	return f != NULL && f->error == NULL ? f->global->audit_file : NULL;
}

const char *sg_in_force_names(TALLOC_CTX *mem_ctx,
			      const struct sg_in_force_row *row,
			      size_t most)
{
	char *text = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; text != NULL && i < row->num_sections && i < most; i++) {
		text = talloc_asprintf_append(text,
					      "%s[%s]",
					      i > 0 ? ", " : "",
					      row->sections[i]);
	}
	if (text != NULL && i < row->num_sections) {
		text = talloc_asprintf_append(text,
					      " and %zu more",
					      row->num_sections - i);
	}
	return text;
}
