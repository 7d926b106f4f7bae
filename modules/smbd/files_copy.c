/*
 * smbguard: copies that smbd makes by itself
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A client asks for a token of one file, and to have what it stands for written
 * into another (MS-SMB2 3.3.5.15.5 and 3.3.5.15.6). That reads the one and writes
 * the other. smbd does it through its modules, or through the kernel past them;
 * what they have not counted is added here.
 *
 * How it fails: a file whose token is not known, since another tree has it that
 * is not watched, is not counted as read.
 */

#include "smbd/samba.h"
#include "smbd/files_hooks.h"

#include "lib/util/tevent_ntstatus.h"

struct get_token {
	struct vfs_handle_struct *handle;
	struct files_struct *fsp;
	uint32_t flags;
	uint64_t length;
	DATA_BLOB token;
};

struct copy {
	struct vfs_handle_struct *handle;
	struct files_struct *target;
	struct sg_handle *source; /* NULL: not known */
	uint64_t read;		  /* of the source and the target, before */
	uint64_t written;
	off_t copied;
};

/* Another token of the same file takes the place of the first. */
static void keep_token(struct sg_handle *open, const DATA_BLOB *token)
{
	TALLOC_FREE(open->token);
	open->token = talloc_memdup(open->files, token->data, token->length);
	open->token_length = open->token != NULL ? token->length : 0;
}

static void read_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct get_token *get = tevent_req_data(req, struct get_token);
	struct sg_handle *open = NULL;
	NTSTATUS status;

	status = SMB_VFS_NEXT_OFFLOAD_READ_RECV(subreq,
						get->handle,
						get,
						&get->flags,
						&get->length,
						&get->token);
	TALLOC_FREE(subreq);
	if (tevent_req_nterror(req, status)) {
		return;
	}
	open = sg_files_handle(get->handle, get->fsp);
	if (open != NULL && open->files != NULL) {
		keep_token(open, &get->token);
	}
	tevent_req_done(req);
}

static struct tevent_req *files_offload_read_send(
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	struct vfs_handle_struct *handle,
	struct files_struct *fsp,
	uint32_t fsctl,
	uint32_t ttl,
	off_t offset,
	size_t to_copy)
{
	struct tevent_req *req = NULL;
	struct tevent_req *subreq = NULL;
	struct get_token *get = NULL;

	req = tevent_req_create(mem_ctx, &get, struct get_token);
	if (req == NULL) {
		return NULL;
	}
	*get = (struct get_token){.handle = handle, .fsp = fsp};
	subreq = SMB_VFS_NEXT_OFFLOAD_READ_SEND(mem_ctx,
						ev,
						handle,
						fsp,
						fsctl,
						ttl,
						offset,
						to_copy);
	if (tevent_req_nomem(subreq, req)) {
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(subreq, read_done, req);
	return req;
}

static NTSTATUS files_offload_read_recv(struct tevent_req *req,
					struct vfs_handle_struct *handle,
					TALLOC_CTX *mem_ctx,
					uint32_t *flags,
					uint64_t *length,
					DATA_BLOB *token)
{
	struct get_token *get = tevent_req_data(req, struct get_token);
	NTSTATUS status;

	if (tevent_req_is_nterror(req, &status)) {
		tevent_req_received(req);
		return status;
	}
	*flags = get->flags;
	*length = get->length;
	token->length = get->token.length;
	token->data = talloc_move(mem_ctx, &get->token.data);
	tevent_req_received(req);
	return NT_STATUS_OK;
}

static struct sg_handle *find_source(const struct sg_files *files,
				     const DATA_BLOB *token)
{
	const struct sg_tree *tree = NULL;
	struct sg_handle *open = NULL;

	for (tree = files->tree->client->trees; tree != NULL;
	     tree = tree->next) {
		open = tree->files != NULL ? tree->files->handles : NULL;
		for (; open != NULL; open = open->next) {
			if (open->token != NULL &&
			    open->token_length == token->length &&
			    memcmp(open->token, token->data, token->length) ==
				    0) {
				return open;
			}
		}
	}
	return NULL;
}

/* Is it still open? Another client's request may have closed it meanwhile. */
static bool is_open(const struct sg_files *files, const struct sg_handle *which)
{
	const struct sg_tree *tree = NULL;
	const struct sg_handle *open = NULL;

	for (tree = files->tree->client->trees; tree != NULL;
	     tree = tree->next) {
		open = tree->files != NULL ? tree->files->handles : NULL;
		while (open != NULL && open != which) {
			open = open->next;
		}
		if (open != NULL) {
			return true;
		}
	}
	return false;
}

static void count(struct copy *copy)
{
	struct sg_files *files = sg_files_any(copy->handle);
	struct sg_handle *target = sg_files_handle(copy->handle, copy->target);
	uint64_t copied = (uint64_t)copy->copied;
	uint64_t done;

	if (target != NULL) {
		done = target->counts.bytes_written - copy->written;
		if (done < copied) {
			target->counts.writes++;
			target->counts.bytes_written += copied - done;
		}
	}
	if (copy->source != NULL && files != NULL &&
	    is_open(files, copy->source)) {
		done = copy->source->counts.bytes_read - copy->read;
		if (done < copied) {
			copy->source->counts.reads++;
			copy->source->counts.bytes_read += copied - done;
		}
	}
}

static void write_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct copy *copy = tevent_req_data(req, struct copy);
	NTSTATUS status;

	status = SMB_VFS_NEXT_OFFLOAD_WRITE_RECV(copy->handle,
						 subreq,
						 &copy->copied);
	TALLOC_FREE(subreq);
	if (tevent_req_nterror(req, status)) {
		return;
	}
	count(copy);
	tevent_req_done(req);
}

