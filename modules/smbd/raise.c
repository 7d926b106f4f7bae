/*
 * smbguard: the share parameters that make smbd enforce, and tell clients
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A client encrypts a tree if smbd tells it to, and smbd does if "server smb
 * encrypt" of the share was at least "desired" before the tree connect. So
 * that is raised before; knobs.h says when.
 *
 * Notes that the code cites:
 *
 * (1) "required" makes smbd refuse by itself, unrecorded. It is only used
 *     where the share gate is not asked (a printer, other "vfs objects") or
 *     can hold nobody to anything (SMB1). There an exception for the client's
 *     address leaves it out; one that depends on more is the gate's to find.
 *
 * (2) smbd tells nobody that it has loaded its configuration. So a global
 *     parameter that means nothing to it (nmbd's "lm interval") is set as a
 *     mark: every load puts those back, and not all of them IPC$'s.
 *
 * (3) A load leaves the parameters of a share that it has already as they
 *     are, unless smb.conf names them. So what was there is kept, and put back
 *     before everything is raised anew: the policy may be gone.
 *
 * (4) After a load, what looks like ours may be smb.conf's own by now. Before
 *     it stays lowered, smbd loads everything once more, onto what was there
 *     before us.
 *
 * (5) A client that has shown nothing but sessions without keys, as guests',
 *     is not told to encrypt: it cannot. What needs no telling is raised for
 *     it as for anybody.
 *
 * How it fails: a share that cannot be raised makes the callers refuse.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/knobs.h"
#include "smbd/record.h"
#include "smbd/state.h"

#include "core/exception.h"

#define ENCRYPT "server smb encrypt"
#define AVAILABLE "available"
#define VFS_MODULE "smbguard"

#define MARKER "lm interval"
#define MARKER_VALUE 1397180230
#define MARKER_TEXT "1397180230"

/* A parameter of a share that was changed, note (3). */
struct raised {
	char *share;
	int before; /* of ENCRYPT; closed shares had AVAILABLE = yes */
	int after;
	bool closed;
};

static const char *encrypt_text(int value)
{
	switch (value) {
	case SMB_ENCRYPTION_OFF:
		return "off";
	case SMB_ENCRYPTION_IF_REQUIRED:
		return "if_required";
	case SMB_ENCRYPTION_DESIRED:
		return "desired";
	case SMB_ENCRYPTION_REQUIRED:
		return "required";
	default:
		return "default";
	}
}

static bool remember(struct sg_client_state *client,
		     int snum,
		     int before,
		     int after,
		     bool closed)
{
	size_t num = talloc_array_length(client->raised);
	struct raised *raised = NULL;

	raised = talloc_realloc(client, client->raised, struct raised, num + 1);
	if (raised == NULL) {
		return false;
	}
	client->raised = raised;
	raised[num] = (struct raised){
		.share = talloc_strdup(raised, lp_const_servicename(snum)),
		.before = before,
		.after = after,
		.closed = closed,
	};
	return raised[num].share != NULL;
}

/* Returns what was raised, for is_lowered(). */
static struct raised *put_back(struct sg_client_state *client)
{
	struct raised *raised = client->raised;
	size_t num = talloc_array_length(raised);
	size_t i;

	client->raised = NULL;
	for (i = 0; i < num; i++) {
		const struct raised *r = &raised[i];
		int snum = lp_servicenumber(r->share);

		if (snum < 0) {
			continue;
		}
		if (r->closed) {
			(void)lp_do_parameter(snum, AVAILABLE, "yes");
		} else if (lp_server_smb_encrypt(snum) == r->after) {
			(void)lp_do_parameter(snum,
					      ENCRYPT,
					      encrypt_text(r->before));
		}
	}
	return raised;
}

/* Is any of these less now than it was raised to? */
static bool is_lowered(const struct raised *raised)
{
	size_t num = talloc_array_length(raised);
	size_t i;

	for (i = 0; i < num; i++) {
		const struct raised *r = &raised[i];
		int snum = lp_servicenumber(r->share);
		bool open = lp_snum_ok(snum);

		if (open &&
		    (r->closed || lp_server_smb_encrypt(snum) < r->after)) {
			return true;
		}
	}
	return false;
}

