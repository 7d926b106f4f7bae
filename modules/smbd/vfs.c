/*
 * smbguard: the VFS hooks
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: a -1 of connect reaches the client as UNSUCCESSFUL, whatever
 * errno says. It is the last resort: see sg_knob_refuse_tree().
 */

#include "smbd/samba.h"
#include "smbd/files.h"
#include "smbd/log.h"
#include "smbd/vfs.h"

/* smbd hands our functions nothing of ours: written once, when registered. */
static const struct sg_share_hooks *gate;
static const struct vfs_fn_pointers *with_files;

static int vfs_connect(struct vfs_handle_struct *handle,
		       const char *service,
		       const char *user)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_access access = {.conn = NULL};
	struct sg_tree *tree = NULL;
	bool ours;
	bool ok = true;
	int ret;

	ret = SMB_VFS_NEXT_CONNECT(handle, service, user);
	if (ret < 0) {
		TALLOC_FREE(frame);
		return ret;
	}
	ours = sg_access_find(frame, handle->conn, service, &access);
	if (ours) {
		ok = gate->connect(&access, service, &tree);
	}
	TALLOC_FREE(frame);
	if (!ok) {
		sg_log("[%s] refused as UNSUCCESSFUL: out of memory, not known "
		       "as a share, or smbd did not take \"root preexec\"",
		       service);
		SMB_VFS_NEXT_DISCONNECT(handle);
		errno = EACCES;
		return -1;
	}
	handle->data = tree;
	if (tree != NULL && tree->files != NULL) {
		handle->fns = with_files;
	}
	return 0;
}

static void vfs_disconnect(struct vfs_handle_struct *handle)
{
	struct sg_tree *tree = handle->data;

	handle->data = NULL;
	if (tree != NULL) {
		gate->disconnect(tree);
	}
	SMB_VFS_NEXT_DISCONNECT(handle);
}

static struct vfs_fn_pointers functions = {
	.connect_fn = vfs_connect,
	.disconnect_fn = vfs_disconnect,
};

NTSTATUS sg_vfs_register(const struct sg_share_hooks *hooks)
{
	gate = hooks;
	with_files = sg_files_table(&functions, hooks->files);
	return smb_register_vfs(SMB_VFS_INTERFACE_VERSION,
				"smbguard",
				&functions);
}
