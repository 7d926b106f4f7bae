/*
 * smbguard(8): report, its parts
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report.c reads options and lines (parts.c finds those of rotated files),
 * collect.c picks what counts of each event, whatif.c asks the core what a
 * policy would say of it, rows.c keeps one row for all refusals of a kind,
 * seen.c who and what was seen, inforce.c the policy of smb.conf. The others
 * write it down.
 */

#ifndef SMBGUARD_TOOLS_REPORT_REPORT_H
#define SMBGUARD_TOOLS_REPORT_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <talloc.h>

#include "core/addr.h"
#include "core/policy.h"
#include "events/events.h"
#include "seen.h"
#include "tally.h"

/* Rows at most; what is beyond is counted in one row for each outcome. */
#define SG_REPORT_ROWS 100000
/* A longer value is cut, with "..." behind it. */
#define SG_REPORT_VALUE 256

enum sg_column {
	SG_COL_OUTCOME = 0, /* denied, would_deny, unknown */
	SG_COL_EVENT,
	SG_COL_CLIENT,
	SG_COL_DOMAIN,
	SG_COL_ACCOUNT,
	SG_COL_SHARE,
	SG_COL_DIALECT,
	SG_COL_CIPHER,
	SG_COL_SIGNING,
	SG_COL_OPTION,
	SG_COL_SCOPE,
	SG_COL_REQUIRED,
	SG_COL_ACTUAL,
	SG_COLUMNS,
};

/* The columns' names in csv and json; in events, those from SG_COL_OPTION on
 * are inside of "policy". */
extern const char *const sg_column_names[SG_COLUMNS];

/* All accesses that are alike; "" for what is not known. */
struct sg_row {
	const char *column[SG_COLUMNS];
	uint64_t count;
	int64_t first;
	int64_t last;
	bool others; /* the row for what is beyond the limit */
};

struct sg_rows {
	struct sg_tally kinds;
	struct sg_row **rows; /* sorted by sg_rows_sort() */
	size_t num;
	struct sg_row others[3]; /* by outcome, used if count > 0 */
};

/**
 * Count one access. column: borrowed; the outcome ends with a NUL.
 */
void sg_rows_add(struct sg_rows *rows,
		 const struct sg_text column[SG_COLUMNS],
		 int64_t when);

/**
 * Put rows in order: denied, would_deny, unknown; the most frequent first;
 * those of others last. False when out of memory.
 */
bool sg_rows_sort(struct sg_rows *rows);
void sg_rows_free(struct sg_rows *rows);

/* Refusals over time, in few enough steps to draw. */
#define SG_TIMELINE_STEPS 120

struct sg_timeline {
	int64_t step;  /* seconds; 0: nothing was added yet */
	int64_t begin; /* number of the first step since 1970 */
	int64_t last;  /* of the last one with anything in it */
	uint64_t count[SG_TIMELINE_STEPS][2]; /* denied; would_deny, unknown */
};

/**
 * Count one refusal at a time (microseconds). Steps are widened as needed.
 */
void sg_timeline_add(struct sg_timeline *t, int64_t when, bool denied);

enum sg_format {
	SG_FORMAT_TEXT = 0,
	SG_FORMAT_JSON,
	SG_FORMAT_CSV,
	SG_FORMAT_HTML,
	SG_FORMAT_OPENMETRICS,
};

struct sg_whatif;
struct sg_in_force;
struct sg_files;

struct sg_report {
	/* what was asked */
	enum sg_format format;
	bool have_since;
	bool have_until;
	int64_t since;
	int64_t until;
	int64_t made;	     /* now */
	const char **shares; /* NULL, or ends with a NULL */
	bool have_client;
	struct sg_network client;
	const char *client_text;
	struct sg_whatif *whatif;    /* NULL: what was decided then */
	const char **whatif_options; /* as written, NULL: none */
	const char *whatif_conf;     /* NULL: none */
	const struct sg_in_force *in_force;
	struct sg_files *files; /* NULL: not asked for */