static bool raise_to(struct sg_client_state *client, int snum, int least)
{
	int before = lp_server_smb_encrypt(snum);
	bool ok = true;

	if (before >= least) {
		return true;
	}
	if (snum != SG_GLOBAL_SNUM) {
		ok = remember(client, snum, before, least, false);
	}
	ok = ok && lp_do_parameter(snum, ENCRYPT, encrypt_text(least));
	/* What is on smbd's command line is taken and not changed. */
	return ok && lp_server_smb_encrypt(snum) >= least;
}

/* Will the share gate be asked? A module may have a parameter behind ":". */
static bool is_guarded(int snum)
{
	const char **modules = lp_vfs_objects(snum);
	size_t len = strlen(VFS_MODULE);
	size_t i;

	if (lp_printable(snum)) {
		return false;
	}
	for (i = 0; modules != NULL && modules[i] != NULL; i++) {
		if (strncmp(modules[i], VFS_MODULE, len) == 0 &&
		    (modules[i][len] == '\0' || modules[i][len] == ':')) {
			return true;
		}
	}
	return false;
}

/* Does a share itself ask for more than smbd can enforce without the gate? */
static bool needs_gate(const struct sg_policy *policy, int snum)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_settings *share = sg_config_load(frame, snum);
	bool needs = true; /* out of memory */

	if (share != NULL) {
		share->encryption = SG_NEED_UNSET;
		needs = sg_settings_ask(share) &&
			sg_mode_of(policy->global, share) == SG_MODE_ENFORCE;
	}
	TALLOC_FREE(frame);
	return needs;
}

/*
 * SMB1 has a logon that the session gate does not see, and that gate may not
 * be loaded. Where [global] demands something of sessions, a share without a
 * gate of its own is closed then.
 */
static bool past_session_gate(const struct sg_client_state *client,
			      const struct sg_policy *policy)
{
	if (!client->smb1 && !client->unjudged) {
		return false;
	}
	return sg_policy_enforces(policy, client->facts, SG_OPTION_GUEST) ||
	       sg_policy_enforces(policy, client->facts, SG_OPTION_NTLM) ||
	       sg_policy_enforces(policy, client->facts, SG_OPTION_SIGNING) ||
	       sg_policy_enforces(policy, client->facts, SG_OPTION_DOWNGRADE) ||
	       sg_policy_must_record(policy) ||
	       (policy->global->num_faults > 0 &&
		sg_mode_of(policy->global, NULL) == SG_MODE_ENFORCE);
}

static bool close_share(struct sg_client_state *client,
			int snum,
			const char *why)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_verdict verdict = {
		.outcome = SG_DENIED,
		.option = "vfs objects",
		.scope = lp_const_servicename(snum),
	};
	struct sg_facts *facts = sg_facts_blind(frame);
	bool ok;

	verdict.reason = talloc_asprintf(
		frame,
		"[%s] is closed to %s: %s, and smbd does not ask smbguard "
		"about this share. Add smbguard to its \"vfs objects\"; a "
		"printer can have smbguard:encryption alone.",
		verdict.scope,
		facts != NULL ? facts->client_address : "a client",
		why);
	if (facts != NULL && verdict.reason != NULL) {
		sg_record_policy_error(client, facts, &verdict);
	}
	TALLOC_FREE(frame);
	ok = remember(client, snum, 0, 0, true);
	ok = lp_do_parameter(snum, AVAILABLE, "no") && ok;
	return ok && !lp_snum_ok(snum);
}

