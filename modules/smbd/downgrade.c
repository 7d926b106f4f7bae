/*
 * smbguard: does a client use less than before, or than it could?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An address is known before anybody has logged on, but many clients may
 * share it; an account at an address is one client, as a rule. So an address
 * is accused only of less than it ever offered, and an account of less than
 * the last time. Of a connection the same thing is told once: what its address
 * was told about counts for its accounts, what one account was told about not
 * for another, which has a history of its own.
 *
 * How it fails: without a history nobody is accused. What an administrator
 * changed is told as the server's side, and no rule refuses for that.
 */

#include "smbd/samba.h"
#include "smbd/history_db.h"
#include "smbd/record.h"
#include "smbd/downgrade.h"

#include "core/rows.h"

static struct sg_history history_of(const struct sg_facts *facts)
{
	return sg_history_of(facts->offer,
			     facts->dialect,
			     facts->cipher,
			     facts->signing_algorithm,
			     facts->mechanism,
			     time(NULL));
}

static bool wanted(const struct sg_settings *global)
{
	return sg_option_number(&sg_option_history, global) == SG_SWITCH_YES;
}

static bool told_before(const struct sg_connection_state *conn,
			const struct sg_facts *facts,
			const struct sg_downgrade *r)
{
	return conn->downgrade_what != NULL &&
	       strequal(conn->downgrade_what, r->what) &&
	       strequal(conn->downgrade_side, r->side) &&
	       (conn->downgrade_sid == NULL ||
		strequal(conn->downgrade_sid, facts->sid));
}

static void tell(struct sg_client_state *client,
		 struct sg_connection_state *conn,
		 const struct sg_facts *facts,
		 const struct sg_downgrade *r,
		 const char *explanation)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_verdict verdict = {.outcome = SG_DETECTED};
	struct sg_event event = {
		.kind = SG_EVENT_DOWNGRADE,
		.facts = facts,
		.verdict = &verdict,
		.downgrade = r,
		.explanation = explanation,
	};

	bool told = told_before(conn, facts, r);

	if (told) {
		TALLOC_FREE(frame);
		return;
	}
	conn->downgrade_what = r->what;
	conn->downgrade_side = r->side;
	conn->downgrade_sid =
		facts->sid != NULL ? talloc_strdup(conn, facts->sid) : NULL;
	verdict.reason = talloc_asprintf(
		frame,
		"%s%s%s: %s is %s, and was or could be %s. The %s's side "
		"changed%s%s.",
		facts->account != NULL ? facts->account : "",
		facts->account != NULL ? " from " : "",
		facts->client_address,
		r->what,
		r->now,
		r->was,
		r->side,
		explanation != NULL ? ": " : "",
		explanation != NULL ? explanation : "");
	if (verdict.reason != NULL) {
		(void)sg_record(client, NULL, &event);
	}
	TALLOC_FREE(frame);
}

/* Less than both ends could have had, because smb.conf says so. */
static bool configured_lower(const struct sg_policy *policy,
			     const struct sg_history *before,
			     const struct sg_history *now,
			     struct sg_downgrade *r)
{
	bool seen = before != NULL && before->used_dialect == now->used_dialect;

	if (seen || now->offered_dialect <= now->used_dialect ||
	    policy->native_max == SG_DIALECT_NONE ||
	    policy->native_max >= now->offered_dialect) {
		return false;
	}
	*r = (struct sg_downgrade){
		.what = "dialect",
		.was = sg_dialect_name(now->offered_dialect),
		.now = sg_dialect_name(now->used_dialect),
		.side = "server",
	};
	return true;
}

/* What an offer is held against and becomes. */
struct offered {
	const struct sg_policy *policy;
	struct sg_history now;
	struct sg_downgrade r;
	bool lower;
	bool configured;
};

static bool compare_offer(const struct sg_history *before,
			  struct sg_history *keep,
			  void *private_data)
{
	struct offered *o = private_data;

	o->lower = sg_history_address_downgraded(before, &o->now, &o->r);
	o->configured = !o->lower &&
			configured_lower(o->policy, before, &o->now, &o->r);
	*keep = sg_history_merge(before, &o->now);
	return true;
}

void sg_downgrade_negotiate(struct sg_client_state *client,
			    struct sg_connection_state *conn,
			    const struct sg_policy *policy,
			    struct sg_facts *facts)
{
	TALLOC_CTX *frame = talloc_stackframe();
	char *key = sg_history_key(frame, facts, false);
	struct offered o = {.policy = policy, .now = history_of(facts)};

