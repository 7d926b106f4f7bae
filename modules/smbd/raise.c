/*
 * smbguard: the share parameters that make smbd ask us, enforce, and tell
 * clients
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Four parameters of shares are raised when a client has connected, and again
 * after each load of smb.conf:
 *
 *   "vfs objects"          begins with smbguard, so that the share gate is
 *                          asked about every share. First, because a module
 *                          whose connect does not call the next one hides
 *                          whatever stands behind it.
 *   "server smb encrypt"   is at least "desired" where the policy will ask for
 *                          encryption: smbd tells the client to encrypt a tree
 *                          if it was so before the tree connect.
 *   "available"            becomes "no" for what no gate stands before and that
 *                          asks for more than smbd can hold by itself.
 *
 *   "invalid users"        has the SIDs of anonymous logons and guests as long
 *                          as an SMB1 tree is open that they must not use.
 *                          smbd looks at it for each user of a tree.
 *
 * Before smbd loads its configuration all of that is put back: a load leaves
 * the parameters of shares in use as they are, unless smb.conf names them.
 *
 * What a share needs is core's to say (core/share_need.h). An SMB1 logon that is
 * anonymous is judged when it is used, see sessions.h, and the logon gate may
 * not be at work: where [global] demands something of sessions, what has no gate
 * of its own is closed then.
 *
 * How it fails: a share that cannot be raised is closed, or its gate refuses.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/knobs.h"
#include "smbd/raise.h"
#include "smbd/raised.h"
#include "smbd/record.h"
#include "smbd/registry.h"
#include "smbd/stands.h"
#include "smbd/state.h"
#include "smbd/tree_find.h"

#include "core/share_need.h"
#include "core/vfs_list.h"

#define AVAILABLE "available"
#define VFS_OBJECTS "vfs objects"
#define INVALID_USERS "invalid users"
#define VALID "-valid"
#define NOBODIES SID_ANONYMOUS " " SID_GUESTS

static bool encrypt_at_least(struct sg_client_state *client,
			     int snum,
			     int least)
{
	if (sg_lp_server_smb_encrypt(snum) >= least) {
		return true;
	}
	/* What is on smbd's command line is taken and not changed. */
	return sg_raised_encrypt(client, snum, least) &&
	       sg_lp_server_smb_encrypt(snum) >= least;
}

/* Will the share gate be asked? smbd loads no module for a printer. */
static bool guard_share(struct sg_client_state *client, int snum)
{
	TALLOC_CTX *frame = NULL;
	const char **modules = lp_vfs_objects(snum);
	bool guarded = sg_vfs_list_guarded(modules);
	char *before = NULL;
	char *after = NULL;

	if (snum >= 0 && lp_printable(snum)) {
		return false;
	}
	if (guarded) {
		return true;
	}
	frame = talloc_stackframe();
	before = sg_list_text(frame, "", modules);
	after = sg_vfs_list_guard(frame, modules);
	if (before != NULL && after != NULL) {
		(void)sg_raised_set(client, snum, VFS_OBJECTS, before, after);
	}
	TALLOC_FREE(frame);
	/* Not if it is on smbd's command line. */
	modules = lp_vfs_objects(snum);
	return sg_vfs_list_guarded(modules);
}

/* Has this client's process said so already? It closes at each load. */
static bool is_news(struct sg_client_state *client, const char *text)
{
	size_t num = talloc_array_length(client->told);
	char **told = NULL;
	size_t i;

	for (i = 0; i < num; i++) {
		if (client->told[i] != NULL &&
		    strcmp(client->told[i], text) == 0) {
			return false;
		}
	}
	told = talloc_realloc(client, client->told, char *, num + 1);
	if (told != NULL) {
		told[num] = talloc_strdup(told, text);
		client->told = told;
	}
	return true;
}

