/*
 * vfs/smbguard.so: the share gate
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What: judges each tree connect by the options of [global] and of the
 * share, records it and its end, refuses with ACCESS_DENIED, and holds a tree
 * to encryption.
 *
 * How: connect and disconnect are its only VFS hooks, so that operations on
 * files cost nothing. Encryption is held by smbd itself, through the tree's
 * flags; the client was told to encrypt because the earlier gates raised
 * "server smb encrypt" for the share. For the refusal see
 * sg_knob_refuse_tree().
 *
 * How it fails: smbd refuses a share whose VFS module does not load. This
 * gate in turn refuses where anything is asked for and another gate is
 * missing, a struct has another layout than we were built for, or memory
 * runs out.
 *
 *  (1) Connections without a tree are smbd's own, made to look into a share
 *      on behalf of DFS and RPC: no client reads files through them.
 *
 *  (2) A refused tree connect comes back to disconnect at once, which puts
 *      the share's parameters back and records nothing: one connect refused
 *      is one event.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/knobs.h"
#include "smbd/layout.h"
#include "smbd/record.h"
#include "smbd/tamper.h"

#define GATES_NEEDED (SG_GATE_NEGOTIATE | SG_GATE_SESSION)

struct tree {
	struct sg_client_state *client;
	struct sg_refused_tree *refused; /* not NULL: note (2) */
	struct sg_facts *facts;
	struct timespec since;
	bool layout_checked;
};

/* What a tree connect is made of, each struct checked before it is read. */
struct access {
	struct connection_struct *conn;
	struct smbXsrv_client *client;
	struct smbXsrv_connection *xconn;
	struct smbXsrv_session *session;
	const struct smbd_smb2_request *request; /* NULL: SMB1 */
	const char *problem;			 /* the layout is not ours */
	int snum;
};

static bool fits(TALLOC_CTX *mem_ctx,
		 struct access *access,
		 struct sg_layout layout)
{
	access->problem = "out of memory";
	return sg_layout_fits(mem_ctx, layout, &access->problem);
}

static bool access_check_connections(TALLOC_CTX *mem_ctx, struct access *access)
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

