/*
 * smbguard: opens and closes of files
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every create request of a client, of SMB2 as of SMB1, is one call of
 * create_file with the request; smbd's own calls have none, or come within
 * another. One that waits for an oplock to break is called again, and told when
 * it is through.
 *
 * A handle is told of when smbd frees it: its VFS extension goes with it, before
 * the answer to the close, at the end of a session or tree, and when smbd gives
 * a durable handle out of its hands.
 *
 * How it fails: an open that cannot be told, and must be, is closed again before
 * the client has a handle.
 */

#include "smbd/samba.h"
#include "smbd/files_hooks.h"

struct sg_handle *sg_files_handle(struct vfs_handle_struct *handle,
				  const struct files_struct *fsp)
{
	return VFS_FETCH_FSP_EXTENSION(
		handle,
		discard_const_p(struct files_struct, fsp));
}

static void handle_freed(void *data)
{
	struct sg_handle *open = data;
	struct sg_files *files = open->files;
	TALLOC_CTX *frame = NULL;
	struct sg_file_op op = {
		.kind = SG_EVENT_FILE_CLOSE,
		.bit = SG_FILE_CLOSE,
		.changed = open->counts.writes > 0,
		.status = NT_STATUS_OK,
		.counts = &open->counts,
		.since = open->since,
		.reason =
			open->kept
				? "The client is gone. Its durable handle waits "
				  "for it."
				: "The handle was closed.",
	};

	TALLOC_FREE(open->token);
	if (files == NULL) {
		return;
	}
	frame = talloc_stackframe();
	DLIST_REMOVE(files->handles, open);
	op.vuid = open->fsp->vuid;
	op.told.path = sg_files_path(open->fsp);
	op.told.have_id = true;
	op.told.id = open->fsp->fnum;
	op.told.directory =
		open->fsp->fsp_flags.is_directory ? SG_YES : SG_UNKNOWN;
	(void)sg_files_tell(files, &op);
	TALLOC_FREE(frame);
}

/* False when out of memory. */
static bool handle_new(struct vfs_handle_struct *handle,
		       struct sg_files *files,
		       struct files_struct *fsp)
{
	struct sg_handle *open = NULL;

	open = VFS_ADD_FSP_EXTENSION(handle,
				     fsp,
				     struct sg_handle,
				     handle_freed);
	if (open == NULL) {
		return false;
	}
	/* One that is there already was had back, and is told anew. */
	if (open->files == NULL) {
		open->files = files;
		open->fsp = fsp;
		DLIST_ADD(files->handles, open);
	}
	clock_gettime(CLOCK_MONOTONIC, &open->since);
	return true;
}

static void handle_forget(struct vfs_handle_struct *handle,
			  struct sg_files *files,
			  struct files_struct *fsp)
{
	struct sg_handle *open = sg_files_handle(handle, fsp);

	if (open != NULL && open->files != NULL) {
		DLIST_REMOVE(files->handles, open);
		open->files = NULL;
	}
}

const char *sg_disposition_name(uint32_t disposition)
{
	switch (disposition) {
	case FILE_SUPERSEDE:
		return "FILE_SUPERSEDE";
	case FILE_OPEN:
		return "FILE_OPEN";
	case FILE_CREATE:
		return "FILE_CREATE";
	case FILE_OPEN_IF:
		return "FILE_OPEN_IF";
	case FILE_OVERWRITE:
		return "FILE_OVERWRITE";
	case FILE_OVERWRITE_IF:
		return "FILE_OVERWRITE_IF";
	default:
		return NULL;
	}
}

/* What became of the file, once it is open. */
static void add_result(struct sg_file_op *op,
		       const struct files_struct *fsp,
		       int info)
{
	bool folder = fsp->fsp_flags.is_directory;
	bool made = info == FILE_WAS_CREATED;
	bool emptied =
		info == FILE_WAS_OVERWRITTEN || info == FILE_WAS_SUPERSEDED;

	op->told.path = sg_files_path(fsp);
	op->told.have_id = true;
	op->told.id = fsp->fnum;
	op->told.created = made ? SG_YES : SG_NO;
	op->told.overwritten = emptied ? SG_YES : SG_UNKNOWN;
	op->told.directory = folder ? SG_YES : SG_UNKNOWN;
	/* A folder that was made has an event of its own. */
	op->changed = !folder && (made || emptied);
	op->reason = made      ? "The file was made."
		     : emptied ? "The file was emptied and opened."
			       : "The file was opened.";
	if (folder) {
		op->reason = made ? "The folder was made and opened."
				  : "The folder was opened.";
	}
}

