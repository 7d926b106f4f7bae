/*
 * smbguard: the history of clients, kept in Samba's dbwrap
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_HISTORY_DB_H
#define SMBGUARD_SMBD_HISTORY_DB_H

#include "core/history.h"
#include "core/policy.h"
#include "smbd/state.h"

/**
 * The key of a client's address, or with account of that account (its SID) at
 * the address. An IPv6 address counts by its first 64 bits, since clients change
 * the rest at will.
 *
 * Returns NULL when out of memory, or without what the key is made of.
 */
char *sg_history_key(TALLOC_CTX *mem_ctx,
		     const struct sg_facts *facts,
		     bool account);

/**
 * What is remembered under a key. False: nothing, or it cannot be had.
 *
 * The first use in a process opens the database; one that is damaged is set
 * aside and begun anew, with a policy_error.
 */
bool sg_history_fetch(struct sg_client_state *client,
		      const char *key,
		      struct sg_history *record);

/**
 * What shall be remembered from now on. May be called under the record's lock,
 * so it must be quick and not touch the history itself.
 *
 * before: what there is; NULL for a client that is new, or where nothing can
 * be had. Returns false if nothing shall be written.
 */
typedef bool sg_history_fn(const struct sg_history *before,
			   struct sg_history *keep,
			   void *private_data);

/**
 * Remember. fn is called at least once, whatever happens; the last time
 * counts. Failure is told in smbd's log; nobody is refused for it.
 */
void sg_history_update(struct sg_client_state *client,
		       const char *key,
		       sg_history_fn *fn,
		       void *private_data);

#endif /* SMBGUARD_SMBD_HISTORY_DB_H */
