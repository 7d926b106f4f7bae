/*
 * smbguard: the smb.conf options, parsed strictly
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * option_table.c gives each option its name, place, type and strictest value.
 * smbd hands out strings and would take anything ("ture" is false, a number
 * is an unchecked strtol), so every value is parsed here.
 *
 * How it fails: a value that is not understood whole counts as the strictest
 * and becomes a struct sg_fault. The gates refuse while there is one, in
 * enforce mode, and record it in both.
 */

#include "options.h"
#include "exception.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What smb.conf(5) takes as separators of a list. */
#define LIST_SEPARATORS " \t,;\n\r"

static bool keyword_value(const struct sg_keyword *keywords,
			  const char *text,
			  size_t len,
			  int *value)
{
	const struct sg_keyword *k = NULL;

	for (k = keywords; k->name != NULL; k++) {
		if (strlen(k->name) == len &&
		    strncasecmp(k->name, text, len) == 0) {
			*value = k->value;
			return true;
		}
	}
	return false;
}

bool sg_option_parse_list(const struct sg_keyword *keywords,
			  const char *text,
			  uint32_t exclude_from,
			  uint32_t *mask)
{
	uint32_t with = 0;
	uint32_t without = 0;
	const char *p = text;

	while (true) {
		size_t len = 0;
		bool minus = false;
		int value = 0;
		bool ok;

		p += strspn(p, LIST_SEPARATORS);
		if (*p == '\0') {
			break;
		}
		minus = (*p == '-');
		if (minus) {
			p++;
		}
		len = strcspn(p, LIST_SEPARATORS);
		ok = keyword_value(keywords, p, len, &value);
		if (!ok) {
			return false;
		}
		if (minus) {
			without |= (uint32_t)value;
		} else {
			with |= (uint32_t)value;
		}
		p += len;
	}

	if (with != 0 && without != 0) {
		return false;
	}
	if (without != 0) {
		/* An empty result would let nobody in: a fault, too. */
		with = exclude_from & ~without;
	}
	*mask = with;
	return with != 0;
}

const char *sg_option_list_text(TALLOC_CTX *mem_ctx,
				const char *option,
				uint32_t mask)
{
	const struct sg_option *o = sg_option_table();
	const struct sg_keyword *k = NULL;
	char *text = talloc_strdup(mem_ctx, "");

	while (o->name != NULL && strcmp(o->name, option) != 0) {
		o++;
	}
	for (k = o->keywords; k != NULL && k->name != NULL; k++) {
		if ((mask & (uint32_t)k->value) == 0 || text == NULL) {
			continue;
		}
		text = talloc_asprintf_append(text,
					      "%s%s",
					      text[0] != '\0' ? ", " : "",
					      k->name);
	}
	return text;
}

static bool parse_number(const char *text, int min, int max, unsigned *number)
{
	size_t len = strlen(text);
	unsigned long value = 0;

	/* Digits only: strtoul would take a sign and a 0x, and wrap. */
	if (len == 0 || len > 9 || strspn(text, "0123456789") != len) {
		return false;
	}
	value = strtoul(text, NULL, 10);
	if (value < (unsigned long)min || value > (unsigned long)max) {
		return false;
	}
	*number = (unsigned)value;
	return true;
}

/* Store value in the option's field, or its strictest value and false. */
static bool option_store(const struct sg_option *option,
			 const char *value,
			 struct sg_settings *settings)
{
	void *field = (uint8_t *)settings + option->offset;
	int number = option->strictest;
	unsigned positive = (unsigned)option->strictest;
	uint32_t mask = (uint32_t)option->strictest;
	bool ok = false;

