/*
 * smbguard: authentications that failed
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Samba says no more than a status. Who it was comes from the client's own
 * messages, so it is a claim.
 *
 * How it fails: without memory a line in smbd's log is all there is.
 */

#include "smbd/samba.h"
#include "smbd/auth_failed.h"
#include "smbd/auth_find.h"
#include "smbd/facts.h"
#include "smbd/record.h"

const char *sg_auth_mechanism(struct gensec_security *gensec,
			      const struct sg_session_state *session)
{
	const char *name = gensec_final_auth_type(gensec);

	if (name != NULL && !strequal(name, "NONE")) {
		return name;
	}
	if (session == NULL) {
		return NULL;
	}
	if (session->claims != NULL) {
		return "NTLMSSP";
	}
	return session->kerberos_offered ? "krb5" : NULL;
}

void sg_auth_record_failed(struct gensec_security *gensec, NTSTATUS failure)
{
	TALLOC_CTX *frame = talloc_stackframe();
	const char *problem = NULL;
	struct smbXsrv_session_auth0 *auth =
		sg_auth_of(frame, gensec, &problem);
	struct sg_client_state *client = sg_client_state(global_smbXsrv_client);
	struct sg_session_state *session = NULL;
	struct sg_facts *facts = NULL;
	struct sg_verdict verdict = {.outcome = SG_FAILED};
	struct sg_event event = {
		.name = "auth_failed",
		.verdict = &verdict,
		.nt_status = nt_errstr(failure),
	};

	if (auth == NULL) {
		TALLOC_FREE(frame);
		return;
	}
	session = sg_setup_state(auth);
	facts = sg_facts_connection(frame, auth->connection);
	if (client == NULL || session == NULL || facts == NULL) {
		DBG_ERR("smbguard: out of memory, a failure was not recorded\n");
		TALLOC_FREE(frame);
		return;
	}
	sg_facts_add_mechanism(facts, session);
	facts->mechanism = sg_auth_mechanism(gensec, session);
	if (session->claims != NULL) {
		facts->account = session->claims->account;
		facts->domain = session->claims->domain;
	}
	verdict.reason = talloc_asprintf(frame,
					 "%s from %s could not log on: %s.",
					 facts->account != NULL ? facts->account
								: "A client",
					 facts->client_address,
					 nt_errstr(failure));
	if (verdict.reason == NULL) {
		verdict.reason = "A client could not log on.";
	}
	event.facts = facts;
	(void)sg_record(client, NULL, &event);
	TALLOC_FREE(frame);
}
