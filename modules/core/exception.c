/*
 * smbguard: named, dated exceptions
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An exception is the only thing that loosens: what it lists, for whom it
 * lists, until its date.
 *
 * How it fails: one that is not whole does not hold, and a fact that is not
 * known is on no list.
 */

#include "exception.h"

#include <strings.h>

#include "policy.h"

static bool hosts_cover(const struct sg_exception *e,
			const struct sg_facts *facts)
{
	size_t i;

	if (e->hosts == NULL) {
		return true;
	}
	for (i = 0; facts->client_address != NULL && i < e->num_hosts; i++) {
		bool inside = sg_network_contains(&e->hosts[i],
						  facts->client_address);

		if (inside) {
			return true;
		}
	}
	return false;
}

static bool who_covers(const char **names,
		       enum sg_who who,
		       const struct sg_facts *facts)
{
	size_t i;

	if (names == NULL) {
		return true;
	}
	for (i = 0; facts->is_who != NULL && names[i] != NULL; i++) {
		bool is = facts->is_who(who, names[i], facts->is_who_data);

		if (is) {
			return true;
		}
	}
	return false;
}

static bool shares_cover(const char **shares, const struct sg_facts *facts)
{
	size_t i;

	if (shares == NULL) {
		return true;
	}
	for (i = 0; facts->share != NULL && shares[i] != NULL; i++) {
		if (strcasecmp(shares[i], facts->share) == 0) {
			return true;
		}
		if (facts->section != NULL &&
		    strcasecmp(shares[i], facts->section) == 0) {
			return true;
		}
	}
	return false;
}

enum sg_exception_state sg_exception_covers(
	const struct sg_exception *exception,
	const struct sg_facts *facts,
	uint32_t allow,
	time_t now)
{
	bool covered = (exception->allow & allow) != 0 &&
		       hosts_cover(exception, facts) &&
		       shares_cover(exception->shares, facts) &&
		       who_covers(exception->users, SG_USER, facts) &&
		       who_covers(exception->groups, SG_GROUP, facts);

	if (exception->invalid != NULL) {
		return SG_EXCEPTION_INVALID;
	}
	if (!covered) {
		return SG_EXCEPTION_OTHERS;
	}
	if (now >= exception->expires) {
		return SG_EXCEPTION_EXPIRED;
	}
	return SG_EXCEPTION_HOLDS;
}
