/*
 * smbguard: exceptions that mean a client and do not name it
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_EXCEPTION_MEANT_H
#define SMBGUARD_CORE_EXCEPTION_MEANT_H

#include "exception.h"
#include "facts.h"

struct sg_meant {
	const char *right; /* the name as smbd finds it; NULL: none was meant */
	enum sg_who who;   /* where that belongs: with users or with groups */
	const char *written; /* in the exception */
	enum sg_who list;    /* there, among users or groups */
};

/**
 * Could a user's name be the account's? That takes no look-up.
 */
bool sg_ends_in_account(const struct sg_facts *facts, const char *name);

/**
 * Would an exception hold for this access, if one of its names were written in
 * another form? For an access that it does not cover.
 *
 * mem_ctx: owner of what *meant points to.
 * meant: receives the first such name.
 *
 * Returns false when out of memory.
 */
bool sg_exception_meant(TALLOC_CTX *mem_ctx,
			const struct sg_exception *exception,
			const struct sg_facts *facts,
			uint32_t allow,
			time_t now,
			struct sg_meant *meant);

#endif /* SMBGUARD_CORE_EXCEPTION_MEANT_H */
