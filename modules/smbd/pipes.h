/*
 * smbguard: the pipes that a client opens at IPC$
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_PIPES_H
#define SMBGUARD_SMBD_PIPES_H

#include "smbd/state.h"

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

#endif /* SMBGUARD_SMBD_PIPES_H */
