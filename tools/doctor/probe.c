/*
 * smbguard doctor: one connection without a word
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd gives each connection a process, which loads its modules before it
 * reads. So a connection that says nothing is enough to see what a client's
 * process has; and when it is closed, smbguard writes an event of it, by which
 * one sees that events arrive.
 *
 * The kernel says where smbd listens. 127.0.0.1 is taken where that is
 * possible, and else the address that smbd is bound to.
 *
 * How it fails: rows say what did not come about, within some seconds.
 */

#include "doctor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE 5000000LL /* microseconds */
#define NETBIOS 139

/* 127.0.0.1 for all addresses, and ::1 for all of IPv6 */
static const char *reachable(const char *local)
{
	if (strcmp(local, "0.0.0.0") == 0) {
		return "127.0.0.1";
	}
	return strcmp(local, "::") == 0 ? "::1" : local;
}

/* The less, the better */
static unsigned rank(const struct sg_doctor_socket *s)
{
	const char *address = reachable(s->local);
	unsigned r = s->local_port == NETBIOS ? 4 : 0;

	if (strcmp(address, "127.0.0.1") == 0) {
		return r;
	}
	return r + (strcmp(address, "::1") == 0 ? 1U : 2U);
}

static void find_address(struct sg_doctor *d)
{
	size_t num = 0;
	struct sg_doctor_socket *list = sg_doctor_sockets(d, d->server, &num);
	const struct sg_doctor_socket *best = NULL;
	size_t i;

	for (i = 0; i < num; i++) {
		bool ours = list[i].state == SG_TCP_LISTEN &&
			    (best == NULL || rank(&list[i]) < rank(best)) &&
			    sg_doctor_holds(d->server, list[i].inode);

		best = ours ? &list[i] : best;
	}
	if (best != NULL) {
		d->address = talloc_strdup(d, reachable(best->local));
		d->port = d->address != NULL ? best->local_port : 0;
	}
	talloc_free(list);
}

/* Returns the socket, -1 with errno; *port: our own end of it */
static int connect_to(const char *address, uint16_t server, uint16_t *port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET,
				 .sin_port = htons(server)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
				  .sin6_port = htons(server)};
	const struct timeval wait = {.tv_sec = PATIENCE / 1000000};
	bool is_v4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;
	const struct sockaddr *to = (const struct sockaddr *)&v4;
	socklen_t len = sizeof(v4);
	int fd;
	int ret;

	if (!is_v4) {
		(void)inet_pton(AF_INET6, address, &v6.sin6_addr);
		to = (const struct sockaddr *)&v6;
		len = sizeof(v6);
	}
	fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1) {
		return -1;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	ret = connect(fd, to, len);
	if (ret == 0) {
		struct sockaddr_in6 own = {.sin6_port = 0};

		/* The port is at the same place in both kinds. */
		len = sizeof(own);
		ret = getsockname(fd, (struct sockaddr *)&own, &len);
		*port = ntohs(own.sin6_port);
	}
	if (ret != 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* The process that smbd gave to the connection from this port; 0: none yet */
static long process_of(struct sg_doctor *d, uint16_t own)
{
	size_t num = 0;
	struct sg_doctor_socket *list = sg_doctor_sockets(d, d->server, &num);
	long *pids = sg_doctor_below(d, d->server);
	unsigned long inode = 0;
	long found = 0;
	size_t i;

	for (i = 0; i < num; i++) {
		if (list[i].local_port == d->port &&
		    list[i].remote_port == own) {
			inode = list[i].inode;
		}
	}
	for (i = 0; inode != 0 && pids != NULL && pids[i] != 0; i++) {
		if (sg_doctor_holds(pids[i], inode)) {
			found = pids[i];
			break;
		}
	}
	talloc_free(list);
	talloc_free(pids);
	return found;
}

static bool hung_up(int fd)
{
	char byte;
	ssize_t got = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/* Until its process has the module; false: smbd hung up */
static bool wait_for_module(struct sg_doctor *d, int fd, uint16_t own)
{
	int64_t deadline = sg_doctor_now() + PATIENCE;
	const char *id = NULL;

	while (sg_doctor_now() < deadline) {
		long pid = process_of(d, own);

		if (pid != 0 &&
		    sg_doctor_mapped(d, pid, NULL, &id) != SG_BUILD_NONE) {
			return true;
		}
		if (hung_up(fd)) {
			return false;
		}
		sg_doctor_nap();
	}
	return true;
}

static bool came(struct sg_record *record, uint16_t port)
{
	json_t *events = sg_record_read(record);
	json_t *event = NULL;
	size_t i;

	json_array_foreach(events, i, event)
	{
		json_int_t of = json_integer_value(
			json_object_get(event, "clientPort"));

		if (of == port) {
			return true;
		}
	}
	return false;
}

static void wait_for_event(struct sg_doctor *d,
			   struct sg_record *record,
			   uint16_t own)
{
	int64_t begin = sg_doctor_now();

	if (record == NULL) {
		sg_doctor_add(d,
			      SG_DOCTOR_NOTE,
			      "event-untold",
			      NULL,
			      "Events go where they cannot be read back from; "
			      "whether they arrive is not looked at.");
		return;
	}
	do {
		d->event_came = came(record, own);
		if (!d->event_came) {
			sg_doctor_nap();
		}
	} while (!d->event_came && sg_doctor_now() < begin + PATIENCE);
	if (d->event_came) {
		sg_doctor_add(d,
			      SG_DOCTOR_WELL,
			      "event",
			      NULL,
			      "The event of a connection of the doctor's own "
			      "arrived after %lld ms.",
			      (long long)(sg_doctor_now() - begin) / 1000);
	} else {
		sg_doctor_add(d,
			      SG_DOCTOR_WRONG,
			      "event-missing",
			      "See smbd's log; smbguard says there what is "
			      "wrong.",
			      "No event came of a connection of the doctor's "
			      "own, within %lld seconds.",
			      PATIENCE / 1000000);
	}
}

void sg_doctor_connect(struct sg_doctor *d, struct sg_record *record)
{
	uint16_t own = 0;
	int fd = -1;
	bool stays;

	find_address(d);
	if (d->port != 0) {
		fd = connect_to(d->address, d->port, &own);
	}
	if (fd == -1) {
		sg_doctor_add(d,
			      SG_DOCTOR_UNTOLD,
			      "not-reachable",
			      NULL,
			      d->port == 0
				      ? "smbd listens on no TCP port that can "
					"be seen from here."
				      : "smbd cannot be reached at %s port %u: "
					"%s.",
			      d->address,
			      d->port,
			      strerror(errno));
		d->port = 0;
		sg_doctor_processes(d, 0);
		return;
	}
	stays = wait_for_module(d, fd, own);
	if (!stays) {
		sg_doctor_add(d,
			      SG_DOCTOR_UNTOLD,
			      "hung-up",
			      "Let this machine itself in by \"hosts allow\".",
			      "smbd lets no connection in from %s.",
			      d->address);
	}
	sg_doctor_processes(d, own);
	close(fd);
	if (stays) {
		wait_for_event(d, record, own);
	} else {
		d->port = 0;
	}
}
