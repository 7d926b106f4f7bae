/*
 * smbguard(8): events of the systemd journal, as lines
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * core/journal_fields.c makes SMBGUARD_CLIENT_ADDRESS of clientAddress; this
 * makes a JSON line of the fields again, so that all that reads files reads
 * the journal, too.
 *
 * Anybody on the machine may write to the journal. What counts here was sent
 * by a process of root, which journald itself has noted.
 *
 * How it fails: a message on standard error. A field that is not in the table
 * below is left out, and so are lists (a client's offer).
 */

#include "events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

struct sg_journal {
	sd_journal *j;
	uint64_t number;
};

/* The JSON names; their journal names follow from them. */
static const char *const texts[] = {
	"timestamp",
	"type",
	"event",
	"outcome",
	"severity",
	"connectionId",
	"serverName",
	"localAddress",
	"clientAddress",
	"clientGuid",
	"clientName",
	"sessionId",
	"account",
	"domain",
	"sid",
	"authMechanism",
	"passwordType",
	"share",
	"dialect",
	"cipher",
	"signingAlgorithm",
	"status",
	"reason",
	"policy.option",
	"policy.scope",
	"policy.required",
	"policy.actual",
	"policy.exception",
	"policy.until",
	NULL,
};

static const char *const numbers[] = {
	"pid",
	"clientPort",
	"windowsEventId",
	"duration",
	"lost",
	"count",
	"version.major",
	"version.minor",
	NULL,
};

static bool complain(const char *what, int ret)
{
	if (ret < 0) {
		fprintf(stderr,
			"smbguard: journal: %s: %s\n",
			what,
			strerror(-ret));
	}
	return ret >= 0;
}

struct sg_journal *sg_journal_open(const char *directory)
{
	struct sg_journal *journal = calloc(1, sizeof(*journal));
	bool ok;
	int ret;

	if (journal == NULL) {
		return NULL;
	}
	if (directory != NULL) {
		ret = sd_journal_open_directory(&journal->j, directory, 0);
	} else {
		ret = sd_journal_open(&journal->j, SD_JOURNAL_LOCAL_ONLY);
	}
	ok = complain("cannot be opened", ret);
	if (!ok) {
		free(journal);
		return NULL;
	}
	ret = sd_journal_add_match(journal->j, "SMBGUARD_TYPE=smbguard", 0);
	if (ret >= 0) {
		ret = sd_journal_add_match(journal->j, "_UID=0", 0);
	}
	if (ret >= 0) {
		/* Names may be long, values are cut by default. */
		ret = sd_journal_set_data_threshold(journal->j, 0);
	}
	if (ret >= 0) {
		ret = sd_journal_seek_head(journal->j);
	}
	ok = complain("cannot be searched", ret);
	if (!ok) {
		sg_journal_close(journal);
		return NULL;
	}
	return journal;
}

void sg_journal_close(struct sg_journal *journal)
{
	sd_journal_close(journal->j);
	free(journal);
}

bool sg_journal_skip(struct sg_journal *journal)
{
	int ret = sd_journal_seek_tail(journal->j);

	/* seek_tail alone is undone by the next sd_journal_next(). */
	if (ret >= 0) {
		ret = sd_journal_previous(journal->j);
	}
	if (ret == 0) {
		/* There is none yet, and the tail would move with the next. */
		ret = sd_journal_seek_head(journal->j);
	}
	return complain("cannot be searched", ret);
}

/* clientAddress to SMBGUARD_CLIENT_ADDRESS; a dot is an underscore. */
static void field_name(const char *name, char *field)
{
	char *to = stpcpy(field, "SMBGUARD_");

	for (; *name != '\0'; name++) {
		bool upper = *name >= 'A' && *name <= 'Z';
		bool lower = *name >= 'a' && *name <= 'z';

		if (upper) {
			*to++ = '_';
		}
		if (*name == '.') {
			*to++ = '_';
		} else {
			*to++ = (char)(lower ? *name - 'a' + 'A' : *name);
		}
	}
	*to = '\0';
}

static json_t *value_of(sd_journal *j, const char *name, bool is_number)
{
	const void *data = NULL;
	char field[64] = {0};
	char number[32] = {0};
	size_t len = 0;
	size_t skip;
	int ret;

	field_name(name, field);
	ret = sd_journal_get_data(j, field, &data, &len);
	skip = strlen(field) + 1;
	if (ret < 0 || len < skip) {
		return NULL;
	}
	if (!is_number) {
		return json_stringn((const char *)data + skip, len - skip);
	}
	snprintf(number,
		 sizeof(number),
		 "%.*s",
		 (int)(len - skip),
		 (const char *)data + skip);
	return json_integer(strtoll(number, NULL, 10));
}

static void put(json_t *event, const char *name, json_t *value)
{
	const char *dot = strchr(name, '.');
	char outer[32] = {0};
	json_t *object = NULL;

	if (dot == NULL || value == NULL) {
		json_object_set_new(event, name, value);
		return;
	}
	snprintf(outer, sizeof(outer), "%.*s", (int)(dot - name), name);
	object = json_object_get(event, outer);
	if (object == NULL) {
		object = json_object();
		json_object_set_new(event, outer, object);
	}
	json_object_set_new(object, dot + 1, value);
}

static char *entry_line(sd_journal *j)
{
	json_t *event = json_object();
	char *line = NULL;
	size_t i;

	for (i = 0; texts[i] != NULL; i++) {
		put(event, texts[i], value_of(j, texts[i], false));
	}
	for (i = 0; numbers[i] != NULL; i++) {
		put(event, numbers[i], value_of(j, numbers[i], true));
	}
	line = json_dumps(event, JSON_COMPACT);
	json_decref(event);
	return line;
}

bool sg_journal_read(struct sg_journal *journal, sg_line_fn fn, void *data)
{
	bool more = true;
	int ret = 1;

	/* Takes note of files that came or went. */
	ret = sd_journal_process(journal->j);
	while (more && ret >= 0) {
		struct sg_line line = {.file = "journal"};
		char *text = NULL;

		ret = sd_journal_next(journal->j);
		if (ret <= 0) {
			break;
		}
		text = entry_line(journal->j);
		if (text == NULL) {
			ret = -ENOMEM;
			break;
		}
		line.text = text;
		line.len = strlen(text);
		line.number = ++journal->number;
		more = fn(&line, data);
		free(text);
	}
	return complain("cannot be read", ret);
}
