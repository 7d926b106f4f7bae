/*
 * smbguard: the dynamic section of an ELF file
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is wrong with the file fails the test.
 */

#ifndef SMBGUARD_TESTS_ELF_FILE_H
#define SMBGUARD_TESTS_ELF_FILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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
static inline const void *elf_at(const struct elf *elf,
				 size_t offset,
				 size_t size)
{
	if (offset > elf->size || size > elf->size - offset) {
		fail_msg("%s: cut, or no ELF file", elf->path);
	}
	return elf->bytes + offset;
}

static inline const char *elf_string(const struct elf *elf, size_t offset)
{
	assert_true(offset < elf->strings_size);
	return elf->strings + offset;
}

static inline void elf_map(struct elf *elf, const char *path)
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

static inline void elf_open(struct elf *elf, const char *path)
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

static inline void elf_close(struct elf *elf)
{
	union {
		const uint8_t *in;
		void *out;
	} bytes = {.in = elf->bytes};

	munmap(bytes.out, elf->size);
}

/* The next string of a tag (DT_NEEDED) from *i on, NULL: no more */
static inline const char *elf_dynamic(const struct elf *elf,
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

static inline bool symbol_is_exported(const ElfW(Sym) * symbol)
{
	unsigned char bind = ELF64_ST_BIND(symbol->st_info);
	unsigned char visibility = ELF64_ST_VISIBILITY(symbol->st_other);

	return symbol->st_shndx != SHN_UNDEF && bind != STB_LOCAL &&
	       (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

static inline bool elf_exports(const struct elf *elf, const char *name)
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

/* How many versions of symbols it needs; fails on one of Samba's */
static inline size_t check_versions(const struct elf *elf)
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

#endif /* SMBGUARD_TESTS_ELF_FILE_H */
