/*
 * smbguard check: the list of findings, and what all its parts ask
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: out of memory is noted in the check, which then has no
 * result.
 */

#include "check.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static bool add_share(struct sg_check *check,
		      const struct sg_conf_section *section)
{
	struct sg_checked *share = &check->shares[check->num_shares];
	const struct sg_conf_param *printable =
		sg_conf_default(check->conf, section, "printable");

	share->section = section;
	share->settings = sg_conf_settings(check, section);
	share->printable =
		printable != NULL && sg_conf_is_yes(printable->value);
	share->guarded =
		sg_conf_guarded(check->conf, section, check->preload_loads);
	check->num_shares++;
	return share->settings != NULL;
}

static bool add_ipc(struct sg_check *check)
{
	const struct sg_conf_section *ipc = NULL;

	if (sg_conf_share(check->conf, SG_IPC) != NULL) {
		return true;
	}
	ipc = sg_conf_ipc(check, check->conf);
	if (ipc == NULL) {
		return false;
	}
	check->shares[check->num_shares].implied = true;
	return add_share(check, ipc);
}

struct sg_check *sg_check_new(TALLOC_CTX *mem_ctx, const struct sg_conf *conf)
{
	struct sg_check *check = talloc_zero(mem_ctx, struct sg_check);
	bool ok;
	size_t i;

	if (check == NULL) {
		return NULL;
	}
	check->conf = conf;
	check->global = &conf->sections[0];
	check->now = time(NULL);
	check->preload = sg_conf_preload(check, conf);
	/* smbd takes no other path */
	check->preload_loads = check->preload != NULL &&
			       check->preload[0] == '/' &&
			       access(check->preload, R_OK) == 0;
	check->settings = sg_conf_settings(check, check->global);
	check->shares =
		talloc_zero_array(check, struct sg_checked, conf->num_sections);
	ok = check->settings != NULL && check->shares != NULL;
	for (i = 1; ok && i < conf->num_sections; i++) {
		ok = add_share(check, &conf->sections[i]);
	}
	ok = ok && add_ipc(check); /* in the place of [global] */
	if (!ok) {
		TALLOC_FREE(check);
		return NULL;
	}
	check->ok = true;
	return check;
}

void sg_check_add(struct sg_check *check,
		  struct sg_finding finding,
		  const char *fmt,
		  ...)
{
	va_list ap;

	check->findings = talloc_realloc(check,
					 check->findings,
					 struct sg_finding,
					 check->num_findings + 1);
	if (check->findings == NULL) {
		check->num_findings = 0;
		check->ok = false;
		return;
	}
	va_start(ap, fmt);
	finding.what = talloc_vasprintf(check, fmt, ap);
	va_end(ap);
	finding.remedy = talloc_strdup(check, finding.remedy);
	if (finding.param != NULL) {
		finding.file = finding.param->file;
		finding.line = finding.param->line;
		if (finding.option == NULL) {
			finding.option = finding.param->name;
		}
	} else if (finding.section != NULL && finding.file == NULL) {
		finding.file = finding.section->file;
		finding.line = finding.section->line;
	}
	check->ok = check->ok && finding.what != NULL && finding.remedy != NULL;
	check->findings[check->num_findings++] = finding;
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

unsigned sg_check_distance(const char *a, const char *b)
{
	unsigned row[128];
	size_t len_b = strlen(b);
	size_t i;
	size_t j;

	/* No option is as long; what is longer is not one misspelt. */
	if (len_b >= 128) {
		return (unsigned)len_b;
	}
	for (j = 0; j <= len_b; j++) {
		row[j] = (unsigned)j;
	}
	for (i = 1; a[i - 1] != '\0'; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (j = 1; j <= len_b; j++) {
			unsigned above = row[j];
			unsigned other = a[i - 1] != b[j - 1] ? 1 : 0;

			row[j] = least(above + 1,
				       row[j - 1] + 1,
				       diagonal + other);
			diagonal = above;
		}
	}
	return row[len_b];
}

void sg_check_rows(struct sg_check *check, const struct sg_native_row *rows)
{
	const struct sg_native_row *row = NULL;

	for (row = rows; row->name != NULL; row++) {
		const struct sg_conf_param *param =
			sg_conf_find(check->global, row->name);
		bool is = param != NULL && row->is(param->value);

		if (is) {
			sg_check_add(check,
				     (struct sg_finding){
					     .grade = row->grade,
					     .id = row->id,
					     .section = check->global,
					     .param = param,
					     .remedy = row->remedy,
				     },
				     "%s = %s %s",
				     row->name,
				     param->value,
				     row->what);
		}
	}
}
