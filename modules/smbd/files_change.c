/*
 * smbguard: changes of names, rights and attributes
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

/* Of a set info request, MS-SMB2 2.2.39: InfoType and FileInfoClass */
#define SETINFO_BODY 4
#define SETINFO_TYPE 0x02
#define SETINFO_CLASS 0x03
#define INFO_FILE 1
#define FILE_BASIC_INFORMATION 4

static int files_renameat(struct vfs_handle_struct *handle,
			  files_struct *srcfsp,
			  const struct smb_filename *src,
			  files_struct *dstfsp,
			  const struct smb_filename *dst SG_RENAME_HOW)
{
	struct sg_files *files = sg_files_of(handle, SG_FILE_RENAME);
	TALLOC_CTX *frame = NULL;
	struct sg_file_op op = {
		.kind = SG_EVENT_FILE_RENAME,
		.bit = SG_FILE_RENAME,
		.reason = "It was renamed.",
	};
	int ret = -1;

	if (files == NULL) {
		return SG_NEXT_RENAMEAT(handle, srcfsp, src, dstfsp, dst);
	}
	sg_files_resolved(files);
	frame = talloc_stackframe();
	op.told.path = sg_files_at(srcfsp, src);
	op.told.new_path = sg_files_at(dstfsp, dst);
	if (sg_files_may(files, &op, NULL)) {
		ret = SG_NEXT_RENAMEAT(handle, srcfsp, src, dstfsp, dst);
		sg_files_tell_errno(files, &op, ret);
	} else {
		errno = EACCES;
	}
	TALLOC_FREE(frame);
	return ret;
}

#if SG_HAS_RENAME_STREAM
static int files_rename_stream(struct vfs_handle_struct *handle,
			       struct files_struct *fsp,
			       const char *name,
			       bool replace)
{
	struct sg_files *files = sg_files_of(handle, SG_FILE_RENAME);
	TALLOC_CTX *frame = NULL;
	struct sg_file_op op = {
		.kind = SG_EVENT_FILE_RENAME,
		.bit = SG_FILE_RENAME,
		.reason = "A stream was renamed.",
	};
	int ret = -1;

	if (files == NULL) {
		return SMB_VFS_NEXT_RENAME_STREAM(handle, fsp, name, replace);
	}
	sg_files_resolved(files);
	frame = talloc_stackframe();
	op.told.path = sg_files_path(fsp);
	op.told.new_path =
		talloc_asprintf(frame, "%s%s", fsp->fsp_name->base_name, name);
	if (sg_files_may(files, &op, NULL)) {
		ret = SMB_VFS_NEXT_RENAME_STREAM(handle, fsp, name, replace);
		sg_files_tell_errno(files, &op, ret);
	} else {
		errno = EACCES;
	}
	TALLOC_FREE(frame);
	return ret;
}
#endif

static int files_linkat(struct vfs_handle_struct *handle,
			files_struct *srcfsp,
			const struct smb_filename *src,
			files_struct *dstfsp,
			const struct smb_filename *dst,
			int flags)
{
	struct sg_files *files = sg_files_of(handle, SG_FILE_RENAME);
	TALLOC_CTX *frame = NULL;
	struct sg_file_op op = {
		.kind = SG_EVENT_FILE_LINK,
		.bit = SG_FILE_RENAME,
		.reason = "The file got a second name.",
	};
	int ret = -1;

	if (files == NULL) {
		return SMB_VFS_NEXT_LINKAT(handle,
					   srcfsp,
					   src,
					   dstfsp,
					   dst,
					   flags);
	}
	sg_files_resolved(files);
	frame = talloc_stackframe();
	op.told.path = sg_files_at(srcfsp, src);
	op.told.new_path = sg_files_at(dstfsp, dst);
	if (sg_files_may(files, &op, NULL)) {
		ret = SMB_VFS_NEXT_LINKAT(handle,
					  srcfsp,
					  src,
					  dstfsp,
					  dst,
					  flags);
		sg_files_tell_errno(files, &op, ret);
	} else {
		errno = EACCES;
	}
	TALLOC_FREE(frame);
	return ret;
}

