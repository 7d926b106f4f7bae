/*
 * smbguard: what an event tells of a file
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names are those of MS-SMB2 2.2.13.1.1 (access masks of files) and MS-FSCC 2.6
 * (attributes, without "FILE_ATTRIBUTE_"). A bit that has none there is written as
 * the mask that it makes.
 */

#include "file.h"

static const char *const access_names[32] = {
	[0] = "FILE_READ_DATA",
	[1] = "FILE_WRITE_DATA",
	[2] = "FILE_APPEND_DATA",
	[3] = "FILE_READ_EA",
	[4] = "FILE_WRITE_EA",
	[5] = "FILE_EXECUTE",
	[6] = "FILE_DELETE_CHILD",
	[7] = "FILE_READ_ATTRIBUTES",
	[8] = "FILE_WRITE_ATTRIBUTES",
	[9] = "0x00000200",
	[10] = "0x00000400",
	[11] = "0x00000800",
	[12] = "0x00001000",
	[13] = "0x00002000",
	[14] = "0x00004000",
	[15] = "0x00008000",
	[16] = "DELETE",
	[17] = "READ_CONTROL",
	[18] = "WRITE_DAC",
	[19] = "WRITE_OWNER",
	[20] = "SYNCHRONIZE",
	[21] = "0x00200000",
	[22] = "0x00400000",
	[23] = "0x00800000",
	[24] = "ACCESS_SYSTEM_SECURITY",
	[25] = "MAXIMUM_ALLOWED",
	[26] = "0x04000000",
	[27] = "0x08000000",
	[28] = "GENERIC_ALL",
	[29] = "GENERIC_EXECUTE",
	[30] = "GENERIC_WRITE",
	[31] = "GENERIC_READ",
};

static const char *const attribute_names[32] = {
	[0] = "READONLY",	[1] = "HIDDEN",
	[2] = "SYSTEM",		[3] = "0x00000008",
	[4] = "DIRECTORY",	[5] = "ARCHIVE",
	[6] = "0x00000040",	[7] = "NORMAL",
	[8] = "TEMPORARY",	[9] = "SPARSE_FILE",
	[10] = "REPARSE_POINT", [11] = "COMPRESSED",
	[12] = "OFFLINE",	[13] = "NOT_CONTENT_INDEXED",
	[14] = "ENCRYPTED",	[15] = "0x00008000",
	[16] = "0x00010000",	[17] = "0x00020000",
	[18] = "0x00040000",	[19] = "0x00080000",
	[20] = "0x00100000",	[21] = "0x00200000",
	[22] = "0x00400000",	[23] = "0x00800000",
	[24] = "0x01000000",	[25] = "0x02000000",
	[26] = "0x04000000",	[27] = "0x08000000",
	[28] = "0x10000000",	[29] = "0x20000000",
	[30] = "0x40000000",	[31] = "0x80000000",
};

static const char *const change_names[SG_CHANGED_CHANGES] = {
	[SG_CHANGED_ATTRIBUTES] = "attributes",
	[SG_CHANGED_CREATED] = "created",
	[SG_CHANGED_ACCESSED] = "accessed",
	[SG_CHANGED_WRITTEN] = "written",
	[SG_CHANGED_OWNER] = "owner",
	[SG_CHANGED_GROUP] = "group",
	[SG_CHANGED_DACL] = "dacl",
	[SG_CHANGED_SACL] = "sacl",
};

void sg_bits_set(struct sg_bits *bits, uint32_t number)
{
	uint16_t i;

	bits->num = 0;
	for (i = 0; i < 32; i++) {
		if ((number & (UINT32_C(1) << i)) != 0) {
			bits->bits[bits->num++] = i;
		}
	}
}

const char *sg_access_name(uint16_t bit)
{
	return bit < 32 ? access_names[bit] : NULL;
}

const char *sg_attribute_name(uint16_t bit)
{
	return bit < 32 ? attribute_names[bit] : NULL;
}

const char *sg_change_name(uint16_t bit)
{
	return bit < SG_CHANGED_CHANGES ? change_names[bit] : NULL;
}
