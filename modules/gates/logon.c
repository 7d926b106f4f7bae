/*
 * smbguard/session.so: the session gate
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What: records each session setup with account, mechanism, dialect, cipher
 * and signing, each failed authentication with its status, and refuses who
 * does not meet what [global] demands of sessions. Failures may be answered
 * late ("auth failure delay").
 *
 * How: smbd finds SPNEGO, through which all its session setups go, by OID in
 * a list sorted by priority. This module puts a mechanism with SPNEGO's OID
 * before it: Samba's own table, with update and session_info going through
 * here first. Authentication itself stays Samba's.
 *
 * How it fails: an error of session_info refuses the session. Out of memory
 * is such an error, and so is a session that cannot be looked into where
 * [global] asks for something in enforce mode. If the mechanism
 * did not come out first in the list, or gensec is not the one that we were
 * built for, the gate does not report itself and the share gate refuses.
 *
 *  (1) gensec serves RPC and others as well. Only contexts of an SMB session
 *      setup are watched: those have a struct smbXsrv_session above them in
 *      the talloc tree, and stand in its list of pending authentications.
 *      That leads to the connection, also with several (multi-channel).
 *
 *  (2) During its update and session_info, Samba loads smb.conf again (for
 *      %U), which takes away what was raised for shares. So it is raised
 *      again after each, however they end: the next request may stand in the
 *      same message.
 *
 *  (3) SMB1 session setups without extended security do not come here. The
 *      share gate sees those as without a mechanism.
 *
 *  (4) Another channel has the session's own account and keys, however it was
 *      authenticated, and smbd may still refuse it. So what a session setup
 *      shows is kept with that, and becomes the session's when it is one.
 */

#include "smbd/samba.h"
#include "smbd/auth_failed.h"
#include "smbd/auth_find.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/knobs.h"
#include "smbd/layout.h"
#include "smbd/record.h"
#include "smbd/regress.h"
#include "smbd/tamper.h"

#include <tevent.h>
#include "../lib/util/tevent_ntstatus.h"

#define OUR_NAME "smbguard-spnego"
#define REAL_NAME "spnego"

/*
 * gensec keeps a pointer to the table for the life of the process and hands
 * our functions no other way to find the real one: the one static of this
 * module, written once at start.
 */
static struct gensec_security_ops our_ops;
static const struct gensec_security_ops *real_ops;

/* Carry out what was decided. Anything but OK refuses the session. */
static NTSTATUS apply(struct sg_client_state *client,
		      const struct sg_policy *policy,
		      const struct sg_facts *facts,
		      const struct sg_verdict *verdict)
{
	bool encrypt = sg_policy_enforces(policy, NULL, SG_OPTION_ENCRYPTION);
	bool user = !facts->guest && !facts->anonymous;
	bool denied = verdict->outcome == SG_DENIED;
	bool ok;

	if (!denied && (user || client->keys == SG_UNKNOWN)) {
		client->keys = user ? SG_YES : SG_NO;
	}
	/* note (2) */
	ok = sg_knob_raise_encryption(client, policy->global) && !denied;
	if (ok && encrypt && facts->can_encrypt) {
		ok = sg_knob_encrypt_session();
	}
	return ok ? NT_STATUS_OK : NT_STATUS_ACCESS_DENIED;
}

/* note (2), for where a session is not judged in the end. */
static void raise_if_loaded(void)
{
	bool raised = sg_knob_raised();

	if (!raised) {
		sg_knob_raise_again();
	}
}

/* Another channel of a session? */
static bool is_binding(const struct smbXsrv_session_auth0 *auth)
{
	return (auth->in_flags & SMB2_SESSION_FLAG_BINDING) != 0;
}

/* Neither another channel of a session nor its renewal? */
static bool is_first_setup(const struct smbXsrv_session_auth0 *auth)
{
	return !is_binding(auth) &&
	       auth->session->global->auth_session_info == NULL;
}

