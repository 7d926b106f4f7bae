/*
 * smbguard(8): report
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who was refused, or would be: reads events, and writes one row for all
 * accesses of a kind.
 *
 * How it fails: a line that is no event is counted and passed over. A file
 * that cannot be read is told, the report of the others is written all the
 * same, and the exit code is 2.
 */

#include "report.h"

#include <popt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "smbguard_config.h"
#include "common/tool.h"

/* Of popt: what was given. Lists end with a NULL, or are NULL. */
struct arguments {
	char *since;
	char *until;
	char *client;
	char *format;
	char *directory;
	char **shares;
	char **conditions;
	int journal;
};

static const char *const formats[] = {
	[SG_FORMAT_TEXT] = "text",
	[SG_FORMAT_JSON] = "json",
	[SG_FORMAT_CSV] = "csv",
	[SG_FORMAT_HTML] = "html",
	[SG_FORMAT_OPENMETRICS] = "openmetrics",
	NULL,
};

static const char help[] =
	"\n"
	"Tells who was refused, and who would be refused in audit mode: client,\n"
	"account, share, what was used and what was lacking, how often, and when\n"
	"first and last. Reads FILEs of JSON lines; \"-\" is standard input, and\n"
	".gz, .xz, .zst and .bz2 are decompressed. Without any it reads\n"
	"  " SG_DEFAULT_AUDIT_FILE "\n"
	"\n"
	"TIME is a date (its first moment, UTC), an RFC 3339 time\n"
	"(2026-11-22T12:00:00Z), or an age: 30m, 12h, 7d. --since is included,\n"
	"--until is not.\n"
	"\n"
	"--if asks what a policy would have said of those who were let in:\n"
	"  smbguard report --if \"encryption=required\" --share payroll\n"
	"It takes encryption, min protocol, signing, guest, ntlm, encryption\n"
	"algorithms and signing algorithms, as in smb.conf and as often as\n"
	"needed. With --share it is the policy of that share, without that of\n"
	"[global]. What is set in smb.conf, and exceptions, do not count; of\n"
	"several things that a client lacks one is told. What the log does not\n"
	"tell is \"unknown\".\n"
	"\n"
	"At most 100000 rows are kept, the rest is counted in rows of others;\n"
	"values longer than 256 bytes are cut.\n"
	"\n"
	"Exit code: 0 nobody was or would be refused, 1 somebody was or would\n"
	"be, 2 it could not be answered, or not of all.\n"
	"\n"
	"  smbguard report --since 7d\n"
	"  smbguard report --format=html /var/log/samba/smbguard.jsonl* >r.html\n";

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
	r->have_client = sg_network_parse(text, &r->client);
	if (!r->have_client) {
		fprintf(stderr,
			"smbguard: --client \"%s\" is no address and no "
			"network (192.0.2.0/24)\n",
			text);
	}
	return r->have_client;
}

static bool prepare(TALLOC_CTX *mem_ctx,
		    struct sg_report *r,
		    const struct arguments *a)
{
	bool ok;

	r->shares = (const char **)a->shares;
	ok = parse_format(a->format, &r->format) &&
	     parse_time("--since", a->since, &r->have_since, &r->since) &&
	     parse_time("--until", a->until, &r->have_until, &r->until) &&
	     parse_client(r, a->client);
	if (ok && r->have_since && r->have_until && r->since >= r->until) {
		fprintf(stderr,
			"smbguard: --since is not before --until: no event is "
			"of such a time\n");
		return false;
	}
	if (ok && a->conditions != NULL) {
		r->whatif_options = (const char **)a->conditions;
		r->whatif = sg_whatif_new(mem_ctx,
					  r->whatif_options,
					  a->shares != NULL);
		ok = r->whatif != NULL;
	}
	return ok;
}

static bool read_journal(struct sg_report *r, const char *directory)
{
	struct sg_journal *journal = sg_journal_open(directory);
	bool ok;

	if (journal == NULL) {
		return false;
	}
	ok = sg_journal_read(journal, sg_report_line, r);
	sg_journal_close(journal);
	return ok;
}

static bool read_input(struct sg_report *r,
		       const struct arguments *a,
		       const char **files)
{
	bool ok = true;

	if (a->journal != 0 || a->directory != NULL) {
		ok = read_journal(r, a->directory);
		if (files == NULL) {
			return ok;
		}
	}
	if (files == NULL) {
		return sg_read_file(SG_DEFAULT_AUDIT_FILE, sg_report_line, r);
	}
	for (; *files != NULL; files++) {
		bool whole = sg_read_file(*files, sg_report_line, r);

		ok = ok && whole;
	}
	return ok;
}

