/*
 * smbguard: its words in the lists of smb.conf
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define _GNU_SOURCE 1 /* memrchr */

#include "setup.h"

#include <string.h>

#define MODULE "smbguard"
#define FILE_NAME MODULE ".so"

/* "smbguard:parameter" and "/path/smbguard.so" are the same module. */
bool sg_setup_is_vfs(const char *word)
{
	size_t len = strcspn(word, ":");
	const char *end = word + len;
	const char *slash = NULL;

	word += strspn(word, " ");
	if (word[0] == '/') {
		slash = memrchr(word, '/', (size_t)(end - word));
		word = slash + 1;
		end = word + strcspn(word, ".:");
	}
	while (end > word && end[-1] == ' ') {
		end--;
	}
	return (size_t)(end - word) == strlen(MODULE) &&
	       strncmp(word, MODULE, strlen(MODULE)) == 0;
}

bool sg_setup_is_preload(const char *word)
{
	const char *slash = strrchr(word, '/');

	return strcmp(slash != NULL ? slash + 1 : word, FILE_NAME) == 0;
}

const char *sg_setup_controller_list(const struct sg_conf *conf)
{
	const struct sg_conf_section *global = &conf->sections[0];

	/* As smbd has it: see lp_load_ex() in Samba's loadparm.c. */
	if (sg_conf_value(global, "xattr_tdb:file") != NULL) {
		return "dfs_samba4 acl_xattr xattr_tdb";
	}
	if (sg_conf_value(global, "posix:eadb") != NULL) {
		return "dfs_samba4 acl_xattr posix_eadb";
	}
	return "dfs_samba4 acl_xattr";
}
