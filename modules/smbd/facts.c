/*
 * smbguard: facts out of smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads smbd's private structs and writes nothing into them.
 *
 * How it fails: what cannot be had is left unknown, and an unknown fact
 * satisfies no rule.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/logon.h"
#include "smbd/spare.h"
#include "smbd/state.h"
#include "smbd/who.h"

#include "core/hash.h"

#include "lib/substitute.h"
#include "smbd/smb1_signing.h"
#include "../libcli/smb/smb_signing.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/*
 * One number for a connection, the same in every process that it is passed
 * to (multi-channel): the kernel's cookie of the socket, made unique over
 * reboots. Not a secret.
 */
static uint64_t connection_id(int sock)
{
	uint64_t hash = SG_HASH64_NOTHING;
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);
	char boot_id[64] = {0};
	struct sg_client_state *client = sg_client_here();
	bool spare = client != NULL && sg_spare_use_if_none(client);
	int fd;

	fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	if (fd != -1) {
		ssize_t got = read(fd, boot_id, sizeof(boot_id));

		if (got > 0) {
			hash = sg_hash64(hash, boot_id, (size_t)got);
		}
		close(fd);
	}
	if (spare) {
		sg_spare_set_aside(client);
	}
	(void)getsockopt(sock, SOL_SOCKET, SO_COOKIE, &cookie, &size);
	return sg_hash64(hash, &cookie, sizeof(cookie));
}

static enum sg_dialect connection_dialect(
	const struct smbXsrv_connection *xconn)
{
	if (xconn->protocol >= PROTOCOL_SMB2_02) {
		return sg_dialect_from_wire(xconn->smb2.server.dialect);
	}
	return sg_dialect_from_protocol(xconn->protocol);
}

static void add_negotiated(struct sg_facts *facts,
			   const struct smbXsrv_connection *xconn)
{
	facts->signing_algorithm = SG_SIGNING_NONE;
	facts->dialect = connection_dialect(xconn);
	if (facts->dialect == SG_DIALECT_NONE) {
		return;
	}
	if (facts->dialect < SG_DIALECT_SMB2_02) {
		facts->signing_algorithm = SG_SIGNING_MD5;
		return;
	}
	facts->cipher = xconn->smb2.server.cipher;
	facts->signing_algorithm = xconn->smb2.server.sign_algo;
	facts->have_guid = true;
	memcpy(facts->client_guid,
	       &xconn->smb2.client.guid,
	       sizeof(facts->client_guid));
	/* struct GUID holds three numbers in host order; the wire has LE. */
	SIVAL(facts->client_guid, 0, xconn->smb2.client.guid.time_low);
	SSVAL(facts->client_guid, 4, xconn->smb2.client.guid.time_mid);
	SSVAL(facts->client_guid,
	      6,
	      xconn->smb2.client.guid.time_hi_and_version);
}

static char *address_of(TALLOC_CTX *mem_ctx, const struct tsocket_address *addr)
{
	bool is_inet = tsocket_address_is_inet(addr, "ip");

	if (!is_inet) {
		return talloc_strdup(mem_ctx, "0.0.0.0");
	}
	return tsocket_address_inet_addr_string(addr, mem_ctx);
}

static struct sg_facts *fixed_facts(TALLOC_CTX *mem_ctx,
				    const struct smbXsrv_connection *xconn)
{
	struct sg_facts *facts = NULL;
	bool is_inet;

	facts = talloc_zero(mem_ctx, struct sg_facts);
	if (facts == NULL) {
		return NULL;
	}
	facts->connection_id = connection_id(xconn->transport.sock);
	facts->pid = getpid();
	facts->server_name = talloc_strdup(facts, lp_netbios_name());
	facts->local_address = address_of(facts, xconn->local_address);
	facts->client_address = address_of(facts, xconn->remote_address);
	if (facts->server_name == NULL || facts->local_address == NULL ||
	    facts->client_address == NULL) {
		TALLOC_FREE(facts);
		return NULL;
	}
	is_inet = tsocket_address_is_inet(xconn->remote_address, "ip");
	if (is_inet) {
		facts->client_port =
			tsocket_address_inet_port(xconn->remote_address);
	}
	return facts;
}

