/*
 * smbguard: smbd's log
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: a longer line is cut.
 */

#include "smbd/samba.h"
#include "smbd/log.h"

#define LINE_BYTES 2048

void sg_log(const char *fmt, ...)
{
	char line[LINE_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	DBG_ERR("smbguard: %s\n", line);
}
