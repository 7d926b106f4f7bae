/*
 * smbguard exception: listed, added, ended
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_EXCEPTION_EXCEPTION_H
#define SMBGUARD_TOOLS_EXCEPTION_EXCEPTION_H

#include <stdint.h>

#include "check/check.h"

#define SG_EXCEPTION_COMMAND "smbguard exception"

/** The subcommands; see tool.h for what they take and return. */
int sg_exception_list(int argc, const char **argv);
int sg_exception_add(int argc, const char **argv);
int sg_exception_end(int argc, const char **argv);

/* What the record says of one exception. */
struct sg_use {
	uint64_t count;
	int64_t first; /* microseconds since the epoch */
	int64_t last;
	char *client; /* of the last time; NULL: not told */
	char *account;
	char *share;
};

/* Of all exceptions of a configuration, in its order. */
struct sg_uses {
	const struct sg_exception *exceptions;
	struct sg_use *uses;
	size_t num;
	uint64_t events; /* 0: there is no record */
	int64_t since;	 /* of the first of them */
	bool ok;	 /* false: not all could be read */
};

/**
 * Read how exceptions were used from files, or from path and its rotated parts.
 *
 * files: ends with a NULL. NULL when out of memory; what cannot be read has a
 * message.
 */
struct sg_uses *sg_uses_read(TALLOC_CTX *mem_ctx,
			     const struct sg_settings *settings,
			     const char *const *files,
			     const char *path);

/* The values of an exception; NULL: it has none of the kind. */
struct sg_written {
	const char *hosts;
	const char *users;
	const char *groups;
	const char *shares;
	const char *allow;
	const char *until;
	const char *reason;
};

/**
 * The narrowest exception that would have let in whom the refusals of a
 * connection were about. Fills what is not given in w.
 *
 * path: of a file of events, "-" is standard input. connection: its id, NULL:
 * that of the last refusal.
 *
 * Returns NULL, or why there is none; after sentences on standard output about
 * what it was.
 */
const char *sg_exception_from_event(TALLOC_CTX *mem_ctx,
				    const char *path,
				    const char *connection,
				    const struct sg_check *check,
				    struct sg_written *w);

#endif /* SMBGUARD_TOOLS_EXCEPTION_EXCEPTION_H */
