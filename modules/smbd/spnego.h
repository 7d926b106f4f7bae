/*
 * smbguard: all session setups through SPNEGO
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_SPNEGO_H
#define SMBGUARD_SMBD_SPNEGO_H

#include "smbd/logon.h"

/**
 * Put a mechanism of our own before smbd's SPNEGO, from now on and for the
 * life of the process. Must happen before smbd has started gensec.
 *
 * hooks: must stay. Returns what is wrong, on mem_ctx or static; NULL: nothing.
 */
const char *sg_spnego_watch(TALLOC_CTX *mem_ctx,
			    const struct sg_logon_hooks *hooks);

#endif /* SMBGUARD_SMBD_SPNEGO_H */
