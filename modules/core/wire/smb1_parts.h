/*
 * smbguard: what smb1*.c share, and nobody else includes
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Positions count from the first of a message's 4 length bytes on. What is not
 * there reads as 0, and as no text.
 */

#ifndef SMBGUARD_CORE_WIRE_SMB1_PARTS_H
#define SMBGUARD_CORE_WIRE_SMB1_PARTS_H

#include "cursor.h"
#include "smb1.h"

/* One request of a chain. */
struct sg_smb1_request {
	uint8_t command;
	uint8_t num_words;
	size_t words; /* where they begin */
	size_t bytes; /* likewise */
	size_t num_bytes;
};

struct sg_smb1_walk {
	struct sg_cursor all;
	size_t total; /* bytes of the message, all there or not */
	uint16_t flags2;
	const struct sg_smb1_server *server;
	struct sg_smb1_message *message;
	bool ends; /* smbd refuses, and comes to nothing that follows */
};

/** A number of two bytes. */
uint16_t sg_smb1_number_at(const struct sg_smb1_walk *w, size_t at);

/** One of a request's words, or what stands where it would. */
uint16_t sg_smb1_word(const struct sg_smb1_walk *w,
		      const struct sg_smb1_request *r,
		      size_t i);

/**
 * The text at a position within the bytes of a request; *at goes behind it and
 * its NUL.
 */
struct sg_smb1_text sg_smb1_get_text(struct sg_smb1_walk *w,
				     const struct sg_smb1_request *r,
				     size_t *at);

/**
 * Take the logon of a SESSION_SETUP_ANDX.
 */
void sg_smb1_take_setup(struct sg_smb1_walk *w,
			const struct sg_smb1_request *r);

#endif /* SMBGUARD_CORE_WIRE_SMB1_PARTS_H */
