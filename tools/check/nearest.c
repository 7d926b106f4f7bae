/*
 * smbguard check: what a value that is not valid was meant to be
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A comment behind it, a word that Samba or another server takes for the same,
 * or a letter too many. Nothing is told that the option would not take; of an
 * exception's hosts, names and date the comment alone is seen.
 *
 * How it fails: with NULL, and no advice.
 */

#include "check.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define SEPARATORS " \t,;"

/* Another word for a value. Letters and digits alone are compared. */
struct word_row {
	const char *option;
	const char *words[16];
	const char *value;
	const char *why; /* behind "Write VALUE"; NULL: nothing more */
};

#define YES "yes", "true", "on", "1", "enable", "enabled", "always"
#define MUST "mandatory", "force", "forced", "enforced", "must", "require"
#define NO "no", "false", "off", "0", "disable", "disabled", "never"
#define MAY "desired", "auto", "ifrequired", "default"
#define ALL_SMB3 "for all of SMB 3, or SMB3_11, which \"SMB3\" is to smbd"
#define ALL_SMB2 "for all of SMB 2, or SMB2_10, which \"SMB2\" is to smbd"

static const struct word_row rows[] = {
	{"mode", {YES, MUST, "enforcing"}, "enforce", NULL},
	{"mode", {NO, "permissive", "test", "log", "report"}, "audit", NULL},
	{"min protocol", {"smb3"}, "SMB3_00", ALL_SMB3},
	{"min protocol", {"smb2"}, "SMB2_02", ALL_SMB2},
	{"min protocol", {"smb1", "cifs", "smb"}, "NT1", NULL},
	{"min protocol", {"smb311", "311", "31", "smb31"}, "SMB3_11", NULL},
	{"min protocol", {"smb302", "302"}, "SMB3_02", NULL},
	{"min protocol", {"smb30", "300", "30", "3"}, "SMB3_00", NULL},
	{"min protocol", {"smb21", "210", "21"}, "SMB2_10", NULL},
	{"min protocol", {"smb20", "202", "20", "2"}, "SMB2_02", NULL},
	{"encryption", {YES, MUST}, "required", NULL},
	{"encryption", {NO, MAY}, "optional", NULL},
	{"signing", {YES, MUST}, "required", NULL},
	{"signing", {NO, MAY}, "optional", NULL},
	{"guest", {NO, "refuse", "forbid", "block", "denied"}, "deny", NULL},
	{"guest", {YES, "permit", "allowed"}, "allow", NULL},
	{"ntlm", {NO, "refuse", "forbid", "block", "denied"}, "deny", NULL},
	{"ntlm", {YES, "permit", "allowed"}, "allow", NULL},
	{"audit failure", {"refuse", "block", "stop"}, "deny", NULL},
	{"audit failure", {"ignore", "allow"}, "continue", NULL},
	{"downgrade", {"deny", "block", YES}, "refuse", NULL},
	{"downgrade", {"log", "audit", "allow", NO}, "record", NULL},
	{.option = NULL},
};

struct one_value {
	const char *option; /* its whole name */
	const char *value;
};

static const char *get_value(const char *name, void *private_data)
{
	const struct one_value *one = private_data;

	return strcmp(name, one->option) == 0 ? one->value : NULL;
}

static bool is_taken(const struct sg_option *option,
		     enum sg_where where,
		     const char *value)
{
	struct one_value one = {.option = option->name, .value = value};
	struct sg_settings *s = NULL;
	bool ok;

	s = sg_settings_parse(NULL, where, get_value, &one);
	ok = s != NULL && value[0] != '\0' && s->num_faults == 0;
	talloc_free(s);
	return ok;
}

/* Letters and digits, in lower case. */
static char *plain(TALLOC_CTX *mem_ctx, const char *text)
{
	char *copy = talloc_strdup(mem_ctx, text);
	size_t len = 0;
	size_t i;

	for (i = 0; copy != NULL && copy[i] != '\0'; i++) {
		unsigned char ch = (unsigned char)copy[i];

		if (ch < 0x80 && isalnum(ch) != 0) {
			copy[len++] = (char)tolower(ch);
		}
	}
	if (copy != NULL) {
		copy[len] = '\0';
	}
	return copy;
}

/* Without what was meant as a comment, and without quotes. */
static char *without_comment(TALLOC_CTX *mem_ctx, const char *value)
{
	const char *begin = value + strspn(value, " \t\"'");
	size_t len = strcspn(begin, ";#");

	while (len > 0 && strchr(" \t\"'", begin[len - 1]) != NULL) {
		len--;
	}
	return talloc_strndup(mem_ctx, begin, len);
}

static const struct word_row *row_of(const struct sg_option *option,
				     const char *word)
{
	const struct word_row *row = NULL;
	size_t i;

	for (row = rows; row->option != NULL; row++) {
		if (strcmp(row->option, option->name) != 0) {
			continue;
		}
		for (i = 0; i < 16 && row->words[i] != NULL; i++) {
			if (strcmp(row->words[i], word) == 0) {
				return row;
			}
		}
	}
	return NULL;
}

