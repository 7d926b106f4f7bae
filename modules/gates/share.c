/*
 * smbguard: the share gate
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What: judges each tree connect by the options of [global] and of the
 * share, records it and its end, refuses with ACCESS_DENIED, and holds a tree
 * to encryption.
 *
 * How: as a VFS module that the negotiate gate puts first in each share's list
 * (smbd/raise.c). Encryption is held by smbd itself, through the tree's flags;
 * the client was told to encrypt because the earlier gates raised "server smb
 * encrypt" for the share. For the refusal see sg_knob_refuse_tree().
 *
 * How it fails: smbd refuses a share whose VFS module does not load. This
 * gate in turn refuses where anything is asked for and another gate is
 * missing, a struct has another layout than we were built for, or memory
 * runs out.
 *
 * A refused tree connect comes back to disconnect at once, which puts the
 * share's parameters back and records nothing: one connect refused is one
 * event.
 */

#include "gates/gates.h"
#include "gates/files.h"
#include "gates/joined.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/knobs.h"
#include "smbd/pipes.h"
#include "smbd/raise.h"
#include "smbd/record.h"
#include "smbd/sessions.h"
#include "smbd/vfs.h"

#define GATES_NEEDED (SG_GATE_NEGOTIATE | SG_GATE_SESSION)

/* The other gates, or the layout of smbd's structs. */
static void find_missing(const struct sg_access *access,
			 const struct sg_client_state *client,
			 struct sg_policy *policy)
{
	if (access->problem != NULL) {
		policy->broken = access->problem;
		policy->broken_remedy =
			"Install the smbguard that was built for this Samba";
	} else if ((client->gates & GATES_NEEDED) != GATES_NEEDED) {
		policy->broken = client->started
					 ? "a gate could not start (see the "
					   "policy_error before this)"
					 : "smbguard was not loaded when the "
					   "client connected";
		policy->broken_remedy =
			"List " SG_MODULE_PATH " in \"preload modules\" of "
			"[global], and restart smbd if it was replaced";
	}
}

/* A client that could encrypt, and will not, since nobody told it to. */
static void find_untold(const struct sg_access *access,
			struct sg_client_state *client,
			const struct sg_facts *facts,
			struct sg_policy *policy)
{
	bool encrypt = sg_policy_enforces(policy, NULL, SG_RULE_ENCRYPTION);
	bool raised;

	if (!encrypt || !facts->can_encrypt || sg_access_was_told(access)) {
		return;
	}
	raised = sg_raise_again(client) &&
		 sg_config_tells_to_encrypt(access->snum);
	policy->broken =
		"smbd did not tell the client to encrypt at this share";
	policy->broken_rule = SG_RULE_ENCRYPTION;
	policy->broken_remedy =
		raised ? "The next connect will do"
		       : "Take \"server smb encrypt\" off smbd's command line";
}

/* Hold the tree to what was asked for and the client can do. */
static void hold(struct sg_tree *tree,
		 const struct sg_access *access,
		 const struct sg_policy *policy)
{
	struct sg_facts *facts = tree->facts;
	bool encrypt = sg_policy_enforces(policy, NULL, SG_RULE_ENCRYPTION);
	bool sign;

	if (!tree->layout_checked) {
		return;
	}
	if (access->request == NULL) {
		tree->bars_anonymous = sg_joined_bars_anonymous(policy, facts);
		if (tree->bars_anonymous) {
			sg_raise_bar_anonymous(tree->client, access->snum);
		}
		sg_sessions_shut(access->xconn);
		return;
	}
	if (encrypt && facts->can_encrypt) {
		sg_access_encrypt(access);
		facts->is_encrypted = SG_YES;
	}
	/* Who is excepted was not told to sign, and could not be. */
	sign = sg_joined_must_sign(access, policy, facts);
	if (sign && facts->can_sign) {
		sg_access_sign(access);
		facts->is_signed = SG_YES;
	}
}

static void record_errors(struct sg_tree *tree,
			  const struct sg_policy *policy,
			  const struct sg_verdict *verdict)
{
	sg_record_faults(tree->client,
			 tree->facts,
			 policy->share_name,
			 policy->share);
	if (verdict->cause == SG_CAUSE_BROKEN) {
		sg_record_policy_error(tree->client, tree->facts, verdict);
	}
}

/* Who else could use the tree, see joined.h. False when out of memory. */
static bool joined(struct sg_tree *tree,
		   const struct sg_access *access,
		   const struct sg_policy *policy,
		   struct sg_verdict *verdict)
{
	if (access->request != NULL) {
		return sg_joined_channels(tree,
					  access,
					  policy,
					  tree->facts,
					  verdict);
	}
	return sg_joined_tree(tree,
			      access->xconn,
			      policy,
			      tree->facts,
			      verdict);
}

static struct sg_verdict *decide(struct sg_tree *tree,
				 const struct sg_access *access,
				 struct sg_policy *policy)
{
	struct sg_verdict *verdict = NULL;
	bool ok = true;

	find_missing(access, tree->client, policy);
	if (policy->broken == NULL) {
		find_untold(access, tree->client, tree->facts, policy);
	}
	verdict = sg_decide(tree, SG_GATE_SHARE, policy, tree->facts);
	if (verdict != NULL && tree->layout_checked) {
		ok = joined(tree, access, policy, verdict);
	}
	if (!ok || verdict == NULL) {
		return NULL;
	}
	if (tree->layout_checked && verdict->outcome != SG_DENIED &&
	    sg_session_is_refused(access->session)) {
		*verdict = (struct sg_verdict){
			.outcome = SG_DENIED,
			.cause = SG_CAUSE_SESSION,
			.reason = "Refused: so was the session (see its event "
				  "before this).",
		};
	}
	return verdict;
}

