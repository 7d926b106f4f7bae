/*
 * smbguard doctor: processes of smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd that accepts connections writes its number into smbd.pid in "pid
 * directory". Several smbds may run on a machine; this is the one of this
 * smb.conf. The kernel says what it is, and what it has begotten.
 *
 * How it fails: a pid file that is left over names no smbd, which is told.
 */

#include "doctor.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "smbguard_config.h"

struct family {
	long pid;
	long parent;
	bool below;
};

/* /proc/PID/stat: the parent (4th field) and when it began (22nd). */
static bool read_stat(long pid, long *parent, unsigned long long *ticks)
{
	char path[64];
	char text[1024];
	char *at = NULL;
	FILE *f = NULL;
	size_t got;
	int field;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	f = fopen(path, "re");
	if (f == NULL) {
		return false;
	}
	got = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[got] = '\0';
	at = strrchr(text, ')'); /* a name may have blanks */
	for (field = 2; at != NULL && field < 22; field++) {
		at = strchr(at + 1, ' ');
		if (at != NULL && field == 3) {
			*parent = strtol(at, NULL, 10);
		}
	}
	if (at == NULL) {
		return false;
	}
	*ticks = strtoull(at, NULL, 10);
	return true;
}

int64_t sg_doctor_started(long pid)
{
	struct timespec wall = {0};
	struct timespec boot = {0};
	unsigned long long ticks = 0;
	long parent = 0;
	long hertz = sysconf(_SC_CLK_TCK);
	bool ok = read_stat(pid, &parent, &ticks);

	if (!ok || hertz <= 0) {
		return 0;
	}
	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return (wall.tv_sec - boot.tv_sec) * 1000000LL +
	       (wall.tv_nsec - boot.tv_nsec) / 1000 +
	       (int64_t)(ticks * 1000000ULL / (unsigned long long)hertz);
}

static struct family *all_processes(TALLOC_CTX *mem_ctx, size_t *num)
{
	struct family *list = talloc_zero_array(mem_ctx, struct family, 1);
	DIR *proc = opendir("/proc");
	struct dirent *entry = NULL;

	*num = 0;
	while (proc != NULL && list != NULL &&
	       (entry = readdir(proc)) != NULL) {
		struct family one = {.pid = strtol(entry->d_name, NULL, 10)};
		unsigned long long ticks = 0;
		bool ok =
			one.pid > 0 && read_stat(one.pid, &one.parent, &ticks);

		if (!ok) {
			continue;
		}
		list = talloc_realloc(mem_ctx, list, struct family, *num + 2);
		if (list != NULL) {
			list[(*num)++] = one;
		}
	}
	if (proc != NULL) {
		closedir(proc);
	}
	return list;
}

static bool is_below(const struct family *list, size_t num, long parent)
{
	size_t i;

	for (i = 0; i < num; i++) {
		if (list[i].pid == parent) {
			return list[i].below;
		}
	}
	return false;
}

long *sg_doctor_below(TALLOC_CTX *mem_ctx, long pid)
{
	size_t num = 0;
	struct family *list = all_processes(mem_ctx, &num);
	long *found = talloc_zero_array(mem_ctx, long, num + 1);
	bool more = list != NULL && found != NULL;
	size_t count = 0;
	size_t i;

	while (more) {
		more = false;
		for (i = 0; i < num; i++) {
			if (!list[i].below &&
			    (list[i].parent == pid ||
			     is_below(list, num, list[i].parent))) {
				list[i].below = true;
				found[count++] = list[i].pid;
				more = true;
			}
		}
	}
	talloc_free(list);
	return found;
}

static const char *exe_of(TALLOC_CTX *mem_ctx, long pid)
{
	char path[64];
	char target[4096];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%ld/exe", pid);
	len = readlink(path, target, sizeof(target) - 1);
	if (len <= 0) {
		return NULL;
	}
	target[len] = '\0';
	return talloc_strdup(mem_ctx, target);
}