/* The keyword that is nearest to a word, NULL if none is near. */
static const char *nearest_keyword(TALLOC_CTX *mem_ctx,
				   const struct sg_keyword *keywords,
				   const char *word)
{
	char *mine = plain(mem_ctx, word);
	const struct sg_keyword *k = NULL;
	const char *best = NULL;
	unsigned least = 0;

	if (mine == NULL) {
		return NULL;
	}
	least = (unsigned)strlen(mine) / 3 + 1;
	for (k = keywords; k != NULL && k->name != NULL; k++) {
		char *name = plain(mem_ctx, k->name);
		unsigned far =
			name != NULL ? sg_check_distance(mine, name) : least;

		if (far < least) {
			best = k->name;
			least = far;
		}
	}
	return best;
}

/* Each word of a list made the nearest keyword. */
static char *nearest_list(TALLOC_CTX *mem_ctx,
			  const struct sg_keyword *keywords,
			  const char *value)
{
	char *copy = talloc_strdup(mem_ctx, value);
	char *text = talloc_strdup(mem_ctx, "");
	char *state = NULL;
	char *word = copy != NULL ? strtok_r(copy, SEPARATORS, &state) : NULL;

	for (; word != NULL && text != NULL;
	     word = strtok_r(NULL, SEPARATORS, &state)) {
		const char *sign = word[0] == '-' || word[0] == '+' ? word : "";
		const char *near = nearest_keyword(mem_ctx, keywords, word);

		if (near == NULL) {
			return NULL;
		}
		text = talloc_asprintf_append(text,
					      "%s%.*s%s",
					      text[0] != '\0' ? ", " : "",
					      sign[0] != '\0' ? 1 : 0,
					      sign,
					      near);
	}
	return text;
}

/* "*.tmp, ~$*" with a slash before, between and behind */
static const char *with_slashes(TALLOC_CTX *mem_ctx, const char *value)
{
	char *copy = talloc_strdup(mem_ctx, value);
	char *text = talloc_strdup(mem_ctx, "");
	char *name = NULL;

	while (copy != NULL && text != NULL &&
	       (name = strsep(&copy, "/,")) != NULL) {
		name += strspn(name, " \t");
		if (name[0] != '\0') {
			text = talloc_asprintf_append(text, "/%s", name);
		}
	}
	return text != NULL && text[0] != '\0'
		       ? talloc_asprintf(mem_ctx, "%s/", text)
		       : NULL;
}

static bool is_list(const struct sg_option *option)
{
	return option->type == SG_TYPE_MASK || option->type == SG_TYPE_LIST;
}

const char *sg_check_nearest_value(TALLOC_CTX *mem_ctx,
				   const struct sg_option *option,
				   enum sg_where where,
				   const char *value)
{
	char *bare = without_comment(mem_ctx, value);
	char *word = bare != NULL ? plain(mem_ctx, bare) : NULL;
	const struct word_row *row = NULL;
	const char *near = NULL;

	if (word == NULL) {
		return NULL;
	}
	if (strcmp(bare, value) != 0 && is_taken(option, where, bare)) {
		return talloc_asprintf(
			mem_ctx,
			strpbrk(value, ";#") == NULL
				? "Write \"%s\": quotes are part of a value."
				: "Write \"%s\": what stands behind a value in "
				  "smb.conf is part of it, also behind \";\" "
				  "or \"#\".",
			bare);
	}
	row = row_of(option, word);
	if (row != NULL) {
		near = row->value;
	} else if (is_list(option)) {
		near = nearest_list(mem_ctx, option->keywords, bare);
	} else if (option->type == SG_TYPE_PATTERNS) {
		near = with_slashes(mem_ctx, bare);
	} else if (option->type == SG_TYPE_KEYWORD) {
		near = nearest_keyword(mem_ctx, option->keywords, bare);
	}
	if (near == NULL || strcasecmp(near, value) == 0 ||
	    !is_taken(option, where, near)) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "Write \"%s\"%s%s.",
			       near,
			       row != NULL && row->why != NULL ? " " : "",
			       row != NULL && row->why != NULL ? row->why : "");
}

const char *sg_check_nearest_of_exception(TALLOC_CTX *mem_ctx,
					  const struct sg_keyword *keywords,
					  const char *value)
{
	char *bare = without_comment(mem_ctx, value);
	const char *near = NULL;

	if (bare == NULL || bare[0] == '\0') {
		return NULL;
	}
	if (keywords != NULL) {
		near = nearest_list(mem_ctx, keywords, bare);
	} else if (strcmp(bare, value) != 0) {
		near = bare;
	}
	if (near == NULL || strcasecmp(near, value) == 0) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "Write \"%s\"%s. ",
			       near,
			       strcmp(bare, value) != 0
				       ? ": what stands behind it is part of "
					 "the value"
				       : "");
}
