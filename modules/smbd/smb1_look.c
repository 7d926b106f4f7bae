/*
 * smbguard: a look at SMB1's messages before smbd reads them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd shows nobody the logons that are anonymous or have an unencrypted
 * password, and no RAP request. So each message of SMB1 is looked at: the first
 * bytes of it, which tell whether there may be one of these in it, and only
 * then all that is needed. A logon is noted with the names that it claims, and
 * sessions.c finds out what came of it. Passwords are wiped with the message.
 *
 * SMB1 is served message by message, so no more than one is noted.
 *
 * How it fails: what cannot be read in time, was encrypted, or goes through
 * smbd's process for echoes, is not seen.
 */

#include "smbd/samba.h"
#include "smbd/log.h"
#include "smbd/peek.h"
#include "smbd/pipes.h"
#include "smbd/smb1_look.h"

#include "core/cut.h"
#include "core/wire/smb1.h"

/* For messages that come in pieces, in all. smbd serves nobody else then. */
#define WAIT_MSEC 1000

/* A child of the connection's state. */
struct sg_smb1_seen {
	int64_t wait_msec; /* what is left of it */

	/* The logons of the last message. */
	struct sg_asked *asked;
	size_t kept; /* of num */
	size_t num;
	size_t done;
};

static const struct sg_asked one_of_too_many = {.logon = NULL};

static struct sg_smb1_seen *seen_at(struct smbXsrv_connection *xconn)
{
	struct sg_connection_state *conn = sg_connection_state(xconn);

	return conn != NULL ? conn->smb1 : NULL;
}

static struct sg_smb1_seen *seen_new(struct smbXsrv_connection *xconn)
{
	struct sg_connection_state *conn = sg_connection_state(xconn);

	if (conn == NULL) {
		return NULL;
	}
	if (conn->smb1 == NULL) {
		conn->smb1 = talloc_zero(conn, struct sg_smb1_seen);
		if (conn->smb1 != NULL) {
			conn->smb1->wait_msec = WAIT_MSEC;
		}
	}
	return conn->smb1;
}

const struct sg_asked *sg_smb1_asked(struct smbXsrv_connection *xconn)
{
	const struct sg_smb1_seen *seen = seen_at(xconn);

	if (seen == NULL || seen->done == seen->num) {
		return NULL;
	}
	return seen->done < seen->kept ? &seen->asked[seen->done]
				       : &one_of_too_many;
}

void sg_smb1_asked_done(struct smbXsrv_connection *xconn)
{
	struct sg_smb1_seen *seen = seen_at(xconn);

	if (seen != NULL && seen->done < seen->num) {
		seen->done++;
	}
}

void sg_smb1_asked_forget(struct smbXsrv_connection *xconn)
{
	struct sg_smb1_seen *seen = seen_at(xconn);

	if (seen != NULL) {
		TALLOC_FREE(seen->asked);
		seen->kept = seen->num = seen->done = 0;
	}
}

/* NULL if there is none, or out of memory. */
static const char *claim(TALLOC_CTX *mem_ctx, const struct sg_smb1_text *text)
{
	char *whole = NULL;
	char *cut = NULL;

	if (text->len == 0) {
		return NULL;
	}
	whole = sg_smb1_string(mem_ctx, text);
	if (whole != NULL) {
		cut = sg_cut_text(mem_ctx, whole);
	}
	talloc_free(whole);
	return cut;
}

static struct sg_session_state *logon_of(TALLOC_CTX *mem_ctx,
					 const struct sg_smb1_logon *found)
{
	struct sg_session_state *logon = NULL;
	struct sg_claims *claims = NULL;

	logon = talloc_zero(mem_ctx, struct sg_session_state);
	if (logon == NULL) {
		return NULL;
	}
	claims = talloc_zero(logon, struct sg_claims);
	if (claims == NULL) {
		TALLOC_FREE(logon);
		return NULL;
	}
	claims->account = claim(claims, &found->account);
	claims->domain = claim(claims, &found->domain);
	claims->password_type =
		found->kind == SG_SMB1_PLAIN ? "Plaintext" : "None";
	logon->claims = claims;
	return logon;
}

