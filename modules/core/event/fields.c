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

#include "core/cut.h"

/* Bytes that these may take: see core/cut.h. */
#define REASON_MAX 2048
#define SMB1_STRINGS_MAX 1024

/* One item of a list; ten bytes of it fit whatever they are. */
#define SMB1_STRING_WHOLE (SG_SMB1_STRING_MAX / 6)

static bool get_type(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value)
{
	value->text = "smbguard";
	return true;
}

static bool get_major(const struct sg_event *event,
		      const void *from,
		      struct sg_value *value)
{
	value->number = SG_EVENT_MAJOR;
	return true;
}

static bool get_minor(const struct sg_event *event,
		      const void *from,
		      struct sg_value *value)
{
	value->number = SG_EVENT_MINOR;
	return true;
}

static bool get_event(const struct sg_event *event,
		      const void *from,
		      struct sg_value *value)
{
	value->text = sg_event_name(event->kind);
	return true;
}

static bool get_outcome(const struct sg_event *event,
			const void *from,
			struct sg_value *value)
{
	value->text = sg_outcome_name(event->verdict->outcome);
	return true;
}

static bool get_severity(const struct sg_event *event,
			 const void *from,
			 struct sg_value *value)
{
	value->text = sg_severity_name(sg_event_severity(event));
	return true;
}

static bool get_client_guid(const struct sg_event *event,
			    const void *from,
			    struct sg_value *value)
{
	value->guid = event->facts->client_guid;
	return event->facts->have_guid;
}

static bool get_session_id(const struct sg_event *event,
			   const void *from,
			   struct sg_value *value)
{
	value->id = event->facts->session_id;
	return event->facts->have_session_id;
}

static bool get_dialect(const struct sg_event *event,
			const void *from,
			struct sg_value *value)
{
	value->text = sg_dialect_name(event->facts->dialect);
	return value->text != NULL;
}

static bool get_cipher(const struct sg_event *event,
		       const void *from,
		       struct sg_value *value)
{
	value->text = sg_cipher_name(event->facts->cipher);
	return value->text != NULL;
}

static bool get_signing(const struct sg_event *event,
			const void *from,
			struct sg_value *value)
{
	value->text = sg_signing_name(event->facts->signing_algorithm);
	return value->text != NULL;
}

/* For how many of the strings of SMB1 there is room. */
static size_t smb1_fitting(const struct sg_offer *offer)
{
	size_t room = SMB1_STRINGS_MAX;
	size_t i;

	for (i = 0; i < offer->num_smb1 && room >= SG_SMB1_STRING_MAX; i++) {
		size_t len = offer->smb1[i].length;

		/* As much as it takes at most, or all that one may take */
		room -= len < SMB1_STRING_WHOLE ? len * 6 + 3
						: SG_SMB1_STRING_MAX;
	}
	return i;
}

static bool get_smb1(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value)
{
	const struct sg_offer *offer = from;

	value->strings = offer->smb1;
	value->num = smb1_fitting(offer);
	return offer->num_smb1 > 0;
}

static bool get_left_out(const struct sg_event *event,
			 const void *from,
			 struct sg_value *value)
{
	const struct sg_offer *offer = from;
	size_t left_out = offer->num_smb1 - smb1_fitting(offer);

	value->number = (int64_t)(offer->left_out + left_out);
	return value->number > 0;
}

static const char *dialect_wire_name(uint16_t id)
{
	return sg_dialect_name(sg_dialect_from_wire(id));
}

static const char *signing_wire_name(uint16_t id)
{
	return sg_signing_name(id);
}

static bool get_dialects(const struct sg_event *event,
			 const void *from,
			 struct sg_value *value)
{
	const struct sg_offer *offer = from;

	value->ids = offer->dialects;
	value->num = offer->num_dialects;
	value->name_of = dialect_wire_name;
	return true;
}

static bool get_ciphers(const struct sg_event *event,
			const void *from,
			struct sg_value *value)
{
	const struct sg_offer *offer = from;

	value->ids = offer->ciphers;
	value->num = offer->num_ciphers;
	value->name_of = sg_cipher_name;
	return offer->has_ciphers;
}

static bool get_signers(const struct sg_event *event,
			const void *from,
			struct sg_value *value)
{
	const struct sg_offer *offer = from;

	value->ids = offer->signing;
	value->num = offer->num_signing;
	value->name_of = signing_wire_name;
	return offer->has_signing;
}

