/*
 * smbguard: a request that is done later
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A timer of smbd's own event loop, so that nobody else waits.
 *
 * From 4.22 on smbd keeps the process of a client that has gone until its last
 * request is done, and a client can have thousands that wait one for the other.
 * So from time to time it is looked whether anybody is there to be answered.
 *
 * How it fails: without memory the request is done at once.
 */

#include "smbd/samba.h"
#include "smbd/later.h"

#define LOOK_SECONDS 1

struct later {
	struct tevent_req *req; /* its parent */
	struct tevent_context *ev;
	struct timeval end;
};

static bool is_anybody_there(void)
{
	return global_smbXsrv_client == NULL ||
	       smbXsrv_client_valid_connections(global_smbXsrv_client) > 0;
}

static void waited(struct tevent_req *subreq);

/* False: there is nothing to wait for. */
static bool wait_on(struct later *later)
{
	struct timeval look = timeval_current_ofs(LOOK_SECONDS, 0);
	struct tevent_req *subreq = NULL;

	if (timeval_expired(&later->end) || !is_anybody_there()) {
		return false;
	}
	subreq = tevent_wakeup_send(later,
				    later->ev,
				    timeval_min(&look, &later->end));
	if (subreq == NULL) {
		return false;
	}
	tevent_req_set_callback(subreq, waited, later);
	return true;
}

static void waited(struct tevent_req *subreq)
{
	struct later *later = tevent_req_callback_data(subreq, struct later);
	struct tevent_req *req = later->req;
	bool on;

	(void)tevent_wakeup_recv(subreq);
	TALLOC_FREE(subreq);
	on = wait_on(later);
	if (!on) {
		TALLOC_FREE(later);
		tevent_req_done(req);
	}
}

void sg_done_in(struct tevent_req *req,
		struct tevent_context *ev,
		unsigned msec)
{
	struct later *later = NULL;
	bool waits = false;

	if (msec > 0) {
		later = talloc(req, struct later);
	}
	if (later != NULL) {
		*later = (struct later){
			.req = req,
			.ev = ev,
			.end = timeval_current_ofs_msec(msec),
		};
		waits = wait_on(later);
	}
	if (!waits) {
		TALLOC_FREE(later);
		tevent_req_done(req);
	}
}
