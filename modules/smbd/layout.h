/*
 * smbguard: is the smbd that runs the one we were compiled for?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_LAYOUT_H
#define SMBGUARD_SMBD_LAYOUT_H

#include <talloc.h>

/* One private struct of Samba, and how large it was when we were built. */
struct sg_layout {
	const void *ptr;
	const char *name;
	size_t size;
};

#define SG_LAYOUT(ptr_, type_)              \
	((struct sg_layout){.ptr = (ptr_),  \
			    .name = #type_, \
			    .size = sizeof(type_)})

/**
 * Is this the release of Samba (4.17, 4.22, ...) that we were built for? To be
 * asked before anything else of Samba's is used: between releases functions
 * change without a struct changing its size. If it is not, smbd's log says so.
 */
bool sg_layout_is_our_samba(void);

/**
 * Does this talloc chunk have the size that we expect of its type?
 *
 * Check a struct before reading a pointer out of it: with another layout it
 * would come from a wrong place.
 *
 * problem: receives a phrase for messages, on mem_ctx, when the answer is
 * no; it names the struct, both sizes and both Samba versions. Never NULL then.
 */
bool sg_layout_fits(TALLOC_CTX *mem_ctx,
		    struct sg_layout layout,
		    const char **problem);

/**
 * The same for gensec, whose interface tells its sizes itself.
 */
bool sg_layout_gensec_fits(TALLOC_CTX *mem_ctx, const char **problem);

#endif /* SMBGUARD_SMBD_LAYOUT_H */