static bool get_explanation(const struct sg_event *event,
			    const void *from,
			    struct sg_value *value)
{
	value->text = event->explanation;
	return value->text != NULL;
}

static bool get_best(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value)
{
	value->text = sg_dialect_name(sg_validate_best(from));
	return value->text != NULL;
}

static bool get_side(const struct sg_event *event,
		     const void *from,
		     struct sg_value *value)
{
	const struct sg_negotiated *side = from;

	value->ids = side->dialects;
	value->num = side->num_dialects;
	value->name_of = dialect_wire_name;
	return true;
}

static bool get_duration(const struct sg_event *event,
			 const void *from,
			 struct sg_value *value)
{
	/* Nobody reads greater numbers. */
	value->number = event->duration <= INT64_MAX ? (int64_t)event->duration
						     : INT64_MAX;
	return event->have_duration;
}

static bool get_windows_id(const struct sg_event *event,
			   const void *from,
			   struct sg_value *value)
{
	value->number = sg_event_windows_id(event);
	return value->number != 0;
}

static bool get_reason(const struct sg_event *event,
		       const void *from,
		       struct sg_value *value)
{
	value->text = event->verdict->reason;
	value->max = REASON_MAX;
	return true;
}

/* Who may have a field: all events, those of a logon and after, and so on */
#define BIT(name) (1U << SG_EVENT_##name)
#define ALL ((1U << SG_EVENT_KINDS) - (1U << 1))
#define LOGON (ALL & ~(BIT(NEGOTIATE) | BIT(NEGOTIATE_MISMATCH)))
#define SESSION (LOGON & ~BIT(AUTH_FAILED))
#define SHARE      \
	(SESSION & \
	 ~(BIT(REAUTHENTICATION) | BIT(INTEGRITY_SUSPECTED) | BIT(DOWNGRADE)))
#define VISIT (BIT(NEGOTIATE) | BIT(SESSION) | BIT(SHARE_CONNECT))
#define IN_WINDOWS (VISIT | BIT(AUTH_FAILED) | BIT(NEGOTIATE_TAMPERED))
#define AGAIN BIT(REAUTHENTICATION)
#define LEAVING BIT(SHARE_DISCONNECT)

/* Where from: a member of what, or a function */
#define MEMBER(type, from, of, member)                                \
	SG_FIELD_##type, SG_FROM_##from, offsetof(struct of, member), \
		sizeof(((struct of *)NULL)->member), NULL
#define EVENT(type, member) MEMBER(type, EVENT, sg_event, member)
#define FACT(type, member) MEMBER(type, FACTS, sg_facts, member)
#define OFFER(type, member) MEMBER(type, OFFER, sg_offer, member)
#define SMB2(type, member) MEMBER(type, OFFER_SMB2, sg_offer, member)
#define VERDICT(type, member) MEMBER(type, POLICY, sg_verdict, member)
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
#define JUDGED(name, what, when)                                    \
	{                                                           \
		"policy", name, what, when,                         \
			VISIT | BIT(POLICY_ERROR) | BIT(AUDIT_LOST) \
	}
#define WORSE(name, what, when)                               \
	{                                                     \
		"downgrade", name, what, when, BIT(DOWNGRADE) \
	}
#define TAMPERED(side, name, what, when)                        \
	{                                                       \
		side, name, what, when, BIT(NEGOTIATE_TAMPERED) \
	}

