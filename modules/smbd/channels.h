/*
 * smbguard: the other channels of a session
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_CHANNELS_H
#define SMBGUARD_SMBD_CHANNELS_H

#include "core/policy.h"

struct smbXsrv_connection;
struct smbXsrv_session;

/**
 * Call fn for each other channel than xconn that an SMB2 session has, with the
 * facts as they are through that one. fn returns false to end that.
 *
 * facts: as they are through xconn. fn's own are on mem_ctx.
 * Returns false if fn did, or when out of memory.
 */
bool sg_channels_each(TALLOC_CTX *mem_ctx,
		      const struct smbXsrv_connection *xconn,
		      const struct smbXsrv_session *session,
		      const struct sg_facts *facts,
		      bool (*fn)(struct sg_facts *channel, void *private_data),
		      void *private_data);

#endif /* SMBGUARD_SMBD_CHANNELS_H */
