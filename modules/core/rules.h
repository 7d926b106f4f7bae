/*
 * smbguard: the options that can refuse, one rule each
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_RULES_H
#define SMBGUARD_CORE_RULES_H

#include "policy.h"

struct sg_rule {
	const char *option; /* with its prefix */
	unsigned gates;	    /* bits of enum sg_gate */

	/* Does the section ask for more than smbd takes by itself? */
	bool (*asks)(const struct sg_settings *settings);
	bool (*met)(const struct sg_settings *settings,
		    const struct sg_facts *facts);

	/*
	 * In audit mode the knobs are not turned: would these facts have met
	 * the rule if they were? Some knobs are turned for [global] alone.
	 * May be NULL: no.
	 */
	bool (*could)(const struct sg_settings *settings,
		      const struct sg_facts *facts,
		      bool global);

	/* Which bits of enum sg_allow let these facts pass all the same? */
	uint32_t (*allow)(const struct sg_facts *facts);

	/* What was asked for, and what was there, in a word or two */
	const char *(*required)(TALLOC_CTX *mem_ctx,
				const struct sg_settings *settings);
	const char *(*actual)(const struct sg_facts *facts);

	/* "<client> speaks SMB1", and what the client could do about it */
	const char *(*lack)(const struct sg_facts *facts);
	const char *advice;
};

extern const struct sg_rule sg_rule_encryption;
extern const struct sg_rule sg_rule_floor;
extern const struct sg_rule sg_rule_guest;
extern const struct sg_rule sg_rule_ntlm;
extern const struct sg_rule sg_rule_downgrade;
extern const struct sg_rule sg_rule_ciphers;
extern const struct sg_rule sg_rule_signing;
extern const struct sg_rule sg_rule_signers;

/**
 * All rules; of several that refuse, the first is the one to tell.
 */
const struct sg_rule *const *sg_rules(size_t *num);

#endif /* SMBGUARD_CORE_RULES_H */
