/*
 * smbguard: exceptions that mean a client and do not name it
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd looks names up, and finds nobody by a SID, by a list of "valid users"
 * ("@staff"), by "DOMAIN/alice", nor, on a member of a domain, somebody of the
 * domain by a name alone. An exception with such a name never holds. Whoever is
 * refused beside one is told so: each name is tried in the form that works.
 *
 * This is asked when somebody is refused, and only of exceptions that would hold
 * but for their names. A user's name is looked up only if it ends in that of the
 * account.
 *
 * How it fails: what no form is known for is not told of. Nobody is let in by
 * this.
 */

#include "exception_meant.h"

#include <string.h>
#include <strings.h>

#include "facts.h"

struct search {
	TALLOC_CTX *mem_ctx;
	const struct sg_facts *facts;
	struct sg_meant *meant;
	bool ok; /* false: out of memory */
};

static char separator(const struct sg_facts *facts)
{
	return facts->name_separator != '\0' ? facts->name_separator : '\\';
}

bool sg_ends_in_account(const struct sg_facts *facts, const char *name)
{
	size_t len = strlen(name);
	size_t own = facts->account != NULL ? strlen(facts->account) : 0;

	return own > 0 && len >= own &&
	       strcasecmp(name + len - own, facts->account) == 0;
}

static void try_name(struct search *s, enum sg_who who, const char *name)
{
	const struct sg_facts *facts = s->facts;
	bool is;

	if (name == NULL) {
		s->ok = false;
		return;
	}
	is = s->meant->right == NULL &&
	     (who == SG_GROUP || sg_ends_in_account(facts, name)) &&
	     facts->is_who(who, name, facts->is_who_data);
	if (is) {
		s->meant->right = name;
		s->meant->who = who;
	}
}

/* In the domain that is written before it, or else in that of the account. */
static void try_in_domain(struct search *s, enum sg_who who, const char *name)
{
	const struct sg_facts *facts = s->facts;
	size_t domain = strcspn(name, "/\\");
	char sep = separator(facts);

	if (strchr(name, '@') != NULL || name[domain] == sep) {
		return; /* as it should be */
	}
	if (name[domain] != '\0') {
		try_name(s,
			 who,
			 talloc_asprintf(s->mem_ctx,
					 "%.*s%c%s",
					 (int)domain,
					 name,
					 sep,
					 name + domain + 1));
	} else if (facts->domain != NULL) {
		try_name(s,
			 who,
			 talloc_asprintf(s->mem_ctx,
					 "%s%c%s",
					 facts->domain,
					 sep,
					 name));
	}
}

static bool is_sid(const char *name)
{
	return strncasecmp(name, "S-1-", strlen("S-1-")) == 0;
}

/* Not each name that smbd has for one is found: "Everyone" is not. */
static void try_sid(struct search *s, const char *sid)
{
	const struct sg_facts *facts = s->facts;
	enum sg_who who = SG_USER;
	const char *name = NULL;

	name = facts->name_of(s->mem_ctx, sid, &who, facts->is_who_data);
	if (name != NULL) {
		try_name(s, who, name);
	}
}

/* A name that covers nobody: is this client meant by it? */
static void try_written(struct search *s, enum sg_who who, const char *written)
{
	const struct sg_facts *facts = s->facts;
	const char *name = written + strspn(written, "@+&");

	if (name != written) {
		who = SG_GROUP;
	}
	if (is_sid(name) && facts->name_of != NULL) {
		try_sid(s, name);
	} else if (name != written) {
		try_name(s, who, talloc_strdup(s->mem_ctx, name));
	}
	try_in_domain(s, who, name);
	if (s->meant->right != NULL) {
		s->meant->written = written;
	}
}

/* Is the client on a list, or at least meant by it? No list is everybody's. */
static bool is_meant(struct search *s, enum sg_who who, const char **names)
{
	const struct sg_facts *facts = s->facts;
	size_t i;

	*s->meant = (struct sg_meant){.list = who};
	for (i = 0; names != NULL && names[i] != NULL; i++) {
		bool is = facts->is_who(who, names[i], facts->is_who_data);

		if (is) {
			return true;
		}
	}
	for (i = 0; names != NULL && names[i] != NULL; i++) {
		try_written(s, who, names[i]);
		if (s->meant->right != NULL) {
			return true;
		}
	}
	return names == NULL;
}

bool sg_exception_meant(TALLOC_CTX *mem_ctx,
			const struct sg_exception *exception,
			const struct sg_facts *facts,
			uint32_t allow,
			time_t now,
			struct sg_meant *meant)
{
	struct sg_meant of_groups = {.right = NULL};
	struct search s = {
		.mem_ctx = mem_ctx,
		.facts = facts,
		.meant = meant,
		.ok = true,
	};
	struct sg_exception anybody = *exception;
	bool is;

	*meant = (struct sg_meant){.right = NULL};
	anybody.users = NULL;
	anybody.groups = NULL;
	if (facts->is_who == NULL ||
	    sg_exception_covers(&anybody, facts, allow, now) !=
		    SG_EXCEPTION_HOLDS) {
		return true;
	}
	is = is_meant(&s, SG_USER, exception->users);
	if (is) {
		s.meant = &of_groups;
		is = is_meant(&s, SG_GROUP, exception->groups);
	}
	if (meant->right == NULL) {
		*meant = of_groups;
	}
	if (!is) {
		meant->right = NULL; /* the other list is of others */
	}
	return s.ok;
}
