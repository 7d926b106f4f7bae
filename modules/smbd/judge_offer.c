/*
 * smbguard: an offer, judged and recorded
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd refuses by itself, by its floor; what is judged here is what it will
 * do, for the record and for the history.
 *
 * How it fails: an offer that was not understood is recorded as such. Out of
 * memory it is not recorded, which smbd's log says.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/judge_offer.h"
#include "smbd/knobs.h"
#include "smbd/log.h"
#include "smbd/record.h"
#include "smbd/downgrade.h"

enum sg_dialect sg_judge_choice(const struct sg_judge *judge,
				const struct sg_offer *offer,
				bool *later)
{
	enum sg_dialect best;

	best = sg_offer_best(offer,
			     judge->policy->native_min,
			     judge->policy->native_max,
			     later);
	if (*later &&
	    !sg_policy_native_signs(judge->policy, SG_SIGNING_HMAC_SHA256)) {
		/* smbd holds its interim answer against its own list. */
		*later = false;
		return SG_DIALECT_SMB2_10;
	}
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

/* What smbd will not take, or may not; NULL: nothing is wrong. */
static const char *problem_of(const struct sg_offer *offer,
			      enum sg_dialect dialect)
{
	return offer->problem != NULL ? offer->problem
				      : sg_offer_lacks(offer, dialect);
}

static const char *words_for(TALLOC_CTX *mem_ctx,
			     const struct sg_offer *offer,
			     const char *problem)
{
	switch (offer->kind) {
	case SG_OFFER_NOTHING:
		return "The connection ended, or the time ran out, before the "
		       "client had sent a negotiate request.";
	case SG_OFFER_SMB1:
	case SG_OFFER_SMB2:
		break;
	default:
		return "The message is no negotiate request; smbd deals with "
		       "it.";
	}
	if (problem == NULL) {
		return "The client was answered \"SMB 2.???\", and did not "
		       "come back with an SMB2 negotiate request.";
	}
	return talloc_asprintf(mem_ctx,
			       "The negotiate request is not as it should be: "
			       "%s. smbd deals with it.",
			       problem);
}

/* Is there anything to judge? What was not understood whole may be anything. */
static bool is_offer(const struct sg_offer *offer, enum sg_dialect dialect)
{
	if (offer->kind != SG_OFFER_SMB1 && offer->kind != SG_OFFER_SMB2) {
		return false;
	}
	if (offer->kind == SG_OFFER_SMB1 && offer->smb1_wildcard &&
	    dialect == SG_DIALECT_NONE) {
		return false; /* it was asked for another one */
	}
	return problem_of(offer, dialect) == NULL;
}

/* Passwords that only SMB1 would send are ruled out, see knobs.c. */
static void add_password_words(const struct sg_policy *policy,
			       const struct sg_facts *facts,
			       struct sg_verdict *verdict)
{
	bool ruled_out;
	char *reason = NULL;

	if (facts->dialect > SG_DIALECT_NT1) {
		return;
	}
	ruled_out = sg_knob_rules_out_passwords(policy);
	if (!ruled_out) {
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
				      const struct sg_judge *judge,
				      const struct sg_facts *facts)
{
	struct sg_verdict *verdict = NULL;
	bool real = is_offer(facts->offer, facts->dialect);

	if (real) {
		verdict = sg_decide(mem_ctx,
				    SG_GATE_NEGOTIATE,
				    judge->policy,
				    facts);
		if (verdict != NULL) {
			add_password_words(judge->policy, facts, verdict);
		}
		return verdict;
	}
	verdict = talloc_zero(mem_ctx, struct sg_verdict);
	if (verdict != NULL) {
		verdict->outcome = SG_FAILED;
		verdict->reason =
			words_for(verdict,
				  facts->offer,
				  problem_of(facts->offer, facts->dialect));
	}
	return verdict;
}

/* Unless it was not understood, an event says what smbd will choose. */
static void note_claim(struct sg_judge *judge,
		       const struct sg_facts *facts,
		       const struct sg_verdict *verdict)
{
	judge->claimed = verdict->outcome != SG_FAILED;
	judge->refused = verdict->outcome == SG_DENIED;
	judge->dialect = facts->dialect;
	judge->cipher = facts->cipher;
	judge->signing_algorithm = facts->signing_algorithm;
}

void sg_judge_offer(struct sg_judge *judge,
		    struct sg_connection_state *conn,
		    const struct sg_offer *offer,
		    enum sg_dialect dialect)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_facts facts = *judge->facts;
	struct sg_event event = {.kind = SG_EVENT_NEGOTIATE, .facts = &facts};
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
	event.verdict = judge_offer(frame, judge, &facts);
	if (event.verdict != NULL && event.verdict->reason != NULL) {
		note_claim(judge, &facts, event.verdict);
		(void)sg_record(judge->client, NULL, &event);
		/* What smbd may take after all counts for the history. */
		if (conn != NULL && dialect != SG_DIALECT_NONE) {
			sg_downgrade_negotiate(judge->client,
					       conn,
					       judge->policy,
					       &facts);
		}
	} else {
		sg_log("out of memory, an offer was not recorded");
	}
	TALLOC_FREE(frame);
}

/* "SMB3_11 with cipher AES-128-GCM and signing AES-128-GMAC" */
static char *choice_text(TALLOC_CTX *mem_ctx,
			 enum sg_dialect dialect,
			 uint16_t cipher,
			 int signing_algorithm)
{
	const char *dialect_name = sg_dialect_name(dialect);
	const char *cipher_name = sg_cipher_name(cipher);
	const char *signing_name = sg_signing_name(signing_algorithm);

	if (dialect_name == NULL) {
		return talloc_strdup(mem_ctx, "no dialect");
	}
	return talloc_asprintf(mem_ctx,
			       "%s with cipher %s and signing %s",
			       dialect_name,
			       cipher_name != NULL ? cipher_name : "none",
			       signing_name != NULL ? signing_name : "none");
}

static void tell_mismatch(const struct sg_judge *judge,
			  const struct sg_facts *facts)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_verdict verdict = {.outcome = SG_DETECTED};
	struct sg_event event = {
		.kind = SG_EVENT_NEGOTIATE_MISMATCH,
		.facts = facts,
		.verdict = &verdict,
	};
	const char *did = choice_text(frame,
				      facts->dialect,
				      facts->cipher,
				      facts->signing_algorithm);
	const char *told = choice_text(frame,
				       judge->dialect,
				       judge->cipher,
				       judge->signing_algorithm);

	if (did != NULL && told != NULL) {
		verdict.reason = talloc_asprintf(
			frame,
			"smbd has chosen %s. The negotiate event of this "
			"connection said %s%s.",
			did,
			told,
			judge->refused ? ", refused" : "");
	}
	if (verdict.reason != NULL) {
		(void)sg_record(judge->client, NULL, &event);
	}
	TALLOC_FREE(frame);
}

void sg_judge_compare(struct sg_judge *judge, const struct sg_facts *facts)
{
	bool chosen = facts->dialect != SG_DIALECT_NONE;
	bool same = chosen != judge->refused;

	if (!judge->claimed) {
		return;
	}
	judge->claimed = false;
	if (chosen) {
		same = same && judge->dialect == facts->dialect &&
		       judge->cipher == facts->cipher &&
		       judge->signing_algorithm == facts->signing_algorithm;
	}
	if (!same) {
		tell_mismatch(judge, facts);
	}
}
