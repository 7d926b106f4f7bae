/*
 * smbguard: named, dated exceptions
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_EXCEPTION_H
#define SMBGUARD_CORE_EXCEPTION_H

#include <time.h>

#include "addr.h"
#include "options.h"

struct sg_facts;

/* What an exception may allow: bits of sg_exception.allow. */
enum sg_allow {
	SG_ALLOW_SMB1 = 1,
	SG_ALLOW_DIALECT = 2,
	SG_ALLOW_UNENCRYPTED = 4,
	SG_ALLOW_CIPHER = 8,
	SG_ALLOW_UNSIGNED = 16,
	SG_ALLOW_GUEST = 32,
	SG_ALLOW_NTLM = 64,
	SG_ALLOW_DOWNGRADE = 128,
};

/*
 * These are settled while the connection is negotiated, when nothing but the
 * client's address is known: such an exception may depend on hosts alone.
 */
#define SG_ALLOW_AT_NEGOTIATE \
	(SG_ALLOW_SMB1 | SG_ALLOW_DIALECT | SG_ALLOW_CIPHER | SG_ALLOW_UNSIGNED)

struct sg_exception {
	const char *name;

	/* Whom it covers: one of each list that is not empty. */
	struct sg_network *hosts;
	size_t num_hosts;
	const char **users; /* these three end with a NULL, or are NULL */
	const char **groups;
	const char **shares;

	uint32_t allow;	    /* bits of enum sg_allow */
	const char *until;  /* the last day, as written */
	time_t expires;	    /* the first second that it does not hold */
	const char *reason; /* why there is one, in the owner's words */

	/* NULL, or what is wrong with it: then it does not hold */
	const char *invalid;
};

enum sg_exception_state {
	SG_EXCEPTION_OTHERS = 0, /* covers others, or allows other things */
	SG_EXCEPTION_HOLDS,
	SG_EXCEPTION_EXPIRED,
	SG_EXCEPTION_INVALID,
};

/**
 * Parse the exceptions that `names`, the value of "smbguard:exceptions",
 * lists, into settings->exceptions. What is wrong with one is noted in it and
 * in settings->exception_faults.
 *
 * Returns false when out of memory.
 */
bool sg_exceptions_parse(struct sg_settings *settings,
			 const char *names,
			 sg_option_getter get,
			 void *private_data);

/**
 * Does an exception allow one of the bits of allow to this access?
 *
 * Facts that are not known yet are not covered by a list of them.
 * now: seconds since the epoch.
 */
enum sg_exception_state sg_exception_covers(
	const struct sg_exception *exception,
	const struct sg_facts *facts,
	uint32_t allow,
	time_t now);

#endif /* SMBGUARD_CORE_EXCEPTION_H */
