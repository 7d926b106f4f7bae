/*
 * smbguard(8): the rows of the option table, as JSON
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For tests, which hold documents and a real smbd against what the code says of
 * itself: "smbguard --tables" is in no manual.
 *
 * How it fails: false when out of memory.
 */

#include "tables/options.h"

#include "core/exception.h"
#include "core/rows.h"

static const struct sg_keyword gates[] = {
	{"negotiate", SG_GATE_NEGOTIATE},
	{"session", SG_GATE_SESSION},
	{"share", SG_GATE_SHARE},
	{"smbd", SG_HELD_BY_SMBD},
	{NULL, 0},
};

static const struct sg_keyword places[] = {
	{"global", SG_GLOBAL},
	{"share", SG_SHARE},
	{NULL, 0},
};

static const char *const types[] = {
	[SG_TYPE_KEYWORD] = "keyword",
	[SG_TYPE_MASK] = "mask",
	[SG_TYPE_LIST] = "list",
	[SG_TYPE_NUMBER] = "number",
	[SG_TYPE_PATH] = "path",
	[SG_TYPE_NAMES] = "names",
	[SG_TYPE_PATTERNS] = "patterns",
};

/* The names whose bits are in mask. */
static json_t *names_of(const struct sg_keyword *words, uint32_t mask)
{
	json_t *list = json_array();

	for (; words != NULL && words->name != NULL; words++) {
		if ((mask & (uint32_t)words->value) != 0) {
			json_array_append_new(list, json_string(words->name));
		}
	}
	return list;
}

static json_t *keywords_of(const struct sg_option *o)
{
	const struct sg_keyword *k = NULL;
	json_t *list = json_array();

	for (k = o->keywords; k != NULL && k->name != NULL; k++) {
		json_array_append_new(list, json_string(k->name));
	}
	return list;
}

/* A value as it is written, null where there is none. */
static json_t *value_of(const struct sg_option *o, int value)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	const char *text = sg_option_text(frame, o, value);
	json_t *json = NULL;

	json = text != NULL && text[0] != '\0' ? json_string(text)
					       : json_null();
	talloc_free(frame);
	return json;
}

static json_t *rule_of(const struct sg_option *o)
{
	if (o->rule == SG_RULE_NONE) {
		return json_null();
	}
	return json_pack("{s:i,s:o,s:b,s:b,s:o,s:s}",
			 "weight",
			 (int)o->rule,
			 "heldBy",
			 names_of(gates, o->held_by),
			 "byAddress",
			 o->by_address,
			 "foreseen",
			 o->foreseen,
			 "exceptions",
			 names_of(o->words, SG_ALLOW_ALL),
			 "advice",
			 o->advice);
}

static json_t *row_of(const struct sg_option *o)
{
	json_t *def = o->by_default_text != NULL
			      ? json_string(o->by_default_text)
			      : value_of(o, o->by_default);

	return json_pack("{s:s,s:o,s:s,s:o,s:i,s:i,s:o,s:o,s:s,s:o}",
			 "name",
			 o->name,
			 "where",
			 names_of(places, o->where),
			 "type",
			 types[o->type],
			 "keywords",
			 keywords_of(o),
			 "min",
			 o->min,
			 "max",
			 o->type == SG_TYPE_NUMBER ? o->max : 0,
			 "default",
			 def,
			 "strictest",
			 value_of(o, o->strictest),
			 "accepted",
			 o->accepted,
			 "rule",
			 rule_of(o));
}

bool sg_tables_options(json_t *root)
{
	static const struct sg_settings nothing;
	const struct sg_allow_words words = sg_allow_words(&nothing);
	const struct sg_option *const *row = NULL;
	json_t *options = json_array();
	json_t *keys = json_array();
	int ret = 0;
	size_t i;

	for (row = sg_option_table(); *row != NULL; row++) {
		ret |= json_array_append_new(options, row_of(*row));
	}
	for (i = 0; sg_exception_key(i) != NULL; i++) {
		ret |= json_array_append_new(keys,
					     json_string(sg_exception_key(i)));
	}
	ret |= json_object_set_new(root, "options", options);
	ret |= json_object_set_new(root, "exceptionKeys", keys);
	ret |= json_object_set_new(root,
				   "exceptionWords",
				   names_of(words.keywords, SG_ALLOW_ALL));
	return ret == 0;
}
