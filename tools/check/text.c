/*
 * smbguard check: its result as text for a person
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Findings, the gravest first; then what counts: for each share, the
 * exceptions, and Samba as a client.
 */

#include "check.h"
#include "common/table.h"

#include <stdio.h>
#include <string.h>

#define MAX_COLUMNS 32

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

static void print_finding(const struct sg_finding *f, bool colour)
{
	char *place = place_of(f);
	char *harmless = sg_harmless(place, place);

	printf("%s%-7s%s  %s\n",
	       colour ? colours[f->grade] : "",
	       grades[f->grade],
	       colour ? "\033[0m" : "",
	       harmless != NULL ? harmless : "");
	sg_print_wrapped(f->what, 9);
	sg_print_wrapped(f->remedy, 9);
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
	int grade;
	size_t i;

	for (grade = SG_GRADE_ERROR; grade >= SG_GRADE_NOTE; grade--) {
		for (i = 0; i < check->num_findings; i++) {
			if ((int)check->findings[i].grade == grade) {
				print_finding(&check->findings[i], colour);
			}
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

static void add_policy_row(const struct sg_check *check,
			   struct sg_table *table,
			   const struct sg_checked *share)
{
	const struct sg_option *const *row = NULL;
	const char *cells[MAX_COLUMNS] = {"[global]", ""};
	size_t at = 2;

	if (share != NULL) {
		cells[0] = share->section->name;
		cells[1] = share->guarded ? "yes" : "no";
	}
	for (row = sg_option_table(); *row != NULL && at < MAX_COLUMNS; row++) {
		if (((*row)->where & SG_SHARE) == 0) {
			continue;
		}
		cells[at++] =
			sg_effective(table,
				     check->conf,
				     *row,
				     check->settings,
				     share != NULL ? share->settings : NULL);
	}
	sg_table_add(table, cells);
}

static void print_policy(const struct sg_check *check, bool colour)
{
	const struct sg_option *const *row = NULL;
	const char *cells[MAX_COLUMNS] = {"share", "guarded"};
	struct sg_table *table = NULL;
	size_t num = 2;
	size_t i;

	for (row = sg_option_table(); *row != NULL && num < MAX_COLUMNS;
	     row++) {
		if (((*row)->where & SG_SHARE) != 0) {
			cells[num++] = (*row)->name;
		}
	}
	table = sg_table_new(NULL, num);
	if (table == NULL) {
		return;
	}
	sg_table_add(table, cells);
	add_policy_row(check, table, NULL);
	for (i = 0; i < check->num_shares; i++) {
		add_policy_row(check, table, &check->shares[i]);
	}
	print_heading("What counts, the stricter of [global] and the share",
		      colour);
	sg_table_print(table, colour);
	fputc('\n', stdout);
	talloc_free(table);
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
	print_policy(check, colour);
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
