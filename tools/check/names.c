/*
 * smbguard check: the names of users and groups in exceptions
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd looks up names, and neither SIDs nor the lists of "valid users". On a
 * member of a domain a bare name is one of the member itself, unless "winbind
 * use default domain" is set. What a refusal says of them is in
 * core/exception_meant.c.
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

/* What is wrong with a name, and how it would be found. */
struct form {
	const char *wrong; /* NULL: somebody could be meant */
	const char *right;
	bool group; /* whatever list it is on */
};

static bool is_sid(const char *name)
{
	return strncasecmp(name, "S-1-", strlen("S-1-")) == 0;
}

static bool needs_domain(const struct sg_conf_section *global)
{
	const char *value = sg_conf_value(global, "winbind use default domain");

	return is_member(global) && (value == NULL || !sg_conf_is_yes(value));
}

/* With the domain that is written before it, or else with ours. */
static const char *right_form(struct sg_check *check, const char *name)
{
	const char *domain = sg_conf_value(check->global, "workgroup");
	const char *slash = strchr(name, '/');
	char sep = separator(check->global)[0];
	bool member = needs_domain(check->global);

	if (strchr(name, sep) != NULL || strchr(name, '@') != NULL) {
		return name;
	}
	if (slash != NULL) {
		return talloc_asprintf(check,
				       "%.*s%c%s",
				       (int)(slash - name),
				       name,
				       sep,
				       slash + 1);
	}
	return !member ? name
		       : talloc_asprintf(check,
					 "%s%c%s",
					 domain != NULL ? domain : "DOMAIN",
					 sep,
					 name);
}

static struct form form_of(struct sg_check *check, const char *written)
{
	const char *name = written + strspn(written, "@+&");
	char sep = separator(check->global)[0];
	struct form form = {.wrong = NULL};

	if (is_sid(name)) {
		form.wrong = "is a SID, and names are looked up, so nobody is "
			     "meant";
		return form;
	}
	if (name != written) {
		form.group = true;
		form.wrong = "is no name: lists of groups as in \"valid "
			     "users\" are not taken, so nobody is meant";
	} else if (strchr(name, sep) != NULL || strchr(name, '@') != NULL) {
		return form;
	} else if (strchr(name, '/') != NULL) {
		form.wrong = "has \"/\", which separates no domain here, so "
			     "nobody is meant";
	} else if (needs_domain(check->global)) {
		form.wrong = "has no domain, so nobody of the domain is "
			     "meant, but an account or group of this server";
	}
	if (form.wrong != NULL) {
		form.right = right_form(check, name);
		check->ok = check->ok && form.right != NULL;
	}
	return form;
}

static char *remedy_of(struct sg_check *check,
		       const struct sg_exception *e,
		       const char *key,
		       const char *written,
		       const struct form *form)
{
	if (form->right == NULL) {
		return talloc_asprintf(
			check,
			"Write the name that it belongs to, which "
			"\"wbinfo --sid-to-name=%s\" tells; that of a group "
			"into \"smbguard:%s groups\".",
			written + strspn(written, "@+&"),
			e->name);
	}
	return talloc_asprintf(check,
			       "Write %s into \"smbguard:%s %s\".",
			       form->right,
			       e->name,
			       form->group ? "groups" : key);
}

static void check_list(struct sg_check *check,
		       const struct sg_exception *e,
		       const char *key,
		       const char **names)
{
	char *option = talloc_asprintf(check, "smbguard:%s %s", e->name, key);
	size_t i;

	check->ok = check->ok && option != NULL;
	for (i = 0; check->ok && names != NULL && names[i] != NULL; i++) {
		struct form form = form_of(check, names[i]);
		char *remedy = NULL;

		if (form.wrong == NULL) {
			continue;
		}
		remedy = remedy_of(check, e, key, names[i], &form);
		if (remedy == NULL) {
			check->ok = false;
			return;
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
			form.wrong);
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
