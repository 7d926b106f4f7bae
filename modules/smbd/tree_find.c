/*
 * smbguard: what a tree connect is made of
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The VFS hook gets a connection_struct. From there to the tree, the client,
 * its connections and the session, each struct's size is compared before a
 * pointer is read out of it.
 *
 * How it fails: with access->problem, which the share gate refuses for.
 */

#include "smbd/samba.h"
#include "smbd/facts.h"
#include "smbd/knobs.h"
#include "smbd/layout.h"
#include "smbd/tree_find.h"

int sg_request_opcode(const struct smbd_smb2_request *req)
{
	const uint8_t *hdr = NULL;

	if (req->in.vector == NULL || req->current_idx <= 0 ||
	    req->current_idx + SMBD_SMB2_NUM_IOV_PER_REQ >
		    req->in.vector_count) {
		return -1;
	}
	if (SMBD_SMB2_IN_HDR_IOV(req)->iov_len < SMB2_HDR_BODY) {
		return -1;
	}
	hdr = SMBD_SMB2_IN_HDR_PTR(req);
	return SVAL(hdr, SMB2_HDR_OPCODE);
}

/*
 * The tree connect that smbd serves now for session vuid, on any connection of
 * the client; and, in *xconn, that connection. NULL: none, as with SMB1.
 */
static const struct smbd_smb2_request *find_request(
	struct smbXsrv_connection *connections,
	uint64_t vuid,
	struct smbXsrv_connection **xconn)
{
	const struct smbd_smb2_request *found = NULL;
	struct smbXsrv_connection *x = NULL;

	for (x = connections; x != NULL; x = x->next) {
		const struct smbd_smb2_request *req = NULL;

		for (req = x->smb2.requests; req != NULL; req = req->next) {
			if (req->session == NULL ||
			    req->session->global->session_wire_id != vuid ||
			    sg_request_opcode(req) != SMB2_OP_TCON) {
				continue;
			}
			found = req;
			*xconn = x;
		}
	}
	return found;
}

static bool fits(TALLOC_CTX *mem_ctx,
		 struct sg_access *access,
		 struct sg_layout layout)
{
	access->problem = "out of memory";
	return sg_layout_fits(mem_ctx, layout, &access->problem);
}

static bool check_connections(TALLOC_CTX *mem_ctx, struct sg_access *access)
{
	struct smbXsrv_connection *x = NULL;
	bool ok;

	ok = fits(mem_ctx,
		  access,
		  SG_LAYOUT(access->client, struct smbXsrv_client)) &&
	     fits(mem_ctx,
		  access,
		  SG_LAYOUT(access->client->connections,
			    struct smbXsrv_connection));
	if (!ok) {
		return false;
	}
	for (x = access->client->connections; x != NULL; x = x->next) {
		if (x->smb2.requests == NULL) {
			continue;
		}
		ok = fits(
			mem_ctx,
			access,
			SG_LAYOUT(x->smb2.requests, struct smbd_smb2_request));
		if (!ok) {
			return false;
		}
	}
	return true;
}

static bool find_session(TALLOC_CTX *mem_ctx, struct sg_access *access)
{
	struct smbXsrv_connection *first = access->client->connections;
	struct timeval now = timeval_current();
	NTSTATUS status;

	access->request =
		find_request(first, access->conn->vuid, &access->xconn);
	if (access->request != NULL) {
		access->session = access->request->session;
	} else if (first->protocol < PROTOCOL_SMB2_02) {
		access->xconn = first;
		status = smb1srv_session_lookup(first,
						access->conn->vuid,
						timeval_to_nttime(&now),
						&access->session);
		if (!NT_STATUS_IS_OK(status)) {
			access->session = NULL;
		}
	}
	return fits(mem_ctx,
		    access,
		    SG_LAYOUT(access->session, struct smbXsrv_session)) &&
	       fits(mem_ctx,
		    access,
		    SG_LAYOUT(access->session->global,
			      struct smbXsrv_session_global0));
}

static bool check(TALLOC_CTX *mem_ctx, struct sg_access *access)
{
	struct smbXsrv_tcon *tcon = access->conn->tcon;
	bool ok;

	ok = fits(mem_ctx, access, SG_LAYOUT(tcon, struct smbXsrv_tcon)) &&
	     fits(mem_ctx,
		  access,
		  SG_LAYOUT(tcon->global, struct smbXsrv_tcon_global0)) &&
	     check_connections(mem_ctx, access) &&
	     find_session(mem_ctx, access);
	if (ok) {
		access->problem = NULL;
	}
	return ok;
}

