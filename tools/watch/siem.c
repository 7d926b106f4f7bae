/*
 * smbguard watch: what becomes of what in ECS and OCSF
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables, and how they are applied. What has no place in a schema is not
 * lost: the whole event is added, under a name of our own.
 *
 * How it fails: an event of a kind that is not known here is one of the
 * network.
 */

#include "siem.h"

#include <arpa/inet.h>
#include <string.h>

static const struct sg_siem_kind kinds[] = {
	{SG_EVENT_NEGOTIATE,
	 "event",
	 "network",
	 "connection protocol",
	 true,
	 SG_OCSF_SMB,
	 99},
	{SG_EVENT_NEGOTIATE_MISMATCH,
	 "event",
	 "network",
	 "protocol info",
	 false,
	 SG_OCSF_SMB,
	 99},
	{SG_EVENT_SESSION,
	 "event",
	 "authentication session",
	 "start",
	 false,
	 SG_OCSF_LOGON,
	 1},
	{SG_EVENT_REAUTHENTICATION,
	 "event",
	 "authentication session",
	 "info",
	 false,
	 SG_OCSF_LOGON,
	 99},
	{SG_EVENT_AUTH_FAILED,
	 "event",
	 "authentication",
	 "start",
	 false,
	 SG_OCSF_LOGON,
	 1},
	{SG_EVENT_SHARE_CONNECT,
	 "event",
	 "network",
	 "access",
	 true,
	 SG_OCSF_SMB,
	 99},
	{SG_EVENT_SHARE_DISCONNECT,
	 "event",
	 "network",
	 "end",
	 false,
	 SG_OCSF_SMB,
	 99},
	{SG_EVENT_PIPE_OPEN,
	 "event",
	 "network",
	 "access",
	 true,
	 SG_OCSF_SMB,
	 2},
	/* Of opens and closes more is told: see siem_file.c. */
	{SG_EVENT_FILE_OPEN,
	 "event",
	 "file",
	 "access",
	 false,
	 SG_OCSF_FILE,
	 14},
	{SG_EVENT_FILE_CLOSE, "event", "file", "info", false, SG_OCSF_FILE, 99},
	{SG_EVENT_FILE_RENAME,
	 "event",
	 "file",
	 "change",
	 false,
	 SG_OCSF_FILE,
	 5},
	{SG_EVENT_FILE_LINK,
	 "event",
	 "file",
	 "creation",
	 false,
	 SG_OCSF_FILE,
	 1},
	{SG_EVENT_FILE_DELETE,
	 "event",
	 "file",
	 "deletion",
	 false,
	 SG_OCSF_FILE,
	 4},
	{SG_EVENT_DIRECTORY_CREATE,
	 "event",
	 "file",
	 "creation",
	 false,
	 SG_OCSF_FILE,
	 1},
	{SG_EVENT_DIRECTORY_DELETE,
	 "event",
	 "file",
	 "deletion",
	 false,
	 SG_OCSF_FILE,
	 4},
	{SG_EVENT_FILE_ACL, "event", "file", "change", false, SG_OCSF_FILE, 7},
	{SG_EVENT_FILE_ATTRIBUTES,
	 "event",
	 "file",
	 "change",
	 false,
	 SG_OCSF_FILE,
	 6},
	{SG_EVENT_NEGOTIATE_TAMPERED,
	 "alert",
	 "intrusion_detection network",
	 "info",
	 false,
	 SG_OCSF_FINDING,
	 1},
	{SG_EVENT_INTEGRITY_SUSPECTED,
	 "alert",
	 "intrusion_detection network",
	 "info",
	 false,
	 SG_OCSF_FINDING,
	 1},
	{SG_EVENT_DOWNGRADE,
	 "alert",
	 "intrusion_detection network",
	 "info",
	 false,
	 SG_OCSF_FINDING,
	 1},
	{SG_EVENT_POLICY_ERROR,
	 "alert",
	 "configuration",
	 "info",
	 false,
	 SG_OCSF_ERROR,
	 1},
	{SG_EVENT_AUDIT_LOST,
	 "alert",
	 "process",
	 "info",
	 false,
	 SG_OCSF_ERROR,
	 1},
};

/* A kind of a newer smbguard */
static const struct sg_siem_kind any =
	{0, "event", "network", "info", false, SG_OCSF_SMB, 99};

static const struct sg_siem_outcome outcomes[] = {
	{"allowed", "success", 1, 1, 1},
	{"denied", "failure", 2, 2, 2},
	{"would_deny", "success", 1, 3, 15},
	{"detected", "unknown", 99, 3, 15},
	{"failed", "failure", 2, 0, 27},
	{"", "unknown", 0, 0, 0},
};

static const struct sg_siem_severity severities[] = {
	{"info", 1, 1},
	{"notice", 2, 2},
	{"warning", 3, 3},
	{"critical", 4, 5},
	{"", 0, 0},
};

#define LOGGED_ON (SG_OCSF_SMB | SG_OCSF_LOGON | SG_OCSF_FINDING | SG_OCSF_FILE)

/*
 * Of OCSF, "src", "dst" and "user" are put where a class has them: see ocsf.c.
 */
