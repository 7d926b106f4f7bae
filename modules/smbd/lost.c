/*
 * smbguard: records that no sink took, counted for all of smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A process of smbd ends with its client, often before the disk has room
 * again. So the counts are in a database in the state directory: one record a
 * sink, 8 bytes, little endian. It is never in a cluster's CTDB: each node has
 * sinks of its own, and one node's must not be told of another's losses.
 *
 * The database is opened for each use and closed: this happens when a sink
 * fails and at a process's first event. The records are made at that event,
 * while there is room for them: the disk that is full later may be this one.
 *
 * How it fails: without the database, a process counts for itself.
 */

#include "smbd/samba.h"
#include "smbd/lost.h"

#include "../lib/dbwrap/dbwrap.h"
#include "../lib/util/util_tdb.h"

#define LOST_DB "smbguard_lost.tdb"
#define COUNT_BYTES 8

static struct db_context *lost_open(TALLOC_CTX *mem_ctx)
{
	char *path = state_path(mem_ctx, LOST_DB);
	bool change = geteuid() != 0;
	struct db_context *db = NULL;

	if (path == NULL) {
		return NULL;
	}
	if (change) {
		become_root();
	}
	db = dbwrap_local_open(mem_ctx,
			       path,
			       0,
			       TDB_DEFAULT,
			       O_RDWR | O_CREAT,
			       0600,
			       DBWRAP_LOCK_ORDER_NONE,
			       DBWRAP_FLAG_NONE);
	if (change) {
		unbecome_root();
	}
	return db;
}

static uint64_t count_of(TDB_DATA value)
{
	return value.dsize == COUNT_BYTES ? BVAL(value.dptr, 0) : 0;
}

/* Set the count to what it is (keep) plus num; give what it was. */
static bool change_count(struct db_context *db,
			 const char *sink,
			 bool keep,
			 uint64_t num,
			 uint64_t *before)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct db_record *rec = NULL;
	uint8_t bytes[COUNT_BYTES] = {0};
	TDB_DATA value = {.dptr = bytes, .dsize = sizeof(bytes)};
	NTSTATUS status;

	rec = dbwrap_fetch_locked(db, frame, string_term_tdb_data(sink));
	if (rec == NULL) {
		TALLOC_FREE(frame);
		return false;
	}
	*before = count_of(dbwrap_record_get_value(rec));
	SBVAL(bytes, 0, (keep ? *before : 0) + num);
	status = dbwrap_record_store(rec, value, TDB_REPLACE);
	TALLOC_FREE(frame);
	return NT_STATUS_IS_OK(status);
}

bool sg_lost_add(const char *sink, uint64_t num)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct db_context *db = lost_open(frame);
	uint64_t before = 0;
	bool ok = false;

	if (db != NULL) {
		ok = change_count(db, sink, true, num, &before);
	}
	TALLOC_FREE(frame);
	return ok;
}

uint64_t sg_lost_take(const char *sink)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct db_context *db = lost_open(frame);
	uint64_t before = 0;
	TDB_DATA value = {0};
	NTSTATUS status = NT_STATUS_OK;
	bool ok = false;

	if (db != NULL) {
		status = dbwrap_fetch_bystring(db, frame, sink, &value);
		ok = !NT_STATUS_IS_OK(status) || count_of(value) > 0;
	}
	if (ok) {
		ok = change_count(db, sink, false, 0, &before);
	}
	TALLOC_FREE(frame);
	return ok ? before : 0;
}
