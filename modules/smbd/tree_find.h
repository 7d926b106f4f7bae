/*
 * smbguard: what a tree connect is made of
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_TREE_FIND_H
#define SMBGUARD_SMBD_TREE_FIND_H

#include "core/policy.h"
#include "smbd/state.h"

struct smbd_smb2_request;

/* A tree connect, each struct checked before it was read. */
struct sg_access {
	struct connection_struct *conn;
	struct smbXsrv_client *client;
	struct smbXsrv_connection *xconn;
	struct smbXsrv_session *session;
	const struct smbd_smb2_request *request; /* NULL: SMB1 */
	const char *problem; /* the layout is not ours: nothing else is set */
	int snum;
};

/**
 * Find what belongs to the tree connect that smbd serves now, in the VFS hook
 * for conn and service.
 *
 * Returns false if it is none of a client's: smbd makes connections without a
 * tree to look into a share on behalf of DFS and RPC, and no client reads files
 * through them.
 */
bool sg_access_find(TALLOC_CTX *mem_ctx,
		    struct connection_struct *conn,
		    const char *service,
		    struct sg_access *access);

/**
 * All that is known of it. NULL when out of memory.
 */
struct sg_facts *sg_access_facts(TALLOC_CTX *mem_ctx,
				 const struct sg_access *access,
				 const char *share);

/**
 * Was the client told to encrypt, in its session or with this tree? smbd notes
 * what it will tell before it asks us. A share that it loaded for this very
 * connect was not there to be raised.
 */
bool sg_access_was_told(const struct sg_access *access);

/**
 * Hold it to encryption, and its session to signing, from the next request on:
 * see knobs.h. SMB1 has neither knob.
 */
void sg_access_encrypt(const struct sg_access *access);
void sg_access_sign(const struct sg_access *access);

/**
 * The number of an open tree's share; of the section that it was made of, if it is
 * gone; -1: neither is there.
 */
int sg_tree_snum(const struct sg_tree *tree);

/**
 * The opcode of a request, or -1 while it is being read.
 */
int sg_request_opcode(const struct smbd_smb2_request *req);

/**
 * The facts of a request of SMB2 that smbd serves without its tree: of its
 * session, and the share of the tree that its header names. What has another
 * layout is left out. NULL when out of memory.
 *
 * request: its layout has been checked, and it has been read.
 */
struct sg_facts *sg_request_facts(TALLOC_CTX *mem_ctx,
				  struct smbXsrv_connection *xconn,
				  const struct smbd_smb2_request *request);

#endif /* SMBGUARD_SMBD_TREE_FIND_H */
