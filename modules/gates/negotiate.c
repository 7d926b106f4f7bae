/*
 * smbguard: the negotiate gate
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What: records what each client offers, SMB1 dialect strings and SMB2
 * negotiate contexts included, and sets what [global] demands of connections:
 * the floor, signing, the algorithms. It also raises what the other gates need
 * of each share (smbd/raise.h), and keeps it raised.
 *
 * How: it starts in the process of each new connection, before smbd reads a
 * byte. The knobs are turned at once (smbd/knobs.h). The offer is peeked at
 * when the first message has come, just before smbd reads that message
 * (smbd/trace.h).
 *
 * How it fails: smbd ignores whether a preload module loaded, so this gate
 * reports itself in the client's state and the share gate refuses without
 * it. With another smbd than it was built for it touches nothing and does
 * not report itself. A message that cannot be understood is recorded as far
 * as it could be, and smbd deals with it as ever.
 *
 *  (1) A client that got SMB1 may still ask for SMB2, and smbd goes over to it,
 *      until the first request came that is SMB1's, or from 4.21 on ever after.
 *      So its choice is compared for as long as the client speaks SMB1, and
 *      messages are looked at for as long as smbd might go over.
 *
 *  (2) Of what is no offer the first message is recorded, and of offers no
 *      more than MAX_RECORDS: none costs a client more than a few bytes.
 */

#include "gates/gates.h"
#include "gates/joined.h"
#include "smbd/config.h"
#include "smbd/connection.h"
#include "smbd/facts.h"
#include "smbd/forget.h"
#include "smbd/judge_offer.h"
#include "smbd/knobs.h"
#include "smbd/leftover.h"
#include "smbd/loads.h"
#include "smbd/log.h"
#include "smbd/peek.h"
#include "smbd/pipes.h"
#include "smbd/raise.h"
#include "smbd/raised.h"
#include "smbd/record.h"
#include "smbd/registry.h"
#include "smbd/smb1_look.h"
#include "smbd/stands.h"
#include "smbd/tamper.h"
#include "smbd/trace.h"
#include "smbd/whole.h"

#include <unistd.h>

#define GATE "negotiate"
#define MAX_RECORDS 8 /* note (2) */

struct negotiate_gate {
	struct smbXsrv_connection *xconn; /* NULL: it speaks SMB2 */
	int choice;			  /* smbd's, 0: none yet */
	bool settled;			  /* it takes no offer more, note (1) */
	struct sg_judge judge;
	const struct sg_offer *smb1; /* a first message that awaits another */
	unsigned records;	     /* so far, note (2) */
	pid_t pid;
};