/* The folder that this open has made, or should have. */
static void tell_folder(struct sg_files *files,
			const struct sg_file_op *open,
			uint32_t options,
			uint32_t disposition)
{
	bool asked = (options & FILE_DIRECTORY_FILE) != 0 &&
		     disposition == FILE_CREATE;
	struct sg_file_op op = {
		.kind = SG_EVENT_DIRECTORY_CREATE,
		.bit = SG_FILE_MKDIR,
		.request = open->request,
		.status = open->status,
		.told.path = open->told.path,
		.reason = "The folder was made.",
	};
	bool made = NT_STATUS_IS_OK(open->status) &&
		    open->told.created == SG_YES &&
		    open->told.directory == SG_YES;

	/* To who asks for what was refused, the open tells it. */
	asked = asked && (files->asked.kinds & SG_FILE_MKDIR) != 0;
	if (made || (asked && !NT_STATUS_IS_OK(open->status))) {
		(void)sg_files_tell(files, &op);
	}
}

/*
 * It was opened, or not. Returns what smbd gets to know: not in the record, and
 * no handle, where that is asked for.
 */
static NTSTATUS opened(struct vfs_handle_struct *handle,
		       struct smb_request *req,
		       struct sg_files *files,
		       struct sg_file_op *op,
		       struct files_struct **fsp)
{
	bool ok = NT_STATUS_IS_OK(op->status);
	bool told;

	if (ok) {
		ok = handle_new(handle, files, *fsp);
		if (!ok) {
			op->status = NT_STATUS_NO_MEMORY;
		}
	}
	told = sg_files_tell(files, op);
	if (*fsp != NULL && (!told || !NT_STATUS_IS_OK(op->status))) {
		handle_forget(handle, files, *fsp);
		close_file_free(req, fsp, ERROR_CLOSE);
	}
	return told ? op->status : NT_STATUS_ACCESS_DENIED;
}

/* smbd asks again when what it waits for has come. */
static bool waits(const struct smb_request *req, NTSTATUS status)
{
	return !NT_STATUS_IS_OK(status) &&
	       open_was_deferred(req->xconn, req->mid);
}

#define CHANGES_OF_HANDLES \
	(SG_FILE_RENAME | SG_FILE_DELETE | SG_FILE_RMDIR | SG_FILE_ATTRIBUTES)
#define OPENS (SG_FILE_OPEN | SG_FILE_CLOSE | SG_FILE_MKDIR | SG_FILE_CHANGED)

static NTSTATUS files_create(struct vfs_handle_struct *handle,
			     struct smb_request *req,
			     struct files_struct *dirfsp,
			     struct smb_filename *smb_fname,
			     uint32_t access_mask,
			     uint32_t share_access,
			     uint32_t create_disposition,
			     uint32_t create_options,
			     uint32_t file_attributes,
			     uint32_t oplock_request,
			     const struct smb2_lease *lease,
			     uint64_t allocation_size,
			     uint32_t private_flags,
			     struct security_descriptor *sd,
			     struct ea_list *ea_list,
			     files_struct **result,
			     int *pinfo,
			     const struct smb2_create_blobs *in_context_blobs,
			     struct smb2_create_blobs *out_context_blobs)
{
	struct sg_files *files =
		req != NULL ? sg_files_of(handle, OPENS) : NULL;
	struct sg_files *any = sg_files_any(handle);
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_file_op op = {
		.kind = SG_EVENT_FILE_OPEN,
		.bit = SG_FILE_OPEN,
		.told.disposition = sg_disposition_name(create_disposition),
	};
	int info = FILE_WAS_OPENED;
	bool may = true;
	NTSTATUS status = NT_STATUS_ACCESS_DENIED;

