/*
 * smbguard: changes of a configuration file, byte by byte
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is not changed stays as it is: comments, blanks, ends of lines, the order
 * of all.
 */

#ifndef SMBGUARD_TOOLS_SETUP_EDIT_H
#define SMBGUARD_TOOLS_SETUP_EDIT_H

#include "conf/conf.h"

struct sg_change {
	size_t begin; /* these bytes are replaced */
	size_t end;
	const char *text;
};

struct sg_edit {
	const char *path; /* as it is named in the configuration */
	char *bytes;	  /* as it was read */
	size_t len;
	struct sg_conf_line *lines;
	size_t num_lines;
	struct sg_change *changes; /* in their order, apart from each other */
	size_t num_changes;
};

/* An entry of a list, quotes and all. */
struct sg_word {
	const char *text; /* without quotes */
	size_t begin;
	size_t end;
};

/* A value that is a list, as smbd takes it apart. */
struct sg_words {
	struct sg_word *words;
	size_t num;
	size_t begin; /* where the value begins, or would */
	size_t end;
};

/**
 * Read a file. NULL, and a sentence in error, if it cannot be.
 */
struct sg_edit *sg_edit_read(TALLOC_CTX *mem_ctx,
			     const char *path,
			     const char **error);

/**
 * All bytes of a file; NULL and errno. What is no regular file is not read
 * (EINVAL).
 */
char *sg_edit_bytes(TALLOC_CTX *mem_ctx, const char *path, size_t *len);

/**
 * The line that begins on this line of the file, NULL if none does.
 */
const struct sg_conf_line *sg_edit_line(const struct sg_edit *edit,
					unsigned line);

/**
 * Replace bytes. The same change once more is the same change. False when out
 * of memory, or if another change is there already.
 */
bool sg_edit_replace(struct sg_edit *edit,
		     size_t begin,
		     size_t end,
		     const char *text);

/**
 * Take lines out, from the beginning of the one to the end of the other.
 */
bool sg_edit_remove(struct sg_edit *edit,
		    const struct sg_conf_line *first,
		    const struct sg_conf_line *last);

/**
 * Add lines behind one of the file, or on top of all (NULL). They get its end,
 * and the blanks that the file has in front of others.
 *
 * lines: ends with a NULL.
 */
bool sg_edit_add(struct sg_edit *edit,
		 const struct sg_conf_line *behind,
		 const char *const *lines);

/**
 * What the file is to be. NULL when out of memory.
 */
char *sg_edit_result(TALLOC_CTX *mem_ctx,
		     const struct sg_edit *edit,
		     size_t *len);

/**
 * Bytes from one offset to the other with the changes in them.
 */
char *sg_edit_part(TALLOC_CTX *mem_ctx,
		   const struct sg_edit *edit,
		   size_t from,
		   size_t to,
		   size_t *len);

/**
 * The list that a parameter's line has. NULL when out of memory.
 */
struct sg_words *sg_words_of_line(TALLOC_CTX *mem_ctx,
				  const struct sg_edit *edit,
				  const struct sg_conf_line *line);

/**
 * The list that a value is, where it stands in no file.
 */
struct sg_words *sg_words_of_value(TALLOC_CTX *mem_ctx, const char *value);

/**
 * The change that puts a word in front of a list, or behind it.
 *
 * bytes: what the offsets of words count in.
 */
struct sg_change sg_words_front(TALLOC_CTX *mem_ctx,
				const struct sg_words *words,
				const char *bytes,
				const char *word);
struct sg_change sg_words_append(TALLOC_CTX *mem_ctx,
				 const struct sg_words *words,
				 const char *bytes,
				 const char *word);

/**
 * The change that takes the word of this number out.
 *
 * last: none behind it stays.
 */
struct sg_change sg_words_remove(const struct sg_words *words,
				 const char *bytes,
				 size_t number,
				 bool last);

/**
 * Is there nothing but words and blanks? A list of separators alone was somebody's,
 * too.
 */
bool sg_words_are_bare(const struct sg_words *words, const char *bytes);

#endif /* SMBGUARD_TOOLS_SETUP_EDIT_H */
