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

static void print_printable(const char *text, size_t len)
{
	char *printable = sg_printable(text, len);

	printf("%s", printable != NULL ? printable : "?");
	free(printable);
}

/* In place of the reason, which says what the columns say already */
static void print_file(const json_t *event)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const char *status = sg_event_text(event, "status", NULL);
	char *text = sg_watch_file_text(frame, event);

	printf("  ");
	if (text != NULL) {
		print_printable(text, talloc_get_size(text) - 1);
	}
	if (status != NULL && strcmp(status, "NT_STATUS_OK") != 0) {
		print_field(event, "status", ": ", 0);
	}
	talloc_free(frame);
}

/* Of a file, the cipher that was used, not one that could have been */
static void print_cipher(const json_t *event, bool is_file)
{
	const json_t *encrypted = json_object_get(event, "encrypted");

	if (!is_file || json_is_true(encrypted)) {
		print_field(event, "cipher", "  ", 11);
	} else {
		printf("  %-11s",
		       encrypted != NULL ? "unencrypted" : "unknown");
	}
}

void sg_watch_print(const json_t *event, int64_t when, bool colour)
{
	const char *outcome = sg_event_text(event, "outcome", NULL);
	bool is_file = sg_kind_is_file(sg_event_kind_of(event));
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
	print_cipher(event, is_file);
	if (is_file) {
		print_file(event);
	} else {
		print_field(event, "reason", "  ", 0);
	}
	printf("\n");
}
