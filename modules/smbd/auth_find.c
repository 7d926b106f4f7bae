/*
 * smbguard: the SMB logon that a gensec context serves
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SMB1 and SMB2 both keep the context below the struct smbXsrv_session in the
 * talloc tree (though not at the same place), and in its list of pending
 * authentications. One without such a parent serves SMB1's own encryption for
 * UNIX clients, which checks a password as well (Samba's smbd/seal.c).
 *
 * How it fails: a struct of another layout is a problem to be told, and no
 * result.
 */

#include "smbd/samba.h"
#include "smbd/auth_find.h"
#include "smbd/layout.h"
#include "smbd/tree_find.h"

/* Where a SESSION_SETUP request has them, MS-SMB2 2.2.5 */
#define SETUP_FLAGS_AT 2
#define SETUP_SECURITY_MODE_AT 3

static bool session_fits(TALLOC_CTX *mem_ctx,
			 const struct smbXsrv_session *session,
			 const char **problem)
{
	return sg_layout_fits(mem_ctx,
			      SG_LAYOUT(session, struct smbXsrv_session),
			      problem) &&
	       sg_layout_fits(mem_ctx,
			      SG_LAYOUT(session->global,
					struct smbXsrv_session_global0),
			      problem);
}

/* A logon through SPNEGO as smbd keeps it. */
struct setup {
	struct smbXsrv_session *session;
	struct smbXsrv_session_auth0 *auth;
	struct smbXsrv_connection *xconn;
	bool ended; /* see struct sg_logon */
};

static bool is_connected(const struct smbXsrv_connection *xconn)
{
	const struct smbXsrv_connection *x = NULL;

	for (x = global_smbXsrv_client->connections; x != NULL; x = x->next) {
		if (x == xconn) {
			return true;
		}
	}
	return false;
}

/*
 * smbd has taken it off its list: the channel was given up, by its client or for
 * another request that failed. What is under way goes on, and where it came
 * from is known from before.
 */
static void find_ended(struct gensec_security *gensec, struct setup *setup)
{
	struct sg_session_state *shown = NULL;

	setup->auth = talloc_find_parent_byname(gensec,
						"struct smbXsrv_session_auth0");
	if (setup->auth != NULL) {
		shown = sg_setup_state(setup->auth);
	}
	if (shown != NULL && is_connected(shown->xconn)) {
		setup->xconn = shown->xconn;
	}
}

static enum sg_auth_found setup_of(TALLOC_CTX *mem_ctx,
				   struct gensec_security *gensec,
				   struct setup *setup,
				   const char **problem)
{
	struct smbXsrv_session *session = NULL;
	struct smbXsrv_session_auth0 *auth = NULL;
	bool ok;

	session = talloc_find_parent_byname(gensec, "struct smbXsrv_session");
	if (session == NULL) {
		return SG_AUTH_NONE;
	}
	ok = session_fits(mem_ctx, session, problem);
	if (!ok) {
		return SG_AUTH_PROBLEM;
	}
	for (auth = session->pending_auth; auth != NULL; auth = auth->next) {
		ok = sg_layout_fits(
			mem_ctx,
			SG_LAYOUT(auth, struct smbXsrv_session_auth0),
			problem);
		if (!ok) {
			return SG_AUTH_PROBLEM;
		}
		if (auth->gensec == gensec) {
			break;
		}
	}
	*setup = (struct setup){
		.session = session,
		.auth = auth,
		.xconn = auth != NULL ? auth->connection : NULL,
		.ended = auth == NULL ||
			 NT_STATUS_EQUAL(session->status,
					 NT_STATUS_USER_SESSION_DELETED),
	};
	if (auth == NULL) {
		find_ended(gensec, setup);
	}
	if (setup->xconn == NULL) {
		return SG_AUTH_GONE;
	}
	ok = sg_layout_fits(
		     mem_ctx,
		     SG_LAYOUT(setup->auth, struct smbXsrv_session_auth0),
		     problem) &&
	     sg_layout_fits(mem_ctx,
			    SG_LAYOUT(setup->xconn, struct smbXsrv_connection),
			    problem);
	return ok ? SG_AUTH_LOGON : SG_AUTH_PROBLEM;
}

/*
 * The requests of a logon that are being served. smbd goes by what stands in
 * the one that ends it, which may say otherwise than the first. Where several
 * are there, what all of them say is taken for said.
 */
