/*
 * smbguard: clients that vanish as if their negotiate had been changed
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_VANISH_H
#define SMBGUARD_SMBD_VANISH_H

#include "core/policy.h"
#include "smbd/state.h"

struct smbXsrv_connection;

/**
 * A client of 3.1.1 has authenticated, and hung up without another byte.
 * facts: of its session.
 */
void sg_vanish_record(struct sg_client_state *client,
		      struct smbXsrv_connection *xconn,
		      const struct sg_facts *facts);

#endif /* SMBGUARD_SMBD_VANISH_H */
