/*
 * smbguard: all session setups through SPNEGO
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd finds SPNEGO, through which all its session setups go but those of SMB1
 * without extended security, by OID in a list sorted by priority. A mechanism
 * with SPNEGO's OID is put before it: Samba's own table, with update and
 * session_info going through here first. Authentication itself stays Samba's.
 *
 * gensec serves RPC and others as well. Only contexts of an SMB session setup
 * are watched: auth_find.h.
 *
 * How it fails: an error of session_info refuses the session. If the mechanism
 * did not come out first in the list, or gensec is not the one that we were
 * built for, the caller is told.
 */

#include "smbd/samba.h"
#include "smbd/later.h"
#include "smbd/auth_find.h"
#include "smbd/layout.h"
#include "smbd/passwords.h"
#include "smbd/spnego.h"

#include "core/wire/token.h"

#include <tevent.h>
#include "../lib/util/tevent_ntstatus.h"

#define OUR_NAME "smbguard-spnego"
#define REAL_NAME "spnego"

/*
 * gensec keeps a pointer to the table for the life of the process and hands
 * our functions no other way to find the real one: statics, written once at
 * start.
 */
static struct gensec_security_ops our_ops;
static const struct gensec_security_ops *real_ops;
static const struct sg_logon_hooks *gate;

struct update_state {
	struct tevent_context *ev;
	struct gensec_security *gensec;
	DATA_BLOB out;
	NTSTATUS status;
};

/* Is it a session setup of a client's? */
static bool find(TALLOC_CTX *mem_ctx,
		 struct gensec_security *gensec,
		 struct sg_logon *logon)
{
	const char *problem = NULL;

	return sg_auth_logon(mem_ctx, gensec, logon, &problem) == SG_AUTH_LOGON;
}

/*
 * A failure that no password check has told of: a ticket, a message that was
 * not understood. Returns how long its answer must wait.
 */
static unsigned tell_failure(struct gensec_security *gensec, NTSTATUS failure)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_logon logon = {.client = NULL};
	unsigned msec = 0;
	bool found = find(frame, gensec, &logon);

	if (found && !logon.shown->failure_told) {
		logon.shown->mechanism = sg_auth_mechanism(gensec, logon.shown);
		gate->failed(&logon, nt_errstr(failure));
		logon.shown->mechanism = NULL;
		logon.shown->failure_told = true;
		msec = gate->wait(&logon, true);
	}
	TALLOC_FREE(frame);
	return msec;
}

static NTSTATUS judge(TALLOC_CTX *frame,
		      struct gensec_security *gensec,
		      const struct auth_session_info *info)
{
	struct sg_logon logon = {.client = NULL};
	const char *problem = NULL;
	const char *mechanism = NULL;
	bool allowed = true;

	switch (sg_auth_logon(frame, gensec, &logon, &problem)) {
	case SG_AUTH_NONE:
		break;
	case SG_AUTH_LOGON:
		mechanism = sg_auth_mechanism(gensec, logon.shown);
		logon.shown->mechanism = talloc_strdup(logon.shown, mechanism);
		allowed = gate->judge(&logon, info);
		break;
	case SG_AUTH_GONE: /* nobody is left to be served */
		allowed = false;
		break;
	case SG_AUTH_PROBLEM:
		allowed = gate->judge_blindly(sg_client_here(), problem);
		break;
	}
	return allowed ? NT_STATUS_OK : NT_STATUS_ACCESS_DENIED;
}

static NTSTATUS find_out_who(struct gensec_security *gensec,
			     TALLOC_CTX *mem_ctx,
			     struct auth_session_info **session_info,
			     unsigned *msec)
{
	TALLOC_CTX *frame = NULL;
	NTSTATUS status;

	status = real_ops->session_info(gensec, mem_ctx, session_info);
	if (!NT_STATUS_IS_OK(status)) {
		*msec = tell_failure(gensec, status);
		return status;
	}
	frame = talloc_stackframe();
	status = judge(frame, gensec, *session_info);
	if (!NT_STATUS_IS_OK(status)) {
		TALLOC_FREE(*session_info);
	}
	TALLOC_FREE(frame);
	return status;
}

static NTSTATUS our_session_info(struct gensec_security *gensec,
				 TALLOC_CTX *mem_ctx,
				 struct auth_session_info **session_info)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_logon logon = {.client = NULL};
	unsigned msec = 0;
	bool found = find(frame, gensec, &logon);

	TALLOC_FREE(frame);
	if (found && logon.shown->judged != NULL) {
		*session_info = talloc_move(mem_ctx, &logon.shown->judged);
		return NT_STATUS_OK;
	}
	return find_out_who(gensec, mem_ctx, session_info, &msec);
}

/* How long an answer has to wait that a verdict, and no failure, refuses. */
static unsigned wait_of(const struct sg_logon *logon, bool refused)
{
	const struct sg_claims *claims = logon->shown->claims;

	/* Only who has guessed right must be taken for one who has not. */
	return gate->wait(logon,
			  refused && claims != NULL &&
				  claims->account != NULL &&
				  !logon->shown->failure_told);
}

/*
 * It has proved who it is. smbd would ask who that is, and be refused, when it
 * is too late for a late answer. So that is asked here, and kept for smbd.
 *
 * The encryption that a UNIX client sets up at SMB1 makes no session, so smbd
 * never asks.
 */
