/*
 * smbguard(8): report, one entry for all that is alike
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_REPORT_TALLY_H
#define SMBGUARD_TOOLS_REPORT_TALLY_H

#include "events/record.h"

/* Parts of a key, at most */
#define SG_TALLY_PARTS 16

/* Recent entries, by hash */
#define SG_TALLY_RECENT 2048

struct sg_tally_entry;

/* Zero it, and set the first three, to begin. */
struct sg_tally {
	size_t num_parts;
	size_t size;  /* of what is kept for each */
	size_t limit; /* entries at most */

	void *tree;
	struct sg_tally_entry *recent[SG_TALLY_RECENT];
	struct sg_tally_entry *first; /* in the order in which they came */
	struct sg_tally_entry *last;
	size_t num;
	bool full; /* there was more than the limit */
	bool nomem;
};

/**
 * What is kept for this key: zeroed when it is new. NULL beyond the limit, or
 * without memory: see full and nomem.
 *
 * key: as many parts as the tally has. A value without text counts as "".
 */
void *sg_tally_at(struct sg_tally *tally, const struct sg_text *key);

/**
 * The same for a key that is there; NULL for one that is not.
 */
void *sg_tally_look(const struct sg_tally *tally, const struct sg_text *key);

/**
 * Walk: the entry behind this one, the first for NULL; NULL behind the last.
 */
const struct sg_tally_entry *sg_tally_next(const struct sg_tally *tally,
					   const struct sg_tally_entry *entry);

/**
 * Part of an entry's key as it came, with a NUL behind it; and what is kept.
 */
const char *sg_tally_part(const struct sg_tally_entry *entry, size_t i);
void *sg_tally_value(const struct sg_tally_entry *entry);

/**
 * The entry that a value is of.
 */
const struct sg_tally_entry *sg_tally_entry_of(const void *value);

/**
 * The parts and values of entries stay where they are until here.
 */
void sg_tally_free(struct sg_tally *tally);

#endif /* SMBGUARD_TOOLS_REPORT_TALLY_H */
