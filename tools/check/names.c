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
		       const struct sg_name_list *list,
		       const char *written,
		       const struct form *form)
{
	if (form->right == NULL) {
		return talloc_asprintf(
			check,
			"Write the name that it belongs to, which "
			"\"wbinfo --sid-to-name=%s\" tells; that of a group "
			"into \"%s\".",
			written + strspn(written, "@+&"),
			list->groups);
	}
	return talloc_asprintf(check,
			       "Write %s into \"%s\".",
			       form->right,
			       form->group ? list->groups : list->option);
}

void sg_check_name_list(struct sg_check *check, const struct sg_name_list *list)
{
	char *id = talloc_asprintf(check, "%s-name", list->id);
	size_t i;

	check->ok = check->ok && id != NULL;
	for (i = 0; check->ok && list->names != NULL && list->names[i] != NULL;
	     i++) {
		struct form form = form_of(check, list->names[i]);
		struct sg_finding f = {
			.grade = SG_GRADE_WARNING,
			.id = id,
			.section = list->section,
			.param = sg_conf_find(list->section, list->option),
		};

		if (form.wrong == NULL) {
			continue;
		}
		f.remedy = remedy_of(check, list, list->names[i], &form);
		if (f.remedy == NULL) {
			check->ok = false;
			return;
		}
		sg_check_add(check,
			     f,
			     "%s: \"%s\" %s.",
			     list->whose,
			     list->names[i],
			     form.wrong);
	}
}

/* Both lists of an exception */
static void of_exception(struct sg_check *check,
			 const struct sg_exception *e,
			 void (*ask)(struct sg_check *check,
				     const struct sg_name_list *list))
{
	struct sg_name_list list = {
		.whose = talloc_asprintf(check, "Exception %s", e->name),
		.id = "exception",
		.section = check->global,
		.option = talloc_asprintf(check, "smbguard:%s users", e->name),
		.groups = talloc_asprintf(check, "smbguard:%s groups", e->name),
		.names = e->users,
	};

	if (list.whose == NULL || list.option == NULL || list.groups == NULL) {
		check->ok = false;
		return;
	}
	ask(check, &list);
	list.option = list.groups;
	list.of_groups = true;
	list.names = e->groups;
	ask(check, &list);
}

bool sg_check_is_member(const struct sg_check *check)
{
	return is_member(check->global);
}

void sg_check_names(struct sg_check *check, const struct sg_exception *e)
{
	of_exception(check, e, sg_check_name_list);
}

void sg_check_accounts(struct sg_check *check, const struct sg_exception *e)
{
	of_exception(check, e, sg_check_account_list);
}