static NTSTATUS judge_early(struct gensec_security *gensec, unsigned *msec)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_logon logon = {.client = NULL};
	struct auth_session_info *info = NULL;
	NTSTATUS status = NT_STATUS_OK;
	bool found = find(frame, gensec, &logon);

	if (!found) {
		TALLOC_FREE(frame);
		return NT_STATUS_OK;
	}
	status = find_out_who(gensec, logon.shown, &info, msec);
	if (*msec == 0) {
		*msec = wait_of(&logon, !NT_STATUS_IS_OK(status));
	}
	if (logon.kind == SG_LOGON_ENCRYPTION) {
		TALLOC_FREE(info);
	}
	logon.shown->judged = info; /* NULL where it is refused */
	TALLOC_FREE(frame);
	return status;
}

/*
 * A right password may not be all: SPNEGO can want a checksum yet, and to be asked
 * for it tells that the password was right. Who that is, nobody can ask before.
 */
static NTSTATUS end_hopeless(struct gensec_security *gensec, unsigned *msec)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_logon logon = {.client = NULL};
	NTSTATUS status = NT_STATUS_MORE_PROCESSING_REQUIRED;
	bool found = find(frame, gensec, &logon);
	bool hopeless = false;

	if (found && logon.shown->answer_at != 0) {
		logon.shown->mechanism = sg_auth_mechanism(gensec, logon.shown);
		hopeless = gate->hopeless(&logon);
		logon.shown->mechanism = NULL;
	}
	if (hopeless) {
		status = NT_STATUS_ACCESS_DENIED;
		*msec = tell_failure(gensec, status);
	}
	TALLOC_FREE(frame);
	return status;
}

/* Where no password would do, the answer does not tell whether one was right. */
static NTSTATUS told_status(struct gensec_security *gensec, NTSTATUS status)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_logon logon = {.client = NULL};
	bool found = find(frame, gensec, &logon);

	if (found && logon.shown->closed) {
		status = NT_STATUS_ACCESS_DENIED;
	}
	TALLOC_FREE(frame);
	return status;
}

/*
 * Has smbd ended its session while the answer waited? For a logoff, or for
 * another request of the same setup. Whatever it is waits for this one then; with
 * any other error this one would wait for that in turn, both for ever.
 */
static bool is_ended(struct gensec_security *gensec)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_logon logon = {.client = NULL};
	bool ended = find(frame, gensec, &logon) && logon.ended;

	TALLOC_FREE(frame);
	return ended;
}

static void update_done(struct tevent_req *subreq);

/* Look at what the client sent, and have its password watched. */
static void look_at(struct gensec_security *gensec, const DATA_BLOB in)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_logon logon = {.client = NULL};
	const char *problem = NULL;
	enum sg_auth_found found;
	bool ok = true;

	found = sg_auth_logon(frame, gensec, &logon, &problem);
	if (found == SG_AUTH_LOGON) {
		logon.shown->kerberos_offered =
			logon.shown->kerberos_offered ||
			sg_token_offers_kerberos(in.data, in.length);
		logon.shown->failure_told = false;
		logon.shown->closed = false;
		TALLOC_FREE(logon.shown->judged);
		gate->came(&logon);
		ok = sg_passwords_of_gensec(frame, gensec, gate, &problem);
	}
	if (!ok || found == SG_AUTH_PROBLEM) {
		(void)gate->judge_blindly(sg_client_here(), problem);
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
	struct update_state *state = NULL;

	req = tevent_req_create(mem_ctx, &state, struct update_state);
	if (req == NULL) {
		return NULL;
	}
	state->ev = ev;
	state->gensec = gensec;
	look_at(gensec, in);

	subreq = real_ops->update_send(state, ev, gensec, in);
	if (tevent_req_nomem(subreq, req)) {
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(subreq, update_done, req);
	return req;
}

static void update_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct update_state *state = tevent_req_data(req, struct update_state);
	unsigned msec = 0;
	bool more;

	state->status = real_ops->update_recv(subreq, state, &state->out);
	TALLOC_FREE(subreq);
	more = NT_STATUS_EQUAL(state->status,
			       NT_STATUS_MORE_PROCESSING_REQUIRED);
	if (is_ended(state->gensec)) {
		state->status = NT_STATUS_USER_SESSION_DELETED;
		msec = tell_failure(state->gensec, state->status);
	} else if (NT_STATUS_IS_OK(state->status)) {
		state->status = judge_early(state->gensec, &msec);
	} else if (more) {
		state->status = end_hopeless(state->gensec, &msec);
	} else {
		msec = tell_failure(state->gensec, state->status);
	}
	more = NT_STATUS_EQUAL(state->status,
			       NT_STATUS_MORE_PROCESSING_REQUIRED);
	if (!NT_STATUS_IS_OK(state->status) && !more) {
		state->status = told_status(state->gensec, state->status);
	}
	sg_done_in(req, state->ev, msec);
}

static NTSTATUS our_update_recv(struct tevent_req *req,
				TALLOC_CTX *mem_ctx,
				DATA_BLOB *out)
{
	struct update_state *state = tevent_req_data(req, struct update_state);
	NTSTATUS status;

	*out = data_blob_null;
	if (tevent_req_is_nterror(req, &status)) {
		tevent_req_received(req);
		return status;
	}
	status = state->status;
	if (GENSEC_UPDATE_IS_NTERROR(status) && is_ended(state->gensec)) {
		status = NT_STATUS_USER_SESSION_DELETED;
	}
	*out = state->out;
	talloc_steal(mem_ctx, out->data);
	tevent_req_received(req);
	return status;
}

/* Register first and fill in later: gensec sorts once, in gensec_init(). */
const char *sg_spnego_watch(TALLOC_CTX *mem_ctx,
			    const struct sg_logon_hooks *hooks)
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
	gate = hooks;
	our_ops = *real_ops;
	our_ops.name = OUR_NAME;
	our_ops.priority = GENSEC_SPNEGO + 1;
	our_ops.update_send = our_update_send;
	our_ops.update_recv = our_update_recv;
	our_ops.session_info = our_session_info;
	return NULL;
}
