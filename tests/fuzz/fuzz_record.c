/*
 * smbguard: fuzzing the two readers of lines
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What canonical.c takes, jansson must take, too, and find the same in it; and
 * canonical.c must never read beyond the line, which stands in a block of its
 * own. fuzz: tools/events/canonical.c tools/events/record.c tools/events/scan.c tools/events/text.c
 *
 * How it fails: abort(), which libFuzzer reports.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "events/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok) {
		abort();
	}
}

static void require_same(const struct sg_record *a, const struct sg_record *b)
{
	int i;

	require(a->when == b->when && a->kind == b->kind &&
		a->connection == b->connection &&
		a->windows_id == b->windows_id && a->lost == b->lost &&
		a->is_signed == b->is_signed &&
		a->is_encrypted == b->is_encrypted &&
		a->has_offer == b->has_offer && a->ciphers == b->ciphers &&
		a->signing == b->signing);
	require(a->has_file_id == b->has_file_id && a->file_id == b->file_id &&
		a->opens == b->opens && a->created == b->created &&
		a->overwritten == b->overwritten &&
		a->directory == b->directory && a->reads == b->reads &&
		a->bytes_read == b->bytes_read && a->writes == b->writes &&
		a->bytes_written == b->bytes_written);
	for (i = 0; i < SG_TEXTS; i++) {
		const struct sg_text *one = &a->text[i];
		const struct sg_text *two = &b->text[i];

		require((one->text == NULL) == (two->text == NULL));
		require(one->len == two->len);
		require(one->text == NULL ||
			memcmp(one->text, two->text, one->len) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_record fast = {.when = 0};
	struct sg_record slow = {.when = 0};
	struct sg_line line = {.len = size, .file = "input", .number = 1};
	const char *problem = NULL;
	char *text = malloc(size > 0 ? size : 1);
	bool canonical;
	bool event;

	require(text != NULL);
	memcpy(text, data, size);
	line.text = text;
	canonical = sg_record_canonical(text, size, &fast);
	event = sg_record_by_jansson(&line, &slow, &problem);
	require(event == (problem == NULL));
	require(event || !canonical);
	if (canonical) {
		require_same(&fast, &slow);
	}
	sg_record_end(&slow);
	free(text);
	return 0;
}
