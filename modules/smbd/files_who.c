/*
 * smbguard: whose operation on a file it is
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tree is used by others than who connected it: the users of an SMB1
 * connection, a session that was authenticated again, other channels. And each
 * request of SMB2 is encrypted or not by itself. So the facts are those of the
 * request, and kept as long as the next one is of the same.
 *
 * How it fails: what cannot be looked up is as it was last; at first, as it was
 * at the tree connect.
 */

#include "smbd/samba.h"
#include "smbd/facts.h"
#include "smbd/files_hooks.h"
#include "smbd/tree_find.h"

static bool same(const struct sg_files_key *a, const struct sg_files_key *b)
{
	return a->channel == b->channel && a->session == b->session &&
	       a->session_info == b->session_info &&
	       a->session_id == b->session_id && a->auth_time == b->auth_time &&
	       a->encrypted == b->encrypted && a->sign == b->sign;
}

static uint64_t mid_of(const struct smbd_smb2_request *request)
{
	if (sg_request_opcode(request) == -1) {
		return UINT64_MAX;
	}
	return BVAL(SMBD_SMB2_IN_HDR_PTR(request), SMB2_HDR_MESSAGE_ID);
}

bool sg_request_is(const struct sg_request_mark *mark,
		   const struct smbd_smb2_request *request)
{
	return request != NULL && mark->request == request &&
	       mark->channel == request->xconn->channel_id &&
	       mark->mid == mid_of(request);
}

void sg_request_mark(struct sg_request_mark *mark,
		     const struct smbd_smb2_request *request)
{
	*mark = (struct sg_request_mark){.request = request};
	if (request != NULL) {
		mark->channel = request->xconn->channel_id;
		mark->mid = mid_of(request);
	}
}

/* An open has what it would wait by from its beginning. */
static bool open_waits(const struct smbd_smb2_request *req)
{
	const struct iovec *hdr = NULL;

	if (req->async_te != NULL) {
		return true;
	}
	if (req->out.vector == NULL ||
	    req->current_idx + SMBD_SMB2_NUM_IOV_PER_REQ >
		    req->out.vector_count) {
		return false;
	}
	hdr = SMBD_SMB2_OUT_HDR_IOV(req);
	return hdr->iov_len >= SMB2_HDR_BODY &&
	       (IVAL(hdr->iov_base, SMB2_HDR_FLAGS) & SMB2_HDR_FLAG_ASYNC) != 0;
}

/*
 * How likely is it that smbd serves a request right now? A client may let any
 * number of them wait, on each of its channels.
 */
static int likelihood(const struct smbd_smb2_request *req, int opcode)
{
	if (req->subreq == NULL ||
	    (opcode == SMB2_OP_CREATE && !open_waits(req))) {
		return 2;
	}
	/* These come to an end without a file being touched. */
	return opcode == SMB2_OP_NOTIFY || opcode == SMB2_OP_LOCK ? 0 : 1;
}

const struct smbd_smb2_request *sg_files_request(const struct sg_files *files)
{
	const struct connection_struct *conn = files->tree->conn;
	const struct smbd_smb2_request *found = NULL;
	const struct smbXsrv_connection *x = NULL;
	int best = 0;

	for (x = global_smbXsrv_client->connections; x != NULL; x = x->next) {
		const struct smbd_smb2_request *req = NULL;

		for (req = x->smb2.requests; req != NULL; req = req->next) {
			int opcode = sg_request_opcode(req);
			int rank = 0;

			if (req->tcon != conn->tcon || req->session == NULL ||
			    opcode == -1) {
				continue;
			}
			rank = likelihood(req, opcode);
			if (rank >= best) {
				best = rank;
				found = req;
			}
		}
	}
	return found;
}

static struct smbXsrv_session *smb1_session(struct smbXsrv_connection *xconn,
					    uint64_t vuid)
{
	struct timeval now = timeval_current();
	struct smbXsrv_session *session = NULL;
	NTSTATUS status;

	status = smb1srv_session_lookup(xconn,
					vuid,
					timeval_to_nttime(&now),
					&session);
	return NT_STATUS_IS_OK(status) ? session : NULL;
}

/* False: nobody is known to ask. */
static bool find(const struct sg_files *files,
		 struct sg_access *access,
		 uint64_t vuid)
{
	struct connection_struct *conn = files->tree->conn;
	struct smbXsrv_client *client = global_smbXsrv_client;
	bool smb1;

	if (client == NULL || client->connections == NULL) {
		return false;
	}
	access->conn = conn;
	access->client = client;
	if (access->request != NULL) {
		access->xconn = access->request->xconn;
		access->session = access->request->session;
		return access->session != NULL &&
		       access->session->global != NULL;
	}
	access->xconn = client->connections;
	smb1 = access->xconn->protocol < PROTOCOL_SMB2_02;
	/* Of SMB1 smbd tells the session that it serves by the connection. */
	access->session = smb1 ? smb1_session(access->xconn,
					      vuid != 0 ? vuid : conn->vuid)
			       : NULL;
	return access->session != NULL && access->session->global != NULL;
}

void sg_files_who(struct sg_files *files,
		  const struct smbd_smb2_request *request,
		  uint64_t vuid)
{
	struct sg_access access = {.problem = NULL};
	struct sg_files_key key = {.session = NULL};
	struct sg_facts *facts = NULL;

	access.request = request != NULL ? request : sg_files_request(files);
	if (find(files, &access, vuid)) {
		key = (struct sg_files_key){
			.channel = access.xconn->channel_id,
			.session = access.session,
			.session_info =
				access.session->global->auth_session_info,
			.session_id = access.session->global->session_wire_id,
			.auth_time = access.session->global->auth_time,
			.encrypted = access.request != NULL &&
				     access.request->was_encrypted,
			.sign = access.request != NULL &&
				access.request->do_signing,
		};
		if (files->facts != NULL && same(&key, &files->key)) {
			return;
		}
		facts = sg_access_facts(files,
					&access,
					files->tree->facts->share);
	}
	if (facts != NULL) {
		facts->section = files->tree->facts->section;
		if (files->facts != files->tree->facts) {
			talloc_free(discard_const_p(void, files->facts));
		}
		files->facts = facts;
		TALLOC_FREE(files->text);
		files->text = talloc_zero(files, struct sg_facts_text);
		files->key = key;
		files->ignored =
			sg_file_ignores_account(files->policy, files->facts);
	} else if (files->facts == NULL) {
		files->facts = files->tree->facts;
		files->ignored =
			sg_file_ignores_account(files->policy, files->facts);
	}
}
