/*
 * smbguard doctor: one client of each dialect
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbclient asks, without an account, for IPC$ and nothing behind it. Whether
 * it was refused it says itself; by whom, and why, the event says that came
 * of it.
 *
 * How it fails: without smbclient, or without an answer in time, it is not
 * told what a dialect gets.
 */

#include "doctor.h"

#include <string.h>

#include "common/run.h"

#define SECONDS "15"
#define PATIENCE 3000000LL /* microseconds */
#define NOT_FOUND 127	   /* as timeout(1) says it */

static const enum sg_dialect dialects[] = {
	SG_DIALECT_NT1,
	SG_DIALECT_SMB2_02,
	SG_DIALECT_SMB2_10,
	SG_DIALECT_SMB3_00,
	SG_DIALECT_SMB3_02,
	SG_DIALECT_SMB3_11,
};

/* What smbclient printed, NULL without an answer */
static char *ask(struct sg_doctor *d, const char *dialect, int *status)
{
	char *port = talloc_asprintf(d, "--port=%u", d->port);
	char *server = talloc_asprintf(d, "//%s/IPC$", d->address);
	char *limits[4] = {
		talloc_asprintf(d, "--option=client min protocol=%s", dialect),
		talloc_asprintf(d, "--option=client max protocol=%s", dialect),
		talloc_asprintf(d,
				"--option=client ipc min protocol=%s",
				dialect),
		talloc_asprintf(d,
				"--option=client ipc max protocol=%s",
				dialect),
	};
	const char *const argv[] = {
		"timeout",
		SECONDS,
		"smbclient",
		"--configfile=/dev/null",
		port,
		limits[0],
		limits[1],
		limits[2],
		limits[3],
		"--user=%",
		"--no-pass",
		server,
		"-c",
		"quit",
		NULL,
	};
	size_t i;

	for (i = 0; i < 4; i++) {
		d->ok = d->ok && limits[i] != NULL;
	}
	d->ok = d->ok && port != NULL && server != NULL;
	return d->ok ? sg_run(d, argv, status) : NULL;
}

static bool is(const json_t *event, const char *name, const char *value)
{
	const char *text = sg_event_text(event, name, NULL);

	return text != NULL && strcmp(text, value) == 0;
}

/* The negotiate event of this machine's client of a dialect, or NULL */
static json_t *negotiate_of(const struct sg_doctor *d,
			    json_t *events,
			    const char *dialect)
{
	json_t *event = NULL;
	size_t i;

	json_array_foreach(events, i, event)
	{
		if (is(event, "event", "negotiate") &&
		    is(event, "dialect", dialect) &&
		    is(event, "clientAddress", d->address)) {
			return event;
		}
	}
	return NULL;
}

/* A refusal of that connection's logon, or NULL */
static json_t *logon_refused(json_t *events, const json_t *negotiate)
{
	const char *id = sg_event_text(negotiate, "connectionId", NULL);
	json_t *event = NULL;
	size_t i;

	json_array_foreach(events, i, event)
	{
		if (id != NULL && is(event, "connectionId", id) &&
		    is(event, "outcome", "denied")) {
			return event;
		}
	}
	return NULL;
}

static json_t *wait_for_event(struct sg_doctor *d,
			      struct sg_record *record,
			      const char *dialect)
{
	int64_t deadline = sg_doctor_now() + PATIENCE;
	json_t *found = NULL;

	if (record == NULL || !d->event_came) {
		return NULL;
	}
	while (found == NULL) {
		found = negotiate_of(d, sg_record_read(record), dialect);
		if (found == NULL) {
			if (sg_doctor_now() > deadline) {
				return NULL;
			}
			sg_doctor_nap();
		}
	}
	return found;
}

static void judge_event(struct sg_doctor *d,
			struct sg_record *record,
			json_t *event,
			struct sg_doctor_probe *probe)
{
	const char *option = NULL;

