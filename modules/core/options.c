/*
 * smbguard: the values of options, parsed strictly
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A row of the option table says what its option takes. smbd hands out strings
 * and would take anything ("ture" is false, a number is an unchecked strtol),
 * so every value is parsed here.
 *
 * How it fails: a value that is not understood whole counts as the strictest,
 * and the caller is told.
 */

#include "options.h"

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

/* At least one name between slashes, and nothing in front of the first. */
static bool has_patterns(const char *text)
{
	return text[0] == '/' && text[strspn(text, "/")] != '\0';
}

bool sg_option_store(const struct sg_option *option,
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
	case SG_TYPE_PATTERNS:
		/* None at all: nothing is left out. */
		ok = has_patterns(value);
		if (ok) {
			*(const char **)field = value;
		}
		break;
	}
	return ok;
}
