/*
 * smbguard check: its result as text for a person
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Findings in the order of lines, those of shares alike in one block; then what
 * counts: for each share, the exceptions, and Samba as a client. Where there are
 * many shares, those for which the same counts are one line.
 */

#include "check.h"
#include "common/table.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MAX_COLUMNS 32
#define MANY_SHARES 20 /* more are not each a line by themselves */
#define MANY_NAMES 8

static const char *const grades[] = {"note", "warning", "error"};
static const char *const colours[] = {"\033[36m", "\033[33m", "\033[31m"};

/* "smb.conf:12  [team]  smbguard:mode" */
static char *place_of(const struct sg_finding *f)
{
	char *text = talloc_strdup(NULL, f->file != NULL ? f->file : "");

	if (text != NULL && f->line > 0) {
		text = talloc_asprintf_append(text, ":%u", f->line);
	}
	if (text != NULL && f->section != NULL) {
		text = talloc_asprintf_append(text, "  [%s]", f->section->name);
	}
	if (text != NULL) {
		text = talloc_asprintf_append(text,
					      "%s%s",
					      text[0] != '\0' ? "  " : "",
					      f->option != NULL ? f->option
								: f->id);
	}
	return text;
}

/* " [b] :22", and with the file where it is another one. */
static char *other_place(TALLOC_CTX *mem_ctx,
			 const struct sg_finding *f,
			 const char *file)
{
	bool here =
		f->file == NULL || (file != NULL && strcmp(f->file, file) == 0);

	if (f->line == 0) {
		return talloc_asprintf(mem_ctx, " [%s]", f->section->name);
	}
	return talloc_asprintf(mem_ctx,
			       " [%s] %s:%u",
			       f->section->name,
			       here ? "" : f->file,
			       f->line);
}

/* The other shares of a block, by name and line. */
static void print_others(const struct sg_check *check, size_t first)
{
	const char *file = check->findings[first].file;
	char *text = talloc_strdup(NULL, "The same of");
	size_t num = 0;
	size_t i;

	for (i = first + 1; i < check->num_findings && text != NULL; i++) {
		const struct sg_finding *f = &check->findings[i];
		char *place = NULL;

		if (f->alike != first) {
			continue;
		}
		num++;
		if (num > MANY_NAMES) {
			continue;
		}
		place = other_place(text, f, file);
		text = talloc_asprintf_append(text,
					      "%s%s",
					      num > 1 ? "," : "",
					      place != NULL ? place : "");
	}
	if (num > MANY_NAMES && text != NULL) {
		text = talloc_asprintf_append(text,
					      ", and %zu more",
					      num - MANY_NAMES);
	}
	if (num > 0 && text != NULL) {
		text = talloc_asprintf_append(text, ".");
	}
	if (num > 0 && text != NULL) {
		sg_print_wrapped(text, 9);
	}
	talloc_free(text);
}

void sg_check_print_finding(const struct sg_check *check,
			    size_t number,
			    bool colour)
{
	const struct sg_finding *f = &check->findings[number];
	char *place = place_of(f);
	char *harmless = sg_harmless(place, place);

	printf("%s%-7s%s  %s\n",
	       colour ? colours[f->grade] : "",
	       grades[f->grade],
	       colour ? "\033[0m" : "",
	       harmless != NULL ? harmless : "");
	sg_print_wrapped(f->what, 9);
	sg_print_wrapped(f->remedy, 9);
	print_others(check, number);
	fputc('\n', stdout);
	talloc_free(place);
}

static size_t count(const struct sg_check *check, enum sg_grade grade)
{
	size_t num = 0;
	size_t i;

	for (i = 0; i < check->num_findings; i++) {
		if (check->findings[i].grade == grade) {
			num++;
		}
	}
	return num;
}

static void print_findings(const struct sg_check *check, bool colour)
{
	size_t i;

	for (i = 0; i < check->num_findings; i++) {
		if (check->findings[i].alike == i) {
			sg_check_print_finding(check, i, colour);
		}
	}
}

static void print_heading(const char *text, bool colour)
{
	printf("%s%s%s\n\n",
	       colour ? "\033[1m" : "",
	       text,
	       colour ? "\033[0m" : "");
}

/* Events of files have a table of their own. */
static bool is_column(const struct sg_option *option, bool of_files)
{
	static const char files[] = "file events";
	bool is = strncmp(option->name, files, strlen(files)) == 0;

	return (option->where & SG_SHARE) != 0 && is == of_files;
}

static void policy_cells(const struct sg_check *check,
			 struct sg_table *table,
			 const struct sg_checked *share,
			 bool of_files,
			 const char *cells[MAX_COLUMNS])
{
	const struct sg_option *const *row = NULL;
	size_t at = 2;

	cells[0] = "[global]";
	cells[1] = "";
	if (share != NULL) {
		cells[0] = share->section->name;
		cells[1] = share->guarded ? "yes" : "no";
	}
	for (row = sg_option_table(); *row != NULL && at < MAX_COLUMNS; row++) {
		if (!is_column(*row, of_files)) {
			continue;
		}
		cells[at++] =
			sg_effective(table,
				     check->conf,
				     *row,
				     check->settings,
				     share != NULL ? share->settings : NULL);
	}
}

/*
 * The columns behind the name, as one text to compare. IPC$ is nobody's share,
 * and like none.
 */
static char *joined(TALLOC_CTX *mem_ctx, const char *const cells[], size_t num)
{
	bool ipc = strcasecmp(cells[0], SG_IPC) == 0;
	char *text = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = ipc ? 0 : 1; i < num && text != NULL; i++) {
		text = talloc_asprintf_append(text,
					      "%s\n",
					      cells[i] != NULL ? cells[i] : "");
	}
	return text;
}

