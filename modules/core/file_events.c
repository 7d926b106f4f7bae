/*
 * smbguard: which operations on files are recorded
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of a path, its last name alone is compared with "file events ignore": who
 * could choose the name of a folder would hide all that is in it otherwise.
 *
 * How it fails: a pattern, an account or a path that is not understood is not
 * left out.
 */

#include "file_events.h"

#include <stdlib.h>
#include <string.h>

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* The bytes of one character; of what is no UTF-8, one. */
static size_t character(const char *name, size_t len)
{
	size_t n = 1;

	if (((unsigned char)name[0] & 0xc0) != 0xc0) {
		return 1;
	}
	while (n < len && n < 4 && ((unsigned char)name[n] & 0xc0) == 0x80) {
		n++;
	}
	return n;
}

/*
 * One pass: of several stars only the last is come back to, since what the
 * others took can stay.
 */
bool sg_file_matches(const char *pattern,
		     size_t pattern_len,
		     const char *name,
		     size_t name_len)
{
	size_t p = 0;
	size_t n = 0;
	size_t star = SIZE_MAX; /* behind the last one */
	size_t taken = 0;	/* where what it does not take begins */

	while (n < name_len) {
		if (p < pattern_len && pattern[p] == '*') {
			star = ++p;
			taken = n;
		} else if (p < pattern_len && pattern[p] == '?') {
			n += character(name + n, name_len - n);
			p++;
		} else if (p < pattern_len &&
			   lower(pattern[p]) == lower(name[n])) {
			n++;
			p++;
		} else if (star != SIZE_MAX) {
			p = star;
			n = ++taken;
		} else {
			return false;
		}
	}
	while (p < pattern_len && pattern[p] == '*') {
		p++;
	}
	return p == pattern_len;
}

/* Does one of the patterns of "/a/b/" match? */
static bool any_matches(const char *patterns, const char *name, size_t len)
{
	while (patterns != NULL && *patterns != '\0') {
		size_t one = 0;

		patterns += strspn(patterns, "/");
		one = strcspn(patterns, "/");
		if (one > 0 && sg_file_matches(patterns, one, name, len)) {
			return true;
		}
		patterns += one;
	}
	return false;
}

bool sg_file_ignores(const struct sg_file_asked *asked, const char *path)
{
	const char *slash = NULL;
	const char *name = path;
	size_t len;

	if (asked->ignore[0] == NULL && asked->ignore[1] == NULL) {
		return false;
	}
	slash = strrchr(path, '/');
	if (slash != NULL) {
		name = slash + 1;
	}
	len = strcspn(name, ":");
	return any_matches(asked->ignore[0], name, len) ||
	       any_matches(asked->ignore[1], name, len);
}

void sg_file_asked(const struct sg_policy *policy, struct sg_file_asked *asked)
{
	const struct sg_settings *share = policy->share;

	*asked = (struct sg_file_asked){
		.kinds = policy->global->file_events,
		.ignore = {policy->global->file_ignore, NULL},
	};
	if (share != NULL) {
		asked->kinds |= share->file_events;
		asked->ignore[1] = share->file_ignore;
	}
	asked->kinds &= ~(uint32_t)SG_FILE_NONE;
}

/* Is one of a list's names, separated by commas, the account's? */
static bool is_named(const struct sg_facts *facts,
		     enum sg_who who,
		     const char *list)
{
	char *names = NULL;
	char *rest = NULL;
	char *name = NULL;
	bool found = false;

	if (list == NULL || facts->is_who == NULL) {
		return false;
	}
	names = talloc_strdup(NULL, list);
	rest = names;
	while (!found && rest != NULL && (name = strsep(&rest, ",;\n\r"))) {
		size_t len;

		name += strspn(name, " \t");
		len = strlen(name);
		while (len > 0 && strchr(" \t", name[len - 1]) != NULL) {
			name[--len] = '\0';
		}
		found = len > 0 && facts->is_who(who, name, facts->is_who_data);
	}
	talloc_free(names);
	return found;
}

bool sg_file_ignores_account(const struct sg_policy *policy,
			     const struct sg_facts *facts)
{
	const struct sg_settings *sections[] = {policy->global, policy->share};
	size_t i;

	for (i = 0; i < 2; i++) {
		if (sections[i] == NULL) {
			continue;
		}
		if (is_named(facts, SG_USER, sections[i]->file_ignore_users) ||
		    is_named(facts,
			     SG_GROUP,
			     sections[i]->file_ignore_groups)) {
			return true;
		}
	}
	return false;
}

bool sg_file_is_asked(const struct sg_file_asked *asked,
		      enum sg_file_bit bit,
		      bool changed,
		      bool refused)
{
	uint32_t bits = (uint32_t)bit;

	if (changed) {
		bits |= SG_FILE_CHANGED;
	}
	if (refused) {
		bits |= SG_FILE_DENIED;
	}
	return (asked->kinds & bits) != 0;
}

bool sg_file_status_refuses(const char *status)
{
	static const char *const names[] = {
		"NT_STATUS_ACCESS_DENIED",
		"NT_STATUS_PRIVILEGE_NOT_HELD",
		"NT_STATUS_NETWORK_ACCESS_DENIED",
		"NT_STATUS_CANNOT_DELETE",
		"NT_STATUS_MEDIA_WRITE_PROTECTED",
		"NT_STATUS_STOPPED_ON_SYMLINK",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(status, names[i]) == 0) {
			return true;
		}
	}
	return false;
}
