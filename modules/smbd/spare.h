/*
 * smbguard: file descriptors that are set aside
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_SPARE_H
#define SMBGUARD_SMBD_SPARE_H

#include <stdbool.h>

struct sg_client_state;

/**
 * Set some aside, as many as are missing; and have them used.
 */
void sg_spare_set_aside(struct sg_client_state *client);
void sg_spare_use(struct sg_client_state *client);

/**
 * Have them used if no other is left. True if so: set them aside again.
 */
bool sg_spare_use_if_none(struct sg_client_state *client);

#endif /* SMBGUARD_SMBD_SPARE_H */