	/* what was found */
	struct sg_rows rows;
	struct sg_timeline timeline;
	uint64_t dialects[SG_DIALECTS];
	uint64_t ciphers[SG_CIPHERS];
	bool partial; /* not all of the input could be read */
	uint64_t lines;
	uint64_t bad_lines;
	struct sg_count record; /* all events that there are */
	struct sg_seen seen;	/* those of the period */
	uint64_t matched;	/* those that were asked for */
	uint64_t asked;		/* accesses that a what-if judged */
	uint64_t refused;
	uint64_t unknown;
	TALLOC_CTX *line; /* what one line needs */
};

/**
 * Why the record answers nothing, as a sentence; NULL: it does answer.
 */
const char *sg_report_nothing(const struct sg_report *report);

/**
 * One line of input (a sg_line_fn).
 */
bool sg_report_line(const struct sg_line *line, void *report);

/**
 * What a share_connect is counted for: its share; or "homes", where smbd made
 * the share of a home directory out of that section, as it seems.
 */
struct sg_text sg_report_section(const struct sg_report *report,
				 const struct sg_record *record);

/* What a policy says of an event. */
struct sg_answer {
	enum sg_outcome outcome; /* SG_ALLOWED, SG_WOULD_DENY */
	bool unknown;		 /* it depends on what the event lacks */
	const char *missing;	 /* then: what */
	const char *option;
	const char *scope;
	const char *required;
	const char *actual;
};

/**
 * The policy of conditions ("encryption=required"), in shares if there are
 * any, else in [global]. NULL after a message on standard error.
 */
struct sg_whatif *sg_whatif_new(TALLOC_CTX *mem_ctx,
				const char **conditions,
				bool in_share);

/**
 * The policy of a whole smb.conf, with its exceptions as they are at a time
 * (seconds since the epoch). NULL after a message on standard error.
 */
struct sg_whatif *sg_whatif_of_conf(TALLOC_CTX *mem_ctx,
				    const char *path,
				    time_t now);

/**
 * Take note of what a connection offered.
 */
void sg_whatif_note(struct sg_whatif *whatif, const struct sg_record *record);

/**
 * Ask it about an event. mem_ctx: owner of what the answer points to.
 * Returns false for an event that it has nothing to say about.
 */
bool sg_whatif_ask(TALLOC_CTX *mem_ctx,
		   struct sg_whatif *whatif,
		   const struct sg_record *record,
		   struct sg_answer *answer);

/**
 * Read the files that a name stands for: with a time since when, those that
 * were rotated away from it, too, the oldest first, unless they are named
 * themselves. Returns false after a message on standard error.
 */
bool sg_read_parts(struct sg_report *report, const char *const *files);

/**
 * Is this what is added to the name of a file that is rotated away: ".1",
 * ".12.gz", "-20261122"?
 */
bool sg_is_rotated(const char *rest);

/* The formats; false if something could not be written. */
bool sg_report_text(const struct sg_report *report, FILE *out);
bool sg_report_csv(const struct sg_report *report, FILE *out);
bool sg_report_json(const struct sg_report *report, FILE *out);
bool sg_report_openmetrics(const struct sg_report *report, FILE *out);
bool sg_report_html(const struct sg_report *report, FILE *out);

/**
 * The name of a counter of dialects or ciphers.
 */
const char *sg_report_dialect(size_t i);
const char *sg_report_cipher(size_t i);

/**
 * A value as sg_printable() has it, as a talloc child of mem_ctx; "" when
 * out of memory.
 */
const char *sg_report_shown(TALLOC_CTX *mem_ctx, const char *value);

/**
 * "192.0.2.7 (PC)"; "DOMAIN\alice", what it used ("SMB3_11 AES-128-GCM"), and
 * what it lacked ("encryption = required in [secret], had none"), shown.
 */
const char *sg_report_client(TALLOC_CTX *mem_ctx,
			     const struct sg_report *report,
			     const char *address);
const char *sg_report_account(TALLOC_CTX *mem_ctx, const struct sg_row *row);
const char *sg_report_used(TALLOC_CTX *mem_ctx, const struct sg_row *row);
const char *sg_report_lacked(TALLOC_CTX *mem_ctx, const struct sg_row *row);
const char *sg_report_outcome(const struct sg_row *row);

#endif /* SMBGUARD_TOOLS_REPORT_REPORT_H */
