/*
 * smbguard doctor: can events be written down?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The audit file and the room on its disk, the sockets of the journal and of
 * syslog, and the database of the history, all as smbd sees them.
 *
 * How it fails: what is not there yet and will be made is a note.
 */

#define _GNU_SOURCE 1 /* memrchr */

#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <tdb.h>
#include <unistd.h>

#include "core/rows.h"
#include "smbguard_config.h"

#define MIB (1024ULL * 1024ULL)
#define LITTLE (10 * MIB) /* a busy server writes that in some minutes */
#define TAIL 65536
#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define SYSLOG_SOCKET "/dev/log"
#define HISTORY "smbguard_history.tdb"

static void wrong(struct sg_doctor *d,
		  const char *id,
		  const char *remedy,
		  const char *path,
		  int error)
{
	sg_doctor_add(d,
		      SG_DOCTOR_WRONG,
		      id,
		      remedy,
		      "%s: %s.",
		      path,
		      strerror(error));
}

/* smbd is root, and may use what is kept for it. */
static void check_room(struct sg_doctor *d, const char *directory, bool there)
{
	struct statvfs fs = {.f_bsize = 0};
	unsigned long long room;
	int ret = statvfs(sg_doctor_seen(d, directory), &fs);

	if (ret != 0) {
		wrong(d,
		      "audit-directory",
		      "Make the directory; smbguard does not.",
		      directory,
		      errno);
		return;
	}
	room = (unsigned long long)fs.f_bfree * fs.f_frsize;
	if (room < LITTLE || (!there && fs.f_files > 0 && fs.f_ffree == 0)) {
		sg_doctor_add(d,
			      SG_DOCTOR_WRONG,
			      "disk-full",
			      "Make room, or write the events elsewhere.",
			      "There is no room for events: %s has %llu KiB "
			      "free.",
			      directory,
			      room / 1024);
		return;
	}
	sg_doctor_add(d,
		      SG_DOCTOR_WELL,
		      "disk",
		      NULL,
		      "%s has %llu MiB free.",
		      directory,
		      room / MIB);
}