/* Out of memory, they are of those that nothing is known of. */
static void note_logons(struct sg_smb1_seen *seen,
			const struct sg_smb1_message *message)
{
	size_t keep = MIN(message->num_logons, SG_SMB1_MAX_LOGONS);
	size_t i;

	seen->num = message->num_logons;
	seen->asked = talloc_zero_array(seen, struct sg_asked, keep);
	if (seen->asked == NULL) {
		return;
	}
	for (i = 0; i < keep; i++) {
		const struct sg_smb1_logon *found = &message->logons[i];
		struct sg_asked *asked = &seen->asked[i];

		asked->named = found->account.len > 0;
		asked->shown = found->kind == SG_SMB1_SHOWN;
		if (!asked->shown) {
			asked->logon = logon_of(seen->asked, found);
		}
	}
	seen->kept = keep;
}

static void take(struct sg_client_state *client,
		 struct smbXsrv_connection *xconn,
		 struct sg_smb1_seen *seen,
		 const uint8_t *bytes,
		 size_t len)
{
	const struct sg_smb1_server server = {
		.nt1 = xconn->protocol >= PROTOCOL_NT1,
		.encrypts = xconn->smb1.negprot.encrypted_passwords,
		.spnego = xconn->smb1.negprot.spnego,
	};
	struct sg_smb1_message message;

	sg_smb1_parse(bytes, len, &server, &message);
	if (message.num_logons > 0) {
		note_logons(seen, &message);
	}
	if (message.rap && message.trees > 0) {
		client->rap_trees = message.trees;
	} else if (message.rap) {
		sg_pipes_rap(client, xconn, message.tid, message.uid);
	}
}

static size_t peek_head(int sock, uint8_t *head, int64_t *wait_msec)
{
	ssize_t got;
	size_t want;

	/* All that an ordinary message costs. */
	got = recv(sock, head, SG_SMB1_HEAD_BYTES, MSG_PEEK | MSG_DONTWAIT);
	if (got <= 0) {
		return 0;
	}
	want = sg_smb1_message_bytes(head, (size_t)got);
	if ((size_t)got < SG_SMB1_HEAD_BYTES &&
	    (want == 0 || (size_t)got < want)) {
		want = want == 0 ? SG_SMB1_HEAD_BYTES
				 : MIN(want, SG_SMB1_HEAD_BYTES);
		return sg_peek_bytes(sock, head, want, wait_msec);
	}
	return (size_t)got;
}

void sg_smb1_look(struct sg_client_state *client, const struct tevent_fd *fde)
{
	struct smbXsrv_connection *xconn = global_smbXsrv_client->connections;
	struct sg_smb1_seen *seen = NULL;
	uint8_t head[SG_SMB1_HEAD_BYTES];
	uint8_t *bytes = NULL;
	size_t len;
	size_t want;

	if (xconn == NULL || xconn->transport.fde != fde ||
	    lp_async_smb_echo_handler()) {
		return;
	}
	client->rap_trees = 0;
	seen = seen_new(xconn);
	if (seen == NULL) {
		sg_log("out of memory, a message was not looked at");
		return;
	}
	len = peek_head(xconn->transport.sock, head, &seen->wait_msec);
	want = sg_smb1_wanted_bytes(head, len);
	if (want == 0) {
		return;
	}
	bytes = talloc_array(seen, uint8_t, want);
	if (bytes == NULL) {
		sg_log("out of memory, a message was not looked at");
		return;
	}
	len = sg_peek_bytes(xconn->transport.sock,
			    bytes,
			    want,
			    &seen->wait_msec);
	take(client, xconn, seen, bytes, len);
	explicit_bzero(bytes, want);
	talloc_free(bytes);
}
