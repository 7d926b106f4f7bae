/*
 * smbguard: the sessions of an SMB1 connection, shown to us or not
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd makes a session for a logon without extended security that is anonymous,
 * or has an unencrypted password, with a table for passwords that exists for
 * that moment only, so nobody can watch it. But such a logon loads smb.conf like
 * any other, and its session is a talloc child of the table of sessions, as all
 * are. So after each load the table is looked through for sessions without a
 * state of ours.
 *
 * What was asked for is known from the message (smb1_look.h). smbd makes its
 * sessions in that order, and the first one that is missing has failed; it does
 * not come to those behind.
 *
 * How it fails: a session of another layout, or that memory does not suffice
 * for, is refused.
 */

#include "smbd/samba.h"
#include "smbd/layout.h"
#include "smbd/sessions.h"
#include "smbd/smb1_look.h"

#define SESSION_NAME "struct smbXsrv_session"

bool sg_sessions_expect(struct smbXsrv_connection *xconn,
			const struct sg_session_state *shown,
			const char *sid)
{
	struct sg_connection_state *conn = sg_connection_state(xconn);
	struct sg_session_state *logon = NULL;

	if (conn == NULL || sid == NULL) {
		return false;
	}
	logon = talloc_memdup(conn, shown, sizeof(*shown));
	if (logon == NULL) {
		return false;
	}
	logon->sid = talloc_strdup(logon, sid);
	logon->mechanism = talloc_strdup(logon, shown->mechanism);
	if (shown->claims != NULL) {
		logon->claims = talloc_reparent(shown, logon, shown->claims);
	}
	DLIST_ADD(conn->old_logons, logon);
	return logon->sid != NULL;
}

/* The sessions of a table, collected before anything is done to them. */
struct found {
	struct smbXsrv_session **sessions;
	size_t num;
	bool ok;
};

static void find_session(const void *ptr,
			 int depth,
			 int max_depth,
			 int is_ref,
			 void *private_data)
{
	struct found *found = private_data;
	struct smbXsrv_session **more = NULL;

	if (depth != 1 || is_ref ||
	    strcmp(talloc_get_name(ptr), SESSION_NAME) != 0) {
		return;
	}
	more = talloc_realloc(talloc_tos(),
			      found->sessions,
			      struct smbXsrv_session *,
			      found->num + 1);
	if (more == NULL) {
		found->ok = false;
		return;
	}
	more[found->num++] = discard_const(ptr);
	found->sessions = more;
}

static bool is_ready(TALLOC_CTX *mem_ctx, struct smbXsrv_session *session)
{
	const char *problem = NULL;
	bool ok;

	ok = sg_layout_fits(mem_ctx,
			    SG_LAYOUT(session, struct smbXsrv_session),
			    &problem) &&
	     sg_layout_fits(
		     mem_ctx,
		     SG_LAYOUT(session->global, struct smbXsrv_session_global0),
		     &problem);
	return ok && NT_STATUS_IS_OK(session->status) &&
	       session->global->auth_session_info != NULL;
}

void sg_sessions_each(struct smbXsrv_connection *xconn,
		      void (*fn)(struct smbXsrv_connection *xconn,
				 struct smbXsrv_session *session,
				 void *private_data),
		      void *private_data)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct found found = {.ok = true};
	size_t i;

	if (xconn->client->session_table != NULL) {
		talloc_report_depth_cb(xconn->client->session_table,
				       0,
				       1,
				       find_session,
				       &found);
	}
	if (!found.ok) {
		smb_panic("smbguard: out of memory");
	}
	/* talloc has the newest child first. */
	for (i = found.num; i > 0; i--) {
		bool ready = is_ready(frame, found.sessions[i - 1]);

		if (ready) {
			fn(xconn, found.sessions[i - 1], private_data);
		}
	}
	TALLOC_FREE(frame);
}

static struct sg_session_state *expected(struct smbXsrv_connection *xconn,
					 const struct smbXsrv_session *session)
{
	struct sg_connection_state *conn = sg_connection_state(xconn);
	const struct security_token *token =
		session->global->auth_session_info->security_token;
	struct sg_session_state *logon = NULL;
	struct dom_sid_buf buf;

	if (conn == NULL || token == NULL || token->num_sids == 0) {
		return NULL;
	}
	dom_sid_str_buf(&token->sids[0], &buf);
	for (logon = conn->old_logons; logon != NULL; logon = logon->next) {
		if (strcmp(logon->sid, buf.buf) == 0) {
			DLIST_REMOVE(conn->old_logons, logon);
			return logon;
		}
	}
	return NULL;
}

