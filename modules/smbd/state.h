/*
 * smbguard: what it remembers, and whose it is
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nothing is kept in statics: a process serves one client, but with
 * multi-channel several connections of it. What belongs to a client, a
 * connection or a session is a talloc child of smbd's own struct, goes away
 * with it, and is found by its name. The three modules share it so, though
 * none of them links to another.
 */

#ifndef SMBGUARD_SMBD_STATE_H
#define SMBGUARD_SMBD_STATE_H

#include "core/policy.h"
#include <sys/types.h>

#include "core/wire/ntlmssp.h"
#include "core/event/sink.h"

struct smbXsrv_client;
struct smbXsrv_connection;
struct smbXsrv_session;
struct smbXsrv_session_auth0;

/* A child of struct smbXsrv_client. */
struct sg_client_state {
	unsigned gates; /* bits of enum sg_gate: which are at work */

	struct raised *raised;	      /* see raise.c, note (3) */
	enum sg_known keys;	      /* has any session had some? note (5) */
	bool smb1;		      /* the client speaks nothing newer */
	bool unjudged;		      /* no session gate sees its logons */
	const struct sg_facts *facts; /* its address; NULL: not known */

	/* see record.c */
	struct sg_sinks *sinks;
	const char *sinks_audit; /* the options that they were opened for */
	const char *sinks_path;
	bool trouble;  /* a sink failed, or none was asked yet */
	bool log_told; /* that one did */

	/* see history.c */
	struct db_context *history;
	bool history_failed;
	bool history_full; /* see forget.c */
	ino_t history_inode;

	unsigned awaited; /* connections that are watched, see tamper.c */
};

/* A child of struct smbXsrv_connection. */
struct sg_connection_state {
	struct sg_facts *fixed;	      /* see facts.c */
	const struct sg_offer *offer; /* NULL if it was made elsewhere */

	/* see tamper.c */
	struct sg_facts *awaited; /* of the session that was set up last */
	unsigned messages_left;	  /* to be looked at */
	bool vanish_counts;	  /* nothing has come since */
	bool tampered;		  /* negotiate_tampered was recorded */

	/* see regress.c: the last downgrade that was recorded */
	const char *regress_what;
	const char *regress_side;
	const char *regress_sid; /* NULL: of the address */
};

/*
 * A child of struct smbXsrv_session; and, for what is being set up and may
 * fail or be only another channel of it, of struct smbXsrv_session_auth0.
 */
struct sg_session_state {
	const char *mechanism;		 /* once it is authenticated */
	const struct sg_ntlmssp *claims; /* what the client said, or NULL */
	bool kerberos_offered;
};

/**
 * Find the state of a client, connection, session or session setup; make it where there is
 * none. The parent may have any layout: only its talloc header is used.
 * NULL when out of memory.
 */
struct sg_client_state *sg_client_state(struct smbXsrv_client *client);
struct sg_connection_state *sg_connection_state(
	struct smbXsrv_connection *xconn);
struct sg_session_state *sg_session_state(struct smbXsrv_session *session);
struct sg_session_state *sg_setup_state(struct smbXsrv_session_auth0 *auth);

/**
 * A session setup has come to its end: what it showed is the session's. False
 * when out of memory.
 */
bool sg_session_keep(struct smbXsrv_session *of,
		     const struct sg_session_state *setup);

#endif /* SMBGUARD_SMBD_STATE_H */