	/* Without a dialect that is known, an offer says nothing of anybody. */
	if (key != NULL && wanted(policy->global) &&
	    o.now.offered_dialect != SG_DIALECT_NONE) {
		sg_history_update(client, key, compare_offer, &o);
	}
	if (o.lower) {
		tell(client, conn, facts, &o.r, NULL);
	} else if (o.configured) {
		tell(client,
		     conn,
		     facts,
		     &o.r,
		     "\"server max protocol\" of smb.conf explains it");
	}
	TALLOC_FREE(frame);
}

/* Is there something that the server would check tickets with? */
static bool server_can_kerberos(void)
{
	int role = lp_server_role();

	/* A domain controller has "security = user". */
	return role == ROLE_ACTIVE_DIRECTORY_DC || role == ROLE_IPA_DC ||
	       lp_security() == SEC_ADS ||
	       lp_kerberos_method() != KERBEROS_VERIFY_SECRETS;
}

static bool kerberos_not_used(const struct sg_history *before,
			      const struct sg_history *now,
			      struct sg_downgrade *r)
{
	if (now->mechanism != SG_MECHANISM_NTLM ||
	    (before != NULL && before->mechanism == SG_MECHANISM_NTLM) ||
	    !server_can_kerberos()) {
		return false;
	}
	*r = (struct sg_downgrade){
		.what = "mechanism",
		.was = "krb5",
		.now = "NTLMSSP",
		.side = "client",
	};
	return true;
}

static char *account_key(TALLOC_CTX *mem_ctx, const struct sg_facts *facts)
{
	if (facts->account == NULL || !sg_facts_is_user(facts)) {
		return NULL;
	}
	return sg_history_key(mem_ctx, facts, true);
}

void sg_downgrade_session(struct sg_client_state *client,
			  struct sg_connection_state *conn,
			  const struct sg_settings *global,
			  struct sg_facts *facts,
			  struct sg_downgrade *found,
			  bool kerberos_offered)
{
	TALLOC_CTX *frame = talloc_stackframe();
	char *key = account_key(frame, facts);
	struct sg_history now = history_of(facts);
	struct sg_history before = {0};
	struct sg_downgrade r = {.what = NULL};
	bool known;
	bool lower;

	if (key == NULL || !wanted(global)) {
		TALLOC_FREE(frame);
		return;
	}
	known = sg_history_fetch(client, key, &before);
	lower = sg_history_account_downgraded(known ? &before : NULL,
					      &now,
					      found);
	if (lower && strequal(found->what, "mechanism") &&
	    !server_can_kerberos()) {
		found->side = "server";
	}
	if (lower) {
		facts->downgrade = found;
		tell(client, conn, facts, found, NULL);
	} else if (kerberos_offered) {
		lower = kerberos_not_used(known ? &before : NULL, &now, &r);
		if (lower) {
			tell(client,
			     conn,
			     facts,
			     &r,
			     "it offered Kerberos and used NTLM");
		}
	}
	TALLOC_FREE(frame);
}

static bool keep_session(const struct sg_history *before,
			 struct sg_history *keep,
			 void *private_data)
{
	const struct sg_history *now = private_data;

	*keep = sg_history_merge(before, now);
	return true;
}

void sg_downgrade_keep_session(struct sg_client_state *client,
			       const struct sg_settings *global,
			       const struct sg_facts *facts)
{
	TALLOC_CTX *frame = talloc_stackframe();
	char *key = account_key(frame, facts);
	struct sg_history now = history_of(facts);

	if (key != NULL && wanted(global)) {
		sg_history_update(client, key, keep_session, &now);
	}
	TALLOC_FREE(frame);
}

static bool count_suspicion(const struct sg_history *before,
			    struct sg_history *keep,
			    void *private_data)
{
	uint32_t *count = private_data;

	if (before == NULL) {
		return false;
	}
	*keep = *before;
	if (keep->suspicions < UINT32_MAX) {
		keep->suspicions++;
	}
	*count = keep->suspicions;
	return true;
}

uint32_t sg_downgrade_suspect(struct sg_client_state *client,
			      const struct sg_settings *global,
			      const struct sg_facts *facts)
{
	TALLOC_CTX *frame = talloc_stackframe();
	char *key = sg_history_key(frame, facts, false);
	uint32_t count = 1;

	if (key != NULL && wanted(global)) {
		sg_history_update(client, key, count_suspicion, &count);
	}
	TALLOC_FREE(frame);
	return count;
}
