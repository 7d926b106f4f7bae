/*
 * smbguard watch: an event as a line for a person
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What it shows cannot steer a terminal: see sg_printable().
 */

#include "watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *colour_of(const char *outcome)
{
	if (strcmp(outcome, "denied") == 0 || strcmp(outcome, "failed") == 0) {
		return "\033[31m";
	}
	if (strcmp(outcome, "would_deny") == 0 ||
	    strcmp(outcome, "detected") == 0) {
		return "\033[33m";
	}
	return "\033[32m";
}

/* A field and what stands in front of it, if it is there. */
static void print_field(const json_t *event,
			const char *name,
			const char *before,
			int width)
{
	size_t len = 0;
	const char *text = sg_event_text(event, name, &len);
	char *printable = NULL;

	if (text == NULL && width == 0) {
		return;
	}
	printable =
		sg_printable(text != NULL ? text : "-", text != NULL ? len : 1);
	printf("%s%-*s", before, width, printable != NULL ? printable : "?");
	free(printable);
}

void sg_watch_print(const json_t *event, int64_t when, bool colour)
{
	const char *outcome = sg_event_text(event, "outcome", NULL);
	char time[SG_TIME_SIZE];

	printf("%s  %s",
	       sg_time_text(when, time),
	       colour ? colour_of(outcome) : "");
	print_field(event, "outcome", "", 10);
	printf("%s", colour ? "\033[0m" : "");
	print_field(event, "event", "  ", 16);
	print_field(event, "clientAddress", "  ", 15);
	print_field(event, "account", "  ", 10);
	print_field(event, "share", "  ", 10);
	print_field(event, "dialect", "  ", 7);
	print_field(event, "cipher", "  ", 11);
	print_field(event, "reason", "  ", 0);
	printf("\n");
}
