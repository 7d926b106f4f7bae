/*
 * smbguard check: the names of users and groups in exceptions
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd looks up names, and neither SIDs nor the lists of "valid users". On a
 * member of a domain a bare name is one of the member itself, unless "winbind
 * use default domain" is set.
 *
 * How it fails: only the form of a name is seen here. One of the right form
 * that nobody has is not found.
 */

#include "check.h"

#include <string.h>
#include <strings.h>

static bool is_member(const struct sg_conf_section *global)
{
	static const char *const joined[] = {"ads", "domain", NULL};
	static const char *const member[] = {"member", "member server", NULL};
	const char *role = sg_conf_value(global, "server role");
	const char *security = sg_conf_value(global, "security");

	return (role != NULL && sg_native_is_word(role, member)) ||
	       (security != NULL && sg_native_is_word(security, joined));
}

static const char *separator(const struct sg_conf_section *global)
{
	const char *value = sg_conf_value(global, "winbind separator");

	return value != NULL && value[0] != '\0' ? value : "\\";
}

/* Why nobody of the domain can be meant by it, NULL: somebody could be. */
static const char *why_nobody(const struct sg_conf_section *global,
			      const char *name)
{
	const char *value = sg_conf_value(global, "winbind use default domain");
	char sep = separator(global)[0];

	if (strchr(name, sep) != NULL) {
		return NULL;
	}
	if (name[0] == '@' || name[0] == '+' || name[0] == '&') {
		return "is no name: lists of groups as in \"valid users\" are "
		       "not taken, so nobody is meant";
	}
	if (strncasecmp(name, "S-1-", strlen("S-1-")) == 0) {
		return "is a SID, and names are looked up, so nobody is meant";
	}
	if (!is_member(global) || strchr(name, '@') != NULL ||
	    (value != NULL && sg_conf_is_yes(value))) {
		return NULL;
	}
	if (strchr(name, '/') != NULL) {
		return "has \"/\", which separates no domain here, so nobody "
		       "is meant";
	}
	return "has no domain, so nobody of the domain is meant, but an "
	       "account or group of this server";
}

static void check_list(struct sg_check *check,
		       const struct sg_exception *e,
		       const char *key,
		       const char **names)
{
	const char *domain = sg_conf_value(check->global, "workgroup");
	char *option = talloc_asprintf(check, "smbguard:%s %s", e->name, key);
	char *remedy = talloc_asprintf(check,
				       "Write it as %s%cname; groups go into "
				       "\"%s groups\".",
				       domain != NULL ? domain : "DOMAIN",
				       separator(check->global)[0],
				       e->name);
	size_t i;

	if (option == NULL || remedy == NULL) {
		check->ok = false;
		return;
	}
	for (i = 0; names != NULL && names[i] != NULL; i++) {
		const char *why = why_nobody(check->global, names[i]);

		if (why == NULL) {
			continue;
		}
		sg_check_add(
			check,
			(struct sg_finding){
				.grade = SG_GRADE_WARNING,
				.id = "exception-name",
				.section = check->global,
				.param = sg_conf_find(check->global, option),
				.remedy = remedy,
			},
			"Exception %s: \"%s\" %s.",
			e->name,
			names[i],
			why);
	}
}

bool sg_check_is_member(const struct sg_check *check)
{
	return is_member(check->global);
}

void sg_check_names(struct sg_check *check, const struct sg_exception *e)
{
	check_list(check, e, "users", e->users);
	check_list(check, e, "groups", e->groups);
}
