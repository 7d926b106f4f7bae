/*
 * smbguard: opens and renames that end while their names are looked up
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What: a folder on the way that is missing or closed to the client, a symlink
 * that leads out of the share, a new name that is another file's: smbd refuses
 * while it looks names up, and never asks its modules to open or rename.
 *
 * How: it looks names up with openat, which its modules see. There, a note is
 * hung below what smbd keeps of the request (a tevent_req). smbd frees that
 * before it answers; if the operation has not come to be done by then, the note
 * tells of it. How the request has ended is in the text of tevent_req_print(),
 * which is the only public way to see it then.
 *
 * An open that waits for others has such a note as well: it is told if the client
 * cancels it.
 *
 * How it fails: what cannot be told from that text has no event. Of SMB1, and of
 * names that smbd does not look up at all, nothing is seen.
 */

#include "smbd/samba.h"
#include "smbd/files_hooks.h"
#include "smbd/tree_find.h"

#include <tevent.h>

/* As lib/util/tevent_ntstatus.c marks a number as an NTSTATUS. */
#define NTERROR_MAGIC UINT64_C(0x917b5acd)

/* Of a create request, MS-SMB2 2.2.13 */
#define CREATE_BODY 0x38
#define CREATE_ACCESS 0x18
#define CREATE_NAME_OFFSET 0x2C
#define CREATE_NAME_LENGTH 0x2E

/* Of a set info request, MS-SMB2 2.2.39 */
#define SETINFO_BODY 0x20
#define SETINFO_TYPE 0x02
#define SETINFO_CLASS 0x03
#define SETINFO_BUFFER_OFFSET 0x08
#define SETINFO_FILE_ID 0x10
#define INFO_FILE 1
#define RENAME_INFORMATION 10
#define LINK_INFORMATION 11
#define SETINFO_STATE "struct smbd_smb2_setinfo_state"

/* What is in its buffer, MS-FSCC 2.4.42.2 and 2.4.27.2 */
#define NAME_LENGTH 16
#define NAME 20

/* A child of what smbd keeps of a request. */
struct sg_resolving {
	struct sg_resolving *next; /* of those that wait */
	struct sg_resolving *prev;
	bool waits;
	struct sg_files *files; /* NULL: told, or done */
	const struct smbd_smb2_request *request;
	struct tevent_req *subreq;
	enum sg_event_kind kind;
	char *path; /* of what is to be renamed */
};

static NTSTATUS status_of(struct tevent_req *req)
{
	char *text = tevent_req_print(talloc_tos(), req);
	const char *at = text != NULL ? strstr(text, " error[") : NULL;
	uint64_t error;

	if (at == NULL) {
		return NT_STATUS_OK;
	}
	error = (uint64_t)strtoll(at + strlen(" error["), NULL, 10);
	if (error >> 32 != NTERROR_MAGIC) {
		return NT_STATUS_OK;
	}
	return NT_STATUS((uint32_t)error);
}

/* A name in the buffer of a request, as smbd would have it. NULL: there is none. */
static char *name_at(const struct smbd_smb2_request *request,
		     size_t offset,
		     size_t length)
{
	const struct iovec *rest = SMBD_SMB2_IN_DYN_IOV(request);
	size_t begin = SMB2_HDR_BODY + SMBD_SMB2_IN_BODY_LEN(request);
	char *name = NULL;
	size_t size = 0;
	bool ok;

	if (offset < begin || offset - begin > rest->iov_len ||
	    length > rest->iov_len - (offset - begin)) {
		return NULL;
	}
	ok = convert_string_talloc(talloc_tos(),
				   CH_UTF16,
				   CH_UNIX,
				   (uint8_t *)rest->iov_base + offset - begin,
				   length,
				   &name,
				   &size);
	if (!ok) {
		return NULL;
	}
	string_replace(name, '\\', '/');
	/* A new name may begin with one. */
	return name + strspn(name, "/");
}

static void fill_open(struct sg_file_op *op,
		      const struct smbd_smb2_request *request)
{
	const uint8_t *body = SMBD_SMB2_IN_BODY_PTR(request);

	op->bit = SG_FILE_OPEN;
	sg_bits_set(&op->told.access, IVAL(body, CREATE_ACCESS));
	op->told.path = name_at(request,
				SVAL(body, CREATE_NAME_OFFSET),
				SVAL(body, CREATE_NAME_LENGTH));
}

static void fill_rename(struct sg_file_op *op, const struct sg_resolving *note)
{
	const struct smbd_smb2_request *request = note->request;
	const uint8_t *body = SMBD_SMB2_IN_BODY_PTR(request);
	const struct iovec *rest = SMBD_SMB2_IN_DYN_IOV(request);
	size_t begin = SMB2_HDR_BODY + SMBD_SMB2_IN_BODY_LEN(request);
	size_t buffer = SVAL(body, SETINFO_BUFFER_OFFSET);
	const uint8_t *bytes = rest->iov_base;

	op->bit = SG_FILE_RENAME;
	op->told.path = note->path;
	if (buffer < begin || rest->iov_len < NAME ||
	    buffer - begin > rest->iov_len - NAME) {
		return;
	}
	op->told.new_path = name_at(request,
				    buffer + NAME,
				    IVAL(bytes + buffer - begin, NAME_LENGTH));
}

/*
 * What a request is about that has not come to be done: 0: nothing that is told
 * here.
 */
static enum sg_event_kind kind_of(const struct smbd_smb2_request *request)
{
	const uint8_t *body = NULL;
	size_t length;

