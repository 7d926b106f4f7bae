/*
 * smbguard: facts out of smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Callers have checked the layout of every struct that they hand in.
 */

#ifndef SMBGUARD_SMBD_FACTS_H
#define SMBGUARD_SMBD_FACTS_H

#include "core/policy.h"

struct smbXsrv_connection;
struct sg_logon;
struct sg_session_state;
struct smbXsrv_session;
struct auth_session_info;
struct smbd_smb2_request;
struct connection_struct;

/**
 * What is known of a connection: addresses, and what was negotiated so far.
 *
 * What does not change is kept in the connection's state, so that it is there
 * when the socket is gone.
 *
 * mem_ctx: owner of the result, which may outlive the connection.
 * NULL when out of memory.
 */
struct sg_facts *sg_facts_connection(TALLOC_CTX *mem_ctx,
				     struct smbXsrv_connection *xconn);

/**
 * The little that is known without looking into any struct: for when their
 * layout is not ours. NULL when out of memory.
 */
struct sg_facts *sg_facts_blind(TALLOC_CTX *mem_ctx);

/**
 * Add who logged on. session_info: may be NULL, then nothing is added.
 * What memory does not suffice for stays unknown. facts->is_who looks into
 * session_info later on, so facts must not be judged without it.
 */
void sg_facts_add_account(struct sg_facts *facts,
			  const struct auth_session_info *session_info);

/**
 * The name of the account that a session has been so far, if it is another one
 * than in facts; NULL if it is the same. before: may be NULL.
 */
const char *sg_facts_other_account(const struct sg_facts *facts,
				   const struct auth_session_info *before);

/**
 * Are the keys of a session those of a user's logon? An anonymous one may have
 * some, too, that everybody can compute; and a second logon keeps the first
 * one's.
 */
bool sg_facts_user_keys(const struct sg_facts *facts,
			struct smbXsrv_session *session);

/**
 * Add what the session will be, while it is being set up or again: call it
 * when the account is in facts. Whether requests must be signed comes from
 * both sides' security mode, as in smbd's smb2_sesssetup.c.
 */
void sg_facts_add_logon(struct sg_facts *facts, const struct sg_logon *logon);

/**
 * Add how a session was authenticated, and what its client said of itself.
 * session: what the session gate has left, it may be empty.
 */
void sg_facts_add_mechanism(struct sg_facts *facts,
			    const struct sg_session_state *session);

/**
 * Add a session that is set up, at a tree connect.
 *
 * request: the tree connect itself, NULL for SMB1.
 */
void sg_facts_add_session(struct sg_facts *facts,
			  const struct smbXsrv_connection *xconn,
			  struct smbXsrv_session *session,
			  const struct smbd_smb2_request *request);

/**
 * All that is known of a session of SMB1 that is set up. NULL when out of
 * memory.
 */
struct sg_facts *sg_facts_session(TALLOC_CTX *mem_ctx,
				  struct smbXsrv_connection *xconn,
				  struct smbXsrv_session *session);

#endif /* SMBGUARD_SMBD_FACTS_H */
