/*
 * smbguard: the fields of events, one row each
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows stand in the order of an event, those of one object together. Which
 * events may have a field is for the documents and their tests: the writer
 * looks only at whether it is there. value.c does what the rows say.
 */

#include "fields.h"
#include "fields_get.h"

/* Who may have a field: all events, those of a logon and after, and so on */
#define BIT(name) (1U << SG_EVENT_##name)
#define ALL ((1U << SG_EVENT_KINDS) - (1U << 1))
#define LOGON (ALL & ~(BIT(NEGOTIATE) | BIT(NEGOTIATE_MISMATCH)))
#define SESSION (LOGON & ~BIT(AUTH_FAILED))
#define SHARE      \
	(SESSION & \
	 ~(BIT(REAUTHENTICATION) | BIT(INTEGRITY_SUSPECTED) | BIT(DOWNGRADE)))
#define FOLDER (BIT(DIRECTORY_CREATE) | BIT(DIRECTORY_DELETE))
#define ATTRIBUTES (BIT(FILE_ACL) | BIT(FILE_ATTRIBUTES))
#define NEW_NAME (BIT(FILE_RENAME) | BIT(FILE_LINK))
#define OPENING BIT(FILE_OPEN)
#define CLOSING BIT(FILE_CLOSE)
#define REMOVING (BIT(FILE_DELETE) | BIT(DIRECTORY_DELETE))
#define HANDLE (BIT(FILE_OPEN) | BIT(FILE_CLOSE))
#define FILES (HANDLE | NEW_NAME | BIT(FILE_DELETE) | FOLDER | ATTRIBUTES)
#define VISIT (BIT(NEGOTIATE) | BIT(SESSION) | BIT(SHARE_CONNECT))
#define IN_WINDOWS (VISIT | BIT(AUTH_FAILED) | BIT(NEGOTIATE_TAMPERED))
#define AGAIN BIT(REAUTHENTICATION)
#define LEAVING (BIT(SHARE_DISCONNECT) | BIT(FILE_CLOSE))
#define FAILING (BIT(AUTH_FAILED) | (FILES & ~BIT(FILE_CLOSE)))

/* Where from: a member of what, or a function */
#define MEMBER(type, from, of, member)                                \
	SG_FIELD_##type, SG_FROM_##from, offsetof(struct of, member), \
		sizeof(((struct of *)NULL)->member), NULL
#define EVENT(type, member) MEMBER(type, EVENT, sg_event, member)
#define FACT(type, member) MEMBER(type, FACTS, sg_facts, member)
#define OFFER(type, member) MEMBER(type, OFFER, sg_offer, member)
#define SMB2(type, member) MEMBER(type, OFFER_SMB2, sg_offer, member)
#define VERDICT(type, member) MEMBER(type, POLICY, sg_verdict, member)
#define TOLD(type, member) MEMBER(type, FILE, sg_file_told, member)
#define COUNT(type, member) MEMBER(type, COUNTS, sg_file_counts, member)
#define CHANGE(type, member) MEMBER(type, DOWNGRADE, sg_downgrade, member)
#define HAD(type, member) MEMBER(type, RECEIVED, sg_negotiated, member)
#define SAID(type, member) MEMBER(type, SENT, sg_negotiated, member)
#define GET(type, from, get) SG_FIELD_##type, SG_FROM_##from, 0, 0, get

#define ALWAYS true
#define IF_SET false

/* Rows of one object */
#define OFFERED(name, what, when)                         \
	{                                                 \
		"offer", name, what, when, BIT(NEGOTIATE) \
	}
#define JUDGED(name, what, when)                                            \
	{                                                                   \
		"policy", name, what, when,                                 \
			VISIT | FILES | BIT(POLICY_ERROR) | BIT(AUDIT_LOST) \
	}
#define WORSE(name, what, when)                               \
	{                                                     \
		"downgrade", name, what, when, BIT(DOWNGRADE) \
	}
#define TAMPERED(side, name, what, when)                        \
	{                                                       \
		side, name, what, when, BIT(NEGOTIATE_TAMPERED) \
	}

/*
 * What is the same in all events of one client's, and of one build, is from the
 * facts: event.c writes that once.
 */