	switch (sg_request_opcode(request)) {
	case SMB2_OP_CREATE:
		length = SMBD_SMB2_IN_BODY_LEN(request);
		return length >= CREATE_BODY ? SG_EVENT_FILE_OPEN : 0;
	case SMB2_OP_SETINFO:
		length = SMBD_SMB2_IN_BODY_LEN(request);
		body = SMBD_SMB2_IN_BODY_PTR(request);
		break;
	default:
		return 0;
	}
	if (length < SETINFO_BODY || CVAL(body, SETINFO_TYPE) != INFO_FILE) {
		return 0;
	}
	switch (CVAL(body, SETINFO_CLASS)) {
	case RENAME_INFORMATION:
		return SG_EVENT_FILE_RENAME;
	case LINK_INFORMATION:
		return SG_EVENT_FILE_LINK;
	default:
		return 0;
	}
}

static void tell(struct sg_files *files,
		 const struct sg_resolving *note,
		 NTSTATUS status)
{
	struct sg_file_op op = {
		.kind = note->kind,
		.status = status,
		.request = note->request,
	};

	if (kind_of(note->request) != note->kind) {
		return;
	}
	if (note->kind == SG_EVENT_FILE_OPEN) {
		fill_open(&op, note->request);
	} else {
		fill_rename(&op, note);
	}
	(void)sg_files_tell(files, &op);
}

static int resolving_destructor(struct sg_resolving *note)
{
	struct sg_files *files = note->files;
	TALLOC_CTX *frame = NULL;
	NTSTATUS status;

	if (files == NULL) {
		return 0;
	}
	if (note->waits) {
		DLIST_REMOVE(files->waiting, note);
	} else {
		files->resolving = NULL;
	}
	frame = talloc_stackframe();
	status = status_of(note->subreq);
	if (!NT_STATUS_IS_OK(status)) {
		tell(files, note, status);
	}
	TALLOC_FREE(frame);
	return 0;
}

/* A create request's is known to smbd by then, a set info's is not. */
static void find_state(const void *ptr,
		       int depth,
		       int max_depth,
		       int is_ref,
		       void *private_data)
{
	const void **found = private_data;
	const char *name = talloc_get_name(ptr);

	if (!is_ref && strcmp(name, SETINFO_STATE) == 0) {
		*found = ptr;
	}
}

/* What smbd keeps of a request; in *subreq, what it is a part of. */
static const void *state_of(const struct smbd_smb2_request *request,
			    enum sg_event_kind kind,
			    struct tevent_req **subreq)
{
	const void *state = NULL;

	*subreq = request->subreq;
	if (kind == SG_EVENT_FILE_OPEN) {
		return *subreq != NULL ? _tevent_req_data(*subreq) : NULL;
	}
	talloc_report_depth_cb(request, 0, 2, find_state, &state);
	*subreq = state != NULL ? talloc_parent(state) : NULL;
	return state;
}

static char *path_in(TALLOC_CTX *mem_ctx,
		     const struct smbd_smb2_request *request)
{
	const uint8_t *body = SMBD_SMB2_IN_BODY_PTR(request);
	const struct files_struct *fsp = NULL;

	fsp = file_fsp_smb2(discard_const_p(struct smbd_smb2_request, request),
			    BVAL(body, SETINFO_FILE_ID),
			    BVAL(body, SETINFO_FILE_ID + 8));
	return fsp != NULL ? talloc_strdup(mem_ctx, sg_files_path(fsp)) : NULL;
}

/* NULL: it is nothing that is told here. */
static struct sg_resolving *note_new(struct sg_files *files,
				     const struct smbd_smb2_request *request)
{
	enum sg_event_kind kind = kind_of(request);
	struct tevent_req *subreq = NULL;
	const void *state = NULL;
	struct sg_resolving *note = NULL;

	state = kind != 0 ? state_of(request, kind, &subreq) : NULL;
	if (state == NULL || subreq == NULL) {
		return NULL;
	}
	note = talloc_zero(state, struct sg_resolving);
	if (note == NULL) {
		return NULL;
	}
	note->files = files;
	note->subreq = subreq;
	note->request = request;
	note->kind = kind;
	if (kind != SG_EVENT_FILE_OPEN) {
		note->path = path_in(note, request);
	}
	talloc_set_destructor(note, resolving_destructor);
	return note;
}

void sg_files_resolving(struct sg_files *files)
{
	const struct smbd_smb2_request *request = sg_files_request(files);
	struct sg_resolving *note = files->resolving;

	if (request == NULL || (note != NULL && note->request == request &&
				note->kind == kind_of(request))) {
		return;
	}
	note = note_new(files, request);
	if (note != NULL) {
		sg_files_resolved(files);
		files->resolving = note;
	}
}

/*
 * When it is tried again, smbd keeps it as another tevent_req, and frees this one
 * as it is: not at its end.
 */
void sg_files_open_waits(struct sg_files *files,
			 const struct smbd_smb2_request *request)
{
	struct sg_resolving *note =
		request != NULL ? note_new(files, request) : NULL;

	if (note != NULL) {
		note->waits = true;
		DLIST_ADD(files->waiting, note);
	}
}

void sg_files_resolved(struct sg_files *files)
{
	if (files->resolving != NULL) {
		files->resolving->files = NULL;
		files->resolving = NULL;
	}
}

void sg_files_resolve_end(struct sg_files *files)
{
	struct sg_resolving *note = NULL;

	sg_files_resolved(files);
	for (note = files->waiting; note != NULL; note = note->next) {
		note->files = NULL;
	}
	files->waiting = NULL;
}
