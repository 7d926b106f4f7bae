/*
 * smbguard: what the module is to do where smbd has loaded it
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: in doubt nothing is started, and the share gate refuses.
 */

#include "smbd/samba.h"
#include "smbd/connection.h"
#include "smbd/layout.h"
#include "smbd/log.h"
#include "smbd/module.h"
#include "smbd/state.h"
#include "smbd/trace.h"

/* The state of a client that nothing was started for yet; NULL: not here. */
static struct sg_client_state *new_client(struct smbXsrv_client *smbd_client)
{
	struct sg_client_state *client = NULL;
	const char *other = sg_state_of_another_build(smbd_client);

	if (other != NULL) {
		sg_log("another build of it is at work in this process (%s). "
		       "List one smbguard.so in \"preload modules\", and "
		       "restart smbd.",
		       other);
		return NULL;
	}
	client = sg_client_state(smbd_client);
	if (client == NULL) {
		sg_log("out of memory, the gates do not start");
		return NULL;
	}
	client->started = true;
	client->trace = sg_trace_start(client);
	if (client->trace == NULL) {
		sg_log("out of memory, the gates do not start");
		return NULL;
	}
	return client;
}

/*
 * Is smbd still loading preload modules? It has handled nothing then, which
 * the trace knows; without one, the client has no dialect. A client that
 * cannot be looked into counts as new: if it is not, smbd does not find the
 * VFS module, and refuses the share.
 */
static bool is_new(struct smbXsrv_client *smbd_client,
		   const struct sg_client_state *client)
{
	TALLOC_CTX *frame = NULL;
	struct smbXsrv_connection *xconn = NULL;
	const char *problem = NULL;
	bool new = true;

	if (client != NULL && client->trace != NULL) {
		return !sg_trace_has_begun(client->trace);
	}
	frame = talloc_stackframe();
	xconn = sg_connection_first(frame, &problem);
	if (xconn != NULL) {
		new = sg_connection_choice(xconn) == 0;
	}
	TALLOC_FREE(frame);
	return new;
}

enum sg_module_role sg_module_role(struct sg_client_state **client)
{
	struct sg_client_state *known = NULL;
	bool ours;
	bool new;

	*client = NULL;
	ours = sg_layout_is_our_samba();
	if (!ours) {
		return SG_MODULE_STRANGER;
	}
	if (global_smbXsrv_client == NULL) {
		return SG_MODULE_VFS;
	}
	known = sg_client_known(global_smbXsrv_client);
	new = is_new(global_smbXsrv_client, known);
	if (!new) {
		return SG_MODULE_VFS;
	}
	if (known == NULL) {
		*client = new_client(global_smbXsrv_client);
	}
	return SG_MODULE_GATES;
}
