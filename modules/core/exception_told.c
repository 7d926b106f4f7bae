/*
 * smbguard: what a refusal says of exceptions
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Somebody who wrote an exception for a client that is refused all the same is to
 * read in the event what is wrong with it.
 */

#include "exception_meant.h"
#include "exception_near.h"
#include "sections.h"

static const char *meant_words(TALLOC_CTX *mem_ctx,
			       const struct sg_exception *e,
			       const struct sg_meant *meant)
{
	return talloc_asprintf(mem_ctx,
			       " Exception %s does not hold: nobody is found "
			       "by \"%s\" in \"" SG_OPTION_PREFIX ":%s %s\". "
			       "Write %s into \"" SG_OPTION_PREFIX ":%s %s\".",
			       e->name,
			       meant->written,
			       e->name,
			       sg_who_key(meant->list),
			       meant->right,
			       e->name,
			       sg_who_key(meant->who));
}

static const char *told_of_names(TALLOC_CTX *mem_ctx,
				 const struct sg_policy *policy,
				 const struct sg_facts *facts,
				 uint32_t allow,
				 const struct sg_exception **which)
{
	size_t i;

	*which = NULL;
	for (i = 0; i < policy->global->num_exceptions; i++) {
		const struct sg_exception *e = &policy->global->exceptions[i];
		struct sg_meant meant = {.right = NULL};
		bool ok;

		ok = sg_exception_meant(mem_ctx,
					e,
					facts,
					allow,
					policy->now,
					&meant);
		if (!ok) {
			return NULL;
		}
		if (meant.right != NULL) {
			*which = e;
			return meant_words(mem_ctx, e, &meant);
		}
	}
	return "";
}

/* In the reason alone: what was written for others is not named as used. */
static const char *told_of_near(TALLOC_CTX *mem_ctx,
				const struct sg_policy *policy,
				const struct sg_facts *facts,
				uint32_t allow)
{
	size_t i;

	for (i = 0; i < policy->global->num_exceptions; i++) {
		const struct sg_exception *e = &policy->global->exceptions[i];
		const char *lack = sg_exception_near(mem_ctx,
						     e,
						     facts,
						     allow,
						     policy->now);

		if (lack == NULL) {
			return NULL;
		}
		if (lack[0] != '\0') {
			return talloc_asprintf(mem_ctx,
					       " Exception %s does not help: "
					       "%s.",
					       e->name,
					       lack);
		}
	}
	return "";
}

/* None that names this client holds; perhaps one nearly does. */
static const char *told_of_others(TALLOC_CTX *mem_ctx,
				  const struct sg_policy *policy,
				  const struct sg_facts *facts,
				  uint32_t allow,
				  const struct sg_exception **which)
{
	const char *told = told_of_names(mem_ctx, policy, facts, allow, which);

	if (told == NULL || told[0] != '\0') {
		return told;
	}
	return told_of_near(mem_ctx, policy, facts, allow);
}

const char *sg_exception_told(TALLOC_CTX *mem_ctx,
			      const struct sg_policy *policy,
			      const struct sg_facts *facts,
			      uint32_t allow,
			      enum sg_exception_state state,
			      const struct sg_exception **which)
{
	switch (state) {
	case SG_EXCEPTION_OTHERS:
		return told_of_others(mem_ctx, policy, facts, allow, which);
	case SG_EXCEPTION_EXPIRED:
		return talloc_asprintf(mem_ctx,
				       " Exception %s expired: its last day "
				       "was %s.",
				       (*which)->name,
				       (*which)->until);
	case SG_EXCEPTION_INVALID:
		return talloc_asprintf(mem_ctx,
				       " Exception %s does not hold: %s.",
				       (*which)->name,
				       (*which)->invalid);
	case SG_EXCEPTION_HOLDS:
		break;
	}
	return "";
}
