/*
 * smbguard: each password that smbd checks
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * struct auth4_context (auth/common_auth.h) is the table of functions that
 * smbd calls for every password. In one that is watched, the check goes
 * through here first and then to who was there before. What a client claims,
 * and how it was taken, is what smbd itself made of it.
 *
 * A failure that "map to guest" turns into a guest is OK to smbd, with a guest
 * for a result; the claimed name is still there.
 *
 * How it fails: a context that cannot be watched is left as it is, and the
 * caller is told. Without memory a check fails as it does in smbd.
 */

#include "smbd/samba.h"
#include "smbd/later.h"
#include "smbd/auth_find.h"
#include "smbd/claims.h"
#include "smbd/layout.h"
#include "smbd/passwords.h"

#include <tevent.h>
#include "../lib/util/tevent_ntstatus.h"

/* A child of the context that is watched. */
struct watch {
	const struct sg_logon_hooks *hooks;
	struct gensec_security *gensec;	  /* NULL: SMB1's */
	struct smbXsrv_connection *xconn; /* NULL: gensec's */
	struct sg_session_state *shown;	  /* of the last check, SMB1's */

	struct tevent_req *(*check_send)(
		TALLOC_CTX *mem_ctx,
		struct tevent_context *ev,
		struct auth4_context *context,
		const struct auth_usersupplied_info *user_info);
	NTSTATUS(*check_recv)
	(struct tevent_req *req,
	 TALLOC_CTX *mem_ctx,
	 uint8_t *authoritative,
	 void **server_info,
	 DATA_BLOB *nt_key,
	 DATA_BLOB *lm_key);
	NTSTATUS(*session_info)
	(struct auth4_context *context,
	 TALLOC_CTX *mem_ctx,
	 void *server_info,
	 const char *name,
	 uint32_t flags,
	 struct auth_session_info **info);
};

static struct watch *watch_of(struct auth4_context *context)
{
	return sg_passwords_state(context, sizeof(struct watch), false);
}

/* Whose password it is. False: no SMB session's, or it cannot be known. */
static bool logon_of(TALLOC_CTX *mem_ctx,
		     const struct watch *watch,
		     struct sg_logon *logon)
{
	const char *problem = NULL;

	if (watch->gensec != NULL) {
		return sg_auth_logon(mem_ctx, watch->gensec, logon, &problem) ==
		       SG_AUTH_LOGON;
	}
	*logon = (struct sg_logon){
		.client = sg_client_here(),
		.xconn = watch->xconn,
		.shown = watch->shown,
	};
	return logon->client != NULL && logon->shown != NULL;
}

struct check_state {
	struct tevent_context *ev;
	struct watch *watch;
	const struct auth_usersupplied_info *user_info;
	bool named; /* it was no anonymous logon */

	NTSTATUS status;
	uint8_t authoritative;
	void *server_info;
	DATA_BLOB nt_key;
	DATA_BLOB lm_key;
};

static bool became_guest(const struct check_state *state)
{
	/* Of an AD DC's own kind there is none: it maps nobody. */
	const struct auth_serversupplied_info *info =
		talloc_get_type(state->server_info,
				struct auth_serversupplied_info);

	return state->named && info != NULL && info->guest;
}

