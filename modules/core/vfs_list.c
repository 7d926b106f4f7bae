/*
 * smbguard: its place in "vfs objects"
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smb.conf's lists are taken apart by smbd and put together here, so that smbd
 * takes them apart to the same again.
 */

#include "vfs_list.h"

#include <string.h>

#define MODULE "smbguard"

/* smbd takes spaces off a name before it looks for the module. */
static bool is_ours(const char *module)
{
	size_t len = strlen(MODULE);

	module += strspn(module, " ");
	if (strncmp(module, MODULE, len) != 0) {
		return false;
	}
	module += len;
	module += strspn(module, " ");
	return module[0] == '\0' || module[0] == ':';
}

static char *append(char *text, const char *entry)
{
	bool quote = strpbrk(entry, " \t,;") != NULL;

	return talloc_asprintf_append(text, quote ? " \"%s\"" : " %s", entry);
}

char *sg_list_text(TALLOC_CTX *mem_ctx,
		   const char *first,
		   const char *const *list)
{
	char *text = talloc_strdup(mem_ctx, first);
	size_t i;

	for (i = 0; text != NULL && list != NULL && list[i] != NULL; i++) {
		text = append(text, list[i]);
	}
	return text;
}

bool sg_vfs_list_guarded(const char *const *modules)
{
	size_t i;

	if (modules == NULL || modules[0] == NULL ||
	    strcmp(modules[0], MODULE) != 0) {
		return false;
	}
	for (i = 1; modules[i] != NULL; i++) {
		bool again = is_ours(modules[i]);

		if (again) {
			return false;
		}
	}
	return true;
}

char *sg_vfs_list_guard(TALLOC_CTX *mem_ctx, const char *const *modules)
{
	char *text = talloc_strdup(mem_ctx, MODULE);
	size_t i;

	for (i = 0; text != NULL && modules != NULL && modules[i] != NULL;
	     i++) {
		bool ours = is_ours(modules[i]);

		if (!ours) {
			text = append(text, modules[i]);
		}
	}
	return text;
}
