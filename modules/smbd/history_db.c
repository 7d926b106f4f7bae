/*
 * smbguard: the history of clients, kept in Samba's dbwrap
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One record a client in smbguard_history.tdb of the state directory (under
 * CTDB where Samba is clustered), its bytes as in core/history.c. Three more
 * are kept by forget.c.
 *
 * How it fails: a database that cannot be read is renamed and begun anew. If
 * that is of no use either, nothing is remembered in this process. Nobody is
 * refused for it.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/forget.h"
#include "smbd/history_db.h"
#include "smbd/record.h"

#include "core/addr.h"
#include "core/rows.h"

#include "../lib/dbwrap/dbwrap.h"
#include "../lib/util/util_tdb.h"
#include "lib/dbwrap/dbwrap_open.h"

#define HISTORY_DB "smbguard_history.tdb"
#define HASH_SIZE 10007

char *sg_history_key(TALLOC_CTX *mem_ctx,
		     const struct sg_facts *facts,
		     bool account)
{
	struct sg_network network = {0};
	char address[INET6_ADDRSTRLEN] = {0};
	bool ok;

	if (facts->client_address == NULL) {
		return NULL;
	}
	strlcpy(address, facts->client_address, sizeof(address));
	ok = sg_network_parse(facts->client_address, &network);
	if (ok && network.family == AF_INET6) {
		memset(network.bytes + 8, 0, 8);
		inet_ntop(AF_INET6, network.bytes, address, sizeof(address));
	}
	if (!account) {
		return talloc_asprintf(mem_ctx, "address/%s", address);
	}
	if (facts->sid == NULL) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx, "account/%s/%s", address, facts->sid);
}

/*
 * The file is not mapped into memory: somebody may cut it short while it is
 * open, and a page that is gone would kill smbd with SIGBUS.
 */
static struct db_context *open_db(struct sg_client_state *client,
				  const char *path)
{
	struct db_context *db = NULL;
	struct stat st = {0};
	int flags = O_RDWR;
	int ret = stat(path, &st);

	/* With O_CREAT, tdb would empty a file that is not one of its own. */
	if ((ret != 0 && errno == ENOENT) || (ret == 0 && st.st_size == 0)) {
		flags |= O_CREAT;
	}
	db = db_open(client,
		     path,
		     HASH_SIZE,
		     TDB_DEFAULT | TDB_NOMMAP,
		     flags,
		     0600,
		     DBWRAP_LOCK_ORDER_NONE,
		     DBWRAP_FLAG_NONE);
	ret = stat(path, &st);
	client->history_inode = ret == 0 ? st.st_ino : 0;
	return db;
}

static void tell_damage(struct sg_client_state *client, const char *aside)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_verdict verdict = {
		.outcome = SG_FAILED,
		.cause = SG_CAUSE_RECORD,
		.option = sg_option_history.full_name,
		.scope = "global",
	};
	struct sg_facts *facts = sg_facts_blind(frame);

	verdict.reason = talloc_asprintf(
		frame,
		"The history of clients could not be read. It is begun anew; "
		"what there was is in %s. Regressions before now cannot be "
		"noticed.",
		aside);
	if (facts != NULL && verdict.reason != NULL) {
		sg_record_policy_error(client, facts, &verdict);
	}
	TALLOC_FREE(frame);
}

/*
 * Only one of several processes that notice renames the damaged file; the
 * others find that it is not the one that they have open.
 */
static void set_aside(struct sg_client_state *client, const char *path)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct stat st = {0};
	char *aside = NULL;
	int ret = stat(path, &st);

	TALLOC_FREE(client->history);
	if (ret == 0 && st.st_ino == client->history_inode) {
		aside = talloc_asprintf(frame,
					"%s.damaged-%lld-%d",
					path,
					(long long)time(NULL),
					(int)getpid());
	}
	if (aside != NULL) {
		ret = rename(path, aside);
		if (ret == 0) {
			tell_damage(client, aside);
		}
	}
	TALLOC_FREE(frame);
}

static struct db_context *history_db(struct sg_client_state *client)
{
	TALLOC_CTX *frame = NULL;
	char *path = NULL;

	if (client->history != NULL || client->history_failed) {
		return client->history;
	}
	frame = talloc_stackframe();
	path = state_path(frame, HISTORY_DB);
	if (path != NULL) {
		client->history = open_db(client, path);
		if (client->history == NULL) {
			set_aside(client, path);
			client->history = open_db(client, path);
		}
	}
	if (client->history == NULL) {
		DBG_ERR("smbguard: the history of clients cannot be opened\n");
		client->history_failed = true;
	}
	TALLOC_FREE(frame);
	return client->history;
}

/* An operation failed, or a record was not whole. */
static void history_damaged(struct sg_client_state *client)
{
	TALLOC_CTX *frame = talloc_stackframe();
	char *path = state_path(frame, HISTORY_DB);

	if (path != NULL && !client->history_failed) {
		set_aside(client, path);
	}
	/* Once a process: a disk that is full must not make a loop of it. */
	client->history_failed = true;
	TALLOC_FREE(frame);
}

/* As root, which owns the file. */
static void with_root(bool *changed)
{
	*changed = geteuid() != 0;
	if (*changed) {
		become_root();
	}
}

static void without_root(bool changed)
{
	if (changed) {
		unbecome_root();
	}
}

/* A record of ours that is not whole; another version is none of ours. */
static bool is_damage(NTSTATUS status, TDB_DATA value, bool whole)
{
	if (NT_STATUS_IS_OK(status)) {
		return !whole && sg_history_is_ours(value.dptr, value.dsize);
	}
	return NT_STATUS_EQUAL(status, NT_STATUS_INTERNAL_DB_CORRUPTION);
}

