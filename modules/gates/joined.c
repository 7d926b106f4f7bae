/*
 * smbguard: a logon is held against the trees that it would take over
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: a tree whose share is not known any more says nothing against
 * a logon that [global] lets in; out of memory everything does.
 */

#include "gates/joined.h"
#include "smbd/channels.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/sessions.h"

static bool is_smb1(const struct sg_facts *facts)
{
	return facts->dialect < SG_DIALECT_SMB2_02;
}

static bool takes_over(const struct sg_tree *tree, const struct sg_facts *facts)
{
	if (tree->refused != NULL) {
		return false;
	}
	if (is_smb1(facts)) {
		return true;
	}
	return facts->have_session_id && tree->facts->have_session_id &&
	       tree->facts->session_id == facts->session_id;
}

/* What a tree's rules say of others than the logon that connected it. */
struct judged {
	TALLOC_CTX *mem_ctx;
	const struct sg_policy *policy;
	const struct sg_facts *tree;
	const struct sg_facts *logon; /* that would take it over */
	struct sg_verdict *verdict;   /* the gravest so far */
	bool graver;		      /* it has become so here */
	bool ok;
};

/*
 * because: how these facts concern the tree. False when out of memory, which it
 * may be already.
 */
static bool weigh(struct judged *judged,
		  const struct sg_facts *facts,
		  const char *because)
{
	struct sg_verdict *here = NULL;

	here = sg_decide(judged->mem_ctx, SG_GATE_SHARE, judged->policy, facts);
	if (here == NULL || because == NULL) {
		return false;
	}
	if (sg_verdict_gravity(here) <= sg_verdict_gravity(judged->verdict) ||
	    here->outcome == SG_ALLOWED) {
		return true;
	}
	here->reason = talloc_asprintf(judged->mem_ctx,
				       "%s %s",
				       here->reason,
				       because);
	*judged->verdict = *here;
	judged->graver = true;
	return here->reason != NULL;
}

/* facts: of the logon, as it is through one of its session's channels. */
static bool judge_takeover(struct sg_facts *facts, void *private_data)
{
	struct judged *over = private_data;
	bool other = facts->connection_id != over->logon->connection_id;

	facts->share = over->tree->share;
	facts->section = over->policy->share_name;
	return weigh(over,
		     facts,
		     talloc_asprintf(over->mem_ctx,
				     "The tree of [%s] is open already, and "
				     "would be used by this logon as well%s%s.",
				     facts->share,
				     other ? ", through the channel from " : "",
				     other ? facts->client_address : ""));
}

/* False when out of memory. */
static bool judge_tree(TALLOC_CTX *mem_ctx,
		       const struct sg_logon *logon,
		       const struct sg_tree *tree,
		       struct sg_facts *facts,
		       struct sg_verdict *verdict)
{
	struct sg_facts own = *facts;
	struct judged over = {
		.mem_ctx = mem_ctx,
		.policy = sg_config_policy(mem_ctx, sg_tree_snum(tree)),
		.tree = tree->facts,
		.logon = facts,
		.verdict = verdict,
	};
	bool ok;

	ok = over.policy != NULL && judge_takeover(&own, &over);
	/* Another account is one for all channels that there are. */
	if (ok && logon->kind == SG_LOGON_AGAIN && !is_smb1(facts)) {
		ok = sg_channels_each(mem_ctx,
				      logon->xconn,
				      logon->session,
				      facts,
				      judge_takeover,
				      &over);
	}
	if (over.graver) {
		facts->share = tree->facts->share;
	}
	return ok;
}

bool sg_joined_logon(TALLOC_CTX *mem_ctx,
		     const struct sg_logon *logon,
		     struct sg_facts *facts,
		     struct sg_verdict *verdict)
{
	const struct sg_tree *tree = NULL;
	bool ok = true;

	for (tree = logon->client->trees; ok && tree != NULL;
	     tree = tree->next) {
		bool takes = takes_over(tree, facts);

		if (takes) {
			ok = judge_tree(mem_ctx, logon, tree, facts, verdict);
		}
	}
	return ok;
}

static void judge_session(struct smbXsrv_connection *xconn,
			  struct smbXsrv_session *session,
			  void *private_data)
{
	struct judged *judged = private_data;
	struct sg_facts *facts = NULL;

	facts = sg_facts_session(judged->mem_ctx, xconn, session);
	if (facts == NULL) {
		judged->ok = false;
		return;
	}
	if (facts->session_id == judged->tree->session_id ||
	    sg_session_is_refused(session)) {
		return;
	}
	facts->share = judged->tree->share;
	facts->section = judged->tree->section;
	judged->ok = weigh(judged,
			   facts,
			   "That account is logged on through the same SMB1 "
			   "connection and could use this tree as well.") &&
		     judged->ok;
}

