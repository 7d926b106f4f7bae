/*
 * smbguard: knobs into smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decisions are carried out by smbd itself: each function sets what smbd
 * already has for the purpose, in this process, which serves one client.
 * None of them loosens anything.
 */

#ifndef SMBGUARD_SMBD_KNOBS_H
#define SMBGUARD_SMBD_KNOBS_H

#include "core/policy.h"

struct sg_client_state;
struct smbXsrv_connection;
struct smbXsrv_session;
struct smbXsrv_tcon;

/**
 * Have smbd negotiate none but the algorithms that [global] accepts. Before
 * it reads the SMB2 negotiate request, and no earlier: its answer to an SMB1
 * request that leads to SMB2 would fail with a list that lacks HMAC-SHA256.
 */
bool sg_knob_algorithms(const struct sg_policy *policy,
			const struct sg_facts *facts);

/**
 * What a client's connection needs before its first byte is read: the floor
 * as "server min protocol", signing as mandatory where [global] or any share
 * requires it, and no unencrypted or LANMAN passwords where authentication is restricted. As if
 * given on smbd's command line, so that reloads keep it.
 *
 * policy: of [global]. facts: the client's address is looked at, for
 * exceptions.
 * Returns false if smbd did not take something.
 */
bool sg_knob_connection(const struct sg_policy *policy,
			const struct sg_facts *facts,
			struct smbXsrv_connection *xconn);

/**
 * Does that leave no unencrypted and LANMAN passwords? For the event.
 */
bool sg_knob_rules_out_passwords(const struct sg_policy *policy);

/**
 * Hold the session that is being set up to encryption: smbd reads "server smb
 * encrypt" right after this.
 */
bool sg_knob_encrypt_session(void);

/**
 * Hold a tree to encryption from the next request on. SMB2 and later.
 */
void sg_knob_encrypt_tree(struct smbXsrv_tcon *tcon);

/**
 * Hold a session to signing from the next request on. The client is not told
 * any more; it was, if sg_knob_connection() had it to do. SMB2 and later.
 */
void sg_knob_sign_session(struct smbXsrv_session *session);

struct sg_refused_tree;

/**
 * Refuse the tree connect that is being served with ACCESS_DENIED.
 *
 * A VFS module that fails its connect gives the client UNSUCCESSFUL. So let
 * it succeed, and smbd's own "root preexec close" ends it: the share's root
 * preexec becomes "exit 1" until the result is freed.
 *
 * mem_ctx: owner of the result.
 * Returns NULL if that cannot be done; the caller must then fail the connect.
 */
struct sg_refused_tree *sg_knob_refuse_tree(TALLOC_CTX *mem_ctx, int snum);

#endif /* SMBGUARD_SMBD_KNOBS_H */
