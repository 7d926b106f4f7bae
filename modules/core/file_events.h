/*
 * smbguard: which operations on files are recorded
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_FILE_EVENTS_H
#define SMBGUARD_CORE_FILE_EVENTS_H

#include "policy.h"

/* What is asked about the files of one tree. */
struct sg_file_asked {
	uint32_t kinds; /* bits of enum sg_file_bit; 0: nothing */

	/* Of [global] and of the share, "/a/b*\/"; NULL: none */
	const char *ignore[2];
};

/**
 * What [global] and a share ask for. A share adds to [global], of what is
 * recorded as of what is left out.
 *
 * asked: points into policy.
 */
void sg_file_asked(const struct sg_policy *policy, struct sg_file_asked *asked);

/**
 * Is the account one whose files have no events? Names are looked up by
 * facts->is_who. Out of memory: no.
 */
bool sg_file_ignores_account(const struct sg_policy *policy,
			     const struct sg_facts *facts);

/**
 * Is a path left out? It is a share's, with slashes; of a stream, the file's
 * name is compared.
 */
bool sg_file_ignores(const struct sg_file_asked *asked, const char *path);

/**
 * Is an operation to be recorded?
 *
 * bit: what it is. changed: it is an open that made or emptied a file, or the
 * close of one that was written to. refused: it did not come true, for want of
 * rights.
 */
bool sg_file_is_asked(const struct sg_file_asked *asked,
		      enum sg_file_bit bit,
		      bool changed,
		      bool refused);

/**
 * Does an NTSTATUS, by its name ("NT_STATUS_ACCESS_DENIED"), say that it was for
 * want of rights? That is what "denied" asks for.
 */
bool sg_file_status_refuses(const char *status);

/**
 * Does a name match a pattern with * (any bytes) and ? (one character of
 * UTF-8)? A to Z are as a to z.
 */
bool sg_file_matches(const char *pattern,
		     size_t pattern_len,
		     const char *name,
		     size_t name_len);

#endif /* SMBGUARD_CORE_FILE_EVENTS_H */
