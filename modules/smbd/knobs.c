/*
 * smbguard: knobs into smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A parameter set as if on the command line survives reloads, but then smbd
 * ignores it in every section of smb.conf. That is right for "server min
 * protocol", a global one; for "server smb encrypt", which a share may have, it
 * would undo what the administrator wrote there. So the latter is set where it
 * belongs and is set again after each reload.
 *
 * With "server smb encrypt = required" smbd refuses before any hook and nothing
 * could be recorded; with "desired" it tells the client to encrypt, and the
 * gates refuse who cannot.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/knobs.h"
#include "smbd/record.h"
#include "smbd/state.h"

#include "core/exception.h"
#include "core/rows.h"

#define MIN_PROTOCOL "server min protocol"
#define ENCRYPT "server smb encrypt"
#define OVER_QUIC "server smb encryption over quic"
#define ROOT_PREEXEC "root preexec"
#define ROOT_PREEXEC_CLOSE "root preexec close"
#define REFUSE "exit 1"

/* A value that smbd does not understand must not pass for set. */
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
		   int (*id_of)(const char *name))
{
	TALLOC_CTX *frame = talloc_stackframe();
	char *list = talloc_strdup(frame, "");
	bool ok = true;
	size_t i;

	for (i = 0; native != NULL && native[i] != NULL; i++) {
		int id = id_of(native[i]);

		if (id >= 0 && id < 32 && (mask & 1U << id) != 0) {
			list = talloc_asprintf_append(list, "%s ", native[i]);
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

static int cipher_from_name(const char *name)
{
	return sg_cipher_from_name(name);
}

bool sg_knob_algorithms(const struct sg_policy *policy,
			const struct sg_facts *facts)
{
	bool ciphers = sg_policy_enforces(policy, facts, SG_RULE_CIPHERS);
	bool signers = sg_policy_enforces(policy, facts, SG_RULE_SIGNERS);
	bool ok = true;

	if (ciphers) {
		ok = narrow("server smb3 encryption algorithms",
			    lp_server_smb3_encryption_algorithms(),
			    policy->global->encryption_algorithms,
			    cipher_from_name);
	}
	if (ok && signers) {
		ok = narrow("server smb3 signing algorithms",
			    lp_server_smb3_signing_algorithms(),
			    policy->global->signing_algorithms,
			    sg_signing_from_name);
	}
	return ok;
}

static bool anybody_enforces(const struct sg_policy *policy,
			     const struct sg_facts *facts,
			     enum sg_rule rule)
{
	const struct sg_option *option = sg_rule_option(rule);
	int num = lp_numservices();
	int snum;
	bool enforces;

	enforces = sg_policy_enforces(policy, facts, rule);
	/* Services that are no shares are templates of others. */
	for (snum = 0; !enforces && snum < num; snum++) {
		bool set = sg_config_is_set(policy->global, snum, option);

		enforces = set &&
			   sg_config_share_enforces(policy, facts, snum, rule);
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

/* Does it matter who logs on? */
static bool goes_by_accounts(const struct sg_settings *global)
{
	size_t i;

	if (sg_mode_of(global, NULL) != SG_MODE_ENFORCE) {
		return false;
	}
	for (i = 0; i < global->num_exceptions; i++) {
		if (global->exceptions[i].users != NULL ||
		    global->exceptions[i].groups != NULL) {
			return true;
		}
	}
	return sg_option_number(&sg_option_failure_delay, global) > 0;
}

bool sg_knob_rules_out_passwords(const struct sg_policy *policy)
{
	const struct sg_option *const *row = NULL;
	bool rules_out = goes_by_accounts(policy->global);

	for (row = sg_option_table(); !rules_out && *row != NULL; row++) {
		rules_out = (*row)->by_logon &&
			    anybody_enforces(policy, NULL, (*row)->rule);
	}
	return rules_out;
}

/*
 * Or smbd would tell nobody to encrypt who comes over QUIC, and pass over what
 * the logon gate sets for his session.
 */
static bool encrypt_over_quic(const struct sg_policy *policy,
			      const struct sg_facts *facts)
{
	bool ok;

	if (sg_lp_encrypts_over_quic() ||
	    !anybody_enforces(policy, facts, SG_RULE_ENCRYPTION)) {
		return true;
	}
	ok = set_for_client(OVER_QUIC, "yes");
	return ok && sg_lp_encrypts_over_quic();
}

bool sg_knob_connection(const struct sg_policy *policy,
			const struct sg_facts *facts,
			struct smbXsrv_connection *xconn)
{
	bool sign = anybody_enforces(policy, facts, SG_RULE_SIGNING);
	bool auth = sg_knob_rules_out_passwords(policy);
	bool ok;

	ok = set_floor(sg_policy_floor(policy, facts));
	if (ok && sign) {
		ok = require_signing(xconn);
	}
	if (ok) {
		ok = encrypt_over_quic(policy, facts);
	}
	if (ok && auth && lp_lanman_auth()) {
		ok = set_for_client("lanman auth", "no");
	}
	if (ok && auth && !lp_encrypt_passwords()) {
		ok = set_for_client("encrypt passwords", "yes");
	}
	return ok;
}

bool sg_knob_encrypt_session(void)
{
	bool ok;

	ok = lp_do_parameter(SG_GLOBAL_SNUM, ENCRYPT, "required");
	return ok && sg_lp_server_smb_encrypt(SG_GLOBAL_SNUM) ==
			     SMB_ENCRYPTION_REQUIRED;
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

/* smbd takes anything for a parameter of its command line, and changes none. */
static bool refusal_took(TALLOC_CTX *mem_ctx, int snum)
{
	char *preexec =
		lp_root_preexec(mem_ctx, lpcfg_noop_substitution(), snum);
	bool took = preexec != NULL && strcmp(preexec, REFUSE) == 0 &&
		    lp_root_preexec_close(snum);

	TALLOC_FREE(preexec);
	return took;
}

struct sg_refused_tree *sg_knob_refuse_tree(TALLOC_CTX *mem_ctx, int snum)
{
	struct sg_refused_tree *refused = NULL;
	bool ok;

	/* Without a share of its own, [global]'s would be set, to no effect. */
	if (snum < 0) {
		return NULL;
	}
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

	ok = lp_do_parameter(snum, ROOT_PREEXEC, REFUSE) &&
	     lp_do_parameter(snum, ROOT_PREEXEC_CLOSE, "yes") &&
	     refusal_took(refused, snum);
	if (!ok) {
		TALLOC_FREE(refused);
	}
	return refused;
}
