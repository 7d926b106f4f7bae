/*
 * smbguard: events on their way out of smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sinks belong to the client (state.h) and stay open between events, as
 * long as smb.conf names the same.
 *
 * How it fails: see core/sink.c for sinks that take nothing; the counts of
 * what they missed outlive the process (lost.h). Whether anything is refused
 * for it is the gates' affair: they ask sg_record() and "audit failure".
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/datagram.h"
#include "smbd/facts.h"
#include "smbd/lost.h"
#include "smbd/record.h"
#include "smbd/sinks.h"
#include "smbd/spare.h"

#include "core/rows.h"

static bool same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static struct sg_sinks *open_sinks(TALLOC_CTX *mem_ctx,
				   const struct sg_settings *global)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_sinks *sinks = NULL;
	const char *path = global->audit_file;

	if (path == NULL) {
		path = talloc_asprintf(frame,
				       "%s/%s",
				       get_dyn_LOGFILEBASE(),
				       sg_option_audit_file.by_default_text);
	}
	if (path != NULL) {
		sinks = sg_sinks_open(
			mem_ctx,
			(unsigned)sg_option_number(&sg_option_audit, global),
			path);
	}
	TALLOC_FREE(frame);
	return sinks;
}

/* The sinks that smb.conf names now. */
static struct sg_sinks *client_sinks(struct sg_client_state *client)
{
	TALLOC_CTX *frame = NULL;
	const struct sg_settings *global = NULL;

	if (client->sinks != NULL && client->sinks_global != NULL &&
	    client->sinks_global == client->global) {
		return client->sinks;
	}
	frame = talloc_stackframe();
	global = sg_config_global(frame);
	if (global == NULL) {
		TALLOC_FREE(frame);
		return NULL;
	}
	if (client->sinks == NULL || global->audit != client->sinks_audit ||
	    !same(global->audit_file, client->sinks_path)) {
		TALLOC_FREE(client->sinks);
		client->sinks = open_sinks(client, global);
		client->sinks_audit = global->audit;
		client->sinks_path = global->audit_file != NULL
					     ? talloc_strdup(client->sinks,
							     global->audit_file)
					     : NULL;
		client->trouble = true;
	}
	client->sinks_global = global == client->global ? global : NULL;
	TALLOC_FREE(frame);
	return client->sinks;
}

/* Take what was lost before, by us or by others: this event may tell it. */
static void take_lost(struct sg_sinks *sinks)
{
	size_t i;

	for (i = 0; i < sinks->num; i++) {
		sinks->sinks[i].lost += sg_lost_take(sinks->sinks[i].name);
	}
}

/* The one whose errno sg_sinks_write() gave. */
static const char *last_failed(const struct sg_sinks *sinks)
{
	const char *name = "none";
	size_t i;

	for (i = 0; i < sinks->num; i++) {
		if (sinks->sinks[i].lost > 0) {
			name = sinks->sinks[i].name;
		}
	}
	return name;
}

static bool give_lost(struct sg_sinks *sinks)
{
	bool any = false;
	size_t i;

	for (i = 0; i < sinks->num; i++) {
		struct sg_sink *sink = &sinks->sinks[i];
		bool ok;

		if (sink->lost == 0) {
			continue;
		}
		any = true;
		ok = sg_lost_add(sink->name, sink->lost);
		if (ok) {
			sink->lost = 0;
		}
	}
	return any;
}

/* For smbd's log, a line a message: names may hold newlines. */
static const char *one_line(TALLOC_CTX *mem_ctx, const char *text)
{
	char *line = talloc_strdup(mem_ctx, text);
	size_t i;

	for (i = 0; line != NULL && line[i] != '\0'; i++) {
		if (iscntrl((unsigned char)line[i])) {
			line[i] = '?';
		}
	}
	return line != NULL ? line : "out of memory";
}

/*
 * Once a process, when a sink begins to fail; smbd's log may be syslog itself,
 * and must not block where we did not.
 */
static void tell_log(struct sg_client_state *client, const char *sink, int why)
{
	bool would_block = sg_datagram_would_block(SG_SYSLOG_SOCKET);

	if (client->log_told || would_block) {
		return;
	}
	client->log_told = true;
	DBG_ERR("smbguard: an audit sink failed (%s): %s. What it misses is "
		"counted.\n",
		sink,
		strerror(why));
}

/*
 * Most events go into a file that is open, which takes no root. To look whether
 * it is still the one, it is enough to be root to the kernel: that takes two
 * system calls and not twenty. Of file events there are so many that a look has
 * to do for several.
 */
static bool record_quickly(struct sg_client_state *client,
			   struct sg_sinks *sinks,
			   const struct sg_event *event)
{
	uid_t uid;
	bool recorded;

	if (sinks == NULL || client->trouble) {
		return false;
	}
	if (event->file != NULL && sg_sinks_try(sinks, event)) {
		return true;
	}
	uid = geteuid();
	if (uid != 0) {
		set_effective_uid(0);
	}
	recorded =
		sg_sinks_look(sinks, event->when) && sg_sinks_try(sinks, event);
	if (uid != 0) {
		set_effective_uid(uid);
	}
	return recorded;
}

