/*
 * smbguard: changes of attributes and times
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd sets attributes and times for itself, too: the archive bit with the first
 * write and with a rename, the time of the last write at a close. Those are told
 * from a client's by the request that smbd serves, MS-SMB2 2.2.39 and 2.2.31.
 *
 * How it fails: with SMB1 that cannot be seen, and attributes are told unless
 * the archive bit alone has come, times not at all.
 */

#include "smbd/samba.h"
#include "smbd/files_hooks.h"
#include "smbd/tree_find.h"

/*
 * Is it a client that sets attributes or times now? request: receives the
 * request of SMB2, NULL with SMB1.
 */
static bool client_sets(const struct sg_files *files,
			const struct smbd_smb2_request **request)
{
	const struct smbd_smb2_request *req = sg_files_request(files);

	*request = req;
	if (req == NULL) {
		const struct smbXsrv_client *client = global_smbXsrv_client;

		return client->connections != NULL &&
		       client->connections->protocol < PROTOCOL_SMB2_02;
	}
	return sg_request_opcode(req) == SMB2_OP_IOCTL ||
	       sg_files_kind(req) == SG_EVENT_FILE_ATTRIBUTES;
}

/* Attributes and times of one request are one operation, told by the first. */
static bool told_already(struct sg_files *files,
			 const struct smbd_smb2_request *request)
{
	if (request == NULL) {
		return false;
	}
	sg_files_resolved(files, request);
	if (sg_request_is(&files->told, request)) {
		return true;
	}
	sg_request_mark(&files->told, request);
	return false;
}

/* The same as before, but for the archive bit. */
static bool archive_alone(struct vfs_handle_struct *handle,
			  struct files_struct *fsp,
			  uint32_t dosmode)
{
	uint32_t before = 0;
	NTSTATUS status =
		SMB_VFS_NEXT_FGET_DOS_ATTRIBUTES(handle, fsp, &before);

	if (NT_STATUS_EQUAL(status, NT_STATUS_NOT_IMPLEMENTED)) {
		before = fdos_mode(fsp);
		status = NT_STATUS_OK;
	}
	return NT_STATUS_IS_OK(status) &&
	       ((before ^ dosmode) & ~(uint32_t)(FILE_ATTRIBUTE_ARCHIVE |
						 FILE_ATTRIBUTE_NORMAL)) == 0;
}

static NTSTATUS files_fset_dos_attributes(struct vfs_handle_struct *handle,
					  struct files_struct *fsp,
					  uint32_t dosmode)
{
	struct sg_files *files = sg_files_of(handle, SG_FILE_ATTRIBUTES);
	const struct smbd_smb2_request *request = NULL;
	TALLOC_CTX *frame = NULL;
	struct sg_file_op op = {
		.kind = SG_EVENT_FILE_ATTRIBUTES,
		.bit = SG_FILE_ATTRIBUTES,
		.reason = "Attributes were set.",
	};
	NTSTATUS status = NT_STATUS_ACCESS_DENIED;

	if (files == NULL || !client_sets(files, &request) ||
	    (request == NULL && archive_alone(handle, fsp, dosmode)) ||
	    told_already(files, request)) {
		if (files != NULL) {
			files->by_mode = false;
		}
		return SMB_VFS_NEXT_FSET_DOS_ATTRIBUTES(handle, fsp, dosmode);
	}
	frame = talloc_stackframe();
	op.told.path = sg_files_path(fsp);
	sg_bits_set(&op.told.changed, 1U << SG_CHANGED_ATTRIBUTES);
	sg_bits_set(&op.told.attributes, dosmode);
	if (request != NULL) {
		sg_files_fill_attributes(&op, request);
	}
	if (sg_files_may(files, &op, request)) {
		status = SMB_VFS_NEXT_FSET_DOS_ATTRIBUTES(handle, fsp, dosmode);
		op.status = status;
		files->by_mode =
			NT_STATUS_EQUAL(status, NT_STATUS_NOT_IMPLEMENTED);
		files->attributes = dosmode;
		if (!files->by_mode) {
			(void)sg_files_tell(files, &op);
		}
	}
	TALLOC_FREE(frame);
	return status;
}

/*
 * Where no attributes are stored ("store dos attributes = no") smbd sets the mode
 * at once. With "dos filemode" it may do so twice, the second time as root: that
 * one is told, too.
 */
static int files_fchmod(struct vfs_handle_struct *handle,
			files_struct *fsp,
			mode_t mode)
{
	struct sg_files *files = sg_files_of(handle, SG_FILE_ATTRIBUTES);
	const struct smbd_smb2_request *request = NULL;
	TALLOC_CTX *frame = NULL;
	struct sg_file_op op = {
		.kind = SG_EVENT_FILE_ATTRIBUTES,
		.bit = SG_FILE_ATTRIBUTES,
		.reason = "Attributes were set, as the file's mode.",
	};
	int ret = SMB_VFS_NEXT_FCHMOD(handle, fsp, mode);

	if (files == NULL || !files->by_mode) {
		return ret;
	}
	files->by_mode = ret != 0;
	frame = talloc_stackframe();
	op.told.path = sg_files_path(fsp);
	sg_bits_set(&op.told.changed, 1U << SG_CHANGED_ATTRIBUTES);
	sg_bits_set(&op.told.attributes, files->attributes);
	request = sg_files_request(files);
	if (request != NULL) {
		sg_files_fill_attributes(&op, request);
	}
	sg_files_tell_errno(files, &op, ret);
	TALLOC_FREE(frame);
	return ret;
}

static uint32_t times_in(const struct smb_file_time *ft)
{
	return (is_omit_timespec(&ft->create_time) ? 0
						   : 1U << SG_CHANGED_CREATED) |
	       (is_omit_timespec(&ft->atime) ? 0 : 1U << SG_CHANGED_ACCESSED) |
	       (is_omit_timespec(&ft->mtime) ? 0 : 1U << SG_CHANGED_WRITTEN);
}

static int files_fntimes(struct vfs_handle_struct *handle,
			 files_struct *fsp,
			 struct smb_file_time *ft)
{
	struct sg_files *files = sg_files_of(handle, SG_FILE_ATTRIBUTES);
	const struct smbd_smb2_request *request = NULL;
	TALLOC_CTX *frame = NULL;
	struct sg_file_op op = {
		.kind = SG_EVENT_FILE_ATTRIBUTES,
		.bit = SG_FILE_ATTRIBUTES,
		.reason = "Times were set.",
	};
	int ret = -1;

	if (files == NULL || times_in(ft) == 0 ||
	    !client_sets(files, &request) || request == NULL ||
	    told_already(files, request)) {
		return SMB_VFS_NEXT_FNTIMES(handle, fsp, ft);
	}
	frame = talloc_stackframe();
	op.told.path = sg_files_path(fsp);
	sg_bits_set(&op.told.changed, times_in(ft));
	sg_files_fill_attributes(&op, request);
	if (sg_files_may(files, &op, request)) {
		ret = SMB_VFS_NEXT_FNTIMES(handle, fsp, ft);
		sg_files_tell_errno(files, &op, ret);
	} else {
		errno = EACCES;
	}
	TALLOC_FREE(frame);
	return ret;
}

void sg_files_add_attributes(struct vfs_fn_pointers *table)
{
	table->fset_dos_attributes_fn = files_fset_dos_attributes;
	table->fchmod_fn = files_fchmod;
	table->fntimes_fn = files_fntimes;
}