bool sg_joined_tree(TALLOC_CTX *mem_ctx,
		    struct smbXsrv_connection *xconn,
		    const struct sg_policy *policy,
		    const struct sg_facts *facts,
		    struct sg_verdict *verdict)
{
	struct judged judged = {
		.mem_ctx = mem_ctx,
		.policy = policy,
		.tree = facts,
		.verdict = verdict,
		.ok = true,
	};

	sg_sessions_each(xconn, judge_session, &judged);
	return judged.ok;
}

static bool judge_channel(struct sg_facts *channel, void *private_data)
{
	struct judged *judged = private_data;

	return weigh(judged,
		     channel,
		     talloc_asprintf(judged->mem_ctx,
				     "Its session can be used through the "
				     "channel from %s as well.",
				     channel->client_address));
}

bool sg_joined_channels(TALLOC_CTX *mem_ctx,
			const struct sg_access *access,
			const struct sg_policy *policy,
			const struct sg_facts *facts,
			struct sg_verdict *verdict)
{
	struct judged judged = {
		.mem_ctx = mem_ctx,
		.policy = policy,
		.verdict = verdict,
	};

	return sg_channels_each(mem_ctx,
				access->xconn,
				access->session,
				facts,
				judge_channel,
				&judged);
}

struct signing {
	const struct sg_policy *policy;
	bool must;
};

static bool judge_signing(struct sg_facts *channel, void *private_data)
{
	struct signing *signing = private_data;

	signing->must =
		signing->must ||
		sg_policy_enforces(signing->policy, channel, SG_RULE_SIGNING);
	return true;
}

bool sg_joined_must_sign(const struct sg_access *access,
			 const struct sg_policy *policy,
			 const struct sg_facts *facts)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct signing signing = {
		.policy = policy,
		.must = sg_policy_enforces(policy, facts, SG_RULE_SIGNING),
	};
	bool ok;

	ok = sg_channels_each(frame,
			      access->xconn,
			      access->session,
			      facts,
			      judge_signing,
			      &signing);
	talloc_free(frame);
	return signing.must || !ok;
}

bool sg_joined_channel_must_sign(const struct sg_logon *logon,
				 const struct sg_policy *policy,
				 const struct sg_facts *facts)
{
	bool must = sg_policy_enforces(policy, facts, SG_RULE_SIGNING);
	const struct sg_tree *tree = NULL;

	for (tree = logon->client->trees; !must && tree != NULL;
	     tree = tree->next) {
		bool takes = takes_over(tree, facts);
		struct sg_policy *at = NULL;

		if (!takes) {
			continue;
		}
		at = sg_config_policy(NULL, sg_tree_snum(tree));
		must = at == NULL ||
		       sg_policy_enforces(at, facts, SG_RULE_SIGNING);
		talloc_free(at);
	}
	return must;
}

bool sg_joined_bars_anonymous(const struct sg_policy *policy,
			      const struct sg_facts *facts)
{
	struct sg_facts nobody = *facts;
	struct sg_verdict *verdict = NULL;
	bool bars = true;

	nobody.account = "ANONYMOUS LOGON";
	nobody.sid = NULL;
	nobody.mechanism = NULL;
	nobody.anonymous = true;
	sg_facts_set_keys(&nobody, false, false);
	nobody.is_who = NULL;
	verdict = sg_decide(NULL, SG_GATE_SHARE, policy, &nobody);
	if (verdict != NULL) {
		bars = verdict->outcome == SG_DENIED;
	}
	talloc_free(verdict);
	return bars;
}

bool sg_joined_bar_again(struct sg_client_state *client)
{
	struct sg_tree *tree = NULL;
	bool other = false;

	for (tree = client->trees; tree != NULL; tree = tree->next) {
		struct sg_policy *policy = NULL;
		bool bars = true; /* out of memory */
		bool held = tree->refused == NULL && tree->facts != NULL &&
			    tree->layout_checked && is_smb1(tree->facts);

		if (!held) {
			continue;
		}
		policy = sg_config_policy(NULL, sg_tree_snum(tree));
		if (policy != NULL) {
			bars = sg_joined_bars_anonymous(policy, tree->facts);
		}
		talloc_free(policy);
		other = other || bars != tree->bars_anonymous;
		tree->bars_anonymous = bars;
	}
	return other;
}
