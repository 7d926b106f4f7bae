/*
 * smbguard: a look at a client's message before smbd reads it
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recv(MSG_PEEK) leaves everything where it is. While a message is not
 * whole, poll() would return at once for the bytes that are there already, so
 * SO_RCVLOWAT asks it to wait for more of them.
 *
 * How it fails: a message that is not whole when the time is up, or when the
 * client hangs up, is parsed as far as it came. The socket has its low-water
 * mark back in any case.
 */

#include "smbd/samba.h"
#include "smbd/peek.h"

#include <poll.h>

/* All the time that one message gets. smbd serves nobody else meanwhile. */
#define PEEK_WAIT_MSEC 5000
/* The longest nap: where SO_RCVLOWAT does nothing, poll() cannot tell. */
#define PEEK_NAP_MSEC 20

static int64_t now_msec(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static size_t peek(int sock, uint8_t *buf, size_t size)
{
	ssize_t got;

	do {
		got = recv(sock, buf, size, MSG_PEEK | MSG_DONTWAIT);
	} while (got == -1 && errno == EINTR);
	return got > 0 ? (size_t)got : 0;
}

/* Wait until `bytes` are there, the peer has hung up, or a nap is over. */
static bool wait_for(int sock, size_t bytes)
{
	struct pollfd pfd = {.fd = sock, .events = POLLIN | POLLRDHUP};
	int low = (int)bytes;
	int ret;

	(void)setsockopt(sock, SOL_SOCKET, SO_RCVLOWAT, &low, sizeof(low));
	ret = poll(&pfd, 1, PEEK_NAP_MSEC);
	low = 1;
	(void)setsockopt(sock, SOL_SOCKET, SO_RCVLOWAT, &low, sizeof(low));

	return ret <= 0 || (pfd.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0;
}

size_t sg_peek_message(int sock, uint8_t *buf, size_t size, int64_t *wait_msec)
{
	int64_t begin = now_msec();
	int64_t waited = 0;
	bool more = true;
	size_t have = peek(sock, buf, size);

	while (have > 0 && more && waited < *wait_msec) {
		/* 0 until the length itself is there */
		size_t want = MAX(sg_offer_expected_bytes(buf, have),
				  SG_OFFER_NBT_BYTES);

		want = MIN(want, size);
		if (have >= want) {
			break;
		}
		more = wait_for(sock, want);
		have = peek(sock, buf, size);
		waited = now_msec() - begin;
	}
	*wait_msec -= MIN(waited, *wait_msec);
	return have;
}

bool sg_peek_smb1_request(int sock)
{
	uint8_t buf[SG_OFFER_REQUEST_BYTES];
	size_t have = peek(sock, buf, sizeof(buf));

	return sg_offer_is_smb1_request(buf, have);
}

size_t sg_peek_bytes(int sock, uint8_t *buf, size_t want, int64_t *wait_msec)
{
	int64_t begin = now_msec();
	int64_t waited = 0;
	bool more = true;
	size_t have = peek(sock, buf, want);

	while (have > 0 && have < want && more && waited < *wait_msec) {
		more = wait_for(sock, want);
		have = peek(sock, buf, want);
		waited = now_msec() - begin;
	}
	*wait_msec -= MIN(waited, *wait_msec);
	return have;
}

struct sg_offer *sg_peek_offer(TALLOC_CTX *mem_ctx, int sock)
{
	struct sg_offer *offer = NULL;
	uint8_t *buf = NULL;
	int64_t wait_msec = PEEK_WAIT_MSEC;
	size_t have;

	buf = talloc_array(mem_ctx, uint8_t, SG_OFFER_MAX_BYTES);
	if (buf == NULL) {
		return NULL;
	}
	have = sg_peek_message(sock, buf, SG_OFFER_MAX_BYTES, &wait_msec);
	offer = sg_offer_parse(mem_ctx, buf, have);
	talloc_free(buf);
	return offer;
}
