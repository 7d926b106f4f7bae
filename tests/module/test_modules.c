/*
 * smbguard: tests of the modules as files
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Usage: test_modules [STAGE]
 *
 * STAGE is what ./waf build makes; without it $SMBGUARD_STAGE, or else
 * build/stage.
 *
 * The module, under both its names, must export samba_init_module and nothing
 * else, must not name a version of Samba's symbols (it would tie it to one
 * package) nor a private library of Samba's, and must find all its symbols in a
 * process that has the libraries of smbd. Without them it must load as well, and
 * say that it is in the wrong place: so it does in an smbd of another release.
 *
 * This process is not smbd. What it does instead: dlopen() all that smbd names
 * as NEEDED, from where smbd looks for it. smbd is a PIE, which cannot be
 * opened like a library, so that symbols of the program itself stay
 * unresolved here though smbd has them. No module may need one: they are few,
 * and not meant for modules. The test says so by name where one does.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem(), RTLD_DEFAULT */
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "elf_file.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define ENTRY "samba_init_module"
#define SMBD "/usr/sbin/smbd"
#define STATUS_REVISION_MISMATCH 0xC0000059U

static const char *const modules[] = {
	"modules/smbguard.so",
	"modules/vfs/smbguard.so",
};

static const char *stage = "build/stage";

static void module_path(char *path, size_t size, size_t module)
{
	int n = snprintf(path, size, "%s/%s", stage, modules[module]);

	assert_true(n > 0 && (size_t)n < size);
}

static void module_open(struct elf *elf, char *path, size_t size, size_t module)
{
	module_path(path, size, module);
	elf_open(elf, path);
}

static void test_modules_are_for_the_machine_that_smbd_is_for(void **state)
{
	struct elf smbd;
	size_t m;

	elf_open(&smbd, SMBD);
	for (m = 0; m < ARRAY_LENGTH(modules); m++) {
		char path[PATH_MAX];
		struct elf elf;

		module_open(&elf, path, sizeof(path), m);
		assert_int_equal(elf.header->e_machine, smbd.header->e_machine);
		assert_int_equal(elf.header->e_ident[EI_CLASS],
				 smbd.header->e_ident[EI_CLASS]);
		elf_close(&elf);
	}
	elf_close(&smbd);
}

static void test_modules_export_their_entry_point_only(void **state)
{
	size_t m;
	size_t i;

	for (m = 0; m < ARRAY_LENGTH(modules); m++) {
		char path[PATH_MAX];
		struct elf elf;
		size_t exported = 0;

		module_open(&elf, path, sizeof(path), m);
		for (i = 1; i < elf.num_symbols; i++) {
			const ElfW(Sym) *symbol = &elf.symbols[i];
			const char *name = elf_string(&elf, symbol->st_name);
			bool is_exported = symbol_is_exported(symbol);

			if (!is_exported) {
				continue;
			}
			if (strcmp(name, ENTRY) != 0) {
				fail_msg("%s exports %s", path, name);
			}
			assert_int_equal(ELF64_ST_TYPE(symbol->st_info),
					 STT_FUNC);
			exported++;
		}
		assert_int_equal(exported, 1);
		elf_close(&elf);
	}
}

static void test_modules_need_no_private_library(void **state)
{
	/* Public ones, of which each keeps its ABI */
	static const char *const allowed[] = {
		"libc.so.*",
		"libm.so.*",
		"libpthread.so.*",
		"ld-linux*.so.*",
		"libgcc_s.so.*",
		"libtalloc.so.*",
		"libtevent.so.*",
		"libtdb.so.*",
		"libjansson.so.*",
		"libsystemd.so.*",
	};
	size_t m;

	for (m = 0; m < ARRAY_LENGTH(modules); m++) {
		char path[PATH_MAX];
		struct elf elf;
		const char *needed = NULL;
		size_t seen = 0;
		size_t i = 0;

		module_open(&elf, path, sizeof(path), m);
		needed = elf_dynamic(&elf, DT_NEEDED, &i);
		while (needed != NULL) {
			bool ok = false;
			size_t a;

			for (a = 0; a < ARRAY_LENGTH(allowed); a++) {
				int ret = fnmatch(allowed[a], needed, 0);

				ok = ok || ret == 0;
			}
			if (!ok) {
				fail_msg("%s needs %s", path, needed);
			}
			seen++;
			needed = elf_dynamic(&elf, DT_NEEDED, &i);
		}
		/* libc, at the least: or the list was not read at all */
		assert_true(seen > 0);
		/* Nor does it look for libraries where others do not. */
		i = 0;
		assert_null(elf_dynamic(&elf, DT_RPATH, &i));
		i = 0;
		assert_null(elf_dynamic(&elf, DT_RUNPATH, &i));
		elf_close(&elf);
	}
}

