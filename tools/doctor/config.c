/*
 * smbguard doctor: was the configuration changed since smbd read it?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd reads a changed smb.conf by itself: for each new connection before it
 * loads modules, and for those that are there once a minute or so. So a change
 * counts for whoever comes after it; who came before was let in by what it
 * said before. Ports and the like smbd reads when it is started, and nobody can
 * see from outside whether somebody has made it read them again.
 *
 * How it fails: an older file that was put in place of another has its old
 * time; the kernel's own time of it then tells only that something was done.
 */

#include "doctor.h"

#include <string.h>
#include <sys/stat.h>

#include "check/check.h"

/* It reads its files a moment after it began. */
#define MOMENT 1000000LL

/* When files of the configuration were changed last */
struct changed {
	int64_t written;
	int64_t touched; /* written, renamed, or its mode changed */
	const char *file;
	bool registry;
};

static int64_t microseconds(const struct timespec *t)
{
	return t->tv_sec * 1000000LL + t->tv_nsec / 1000;
}

static void look(struct sg_doctor *d, struct changed *c, const char *file)
{
	struct stat st = {0};
	int ret;

	if (file == NULL || (c->file != NULL && strcmp(c->file, file) == 0)) {
		return;
	}
	if (strcmp(file, "registry") == 0) {
		c->registry = true;
		return;
	}
	ret = stat(sg_doctor_seen(d, file), &st);
	if (ret != 0) {
		return;
	}
	if (microseconds(&st.st_mtim) > c->written) {
		c->written = microseconds(&st.st_mtim);
		c->file = file;
	}
	if (microseconds(&st.st_ctim) > c->touched) {
		c->touched = microseconds(&st.st_ctim);
	}
}

static void look_at_all(struct sg_doctor *d, struct changed *c)
{
	const char *last = NULL;
	size_t i;
	size_t j;

	look(d, c, d->conf->path);
	for (i = 0; i < d->conf->num_sections; i++) {
		const struct sg_conf_section *s = &d->conf->sections[i];

		for (j = 0; j < s->num_params; j++) {
			const char *file = s->params[j].file;

			if (last == NULL || strcmp(last, file) != 0) {
				look(d, c, file);
				last = file;
			}
		}
	}
}

static size_t older_than(const struct sg_doctor *d, int64_t when)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < d->num_processes; i++) {
		bool older = d->processes[i].started + MOMENT < when;

		count += older ? 1 : 0;
	}
	return count;
}

static void tell_changed(struct sg_doctor *d, const struct changed *c)
{
	size_t older = older_than(d, c->written);
	char when[SG_TIME_SIZE];

	sg_doctor_add(d,
		      SG_DOCTOR_NOTE,
		      "config-changed",
		      SG_DOCTOR_RESTART
		      ", if ports, interfaces or the log were changed.",
		      "%s was changed at %s, since smbd was started. Who comes "
		      "now gets what it says now. Whether smbd has read again "
		      "what it reads when it is started cannot be told.",
		      c->file,
		      sg_time_text(c->written, when));
	if (older > 0) {
		sg_doctor_add(d,
			      SG_DOCTOR_WRONG,
			      "config-newer",
			      "`smbguard status` tells who would be refused "
			      "now; to have all start over, " SG_DOCTOR_RESTART,
			      "Clients were let in before %s was changed, by "
			      "what it said then: %zu.",
			      c->file,
			      older);
	}
}

static void check_times(struct sg_doctor *d)
{
	struct changed c = {.file = NULL};

	look_at_all(d, &c);
	if (c.file == NULL) {
		sg_doctor_add(d,
			      SG_DOCTOR_UNTOLD,
			      "config-untold",
			      NULL,
			      "When %s was changed cannot be told.",
			      d->conf->path);
		return;
	}
	if (c.written > d->started + MOMENT) {
		tell_changed(d, &c);
	} else if (c.touched > d->started + MOMENT) {
		sg_doctor_add(d,
			      SG_DOCTOR_NOTE,
			      "config-touched",
			      NULL,
			      "%s has the time of before smbd was started, but "
			      "something was done to it since. Whether it was "
			      "replaced cannot be told.",
			      c.file);
	} else {
		sg_doctor_add(d,
			      SG_DOCTOR_WELL,
			      "config",
			      NULL,
			      "The configuration is what it was when smbd was "
			      "started.");
	}
	if (c.registry) {
		sg_doctor_add(d,
			      SG_DOCTOR_NOTE,
			      "config-registry",
			      NULL,
			      "When the registry was changed cannot be told.");
	}
}

static void check_findings(struct sg_doctor *d)
{
	struct sg_check *check = sg_check_new(d, d->conf);
	size_t errors = 0;
	size_t first = 0;
	size_t i;

	if (check != NULL) {
		sg_check_all(check);
	}
	if (check == NULL || !check->ok) {
		d->ok = false;
		return;
	}
	for (i = check->num_findings; i > 0; i--) {
		if (check->findings[i - 1].grade == SG_GRADE_ERROR) {
			first = i - 1;
			errors++;
		}
	}
	if (errors > 0) {
		sg_doctor_add(d,
			      SG_DOCTOR_WRONG,
			      "config-errors",
			      "smbguard check",
			      "`smbguard check` finds errors (%zu), the first: "
			      "%s",
			      errors,
			      check->findings[first].what);
	}
}

void sg_doctor_config(struct sg_doctor *d)
{
	if (d->server != 0) {
		check_times(d);
	}
	if (d->settings->mode == SG_MODE_AUDIT) {
		sg_doctor_add(d,
			      SG_DOCTOR_NOTE,
			      "audit-mode",
			      NULL,
			      "smbguard:mode = audit in [global]: nobody is "
			      "refused, but at shares with smbguard:mode = "
			      "enforce.");
	}
	check_findings(d);
}
