/*
 * smbguard: the audit sinks of a running smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file is core/sink_file.c. The journal gets native fields, syslog a line
 * of JSON behind the "@cee:" cookie, which rsyslog and others parse.
 * openlog() is never called: it would rename smbd's own messages.
 *
 * How it fails: neither syslog(3) nor sd_journal_send(3) says that nobody
 * listens, and both block while a daemon is stopped. So the daemon's socket
 * is asked first. What happens between the question and the sending stays
 * unnoticed.
 */

#include "smbd/samba.h"
#include "smbd/sinks.h"

#include "core/journal_fields.h"
#include "core/sink_file.h"

#include <poll.h>
#include <sys/un.h>
#include <syslog.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define SYSLOG_SOCKET "/dev/log"
#define MAX_SINKS 3

struct open_sinks {
	struct sg_sinks sinks; /* first: it is what callers get */
	struct sg_sink configured[MAX_SINKS];
	struct sg_sink last_resort;
};

int sg_socket_takes(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct pollfd pfd = {.events = POLLOUT};
	int ret;

	strlcpy(address.sun_path, path, sizeof(address.sun_path));
	pfd.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (pfd.fd == -1) {
		return errno;
	}
	ret = connect(pfd.fd, (struct sockaddr *)&address, sizeof(address));
	if (ret != 0) {
		ret = errno;
		close(pfd.fd);
		return ret;
	}
	ret = poll(&pfd, 1, 0);
	close(pfd.fd);
	return ret == 1 && (pfd.revents & POLLOUT) != 0 ? 0 : EAGAIN;
}

static int to_file(struct sg_sink *sink,
		   const struct sg_event *event,
		   const char *line,
		   size_t len)
{
	return sg_sink_file_write(sink->data, line, len);
}

static int to_syslog(struct sg_sink *sink,
		     const struct sg_event *event,
		     const char *line,
		     size_t len)
{
	int ret = sg_socket_takes(SYSLOG_SOCKET);

	if (ret != 0) {
		return ret;
	}
	syslog(LOG_AUTHPRIV | sg_event_priority(event),
	       "@cee:%.*s",
	       (int)(len - 1),
	       line);
	return 0;
}

static int to_journal(struct sg_sink *sink,
		      const struct sg_event *event,
		      const char *line,
		      size_t len)
{
	struct iovec *iov = NULL;
	char **fields = NULL;
	size_t num = 0;
	size_t i;
	int ret = sg_socket_takes(JOURNAL_SOCKET);

	if (ret != 0) {
		return ret;
	}
	fields = sg_journal_fields(talloc_tos(), event, line, &num);
	iov = talloc_array(fields, struct iovec, num);
	if (fields == NULL || iov == NULL) {
		TALLOC_FREE(fields);
		return ENOMEM;
	}
	for (i = 0; i < num; i++) {
		iov[i].iov_base = fields[i];
		iov[i].iov_len = strlen(fields[i]);
	}
	ret = sd_journal_sendv(iov, (int)num);
	TALLOC_FREE(fields);
	return ret < 0 ? -ret : 0;
}

struct sg_sinks *sg_sinks_open(TALLOC_CTX *mem_ctx,
			       unsigned audit,
			       const char *path)
{
	struct open_sinks *open_sinks = NULL;
	struct sg_sink *next = NULL;
	struct sg_sink_file *file = NULL;

	open_sinks = talloc_zero(mem_ctx, struct open_sinks);
	if (open_sinks == NULL) {
		return NULL;
	}
	next = open_sinks->configured;
	if (audit == 0 || (audit & SG_AUDIT_FILE) != 0) {
		file = sg_sink_file_new(open_sinks, path);
		if (file == NULL) {
			TALLOC_FREE(open_sinks);
			return NULL;
		}
		*next++ = (struct sg_sink){.name = "file",
					   .write = to_file,
					   .data = file};
	}
	if ((audit & SG_AUDIT_JOURNAL) != 0) {
		*next++ = (struct sg_sink){.name = "journal",
					   .write = to_journal};
	}
	if ((audit & SG_AUDIT_SYSLOG) != 0) {
		*next++ =
			(struct sg_sink){.name = "syslog", .write = to_syslog};
	} else {
		open_sinks->last_resort =
			(struct sg_sink){.name = "syslog", .write = to_syslog};
		open_sinks->sinks.last_resort = &open_sinks->last_resort;
	}
	open_sinks->sinks.sinks = open_sinks->configured;
	open_sinks->sinks.num = (size_t)(next - open_sinks->configured);
	return &open_sinks->sinks;
}
