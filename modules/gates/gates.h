/*
 * smbguard: the three gates, as the module starts them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_GATES_GATES_H
#define SMBGUARD_GATES_GATES_H

#include "smbd/module.h"
#include "smbd/state.h"

#include "smbguard_config.h"

/* Where it is installed, for messages. */
#define SG_MODULE_PATH SMBGUARD_MODULESDIR "/smbguard.so"

/**
 * Start a gate in the process of a client that has sent nothing yet. One that
 * is at work sets its bit in client->gates; one that cannot records why.
 */
void sg_negotiate_start(struct sg_client_state *client);
void sg_logon_start(struct sg_client_state *client);

/**
 * An SMB1 client has chosen its dialect: watch the logons of the kind that
 * does not go through SPNEGO. A gate that cannot is not at work.
 */
void sg_logon_watch_smb1(struct sg_client_state *client,
			 struct smbXsrv_connection *xconn);

/**
 * Judge the sessions of SMB1 that nobody was shown. client: NULL does nothing.
 */
void sg_logon_look(struct sg_client_state *client);

/**
 * smbd has served the last message: logons of SMB1 that nobody was shown, and
 * that have no session, have failed. To be called after sg_logon_look().
 */
void sg_logon_end(struct sg_client_state *client);

/**
 * Register the share gate as a VFS module. An error makes smbd refuse the
 * shares that list it.
 */
NTSTATUS sg_share_register(void);

/**
 * The time from then to now, both by CLOCK_MONOTONIC. share.c.
 */
uint64_t sg_microseconds_since(struct timespec then);

#endif /* SMBGUARD_GATES_GATES_H */