bool sg_history_fetch(struct sg_client_state *client,
		      const char *key,
		      struct sg_history *record)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct db_context *db = NULL;
	TDB_DATA value = {0};
	NTSTATUS status = NT_STATUS_NOT_FOUND;
	bool changed;
	bool found = false;
	bool damage;

	with_root(&changed);
	db = history_db(client);
	if (db != NULL) {
		status = dbwrap_fetch_bystring(db, frame, key, &value);
	}
	if (NT_STATUS_IS_OK(status)) {
		found = sg_history_unpack(value.dptr, value.dsize, record);
	}
	damage = is_damage(status, value, found);
	if (damage) {
		history_damaged(client);
	}
	without_root(changed);
	TALLOC_FREE(frame);
	return found;
}

/* A file that was cut short takes a record and does not give it back. */
static bool can_be_read(struct db_context *db, TDB_DATA key, TDB_DATA stored)
{
	TALLOC_CTX *frame = talloc_stackframe();
	TDB_DATA value = {0};
	NTSTATUS status = dbwrap_fetch(db, frame, key, &value);
	bool same = NT_STATUS_IS_OK(status) && value.dsize == stored.dsize &&
		    memcmp(value.dptr, stored.dptr, stored.dsize) == 0;

	TALLOC_FREE(frame);
	return same;
}

struct update {
	struct db_context *db;
	TDB_DATA key;
	sg_history_fn *fn;
	void *private_data;
	bool called;  /* fn was */
	bool added;   /* a client that is new */
	bool full;    /* one that found no room */
	bool damaged; /* what was read is not whole */
	NTSTATUS status;
};

/*
 * A record is read, changed and written under its lock, since many clients may
 * come from one address at the same time: none of them is forgotten, one change
 * is told once, and what is read back is what was written. That is also when a
 * damaged file is noticed: to look at all of it would take seconds.
 */
static void update_locked(struct db_record *rec,
			  TDB_DATA value,
			  void *private_data)
{
	struct update *update = private_data;
	uint8_t bytes[SG_HISTORY_BYTES] = {0};
	TDB_DATA stored = {.dptr = bytes, .dsize = sizeof(bytes)};
	struct sg_history before = {0};
	struct sg_history keep = {0};
	bool known = sg_history_unpack(value.dptr, value.dsize, &before);
	bool wanted;

	update->damaged = is_damage(NT_STATUS_OK, value, known);
	if (update->damaged) {
		return;
	}
	update->called = true;
	wanted =
		update->fn(known ? &before : NULL, &keep, update->private_data);
	if (!wanted) {
		return;
	}
	update->full =
		value.dsize == 0 && !sg_forget_room(update->db, update->key);
	if (update->full) {
		return;
	}
	sg_history_pack(&keep, bytes);
	update->status = dbwrap_record_store(rec, stored, TDB_REPLACE);
	if (NT_STATUS_IS_OK(update->status)) {
		update->added = value.dsize == 0;
		update->damaged = !can_be_read(update->db, update->key, stored);
	}
}

static void update_db(struct update *update)
{
	TALLOC_CTX *frame = talloc_stackframe();
	TDB_DATA value = {0};
	NTSTATUS status = dbwrap_do_locked(update->db,
					   update->key,
					   update_locked,
					   update);

	if (!NT_STATUS_IS_OK(status)) {
		/* Why is not in this status, but in that of a fetch. */
		update->status = status;
		status = dbwrap_fetch(update->db, frame, update->key, &value);
		update->damaged = is_damage(status, value, true);
	}
	TALLOC_FREE(frame);
	if (!NT_STATUS_IS_OK(update->status)) {
		DBG_WARNING("smbguard: the history of %s was not kept: %s\n",
			    (const char *)update->key.dptr,
			    nt_errstr(update->status));
	}
	if (NT_STATUS_EQUAL(update->status, NT_STATUS_INTERNAL_DB_CORRUPTION)) {
		update->damaged = true;
	}
	if (update->added) {
		sg_forget_count(update->db, update->key);
	}
}

/*
 * Most clients come as they came before. Then nothing is written: under CTDB a
 * write is a transaction of the whole cluster, with fsync().
 */
static bool nothing_new(struct sg_client_state *client,
			const char *key,
			sg_history_fn *fn,
			void *private_data)
{
	struct sg_history before = {0};
	struct sg_history keep = {0};
	bool known = sg_history_fetch(client, key, &before);
	bool wanted;

	if (!known) {
		return false;
	}
	wanted = fn(&before, &keep, private_data);
	return !wanted || sg_history_same(&before, &keep);
}

void sg_history_update(struct sg_client_state *client,
		       const char *key,
		       sg_history_fn *fn,
		       void *private_data)
{
	struct update update = {
		.key = string_term_tdb_data(key),
		.fn = fn,
		.private_data = private_data,
		.status = NT_STATUS_OK,
	};
	struct sg_history nothing = {0};
	bool changed;
	bool done = nothing_new(client, key, fn, private_data);

	if (done) {
		return;
	}
	with_root(&changed);
	update.db = history_db(client);
	if (update.db != NULL) {
		update_db(&update);
		client->history_full = client->history_full || update.full;
	}
	if (update.damaged) {
		history_damaged(client);
	}
	without_root(changed);
	if (!update.called) {
		(void)fn(NULL, &nothing, private_data);
	}
}
