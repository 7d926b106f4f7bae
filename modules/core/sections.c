/*
 * smbguard: which options count, for whom
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The precedence of [global] and shares, the modes, and the exceptions; and
 * the answers that the knobs need before there is anything to judge.
 *
 * How it fails: only a mode that says audit loosens anything, and only an
 * exception that is whole, covers the facts and has not ended.
 */

#include "sections.h"
#include "rows.h"

enum sg_mode sg_mode_of(const struct sg_settings *global,
			const struct sg_settings *share)
{
	if (share != NULL && share->mode != SG_MODE_UNSET) {
		return share->mode;
	}
	if (global->mode != SG_MODE_UNSET) {
		return global->mode;
	}
	return (enum sg_mode)sg_option_mode.by_default;
}

/*
 * The sections to judge. What [global] asks for is enforced at a share if
 * either of them enforces: a share in audit mode must not open what the
 * server demands, and one that enforces may do so before all others.
 */
size_t sg_sections_of(const struct sg_policy *policy,
		      struct sg_section sections[2])
{
	enum sg_mode share_mode = sg_mode_of(policy->global, policy->share);

	sections[0] = (struct sg_section){
		.settings = policy->global,
		.name = "global",
		.mode = sg_mode_of(policy->global, NULL),
	};
	if (policy->share == NULL) {
		return 1;
	}
	if (share_mode == SG_MODE_ENFORCE) {
		sections[0].mode = SG_MODE_ENFORCE;
	}
	sections[1] = (struct sg_section){
		.settings = policy->share,
		.name = policy->share_name,
		.mode = share_mode,
	};
	return 2;
}

/*
 * What the exceptions say to facts that do not meet a rule. One that holds
 * counts before one that has expired or is invalid, which is only told.
 */
enum sg_exception_state sg_exception_for(const struct sg_policy *policy,
					 const struct sg_facts *facts,
					 uint32_t allow,
					 const struct sg_exception **which)
{
	enum sg_exception_state state = SG_EXCEPTION_OTHERS;
	size_t i;

	for (i = 0; i < policy->global->num_exceptions; i++) {
		const struct sg_exception *e = &policy->global->exceptions[i];
		enum sg_exception_state s =
			sg_exception_covers(e, facts, allow, policy->now);

		if (s == SG_EXCEPTION_HOLDS) {
			*which = e;
			return s;
		}
		if (s != SG_EXCEPTION_OTHERS && state != SG_EXCEPTION_EXPIRED) {
			*which = e;
			state = s;
		}
	}
	return state;
}

static bool excepted(const struct sg_policy *policy,
		     const struct sg_facts *facts,
		     uint32_t allow)
{
	const struct sg_exception *which = NULL;

	return facts != NULL &&
	       sg_exception_for(policy, facts, allow, &which) ==
		       SG_EXCEPTION_HOLDS;
}

bool sg_policy_enforces(const struct sg_policy *policy,
			const struct sg_facts *facts,
			enum sg_rule rule)
{
	struct sg_section sections[2];
	size_t num = sg_sections_of(policy, sections);
	bool asked = false;
	bool allowed = false;
	size_t i;

	for (i = 0; i < num; i++) {
		bool asks = sg_settings_ask_for(sections[i].settings, rule);

		asked = asked || (asks && sections[i].mode == SG_MODE_ENFORCE);
	}
	if (asked && facts != NULL) {
		allowed =
			excepted(policy,
				 facts,
				 sg_option_allow(sg_rule_option(rule), facts));
	}
	return asked && !allowed;
}

bool sg_policy_is_faulty(const struct sg_policy *policy)
{
	return policy->global->num_faults > 0 &&
	       sg_mode_of(policy->global, NULL) == SG_MODE_ENFORCE;
}

bool sg_policy_must_record(const struct sg_policy *policy)
{
	return policy->global->audit_failure == SG_AUDIT_FAILURE_DENY &&
	       sg_mode_of(policy->global, policy->share) == SG_MODE_ENFORCE;
}

struct sg_policy *sg_policy_of_the_named(TALLOC_CTX *mem_ctx,
					 const struct sg_policy *policy)
{
	struct sg_policy *named = NULL;
	struct sg_settings *global = NULL;
	size_t i;

	named = talloc_memdup(mem_ctx, policy, sizeof(*policy));
	if (named == NULL) {
		return NULL;
	}
	global = talloc_memdup(named, policy->global, sizeof(*global));
	if (global != NULL && global->num_exceptions > 0) {
		global->exceptions = talloc_memdup(
			named,
			global->exceptions,
			global->num_exceptions * sizeof(*global->exceptions));
	}
	if (global == NULL ||
	    (global->num_exceptions > 0 && global->exceptions == NULL)) {
		talloc_free(named);
		return NULL;
	}
	for (i = 0; i < global->num_exceptions; i++) {
		global->exceptions[i].users = NULL;
		global->exceptions[i].groups = NULL;
	}
	named->global = global;
	return named;
}

bool sg_policy_may_except(const struct sg_policy *policy,
			  const struct sg_facts *facts,
			  uint32_t allow)
{
	size_t i;

	for (i = 0; i < policy->global->num_exceptions; i++) {
		struct sg_exception e = policy->global->exceptions[i];

		e.users = NULL;
		e.groups = NULL;
		e.shares = NULL;
		if (sg_exception_covers(&e, facts, allow, policy->now) ==
		    SG_EXCEPTION_HOLDS) {
			return true;
		}
	}
	return false;
}

enum sg_dialect sg_policy_floor(const struct sg_policy *policy,
				const struct sg_facts *facts)
{
	enum sg_dialect floor = policy->global->min_protocol;
	enum sg_mode mode = sg_mode_of(policy->global, NULL);

	if (mode != SG_MODE_ENFORCE) {
		return SG_DIALECT_NONE;
	}
	if (excepted(policy, facts, SG_ALLOW_SMB1)) {
		floor = SG_DIALECT_NONE;
	} else if (floor > SG_DIALECT_SMB2_02 &&
		   excepted(policy, facts, SG_ALLOW_DIALECT)) {
		floor = SG_DIALECT_SMB2_02;
	}
	/* SMB1 signs with what is on no list of algorithms. */
	if (floor < SG_DIALECT_SMB2_02 &&
	    sg_policy_enforces(policy, facts, SG_RULE_SIGNERS)) {
		floor = SG_DIALECT_SMB2_02;
	}
	return floor;
}
