/*
 * smbguard/negotiate.so: the negotiate gate
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What: records what each client offers, SMB1 dialect strings and SMB2
 * negotiate contexts included, and sets what [global] demands of connections:
 * the floor, signing, the algorithms. It also makes smbd tell clients to
 * encrypt, for the share gate to hold them to it.
 *
 * How: smbd loads this module (preload modules) in the process of each new
 * connection, before it reads a byte. The knobs are turned at once (knobs.c).
 * The offer is peeked at when the first message has come, in tevent's trace
 * callback, just before smbd reads that message.
 *
 * How it fails: smbd ignores whether a preload module loaded, so this gate
 * reports itself in the client's state and the share gate refuses without
 * it. With another smbd than it was built for it touches nothing and does
 * not report itself. A message that cannot be understood is recorded as far
 * as it could be, and smbd deals with it as ever.
 *
 *  (1) Only the first message of a connection is of interest, or the first
 *      two when the first is SMB1 and offers SMB2 as well. The callback stays
 *      for another purpose: after smbd has loaded its configuration again,
 *      what was raised for shares must be raised before the next request.
 *      That costs the comparison of an integer for each event of a socket.
 *
 *  (2) A second connection of a multi-channel client is negotiated in a
 *      process of its own, with this gate, and then passed on. In the process
 *      that receives it there is nothing left to do.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/history.h"
#include "smbd/knobs.h"
#include "smbd/layout.h"
#include "smbd/peek.h"
#include "smbd/record.h"
#include "smbd/regress.h"
#include "smbd/watch.h"

#define GATE "negotiate"

struct negotiate_gate {
	struct smbXsrv_connection *xconn; /* NULL: its offer is recorded */
	struct sg_client_state *client;
	const struct sg_facts *facts; /* of the connection, before any offer */
	const struct sg_policy *policy; /* as smb.conf had it at the start */
	const struct sg_offer *smb1; /* a first message that awaits another */
	pid_t pid;

	/* who had tevent's callback before, note (1) */
	tevent_trace_fd_callback_t chained;
	void *chained_data;
};

/* smbd's choice, if only its own limits counted. */
static enum sg_dialect smbd_choice(const struct negotiate_gate *gate,
				   const struct sg_offer *offer,
				   bool *later)
{
	enum sg_dialect best;

	best = sg_offer_best(offer,
			     gate->policy->native_min,
			     gate->policy->native_max,
			     later);
	if (best == SG_DIALECT_NONE && !*later) {
		/* Refused in any case; name the best it had. */
		best = sg_offer_best(offer,
				     SG_DIALECT_NONE,
				     SG_DIALECT_NONE,
				     later);
		*later = false;
	}
	return best;
}

static const char *words_for(TALLOC_CTX *mem_ctx, const struct sg_offer *offer)
{
	switch (offer->kind) {
	case SG_OFFER_NOTHING:
		return "The connection ended before the client sent a "
		       "negotiate request.";
	case SG_OFFER_SMB1:
	case SG_OFFER_SMB2:
		return talloc_asprintf(mem_ctx,
				       "The negotiate request was not "
				       "understood: %s. smbd deals with it.",
				       offer->problem);
	default:
		return "The first message is no negotiate request; smbd "
		       "deals with it.";
	}
}

/* Is there anything to judge? */
static bool is_offer(const struct sg_offer *offer, enum sg_dialect dialect)
{
	if (offer->kind != SG_OFFER_SMB1 && offer->kind != SG_OFFER_SMB2) {
		return false;
	}
	/* What was not read to its end may have held a known dialect. */
	return dialect != SG_DIALECT_NONE || offer->problem == NULL;
}

/* Passwords that only SMB1 would send are ruled out, see knobs.c. */
static void add_password_words(const struct sg_policy *policy,
			       const struct sg_facts *facts,
			       struct sg_verdict *verdict)
{
	bool restricted = sg_policy_enforces(policy, NULL, SG_OPTION_GUEST) ||
			  sg_policy_enforces(policy, NULL, SG_OPTION_NTLM);
	char *reason = NULL;

	if (!restricted || facts->dialect > SG_DIALECT_NT1) {
		return;
	}
	reason = talloc_asprintf(verdict,
				 "%s Unencrypted and LANMAN passwords are not "
				 "accepted.",
				 verdict->reason);
	if (reason != NULL) {
		verdict->reason = reason;
	}
}

