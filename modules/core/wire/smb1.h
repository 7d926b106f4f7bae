/*
 * smbguard: the logons and the RAP requests in a message of SMB1
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd checks some passwords with a table that exists for that moment only, and
 * answers RAP without opening a pipe. Both can be told from the message alone.
 */

#ifndef SMBGUARD_CORE_WIRE_SMB1_H
#define SMBGUARD_CORE_WIRE_SMB1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <talloc.h>

/* The length field, the header, the word count, and the AndX block. */
#define SG_SMB1_HEAD_BYTES 41

/*
 * A chain cannot reach farther than 64 KiB, and passwords are short: behind
 * this no name begins.
 */
#define SG_SMB1_MAX_BYTES (68 * 1024)

/* Of a message with more of them only the number is known. */
#define SG_SMB1_MAX_LOGONS 64

enum sg_smb1_logon_kind {
	SG_SMB1_SHOWN = 0, /* smbd checks it with a table that lasts */
	SG_SMB1_ANONYMOUS,
	SG_SMB1_PLAIN, /* with a password that is not encrypted */
};

/* Points into the message. */
struct sg_smb1_text {
	const uint8_t *data;
	size_t len; /* without a NUL */
	bool utf16;
};

struct sg_smb1_logon {
	enum sg_smb1_logon_kind kind;
	struct sg_smb1_text account; /* len 0: none */
	struct sg_smb1_text domain;
};

/* What the server has negotiated: it decides how a logon is read. */
struct sg_smb1_server {
	bool nt1; /* NT LM 0.12, and nothing older */
	bool encrypts;
	bool spnego; /* extended security */
};

struct sg_smb1_message {
	bool whole; /* false: more of it is to come, or more than we read */
	uint16_t tid;
	uint16_t uid;

	/*
	 * The logons that do not go through SPNEGO, in the order in which smbd
	 * comes to them. It goes on behind one only if that succeeds.
	 */
	size_t num_logons; /* there may be more than are kept */
	struct sg_smb1_logon logons[SG_SMB1_MAX_LOGONS];

	bool rap;	/* it ends with one */
	unsigned trees; /* that are connected before, in the same message */
};

/**
 * The bytes of a message, its 4 length bytes included; 0 if fewer than 4 are
 * there.
 */
size_t sg_smb1_message_bytes(const uint8_t *bytes, size_t len);

/**
 * How many bytes of a message are to be read for sg_smb1_parse(), 0 if nothing
 * that it finds is in there.
 *
 * head: SG_SMB1_HEAD_BYTES of it, or all, if that is less.
 */
size_t sg_smb1_wanted_bytes(const uint8_t *head, size_t len);

/**
 * Find the logons and the RAP request of one message. smbd refuses a malformed
 * chain as a whole, and then none is found.
 *
 * bytes: of one message or a part of it, its 4 length bytes included. The
 * texts in the result point into it; no password is ever in one.
 */
void sg_smb1_parse(const uint8_t *bytes,
		   size_t len,
		   const struct sg_smb1_server *server,
		   struct sg_smb1_message *message);

/**
 * A text as a string: UTF-16 as UTF-8, and bytes of a code page that we do not
 * know as they are. NULL when out of memory.
 */
char *sg_smb1_string(TALLOC_CTX *mem_ctx, const struct sg_smb1_text *text);

#endif /* SMBGUARD_CORE_WIRE_SMB1_H */
