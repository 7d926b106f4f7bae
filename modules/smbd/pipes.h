/*
 * smbguard: the pipes that a client opens at IPC$
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_PIPES_H
#define SMBGUARD_SMBD_PIPES_H

#include "smbd/state.h"

struct smbXsrv_connection;

/**
 * Record each pipe that was opened since. To be asked before smbd handles
 * anything; costs a few comparisons where no tree of IPC$ is open, or no file
 * was opened.
 */
void sg_pipes_look(struct sg_client_state *client);

/**
 * Is a tree one of IPC$?
 */
bool sg_pipes_tree(const struct sg_tree *tree);

/**
 * SMB1: a RAP request is about to be served, which opens no pipe. It is told as
 * one that does, once for each tree. tid, uid: as they stand in the message.
 */
void sg_pipes_rap(struct sg_client_state *client,
		  struct smbXsrv_connection *xconn,
		  uint16_t tid,
		  uint16_t uid);

/**
 * SMB1: a tree was let in. If it is the one that a RAP request waits for in the
 * same message (client->rap_trees), tell that.
 */
void sg_pipes_rap_tree(const struct sg_tree *tree);

#endif /* SMBGUARD_SMBD_PIPES_H */