static struct sg_verdict *judge_offer(TALLOC_CTX *mem_ctx,
				      const struct negotiate_gate *gate,
				      const struct sg_facts *facts)
{
	struct sg_verdict *verdict = NULL;
	bool real = is_offer(facts->offer, facts->dialect);

	if (real) {
		verdict = sg_decide(mem_ctx,
				    SG_GATE_NEGOTIATE,
				    gate->policy,
				    facts);
		if (verdict != NULL) {
			add_password_words(gate->policy, facts, verdict);
		}
		return verdict;
	}
	verdict = talloc_zero(mem_ctx, struct sg_verdict);
	if (verdict != NULL) {
		verdict->outcome = SG_FAILED;
		verdict->reason = words_for(verdict, facts->offer);
	}
	return verdict;
}

/* conn: NULL when the connection has gone already. */
static void record_offer(struct negotiate_gate *gate,
			 struct sg_connection_state *conn,
			 const struct sg_offer *offer,
			 enum sg_dialect dialect)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_facts facts = *gate->facts;
	struct sg_event event = {.name = "negotiate", .facts = &facts};
	struct sg_server_lists lists = {.encrypts = false};

	facts.offer = offer;
	facts.dialect = dialect;
	if (dialect != SG_DIALECT_NONE) {
		sg_config_server_lists(&lists);
		sg_predict(offer,
			   dialect,
			   &lists,
			   &facts.cipher,
			   &facts.signing_algorithm);
	}
	if (offer->kind == SG_OFFER_SMB2) {
		facts.have_guid = true;
		memcpy(facts.client_guid, offer->guid, sizeof(offer->guid));
	}
	event.verdict = judge_offer(frame, gate, &facts);
	if (event.verdict != NULL && event.verdict->reason != NULL) {
		(void)sg_record(gate->client, NULL, &event);
		if (conn != NULL && is_offer(offer, dialect)) {
			sg_regress_negotiate(gate->client,
					     conn,
					     gate->policy,
					     &facts);
		}
	} else {
		DBG_ERR("smbguard: out of memory, an offer was not recorded\n");
	}
	TALLOC_FREE(frame);
}

/* The offer of SMB2 that follows the one of SMB1, as one. */
static const struct sg_offer *join_offers(TALLOC_CTX *mem_ctx,
					  const struct sg_offer *smb1,
					  const struct sg_offer *smb2)
{
	struct sg_offer *both = talloc_memdup(mem_ctx, smb2, sizeof(*smb2));

	if (both == NULL) {
		return smb2;
	}
	both->num_smb1 = smb1->num_smb1;
	both->smb1_wildcard = smb1->smb1_wildcard;
	memcpy(both->smb1, smb1->smb1, sizeof(both->smb1));
	return both;
}

/* Share parameters that a load of smb.conf has put back, note (1). */
static void gate_raise_again(struct negotiate_gate *gate)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_settings *global = sg_config_load(frame, SG_GLOBAL_SNUM);

	/* If it fails, clients are not told, and the share gate holds them. */
	if (global != NULL) {
		(void)sg_knob_raise_encryption(gate->client, global, true);
	}
	TALLOC_FREE(frame);
}

/* What the later gates may want to know; and no further look. */
static struct sg_connection_state *gate_done(struct negotiate_gate *gate,
					     const struct sg_offer *offer)
{
	struct sg_connection_state *state = sg_connection_state(gate->xconn);

	if (state != NULL) {
		state->offer = offer;
	}
	gate->xconn = NULL;
	return state;
}

/* The message that is there now, whole or as much of it as came in time. */
static void gate_look(struct negotiate_gate *gate)
{
	struct sg_connection_state *conn = NULL;
	const struct sg_offer *offer = NULL;
	enum sg_dialect dialect;
	bool later = false;
	bool ok;

	offer = sg_peek_offer(gate, gate->xconn->transport.sock);
	if (offer == NULL) {
		DBG_ERR("smbguard: out of memory, an offer was not recorded\n");
		gate->xconn = NULL;
		return;
	}
	if (offer->kind == SG_OFFER_SESSION) {
		return;
	}
	dialect = smbd_choice(gate, offer, &later);
	if (gate->smb1 == NULL && later) {
		gate->smb1 = offer;
		return;
	}
	if (gate->smb1 != NULL && offer->kind != SG_OFFER_SMB2) {
		offer = gate->smb1;
		dialect = SG_DIALECT_NONE;
	} else if (gate->smb1 != NULL) {
		offer = join_offers(gate, gate->smb1, offer);
	}
	ok = sg_knob_algorithms(gate->policy, gate->facts);
	if (!ok) {
		gate->client->gates &= ~SG_GATE_NEGOTIATE;
		sg_record_broken(gate->client,
				 GATE,
				 "smbd did not take a parameter");
	}
	conn = gate_done(gate, offer);
	if (offer->kind == SG_OFFER_SMB1) {
		gate->client->smb1 = true;
		gate_raise_again(gate);
	}
	record_offer(gate, conn, offer, dialect);
}