/* smbd has chosen a dialect, or another one. */
static void gate_done(struct negotiate_gate *gate)
{
	struct sg_client_state *client = gate->judge.client;
	struct sg_facts *facts = NULL;
	bool was_smb1 = client->smb1;

	client->smb1 = sg_connection_is_smb1(gate->xconn);
	if (client->smb1) {
		sg_logon_watch_smb1(client, gate->xconn);
	}
	client->unjudged = (client->gates & SG_GATE_SESSION) == 0;
	facts = sg_facts_connection(gate, gate->xconn);
	if (facts != NULL) {
		sg_judge_compare(&gate->judge, facts);
		talloc_free(facts);
	}
	if (!client->smb1) {
		gate->xconn = NULL;
	}
	if (client->smb1 || was_smb1 || client->unjudged) {
		(void)sg_raise_again(client);
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

/* Is this one for the record, note (2)? */
static bool is_of_interest(const struct negotiate_gate *gate,
			   const struct sg_offer *offer)
{
	/* What else comes after smbd's choice is no offer to it. */
	if (gate->choice != 0 && offer->kind != SG_OFFER_SMB2) {
		return false;
	}
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

	offer = sg_peek_offer(gate, sg_connection_socket(gate->xconn));
	if (offer == NULL) {
		gate->judge.client->gates &= ~SG_GATE_NEGOTIATE;
		sg_log("out of memory, an offer was not recorded");
		return;
	}
	/* Something more, and still no dialect: was that what was said? */
	sg_judge_compare(&gate->judge, gate->judge.facts);
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

/* note (1) */
static void gate_follow(struct negotiate_gate *gate,
			const struct tevent_fd *fde)
{
	int choice = sg_connection_choice(gate->xconn);
	bool here;

	if (choice != gate->choice) {
		gate->choice = choice;
		gate_done(gate);
	}
	here = gate->xconn != NULL && !gate->settled &&
	       sg_connection_is_at(gate->xconn, fde);
	if (!here) {
		return;
	}
	if (gate->choice != 0 &&
	    sg_peek_smb1_request(sg_connection_socket(gate->xconn))) {
		gate->settled = sg_connection_keeps_smb1();
		return;
	}
	gate_look(gate);
}

/* By the smb.conf of now, for the trees that are open as well. */
static bool raise_anew(struct sg_client_state *client)
{
	bool ok = sg_raise_again(client);
	bool other = sg_joined_bar_again(client);

	return other ? sg_raise_again(client) : ok;
}

/* Has anything changed since everything was raised? */
static bool is_overtaken(struct sg_client_state *client)
{
	bool changed = sg_registry_changed(client);
	bool channels = client->facts != NULL && sg_connection_is_one_of_many();

	if (channels) {
		/* Each channel may have another address. */
		client->facts = NULL;
	}
	return changed || channels || (client->smb1 && !sg_stands(client));
}

static void gate_look_around(const struct tevent_fd *fde, void *private_data)
{
	struct negotiate_gate *gate = private_data;
	struct sg_client_state *client = gate->judge.client;
	bool overtaken = is_overtaken(client);

	if (overtaken) {
		(void)raise_anew(client);
	}
	if (gate->xconn != NULL) {
		gate_follow(gate, fde);
	}
	sg_logon_look(client);
	sg_pipes_look(client);
	if (client->smb1) {
		sg_logon_end(client);
		sg_smb1_look(client, fde);
	}
	if (client->awaited > 0) {
		sg_tamper_look(client, fde);
	}
}

static void gate_detached(const struct tevent_fd *fde, void *private_data)
{
	struct negotiate_gate *gate = private_data;

	sg_tamper_detached(gate->judge.client, fde);
	sg_leftover_detached(gate->judge.client, fde);
}

static const struct sg_trace_hooks trace_hooks = {
	.before = gate_look_around,
	.detached = gate_detached,
};

static void before_load(void *private_data)
{
	struct sg_client_state *client = private_data;
	bool new = sg_whole_before(client);

	if (!new) {
		return;
	}
	sg_raised_put_back(client, true);
	sg_config_forget(client);
}

static void after_load(void *private_data)
{
	struct sg_client_state *client = private_data;
	bool new;

	sg_config_forget(client); /* should somebody have asked meanwhile */
	new = sg_whole_after(client);
	if (!new) {
		return;
	}
	(void)raise_anew(client);
	client->sessions_due = true;
}

static const struct sg_loads_hooks loads_hooks = {
	.before = before_load,
	.after = after_load,
};

/* Every share asks the share gate, now and after each load. */
static const char *have_shares_guarded(struct sg_client_state *client)
{
	bool ok;

	if (client->loads == NULL) {
		return "smbd keeps its parameters in another way";
	}
	ok = sg_raise_again(client);
	if (!ok) {
		return "smbd did not take a parameter of a share";
	}
	/* Shares of the registry are there by now. */
	ok = client->whole != NULL || sg_whole_start(client);
	return ok ? NULL : "out of memory";
}

/* The client's end: was there anything that nobody looked at? */
static int gate_destructor(struct negotiate_gate *gate)
{
	const struct sg_offer nothing = {.kind = SG_OFFER_NOTHING};

	sg_trace_ask(gate->judge.client->trace, NULL, NULL);
	if (gate->pid != getpid()) {
		return 0;
	}
	if (gate->smb1 != NULL) {
		sg_judge_offer(&gate->judge, NULL, gate->smb1, SG_DIALECT_NONE);
	} else if (gate->records == 0) {
		sg_judge_offer(&gate->judge, NULL, &nothing, SG_DIALECT_NONE);
	}
	sg_forget_old(gate->judge.client);
	return 0;
}

static struct negotiate_gate *gate_new(struct sg_client_state *client,
				       struct smbXsrv_connection *xconn)
{
	struct negotiate_gate *gate = NULL;

	/* beside the client's state, so that it goes first */
	gate = talloc_zero(talloc_parent(client), struct negotiate_gate);
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

/* Returns what is wrong, NULL: nothing. */
static const char *gate_start(struct sg_client_state *client,
			      struct smbXsrv_connection *xconn)
{
	struct negotiate_gate *gate = gate_new(client, xconn);
	const char *problem = NULL;
	bool ok;

	if (gate == NULL) {
		return "out of memory";
	}
	client->facts = gate->judge.facts;
	sg_record_faults(client,
			 gate->judge.facts,
			 "global",
			 gate->judge.policy->global);

	/* First, so that the knobs are turned for shares of the registry, too. */
	problem = have_shares_guarded(client);
	if (problem != NULL) {
		return problem;
	}
	ok = sg_knob_connection(gate->judge.policy, gate->judge.facts, xconn);
	if (!ok) {
		return "smbd did not take a parameter";
	}
	sg_trace_ask(client->trace, &trace_hooks, gate);
	talloc_set_destructor(gate, gate_destructor);
	return NULL;
}

void sg_negotiate_start(struct sg_client_state *client)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct smbXsrv_connection *xconn = NULL;
	const char *problem = NULL;

	/* First: what is told of loads need not read smb.conf at each turn. */
	client->loads = sg_loads_watch(client, &loads_hooks, client);
	xconn = sg_connection_first(frame, &problem);
	if (xconn != NULL) {
		problem = gate_start(client, xconn);
	}
	if (problem == NULL) {
		client->gates |= SG_GATE_NEGOTIATE;
	} else {
		sg_record_broken(client, GATE, problem);
		/* So that the share gate refuses at each of them. */
		(void)have_shares_guarded(client);
	}
	talloc_free(frame);
}
