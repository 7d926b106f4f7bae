/*
 * smbguard: the pipes that a client opens at IPC$
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Behind a pipe is a process that smbd did not load us into, and that checks
 * passwords by itself: in a DCERPC bind, in SAMR's password changes. What can
 * be seen from here is that a client opens such a pipe, and who does.
 *
 * A pipe is one of the client's open files. smbd asks no VFS module for it, so
 * the list of files is looked at when it has changed. An answer from a pipe
 * takes a turn of the event loop, so no client reads one unseen.
 *
 * RAP, SMB1's way to ask for shares and accounts, names a pipe and opens none:
 * smbd answers by itself, at any tree. It is told by the message (smb1_look.h).
 *
 * How it fails: a struct of another layout is not looked into.
 */

#include "smbd/samba.h"
#include "smbd/facts.h"
#include "smbd/layout.h"
#include "smbd/pipes.h"
#include "smbd/record.h"

#include "core/cut.h"

#include "fake_file.h"

/* What the list of files was like at the last look. */
struct sg_pipes {
	const struct files_struct *newest;
	uint64_t number;
	size_t num_files;
};

static const struct sg_tree *tree_of(const struct sg_client_state *client,
				     const struct connection_struct *conn)
{
	const struct sg_tree *tree = NULL;

	for (tree = client->trees; tree != NULL; tree = tree->next) {
		if (tree->conn == conn) {
			return tree;
		}
	}
	return NULL;
}

bool sg_pipes_tree(const struct sg_tree *tree)
{
	return IS_IPC(tree->conn);
}

static void record_pipe(struct sg_client_state *client,
			const struct sg_facts *facts,
			const char *name)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_verdict verdict = {.outcome = SG_ALLOWED};
	struct sg_event event = {
		.kind = SG_EVENT_PIPE_OPEN,
		.facts = facts,
		.verdict = &verdict,
		.pipe = sg_cut_text(frame, name),
	};

	verdict.reason = talloc_asprintf(
		frame,
		"%s from %s opened the pipe %s. What is done through it is not "
		"seen here.",
		facts->account != NULL ? facts->account : "nobody",
		facts->client_address,
		event.pipe);
	if (verdict.reason != NULL) {
		(void)sg_record(client, NULL, &event);
	}
	TALLOC_FREE(frame);
}

/* A session of SMB1 or SMB2, by its number. NULL: it is not there any more. */
static struct smbXsrv_session *session_of(TALLOC_CTX *mem_ctx,
					  struct smbXsrv_connection *xconn,
					  uint64_t number)
{
	struct timeval tv = timeval_current();
	NTTIME now = timeval_to_nttime(&tv);
	struct smbXsrv_session *session = NULL;
	const char *problem = NULL;
	bool ok;

	/* The session is the result, whatever its status. */
	if (xconn->protocol < PROTOCOL_SMB2_02) {
		(void)smb1srv_session_lookup(xconn,
					     (uint16_t)number,
					     now,
					     &session);
	} else {
		(void)smb2srv_session_lookup_conn(xconn, number, now, &session);
	}
	ok = session != NULL &&
	     sg_layout_fits(mem_ctx,
			    SG_LAYOUT(session, struct smbXsrv_session),
			    &problem) &&
	     sg_layout_fits(
		     mem_ctx,
		     SG_LAYOUT(session->global, struct smbXsrv_session_global0),
		     &problem);
	return ok ? session : NULL;
}

/*
 * A tree is used by others than who connected it: the users of an SMB1
 * connection, and whoever a session of SMB2 was authenticated for again.
 */
static const struct sg_facts *facts_of_user(TALLOC_CTX *mem_ctx,
					    const struct sg_tree *tree,
					    uint64_t number)
{
	struct smbXsrv_connection *xconn = global_smbXsrv_client->connections;
	struct smbXsrv_session *session = NULL;
	struct sg_facts *facts = NULL;

	if (xconn != NULL) {
		session = session_of(mem_ctx, xconn, number);
	}
	if (session == NULL || session->global->auth_session_info == NULL) {
		return tree->facts;
	}
	facts = talloc_memdup(mem_ctx, tree->facts, sizeof(*facts));
	if (facts == NULL) {
		return tree->facts;
	}
	facts->session_id = session->global->session_wire_id;
	facts->account = facts->domain = facts->sid = NULL;
	facts->mechanism = facts->password_type = facts->client_name = NULL;
	sg_facts_add_mechanism(facts, sg_session_known(session));
	sg_facts_add_account(facts, session->global->auth_session_info);
	return facts;
}

/* A pipe that was told of has this for a child. */
static const char told[] = "smbguard: told";

