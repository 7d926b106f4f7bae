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

/* What happens all day, and is not worth a line to a person */
static bool is_noise(const struct sg_watch_filter *filter, const json_t *event)
{
	if (!is(event, "outcome", "allowed")) {
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

	if (filter->refused && !is(event, "outcome", "denied") &&
	    !is(event, "outcome", "would_deny")) {
		return false;
	}
	if (filter->shares != NULL && !in_shares(filter, event)) {
		return false;
	}
	if (filter->have_client &&
	    (client == NULL || !sg_network_contains(&filter->client, client))) {
		return false;
	}
	return !for_person || filter->every || !is_noise(filter, event);
}
