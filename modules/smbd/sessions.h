/*
 * smbguard: the sessions of an SMB1 connection, shown to us or not
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_SESSIONS_H
#define SMBGUARD_SMBD_SESSIONS_H

#include "smbd/logon.h"

/**
 * A logon without extended security was let in, and its session will be there
 * soon. shown: what it has shown; copied. sid: the account's.
 * False when out of memory.
 */
bool sg_sessions_expect(struct smbXsrv_connection *xconn,
			const struct sg_session_state *shown,
			const char *sid);

/**
 * SMB1: judge the sessions that nobody has been shown, by hooks->judge. One
 * that is refused can do nothing but connect to trees, which the share gate
 * refuses to it. hooks->failed is told of those that are a guest's though they
 * were asked for by another name.
 */
void sg_sessions_look(struct sg_client_state *client,
		      const struct sg_logon_hooks *hooks);

/**
 * SMB1: smbd has served the last message. What was asked for there, and has no
 * session, has failed. To be called after sg_sessions_look().
 */
void sg_sessions_end(struct sg_client_state *client,
		     const struct sg_logon_hooks *hooks);

/**
 * SMB1: a tree is open, which serves every session. Have smbd serve those no
 * more that were refused.
 */
void sg_sessions_shut(struct smbXsrv_connection *xconn);

/**
 * Call fn for each session that is set up.
 */
void sg_sessions_each(struct smbXsrv_connection *xconn,
		      void (*fn)(struct smbXsrv_connection *xconn,
				 struct smbXsrv_session *session,
				 void *private_data),
		      void *private_data);

#endif /* SMBGUARD_SMBD_SESSIONS_H */
