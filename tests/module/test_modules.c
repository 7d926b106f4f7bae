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
 * Each module must export samba_init_module and nothing else, must not name a
 * private library of Samba's nor a version of Samba's symbols (either would
 * tie it to one package), and must load with all its symbols resolved in a
 * process that has the libraries of smbd.
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
#include <elf.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define ENTRY "samba_init_module"
#define SMBD "/usr/sbin/smbd"

static const char *const modules[] = {
	"modules/smbguard/negotiate.so",
	"modules/smbguard/session.so",
	"modules/vfs/smbguard.so",
};

static const char *stage = "build/stage";

/* A mapped ELF file and what its dynamic section points to */
struct elf {
	const char *path;
	const uint8_t *bytes;
	size_t size;
	const ElfW(Ehdr) * header;
	const ElfW(Dyn) * dynamic;
	size_t num_dynamic;
	const ElfW(Sym) * symbols;
	size_t num_symbols;
	const char *strings;
	size_t strings_size;
	const uint8_t *versions; /* .gnu.version_r; NULL: none needed */
	size_t versions_size;
};

/* size bytes at offset, all of them within the file */
static const void *elf_at(const struct elf *elf, size_t offset, size_t size)
{
	if (offset > elf->size || size > elf->size - offset) {
		fail_msg("%s: cut, or no ELF file", elf->path);
	}
	return elf->bytes + offset;
}

static const char *elf_string(const struct elf *elf, size_t offset)
{
	assert_true(offset < elf->strings_size);
	return elf->strings + offset;
}

static void elf_map(struct elf *elf, const char *path)
{
	struct stat st = {0};
	void *bytes = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	*elf = (struct elf){.path = path};
	if (fd == -1) {
		fail_msg("%s is not there: ./waf build makes it", path);
	}
	ret = fstat(fd, &st);
	assert_int_equal(ret, 0);
	assert_true(st.st_size > 0);
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	assert_ptr_not_equal(bytes, MAP_FAILED);
	elf->bytes = bytes;
	elf->size = (size_t)st.st_size;
}

static void elf_open(struct elf *elf, const char *path)
{
	const ElfW(Shdr) *sections = NULL;
	const ElfW(Shdr) *strings = NULL;
	size_t i;

	elf_map(elf, path);
	elf->header = elf_at(elf, 0, sizeof(*elf->header));
	assert_memory_equal(elf->header->e_ident, ELFMAG, SELFMAG);
	assert_int_equal(elf->header->e_type, ET_DYN);
	assert_int_equal(elf->header->e_shentsize, sizeof(*sections));
	sections = elf_at(elf,
			  elf->header->e_shoff,
			  elf->header->e_shnum * sizeof(*sections));
	for (i = 0; i < elf->header->e_shnum; i++) {
		const ElfW(Shdr) *s = &sections[i];
		const void *content = NULL;

		if (s->sh_type != SHT_DYNAMIC && s->sh_type != SHT_DYNSYM &&
		    s->sh_type != SHT_GNU_verneed) {
			continue;
		}
		content = elf_at(elf, s->sh_offset, s->sh_size);
		if (s->sh_type == SHT_DYNAMIC) {
			elf->dynamic = content;
			elf->num_dynamic = s->sh_size / sizeof(*elf->dynamic);
		} else if (s->sh_type == SHT_DYNSYM) {
			elf->symbols = content;
			elf->num_symbols = s->sh_size / sizeof(*elf->symbols);
			assert_true(s->sh_link < elf->header->e_shnum);
			strings = &sections[s->sh_link];
		} else {
			elf->versions = content;
			elf->versions_size = s->sh_size;
		}
	}
	assert_non_null(elf->dynamic);
	assert_non_null(strings);
	elf->strings = elf_at(elf, strings->sh_offset, strings->sh_size);
	elf->strings_size = strings->sh_size;
	assert_true(elf->strings_size > 0);
	assert_int_equal(elf->strings[elf->strings_size - 1], '\0');
}

static void elf_close(struct elf *elf)
{
	union {
		const uint8_t *in;
		void *out;
	} bytes = {.in = elf->bytes};

	munmap(bytes.out, elf->size);
}

/* The next string of a tag (DT_NEEDED) from *i on, NULL: no more */
static const char *elf_dynamic(const struct elf *elf,
			       ElfW(Sxword) tag,
			       size_t *i)
{
	while (*i < elf->num_dynamic) {
		const ElfW(Dyn) *d = &elf->dynamic[*i];

		(*i)++;
		if (d->d_tag == tag) {
			return elf_string(elf, d->d_un.d_val);
		}
	}
	return NULL;
}

static bool symbol_is_exported(const ElfW(Sym) * symbol)
{
	unsigned char bind = ELF64_ST_BIND(symbol->st_info);
	unsigned char visibility = ELF64_ST_VISIBILITY(symbol->st_other);

	return symbol->st_shndx != SHN_UNDEF && bind != STB_LOCAL &&
	       (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

static bool elf_exports(const struct elf *elf, const char *name)
{
	size_t i;

	for (i = 1; i < elf->num_symbols; i++) {
		const ElfW(Sym) *symbol = &elf->symbols[i];
		bool exported = symbol_is_exported(symbol);
		const char *own = elf_string(elf, symbol->st_name);

		if (exported && strcmp(own, name) == 0) {
			return true;
		}
	}
	return false;
}

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

/* How many versions of symbols it needs; fails on one of Samba's */
static size_t check_versions(const struct elf *elf)
{
	size_t at = 0;
	size_t seen = 0;

	while (elf->versions != NULL) {
		const ElfW(Verneed) *need = NULL;
		size_t aux_at;
		int i;

		assert_true(at + sizeof(*need) <= elf->versions_size);
		need = (const void *)(elf->versions + at);
		aux_at = at + need->vn_aux;
		for (i = 0; i < need->vn_cnt; i++) {
			const ElfW(Vernaux) *aux = NULL;
			const char *version = NULL;

			assert_true(aux_at + sizeof(*aux) <=
				    elf->versions_size);
			aux = (const void *)(elf->versions + aux_at);
			version = elf_string(elf, aux->vna_name);
			if (strncmp(version, "SAMBA_", 6) == 0) {
				fail_msg("%s needs %s of %s",
					 elf->path,
					 version,
					 elf_string(elf, need->vn_file));
			}
			seen++;
			aux_at += aux->vna_next;
		}
		if (need->vn_next == 0) {
			break;
		}
		at += need->vn_next;
	}
	return seen;
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
			    ELF64_ST_BIND(symbol->st_info) == STB_WEAK) {
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

int main(int argc, char **argv)
{
	const struct CMUnitTest of_the_file[] = {
		cmocka_unit_test(
			test_modules_are_for_the_machine_that_smbd_is_for),
		cmocka_unit_test(test_modules_export_their_entry_point_only),
		cmocka_unit_test(test_modules_need_no_private_library),
		cmocka_unit_test(test_modules_need_no_version_of_samba),
	};
	const struct CMUnitTest with_smbd[] = {
		cmocka_unit_test(test_modules_find_all_symbols_in_smbd),
		cmocka_unit_test(test_modules_load),
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
