/*
 * smbguard: the other channels of a session
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A session of SMB2 belongs to each connection that has been bound to it, and
 * so do its trees. smbd keeps the list of its channels, and lets none in that
 * differs in dialect or cipher.
 */

#include "smbd/samba.h"
#include "smbd/channels.h"
#include "smbd/facts.h"

/* What is the connection's own is that of another one. */
static struct sg_facts *facts_through(TALLOC_CTX *mem_ctx,
				      struct smbXsrv_connection *xconn,
				      const struct sg_facts *facts)
{
	struct sg_facts *here = sg_facts_connection(mem_ctx, xconn);
	struct sg_facts *channel = NULL;

	if (here == NULL) {
		return NULL;
	}
	channel = talloc_memdup(here, facts, sizeof(*facts));
	if (channel == NULL) {
		TALLOC_FREE(here);
		return NULL;
	}
	channel->connection_id = here->connection_id;
	channel->local_address = here->local_address;
	channel->client_address = here->client_address;
	channel->client_port = here->client_port;
	channel->offer = here->offer;
	channel->dialect = here->dialect;
	channel->cipher = here->cipher;
	channel->signing_algorithm = here->signing_algorithm;
	channel->can_encrypt =
		facts->can_encrypt && here->cipher != SG_CIPHER_NONE;
	return channel;
}

static bool is_channel(struct smbXsrv_connection *xconn,
		       const struct smbXsrv_session *of)
{
	struct timeval now = timeval_current();
	struct smbXsrv_session *session = NULL;

	/* The session is the result, whatever its status. */
	(void)smb2srv_session_lookup_conn(xconn,
					  of->global->session_wire_id,
					  timeval_to_nttime(&now),
					  &session);
	return session == of;
}

bool sg_channels_each(TALLOC_CTX *mem_ctx,
		      const struct smbXsrv_connection *xconn,
		      const struct smbXsrv_session *session,
		      const struct sg_facts *facts,
		      bool (*fn)(struct sg_facts *channel, void *private_data),
		      void *private_data)
{
	struct smbXsrv_connection *x = xconn->client->connections;
	bool ok = true;

	for (; ok && x != NULL; x = x->next) {
		bool other = x != xconn && is_channel(x, session);
		struct sg_facts *channel = NULL;

		if (!other) {
			continue;
		}
		channel = facts_through(mem_ctx, x, facts);
		ok = channel != NULL && fn(channel, private_data);
	}
	return ok;
}
