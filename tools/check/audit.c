/*
 * smbguard check: where events go
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd writes the file as root. How it fails: what cannot be seen without
 * being root is a note.
 */

#include "check.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/rows.h"
#include "events/events.h"

static struct sg_finding of_file(const struct sg_check *check)
{
	return (struct sg_finding){
		.grade = SG_GRADE_ERROR,
		.section = check->global,
		.param = sg_conf_find(check->global,
				      sg_option_audit_file.full_name),
		.option = sg_option_audit_file.full_name,
	};
}

static void not_seen(struct sg_check *check, const char *path)
{
	struct sg_finding f = of_file(check);
	int saved = errno;

	if (saved == EACCES) {
		f.grade = SG_GRADE_NOTE;
		f.id = "audit-not-seen";
		f.remedy = "Be root.";
	} else {
		f.id = "audit-directory";
		f.remedy = "Make the directory, or correct the path.";
	}
	sg_check_add(check,
		     f,
		     "%s, for the audit file: %s.",
		     path,
		     strerror(saved));
}

static bool check_directory(struct sg_check *check, const char *path)
{
	struct sg_finding f = of_file(check);
	const char *slash = strrchr(path, '/');
	char *directory = NULL;
	struct stat st = {0};
	int ret;

	directory = talloc_strndup(check,
				   path,
				   slash == path ? 1 : (size_t)(slash - path));
	if (directory == NULL) {
		check->ok = false;
		return false;
	}
	ret = stat(directory, &st);
	if (ret == 0 && !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		ret = -1;
	}
	if (ret != 0) {
		not_seen(check, directory);
		return false;
	}
	if ((st.st_mode & S_IWOTH) != 0) {
		f.grade = SG_GRADE_WARNING;
		f.id = "audit-directory-open";
		f.remedy = "Use a directory that root alone writes to.";
		sg_check_add(check,
			     f,
			     "Everybody may write to %s, and so take the "
			     "audit file away.",
			     directory);
	}
	return true;
}

static void check_file(struct sg_check *check, const char *path)
{
	struct sg_finding f = of_file(check);
	struct stat st = {0};
	int ret = lstat(path, &st);

	if (ret != 0 && errno == ENOENT) {
		return;
	}
	if (ret != 0) {
		not_seen(check, path);
		return;
	}
	if (!S_ISREG(st.st_mode)) {
		f.id = "audit-file-kind";
		f.remedy = "Remove it, or choose another path.";
		sg_check_add(check,
			     f,
			     "%s is no regular file, and smbguard does not "
			     "write to it.",
			     path);
		return;
	}
	if ((st.st_mode & S_IROTH) != 0) {
		f.grade = SG_GRADE_WARNING;
		f.id = "audit-file-readable";
		f.remedy = "chmod o-r it; smbguard makes it for root alone.";
		sg_check_add(check, f, "Everybody may read %s.", path);
	}
	if (geteuid() == 0 && access(path, W_OK) != 0) {
		f.grade = SG_GRADE_ERROR;
		f.id = "audit-file-unwritable";
		f.remedy = "Choose another path.";
		sg_check_add(check,
			     f,
			     "%s cannot be written: %s.",
			     path,
			     strerror(errno));
	}
}

static unsigned audit_of(const struct sg_check *check)
{
	return (unsigned)sg_option_number(&sg_option_audit, check->settings);
}

static void check_failure(struct sg_check *check)
{
	unsigned audit = audit_of(check);

	/* One bit */
	if (check->settings->audit_failure != SG_AUDIT_FAILURE_DENY ||
	    (audit & (audit - 1)) != 0) {
		return;
	}
	sg_check_add(check,
		     (struct sg_finding){
			     .grade = SG_GRADE_WARNING,
			     .id = "audit-one-sink",
			     .section = check->global,
			     .param = sg_conf_find(
				     check->global,
				     sg_option_audit_failure.full_name),
			     .remedy = "Add one: smbguard:audit = file, "
				       "journal.",
		     },
		     "With audit failure = deny and one sink, a full disk or "
		     "a stopped daemon closes the server.");
}

void sg_check_audit(struct sg_check *check)
{
	const char *path = check->settings->audit_file;
	bool ok = true;

	if (path == NULL) {
		path = SG_DEFAULT_AUDIT_FILE;
	}
	if (path[0] != '/') {
		return; /* a faulty value, found as such */
	}
	if ((audit_of(check) & SG_AUDIT_FILE) != 0) {
		ok = check_directory(check, path);
		if (ok) {
			check_file(check, path);
		}
	}
	check_failure(check);
}
