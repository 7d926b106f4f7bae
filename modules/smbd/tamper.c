/*
 * smbguard: signs of tampering with a negotiate
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Notes:
 *
 * (1) Up to 3.0.2 a client sends FSCTL_VALIDATE_NEGOTIATE_INFO after its first
 *     tree connect. On a mismatch smbd disconnects and logs nothing. When it
 *     lets go of the socket, the request is still there. smbd has checked its
 *     signature by then.
 *
 * (2) MS-SMB2 3.3.5.15.12 wants a disconnect in two more cases, which smbd
 *     lets pass: another list of dialects that comes to the same choice, and
 *     the FSCTL on 3.1.1. Those are seen only on their way in, unencrypted,
 *     among the first messages after a session setup. Nobody has checked
 *     their signature at that point.
 *
 * (3) Somebody in between may send a request in pieces, for us not to see it.
 *     So the rest of what has begun is waited for. smbd serves nobody
 *     meanwhile: a connection gets so much time once, for all its messages, and
 *     none where the process has other connections.
 *
 * What a changed negotiate of 3.1.1 looks like is in smbd/vanish.c.
 *
 * How it fails: what cannot be read is no sign of anything.
 */

#include "smbd/samba.h"
#include "smbd/facts.h"
#include "smbd/layout.h"
#include "smbd/peek.h"
#include "smbd/record.h"
#include "smbd/tamper.h"
#include "smbd/tree_find.h"
#include "smbd/vanish.h"

#include "core/wire/validate.h"

/* How many messages after a session setup are looked at, note (2). */
#define LOOK_AT_MESSAGES 8
/* Room for an IOCTL request with the most dialects that we compare. */
#define PEEK_BYTES 512
#define WAIT_MSEC 1000 /* for all that comes in pieces, note (3) */
#define IOCTL_FIXED_BYTES 0x38
#define IOCTL_CTLCODE_AT 4
#define IOCTL_INPUT_OFFSET_AT 24
#define IOCTL_INPUT_LENGTH_AT 28
#define VALIDATE_FIXED_BYTES 24

static void received_of(const struct smbXsrv_connection *xconn,
			const struct sg_facts *facts,
			struct sg_negotiated *received)
{
	uint16_t i;

	*received = (struct sg_negotiated){
		.capabilities = xconn->smb2.client.capabilities,
		.security_mode = xconn->smb2.client.security_mode,
	};
	memcpy(received->guid, facts->client_guid, sizeof(received->guid));
	for (i = 0; i < xconn->smb2.client.num_dialects &&
		    i < SG_VALIDATE_MAX_DIALECTS;
	     i++) {
		received->dialects[i] = xconn->smb2.client.dialects[i];
		received->num_dialects++;
	}
}

static void record_tampered(struct sg_client_state *client,
			    struct sg_connection_state *conn,
			    const struct sg_facts *facts,
			    const struct sg_negotiated *sent,
			    const struct sg_negotiated *received,
			    const char *consequence)
{
	TALLOC_CTX *frame = talloc_stackframe();
	char *changed = sg_validate_describe(frame, sent, received);
	struct sg_verdict verdict = {.outcome = SG_DETECTED};
	struct sg_event event = {
		.kind = SG_EVENT_NEGOTIATE_TAMPERED,
		.facts = facts,
		.verdict = &verdict,
		.sent = sent,
		.received = received,
	};

	if (conn->tampered) {
		TALLOC_FREE(frame);
		return;
	}
	conn->tampered = true;
	verdict.reason = talloc_asprintf(
		frame,
		"The negotiate request of %s was changed on its way: %s. %s",
		facts->client_address,
		changed != NULL && changed[0] != '\0'
			? changed
			: "nothing that can be named",
		consequence);
	if (verdict.reason != NULL) {
		(void)sg_record(client, NULL, &event);
	}
	TALLOC_FREE(frame);
}

static bool is_validate(const uint8_t *body, size_t body_len)
{
	return body_len >= IOCTL_FIXED_BYTES &&
	       IVAL(body, IOCTL_CTLCODE_AT) == SG_FSCTL_VALIDATE_NEGOTIATE_INFO;
}

/* The input buffer of an IOCTL request: body is its fixed part. */
static bool validate_input(const uint8_t *body,
			   size_t body_len,
			   const uint8_t *dyn,
			   size_t dyn_len,
			   struct sg_negotiated *sent)
{
	bool is_one = is_validate(body, body_len);
	uint32_t offset;
	uint32_t length;