static void gate_trace_fd(struct tevent_fd *fde,
			  enum tevent_event_trace_point point,
			  void *private_data)
{
	struct negotiate_gate *gate = private_data;
	bool raised;

	if (gate->chained != NULL) {
		gate->chained(fde, point, gate->chained_data);
	}
	if (point != TEVENT_EVENT_TRACE_BEFORE_HANDLER) {
		return;
	}
	raised = sg_knob_raised(gate->client);
	if (!raised) {
		sg_knob_load_shares();
		gate_raise_again(gate);
	}
	if (gate->xconn != NULL && fde == gate->xconn->transport.fde) {
		gate_look(gate);
	}
	if (gate->client->awaited > 0) {
		sg_watch_socket(gate->client,
				global_smbXsrv_client->connections,
				fde);
	}
}

/* The client's end: was there anything that nobody looked at? */
static int gate_destructor(struct negotiate_gate *gate)
{
	const struct sg_offer nothing = {.kind = SG_OFFER_NOTHING};

	if (gate->pid != getpid()) {
		return 0;
	}
	tevent_set_trace_fd_callback(global_event_context(),
				     gate->chained,
				     gate->chained_data);
	if (gate->xconn != NULL) {
		record_offer(gate,
			     NULL,
			     gate->smb1 != NULL ? gate->smb1 : &nothing,
			     SG_DIALECT_NONE);
	}
	sg_history_sweep(gate->client);
	return 0;
}

static const char *gate_check(TALLOC_CTX *mem_ctx,
			      struct smbXsrv_client *client)
{
	const char *problem = "out of memory";
	bool ok;

	ok = sg_layout_fits(mem_ctx,
			    SG_LAYOUT(client, struct smbXsrv_client),
			    &problem);
	if (!ok) {
		return problem;
	}
	ok = sg_layout_fits(
		mem_ctx,
		SG_LAYOUT(client->connections, struct smbXsrv_connection),
		&problem);
	if (!ok) {
		return problem;
	}
	return NULL;
}

static struct negotiate_gate *gate_new(struct sg_client_state *client,
				       struct smbXsrv_connection *xconn)
{
	struct negotiate_gate *gate = NULL;

	gate = talloc_zero(global_smbXsrv_client, struct negotiate_gate);
	if (gate == NULL) {
		return NULL;
	}
	gate->xconn = xconn;
	gate->client = client;
	gate->pid = getpid();
	gate->facts = sg_facts_connection(gate, xconn);
	gate->policy = sg_config_policy(gate, SG_GLOBAL_SNUM);
	if (gate->facts == NULL || gate->policy == NULL) {
		TALLOC_FREE(gate);
	}
	return gate;
}

static void gate_start(struct sg_client_state *client,
		       struct smbXsrv_connection *xconn)
{
	struct negotiate_gate *gate = NULL;
	bool ok;

	gate = gate_new(client, xconn);
	if (gate == NULL) {
		sg_record_broken(client, GATE, "out of memory");
		return;
	}
	client->facts = gate->facts;
	sg_record_faults(client, gate->facts, "global", gate->policy->global);

	sg_knob_load_shares();
	ok = sg_knob_connection(gate->policy, gate->facts, xconn) &&
	     sg_knob_raise_encryption(client, gate->policy->global, true);
	if (!ok) {
		sg_record_broken(client, GATE, "smbd did not take a parameter");
		return;
	}
	tevent_get_trace_fd_callback(global_event_context(),
				     &gate->chained,
				     &gate->chained_data);
	tevent_set_trace_fd_callback(global_event_context(),
				     gate_trace_fd,
				     gate);
	talloc_set_destructor(gate, gate_destructor);
	client->gates |= SG_GATE_NEGOTIATE;
}

NTSTATUS samba_init_module(TALLOC_CTX *ctx);

/*
 * Always OK: smbd would unload a module that says otherwise, while smbd's
 * memory holds destructors of ours. A gate that is not at work is known by
 * its absence from the client's state.
 */
NTSTATUS samba_init_module(TALLOC_CTX *ctx)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_client_state *client = NULL;
	const char *problem = NULL;

	if (global_smbXsrv_client == NULL) {
		/* not the process of a connection */
		TALLOC_FREE(frame);
		return NT_STATUS_OK;
	}
	client = sg_client_state(global_smbXsrv_client);
	if (client == NULL) {
		DBG_ERR("smbguard: negotiate gate: out of memory\n");
		TALLOC_FREE(frame);
		return NT_STATUS_OK;
	}
	problem = gate_check(frame, global_smbXsrv_client);
	if (problem != NULL) {
		sg_record_broken(client, GATE, problem);
		TALLOC_FREE(frame);
		return NT_STATUS_OK;
	}
	gate_start(client, global_smbXsrv_client->connections);
	TALLOC_FREE(frame);
	return NT_STATUS_OK;
}