/* What the gate has to know of it. Returns how long its answer must wait. */
static unsigned tell(struct check_state *state)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct watch *watch = state->watch;
	struct sg_logon logon = {.client = NULL};
	bool guest = NT_STATUS_IS_OK(state->status) && became_guest(state);
	bool failed = !NT_STATUS_IS_OK(state->status) || guest;
	const char *mechanism = NULL;
	unsigned msec = 0;
	bool ok;

	ok = logon_of(frame, watch, &logon);
	if (!ok) {
		TALLOC_FREE(frame);
		return 0;
	}
	if (!failed) {
		sg_claims_proved(&logon);
		msec = watch->hooks->hold(&logon);
	} else {
		mechanism = logon.shown->mechanism;
		logon.shown->mechanism =
			watch->gensec != NULL ? "NTLMSSP" : mechanism;
		watch->hooks->failed(&logon,
				     guest ? "NT_STATUS_LOGON_FAILURE"
					   : nt_errstr(state->status));
		logon.shown->mechanism = mechanism;
		logon.shown->failure_told = true;
		msec = watch->hooks->wait(&logon, true);
	}
	/* SPNEGO's gate sees to its own answers. */
	if (failed && !guest && watch->xconn != NULL && logon.shown->closed) {
		state->status = NT_STATUS_ACCESS_DENIED;
	}
	TALLOC_FREE(frame);
	return msec;
}

static void check_done(struct tevent_req *subreq);

/* Keep what the client says of itself, for all events of this logon. */
static void note_claims(struct check_state *state)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct watch *watch = state->watch;
	struct sg_logon logon = {.client = NULL};
	bool ok;

	if (watch->xconn != NULL) {
		TALLOC_FREE(watch->shown);
		watch->shown = talloc_zero(watch, struct sg_session_state);
		if (watch->shown != NULL) {
			watch->shown->mechanism = "NTLM";
		}
	}
	ok = logon_of(frame, watch, &logon);
	if (ok) {
		talloc_free(discard_const(logon.shown->claims));
		logon.shown->claims =
			sg_claims_of(logon.shown, state->user_info);
		logon.shown->failure_told = false;
		logon.shown->closed = false;
		if (watch->xconn != NULL) {
			watch->hooks->came(&logon);
		}
	}
	TALLOC_FREE(frame);
}

static struct tevent_req *check_send(
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	struct auth4_context *context,
	const struct auth_usersupplied_info *user_info)
{
	struct tevent_req *req = NULL;
	struct tevent_req *subreq = NULL;
	struct check_state *state = NULL;
	const char *name = user_info->client.account_name;

	req = tevent_req_create(mem_ctx, &state, struct check_state);
	if (req == NULL) {
		return NULL;
	}
	state->ev = ev;
	state->watch = watch_of(context);
	state->user_info = user_info;
	state->named = name != NULL && name[0] != '\0';
	if (state->watch == NULL) {
		tevent_req_nterror(req, NT_STATUS_INTERNAL_ERROR);
		return tevent_req_post(req, ev);
	}
	note_claims(state);
	subreq = state->watch->check_send(state, ev, context, user_info);
	if (tevent_req_nomem(subreq, req)) {
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(subreq, check_done, req);
	return req;
}

static void check_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct check_state *state = tevent_req_data(req, struct check_state);
	unsigned msec;

	state->status = state->watch->check_recv(subreq,
						 state,
						 &state->authoritative,
						 &state->server_info,
						 &state->nt_key,
						 &state->lm_key);
	TALLOC_FREE(subreq);
	msec = tell(state);
	sg_done_in(req, state->ev, msec);
}

static void give_blob(TALLOC_CTX *mem_ctx, DATA_BLOB *from, DATA_BLOB *to)
{
	if (to != NULL) {
		*to = *from;
		to->data = talloc_move(mem_ctx, &from->data);
	}
}

static NTSTATUS check_recv(struct tevent_req *req,
			   TALLOC_CTX *mem_ctx,
			   uint8_t *authoritative,
			   void **server_info,
			   DATA_BLOB *nt_key,
			   DATA_BLOB *lm_key)
{
	struct check_state *state = tevent_req_data(req, struct check_state);
	NTSTATUS status;

	if (authoritative != NULL) {
		*authoritative = state->authoritative;
	}
	if (tevent_req_is_nterror(req, &status)) {
		tevent_req_received(req);
		return status;
	}
	status = state->status;
	if (NT_STATUS_IS_OK(status)) {
		if (server_info != NULL) {
			*server_info =
				talloc_move(mem_ctx, &state->server_info);
		}
		give_blob(mem_ctx, &state->nt_key, nt_key);
		give_blob(mem_ctx, &state->lm_key, lm_key);
	}
	tevent_req_received(req);
	return status;
}

