/*
 * smbguard: the logons and the RAP requests in a message of SMB1
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MS-CIFS 2.2.3.4 (chains) and 2.2.4.33 (TRANS), read as smbd reads them:
 * smb1_walk_chain(), reply_trans(). It parses a whole chain before it serves
 * any of it, and goes on behind a request only if that one succeeds.
 *
 * How it fails: a chain that smbd refuses has nothing in it. Of a message that
 * is not all there, what is there is read.
 */

#include <string.h>

#include "smb1_parts.h"
#include "utf16.h"

#define NBT_BYTES 4
#define COMMAND_AT 8
#define FLAGS2_AT 14
#define TID_AT 28
#define UID_AT 32
#define WORD_COUNT_AT 36
#define FIRST_WORD_AT 37

#define SESSION_SETUP 0x73
#define TREE_CONNECT 0x75
#define TRANS 0x25
#define NO_COMMAND 0xFF

#define TRANS_WORDS 14

size_t sg_smb1_message_bytes(const uint8_t *bytes, size_t len)
{
	if (len < NBT_BYTES) {
		return 0;
	}
	return NBT_BYTES + (((size_t)bytes[1] & 1) << 16) +
	       ((size_t)bytes[2] << 8) + bytes[3];
}

static bool is_andx(uint8_t command)
{
	/* LOCKING, OPEN, READ, WRITE, LOGOFF, NT_CREATE */
	static const uint8_t others[] = {0x24, 0x2D, 0x2E, 0x2F, 0x74, 0xA2};

	return command == SESSION_SETUP || command == TREE_CONNECT ||
	       memchr(others, command, sizeof(others)) != NULL;
}

/* NetBIOS messages have another kind than 0, encrypted ones another magic. */
static bool is_smb1(const uint8_t *bytes, size_t len)
{
	return len > COMMAND_AT && bytes[0] == 0 &&
	       memcmp(bytes + NBT_BYTES, "\xffSMB", 4) == 0;
}

size_t sg_smb1_wanted_bytes(const uint8_t *head, size_t len)
{
	/* A name of TRANS begins within 600 bytes, and is known in 30. */
	const size_t enough_for_trans = 1024;
	size_t total = sg_smb1_message_bytes(head, len);
	uint8_t next = NO_COMMAND;
	bool ok;

	ok = is_smb1(head, len);
	if (!ok) {
		return 0;
	}
	if (head[COMMAND_AT] == TRANS) {
		return total < enough_for_trans ? total : enough_for_trans;
	}
	if (is_andx(head[COMMAND_AT]) && len > FIRST_WORD_AT) {
		next = head[FIRST_WORD_AT];
	}
	if (head[COMMAND_AT] != SESSION_SETUP && next != TRANS &&
	    !is_andx(next)) {
		return 0;
	}
	return total < SG_SMB1_MAX_BYTES ? total : SG_SMB1_MAX_BYTES;
}

/* Does a text end with these capitals, in whatever case? Takes them off. */
static bool ends_with(struct sg_smb1_text *text, const char *capitals)
{
	size_t unit = text->utf16 ? 2 : 1;
	size_t num = strlen(capitals);
	const uint8_t *p = NULL;
	size_t i;

	if (num * unit > text->len) {
		return false;
	}
	p = text->data + text->len - num * unit;
	for (i = 0; i < num; i++) {
		uint16_t c = p[i * unit];

		if (text->utf16) {
			c |= (uint16_t)(p[i * unit + 1] << 8);
		}
		if (c >= 'a' && c <= 'z') {
			c = (uint16_t)(c - 'a' + 'A');
		}
		if (c != (uint16_t)capitals[i]) {
			return false;
		}
	}
	text->len -= num * unit;
	return true;
}

/*
 * \PIPE\LANMAN; smbd takes it without the second backslash, too, and with the
 * server's name in front.
 */
static void take_trans(struct sg_smb1_walk *w, const struct sg_smb1_request *r)
{
	size_t at = r->bytes;
	struct sg_smb1_text name = sg_smb1_get_text(w, r, &at);
	bool ok;

	if (r->num_words < TRANS_WORDS) {
		return;
	}
	ok = ends_with(&name, "LANMAN");
	if (ok) {
		(void)ends_with(&name, "\\");
		ok = ends_with(&name, "\\PIPE");
	}
	w->message->rap = ok && (name.len == 0 || name.data[0] == '\\');
}

