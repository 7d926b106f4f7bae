/*
 * smbguard doctor: what the policy says of a dialect
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * By smb.conf as it is now, judged by the same code as in the modules: for a
 * client at the doctor's address that does all that the dialect can, and logs
 * on with an account and a password.
 *
 * How it fails: false when out of memory.
 */

#include "doctor.h"

#include <string.h>

static bool nobody(enum sg_who who, const char *name, void *data)
{
	return false;
}

/* The best that smbclient does at this dialect */
static struct sg_facts facts_of(const struct sg_doctor *d,
				enum sg_dialect dialect)
{
	struct sg_facts f = {
		.client_address = d->address,
		.dialect = dialect,
		.signing_algorithm = SG_SIGNING_HMAC_SHA256,
	};

	if (dialect <= SG_DIALECT_NT1) {
		f.signing_algorithm = SG_SIGNING_MD5;
	} else if (dialect >= SG_DIALECT_SMB3_11) {
		/* It offers all that there are. */
		sg_facts_suit(&f, d->settings);
	} else if (dialect >= SG_DIALECT_SMB3_00) {
		f.cipher = SG_CIPHER_AES128_CCM;
		f.signing_algorithm = SG_SIGNING_AES128_CMAC;
	}
	return f;
}

static enum sg_dialect native(const struct sg_doctor *d,
			      const char *name,
			      enum sg_dialect by_default)
{
	const char *value = sg_conf_value(&d->conf->sections[0], name);
	enum sg_dialect dialect = sg_conf_dialect(value);

	return dialect != SG_DIALECT_NONE ? dialect : by_default;
}

/* "not let in: smbguard:encryption = required in [secret]" */
static const char *told(struct sg_doctor *d, const struct sg_verdict *v)
{
	const char *who = v->cause == SG_CAUSE_NATIVE ? "smbd: " : "";

	return talloc_asprintf(d,
			       "%s%s%s = %s",
			       v->outcome == SG_WOULD_DENY ? "would refuse: "
							   : "refuses: ",
			       who,
			       v->option,
			       v->required);
}

static bool judge_share(struct sg_doctor *d,
			const struct sg_conf_section *share,
			struct sg_policy *policy,
			const struct sg_facts *facts,
			bool *refused)
{
	struct sg_verdict *v = NULL;

	policy->share = sg_conf_settings(d, share);
	policy->share_name = share->name;
	if (policy->share == NULL) {
		return false;
	}
	v = sg_decide(d, SG_GATE_SHARE, policy, facts);
	*refused = v != NULL && v->outcome == SG_DENIED;
	return v != NULL;
}

/* Let in: to which shares not? */
static const char *shares_told(struct sg_doctor *d,
			       struct sg_policy *policy,
			       const struct sg_facts *facts)
{
	const char *first = NULL;
	size_t refused = 0;
	size_t i;

	for (i = 0; i < d->conf->num_sections; i++) {
		const struct sg_conf_section *share = &d->conf->sections[i];
		bool refuses = false;
		bool ok = share->global ||
			  judge_share(d, share, policy, facts, &refuses);

		if (!ok) {
			return NULL;
		}
		if (refuses) {
			first = first != NULL ? first : share->name;
			refused++;
		}
	}
	if (refused == 0) {
		return "lets in";
	}
	if (refused == 1) {
		return talloc_asprintf(d, "lets in, but not to [%s]", first);
	}
	return talloc_asprintf(d,
			       "lets in, but not to [%s] and %zu more",
			       first,
			       refused - 1);
}

bool sg_doctor_expect(struct sg_doctor *d, struct sg_doctor_probe *probe)
{
	struct sg_policy policy = {
		.global = d->settings,
		.now = time(NULL),
		.native_min =
			native(d, "server min protocol", SG_DIALECT_SMB2_02),
		.native_max =
			native(d, "server max protocol", SG_DIALECT_SMB3_11),
	};
	struct sg_facts facts = facts_of(d, probe->dialect);
	struct sg_verdict *v = NULL;

	v = sg_decide(d, SG_GATE_NEGOTIATE, &policy, &facts);
	if (v == NULL) {
		return false;
	}
	probe->policy_refuses = v->outcome == SG_DENIED;
	if (v->outcome == SG_ALLOWED) {
		facts.account = "an account";
		facts.mechanism = "NTLMSSP";
		facts.is_who = nobody;
		sg_facts_own_keys(&facts);
		if (probe->dialect <= SG_DIALECT_NT1) {
			sg_facts_set_keys(&facts, false, true);
		}
		v = sg_decide(d, SG_GATE_SESSION, &policy, &facts);
	}
	if (v == NULL) {
		return false;
	}
	probe->policy = v->outcome != SG_ALLOWED
				? told(d, v)
				: shares_told(d, &policy, &facts);
	return probe->policy != NULL;
}