static bool close_share(struct sg_client_state *client,
			int snum,
			const char *why)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_verdict verdict = {
		.outcome = SG_DENIED,
		.cause = SG_CAUSE_BROKEN,
		.option = VFS_OBJECTS,
		.scope = lp_const_servicename(snum),
	};
	struct sg_facts *facts = sg_facts_blind(frame);
	bool ok;

	verdict.reason = talloc_asprintf(
		frame,
		"[%s] is closed to %s: %s, and smbd does not ask smbguard "
		"about %s.",
		verdict.scope,
		facts != NULL ? facts->client_address : "a client",
		why,
		lp_printable(snum)
			? "printers, which can have smbguard:encryption alone"
			: "this share, as long as \"vfs objects\" is on its "
			  "command line");
	if (facts != NULL && verdict.reason != NULL &&
	    is_news(client, verdict.reason)) {
		sg_record_policy_error(client, facts, &verdict);
	}
	TALLOC_FREE(frame);
	ok = sg_raised_set(client, snum, AVAILABLE, "yes", "no");
	return ok && !lp_snum_ok(snum);
}

void sg_raise_bar_anonymous(struct sg_client_state *client, int snum)
{
	TALLOC_CTX *frame = talloc_stackframe();
	const char **users = lp_invalid_users(snum);
	char *before = sg_list_text(frame, "", users);
	char *after = sg_list_text(frame, NOBODIES, users);
	bool there = sg_stands_bars_anonymous(snum);

	if (before != NULL && after != NULL && !there) {
		(void)sg_raised_set(client, snum, INVALID_USERS, before, after);
		sg_stands_note_bar(client, snum);
	}
	TALLOC_FREE(frame);
}

static void bar_anonymous(struct sg_client_state *client, int snum)
{
	const struct sg_tree *tree = NULL;

	for (tree = client->trees; tree != NULL; tree = tree->next) {
		if (tree->bars_anonymous && sg_tree_snum(tree) == snum) {
			sg_raise_bar_anonymous(client, snum);
			return;
		}
	}
}

static enum sg_share_need need_of(struct sg_client_state *client,
				  const struct sg_policy *policy,
				  int snum,
				  bool guarded,
				  const char **why)
{
	const struct sg_share_case at = {
		.guarded = guarded,
		.smb1 = client->smb1,
		.unjudged = client->unjudged,
		.keys = client->keys,
	};
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_policy here = *policy;
	struct sg_facts facts = {.share = NULL};
	enum sg_share_need need = guarded ? SG_SHARE_TELL : SG_SHARE_CLOSE;

	*why = "out of memory";
	if (client->facts != NULL) {
		facts = *client->facts;
	}
	facts.share = lp_const_servicename(snum);
	here.share = sg_config_share(frame, snum);
	if (here.share != NULL) {
		need = sg_share_need(&here,
				     client->facts != NULL ? &facts : NULL,
				     &at,
				     why);
	}
	TALLOC_FREE(frame);
	return need;
}

static bool raise_share(struct sg_client_state *client,
			const struct sg_policy *policy,
			int snum)
{
	const struct sg_option *encryption = sg_rule_option(SG_RULE_ENCRYPTION);
	bool guarded = guard_share(client, snum);
	enum sg_share_need need = SG_SHARE_LEAVE;
	const char *why = NULL;
	bool held;

	/* Services that are no shares are templates of others. */
	if (!lp_snum_ok(snum)) {
		return true;
	}
	if (guarded) {
		bar_anonymous(client, snum);
	}
	if (!guarded || sg_config_is_set(policy->global, snum, encryption)) {
		need = need_of(client, policy, snum, guarded, &why);
	}
	switch (need) {
	case SG_SHARE_LEAVE:
		return true;
	case SG_SHARE_TELL:
		(void)encrypt_at_least(client, snum, SMB_ENCRYPTION_DESIRED);
		return true;
	case SG_SHARE_REQUIRE:
		held = encrypt_at_least(client, snum, SMB_ENCRYPTION_REQUIRED);
		return held || guarded ||
		       close_share(client, snum, "it must be encrypted");
	case SG_SHARE_CLOSE:
		break;
	}
	/* Where it cannot be closed, that is as much as there is. */
	(void)encrypt_at_least(client, snum, SMB_ENCRYPTION_REQUIRED);
	return close_share(client, snum, why);
}