bool sg_access_find(TALLOC_CTX *mem_ctx,
		    struct connection_struct *conn,
		    const char *service,
		    struct sg_access *access)
{
	bool ok;

	*access = (struct sg_access){
		.conn = conn,
		.client = global_smbXsrv_client,
	};
	if (access->client == NULL) {
		return false;
	}
	ok = fits(mem_ctx, access, SG_LAYOUT(conn, struct connection_struct));
	if (ok && conn->tcon == NULL) {
		return false;
	}
	if (!ok) {
		access->snum = getservicebyname(service, NULL);
		return true;
	}
	access->snum = SNUM(conn);
	(void)check(mem_ctx, access);
	return true;
}

struct sg_facts *sg_access_facts(TALLOC_CTX *mem_ctx,
				 const struct sg_access *access,
				 const char *share)
{
	struct sg_facts *facts = NULL;

	if (access->problem != NULL) {
		facts = sg_facts_blind(mem_ctx);
	} else {
		facts = sg_facts_connection(mem_ctx, access->xconn);
	}
	if (facts == NULL) {
		return NULL;
	}
	facts->share = talloc_strdup(facts, share);
	if (access->problem != NULL) {
		return facts;
	}
	sg_facts_add_mechanism(facts, sg_session_known(access->session));
	sg_facts_add_account(facts, access->session->global->auth_session_info);
	sg_facts_add_session(facts,
			     access->xconn,
			     access->session,
			     access->request);
	return facts;
}

/* The share of the tree that a request names; NULL: not known. */
static const char *share_of(TALLOC_CTX *mem_ctx,
			    const struct smbd_smb2_request *request)
{
	const uint8_t *hdr = SMBD_SMB2_IN_HDR_PTR(request);
	struct sg_access access = {.problem = NULL};
	struct timeval now = timeval_current();
	struct smbXsrv_tcon *tcon = NULL;
	NTSTATUS status;
	bool ok;

	status = smb2srv_tcon_lookup(request->session,
				     IVAL(hdr, SMB2_HDR_TID),
				     timeval_to_nttime(&now),
				     &tcon);
	if (!NT_STATUS_IS_OK(status)) {
		return NULL;
	}
	ok = fits(mem_ctx, &access, SG_LAYOUT(tcon, struct smbXsrv_tcon)) &&
	     fits(mem_ctx,
		  &access,
		  SG_LAYOUT(tcon->global, struct smbXsrv_tcon_global0));
	return ok ? talloc_strdup(mem_ctx, tcon->global->share_name) : NULL;
}

struct sg_facts *sg_request_facts(TALLOC_CTX *mem_ctx,
				  struct smbXsrv_connection *xconn,
				  const struct smbd_smb2_request *request)
{
	struct sg_facts *facts = sg_facts_connection(mem_ctx, xconn);
	struct smbXsrv_session *session = request->session;
	struct sg_access access = {.problem = NULL};
	bool ok;

	ok = facts != NULL &&
	     fits(mem_ctx,
		  &access,
		  SG_LAYOUT(session, struct smbXsrv_session)) &&
	     fits(mem_ctx,
		  &access,
		  SG_LAYOUT(session->global, struct smbXsrv_session_global0));
	if (!ok) {
		return facts;
	}
	facts->share = share_of(facts, request);
	sg_facts_add_mechanism(facts, sg_session_known(session));
	sg_facts_add_account(facts, session->global->auth_session_info);
	sg_facts_add_session(facts, xconn, session, request);
	return facts;
}

bool sg_access_was_told(const struct sg_access *access)
{
	uint8_t session = access->session->global->encryption_flags;
	uint8_t tree = access->conn->tcon->global->encryption_flags;

	return ((session | tree) & SMBXSRV_ENCRYPTION_DESIRED) != 0;
}

void sg_access_encrypt(const struct sg_access *access)
{
	sg_knob_encrypt_tree(access->conn->tcon);
}

void sg_access_sign(const struct sg_access *access)
{
	sg_knob_sign_session(access->session);
}

/*
 * smbd frees a usershare that is in use, if its file is gone and somebody asks for
 * it. The number may be another share's by then.
 */
int sg_tree_snum(const struct sg_tree *tree)
{
	const struct loadparm_service *service =
		loadparm_s3_helpers()->get_servicebynum(SNUM(tree->conn));
	const struct sg_facts *facts = tree->facts;

	if (facts == NULL || facts->share == NULL) {
		return SNUM(tree->conn);
	}
	if (service != NULL && strequal(service->szService, facts->share)) {
		return SNUM(tree->conn);
	}
	return facts->section != NULL ? getservicebyname(facts->section, NULL)
				      : -1;
}
