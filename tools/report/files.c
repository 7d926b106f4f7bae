/*
 * smbguard(8): report --files, who did what to which file
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Deeds are counted by account, by file, by hour, and each kind in a row of
 * its own. All grow with what is different in a record, not with its length,
 * and none beyond its limit.
 *
 * How it fails: what is beyond a limit is in the sums of all, and in no row:
 * sg_files_is_cut().
 */

#include "files.h"

#include <stdlib.h>
#include <string.h>

/* Beginnings of the values of enum sg_did and sg_protected in keys */
#define DID_LETTERS "DRNCATEO"
#define HOW_LETTERS "nusE"

static const char *const did_names[SG_DIDS] = {
	[SG_DID_DELETE] = "deleted",
	[SG_DID_RENAME] = "renamed",
	[SG_DID_CREATE] = "created",
	[SG_DID_CHANGE] = "changed",
	[SG_DID_RIGHTS] = "set rights",
	[SG_DID_ATTRIBUTES] = "set attributes",
	[SG_DID_READ] = "read",
	[SG_DID_OPEN] = "opened",
};

/* Of what did not come true */
static const char *const tried_names[SG_DIDS] = {
	[SG_DID_DELETE] = "delete",
	[SG_DID_RENAME] = "rename",
	[SG_DID_CREATE] = "create",
	[SG_DID_CHANGE] = "change",
	[SG_DID_RIGHTS] = "set rights",
	[SG_DID_ATTRIBUTES] = "set attributes",
	[SG_DID_READ] = "read",
	[SG_DID_OPEN] = "open",
};

static const char *const how_names[] = {
	[SG_NOT_PROTECTED] = "not protected",
	[SG_NOT_KNOWN] = "not known",
	[SG_SIGNED_ONLY] = "signed only",
	[SG_ENCRYPTED] = "encrypted",
};

const char *sg_did_name(enum sg_did did)
{
	return did_names[did];
}

const char *sg_tried_name(enum sg_did did)
{
	return tried_names[did];
}

const char *sg_how_name(enum sg_protected how)
{
	return how_names[how];
}

/* As a part of a row's key has it */
static struct sg_text letter(const char *letters, int number)
{
	return (struct sg_text){.text = letters + number, .len = 1};
}

enum sg_did sg_deed_did(const struct sg_tally_entry *row)
{
	const char *text = sg_tally_part(row, SG_DEED_DID);

	return (enum sg_did)(strchr(DID_LETTERS, text[0]) - DID_LETTERS);
}

enum sg_protected sg_how_of(const char *letter)
{
	return (enum sg_protected)(strchr(HOW_LETTERS, letter[0]) -
				   HOW_LETTERS);
}

enum sg_protected sg_deed_how(const struct sg_tally_entry *row)
{
	return sg_how_of(sg_tally_part(row, SG_DEED_HOW));
}

static void begin(struct sg_tally *tally,
		  size_t num_parts,
		  size_t size,
		  size_t limit)
{
	tally->num_parts = num_parts;
	tally->size = size;
	tally->limit = limit;
}

struct sg_files *sg_files_new(TALLOC_CTX *mem_ctx,
			      const char **accounts,
			      const char **paths)
{
	struct sg_files *f = talloc_zero(mem_ctx, struct sg_files);
	size_t size = sizeof(struct sg_file_sums);

	if (f == NULL) {
		return NULL;
	}
	f->accounts = accounts;
	f->paths = paths;
	begin(&f->rows, SG_DEED_PARTS, sizeof(struct sg_deeds), SG_FILES_ROWS);
	begin(&f->unencrypted, 6, size, SG_FILES_ACCOUNTS);
	begin(&f->by_account, 2, size, SG_FILES_ACCOUNTS);
	begin(&f->by_path, 2, size, SG_FILES_PATHS);
	begin(&f->by_hour, 1, size, SG_FILES_HOURS);
	f->waiting = sg_opens_new();
	if (f->waiting == NULL) {
		TALLOC_FREE(f);
	}
	return f;
}