	if (!is(event, "outcome", "denied")) {
		json_t *later = logon_refused(sg_record_read(record), event);

		/* Its words differ from release to release. */
		if (later != NULL || probe->got != SG_GOT_IN) {
			probe->got = SG_GOT_NO_LOGON;
		}
		event = later != NULL ? later : event;
	} else {
		option = sg_event_text(event, "policy.option", NULL);
		probe->got = option != NULL && strncmp(option,
						       SG_OPTION_PREFIX ":",
						       9) == 0
				     ? SG_GOT_BY_SMBGUARD
				     : SG_GOT_BY_SMBD;
	}
	probe->reason = talloc_strdup(d, sg_event_text(event, "reason", NULL));
}

static void judge_answer(struct sg_doctor_probe *probe,
			 const char *text,
			 int status)
{
	if (text == NULL || status == NOT_FOUND || status > 1) {
		probe->got = SG_GOT_UNTOLD;
	} else if (status == 0) {
		probe->got = SG_GOT_IN;
	} else if (strstr(text, "negotiation failed") != NULL ||
		   strstr(text, "Protocol negotiation") != NULL) {
		probe->got = SG_GOT_BY_SMBD;
	} else if (strstr(text, "session setup failed") != NULL ||
		   strstr(text, "tree connect failed") != NULL) {
		probe->got = SG_GOT_NO_LOGON;
	} else {
		probe->got = SG_GOT_NOTHING;
	}
}

static void probe_one(struct sg_doctor *d,
		      struct sg_record *record,
		      struct sg_doctor_probe *probe)
{
	const char *name = sg_dialect_name(probe->dialect);
	json_t *event = NULL;
	char *text = NULL;
	int status = 1;
	bool in;

	if (record != NULL) {
		sg_record_forget(record);
	}
	text = ask(d, name, &status);
	judge_answer(probe, text, status);
	if (probe->got != SG_GOT_UNTOLD) {
		event = wait_for_event(d, record, name);
	}
	if (event != NULL) {
		judge_event(d, record, event, probe);
	}
	in = probe->got == SG_GOT_IN || probe->got == SG_GOT_NO_LOGON;
	probe->differs =
		(in && probe->policy_refuses) ||
		(probe->got == SG_GOT_BY_SMBGUARD && !probe->policy_refuses);
}

static void tell(struct sg_doctor *d)
{
	size_t in = 0;
	size_t untold = 0;
	size_t i;

	for (i = 0; i < d->num_probes; i++) {
		const struct sg_doctor_probe *p = &d->probes[i];

		in += p->got == SG_GOT_IN || p->got == SG_GOT_NO_LOGON;
		untold += p->got == SG_GOT_UNTOLD;
		if (p->differs) {
			sg_doctor_add(
				d,
				SG_DOCTOR_WRONG,
				"differs",
				"`smbguard check`, then " SG_DOCTOR_RESTART ".",
				"%s does not get what the policy says: "
				"see the table.",
				sg_dialect_name(p->dialect));
		}
	}
	if (untold > 0) {
		sg_doctor_add(d,
			      SG_DOCTOR_UNTOLD,
			      "dialects-untold",
			      "Install smbclient, or use --no-dialects.",
			      "smbclient could not be asked what each dialect "
			      "gets.");
	} else if (in == 0) {
		sg_doctor_add(d,
			      SG_DOCTOR_WRONG,
			      "no-dialect",
			      "See the reasons below.",
			      "No dialect gets in.");
	}
}

void sg_doctor_dialects(struct sg_doctor *d, struct sg_record *record)
{
	size_t num = sizeof(dialects) / sizeof(dialects[0]);
	size_t i;

	d->probes = talloc_zero_array(d, struct sg_doctor_probe, num);
	if (d->probes == NULL) {
		d->ok = false;
		return;
	}
	for (i = 0; d->ok && i < num; i++) {
		struct sg_doctor_probe *probe = &d->probes[i];

		probe->dialect = dialects[i];
		d->ok = sg_doctor_expect(d, probe);
		if (d->ok) {
			probe_one(d, record, probe);
		}
		d->num_probes = i + 1;
	}
	tell(d);
}
