/*
 * smbguard watch: events in the words of others
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ECS, the Elastic Common Schema, and OCSF, the Open Cybersecurity Schema
 * Framework. siem.c has what becomes of what.
 */

#ifndef SMBGUARD_TOOLS_WATCH_SIEM_H
#define SMBGUARD_TOOLS_WATCH_SIEM_H

#include "events/events.h"

/* The versions of the two that are written */
#define SG_ECS_VERSION "8.11.0"
#define SG_OCSF_VERSION "1.4.0"

/* Classes of OCSF, as bits */
enum sg_ocsf_class {
	SG_OCSF_SMB = 1,
	SG_OCSF_LOGON = 2,
	SG_OCSF_FINDING = 4,
	SG_OCSF_ERROR = 8,
	SG_OCSF_FILE = 16,
};

#define SG_OCSF_ANY                                                      \
	(SG_OCSF_SMB | SG_OCSF_LOGON | SG_OCSF_FINDING | SG_OCSF_ERROR | \
	 SG_OCSF_FILE)

/* What a kind of event is. Words are separated by blanks. */
struct sg_siem_kind {
	enum sg_event_kind kind;
	const char *ecs_kind;
	const char *ecs_categories;
	const char *ecs_types;
	bool ecs_judged; /* "allowed" or "denied" is one of its types */
	enum sg_ocsf_class ocsf_class;
	int ocsf_activity;
};

enum sg_siem_how {
	SG_SIEM_SAME = 0,
	SG_SIEM_TEXT,	 /* a number becomes text */
	SG_SIEM_ADDRESS, /* only what is an IP address */
	SG_SIEM_STATUS,	 /* only what is no success */
};

/* Where a field goes; a path has dots, NULL: nowhere. */
struct sg_siem_field {
	const char *name;
	enum sg_siem_how how;
	const char *ecs;
	const char *ocsf;
	unsigned ocsf_classes; /* bits of enum sg_ocsf_class that have it */
};

struct sg_siem_outcome {
	const char *name;
	const char *ecs;
	int ocsf_status;
	int ocsf_action;
	int ocsf_disposition;
};

struct sg_siem_severity {
	const char *name;
	int ecs;
	int ocsf;
};

/** The row of an event; of one that is not known here, a row for any. */
const struct sg_siem_kind *sg_siem_kind_of(const json_t *event);
const struct sg_siem_outcome *sg_siem_outcome_of(const json_t *event);
const struct sg_siem_severity *sg_siem_severity_of(const json_t *event);

/** Ends with a NULL name. */
extern const struct sg_siem_field sg_siem_fields[];

/**
 * The value of a row's field, as it is to be written. NULL if it is not there,
 * or is not to be written. The caller owns it.
 */
json_t *sg_siem_value(const json_t *event, const struct sg_siem_field *field);

/**
 * Put a value where a path says, "source.ip"; it is stolen, and may be NULL.
 */
void sg_siem_put(json_t *root, const char *path, json_t *value);

/**
 * What an event of a file is by what came of it: words for ECS, an activity for
 * OCSF. That of the kind's row unless it says more.
 */
const char *sg_siem_file_types(const json_t *event,
			       const struct sg_siem_kind *kind);
int sg_siem_file_activity(const json_t *event, const struct sg_siem_kind *kind);

/**
 * Put what the two say of a file beside its path.
 */
void sg_siem_file_ecs(json_t *root, const json_t *event);
void sg_siem_file_ocsf(json_t *root, const json_t *event);

/** An event in each of the two. NULL when out of memory. */
json_t *sg_siem_ecs(json_t *event);
json_t *sg_siem_ocsf(json_t *event, int64_t when);

#endif /* SMBGUARD_TOOLS_WATCH_SIEM_H */
