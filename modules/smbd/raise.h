/*
 * smbguard: the share parameters that make smbd ask us, enforce, and tell
 * clients
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_RAISE_H
#define SMBGUARD_SMBD_RAISE_H

#include "core/policy.h"
#include "smbd/state.h"

/**
 * Raise the parameters of every share to what the policy needs: the share gate
 * asked first, clients told to encrypt, and closed what nobody could judge,
 * with a policy_error.
 *
 * global: the parsed options of [global].
 * Returns false if smbd did not take something that nothing else holds, or
 * memory ran out. Clients that are not told to encrypt are no failure: the
 * share gate refuses them.
 */
bool sg_raise_all(struct sg_client_state *client,
		  const struct sg_settings *global);

/**
 * Put back, and raise by the smb.conf and the client's state of now.
 */
bool sg_raise_again(struct sg_client_state *client);

/**
 * SMB1: have smbd itself refuse anonymous logons at a share, for as long as a
 * tree of it is open that has bars_anonymous set.
 */
void sg_raise_bar_anonymous(struct sg_client_state *client, int snum);

#endif /* SMBGUARD_SMBD_RAISE_H */