static NTSTATUS judge(TALLOC_CTX *frame,
		      struct gensec_security *gensec,
		      struct smbXsrv_session_auth0 *auth,
		      const struct auth_session_info *session_info)
{
	struct sg_client_state *client = sg_client_state(global_smbXsrv_client);
	struct sg_session_state *setup = sg_setup_state(auth);
	struct sg_facts *facts = sg_facts_connection(frame, auth->connection);
	struct sg_policy *policy = sg_config_policy(frame, SG_GLOBAL_SNUM);
	struct sg_event event = {.name = "session", .facts = facts};
	struct sg_verdict *verdict = NULL;
	struct sg_regression regression = {.what = NULL};
	struct sg_connection_state *conn =
		sg_connection_state(auth->connection);
	const char *mechanism = sg_auth_mechanism(gensec, setup);
	bool recorded;
	bool ok = true;
	NTSTATUS status;

	if (client == NULL || setup == NULL || facts == NULL ||
	    policy == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	setup->mechanism = talloc_strdup(setup, mechanism);
	sg_facts_add_mechanism(facts, setup);
	sg_facts_add_account(facts, session_info);
	sg_facts_add_session_setup(facts, auth);

	if (conn != NULL) {
		sg_regress_session(client,
				   conn,
				   policy->global,
				   facts,
				   &regression,
				   setup->kerberos_offered);
	}
	verdict = sg_decide(frame, SG_GATE_SESSION, policy, facts);
	if (verdict == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	status = apply(client, policy, facts, verdict);
	if (NT_STATUS_IS_OK(status)) {
		/* The knob decides about this; ask again. */
		sg_facts_add_session_setup(facts, auth);
	} else if (verdict->outcome != SG_DENIED) {
		*verdict = (struct sg_verdict){
			.outcome = SG_DENIED,
			.reason = "Refused: smbd did not take a parameter "
				  "that smbguard sets. Take \"server smb "
				  "encrypt\" and \"lm interval\" off smbd's "
				  "command line.",
		};
	}
	event.verdict = verdict;
	recorded = sg_record(client, policy, &event);
	if (!recorded) {
		return NT_STATUS_ACCESS_DENIED;
	}
	if (NT_STATUS_IS_OK(status) && !is_binding(auth)) {
		ok = sg_session_keep(auth->session, setup); /* note (4) */
	}
	if (!ok) {
		return NT_STATUS_NO_MEMORY;
	}
	if (NT_STATUS_IS_OK(status)) {
		sg_regress_keep_session(client, policy->global, facts);
		if (is_first_setup(auth)) {
			sg_tamper_await(client, auth->connection, facts);
		}
	}
	return status;
}

/* A session that cannot be looked into, in a smbd of another layout. */
static NTSTATUS judge_blindly(TALLOC_CTX *frame, const char *problem)
{
	struct sg_client_state *client = sg_client_state(global_smbXsrv_client);
	struct sg_settings *global = sg_config_load(frame, SG_GLOBAL_SNUM);

	if (client == NULL || global == NULL) {
		return NT_STATUS_NO_MEMORY;
	}
	client->gates &= ~SG_GATE_SESSION;
	sg_record_broken(client, "session", problem);
	if (sg_settings_ask(global) &&
	    sg_mode_of(global, NULL) == SG_MODE_ENFORCE) {
		return NT_STATUS_ACCESS_DENIED;
	}
	return NT_STATUS_OK;
}

static NTSTATUS our_session_info(struct gensec_security *gensec,
				 TALLOC_CTX *mem_ctx,
				 struct auth_session_info **session_info)
{
	TALLOC_CTX *frame = NULL;
	struct smbXsrv_session_auth0 *auth = NULL;
	const char *problem = NULL;
	NTSTATUS status;

	status = real_ops->session_info(gensec, mem_ctx, session_info);
	if (!NT_STATUS_IS_OK(status)) {
		raise_if_loaded();
		sg_auth_record_failed(gensec, status);
		return status;
	}
	frame = talloc_stackframe();
	auth = sg_auth_of(frame, gensec, &problem);
	if (auth != NULL) {
		status = judge(frame, gensec, auth, *session_info);
	} else if (problem != NULL) {
		status = judge_blindly(frame, problem);
	}
	if (!NT_STATUS_IS_OK(status)) {
		TALLOC_FREE(*session_info);
		raise_if_loaded();
	}
	TALLOC_FREE(frame);
	return status;
}

struct our_update_state {
	struct tevent_context *ev;
	struct gensec_security *gensec;
	DATA_BLOB out;
	NTSTATUS status;
};

static void our_update_done(struct tevent_req *subreq);
static void our_update_delayed(struct tevent_req *subreq);

/* Keep what the client says of itself for the events. */
static void note_claims(struct gensec_security *gensec, const DATA_BLOB in)
{
	TALLOC_CTX *frame = talloc_stackframe();
	const char *problem = NULL;
	struct smbXsrv_session_auth0 *auth =
		sg_auth_of(frame, gensec, &problem);
	struct sg_session_state *session = NULL;
	struct sg_ntlmssp *claims = NULL;

	if (auth != NULL) {
		session = sg_setup_state(auth);
	}
	if (session != NULL) {
		claims = sg_ntlmssp_parse(session, in.data, in.length);
		session->kerberos_offered =
			session->kerberos_offered ||
			sg_token_offers_kerberos(in.data, in.length);
	}
	if (claims != NULL) {
		talloc_free(discard_const(session->claims));
		session->claims = claims;
	}
	TALLOC_FREE(frame);
}

static struct tevent_req *our_update_send(TALLOC_CTX *mem_ctx,
					  struct tevent_context *ev,
					  struct gensec_security *gensec,
					  const DATA_BLOB in)
{
	struct tevent_req *req = NULL;
	struct tevent_req *subreq = NULL;
	struct our_update_state *state = NULL;

	req = tevent_req_create(mem_ctx, &state, struct our_update_state);
	if (req == NULL) {
		return NULL;
	}
	state->ev = ev;
	state->gensec = gensec;
	note_claims(gensec, in);

	subreq = real_ops->update_send(state, ev, gensec, in);
	if (tevent_req_nomem(subreq, req)) {
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(subreq, our_update_done, req);
	return req;
}

/* How late a failure is answered; not in audit mode, which touches nothing. */
static unsigned failure_delay(void)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_settings *global = sg_config_load(frame, SG_GLOBAL_SNUM);
	unsigned delay = 0;

	if (global != NULL && sg_mode_of(global, NULL) == SG_MODE_ENFORCE) {
		delay = global->auth_failure_delay;
	}
	TALLOC_FREE(frame);
	return delay;
}

static void our_update_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct our_update_state *state =
		tevent_req_data(req, struct our_update_state);
	unsigned delay;

	state->status = real_ops->update_recv(subreq, state, &state->out);
	TALLOC_FREE(subreq);
	if (NT_STATUS_IS_OK(state->status)) {
		tevent_req_done(req);
		return;
	}
	raise_if_loaded();
	if (NT_STATUS_EQUAL(state->status,
			    NT_STATUS_MORE_PROCESSING_REQUIRED)) {
		tevent_req_done(req);
		return;
	}
	sg_auth_record_failed(state->gensec, state->status);
	delay = failure_delay();
	if (delay > 0) {
		subreq = tevent_wakeup_send(state,
					    state->ev,
					    timeval_current_ofs_msec(delay));
	}
	if (subreq == NULL) {
		tevent_req_nterror(req, state->status);
		return;
	}
	tevent_req_set_callback(subreq, our_update_delayed, req);
}

static void our_update_delayed(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct our_update_state *state =
		tevent_req_data(req, struct our_update_state);

	(void)tevent_wakeup_recv(subreq);
	TALLOC_FREE(subreq);
	tevent_req_nterror(req, state->status);
}

static NTSTATUS our_update_recv(struct tevent_req *req,
				TALLOC_CTX *mem_ctx,
				DATA_BLOB *out)
{
	struct our_update_state *state =
		tevent_req_data(req, struct our_update_state);
	NTSTATUS status;

	*out = data_blob_null;
	if (tevent_req_is_nterror(req, &status)) {
		tevent_req_received(req);
		return status;
	}
	status = state->status;
	*out = state->out;
	talloc_steal(mem_ctx, out->data);
	tevent_req_received(req);
	return status;
}

/* Register first and fill in later: gensec sorts once, in gensec_init(). */
static const char *gate_register(TALLOC_CTX *mem_ctx)
{
	static const char *oids[] = {GENSEC_OID_SPNEGO, NULL};
	const struct gensec_security_ops *first = NULL;
	const char *problem = "out of memory";
	NTSTATUS status;
	bool ok;

	ok = sg_layout_gensec_fits(mem_ctx, &problem);
	if (!ok) {
		return problem;
	}
	our_ops = (struct gensec_security_ops){
		.name = OUR_NAME,
		.oid = oids,
		.priority = GENSEC_SPNEGO + 1,
	};
	status = gensec_register(NULL, &our_ops);
	if (!NT_STATUS_IS_OK(status)) {
		return "gensec did not take the mechanism";
	}
	status = gensec_init();
	if (!NT_STATUS_IS_OK(status)) {
		return "gensec did not start";
	}
	real_ops = gensec_security_by_name(NULL, REAL_NAME);
	first = gensec_security_by_oid(NULL, GENSEC_OID_SPNEGO);
	if (real_ops == NULL || first != &our_ops) {
		return "gensec had been started before";
	}
	our_ops = *real_ops;
	our_ops.name = OUR_NAME;
	our_ops.priority = GENSEC_SPNEGO + 1;
	our_ops.update_send = our_update_send;
	our_ops.update_recv = our_update_recv;
	our_ops.session_info = our_session_info;
	return NULL;
}

NTSTATUS samba_init_module(TALLOC_CTX *ctx);

/*
 * Always OK: smbd would unload a module that says otherwise, while smbd's
 * memory holds destructors of ours. A gate that is not at work is known by
 * its absence from the client's state.
 */
NTSTATUS samba_init_module(TALLOC_CTX *ctx)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_client_state *client = NULL;
	const char *problem = NULL;

	if (global_smbXsrv_client == NULL) {
		/* not the process of a connection */
		TALLOC_FREE(frame);
		return NT_STATUS_OK;
	}
	client = sg_client_state(global_smbXsrv_client);
	if (client == NULL) {
		DBG_ERR("smbguard: session gate: out of memory\n");
		TALLOC_FREE(frame);
		return NT_STATUS_OK;
	}
	problem = gate_register(frame);
	if (problem != NULL) {
		sg_record_broken(client, "session", problem);
		TALLOC_FREE(frame);
		return NT_STATUS_OK;
	}
	client->gates |= SG_GATE_SESSION;
	TALLOC_FREE(frame);
	return NT_STATUS_OK;
}
