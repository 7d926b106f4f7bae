/*
 * smbguard: which clients are forgotten
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three records of the history are ours: how many addresses and how many
 * accounts there are, and when the old ones went.
 *
 * Addresses and accounts have MAX_CLIENTS places each: who has no account can come
 * from many addresses, and must not push out the accounts.
 *
 * How it fails: a count that is wrong is put right by the next walk.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/forget.h"

#include "core/history.h"
#include "core/rows.h"

#include "../lib/dbwrap/dbwrap.h"
#include "../lib/util/util_tdb.h"

#define KEY_SWEPT "meta/swept"
#define DAY_SECONDS 86400
#define MAX_CLIENTS 200000 /* of each kind */
#define FULL_SWEEP_SECONDS 60
#define AT_ONCE 500

enum kind {
	ADDRESS,
	ACCOUNT,
	NUM_KINDS
};

static const char *const key_counts[NUM_KINDS] = {
	[ADDRESS] = "meta/addresses",
	[ACCOUNT] = "meta/accounts",
};

static enum kind kind_of(TDB_DATA key)
{
	static const char address[] = "address/";
	size_t len = sizeof(address) - 1;

	return key.dsize > len && memcmp(key.dptr, address, len) == 0 ? ADDRESS
								      : ACCOUNT;
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

bool sg_forget_room(struct db_context *db, TDB_DATA key)
{
	return fetch_number(db, key_counts[kind_of(key)]) < MAX_CLIENTS;
}

static void count_locked(struct db_record *rec,
			 TDB_DATA value,
			 void *private_data)
{
	uint8_t bytes[8] = {0};
	TDB_DATA stored = {.dptr = bytes, .dsize = sizeof(bytes)};

	SBVAL(bytes, 0, number_of(value) + 1);
	(void)dbwrap_record_store(rec, stored, TDB_REPLACE);
}

void sg_forget_count(struct db_context *db, TDB_DATA key)
{
	const char *count = key_counts[kind_of(key)];

	(void)dbwrap_do_locked(db,
			       string_term_tdb_data(count),
			       count_locked,
			       NULL);
}

/* All clients of a kind, as a walk finds them. */
struct found {
	time_t *ages; /* of those who may stay; may be NULL */
	size_t num;
	time_t before; /* forget who was last seen before this */
};

struct sweep {
	struct found kinds[NUM_KINDS];
	bool any; /* somebody is to be forgotten: */
	TALLOC_CTX *frame;
	char *keys; /* strings, one behind the other */
	size_t used;
	size_t size;
};

static struct found *find_record(struct sweep *sweep,
				 struct db_record *rec,
				 struct sg_history *record)
{
	TDB_DATA value = dbwrap_record_get_value(rec);
	bool ok = sg_history_unpack(value.dptr, value.dsize, record);

