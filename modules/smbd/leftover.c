/*
 * smbguard: processes of smbd whose client has gone
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From 4.22 on smbd waits for the requests of a client that it has disconnected
 * before it ends the client's process. Often it disconnects because of a request
 * that it then never ends (a validation that failed; after a negotiate that it
 * refused, anything but another one), and waits without end. The process keeps its
 * trees open, and anybody can leave any number of them. 4.17 ends the process at
 * once.
 *
 * So, when no connection is left and no request is under way, the process is
 * ended as smbd would do it. A request is under way if smbd has a tevent request
 * for it.
 *
 * How it fails: what has another layout is left alone, as smbd leaves it.
 */

#include "smbd/samba.h"
#include "smbd/layout.h"
#include "smbd/leftover.h"

#define AGAIN_SECONDS 1

enum left {
	NOTHING, /* then smbd ends by itself */
	FORGOTTEN,
	UNDER_WAY,
};

static enum left requests_left(TALLOC_CTX *mem_ctx)
{
	struct smbXsrv_connection *x = NULL;
	const char *problem = NULL;
	enum left left = NOTHING;

	for (x = global_smbXsrv_client->connections; x != NULL; x = x->next) {
		const struct smbd_smb2_request *req = NULL;

		for (req = x->smb2.requests; req != NULL; req = req->next) {
			bool ok = sg_layout_fits(
				mem_ctx,
				SG_LAYOUT(req, struct smbd_smb2_request),
				&problem);

			if (!ok) {
				return NOTHING;
			}
			if (req->subreq != NULL) {
				return UNDER_WAY;
			}
			left = FORGOTTEN;
		}
	}
	return left;
}

static void look_in(struct sg_client_state *client, uint32_t seconds);

static void look(struct tevent_context *ev,
		 struct tevent_timer *te,
		 struct timeval now,
		 void *private_data)
{
	struct sg_client_state *client = private_data;
	TALLOC_CTX *frame = NULL;
	enum left left;

	client->leaving = false;
	if (smbXsrv_client_valid_connections(global_smbXsrv_client) > 0) {
		return;
	}
	frame = talloc_stackframe();
	left = requests_left(frame);
	TALLOC_FREE(frame);
	switch (left) {
	case NOTHING:
		break;
	case UNDER_WAY:
		look_in(client, AGAIN_SECONDS);
		break;
	case FORGOTTEN:
		exit_server_cleanly("smbguard: the client has gone");
	}
}

static void look_in(struct sg_client_state *client, uint32_t seconds)
{
	struct tevent_timer *te = NULL;

	if (client->leaving) {
		return;
	}
	te = tevent_add_timer(global_event_context(),
			      client,
			      timeval_current_ofs(seconds, 0),
			      look,
			      client);
	client->leaving = te != NULL;
}

void sg_leftover_detached(struct sg_client_state *client,
			  const struct tevent_fd *fde)
{
	struct smbXsrv_connection *x = global_smbXsrv_client->connections;

	while (x != NULL && x->transport.fde != fde) {
		x = x->next;
	}
	/* Not from here: smbd is in the middle of disconnecting. */
	if (x != NULL && !NT_STATUS_IS_OK(x->transport.status) &&
	    x->smb2.requests != NULL) {
		look_in(client, 0);
	}
}
