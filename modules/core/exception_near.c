/*
 * smbguard: exceptions that lack one thing
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The scanner has another address since yesterday; a client that may come without
 * encryption comes with NTLM as well. Whoever is refused beside an exception that
 * would hold but for one of its lists is told which one.
 *
 * This is asked when somebody is refused, and only of exceptions that have to do
 * with the client: with its address among their hosts, or its account's name among
 * their users. So no names are looked up for those of others.
 *
 * How it fails: what is not known, such as the share at a logon, is not told of.
 * Nobody is let in by this.
 */

#include "exception_near.h"

#include "exception_meant.h"

/* Is the client's address among the hosts? */
static bool has_host(const struct sg_exception *exception,
		     const struct sg_facts *facts,
		     time_t now)
{
	struct sg_exception hosts = *exception;

	hosts.users = NULL;
	hosts.groups = NULL;
	hosts.shares = NULL;
	hosts.allow = SG_ALLOW_ALL;
	return hosts.hosts != NULL &&
	       sg_exception_covers(&hosts, facts, SG_ALLOW_ALL, now) ==
		       SG_EXCEPTION_HOLDS;
}

/* Could the account be among the users? */
static bool may_have_user(const struct sg_exception *exception,
			  const struct sg_facts *facts)
{
	size_t i;

	for (i = 0; exception->users != NULL && exception->users[i] != NULL;
	     i++) {
		bool is = sg_ends_in_account(facts, exception->users[i]);

		if (is) {
			return true;
		}
	}
	return false;
}

/* The lists that an exception may lack something in. */
enum list {
	ALLOW,
	HOSTS,
	SHARES,
	USERS,
	GROUPS,
	NUM_LISTS
};

static const char *const lists[NUM_LISTS] = {
	[ALLOW] = "allow",
	[HOSTS] = "hosts",
	[SHARES] = "shares",
	[USERS] = "users",
	[GROUPS] = "groups",
};

/* The same without one of its lists. */
static struct sg_exception without(const struct sg_exception *exception,
				   enum list list)
{
	struct sg_exception other = *exception;

	other.allow = list == ALLOW ? SG_ALLOW_ALL : other.allow;
	other.hosts = list == HOSTS ? NULL : other.hosts;
	other.shares = list == SHARES ? NULL : other.shares;
	other.users = list == USERS ? NULL : other.users;
	other.groups = list == GROUPS ? NULL : other.groups;
	return other;
}

/* What the client has that a list may lack; NULL: that is not known. */
static const char *what_it_has(TALLOC_CTX *mem_ctx,
			       const struct sg_facts *facts,
			       uint32_t allow,
			       enum list list)
{
	switch (list) {
	case ALLOW:
		return sg_allow_text(mem_ctx, allow);
	case HOSTS:
		return facts->client_address;
	case SHARES:
		return facts->share;
	default:
		return facts->is_who != NULL ? facts->account : NULL;
	}
}

const char *sg_exception_near(TALLOC_CTX *mem_ctx,
			      const struct sg_exception *exception,
			      const struct sg_facts *facts,
			      uint32_t allow,
			      time_t now)
{
	enum list list;
	bool host = has_host(exception, facts, now);
	bool user = may_have_user(exception, facts);

	for (list = ALLOW; list < NUM_LISTS; list++) {
		const struct sg_exception other = without(exception, list);
		/* It must be about this client without that list as well. */
		bool about = (host && list != HOSTS) || (user && list != USERS);
		const char *has = NULL;

		if (about && sg_exception_covers(&other, facts, allow, now) ==
				     SG_EXCEPTION_HOLDS) {
			has = what_it_has(mem_ctx, facts, allow, list);
			if (has == NULL && list == ALLOW) {
				return NULL;
			}
		}
		if (has != NULL) {
			return talloc_asprintf(mem_ctx,
					       "\"" SG_OPTION_PREFIX
					       ":%s %s\" lacks %s",
					       exception->name,
					       lists[list],
					       has);
		}
	}
	return "";
}
