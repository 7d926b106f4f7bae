/*
 * smbguard: which clients are forgotten
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_FORGET_H
#define SMBGUARD_SMBD_FORGET_H

#include <stddef.h>
#include <sys/types.h>
#include <tdb.h>

#include "smbd/state.h"

struct db_context;

/**
 * Is there room for a client that is new, under this key of the history?
 */
bool sg_forget_room(struct db_context *db, TDB_DATA key);

/**
 * A client was added under this key.
 */
void sg_forget_count(struct db_context *db, TDB_DATA key);

/**
 * Forget who is too old, if that is due. To be called when the client has
 * gone: it may take seconds.
 */
void sg_forget_old(struct sg_client_state *client);

#endif /* SMBGUARD_SMBD_FORGET_H */
