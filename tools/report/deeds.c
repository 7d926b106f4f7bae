/*
 * smbguard(8): report --files, what each event of a file was
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An open says what a client wanted, and its close what it did: the two are
 * one deed. They find each other by connectionId and fileId. An open waits for
 * its close in a table of a fixed size, where it has one place; what stood there
 * is counted as an open.
 *
 * How it fails: a close whose open is not known says by itself what was read
 * and written; an open whose close never comes is "opened".
 */

#include "files.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/file_events.h"

/* A power of two: opens at one time of all clients, as far as it matters */
#define PLACES 65536

struct waiting {
	uint64_t connection;
	uint64_t id;
	bool made;
	bool emptied;
	struct sg_deed deed;
	char texts[];
};

struct sg_opens_waiting {
	struct waiting *place[PLACES];
};

struct sg_opens_waiting *sg_opens_new(void)
{
	return calloc(1, sizeof(struct sg_opens_waiting));
}

void sg_opens_free(struct sg_opens_waiting *w)
{
	size_t i;

	for (i = 0; w != NULL && i < PLACES; i++) {
		free(w->place[i]);
	}
	free(w);
}

static struct waiting **place_of(struct sg_opens_waiting *w,
				 const struct sg_record *r)
{
	uint64_t hash =
		(r->connection ^ r->file_id * UINT64_C(0x9e3779b97f4a7c15)) *
		UINT64_C(0xff51afd7ed558ccd);

	return &w->place[(hash >> 40) % PLACES];
}

static void count_waiting(struct sg_files *files, struct waiting **place)
{
	if (*place != NULL) {
		sg_files_count(files, &(*place)->deed);
		free(*place);
		*place = NULL;
	}
}

void sg_opens_end(struct sg_files *files)
{
	size_t i;

	for (i = 0; i < PLACES; i++) {
		count_waiting(files, &files->waiting->place[i]);
	}
}

/* A copy with the texts behind it; NULL when out of memory. */
static struct waiting *copy(const struct sg_record *r,
			    const struct sg_deed *deed)
{
	struct waiting *w = NULL;
	size_t size = 0;
	char *to = NULL;
	size_t i;

	for (i = 0; i < SG_DEED_TEXTS; i++) {
		size += deed->text[i].len;
	}
	w = malloc(sizeof(*w) + size);
	if (w == NULL) {
		return NULL;
	}
	*w = (struct waiting){
		.connection = r->connection,
		.id = r->file_id,
		.made = r->created == SG_YES,
		.emptied = r->overwritten == SG_YES,
		.deed = *deed,
	};
	to = w->texts;
	for (i = 0; i < SG_DEED_TEXTS; i++) {
		if (deed->text[i].len > 0) {
			memcpy(to, deed->text[i].text, deed->text[i].len);
		}
		w->deed.text[i].text = to;
		to += deed->text[i].len;
	}
	return w;
}

static bool is_open_of(const struct waiting *w, const struct sg_record *r)
{
	return w != NULL && w->connection == r->connection &&
	       w->id == r->file_id;
}

/* False: it waits, or there was no memory to wait in. */
static bool opened(struct sg_files *files,
		   const struct sg_record *r,
		   struct sg_deed *deed)
{
	bool folder = r->directory == SG_YES;
	struct waiting **place = NULL;

	deed->did = SG_DID_OPEN;
	/* A folder that is made has an event of its own. */
	if (r->created == SG_YES && !folder) {
		deed->did = SG_DID_CREATE;
	} else if (r->overwritten == SG_YES) {
		deed->did = SG_DID_CHANGE;
	}
	if (deed->text[SG_DEED_STATUS].len > 0 || !r->has_file_id) {
		return true;
	}
	place = place_of(files->waiting, r);
	count_waiting(files, place);
	*place = copy(r, deed);
	return *place == NULL;
}

static void closed(struct sg_files *files,
		   const struct sg_record *r,
		   struct sg_deed *deed)
{
	struct waiting **place = place_of(files->waiting, r);
	struct waiting *open = NULL;

	deed->did = SG_DID_OPEN;
	if (r->writes > 0) {
		deed->did = SG_DID_CHANGE;
	} else if (r->reads > 0) {
		deed->did = SG_DID_READ;
	}
	deed->bytes_read = r->bytes_read > 0 ? (uint64_t)r->bytes_read : 0;
	deed->bytes_written =
		r->bytes_written > 0 ? (uint64_t)r->bytes_written : 0;
	if (!r->has_file_id || !is_open_of(*place, r)) {
		return;
	}
	open = *place;
	if (open->made && open->deed.did == SG_DID_CREATE) {
		deed->did = SG_DID_CREATE;
	} else if (open->emptied) {
		deed->did = SG_DID_CHANGE;
	}
	/* What was read unencrypted once stays so. */
	if (open->deed.how < deed->how) {
		deed->how = open->deed.how;
	}
	free(open);
	*place = NULL;
}

