/*
 * vfs/smbguard.so: the way to smbguard.so by its second name
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What: smbd and other programs of Samba's load it for "vfs objects". It opens
 * smbguard.so, which lies in the folder above, and calls its entry point.
 *
 * Why it is a file of its own: Samba's Python keeps Samba's library for itself,
 * so smbguard.so would have to name that library as needed, to find its
 * symbols there. But then the loader goes through all libraries of smbd in
 * every connection, which costs more than everything else that smbguard does.
 * So here, where it is needed, the library is made visible, and nothing but libc
 * is linked with.
 *
 * How it fails: where smbguard.so cannot be opened, smbd is told
 * NT_STATUS_DLL_NOT_FOUND and refuses every share that lists smbguard. Why is
 * said on the standard error output.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "remedy.h"

#include "smbguard_config.h"

#define ENTRY "samba_init_module"
#define MODULE "smbguard.so"
/* A function that every program with VFS modules has. */
#define OF_SAMBA "smb_register_vfs"

/* An NTSTATUS, MS-ERREF 2.3.1; here without Samba's headers. */
#define STATUS_DLL_NOT_FOUND 0xC0000135U

typedef uint32_t (*entry_fn)(void *ctx);

uint32_t samba_init_module(void *ctx);

static void show_samba(void)
{
	if (dlsym(RTLD_DEFAULT, OF_SAMBA) == NULL) {
		(void)dlopen(SMBGUARD_SAMBA_LIBRARY,
			     RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL);
	}
}

/* In the folder above this file's own, wherever a link has led here from. */
static void *open_beside(void)
{
	Dl_info here = {.dli_fname = NULL};
	char path[PATH_MAX];
	char own[PATH_MAX];
	int got;

	got = dladdr((void *)(uintptr_t)samba_init_module, &here);
	if (got == 0 || realpath(here.dli_fname, own) == NULL) {
		return NULL;
	}
	got = snprintf(path, sizeof(path), "%s/../" MODULE, dirname(own));
	if (got < 0 || (size_t)got >= sizeof(path)) {
		return NULL;
	}
	return dlopen(path, RTLD_NOW);
}

struct loaded {
	uintptr_t own;
	char path[PATH_MAX];
};

static int find_loaded(struct dl_phdr_info *info, size_t size, void *data)
{
	const char *name = strrchr(info->dlpi_name, '/');
	struct loaded *loaded = data;
	int got;

	if (name == NULL || strcmp(name + 1, MODULE) != 0 ||
	    info->dlpi_addr == loaded->own) {
		return 0;
	}
	got = snprintf(loaded->path,
		       sizeof(loaded->path),
		       "%s",
		       info->dlpi_name);
	return got > 0 && (size_t)got < sizeof(loaded->path);
}

/* The one that "preload modules" has loaded, if this file was copied away. */
static void *open_loaded(void)
{
	struct loaded loaded = {.own = 0};
	Dl_info here = {.dli_fbase = NULL};
	int found;

	(void)dladdr((void *)(uintptr_t)samba_init_module, &here);
	loaded.own = (uintptr_t)here.dli_fbase;
	found = dl_iterate_phdr(find_loaded, &loaded);
	return found != 0 ? dlopen(loaded.path, RTLD_NOW | RTLD_NOLOAD) : NULL;
}

static void *open_module(void)
{
	void *module = open_beside();

	if (module == NULL) {
		module = open_loaded();
	}
	if (module == NULL) {
		module = dlopen(SMBGUARD_MODULESDIR "/" MODULE, RTLD_NOW);
	}
	return module;
}

uint32_t samba_init_module(void *ctx)
{
	entry_fn entry = NULL;
	void *module = NULL;

	show_samba();
	module = open_module();
	if (module != NULL) {
		*(void **)&entry = dlsym(module, ENTRY);
	}
	/* An older system may lack more than Samba's libraries. */
	if (entry == NULL) {
		fprintf(stderr,
			"smbguard: vfs/" MODULE ", built for Samba %u.%u (%s), "
			"found no " MODULE
			" that loads: %s; smbd refuses every "
			"share that lists it. " SG_REMEDY,
			SMBGUARD_SAMBA_VERSION_MAJOR,
			SMBGUARD_SAMBA_VERSION_MINOR,
			SMBGUARD_SAMBA_PACKAGE,
			dlerror());
		return STATUS_DLL_NOT_FOUND;
	}
	return entry(ctx);
}
