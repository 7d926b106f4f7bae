/*
 * smbguard doctor: which smbguard.so does a process have?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernel lists what is mapped, and hands out the file itself also where
 * its name has been given to another. The linker has numbered it: a build id,
 * which the same build has wherever it lies.
 *
 * How it fails: where the kernel does not hand the file out, as in some
 * containers, a file of the same inode is the same, and of one that was
 * removed nothing can be told.
 */

#include "doctor.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODULE "/" SG_OPTION_PREFIX ".so"
#define SECOND_NAME "/vfs" MODULE
#define GONE " (deleted)"
#define NOTES_MAX 65536U

/* A line of /proc/PID/maps */
struct mapping {
	char range[64];
	unsigned long inode;
	bool gone;
};

static char *hex(TALLOC_CTX *mem_ctx, const uint8_t *data, size_t len)
{
	char *text = talloc_zero_size(mem_ctx, len * 2 + 1);
	size_t i;

	for (i = 0; text != NULL && i < len; i++) {
		snprintf(text + i * 2, 3, "%02x", data[i]);
	}
	return text;
}

/* The build id among notes: name, length, kind, each padded to 4 */
static char *id_in(TALLOC_CTX *mem_ctx, const uint8_t *notes, size_t len)
{
	size_t at = 0;

	while (len - at > sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr head;
		size_t name = at + sizeof(head);
		size_t data;
		size_t end;

		memcpy(&head, notes + at, sizeof(head));
		if (head.n_namesz > len || head.n_descsz > len) {
			return NULL;
		}
		data = name + ((head.n_namesz + 3U) & ~3U);
		end = data + ((head.n_descsz + 3U) & ~3U);
		if (end > len) {
			return NULL;
		}
		if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 &&
		    memcmp(notes + name, ELF_NOTE_GNU, 4) == 0) {
			return hex(mem_ctx, notes + data, head.n_descsz);
		}
		at = end;
	}
	return NULL;
}

static char *id_of_part(TALLOC_CTX *mem_ctx, int fd, const Elf64_Phdr *part)
{
	uint8_t *notes = NULL;
	char *id = NULL;
	ssize_t got;

	if (part->p_type != PT_NOTE || part->p_filesz > NOTES_MAX) {
		return NULL;
	}
	notes = talloc_zero_size(mem_ctx, part->p_filesz + 1);
	if (notes == NULL) {
		return NULL;
	}
	got = pread(fd, notes, part->p_filesz, (off_t)part->p_offset);
	if (got == (ssize_t)part->p_filesz) {
		id = id_in(mem_ctx, notes, part->p_filesz);
	}
	talloc_free(notes);
	return id;
}

static char *build_id(TALLOC_CTX *mem_ctx, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf64_Ehdr head = {.e_phnum = 0};
	char *id = NULL;
	ssize_t got;
	unsigned i;

	if (fd == -1) {
		return NULL;
	}
	got = pread(fd, &head, sizeof(head), 0);
	if (got != sizeof(head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
	    head.e_ident[EI_CLASS] != ELFCLASS64 ||
	    head.e_phentsize != sizeof(Elf64_Phdr)) {
		head.e_phnum = 0;
	}
	for (i = 0; id == NULL && i < head.e_phnum; i++) {
		Elf64_Phdr part = {.p_type = PT_NULL};
		off_t at = (off_t)(head.e_phoff + i * sizeof(part));

		got = pread(fd, &part, sizeof(part), at);
		if (got == sizeof(part)) {
			id = id_of_part(mem_ctx, fd, &part);
		}
	}
	close(fd);
	return id;
}

static bool ends_with(const char *text, size_t len, const char *end)
{
	size_t tail = strlen(end);

	return len >= tail && strncmp(text + len - tail, end, tail) == 0;
}

/* "7f12-7f13 r--p 00000000 08:01 4711    /usr/lib/.../smbguard.so" */
static bool read_mapping(const char *line, struct mapping *m)
{
	const char *path = strchr(line, '/');
	size_t len = path != NULL ? strcspn(path, "\n") : 0;
	char device[32] = "";
	int got;

	m->gone = ends_with(path != NULL ? path : "", len, GONE);
	len -= m->gone ? strlen(GONE) : 0;
	if (path == NULL || !ends_with(path, len, MODULE) ||
	    ends_with(path, len, SECOND_NAME)) {
		return false;
	}
	got = sscanf(line,
		     "%63s %*s %*s %31s %lu",
		     m->range,
		     device,
		     &m->inode);
	return got == 3;
}

static bool find_mapping(long pid, struct mapping *m)
{
	char path[64];
	char *line = NULL;
	size_t size = 0;
	bool found = false;
	FILE *f = NULL;

	snprintf(path, sizeof(path), "/proc/%ld/maps", pid);
	f = fopen(path, "re");
	while (f != NULL && !found && getline(&line, &size, f) > 0) {
		found = read_mapping(line, m);
	}
	free(line);
	if (f != NULL) {
		fclose(f);
	}
	return found;
}

enum sg_doctor_build sg_doctor_mapped(TALLOC_CTX *mem_ctx,
				      long pid,
				      const char *path,
				      const char **id)
{
	struct mapping m = {.inode = 0};
	struct stat st = {0};
	char file[128];
	char *installed = NULL;
	int ret;

	*id = NULL;
	if (!find_mapping(pid, &m)) {
		return SG_BUILD_NONE;
	}
	snprintf(file, sizeof(file), "/proc/%ld/map_files/%s", pid, m.range);
	*id = build_id(mem_ctx, file);
	installed = path != NULL ? build_id(mem_ctx, path) : NULL;
	ret = path != NULL ? stat(path, &st) : -1;
	if (*id != NULL && installed != NULL) {
		return strcmp(*id, installed) == 0 ? SG_BUILD_INSTALLED
						   : SG_BUILD_OTHER;
	}
	if (ret == 0 && !m.gone && st.st_ino == m.inode) {
		return SG_BUILD_INSTALLED;
	}
	return *id != NULL && ret != 0 ? SG_BUILD_OTHER : SG_BUILD_UNTOLD;
}
