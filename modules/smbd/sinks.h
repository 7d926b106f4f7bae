/*
 * smbguard: the audit sinks of a running smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_SINKS_H
#define SMBGUARD_SMBD_SINKS_H

#include "core/event/sink.h"

#define SG_SYSLOG_SOCKET "/dev/log"
#define SG_JOURNAL_SOCKET "/run/systemd/journal/socket"

/**
 * The sinks that options ask for, with syslog as the last resort.
 *
 * audit: bits of enum sg_audit_sink; 0: the file.
 * path: of the file.
 * mem_ctx: owner. Returns NULL when out of memory.
 */
struct sg_sinks *sg_sinks_open(TALLOC_CTX *mem_ctx,
			       unsigned audit,
			       const char *path);

#endif /* SMBGUARD_SMBD_SINKS_H */