const struct sg_field sg_fields[] = {
	{NULL, "timestamp", EVENT(TIME, when), ALWAYS, ALL},
	{NULL, "type", GET(TEXT, FACTS, sg_get_type), ALWAYS, ALL},
	{"version", "major", GET(NUMBER, FACTS, sg_get_major), ALWAYS, ALL},
	{"version", "minor", GET(NUMBER, FACTS, sg_get_minor), ALWAYS, ALL},
	{NULL, "event", GET(TEXT, EVENT, sg_get_event), ALWAYS, ALL},
	{NULL, "outcome", GET(TEXT, EVENT, sg_get_outcome), ALWAYS, ALL},
	{NULL, "severity", GET(TEXT, EVENT, sg_get_severity), ALWAYS, ALL},

	{NULL, "connectionId", FACT(ID, connection_id), ALWAYS, ALL},
	{NULL, "pid", FACT(NUMBER, pid), ALWAYS, ALL},
	{NULL, "serverName", FACT(TEXT, server_name), ALWAYS, ALL},
	{NULL, "localAddress", FACT(TEXT, local_address), ALWAYS, ALL},
	{NULL, "clientAddress", FACT(TEXT, client_address), ALWAYS, ALL},
	{NULL, "clientPort", FACT(NUMBER, client_port), ALWAYS, ALL},
	{NULL, "clientGuid", GET(GUID, FACTS, sg_get_client_guid), IF_SET, ALL},
	{NULL, "clientName", FACT(TEXT, client_name), IF_SET, LOGON},

	{NULL, "sessionId", GET(ID, FACTS, sg_get_session_id), IF_SET, SESSION},
	{NULL, "account", FACT(TEXT, account), IF_SET, LOGON},
	{NULL, "previousAccount", EVENT(TEXT, previous_account), IF_SET, AGAIN},
	{NULL, "domain", FACT(TEXT, domain), IF_SET, LOGON},
	{NULL, "sid", FACT(TEXT, sid), IF_SET, SESSION},
	{NULL, "authMechanism", FACT(TEXT, mechanism), IF_SET, LOGON},
	{NULL, "passwordType", FACT(TEXT, password_type), IF_SET, LOGON},
	{NULL, "share", FACT(TEXT, share), IF_SET, SHARE},
	{NULL, "pipe", EVENT(TEXT, pipe), IF_SET, BIT(PIPE_OPEN)},
	{NULL, "path", GET(TEXT, FILE, sg_get_path), IF_SET, FILES},
	{NULL, "newPath", GET(TEXT, FILE, sg_get_new_path), IF_SET, NEW_NAME},
	{NULL, "fileId", GET(ID, FILE, sg_get_file_id), IF_SET, FILES},
	{NULL, "disposition", TOLD(TEXT, disposition), IF_SET, OPENING},
	{NULL, "access", GET(LIST, FILE, sg_get_access), IF_SET, OPENING},
	{NULL, "created", TOLD(BOOLEAN, created), IF_SET, OPENING},
	{NULL, "overwritten", TOLD(BOOLEAN, overwritten), IF_SET, OPENING},
	{NULL, "directory", TOLD(BOOLEAN, directory), IF_SET, HANDLE},
	{NULL,
	 "deleteOnClose",
	 TOLD(BOOLEAN, delete_on_close),
	 IF_SET,
	 OPENING},
	{NULL, "reconnected", TOLD(BOOLEAN, reconnected), IF_SET, OPENING},
	{NULL, "reads", COUNT(NUMBER, reads), ALWAYS, CLOSING},
	{NULL, "bytesRead", COUNT(NUMBER, bytes_read), ALWAYS, CLOSING},
	{NULL, "writes", COUNT(NUMBER, writes), ALWAYS, CLOSING},
	{NULL, "bytesWritten", COUNT(NUMBER, bytes_written), ALWAYS, CLOSING},
	{NULL, "changed", GET(LIST, FILE, sg_get_changed), IF_SET, ATTRIBUTES},
	{NULL,
	 "attributes",
	 GET(LIST, FILE, sg_get_attributes),
	 IF_SET,
	 ATTRIBUTES},
	{NULL, "requestedBy", TOLD(TEXT, requested_by), IF_SET, REMOVING},
	{NULL, "dialect", GET(TEXT, FACTS, sg_get_dialect), IF_SET, ALL},
	{NULL, "cipher", GET(TEXT, FACTS, sg_get_cipher), IF_SET, ALL},
	{NULL,
	 "signingAlgorithm",
	 GET(TEXT, FACTS, sg_get_signing),
	 IF_SET,
	 ALL},
	{NULL, "signed", FACT(BOOLEAN, is_signed), IF_SET, SESSION},
	{NULL, "encrypted", FACT(BOOLEAN, is_encrypted), IF_SET, SESSION},

	/* The client's offer; what SMB2 has is not there for SMB1 alone. */
	OFFERED("smb1", GET(LIST, OFFER, sg_get_smb1), IF_SET),
	OFFERED("dialects", GET(LIST, OFFER_SMB2, sg_get_dialects), ALWAYS),
	OFFERED("ciphers", GET(LIST, OFFER_SMB2, sg_get_ciphers), IF_SET),
	OFFERED("signingAlgorithms",
		GET(LIST, OFFER_SMB2, sg_get_signers),
		IF_SET),
	OFFERED("securityMode", SMB2(NUMBER, security_mode), ALWAYS),
	OFFERED("capabilities", SMB2(NUMBER, capabilities), ALWAYS),
	OFFERED("serverName", SMB2(TEXT, netname), IF_SET),
	OFFERED("leftOut", GET(NUMBER, OFFER, sg_get_left_out), IF_SET),
	OFFERED("problem", OFFER(TEXT, problem), IF_SET),

	JUDGED("option", VERDICT(TEXT, option), ALWAYS),
	JUDGED("scope", VERDICT(TEXT, scope), IF_SET),
	JUDGED("required", VERDICT(TEXT, required), IF_SET),
	JUDGED("actual", VERDICT(TEXT, actual), IF_SET),
	JUDGED("exception", VERDICT(TEXT, exception), IF_SET),
	JUDGED("until", VERDICT(TEXT, until), IF_SET),

	WORSE("what", CHANGE(TEXT, what), ALWAYS),
	WORSE("was", CHANGE(TEXT, was), ALWAYS),
	WORSE("now", CHANGE(TEXT, now), ALWAYS),
	WORSE("side", CHANGE(TEXT, side), ALWAYS),
	WORSE("explanation", GET(TEXT, DOWNGRADE, sg_get_explanation), IF_SET),

	/* As in Windows' event 1005: expected is what the connection has. */
	TAMPERED("expected",
		 "dialect",
		 GET(TEXT, RECEIVED, sg_get_best),
		 IF_SET),
	TAMPERED("expected",
		 "dialects",
		 GET(LIST, RECEIVED, sg_get_side),
		 ALWAYS),
	TAMPERED("expected", "capabilities", HAD(NUMBER, capabilities), ALWAYS),
	TAMPERED("expected",
		 "securityMode",
		 HAD(NUMBER, security_mode),
		 ALWAYS),
	TAMPERED("expected", "clientGuid", HAD(GUID, guid), ALWAYS),
	TAMPERED("received", "dialect", GET(TEXT, SENT, sg_get_best), IF_SET),
	TAMPERED("received", "dialects", GET(LIST, SENT, sg_get_side), ALWAYS),
	TAMPERED("received",
		 "capabilities",
		 SAID(NUMBER, capabilities),
		 ALWAYS),
	TAMPERED("received",
		 "securityMode",
		 SAID(NUMBER, security_mode),
		 ALWAYS),
	TAMPERED("received", "clientGuid", SAID(GUID, guid), ALWAYS),

	{NULL, "count", EVENT(NUMBER, count), IF_SET, BIT(INTEGRITY_SUSPECTED)},
	{NULL,
	 "duration",
	 GET(NUMBER, EVENT, sg_get_duration),
	 IF_SET,
	 LEAVING},
	{NULL, "status", EVENT(TEXT, nt_status), IF_SET, FAILING},
	{NULL, "lost", EVENT(NUMBER, lost), IF_SET, BIT(AUDIT_LOST)},
	{NULL,
	 "windowsEventId",
	 GET(NUMBER, EVENT, sg_get_windows_id),
	 IF_SET,
	 IN_WINDOWS},
	{NULL, "reason", GET(TEXT, EVENT, sg_get_reason), ALWAYS, ALL},
	{NULL, NULL, GET(TEXT, EVENT, NULL), IF_SET, 0},
};
