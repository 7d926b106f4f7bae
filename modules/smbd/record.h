/*
 * smbguard: events on their way out of smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_RECORD_H
#define SMBGUARD_SMBD_RECORD_H

#include "core/event/event.h"
#include "smbd/state.h"

/**
 * Write an event to the audit sinks, as root, now. event->when is filled in.
 *
 * policy: NULL, or what decides about an event that no configured sink takes:
 * under "audit failure = deny" it must not come true, and syslog is told of a
 * refusal instead.
 *
 * Returns false if the caller must refuse for that reason.
 */
bool sg_record(struct sg_client_state *client,
	       const struct sg_policy *policy,
	       struct sg_event *event);

/**
 * Has a configured sink room for one more event? Of the audit file room is
 * reserved; what cannot be asked has.
 */
bool sg_record_has_room(struct sg_client_state *client);

/**
 * Record that smbguard itself is not whole: a policy_error event, and a line
 * at level 0 in smbd's log.
 *
 * client: may be NULL, then the log alone is written to.
 * what: its option and reason say what is wrong.
 */
void sg_record_policy_error(struct sg_client_state *client,
			    const struct sg_facts *facts,
			    const struct sg_verdict *what);

/**
 * The same for a gate ("session") that is not at work because of problem.
 */
void sg_record_broken(struct sg_client_state *client,
		      const char *gate,
		      const char *problem);

/**
 * The same for every faulty option of a section.
 */
void sg_record_faults(struct sg_client_state *client,
		      const struct sg_facts *facts,
		      const char *scope,
		      const struct sg_settings *settings);

#endif /* SMBGUARD_SMBD_RECORD_H */
