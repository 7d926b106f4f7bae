/*
 * smbguard: a request that is done later
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A timer of smbd's own event loop, so that nobody else waits.
 *
 * How it fails: without memory the request is done at once.
 */

#include "smbd/samba.h"
#include "smbd/later.h"

static void waited(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);

	(void)tevent_wakeup_recv(subreq);
	TALLOC_FREE(subreq);
	tevent_req_done(req);
}

void sg_done_in(struct tevent_req *req,
		struct tevent_context *ev,
		unsigned msec)
{
	struct tevent_req *subreq = NULL;

	if (msec > 0) {
		subreq = tevent_wakeup_send(req,
					    ev,
					    timeval_current_ofs_msec(msec));
	}
	if (subreq == NULL) {
		tevent_req_done(req);
		return;
	}
	tevent_req_set_callback(subreq, waited, req);
}
