/*
 * smbguard: datagrams to a local daemon, never waiting long
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * syslog(3) and sd_journal_send(3) block for as long as the daemon's queue is
 * full, for ever if it is stopped, and a client of smbd with them. There is no
 * way to ask them not to: the free place that poll() sees may be gone, and
 * what a stopped daemon has not read stays charged to their socket. So the
 * datagrams are sent from here, without blocking.
 *
 * How it fails: with an errno, after a bounded time; the socket is opened
 * again with the next datagram.
 */

#include "smbd/samba.h"
#include "smbd/datagram.h"

#include <poll.h>
#include <sys/un.h>

/* A daemon that is alive drains its queue within this. */
#define WAIT_MSEC 200

struct sg_datagram {
	const char *path;
	int fd;
	bool stuck; /* it took nothing the last time, and was waited for */
};

static void datagram_close(struct sg_datagram *datagram)
{
	if (datagram->fd != -1) {
		close(datagram->fd);
		datagram->fd = -1;
	}
}

static int datagram_destructor(struct sg_datagram *datagram)
{
	datagram_close(datagram);
	return 0;
}

struct sg_datagram *sg_datagram_new(TALLOC_CTX *mem_ctx, const char *path)
{
	struct sg_datagram *datagram = talloc_zero(mem_ctx, struct sg_datagram);

	if (datagram == NULL) {
		return NULL;
	}
	datagram->fd = -1;
	datagram->path = talloc_strdup(datagram, path);
	if (datagram->path == NULL) {
		TALLOC_FREE(datagram);
		return NULL;
	}
	talloc_set_destructor(datagram, datagram_destructor);
	return datagram;
}

static int open_socket(const char *path, int *fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int ret;

	strlcpy(address.sun_path, path, sizeof(address.sun_path));
	*fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd == -1) {
		return errno;
	}
	ret = connect(*fd, (struct sockaddr *)&address, sizeof(address));
	if (ret != 0) {
		ret = errno;
		close(*fd);
		*fd = -1;
	}
	return ret;
}

static bool writable(int fd, int msec)
{
	struct pollfd pfd = {.fd = fd, .events = POLLOUT};
	int ret = poll(&pfd, 1, msec);

	return ret == 1 && (pfd.revents & POLLOUT) != 0;
}

static int send_once(int fd, const struct iovec *iov, size_t num)
{
	struct msghdr message = {
		.msg_iov = discard_const_p(struct iovec, iov),
		.msg_iovlen = num,
	};
	ssize_t sent;

	do {
		sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (sent == -1 && errno == EINTR);
	return sent == -1 ? errno : 0;
}

static int open_and_send(struct sg_datagram *datagram,
			 const struct iovec *iov,
			 size_t num)
{
	int ret = 0;

	if (datagram->fd == -1) {
		ret = open_socket(datagram->path, &datagram->fd);
	}
	return ret == 0 ? send_once(datagram->fd, iov, num) : ret;
}

int sg_datagram_send(struct sg_datagram *datagram,
		     const struct iovec *iov,
		     size_t num)
{
	int ret = open_and_send(datagram, iov, num);

	if (ret == EAGAIN && !datagram->stuck) {
		(void)writable(datagram->fd, WAIT_MSEC);
		ret = send_once(datagram->fd, iov, num);
	}
	if (ret != 0 && ret != EAGAIN) {
		/* The daemon may have been started again since. */
		datagram_close(datagram);
		ret = open_and_send(datagram, iov, num);
	}
	if (ret != 0 && ret != EAGAIN) {
		datagram_close(datagram);
	}
	datagram->stuck = ret == EAGAIN;
	return ret;
}

bool sg_datagram_would_block(const char *path)
{
	bool takes;
	int fd = -1;
	int ret = open_socket(path, &fd);

	if (ret != 0) {
		/* Nobody is there, so nobody is waited for. */
		return ret == EAGAIN;
	}
	takes = writable(fd, 0);
	close(fd);
	return !takes;
}
