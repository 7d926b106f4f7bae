/*
 * smbguard.so: one module under two names
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What: smbd calls it twice, as MODULESDIR/smbguard.so ("preload modules") and
 * through MODULESDIR/vfs/smbguard.so ("vfs objects"), which opens the former:
 * see vfs_smbguard.c. The first starts the gates in the process of a new client,
 * the second registers the share gate's hooks.
 *
 * How: which of the two is meant follows from where smbd stands and not from
 * the name, so that either name does for either line of smb.conf: see
 * smbd/module.h.
 *
 * How it fails: smbd ignores whether a preload module loaded, so gates that
 * are not at work are known by their absence, and the share gate refuses. In
 * a Samba of another release nothing is touched, and the VFS module does not
 * register: smbd refuses every share that lists it.
 */

#include "gates/gates.h"
#include "smbd/module.h"

NTSTATUS samba_init_module(TALLOC_CTX *ctx);

NTSTATUS samba_init_module(TALLOC_CTX *ctx)
{
	struct sg_client_state *client = NULL;

	switch (sg_module_role(&client)) {
	case SG_MODULE_GATES:
		if (client != NULL) {
			sg_negotiate_start(client);
			sg_logon_start(client);
		}
		return NT_STATUS_OK;
	case SG_MODULE_VFS:
		return sg_share_register();
	case SG_MODULE_STRANGER:
		break;
	}
	return NT_STATUS_REVISION_MISMATCH;
}
