/*
 * smbguard: an event as fields of the systemd journal
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_EVENT_JOURNAL_FIELDS_H
#define SMBGUARD_CORE_EVENT_JOURNAL_FIELDS_H

#include <stddef.h>
#include <talloc.h>

#include "event.h"

/**
 * The fields of one event: MESSAGE (its reason), PRIORITY, SYSLOG_IDENTIFIER
 * and one SMBGUARD_... for each of its JSON fields, clientAddress as
 * SMBGUARD_CLIENT_ADDRESS, policy.option as SMBGUARD_POLICY_OPTION, lists as
 * JSON.
 *
 * line: the event as sg_event_line() wrote it.
 * mem_ctx: owner of the strings ("KEY=value"). num: how many, not NULL.
 * Returns NULL when out of memory.
 */
char **sg_journal_fields(TALLOC_CTX *mem_ctx,
			 const struct sg_event *event,
			 const char *line,
			 size_t *num);

/**
 * The syslog priority of an event (LOG_INFO, LOG_NOTICE, LOG_WARNING,
 * LOG_CRIT).
 */
int sg_event_priority(const struct sg_event *event);

#endif /* SMBGUARD_CORE_EVENT_JOURNAL_FIELDS_H */