/*
 * Do something to a service, also to one that is no share, as the template of
 * usershares need not be ("-valid = no"): smbd shows its parameters to nobody, and
 * copies them all the same. So it is a share for that moment. Its number must come
 * from smbd's table of names.
 */
static bool with_service(struct sg_client_state *client,
			 int snum,
			 bool (*fn)(struct sg_client_state *client,
				    const struct sg_policy *policy,
				    int snum),
			 const struct sg_policy *policy)
{
	bool hidden = loadparm_s3_helpers()->get_servicebynum(snum) == NULL;
	bool ok;

	if (hidden) {
		(void)lp_do_parameter(snum, VALID, "yes");
	}
	ok = fn(client, policy, snum);
	if (hidden) {
		(void)lp_do_parameter(snum, VALID, "no");
	}
	return ok;
}

/* smbd has set "vfs objects" anew, see stands.c. */
static sg_stands_fn guard_again;

static bool guard_and_watch(struct sg_client_state *client,
			    const struct sg_policy *policy,
			    int snum)
{
	bool guarded = guard_share(client, snum);

	return sg_stands_watch(client, snum, guard_again) && guarded;
}

static void guard_again(struct sg_client_state *client, const char *share)
{
	int snum = getservicebyname(share, NULL);

	if (snum >= 0) {
		(void)with_service(client, snum, guard_and_watch, NULL);
	}
}

static bool raise_and_watch(struct sg_client_state *client,
			    const struct sg_policy *policy,
			    int snum)
{
	bool ok = raise_share(client, policy, snum);
	bool watched = true;

	if (lp_registry_shares()) {
		watched = sg_stands_watch(client, snum, guard_again);
	}
	return ok && watched;
}

/* False as sg_raise_all(). */
static bool raise_template(struct sg_client_state *client,
			   const struct sg_policy *policy)
{
	const char *template = lp_usershare_template_share();
	int snum = template[0] != '\0' ? getservicebyname(template, NULL) : -1;

	/* One that is a share has had its turn. */
	if (snum < 0 || loadparm_s3_helpers()->get_servicebynum(snum) != NULL) {
		return true;
	}
	return with_service(client, snum, raise_and_watch, policy);
}

bool sg_raise_all(struct sg_client_state *client,
		  const struct sg_settings *global)
{
	const struct sg_policy policy = {.global = global, .now = time(NULL)};
	const struct loadparm_s3_helpers *helpers = loadparm_s3_helpers();
	bool everywhere = sg_policy_enforces(&policy, NULL, SG_RULE_ENCRYPTION);
	bool all_ok = true;
	int snum;

	if (everywhere && client->keys != SG_NO) {
		(void)encrypt_at_least(client,
				       SG_GLOBAL_SNUM,
				       SMB_ENCRYPTION_DESIRED);
	}
	(void)guard_share(client, SG_GLOBAL_SNUM); /* for shares yet to come */
	for (snum = 0; snum < lp_numservices(); snum++) {
		bool ok = true;

		if (helpers->get_servicebynum(snum) != NULL) {
			ok = raise_and_watch(client, &policy, snum);
		}
		all_ok = all_ok && ok;
	}
	all_ok = raise_template(client, &policy) && all_ok;
	return all_ok && (!client->smb1 || sg_stands_note(client));
}

bool sg_raise_again(struct sg_client_state *client)
{
	TALLOC_CTX *frame = talloc_stackframe();
	const struct sg_settings *global = sg_config_global(frame);
	bool ok = false;

	if (global != NULL) {
		sg_raised_put_back(client, false);
		sg_registry_load(client);
		ok = sg_raise_all(client, global);
	}
	TALLOC_FREE(frame);
	return ok;
}
