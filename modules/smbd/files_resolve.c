/*
 * smbguard: opens that end before there is a file
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What: a folder on the way that is missing or closed to the client, a symlink
 * that leads out of the share: smbd refuses while it looks the name up, and never
 * asks its modules to open anything.
 *
 * How: it looks names up with openat, which its modules see. There, a note is
 * hung below what smbd keeps of the request (a tevent_req, MS-SMB2 3.3.5.9). smbd
 * frees that before it answers; if the file has not come to be opened by then, the
 * note tells of it. How the request has ended is in the text of
 * tevent_req_print(), which is the only public way to see it then.
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

struct sg_resolving {
	struct sg_files *files; /* NULL: told, or opened */
	struct tevent_req *subreq;
	const struct smbd_smb2_request *request;
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

/* The name in a create request, as smbd would have it. NULL: there is none. */
static const char *name_in(const struct smbd_smb2_request *request)
{
	const uint8_t *body = SMBD_SMB2_IN_BODY_PTR(request);
	const struct iovec *rest = SMBD_SMB2_IN_DYN_IOV(request);
	size_t begin = SMB2_HDR_BODY + SMBD_SMB2_IN_BODY_LEN(request);
	size_t offset = SVAL(body, CREATE_NAME_OFFSET);
	size_t length = SVAL(body, CREATE_NAME_LENGTH);
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
	return name;
}

static void tell(struct sg_files *files,
		 const struct smbd_smb2_request *request,
		 NTSTATUS status)
{
	struct sg_file_op op = {
		.kind = SG_EVENT_FILE_OPEN,
		.bit = SG_FILE_OPEN,
		.status = status,
	};

	if (sg_request_opcode(request) != SMB2_OP_CREATE ||
	    SMBD_SMB2_IN_BODY_LEN(request) < CREATE_BODY) {
		return;
	}
	sg_bits_set(&op.told.access,
		    IVAL(SMBD_SMB2_IN_BODY_PTR(request), CREATE_ACCESS));
	op.told.path = name_in(request);
	sg_files_who(files, request);
	op.facts = files->facts;
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
	files->resolving = NULL;
	frame = talloc_stackframe();
	status = status_of(note->subreq);
	if (!NT_STATUS_IS_OK(status)) {
		tell(files, note->request, status);
	}
	TALLOC_FREE(frame);
	return 0;
}

void sg_files_resolving(struct sg_files *files)
{
	const struct smbd_smb2_request *request = sg_files_request(files);
	struct sg_resolving *note = files->resolving;

	if (request == NULL || request->subreq == NULL ||
	    sg_request_opcode(request) != SMB2_OP_CREATE ||
	    (note != NULL && note->subreq == request->subreq)) {
		return;
	}
	sg_files_resolved(files);
	note = talloc_zero(_tevent_req_data(request->subreq),
			   struct sg_resolving);
	if (note == NULL) {
		return;
	}
	note->files = files;
	note->subreq = request->subreq;
	note->request = request;
	files->resolving = note;
	talloc_set_destructor(note, resolving_destructor);
}

void sg_files_resolved(struct sg_files *files)
{
	if (files->resolving != NULL) {
		files->resolving->files = NULL;
		files->resolving = NULL;
	}
}