static bool read_requests(TALLOC_CTX *mem_ctx,
			  const struct setup *setup,
			  uint8_t *flags,
			  uint8_t *security_mode,
			  const char **problem)
{
	const struct smbd_smb2_request *req = setup->xconn->smb2.requests;
	bool any = false;

	for (; req != NULL; req = req->next) {
		const uint8_t *body = NULL;
		bool ok;

		ok = sg_layout_fits(mem_ctx,
				    SG_LAYOUT(req, struct smbd_smb2_request),
				    problem);
		if (!ok) {
			return false;
		}
		if (req->session != setup->session ||
		    sg_request_opcode(req) != SMB2_OP_SESSSETUP ||
		    SMBD_SMB2_IN_BODY_LEN(req) <= SETUP_SECURITY_MODE_AT) {
			continue;
		}
		body = SMBD_SMB2_IN_BODY_PTR(req);
		if (!any) {
			*flags = 0xff;
			*security_mode = 0xff;
		}
		any = true;
		*flags &= body[SETUP_FLAGS_AT];
		*security_mode &= body[SETUP_SECURITY_MODE_AT];
	}
	return true;
}

static enum sg_auth_found of_session(TALLOC_CTX *mem_ctx,
				     const struct setup *setup,
				     struct sg_logon *logon,
				     const char **problem)
{
	uint8_t flags = setup->auth->in_flags;
	bool ok;

	*logon = (struct sg_logon){
		.client = sg_client_here(),
		.xconn = setup->xconn,
		.shown = sg_setup_state(setup->auth),
		.session = setup->session,
		.before = setup->session->global->auth_session_info,
		.security_mode = setup->auth->in_security_mode,
		.ended = setup->ended,
	};
	if (logon->client == NULL || logon->shown == NULL) {
		*problem = "out of memory";
		return SG_AUTH_PROBLEM;
	}
	logon->shown->xconn = setup->xconn;
	ok = read_requests(mem_ctx,
			   setup,
			   &flags,
			   &logon->security_mode,
			   problem);
	if (!ok) {
		return SG_AUTH_PROBLEM;
	}
	if ((flags & SMB2_SESSION_FLAG_BINDING) != 0) {
		logon->kind = SG_LOGON_CHANNEL;
	} else if (logon->before != NULL) {
		logon->kind = SG_LOGON_AGAIN;
	}
	return SG_AUTH_LOGON;
}

/* SMB1 alone has such an encryption; the process has one connection then. */
static enum sg_auth_found of_encryption(TALLOC_CTX *mem_ctx,
					struct gensec_security *gensec,
					struct sg_logon *logon,
					const char **problem)
{
	struct sg_client_state *client = sg_client_here();
	bool ok;

	if (client == NULL || !client->smb1 ||
	    gensec->gensec_role != GENSEC_SERVER) {
		return SG_AUTH_NONE;
	}
	*logon = (struct sg_logon){
		.kind = SG_LOGON_ENCRYPTION,
		.client = client,
		.xconn = global_smbXsrv_client->connections,
		.shown = sg_gensec_state(gensec),
	};
	if (logon->shown == NULL) {
		*problem = "out of memory";
		return SG_AUTH_PROBLEM;
	}
	ok = sg_layout_fits(mem_ctx,
			    SG_LAYOUT(logon->xconn, struct smbXsrv_connection),
			    problem);
	return ok ? SG_AUTH_LOGON : SG_AUTH_PROBLEM;
}

enum sg_auth_found sg_auth_logon(TALLOC_CTX *mem_ctx,
				 struct gensec_security *gensec,
				 struct sg_logon *logon,
				 const char **problem)
{
	struct setup setup = {.session = NULL};
	enum sg_auth_found found = setup_of(mem_ctx, gensec, &setup, problem);

	switch (found) {
	case SG_AUTH_LOGON:
		return of_session(mem_ctx, &setup, logon, problem);
	case SG_AUTH_NONE:
		return of_encryption(mem_ctx, gensec, logon, problem);
	default:
		return found;
	}
}

const char *sg_auth_mechanism(struct gensec_security *gensec,
			      const struct sg_session_state *shown)
{
	const char *name = gensec_final_auth_type(gensec);

	if (name != NULL && !strequal(name, "NONE")) {
		return name;
	}
	if (shown->claims != NULL) {
		return "NTLMSSP";
	}
	return shown->kerberos_offered ? "krb5" : NULL;
}
