/*
 * smbguard: what an event tells of a file
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_EVENT_FILE_H
#define SMBGUARD_CORE_EVENT_FILE_H

#include "core/facts.h"

/* Bits of sg_file_told.changed, in the order of the words of an event. */
enum sg_file_change {
	SG_CHANGED_ATTRIBUTES = 0,
	SG_CHANGED_CREATED,
	SG_CHANGED_ACCESSED,
	SG_CHANGED_WRITTEN,
	SG_CHANGED_OWNER,
	SG_CHANGED_GROUP,
	SG_CHANGED_DACL,
	SG_CHANGED_SACL,
	SG_CHANGED_CHANGES, /* how many */
};

/* A number by its bits: what a list of an event is made of. */
struct sg_bits {
	uint16_t bits[32];
	size_t num;
};

/* Of file_* and directory_* events. Zero is "not told". */
struct sg_file_told {
	const char *path;     /* in the share, with slashes; any bytes */
	const char *new_path; /* file_rename, file_link */
	bool have_id;
	uint64_t id; /* of the handle, within its connection */

	/* file_open; access as the client asked for it, MS-SMB2 2.2.13.1 */
	const char *disposition;
	struct sg_bits access;
	enum sg_known created;
	enum sg_known overwritten;
	enum sg_known directory;
	enum sg_known delete_on_close;
	enum sg_known reconnected; /* a durable handle was had back */

	/* file_acl, file_attributes */
	struct sg_bits changed;	   /* enum sg_file_change */
	struct sg_bits attributes; /* MS-FSCC 2.6, those that it has now */

	/* file_delete: the SID of who asked for it, if that is somebody else */
	const char *requested_by;
};

/* Of a file_close. */
struct sg_file_counts {
	uint64_t reads;
	uint64_t bytes_read;
	uint64_t writes;
	uint64_t bytes_written;
};

/**
 * The bits of a number, the lowest first.
 */
void sg_bits_set(struct sg_bits *bits, uint32_t number);

/**
 * The name of a bit of an access mask ("FILE_READ_DATA"), of attributes
 * ("READONLY") and of enum sg_file_change ("owner"). NULL for what is no bit or
 * no change.
 */
const char *sg_access_name(uint16_t bit);
const char *sg_attribute_name(uint16_t bit);
const char *sg_change_name(uint16_t bit);

#endif /* SMBGUARD_CORE_EVENT_FILE_H */