const struct sg_siem_field sg_siem_fields[] = {
	{"timestamp",
	 SG_SIEM_SAME,
	 "@timestamp",
	 "metadata.original_time",
	 SG_OCSF_ANY},
	{"event", SG_SIEM_SAME, "event.action", "activity_name", SG_OCSF_ANY},
	{"reason", SG_SIEM_SAME, "message", "message", SG_OCSF_ANY},
	{"reason", SG_SIEM_SAME, "event.reason", NULL, 0},
	{"severity",
	 SG_SIEM_SAME,
	 "log.level",
	 "metadata.log_level",
	 SG_OCSF_ANY},
	{"windowsEventId",
	 SG_SIEM_TEXT,
	 "event.code",
	 "metadata.event_code",
	 SG_OCSF_ANY},
	{"connectionId",
	 SG_SIEM_SAME,
	 NULL,
	 "metadata.correlation_uid",
	 SG_OCSF_ANY},
	{"connectionId",
	 SG_SIEM_SAME,
	 NULL,
	 "connection_info.uid",
	 SG_OCSF_SMB},
	{"connectionId", SG_SIEM_SAME, NULL, "connection_uid", SG_OCSF_FILE},
	{"path", SG_SIEM_SAME, "file.path", "file.path", SG_OCSF_FILE},
	{"newPath", SG_SIEM_SAME, NULL, "file_result.path", SG_OCSF_FILE},
	{"attributes", SG_SIEM_SAME, "file.attributes", NULL, 0},
	{"pid", SG_SIEM_SAME, "process.pid", NULL, 0},
	{"serverName", SG_SIEM_SAME, "host.name", "dst.hostname", SG_OCSF_ANY},
	{"localAddress", SG_SIEM_SAME, "destination.address", NULL, 0},
	{"localAddress",
	 SG_SIEM_ADDRESS,
	 "destination.ip",
	 "dst.ip",
	 SG_OCSF_ANY},
	{"clientAddress", SG_SIEM_SAME, "source.address", NULL, 0},
	{"clientAddress", SG_SIEM_ADDRESS, "source.ip", "src.ip", SG_OCSF_ANY},
	{"clientPort", SG_SIEM_SAME, "source.port", "src.port", SG_OCSF_ANY},
	{"clientName", SG_SIEM_SAME, "source.domain", "src.name", SG_OCSF_ANY},
	{"account", SG_SIEM_SAME, "user.name", "user.name", LOGGED_ON},
	{"domain", SG_SIEM_SAME, "user.domain", "user.domain", LOGGED_ON},
	{"sid", SG_SIEM_SAME, "user.id", "user.uid", LOGGED_ON},
	{"sessionId", SG_SIEM_SAME, NULL, "session.uid", SG_OCSF_LOGON},
	{"share", SG_SIEM_SAME, NULL, "share", SG_OCSF_SMB},
	{"dialect", SG_SIEM_SAME, NULL, "dialect", SG_OCSF_SMB},
	{"offer.dialects", SG_SIEM_SAME, NULL, "client_dialects", SG_OCSF_SMB},
	{"status", SG_SIEM_STATUS, "error.code", NULL, 0},
	{"status",
	 SG_SIEM_SAME,
	 NULL,
	 "status_code",
	 SG_OCSF_LOGON | SG_OCSF_FILE},
	{"policy.option", SG_SIEM_SAME, "rule.name", NULL, 0},
	{"policy.scope", SG_SIEM_SAME, "rule.ruleset", NULL, 0},
	{NULL, SG_SIEM_SAME, NULL, NULL, 0},
};

const struct sg_siem_kind *sg_siem_kind_of(const json_t *event)
{
	enum sg_event_kind kind = sg_event_kind_of(event);
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].kind == kind) {
			return &kinds[i];
		}
	}
	return &any;
}

static bool is(const json_t *event, const char *field, const char *name)
{
	const char *text = sg_event_text(event, field, NULL);

	return name[0] == '\0' || (text != NULL && strcmp(text, name) == 0);
}

const struct sg_siem_outcome *sg_siem_outcome_of(const json_t *event)
{
	const struct sg_siem_outcome *o = outcomes;

	while (!is(event, "outcome", o->name)) {
		o++;
	}
	return o;
}

const struct sg_siem_severity *sg_siem_severity_of(const json_t *event)
{
	const struct sg_siem_severity *s = severities;

	while (!is(event, "severity", s->name)) {
		s++;
	}
	return s;
}

static bool is_address(const json_t *value)
{
	const char *text = json_string_value(value);
	uint8_t raw[16];

	return text != NULL && (inet_pton(AF_INET, text, raw) == 1 ||
				inet_pton(AF_INET6, text, raw) == 1);
}

json_t *sg_siem_value(const json_t *event, const struct sg_siem_field *field)
{
	const char *dot = strchr(field->name, '.');
	const json_t *in = event;
	const char *name = field->name;
	json_t *value = NULL;

	if (dot != NULL) {
		char outer[32] = "";
		size_t len = (size_t)(dot - field->name);

		memcpy(outer, field->name, len < 31 ? len : 31);
		in = json_object_get(event, outer);
		name = dot + 1;
	}
	value = json_object_get(in, name);
	if (value == NULL || json_is_null(value)) {
		return NULL;
	}
	if (field->how == SG_SIEM_ADDRESS && !is_address(value)) {
		return NULL;
	}
	if (field->how == SG_SIEM_STATUS &&
	    is(event, field->name, "NT_STATUS_OK")) {
		return NULL;
	}
	if (field->how == SG_SIEM_TEXT && json_is_integer(value)) {
		return json_sprintf("%lld",
				    (long long)json_integer_value(value));
	}
	return json_incref(value);
}

void sg_siem_put(json_t *root, const char *path, json_t *value)
{
	const char *dot = NULL;
	json_t *at = root;

	while (value != NULL && (dot = strchr(path, '.')) != NULL) {
		char name[32] = "";
		json_t *next = NULL;

		memcpy(name, path, (size_t)(dot - path) < 31 ? dot - path : 31);
		next = json_object_get(at, name);
		if (next == NULL) {
			next = json_object();
			json_object_set_new(at, name, next);
		}
		at = next;
		path = dot + 1;
	}
	if (value != NULL) {
		json_object_set_new(at, path, value);
	}
}
