/*
 * smbguard: which options count, for whom
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For policy.c; the public half of sections.c is in policy.h.
 */

#ifndef SMBGUARD_CORE_SECTIONS_H
#define SMBGUARD_CORE_SECTIONS_H

#include "exception.h"
#include "policy.h"

/* One section of smb.conf as seen from one gate. */
struct sg_section {
	const struct sg_settings *settings;
	const char *name;  /* "global", or the share's */
	enum sg_mode mode; /* of this section's options, never UNSET */
};

/**
 * The sections to judge, [global] first. Returns how many there are.
 */
size_t sg_sections_of(const struct sg_policy *policy,
		      struct sg_section sections[2]);

/**
 * What the exceptions say to facts that do not meet a rule. One that holds
 * counts before one that has expired or is invalid.
 *
 * allow: bits of enum sg_allow, any of which would do.
 * which: receives the exception unless the answer is SG_EXCEPTION_OTHERS.
 */
enum sg_exception_state sg_exception_for(const struct sg_policy *policy,
					 const struct sg_facts *facts,
					 uint32_t allow,
					 const struct sg_exception **which);

/**
 * What a refusal adds about an exception that did not help: sentences with a
 * blank in front, or nothing. NULL when out of memory.
 *
 * state, which: what sg_exception_for() has said. If that is
 * SG_EXCEPTION_OTHERS, which receives an exception that means the client and
 * does not name it, NULL if there is none.
 */
const char *sg_exception_told(TALLOC_CTX *mem_ctx,
			      const struct sg_policy *policy,
			      const struct sg_facts *facts,
			      uint32_t allow,
			      enum sg_exception_state state,
			      const struct sg_exception **which);

#endif /* SMBGUARD_CORE_SECTIONS_H */
