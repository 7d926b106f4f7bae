/*
 * smbguard(8): report, who and what was seen
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_REPORT_SEEN_H
#define SMBGUARD_TOOLS_REPORT_SEEN_H

#include "tally.h"

/* Counts of connections by dialect and cipher; the first one is "none". */
#define SG_DIALECTS (SG_DIALECT_SMB3_11 + 1)
#define SG_CIPHERS (SG_CIPHER_AES256_GCM + 1)

/* What is kept of each at most */
#define SG_SEEN_CLIENTS 100000
#define SG_SEEN_PAIRS 200000
#define SG_SEEN_SHARES 10000
#define SG_SEEN_NOTICES 10000

/* Times of silence that are told, and from how many hours on. */
#define SG_SILENCES 5
#define SG_SILENCE_HOURS 24

/* How often, and when first and last. */
struct sg_count {
	uint64_t count;
	int64_t first;
	int64_t last;
};

struct sg_client {
	char *name; /* by its last event that has one; NULL: not known */
	struct sg_count events;
	uint64_t accesses; /* of shares */
	uint64_t denied;
	uint64_t would_deny;
	bool unready; /* one of its accesses could not have been encrypted */
	/* Of a what-if */
	bool asked;
	bool would_break;
	bool unknown;
};

struct sg_share {
	char *name;
	uint64_t accesses;
	uint64_t let_in; /* of these: */
	uint64_t encrypted;
	uint64_t is_signed;
	uint64_t denied;
	uint64_t would_deny;
	uint64_t dialects[SG_DIALECTS];
	uint64_t clients;
	uint64_t accounts;
	uint64_t unready; /* clients */
};

struct sg_exception_use {
	struct sg_count used;
	uint64_t clients;
	uint64_t expired; /* it would have let in, but was over */
};

/* A notice's key */
enum sg_notice_part {
	SG_NOTICE_EVENT = 0,
	SG_NOTICE_CLIENT,
	SG_NOTICE_DOMAIN,
	SG_NOTICE_ACCOUNT,
	SG_NOTICE_WHAT, /* what got worse, or the option */
	SG_NOTICE_WAS,	/* before, or what is wrong with the option */
	SG_NOTICE_NOW,
	SG_NOTICE_PARTS,
};

struct sg_notice {
	struct sg_count seen;
	uint64_t lost; /* audit_lost: records */
};

struct sg_silence {
	int64_t from; /* the hour behind the last one with an event */
	int64_t to;
};

struct sg_hours;

struct sg_seen {
	TALLOC_CTX *mem_ctx;
	struct sg_tally servers;    /* by name; value: struct sg_count */
	struct sg_tally clients;    /* by address */
	struct sg_tally shares;	    /* by name in lower case */
	struct sg_tally visitors;   /* share, client; value: bool unready */
	struct sg_tally visited_by; /* share, domain, account; value: bool */
	struct sg_tally exceptions; /* name, until */
	struct sg_tally excepted;   /* name, until, client; value: bool */
	struct sg_tally notices;
	uint64_t kinds[SG_EVENT_KINDS]; /* events of what is asked for */
	uint64_t lost;
	struct sg_count events; /* of the period, of all clients and shares */
	struct sg_hours *hours;
	bool nomem;
};

/**
 * Begin. Returns false when out of memory.
 */
bool sg_seen_begin(TALLOC_CTX *mem_ctx, struct sg_seen *seen);
void sg_seen_end(struct sg_seen *seen);

/**
 * An event of the period, whoever it is of; and one that is asked for. share:
 * what to count it for, see sg_report_section().
 */
void sg_seen_at_all(struct sg_seen *seen, const struct sg_record *record);
void sg_seen_add(struct sg_seen *seen,
		 const struct sg_record *record,
		 const struct sg_text *share);

/**
 * The client of an event; NULL beyond the limit.
 */
struct sg_client *sg_seen_client(struct sg_seen *seen,
				 const struct sg_record *record);

/**
 * The name of a client, NULL if it is not known.
 */
const char *sg_seen_name(const struct sg_seen *seen, const char *address);

/**
 * Did some of it not fit, or was there no memory for it?
 */
bool sg_seen_is_cut(const struct sg_seen *seen);
bool sg_seen_is_out_of_memory(const struct sg_seen *seen);

/**
 * The longest times without any event between from and to, in their order;
 * returns how many.
 */
size_t sg_seen_silences(const struct sg_seen *seen,
			int64_t from,
			int64_t to,
			struct sg_silence silences[SG_SILENCES]);

/**
 * Events of files among those that are asked for.
 */
uint64_t sg_seen_files(const struct sg_seen *seen);

/**
 * Count one more.
 */
void sg_count_add(struct sg_count *count, int64_t when);

/* Clients by what is true of them; see sg_seen_sum(). */
struct sg_clients_sum {
	uint64_t all;
	uint64_t refused; /* or would be */
	uint64_t visitors;
	uint64_t ready; /* visitors whose every access could be encrypted */
	uint64_t asked;
	uint64_t would_break;
	uint64_t unknown;
};

struct sg_clients_sum sg_seen_sum(const struct sg_seen *seen);

#endif /* SMBGUARD_TOOLS_REPORT_SEEN_H */
