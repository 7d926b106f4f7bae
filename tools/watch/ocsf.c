/*
 * smbguard watch: an event of the Open Cybersecurity Schema Framework
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * By the tables of siem.c, with the profiles security_control and host. The
 * event as it was is in "unmapped".
 *
 * How it fails: NULL when out of memory.
 */

#include "siem.h"

#include <string.h>

#define OTHER 99

static const struct ocsf_class {
	enum sg_ocsf_class class;
	int category;
	int uid;
	const char *name;
} classes[] = {
	{SG_OCSF_SMB, 4, 4006, "SMB Activity"},
	{SG_OCSF_LOGON, 3, 3002, "Authentication"},
	{SG_OCSF_FINDING, 2, 2004, "Detection Finding"},
	{SG_OCSF_FILE, 1, 1001, "File System Activity"},
	{SG_OCSF_ERROR, 6, 6008, "Application Error"},
};

static void put_int(json_t *root, const char *path, int number)
{
	sg_siem_put(root, path, json_integer(number));
}

static void put_text(json_t *root, const char *path, const char *text)
{
	sg_siem_put(root, path, json_string(text));
}

static const struct ocsf_class *class_of(const struct sg_siem_kind *kind)
{
	size_t i = 0;

	while (classes[i].class != kind->ocsf_class) {
		i++;
	}
	return &classes[i];
}

static void put_class(json_t *root,
		      const json_t *event,
		      const struct sg_siem_kind *kind,
		      const struct ocsf_class *class)
{
	int activity = sg_siem_file_activity(event, kind);

	put_int(root, "category_uid", class->category);
	put_int(root, "class_uid", class->uid);
	put_text(root, "class_name", class->name);
	put_int(root, "activity_id", activity);
	put_int(root, "type_uid", class->uid * 100 + activity);
}

static void put_metadata(json_t *root, enum sg_ocsf_class class)
{
	json_t *profiles = json_array();

	json_array_append_new(profiles, json_string("security_control"));
	if (class == SG_OCSF_SMB || class == SG_OCSF_ERROR ||
	    class == SG_OCSF_FILE) {
		json_array_append_new(profiles, json_string("host"));
	}
	put_text(root, "metadata.version", SG_OCSF_VERSION);
	sg_siem_put(root, "metadata.profiles", profiles);
	put_text(root, "metadata.product.name", "smbguard");
	put_text(root, "metadata.product.vendor_name", "smbguard");
	put_text(root, "metadata.product.version", SMBGUARD_VERSION);
}

static void put_judgement(json_t *root,
			  const json_t *event,
			  enum sg_ocsf_class class)
{
	const struct sg_siem_outcome *outcome = sg_siem_outcome_of(event);
	bool finding = class == SG_OCSF_FINDING;

	put_int(root, "severity_id", sg_siem_severity_of(event)->ocsf);
	/* A finding's status is that of the work on it: new. */
	put_int(root, "status_id", finding ? 1 : outcome->ocsf_status);
	if (!finding && outcome->ocsf_status == OTHER) {
		put_text(root, "status", outcome->name);
	}
	put_int(root, "action_id", outcome->ocsf_action);
	put_int(root, "disposition_id", outcome->ocsf_disposition);
}

/* The schema wants a name or a uid of each user. */
static json_t *named_user(json_t *user, bool needed)
{
	bool named = json_object_get(user, "name") != NULL ||
		     json_object_get(user, "uid") != NULL;

	if (named) {
		return user;
	}
	if (!needed) {
		json_decref(user);
		return NULL;
	}
	user = user != NULL ? user : json_object();
	json_object_set_new(user, "name", json_string("unknown"));
	return user;
}

/* What a field that starts so was collected into; NULL: nothing. */
static json_t *taken(json_t *root, const char *name)
{
	json_t *part = json_object_get(root, name);

	json_incref(part);
	json_object_del(root, name);
	return part;
}

static void place_smb(json_t *root, const json_t *event, json_t *user)
{
	const char *share = sg_event_text(event, "share", NULL);

	sg_siem_put(root, "actor.user", user);
	put_int(root, "connection_info.direction_id", 1);
	put_text(root, "connection_info.protocol_name", "tcp");
	put_int(root, "connection_info.protocol_num", 6);
	if (share != NULL) {
		bool ipc = strcmp(share, "IPC$") == 0;

		put_int(root, "share_type_id", ipc ? 2 : 1);
	}
}

