/*
 * smbguard: facts in, verdict out
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_POLICY_H
#define SMBGUARD_CORE_POLICY_H

#include <time.h>

#include "facts.h"
#include "options.h"

struct sg_policy {
	const struct sg_settings *global;
	const struct sg_settings *share; /* NULL: not at a share */
	const char *share_name;

	/*
	 * What keeps the gate from judging ("the session gate is not
	 * loaded"): a refusal wherever a policy is set, never an allowance.
	 */
	const char *broken;
	const char *broken_remedy;
	enum sg_rule broken_rule; /* NONE: it is "preload modules" */

	/* the time, for exceptions that end */
	time_t now;

	/* smbd's own limits, for what it refuses by itself */
	enum sg_dialect native_min;
	enum sg_dialect native_max;
	bool have_native_lists; /* of algorithms, bits 1 << id */
	uint32_t native_ciphers;
	uint32_t native_signing;
};

enum sg_outcome {
	SG_ALLOWED = 0,
	SG_DENIED,
	SG_WOULD_DENY,
	SG_DETECTED,
	SG_FAILED,
};

/* What decided */
enum sg_cause {
	SG_CAUSE_NONE = 0, /* nothing asked for anything */
	SG_CAUSE_RULE,	   /* an option that was met, or not */
	SG_CAUSE_FAULT,	   /* an option's value that is not valid */
	SG_CAUSE_BROKEN,   /* the gate cannot judge */
	SG_CAUSE_NATIVE,   /* smbd's own settings */
	SG_CAUSE_KNOB,	   /* smbd did not take a parameter */
	SG_CAUSE_SESSION,  /* the session was refused before */
	SG_CAUSE_RECORD,   /* what is to be recorded or remembered was not */
};

struct sg_verdict {
	enum sg_outcome outcome;
	enum sg_cause cause;
	enum sg_rule rule; /* the one that it is about, or NONE */

	/* The same for people: the option that decided, or NULL. */
	const char *option;   /* "smbguard:encryption" */
	const char *scope;    /* "global", or the share's name */
	const char *required; /* the option's value */
	const char *actual;   /* what the client had */

	/* The exception that let it pass, or would have before it expired */
	const char *exception;
	const char *until;

	/* A sentence for a person. Never NULL. */
	const char *reason;
};

/**
 * Judge one access at one gate.
 *
 * mem_ctx: owner of the verdict.
 * policy, facts: borrowed, and the verdict may point into them.
 *
 * A share's options are judged beside those of [global]: the stricter wins,
 * so that a share cannot loosen. An option of [global] is enforced if either
 * section enforces; an option of the share follows the share's mode, and
 * that of [global] where the share names none.
 *
 * Returns NULL when out of memory: the caller refuses.
 */
struct sg_verdict *sg_decide(TALLOC_CTX *mem_ctx,
			     enum sg_gate gate,
			     const struct sg_policy *policy,
			     const struct sg_facts *facts);

/**
 * How much a verdict has to tell: a refusal more than a would-be refusal, and
 * that more than any allowance.
 */
int sg_verdict_gravity(const struct sg_verdict *verdict);

/**
 * Does smbd's own list of signing algorithms have this one? What is older than
 * SMB2 needs none. True if the list is not known.
 */
bool sg_policy_native_signs(const struct sg_policy *policy, int algorithm);

/**
 * Is a rule's option asked for, and in enforce mode? With
 * policy->share NULL, by [global].
 *
 * facts: an exception that covers these, and allows what the option refuses,
 * means no; NULL: exceptions do not count.
 */
bool sg_policy_enforces(const struct sg_policy *policy,
			const struct sg_facts *facts,
			enum sg_rule rule);

/**
 * "audit failure = deny" in enforce mode: must what is in no sink be refused?
 */
bool sg_policy_must_record(const struct sg_policy *policy);

/**
 * The same policy for somebody whom every list of users and groups names. NULL
 * when out of memory. policy must stay.
 */
struct sg_policy *sg_policy_of_the_named(TALLOC_CTX *mem_ctx,
					 const struct sg_policy *policy);

/**
 * Could an exception that holds allow one of the bits of allow to somebody at
 * this address, whoever it turns out to be?
 */
bool sg_policy_may_except(const struct sg_policy *policy,
			  const struct sg_facts *facts,
			  uint32_t allow);

/**
 * The floor that [global] sets for this client, with what exceptions allow:
 * SG_DIALECT_NONE for none.
 */
enum sg_dialect sg_policy_floor(const struct sg_policy *policy,
				const struct sg_facts *facts);

/**
 * Is a value of [global] not valid, in enforce mode? That refuses everybody.
 */
bool sg_policy_is_faulty(const struct sg_policy *policy);

/**
 * The mode of a share's own options (share may be NULL) and of [global]'s.
 */
enum sg_mode sg_mode_of(const struct sg_settings *global,
			const struct sg_settings *share);

#endif /* SMBGUARD_CORE_POLICY_H */
