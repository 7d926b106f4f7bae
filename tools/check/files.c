/*
 * smbguard check: events of files
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whoever asks for them counts on them: what leaves out everything, or nothing,
 * and shares where there are none, are told.
 */

#include "check.h"

#include <string.h>
#include <strings.h>

#include "core/file_events.h"
#include "core/rows.h"

static uint32_t asked_by(const struct sg_settings *settings)
{
	return settings->file_events & ~(uint32_t)SG_FILE_NONE;
}

/* What a share comes to, with what [global] asks for */
static uint32_t asked_at(const struct sg_check *check,
			 const struct sg_checked *share)
{
	return asked_by(check->settings) | asked_by(share->settings);
}

static bool asked_anywhere(const struct sg_check *check)
{
	uint32_t kinds = asked_by(check->settings);
	size_t i;

	for (i = 0; i < check->num_shares; i++) {
		kinds |= asked_by(check->shares[i].settings);
	}
	return kinds != 0;
}

static struct sg_finding of_option(const struct sg_conf_section *section,
				   const struct sg_option *option)
{
	return (struct sg_finding){
		.grade = SG_GRADE_WARNING,
		.section = section,
		.param = sg_conf_find(section, option->full_name),
	};
}

/* "*", "**", "?*": any name there is */
static bool is_everything(const char *pattern, size_t len)
{
	size_t stars = 0;
	size_t others = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		stars += pattern[i] == '*' ? 1 : 0;
		others += pattern[i] != '*' ? 1 : 0;
	}
	return stars > 0 &&
	       (others == 0 ||
		(others == 1 && memchr(pattern, '?', len) != NULL));
}

static void check_patterns(struct sg_check *check,
			   const struct sg_conf_section *section,
			   const struct sg_settings *settings)
{
	const char *p = settings->file_ignore;
	struct sg_finding f = of_option(section, &sg_option_file_ignore);

	while (p != NULL && *p != '\0') {
		size_t len;

		p += strspn(p, "/");
		len = strcspn(p, "/");
		if (len > 0 && is_everything(p, len)) {
			f.id = "file-events-nothing";
			f.remedy = "Remove it, and what is not wanted from "
				   "\"smbguard:file events\".";
			sg_check_add(check,
				     f,
				     "\"%.*s\" is every name: no file has "
				     "events.",
				     (int)len,
				     p);
			return;
		}
		p += len;
	}
}

/* What is left out, where nothing comes in */
static void check_unused(struct sg_check *check,
			 const struct sg_conf_section *section)
{
	const struct sg_option *const options[] = {
		&sg_option_file_ignore,
		&sg_option_file_ignore_users,
		&sg_option_file_ignore_groups,
	};
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct sg_finding f = of_option(section, options[i]);

		if (f.param == NULL) {
			continue;
		}
		f.id = "file-events-unused";
		f.remedy = "Add \"smbguard:file events\", or remove this.";
		sg_check_add(check,
			     f,
			     "\"%s\" leaves out nothing: no events of files "
			     "are asked for %s.",
			     f.param->name,
			     section->global ? "anywhere" : "here");
	}
}

/* A list as the module reads it; NULL when out of memory. */
static const char **names_of(struct sg_check *check, const char *text)
{
	char *copy = talloc_strdup(check, text);
	const char **names = talloc_zero_array(check, const char *, 1);
	size_t num = 0;
	char *name = NULL;

	while (names != NULL && copy != NULL &&
	       (name = strsep(&copy, ",;\n\r")) != NULL) {
		size_t len;

		name += strspn(name, " \t");
		len = strlen(name);
		while (len > 0 && strchr(" \t", name[len - 1]) != NULL) {
			name[--len] = '\0';
		}
		if (len == 0) {
			continue;
		}
		names = talloc_realloc(check, names, const char *, num + 2);
		if (names != NULL) {
			names[num++] = name;
			names[num] = NULL;
		}
	}
	check->ok = check->ok && names != NULL;
	return names;
}