const struct sg_field sg_fields[] = {
	{NULL, "timestamp", EVENT(TIME, when), ALWAYS, ALL},
	{NULL, "type", GET(TEXT, EVENT, get_type), ALWAYS, ALL},
	{"version", "major", GET(NUMBER, EVENT, get_major), ALWAYS, ALL},
	{"version", "minor", GET(NUMBER, EVENT, get_minor), ALWAYS, ALL},
	{NULL, "event", GET(TEXT, EVENT, get_event), ALWAYS, ALL},
	{NULL, "outcome", GET(TEXT, EVENT, get_outcome), ALWAYS, ALL},
	{NULL, "severity", GET(TEXT, EVENT, get_severity), ALWAYS, ALL},

	{NULL, "connectionId", FACT(ID, connection_id), ALWAYS, ALL},
	{NULL, "pid", FACT(NUMBER, pid), ALWAYS, ALL},
	{NULL, "serverName", FACT(TEXT, server_name), ALWAYS, ALL},
	{NULL, "localAddress", FACT(TEXT, local_address), ALWAYS, ALL},
	{NULL, "clientAddress", FACT(TEXT, client_address), ALWAYS, ALL},
	{NULL, "clientPort", FACT(NUMBER, client_port), ALWAYS, ALL},
	{NULL, "clientGuid", GET(GUID, FACTS, get_client_guid), IF_SET, ALL},
	{NULL, "clientName", FACT(TEXT, client_name), IF_SET, LOGON},

	{NULL, "sessionId", GET(ID, FACTS, get_session_id), IF_SET, SESSION},
	{NULL, "account", FACT(TEXT, account), IF_SET, LOGON},
	{NULL, "previousAccount", EVENT(TEXT, previous_account), IF_SET, AGAIN},
	{NULL, "domain", FACT(TEXT, domain), IF_SET, LOGON},
	{NULL, "sid", FACT(TEXT, sid), IF_SET, SESSION},
	{NULL, "authMechanism", FACT(TEXT, mechanism), IF_SET, LOGON},
	{NULL, "passwordType", FACT(TEXT, password_type), IF_SET, LOGON},
	{NULL, "share", FACT(TEXT, share), IF_SET, SHARE},
	{NULL, "pipe", EVENT(TEXT, pipe), IF_SET, BIT(PIPE_OPEN)},
	{NULL, "dialect", GET(TEXT, FACTS, get_dialect), IF_SET, ALL},
	{NULL, "cipher", GET(TEXT, FACTS, get_cipher), IF_SET, ALL},
	{NULL, "signingAlgorithm", GET(TEXT, FACTS, get_signing), IF_SET, ALL},
	{NULL, "signed", FACT(BOOLEAN, is_signed), IF_SET, SESSION},
	{NULL, "encrypted", FACT(BOOLEAN, is_encrypted), IF_SET, SESSION},

	/* The client's offer; what SMB2 has is not there for SMB1 alone. */
	OFFERED("smb1", GET(LIST, OFFER, get_smb1), IF_SET),
	OFFERED("dialects", GET(LIST, OFFER_SMB2, get_dialects), ALWAYS),
	OFFERED("ciphers", GET(LIST, OFFER_SMB2, get_ciphers), IF_SET),
	OFFERED("signingAlgorithms",
		GET(LIST, OFFER_SMB2, get_signers),
		IF_SET),
	OFFERED("securityMode", SMB2(NUMBER, security_mode), ALWAYS),
	OFFERED("capabilities", SMB2(NUMBER, capabilities), ALWAYS),
	OFFERED("serverName", SMB2(TEXT, netname), IF_SET),
	OFFERED("leftOut", GET(NUMBER, OFFER, get_left_out), IF_SET),
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
	WORSE("explanation", GET(TEXT, DOWNGRADE, get_explanation), IF_SET),

	/* As in Windows' event 1005: expected is what the connection has. */
	TAMPERED("expected", "dialect", GET(TEXT, RECEIVED, get_best), IF_SET),
	TAMPERED("expected", "dialects", GET(LIST, RECEIVED, get_side), ALWAYS),
	TAMPERED("expected", "capabilities", HAD(NUMBER, capabilities), ALWAYS),
	TAMPERED("expected",
		 "securityMode",
		 HAD(NUMBER, security_mode),
		 ALWAYS),
	TAMPERED("expected", "clientGuid", HAD(GUID, guid), ALWAYS),
	TAMPERED("received", "dialect", GET(TEXT, SENT, get_best), IF_SET),
	TAMPERED("received", "dialects", GET(LIST, SENT, get_side), ALWAYS),
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
	{NULL, "duration", GET(NUMBER, EVENT, get_duration), IF_SET, LEAVING},
	{NULL, "status", EVENT(TEXT, nt_status), IF_SET, BIT(AUTH_FAILED)},
	{NULL, "lost", EVENT(NUMBER, lost), IF_SET, BIT(AUDIT_LOST)},
	{NULL,
	 "windowsEventId",
	 GET(NUMBER, EVENT, get_windows_id),
	 IF_SET,
	 IN_WINDOWS},
	{NULL, "reason", GET(TEXT, EVENT, get_reason), ALWAYS, ALL},
	{NULL, NULL, GET(TEXT, EVENT, NULL), IF_SET, 0},
};