static int files_symlinkat(struct vfs_handle_struct *handle,
			   const struct smb_filename *target,
			   struct files_struct *dirfsp,
			   const struct smb_filename *name)
{
	struct sg_files *files = sg_files_of(handle, SG_FILE_RENAME);
	TALLOC_CTX *frame = NULL;
	struct sg_file_op op = {
		.kind = SG_EVENT_FILE_LINK,
		.bit = SG_FILE_RENAME,
		.reason = "A symlink to it was made.",
	};
	int ret = -1;

	if (files == NULL) {
		return SMB_VFS_NEXT_SYMLINKAT(handle, target, dirfsp, name);
	}
	frame = talloc_stackframe();
	op.told.path = target->base_name;
	op.told.new_path = sg_files_at(dirfsp, name);
	if (sg_files_may(files, &op, NULL)) {
		ret = SMB_VFS_NEXT_SYMLINKAT(handle, target, dirfsp, name);
		sg_files_tell_errno(files, &op, ret);
	} else {
		errno = EACCES;
	}
	TALLOC_FREE(frame);
	return ret;
}

/* A stream, and the tree in which it may be open. */
struct stream {
	const struct connection_struct *conn;
	const char *path;
};

static struct files_struct *open_as(struct files_struct *fsp,
				    void *private_data)
{
	const struct stream *stream = private_data;
	const char *path = NULL;

	if (fsp->conn != stream->conn || fsp->fsp_name == NULL ||
	    fsp->fsp_name->stream_name == NULL) {
		return NULL;
	}
	path = sg_files_path(fsp);
	return path != NULL && strcasecmp_m(path, stream->path) == 0 ? fsp
								     : NULL;
}

/*
 * A file that goes takes its streams along, and smbd removes them one by one.
 * A stream that a client removes by itself is one that it has open: smbd is
 * asked, since we know of no handles where opens are not told.
 */
static bool is_stream_of_another(const struct sg_files *files,
				 const struct smb_filename *name,
				 const char *path)
{
	struct stream stream = {.conn = files->tree->conn, .path = path};

	if (name->stream_name == NULL || path == NULL) {
		return false;
	}
	return files_forall(stream.conn->sconn, open_as, &stream) == NULL;
}

/* Whom smbd is while it deletes for somebody: NULL if that is who asks now. */
static const char *requested_by(const struct sg_files *files,
				const struct connection_struct *conn,
				struct dom_sid_buf *buf)
{
	const struct security_token *token = get_current_nttok(
		discard_const_p(struct connection_struct, conn));

	if (token == NULL || token->num_sids == 0 ||
	    files->facts->sid == NULL) {
		return NULL;
	}
	dom_sid_str_buf(&token->sids[0], buf);
	return strcmp(buf->buf, files->facts->sid) == 0 ? NULL : buf->buf;
}

static int files_unlinkat(struct vfs_handle_struct *handle,
			  struct files_struct *dirfsp,
			  const struct smb_filename *name,
			  int flags)
{
	bool folder = (flags & AT_REMOVEDIR) != 0;
	enum sg_file_bit bit = folder ? SG_FILE_RMDIR : SG_FILE_DELETE;
	struct sg_files *files = sg_files_of(handle, bit);
	TALLOC_CTX *frame = NULL;
	struct sg_file_op op = {
		.kind = folder ? SG_EVENT_DIRECTORY_DELETE
			       : SG_EVENT_FILE_DELETE,
		.bit = bit,
		.reason = folder ? "The folder was removed."
				 : "The file was deleted.",
	};
	struct dom_sid_buf buf;
	int ret = -1;

	if (files == NULL) {
		return SMB_VFS_NEXT_UNLINKAT(handle, dirfsp, name, flags);
	}
	frame = talloc_stackframe();
	op.told.path = sg_files_at(dirfsp, name);
	if (is_stream_of_another(files, name, op.told.path)) {
		ret = SMB_VFS_NEXT_UNLINKAT(handle, dirfsp, name, flags);
	} else if (sg_files_may(files, &op, NULL)) {
		op.told.requested_by = requested_by(files, handle->conn, &buf);
		ret = SMB_VFS_NEXT_UNLINKAT(handle, dirfsp, name, flags);
		sg_files_tell_errno(files, &op, ret);
	} else {
		errno = EACCES;
	}
	TALLOC_FREE(frame);
	return ret;
}

