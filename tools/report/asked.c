/*
 * smbguard(8): report, what was asked for
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: a sentence on standard error that says what to give.
 */

#include "asked.h"

#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "files.h"
#include "inforce.h"

static const char *const formats[] = {
	[SG_FORMAT_TEXT] = "text",
	[SG_FORMAT_JSON] = "json",
	[SG_FORMAT_CSV] = "csv",
	[SG_FORMAT_HTML] = "html",
	[SG_FORMAT_OPENMETRICS] = "openmetrics",
	NULL,
};

/* "7d" before now, in microseconds. */
static bool parse_age(const char *text, int64_t *when)
{
	struct timeval now = {0};
	int64_t unit = 0;
	char *end = NULL;
	long number;

	if (text[0] < '0' || text[0] > '9') {
		return false;
	}
	number = strtol(text, &end, 10);
	if (strcmp(end, "m") == 0) {
		unit = 60;
	} else if (strcmp(end, "h") == 0) {
		unit = 60 * 60;
	} else if (strcmp(end, "d") == 0) {
		unit = 24 * 60 * 60;
	}
	if (unit == 0 || number > 100000000) {
		return false;
	}
	gettimeofday(&now, NULL);
	*when = ((int64_t)now.tv_sec - number * unit) * 1000000 + now.tv_usec;
	return true;
}

static bool parse_time(const char *option,
		       const char *text,
		       bool *have,
		       int64_t *when)
{
	if (text == NULL) {
		return true;
	}
	*have = sg_time_parse(text, when) || parse_age(text, when);
	if (!*have) {
		fprintf(stderr,
			"smbguard: %s \"%s\" is no time; give 2026-11-22, "
			"2026-11-22T12:00:00Z, or an age like 7d\n",
			option,
			text);
	}
	return *have;
}

static bool parse_format(const char *text, enum sg_format *format)
{
	size_t i;

	for (i = 0; formats[i] != NULL; i++) {
		if (text == NULL || strcmp(text, formats[i]) == 0) {
			*format = (enum sg_format)i;
			return true;
		}
	}
	fprintf(stderr,
		"smbguard: --format \"%s\" is not one of text, json, csv, "
		"html, openmetrics\n",
		text);
	return false;
}

static bool parse_client(struct sg_report *r, const char *text)
{
	if (text == NULL) {
		return true;
	}
	r->client_text = text;
	r->have_client = sg_network_parse(text, &r->client);
	if (!r->have_client) {
		fprintf(stderr,
			"smbguard: --client \"%s\" is no address and no "
			"network (192.0.2.0/24)\n",
			text);
	}
	return r->have_client;
}

static bool prepare_whatif(TALLOC_CTX *mem_ctx,
			   struct sg_report *r,
			   const struct sg_report_arguments *a)
{
	if (a->conditions != NULL && a->config != NULL) {
		fprintf(stderr,
			"smbguard: --if and --config: give one of them\n");
		return false;
	}
	if (a->conditions != NULL) {
		r->whatif_options = (const char **)a->conditions;
		r->whatif = sg_whatif_new(mem_ctx,
					  r->whatif_options,
					  a->shares != NULL);
		return r->whatif != NULL;
	}
	if (a->config != NULL) {
		r->whatif_conf = a->config;
		r->whatif = sg_whatif_of_conf(mem_ctx,
					      a->config,
					      (time_t)(r->made / 1000000));
		return r->whatif != NULL;
	}
	return true;
}

static bool prepare_files(TALLOC_CTX *mem_ctx,
			  struct sg_report *r,
			  const struct sg_report_arguments *a)
{
	const char *problem = NULL;

	if (a->files == 0 && (a->accounts != NULL || a->paths != NULL)) {
		problem = "--account and --path go with --files";
	} else if (a->files != 0 && r->whatif != NULL) {
		problem = "--files and --if or --config: give one of them";
	} else if (a->files != 0 && r->format == SG_FORMAT_OPENMETRICS) {
		problem = "--files has the formats text, json, csv and html";
	}
	if (problem != NULL) {
		fprintf(stderr, "smbguard: %s\n", problem);
		return false;
	}
	if (a->files == 0) {
		return true;
	}
	r->files = sg_files_new(mem_ctx,
				(const char **)a->accounts,
				(const char **)a->paths);
	if (r->files == NULL) {
		fprintf(stderr, "smbguard: out of memory\n");
	}
	return r->files != NULL;
}

bool sg_report_asked(TALLOC_CTX *mem_ctx,
		     struct sg_report *r,
		     const struct sg_report_arguments *a)
{
	const char *conf =
		a->smb_conf != NULL ? a->smb_conf : SMBGUARD_CONFIGFILE;
	struct timeval now = {0};
	bool ok;

	gettimeofday(&now, NULL);
	r->made = (int64_t)now.tv_sec * 1000000 + now.tv_usec;
	r->shares = (const char **)a->shares;
	r->line = talloc_new(mem_ctx);
	ok = parse_format(a->format, &r->format) &&
	     parse_time("--since", a->since, &r->have_since, &r->since) &&
	     parse_time("--until", a->until, &r->have_until, &r->until) &&
	     parse_client(r, a->client) && prepare_whatif(mem_ctx, r, a) &&
	     prepare_files(mem_ctx, r, a);
	if (ok && r->have_since && r->have_until && r->since >= r->until) {
		fprintf(stderr,
			"smbguard: --since is not before --until: no event is "
			"of such a time\n");
		return false;
	}
	if (!ok) {
		return false;
	}
	r->in_force = sg_in_force_read(mem_ctx, conf);
	ok = sg_seen_begin(mem_ctx, &r->seen) && r->in_force != NULL &&
	     r->line != NULL;
	if (!ok) {
		fprintf(stderr, "smbguard: out of memory\n");
	}
	return ok;
}
