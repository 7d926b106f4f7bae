/*
 * smbguard: knobs into smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Notes that the code cites:
 *
 * (1) A parameter set as if on the command line survives reloads, but then
 *     smbd ignores it in every section of smb.conf. That is right for "server
 *     min protocol", a global one; for "server smb encrypt", which a share
 *     may have, it would undo what the administrator wrote there. So the
 *     latter is set where it belongs and is set again after each reload.
 *
 * (2) With "server smb encrypt = required" smbd refuses before any hook and
 *     nothing could be recorded; with "desired" it tells the client to
 *     encrypt, and the gates refuse who cannot.
 *
 * (3) smbd tells nobody that it has loaded its configuration. So a parameter
 *     that means nothing where it stands (how many print jobs IPC$ shows) is
 *     set as a mark: it is gone after a load, with all that was raised.
 *
 * (4) "required" stands beside the share gate where that is not asked, or can
 *     hold nobody to anything (SMB1). An exception for the client's address
 *     then leaves it out; one that depends on more is the gate's to find.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/knobs.h"
#include "smbd/record.h"
#include "smbd/state.h"

#include "core/exception.h"

#define MIN_PROTOCOL "server min protocol"
#define ENCRYPT "server smb encrypt"
#define MARKED_SHARE "IPC$"
#define MARKER "max reported print jobs"
#define MARKER_VALUE 1397180230
#define MARKER_TEXT "1397180230"
#define VFS_MODULE "smbguard"
#define ROOT_PREEXEC "root preexec"
#define ROOT_PREEXEC_CLOSE "root preexec close"

/* Note (1). A value that smbd does not understand must not pass for set. */
static bool set_for_client(const char *name, const char *value)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct loadparm_context *lp_ctx = NULL;
	bool ok = false;

	lp_ctx = loadparm_init_s3(frame, loadparm_s3_helpers());
	if (lp_ctx != NULL) {
		ok = lpcfg_set_cmdline(lp_ctx, name, value);
	}
	TALLOC_FREE(frame);
	return ok;
}

static bool set_floor(enum sg_dialect floor)
{
	enum sg_dialect native =
		sg_dialect_from_protocol(lp_server_min_protocol());
	bool ok;

	if (native >= floor) {
		return true;
	}
	/* the names of dialects are smbd's own */
	ok = set_for_client(MIN_PROTOCOL, sg_dialect_name(floor));
	return ok &&
	       sg_dialect_from_protocol(lp_server_min_protocol()) >= floor;
}

/*
 * What is left of one of smbd's lists of algorithms, in its order. Where
 * nothing is, the list stays: no client can pass, and the session gate says
 * to each of them why.
 */
static bool narrow(const char *name,
		   const char **native,
		   uint32_t mask,
		   const char *(*name_of)(int id))
{
	TALLOC_CTX *frame = talloc_stackframe();
	char *list = talloc_strdup(frame, "");
	bool ok = true;
	size_t i;
	int id;

	for (i = 0; native != NULL && native[i] != NULL; i++) {
		for (id = 0; id < 32; id++) {
			const char *known = name_of(id);

			if (known == NULL || (mask & 1U << id) == 0 ||
			    !strequal(known, native[i])) {
				continue;
			}
			list = talloc_asprintf_append(list, "%s ", known);
		}
	}
	if (list == NULL) {
		ok = false;
	} else if (list[0] != '\0') {
		ok = set_for_client(name, list);
	}
	TALLOC_FREE(frame);
	return ok;
}

static const char *cipher_name(int id)
{
	return sg_cipher_name((uint16_t)id);
}

static bool narrow_algorithms(const struct sg_policy *policy,
			      const struct sg_facts *facts)
{
	bool ciphers = sg_policy_enforces(policy, facts, SG_OPTION_CIPHERS);
	bool signers = sg_policy_enforces(policy, facts, SG_OPTION_SIGNERS);
	bool ok = true;

	if (ciphers) {
		ok = narrow("server smb3 encryption algorithms",
			    lp_server_smb3_encryption_algorithms(),
			    policy->global->encryption_algorithms,
			    cipher_name);
	}
	if (ok && signers) {
		ok = narrow("server smb3 signing algorithms",
			    lp_server_smb3_signing_algorithms(),
			    policy->global->signing_algorithms,
			    sg_signing_name);
	}
	return ok;
}

