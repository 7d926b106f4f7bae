/*
 * smbguard: what an exception may allow, out of the option table
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An option that refuses has the words for it in its row; two options may share
 * one. So whoever has the row knows what is settled when nothing but the
 * client's address is known, and what before a share is.
 */

#include "exception.h"
#include "rows.h"

/* The first row that has a bit is the one to have it listed. */
static void add_words(struct sg_allow_words *all,
		      size_t *num,
		      const struct sg_option *option,
		      bool is_asked)
{
	const struct sg_keyword *word = NULL;
	size_t i;

	for (word = option->words; word->name != NULL; word++) {
		uint32_t bit = (uint32_t)word->value;

		for (i = 0; i < *num; i++) {
			if (all->keywords[i].value == word->value) {
				break;
			}
		}
		if (i == *num) {
			all->keywords[(*num)++] = *word;
		}
		if (option->by_address) {
			all->by_address |= bit;
		} else if (is_asked) {
			all->demanded |= bit;
		}
	}
}

struct sg_allow_words sg_allow_words(const struct sg_settings *global)
{
	const struct sg_option *const *row = NULL;
	struct sg_allow_words all = {.by_address = 0};
	size_t num = 0;

	for (row = sg_option_table(); *row != NULL; row++) {
		bool asks = sg_option_asks(*row, global);

		if ((*row)->words != NULL) {
			add_words(&all, &num, *row, asks);
		}
	}
	return all;
}

char *sg_allow_text(TALLOC_CTX *mem_ctx, uint32_t bits)
{
	static const struct sg_settings nothing;
	const struct sg_allow_words all = sg_allow_words(&nothing);
	const struct sg_keyword *word = NULL;
	char *text = talloc_strdup(mem_ctx, "");

	for (word = all.keywords; text != NULL && word->name != NULL; word++) {
		if ((bits & (uint32_t)word->value) != 0) {
			text = talloc_asprintf_append(text,
						      "%s%s",
						      text[0] != '\0' ? ", "
								      : "",
						      word->name);
		}
	}
	return text;
}
