/*
 * smbguard doctor: do those that serve clients have the module?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd loads smbguard.so in the process of each connection, not in the one that
 * accepts them. A process that serves nobody (smbd has some of its own) needs
 * no module. A process keeps the build that it began with.
 *
 * How it fails: a process that ends while it is looked at is left out.
 */

#include "doctor.h"

#include <string.h>

#define NAMED 5 /* in a sentence; the rest is counted */

static bool is_a_port(const struct sg_doctor *d,
		      const struct sg_doctor_socket *list,
		      size_t num,
		      uint16_t port)
{
	size_t i;

	for (i = 0; i < num; i++) {
		bool same = list[i].state == SG_TCP_LISTEN &&
			    list[i].local_port == port;

		if (same && sg_doctor_holds(d->server, list[i].inode)) {
			return true;
		}
	}
	return false;
}

/* Those of connections with clients come first; returns how many. */
static size_t keep_clients(const struct sg_doctor *d,
			   struct sg_doctor_socket *list,
			   size_t num)
{
	uint16_t known = 0; /* all have the same port, or two of them */
	size_t count = 0;
	size_t i;

	for (i = 0; i < num; i++) {
		struct sg_doctor_socket s = list[i];
		bool ours = s.state == SG_TCP_ESTABLISHED && s.inode != 0;

		if (ours && s.local_port != known) {
			ours = is_a_port(d, list, num, s.local_port);
			known = ours ? s.local_port : known;
		}
		if (ours) {
			list[i] = list[count];
			list[count++] = s;
		}
	}
	return count;
}

static const struct sg_doctor_socket *serves(
	long pid,
	const struct sg_doctor_socket *list,
	size_t num)
{
	const struct sg_doctor_socket *found = NULL;
	size_t num_inodes = 0;
	unsigned long *inodes = sg_doctor_inodes(NULL, pid, &num_inodes);
	size_t i;
	size_t j;

	for (i = 0; i < num_inodes; i++) {
		for (j = 0; found == NULL && j < num; j++) {
			found = list[j].inode == inodes[i] ? &list[j] : NULL;
		}
	}
	talloc_free(inodes);
	return found;
}

static void add_process(struct sg_doctor *d,
			long pid,
			const struct sg_doctor_socket *s,
			uint16_t own_port)
{
	struct sg_doctor_process p = {
		.pid = pid,
		.started = sg_doctor_started(pid),
		.client = talloc_strdup(d, s->remote),
		.probe = own_port != 0 && s->remote_port == own_port,
	};
	const char *path = d->preload;

	p.build = sg_doctor_mapped(d,
				   pid,
				   path ? sg_doctor_seen(d, path) : NULL,
				   &p.build_id);
	if (p.started == 0) {
		return;
	}
	d->processes = talloc_realloc(d,
				      d->processes,
				      struct sg_doctor_process,
				      d->num_processes + 1);
	if (d->processes == NULL || p.client == NULL) {
		d->num_processes = 0;
		d->ok = false;
		return;
	}
	d->processes[d->num_processes++] = p;
}

/* "4711 (192.0.2.7), 4712 (192.0.2.8) and 3 more" */
static const char *who(struct sg_doctor *d,
		       enum sg_doctor_build build,
		       size_t *count)
{
	char *text = talloc_strdup(d, "");
	size_t i;

	*count = 0;
	for (i = 0; text != NULL && i < d->num_processes; i++) {
		const struct sg_doctor_process *p = &d->processes[i];

		if (p->build != build) {
			continue;
		}
		if (++*count <= NAMED) {
			text = talloc_asprintf_append(text,
						      "%s%ld (%s)",
						      *count > 1 ? ", " : "",
						      p->pid,
						      p->client);
		}
	}
	if (text != NULL && *count > NAMED) {
		text = talloc_asprintf_append(text,
					      " and %zu more",
					      *count - NAMED);
	}
	return text != NULL ? text : "";
}

static void tell(struct sg_doctor *d)
{
	size_t count = 0;
	const char *names = who(d, SG_BUILD_NONE, &count);

	if (count > 0) {
		sg_doctor_add(
			d,
			SG_DOCTOR_WRONG,
			"module-missing",
			"`smbguard check`, and then " SG_DOCTOR_RESTART
			"; see also smbd's log.",
			"Processes without smbguard.so serve clients, and "
			"nothing guards them: %s.",
			names);
	}
	names = who(d, SG_BUILD_OTHER, &count);
	if (count > 0) {
		sg_doctor_add(d,
			      SG_DOCTOR_WRONG,
			      "module-old",
			      SG_DOCTOR_RESTART,
			      "Processes have another smbguard.so than the one "
			      "that is installed, as it was when their clients "
			      "came: %s.",
			      names);
	}
	names = who(d, SG_BUILD_UNTOLD, &count);
	if (count > 0) {
		sg_doctor_add(
			d,
			SG_DOCTOR_UNTOLD,
			"module-untold",
			SG_DOCTOR_RESTART,
			"Whether the smbguard.so of these is the one that "
			"is installed cannot be told: %s.",
			names);
	}
	who(d, SG_BUILD_INSTALLED, &count);
	if (count > 0 && count == d->num_processes) {
		const char *id = d->processes[0].build_id;

		sg_doctor_add(d,
			      SG_DOCTOR_WELL,
			      "module",
			      NULL,
			      "The installed smbguard.so is in all processes "
			      "that serve clients (%zu)%s%.12s.",
			      count,
			      id != NULL ? ", build " : "",
			      id != NULL ? id : "");
	}
}

void sg_doctor_processes(struct sg_doctor *d, uint16_t own_port)
{
	size_t num = 0;
	struct sg_doctor_socket *list = NULL;
	long *pids = sg_doctor_below(d, d->server);
	size_t i;

	list = sg_doctor_sockets(d, d->server, &num);
	if (list == NULL || pids == NULL) {
		d->ok = false;
		return;
	}
	num = keep_clients(d, list, num);
	for (i = 0; pids[i] != 0; i++) {
		const struct sg_doctor_socket *s = serves(pids[i], list, num);

		if (s != NULL) {
			add_process(d, pids[i], s, own_port);
		}
	}
	tell(d);
}