struct sg_facts *sg_facts_connection(TALLOC_CTX *mem_ctx,
				     struct smbXsrv_connection *xconn)
{
	struct sg_connection_state *state = sg_connection_state(xconn);
	struct sg_facts *facts = NULL;

	if (state == NULL) {
		return NULL;
	}
	if (state->fixed == NULL) {
		state->fixed = fixed_facts(state, xconn);
	}
	if (state->fixed == NULL) {
		return NULL;
	}
	facts = talloc_memdup(mem_ctx, state->fixed, sizeof(*facts));
	if (facts == NULL) {
		return NULL;
	}
	talloc_set_name_const(facts, "struct sg_facts");
	if (talloc_reference(facts, state->fixed) == NULL) {
		TALLOC_FREE(facts);
		return NULL;
	}
	add_negotiated(facts, xconn);
	facts->offer = state->offer;
	return facts;
}

struct sg_facts *sg_facts_blind(TALLOC_CTX *mem_ctx)
{
	struct sg_facts *facts = NULL;

	facts = talloc_zero(mem_ctx, struct sg_facts);
	if (facts == NULL) {
		return NULL;
	}
	facts->signing_algorithm = SG_SIGNING_NONE;
	facts->pid = getpid();
	facts->server_name = talloc_strdup(facts, lp_netbios_name());
	facts->local_address = talloc_sub_basic(facts, "", "", "%i");
	facts->client_address = talloc_sub_basic(facts, "", "", "%I");
	return facts;
}

void sg_facts_add_account(struct sg_facts *facts,
			  const struct auth_session_info *session_info)
{
	enum security_user_level level;
	struct dom_sid_buf buf;

	if (session_info == NULL) {
		return;
	}
	if (session_info->info != NULL) {
		facts->account =
			talloc_strdup(facts, session_info->info->account_name);
		facts->domain =
			talloc_strdup(facts, session_info->info->domain_name);
	}
	if (session_info->security_token != NULL &&
	    session_info->security_token->num_sids > 0) {
		facts->sid = talloc_strdup(
			facts,
			dom_sid_str_buf(&session_info->security_token->sids[0],
					&buf));
	}
	level = security_session_user_level(
		discard_const_p(struct auth_session_info, session_info),
		NULL);
	facts->guest = level == SECURITY_GUEST;
	facts->anonymous = level == SECURITY_ANONYMOUS;
	sg_who_add(facts, session_info);
}

static const char *dup_known(TALLOC_CTX *mem_ctx, const char *text)
{
	return text != NULL ? talloc_strdup(mem_ctx, text) : NULL;
}

void sg_facts_add_mechanism(struct sg_facts *facts,
			    const struct sg_session_state *session)
{
	if (session == NULL) {
		return;
	}
	facts->mechanism = dup_known(facts, session->mechanism);
	if (session->claims == NULL) {
		return;
	}
	facts->client_name = dup_known(facts, session->claims->workstation);
	facts->password_type = dup_known(facts, session->claims->password_type);
}

static enum sg_known known_if(bool yes)
{
	return yes ? SG_YES : SG_NO;
}

const char *sg_facts_other_account(const struct sg_facts *facts,
				   const struct auth_session_info *before)
{
	const struct security_token *token = NULL;
	struct dom_sid_buf buf;

	if (before == NULL) {
		return NULL;
	}
	token = before->security_token;
	if (token != NULL && token->num_sids > 0 && facts->sid != NULL &&
	    strcmp(dom_sid_str_buf(&token->sids[0], &buf), facts->sid) == 0) {
		return NULL;
	}
	if (before->info == NULL || before->info->account_name == NULL) {
		return "an unknown account";
	}
	return before->info->account_name;
}

bool sg_facts_user_keys(const struct sg_facts *facts,
			struct smbXsrv_session *session)
{
	const struct sg_session_state *state = sg_session_known(session);

	return state != NULL ? state->user_keys : sg_facts_is_user(facts);
}

/* Has a session of SMB1 a key, or will it have one with this very logon? */
static bool smb1_key(const struct smbXsrv_session *session)
{
	if (session == NULL) {
		return false;
	}
	/* A logon through SPNEGO is still under way, and ends with a key. */
	if (!NT_STATUS_IS_OK(session->status)) {
		return true;
	}
	return smb2_signing_key_valid(session->global->signing_key);
}

