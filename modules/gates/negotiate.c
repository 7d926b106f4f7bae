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
 *  (1) Messages are of interest until smbd has chosen a dialect, and that is
 *      what its own struct says: it passes over messages that are no offer,
 *      it takes another offer after one that it refused, and it waits for
 *      slow ones longer than this gate does. The callback stays for another
 *      purpose: after smbd has loaded its configuration again, what was
 *      raised for shares must be raised before the next request. That costs
 *      the comparison of an integer for each event of a socket.
 *
 *  (2) A second connection of a multi-channel client is negotiated in a
 *      process of its own, with this gate, and then passed on. In the process
 *      that receives it there is nothing left to do.
 *
 *  (3) Of what is no offer the first message is recorded, and of offers no
 *      more than MAX_RECORDS: none costs a client more than a few bytes.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/forget.h"
#include "smbd/judge_offer.h"
#include "smbd/knobs.h"
#include "smbd/layout.h"
#include "smbd/peek.h"
#include "smbd/record.h"
#include "smbd/tamper.h"

#define GATE "negotiate"
#define MAX_RECORDS 8 /* note (3) */

struct negotiate_gate {
	struct smbXsrv_connection *xconn; /* NULL: it has a dialect, note (1) */
	struct sg_judge judge;
	const struct sg_offer *smb1; /* a first message that awaits another */
	unsigned records;	     /* so far, note (3) */
	pid_t pid;

	/* who had tevent's callback before, note (1) */
	tevent_trace_fd_callback_t chained;
	void *chained_data;
};

/*
 * smbd has chosen a dialect. Those who speak SMB1 can log on past the session
 * gate, and all can where it is not loaded; raise.c wants to know before they
 * do.
 */
static void gate_done(struct negotiate_gate *gate)
{
	struct sg_client_state *client = gate->judge.client;

	client->smb1 = gate->xconn->protocol < PROTOCOL_SMB2_02;
	client->unjudged = (client->gates & SG_GATE_SESSION) == 0;
	gate->xconn = NULL;
	if (client->smb1 || client->unjudged) {
		sg_knob_raise_again();
	}
}

/* An offer, and smbd's choice from it, for the record and the later gates. */
static void gate_take(struct negotiate_gate *gate,
		      const struct sg_offer *offer,
		      enum sg_dialect dialect)
{
	struct sg_connection_state *conn = sg_connection_state(gate->xconn);
	bool ok;

	ok = sg_knob_algorithms(gate->judge.policy, gate->judge.facts);
	if (!ok) {
		gate->judge.client->gates &= ~SG_GATE_NEGOTIATE;
		sg_record_broken(gate->judge.client,
				 GATE,
				 "smbd did not take a parameter");
	}
	if (conn != NULL) {
		conn->offer = offer;
	}
	gate->smb1 = NULL;
	gate->records++;
	sg_judge_offer(&gate->judge, conn, offer, dialect);
}

/* Is this one for the record, note (3)? */
static bool is_of_interest(const struct negotiate_gate *gate,
			   const struct sg_offer *offer)
{
	switch (offer->kind) {
	case SG_OFFER_SESSION:
		return false;
	case SG_OFFER_SMB1:
	case SG_OFFER_SMB2:
		return gate->records < MAX_RECORDS;
	default:
		return gate->records == 0 || gate->smb1 != NULL;
	}
}

/* The message that is there now, whole or as much of it as came in time. */
static void gate_look(struct negotiate_gate *gate)
{
	struct sg_offer *offer = NULL;
	const struct sg_offer *all = NULL;
	enum sg_dialect dialect;
	bool later = false;
	bool wanted;

	offer = sg_peek_offer(gate, gate->xconn->transport.sock);
	if (offer == NULL) {
		gate->judge.client->gates &= ~SG_GATE_NEGOTIATE;
		DBG_ERR("smbguard: out of memory, an offer was not recorded\n");
		return;
	}
	wanted = is_of_interest(gate, offer);
	if (!wanted) {
		TALLOC_FREE(offer);
		return;
	}
	dialect = sg_judge_choice(&gate->judge, offer, &later);
	if (gate->smb1 == NULL && later) {
		gate->smb1 = offer;
		return;
	}
	all = offer;
	if (gate->smb1 != NULL && offer->kind != SG_OFFER_SMB2) {
		all = gate->smb1;
		dialect = SG_DIALECT_NONE;
	} else if (gate->smb1 != NULL) {
		all = sg_offer_join(gate, gate->smb1, offer);
	}
	gate_take(gate, all, dialect);
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
	raised = sg_knob_raised();
	if (!raised) {
		/* If it fails, clients are not told; the share gate holds. */
		sg_knob_load_shares();
		sg_knob_raise_again();
	}
	if (gate->xconn != NULL && gate->xconn->protocol != PROTOCOL_NONE) {
		gate_done(gate);
	}
	if (gate->xconn != NULL && fde == gate->xconn->transport.fde) {
		gate_look(gate);
	}
	if (gate->judge.client->awaited > 0) {
		sg_tamper_look(gate->judge.client,
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
	if (gate->smb1 != NULL) {
		sg_judge_offer(&gate->judge, NULL, gate->smb1, SG_DIALECT_NONE);
	} else if (gate->records == 0) {
		sg_judge_offer(&gate->judge, NULL, &nothing, SG_DIALECT_NONE);
	}
	sg_forget_old(gate->judge.client);
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
	gate->judge.client = client;
	gate->pid = getpid();
	gate->judge.facts = sg_facts_connection(gate, xconn);
	gate->judge.policy = sg_config_policy(gate, SG_GLOBAL_SNUM);
	if (gate->judge.facts == NULL || gate->judge.policy == NULL) {
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
	client->facts = gate->judge.facts;
	sg_record_faults(client,
			 gate->judge.facts,
			 "global",
			 gate->judge.policy->global);

	sg_knob_load_shares();
	ok = sg_knob_connection(gate->judge.policy, gate->judge.facts, xconn) &&
	     sg_knob_raise_encryption(client, gate->judge.policy->global);
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
