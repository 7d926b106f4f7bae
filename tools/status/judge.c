/*
 * smbguard status: what the policy would say now
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The core's own sg_decide() judges. A fact that nobody tells could
 * be any that the dialect allows, so every one of them is tried: where all
 * come to the same, that is the answer; where not, the answer is unknown, and
 * the facts are named that it depends on.
 *
 * How it fails: false when out of memory.
 */

#include "status.h"

#include <string.h>
#include <strings.h>

#define CIPHERS 5
#define SIGNERS 4
#define MECHANISMS 2

/* The verdicts of all that could be; NULL: could not be. */
struct trials {
	struct sg_verdict *v[MECHANISMS][CIPHERS][SIGNERS];
	struct sg_verdict *first;
	struct sg_verdict *refusal;
	bool same;
};

static bool try_mechanism(struct sg_connected *c, size_t i)
{
	static const char *const mechanisms[MECHANISMS] = {"krb5", "NTLMSSP"};

	if ((c->gaps & SG_GAP_MECHANISM) == 0) {
		return i == 0;
	}
	c->facts.mechanism = mechanisms[i];
	return true;
}

static bool try_cipher(struct sg_connected *c, size_t i)
{
	if ((c->gaps & SG_GAP_CIPHER) == 0) {
		return i == 0;
	}
	/* 3.0 and 3.0.2 have no other */
	if (c->facts.dialect < SG_DIALECT_SMB3_11 && i > SG_CIPHER_AES128_CCM) {
		return false;
	}
	c->facts.cipher = (uint16_t)i;
	sg_facts_own_keys(&c->facts);
	return true;
}

static bool try_signer(struct sg_connected *c, size_t i)
{
	static const int smb1[] = {SG_SIGNING_NONE, SG_SIGNING_MD5};

	if ((c->gaps & SG_GAP_SIGNING) == 0) {
		return i == 0;
	}
	if (c->facts.dialect <= SG_DIALECT_NT1) {
		if (i >= sizeof(smb1) / sizeof(smb1[0])) {
			return false;
		}
		c->facts.signing_algorithm = smb1[i];
		sg_facts_set_keys(&c->facts,
				  false,
				  i != 0 && sg_facts_is_user(&c->facts));
		return true;
	}
	c->facts.signing_algorithm = (int)i;
	return sg_signing_name((int)i) != NULL;
}

static bool differ(const struct sg_verdict *a, const struct sg_verdict *b)
{
	return a != NULL && b != NULL && a->outcome != b->outcome;
}

/* Which of the gaps the answer depends on */
static unsigned depends_on(const struct trials *t)
{
	unsigned gaps = 0;
	size_t m;
	size_t c;
	size_t s;

	for (m = 0; m < MECHANISMS; m++) {
		for (c = 0; c < CIPHERS; c++) {
			for (s = 0; s < SIGNERS; s++) {
				const struct sg_verdict *v = t->v[m][c][s];

				if (differ(v, t->v[0][c][s])) {
					gaps |= SG_GAP_MECHANISM;
				}
				if (differ(v, t->v[m][0][s])) {
					gaps |= SG_GAP_CIPHER;
				}
				if (differ(v, t->v[m][c][0])) {
					gaps |= SG_GAP_SIGNING;
				}
			}
		}
	}
	return gaps;
}

static bool try_one(TALLOC_CTX *mem_ctx,
		    const struct sg_policy *policy,
		    const struct sg_connected *c,
		    struct trials *t,
		    struct sg_verdict **slot)
{
	struct sg_verdict *v = NULL;

	v = sg_decide(mem_ctx,
		      c->have_tree ? SG_GATE_SHARE : SG_GATE_SESSION,
		      policy,
		      &c->facts);
	if (v == NULL) {
		return false;
	}
	*slot = v;
	if (t->first == NULL) {
		t->first = v;
		t->same = true;
	}
	t->same = t->same && v->outcome == t->first->outcome;
	if (t->refusal == NULL && v->outcome != SG_ALLOWED) {
		t->refusal = v;
	}
	return true;
}

