/*
 * smbguard(8): report, a whole smb.conf asked about a record
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_REPORT_REPLAY_H
#define SMBGUARD_TOOLS_REPORT_REPLAY_H

#include "core/policy.h"

struct sg_replay;

/**
 * Read the configuration. now: for exceptions that end. NULL after a message
 * on standard error.
 */
struct sg_replay *sg_replay_new(TALLOC_CTX *mem_ctx,
				const char *path,
				time_t now);

/**
 * The policy that it has for these facts, all of it in audit mode. facts: gets
 * the section of its share. False when out of memory.
 */
bool sg_replay_policy(struct sg_replay *replay,
		      enum sg_gate gate,
		      struct sg_facts *facts,
		      struct sg_policy *policy);

/**
 * Let exceptions ask who it is. favour: what no event tells, the groups, is as
 * the client would like it; else as it would not.
 */
void sg_replay_set_who(struct sg_facts *facts, bool favour);

#endif /* SMBGUARD_TOOLS_REPORT_REPLAY_H */
