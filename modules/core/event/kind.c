/*
 * smbguard: how grave an event is, and what Windows calls it
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The numbers are those of Windows' SMBServer logs: Audit 3000 (SMB1 used),
 * 3021, 3022, 3023 (could not sign, could not encrypt, guest), Operational
 * 1001 (SMB1 refused) and 1046 (refused for encryption), Connectivity 4000
 * (share connected), Security 551 (logon failed) and 1006 (share refused).
 */

#include "event.h"

#include <string.h>

static bool refused(const struct sg_event *event)
{
	return event->verdict->outcome == SG_DENIED ||
	       event->verdict->outcome == SG_WOULD_DENY;
}

enum sg_severity sg_event_severity(const struct sg_event *event)
{
	bool is_refused = refused(event);

	if (strcmp(event->name, "negotiate_tampered") == 0 ||
	    strcmp(event->name, "policy_error") == 0 ||
	    strcmp(event->name, "audit_lost") == 0) {
		return SG_CRITICAL;
	}
	/* What the administrator changed is told once for each client. */
	if (event->regression != NULL &&
	    (event->explanation != NULL ||
	     strcmp(event->regression->side, "server") == 0)) {
		return SG_INFO;
	}
	if (is_refused || event->verdict->outcome == SG_DETECTED) {
		return SG_WARNING;
	}
	if (event->verdict->outcome == SG_FAILED) {
		return SG_NOTICE;
	}
	return SG_INFO;
}

static int negotiate_windows_id(const struct sg_event *event)
{
	const struct sg_offer *offer = event->facts->offer;

	/* A client that offers SMB1 beside SMB2 and gets SMB2 is no access. */
	if (offer == NULL || offer->num_smb1 == 0 ||
	    event->facts->dialect > SG_DIALECT_NT1) {
		return 0;
	}
	return event->verdict->outcome == SG_DENIED ? 1001 : 3000;
}

static bool decided_by(const struct sg_event *event, const char *option)
{
	const char *decided = event->verdict->option;

	return decided != NULL && strncmp(decided, option, strlen(option)) == 0;
}

/* These say what the client could not do, refused for it or not. */
static int session_windows_id(const struct sg_event *event)
{
	const struct sg_facts *facts = event->facts;

	if (facts->guest || facts->anonymous) {
		return 3023;
	}
	if (!facts->can_encrypt) {
		return 3022;
	}
	return facts->can_sign ? 0 : 3021;
}

static int share_windows_id(const struct sg_event *event)
{
	if (event->verdict->outcome != SG_DENIED) {
		return 4000;
	}
	return decided_by(event, SG_OPTION_PREFIX ":encryption") ? 1046 : 1006;
}

int sg_event_windows_id(const struct sg_event *event)
{
	if (strcmp(event->name, "negotiate") == 0) {
		return negotiate_windows_id(event);
	}
	if (strcmp(event->name, "session") == 0) {
		return session_windows_id(event);
	}
	if (strcmp(event->name, "share_connect") == 0) {
		return share_windows_id(event);
	}
	if (strcmp(event->name, "auth_failed") == 0) {
		return 551;
	}
	return strcmp(event->name, "negotiate_tampered") == 0 ? 1005 : 0;
}
