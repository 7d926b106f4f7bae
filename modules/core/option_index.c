/*
 * smbguard: the options of one section, found by name
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd finds an option by going through all lines of its section, and an
 * exception has half a dozen of them: a thousand exceptions are looked up
 * millions of times. Here all lines are gone through once. What is kept of each
 * is the hash of its name as smb.conf counts it, in a table of open addressing.
 *
 * How it fails: names are compared as well as their hashes, so that two of one
 * hash cost time and nothing else.
 */

#include "option_index.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "options.h"

#define FIRST_SIZE 32
#define FNV32_BASIS 0x811c9dc5U
#define FNV32_PRIME 0x01000193U

struct line {
	const char *name; /* behind "smbguard:"; NULL: the place is free */
	const char *value;
	uint32_t hash;
};

struct sg_option_index {
	struct line *lines; /* a power of two, at most half of them used */
	size_t size;
	size_t num;
};

/*
 * The next character of a name that counts, lower case; 0 at its end. Not by
 * isspace() and tolower(): names are looked up by the ten thousand.
 */
static int next_char(const char **name)
{
	int c;

	do {
		c = (unsigned char)*(*name)++;
	} while (c == ' ' || (c >= '\t' && c <= '\r'));
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static uint32_t hash_of(const char *name)
{
	uint32_t hash = FNV32_BASIS;
	int c;

	while ((c = next_char(&name)) != 0) {
		hash = (hash ^ (uint32_t)c) * FNV32_PRIME;
	}
	return hash;
}

static bool same(const char *a, const char *b)
{
	int c;

	do {
		c = next_char(&a);
		if (c != next_char(&b)) {
			return false;
		}
	} while (c != 0);
	return true;
}

/* Behind "smbguard:", NULL if that is not in front. */
static const char *own_name(const char *key)
{
	const char *prefix = SG_OPTION_PREFIX ":";

	while (*prefix != '\0') {
		if (next_char(&key) != *prefix++) {
			return NULL;
		}
	}
	return key;
}

bool sg_option_is(const char *key, const char *name)
{
	const char *own = own_name(key);

	return own != NULL && same(own, name);
}

bool sg_option_is_ours(const char *key)
{
	return own_name(key) != NULL;
}

/* Where the name is, or where there is room for it. */
static struct line *place_of(const struct sg_option_index *index,
			     const char *name,
			     uint32_t hash)
{
	size_t at = hash & (index->size - 1);

	while (index->lines[at].name != NULL &&
	       (index->lines[at].hash != hash ||
		!same(index->lines[at].name, name))) {
		at = (at + 1) & (index->size - 1);
	}
	return &index->lines[at];
}

static bool grow(struct sg_option_index *index)
{
	struct sg_option_index bigger = {.size = index->size * 2};
	size_t i;

	bigger.lines = talloc_zero_array(index, struct line, bigger.size);
	if (bigger.lines == NULL) {
		return false;
	}
	for (i = 0; i < index->size; i++) {
		const struct line *line = &index->lines[i];

		if (line->name != NULL) {
			*place_of(&bigger, line->name, line->hash) = *line;
		}
	}
	talloc_free(index->lines);
	index->lines = bigger.lines;
	index->size = bigger.size;
	return true;
}

struct sg_option_index *sg_option_index_new(TALLOC_CTX *mem_ctx)
{
	struct sg_option_index *index = NULL;

	index = talloc_zero(mem_ctx, struct sg_option_index);
	if (index == NULL) {
		return NULL;
	}
	index->size = FIRST_SIZE;
	index->lines = talloc_zero_array(index, struct line, index->size);
	if (index->lines == NULL) {
		TALLOC_FREE(index);
	}
	return index;
}

bool sg_option_index_add(struct sg_option_index *index,
			 const char *key,
			 const char *value)
{
	const char *name = own_name(key);
	struct line *line = NULL;
	uint32_t hash;
	bool room = true;

	if (name == NULL) {
		return true;
	}
	if (index->num * 2 >= index->size) {
		room = grow(index);
	}
	if (!room) {
		return false;
	}
	hash = hash_of(name);
	line = place_of(index, name, hash);
	if (line->name == NULL) {
		*line = (struct line){
			.name = name,
			.value = value,
			.hash = hash,
		};
		index->num++;
	}
	return true;
}

const char *sg_option_index_get(const char *name, void *private_data)
{
	const struct sg_option_index *index = private_data;

	return place_of(index, name, hash_of(name))->value;
}
