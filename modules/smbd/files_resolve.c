/*
 * smbguard: operations that smbd refuses before it does anything
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
#define CREATE_DISPOSITION 0x24
#define CREATE_NAME_OFFSET 0x2C
#define CREATE_NAME_LENGTH 0x2E

/* Of a set info request, MS-SMB2 2.2.39 */
#define SETINFO_BODY 0x20
#define SETINFO_TYPE 0x02
#define SETINFO_CLASS 0x03
#define SETINFO_BUFFER_OFFSET 0x08
#define SETINFO_FILE_ID 0x10
#define INFO_FILE 1
#define BASIC_INFORMATION 4
#define RENAME_INFORMATION 10
#define LINK_INFORMATION 11
#define DISPOSITION_INFORMATION 13
#define DISPOSITION_INFORMATION_EX 64
#define SETINFO_STATE "struct smbd_smb2_setinfo_state"

/* What is in its buffer, MS-FSCC 2.4.7, 2.4.42.2 and 2.4.27.2 */
#define BASIC_ATTRIBUTES 32
#define BASIC_LENGTH 36
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
	bool folder; /* what the handle is of */
	char *path;
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

enum sg_event_kind sg_files_kind(const struct smbd_smb2_request *request)
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
	case BASIC_INFORMATION:
		return SG_EVENT_FILE_ATTRIBUTES;
	case DISPOSITION_INFORMATION:
	case DISPOSITION_INFORMATION_EX:
		return SG_EVENT_FILE_DELETE;
	default:
		return 0;
	}
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
				   length & ~(size_t)1, /* as smbd does */
				   &name,
				   &size);
	if (!ok) {
		return NULL;
	}
	string_replace(name, '\\', '/');
	/* A new name may begin with one. */
	return name + strspn(name, "/");
}

void sg_files_fill_open(struct sg_file_op *op,
			const struct smbd_smb2_request *request)
{
	const uint8_t *body = SMBD_SMB2_IN_BODY_PTR(request);

	if (sg_files_kind(request) != SG_EVENT_FILE_OPEN) {
		return;
	}
	sg_bits_set(&op->told.access, IVAL(body, CREATE_ACCESS));
	op->told.disposition =
		sg_disposition_name(IVAL(body, CREATE_DISPOSITION));
	if (op->told.path != NULL) {
		return;
	}
	op->told.path = name_at(request,
				SVAL(body, CREATE_NAME_OFFSET),
				SVAL(body, CREATE_NAME_LENGTH));
	if (op->told.path != NULL) {
		op->told.path = sg_files_in_share(request, op->told.path);
	}
	/* The share itself; who wants a handle back needs no name. */
	if (op->told.path != NULL && op->told.path[0] == '\0') {
		op->told.path = op->told.reconnected == SG_YES ? NULL : ".";
	}
}

/* The buffer of a set info request, NULL if it has not so many bytes. */
static const uint8_t *buffer_of(const struct smbd_smb2_request *request,
				size_t length)
{
	const uint8_t *body = SMBD_SMB2_IN_BODY_PTR(request);
	const struct iovec *rest = SMBD_SMB2_IN_DYN_IOV(request);
	size_t begin = SMB2_HDR_BODY + SMBD_SMB2_IN_BODY_LEN(request);
	size_t buffer = SVAL(body, SETINFO_BUFFER_OFFSET);

	if (buffer < begin || rest->iov_len < length ||
	    buffer - begin > rest->iov_len - length) {
		return NULL;
	}
	return (const uint8_t *)rest->iov_base + (buffer - begin);
}

/* MS-FSCC 2.4.7: 0 and -1 leave a time as it is, 0 the attributes. */
void sg_files_fill_attributes(struct sg_file_op *op,
			      const struct smbd_smb2_request *request)
{
	static const enum sg_file_change times[] = {
		SG_CHANGED_CREATED,
		SG_CHANGED_ACCESSED,
		SG_CHANGED_WRITTEN,
	};
	const uint8_t *buffer = NULL;
	uint32_t changes = 0;
	uint32_t attributes;
	size_t i;

	if (sg_files_kind(request) == SG_EVENT_FILE_ATTRIBUTES) {
		buffer = buffer_of(request, BASIC_LENGTH);
	}
	if (buffer == NULL) {
		return;
	}
	for (i = 0; i < ARRAY_SIZE(times); i++) {
		int64_t when = (int64_t)BVAL(buffer, 8 * i);

		changes |= when > 0 ? 1U << times[i] : 0;
	}
	attributes = IVAL(buffer, BASIC_ATTRIBUTES);
	changes |= attributes != 0 ? 1U << SG_CHANGED_ATTRIBUTES : 0;
	sg_bits_set(&op->told.changed, changes);
	if (op->told.attributes.num == 0) {
		sg_bits_set(&op->told.attributes, attributes);
	}
}