/*
 * Signing is the connection's, with the key of its first user. smbd refuses
 * what is unsigned once it has such a key, if a signed message has come or if
 * it was told before the negotiate that signing is mandatory. A logon without
 * extended security gives no key: whoever comes that way is served unsigned,
 * whatever is mandatory.
 */
static void add_smb1_signing(struct sg_facts *facts,
			     const struct smbXsrv_connection *xconn,
			     bool key)
{
	struct smbXsrv_connection *x =
		discard_const_p(struct smbXsrv_connection, xconn);
	bool active = smb1_srv_is_signing_active(x);
	bool agreed = smb1_srv_is_signing_negotiated(x);
	bool must = smb1_signing_is_mandatory(x->smb1.signing_state);
	bool held =
		active || (agreed && must && key && sg_facts_is_user(facts));

	sg_facts_set_keys(facts, false, sg_facts_is_user(facts) && held);
	facts->keyless = !active && !key;
	facts->is_signed = known_if(held);
	facts->is_encrypted = SG_NO;
}

/*
 * A logon in a session that is there keeps its keys, and smbd holds it to no more
 * than the session was held to, whatever the logon says.
 */
static void add_kept(struct sg_facts *facts, struct smbXsrv_session *session)
{
	bool user_keys = sg_facts_user_keys(facts, session);
	const struct smbXsrv_session_global0 *global = session->global;

	sg_facts_set_keys(
		facts,
		user_keys && smb2_signing_key_valid(global->encryption_key),
		user_keys && smb2_signing_key_valid(global->signing_key));
	facts->is_signed = known_if(
		(global->signing_flags & SMBXSRV_SIGNING_REQUIRED) != 0);
	facts->is_encrypted = known_if(
		(global->encryption_flags & SMBXSRV_ENCRYPTION_REQUIRED) != 0);
}

void sg_facts_add_logon(struct sg_facts *facts, const struct sg_logon *logon)
{
	const struct smbXsrv_connection *xconn = logon->xconn;
	bool sign;
	bool encrypt;

	if (logon->session != NULL) {
		facts->have_session_id = true;
		facts->session_id = logon->session->global->session_wire_id;
	}
	if (facts->dialect < SG_DIALECT_SMB2_02) {
		add_smb1_signing(facts, xconn, smb1_key(logon->session));
		return;
	}
	if (logon->kind != SG_LOGON_FIRST) {
		add_kept(facts, logon->session);
		return;
	}
	sg_facts_own_keys(facts);
	sign = ((logon->security_mode | xconn->smb2.server.security_mode) &
		SMB2_NEGOTIATE_SIGNING_REQUIRED) != 0;
	facts->is_signed = known_if(facts->can_sign && sign);

	encrypt = sg_lp_server_smb_encrypt(SG_GLOBAL_SNUM) ==
		  SMB_ENCRYPTION_REQUIRED;
	facts->is_encrypted = known_if(facts->can_encrypt && encrypt);
}

void sg_facts_add_session(struct sg_facts *facts,
			  const struct smbXsrv_connection *xconn,
			  struct smbXsrv_session *session,
			  const struct smbd_smb2_request *request)
{
	facts->have_session_id = true;
	facts->session_id = session->global->session_wire_id;
	if (request == NULL) {
		add_smb1_signing(facts, xconn, smb1_key(session));
		return;
	}
	add_kept(facts, session);
	if (request->do_signing) {
		facts->is_signed = SG_YES;
	}
	if (request->was_encrypted) {
		facts->is_encrypted = SG_YES;
	}
}

struct sg_facts *sg_facts_session(TALLOC_CTX *mem_ctx,
				  struct smbXsrv_connection *xconn,
				  struct smbXsrv_session *session)
{
	struct sg_facts *facts = sg_facts_connection(mem_ctx, xconn);

	if (facts != NULL) {
		sg_facts_add_mechanism(facts, sg_session_known(session));
		sg_facts_add_account(facts, session->global->auth_session_info);
		sg_facts_add_session(facts, xconn, session, NULL);
	}
	return facts;
}
