/*
 * smbguard(8): report
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who was refused, or would be: reads events, and writes one row for all
 * accesses of a kind, and beside them what the record is of.
 *
 * How it fails: a line that is no event is counted and passed over. A file
 * that cannot be read is told, the report of the others is written all the
 * same, and the exit code is 2. Where there was nothing to judge, the answer
 * is that there is none, and 2.
 */

#include "report.h"

#include <popt.h>
#include <stdlib.h>
#include <string.h>

#include "smbguard_config.h"
#include "asked.h"
#include "common/tool.h"
#include "files.h"
#include "inforce.h"

static const char help[] =
	"\n"
	"Tells who was refused, and who would be refused in audit mode: client,\n"
	"account, share, what was used and what was lacking, how often, and when\n"
	"first and last; and of what period and policy that is, which shares were\n"
	"ready for encryption, which exceptions were used, and what the record\n"
	"lacks. Reads FILEs of JSON lines; \"-\" is standard input, and .gz, .xz,\n"
	".zst and .bz2 are decompressed. Without any it reads what smb.conf names\n"
	"as audit file (or the journal, if it names that alone), or\n"
	"  " SG_DEFAULT_AUDIT_FILE "\n"
	"With --since also what was rotated away from it (FILE.1, FILE.2.gz,\n"
	"FILE-20261122).\n"
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
	"--config asks the same of a whole smb.conf, as if all of it were\n"
	"enforced, with its exceptions as they are now.\n"
	"\n"
	"--files asks who read, changed and deleted which files, as far as\n"
	"\"file events\" in smb.conf had that recorded; what was not encrypted\n"
	"comes first. An account is alice or DOMAIN\\alice. A PATTERN has * and\n"
	"?; without a slash it is for the last name of a path, with one for the\n"
	"whole path in its share:\n"
	"  smbguard report --files --since 7d --path \"*.xlsx\"\n"
	"  smbguard report --files --account alice --path \"Accounts/*\"\n"
	"\n"
	"At most 100000 rows are kept, the rest is counted in rows of others;\n"
	"values longer than 256 bytes are cut, paths longer than 1024. Of files,\n"
	"at most 100000 paths and rows are kept, and sums are of all.\n"
	"\n"
	"Exit code: 0 nobody was or would be refused, 1 somebody was or would\n"
	"be, 2 it could not be answered (no event is no answer), or not of all.\n"
	"With --files it is 0 or 2.\n"
	"\n"
	"  smbguard report --since 7d\n"
	"  smbguard report --since 30d --config new.conf\n"
	"  smbguard report --since 30d --format=html >report.html\n";

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

/* Does smb.conf send events to the journal, and to no file? */
static bool is_in_journal(const struct sg_in_force *f)
{
	unsigned audit = f->error == NULL ? f->global->audit : 0;

	return (audit & SG_AUDIT_JOURNAL) != 0 && (audit & SG_AUDIT_FILE) == 0;
}

static bool read_input(struct sg_report *r,
		       const struct sg_report_arguments *a,
		       const char **files)
{
	const char *usual[] = {sg_in_force_audit_file(r->in_force), NULL};
	bool journal = files == NULL && is_in_journal(r->in_force);
	bool ok = true;
	bool whole;

	if (a->journal != 0 || a->directory != NULL || journal) {
		ok = read_journal(r, a->directory);
		if (files == NULL) {
			return ok;
		}
	}
	if (usual[0] == NULL) {
		usual[0] = SG_DEFAULT_AUDIT_FILE;
	}
	whole = (files != NULL || sg_is_record(usual[0])) &&
		sg_read_parts(r, files != NULL ? files : usual);
	return ok && whole;
}

