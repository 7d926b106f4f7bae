/*
 * smbguard: does a client use less than before, or than it could?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_DOWNGRADE_H
#define SMBGUARD_SMBD_DOWNGRADE_H

#include "core/policy.h"
#include "smbd/state.h"

struct smbXsrv_connection;

/**
 * Hold a connection's offer against what its address offered before, record
 * a downgrade, and remember it. Does nothing under "history = no".
 *
 * facts: with the offer, and the dialect that will be used.
 */
void sg_downgrade_negotiate(struct sg_client_state *client,
			    struct sg_connection_state *conn,
			    const struct sg_policy *policy,
			    struct sg_facts *facts);

/**
 * Hold a session against the last one of its account at its address. A
 * downgrade is recorded, and left in facts->downgrade for the rules.
 *
 * found: where facts->downgrade may point to; lives as long as facts.
 * kerberos_offered: the client could have logged on with Kerberos.
 */
void sg_downgrade_session(struct sg_client_state *client,
			  struct sg_connection_state *conn,
			  const struct sg_settings *global,
			  struct sg_facts *facts,
			  struct sg_downgrade *found,
			  bool kerberos_offered);

/**
 * Remember a session that was let in.
 */
void sg_downgrade_keep_session(struct sg_client_state *client,
			       const struct sg_settings *global,
			       const struct sg_facts *facts);

/**
 * Count one more suspicion against a client's address. Returns how many there
 * are now, at least 1.
 */
uint32_t sg_downgrade_suspect(struct sg_client_state *client,
			      const struct sg_settings *global,
			      const struct sg_facts *facts);

#endif /* SMBGUARD_SMBD_DOWNGRADE_H */