/* Does a share of its own account ask for an option that is enforced? */
static bool share_enforces(const struct sg_policy *policy,
			   const struct sg_facts *facts,
			   int snum,
			   const char *option)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_policy here = *policy;
	bool enforces = true; /* out of memory */

	here.share = sg_config_load(frame, snum);
	if (here.share != NULL) {
		enforces = sg_policy_enforces(&here, facts, option);
	}
	TALLOC_FREE(frame);
	return enforces;
}

static bool anybody_enforces(const struct sg_policy *policy,
			     const struct sg_facts *facts,
			     const char *option)
{
	const char *name = option + strlen(SG_OPTION_PREFIX ":");
	int num = lp_numservices();
	int snum;
	bool enforces;

	enforces = sg_policy_enforces(policy, facts, option);
	for (snum = 0; !enforces && snum < num; snum++) {
		bool used = lp_snum_ok(snum);

		/* A look-up is cheaper than parsing all of a share's options */
		if (!used ||
		    lp_parm_const_string(snum, SG_OPTION_PREFIX, name, NULL) ==
			    NULL) {
			continue;
		}
		enforces = share_enforces(policy, facts, snum, option);
	}
	return enforces;
}

/*
 * smbd has set up signing for this connection already, SMB1's state and the
 * flag of SMB2: it does so again.
 */
static bool require_signing(struct smbXsrv_connection *xconn)
{
	bool ok;

	ok = set_for_client("server signing", "mandatory");
	if (ok) {
		ok = srv_init_signing(xconn);
	}
	return ok && xconn->smb2.signing_mandatory;
}

bool sg_knob_connection(const struct sg_policy *policy,
			const struct sg_facts *facts,
			struct smbXsrv_connection *xconn)
{
	bool sign = anybody_enforces(policy, facts, SG_OPTION_SIGNING);
	bool auth = anybody_enforces(policy, NULL, SG_OPTION_GUEST) ||
		    anybody_enforces(policy, NULL, SG_OPTION_NTLM);
	bool ok;

	ok = set_floor(sg_policy_floor(policy, facts)) &&
	     narrow_algorithms(policy, facts);
	if (ok && sign) {
		ok = require_signing(xconn);
	}
	if (ok && auth && lp_lanman_auth()) {
		ok = set_for_client("lanman auth", "no");
	}
	if (ok && auth && !lp_encrypt_passwords()) {
		ok = set_for_client("encrypt passwords", "yes");
	}
	return ok;
}

/* note (2) */
static bool raise_to(int snum, enum smb_encryption_setting least)
{
	if (lp_server_smb_encrypt(snum) >= (int)least) {
		return true;
	}
	return lp_do_parameter(snum,
			       ENCRYPT,
			       least == SMB_ENCRYPTION_REQUIRED ? "required"
								: "desired");
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

static bool close_share(struct sg_client_state *client, int snum)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_verdict verdict = {
		.outcome = SG_DENIED,
		.option = "vfs objects",
		.scope = lp_const_servicename(snum),
	};
	struct sg_facts *facts = sg_facts_blind(frame);

	verdict.reason = talloc_asprintf(
		frame,
		"Nobody can use [%s]: it has smbguard options, and smbd does "
		"not ask smbguard about it. Add smbguard to its \"vfs "
		"objects\"; a printer can have smbguard:encryption alone.",
		verdict.scope);
	if (facts != NULL && verdict.reason != NULL) {
		sg_record_policy_error(client, facts, &verdict);
	}
	TALLOC_FREE(frame);
	return lp_do_parameter(snum, "available", "no");
}

