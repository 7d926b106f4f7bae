/*
 * smbguard: how much is read from files and written to them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads and writes are added up with the handle, and told at its close. The
 * numbers are those that smbd got from the file system.
 *
 * How it fails: what smbd reads and writes through no handle of a client's is
 * not counted.
 */

#include "smbd/samba.h"
#include "smbd/files_hooks.h"

#include "lib/util/tevent_unix.h"

static void count_read(struct vfs_handle_struct *handle,
		       const struct files_struct *fsp,
		       ssize_t bytes)
{
	struct sg_handle *open = sg_files_handle(handle, fsp);

	if (open != NULL && bytes >= 0) {
		open->counts.reads++;
		open->counts.bytes_read += (uint64_t)bytes;
	}
}

static void count_write(struct vfs_handle_struct *handle,
			const struct files_struct *fsp,
			ssize_t bytes)
{
	struct sg_handle *open = sg_files_handle(handle, fsp);

	if (open != NULL && bytes >= 0) {
		open->counts.writes++;
		open->counts.bytes_written += (uint64_t)bytes;
	}
}

static ssize_t files_pread(struct vfs_handle_struct *handle,
			   files_struct *fsp,
			   void *data,
			   size_t n,
			   off_t offset)
{
	ssize_t ret = SMB_VFS_NEXT_PREAD(handle, fsp, data, n, offset);

	count_read(handle, fsp, ret);
	return ret;
}

static ssize_t files_pwrite(struct vfs_handle_struct *handle,
			    files_struct *fsp,
			    const void *data,
			    size_t n,
			    off_t offset)
{
	ssize_t ret = SMB_VFS_NEXT_PWRITE(handle, fsp, data, n, offset);

	count_write(handle, fsp, ret);
	return ret;
}

static ssize_t files_sendfile(struct vfs_handle_struct *handle,
			      int tofd,
			      files_struct *fsp,
			      const DATA_BLOB *header,
			      off_t offset,
			      size_t n)
{
	ssize_t ret =
		SMB_VFS_NEXT_SENDFILE(handle, tofd, fsp, header, offset, n);

	/* With the header's bytes, or without: never more than was asked. */
	count_read(handle, fsp, ret < 0 ? ret : MIN(ret, (ssize_t)n));
	return ret;
}

static ssize_t files_recvfile(struct vfs_handle_struct *handle,
			      int fromfd,
			      files_struct *fsp,
			      off_t offset,
			      size_t n)
{
	ssize_t ret = SMB_VFS_NEXT_RECVFILE(handle, fromfd, fsp, offset, n);

	count_write(handle, fsp, ret);
	return ret;
}

/* Setting the size is a write of no bytes. */
static int files_ftruncate(struct vfs_handle_struct *handle,
			   files_struct *fsp,
			   off_t length)
{
	int ret = SMB_VFS_NEXT_FTRUNCATE(handle, fsp, length);
	struct sg_files *files = sg_files_any(handle);

	if (ret == 0 && files != NULL && files->depth == 0) {
		count_write(handle, fsp, 0);
	}
	return ret;
}

/* So is emptying a part of it, whatever was there. */
static int files_fallocate(struct vfs_handle_struct *handle,
			   struct files_struct *fsp,
			   uint32_t mode,
			   off_t offset,
			   off_t length)
{
	int ret = SMB_VFS_NEXT_FALLOCATE(handle, fsp, mode, offset, length);

	if (ret == 0 && (mode & VFS_FALLOCATE_FL_PUNCH_HOLE) != 0) {
		count_write(handle, fsp, 0);
	}
	return ret;
}

/* One that is under way. */
struct io {
	struct vfs_handle_struct *handle;
	struct files_struct *fsp;
	ssize_t bytes;
	struct vfs_aio_state aio;
};

static void pread_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct io *io = tevent_req_data(req, struct io);

	io->bytes = SMB_VFS_PREAD_RECV(subreq, &io->aio);
	TALLOC_FREE(subreq);
	count_read(io->handle, io->fsp, io->bytes);
	tevent_req_done(req);
}

static void pwrite_done(struct tevent_req *subreq)
{
	struct tevent_req *req =
		tevent_req_callback_data(subreq, struct tevent_req);
	struct io *io = tevent_req_data(req, struct io);

	io->bytes = SMB_VFS_PWRITE_RECV(subreq, &io->aio);
	TALLOC_FREE(subreq);
	count_write(io->handle, io->fsp, io->bytes);
	tevent_req_done(req);
}

static struct tevent_req *begin(TALLOC_CTX *mem_ctx,
				struct vfs_handle_struct *handle,
				struct files_struct *fsp,
				struct io **io)
{
	struct tevent_req *req = tevent_req_create(mem_ctx, io, struct io);

	if (req != NULL) {
		**io = (struct io){.handle = handle, .fsp = fsp};
	}
	return req;
}

static struct tevent_req *files_pread_send(struct vfs_handle_struct *handle,
					   TALLOC_CTX *mem_ctx,
					   struct tevent_context *ev,
					   struct files_struct *fsp,
					   void *data,
					   size_t n,
					   off_t offset)
{
	struct io *io = NULL;
	struct tevent_req *req = begin(mem_ctx, handle, fsp, &io);
	struct tevent_req *subreq = NULL;

	if (req == NULL) {
		return NULL;
	}
	subreq = SMB_VFS_NEXT_PREAD_SEND(io, ev, handle, fsp, data, n, offset);
	if (tevent_req_nomem(subreq, req)) {
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(subreq, pread_done, req);
	return req;
}

static struct tevent_req *files_pwrite_send(struct vfs_handle_struct *handle,
					    TALLOC_CTX *mem_ctx,
					    struct tevent_context *ev,
					    struct files_struct *fsp,
					    const void *data,
					    size_t n,
					    off_t offset)
{
	struct io *io = NULL;
	struct tevent_req *req = begin(mem_ctx, handle, fsp, &io);
	struct tevent_req *subreq = NULL;

	if (req == NULL) {
		return NULL;
	}
	subreq = SMB_VFS_NEXT_PWRITE_SEND(io, ev, handle, fsp, data, n, offset);
	if (tevent_req_nomem(subreq, req)) {
		return tevent_req_post(req, ev);
	}
	tevent_req_set_callback(subreq, pwrite_done, req);
	return req;
}

static ssize_t io_recv(struct tevent_req *req, struct vfs_aio_state *aio)
{
	struct io *io = tevent_req_data(req, struct io);
	ssize_t bytes = -1;

	if (tevent_req_is_unix_error(req, &aio->error)) {
		tevent_req_received(req);
		return -1;
	}
	*aio = io->aio;
	bytes = io->bytes;
	tevent_req_received(req);
	return bytes;
}

void sg_files_add_data(struct vfs_fn_pointers *table)
{
	table->pread_fn = files_pread;
	table->pread_send_fn = files_pread_send;
	table->pread_recv_fn = io_recv;
	table->pwrite_fn = files_pwrite;
	table->pwrite_send_fn = files_pwrite_send;
	table->pwrite_recv_fn = io_recv;
	table->sendfile_fn = files_sendfile;
	table->recvfile_fn = files_recvfile;
	table->ftruncate_fn = files_ftruncate;
	table->fallocate_fn = files_fallocate;
}