/* An answer needs somebody who came. */
const char *sg_report_nothing(const struct sg_report *r)
{
	const uint64_t *kinds = r->seen.kinds;

	if (r->lines == 0 && r->partial) {
		return "There is no record: nothing could be read.";
	}
	if (r->lines == 0) {
		return "There is no record: what was read is empty. Is "
		       "smbguard loaded? See smbguard check.";
	}
	if (r->record.count == 0) {
		return "There is no record: no line was an event.";
	}
	if (r->seen.events.count == 0) {
		return "There is no event of the period that is asked for.";
	}
	if (kinds[SG_EVENT_NEGOTIATE] + kinds[SG_EVENT_SESSION] +
			    kinds[SG_EVENT_SHARE_CONNECT] ==
		    0 &&
	    sg_seen_files(&r->seen) > 0) {
		return "Nobody connected in the period; there are events of "
		       "files alone: see smbguard report --files.";
	}
	if (kinds[SG_EVENT_NEGOTIATE] + kinds[SG_EVENT_SESSION] +
		    kinds[SG_EVENT_SHARE_CONNECT] ==
	    0) {
		return r->shares != NULL || r->have_client
			       ? "There is no event of what is asked for: is "
				 "there such a share, such a client?"
			       : "There is no event of a client in the period.";
	}
	return NULL;
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
	bool (*const of_files[])(const struct sg_report *report, FILE *out) = {
		[SG_FORMAT_TEXT] = sg_files_text,
		[SG_FORMAT_JSON] = sg_files_json,
		[SG_FORMAT_CSV] = sg_files_csv,
		[SG_FORMAT_HTML] = sg_files_html,
	};
	bool ok = sg_rows_sort(&r->rows);
	int ret;

	if (!ok || sg_seen_is_out_of_memory(&r->seen) ||
	    (r->files != NULL && sg_files_is_out_of_memory(r->files))) {
		fprintf(stderr, "smbguard: out of memory\n");
		return false;
	}
	ok = r->files != NULL ? of_files[r->format](r, stdout)
			      : writers[r->format](r, stdout);
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
static void free_arguments(struct sg_report_arguments *a)
{
	free(a->since);
	free(a->until);
	free(a->client);
	free(a->format);
	free(a->directory);
	free(a->config);
	free(a->smb_conf);
	free_list(a->shares);
	free_list(a->conditions);
	free_list(a->accounts);
	free_list(a->paths);
}

static int run(const struct sg_report_arguments *a, const char **files)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	struct sg_report *r = talloc_zero(mem_ctx, struct sg_report);
	const char *nothing = NULL;
	int result = SG_EXIT_ERROR;
	bool answered;
	bool ok;

	if (r == NULL) {
		fprintf(stderr, "smbguard: out of memory\n");
		goto done;
	}
	ok = sg_report_asked(mem_ctx, r, a);
	if (!ok) {
		goto done;
	}
	r->partial = !read_input(r, a, files);
	if (r->files != NULL) {
		sg_files_end(r->files);
	}
	nothing = r->files != NULL ? sg_files_nothing(r) : sg_report_nothing(r);
	answered = !r->partial && nothing == NULL;
	if (nothing != NULL) {
		fprintf(stderr, "smbguard: %s\n", nothing);
	} else if (r->whatif != NULL && r->asked == 0) {
		fprintf(stderr,
			"smbguard: %s: there is nobody to ask of; no access "
			"that is asked for was allowed%s\n",
			a->config != NULL ? "--config" : "--if",
			a->shares != NULL ? " (is there such a share?)" : "");
		answered = false;
	}
	ok = write_report(r);
	if (!answered || !ok) {
		goto done;
	}
	if (r->refused > 0 && r->files == NULL) {
		result = SG_EXIT_FINDINGS;
	} else if (r->unknown == 0 || r->files != NULL) {
		result = SG_EXIT_OK;
	}
done:
	if (r != NULL) {
		sg_rows_free(&r->rows);
		sg_seen_end(&r->seen);
		sg_files_free(r->files);
	}
	talloc_free(mem_ctx);
	return result;
}

static int answer(poptContext context,
		  const struct sg_report_arguments *a,
		  const int *want_help)
{
	int ret = poptGetNextOpt(context);

	if (ret < -1) {
		fprintf(stderr,
			"smbguard: %s: %s; see `smbguard report --help`\n",
			poptBadOption(context, 0),
			poptStrerror(ret));
		return SG_EXIT_ERROR;
	}
	if (*want_help != 0) {
		poptPrintHelp(context, stdout, 0);
		fputs(help, stdout);
		return SG_EXIT_OK;
	}
	return run(a, poptGetArgs(context));
}

/* clang-format off */
#define ARGUMENT(name, type, field, what, word) \
	{name, '\0', type, field, 0, what, word}
#define FLAG(name, field, what) ARGUMENT(name, POPT_ARG_NONE, field, what, NULL)
/* clang-format on */

int sg_command_report(int argc, const char **argv)
{
	struct sg_report_arguments a = {.journal = 0};
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
		FLAG("files",
		     &a.files,
		     "who read, changed and deleted which files"),
		ARGUMENT("account",
			 POPT_ARG_ARGV,
			 &a.accounts,
			 "of files: this account only; may be repeated",
			 "NAME"),
		ARGUMENT("path",
			 POPT_ARG_ARGV,
			 &a.paths,
			 "of files: such names only; may be repeated",
			 "PATTERN"),
		ARGUMENT("if",
			 POPT_ARG_ARGV,
			 &a.conditions,
			 "ask who would break; may be repeated",
			 "OPTION=VALUE"),
		ARGUMENT("config",
			 POPT_ARG_STRING,
			 &a.config,
			 "ask who would break with this smb.conf",
			 "FILE"),
		ARGUMENT("smb-conf",
			 POPT_ARG_STRING,
			 &a.smb_conf,
			 "the smb.conf of which the policy is told",
			 "FILE"),
		{"format",
		 'f',
		 POPT_ARG_STRING,
		 &a.format,
		 0,
		 "text, json, csv, html or openmetrics",
		 "FORMAT"},
		FLAG("journal", &a.journal, "read the systemd journal"),
		ARGUMENT("journal-directory",
			 POPT_ARG_STRING,
			 &a.directory,
			 "read the journal files in a directory",
			 "DIR"),
		{"help", 'h', POPT_ARG_NONE, &want_help, 0, "show this", NULL},
		POPT_TABLEEND,
	};
	poptContext context = NULL;
	int result;

	argv[0] = "smbguard report"; /* what popt calls it */
	context = poptGetContext("report", argc, argv, table, 0);
	poptSetOtherOptionHelp(context, "[OPTION...] [FILE...]");
	result = answer(context, &a, &want_help);
	free_arguments(&a);
	poptFreeContext(context);
	return result;
}