static struct tevent_req *files_offload_write_send(
	struct vfs_handle_struct *handle,
	TALLOC_CTX *mem_ctx,
	struct tevent_context *ev,
	uint32_t fsctl,
	DATA_BLOB *token,
	off_t transfer_offset,
	struct files_struct *target,
	off_t offset,
	off_t to_copy)
{
	struct sg_files *files = sg_files_any(handle);
	struct sg_handle *open = sg_files_handle(handle, target);
	struct tevent_req *req = NULL;
	struct tevent_req *subreq = NULL;
	struct copy *copy = NULL;

	req = tevent_req_create(mem_ctx, &copy, struct copy);
	if (req == NULL) {
		return NULL;
	}
	*copy = (struct copy){.handle = handle, .target = target};
	if (files != NULL) {
		copy->source = find_source(files, token);
	}
	copy->read = copy->source != NULL ? copy->source->counts.bytes_read : 0;
	copy->written = open != NULL ? open->counts.bytes_written : 0;
	subreq = SMB_VFS_NEXT_OFFLOAD_WRITE_SEND(handle,
						 copy,
						 ev,
						 fsctl,
						 token,
						 transfer_offset,
						 target,
						 offset,
						 to_copy);
	if (tevent_req_nomem(subreq, req)) {
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(subreq, write_done, req);
	return req;
}

static NTSTATUS files_offload_write_recv(struct vfs_handle_struct *handle,
					 struct tevent_req *req,
					 off_t *copied)
{
	struct copy *copy = tevent_req_data(req, struct copy);
	NTSTATUS status;

	*copied = copy->copied;
	if (tevent_req_is_nterror(req, &status)) {
		tevent_req_received(req);
		return status;
	}
	tevent_req_received(req);
	return NT_STATUS_OK;
}

void sg_files_add_copy(struct vfs_fn_pointers *table)
{
	table->offload_read_send_fn = files_offload_read_send;
	table->offload_read_recv_fn = files_offload_read_recv;
	table->offload_write_send_fn = files_offload_write_send;
	table->offload_write_recv_fn = files_offload_write_recv;
}
