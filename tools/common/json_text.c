/*
 * smbguard(8): strings of any bytes as JSON
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: NULL for no memory, and for nothing else.
 */

#include "common/json_text.h"

#include "core/event/json_write.h"

json_t *sg_json_string(const char *text, size_t len)
{
	struct sg_writer w;
	json_t *value = NULL;
	char *plain = NULL;

	sg_writer_begin(&w, NULL);
	sg_write_string(&w, SG_PLAIN, text, len, SIZE_MAX);
	plain = sg_writer_end(&w, &len);
	if (plain != NULL) {
		value = json_stringn_nocheck(plain, len);
	}
	talloc_free(plain);
	return value;
}