void sg_files_free(struct sg_files *f)
{
	if (f == NULL) {
		return;
	}
	sg_tally_free(&f->rows);
	sg_tally_free(&f->unencrypted);
	sg_tally_free(&f->by_account);
	sg_tally_free(&f->by_path);
	sg_tally_free(&f->by_hour);
	sg_opens_free(f->waiting);
	f->waiting = NULL;
}

bool sg_files_is_cut(const struct sg_files *f)
{
	return f->rows.full || f->unencrypted.full || f->by_account.full ||
	       f->by_path.full || f->by_hour.full;
}

bool sg_files_is_out_of_memory(const struct sg_files *f)
{
	return f->rows.nomem || f->unencrypted.nomem || f->by_account.nomem ||
	       f->by_path.nomem || f->by_hour.nomem;
}

static void add(struct sg_file_sums *sums, const struct sg_deed *deed)
{
	if (sums == NULL) {
		return;
	}
	sg_count_add(&sums->seen, deed->when);
	if (deed->text[SG_DEED_STATUS].len > 0) {
		sums->failed++;
	} else {
		sums->did[deed->did]++;
	}
	sums->unencrypted += deed->how != SG_ENCRYPTED ? 1 : 0;
	sums->bytes_read += deed->bytes_read;
	sums->bytes_written += deed->bytes_written;
}

static void add_row(struct sg_files *f, const struct sg_deed *deed)
{
	struct sg_text key[SG_DEED_PARTS];
	struct sg_deeds *row = NULL;

	memcpy(key, deed->text, sizeof(deed->text));
	key[SG_DEED_DID] = letter(DID_LETTERS, (int)deed->did);
	key[SG_DEED_HOW] = letter(HOW_LETTERS, (int)deed->how);
	row = sg_tally_at(&f->rows, key);
	if (row != NULL) {
		sg_count_add(&row->seen, deed->when);
		row->bytes_read += deed->bytes_read;
		row->bytes_written += deed->bytes_written;
	}
}

static void add_hour(struct sg_files *f, const struct sg_deed *deed)
{
	char time[SG_TIME_SIZE];
	struct sg_text key = {.text = time, .len = strlen("2026-11-22T12:00Z")};

	(void)sg_time_text(deed->when, time);
	memcpy(time + strlen("2026-11-22T12"), ":00Z", 4);
	add(sg_tally_at(&f->by_hour, &key), deed);
}

void sg_files_count(struct sg_files *f, const struct sg_deed *deed)
{
	const struct sg_text *t = deed->text;
	const struct sg_text unencrypted[] = {
		t[SG_DEED_DOMAIN],
		t[SG_DEED_ACCOUNT],
		t[SG_DEED_CLIENT],
		t[SG_DEED_SHARE],
		t[SG_DEED_DIALECT],
		letter(HOW_LETTERS, (int)deed->how),
	};
	const struct sg_text path[] = {t[SG_DEED_SHARE], t[SG_DEED_PATH]};

	add(&f->all, deed);
	add(sg_tally_at(&f->by_account, t), deed);
	add(sg_tally_at(&f->by_path, path), deed);
	add_hour(f, deed);
	if (deed->how != SG_ENCRYPTED) {
		add(sg_tally_at(&f->unencrypted, unencrypted), deed);
	}
	add_row(f, deed);
}

bool sg_files_add(struct sg_files *f, const struct sg_record *record)
{
	struct sg_deed deed;
	bool ready;

	if (!sg_kind_is_file(record->kind)) {
		return true;
	}
	if (!sg_files_wants(f, record)) {
		return false;
	}
	f->events++;
	ready = sg_deed_of_record(f, record, &deed);
	if (ready) {
		sg_files_count(f, &deed);
	}
	return true;
}

void sg_files_end(struct sg_files *f)
{
	sg_opens_end(f);
}