/* smbd keeps quotes around a value of ours; and no name has any. */
static void check_quotes(struct sg_check *check,
			 const struct sg_name_list *list)
{
	size_t i;

	for (i = 0; list->names != NULL && list->names[i] != NULL; i++) {
		if (strpbrk(list->names[i], "\"'") == NULL) {
			continue;
		}
		sg_check_add(check,
			     (struct sg_finding){
				     .grade = SG_GRADE_WARNING,
				     .id = "file-events-name",
				     .section = list->section,
				     .param = sg_conf_find(list->section,
							   list->option),
				     .remedy = "Write it without quotes; a "
					       "name may have blanks.",
			     },
			     "%s: the quotes are part of the name %s, so "
			     "nobody is meant.",
			     list->whose,
			     list->names[i]);
	}
}

static void check_names(struct sg_check *check,
			const struct sg_conf_section *section,
			const struct sg_option *option,
			const char *text,
			bool of_groups)
{
	struct sg_name_list list = {
		.whose = talloc_asprintf(check, "\"%s\"", option->full_name),
		.id = "file-events",
		.section = section,
		.option = option->full_name,
		.groups = sg_option_file_ignore_groups.full_name,
		.of_groups = of_groups,
	};

	if (text == NULL || sg_conf_find(section, option->full_name) == NULL) {
		return;
	}
	list.names = names_of(check, text);
	if (list.whose == NULL || list.names == NULL) {
		check->ok = false;
		return;
	}
	check_quotes(check, &list);
	sg_check_name_list(check, &list);
	sg_check_account_list(check, &list);
}

/* Events that a share asks for, and cannot have */
static void check_blind(struct sg_check *check, const struct sg_checked *share)
{
	bool ipc = strcasecmp(share->section->name, SG_IPC) == 0;
	struct sg_finding f = of_option(share->section, &sg_option_file_events);

	if (f.param == NULL || asked_by(share->settings) == 0 ||
	    (!ipc && !share->printable)) {
		return;
	}
	f.id = "file-events-blind";
	f.remedy = "Remove it: what is opened there is told by pipe_open and "
		   "share_connect.";
	sg_check_add(check,
		     f,
		     "[%s] has no files: %s.",
		     share->section->name,
		     ipc ? "what is opened there are pipes"
			 : "what is written there is printed");
}

/* "none" takes nothing away, here or beside another word. */
static void check_none(struct sg_check *check,
		       const struct sg_conf_section *section,
		       const struct sg_settings *settings,
		       uint32_t counts)
{
	struct sg_finding f = of_option(section, &sg_option_file_events);

	if (f.param == NULL || (settings->file_events & SG_FILE_NONE) == 0 ||
	    counts == 0) {
		return;
	}
	f.id = "file-events-none";
	f.remedy = asked_by(settings) != 0
			   ? "Remove \"none\"."
			   : "A share adds to [global]. Move what is not for "
			     "all shares from there to the shares.";
	sg_check_add(check,
		     f,
		     "\"%s = %s\" does not keep events away: %s asks for "
		     "some.",
		     f.param->name,
		     f.param->value,
		     asked_by(settings) != 0 ? "it" : "[global]");
}

static void check_section(struct sg_check *check,
			  const struct sg_conf_section *section,
			  const struct sg_settings *settings,
			  uint32_t counts)
{
	check_patterns(check, section, settings);
	check_none(check, section, settings, counts);
	check_names(check,
		    section,
		    &sg_option_file_ignore_users,
		    settings->file_ignore_users,
		    false);
	check_names(check,
		    section,
		    &sg_option_file_ignore_groups,
		    settings->file_ignore_groups,
		    true);
}

void sg_check_files(struct sg_check *check)
{
	size_t i;

	check_section(check,
		      check->global,
		      check->settings,
		      asked_by(check->settings));
	if (!asked_anywhere(check)) {
		check_unused(check, check->global);
	}
	for (i = 0; i < check->num_shares; i++) {
		const struct sg_checked *share = &check->shares[i];
		uint32_t counts = asked_at(check, share);

		if (share->implied) {
			continue;
		}
		check_section(check, share->section, share->settings, counts);
		check_blind(check, share);
		if (counts == 0) {
			check_unused(check, share->section);
		}
	}
}
