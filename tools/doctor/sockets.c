/*
 * smbguard doctor: the sockets of smbd
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernel lists them in /proc/PID/net, and whose they are in /proc/PID/fd.
 *
 * How it fails: what cannot be read has no sockets.
 */

#include "doctor.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "0100007F:01BD", of 8 digits or 32: words of the machine's own order */
static bool read_end(const char *text, char *address, uint16_t *port)
{
	const char *colon = strchr(text, ':');
	size_t words = colon != NULL ? (size_t)(colon - text) / 8 : 0;
	uint32_t raw[4] = {0};
	size_t i;

	if (words != 1 && words != 4) {
		return false;
	}
	for (i = 0; i < words; i++) {
		char word[9] = "";

		memcpy(word, text + i * 8, 8);
		raw[i] = (uint32_t)strtoul(word, NULL, 16);
	}
	*port = (uint16_t)strtoul(colon + 1, NULL, 16);
	return inet_ntop(words == 1 ? AF_INET : AF_INET6,
			 raw,
			 address,
			 INET6_ADDRSTRLEN) != NULL;
}

static bool read_row(char *line, struct sg_doctor_socket *s)
{
	char *fields[10] = {NULL};
	char *state = NULL;
	char *word = strtok_r(line, " ", &state);
	size_t i;

	for (i = 0; i < 10 && word != NULL; i++) {
		fields[i] = word;
		word = strtok_r(NULL, " ", &state);
	}
	if (i < 10) {
		return false;
	}
	s->state = (unsigned)strtoul(fields[3], NULL, 16);
	s->inode = strtoul(fields[9], NULL, 10);
	return read_end(fields[1], s->local, &s->local_port) &&
	       read_end(fields[2], s->remote, &s->remote_port);
}

struct sg_doctor_socket *sg_doctor_sockets(TALLOC_CTX *mem_ctx,
					   long pid,
					   size_t *num)
{
	static const char *const names[] = {"tcp", "tcp6"};
	struct sg_doctor_socket *list = NULL;
	char line[512];
	size_t i;

	*num = 0;
	list = talloc_zero_array(mem_ctx, struct sg_doctor_socket, 1);
	for (i = 0; i < 2; i++) {
		char path[64];
		FILE *f = NULL;

		snprintf(path, sizeof(path), "/proc/%ld/net/%s", pid, names[i]);
		f = fopen(path, "re");
		while (f != NULL && list != NULL &&
		       fgets(line, sizeof(line), f) != NULL) {
			struct sg_doctor_socket s = {.inode = 0};
			bool ok = read_row(line, &s);

			if (!ok) {
				continue; /* the heading */
			}
			list = talloc_realloc(mem_ctx,
					      list,
					      struct sg_doctor_socket,
					      *num + 1);
			if (list != NULL) {
				list[(*num)++] = s;
			}
		}
		if (f != NULL) {
			fclose(f);
		}
	}
	*num = list != NULL ? *num : 0;
	return list;
}

unsigned long *sg_doctor_inodes(TALLOC_CTX *mem_ctx, long pid, size_t *num)
{
	static const char kind[] = "socket:[";
	unsigned long *list = talloc_zero_array(mem_ctx, unsigned long, 1);
	struct dirent *entry = NULL;
	char path[64];
	DIR *dir = NULL;

	*num = 0;
	snprintf(path, sizeof(path), "/proc/%ld/fd", pid);
	dir = opendir(path);
	while (dir != NULL && list != NULL && (entry = readdir(dir)) != NULL) {
		char target[64] = "";
		ssize_t len = readlinkat(dirfd(dir),
					 entry->d_name,
					 target,
					 sizeof(target) - 1);

		if (len <= 0 || strncmp(target, kind, strlen(kind)) != 0) {
			continue;
		}
		list = talloc_realloc(mem_ctx, list, unsigned long, *num + 2);
		if (list != NULL) {
			list[(*num)++] =
				strtoul(target + strlen(kind), NULL, 10);
		}
	}
	if (dir != NULL) {
		closedir(dir);
	}
	*num = list != NULL ? *num : 0;
	return list;
}

bool sg_doctor_holds(long pid, unsigned long inode)
{
	size_t num = 0;
	unsigned long *list = sg_doctor_inodes(NULL, pid, &num);
	bool holds = false;
	size_t i;

	for (i = 0; i < num; i++) {
		holds = holds || list[i] == inode;
	}
	talloc_free(list);
	return holds;
}