static void test_modules_need_no_version_of_samba(void **state)
{
	struct elf smbd;
	size_t m;

	for (m = 0; m < ARRAY_LENGTH(modules); m++) {
		char path[PATH_MAX];
		struct elf elf;
		size_t seen;

		module_open(&elf, path, sizeof(path), m);
		seen = check_versions(&elf);
		/* GLIBC_2.x, at the least */
		assert_true(seen > 0);
		elf_close(&elf);
	}

	/* smbd itself does: the parser would see one. */
	elf_open(&smbd, SMBD);
	assert_non_null(smbd.versions);
	assert_non_null(memmem(smbd.strings, smbd.strings_size, "\0SAMBA_", 7));
	elf_close(&smbd);
}

/* What a module says of itself in a process without smbd's libraries. */
static uint32_t init_alone(const char *path)
{
	uint32_t (*init)(void *ctx) = NULL;
	char real[PATH_MAX];
	void *handle = NULL;

	if (realpath(path, real) != NULL) {
		handle = dlopen(real, RTLD_NOW | RTLD_LOCAL);
	}
	if (handle == NULL) {
		print_error("%s: %s\n", path, dlerror());
		return 0;
	}
	*(void **)&init = dlsym(handle, ENTRY);
	return init != NULL ? init(NULL) : 0;
}

/*
 * As in a newer smbd, which lacks some of it. In a process of its own, since
 * they stay where they are loaded.
 */
