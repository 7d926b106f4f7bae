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

/* The options that refuse, by name. */
#define SG_OPTION_FLOOR SG_OPTION_PREFIX ":min protocol"
#define SG_OPTION_ENCRYPTION SG_OPTION_PREFIX ":encryption"
#define SG_OPTION_CIPHERS SG_OPTION_PREFIX ":encryption algorithms"
#define SG_OPTION_SIGNING SG_OPTION_PREFIX ":signing"
#define SG_OPTION_SIGNERS SG_OPTION_PREFIX ":signing algorithms"
#define SG_OPTION_GUEST SG_OPTION_PREFIX ":guest"
#define SG_OPTION_NTLM SG_OPTION_PREFIX ":ntlm"
#define SG_OPTION_DOWNGRADE SG_OPTION_PREFIX ":downgrade"

enum sg_gate {
	SG_GATE_NEGOTIATE = 1,
	SG_GATE_SESSION = 2,
	SG_GATE_SHARE = 4,
};

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
	const char *broken_option; /* NULL: "preload modules" */

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

struct sg_verdict {
	enum sg_outcome outcome;

	/* The option that decided; NULL if none asked for anything. */
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
 * Does any option of this section ask for something at any gate?
 */
bool sg_settings_ask(const struct sg_settings *settings);

/**
 * Is an option ("smbguard:encryption") asked for, and in enforce mode? With
 * policy->share NULL, by [global].
 *
 * facts: an exception that covers these, and allows what the option refuses,
 * means no; NULL: exceptions do not count.
 */
bool sg_policy_enforces(const struct sg_policy *policy,
			const struct sg_facts *facts,
			const char *option);

/**
 * "audit failure = deny" in enforce mode: must what is in no sink be refused?
 */
bool sg_policy_must_record(const struct sg_policy *policy);

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
 * The mode of a share's own options (share may be NULL) and of [global]'s.
 */
enum sg_mode sg_mode_of(const struct sg_settings *global,
			const struct sg_settings *share);

#endif /* SMBGUARD_CORE_POLICY_H */