static enum sg_protected how_of(const struct sg_record *r)
{
	if (r->is_encrypted == SG_YES) {
		return SG_ENCRYPTED;
	}
	if (r->is_encrypted == SG_UNKNOWN) {
		return SG_NOT_KNOWN;
	}
	return r->is_signed == SG_YES ? SG_SIGNED_ONLY : SG_NOT_PROTECTED;
}

static struct sg_text status_of(const struct sg_record *r)
{
	const struct sg_text *status = &r->text[SG_TEXT_STATUS];

	if (sg_text_is(&r->text[SG_TEXT_OUTCOME], "allowed")) {
		return (struct sg_text){.text = "", .len = 0};
	}
	return status->len > 0 ? *status : r->text[SG_TEXT_OUTCOME];
}

bool sg_deed_of_record(struct sg_files *files,
		       const struct sg_record *r,
		       struct sg_deed *deed)
{
	static const enum sg_record_text from[SG_DEED_TEXTS] = {
		[SG_DEED_DOMAIN] = SG_TEXT_DOMAIN,
		[SG_DEED_ACCOUNT] = SG_TEXT_ACCOUNT,
		[SG_DEED_CLIENT] = SG_TEXT_CLIENT,
		[SG_DEED_SHARE] = SG_TEXT_SHARE,
		[SG_DEED_PATH] = SG_TEXT_PATH,
		[SG_DEED_NEW_PATH] = SG_TEXT_NEW_PATH,
		[SG_DEED_DIALECT] = SG_TEXT_DIALECT,
		[SG_DEED_CIPHER] = SG_TEXT_CIPHER,
	};
	size_t i;

	*deed = (struct sg_deed){.when = r->when, .how = how_of(r)};
	for (i = 0; i < SG_DEED_TEXTS; i++) {
		deed->text[i] = r->text[from[i]];
	}
	deed->text[SG_DEED_STATUS] = status_of(r);
	switch (r->kind) {
	case SG_EVENT_FILE_OPEN:
		return opened(files, r, deed);
	case SG_EVENT_FILE_CLOSE:
		closed(files, r, deed);
		return true;
	case SG_EVENT_FILE_RENAME:
		deed->did = SG_DID_RENAME;
		return true;
	case SG_EVENT_FILE_LINK:
	case SG_EVENT_DIRECTORY_CREATE:
		deed->did = SG_DID_CREATE;
		return true;
	case SG_EVENT_FILE_ACL:
		deed->did = SG_DID_RIGHTS;
		return true;
	case SG_EVENT_FILE_ATTRIBUTES:
		deed->did = SG_DID_ATTRIBUTES;
		return true;
	default:
		deed->did = SG_DID_DELETE;
		return true;
	}
}

static bool same(const struct sg_text *text, const char *name, size_t len)
{
	return text->len == len && strncasecmp(text->text, name, len) == 0;
}

/* "alice" of any domain, "DOMAIN\alice" */
static bool is_account(const struct sg_record *r, const char *name)
{
	const struct sg_text *account = &r->text[SG_TEXT_ACCOUNT];
	const char *slash = strchr(name, '\\');

	if (account->text == NULL) {
		return false;
	}
	if (slash == NULL) {
		return same(account, name, strlen(name));
	}
	return r->text[SG_TEXT_DOMAIN].text != NULL &&
	       same(&r->text[SG_TEXT_DOMAIN], name, (size_t)(slash - name)) &&
	       same(account, slash + 1, strlen(slash + 1));
}

/* Without a slash the last name of a path is compared, with one the whole. */
static bool is_path(const struct sg_text *path, const char *pattern)
{
	size_t len = strlen(pattern);
	const char *name = path->text;
	size_t name_len = path->len;
	size_t i;

	if (path->text == NULL) {
		return false;
	}
	if (strchr(pattern, '/') != NULL) {
		return sg_file_matches(pattern, len, name, name_len);
	}
	for (i = path->len; i > 0 && path->text[i - 1] != '/'; i--) {
		continue;
	}
	name = path->text + i;
	name_len = path->len - i;
	if (sg_file_matches(pattern, len, name, name_len)) {
		return true;
	}
	/* Of a stream, the file's name, too */
	for (i = 0; i < name_len && name[i] != ':'; i++) {
		continue;
	}
	return i < name_len && sg_file_matches(pattern, len, name, i);
}

bool sg_files_wants(const struct sg_files *files, const struct sg_record *r)
{
	bool account = files->accounts == NULL;
	bool path = files->paths == NULL;
	size_t i;

	for (i = 0; !account && files->accounts[i] != NULL; i++) {
		account = is_account(r, files->accounts[i]);
	}
	for (i = 0; account && !path && files->paths[i] != NULL; i++) {
		path = is_path(&r->text[SG_TEXT_PATH], files->paths[i]) ||
		       is_path(&r->text[SG_TEXT_NEW_PATH], files->paths[i]);
	}
	return account && path;
}