	if (!is_one) {
		return false;
	}
	offset = IVAL(body, IOCTL_INPUT_OFFSET_AT);
	length = IVAL(body, IOCTL_INPUT_LENGTH_AT);
	if (offset < SMB2_HDR_BODY + IOCTL_FIXED_BYTES) {
		return false;
	}
	offset -= SMB2_HDR_BODY + IOCTL_FIXED_BYTES;
	if (offset > dyn_len || length > dyn_len - offset) {
		return false;
	}
	return sg_validate_parse(dyn + offset, length, sent);
}

static struct smbXsrv_connection *connection_at(const struct tevent_fd *fde)
{
	struct smbXsrv_connection *x = global_smbXsrv_client->connections;

	while (x != NULL && x->transport.fde != fde) {
		x = x->next;
	}
	return x;
}

/* The validation among the requests that smbd has not done with; NULL: none. */
static const struct smbd_smb2_request *find_validate(
	TALLOC_CTX *mem_ctx,
	const struct smbXsrv_connection *xconn)
{
	const struct smbd_smb2_request *req = NULL;
	const char *problem = NULL;

	for (req = xconn->smb2.requests; req != NULL; req = req->next) {
		bool ok;

		ok = sg_layout_fits(mem_ctx,
				    SG_LAYOUT(req, struct smbd_smb2_request),
				    &problem);
		if (!ok) {
			return NULL;
		}
		ok = sg_request_opcode(req) == SMB2_OP_IOCTL &&
		     is_validate(SMBD_SMB2_IN_BODY_PTR(req),
				 SMBD_SMB2_IN_BODY_LEN(req));
		if (ok) {
			return req;
		}
	}
	return NULL;
}

/*
 * What is known of who sent a validation: as it was at its tree, if the share
 * gate has seen that (printers it has not).
 */
static const struct sg_facts *facts_of(TALLOC_CTX *mem_ctx,
				       const struct sg_client_state *client,
				       struct smbXsrv_connection *xconn,
				       const struct smbd_smb2_request *req)
{
	const uint8_t *hdr = SMBD_SMB2_IN_HDR_PTR(req);
	const struct sg_tree *tree = NULL;

	for (tree = client->trees; tree != NULL; tree = tree->next) {
		if (tree->layout_checked && tree->refused == NULL &&
		    tree->facts->session_id == BVAL(hdr, SMB2_HDR_SESSION_ID) &&
		    tree->conn->tcon->global->tcon_wire_id ==
			    IVAL(hdr, SMB2_HDR_TID)) {
			return tree->facts;
		}
	}
	return sg_request_facts(mem_ctx, xconn, req);
}

static void record_mismatch(struct sg_client_state *client,
			    struct smbXsrv_connection *xconn,
			    const struct smbd_smb2_request *req,
			    const struct sg_facts *facts)
{
	struct sg_connection_state *conn = sg_connection_state(xconn);
	struct sg_negotiated sent = {.num_dialects = 0};
	struct sg_negotiated received = {.num_dialects = 0};
	bool found;

	found = validate_input(SMBD_SMB2_IN_BODY_PTR(req),
			       SMBD_SMB2_IN_BODY_LEN(req),
			       SMBD_SMB2_IN_DYN_PTR(req),
			       SMBD_SMB2_IN_DYN_LEN(req),
			       &sent);
	if (!found || conn == NULL) {
		return;
	}
	received_of(xconn, facts, &received);
	if (sg_validate_compare(&sent, &received) != 0) {
		record_tampered(client,
				conn,
				facts,
				&sent,
				&received,
				"smbd has disconnected the client, which "
				"somebody in between tried to weaken.");
	}
}

void sg_tamper_detached(struct sg_client_state *client,
			const struct tevent_fd *fde)
{
	struct smbXsrv_connection *x = connection_at(fde);
	const struct smbd_smb2_request *req = NULL;
	const struct sg_facts *facts = NULL;
	TALLOC_CTX *frame = NULL;

	if (x == NULL || NT_STATUS_IS_OK(x->transport.status)) {
		return;
	}
	frame = talloc_stackframe();
	req = find_validate(frame, x);
	if (req != NULL) {
		facts = facts_of(frame, client, x, req);
	}
	if (facts != NULL) {
		record_mismatch(client, x, req, facts);
	}
	TALLOC_FREE(frame);
}

void sg_tamper_await(struct sg_client_state *client,
		     struct smbXsrv_connection *xconn,
		     struct sg_facts *facts)
{
	struct sg_connection_state *conn = sg_connection_state(xconn);
	bool user = sg_facts_is_user(facts);

