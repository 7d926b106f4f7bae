/*
 * smbguard: is all there that we need of smbd?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd loads modules with RTLD_NOW: where one symbol is missing, ld.so refuses
 * the whole module, and says so in words that help nobody ("undefined symbol:
 * data_blob_null" in a newer release). So the build makes all of Samba's symbols
 * weak ones. The module then loads into any smbd, what is missing is NULL, and
 * the first thing that is done is to look for that, and at the release.
 *
 * ld.so has written down what it found at the places that the module's own
 * relocations name. To ask for each symbol again would cost every connection as
 * much as loading the module does.
 *
 * How it fails: what cannot be read counts as missing.
 */

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "smbd/symbols.h"

/* The begin of this very module, as its linker knows it; so is _DYNAMIC. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

struct own {
	const ElfW(Sym) * symbols;
	const char *strings;
};

static size_t value_of(ElfW(Sxword) tag)
{
	const ElfW(Dyn) *dyn = NULL;

	for (dyn = _DYNAMIC; dyn->d_tag != DT_NULL; dyn++) {
		if (dyn->d_tag == tag) {
			return (size_t)dyn->d_un.d_val;
		}
	}
	return 0;
}

/* Most loaders turn these into addresses, and some leave them alone. */
static const void *address_of(ElfW(Sxword) tag)
{
	uintptr_t base = (uintptr_t)__ehdr_start;
	uintptr_t value = value_of(tag);

	if (value == 0) {
		return NULL;
	}
	return (const void *)(value < base ? base + value : value);
}

/* What the compiler leaves to be found or not, in each module. */
static bool is_of_compiler(const char *name)
{
	static const char *const names[] = {
		"_ITM_deregisterTMCloneTable",
		"_ITM_registerTMCloneTable",
		"__gmon_start__",
		"__cxa_finalize",
		NULL,
	};
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		if (strcmp(name, names[i]) == 0) {
			return true;
		}
	}
	return false;
}

static size_t symbol_of(ElfW(Xword) info)
{
	return sizeof(void *) == 8 ? (size_t)ELF64_R_SYM(info)
				   : (size_t)ELF32_R_SYM((uint32_t)info);
}

/* Both kinds of relocations begin as the shorter one does. */
static const char *missing_in(const struct own *own,
			      const char *table,
			      size_t size,
			      size_t step)
{
	const char *end = table != NULL ? table + size : NULL;

	for (; table != end && step > 0; table += step) {
		const ElfW(Rel) *rel = (const void *)table;
		size_t number = symbol_of(rel->r_info);
		const ElfW(Sym) *symbol = &own->symbols[number];
		const char *name = own->strings + symbol->st_name;
		void *found = NULL;

		if (number == 0 || symbol->st_shndx != SHN_UNDEF) {
			continue;
		}
		memcpy(&found, __ehdr_start + rel->r_offset, sizeof(found));
		if (found == NULL && !is_of_compiler(name)) {
			return name;
		}
	}
	return NULL;
}

const char *sg_symbols_missing(void)
{
	const struct own own = {
		.symbols = address_of(DT_SYMTAB),
		.strings = address_of(DT_STRTAB),
	};
	bool with_addend = value_of(DT_PLTREL) == DT_RELA;
	size_t step = with_addend ? sizeof(ElfW(Rela)) : sizeof(ElfW(Rel));
	const char *missing = NULL;

	if (own.symbols == NULL || own.strings == NULL) {
		return "table of symbols";
	}
	missing = missing_in(&own,
			     address_of(DT_JMPREL),
			     value_of(DT_PLTRELSZ),
			     step);
	if (missing == NULL) {
		missing = missing_in(&own,
				     address_of(DT_RELA),
				     value_of(DT_RELASZ),
				     value_of(DT_RELAENT));
	}
	if (missing == NULL) {
		missing = missing_in(&own,
				     address_of(DT_REL),
				     value_of(DT_RELSZ),
				     value_of(DT_RELENT));
	}
	return missing;
}

bool sg_symbols_can_tell(void)
{
	static const char *const names[] = {
		"samba_version_string",
		"debuglevel_get_class",
		"dbghdrclass",
		"dbgtext",
		NULL,
	};
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		if (dlsym(RTLD_DEFAULT, names[i]) == NULL) {
			return false;
		}
	}
	return true;
}