static bool write_report(struct sg_report *r)
{
	bool (*const writers[])(const struct sg_report *report, FILE *out) = {
		[SG_FORMAT_TEXT] = sg_report_text,
		[SG_FORMAT_JSON] = sg_report_json,
		[SG_FORMAT_CSV] = sg_report_csv,
		[SG_FORMAT_HTML] = sg_report_html,
		[SG_FORMAT_OPENMETRICS] = sg_report_openmetrics,
	};
	bool ok = sg_rows_sort(&r->rows);
	int ret;

	if (!ok) {
		fprintf(stderr, "smbguard: out of memory\n");
		return false;
	}
	ok = writers[r->format](r, stdout);
	ret = fflush(stdout);
	if (!ok || ret != 0) {
		perror("smbguard: standard output");
		return false;
	}
	return true;
}

static void free_list(char **list)
{
	size_t i;

	for (i = 0; list != NULL && list[i] != NULL; i++) {
		free(list[i]);
	}
	free(list);
}

/* popt gives copies. */
static void free_arguments(struct arguments *a)
{
	free(a->since);
	free(a->until);
	free(a->client);
	free(a->format);
	free(a->directory);
	free_list(a->shares);
	free_list(a->conditions);
}

static int run(const struct arguments *a, const char **files)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct sg_report *r = talloc_zero(mem_ctx, struct sg_report);
	int result = SG_EXIT_ERROR;
	bool answered;
	bool ok;

	if (r == NULL) {
		fprintf(stderr, "smbguard: out of memory\n");
		goto done;
	}
	ok = prepare(mem_ctx, r, a);
	if (!ok) {
		goto done;
	}
	r->partial = !read_input(r, a, files);
	if (r->lines > 0 && r->bad_lines == r->lines) {
		fprintf(stderr, "smbguard: no line was an event\n");
		r->partial = true;
	}
	answered = !r->partial;
	if (r->whatif != NULL && r->asked == 0) {
		fprintf(stderr,
			"smbguard: --if: there is nobody to ask of; no access "
			"that is asked for was allowed%s\n",
			a->shares != NULL ? " (is there such a share?)" : "");
		answered = false;
	}
	ok = write_report(r);
	if (!answered || !ok) {
		goto done;
	}
	if (r->refused > 0) {
		result = SG_EXIT_FINDINGS;
	} else if (r->unknown == 0) {
		result = SG_EXIT_OK;
	}
done:
	if (r != NULL) {
		sg_rows_free(&r->rows);
	}
	talloc_free(mem_ctx);
	return result;
}

/* clang-format off */
#define ARGUMENT(name, type, field, what, word) \
	{name, '\0', type, field, 0, what, word}
/* clang-format on */

int sg_command_report(int argc, const char **argv)
{
	struct arguments a = {.journal = 0};
	int want_help = 0;
	const struct poptOption table[] = {
		ARGUMENT("since",
			 POPT_ARG_STRING,
			 &a.since,
			 "events of this time and later",
			 "TIME"),
		ARGUMENT("until",
			 POPT_ARG_STRING,
			 &a.until,
			 "events before this time",
			 "TIME"),
		ARGUMENT("share",
			 POPT_ARG_ARGV,
			 &a.shares,
			 "this share only; may be repeated",
			 "SHARE"),
		ARGUMENT("client",
			 POPT_ARG_STRING,
			 &a.client,
			 "this address or network only",
			 "ADDRESS"),
		ARGUMENT("if",
			 POPT_ARG_ARGV,
			 &a.conditions,
			 "ask who would break; may be repeated",
			 "OPTION=VALUE"),
		{"format",
		 'f',
		 POPT_ARG_STRING,
		 &a.format,
		 0,
		 "text, json, csv, html or openmetrics",
		 "FORMAT"},
		ARGUMENT("journal",
			 POPT_ARG_NONE,
			 &a.journal,
			 "read the systemd journal",
			 NULL),
		ARGUMENT("journal-directory",
			 POPT_ARG_STRING,
			 &a.directory,
			 "read the journal files in a directory",
			 "DIR"),
		{"help", 'h', POPT_ARG_NONE, &want_help, 0, "show this", NULL},
		POPT_TABLEEND,
	};
	poptContext context = NULL;
	int result = SG_EXIT_ERROR;
	int ret;

	argv[0] = "smbguard report"; /* what popt calls it */
	context = poptGetContext("report", argc, argv, table, 0);
	poptSetOtherOptionHelp(context, "[OPTION...] [FILE...]");
	ret = poptGetNextOpt(context);
	if (ret < -1) {
		fprintf(stderr,
			"smbguard: %s: %s; see `smbguard report --help`\n",
			poptBadOption(context, 0),
			poptStrerror(ret));
	} else if (want_help != 0) {
		poptPrintHelp(context, stdout, 0);
		fputs(help, stdout);
		result = SG_EXIT_OK;
	} else {
		result = run(&a, poptGetArgs(context));
	}
	free_arguments(&a);
	poptFreeContext(context);
	return result;
}