static bool is_users(const struct smbXsrv_session *session)
{
	return security_session_user_level(session->global->auth_session_info,
					   NULL) >= SECURITY_USER;
}

struct look {
	struct sg_client_state *client;
	const struct sg_logon_hooks *hooks;
};

/* smbd takes this for the answer to whatever comes with the session. */
static void shut(struct smbXsrv_connection *xconn,
		 struct smbXsrv_session *session,
		 void *private_data)
{
	const struct sg_session_state *state = sg_session_known(session);

	if (state != NULL && state->refused) {
		session->status = NT_STATUS_ACCESS_DENIED;
	}
}

void sg_sessions_shut(struct smbXsrv_connection *xconn)
{
	sg_sessions_each(xconn, shut, NULL);
}

/* smbd does not say why to anybody, but this is what it mostly is. */
static void tell_failure(const struct look *look, struct sg_logon *logon)
{
	look->hooks->failed(logon, "NT_STATUS_LOGON_FAILURE");
	logon->shown->failure_told = true;
}

/* asked: how it was asked for; NULL if that was not seen. */
static void judge_session(struct look *look,
			  struct smbXsrv_connection *xconn,
			  struct smbXsrv_session *session,
			  const struct sg_asked *asked)
{
	struct sg_session_state nothing = {.mechanism = NULL};
	struct sg_logon logon = {
		.client = look->client,
		.xconn = xconn,
		.shown = asked != NULL && asked->logon != NULL ? asked->logon
							       : &nothing,
		.session = session,
	};
	struct sg_session_state *state = NULL;
	bool allowed;

	if (asked != NULL && asked->named && !is_users(session)) {
		tell_failure(look, &logon);
	}
	allowed =
		look->hooks->judge(&logon, session->global->auth_session_info);
	state = sg_session_state(session);
	if (state == NULL) {
		smb_panic("smbguard: out of memory");
	}
	state->refused = !allowed;
	if (state->refused && look->client->trees != NULL) {
		shut(xconn, session, NULL);
	}
}

static void look_at(struct smbXsrv_connection *xconn,
		    struct smbXsrv_session *session,
		    void *private_data)
{
	struct look *look = private_data;
	const struct sg_asked *asked = NULL;
	struct sg_session_state *logon = NULL;

	if (sg_session_known(session) != NULL) {
		return;
	}
	asked = sg_smb1_asked(xconn);
	if (asked == NULL || asked->logon == NULL) {
		logon = expected(xconn, session);
	}
	if (logon != NULL) {
		(void)sg_session_keep(session, logon);
		TALLOC_FREE(logon);
	} else {
		judge_session(look, xconn, session, asked);
	}
	sg_smb1_asked_done(xconn);
}

void sg_sessions_look(struct sg_client_state *client,
		      const struct sg_logon_hooks *hooks)
{
	struct look look = {.client = client, .hooks = hooks};
	bool change = geteuid() != 0;

	if (!client->smb1 ||
	    (!client->sessions_due &&
	     sg_smb1_asked(global_smbXsrv_client->connections) == NULL)) {
		return;
	}
	client->sessions_due = false;
	if (change) {
		become_root();
	}
	sg_sessions_each(global_smbXsrv_client->connections, look_at, &look);
	if (change) {
		unbecome_root();
	}
}

void sg_sessions_end(struct sg_client_state *client,
		     const struct sg_logon_hooks *hooks)
{
	const struct look look = {.client = client, .hooks = hooks};
	struct smbXsrv_connection *xconn = global_smbXsrv_client->connections;
	struct sg_session_state nothing = {.mechanism = NULL};
	const struct sg_asked *asked = NULL;

	if (!client->smb1 || xconn == NULL) {
		return;
	}
	asked = sg_smb1_asked(xconn);
	if (asked != NULL && !asked->shown) {
		struct sg_logon logon = {
			.client = client,
			.xconn = xconn,
			.shown = asked->logon != NULL ? asked->logon : &nothing,
		};

		tell_failure(&look, &logon);
	}
	sg_smb1_asked_forget(xconn);
}
