/*
 * smbguard: the files of a tree, as smbd works on them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_FILES_H
#define SMBGUARD_SMBD_FILES_H

#include "core/event/event.h"
#include "core/file_events.h"
#include "smbd/module.h"
#include "smbd/state.h"

struct sg_handle;
struct sg_resolving;
struct smbd_smb2_request;
struct vfs_fn_pointers;

/* Whom the last operation was for: with another of these, it is looked up. */
struct sg_files_key {
	uint64_t channel; /* a new one may be where another was */
	const struct smbXsrv_session *session;
	const struct auth_session_info *session_info;
	uint64_t session_id;
	uint64_t auth_time;
	bool encrypted;
	bool sign;
};

/* A request of SMB2, or none: compounded ones differ by their message ids. */
struct sg_request_mark {
	const struct smbd_smb2_request *request;
	uint64_t channel; /* another's may come to be where it was */
	uint64_t mid;
};

/* A child of a tree that asks for file events. */
struct sg_files {
	struct sg_tree *tree;
	const struct sg_policy *policy;
	struct sg_file_asked asked;
	bool must; /* see sg_policy_must_record() */

	/* smbd is in an operation of the client's already, so many deep. */
	unsigned depth;
	struct sg_handle *handles;	/* open ones, see files_open.c */
	struct sg_resolving *resolving; /* see files_resolve.c */
	struct sg_resolving *waiting;	/* the same */

	/* see files_who.c */
	struct sg_files_key key;
	const struct sg_facts *facts; /* NULL: nobody has come yet */
	struct sg_facts_text *text;   /* of facts */
	bool ignored;		      /* the account has no file events */

	/* The request whose file_attributes was told, see files_attributes.c */
	struct sg_request_mark told;
	bool by_mode;	     /* smbd sets attributes as the file's mode next */
	uint32_t attributes; /* those */
	/* and that which has come to be done, see files_resolve.c */
	struct sg_request_mark done;
};

/* One operation, on its way to an event. */
struct sg_file_op {
	enum sg_event_kind kind;
	enum sg_file_bit bit;
	bool changed;				 /* see sg_file_is_asked() */
	const struct smbd_smb2_request *request; /* NULL: not known */
	uint64_t vuid;		      /* the session of SMB1; 0: the tree's */
	const struct sg_facts *facts; /* whose it is, as it is told */
	NTSTATUS status;	      /* how it ended */
	struct sg_file_told told;
	const struct sg_file_counts *counts; /* file_close */
	struct timespec since;		     /* the same */
	const char *reason;		     /* of one that succeeded */
};

/* What the gate does about operations. */
struct sg_file_hooks {
	/*
	 * Before it is done. False: its record would be lost, and it must not
	 * be done for that; this has been recorded, as far as possible.
	 */
	bool (*may)(struct sg_files *files, struct sg_file_op *op);

	/*
	 * It was done, or failed. False: it must be undone, since it is in no
	 * record.
	 */
	bool (*tell)(struct sg_files *files, struct sg_file_op *op);
};

/**
 * Watch the files of a tree from now on. asked and policy: belong to tree.
 *
 * problem: receives why it cannot be done, on mem_ctx. False then.
 */
bool sg_files_watch(TALLOC_CTX *mem_ctx,
		    struct sg_tree *tree,
		    const struct sg_policy *policy,
		    const struct sg_file_asked *asked,
		    const char **problem);

/**
 * The tree ends; handles that smbd has left open are told no more.
 */
void sg_files_end(struct sg_files *files);

/**
 * The name of a status, "NT_STATUS_ACCESS_DENIED".
 */
const char *sg_files_status(NTSTATUS status);

/**
 * The table of VFS functions of a tree that is watched: connect and disconnect
 * from the other table.
 *
 * hooks: must stay.
 */
const struct vfs_fn_pointers *sg_files_table(
	const struct vfs_fn_pointers *other,
	const struct sg_file_hooks *hooks);

#endif /* SMBGUARD_SMBD_FILES_H */
