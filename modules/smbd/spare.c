/*
 * smbguard: file descriptors that are set aside
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A client can use up all descriptors that its process may have, with files and
 * channels. smbd could not open smb.conf then, nor we the audit file after it
 * was rotated. So some are kept open, and closed for as long as one is needed.
 *
 * How it fails: what cannot be set aside is tried again the next time.
 */

#include "smbd/samba.h"
#include "smbd/spare.h"
#include "smbd/state.h"

/* smb.conf, a file that it includes, and two to spare. */
#define DESCRIPTORS 4

struct sg_spare {
	int fds[DESCRIPTORS]; /* -1: none */
};

static int spare_destructor(struct sg_spare *spare)
{
	size_t i;

	for (i = 0; i < DESCRIPTORS; i++) {
		if (spare->fds[i] != -1) {
			close(spare->fds[i]);
		}
		spare->fds[i] = -1;
	}
	return 0;
}

static struct sg_spare *spare_of(struct sg_client_state *client)
{
	size_t i;

	if (client->spare != NULL) {
		return client->spare;
	}
	client->spare = talloc_zero(client, struct sg_spare);
	if (client->spare == NULL) {
		return NULL;
	}
	for (i = 0; i < DESCRIPTORS; i++) {
		client->spare->fds[i] = -1;
	}
	talloc_set_destructor(client->spare, spare_destructor);
	return client->spare;
}

void sg_spare_set_aside(struct sg_client_state *client)
{
	struct sg_spare *spare = spare_of(client);
	size_t i;

	if (spare == NULL) {
		return;
	}
	if (spare->fds[0] == -1) {
		spare->fds[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	for (i = 1; spare->fds[0] != -1 && i < DESCRIPTORS; i++) {
		if (spare->fds[i] == -1) {
			spare->fds[i] =
				fcntl(spare->fds[0], F_DUPFD_CLOEXEC, 0);
		}
	}
}

void sg_spare_use(struct sg_client_state *client)
{
	if (client->spare != NULL) {
		(void)spare_destructor(client->spare);
	}
}

bool sg_spare_use_if_none(struct sg_client_state *client)
{
	int fd;

	if (client->spare == NULL || client->spare->fds[0] == -1) {
		return false;
	}
	fd = fcntl(client->spare->fds[0], F_DUPFD_CLOEXEC, 0);
	if (fd != -1) {
		close(fd);
		return false;
	}
	sg_spare_use(client);
	return true;
}
