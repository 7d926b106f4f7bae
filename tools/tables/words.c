/*
 * smbguard(8): words to complete a command line with
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `smbguard --words KIND [FILE]` prints a word a line: "events", "options" or
 * "shares" of smb.conf. It is for the completion of shells, in no manual, and
 * may change at any time.
 *
 * How it fails: what cannot be read has no words.
 */

#include "common/tool.h"

#include <stdio.h>
#include <string.h>

#include "common/table.h"
#include "conf/conf.h"
#include "core/event/event.h"
#include "smbguard_config.h"

static void print_events(void)
{
	int kind;

	for (kind = 1; kind < SG_EVENT_KINDS; kind++) {
		printf("%s\n", sg_event_name((enum sg_event_kind)kind));
	}
}

static void print_options(void)
{
	const struct sg_option *const *row = NULL;

	for (row = sg_option_table(); *row != NULL; row++) {
		printf("%s\n", (*row)->name);
	}
}

static void print_shares(const char *path)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const char *error = NULL;
	const struct sg_conf *conf = sg_conf_read(frame, path, &error);
	size_t i;

	for (i = 0; conf != NULL && i < conf->num_sections; i++) {
		const struct sg_conf_section *s = &conf->sections[i];
		const char *name = sg_harmless(frame, s->name);

		if (!s->global && name != NULL) {
			printf("%s\n", name);
		}
	}
	printf("%s\n", SG_IPC);
	talloc_free(frame);
}

int sg_print_words(const char *kind, const char *path)
{
	if (kind != NULL && strcmp(kind, "events") == 0) {
		print_events();
	} else if (kind != NULL && strcmp(kind, "options") == 0) {
		print_options();
	} else if (kind != NULL && strcmp(kind, "shares") == 0) {
		bool named = path != NULL && path[0] != '\0';

		print_shares(named ? path : SMBGUARD_CONFIGFILE);
	} else {
		return SG_EXIT_ERROR;
	}
	return fflush(stdout) == 0 ? SG_EXIT_OK : SG_EXIT_ERROR;
}
