/*
 * smbguard: the kinds of events, how grave they are, what Windows calls them
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
	enum sg_rule rule = event->verdict->rule;

	if (event->verdict->outcome != SG_DENIED) {
		return 4000;
	}
	return rule == SG_RULE_ENCRYPTION || rule == SG_RULE_CIPHERS ? 1046
								     : 1006;
}

static const struct kind {
	const char *name;
	bool critical; /* whatever its outcome */
	int windows_ids[SG_WINDOWS_IDS];
	/* Which of them; NULL: the first */
	int (*windows_id)(const struct sg_event *event);
} kinds[SG_EVENT_KINDS] = {
	[0] = {.name = ""},
	[SG_EVENT_NEGOTIATE] =
		{
			.name = "negotiate",
			.windows_ids = {1001, 3000},
			.windows_id = negotiate_windows_id,
		},
	[SG_EVENT_NEGOTIATE_MISMATCH] = {.name = "negotiate_mismatch"},
	[SG_EVENT_SESSION] =
		{
			.name = "session",
			.windows_ids = {3021, 3022, 3023},
			.windows_id = session_windows_id,
		},
	[SG_EVENT_REAUTHENTICATION] = {.name = "reauthentication"},
	[SG_EVENT_AUTH_FAILED] =
		{
			.name = "auth_failed",
			.windows_ids = {551},
		},
	[SG_EVENT_SHARE_CONNECT] =
		{
			.name = "share_connect",
			.windows_ids = {1006, 1046, 4000},
			.windows_id = share_windows_id,
		},
	[SG_EVENT_SHARE_DISCONNECT] = {.name = "share_disconnect"},
	[SG_EVENT_PIPE_OPEN] = {.name = "pipe_open"},
	[SG_EVENT_FILE_OPEN] = {.name = "file_open"},
	[SG_EVENT_FILE_CLOSE] = {.name = "file_close"},
	[SG_EVENT_FILE_RENAME] = {.name = "file_rename"},
	[SG_EVENT_FILE_LINK] = {.name = "file_link"},
	[SG_EVENT_FILE_DELETE] = {.name = "file_delete"},
	[SG_EVENT_DIRECTORY_CREATE] = {.name = "directory_create"},
	[SG_EVENT_DIRECTORY_DELETE] = {.name = "directory_delete"},
	[SG_EVENT_FILE_ACL] = {.name = "file_acl"},
	[SG_EVENT_FILE_ATTRIBUTES] = {.name = "file_attributes"},
	[SG_EVENT_NEGOTIATE_TAMPERED] =
		{
			.name = "negotiate_tampered",
			.critical = true,
			.windows_ids = {1005},
		},
	[SG_EVENT_INTEGRITY_SUSPECTED] = {.name = "integrity_suspected"},
	[SG_EVENT_DOWNGRADE] = {.name = "downgrade"},
	[SG_EVENT_POLICY_ERROR] = {.name = "policy_error", .critical = true},
	[SG_EVENT_AUDIT_LOST] = {.name = "audit_lost", .critical = true},
};

static const char *const outcome_names[] = {
	[SG_ALLOWED] = "allowed",
	[SG_DENIED] = "denied",
	[SG_WOULD_DENY] = "would_deny",
	[SG_DETECTED] = "detected",
	[SG_FAILED] = "failed",
};

static const char *const severity_names[] = {
	[SG_INFO] = "info",
	[SG_NOTICE] = "notice",
	[SG_WARNING] = "warning",
	[SG_CRITICAL] = "critical",
};

static const struct kind *row_of(enum sg_event_kind kind)
{
	return &kinds[(unsigned)kind < SG_EVENT_KINDS ? kind : 0];
}

const char *sg_event_name(enum sg_event_kind kind)
{
	return row_of(kind)->name;
}

enum sg_event_kind sg_event_from_name(const char *name)
{
	int kind;

	for (kind = SG_EVENT_KINDS - 1; name != NULL && kind > 0; kind--) {
		if (strcmp(kinds[kind].name, name) == 0) {
			return (enum sg_event_kind)kind;
		}
	}
	return 0;
}

const char *sg_outcome_name(enum sg_outcome outcome)
{
	return (unsigned)outcome <= SG_FAILED ? outcome_names[outcome] : "";
}

const char *sg_severity_name(enum sg_severity severity)
{
	return (unsigned)severity <= SG_CRITICAL ? severity_names[severity]
						 : "";
}

const int *sg_event_windows_ids(enum sg_event_kind kind)
{
	return row_of(kind)->windows_ids;
}

int sg_event_windows_id(const struct sg_event *event)
{
	const struct kind *kind = row_of(event->kind);

	if (kind->windows_id != NULL) {
		return kind->windows_id(event);
	}
	return kind->windows_ids[0];
}

enum sg_severity sg_event_severity(const struct sg_event *event)
{
	enum sg_outcome outcome = event->verdict->outcome;

	if (row_of(event->kind)->critical) {
		return SG_CRITICAL;
	}
	/* What the administrator changed is told once for each client. */
	if (event->downgrade != NULL &&
	    (event->explanation != NULL ||
	     strcmp(event->downgrade->side, "server") == 0)) {
		return SG_INFO;
	}
	switch (outcome) {
	case SG_DENIED:
	case SG_WOULD_DENY:
	case SG_DETECTED:
		return SG_WARNING;
	case SG_FAILED:
		return SG_NOTICE;
	default:
		return SG_INFO;
	}
}
