/*
 * smbguard: events as lines of JSON
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_EVENT_EVENT_H
#define SMBGUARD_CORE_EVENT_EVENT_H

#include <time.h>

#include "core/event/file.h"
#include "core/policy.h"
#include "core/wire/validate.h"

/*
 * The version of the format. Add one to minor when a field is added, to
 * major when one changes or goes.
 */
#define SG_EVENT_MAJOR 1
#define SG_EVENT_MINOR 0

enum sg_severity {
	SG_INFO = 0,
	SG_NOTICE,
	SG_WARNING,
	SG_CRITICAL,
};

/* What happened. Zero is no event, so that one without a kind is noticed. */
enum sg_event_kind {
	SG_EVENT_NEGOTIATE = 1,
	SG_EVENT_NEGOTIATE_MISMATCH,
	SG_EVENT_SESSION,
	SG_EVENT_REAUTHENTICATION,
	SG_EVENT_AUTH_FAILED,
	SG_EVENT_SHARE_CONNECT,
	SG_EVENT_SHARE_DISCONNECT,
	SG_EVENT_PIPE_OPEN,
	SG_EVENT_FILE_OPEN,
	SG_EVENT_FILE_CLOSE,
	SG_EVENT_FILE_RENAME,
	SG_EVENT_FILE_LINK,
	SG_EVENT_FILE_DELETE,
	SG_EVENT_DIRECTORY_CREATE,
	SG_EVENT_DIRECTORY_DELETE,
	SG_EVENT_FILE_ACL,
	SG_EVENT_FILE_ATTRIBUTES,
	SG_EVENT_NEGOTIATE_TAMPERED,
	SG_EVENT_INTEGRITY_SUSPECTED,
	SG_EVENT_DOWNGRADE,
	SG_EVENT_POLICY_ERROR,
	SG_EVENT_AUDIT_LOST,
	SG_EVENT_KINDS, /* how many, and one */
};

/* Numbers of Windows that a kind may have, at most, and a 0 */
#define SG_WINDOWS_IDS 4

/*
 * What events have of the same facts, as it was written: fields that stand
 * together are one run. Zeroed: nothing was written yet.
 */
#define SG_RUNS 4
struct sg_facts_text {
	char *runs[SG_RUNS]; /* talloc children of this struct */
	size_t lengths[SG_RUNS];
};

struct sg_event {
	enum sg_event_kind kind;
	struct timespec when;
	const struct sg_facts *facts;
	/* NULL, or theirs alone: many events have them */
	struct sg_facts_text *facts_text;
	/* outcome, policy and reason; never NULL */
	const struct sg_verdict *verdict;

	/* Written where set */
	bool have_duration;
	uint64_t duration; /* microseconds */
	const char *nt_status;
	uint64_t lost;	/* audit_lost: records not written */
	uint32_t count; /* integrity_suspected: so many from this address */

	const char *previous_account; /* reauthentication */
	const char *pipe;	      /* pipe_open */

	const struct sg_file_told *file;     /* file_* and directory_* */
	const struct sg_file_counts *counts; /* file_close */

	/* downgrade */
	const struct sg_downgrade *downgrade;
	const char *explanation;

	/* negotiate_tampered: by the client's account, and as it came */
	const struct sg_negotiated *sent;
	const struct sg_negotiated *received;
};

/**
 * The name of a kind ("share_connect"), of an outcome ("would_deny") and of a
 * severity ("warning"). Static; "" for what is none.
 */
const char *sg_event_name(enum sg_event_kind kind);
const char *sg_outcome_name(enum sg_outcome outcome);
const char *sg_severity_name(enum sg_severity severity);

/**
 * The kind of that name, 0 for no such name; name may be NULL.
 */
enum sg_event_kind sg_event_from_name(const char *name);

/**
 * All numbers of Windows that events of a kind may have; a 0 ends them.
 */
const int *sg_event_windows_ids(enum sg_event_kind kind);

/**
 * How grave an event is, from its kind and outcome.
 */
enum sg_severity sg_event_severity(const struct sg_event *event);

/**
 * The number of Windows' event of the same meaning, 0 where it has none.
 */
int sg_event_windows_id(const struct sg_event *event);

/**
 * One event as one line of JSON, with its newline. The client's offer is in
 * a "negotiate" event alone.
 *
 * A string that is not UTF-8 keeps all its bytes: each offending byte becomes
 * \xNN (four characters of text) and each backslash \x5c, so that the bytes
 * can be had back.
 *
 * mem_ctx: owner of the line. len: its bytes without the NUL, not NULL.
 * Returns NULL only when out of memory.
 */
char *sg_event_line(TALLOC_CTX *mem_ctx,
		    const struct sg_event *event,
		    size_t *len);

#endif /* SMBGUARD_CORE_EVENT_EVENT_H */
