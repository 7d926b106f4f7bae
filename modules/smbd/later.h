/*
 * smbguard: a request that is done later
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_LATER_H
#define SMBGUARD_SMBD_LATER_H

struct tevent_context;
struct tevent_req;

/**
 * tevent_req_done(), some milliseconds from now; at once with 0, when memory does
 * not suffice for waiting, and within a second when the client has gone.
 */
void sg_done_in(struct tevent_req *req,
		struct tevent_context *ev,
		unsigned msec);

#endif /* SMBGUARD_SMBD_LATER_H */
