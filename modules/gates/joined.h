/*
 * smbguard: a logon is held against the trees that it would take over
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tree is judged for one logon and may then serve others. SMB2: whoever
 * authenticates the same session again, and each channel of it, those before it
 * and those to come. SMB1: every user of the connection, likewise.
 */

#ifndef SMBGUARD_GATES_JOINED_H
#define SMBGUARD_GATES_JOINED_H

#include "core/policy.h"
#include "smbd/logon.h"
#include "smbd/state.h"
#include "smbd/tree_find.h"

/**
 * Judge a logon by each open tree that it would take over; one that is made
 * again, through each channel of its session. Where one of them says something
 * graver than verdict does, that becomes the verdict, and its share
 * facts->share.
 *
 * facts: of the logon, its session's number included where it has one.
 * Returns false when out of memory: the caller refuses.
 */
bool sg_joined_logon(TALLOC_CTX *mem_ctx,
		     const struct sg_logon *logon,
		     struct sg_facts *facts,
		     struct sg_verdict *verdict);

/**
 * Judge a new tree of SMB1 by the other sessions of its connection, in the
 * same way: verdict then names another account than facts.
 */
bool sg_joined_tree(TALLOC_CTX *mem_ctx,
		    struct smbXsrv_connection *xconn,
		    const struct sg_policy *policy,
		    const struct sg_facts *facts,
		    struct sg_verdict *verdict);

/**
 * Judge a new tree of SMB2 by the other channels of its session, in the same
 * way: verdict then names another address than facts.
 */
bool sg_joined_channels(TALLOC_CTX *mem_ctx,
			const struct sg_access *access,
			const struct sg_policy *policy,
			const struct sg_facts *facts,
			struct sg_verdict *verdict);

/**
 * Must the requests of a session of SMB2 be signed at the tree that facts are of?
 * An exception counts if all channels of the session have it. Out of memory: yes.
 */
bool sg_joined_must_sign(const struct sg_access *access,
			 const struct sg_policy *policy,
			 const struct sg_facts *facts);

/**
 * The same of a new channel of a session, by [global] and by the trees that are
 * open there.
 */
bool sg_joined_channel_must_sign(const struct sg_logon *logon,
				 const struct sg_policy *policy,
				 const struct sg_facts *facts);

/**
 * Would an anonymous logon be refused at the tree that facts are of? An
 * anonymous logon of SMB1 can use a tree in the very message that it comes in,
 * before anybody can judge it.
 */
bool sg_joined_bars_anonymous(const struct sg_policy *policy,
			      const struct sg_facts *facts);

/**
 * Ask that of each open tree again, by the options of now. True if the answer
 * has changed for one of them: smbd must be told (smbd/raise.h).
 */
bool sg_joined_bar_again(struct sg_client_state *client);

#endif /* SMBGUARD_GATES_JOINED_H */
