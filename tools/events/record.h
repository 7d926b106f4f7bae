/*
 * smbguard(8): what commands need of an event, in one struct
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines are read in two ways. Those that are exactly as core/event writes them,
 * without escapes, by canonical.c, which is fast. All others by jansson, which
 * alone says what is no event. A fuzzer holds that both find the same.
 */

#ifndef SMBGUARD_TOOLS_EVENTS_RECORD_H
#define SMBGUARD_TOOLS_EVENTS_RECORD_H

#include "core/facts.h"
#include "events.h"

/* Fields with a text; record.c has their names. */
enum sg_record_text {
	SG_TEXT_EVENT = 0,
	SG_TEXT_OUTCOME,
	SG_TEXT_SERVER,
	SG_TEXT_CLIENT,
	SG_TEXT_CLIENT_NAME,
	SG_TEXT_ACCOUNT,
	SG_TEXT_DOMAIN,
	SG_TEXT_SID,
	SG_TEXT_MECHANISM,
	SG_TEXT_SHARE,
	SG_TEXT_PATH,
	SG_TEXT_NEW_PATH,
	SG_TEXT_DIALECT,
	SG_TEXT_CIPHER,
	SG_TEXT_SIGNING,
	SG_TEXT_OPTION,
	SG_TEXT_SCOPE,
	SG_TEXT_REQUIRED,
	SG_TEXT_ACTUAL,
	SG_TEXT_EXCEPTION,
	SG_TEXT_UNTIL,
	SG_TEXT_WHAT,
	SG_TEXT_WAS,
	SG_TEXT_NOW,
	SG_TEXT_STATUS,
	SG_TEXTS,
};

/* What a file was opened for: bits of sg_record.opens */
enum sg_opens {
	SG_OPENS_READ = 1,
	SG_OPENS_WRITE = 2,
};

/* Bytes with their number; they may hold NULs. text NULL: there is none. */
struct sg_text {
	const char *text;
	size_t len;
};

struct sg_record {
	int64_t when; /* microseconds since the epoch */
	enum sg_event_kind kind;
	uint64_t connection;
	int64_t windows_id; /* 0: none */
	int64_t lost;
	enum sg_known is_signed;
	enum sg_known is_encrypted;
	bool has_offer;
	uint8_t ciphers; /* that it has: bits 1 << enum sg_cipher */
	uint8_t signing; /* bits 1 << enum sg_signing */

	/* Of a file */
	bool has_file_id;
	uint64_t file_id;
	uint8_t opens; /* enum sg_opens: "access" asked for it */
	enum sg_known created;
	enum sg_known overwritten;
	enum sg_known directory;
	int64_t reads;
	int64_t bytes_read;
	int64_t writes;
	int64_t bytes_written;

	struct sg_text text[SG_TEXTS];
	json_t *json; /* NULL: the texts are in the line */
};

/**
 * "policy.option": the field that a text is of.
 */
const char *sg_record_field(enum sg_record_text which);

/**
 * The event of a line. The texts live as long as the line and the record.
 * Returns false, and why, for a line that is none; else call
 * sg_record_end().
 */
bool sg_record_of_line(const struct sg_line *line,
		       struct sg_record *record,
		       const char **problem);
void sg_record_end(struct sg_record *record);

/**
 * The same by jansson alone.
 */
bool sg_record_by_jansson(const struct sg_line *line,
			  struct sg_record *record,
			  const char **problem);

/**
 * The same for a line that is as core/event writes it. False for all others,
 * which may be events all the same.
 */
bool sg_record_canonical(const char *text,
			 size_t len,
			 struct sg_record *record);

/**
 * The bits of an offer for the name of a cipher or a signing algorithm; 0 for
 * what has none.
 */
uint8_t sg_record_cipher_bit(const char *name);
uint8_t sg_record_signing_bit(const char *name);

/**
 * The bits of enum sg_opens for the name of a right; 0 for all others.
 */
uint8_t sg_record_opens_bits(const char *name);

/**
 * What happened, by its name; 0 for a kind that is not known here.
 */
enum sg_event_kind sg_record_kind(const struct sg_text *name);

/**
 * Is it this text?
 */
bool sg_text_is(const struct sg_text *text, const char *what);

#endif /* SMBGUARD_TOOLS_EVENTS_RECORD_H */