	return ok ? &sweep->kinds[kind_of(dbwrap_record_get_key(rec))] : NULL;
}

static int see_record(struct db_record *rec, void *private_data)
{
	struct sweep *sweep = private_data;
	struct sg_history record = {0};
	struct found *found = find_record(sweep, rec, &record);

	if (found == NULL) {
		return 0;
	}
	if (record.last_seen < found->before) {
		sweep->any = true;
		return 0;
	}
	if (found->ages != NULL &&
	    found->num < talloc_array_length(found->ages)) {
		found->ages[found->num] = record.last_seen;
	}
	found->num++;
	return 0;
}

static int collect_record(struct db_record *rec, void *private_data)
{
	struct sweep *sweep = private_data;
	struct sg_history record = {0};
	struct found *found = find_record(sweep, rec, &record);
	TDB_DATA key = dbwrap_record_get_key(rec);

	if (found == NULL) {
		return 0;
	}
	if (record.last_seen >= found->before || key.dptr == NULL ||
	    key.dptr[key.dsize - 1] != '\0') {
		found->num++;
		return 0;
	}
	if (key.dsize > sweep->size - sweep->used) {
		size_t size = 2 * (sweep->size + key.dsize);
		char *keys =
			talloc_realloc(sweep->frame, sweep->keys, char, size);

		if (keys == NULL) {
			return -1;
		}
		sweep->keys = keys;
		sweep->size = size;
	}
	memcpy(sweep->keys + sweep->used, key.dptr, key.dsize);
	sweep->used += key.dsize;
	return 0;
}

/* It may have come back in the meantime. */
static void forget_locked(struct db_record *rec,
			  TDB_DATA value,
			  void *private_data)
{
	const struct found *found = private_data;
	struct sg_history record = {0};
	bool ok = sg_history_unpack(value.dptr, value.dsize, &record);

	if (ok && record.last_seen < found->before) {
		(void)dbwrap_record_delete(rec);
	}
}

/*
 * A walk only reads. To delete on the way is a transaction for each record
 * under CTDB, which waits for the end of the very walk. So those to be forgotten
 * are noted, and deleted afterwards; under CTDB AT_ONCE of them in a transaction.
 */
static size_t forget_some(struct db_context *db,
			  struct sweep *sweep,
			  size_t from)
{
	bool clustered = lp_clustering();
	int ret = 0;
	size_t n;

	if (clustered) {
		ret = dbwrap_transaction_start(db);
	}
	if (ret != 0) {
		return sweep->used;
	}
	for (n = 0; n < AT_ONCE && from < sweep->used; n++) {
		TDB_DATA key = string_term_tdb_data(sweep->keys + from);

		(void)dbwrap_do_locked(db,
				       key,
				       forget_locked,
				       &sweep->kinds[kind_of(key)]);
		from += key.dsize;
	}
	if (clustered) {
		(void)dbwrap_transaction_commit(db);
	}
	return from;
}

static int compare_times(const void *a, const void *b)
{
	time_t x = *(const time_t *)a;
	time_t y = *(const time_t *)b;

	return x < y ? -1 : x > y;
}

/* The oldest half of too many. */
static bool forget_half(struct found *found)
{
	size_t known = MIN(found->num, talloc_array_length(found->ages));

	if (found->num < MAX_CLIENTS || known < MAX_CLIENTS) {
		return false;
	}
	qsort(found->ages, known, sizeof(time_t), compare_times);
	found->before = found->ages[known - MAX_CLIENTS / 2] + 1;
	return true;
}

/*
 * Clients that were not seen for "history days" are forgotten once a day, by a
 * process whose client has gone: a walk over all of them takes seconds. Beyond
 * MAX_CLIENTS nobody new is kept until the oldest half has gone in the same way,
 * which is once a minute at most; so a flood of new addresses is bounded.
 */
static void sweep_db(struct db_context *db, time_t now, unsigned days)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sweep sweep = {.any = false, .frame = frame};
	size_t done = 0;
	enum kind k;

	store_number(db, KEY_SWEPT, (uint64_t)now);
	for (k = 0; k < NUM_KINDS; k++) {
		struct found *found = &sweep.kinds[k];

		found->before = now - (time_t)days * DAY_SECONDS;
		found->ages = talloc_array(frame, time_t, 2 * MAX_CLIENTS);
	}
	(void)dbwrap_traverse_read(db, see_record, &sweep, NULL);
	for (k = 0; k < NUM_KINDS; k++) {
		bool half = forget_half(&sweep.kinds[k]);

		sweep.any = sweep.any || half;
	}
	if (sweep.any) {
		for (k = 0; k < NUM_KINDS; k++) {
			sweep.kinds[k].num = 0;
		}
		(void)dbwrap_traverse_read(db, collect_record, &sweep, NULL);
	}
	while (done < sweep.used) {
		done = forget_some(db, &sweep, done);
	}
	for (k = 0; k < NUM_KINDS; k++) {
		store_number(db, key_counts[k], sweep.kinds[k].num);
	}
	TALLOC_FREE(frame);
}

static void sweep_now(struct db_context *db, time_t now)
{
	TALLOC_CTX *frame = talloc_stackframe();
	const struct sg_settings *global = sg_config_global(frame);

	if (global != NULL) {
		sweep_db(db,
			 now,
			 (unsigned)sg_option_number(&sg_option_history_days,
						    global));
	}
	TALLOC_FREE(frame);
}

void sg_forget_old(struct sg_client_state *client)
{
	struct db_context *db = client->history;
	time_t now = time(NULL);
	time_t swept;

	if (db == NULL) {
		return;
	}
	swept = (time_t)fetch_number(db, KEY_SWEPT);
	if (now - swept >= DAY_SECONDS || now < swept ||
	    (client->history_full && now - swept >= FULL_SWEEP_SECONDS)) {
		sweep_now(db, now);
	}
}
