/*
 * smbguard: signs of tampering with a negotiate
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_TAMPER_H
#define SMBGUARD_SMBD_TAMPER_H

#include "core/policy.h"
#include "smbd/state.h"

struct smbXsrv_connection;
struct tevent_fd;

/**
 * A session was set up: its client must send something now. Takes facts over.
 */
void sg_tamper_await(struct sg_client_state *client,
		     struct smbXsrv_connection *xconn,
		     struct sg_facts *facts);

/**
 * Something happens at the socket of fde. To be called before smbd reads it,
 * as long as client->awaited is not 0.
 */
void sg_tamper_look(struct sg_client_state *client,
		    const struct tevent_fd *fde);

/**
 * smbd has let go of the socket of fde: is it because it found the negotiate
 * tampered with?
 */
void sg_tamper_detached(struct sg_client_state *client,
			const struct tevent_fd *fde);

#endif /* SMBGUARD_SMBD_TAMPER_H */