static bool access_find_session(TALLOC_CTX *mem_ctx, struct access *access)
{
	struct smbXsrv_connection *first = access->client->connections;
	struct timeval now = timeval_current();
	NTSTATUS status;

	access->request = sg_find_request(first,
					  SMB2_OP_TCON,
					  access->conn->vuid,
					  &access->xconn);
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

static bool access_check(TALLOC_CTX *mem_ctx, struct access *access)
{
	struct smbXsrv_tcon *tcon = access->conn->tcon;
	bool ok;

	ok = fits(mem_ctx, access, SG_LAYOUT(tcon, struct smbXsrv_tcon)) &&
	     fits(mem_ctx,
		  access,
		  SG_LAYOUT(tcon->global, struct smbXsrv_tcon_global0)) &&
	     access_check_connections(mem_ctx, access) &&
	     access_find_session(mem_ctx, access);
	if (ok) {
		access->problem = NULL;
	}
	return ok;
}

/*
 * Was the client told to encrypt, in its session or with this tree? smbd notes
 * what it will tell before it asks us. A share that it loaded for this very
 * connect was not there to be raised.
 */
static bool was_told(const struct access *access)
{
	uint8_t session = access->session->global->encryption_flags;
	uint8_t tree = access->conn->tcon->global->encryption_flags;

	return ((session | tree) & SMBXSRV_ENCRYPTION_DESIRED) != 0;
}

/* Why the gate cannot judge, for policy->broken. */
static void find_broken(const struct access *access,
			struct sg_client_state *client,
			const struct sg_facts *facts,
			struct sg_policy *policy)
{
	bool encrypt = sg_policy_enforces(policy, NULL, SG_OPTION_ENCRYPTION);

	if (access->problem != NULL) {
		policy->broken = access->problem;
		policy->broken_remedy =
			"Install the smbguard that was built for this Samba";
		return;
	}
	if ((client->gates & GATES_NEEDED) == GATES_NEEDED) {
		if (encrypt && facts->can_encrypt && !was_told(access)) {
			policy->broken = "smbd did not tell the client to "
					 "encrypt at this share";
			policy->broken_option = SG_OPTION_ENCRYPTION;
			(void)sg_knob_raise_encryption(client, policy->global);
			policy->broken_remedy =
				lp_server_smb_encrypt(access->snum) <
						SMB_ENCRYPTION_DESIRED
					? "Take \"server smb encrypt\" off "
					  "smbd's command line"
					: "The next connect will do";
		}
		return;
	}
	policy->broken = (client->gates & SG_GATE_NEGOTIATE) == 0
				 ? "the negotiate gate is not loaded"
				 : "the session gate is not loaded";
	policy->broken_remedy =
		"List smbguard/negotiate.so and smbguard/session.so in "
		"\"preload modules\" of [global], with their full paths";
}

static struct sg_facts *tree_facts(TALLOC_CTX *mem_ctx,
				   const struct access *access,
				   const char *share)
{
	const struct sg_session_state *session = NULL;
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
	session = sg_session_state(access->session);
	sg_facts_add_mechanism(facts, session);
	sg_facts_add_account(facts, access->session->global->auth_session_info);
	sg_facts_add_session(facts,
			     access->xconn,
			     access->session,
			     access->request);
	return facts;
}

/* Hold the tree to what was asked for and the client can do. */
static void tree_hold(struct tree *tree,
		      const struct access *access,
		      const struct sg_policy *policy)
{
	struct sg_facts *facts = tree->facts;
	bool encrypt = sg_policy_enforces(policy, NULL, SG_OPTION_ENCRYPTION);
	bool sign = sg_policy_enforces(policy, NULL, SG_OPTION_SIGNING);

	if (access->request == NULL) {
		return; /* SMB1 has neither knob, nor the need of them */
	}
	if (encrypt && facts->can_encrypt) {
		sg_knob_encrypt_tree(access->conn->tcon);
		facts->is_encrypted = SG_YES;
	}
	if (sign && facts->can_sign) {
		sg_knob_sign_session(access->session);
		facts->is_signed = SG_YES;
	}
}

static void record_errors(struct tree *tree,
			  const struct sg_policy *policy,
			  const struct sg_verdict *verdict)
{
	sg_record_faults(tree->client,
			 tree->facts,
			 policy->share_name,
			 policy->share);
	if (policy->broken != NULL && verdict->actual == policy->broken) {
		sg_record_policy_error(tree->client, tree->facts, verdict);
	}
}

/*
 * Judge, carry out, record. Returns whether the client may have the tree. A
 * refusal without tree->refused must fail the connect.
 */
static bool tree_judge(struct tree *tree,
		       const struct access *access,
		       const char *share)
{
	struct sg_policy *policy = sg_config_policy(tree, access->snum);
	struct sg_verdict *verdict = NULL;
	struct sg_event event = {.name = "share_connect"};
	bool allowed;
	bool recorded;

	tree->facts = tree_facts(tree, access, share);
	if (policy == NULL || tree->facts == NULL) {
		return false;
	}
	tree->layout_checked = access->problem == NULL;
	find_broken(access, tree->client, tree->facts, policy);
	verdict = sg_decide(tree, SG_GATE_SHARE, policy, tree->facts);
	if (verdict == NULL) {
		return false;
	}
	record_errors(tree, policy, verdict);
	allowed = verdict->outcome != SG_DENIED;
	if (allowed) {
		tree_hold(tree, access, policy);
	}
	event.facts = tree->facts;
	event.verdict = verdict;
	recorded = sg_record(tree->client, policy, &event);
	if (!recorded) {
		allowed = false;
	}
	if (!allowed) {
		tree->refused = sg_knob_refuse_tree(tree, access->snum);
	}
	return allowed;
}

static struct tree *tree_new(struct connection_struct *conn)
{
	struct tree *tree = talloc_zero(conn, struct tree);

	if (tree == NULL) {
		return NULL;
	}
	clock_gettime(CLOCK_MONOTONIC, &tree->since);
	tree->client = sg_client_state(global_smbXsrv_client);
	if (tree->client == NULL) {
		TALLOC_FREE(tree);
	}
	return tree;
}

/* Is this a client's tree connect at all? See note (1). */
static bool access_start(TALLOC_CTX *mem_ctx,
			 struct access *access,
			 const char *service)
{
	bool ok;

	if (access->client == NULL) {
		return false;
	}
	ok = fits(mem_ctx,
		  access,
		  SG_LAYOUT(access->conn, struct connection_struct));
	if (ok && access->conn->tcon == NULL) {
		return false;
	}
	access->snum = lp_servicenumber(service);
	if (ok) {
		access->snum = SNUM(access->conn);
		(void)access_check(mem_ctx, access);
	}
	return true;
}

static int gate_connect(struct vfs_handle_struct *handle,
			const char *service,
			const char *user)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct access access = {
		.conn = handle->conn,
		.client = global_smbXsrv_client,
	};
	struct tree *tree = NULL;
	bool ours;
	bool allowed = false;
	int ret;

	ret = SMB_VFS_NEXT_CONNECT(handle, service, user);
	if (ret < 0) {
		TALLOC_FREE(frame);
		return ret;
	}
	ours = access_start(frame, &access, service);
	if (!ours) {
		TALLOC_FREE(frame);
		return 0;
	}
	tree = tree_new(handle->conn);
	if (tree != NULL) {
		allowed = tree_judge(tree, &access, service);
	}
	if (!allowed && (tree == NULL || tree->refused == NULL)) {
		DBG_ERR("smbguard: [%s] refused as UNSUCCESSFUL: out of memory, "
			"not known as a share, or smbd did not take \"root "
			"preexec\"\n",
			service);
		TALLOC_FREE(tree);
		SMB_VFS_NEXT_DISCONNECT(handle);
		TALLOC_FREE(frame);
		errno = EACCES;
		return -1;
	}
	handle->data = tree;
	TALLOC_FREE(frame);
	return 0;
}