static bool try_all(TALLOC_CTX *mem_ctx,
		    const struct sg_policy *policy,
		    const struct sg_connected *connected,
		    struct trials *t)
{
	size_t m;
	size_t c;
	size_t s;
	bool ok = true;

	for (m = 0; m < MECHANISMS; m++) {
		for (c = 0; c < CIPHERS; c++) {
			for (s = 0; ok && s < SIGNERS; s++) {
				struct sg_connected try = *connected;
				bool could = try_mechanism(&try, m) &&
					     try_cipher(&try, c) &&
					     try_signer(&try, s);

				if (could) {
					ok = try_one(mem_ctx,
						     policy,
						     &try,
						     t,
						     &t->v[m][c][s]);
				}
			}
		}
	}
	return ok;
}

const char *sg_status_gaps_text(TALLOC_CTX *mem_ctx, unsigned gaps)
{
	static const char *const names[] = {"mechanism",
					    "cipher",
					    "signing algorithm"};
	char *text = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((gaps & 1U << i) != 0 && text != NULL) {
			text = talloc_asprintf_append(text,
						      "%s%s",
						      text[0] != '\0' ? ", "
								      : "",
						      names[i]);
		}
	}
	return text;
}

static const char *outcome_text(enum sg_outcome outcome)
{
	switch (outcome) {
	case SG_DENIED:
		return "denied";
	case SG_WOULD_DENY:
		return "would_deny";
	default:
		return "allowed";
	}
}

/* smbd makes a user's share from [homes], and IPC$ from nothing. */
static const struct sg_conf_section *section_of(TALLOC_CTX *mem_ctx,
						const struct sg_conf *conf,
						const char *share)
{
	const struct sg_conf_section *s = sg_conf_share(conf, share);

	if (s != NULL) {
		return s;
	}
	return strcasecmp(share, SG_IPC) == 0 ? sg_conf_ipc(mem_ctx, conf)
					      : sg_conf_share(conf, "homes");
}

static bool answer(TALLOC_CTX *mem_ctx,
		   struct sg_connected *c,
		   const struct trials *t)
{
	const char *gaps = NULL;

	if (t->same) {
		c->verdict = t->first;
		c->outcome = outcome_text(t->first->outcome);
		c->reason = t->first->reason;
		return true;
	}
	c->verdict = t->refusal;
	c->outcome = "unknown";
	c->depends = depends_on(t) & c->gaps;
	gaps = sg_status_gaps_text(mem_ctx, c->depends);
	c->reason = talloc_asprintf(mem_ctx,
				    "Neither smbstatus nor an event tells the "
				    "%s, and %s = %s in [%s] asks for it.",
				    gaps != NULL ? gaps : "",
				    t->refusal->option,
				    t->refusal->required,
				    t->refusal->scope);
	return gaps != NULL && c->reason != NULL;
}

bool sg_status_judge(TALLOC_CTX *mem_ctx,
		     const struct sg_conf *conf,
		     struct sg_connected *c)
{
	struct sg_conf_section none = {.name = c->facts.share};
	const struct sg_conf_section *share = NULL;
	struct sg_policy policy = {.now = time(NULL)};
	struct trials t = {.first = NULL};
	bool ok;

	policy.global = sg_conf_settings(mem_ctx, &conf->sections[0]);
	if (policy.global == NULL) {
		return false;
	}
	if (c->have_tree && c->facts.share != NULL) {
		share = section_of(mem_ctx, conf, c->facts.share);
		share = share != NULL ? share : &none;
		policy.share_name = c->facts.share;
		policy.share = sg_conf_settings(mem_ctx, share);
		if (policy.share == NULL) {
			return false;
		}
		ok = sg_conf_guarded(conf,
				     share,
				     sg_conf_preload(mem_ctx, conf) != NULL);
		if (!ok) {
			c->outcome = "unguarded";
			c->reason = "smbd does not ask smbguard about this "
				    "share.";
			return true;
		}
	}
	ok = try_all(mem_ctx, &policy, c, &t);
	return ok && t.first != NULL && answer(mem_ctx, c, &t);
}
