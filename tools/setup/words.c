/*
 * smbguard: lists in smb.conf, where they stand
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd separates the entries of a list by blanks, commas and semicolons; one in
 * quotes may have these in it. A line may go on behind a backslash. Each entry
 * is told with the bytes that it has, so that it alone is changed.
 *
 * How it fails: NULL when out of memory, and a change without a text.
 */

#include "edit.h"

#include <ctype.h>
#include <string.h>

#define SEPARATORS " \t,;\n\r"

/* A value without what continues its line, and where each character stands. */
struct flat {
	char *text;
	size_t *at;
	size_t len;
};

static bool blank(char ch)
{
	return (unsigned char)ch < 0x80 && isspace((unsigned char)ch) != 0;
}

/* A newline is met: the backslash before it goes, and a blank behind that. */
static void join(struct flat *flat)
{
	if (flat->len > 0 && blank(flat->text[flat->len - 1])) {
		while (flat->len > 0 && blank(flat->text[flat->len - 1])) {
			flat->len--;
		}
	}
	if (flat->len > 0 && flat->text[flat->len - 1] == '\\') {
		flat->len--;
	}
}

static bool flatten(TALLOC_CTX *mem_ctx,
		    struct flat *flat,
		    const char *bytes,
		    size_t from,
		    size_t to,
		    bool continued)
{
	flat->text = talloc_zero_array(mem_ctx, char, to - from + 1);
	flat->at = talloc_zero_array(mem_ctx, size_t, to - from + 1);
	flat->len = 0;
	if (flat->text == NULL || flat->at == NULL) {
		return false;
	}
	for (; from < to; from++) {
		if (continued && bytes[from] == '\n') {
			join(flat);
			continue;
		}
		flat->text[flat->len] = bytes[from];
		flat->at[flat->len] = from;
		flat->len++;
	}
	flat->text[flat->len] = '\0';
	flat->at[flat->len] = to;
	return true;
}

/* One entry; at is its first character, and then the one behind it. */
static bool take(struct sg_words *list, const struct flat *flat, size_t *at)
{
	struct sg_word *word = NULL;
	char *text = NULL;
	bool quoted = false;
	size_t len = 0;

	list->words = talloc_realloc(list,
				     list->words,
				     struct sg_word,
				     list->num + 1);
	text = talloc_zero_array(list, char, flat->len - *at + 1);
	if (list->words == NULL || text == NULL) {
		return false;
	}
	word = &list->words[list->num++];
	*word = (struct sg_word){.text = text, .begin = flat->at[*at]};
	for (; *at < flat->len; (*at)++) {
		char ch = flat->text[*at];

		if (!quoted && strchr(SEPARATORS, ch) != NULL) {
			break;
		}
		if (ch == '"') {
			quoted = !quoted;
		} else {
			text[len++] = ch;
		}
		word->end = flat->at[*at] + 1;
	}
	return true;
}

static struct sg_words *cut(TALLOC_CTX *mem_ctx,
			    const char *bytes,
			    size_t from,
			    size_t to,
			    bool continued)
{
	struct sg_words *list = talloc_zero(mem_ctx, struct sg_words);
	struct flat flat = {.len = 0};
	bool ok = list != NULL;
	size_t at = 0;

	while (ok && from < to && (bytes[from] == ' ' || bytes[from] == '\t')) {
		from++;
	}
	while (to > from && blank(bytes[to - 1])) {
		to--;
	}
	ok = ok && flatten(list, &flat, bytes, from, to, continued);
	while (ok) {
		while (at < flat.len &&
		       strchr(SEPARATORS, flat.text[at]) != NULL) {
			at++;
		}
		if (at == flat.len) {
			break;
		}
		ok = take(list, &flat, &at);
	}
	if (!ok) {
		TALLOC_FREE(list);
		return NULL;
	}
	list->begin = from;
	list->end = to;
	return list;
}

struct sg_words *sg_words_of_line(TALLOC_CTX *mem_ctx,
				  const struct sg_edit *edit,
				  const struct sg_conf_line *line)
{
	const char *equals =
		memchr(edit->bytes + line->begin, '=', line->end - line->begin);
	size_t from =
		equals != NULL ? (size_t)(equals - edit->bytes) + 1 : line->end;

	return cut(mem_ctx, edit->bytes, from, line->end, true);
}

struct sg_words *sg_words_of_value(TALLOC_CTX *mem_ctx, const char *value)
{
	return cut(mem_ctx, value, 0, strlen(value), false);
}

struct sg_change sg_words_front(TALLOC_CTX *mem_ctx,
				const struct sg_words *words,
				const char *bytes,
				const char *word)
{
	bool none = words->end == words->begin;
	bool apart = !none || words->begin == 0 ||
		     bytes[words->begin - 1] == ' ' ||
		     bytes[words->begin - 1] == '\t';

	return (struct sg_change){
		.begin = words->begin,
		.end = words->begin,
		.text = talloc_asprintf(mem_ctx,
					"%s%s%s",
					apart ? "" : " ",
					word,
					none ? "" : " "),
	};
}

struct sg_change sg_words_append(TALLOC_CTX *mem_ctx,
				 const struct sg_words *words,
				 const char *bytes,
				 const char *word)
{
	size_t end = words->begin;
	const char *between = NULL;

	if (words->num == 0) {
		return sg_words_front(mem_ctx, words, bytes, word);
	}
	end = words->words[words->num - 1].end;
	between = memchr(bytes + words->begin, ',', end - words->begin) != NULL
			  ? ", "
			  : " ";
	return (struct sg_change){
		.begin = end,
		.end = end,
		.text = talloc_asprintf(mem_ctx, "%s%s", between, word),
	};
}

/* What stood between it and its neighbour goes as well, on its own line. */
struct sg_change sg_words_remove(const struct sg_words *words,
				 const char *bytes,
				 size_t number,
				 bool last)
{
	struct sg_change change = {
		.begin = words->words[number].begin,
		.end = words->words[number].end,
		.text = "",
	};

	if (last && number > 0) {
		while (change.begin > words->words[number - 1].end &&
		       strchr(" \t,;", bytes[change.begin - 1]) != NULL) {
			change.begin--;
		}
		return change;
	}
	/* Its own comma alone: other separators are somebody's. */
	if (change.end < words->end &&
	    strchr(",;", bytes[change.end]) != NULL) {
		change.end++;
	}
	while (change.end < words->end &&
	       strchr(" \t", bytes[change.end]) != NULL) {
		change.end++;
	}
	return change;
}

bool sg_words_are_bare(const struct sg_words *words, const char *bytes)
{
	size_t at = words->begin;
	size_t i;

	for (i = 0; i <= words->num; i++) {
		size_t end =
			i < words->num ? words->words[i].begin : words->end;

		for (; at < end; at++) {
			if (strchr(" \t", bytes[at]) == NULL) {
				return false;
			}
		}
		at = i < words->num ? words->words[i].end : at;
	}
	return true;
}