bool sg_record(struct sg_client_state *client,
	       const struct sg_policy *policy,
	       struct sg_event *event)
{
	struct sg_sinks *sinks = client_sinks(client);
	bool must = policy != NULL && sg_policy_must_record(policy) &&
		    event->verdict->outcome != SG_DENIED;
	struct sg_verdict refusal = {
		.outcome = SG_DENIED,
		.cause = SG_CAUSE_RECORD,
		.option = sg_option_audit_failure.full_name,
		.scope = "global",
		.required = "deny",
		.actual = "not recorded",
		.reason = "Refused: no audit sink takes records, and "
			  "smbguard:audit failure = deny in [global].",
	};
	struct sg_event otherwise = *event;
	bool change;
	bool recorded = false;
	bool spare;
	const char *failed = "none";
	int why = ENOMEM;

	clock_gettime(CLOCK_REALTIME, &event->when);
	if (record_quickly(client, sinks, event)) {
		return true;
	}
	change = geteuid() != 0;
	otherwise.when = event->when;
	otherwise.verdict = &refusal;
	if (change) {
		become_root();
	}
	spare = sg_spare_use_if_none(client);
	if (sinks != NULL) {
		if (client->trouble) {
			take_lost(sinks);
		}
		recorded = sg_sinks_write(sinks,
					  event,
					  must ? &otherwise : NULL,
					  &why);
		failed = last_failed(sinks);
		client->trouble = give_lost(sinks);
	}
	if (spare) {
		sg_spare_set_aside(client);
	}
	if (change) {
		unbecome_root();
	}
	if (why != 0) {
		tell_log(client, failed, why);
	}
	return recorded || !must;
}

bool sg_record_has_room(struct sg_client_state *client)
{
	struct sg_sinks *sinks = client_sinks(client);
	bool change = geteuid() != 0;
	bool room;

	if (sinks == NULL) {
		return false;
	}
	if (change) {
		become_root();
	}
	room = sg_sinks_have_room(sinks);
	if (change) {
		unbecome_root();
	}
	return room;
}

void sg_record_policy_error(struct sg_client_state *client,
			    const struct sg_facts *facts,
			    const struct sg_verdict *what)
{
	struct sg_event event = {
		.kind = SG_EVENT_POLICY_ERROR,
		.facts = facts,
		.verdict = what,
	};

	DBG_ERR("smbguard: %s\n", one_line(talloc_tos(), what->reason));
	if (client != NULL) {
		(void)sg_record(client, NULL, &event);
	}
}

void sg_record_broken(struct sg_client_state *client,
		      const char *gate,
		      const char *problem)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_verdict verdict = {
		.outcome = SG_FAILED,
		.cause = SG_CAUSE_BROKEN,
		.option = "preload modules",
		.scope = "global",
	};
	struct sg_facts *facts = sg_facts_blind(frame);

	verdict.reason = talloc_asprintf(
		frame,
		"The %s gate is not at work: %s. Install the smbguard that "
		"was built for this Samba.",
		gate,
		problem);
	if (facts != NULL && verdict.reason != NULL) {
		sg_record_policy_error(client, facts, &verdict);
	} else {
		DBG_ERR("smbguard: %s gate: %s\n", gate, problem);
	}
	TALLOC_FREE(frame);
}

static void record_fault(struct sg_client_state *client,
			 const struct sg_facts *facts,
			 const char *scope,
			 const struct sg_fault *fault,
			 const char *consequence)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_verdict verdict = {
		.outcome = SG_FAILED,
		.cause = SG_CAUSE_FAULT,
		.rule = fault->rule,
		.option = fault->option,
		.scope = scope,
		.required = fault->accepted,
		.actual = fault->value,
	};

	verdict.reason = talloc_asprintf(frame,
					 "\"%s = %s\" in [%s] is not "
					 "valid%s. It takes %s.",
					 fault->option,
					 fault->value,
					 scope,
					 consequence,
					 fault->accepted);
	if (verdict.reason == NULL) {
		verdict.reason = "out of memory";
	}
	sg_record_policy_error(client, facts, &verdict);
	TALLOC_FREE(frame);
}

void sg_record_faults(struct sg_client_state *client,
		      const struct sg_facts *facts,
		      const char *scope,
		      const struct sg_settings *settings)
{
	size_t i;

	for (i = 0; i < settings->num_faults; i++) {
		record_fault(client,
			     facts,
			     scope,
			     &settings->faults[i],
			     " and counts as the strictest value");
	}
	for (i = 0; i < settings->num_exception_faults; i++) {
		record_fault(client,
			     facts,
			     scope,
			     &settings->exception_faults[i],
			     " and the exception does not hold");
	}
}
