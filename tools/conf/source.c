/*
 * smbguard: names and values out of libsmbconf
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libsmbconf is Samba's public library for its configuration. It reads one
 * file, or the registry; conf.c puts them together.
 *
 * Where the registry is, smb.conf says ("state directory"). libsmbconf asks
 * the loadparm that it has inside, so that is loaded first. The function is
 * exported but not in a header: it is weak here, and without it the registry
 * cannot be read.
 *
 * How it fails: with a sentence.
 */

#include "conf.h"

#include <smbconf.h>
#include <unistd.h>

#define WEAK __attribute__((weak))

/* Of libsmbconf, in a header that Samba does not install. */
sbcErr smbconf_init(TALLOC_CTX *mem_ctx,
		    struct smbconf_ctx **conf_ctx,
		    const char *source);
bool lp_load_global(const char *file_name) WEAK;

const char *sg_conf_services(TALLOC_CTX *mem_ctx,
			     const char *source,
			     struct smbconf_service ***services,
			     uint32_t *num)
{
	struct smbconf_ctx *ctx = NULL;
	sbcErr err;

	*num = 0;
	err = smbconf_init(mem_ctx, &ctx, source);
	if (!SBC_ERROR_IS_OK(err)) {
		return sbcErrorString(err);
	}
	err = smbconf_get_config(ctx, mem_ctx, num, services);
	smbconf_shutdown(ctx);
	return SBC_ERROR_IS_OK(err) ? NULL : sbcErrorString(err);
}

const char *sg_conf_registry(TALLOC_CTX *mem_ctx,
			     const char *path,
			     const char *directory,
			     struct smbconf_service ***services,
			     uint32_t *num,
			     bool *found)
{
	char *database = NULL;
	bool ok;

	*found = false;
	*num = 0;
	/* To open what is not there would make it, and so would a load. */
	database = talloc_asprintf(mem_ctx, "%s/registry.tdb", directory);
	if (database == NULL) {
		return "out of memory";
	}
	if (access(database, F_OK) != 0) {
		return NULL;
	}
	if (access(database, R_OK | W_OK) != 0) {
		return "registry.tdb cannot be opened: be root";
	}
	if (lp_load_global == NULL) {
		return "this libsmbconf does not let the registry be read";
	}
	ok = lp_load_global(path);
	if (!ok) {
		return "libsmbconf cannot load the file";
	}
	*found = true;
	return sg_conf_services(mem_ctx, "registry:", services, num);
}