static void test_modules_load_without_samba(void **state)
{
	size_t m;

	for (m = 0; m < ARRAY_LENGTH(modules); m++) {
		char path[PATH_MAX];
		int status = 0;
		pid_t pid;

		module_path(path, sizeof(path), m);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			uint32_t said = init_alone(path);

			_exit(said == STATUS_REVISION_MISMATCH ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

/* Open one of smbd's libraries as smbd would: its RUNPATH, then the system's */
static bool open_library(const char *runpath, const char *name)
{
	const char *p = runpath;
	void *handle = NULL;

	while (p != NULL && *p != '\0' && handle == NULL) {
		size_t len = strcspn(p, ":");
		char path[PATH_MAX];
		int n;

		n = snprintf(path, sizeof(path), "%.*s/%s", (int)len, p, name);
		assert_true(n > 0 && (size_t)n < sizeof(path));
		if (access(path, R_OK) == 0) {
			handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
		}
		p += len;
		p += strspn(p, ":");
	}
	if (handle == NULL) {
		handle = dlopen(name, RTLD_NOW | RTLD_GLOBAL);
	}
	return handle != NULL;
}

static int open_libraries_of_smbd(void **state)
{
	struct elf smbd;
	const char *runpath = NULL;
	const char *needed = NULL;
	size_t i = 0;

	elf_open(&smbd, SMBD);
	runpath = elf_dynamic(&smbd, DT_RUNPATH, &i);
	if (runpath == NULL) {
		i = 0;
		runpath = elf_dynamic(&smbd, DT_RPATH, &i);
	}
	i = 0;
	needed = elf_dynamic(&smbd, DT_NEEDED, &i);
	while (needed != NULL) {
		bool ok = open_library(runpath, needed);

		if (!ok) {
			print_error("%s\n", dlerror());
			return -1;
		}
		needed = elf_dynamic(&smbd, DT_NEEDED, &i);
	}
	elf_close(&smbd);
	return 0;
}

/* What the compiler itself leaves to be found, or not. */
static bool is_of_compiler(const char *name)
{
	return strncmp(name, "_ITM_", strlen("_ITM_")) == 0 ||
	       strcmp(name, "__gmon_start__") == 0;
}

/* Every symbol that is missing, by name; ld.so would only tell the first. */
static void test_modules_find_all_symbols_in_smbd(void **state)
{
	struct elf smbd;
	size_t missing = 0;
	size_t m;
	size_t i;

	elf_open(&smbd, SMBD);
	for (m = 0; m < ARRAY_LENGTH(modules); m++) {
		char path[PATH_MAX];
		struct elf elf;
		size_t found = 0;

		module_open(&elf, path, sizeof(path), m);
		for (i = 1; i < elf.num_symbols; i++) {
			const ElfW(Sym) *symbol = &elf.symbols[i];
			const char *name = elf_string(&elf, symbol->st_name);
			bool in_smbd;

			if (symbol->st_shndx != SHN_UNDEF ||
			    is_of_compiler(name)) {
				continue;
			}
			if (dlsym(RTLD_DEFAULT, name) != NULL) {
				found++;
				continue;
			}
			in_smbd = elf_exports(&smbd, name);
			print_error("%s: %s is %s\n",
				    path,
				    name,
				    in_smbd ? "in the program smbd itself, "
					      "which is none of its API"
					    : "not in smbd nor its libraries");
			missing++;
		}
		assert_true(found > 0);
		elf_close(&elf);
	}
	elf_close(&smbd);
	assert_int_equal(missing, 0);
}

static void test_modules_load(void **state)
{
	size_t m;

	for (m = 0; m < ARRAY_LENGTH(modules); m++) {
		char path[PATH_MAX];
		char real[PATH_MAX];
		void *handle = NULL;

		/* Without a slash dlopen() would search for it. */
		module_path(path, sizeof(path), m);
		if (realpath(path, real) == NULL) {
			fail_msg("%s is not there: ./waf build makes it", path);
		}
		handle = dlopen(real, RTLD_NOW | RTLD_LOCAL);
		if (handle == NULL) {
			fail_msg("%s", dlerror());
		}
		assert_non_null(dlsym(handle, ENTRY));
		dlclose(handle);
	}
}

/* smbd's memory may hold a destructor of a module that smbd has closed. */
static void test_modules_stay_when_closed(void **state)
{
	size_t m;

	for (m = 0; m < ARRAY_LENGTH(modules); m++) {
		char path[PATH_MAX];
		void *handle = NULL;

		module_path(path, sizeof(path), m);
		handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
		assert_non_null(handle);
		dlclose(handle);
		handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
		if (handle == NULL) {
			fail_msg("%s has gone", path);
		}
		dlclose(handle);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest of_the_file[] = {
		cmocka_unit_test(
			test_modules_are_for_the_machine_that_smbd_is_for),
		cmocka_unit_test(test_modules_export_their_entry_point_only),
		cmocka_unit_test(test_modules_need_no_private_library),
		cmocka_unit_test(test_modules_need_no_version_of_samba),
		cmocka_unit_test(test_modules_load_without_samba),
	};
	const struct CMUnitTest with_smbd[] = {
		cmocka_unit_test(test_modules_find_all_symbols_in_smbd),
		cmocka_unit_test(test_modules_load),
		cmocka_unit_test(test_modules_stay_when_closed),
	};
	const char *from_environment = getenv("SMBGUARD_STAGE");
	int failed;

	if (from_environment != NULL) {
		stage = from_environment;
	}
	if (argc > 1) {
		stage = argv[1];
	}
	failed = cmocka_run_group_tests(of_the_file, NULL, NULL);
	failed +=
		cmocka_run_group_tests(with_smbd, open_libraries_of_smbd, NULL);
	return failed;
}
