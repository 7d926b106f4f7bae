/*
 * smbguard: has smbd loaded its configuration whole?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_WHOLE_H
#define SMBGUARD_SMBD_WHOLE_H

#include <stdbool.h>

#include "core/options.h"

/* The parameter of smb.conf that events name. */
#define SG_WHOLE_OPTION "config file"

struct sg_client_state;

/**
 * Take what is loaded now for whole. False when out of memory.
 */
bool sg_whole_start(struct sg_client_state *client);

/**
 * smbd begins to load its configuration, and has done so. What was loaded is
 * looked at, and said if it is not whole; nothing may be raised then. Loads
 * that this makes by itself are none of the caller's: then they say false.
 */
bool sg_whole_before(struct sg_client_state *client);
bool sg_whole_after(struct sg_client_state *client);

/**
 * What [global] asked for when it was loaded whole, if the last load was not;
 * NULL: what is loaded counts.
 */
const struct sg_settings *sg_whole_global(const struct sg_client_state *client);

/**
 * May options of this section be missing? *mode: its own, when it was whole.
 */
bool sg_whole_doubts(const struct sg_client_state *client,
		     int snum,
		     enum sg_mode *mode);

#endif /* SMBGUARD_SMBD_WHOLE_H */