	switch (option->type) {
	case SG_TYPE_KEYWORD:
		ok = keyword_value(option->keywords,
				   value,
				   strlen(value),
				   &number);
		*(int *)field = number;
		break;
	case SG_TYPE_MASK:
		ok = sg_option_parse_list(option->keywords,
					  value,
					  (uint32_t)option->max,
					  &mask);
		*(uint32_t *)field = ok ? mask : (uint32_t)option->strictest;
		break;
	case SG_TYPE_LIST:
		ok = sg_option_parse_list(option->keywords, value, 0, &mask);
		*(uint32_t *)field = ok ? mask : (uint32_t)option->strictest;
		break;
	case SG_TYPE_NUMBER:
		ok = parse_number(value, option->min, option->max, &positive);
		*(unsigned *)field = positive;
		break;
	case SG_TYPE_PATH:
		/* No path at all is the default one: records go somewhere. */
		ok = (value[0] == '/' && value[1] != '\0');
		if (ok) {
			*(const char **)field = value;
		}
		break;
	case SG_TYPE_NAMES:
		*(const char **)field = value;
		ok = true;
		break;
	}
	return ok;
}

struct sg_fault *sg_fault_add(struct sg_settings *settings,
			      struct sg_fault **faults,
			      size_t *num_faults)
{
	struct sg_fault *more = NULL;

	more = talloc_realloc(settings,
			      *faults,
			      struct sg_fault,
			      *num_faults + 1);
	if (more == NULL) {
		return NULL;
	}
	*faults = more;
	more[*num_faults] = (struct sg_fault){.option = NULL};
	return &more[(*num_faults)++];
}

static bool add_fault(struct sg_settings *settings,
		      const struct sg_option *option,
		      const char *value,
		      const char *accepted)
{
	struct sg_fault *fault = NULL;

	fault = sg_fault_add(settings,
			     &settings->faults,
			     &settings->num_faults);
	if (fault == NULL) {
		return false;
	}
	fault->value = value;
	fault->accepted = accepted;
	fault->option =
		talloc_asprintf(settings, SG_OPTION_PREFIX ":%s", option->name);
	return fault->option != NULL;
}

/* What is not remembered cannot be refused: better said than believed. */
static bool check_history(struct sg_settings *settings)
{
	struct sg_fault *fault = NULL;

	if (settings->downgrade != SG_DOWNGRADE_REFUSE ||
	    settings->history != SG_SWITCH_NO) {
		return true;
	}
	fault = sg_fault_add(settings,
			     &settings->faults,
			     &settings->num_faults);
	if (fault == NULL) {
		return false;
	}
	*fault = (struct sg_fault){
		.option = SG_OPTION_PREFIX ":downgrade",
		.value = "refuse",
		.accepted = "record alone where smbguard:history = no",
	};
	return true;
}

struct sg_settings *sg_settings_parse(TALLOC_CTX *mem_ctx,
				      enum sg_where where,
				      sg_option_getter get,
				      void *private_data)
{
	struct sg_settings *settings = NULL;
	const struct sg_option *option = NULL;
	bool ok;

	settings = talloc_zero(mem_ctx, struct sg_settings);
	if (settings == NULL) {
		return NULL;
	}

	for (option = sg_option_table(); option->name != NULL; option++) {
		const char *value = get(option->name, private_data);
		const char *accepted = option->accepted;

		if (value == NULL) {
			continue;
		}
		value = talloc_strdup(settings, value);
		if (value == NULL) {
			goto nomem;
		}
		if ((option->where & where) != 0) {
			ok = option_store(option, value, settings);
		} else {
			accepted = "nothing here: it belongs in [global]";
			ok = false;
		}
		if (ok) {
			continue;
		}
		ok = add_fault(settings, option, value, accepted);
		if (!ok) {
			goto nomem;
		}
	}
	ok = check_history(settings);
	if (!ok) {
		goto nomem;
	}
	if (settings->exception_names != NULL) {
		ok = sg_exceptions_parse(settings,
					 settings->exception_names,
					 get,
					 private_data);

		if (!ok) {
			goto nomem;
		}
	}
	return settings;

nomem:
	talloc_free(settings);
	return NULL;
}