	if (conn == NULL || !user || facts->dialect < SG_DIALECT_SMB2_02 ||
	    conn->messages_left > 0) {
		return;
	}
	TALLOC_FREE(conn->awaited);
	/* What they point to goes away with the session setup. */
	facts->is_who = NULL;
	facts->is_who_data = NULL;
	facts->downgrade = NULL;
	conn->awaited = talloc_steal(conn, facts);
	conn->vanish_counts = facts->dialect >= SG_DIALECT_SMB3_11;
	conn->messages_left = LOOK_AT_MESSAGES;
	client->awaited++;
}

static void await_done(struct sg_client_state *client,
		       struct sg_connection_state *conn)
{
	conn->messages_left = 0;
	TALLOC_FREE(conn->awaited);
	client->awaited--;
}

/* note (2) */
static bool look_for_validate(struct sg_client_state *client,
			      struct sg_connection_state *conn,
			      const struct smbXsrv_connection *xconn,
			      const uint8_t *bytes,
			      size_t len)
{
	const uint8_t *hdr = bytes + SG_OFFER_NBT_BYTES;
	const uint8_t *body = hdr + SMB2_HDR_BODY;
	size_t fixed = SG_OFFER_NBT_BYTES + SMB2_HDR_BODY + IOCTL_FIXED_BYTES;
	struct sg_negotiated sent = {.num_dialects = 0};
	struct sg_negotiated received = {.num_dialects = 0};
	bool found;

	if (len < fixed || IVAL(hdr, 0) != SMB2_MAGIC ||
	    SVAL(hdr, SMB2_HDR_OPCODE) != SMB2_OP_IOCTL) {
		return false;
	}
	found = validate_input(body,
			       IOCTL_FIXED_BYTES,
			       bytes + fixed,
			       len - fixed,
			       &sent);
	if (!found) {
		return false;
	}
	received_of(xconn, conn->awaited, &received);
	if (conn->awaited->dialect >= SG_DIALECT_SMB3_11) {
		record_tampered(client,
				conn,
				conn->awaited,
				&sent,
				&received,
				"The client asked for its validation at "
				"SMB3_11, where none does; smbd lets that "
				"pass.");
	} else if (sg_validate_compare(&sent, &received) ==
			   SG_TAMPERED_DIALECTS &&
		   sg_validate_best(&sent) == sg_validate_best(&received)) {
		record_tampered(client,
				conn,
				conn->awaited,
				&sent,
				&received,
				"The choice of dialect is the same, and smbd "
				"lets that pass.");
	}
	return true;
}

/* note (3) */
static bool may_be_cut(const uint8_t *bytes, size_t len)
{
	const uint8_t *hdr = bytes + SG_OFFER_NBT_BYTES;

	if (len < SG_OFFER_NBT_BYTES + SMB2_HDR_BODY) {
		return true;
	}
	return IVAL(hdr, 0) == SMB2_MAGIC &&
	       SVAL(hdr, SMB2_HDR_OPCODE) == SMB2_OP_IOCTL && len < PEEK_BYTES;
}

/* note (3) */
static size_t wait_for_rest(struct sg_connection_state *conn,
			    const struct smbXsrv_connection *xconn,
			    uint8_t *bytes,
			    size_t size)
{
	const struct smbXsrv_connection *all = xconn->client->connections;
	int64_t left = WAIT_MSEC - conn->waited_msec;
	int64_t before;
	size_t got;

	if (all != NULL && all->next != NULL) {
		left = 0;
	}
	before = left;
	got = sg_peek_message(xconn->transport.sock, bytes, size, &left);
	conn->waited_msec += before - left;
	return got;
}

void sg_tamper_look(struct sg_client_state *client, const struct tevent_fd *fde)
{
	struct sg_connection_state *conn = NULL;
	struct smbXsrv_connection *x = connection_at(fde);
	uint8_t bytes[PEEK_BYTES];
	ssize_t got;
	bool seen;

	if (x != NULL) {
		conn = sg_connection_state(x);
	}
	if (conn == NULL || conn->messages_left == 0) {
		return;
	}
	got = recv(x->transport.sock,
		   bytes,
		   sizeof(bytes),
		   MSG_PEEK | MSG_DONTWAIT);
	if (got == -1 && (errno == EAGAIN || errno == EINTR)) {
		return; /* the socket can be written to */
	}
	if (got <= 0) {
		if (conn->vanish_counts) {
			sg_vanish_record(client, x, conn->awaited);
		}
		await_done(client, conn);
		return;
	}
	conn->vanish_counts = false;
	conn->messages_left--;
	if (may_be_cut(bytes, (size_t)got)) {
		got = (ssize_t)wait_for_rest(conn, x, bytes, sizeof(bytes));
	}
	seen = look_for_validate(client, conn, x, bytes, (size_t)got);
	if (seen || conn->messages_left == 0) {
		await_done(client, conn);
	}
}
