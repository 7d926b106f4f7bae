/*
 * smbguard: the connection that this process was made for
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_CONNECTION_H
#define SMBGUARD_SMBD_CONNECTION_H

#include <stdbool.h>
#include <talloc.h>

struct smbXsrv_connection;
struct tevent_fd;

/**
 * The first connection of this process' client, its layout and the client's
 * checked. NULL: *problem says why, on mem_ctx or static.
 */
struct smbXsrv_connection *sg_connection_first(TALLOC_CTX *mem_ctx,
					       const char **problem);

/**
 * What smbd has chosen for it: 0 while that is nothing, and another number with
 * each other choice. Is it one of SMB1? And does a client that has it and sends a
 * request of SMB1 keep it for good, by this smbd?
 */
int sg_connection_choice(const struct smbXsrv_connection *xconn);
bool sg_connection_is_smb1(const struct smbXsrv_connection *xconn);
bool sg_connection_keeps_smb1(void);

/**
 * Is fde where its messages come from? And the socket.
 */
bool sg_connection_is_at(const struct smbXsrv_connection *xconn,
			 const struct tevent_fd *fde);
int sg_connection_socket(const struct smbXsrv_connection *xconn);

/**
 * Does the client have several connections, as of a client whose layout was
 * checked?
 */
bool sg_connection_is_one_of_many(void);

#endif /* SMBGUARD_SMBD_CONNECTION_H */
