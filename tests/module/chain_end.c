/*
 * smbguard: a VFS module whose connect does not call the next one
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * As vfs_ceph and vfs_glusterfs are, but without a cluster behind it: whatever
 * stands behind it in "vfs objects" is never asked. For tests.
 */

#include "includes.h"
#include "smbd/smbd.h"

static int end_connect(struct vfs_handle_struct *handle,
		       const char *service,
		       const char *user)
{
	return 0;
}

static struct vfs_fn_pointers functions = {.connect_fn = end_connect};

__attribute__((visibility("default"))) NTSTATUS samba_init_module(
	TALLOC_CTX *ctx);

NTSTATUS samba_init_module(TALLOC_CTX *ctx)
{
	return smb_register_vfs(SMB_VFS_INTERFACE_VERSION,
				"chain_end",
				&functions);
}
