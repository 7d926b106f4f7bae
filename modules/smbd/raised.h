/*
 * smbguard: the share parameters that were raised, and what they were before
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_RAISED_H
#define SMBGUARD_SMBD_RAISED_H

#include "smbd/state.h"

/**
 * Set a parameter of a share, or its default in [global], and note what it was.
 * False if smbd does not know it, or memory does not suffice.
 */
bool sg_raised_set(struct sg_client_state *client,
		   int snum,
		   const char *parameter,
		   const char *before,
		   const char *value);

/**
 * The same for "server smb encrypt": one of smbd's SMB_ENCRYPTION_ values. What
 * is on smbd's command line stays as it is.
 */
bool sg_raised_encrypt(struct sg_client_state *client, int snum, int value);

/**
 * Put back what was raised, and forget it. Must be done before smbd loads its
 * configuration, onto what is there.
 *
 * loads: smbd does so now. What [global] sets for shares is smbd's own default
 * again by then; a list of strings that is set for it would be freed under it.
 */
void sg_raised_put_back(struct sg_client_state *client, bool loads);

#endif /* SMBGUARD_SMBD_RAISED_H */
