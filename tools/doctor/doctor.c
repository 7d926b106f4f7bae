/*
 * smbguard doctor: is the running smbd guarded?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `smbguard check` reads smb.conf; this looks at the processes that run by it,
 * at what they write, and at what clients of each dialect get.
 *
 * How it fails: what cannot be seen is said to be so, and exit status 2.
 */

#include "doctor.h"
#include "common/tool.h"

#include <popt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "smbguard_config.h"

#define NAP_NSEC 20000000

/* What the command line asks for */
struct asked {
	const char *path;
	bool json;
	bool probe;
	bool dialects;
};

static const char more_help[] =
	"\n"
	"Is the running smbd guarded? Looks at its processes and the smbguard.so "
	"in them,\n"
	"at smb.conf and whether it was changed since, at where events go, and "
	"connects\n"
	"to smbd: once without a word, to see that an event comes of it, and "
	"once with\n"
	"each dialect. Be root.\n"
	"\n"
	"The first line is a summary, for monitoring.\n"
	"\n"
	"Exit status: 0 all is well, 1 something is wrong, 2 it cannot be "
	"told.\n";

void sg_doctor_add(struct sg_doctor *d,
		   enum sg_doctor_grade grade,
		   const char *id,
		   const char *remedy,
		   const char *fmt,
		   ...)
{
	struct sg_doctor_row row = {.grade = grade, .id = id, .remedy = remedy};
	va_list args;

	va_start(args, fmt);
	row.what = talloc_vasprintf(d, fmt, args);
	va_end(args);
	d->rows = talloc_realloc(d,
				 d->rows,
				 struct sg_doctor_row,
				 d->num_rows + 1);
	if (d->rows == NULL || row.what == NULL) {
		d->num_rows = 0;
		d->ok = false;
		return;
	}
	d->rows[d->num_rows++] = row;
}

const char *sg_doctor_seen(struct sg_doctor *d, const char *path)
{
	const char *seen = path;

	if (d->server != 0 && path[0] == '/') {
		seen = talloc_asprintf(d, "/proc/%ld/root%s", d->server, path);
	}
	d->ok = d->ok && seen != NULL;
	return seen != NULL ? seen : path;
}

int64_t sg_doctor_now(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

void sg_doctor_nap(void)
{
	const struct timespec moment = {.tv_nsec = NAP_NSEC};

	nanosleep(&moment, NULL);
}

static void look_at_server(struct sg_doctor *d, const struct asked *asked)
{
	struct sg_record *record = NULL;

	if (asked->probe) {
		record = sg_record_begin(d);
		sg_doctor_connect(d, record);
	} else {
		sg_doctor_processes(d, 0);
	}
	if (d->num_processes == 0) {
		sg_doctor_add(
			d,
			SG_DOCTOR_UNTOLD,
			"no-process",
			asked->probe ? NULL : "Ask without --no-probe.",
			"No process serves a client. smbd loads the module "
			"for clients only, so whether it would cannot be "
			"told.");
	}
	if (asked->dialects && d->port != 0) {
		sg_doctor_dialects(d, record);
	}
}

static int run(TALLOC_CTX *frame, const struct asked *asked)
{
	struct sg_doctor *d = talloc_zero(frame, struct sg_doctor);
	const char *error = "out of memory";
	static const int codes[] = {
		[SG_DOCTOR_WELL] = SG_EXIT_OK,
		[SG_DOCTOR_NOTE] = SG_EXIT_OK,
		[SG_DOCTOR_UNTOLD] = SG_EXIT_ERROR,
		[SG_DOCTOR_WRONG] = SG_EXIT_FINDINGS,
	};
	bool printed = true;

	if (d != NULL) {
		d->ok = true;
		d->conf = sg_conf_read(d, asked->path, &error);
	}
	if (d == NULL || d->conf == NULL) {
		fprintf(stderr, "smbguard doctor: %s\n", error);
		return SG_EXIT_ERROR;
	}
	d->settings = sg_conf_settings(d, &d->conf->sections[0]);
	d->preload = sg_conf_preload(d, d->conf);
	if (d->settings != NULL && sg_doctor_find(d)) {
		look_at_server(d, asked);
	}
	if (d->settings != NULL) {
		sg_doctor_config(d);
		sg_doctor_sinks(d);
	}
	if (d->settings == NULL || !d->ok) {
		fprintf(stderr, "smbguard doctor: out of memory\n");
		return SG_EXIT_ERROR;
	}
	if (asked->json) {
		printed = sg_doctor_print_json(d);
	} else {
		sg_doctor_print(d);
	}
	if (!printed || fflush(stdout) != 0) {
		return SG_EXIT_ERROR;
	}
	return codes[sg_doctor_worst(d)];
}

static bool is_usable(poptContext pc, int opt, const char *format)
{
	if (opt < -1) {
		fprintf(stderr,
			"smbguard doctor: %s: %s; see `smbguard doctor "
			"--help`\n",
			poptBadOption(pc, POPT_BADOPTION_NOALIAS),
			poptStrerror(opt));
	} else if (format != NULL && strcmp(format, "json") != 0 &&
		   strcmp(format, "text") != 0) {
		fprintf(stderr,
			"smbguard doctor: --format is text or json, not %s\n",
			format);
	} else if (poptPeekArg(pc) != NULL) {
		fprintf(stderr,
			"smbguard doctor: \"%s\" is one word too many\n",
			poptPeekArg(pc));
	} else if (geteuid() != 0) {
		fprintf(stderr,
			"smbguard doctor: be root; only root sees smbd's "
			"processes and events\n");
	} else {
		return true;
	}
	return false;
}

int sg_command_doctor(int argc, const char **argv)
{
	char *format = NULL;
	char *path = NULL;
	int no_probe = 0;
	int no_dialects = 0;
	const struct poptOption table[] = {
		{"format",
		 'f',
		 POPT_ARG_STRING,
		 &format,
		 0,
		 "how to print: text (default) or json",
		 "FORMAT"},
		{"smb-conf",
		 's',
		 POPT_ARG_STRING,
		 &path,
		 0,
		 "the server's configuration [" SMBGUARD_CONFIGFILE "]",
		 "FILE"},
		{"no-probe",
		 '\0',
		 POPT_ARG_NONE,
		 &no_probe,
		 0,
		 "do not connect to smbd",
		 NULL},
		{"no-dialects",
		 '\0',
		 POPT_ARG_NONE,
		 &no_dialects,
		 0,
		 "connect once, and not with each dialect",
		 NULL},
		{"help", 'h', POPT_ARG_NONE, NULL, 'h', "this", NULL},
		POPT_TABLEEND};
	TALLOC_CTX *frame = talloc_new(NULL);
	int status = SG_EXIT_ERROR;
	poptContext pc;
	bool usable;
	int opt;

	argv[0] = "smbguard doctor"; /* for the usage line */
	pc = poptGetContext("smbguard doctor", argc, argv, table, 0);
	opt = poptGetNextOpt(pc);
	if (opt == 'h') {
		poptPrintHelp(pc, stdout, 0);
		fputs(more_help, stdout);
		status = SG_EXIT_OK;
	} else {
		usable = is_usable(pc, opt, format);
		if (usable) {
			const struct asked asked = {
				.path = path != NULL ? path
						     : SMBGUARD_CONFIGFILE,
				.json = format != NULL &&
					strcmp(format, "json") == 0,
				.probe = no_probe == 0,
				.dialects = no_dialects == 0,
			};

			status = run(frame, &asked);
		}
	}
	poptFreeContext(pc);
	free(format);
	free(path);
	talloc_free(frame);
	return status;
}
