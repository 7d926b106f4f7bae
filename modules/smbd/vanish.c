/*
 * smbguard: clients that vanish as if their negotiate had been changed
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * At 3.1.1 a changed negotiate gives both ends different keys: the client
 * drops the connection when the answer to its session setup comes with a
 * signature that is wrong to it. To the server that is a client that
 * authenticates and hangs up without another byte. Others may do so, too:
 * it is a suspicion. smbd itself may refuse a session after we have seen
 * it, and then the session is gone: that client was told why it fails.
 *
 * How it fails: what cannot be had is no sign of anything.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/downgrade.h"
#include "smbd/record.h"
#include "smbd/vanish.h"

static void record_vanished(struct sg_client_state *client,
			    const struct sg_facts *facts)
{
	TALLOC_CTX *frame = talloc_stackframe();
	const struct sg_settings *global = sg_config_global(frame);
	struct sg_verdict verdict = {.outcome = SG_DETECTED};
	struct sg_event event = {
		.kind = SG_EVENT_INTEGRITY_SUSPECTED,
		.facts = facts,
		.verdict = &verdict,
	};

	if (global == NULL) {
		TALLOC_FREE(frame);
		return;
	}
	event.count = sg_downgrade_suspect(client, global, facts);
	verdict.reason = talloc_asprintf(
		frame,
		"%s from %s authenticated at SMB3_11 and hung up without "
		"another word, as a client does that finds its negotiate "
		"tampered with. It may have other reasons; number %u from "
		"this address.",
		facts->account != NULL ? facts->account : "A client",
		facts->client_address,
		event.count);
	if (verdict.reason != NULL) {
		(void)sg_record(client, NULL, &event);
	}
	TALLOC_FREE(frame);
}

/* smbd itself may refuse a session after us; that client was told. */
static bool was_let_in(struct smbXsrv_connection *xconn,
		       const struct sg_facts *facts)
{
	struct timeval now = timeval_current();
	struct smbXsrv_session *session = NULL;
	NTSTATUS status;

	status = smb2srv_session_lookup_conn(xconn,
					     facts->session_id,
					     timeval_to_nttime(&now),
					     &session);
	return NT_STATUS_IS_OK(status);
}

void sg_vanish_record(struct sg_client_state *client,
		      struct smbXsrv_connection *xconn,
		      const struct sg_facts *facts)
{
	bool counts = was_let_in(xconn, facts);

	if (counts) {
		record_vanished(client, facts);
	}
}
