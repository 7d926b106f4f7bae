/*
 * smbguard: text in columns
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Widths are counted in characters of UTF-8, each taken for one column.
 *
 * How it fails: out of memory is noted in the table, which then prints what
 * it has.
 */

#include "check_table.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE 80
#define GAP 2

struct sg_table *sg_table_new(TALLOC_CTX *mem_ctx, size_t num_columns)
{
	struct sg_table *table = talloc_zero(mem_ctx, struct sg_table);

	if (table != NULL) {
		table->num_columns = num_columns;
		table->ok = true;
	}
	return table;
}

/* Names come from clients and files; a terminal obeys control characters. */
char *sg_harmless(TALLOC_CTX *mem_ctx, const char *text)
{
	char *copy = talloc_strdup(mem_ctx, text != NULL ? text : "");
	size_t i;

	for (i = 0; copy != NULL && copy[i] != '\0'; i++) {
		unsigned char ch = (unsigned char)copy[i];
		bool c1 = ch == 0xC2 && (uint8_t)copy[i + 1] < 0xA0;

		if (ch < ' ' || ch == 0x7F || c1) {
			copy[i] = '?';
		}
	}
	return copy;
}

void sg_table_add(struct sg_table *table, const char *const cells[])
{
	size_t at = table->num_rows * table->num_columns;
	size_t i;

	table->cells = talloc_realloc(table,
				      table->cells,
				      const char *,
				      at + table->num_columns);
	if (table->cells == NULL) {
		table->num_rows = 0;
		table->ok = false;
		return;
	}
	for (i = 0; i < table->num_columns; i++) {
		const char *cell = sg_harmless(table, cells[i]);

		table->ok = table->ok && cell != NULL;
		table->cells[at + i] = cell != NULL ? cell : "";
	}
	table->num_rows++;
}

static size_t width(const char *text)
{
	size_t columns = 0;

	for (; *text != '\0'; text++) {
		if (((uint8_t)*text & 0xC0) != 0x80) {
			columns++;
		}
	}
	return columns;
}

static size_t column_width(const struct sg_table *table, size_t column)
{
	size_t widest = 0;
	size_t row;

	for (row = 0; row < table->num_rows; row++) {
		size_t i = row * table->num_columns + column;
		size_t w = width(table->cells[i]);

		widest = w > widest ? w : widest;
	}
	return widest;
}

void sg_table_print(const struct sg_table *table, bool colour)
{
	size_t row;
	size_t column;

	for (row = 0; row < table->num_rows; row++) {
		const char **cells = &table->cells[row * table->num_columns];
		size_t last = table->num_columns;

		while (last > 1 && cells[last - 1][0] == '\0') {
			last--;
		}
		fputs(colour && row == 0 ? "\033[1m" : "", stdout);
		for (column = 0; column < last; column++) {
			size_t pad = column_width(table, column) + GAP -
				     width(cells[column]);

			fputs(cells[column], stdout);
			if (column + 1 < last) {
				printf("%*s", (int)pad, "");
			}
		}
		fputs(colour && row == 0 ? "\033[0m\n" : "\n", stdout);
	}
}

void sg_print_wrapped(const char *text, unsigned indent)
{
	char *copy = sg_harmless(NULL, text);
	char *state = NULL;
	char *word = NULL;
	size_t column = 0;

	if (copy == NULL) {
		return;
	}
	for (word = strtok_r(copy, " ", &state); word != NULL;
	     word = strtok_r(NULL, " ", &state)) {
		size_t w = width(word);

		if (column > 0 && column + 1 + w > LINE) {
			fputc('\n', stdout);
			column = 0;
		}
		if (column == 0) {
			column = indent;
			printf("%*s%s", (int)indent, "", word);
		} else {
			column++;
			printf(" %s", word);
		}
		column += w;
	}
	fputc('\n', stdout);
	talloc_free(copy);
}

bool sg_wants_colour(void)
{
	const char *no = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	if (no != NULL && no[0] != '\0') {
		return false;
	}
	if (terminal == NULL || strcmp(terminal, "dumb") == 0) {
		return false;
	}
	return isatty(STDOUT_FILENO) != 0;
}
