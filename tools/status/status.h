/*
 * smbguard status: who is connected, and what the policy says of it
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_STATUS_STATUS_H
#define SMBGUARD_TOOLS_STATUS_STATUS_H

#include <jansson.h>

#include "conf/conf.h"
#include "core/policy.h"

/* What smbstatus does not tell, and events may. */
enum sg_status_gap {
	SG_GAP_MECHANISM = 1,
	SG_GAP_CIPHER = 2,
	SG_GAP_SIGNING = 4,
};

struct sg_connected {
	struct sg_facts facts; /* with zeroes where there are gaps */
	unsigned gaps;	       /* bits of enum sg_status_gap */
	const char *encrypted; /* smbstatus' words: none, partial, full */
	const char *is_signed;
	uint64_t session_id; /* smbstatus' number */
	bool have_tree;	     /* false: a session that uses no share */
	TALLOC_CTX *mem;     /* owner of what was made for it */

	/* What the policy would say now */
	const char *outcome; /* an event's, or "unknown", or "unguarded" */
	const struct sg_verdict *verdict;
	unsigned depends; /* unknown: on these gaps */
	const char *reason;
};

/**
 * Read what smbstatus says of sessions and trees.
 *
 * conf: for the name of the guest account. root: borrowed, and the result
 * points into it.
 *
 * Returns how many there are; *list is NULL when out of memory.
 */
size_t sg_status_read(TALLOC_CTX *mem_ctx,
		      const struct sg_conf *conf,
		      json_t *root,
		      struct sg_connected **list);

/**
 * Fill gaps from the events of the same sessions, where they can be read.
 * Returns false when out of memory.
 */
bool sg_status_recall(TALLOC_CTX *mem_ctx,
		      const struct sg_conf *conf,
		      struct sg_connected *list,
		      size_t num);

/**
 * Judge one by the configuration as it is now. Returns false when out of
 * memory.
 */
bool sg_status_judge(TALLOC_CTX *mem_ctx,
		     const struct sg_conf *conf,
		     struct sg_connected *connected);

/** "mechanism, cipher" */
const char *sg_status_gaps_text(TALLOC_CTX *mem_ctx, unsigned gaps);

#endif /* SMBGUARD_TOOLS_STATUS_STATUS_H */
