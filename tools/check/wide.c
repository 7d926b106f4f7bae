/*
 * smbguard check: exceptions that are wider than they look
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For everybody, or for years: that is no exception, but a policy.
 */

#include "check.h"

#include <math.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define DAY_SECONDS 86400
#define LONG_DAYS (2 * 366)

/* What part of a family's addresses is enough to be everybody's. */
#define MUCH_OF_IPV4 0.5
#define MUCH_OF_IPV6 0.125 /* all that are in use begin with 001 */

/* Networks side by side count together: 0.0.0.0/1 and 128.0.0.0/1 are all. */
static bool is_everywhere(const struct sg_exception *e)
{
	double ipv4 = 0;
	double ipv6 = 0;
	size_t i;

	for (i = 0; i < e->num_hosts; i++) {
		double part = ldexp(1, -(int)e->hosts[i].prefix);

		if (e->hosts[i].family == AF_INET) {
			ipv4 += part;
		} else {
			ipv6 += part;
		}
	}
	return ipv4 >= MUCH_OF_IPV4 || ipv6 >= MUCH_OF_IPV6;
}

/* Groups that have everybody in them, with a domain or without. */
static bool is_every_account(const struct sg_exception *e)
{
	static const char *const all[] = {
		"everyone",
		"authenticated users",
		"domain users",
		NULL,
	};
	size_t i;

	for (i = 0; e->groups != NULL && e->groups[i] != NULL; i++) {
		const char *last = strrchr(e->groups[i], '\\');

		if (sg_native_is_word(last != NULL ? last + 1 : e->groups[i],
				      all)) {
			return true;
		}
	}
	return false;
}

static bool names_accounts(const struct sg_exception *e)
{
	return (e->users != NULL && e->users[0] != NULL) ||
	       (e->groups != NULL && e->groups[0] != NULL);
}

/* One of each list that is there covers somebody. */
static bool is_for_everybody(const struct sg_exception *e)
{
	bool any_host = e->num_hosts == 0 || is_everywhere(e);
	bool any_account = !names_accounts(e) ||
			   ((e->users == NULL || e->users[0] == NULL) &&
			    is_every_account(e));

	return any_host && any_account;
}

static const struct sg_conf_param *param_of(struct sg_check *check,
					    const struct sg_exception *e,
					    const char *key)
{
	char *option = talloc_asprintf(check, "smbguard:%s %s", e->name, key);

	if (option == NULL) {
		check->ok = false;
		return NULL;
	}
	return sg_conf_find(check->global, option);
}

void sg_check_width(struct sg_check *check, const struct sg_exception *e)
{
	struct sg_finding f = {
		.grade = SG_GRADE_WARNING,
		.section = check->global,
	};
	long days = (long)((e->expires - check->now) / DAY_SECONDS);

	if (is_for_everybody(e)) {
		f.id = "exception-everybody";
		f.param = param_of(check,
				   e,
				   e->num_hosts > 0 ? "hosts" : "groups");
		f.remedy = "Name whom it is for; what is for all belongs into "
			   "the option itself.";
		sg_check_add(check,
			     f,
			     "Exception %s is for everybody, or for all but "
			     "nobody: what it allows is not refused.",
			     e->name);
	}
	if (days > LONG_DAYS) {
		f.id = "exception-long";
		f.param = param_of(check, e, "until");
		f.remedy = "Set a day by which to look at it again.";
		sg_check_add(check,
			     f,
			     "Exception %s (%s) is to last until %s, for more "
			     "than two years: nobody will think of it then.",
			     e->name,
			     e->reason,
			     e->until);
	}
	sg_check_accounts(check, e);
}
