/*
 * smbguard: smbd's log
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_LOG_H
#define SMBGUARD_SMBD_LOG_H

/**
 * A line in smbd's log at level 0, with "smbguard: " in front and an end of
 * line behind it.
 */
void sg_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* SMBGUARD_SMBD_LOG_H */
