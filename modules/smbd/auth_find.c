/*
 * smbguard: the SMB logon that a gensec context serves
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SMB1 and SMB2 both keep the context below the struct smbXsrv_session in the
 * talloc tree (though not at the same place), and in its list of pending
 * authentications.
 *
 * How it fails: a struct of another layout is a problem to be told, and no
 * result.
 */

#include "smbd/samba.h"
#include "smbd/auth_find.h"
#include "smbd/layout.h"

static struct smbXsrv_session_auth0 *auth_of(TALLOC_CTX *mem_ctx,
					     struct gensec_security *gensec,
					     const char **problem)
{
	struct smbXsrv_session *session = NULL;
	struct smbXsrv_session_auth0 *auth = NULL;
	bool ok;

	session = talloc_find_parent_byname(gensec, "struct smbXsrv_session");
	if (session == NULL) {
		return NULL;
	}
	ok = sg_layout_fits(mem_ctx,
			    SG_LAYOUT(session, struct smbXsrv_session),
			    problem) &&
	     sg_layout_fits(
		     mem_ctx,
		     SG_LAYOUT(session->global, struct smbXsrv_session_global0),
		     problem);
	if (!ok) {
		return NULL;
	}
	for (auth = session->pending_auth; auth != NULL; auth = auth->next) {
		ok = sg_layout_fits(
			mem_ctx,
			SG_LAYOUT(auth, struct smbXsrv_session_auth0),
			problem);
		if (!ok) {
			return NULL;
		}
		if (auth->gensec == gensec) {
			break;
		}
	}
	if (auth == NULL) {
		*problem = "the session setup being served was not found";
		return NULL;
	}
	ok = sg_layout_fits(
		mem_ctx,
		SG_LAYOUT(auth->connection, struct smbXsrv_connection),
		problem);
	return ok ? auth : NULL;
}

bool sg_auth_logon(TALLOC_CTX *mem_ctx,
		   struct gensec_security *gensec,
		   struct sg_logon *logon,
		   const char **problem)
{
	struct smbXsrv_session_auth0 *auth = auth_of(mem_ctx, gensec, problem);

	if (auth == NULL) {
		return false;
	}
	*logon = (struct sg_logon){
		.client = sg_client_here(),
		.xconn = auth->connection,
		.shown = sg_setup_state(auth),
		.session = auth->session,
		.auth = auth,
		.before = auth->session->global->auth_session_info,
	};
	if ((auth->in_flags & SMB2_SESSION_FLAG_BINDING) != 0) {
		logon->kind = SG_LOGON_CHANNEL;
	} else if (logon->before != NULL) {
		logon->kind = SG_LOGON_AGAIN;
	}
	if (logon->client == NULL || logon->shown == NULL) {
		*problem = "out of memory";
		return false;
	}
	return true;
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
