/*
 * smbguard: fuzzing the search for logons in messages of SMB1
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is one byte, what the server has negotiated, and a message. The
 * sanitizers watch the memory; this watches what the header promises of the
 * result for any input. How it fails: abort(), which libFuzzer reports.
 */

#include <stdlib.h>
#include <string.h>

#include "core/wire/smb1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok) {
		abort();
	}
}

static void check_text(const struct sg_smb1_text *text,
		       const uint8_t *bytes,
		       size_t len)
{
	char *string = NULL;

	if (text->len > 0) {
		require(text->data > bytes);
		require(text->data + text->len <= bytes + len);
	}
	string = sg_smb1_string(NULL, text);
	require(string != NULL);
	require(strlen(string) <= 3 * text->len);
	talloc_free(string);
}

static void check_logon(const struct sg_smb1_logon *logon,
			const struct sg_smb1_server *server,
			const uint8_t *bytes,
			size_t len)
{
	bool named = logon->account.len > 0;

	check_text(&logon->account, bytes, len);
	check_text(&logon->domain, bytes, len);
	require(logon->kind <= SG_SMB1_PLAIN);
	require(named == (logon->kind != SG_SMB1_ANONYMOUS));
	require(!named || !server->spnego);
	require(server->encrypts || logon->kind != SG_SMB1_SHOWN);
	require(server->nt1 || logon->domain.len == 0);
}

static void check(const struct sg_smb1_message *message,
		  const struct sg_smb1_server *server,
		  const uint8_t *bytes,
		  size_t len)
{
	size_t total = sg_smb1_message_bytes(bytes, len);
	size_t i;

	require(!message->whole || len >= total);
	require(message->num_logons <= len);
	for (i = 0; i < message->num_logons && i < SG_SMB1_MAX_LOGONS; i++) {
		check_logon(&message->logons[i], server, bytes, len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_smb1_message message;
	struct sg_smb1_server server;
	uint8_t *bytes = NULL;
	size_t wanted;

	if (size == 0) {
		return 0;
	}
	server = (struct sg_smb1_server){
		.nt1 = (data[0] & 1) != 0,
		.encrypts = (data[0] & 2) != 0,
		.spnego = (data[0] & 4) != 0,
	};
	size--;
	/* A block of its own, for the sanitizers */
	bytes = malloc(size > 0 ? size : 1);
	require(bytes != NULL);
	memcpy(bytes, data + 1, size);

	wanted = sg_smb1_wanted_bytes(bytes, size);
	require(wanted <= SG_SMB1_MAX_BYTES);
	require(wanted <= sg_smb1_message_bytes(bytes, size));
	sg_smb1_parse(bytes, size, &server, &message);
	check(&message, &server, bytes, size);
	/* Nothing is found in what would not have been read. */
	require(wanted > 0 || (message.num_logons == 0 && !message.rap));

	free(bytes);
	return 0;
}