/* A line for all for which the same counts, with the name of the first. */
static void add_alike(const struct sg_check *check,
		      struct sg_table *table,
		      bool of_files,
		      size_t num)
{
	size_t shares = check->num_shares;
	char **keys = talloc_zero_array(table, char *, shares);
	const char *cells[MAX_COLUMNS] = {NULL};
	size_t i;
	size_t k;

	for (i = 0; keys != NULL && i < shares; i++) {
		policy_cells(check, table, &check->shares[i], of_files, cells);
		keys[i] = joined(keys, cells, num);
	}
	for (i = 0; keys != NULL && i < shares; i++) {
		size_t more = 0;

		for (k = i + 1; keys[i] != NULL && k < shares; k++) {
			if (keys[k] != NULL && strcmp(keys[i], keys[k]) == 0) {
				TALLOC_FREE(keys[k]);
				more++;
			}
		}
		if (keys[i] == NULL) {
			continue;
		}
		policy_cells(check, table, &check->shares[i], of_files, cells);
		if (more > 0) {
			cells[0] = talloc_asprintf(table,
						   "%s and %zu more",
						   cells[0],
						   more);
		}
		sg_table_add(table, cells);
	}
}

static void print_policy(const struct sg_check *check,
			 bool of_files,
			 bool colour)
{
	const struct sg_option *const *row = NULL;
	const char *cells[MAX_COLUMNS] = {"share", "guarded"};
	struct sg_table *table = NULL;
	size_t num = 2;
	size_t i;

	for (row = sg_option_table(); *row != NULL && num < MAX_COLUMNS;
	     row++) {
		if (is_column(*row, of_files)) {
			cells[num++] = (*row)->name;
		}
	}
	table = sg_table_new(NULL, num);
	if (table == NULL) {
		return;
	}
	sg_table_add(table, cells);
	policy_cells(check, table, NULL, of_files, cells);
	sg_table_add(table, cells);
	if (check->num_shares > MANY_SHARES) {
		add_alike(check, table, of_files, num);
	}
	for (i = 0; i < check->num_shares && check->num_shares <= MANY_SHARES;
	     i++) {
		policy_cells(check, table, &check->shares[i], of_files, cells);
		sg_table_add(table, cells);
	}
	print_heading(of_files ? "Events of files, of [global] and the share"
			       : "What counts, the stricter of [global] and "
				 "the share",
		      colour);
	sg_table_print(table, colour);
	fputc('\n', stdout);
	talloc_free(table);
}

static bool asks_for_files(const struct sg_check *check)
{
	uint32_t kinds = check->settings->file_events;
	size_t i;

	for (i = 0; i < check->num_shares; i++) {
		kinds |= check->shares[i].settings->file_events;
	}
	return (kinds & ~(uint32_t)SG_FILE_NONE) != 0;
}

static void print_exceptions(const struct sg_check *check, bool colour)
{
	static const char *const head[] = {"exception",
					   "until",
					   "holds",
					   "reason"};
	const struct sg_settings *s = check->settings;
	struct sg_table *table = sg_table_new(NULL, 4);
	size_t i;

	if (table == NULL || s->num_exceptions == 0) {
		talloc_free(table);
		return;
	}
	sg_table_add(table, head);
	for (i = 0; i < s->num_exceptions; i++) {
		const struct sg_exception *e = &s->exceptions[i];
		const char *cells[] = {e->name, e->until, "yes", e->reason};

		if (e->invalid != NULL) {
			cells[2] = "no, invalid";
		} else if (check->now >= e->expires) {
			cells[2] = "no, expired";
		}
		sg_table_add(table, cells);
	}
	print_heading("Exceptions", colour);
	sg_table_print(table, colour);
	fputc('\n', stdout);
	talloc_free(table);
}

static void print_client(const struct sg_check *check, bool colour)
{
	static const char *const head[] = {"setting",
					   "value",
					   "in Windows",
					   "policy"};
	const struct sg_client_row *row = sg_client_rows();
	struct sg_table *table = sg_table_new(NULL, 4);

	if (table == NULL) {
		return;
	}
	sg_table_add(table, head);
	for (; row->name != NULL; row++) {
		const char *value = sg_conf_value(check->global, row->name);
		const char *counts = value != NULL ? value : row->by_default;
		const char *cells[] = {
			row->name,
			counts,
			row->means(counts),
			row->windows,
		};

		sg_table_add(table, cells);
	}
	print_heading("Samba as a client", colour);
	sg_table_print(table, colour);
	fputc('\n', stdout);
	talloc_free(table);
}

void sg_check_print(const struct sg_check *check, bool colour)
{
	size_t errors = count(check, SG_GRADE_ERROR);
	size_t warnings = count(check, SG_GRADE_WARNING);
	size_t notes = count(check, SG_GRADE_NOTE);

	print_findings(check, colour);
	print_policy(check, false, colour);
	if (asks_for_files(check)) {
		print_policy(check, true, colour);
	}
	print_exceptions(check, colour);
	print_client(check, colour);
	if (errors + warnings == 0) {
		printf("%s: nothing is wrong", check->conf->path);
	} else {
		printf("%s: %zu error%s, %zu warning%s",
		       check->conf->path,
		       errors,
		       errors == 1 ? "" : "s",
		       warnings,
		       warnings == 1 ? "" : "s");
	}
	if (notes > 0) {
		printf(" (%zu note%s)", notes, notes == 1 ? "" : "s");
	}
	printf(".\n");
}
