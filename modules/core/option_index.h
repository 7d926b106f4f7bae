/*
 * smbguard: the options of one section, found by name
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_OPTION_INDEX_H
#define SMBGUARD_CORE_OPTION_INDEX_H

#include <stdbool.h>
#include <talloc.h>

struct sg_option_index;

/**
 * Is this key of smb.conf the one of our option of that name?
 */
bool sg_option_is(const char *key, const char *name);

/**
 * Is it the key of an option of ours, whatever its name?
 */
bool sg_option_is_ours(const char *key);

/**
 * An empty one. NULL when out of memory.
 */
struct sg_option_index *sg_option_index_new(TALLOC_CTX *mem_ctx);

/**
 * Take in one line of the section. A key without "smbguard:" in front is not
 * ours, and passed over.
 *
 * key: "smbguard:min protocol"; as smb.conf(5) has it, neither case nor white
 * space counts.
 * value: not copied; it must live as long as the index.
 * Returns false when out of memory.
 */
bool sg_option_index_add(struct sg_option_index *index,
			 const char *key,
			 const char *value);

/**
 * The value of an option, NULL if the section has none.
 *
 * name: without "smbguard:". The first that was added counts.
 * private_data: the index. An sg_option_getter, see options.h.
 */
const char *sg_option_index_get(const char *name, void *private_data);

#endif /* SMBGUARD_CORE_OPTION_INDEX_H */
