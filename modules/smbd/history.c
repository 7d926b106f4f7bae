/*
 * smbguard: the history of clients, kept in Samba's dbwrap
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One record a client in smbguard_history.tdb of the state directory (under
 * CTDB where Samba is clustered), its bytes as in core/history.c. Two more
 * records are ours: how many there are, and when the old ones went.
 *
 * Notes:
 *
 * (1) The file is not mapped into memory: somebody may cut it short while it
 *     is open, and a page that is gone would kill smbd with SIGBUS.
 *
 * (2) Clients that were not seen for "history days" are forgotten once a day,
 *     by a process whose client has gone: a walk over all of them takes
 *     seconds. Beyond MAX_CLIENTS nobody new is kept until the oldest half
 *     has gone in the same way, which is once a minute at most; so a flood of
 *     new addresses is bounded.
 *
 * How it fails: a database that cannot be read is renamed and begun anew. If
 * that is of no use either, nothing is remembered in this process. Nobody is
 * refused for it.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/history.h"
#include "smbd/record.h"

#include "core/addr.h"

#include "../lib/dbwrap/dbwrap.h"
#include "../lib/util/util_tdb.h"
#include "lib/dbwrap/dbwrap_open.h"

#define HISTORY_DB "smbguard_history.tdb"
#define KEY_COUNT "meta/count"
#define KEY_SWEPT "meta/swept"
#define HASH_SIZE 10007
#define DEFAULT_DAYS 90
#define DAY_SECONDS 86400
#define MAX_CLIENTS 200000
#define FULL_SWEEP_SECONDS 60

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
		     TDB_DEFAULT | TDB_NOMMAP, /* note (1) */
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
		.option = SG_OPTION_PREFIX ":history",
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

static uint64_t number_of(TDB_DATA value)
{
	return value.dsize == 8 ? BVAL(value.dptr, 0) : 0;
}

static uint64_t fetch_number(struct db_context *db, const char *key)
{
	TALLOC_CTX *frame = talloc_stackframe();
	TDB_DATA value = {0};
	uint64_t number = 0;
	NTSTATUS status;

	status = dbwrap_fetch_bystring(db, frame, key, &value);
	if (NT_STATUS_IS_OK(status)) {
		number = number_of(value);
	}
	TALLOC_FREE(frame);
	return number;
}

static void store_number(struct db_context *db,
			 const char *key,
			 uint64_t number)
{
	uint8_t bytes[8] = {0};
	TDB_DATA value = {.dptr = bytes, .dsize = sizeof(bytes)};

	SBVAL(bytes, 0, number);
	(void)dbwrap_store_bystring(db, key, value, TDB_REPLACE);
}

/* A walk over all clients: first to see their ages, then to forget. */
struct sweep {
	time_t before; /* forget who was last seen before this */
	time_t *ages;  /* while not forgetting; may be NULL */
	size_t num;
};

static int sweep_record(struct db_record *rec, void *private_data)
{
	struct sweep *sweep = private_data;
	TDB_DATA value = dbwrap_record_get_value(rec);
	struct sg_history record = {0};
	bool ok = sg_history_unpack(value.dptr, value.dsize, &record);

	if (!ok) {
		return 0;
	}
	if (record.last_seen < sweep->before) {
		(void)dbwrap_record_delete(rec);
		return 0;
	}
	if (sweep->ages != NULL &&
	    sweep->num < talloc_array_length(sweep->ages)) {
		sweep->ages[sweep->num] = record.last_seen;
	}
	sweep->num++;
	return 0;
}

static int compare_times(const void *a, const void *b)
{
	time_t x = *(const time_t *)a;
	time_t y = *(const time_t *)b;

	return x < y ? -1 : x > y;
}

/* note (2) */
static void sweep_db(struct db_context *db, time_t now, unsigned days)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sweep sweep = {
		.before = now - (time_t)days * DAY_SECONDS,
	};

	store_number(db, KEY_SWEPT, (uint64_t)now);
	sweep.ages = talloc_array(frame, time_t, 2 * MAX_CLIENTS);
	(void)dbwrap_traverse(db, sweep_record, &sweep, NULL);
	if (sweep.num > MAX_CLIENTS && sweep.ages != NULL) {
		size_t known = MIN(sweep.num, 2 * MAX_CLIENTS);
		size_t surplus = known - MAX_CLIENTS / 2;

		qsort(sweep.ages, known, sizeof(time_t), compare_times);
		sweep.before = sweep.ages[surplus] + 1;
		sweep.num = 0;
		TALLOC_FREE(sweep.ages);
		(void)dbwrap_traverse(db, sweep_record, &sweep, NULL);
	}
	store_number(db, KEY_COUNT, sweep.num);
	TALLOC_FREE(frame);
}

/* Count a client that is new. False: there is no room for it. */
static bool make_room(struct sg_client_state *client, struct db_context *db)
{
	uint64_t count = fetch_number(db, KEY_COUNT);

	if (count >= MAX_CLIENTS) {
		client->history_full = true;
		return false;
	}
	store_number(db, KEY_COUNT, count + 1);
	return true;
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
static bool can_be_read(struct db_context *db, const char *key, TDB_DATA stored)
{
	TALLOC_CTX *frame = talloc_stackframe();
	TDB_DATA value = {0};
	NTSTATUS status = dbwrap_fetch_bystring(db, frame, key, &value);
	bool same = NT_STATUS_IS_OK(status) && value.dsize == stored.dsize &&
		    memcmp(value.dptr, stored.dptr, stored.dsize) == 0;

	TALLOC_FREE(frame);
	return same;
}

void sg_history_sweep(struct sg_client_state *client)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_settings *global = sg_config_load(frame, SG_GLOBAL_SNUM);
	struct db_context *db = client->history;
	time_t now = time(NULL);
	time_t swept;
	bool due;

	if (db == NULL || global == NULL) {
		TALLOC_FREE(frame);
		return;
	}
	swept = (time_t)fetch_number(db, KEY_SWEPT);
	due = now - swept >= DAY_SECONDS || now < swept ||
	      (client->history_full && now - swept >= FULL_SWEEP_SECONDS);
	if (due) {
		sweep_db(db,
			 now,
			 global->history_days > 0 ? global->history_days
						  : DEFAULT_DAYS);
	}
	TALLOC_FREE(frame);
}

void sg_history_store(struct sg_client_state *client,
		      const char *key,
		      const struct sg_history *record,
		      bool known)
{
	uint8_t bytes[SG_HISTORY_BYTES] = {0};
	TDB_DATA value = {.dptr = bytes, .dsize = sizeof(bytes)};
	struct db_context *db = NULL;
	NTSTATUS status = NT_STATUS_OK;
	bool changed;
	bool room = true;
	bool damage = false;

	sg_history_pack(record, bytes);
	with_root(&changed);
	db = history_db(client);
	if (db != NULL && !known) {
		room = make_room(client, db);
	}
	if (db != NULL && room) {
		status = dbwrap_store_bystring(db, key, value, TDB_REPLACE);
		if (!NT_STATUS_IS_OK(status)) {
			DBG_WARNING("smbguard: the history of %s was not kept: "
				    "%s\n",
				    key,
				    nt_errstr(status));
		}
		damage = NT_STATUS_EQUAL(status,
					 NT_STATUS_INTERNAL_DB_CORRUPTION) ||
			 (NT_STATUS_IS_OK(status) &&
			  !can_be_read(db, key, value));
	}
	if (damage) {
		history_damaged(client);
	}
	without_root(changed);
}
