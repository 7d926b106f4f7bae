/*
 * smbguard watch: what is shown, and what not
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: what cannot be told is shown.
 */

#include "watch.h"

#include <string.h>
#include <strings.h>

#define IPC "IPC$"

static bool is(const json_t *event, const char *name, const char *value)
{
	const char *text = sg_event_text(event, name, NULL);

	return text != NULL && strcasecmp(text, value) == 0;
}

static bool in_shares(const struct sg_watch_filter *filter, const json_t *event)
{
	char **share = NULL;

	for (share = filter->shares; *share != NULL; share++) {
		if (is(event, "share", *share)) {
			return true;
		}
	}
	return false;
}

/* SG_INFO is 0; what is not known is worst. */
static int severity_of(const char *name)
{
	int severity;

	for (severity = SG_INFO; severity <= SG_CRITICAL; severity++) {
		if (strcmp(sg_severity_name((enum sg_severity)severity),
			   name) == 0) {
			return severity;
		}
	}
	return SG_CRITICAL + 1;
}

bool sg_watch_severity(struct sg_watch_filter *filter, const char *name)
{
	filter->severity = severity_of(name);
	return filter->severity <= SG_CRITICAL;
}

/* What happens all day, and is not worth a line to a person */
static bool is_noise(const struct sg_watch_filter *filter, const json_t *event)
{
	if (sg_kind_is_file(sg_event_kind_of(event))) {
		return !filter->files && !is(event, "outcome", "denied");
	}
	if (filter->every || !is(event, "outcome", "allowed")) {
		return false;
	}
	return is(event, "event", "share_disconnect") ||
	       (filter->shares == NULL && is(event, "share", IPC));
}

bool sg_watch_wants(const struct sg_watch_filter *filter,
		    const json_t *event,
		    bool for_person)
{
	const char *client = sg_event_text(event, "clientAddress", NULL);
	const char *severity = sg_event_text(event, "severity", NULL);

	if (severity != NULL && severity_of(severity) < filter->severity) {
		return false;
	}
	if (filter->refused && !is(event, "outcome", "denied") &&
	    !is(event, "outcome", "would_deny") &&
	    !(filter->files && sg_watch_is_refused_file(event))) {
		return false;
	}
	if (filter->shares != NULL && !in_shares(filter, event)) {
		return false;
	}
	if (filter->have_client &&
	    (client == NULL || !sg_network_contains(&filter->client, client))) {
		return false;
	}
	return !for_person || !is_noise(filter, event);
}
