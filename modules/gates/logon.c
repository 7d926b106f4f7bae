/*
 * smbguard: the logon gate
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What: records each logon with account, mechanism, dialect, cipher and
 * signing, each failed one with its status, and refuses who does not meet what
 * [global] demands of sessions, or what an open tree demands that the logon
 * would take over. answer.h has what the answers to failures tell.
 *
 * How: smbd shows each logon by one of the ways of smbd/logon.h. Authentication
 * itself stays smbd's.
 *
 * How it fails: out of memory is a refusal, and so is a logon that cannot be
 * looked into where [global] asks for something in enforce mode. A gate that
 * could not be started does not report itself, and the share gate refuses.
 *
 * An anonymous logon by SMB1 without extended security, and one with an
 * unencrypted password, are shown to nobody. smb1_look.h sees that they are
 * asked for, and sessions.h finds their sessions before they can be used, or
 * that there are none. They cannot be answered late. Unencrypted passwords are
 * ruled out where it matters who logs on, see sg_knob_connection().
 */

#include "gates/answer.h"
#include "gates/gates.h"
#include "gates/joined.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/knobs.h"
#include "smbd/log.h"
#include "smbd/passwords.h"
#include "smbd/raise.h"
#include "smbd/record.h"
#include "smbd/downgrade.h"
#include "smbd/sessions.h"
#include "smbd/spnego.h"
#include "smbd/tamper.h"

#include "core/rows.h"

/* A logon being judged. */
struct judgement {
	struct sg_logon *logon;
	struct sg_policy *policy;
	struct sg_facts *facts;
	struct sg_verdict *verdict;
	struct sg_downgrade downgrade;
};

/* Does the client have sessions with keys? Who has none is not told to encrypt */
static void note_keys(struct sg_client_state *client,
		      const struct sg_facts *facts)
{
	bool user = sg_facts_is_user(facts);
	enum sg_known before = client->keys;

	if (user || before == SG_UNKNOWN) {
		client->keys = user ? SG_YES : SG_NO;
	}
	if ((client->keys == SG_NO) != (before == SG_NO)) {
		(void)sg_raise_again(client);
	}
}

/* Carry out what was decided. False refuses the logon. */
static bool carry_out(struct judgement *j)
{
	bool encrypt = sg_policy_enforces(j->policy, NULL, SG_RULE_ENCRYPTION);
	bool ok = true;

	if (j->verdict->outcome == SG_DENIED) {
		return false;
	}
	note_keys(j->logon->client, j->facts);
	if (encrypt && j->facts->can_encrypt) {
		ok = sg_knob_encrypt_session();
	}
	if (j->logon->kind == SG_LOGON_CHANNEL && j->facts->can_sign &&
	    sg_joined_channel_must_sign(j->logon, j->policy, j->facts)) {
		sg_knob_sign_session(j->logon->session);
	}
	if (!ok) {
		*j->verdict = (struct sg_verdict){
			.outcome = SG_DENIED,
			.cause = SG_CAUSE_KNOB,
			.reason = "Refused: smbd did not take a parameter "
				  "that smbguard sets. Take \"server smb "
				  "encrypt\" off smbd's command line.",
		};
	}
	return ok;
}

/* A session that goes on as somebody else's. */
static void record_change(struct judgement *j)
{
	struct sg_verdict verdict = {.outcome = SG_DETECTED};
	struct sg_event event = {
		.kind = SG_EVENT_REAUTHENTICATION,
		.facts = j->facts,
		.verdict = &verdict,
	};
	const char *before = sg_facts_other_account(j->facts, j->logon->before);

	if (before == NULL) {
		return;
	}
	event.previous_account = before;
	verdict.reason = talloc_asprintf(
		j->verdict,
		"The session of %s, from %s, was authenticated again, as %s. "
		"Its trees and open files are %s's from now on.",
		before,
		j->facts->client_address,
		j->facts->account != NULL ? j->facts->account : "nobody",
		j->facts->account != NULL ? j->facts->account : "nobody");
	if (verdict.reason != NULL) {
		(void)sg_record(j->logon->client, NULL, &event);
	}
}

/*
 * A logon that was let in. Another channel has the session's own account and
 * keys, however it was authenticated, and smbd may still refuse it. So what a
 * logon shows is kept with it, and becomes the session's when it is one. False
 * when out of memory.
 */
static bool keep(struct judgement *j)
{
	struct sg_logon *logon = j->logon;
	bool ok = true;

	if (logon->kind == SG_LOGON_ENCRYPTION) {
		return true;
	}
	if (logon->kind == SG_LOGON_FIRST) {
		logon->shown->user_keys = sg_facts_is_user(j->facts);
	} else {
		logon->shown->user_keys =
			sg_facts_user_keys(j->facts, logon->session);
	}
	if (logon->session == NULL) {
		ok = sg_sessions_expect(logon->xconn,
					logon->shown,
					j->facts->sid);
	} else if (logon->kind != SG_LOGON_CHANNEL) {
		ok = sg_session_keep(logon->session, logon->shown);
	}
	if (!ok) {
		return false;
	}
	if (logon->kind == SG_LOGON_AGAIN) {
		record_change(j);
	}
	sg_downgrade_keep_session(logon->client, j->policy->global, j->facts);
	if (logon->kind == SG_LOGON_FIRST && logon->session != NULL) {
		sg_tamper_await(logon->client, logon->xconn, j->facts);
	}
	return true;
}

/* False when out of memory. */
static bool tell_encryption(struct judgement *j)
{
	if (j->logon->kind != SG_LOGON_ENCRYPTION) {
		return true;
	}
	j->verdict->reason = talloc_asprintf(
		j->verdict,
		"%s It makes no session, but sets up the encryption of SMB1 "
		"for UNIX clients.",
		j->verdict->reason);
	return j->verdict->reason != NULL;
}

