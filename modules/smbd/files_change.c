/*
 * smbguard: changes of names and rights
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: what smbd refuses before it asks the file system is not seen here,
 * but for what files_resolve.c sees of it.
 */

#include "smbd/samba.h"
#include "smbd/files_hooks.h"

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
	sg_files_resolved(files, sg_files_request(files));
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
	sg_files_resolved(files, sg_files_request(files));
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
	sg_files_resolved(files, sg_files_request(files));
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
}