/* The last line that is an event; 0 for none. */
static int64_t last_event(const char *path)
{
	char *text = calloc(1, TAIL + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = fd != -1 ? lseek(fd, 0, SEEK_END) : 0;
	off_t from = size > TAIL ? size - TAIL : 0;
	ssize_t len = -1;
	int64_t when = 0;

	if (text != NULL && fd != -1) {
		len = pread(fd, text, TAIL, from);
	}
	while (len > 0 && when == 0) {
		char *start = NULL;
		struct sg_line line = {.file = path};
		const char *problem = NULL;
		json_t *event = NULL;

		text[len] = '\0';
		start = memrchr(text, '\n', (size_t)len);
		line.text = start != NULL ? start + 1 : text;
		line.len = (size_t)(text + len - line.text);
		event = sg_event_of_line(&line, &when, &problem);
		when = event != NULL ? when : 0;
		json_decref(event);
		len = start != NULL ? start - text : 0;
	}
	if (fd != -1) {
		close(fd);
	}
	free(text);
	return when;
}

static void tell_last(struct sg_doctor *d, const char *path)
{
	int64_t when = last_event(sg_doctor_seen(d, path));
	char text[SG_TIME_SIZE];

	if (when == 0) {
		sg_doctor_add(d,
			      SG_DOCTOR_NOTE,
			      "no-events",
			      NULL,
			      "There is no event in %s yet.",
			      path);
		return;
	}
	sg_doctor_add(d,
		      SG_DOCTOR_WELL,
		      "last-event",
		      NULL,
		      "The last event in %s is of %s, %lld minutes ago.",
		      path,
		      sg_time_text(when, text),
		      (long long)(sg_doctor_now() - when) / 60000000LL);
}

static void check_file(struct sg_doctor *d, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = NULL;
	struct stat st = {0};
	int ret;

	if (slash == NULL) {
		return; /* faulty, and found by sg_doctor_config() */
	}
	directory = talloc_strndup(d, path, (size_t)(slash - path));
	if (directory == NULL) {
		d->ok = false;
		return;
	}
	ret = lstat(sg_doctor_seen(d, path), &st);
	if (ret != 0 && errno == ENOENT) {
		sg_doctor_add(d,
			      SG_DOCTOR_NOTE,
			      "audit-file-gone",
			      NULL,
			      "There is no %s. The next event makes it.",
			      path);
	} else if (ret != 0) {
		wrong(d, "audit-file", "Correct the path.", path, errno);
		return;
	} else if (!S_ISREG(st.st_mode)) {
		sg_doctor_add(d,
			      SG_DOCTOR_WRONG,
			      "audit-file-kind",
			      "Remove it, or choose another path.",
			      "%s is no regular file, and smbguard does not "
			      "write to it.",
			      path);
	} else {
		tell_last(d, path);
	}
	check_room(d, directory[0] != '\0' ? directory : "/", ret == 0);
}

static void check_socket(struct sg_doctor *d,
			 const char *path,
			 const char *name,
			 const char *remedy)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *seen = sg_doctor_seen(d, path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret = -1;

	if (fd != -1 && strlen(seen) < sizeof(address.sun_path)) {
		memcpy(address.sun_path, seen, strlen(seen) + 1);
		ret = connect(fd,
			      (const struct sockaddr *)&address,
			      sizeof(address));
	}
	if (ret != 0) {
		wrong(d, "sink", remedy, path, errno);
	} else {
		sg_doctor_add(d,
			      SG_DOCTOR_WELL,
			      "sink",
			      NULL,
			      "The %s takes events.",
			      name);
	}
	if (fd != -1) {
		close(fd);
	}
}

static void check_history(struct sg_doctor *d)
{
	const char *dir =
		sg_conf_value(&d->conf->sections[0], "state directory");
	char *path = talloc_asprintf(d,
				     "%s/" HISTORY,
				     dir != NULL ? dir : SMBGUARD_STATEDIR);
	struct tdb_context *tdb = NULL;
	const char *seen = path != NULL ? sg_doctor_seen(d, path) : "";

	if (path == NULL || d->settings->history == SG_SWITCH_NO) {
		return;
	}
	if (access(seen, F_OK) != 0) {
		sg_doctor_add(d,
			      SG_DOCTOR_NOTE,
			      "no-history",
			      NULL,
			      "There is no %s. The next logon makes it.",
			      path);
		return;
	}
	tdb = tdb_open(seen, 0, TDB_NOLOCK | TDB_NOMMAP, O_RDONLY, 0);
	if (tdb == NULL) {
		wrong(d,
		      "history",
		      "smbguard begins it anew when it is used next.",
		      path,
		      errno);
		return;
	}
	tdb_close(tdb);
	sg_doctor_add(d,
		      SG_DOCTOR_WELL,
		      "history",
		      NULL,
		      "The history is in %s.",
		      path);
}

void sg_doctor_sinks(struct sg_doctor *d)
{
	unsigned audit =
		(unsigned)sg_option_number(&sg_option_audit, d->settings);
	const char *path = d->settings->audit_file;

	if ((audit & SG_AUDIT_FILE) != 0) {
		check_file(d, path != NULL ? path : SG_DEFAULT_AUDIT_FILE);
	}
	if ((audit & SG_AUDIT_JOURNAL) != 0) {
		check_socket(d,
			     JOURNAL_SOCKET,
			     "journal",
			     "systemctl start systemd-journald.socket");
	}
	if ((audit & SG_AUDIT_SYSLOG) != 0) {
		check_socket(d,
			     SYSLOG_SOCKET,
			     "syslog",
			     "Start the syslog daemon.");
	}
	check_history(d);
}