static void look_at(struct sg_client_state *client, struct files_struct *fsp)
{
	const struct sg_tree *tree = NULL;
	void *mark = NULL;

	if (fsp->fake_file_handle == NULL || fsp->conn == NULL ||
	    fsp->fake_file_handle->type != FAKE_FILE_TYPE_NAMED_PIPE_PROXY ||
	    fsp->fsp_name == NULL) {
		return;
	}
	tree = tree_of(client, fsp->conn);
	if (tree == NULL || sg_state_has_child(fsp->fake_file_handle, told)) {
		return;
	}
	mark = talloc_named_const(fsp->fake_file_handle, 0, told);
	if (mark != NULL) {
		TALLOC_CTX *frame = talloc_stackframe();

		record_pipe(client,
			    facts_of_user(frame, tree, fsp->vuid),
			    fsp->fsp_name->base_name);
		TALLOC_FREE(frame);
	}
}

/* smbd loads no module at a printer, so there is no tree of ours. */
static const struct sg_facts *facts_at(TALLOC_CTX *mem_ctx,
				       struct smbXsrv_connection *xconn,
				       const struct connection_struct *conn,
				       uint16_t uid)
{
	struct smbXsrv_session *session = session_of(mem_ctx, xconn, uid);
	struct sg_facts *facts = NULL;

	if (session == NULL || !NT_STATUS_IS_OK(session->status)) {
		return NULL;
	}
	facts = sg_facts_session(mem_ctx, xconn, session);
	if (facts != NULL) {
		facts->share =
			talloc_strdup(facts, lp_const_servicename(SNUM(conn)));
	}
	return facts;
}

static void record_rap(struct sg_client_state *client,
		       struct smbXsrv_tcon *tcon,
		       const struct sg_facts *facts)
{
	void *mark = NULL;

	if (facts == NULL || facts->share == NULL ||
	    sg_state_has_child(tcon, told)) {
		return;
	}
	mark = talloc_named_const(tcon, 0, told);
	if (mark != NULL) {
		record_pipe(client, facts, "LANMAN");
	}
}

void sg_pipes_rap(struct sg_client_state *client,
		  struct smbXsrv_connection *xconn,
		  uint16_t tid,
		  uint16_t uid)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct timeval now = timeval_current();
	struct smbXsrv_tcon *tcon = NULL;
	const struct sg_tree *tree = NULL;
	const char *problem = NULL;
	NTSTATUS status;
	bool ok;

	status =
		smb1srv_tcon_lookup(xconn, tid, timeval_to_nttime(&now), &tcon);
	ok = NT_STATUS_IS_OK(status) &&
	     sg_layout_fits(frame,
			    SG_LAYOUT(tcon, struct smbXsrv_tcon),
			    &problem) &&
	     sg_layout_fits(frame,
			    SG_LAYOUT(tcon->compat, struct connection_struct),
			    &problem);
	if (ok) {
		tree = tree_of(client, tcon->compat);
		record_rap(client,
			   tcon,
			   tree != NULL
				   ? facts_of_user(frame, tree, uid)
				   : facts_at(frame, xconn, tcon->compat, uid));
	}
	TALLOC_FREE(frame);
}

void sg_pipes_rap_tree(const struct sg_tree *tree)
{
	struct sg_client_state *client = tree->client;

	if (client->rap_trees == 0 || !tree->layout_checked) {
		return;
	}
	client->rap_trees--;
	if (client->rap_trees == 0) {
		record_rap(client, tree->conn->tcon, tree->facts);
	}
}

static bool has_ipc(const struct sg_client_state *client)
{
	const struct sg_tree *tree = NULL;

	for (tree = client->trees; tree != NULL; tree = tree->next) {
		if (tree->is_ipc && tree->layout_checked) {
			return true;
		}
	}
	return false;
}

static bool files_fit(const struct smbd_server_connection *sconn)
{
	TALLOC_CTX *frame = talloc_stackframe();
	const char *problem = NULL;
	bool ok;

	ok = sg_layout_fits(frame,
			    SG_LAYOUT(sconn, struct smbd_server_connection),
			    &problem) &&
	     (sconn->files == NULL ||
	      sg_layout_fits(frame,
			     SG_LAYOUT(sconn->files, struct files_struct),
			     &problem));
	TALLOC_FREE(frame);
	return ok;
}

void sg_pipes_look(struct sg_client_state *client)
{
	struct smbd_server_connection *sconn = NULL;
	struct files_struct *fsp = NULL;
	struct sg_pipes *seen = NULL;
	bool fits;

	if (!has_ipc(client)) {
		return;
	}
	sconn = global_smbXsrv_client->sconn;
	if (client->pipes == NULL) {
		client->pipes = talloc_zero(client, struct sg_pipes);
	}
	seen = client->pipes;
	fits = files_fit(sconn);
	if (seen == NULL || !fits ||
	    (seen->newest == sconn->files &&
	     seen->num_files == sconn->num_files &&
	     (sconn->files == NULL || seen->number == sconn->files->fnum))) {
		return;
	}
	for (fsp = sconn->files; fsp != NULL; fsp = fsp->next) {
		look_at(client, fsp);
	}
	seen->newest = sconn->files;
	seen->num_files = sconn->num_files;
	seen->number = sconn->files != NULL ? sconn->files->fnum : 0;
}
