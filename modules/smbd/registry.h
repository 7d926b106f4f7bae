/*
 * smbguard: shares that smbd loads when they are asked for
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_REGISTRY_H
#define SMBGUARD_SMBD_REGISTRY_H

#include "smbd/state.h"

/**
 * Load the shares of the registry that smbd would load at their tree connect:
 * too late to raise anything. Their policy counts from the next sg_raise_all().
 * Copies that smbd makes from now on know whose they are.
 */
void sg_registry_load(struct sg_client_state *client);

/**
 * Has the registry changed since, so that a share may be in it that was not
 * loaded? Costs next to nothing, for asking before each message; in a cluster,
 * where the answer comes from another node, it is given once a second.
 */
bool sg_registry_changed(struct sg_client_state *client);

#endif /* SMBGUARD_SMBD_REGISTRY_H */
