/*
 * smbguard: processes of smbd whose client has gone
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_LEFTOVER_H
#define SMBGUARD_SMBD_LEFTOVER_H

#include "core/policy.h"
#include "smbd/state.h"

struct tevent_fd;

/**
 * smbd has let go of the socket of fde. If that was its client's last, and smbd
 * waits for a request that it has forgotten, the process ends soon.
 */
void sg_leftover_detached(struct sg_client_state *client,
			  const struct tevent_fd *fde);

#endif /* SMBGUARD_SMBD_LEFTOVER_H */
