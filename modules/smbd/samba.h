/*
 * smbguard: Samba's private headers
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The only place that includes what most files of this folder need of them;
 * what differs between Samba's versions is evened out in smbd/compat.h.
 */

#ifndef SMBGUARD_SMBD_SAMBA_H
#define SMBGUARD_SMBD_SAMBA_H

#include "includes.h"
#include "smbd/smbd.h"
#include "smbd/globals.h"
#include "lib/global_contexts.h"

#include "../lib/tsocket/tsocket.h"
#include "../libcli/security/security.h"
#include "../libcli/smb/smb_constants.h"
#include "auth.h"
#include "auth/gensec/gensec.h"
#include "auth/gensec/gensec_internal.h"

#include "../lib/param/loadparm.h"
#include "../lib/param/param_global.h"
#include "../lib/param/s3_param.h"

#include "smbd/compat.h"

#endif /* SMBGUARD_SMBD_SAMBA_H */