	*result = NULL;
	if (files != NULL) {
		sg_files_resolved(files, req->smb2req);
		sg_bits_set(&op.told.access, access_mask);
		op.told.path = sg_files_name(smb_fname);
		op.told.directory = (create_options & FILE_DIRECTORY_FILE) != 0
					    ? SG_YES
					    : SG_UNKNOWN;
		op.told.delete_on_close =
			(create_options & FILE_DELETE_ON_CLOSE) != 0
				? SG_YES
				: SG_UNKNOWN;
		may = sg_files_may(files, &op, req->smb2req);
	}
	if (may) {
		if (any != NULL) {
			any->depth++;
		}
		status = SMB_VFS_NEXT_CREATE_FILE(handle,
						  req,
						  dirfsp,
						  smb_fname,
						  access_mask,
						  share_access,
						  create_disposition,
						  create_options,
						  file_attributes,
						  oplock_request,
						  lease,
						  allocation_size,
						  private_flags,
						  sd,
						  ea_list,
						  result,
						  &info,
						  in_context_blobs,
						  out_context_blobs);
		if (any != NULL) {
			any->depth--;
		}
	}
	if (files != NULL && may && waits(req, status)) {
		sg_request_mark(&files->done, NULL);
		sg_files_open_waits(files, req->smb2req);
	} else if (files != NULL && may) {
		op.status = status;
		if (NT_STATUS_IS_OK(status)) {
			add_result(&op, *result, info);
		}
		tell_folder(files, &op, create_options, create_disposition);
		status = opened(handle, req, files, &op, result);
	}
	if (pinfo != NULL) {
		*pinfo = info;
	}
	TALLOC_FREE(frame);
	return status;
}

static NTSTATUS files_reconnect(struct vfs_handle_struct *handle,
				struct smb_request *req,
				struct smbXsrv_open *op_,
				const DATA_BLOB old_cookie,
				SG_RECONNECT_LEASE TALLOC_CTX *mem_ctx,
				struct files_struct **fsp,
				DATA_BLOB *new_cookie)
{
	struct sg_files *files = sg_files_of(handle, OPENS);
	struct sg_files *any = sg_files_any(handle);
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_file_op op = {
		.kind = SG_EVENT_FILE_OPEN,
		.bit = SG_FILE_OPEN,
		.told.reconnected = SG_YES,
	};
	NTSTATUS status = NT_STATUS_ACCESS_DENIED;
	bool may = true;

	*fsp = NULL;
	if (files != NULL) {
		sg_files_resolved(files, req->smb2req);
		may = sg_files_may(files, &op, req->smb2req);
	}
	if (may) {
		if (any != NULL) {
			any->depth++;
		}
		status = SG_NEXT_RECONNECT(handle,
					   req,
					   op_,
					   old_cookie,
					   mem_ctx,
					   fsp,
					   new_cookie);
		if (any != NULL) {
			any->depth--;
		}
	}
	if (files != NULL && may) {
		op.status = status;
		if (NT_STATUS_IS_OK(status)) {
			add_result(&op, *fsp, FILE_WAS_OPENED);
			op.reason = "A durable handle was had back.";
		} else if (req->smb2req != NULL) {
			sg_files_fill_open(&op, req->smb2req);
		}
		status = opened(handle, req, files, &op, fsp);
	}
	TALLOC_FREE(frame);
	return status;
}

static NTSTATUS files_durable_disconnect(struct vfs_handle_struct *handle,
					 struct files_struct *fsp,
					 const DATA_BLOB old_cookie,
					 TALLOC_CTX *mem_ctx,
					 DATA_BLOB *new_cookie)
{
	NTSTATUS status = SMB_VFS_NEXT_DURABLE_DISCONNECT(handle,
							  fsp,
							  old_cookie,
							  mem_ctx,
							  new_cookie);
	struct sg_handle *open = sg_files_handle(handle, fsp);

	if (open != NULL && NT_STATUS_IS_OK(status)) {
		open->kept = true;
	}
	return status;
}

static int files_openat(struct vfs_handle_struct *handle,
			const struct files_struct *dirfsp,
			const struct smb_filename *smb_fname,
			struct files_struct *fsp,
			const struct vfs_open_how *how)
{
	struct sg_files *files =
		sg_files_of(handle, SG_FILE_OPEN | SG_FILE_RENAME);

	if (files != NULL) {
		sg_files_resolving(files, false);
	}
	return SMB_VFS_NEXT_OPENAT(handle, dirfsp, smb_fname, fsp, how);
}

static int files_fstat(struct vfs_handle_struct *handle,
		       struct files_struct *fsp,
		       SMB_STRUCT_STAT *sbuf)
{
	struct sg_files *files = sg_files_of(handle, CHANGES_OF_HANDLES);

	if (files != NULL) {
		sg_files_resolving(files, true);
	}
	return SMB_VFS_NEXT_FSTAT(handle, fsp, sbuf);
}

void sg_files_add_open(struct vfs_fn_pointers *table)
{
	table->create_file_fn = files_create;
	table->durable_reconnect_fn = files_reconnect;
	table->durable_disconnect_fn = files_durable_disconnect;
	table->openat_fn = files_openat;
	table->fstat_fn = files_fstat;
}