/* "/usr/sbin/smbd", also where the file has been replaced since */
static bool is_smbd(const char *exe)
{
	static const char name[] = "/smbd";
	static const char gone[] = " (deleted)";
	size_t len = exe != NULL ? strlen(exe) : 0;

	if (len > strlen(gone) && strcmp(exe + len - strlen(gone), gone) == 0) {
		len -= strlen(gone);
	}
	return len >= strlen(name) &&
	       strncmp(exe + len - strlen(name), name, strlen(name)) == 0;
}

static long pid_in(const char *path)
{
	FILE *f = fopen(path, "re");
	long pid = 0;

	if (f != NULL) {
		char text[32] = "";
		char *got = fgets(text, sizeof(text), f);

		pid = got != NULL ? strtol(text, NULL, 10) : 0;
		fclose(f);
	}
	return pid > 0 ? pid : 0;
}

/* Its smb.conf, by its command line; NULL: the one it was built with. */
static const char *conf_of(struct sg_doctor *d)
{
	static const char *const names[] = {"--configfile=", "-s"};
	char path[64];
	char text[4096];
	const char *found = NULL;
	FILE *f = NULL;
	size_t got;
	size_t at;

	snprintf(path, sizeof(path), "/proc/%ld/cmdline", d->server);
	f = fopen(path, "re");
	if (f == NULL) {
		return NULL;
	}
	got = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[got] = '\0';
	for (at = 0; at < got; at += strlen(text + at) + 1) {
		size_t i;

		for (i = 0; i < 2; i++) {
			size_t len = strlen(names[i]);
			size_t next = at + strlen(text + at) + 1;

			if (strncmp(text + at, names[i], len) != 0) {
				continue;
			}
			found = text + at + len;
			if (found[0] == '\0' && next < got) {
				found = text + next;
			}
		}
		if (strcmp(text + at, "--configfile") == 0) {
			found = text + at + strlen(text + at) + 1;
		}
	}
	return found != NULL ? talloc_strdup(d, found) : NULL;
}

static void check_conf(struct sg_doctor *d)
{
	const char *theirs = conf_of(d);
	struct stat a = {0};
	struct stat b = {0};
	int ret;

	theirs = theirs != NULL ? theirs : SMBGUARD_CONFIGFILE;
	ret = stat(sg_doctor_seen(d, theirs), &a);
	if (ret == 0 && stat(sg_doctor_seen(d, d->conf->path), &b) == 0 &&
	    (a.st_dev != b.st_dev || a.st_ino != b.st_ino)) {
		sg_doctor_add(d,
			      SG_DOCTOR_WRONG,
			      "other-config",
			      "Ask with --smb-conf and that file.",
			      "smbd was started with %s, and this is about %s.",
			      theirs,
			      d->conf->path);
	}
}

static void check_exe(struct sg_doctor *d)
{
	if (strstr(d->exe, " (deleted)") != NULL) {
		sg_doctor_add(
			d,
			SG_DOCTOR_WRONG,
			"smbd-replaced",
			SG_DOCTOR_RESTART,
			"smbd was replaced since it was started: the old "
			"program runs, and a module built for the new one "
			"does not fit it.");
	}
}

bool sg_doctor_find(struct sg_doctor *d)
{
	const char *dir = sg_conf_value(&d->conf->sections[0], "pid directory");
	char *path = talloc_asprintf(d,
				     "%s/smbd.pid",
				     dir != NULL ? dir : SMBGUARD_PIDDIR);
	char when[SG_TIME_SIZE];
	long pid;

	if (path == NULL) {
		d->ok = false;
		return false;
	}
	pid = pid_in(path);
	d->exe = pid != 0 ? exe_of(d, pid) : NULL;
	if (!is_smbd(d->exe)) {
		sg_doctor_add(d,
			      SG_DOCTOR_WRONG,
			      "not-running",
			      "systemctl start smbd",
			      pid == 0
				      ? "smbd is not running: there is no %s."
				      : "smbd is not running: what %s names is "
					"gone, or no smbd.",
			      path);
		return false;
	}
	d->server = pid;
	d->started = sg_doctor_started(pid);
	sg_doctor_add(d,
		      SG_DOCTOR_WELL,
		      "running",
		      NULL,
		      "smbd runs as process %ld, since %s.",
		      pid,
		      sg_time_text(d->started, when));
	check_exe(d);
	check_conf(d);
	return true;
}
