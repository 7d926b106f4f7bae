/*
 * smbguard: what the answer to a logon tells, and when it comes
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What: answers to failures come late ("auth failure delay"), and who guesses
 * passwords where passwords let nobody in does not learn which one was right.
 *
 * How: a client can send any number of guesses at once. Each one gets a time from
 * which on it is answered, one delay after the time of the one before it, or
 * after its own arrival. So a right one waits behind wrong ones, too, or it could
 * be told from them. A right password keeps such a time as well until it is known
 * whether its owner is let in; if not, the answer comes when that to a wrong one
 * would have. Times count from the arrival, since smbd is faster with a wrong
 * password than with the groups of a right one. What takes longer than the delay
 * is answered a whole delay later.
 *
 * How it fails: without a connection's state an answer waits for itself alone.
 * Without memory nobody is said to be let in, so that the answer tells less.
 */

#include "gates/answer.h"
#include "gates/joined.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/logon.h"

#include "core/exception.h"
#include "core/rows.h"

#define USEC_PER_SEC 1000000
#define USEC_PER_MSEC 1000

static int64_t now_usec(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

/* How late a failure is answered; not in audit mode, which touches nothing. */
static int64_t failure_delay(void)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const struct sg_settings *global = sg_config_global(frame);
	int64_t delay = 0;

	if (global != NULL && sg_mode_of(global, NULL) == SG_MODE_ENFORCE) {
		delay = (int64_t)sg_option_number(&sg_option_failure_delay,
						  global);
	}
	TALLOC_FREE(frame);
	return delay * USEC_PER_MSEC;
}

static unsigned msec_until(int64_t when, int64_t now)
{
	if (when <= now) {
		return 0;
	}
	return (unsigned)((when - now + USEC_PER_MSEC - 1) / USEC_PER_MSEC);
}

void sg_answer_came(const struct sg_logon *logon)
{
	logon->shown->came = now_usec();
}

/* The time of this answer. Those that follow come after it. */
static int64_t take_time(struct sg_connection_state *conn,
			 const struct sg_logon *logon,
			 int64_t delay,
			 int64_t now)
{
	int64_t from = logon->shown->came != 0 ? logon->shown->came : now;

	if (conn->answer_from > from) {
		from = conn->answer_from;
	}
	conn->answer_from = from + delay;
	return conn->answer_from;
}

unsigned sg_answer_hold(const struct sg_logon *logon)
{
	struct sg_connection_state *conn = sg_connection_state(logon->xconn);
	int64_t now = now_usec();
	unsigned msec;

	if (conn == NULL) {
		return 0;
	}
	msec = msec_until(conn->answer_from, now);
	logon->shown->delay = failure_delay();
	logon->shown->answer_at =
		take_time(conn, logon, logon->shown->delay, now);
	return msec;
}

unsigned sg_answer_wait(const struct sg_logon *logon, bool failed)
{
	struct sg_connection_state *conn = sg_connection_state(logon->xconn);
	struct sg_session_state *shown = logon->shown;
	int64_t now = now_usec();
	int64_t at = shown->answer_at;
	int64_t delay = shown->delay;

	shown->answer_at = 0;
	if (!failed) {
		/* Those behind it need not wait for its sake. */
		if (conn != NULL && at != 0) {
			conn->answer_from -= delay;
		}
		return 0;
	}
	if (at == 0) {
		delay = failure_delay();
		at = conn != NULL ? take_time(conn, logon, delay, now)
				  : now + delay;
	}
	if (at < now && delay > 0) {
		at += (now - at + delay - 1) / delay * delay;
	}
	if (conn != NULL && conn->answer_from < at) {
		conn->answer_from = at;
	}
	return msec_until(at, now);
}

/* What is known of a logon whose account is not. NULL when out of memory. */
static struct sg_facts *facts_of(TALLOC_CTX *mem_ctx,
				 const struct sg_logon *logon)
{
	struct sg_facts *facts = sg_facts_connection(mem_ctx, logon->xconn);

	if (facts == NULL) {
		return NULL;
	}
	/* Claimed, so that it is an account's; no exception is. */
	if (logon->shown->claims != NULL) {
		facts->account = logon->shown->claims->account;
	}
	sg_facts_add_mechanism(facts, logon->shown);
	sg_facts_add_logon(facts, logon);
	return facts;
}

/* Is it refused? Out of memory: yes. */
static bool refuses(const struct sg_verdict *verdict)
{
	return verdict == NULL || verdict->outcome == SG_DENIED;
}

/* By an open tree, which is of another policy. */
static bool refuses_at_a_tree(TALLOC_CTX *mem_ctx,
			      const struct sg_logon *logon,
			      struct sg_facts *facts,
			      struct sg_verdict *verdict)
{
	bool ok = logon->kind == SG_LOGON_ENCRYPTION ||
		  sg_joined_logon(mem_ctx, logon, facts, verdict);

	return !ok || refuses(verdict);
}

bool sg_answer_is_closed(struct sg_logon *logon)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct sg_facts *facts = facts_of(frame, logon);
	struct sg_policy *policy = sg_config_policy(frame, SG_GLOBAL_SNUM);
	struct sg_verdict *verdict = NULL;
	bool closed = true;

	if (facts != NULL && policy != NULL) {
		verdict = sg_decide(frame, SG_GATE_SESSION, policy, facts);
	}
	if (verdict != NULL) {
		closed = refuses_at_a_tree(frame, logon, facts, verdict);
	}
	TALLOC_FREE(frame);
	return closed;
}

bool sg_answer_is_hopeless(struct sg_logon *logon)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct sg_facts *facts = facts_of(frame, logon);
	struct sg_policy *policy = sg_config_policy(frame, SG_GLOBAL_SNUM);
	struct sg_policy *named = NULL;
	struct sg_verdict *verdict = NULL;
	bool hopeless = true;

	if (facts != NULL && policy != NULL) {
		named = sg_policy_of_the_named(frame, policy);
	}
	if (named != NULL) {
		verdict = sg_decide(frame, SG_GATE_SESSION, named, facts);
		hopeless = refuses(verdict);
	}
	if (!hopeless && !sg_policy_may_except(policy, facts, SG_ALLOW_ALL)) {
		hopeless = refuses_at_a_tree(frame, logon, facts, verdict);
	}
	TALLOC_FREE(frame);
	return hopeless;
}