static void place_logon(json_t *root, const json_t *event, json_t *user)
{
	const char *mechanism = sg_event_text(event, "authMechanism", NULL);

	sg_siem_put(root, "user", user);
	sg_siem_put(root, "is_remote", json_true());
	if (mechanism == NULL) {
		return;
	}
	if (strcmp(mechanism, "krb5") == 0) {
		put_int(root, "auth_protocol_id", 2);
	} else if (strncmp(mechanism, "NTLM", 4) == 0) {
		put_int(root, "auth_protocol_id", 1);
	} else {
		put_int(root, "auth_protocol_id", OTHER);
		put_text(root, "auth_protocol", mechanism);
	}
}

static void place_finding(json_t *root,
			  const json_t *event,
			  json_t *src,
			  json_t *dst,
			  json_t *user)
{
	const char *id = sg_event_text(event, "connectionId", NULL);
	const char *when = sg_event_text(event, "timestamp", NULL);
	const char *name = sg_event_text(event, "event", NULL);
	json_t *evidence = json_object();
	json_t *list = json_array();

	sg_siem_put(root,
		    "finding_info.uid",
		    json_sprintf("%s-%s-%s",
				 id != NULL ? id : "",
				 name != NULL ? name : "",
				 when != NULL ? when : ""));
	put_text(root, "finding_info.title", name != NULL ? name : "");
	sg_siem_put(root, "is_alert", json_true());
	sg_siem_put(evidence, "src_endpoint", src);
	sg_siem_put(evidence, "dst_endpoint", dst);
	sg_siem_put(evidence, "user", user);
	json_array_append_new(list, evidence);
	sg_siem_put(root, "evidences", list);
}

/* The server alone: these have no place for the client. */
static void place_device(json_t *root, json_t *src, json_t *dst)
{
	sg_siem_put(root, "device.type_id", json_integer(1));
	sg_siem_put(root,
		    "device.hostname",
		    json_incref(json_object_get(dst, "hostname")));
	json_decref(src);
	json_decref(dst);
}

json_t *sg_siem_ocsf(json_t *event, int64_t when)
{
	const struct sg_siem_kind *kind = sg_siem_kind_of(event);
	const struct sg_siem_field *field = NULL;
	json_t *root = json_object();
	json_t *src = NULL;
	json_t *dst = NULL;
	json_t *user = NULL;

	put_class(root, event, kind, class_of(kind));
	sg_siem_put(root, "time", json_integer(when / 1000));
	put_metadata(root, kind->ocsf_class);
	put_judgement(root, event, kind->ocsf_class);
	for (field = sg_siem_fields; field->name != NULL; field++) {
		if (field->ocsf != NULL &&
		    (field->ocsf_classes & (unsigned)kind->ocsf_class) != 0) {
			sg_siem_put(root,
				    field->ocsf,
				    sg_siem_value(event, field));
		}
	}
	src = taken(root, "src");
	dst = taken(root, "dst");
	user = named_user(taken(root, "user"),
			  kind->ocsf_class == SG_OCSF_LOGON ||
				  kind->ocsf_class == SG_OCSF_FILE);
	if (kind->ocsf_class == SG_OCSF_FINDING) {
		place_finding(root, event, src, dst, user);
	} else if (kind->ocsf_class == SG_OCSF_ERROR) {
		place_device(root, src, dst);
	} else if (kind->ocsf_class == SG_OCSF_FILE) {
		place_device(root, src, dst);
		sg_siem_put(root, "actor.user", user);
		sg_siem_file_ocsf(root, event);
	} else {
		sg_siem_put(root, "src_endpoint", src);
		sg_siem_put(root, "dst_endpoint", dst);
		if (kind->ocsf_class == SG_OCSF_SMB) {
			place_smb(root, event, user);
		} else {
			place_logon(root, event, user);
		}
	}
	sg_siem_put(root, "unmapped.smbguard", json_incref(event));
	return root;
}
