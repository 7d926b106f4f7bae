/*
 * smbguard: the audit sinks of a running smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file is core/sink_file.c. The journal gets native fields, syslog a line
 * of JSON behind the "@cee:" cookie, which rsyslog and others parse, under
 * smbd's own name. Both are datagrams (datagram.c says why no library sends
 * them), in formats that do not change: systemd's "Native Journal Protocol"
 * (core/event/journal.c) and RFC 3164 as /dev/log has it.
 *
 * How it fails: with the errno of the file or the socket.
 */

#include "smbd/samba.h"
#include "smbd/datagram.h"
#include "smbd/sinks.h"

#include "core/event/journal.h"
#include "core/event/sink_file.h"

#include <syslog.h>

#define MAX_SINKS 3

struct open_sinks {
	struct sg_sinks sinks; /* first: it is what callers get */
	struct sg_sink configured[MAX_SINKS];
	struct sg_sink last_resort;
};

static int to_file(struct sg_sink *sink,
		   const struct sg_event *event,
		   const char *line,
		   size_t len)
{
	return sg_sink_file_write(sink->data, line, len);
}

static bool file_settled(struct sg_sink *sink, struct timespec now)
{
	return sg_sink_file_settled(sink->data, now);
}

static bool file_look(struct sg_sink *sink, struct timespec now)
{
	return sg_sink_file_look(sink->data, now);
}

static int reserve_in_file(struct sg_sink *sink)
{
	return sg_sink_file_reserve(sink->data);
}

static int to_syslog(struct sg_sink *sink,
		     const struct sg_event *event,
		     const char *line,
		     size_t len)
{
	/* smbd sets the locale; the format has these. */
	static const char *const months[] = {
		"Jan",
		"Feb",
		"Mar",
		"Apr",
		"May",
		"Jun",
		"Jul",
		"Aug",
		"Sep",
		"Oct",
		"Nov",
		"Dec",
	};
	TALLOC_CTX *frame = talloc_stackframe();
	struct iovec iov = {0};
	struct tm tm = {0};
	char when[64] = {0};
	char *text = NULL;
	int ret = ENOMEM;

	localtime_r(&event->when.tv_sec, &tm);
	snprintf(when,
		 sizeof(when),
		 "%s %2d %02d:%02d:%02d",
		 months[tm.tm_mon % 12],
		 tm.tm_mday,
		 tm.tm_hour,
		 tm.tm_min,
		 tm.tm_sec);
	text = talloc_asprintf(frame,
			       "<%d>%s smbd[%d]: @cee:%.*s",
			       LOG_AUTHPRIV | sg_event_priority(event),
			       when,
			       (int)getpid(),
			       (int)(len - 1),
			       line);
	if (text != NULL) {
		iov.iov_base = text;
		iov.iov_len = strlen(text);
		ret = sg_datagram_send(sink->data, &iov, 1);
	}
	TALLOC_FREE(frame);
	return ret;
}

static int to_journal(struct sg_sink *sink,
		      const struct sg_event *event,
		      const char *line,
		      size_t len)
{
	struct iovec iov = {0};
	char *message = NULL;
	int ret;

	message = sg_journal_message(NULL, event, &iov.iov_len);
	if (message == NULL) {
		return ENOMEM;
	}
	iov.iov_base = message;
	ret = sg_datagram_send(sink->data, &iov, 1);
	talloc_free(message);
	return ret;
}

static bool add_file(struct open_sinks *open_sinks,
		     struct sg_sink *sink,
		     const char *path)
{
	*sink = (struct sg_sink){
		.name = "file",
		.write = to_file,
		.settled = file_settled,
		.look = file_look,
		.reserve = reserve_in_file,
	};
	sink->data = sg_sink_file_new(open_sinks, path);
	return sink->data != NULL;
}

static bool add_journal(struct open_sinks *open_sinks, struct sg_sink *sink)
{
	*sink = (struct sg_sink){.name = "journal", .write = to_journal};
	sink->data = sg_datagram_new(open_sinks, SG_JOURNAL_SOCKET);
	return sink->data != NULL;
}

static bool add_syslog(struct open_sinks *open_sinks, struct sg_sink *sink)
{
	*sink = (struct sg_sink){.name = "syslog", .write = to_syslog};
	sink->data = sg_datagram_new(open_sinks, SG_SYSLOG_SOCKET);
	return sink->data != NULL;
}

struct sg_sinks *sg_sinks_open(TALLOC_CTX *mem_ctx,
			       unsigned audit,
			       const char *path)
{
	struct open_sinks *open_sinks = NULL;
	struct sg_sink *next = NULL;
	bool ok = true;

	open_sinks = talloc_zero(mem_ctx, struct open_sinks);
	if (open_sinks == NULL) {
		return NULL;
	}
	next = open_sinks->configured;
	if ((audit & SG_AUDIT_FILE) != 0) {
		ok = add_file(open_sinks, next++, path);
	}
	if ((audit & SG_AUDIT_JOURNAL) != 0) {
		ok = add_journal(open_sinks, next++) && ok;
	}
	if ((audit & SG_AUDIT_SYSLOG) != 0) {
		ok = add_syslog(open_sinks, next++) && ok;
	} else {
		ok = add_syslog(open_sinks, &open_sinks->last_resort) && ok;
		open_sinks->sinks.last_resort = &open_sinks->last_resort;
	}
	if (!ok) {
		TALLOC_FREE(open_sinks);
		return NULL;
	}
	open_sinks->sinks.sinks = open_sinks->configured;
	open_sinks->sinks.num = (size_t)(next - open_sinks->configured);
	return &open_sinks->sinks;
}