static NTSTATUS files_fset_nt_acl(struct vfs_handle_struct *handle,
				  struct files_struct *fsp,
				  uint32_t what,
				  const struct security_descriptor *psd)
{
	static const struct {
		uint32_t bit;
		enum sg_file_change change;
	} parts[] = {
		{SECINFO_OWNER, SG_CHANGED_OWNER},
		{SECINFO_GROUP, SG_CHANGED_GROUP},
		{SECINFO_DACL, SG_CHANGED_DACL},
		{SECINFO_SACL, SG_CHANGED_SACL},
	};
	struct sg_files *files = sg_files_of(handle, SG_FILE_ACL);
	TALLOC_CTX *frame = NULL;
	struct sg_file_op op = {
		.kind = SG_EVENT_FILE_ACL,
		.bit = SG_FILE_ACL,
		.reason = "The security descriptor was set.",
	};
	NTSTATUS status = NT_STATUS_ACCESS_DENIED;
	uint32_t changes = 0;
	size_t i;

	if (files == NULL) {
		return SMB_VFS_NEXT_FSET_NT_ACL(handle, fsp, what, psd);
	}
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if ((what & parts[i].bit) != 0) {
			changes |= 1U << parts[i].change;
		}
	}
	frame = talloc_stackframe();
	sg_bits_set(&op.told.changed, changes);
	op.told.path = sg_files_path(fsp);
	if (sg_files_may(files, &op, NULL)) {
		/* It sets owners, modes and more by functions of its own. */
		files->depth++;
		status = SMB_VFS_NEXT_FSET_NT_ACL(handle, fsp, what, psd);
		files->depth--;
		op.status = status;
		(void)sg_files_tell(files, &op);
	}
	TALLOC_FREE(frame);
	return status;
}

/*
 * Is it a client that sets attributes or times now? request: receives the
 * request of SMB2, NULL with SMB1.
 */
static bool client_sets(const struct sg_files *files,
			const struct smbd_smb2_request **request)
{
	const struct smbd_smb2_request *req = sg_files_request(files);
	const uint8_t *body = NULL;

	*request = req;
	if (req == NULL) {
		const struct smbXsrv_client *client = global_smbXsrv_client;

		return client->connections != NULL &&
		       client->connections->protocol < PROTOCOL_SMB2_02;
	}
	switch (sg_request_opcode(req)) {
	case SMB2_OP_IOCTL:
		return true;
	case SMB2_OP_SETINFO:
		body = SMBD_SMB2_IN_BODY_PTR(req);
		return SMBD_SMB2_IN_BODY_LEN(req) >= SETINFO_BODY &&
		       CVAL(body, SETINFO_TYPE) == INFO_FILE &&
		       CVAL(body, SETINFO_CLASS) == FILE_BASIC_INFORMATION;
	default:
		return false;
	}
}

/* Attributes and times of one request are one operation, told by the first. */
static bool told_already(struct sg_files *files,
			 const struct smbd_smb2_request *request)
{
	uint64_t mid = 0;

	if (request == NULL) {
		return false;
	}
	mid = BVAL(SMBD_SMB2_IN_HDR_PTR(request), SMB2_HDR_MESSAGE_ID);
	if (files->told_channel == request->xconn->channel_id &&
	    files->told_mid == mid) {
		return true;
	}
	files->told_channel = request->xconn->channel_id;
	files->told_mid = mid;
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
		return SMB_VFS_NEXT_FSET_DOS_ATTRIBUTES(handle, fsp, dosmode);
	}
	frame = talloc_stackframe();
	op.told.path = sg_files_path(fsp);
	sg_bits_set(&op.told.changed, 1U << SG_CHANGED_ATTRIBUTES);
	sg_bits_set(&op.told.attributes, dosmode);
	if (sg_files_may(files, &op, request)) {
		status = SMB_VFS_NEXT_FSET_DOS_ATTRIBUTES(handle, fsp, dosmode);
		op.status = status;
		(void)sg_files_tell(files, &op);
	}
	TALLOC_FREE(frame);
	return status;
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
	if (sg_files_may(files, &op, request)) {
		ret = SMB_VFS_NEXT_FNTIMES(handle, fsp, ft);
		sg_files_tell_errno(files, &op, ret);
	} else {
		errno = EACCES;
	}
	TALLOC_FREE(frame);
	return ret;
}

void sg_files_add_changes(struct vfs_fn_pointers *table)
{
	table->renameat_fn = files_renameat;
#if SG_HAS_RENAME_STREAM
	table->rename_stream_fn = files_rename_stream;
#endif
	table->linkat_fn = files_linkat;
	table->symlinkat_fn = files_symlinkat;
	table->unlinkat_fn = files_unlinkat;
	table->fset_nt_acl_fn = files_fset_nt_acl;
	table->fset_dos_attributes_fn = files_fset_dos_attributes;
	table->fntimes_fn = files_fntimes;
}
