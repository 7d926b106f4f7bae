/*
 * smbguard: its place in "vfs objects"
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_VFS_LIST_H
#define SMBGUARD_CORE_VFS_LIST_H

#include <stdbool.h>
#include <talloc.h>

/**
 * A list as smb.conf takes it: first, and then every entry, quoted where it has
 * a separator.
 *
 * list: NULL-terminated, or NULL for none. NULL when out of memory.
 */
char *sg_list_text(TALLOC_CTX *mem_ctx,
		   const char *first,
		   const char *const *list);

/**
 * Is smbguard the first of the modules, and nowhere else among them?
 *
 * modules: NULL-terminated, or NULL for none; a module may have a parameter
 * behind ":".
 */
bool sg_vfs_list_guarded(const char *const *modules);

/**
 * The modules as a text with smbguard in front, and nowhere else. First,
 * because a module whose connect does not call the next one hides whatever
 * stands behind it. NULL when out of memory.
 */
char *sg_vfs_list_guard(TALLOC_CTX *mem_ctx, const char *const *modules);

#endif /* SMBGUARD_CORE_VFS_LIST_H */
