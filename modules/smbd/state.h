/*
 * smbguard: what it remembers, and whose it is
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nothing is kept in statics: a process serves one client, but with
 * multi-channel several connections of it. What belongs to a client, a
 * connection or a session is a talloc child of smbd's own struct, goes away
 * with it, and is found by its name.
 */

#ifndef SMBGUARD_SMBD_STATE_H
#define SMBGUARD_SMBD_STATE_H

#include "core/policy.h"
#include <sys/types.h>

#include "core/event/sink.h"

struct auth4_context;
struct auth_session_info;
struct connection_struct;
struct sg_files;
struct gensec_security;
struct smbXsrv_client;
struct smbXsrv_connection;
struct smbXsrv_session;
struct smbXsrv_session_auth0;

/* An open tree, see gates/share.c. */
struct sg_tree {
	struct sg_tree *next;
	struct sg_client_state *client;
	struct connection_struct *conn;
	struct sg_refused_tree *refused; /* NULL: it was let in */
	struct sg_facts *facts;
	struct timespec since;
	bool layout_checked;
	bool bars_anonymous; /* SMB1's could not be judged, see joined.h */
	bool is_ipc;
	struct sg_files *files; /* NULL: no file events, see files.h */
};

/* A child of struct smbXsrv_client. */
struct sg_client_state {
	bool started;
	unsigned gates; /* bits of enum sg_gate: which are at work */
	struct sg_trace *trace;
	struct sg_loads *loads;
	struct sg_whole *whole;	      /* see whole.c */
	struct sg_spare *spare;	      /* see spare.c */
	struct sg_settings *global;   /* see config.c */
	struct sg_registry *registry; /* see registry.c */
	struct sg_pipes *pipes;	      /* see pipes.c */

	struct raised *raised; /* see raise.c */
	size_t num_raised;
	enum sg_known encrypt_fixed;  /* it is on smbd\'s command line */
	struct sg_stands *stands;     /* see stands.c */
	enum sg_known keys;	      /* has any session had some? */
	char **told;		      /* of shares that were closed, raise.c */
	bool smb1;		      /* the client speaks nothing newer */
	bool unjudged;		      /* no logon gate sees its logons */
	const struct sg_facts *facts; /* its address; NULL: not known */

	struct sg_tree *trees; /* open ones, the newest first */
	bool sessions_due;     /* there may be new ones, sessions.c */
	unsigned rap_trees;    /* so many trees from now on, see pipes.h */

	/* see record.c */
	struct sg_sinks *sinks;
	unsigned sinks_audit; /* the options that they were opened for */
	const char *sinks_path;
	const struct sg_settings *sinks_global; /* that they were opened by */
	bool trouble;  /* a sink failed, or none was asked yet */
	bool log_told; /* that one did */

	/* see history_db.c */
	struct db_context *history;
	bool history_failed;
	bool history_full; /* see forget.c */
	ino_t history_inode;

	unsigned awaited; /* connections that are awaited, see tamper.c */
	bool leaving;	  /* see leftover.c */
};

/* A child of struct smbXsrv_connection. */
struct sg_connection_state {
	struct sg_facts *fixed;	      /* see facts.c */
	const struct sg_offer *offer; /* NULL if it was made elsewhere */

	/* see tamper.c */
	struct sg_facts *awaited; /* of the session that was set up last */
	unsigned messages_left;	  /* to be looked at */
	int64_t waited_msec;	  /* for what came in pieces, in all */
	bool vanish_counts;	  /* nothing has come since */
	bool tampered;		  /* negotiate_tampered was recorded */

	/* see downgrade.c: the last downgrade that was recorded */
	const char *downgrade_what;
	const char *downgrade_side;
	const char *downgrade_sid; /* NULL: of the address */

	/* see sessions.c: logons by SMB1 without extended security */
	struct sg_session_state *old_logons;

	struct sg_smb1_seen *smb1; /* see smb1_look.c */

	int64_t answer_from; /* microseconds, see gates/answer.c */
};

/* Who a client says it is, with a password: smbd's own reading of it. */
struct sg_claims {
	const char *account; /* any of these may be NULL */
	const char *domain;
	const char *workstation;
	const char *password_type; /* "NTLMv2" and so on */
};

/*
 * A child of struct smbXsrv_session; and, for what is being set up and may
 * fail or be only another channel of it, of struct smbXsrv_session_auth0.
 */
struct sg_session_state {
	const char *mechanism; /* once it is authenticated */
	const struct sg_claims *claims;
	bool kerberos_offered;
	bool failure_told; /* auth_failed was recorded for this attempt */
	bool closed;	   /* no password would have let it in */
	bool user_keys;	   /* its keys are those of a user's logon */
	bool refused;	   /* smbd serves it no more, see sessions.c */

	/* microseconds, see gates/answer.c; 0: not set */
	int64_t came;
	int64_t answer_at;
	int64_t delay;

	/* While it is set up: where it comes from, see auth_find.c */
	struct smbXsrv_connection *xconn;

	/* Let in, and smbd has not asked yet who it is: see spnego.c */
	struct auth_session_info *judged;

	/* of old_logons: whose it is, until its session is found */
	const char *sid;
	struct sg_session_state *next;
	struct sg_session_state *prev;
};

/**
 * Find the state of a client, connection, session, session setup or gensec
 * context; make it where there is none. The parent may have any layout: only
 * its talloc header is used. NULL when out of memory.
 */
struct sg_client_state *sg_client_state(struct smbXsrv_client *client);
struct sg_connection_state *sg_connection_state(
	struct smbXsrv_connection *xconn);
struct sg_session_state *sg_session_state(struct smbXsrv_session *session);
struct sg_session_state *sg_setup_state(struct smbXsrv_session_auth0 *auth);
struct sg_session_state *sg_gensec_state(struct gensec_security *gensec);

/**
 * What passwords.c keeps with a table of smbd's for checking passwords, size
 * bytes of it. make: where there is none.
 */
void *sg_passwords_state(struct auth4_context *context, size_t size, bool make);

/**
 * The state of a client or a session, NULL if it has none.
 */
struct sg_client_state *sg_client_known(struct smbXsrv_client *client);
struct sg_session_state *sg_session_known(struct smbXsrv_session *session);

/**
 * Has something of smbd's a talloc child of this name?
 */
bool sg_state_has_child(const void *parent, const char *name);

/**
 * Was a session refused, though smbd has it?
 */
bool sg_session_is_refused(struct smbXsrv_session *session);

/**
 * The state of the client that this process serves; made where there is none.
 * NULL where it serves none, or when out of memory.
 */
struct sg_client_state *sg_client_here(void);

/**
 * The name of a state that another build of smbguard has left with a client,
 * NULL if there is none.
 */
const char *sg_state_of_another_build(struct smbXsrv_client *client);

/**
 * A logon has come to its end: what it showed is the session's. False when out
 * of memory.
 */
bool sg_session_keep(struct smbXsrv_session *of,
		     const struct sg_session_state *logon);

#endif /* SMBGUARD_SMBD_STATE_H */
