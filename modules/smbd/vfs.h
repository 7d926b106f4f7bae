/*
 * smbguard: the VFS hooks
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_VFS_H
#define SMBGUARD_SMBD_VFS_H

#include "smbd/files.h"
#include "smbd/module.h"
#include "smbd/tree_find.h"

/* What the share gate does about trees. */
struct sg_share_hooks {
	/*
	 * A tree connect that smbd, and all modules below, would let in; access
	 * lives as long as the call. Returns false if it must fail: smbd was
	 * not brought to refuse it.
	 * tree: the state of the tree, for disconnect; a child of the
	 * connection_struct.
	 */
	bool (*connect)(const struct sg_access *access,
			const char *service,
			struct sg_tree **tree);

	/* Its end, whoever wants it. */
	void (*disconnect)(struct sg_tree *tree);

	/* What it does about files of trees with file events. */
	const struct sg_file_hooks *files;
};

/**
 * Register as the VFS module "smbguard". connect and disconnect are the only
 * hooks of a tree that asks for no file events, so that operations on its files
 * cost nothing.
 *
 * hooks: must stay.
 */
NTSTATUS sg_vfs_register(const struct sg_share_hooks *hooks);

#endif /* SMBGUARD_SMBD_VFS_H */
