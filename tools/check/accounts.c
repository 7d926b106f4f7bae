/*
 * smbguard check: accounts and groups that nobody has
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Outside of a domain every account of Samba is one of the system, so the
 * system can be asked. It is asked by another program, which winbind does not
 * answer and which is given a time: a directory that does not answer must not
 * stop the check.
 *
 * How it fails: what cannot be told in time, or comes behind a great many others,
 * is there. In a domain nothing is asked.
 */

#include "check.h"
#include "common/run.h"

#include <ctype.h>
#include <string.h>

#define MANY_NAMES 200 /* they take a second */
#define SECONDS "3"
#define NOT_FOUND 2 /* what getent ends with then */

/* false: it is not there, for certain */
static bool ask(const char *database, const char *name, bool *in_time)
{
	const char *const argv[] = {
		"env",
		"_NO_WINBINDD=1",
		"timeout",
		SECONDS,
		"getent",
		database,
		"--",
		name,
		NULL,
	};
	char *text = NULL;
	int status = 1;

	text = sg_run(NULL, argv, &status);
	*in_time = text != NULL && (status == 0 || status == NOT_FOUND);
	talloc_free(text);
	return !*in_time || status == 0;
}

/* smbd tries a name as it is written, and in lower case. */
static bool is_there(const char *database, const char *name, bool *in_time)
{
	char *lower = talloc_strdup(NULL, name);
	bool there = ask(database, name, in_time);
	size_t i;

	for (i = 0; lower != NULL && lower[i] != '\0'; i++) {
		lower[i] = (char)tolower((unsigned char)lower[i]);
	}
	if (!there && lower != NULL && strcmp(lower, name) != 0) {
		there = ask(database, lower, in_time);
	}
	talloc_free(lower);
	return there;
}

/* A name of the system: no domain, no list, no SID, no Windows group. */
static bool could_be_told(const char *name)
{
	return name[0] != '\0' && strpbrk(name, "\\/@+&%: \"'") == NULL &&
	       strncmp(name, "S-1-", strlen("S-1-")) != 0;
}

/* Only outside of a domain is every account one of the system. */
static bool is_alone(const struct sg_check *check)
{
	static const char *const alone[] = {"auto",
					    "standalone",
					    "standalone server",
					    NULL};
	const char *role = sg_conf_value(check->global, "server role");

	return !sg_check_is_member(check) &&
	       (role == NULL || sg_native_is_word(role, alone));
}

void sg_check_account_list(struct sg_check *check,
			   const struct sg_name_list *list)
{
	const char *database = list->of_groups ? "group" : "passwd";
	char *id = talloc_asprintf(check, "%s-nobody", list->id);
	size_t i;

	check->ok = check->ok && id != NULL;
	for (i = 0; check->ok && is_alone(check) && list->names != NULL &&
		    list->names[i] != NULL;
	     i++) {
		const char *name = list->names[i];
		bool in_time = true;
		bool there;

		if (check->nobody_answers || check->num_asked >= MANY_NAMES ||
		    !could_be_told(name)) {
			continue;
		}
		check->num_asked++;
		there = is_there(database, name, &in_time);
		check->nobody_answers = !in_time;
		if (there) {
			continue;
		}
		sg_check_add(check,
			     (struct sg_finding){
				     .grade = SG_GRADE_WARNING,
				     .id = id,
				     .section = list->section,
				     .param = sg_conf_find(list->section,
							   list->option),
				     .remedy = "Correct the name, or remove "
					       "it.",
			     },
			     "%s names %s, and this system has no %s of that "
			     "name.",
			     list->whose,
			     name,
			     list->of_groups ? "group" : "account");
	}
}
