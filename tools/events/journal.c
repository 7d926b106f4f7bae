/*
 * smbguard(8): events of the systemd journal, as lines
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * core/event/journal.c makes the line of an event out of the fields that it was
 * sent as, so that all that reads files reads the journal, too.
 *
 * Anybody on the machine may write to the journal. What counts here was sent
 * by a process of root, which journald itself has noted.
 *
 * How it fails: a message on standard error. A field that this version does not
 * know is left out.
 */

#include "events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>
#include <talloc.h>

#include "core/event/journal.h"

struct sg_journal {
	sd_journal *j;
	uint64_t number;
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

/* A copy: the library keeps a field only until it is asked for the next. */
static bool add_item(TALLOC_CTX *mem_ctx,
		     struct sg_journal_item **items,
		     size_t *num,
		     const void *data,
		     size_t len)
{
	struct sg_journal_item *more = NULL;
	char *text = NULL;

	more = talloc_realloc(mem_ctx,
			      *items,
			      struct sg_journal_item,
			      *num + 1);
	if (more == NULL) {
		return false;
	}
	*items = more;
	text = talloc_memdup(more, data, len);
	if (text == NULL) {
		return false;
	}
	more[*num] = (struct sg_journal_item){.text = text, .len = len};
	(*num)++;
	return true;
}

/* NULL: out of memory, or ret is an error of the journal's. */
static char *entry_line(TALLOC_CTX *mem_ctx,
			sd_journal *j,
			size_t *len,
			int *ret)
{
	static const char prefix[] = "SMBGUARD_";
	struct sg_journal_item *items = NULL;
	const void *data = NULL;
	size_t num = 0;
	bool ok = true;

	sd_journal_restart_data(j);
	*ret = sd_journal_enumerate_available_data(j, &data, len);
	while (ok && *ret > 0) {
		if (*len >= sizeof(prefix) - 1 &&
		    memcmp(data, prefix, sizeof(prefix) - 1) == 0) {
			ok = add_item(mem_ctx, &items, &num, data, *len);
		}
		*ret = sd_journal_enumerate_available_data(j, &data, len);
	}
	if (!ok || *ret < 0) {
		return NULL;
	}
	return sg_journal_line(mem_ctx, items, num, len);
}

bool sg_journal_read(struct sg_journal *journal, sg_line_fn fn, void *data)
{
	bool more = true;
	int ret = 1;

	/* Takes note of files that came or went. */
	ret = sd_journal_process(journal->j);
	while (more && ret >= 0) {
		struct sg_line line = {.file = "journal"};
		TALLOC_CTX *frame = NULL;

		ret = sd_journal_next(journal->j);
		if (ret <= 0) {
			break;
		}
		frame = talloc_new(NULL);
		line.text = entry_line(frame, journal->j, &line.len, &ret);
		if (line.text == NULL) {
			talloc_free(frame);
			ret = ret < 0 ? ret : -ENOMEM;
			break;
		}
		line.len--; /* its newline */
		line.number = ++journal->number;
		more = fn(&line, data);
		talloc_free(frame);
	}
	return complain("cannot be read", ret);
}