static uint64_t microseconds_since(struct timespec since)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)((now.tv_sec - since.tv_sec) * 1000000 +
			  (now.tv_nsec - since.tv_nsec) / 1000);
}

static void record_disconnect(struct tree *tree)
{
	struct sg_verdict verdict = {
		.outcome = SG_ALLOWED,
		.reason = "The tree was disconnected.",
	};
	struct sg_event event = {
		.name = "share_disconnect",
		.facts = tree->facts,
		.verdict = &verdict,
		.have_duration = true,
		.duration = microseconds_since(tree->since),
	};

	(void)sg_record(tree->client, NULL, &event);
}

/* Only this smbd's own trees come here, and its layout was checked then. */
static void look_for_tampering(struct tree *tree)
{
	struct smbXsrv_client *client = global_smbXsrv_client;

	if (tree->facts->dialect < SG_DIALECT_SMB2_02 || client == NULL ||
	    !tree->layout_checked) {
		return;
	}
	sg_tamper_disconnect(tree->client, client->connections, tree->facts);
}

static void gate_disconnect(struct vfs_handle_struct *handle)
{
	struct tree *tree = handle->data;

	if (tree != NULL && tree->refused == NULL) {
		look_for_tampering(tree);
		record_disconnect(tree);
	}
	handle->data = NULL;
	TALLOC_FREE(tree);
	SMB_VFS_NEXT_DISCONNECT(handle);
}

static struct vfs_fn_pointers gate_functions = {
	.connect_fn = gate_connect,
	.disconnect_fn = gate_disconnect,
};

NTSTATUS samba_init_module(TALLOC_CTX *ctx);

NTSTATUS samba_init_module(TALLOC_CTX *ctx)
{
	return smb_register_vfs(SMB_VFS_INTERFACE_VERSION,
				"smbguard",
				&gate_functions);
}
