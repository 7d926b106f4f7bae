/*
 * smbguard: the VFS functions that watch files
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For the files_*.c alone, behind smbd/samba.h.
 */

#ifndef SMBGUARD_SMBD_FILES_HOOKS_H
#define SMBGUARD_SMBD_FILES_HOOKS_H

#include "smbd/files.h"

/* The extension of an open file that a client has a handle of. */
struct sg_handle {
	struct sg_handle *next;
	struct sg_handle *prev;
	struct sg_files *files; /* NULL: its tree has ended */
	struct files_struct *fsp;
	struct timespec since;
	struct sg_file_counts counts;
	bool kept;	     /* smbd keeps it for a client that comes back */
	uint8_t *token;	     /* for copies on the server, NULL: none */
	size_t token_length; /* bytes of it */
};

/**
 * The watched files of a handle's tree, to be asked about an operation of the
 * client's own. NULL: it is none, it is a part of another, or no kind of bits is
 * asked for.
 *
 * bits: of enum sg_file_bit. SG_FILE_DENIED is added.
 */
struct sg_files *sg_files_of(struct vfs_handle_struct *handle, uint32_t bits);

/**
 * The same, whatever smbd is in.
 */
struct sg_files *sg_files_any(struct vfs_handle_struct *handle);

/**
 * Begin an operation: ask the gate. request: of SMB2, NULL: not known.
 *
 * op: kind, bit and told are filled in. False: refuse with EACCES.
 */
bool sg_files_may(struct sg_files *files,
		  struct sg_file_op *op,
		  const struct smbd_smb2_request *request);

/**
 * End it. False: undo it.
 */
bool sg_files_tell(struct sg_files *files, struct sg_file_op *op);

/**
 * End it by what a function of the kernel's kind returned; errno stays.
 */
void sg_files_tell_errno(struct sg_files *files,
			 struct sg_file_op *op,
			 int ret);

/**
 * Paths in the share, on talloc_tos(): of a file, a name, and a name in a folder.
 * NULL when out of memory.
 */
const char *sg_files_path(const struct files_struct *fsp);
const char *sg_files_name(const struct smb_filename *name);
const char *sg_files_at(const struct files_struct *dirfsp,
			const struct smb_filename *name);

/**
 * The path in the share of one as a request has it: those of DFS begin with a
 * server and the share.
 */
const char *sg_files_in_share(const struct smbd_smb2_request *request,
			      const char *path);

/**
 * Look up whom an operation is for: files->facts and files->ignored.
 *
 * request: NULL: the one that smbd serves, if there is one. vuid: of SMB1, 0: the
 * one that it serves.
 */
void sg_files_who(struct sg_files *files,
		  const struct smbd_smb2_request *request,
		  uint64_t vuid);

/**
 * The request of SMB2 for a tree that smbd serves: the last one that does not
 * wait; if all do, the last one. NULL: none, or SMB1.
 */
const struct smbd_smb2_request *sg_files_request(const struct sg_files *files);

/**
 * Is it this request that was marked? Mark it.
 */
bool sg_request_is(const struct sg_request_mark *mark,
		   const struct smbd_smb2_request *request);
void sg_request_mark(struct sg_request_mark *mark,
		     const struct smbd_smb2_request *request);

/**
 * smbd is on its way to an operation: if the request ends before it is done, it
 * has failed. files_resolve.c.
 *
 * of_a_handle: of set info requests alone.
 */
void sg_files_resolving(struct sg_files *files, bool of_a_handle);

/**
 * The operation of a request has come to be done, and is told by who does it.
 * NULL: with the tree, or of SMB1.
 */
void sg_files_resolved(struct sg_files *files,
		       const struct smbd_smb2_request *request);

/**
 * What a request of SMB2 is to do with a file, as far as it is told without a
 * function of the table that does it: an open, or a kind of set info. 0: none.
 */
enum sg_event_kind sg_files_kind(const struct smbd_smb2_request *request);

/**
 * What a create request asks for: the path, if there is none yet, access and
 * disposition.
 */
void sg_files_fill_open(struct sg_file_op *op,
			const struct smbd_smb2_request *request);

/**
 * What a set info request changes of attributes and times, both in one.
 */
void sg_files_fill_attributes(struct sg_file_op *op,
			      const struct smbd_smb2_request *request);

/**
 * The name of a create disposition, NULL for what is none.
 */
const char *sg_disposition_name(uint32_t disposition);

/**
 * An open waits for others: it is tried again, or the client cancels it.
 */
void sg_files_open_waits(struct sg_files *files,
			 const struct smbd_smb2_request *request);

/**
 * The tree ends: what waits or is looked up is told no more.
 */
void sg_files_resolve_end(struct sg_files *files);

/**
 * The handle that a client has of a file; NULL: none that is told of.
 */
struct sg_handle *sg_files_handle(struct vfs_handle_struct *handle,
				  const struct files_struct *fsp);

/* Fill in the functions of one file each. */
void sg_files_add_open(struct vfs_fn_pointers *table);
void sg_files_add_changes(struct vfs_fn_pointers *table);
void sg_files_add_attributes(struct vfs_fn_pointers *table);
void sg_files_add_data(struct vfs_fn_pointers *table);
void sg_files_add_copy(struct vfs_fn_pointers *table);

#endif /* SMBGUARD_SMBD_FILES_HOOKS_H */
