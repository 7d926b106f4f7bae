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

/* Every bit that there may be */
#define SG_ALLOW_ALL UINT32_MAX

/* What the rows of the option table say of exceptions. */
struct sg_allow_words {
	struct sg_keyword keywords[33]; /* one a bit at most, and the end */
	uint32_t by_address;		/* may depend on hosts alone */
	uint32_t demanded;		/* [global] asks it of every session */
};

/**
 * The words of exceptions, with what the options of [global] make of them.
 */
struct sg_allow_words sg_allow_words(const struct sg_settings *global);

/**
 * The words of these bits, as a list. NULL when out of memory.
 */
char *sg_allow_text(TALLOC_CTX *mem_ctx, uint32_t bits);

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
 * The keys of an exception, "hosts" and so on: the one of number i, NULL behind
 * the last.
 */
const char *sg_exception_key(size_t i);

/**
 * Is this the name of an option of an exception, "NAME hosts"? With or without
 * blanks in front of the key, in any case. None of the table of options is.
 * Returns the length of NAME, 0: no.
 */
size_t sg_exception_name(const char *option);

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