static bool raise_share(struct sg_client_state *client,
			const struct sg_policy *policy,
			int snum)
{
	bool guarded = is_guarded(snum);
	bool wanted = false;
	bool ok = true;

	if (lp_parm_const_string(snum, SG_OPTION_PREFIX, "encryption", NULL) !=
	    NULL) {
		wanted = share_enforces(policy,
					NULL,
					snum,
					SG_OPTION_ENCRYPTION);
	}
	if (wanted) {
		ok = raise_to(snum,
			      guarded && !client->smb1
				      ? SMB_ENCRYPTION_DESIRED
				      : SMB_ENCRYPTION_REQUIRED);
	}
	if (!guarded && needs_gate(policy, snum)) {
		ok = close_share(client, snum) && ok;
	}
	return ok;
}

static bool raise_all(struct sg_client_state *client,
		      const struct sg_policy *policy)
{
	int num = lp_numservices();
	bool all_ok = true;
	bool everywhere;
	int snum;

	everywhere = sg_policy_enforces(policy, NULL, SG_OPTION_ENCRYPTION);
	if (everywhere) {
		all_ok = raise_to(SG_GLOBAL_SNUM, SMB_ENCRYPTION_DESIRED);
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

bool sg_knob_raise_encryption(struct sg_client_state *client,
			      const struct sg_settings *global,
			      bool session_can)
{
	const struct sg_policy policy = {.global = global, .now = time(NULL)};
	bool ok = true;

	if (session_can) {
		ok = raise_all(client, &policy);
	}
	/* note (3) */
	client->marked_snum = lp_servicenumber(MARKED_SHARE);
	if (client->marked_snum >= 0) {
		ok = lp_do_parameter(client->marked_snum,
				     MARKER,
				     MARKER_TEXT) &&
		     ok;
	}
	return ok;
}

bool sg_knob_raised(const struct sg_client_state *client)
{
	return client->marked_snum < 0 ||
	       lp_max_reported_print_jobs(client->marked_snum) == MARKER_VALUE;
}

bool sg_knob_encrypt_session(void)
{
	bool ok;

	ok = lp_do_parameter(SG_GLOBAL_SNUM, ENCRYPT, "required");
	return ok &&
	       lp_server_smb_encrypt(SG_GLOBAL_SNUM) == SMB_ENCRYPTION_REQUIRED;
}

void sg_knob_encrypt_tree(struct smbXsrv_tcon *tcon)
{
	tcon->global->encryption_flags |=
		SMBXSRV_ENCRYPTION_REQUIRED | SMBXSRV_ENCRYPTION_DESIRED;
}

void sg_knob_sign_session(struct smbXsrv_session *session)
{
	session->global->signing_flags |= SMBXSRV_SIGNING_REQUIRED;
}

struct sg_refused_tree {
	int snum;
	char *preexec; /* as written, with its %-variables */
	bool close;
};

static int refused_tree_destructor(struct sg_refused_tree *refused)
{
	(void)lp_do_parameter(refused->snum, ROOT_PREEXEC, refused->preexec);
	(void)lp_do_parameter(refused->snum,
			      ROOT_PREEXEC_CLOSE,
			      refused->close ? "yes" : "no");
	return 0;
}

struct sg_refused_tree *sg_knob_refuse_tree(TALLOC_CTX *mem_ctx, int snum)
{
	struct sg_refused_tree *refused = NULL;
	bool ok;

	refused = talloc_zero(mem_ctx, struct sg_refused_tree);
	if (refused == NULL) {
		return NULL;
	}
	refused->snum = snum;
	refused->close = lp_root_preexec_close(snum);
	refused->preexec =
		lp_root_preexec(refused, lpcfg_noop_substitution(), snum);
	if (refused->preexec == NULL) {
		TALLOC_FREE(refused);
		return NULL;
	}
	talloc_set_destructor(refused, refused_tree_destructor);

	ok = lp_do_parameter(snum, ROOT_PREEXEC, "exit 1") &&
	     lp_do_parameter(snum, ROOT_PREEXEC_CLOSE, "yes");
	if (!ok) {
		TALLOC_FREE(refused);
	}
	return refused;
}
