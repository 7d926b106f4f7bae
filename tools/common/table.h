/*
 * smbguard: text in columns
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_COMMON_TABLE_H
#define SMBGUARD_TOOLS_COMMON_TABLE_H

#include <stdbool.h>
#include <talloc.h>

/* Rows of cells, all of num_columns; the first row is the heading. */
struct sg_table {
	const char **cells;
	size_t num_columns;
	size_t num_rows;
	bool ok; /* false: out of memory */
};

/**
 * An empty table, NULL when out of memory.
 */
struct sg_table *sg_table_new(TALLOC_CTX *mem_ctx, size_t num_columns);

/**
 * Add a row; the cells are copied. A NULL is empty. What could steer a
 * terminal is shown by sg_printable().
 */
void sg_table_add(struct sg_table *table, const char *const cells[]);

/**
 * Print it to standard output, aligned, two blanks between columns.
 */
void sg_table_print(const struct sg_table *table, bool colour);

/**
 * Print text to standard output, in lines of at most 80 columns, each begun
 * with so many blanks. Made safe for a terminal as in sg_table_add().
 */
void sg_print_wrapped(const char *text, unsigned indent);

/**
 * sg_printable() as a talloc child of mem_ctx. A NULL is empty. Returns NULL
 * when out of memory.
 */
char *sg_harmless(TALLOC_CTX *mem_ctx, const char *text);

/**
 * Is standard output a terminal that wants colour (see no-color.org)?
 */
bool sg_wants_colour(void);

#endif /* SMBGUARD_TOOLS_COMMON_TABLE_H */
