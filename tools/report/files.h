/*
 * smbguard(8): report --files, its parts
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A deed is what an account did to a file: an open with its close, or one of
 * the other events. deeds.c makes them of events, files.c counts them,
 * files_sheets.c has the tables, and files_out.c writes them down.
 */

#ifndef SMBGUARD_TOOLS_REPORT_FILES_H
#define SMBGUARD_TOOLS_REPORT_FILES_H

#include "sheets.h"

/* Rows of each at most; what is beyond is told in the sums alone. */
#define SG_FILES_ROWS 100000
#define SG_FILES_PATHS 100000
#define SG_FILES_ACCOUNTS 10000
#define SG_FILES_HOURS 20000

/* A longer path is cut, with "..." behind it. */
#define SG_FILES_PATH_MAX 1024

/* The gravest first: it is the order of the rows, too. */
enum sg_did {
	SG_DID_DELETE = 0,
	SG_DID_RENAME,
	SG_DID_CREATE,
	SG_DID_CHANGE,
	SG_DID_RIGHTS,
	SG_DID_ATTRIBUTES,
	SG_DID_READ,
	SG_DID_OPEN,
	SG_DIDS,
};

/* How it was protected: the worst first */
enum sg_protected {
	SG_NOT_PROTECTED = 0,
	SG_NOT_KNOWN,
	SG_SIGNED_ONLY,
	SG_ENCRYPTED,
};

enum sg_deed_part {
	SG_DEED_DOMAIN = 0,
	SG_DEED_ACCOUNT,
	SG_DEED_CLIENT,
	SG_DEED_SHARE,
	SG_DEED_PATH,
	SG_DEED_NEW_PATH,
	SG_DEED_STATUS, /* "": it came true */
	SG_DEED_DIALECT,
	SG_DEED_CIPHER,
	SG_DEED_TEXTS,
	/* In a row's key alone, a letter each: see sg_deed_did() */
	SG_DEED_DID = SG_DEED_TEXTS,
	SG_DEED_HOW,
	SG_DEED_PARTS,
};

struct sg_deed {
	int64_t when;
	enum sg_did did;
	enum sg_protected how;
	struct sg_text text[SG_DEED_TEXTS];
	uint64_t bytes_read;
	uint64_t bytes_written;
};

/* A row: the same deed by the same account, however often */
struct sg_deeds {
	struct sg_count seen;
	uint64_t bytes_read;
	uint64_t bytes_written;
};

/* Sums of an account, a file, a time */
struct sg_file_sums {
	struct sg_count seen;
	uint64_t did[SG_DIDS]; /* those that came true */
	uint64_t failed;
	uint64_t unencrypted; /* or not known */
	uint64_t bytes_read;
	uint64_t bytes_written;
};

struct sg_opens_waiting;

struct sg_files {
	/* what was asked */
	const char **accounts; /* NULL, or ends with a NULL */
	const char **paths;

	/* what was found */
	struct sg_file_sums all;
	uint64_t recorded;	     /* events of files, all that there are */
	uint64_t events;	     /* those that were asked for */
	struct sg_tally rows;	     /* by enum sg_deed_part */
	struct sg_tally unencrypted; /* by domain, account, client, share,
					dialect and how */
	struct sg_tally by_account;  /* domain, account */
	struct sg_tally by_path;     /* share, path */
	struct sg_tally by_hour;     /* "2026-11-22T12:00Z" */
	struct sg_opens_waiting *waiting;
};

/**
 * Begin. Returns NULL when out of memory. Lists are borrowed.
 */
struct sg_files *sg_files_new(TALLOC_CTX *mem_ctx,
			      const char **accounts,
			      const char **paths);
void sg_files_free(struct sg_files *files);

/**
 * Take an event that is asked for by its period, share and client; what is of
 * no file is passed over. False for one that --account or --path leaves out.
 */
bool sg_files_add(struct sg_files *files, const struct sg_record *record);

/**
 * No more comes: opens that saw no close are counted as what they are.
 */
void sg_files_end(struct sg_files *files);

/**
 * Count a deed.
 */
void sg_files_count(struct sg_files *files, const struct sg_deed *deed);

/**
 * Did some rows, files or accounts not fit? Was there no memory for them?
 */
bool sg_files_is_cut(const struct sg_files *files);
bool sg_files_is_out_of_memory(const struct sg_files *files);

/**
 * Is it among what was asked for?
 */
bool sg_files_wants(const struct sg_files *files,
		    const struct sg_record *record);

/**
 * Opens that wait for their close. Returns NULL when out of memory.
 */
struct sg_opens_waiting *sg_opens_new(void);
void sg_opens_free(struct sg_opens_waiting *waiting);

/**
 * What an event of a file is. An open that came true waits: false. What had to
 * make room for it is counted.
 */
bool sg_deed_of_record(struct sg_files *files,
		       const struct sg_record *record,
		       struct sg_deed *deed);

/**
 * Count all that still waits.
 */
void sg_opens_end(struct sg_files *files);

/**
 * "read", "deleted"; "encrypted", "signed only". Of a row, by its letter.
 */
const char *sg_did_name(enum sg_did did);
const char *sg_tried_name(enum sg_did did); /* "read", "delete" */
const char *sg_how_name(enum sg_protected how);
enum sg_did sg_deed_did(const struct sg_tally_entry *row);
enum sg_protected sg_deed_how(const struct sg_tally_entry *row);
enum sg_protected sg_how_of(const char *letter);

enum sg_files_sheet_id {
	SG_FILES_UNENCRYPTED = 0,
	SG_FILES_FAILED,
	SG_FILES_BY_ACCOUNT,
	SG_FILES_BY_TIME,
	SG_FILES_BY_PATH,
	SG_FILES_DEEDS,
	SG_FILES_SHEETS,
};

/* Each without its rows */
extern const struct sg_sheet sg_files_sheet_kinds[SG_FILES_SHEETS];

/**
 * How many of it were no reads and no opens.
 */
uint64_t sg_files_changes(const struct sg_file_sums *sums);

struct sg_files_sheets {
	struct sg_sheet sheet[SG_FILES_SHEETS];
	struct sg_tally days;
};

/**
 * The tables; most: rows of each at most, 0: all. NULL when out of memory.
 */
struct sg_files_sheets *sg_files_sheets_new(TALLOC_CTX *mem_ctx,
					    const struct sg_report *report,
					    size_t most);

/**
 * What is known of all of it on one screen. False when out of memory.
 */
bool sg_files_summary(TALLOC_CTX *mem_ctx,
		      const struct sg_report *report,
		      struct sg_summary *summary);

/**
 * Why the record answers nothing, as a sentence; NULL: it does answer.
 */
const char *sg_files_nothing(const struct sg_report *report);

/* The formats; false if something could not be written. */
bool sg_files_text(const struct sg_report *report, FILE *out);
bool sg_files_html(const struct sg_report *report, FILE *out);
bool sg_files_json(const struct sg_report *report, FILE *out);
bool sg_files_csv(const struct sg_report *report, FILE *out);

#endif /* SMBGUARD_TOOLS_REPORT_FILES_H */
