/*
 * smbguard check: accounts and groups of exceptions that nobody has
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
	return name[0] != '\0' && strpbrk(name, "\\/@+&%: ") == NULL &&
	       strncmp(name, "S-1-", strlen("S-1-")) != 0;
}

static void check_list(struct sg_check *check,
		       const struct sg_exception *e,
		       const char *key,
		       const char *database,
		       const char **names)
{
	char *option = talloc_asprintf(check, "smbguard:%s %s", e->name, key);
	size_t i;

	if (option == NULL) {
		check->ok = false;
		return;
	}
	for (i = 0; names != NULL && names[i] != NULL; i++) {
		bool in_time = true;
		bool there;

		if (check->nobody_answers || check->num_asked >= MANY_NAMES ||
		    !could_be_told(names[i])) {
			continue;
		}
		check->num_asked++;
		there = is_there(database, names[i], &in_time);
		check->nobody_answers = !in_time;
		if (there) {
			continue;
		}
		sg_check_add(
			check,
			(struct sg_finding){
				.grade = SG_GRADE_WARNING,
				.id = "exception-nobody",
				.section = check->global,
				.param = sg_conf_find(check->global, option),
				.remedy = "Correct the name, or remove it.",
			},
			"Exception %s names %s, and this system has no %s of "
			"that name.",
			e->name,
			names[i],
			strcmp(key, "users") == 0 ? "account" : "group");
	}
}

void sg_check_accounts(struct sg_check *check, const struct sg_exception *e)
{
	const char *role = sg_conf_value(check->global, "server role");
	static const char *const alone[] = {"auto",
					    "standalone",
					    "standalone server",
					    NULL};

	if (sg_check_is_member(check) ||
	    (role != NULL && !sg_native_is_word(role, alone))) {
		return;
	}
	check_list(check, e, "users", "passwd", e->users);
	check_list(check, e, "groups", "group", e->groups);
}
