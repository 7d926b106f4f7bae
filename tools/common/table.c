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

#include "table.h"

#include "events/events.h"

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
	char *shown = text != NULL ? sg_printable(text, strlen(text)) : NULL;
	char *copy = NULL;

	if (text == NULL || shown != NULL) {
		copy = talloc_strdup(mem_ctx, text != NULL ? shown : "");
	}
	free(shown);
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

/* The widest cell of each column; NULL when out of memory. */
static size_t *column_widths(const struct sg_table *table)
{
	size_t *widths = talloc_zero_array(NULL, size_t, table->num_columns);
	size_t i;

	for (i = 0; widths != NULL && i < table->num_rows * table->num_columns;
	     i++) {
		size_t *widest = &widths[i % table->num_columns];
		size_t w = width(table->cells[i]);

		*widest = w > *widest ? w : *widest;
	}
	return widths;
}

static void print_row(const char **cells, size_t num, const size_t *widths)
{
	size_t last = num;
	size_t column;

	while (last > 1 && cells[last - 1][0] == '\0') {
		last--;
	}
	for (column = 0; column < last; column++) {
		fputs(cells[column], stdout);
		if (column + 1 < last) {
			size_t w = width(cells[column]);

			printf("%*s", (int)(widths[column] + GAP - w), "");
		}
	}
}

void sg_table_print(const struct sg_table *table, bool colour)
{
	size_t *widths = column_widths(table);
	size_t row;

	for (row = 0; widths != NULL && row < table->num_rows; row++) {
		bool bold = colour && row == 0;

		fputs(bold ? "\033[1m" : "", stdout);
		print_row(&table->cells[row * table->num_columns],
			  table->num_columns,
			  widths);
		fputs(bold ? "\033[0m\n" : "\n", stdout);
	}
	talloc_free(widths);
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
