/*
 * smbguard: the files of a tree, as smbd works on them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What: a second table of VFS functions, for trees that ask for file events.
 * All others keep the first one, which has connect and disconnect alone.
 *
 * How: smbd calls its modules for itself as well: within an open it opens the
 * folders on the way, the file of a stream, and the streams of what it deletes.
 * Those are no operations of the client's. An open counts how deep smbd is in
 * one; what is called in between is passed on.
 *
 * How it fails: without memory for a path an event has none. Whether an
 * operation is refused for want of a record is the gate's affair.
 */

#include "smbd/samba.h"
#include "smbd/files_hooks.h"
#include "smbd/layout.h"

/* Written once, when the module is registered. */
static const struct sg_file_hooks *gate;
static struct vfs_fn_pointers table;

bool sg_files_watch(TALLOC_CTX *mem_ctx,
		    struct sg_tree *tree,
		    const struct sg_policy *policy,
		    const struct sg_file_asked *asked,
		    const char **problem)
{
	struct connection_struct *conn = tree->conn;
	struct sg_files *files = NULL;
	bool ok;

	/* Every connection has one, and handles are read out of it. */
	ok = sg_layout_fits(mem_ctx,
			    SG_LAYOUT(conn->cwd_fsp, struct files_struct),
			    problem);
	if (!ok) {
		return false;
	}
	files = talloc_zero(tree, struct sg_files);
	if (files == NULL) {
		*problem = "out of memory";
		return false;
	}
	files->tree = tree;
	files->policy = policy;
	files->asked = *asked;
	files->must = sg_policy_must_record(policy);
	tree->files = files;
	return true;
}

void sg_files_end(struct sg_files *files)
{
	struct sg_handle *open = NULL;

	for (open = files->handles; open != NULL; open = open->next) {
		open->files = NULL;
		open->token = NULL; /* goes with the tree */
	}
	files->handles = NULL;
	sg_files_resolve_end(files);
}

struct sg_files *sg_files_any(struct vfs_handle_struct *handle)
{
	const struct sg_tree *tree = handle->data;

	return tree != NULL ? tree->files : NULL;
}

struct sg_files *sg_files_of(struct vfs_handle_struct *handle, uint32_t bits)
{
	struct sg_files *files = sg_files_any(handle);

	if (files == NULL || files->depth > 0 ||
	    (files->asked.kinds & (bits | SG_FILE_DENIED)) == 0) {
		return NULL;
	}
	return files;
}

bool sg_files_may(struct sg_files *files,
		  struct sg_file_op *op,
		  const struct smbd_smb2_request *request)
{
	sg_files_who(files, request, op->vuid);
	op->request = request;
	op->facts = files->facts;
	return gate->may(files, op);
}

bool sg_files_tell(struct sg_files *files, struct sg_file_op *op)
{
	/* What it has called may have been for somebody else. */
	sg_files_who(files, op->request, op->vuid);
	op->facts = files->facts;
	return gate->tell(files, op);
}

void sg_files_tell_errno(struct sg_files *files, struct sg_file_op *op, int ret)
{
	int saved = errno;

	op->status = ret == 0 ? NT_STATUS_OK : map_nt_error_from_unix(saved);
	(void)sg_files_tell(files, op);
	errno = saved;
}

const char *sg_files_name(const struct smb_filename *name)
{
	if (name == NULL) {
		return NULL;
	}
	if (name->stream_name == NULL) {
		return name->base_name;
	}
	return talloc_asprintf(talloc_tos(),
			       "%s%s",
			       name->base_name,
			       name->stream_name);
}

const char *sg_files_path(const struct files_struct *fsp)
{
	return sg_files_name(fsp->fsp_name);
}

const char *sg_files_at(const struct files_struct *dirfsp,
			const struct smb_filename *name)
{
	const char *folder = dirfsp->fsp_name->base_name;
	const char *path = sg_files_name(name);

	if (path == NULL || path[0] == '/' || ISDOT(folder)) {
		return path;
	}
	return talloc_asprintf(talloc_tos(), "%s/%s", folder, path);
}

const char *sg_files_in_share(const struct smbd_smb2_request *request,
			      const char *path)
{
	const uint8_t *hdr = SMBD_SMB2_IN_HDR_PTR(request);
	const char *share = request->tcon->global->share_name;
	const char *at = strchr(path, '/');
	size_t len = strlen(share);

	if ((IVAL(hdr, SMB2_HDR_FLAGS) & SMB2_HDR_FLAG_DFS) == 0 ||
	    at == NULL || strncasecmp_m(at + 1, share, len) != 0 ||
	    (at[1 + len] != '/' && at[1 + len] != '\0')) {
		return path;
	}
	at += 1 + len;
	return at + strspn(at, "/");
}

const char *sg_files_status(NTSTATUS status)
{
	return nt_errstr(status);
}

const struct vfs_fn_pointers *sg_files_table(
	const struct vfs_fn_pointers *other,
	const struct sg_file_hooks *hooks)
{
	gate = hooks;
	table = *other;
	sg_files_add_open(&table);
	sg_files_add_changes(&table);
	sg_files_add_attributes(&table);
	sg_files_add_data(&table);
	sg_files_add_copy(&table);
	return &table;
}