/* The policy of the share, and all that is known. NULL when out of memory. */
static struct sg_policy *look_at(struct sg_tree *tree,
				 const struct sg_access *access,
				 const char *share)
{
	struct sg_policy *policy = sg_config_policy(tree, access->snum);

	tree->facts = sg_access_facts(tree, access, share);
	if (policy == NULL || tree->facts == NULL) {
		return NULL;
	}
	tree->facts->section = policy->share_name;
	tree->layout_checked = access->problem == NULL;
	tree->is_ipc = tree->layout_checked && sg_pipes_tree(tree);
	return policy;
}

/*
 * Judge, carry out, record. Returns whether the client may have the tree. A
 * refusal without tree->refused must fail the connect.
 */
static bool judge(struct sg_tree *tree,
		  const struct sg_access *access,
		  const char *share)
{
	struct sg_policy *policy = look_at(tree, access, share);
	struct sg_verdict *verdict = NULL;
	struct sg_event event = {.kind = SG_EVENT_SHARE_CONNECT};
	bool allowed;
	bool recorded;

	if (policy != NULL) {
		verdict = decide(tree, access, policy);
	}
	if (verdict == NULL) {
		return false;
	}
	record_errors(tree, policy, verdict);
	allowed = verdict->outcome != SG_DENIED;
	if (allowed && !sg_files_begin(tree, policy)) {
		*verdict = (struct sg_verdict){
			.outcome = SG_DENIED,
			.cause = SG_CAUSE_BROKEN,
			.reason = "Refused: its files could not be watched "
				  "(see the policy_error before this).",
		};
		allowed = false;
	}
	if (allowed) {
		hold(tree, access, policy);
	}
	event.facts = tree->facts;
	event.verdict = verdict;
	recorded = sg_record(tree->client, policy, &event);
	allowed = allowed && recorded;
	if (!allowed) {
		tree->refused = sg_knob_refuse_tree(tree, access->snum);
	}
	return allowed;
}

static int tree_destructor(struct sg_tree *tree)
{
	struct sg_tree **at = &tree->client->trees;

	while (*at != NULL && *at != tree) {
		at = &(*at)->next;
	}
	if (*at == tree) {
		*at = tree->next;
	}
	return 0;
}

static struct sg_tree *tree_new(const struct sg_access *access)
{
	struct sg_tree *tree = talloc_zero(access->conn, struct sg_tree);

	if (tree == NULL) {
		return NULL;
	}
	clock_gettime(CLOCK_MONOTONIC, &tree->since);
	tree->conn = access->conn;
	tree->client = sg_client_here();
	if (tree->client == NULL) {
		TALLOC_FREE(tree);
		return NULL;
	}
	tree->next = tree->client->trees;
	tree->client->trees = tree;
	talloc_set_destructor(tree, tree_destructor);
	return tree;
}

/* smbguard may be listed twice where the negotiate gate is missing. */
static bool is_judged(const struct sg_client_state *client,
		      const struct connection_struct *conn)
{
	const struct sg_tree *tree = NULL;

	for (tree = client != NULL ? client->trees : NULL; tree != NULL;
	     tree = tree->next) {
		if (tree->conn == conn) {
			return true;
		}
	}
	return false;
}

static bool gate_connect(const struct sg_access *access,
			 const char *service,
			 struct sg_tree **result)
{
	struct sg_tree *tree = NULL;
	bool judged = is_judged(sg_client_here(), access->conn);
	bool allowed = false;

	if (judged) {
		return true;
	}
	/* An SMB1 logon that nobody was shown, and this in one message. */
	sg_logon_look(sg_client_here());
	tree = tree_new(access);
	if (tree != NULL) {
		allowed = judge(tree, access, service);
	}
	if (!allowed && (tree == NULL || tree->refused == NULL)) {
		TALLOC_FREE(tree);
		return false;
	}
	if (allowed) {
		sg_pipes_rap_tree(tree);
	}
	*result = tree;
	return true;
}

uint64_t sg_microseconds_since(struct timespec since)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)((now.tv_sec - since.tv_sec) * 1000000 +
			  (now.tv_nsec - since.tv_nsec) / 1000);
}

static void record_disconnect(struct sg_tree *tree)
{
	struct sg_verdict verdict = {
		.outcome = SG_ALLOWED,
		.reason = "The tree was disconnected.",
	};
	struct sg_event event = {
		.kind = SG_EVENT_SHARE_DISCONNECT,
		.facts = tree->facts,
		.verdict = &verdict,
		.have_duration = true,
		.duration = sg_microseconds_since(tree->since),
	};

	(void)sg_record(tree->client, NULL, &event);
}

static void gate_disconnect(struct sg_tree *tree)
{
	if (tree->files != NULL) {
		sg_files_end(tree->files);
	}
	if (tree->refused == NULL) {
		record_disconnect(tree);
	}
	talloc_free(tree);
}

static const struct sg_share_hooks hooks = {
	.connect = gate_connect,
	.disconnect = gate_disconnect,
	.files = &sg_file_gate,
};

NTSTATUS sg_share_register(void)
{
	return sg_vfs_register(&hooks);
}
