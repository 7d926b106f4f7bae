/*
 * smbguard: does what was raised still stand?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_STANDS_H
#define SMBGUARD_SMBD_STANDS_H

#include "smbd/state.h"

#define SID_ANONYMOUS "S-1-5-7"
#define SID_GUESTS "S-1-5-32-546" /* BUILTIN\Guests */

/* smbd has just set a share's "vfs objects" by itself. */
typedef void sg_stands_fn(struct sg_client_state *client, const char *share);

/**
 * Watch the "vfs objects" of a share until sg_stands_forget(): when smbd has
 * set it to something else, fn is called at once. False when out of memory.
 */
bool sg_stands_watch(struct sg_client_state *client,
		     int snum,
		     sg_stands_fn *fn);

/**
 * Everything is raised: note what stands, for sg_stands(). False when out of
 * memory.
 */
bool sg_stands_note(struct sg_client_state *client);

/**
 * Does it all stand, and are there no other shares than then? For asking before
 * each message.
 */
bool sg_stands(const struct sg_client_state *client);

/**
 * What is raised is about to be put back, or changed.
 */
void sg_stands_forget(struct sg_client_state *client);

/**
 * Does smbd itself refuse anonymous logons and guests at a share? And that it
 * does so now.
 */
bool sg_stands_bars_anonymous(int snum);
void sg_stands_note_bar(struct sg_client_state *client, int snum);

#endif /* SMBGUARD_SMBD_STANDS_H */
