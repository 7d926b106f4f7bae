/*
 * smbguard: datagrams to a local daemon, never waiting long
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_DATAGRAM_H
#define SMBGUARD_SMBD_DATAGRAM_H

#include <stdbool.h>
#include <sys/uio.h>
#include <talloc.h>

struct sg_datagram;

/**
 * A socket to the daemon that listens at path. Nothing is opened yet.
 * Freeing it closes it. NULL when out of memory.
 */
struct sg_datagram *sg_datagram_new(TALLOC_CTX *mem_ctx, const char *path);

/**
 * Send one datagram. A daemon whose queue is full is waited for, a fraction
 * of a second; but not again before it has taken something.
 *
 * Returns 0 or an errno: EAGAIN for a daemon that takes nothing.
 */
int sg_datagram_send(struct sg_datagram *datagram,
		     const struct iovec *iov,
		     size_t num);

/**
 * Would somebody block who sends to the daemon at path now?
 */
bool sg_datagram_would_block(const char *path);

#endif /* SMBGUARD_SMBD_DATAGRAM_H */