static void take(struct sg_smb1_walk *w, const struct sg_smb1_request *r)
{
	if (w->ends) {
		return;
	}
	switch (r->command) {
	case SESSION_SETUP:
		sg_smb1_take_setup(w, r);
		break;
	case TREE_CONNECT:
		w->message->trees++;
		break;
	case TRANS:
		take_trans(w, r);
		break;
	default:
		break;
	}
}

enum got {
	GOT_IT = 0,
	GOT_PART,
	GOT_MALFORMED
};

/* The request whose word count is at a position; smbd checks no less. */
static enum got get_request(const struct sg_smb1_walk *w,
			    size_t at,
			    struct sg_smb1_request *r)
{
	struct sg_cursor c = w->all;
	uint16_t num_bytes = 0;
	size_t last_known = at + 1;
	bool ok;

	ok = sg_cursor_seek(&c, at) && sg_cursor_get_u8(&c, &r->num_words);
	if (ok) {
		r->words = at + 1;
		r->bytes = r->words + 2 * (size_t)r->num_words + 2;
		last_known = r->bytes;
		ok = sg_cursor_seek(&c, r->bytes - 2) &&
		     sg_cursor_get_u16le(&c, &num_bytes);
	}
	if (ok) {
		r->num_bytes = num_bytes;
		last_known = r->bytes + num_bytes;
	}
	if (last_known > w->total) {
		return GOT_MALFORMED;
	}
	return ok ? GOT_IT : GOT_PART;
}

/* Every request of the chain. False if smbd will refuse it as a whole. */
static bool walk_chain(struct sg_smb1_walk *w)
{
	struct sg_smb1_request r = {.command = w->all.data[COMMAND_AT]};
	size_t at = WORD_COUNT_AT;
	bool first = true;
	enum got got;

	while ((got = get_request(w, at, &r)) == GOT_IT) {
		size_t words = r.words;

		take(w, &r);
		if (!is_andx(r.command) || (first && r.num_words < 2)) {
			return true;
		}
		if (r.num_words < 2) {
			return false;
		}
		r.command = (uint8_t)(sg_smb1_word(w, &r, 0) & 0xFF);
		if (r.command == NO_COMMAND) {
			return true;
		}
		at = NBT_BYTES + (size_t)sg_smb1_word(w, &r, 1);
		if (at <= words) {
			return false;
		}
		first = false;
	}
	w->message->whole = false;
	return got == GOT_PART;
}

void sg_smb1_parse(const uint8_t *bytes,
		   size_t len,
		   const struct sg_smb1_server *server,
		   struct sg_smb1_message *message)
{
	struct sg_smb1_walk w = {.server = server, .message = message};
	bool ok;

	*message = (struct sg_smb1_message){.whole = false};
	ok = is_smb1(bytes, len);
	if (!ok) {
		return;
	}
	w.total = sg_smb1_message_bytes(bytes, len);
	w.all = (struct sg_cursor){
		.data = bytes,
		.len = len < w.total ? len : w.total,
	};
	if (w.all.len <= COMMAND_AT) {
		return;
	}
	w.flags2 = sg_smb1_number_at(&w, FLAGS2_AT);
	*message = (struct sg_smb1_message){
		.whole = len >= w.total,
		.tid = sg_smb1_number_at(&w, TID_AT),
		.uid = sg_smb1_number_at(&w, UID_AT),
	};
	ok = walk_chain(&w);
	if (!ok) {
		*message = (struct sg_smb1_message){.whole = message->whole};
	}
}

char *sg_smb1_string(TALLOC_CTX *mem_ctx, const struct sg_smb1_text *text)
{
	struct sg_cursor c = {.data = text->data, .len = text->len};
	size_t size = SG_UTF16_UTF8_BYTES(text->len / 2);
	char *string = NULL;

	if (!text->utf16) {
		return talloc_strndup(mem_ctx,
				      text->len > 0 ? (const char *)text->data
						    : "",
				      text->len);
	}
	string = talloc_array(mem_ctx, char, size);
	if (string != NULL) {
		(void)sg_utf16_to_utf8(&c, string, size);
	}
	return string;
}