/*
 * smbd does nothing else meanwhile, as while it checks such a password: a client
 * of SMB1 has a process for itself. What has been told was late already.
 */
static void finish(const struct watch *watch,
		   const struct sg_logon *logon,
		   bool allowed)
{
	bool late = !allowed && !logon->shown->failure_told;
	unsigned msec = watch->hooks->wait(logon, late);

	if (msec > 0) {
		smb_msleep(msec);
	}
}

/* SMB1's logons become sessions here; SPNEGO's have a gate of their own. */
static NTSTATUS session_info(struct auth4_context *context,
			     TALLOC_CTX *mem_ctx,
			     void *server_info,
			     const char *name,
			     uint32_t flags,
			     struct auth_session_info **info)
{
	TALLOC_CTX *frame = NULL;
	struct watch *watch = watch_of(context);
	struct sg_logon logon = {.client = NULL};
	NTSTATUS status;
	bool known;

	if (watch == NULL) {
		return NT_STATUS_INTERNAL_ERROR;
	}
	status = watch->session_info(context,
				     mem_ctx,
				     server_info,
				     name,
				     flags,
				     info);
	if (watch->xconn == NULL) {
		return status;
	}
	frame = talloc_stackframe();
	known = logon_of(frame, watch, &logon);
	if (NT_STATUS_IS_OK(status)) {
		bool allowed = known && watch->hooks->judge(&logon, *info);

		if (!allowed) {
			TALLOC_FREE(*info);
			status = NT_STATUS_ACCESS_DENIED;
		}
	} else if (known) {
		watch->hooks->failed(&logon, nt_errstr(status));
		status = logon.shown->closed ? NT_STATUS_ACCESS_DENIED : status;
	}
	if (known) {
		finish(watch, &logon, NT_STATUS_IS_OK(status));
	}
	TALLOC_FREE(frame);
	return status;
}

static bool context_fits(TALLOC_CTX *mem_ctx,
			 struct auth4_context *context,
			 const char **problem)
{
	return sg_layout_fits(mem_ctx,
			      SG_LAYOUT(context, struct auth4_context),
			      problem);
}

static bool watch_context(struct auth4_context *context,
			  const struct watch *how)
{
	struct watch *watch = watch_of(context);

	if (watch != NULL) {
		return true;
	}
	watch = sg_passwords_state(context, sizeof(struct watch), true);
	if (watch == NULL) {
		return false;
	}
	*watch = *how;
	watch->check_send = context->check_ntlm_password_send;
	watch->check_recv = context->check_ntlm_password_recv;
	watch->session_info = context->generate_session_info;
	context->check_ntlm_password_send = check_send;
	context->check_ntlm_password_recv = check_recv;
	context->generate_session_info = session_info;
	return true;
}

bool sg_passwords_of_gensec(TALLOC_CTX *mem_ctx,
			    struct gensec_security *gensec,
			    const struct sg_logon_hooks *hooks,
			    const char **problem)
{
	const struct watch how = {.hooks = hooks, .gensec = gensec};

	*problem = "out of memory";
	return context_fits(mem_ctx, gensec->auth_context, problem) &&
	       watch_context(gensec->auth_context, &how);
}

bool sg_passwords_of_smb1(TALLOC_CTX *mem_ctx,
			  struct smbXsrv_connection *xconn,
			  const struct sg_logon_hooks *hooks,
			  const char **problem)
{
	const struct watch how = {.hooks = hooks, .xconn = xconn};
	struct auth4_context *context = xconn->smb1.negprot.auth_context;

	*problem = "out of memory";
	/* With extended security there is none. */
	return context == NULL || (context_fits(mem_ctx, context, problem) &&
				   watch_context(context, &how));
}
