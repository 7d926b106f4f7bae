/*
 * smbguard: events in the systemd journal, and back
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_EVENT_JOURNAL_H
#define SMBGUARD_CORE_EVENT_JOURNAL_H

#include <stddef.h>
#include <talloc.h>

#include "fields.h"

/* Room for the name of a field in the journal, which has at most 64 */
#define SG_JOURNAL_KEY_SIZE 65

/* One field of an entry: "SMBGUARD_PID=4711", without a NUL. Borrowed. */
struct sg_journal_item {
	const char *text;
	size_t len;
};

/**
 * The name of a field in the journal: clientAddress is SMBGUARD_CLIENT_ADDRESS,
 * policy.option is SMBGUARD_POLICY_OPTION. Returns key.
 */
const char *sg_journal_key(const struct sg_field *field,
			   char key[SG_JOURNAL_KEY_SIZE]);

/**
 * One event as a message of systemd's "Native Journal Protocol": MESSAGE (its
 * reason), PRIORITY, SYSLOG_IDENTIFIER, and each field that the event has.
 * Strings are as in JSON without its quotes and escapes, lists are JSON, and an
 * object without fields is "{}".
 *
 * mem_ctx: owner of the message. len: its bytes, not NULL.
 * Returns NULL only when out of memory.
 */
char *sg_journal_message(TALLOC_CTX *mem_ctx,
			 const struct sg_event *event,
			 size_t *len);

/**
 * The line of JSON of which such a message was made, byte for byte. What an
 * entry has besides is passed over, and so is what has not the type of its
 * field: anybody may write to a journal.
 *
 * items: in any order; the first of one name counts.
 * mem_ctx: owner of the line. len: its bytes without the NUL, not NULL.
 * Returns NULL only when out of memory.
 */
char *sg_journal_line(TALLOC_CTX *mem_ctx,
		      const struct sg_journal_item *items,
		      size_t num,
		      size_t *len);

/**
 * The syslog priority of an event (LOG_INFO, LOG_NOTICE, LOG_WARNING,
 * LOG_CRIT).
 */
int sg_event_priority(const struct sg_event *event);

#endif /* SMBGUARD_CORE_EVENT_JOURNAL_H */