static void fill_rename(struct sg_file_op *op,
			const struct smbd_smb2_request *request)
{
	const uint8_t *buffer = buffer_of(request, NAME);
	size_t offset;

	if (buffer == NULL) {
		return;
	}
	offset = SVAL(SMBD_SMB2_IN_BODY_PTR(request), SETINFO_BUFFER_OFFSET);
	op->told.new_path =
		name_at(request, offset + NAME, IVAL(buffer, NAME_LENGTH));
	/* The share itself, which is there already. */
	if (op->told.new_path != NULL && op->told.new_path[0] == '\0') {
		op->told.new_path = ".";
	}
}

/* Fill in what an operation is, and what it was to do. */
static void fill(struct sg_file_op *op, const struct sg_resolving *note)
{
	op->told.path = note->path;
	switch (note->kind) {
	case SG_EVENT_FILE_OPEN:
		op->bit = SG_FILE_OPEN;
		sg_files_fill_open(op, note->request);
		break;
	case SG_EVENT_FILE_ATTRIBUTES:
		op->bit = SG_FILE_ATTRIBUTES;
		sg_files_fill_attributes(op, note->request);
		break;
	case SG_EVENT_FILE_DELETE:
		op->bit = note->folder ? SG_FILE_RMDIR : SG_FILE_DELETE;
		op->kind = note->folder ? SG_EVENT_DIRECTORY_DELETE
					: SG_EVENT_FILE_DELETE;
		break;
	default:
		op->bit = SG_FILE_RENAME;
		fill_rename(op, note->request);
		break;
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

	if (sg_files_kind(note->request) != note->kind) {
		return;
	}
	fill(&op, note);
	/* A request whose new name cannot be read asks for no operation. */
	if (op.bit != SG_FILE_RENAME || op.told.new_path != NULL) {
		(void)sg_files_tell(files, &op);
	}
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

/* The file of a set info request. */
static void add_file(struct sg_resolving *note)
{
	const struct smbd_smb2_request *request = note->request;
	const uint8_t *body = SMBD_SMB2_IN_BODY_PTR(request);
	const struct files_struct *fsp = NULL;
	const char *path = NULL;

	fsp = file_fsp_smb2(discard_const_p(struct smbd_smb2_request, request),
			    BVAL(body, SETINFO_FILE_ID),
			    BVAL(body, SETINFO_FILE_ID + 8));
	if (fsp != NULL) {
		path = sg_files_path(fsp);
		note->folder = fsp->fsp_flags.is_directory;
	}
	note->path = path != NULL ? talloc_strdup(note, path) : NULL;
}

static struct sg_resolving *note_new(struct sg_files *files,
				     const struct smbd_smb2_request *request,
				     enum sg_event_kind kind)
{
	struct tevent_req *subreq = NULL;
	const void *state = state_of(request, kind, &subreq);
	struct sg_resolving *note = NULL;

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
		add_file(note);
	}
	talloc_set_destructor(note, resolving_destructor);
	return note;
}

/*
 * When it is tried again, smbd keeps it as another tevent_req, and frees this one
 * as it is: not at its end.
 */
void sg_files_open_waits(struct sg_files *files,
			 const struct smbd_smb2_request *request)
{
	struct sg_resolving *note =
		request != NULL && sg_files_kind(request) == SG_EVENT_FILE_OPEN
			? note_new(files, request, SG_EVENT_FILE_OPEN)
			: NULL;

	if (note != NULL) {
		note->waits = true;
		DLIST_ADD(files->waiting, note);
	}
}

void sg_files_resolving(struct sg_files *files, bool of_a_handle)
{
	const struct smbd_smb2_request *request = sg_files_request(files);
	const struct sg_resolving *note = files->resolving;
	enum sg_event_kind kind;

	if (request == NULL || sg_request_is(&files->done, request)) {
		return;
	}
	kind = sg_files_kind(request);
	if (kind == 0 || (of_a_handle && kind == SG_EVENT_FILE_OPEN) ||
	    (note != NULL && note->request == request && note->kind == kind)) {
		return;
	}
	sg_files_resolved(files, NULL);
	files->resolving = note_new(files, request, kind);
}

void sg_files_resolved(struct sg_files *files,
		       const struct smbd_smb2_request *request)
{
	sg_request_mark(&files->done, request);
	if (files->resolving != NULL) {
		files->resolving->files = NULL;
		files->resolving = NULL;
	}
}

void sg_files_resolve_end(struct sg_files *files)
{
	struct sg_resolving *note = NULL;

	sg_files_resolved(files, NULL);
	for (note = files->waiting; note != NULL; note = note->next) {
		note->files = NULL;
	}
	files->waiting = NULL;
}