static bool decide(TALLOC_CTX *frame,
		   struct judgement *j,
		   const struct auth_session_info *info)
{
	struct sg_logon *logon = j->logon;
	struct sg_connection_state *conn = sg_connection_state(logon->xconn);

	j->facts = sg_facts_connection(frame, logon->xconn);
	j->policy = sg_config_policy(frame, SG_GLOBAL_SNUM);
	if (j->facts == NULL || j->policy == NULL || conn == NULL) {
		return false;
	}
	sg_facts_add_mechanism(j->facts, logon->shown);
	sg_facts_add_account(j->facts, info);
	sg_facts_add_logon(j->facts, logon);
	sg_downgrade_session(logon->client,
			     conn,
			     j->policy->global,
			     j->facts,
			     &j->downgrade,
			     logon->shown->kerberos_offered);
	j->verdict = sg_decide(frame, SG_GATE_SESSION, j->policy, j->facts);
	if (j->verdict == NULL) {
		return false;
	}
	if (logon->kind == SG_LOGON_ENCRYPTION) {
		return true;
	}
	/*
	 * A second logon in a session keeps the trees that the first one opened,
	 * and a tree of SMB1 serves every user of its connection.
	 */
	return sg_joined_logon(frame, logon, j->facts, j->verdict);
}

static bool gate_judge(struct sg_logon *logon,
		       const struct auth_session_info *info)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct judgement j = {.logon = logon};
	struct sg_event event = {.kind = SG_EVENT_SESSION};
	bool allowed;
	bool recorded;

	allowed = decide(frame, &j, info);
	if (!allowed) {
		sg_log("out of memory, a logon is refused");
		talloc_free(frame);
		return false;
	}
	allowed = carry_out(&j);
	allowed = tell_encryption(&j) && allowed;
	if (allowed) {
		/* The knobs decide about this; ask again. */
		sg_facts_add_logon(j.facts, logon);
	}
	event.facts = j.facts;
	event.verdict = j.verdict;
	recorded = sg_record(logon->client, j.policy, &event);
	j.facts->share = NULL; /* of that event alone */
	allowed = allowed && recorded && keep(&j);
	talloc_free(frame);
	return allowed;
}

static void gate_failed(struct sg_logon *logon, const char *status)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct sg_facts *facts = sg_facts_connection(frame, logon->xconn);
	const struct sg_claims *claims = logon->shown->claims;
	struct sg_verdict verdict = {.outcome = SG_FAILED};
	struct sg_event event = {
		.kind = SG_EVENT_AUTH_FAILED,
		.verdict = &verdict,
		.nt_status = status,
	};

	if (facts == NULL) {
		sg_log("out of memory, a failed logon was not recorded");
		talloc_free(frame);
		return;
	}
	sg_facts_add_mechanism(facts, logon->shown);
	if (claims != NULL) {
		facts->account = claims->account;
		facts->domain = claims->domain;
	}
	logon->shown->closed =
		claims != NULL && !logon->ended && sg_answer_is_closed(logon);
	verdict.reason = talloc_asprintf(
		frame,
		"%s from %s could not log on: %s.%s",
		facts->account != NULL ? facts->account : "A client",
		facts->client_address,
		status,
		logon->shown->closed
			? " No password would have let it in, so the client "
			  "was told NT_STATUS_ACCESS_DENIED."
			: "");
	if (verdict.reason == NULL) {
		verdict.reason = "A client could not log on.";
	}
	event.facts = facts;
	(void)sg_record(logon->client, NULL, &event);
	talloc_free(frame);
}

/* A logon that cannot be looked into, in a smbd of another layout. */
static bool gate_judge_blindly(struct sg_client_state *client,
			       const char *problem)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const struct sg_settings *global = sg_config_global(frame);
	bool allowed;

	if (client == NULL || global == NULL) {
		TALLOC_FREE(frame);
		return false;
	}
	if ((client->gates & SG_GATE_SESSION) != 0) {
		client->gates &= ~SG_GATE_SESSION;
		sg_record_broken(client, "logon", problem);
	}
	allowed = !sg_settings_ask(global) ||
		  sg_mode_of(global, NULL) != SG_MODE_ENFORCE;
	TALLOC_FREE(frame);
	return allowed;
}

static const struct sg_logon_hooks hooks = {
	.judge = gate_judge,
	.failed = gate_failed,
	.came = sg_answer_came,
	.hold = sg_answer_hold,
	.hopeless = sg_answer_is_hopeless,
	.wait = sg_answer_wait,
	.judge_blindly = gate_judge_blindly,
};

void sg_logon_watch_smb1(struct sg_client_state *client,
			 struct smbXsrv_connection *xconn)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const char *problem = NULL;
	bool ok;

	ok = sg_passwords_of_smb1(frame, xconn, &hooks, &problem);
	if (!ok) {
		client->gates &= ~SG_GATE_SESSION;
		sg_record_broken(client, "logon", problem);
	}
	talloc_free(frame);
}

void sg_logon_look(struct sg_client_state *client)
{
	if (client != NULL) {
		sg_sessions_look(client, &hooks);
	}
}

void sg_logon_end(struct sg_client_state *client)
{
	sg_sessions_end(client, &hooks);
}

void sg_logon_start(struct sg_client_state *client)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const char *problem = NULL;

	problem = sg_spnego_watch(frame, &hooks);
	if (problem == NULL) {
		client->gates |= SG_GATE_SESSION;
	} else {
		sg_record_broken(client, "logon", problem);
	}
	talloc_free(frame);
}
