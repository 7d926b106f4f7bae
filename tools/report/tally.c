/*
 * smbguard(8): report, one entry for all that is alike
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A balanced tree, because clients choose names: keys that were made to have
 * one hash cost a walk down the tree, and not more. What came lately is found
 * by its hash without the tree.
 *
 * How it fails: out of memory and what is beyond the limit are noted in the
 * tally, and told by whoever has it.
 */

#define _GNU_SOURCE

#include "tally.h"

#include <search.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct sg_tally_entry {
	uint64_t hash;
	const struct sg_text *part;
	size_t num_parts;
	struct sg_tally_entry *next;
	/* Behind it: the value, the parts, their texts */
	max_align_t value[];
};

/* Eight bytes at a time; not against who chooses them, the tree is. */
static uint64_t mix(uint64_t hash, uint64_t bytes)
{
	hash = (hash ^ bytes) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

static uint64_t hash_of(const struct sg_text *key, size_t num)
{
	uint64_t hash = 0;
	size_t i;

	for (i = 0; i < num; i++) {
		const char *p = key[i].text;
		size_t left = key[i].len;
		uint64_t bytes = 0;

		hash = mix(hash, left);
		for (; left >= sizeof(bytes); left -= sizeof(bytes)) {
			memcpy(&bytes, p, sizeof(bytes));
			hash = mix(hash, bytes);
			p += sizeof(bytes);
		}
		if (left > 0) {
			bytes = 0;
			memcpy(&bytes, p, left);
			hash = mix(hash, bytes);
		}
	}
	return hash;
}

static int compare(const void *a, const void *b)
{
	const struct sg_tally_entry *one = a;
	const struct sg_tally_entry *two = b;
	size_t i;

	if (one->hash != two->hash) {
		return one->hash < two->hash ? -1 : 1;
	}
	for (i = 0; i < one->num_parts; i++) {
		const struct sg_text *x = &one->part[i];
		const struct sg_text *y = &two->part[i];
		int order = 0;

		if (x->len != y->len) {
			return x->len < y->len ? -1 : 1;
		}
		if (x->len > 0) {
			order = memcmp(x->text, y->text, x->len);
		}
		if (order != 0) {
			return order;
		}
	}
	return 0;
}

/* An entry with all that it needs in one piece. */
static struct sg_tally_entry *copy(const struct sg_tally *tally,
				   const struct sg_tally_entry *key)
{
	size_t align = sizeof(max_align_t);
	size_t value = (tally->size + align - 1) / align * align;
	size_t size = sizeof(*key) + value +
		      tally->num_parts * sizeof(struct sg_text);
	struct sg_tally_entry *entry = NULL;
	struct sg_text *part = NULL;
	char *to = NULL;
	size_t i;

	for (i = 0; i < tally->num_parts; i++) {
		size += key->part[i].len + 1;
	}
	entry = calloc(1, size);
	if (entry == NULL) {
		return NULL;
	}
	part = (struct sg_text *)((char *)entry->value + value);
	to = (char *)(part + tally->num_parts);
	for (i = 0; i < tally->num_parts; i++) {
		part[i] = (struct sg_text){.text = to, .len = key->part[i].len};
		if (part[i].len > 0) {
			memcpy(to, key->part[i].text, part[i].len);
		}
		to += part[i].len + 1;
	}
	entry->hash = key->hash;
	entry->num_parts = tally->num_parts;
	entry->part = part;
	return entry;
}

static struct sg_tally_entry *add(struct sg_tally *tally,
				  const struct sg_tally_entry *key)
{
	struct sg_tally_entry *entry = NULL;
	void *node = NULL;

	if (tally->num >= tally->limit) {
		tally->full = true;
		return NULL;
	}
	entry = copy(tally, key);
	if (entry != NULL) {
		node = tsearch(entry, &tally->tree, compare);
	}
	if (node == NULL) {
		free(entry);
		tally->nomem = true;
		return NULL;
	}
	if (tally->last != NULL) {
		tally->last->next = entry;
	} else {
		tally->first = entry;
	}
	tally->last = entry;
	tally->num++;
	return entry;
}

void *sg_tally_at(struct sg_tally *tally, const struct sg_text *key)
{
	struct sg_tally_entry look = {
		.hash = hash_of(key, tally->num_parts),
		.part = key,
		.num_parts = tally->num_parts,
	};
	struct sg_tally_entry **recent =
		&tally->recent[look.hash % SG_TALLY_RECENT];
	struct sg_tally_entry *entry = *recent;
	struct sg_tally_entry **found = NULL;

	if (entry != NULL && compare(entry, &look) == 0) {
		return entry->value;
	}
	found = tfind(&look, &tally->tree, compare);
	entry = found != NULL ? *found : add(tally, &look);
	if (entry == NULL) {
		return NULL;
	}
	*recent = entry;
	return entry->value;
}

void *sg_tally_look(const struct sg_tally *tally, const struct sg_text *key)
{
	struct sg_tally_entry look = {
		.hash = hash_of(key, tally->num_parts),
		.part = key,
		.num_parts = tally->num_parts,
	};
	struct sg_tally_entry **found = tfind(&look, &tally->tree, compare);

	return found != NULL ? (*found)->value : NULL;
}

const struct sg_tally_entry *sg_tally_next(const struct sg_tally *tally,
					   const struct sg_tally_entry *entry)
{
	return entry != NULL ? entry->next : tally->first;
}

const char *sg_tally_part(const struct sg_tally_entry *entry, size_t i)
{
	return entry->part[i].text;
}

void *sg_tally_value(const struct sg_tally_entry *entry)
{
	return (void *)(uintptr_t)entry->value;
}

const struct sg_tally_entry *sg_tally_entry_of(const void *value)
{
	const char *p = value;

	return (const void *)(p - offsetof(struct sg_tally_entry, value));
}

static void leave(void *entry)
{
	(void)entry;
}

void sg_tally_free(struct sg_tally *tally)
{
	struct sg_tally_entry *entry = tally->first;

	tdestroy(tally->tree, leave);
	while (entry != NULL) {
		struct sg_tally_entry *next = entry->next;

		free(entry);
		entry = next;
	}
	*tally = (struct sg_tally){.num_parts = tally->num_parts};
}
