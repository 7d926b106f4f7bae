/*
 * smbguard: a look at a client's message before smbd reads it
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_PEEK_H
#define SMBGUARD_SMBD_PEEK_H

#include "core/wire/offer.h"

/**
 * Look at the message that waits on a socket, as much of it as size bytes.
 *
 * wait_msec: how long one that comes in pieces may be waited for. What was
 * waited is taken off. 0: what is there must do.
 * Returns the bytes that were there; 0 if there is none, or an end.
 */
size_t sg_peek_message(int sock, uint8_t *buf, size_t size, int64_t *wait_msec);

/**
 * Does a request of SMB1 wait there that is no negotiate? Waits for nothing.
 */
bool sg_peek_smb1_request(int sock);

/**
 * Look at the next `want` bytes that wait on a socket, or at as many as come
 * in time.
 *
 * wait_msec: how long to wait for them; what was used up is taken off.
 * Returns the bytes that were there; 0 if there are none, or an end.
 */
size_t sg_peek_bytes(int sock, uint8_t *buf, size_t want, int64_t *wait_msec);

/**
 * Parse the message that waits on a socket, and leave it there.
 *
 * sock: connected, readable now. A message that comes in pieces is waited
 * for, a few seconds in all: smbd itself would block on it, without limit.
 *
 * mem_ctx: owner of the offer. NULL only when out of memory.
 */
struct sg_offer *sg_peek_offer(TALLOC_CTX *mem_ctx, int sock);

#endif /* SMBGUARD_SMBD_PEEK_H */