static bool raise_share(struct sg_client_state *client,
			const struct sg_policy *policy,
			int snum)
{
	bool guarded = is_guarded(snum);
	bool gate_decides = guarded && !client->smb1;
	bool wanted = false;
	bool held = true;
	bool ok = true;

	/* note (1) */
	if (guarded && client->smb1 && client->facts != NULL) {
		gate_decides = sg_policy_may_except(policy,
						    client->facts,
						    SG_ALLOW_UNENCRYPTED);
	}
	if (lp_parm_const_string(snum, SG_OPTION_PREFIX, "encryption", NULL) !=
	    NULL) {
		wanted = sg_config_share_enforces(policy,
						  gate_decides ? NULL
							       : client->facts,
						  snum,
						  SG_OPTION_ENCRYPTION);
	}
	if (wanted && !gate_decides) {
		held = raise_to(client, snum, SMB_ENCRYPTION_REQUIRED);
	} else if (wanted && client->keys != SG_NO) {
		/* Who is not told to is refused by the gate. */
		(void)raise_to(client, snum, SMB_ENCRYPTION_DESIRED);
	}
	if (!guarded && !held) {
		ok = close_share(client, snum, "it must be encrypted");
	} else if (!guarded && needs_gate(policy, snum)) {
		ok = close_share(client, snum, "it has smbguard options");
	} else if (!guarded && past_session_gate(client, policy)) {
		ok = close_share(client,
				 snum,
				 client->unjudged
					 ? "the session gate is not at work, "
					   "and [global] has options"
					 : "the client speaks SMB1, which can "
					   "log on past the options of "
					   "[global]");
	}
	return ok;
}

/*
 * smbd loads shares of the registry, and usershares, when a client asks for
 * them: too late to raise anything. So they are loaded now.
 */
void sg_knob_load_shares(void)
{
	struct smbXsrv_client *client = global_smbXsrv_client;

	if (lp_registry_shares()) {
		(void)process_registry_shares();
	}
	if (lp_usershare_max_shares() > 0 &&
	    lp_usershare_template_share()[0] != '\0') {
		(void)load_usershare_shares(client->sconn, conn_snum_used);
	}
}

static bool raise_all(struct sg_client_state *client,
		      const struct sg_policy *policy)
{
	int num = lp_numservices();
	bool all_ok = true;
	bool everywhere;
	int snum;

	everywhere = sg_policy_enforces(policy, NULL, SG_OPTION_ENCRYPTION);
	if (everywhere && client->keys != SG_NO) {
		(void)raise_to(client, SG_GLOBAL_SNUM, SMB_ENCRYPTION_DESIRED);
	}
	for (snum = 0; snum < num; snum++) {
		bool used = lp_snum_ok(snum);
		bool ok = true;

		if (used) {
			ok = raise_share(client, policy, snum);
		}
		all_ok = all_ok && ok;
	}
	return all_ok;
}

/* As smbd does it, but for what is not ours to do again; note (4). */
static void load_again(void)
{
	struct smbXsrv_client *client = global_smbXsrv_client;
	bool change = geteuid() != 0;

	if (change) {
		become_root();
	}
	lp_killunused(client->sconn, conn_snum_used);
	(void)lp_load_with_shares(get_dyn_CONFIGFILE());
	sg_knob_load_shares();
	if (change) {
		unbecome_root();
	}
}

bool sg_knob_raise_encryption(struct sg_client_state *client,
			      const struct sg_settings *global)
{
	const struct sg_policy policy = {.global = global, .now = time(NULL)};
	bool loaded = !sg_knob_raised();
	struct raised *before = put_back(client);
	bool ok = raise_all(client, &policy);

	if (loaded && is_lowered(before)) {
		talloc_free(put_back(client));
		load_again();
		ok = raise_all(client, &policy);
	}
	TALLOC_FREE(before);

	/* note (2) */
	ok = lp_do_parameter(SG_GLOBAL_SNUM, MARKER, MARKER_TEXT) && ok;
	return ok && sg_knob_raised();
}

void sg_knob_raise_again(void)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_client_state *client = sg_client_state(global_smbXsrv_client);
	struct sg_settings *global = sg_config_load(frame, SG_GLOBAL_SNUM);

	if (client != NULL && global != NULL) {
		(void)sg_knob_raise_encryption(client, global);
	}
	TALLOC_FREE(frame);
}

bool sg_knob_raised(void)
{
	return lp_lm_interval() == MARKER_VALUE;
}
