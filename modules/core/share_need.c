/*
 * smbguard: what is to be done with a share before a client comes to it
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the share gate decides, a client is told to encrypt, no more: smbd
 * would refuse by itself what the gate records. Where the gate is not asked (a
 * printer), or can hold nobody to encryption (SMB1), smbd itself must. There an
 * exception for the client's address leaves that out; one that depends on more
 * is the gate's to find. What neither holds is closed.
 *
 * A client that has shown nothing but sessions without keys, as guests', is not
 * told to encrypt: it cannot, and the gate refuses it.
 *
 * How it fails: what is not known of a client or of its logons is the worst
 * that could be.
 */

#include "share_need.h"

#include "rows.h"
#include "sections.h"

/*
 * The worst logon that a gate may not have seen when a tree is asked for: an
 * anonymous one by SMB1, or, without a logon gate, anybody's.
 */
static const struct sg_downgrade lower = {
	.what = "dialect",
	.side = "client",
};

static const struct sg_facts unseen = {
	.dialect = SG_DIALECT_NT1,
	.signing_algorithm = SG_SIGNING_NONE,
	.anonymous = true,
	.keyless = true,
	.downgrade = &lower,
};

/* Does the share gate decide? One that is not sure to refuse must be asked. */
static bool gate_decides(const struct sg_policy *policy,
			 const struct sg_facts *facts,
			 const struct sg_share_case *at)
{
	uint32_t allow = sg_option_allow(&sg_option_encryption, &unseen);

	if (!at->guarded || !at->smb1) {
		return at->guarded;
	}
	return facts != NULL && sg_policy_may_except(policy, facts, allow);
}

/*
 * Is anything asked for at the share, and enforced there, that only its gate
 * could hold? What [global] enforces is held at the logon.
 */
static bool needs_gate(const struct sg_policy *policy)
{
	bool globally = sg_mode_of(policy->global, NULL) == SG_MODE_ENFORCE;
	struct sg_section sections[2];
	size_t num = sg_sections_of(policy, sections);
	size_t i;

	for (i = 0; i < num; i++) {
		bool needs = sg_settings_need_gate(sections[i].settings);
		bool earlier = i == 0 && globally;

		if (needs && !earlier && sections[i].mode == SG_MODE_ENFORCE) {
			return true;
		}
	}
	return false;
}

/* Is anything enforced of [global] that an unseen logon could get past? */
static bool is_past_logon(const struct sg_policy *policy,
			  const struct sg_facts *facts)
{
	const struct sg_option *const *row = NULL;
	struct sg_policy global = *policy;

	global.share = NULL;
	if (sg_policy_must_record(&global) || sg_policy_is_faulty(&global)) {
		return true;
	}
	for (row = sg_option_table(); *row != NULL; row++) {
		unsigned others =
			(*row)->held_by & (SG_GATE_NEGOTIATE | SG_HELD_BY_SMBD);
		bool enforces;

		if (((*row)->held_by & SG_GATE_SESSION) == 0 || others != 0) {
			continue;
		}
		enforces = sg_policy_enforces(&global, facts, (*row)->rule);
		if (enforces && !(*row)->met(global.global, &unseen)) {
			return true;
		}
	}
	return false;
}

/* Why a share without a gate must be closed, NULL: it need not. */
static const char *must_close(const struct sg_policy *policy,
			      const struct sg_facts *facts,
			      const struct sg_share_case *at)
{
	if (needs_gate(policy)) {
		return "it has smbguard options";
	}
	if ((!at->smb1 && !at->unjudged) || !is_past_logon(policy, facts)) {
		return NULL;
	}
	return at->unjudged ? "the logon gate is not at work, and [global] has "
			      "options"
			    : "the client speaks SMB1, which can log on past "
			      "the options of [global]";
}

enum sg_share_need sg_share_need(const struct sg_policy *policy,
				 const struct sg_facts *facts,
				 const struct sg_share_case *at,
				 const char **why)
{
	bool gate = gate_decides(policy, facts, at);
	bool encrypt = sg_policy_enforces(policy,
					  gate ? NULL : facts,
					  SG_RULE_ENCRYPTION);

	*why = at->guarded ? NULL : must_close(policy, facts, at);
	if (*why != NULL) {
		return SG_SHARE_CLOSE;
	}
	if (encrypt && !gate) {
		return SG_SHARE_REQUIRE;
	}
	return encrypt && at->keys != SG_NO ? SG_SHARE_TELL : SG_SHARE_LEAVE;
}
