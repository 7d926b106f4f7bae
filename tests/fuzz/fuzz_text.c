/*
 * smbguard: fuzzing the texts of events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is a limit, one byte, and a text of any bytes. It is cut and
 * written as JSON and plain; what was written must keep to the limit, be read by
 * jansson and written again alike, and say how much of the text is missing. How
 * it fails: abort(), which libFuzzer reports.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/event/json_write.h"
#include "core/cut.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok) {
		abort();
	}
}

static void check_mark(const json_t *value, size_t missing)
{
	char mark[SG_CUT_MARK_SIZE];
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);
	int n = snprintf(mark, sizeof(mark), "[+%zu]", missing);

	require(len >= (size_t)n);
	require(memcmp(text + len - (size_t)n, mark, (size_t)n) == 0);
}

static char *written(enum sg_form form,
		     const char *text,
		     size_t len,
		     size_t max,
		     size_t *out_len)
{
	struct sg_writer w;
	char *out = NULL;

	sg_writer_begin(&w, NULL);
	sg_write_string(&w, form, text, len, max);
	out = sg_writer_end(&w, out_len);
	require(out != NULL);
	return out;
}

static void check_text(const char *text, size_t len, size_t max)
{
	size_t keep = sg_cut_length(text, len, max);
	size_t plain_len = 0;
	char *line = written(SG_JSON, text, len, max, NULL);
	char *plain = written(SG_PLAIN, text, len, max, &plain_len);
	json_t *value =
		json_loads(line, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	char *again = json_dumps(value, JSON_ENCODE_ANY);

	require(keep <= len);
	require(strlen(line) <= max + 2); /* and its quotes */
	require(again != NULL && strcmp(line, again) == 0);
	require(json_string_length(value) == plain_len);
	require(memcmp(json_string_value(value), plain, plain_len) == 0);
	if (keep < len) {
		check_mark(value, len - keep);
	}

	json_decref(value);
	free(again);
	talloc_free(plain);
	talloc_free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = NULL;

	if (size == 0) {
		return 0;
	}
	/* A block of its own, for the sanitizers */
	text = malloc(size);
	require(text != NULL);
	memcpy(text, data + 1, size - 1);
	check_text(text, size - 1, SG_CUT_MARK_SIZE + data[0]);
	free(text);
	return 0;
}
