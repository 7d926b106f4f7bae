/*
 * smbguard: a logon of SMB1, in its SESSION_SETUP_ANDX
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MS-CIFS 2.2.4.53, read as smbd's reply_sesssetup_and_X() reads it. It does not
 * look at the number of words before it reads one.
 *
 * How it fails: where smbd refuses without having looked at a password there is
 * no logon, and nothing that follows in the chain is served.
 */

#include "smb1_parts.h"

#define FLAGS2_EXTENDED_SECURITY 0x0800
#define FLAGS2_UNICODE 0x8000

#define SPNEGO_WORDS 12
#define PASSWORD_1_WORD 7
#define PASSWORD_2_WORD 8
#define MAX_PASSWORD_BYTES 200 /* smbd's MAX_PASS_LEN */
#define RESPONSE_BYTES 24

uint16_t sg_smb1_number_at(const struct sg_smb1_walk *w, size_t at)
{
	struct sg_cursor c = w->all;
	uint16_t number = 0;

	if (sg_cursor_seek(&c, at)) {
		(void)sg_cursor_get_u16le(&c, &number);
	}
	return number;
}

uint16_t sg_smb1_word(const struct sg_smb1_walk *w,
		      const struct sg_smb1_request *r,
		      size_t i)
{
	return sg_smb1_number_at(w, r->words + 2 * i);
}

/* What is left of the bytes of a request from a position on. */
static size_t left_at(const struct sg_smb1_request *r, size_t at)
{
	size_t end = r->bytes + r->num_bytes;

	return at < end ? end - at : 0;
}

/* The length of the text at p, up to its NUL or len, in bytes. */
static size_t text_length(const uint8_t *p, size_t len, size_t unit)
{
	size_t at;

	for (at = 0; at + unit <= len; at += unit) {
		if (p[at] == 0 && p[at + unit - 1] == 0) {
			break;
		}
	}
	return at;
}

struct sg_smb1_text sg_smb1_get_text(struct sg_smb1_walk *w,
				     const struct sg_smb1_request *r,
				     size_t *at)
{
	struct sg_smb1_text text = {
		.utf16 = (w->flags2 & FLAGS2_UNICODE) != 0,
	};
	size_t unit = text.utf16 ? 2 : 1;
	size_t left = left_at(r, *at);
	size_t there;

	if (text.utf16 && left > 0 && *at % 2 != 0) {
		(*at)++;
		left--;
	}
	there = *at < w->all.len ? w->all.len - *at : 0;
	if (there < left) {
		w->message->whole = false;
		left = there;
	}
	if (left < unit) {
		return text;
	}
	text.data = w->all.data + *at;
	text.len = text_length(text.data, left, unit);
	*at += text.len;
	if (left - text.len >= unit) {
		*at += unit;
	}
	return text;
}

static void add_logon(struct sg_smb1_walk *w, const struct sg_smb1_logon *logon)
{
	struct sg_smb1_message *message = w->message;

	if (message->num_logons < SG_SMB1_MAX_LOGONS) {
		message->logons[message->num_logons] = *logon;
	}
	message->num_logons++;
}

/*
 * Both passwords, as smbd takes them: where it does not encrypt it mistrusts
 * the second length, and where it does it takes a first one of another length
 * than a response's for a password all the same. False: it refuses.
 */
static bool passwords_nt1(const struct sg_smb1_walk *w,
			  const struct sg_smb1_request *r,
			  size_t *length,
			  bool *plain)
{
	size_t first = sg_smb1_word(w, r, PASSWORD_1_WORD);
	size_t second = sg_smb1_word(w, r, PASSWORD_2_WORD);
	bool utf16 = (w->flags2 & FLAGS2_UNICODE) != 0;
	bool empty;

	if (!w->server->encrypts && first > 0 && second > 1 &&
	    second != RESPONSE_BYTES) {
		second = 0;
	}
	if (first > MAX_PASSWORD_BYTES || second > MAX_PASSWORD_BYTES ||
	    first + second > r->num_bytes) {
		return false;
	}
	*length = first + second;
	*plain =
		!w->server->encrypts || (first != 0 && first != RESPONSE_BYTES);
	/* In the Unicode of a client that has it, the second is the password */
	empty = first == 0 && (!utf16 || second == 0);
	return !*plain || !empty;
}

static bool passwords_old(const struct sg_smb1_walk *w,
			  const struct sg_smb1_request *r,
			  size_t *length,
			  bool *plain)
{
	*length = sg_smb1_word(w, r, PASSWORD_1_WORD);
	*plain = !w->server->encrypts;
	return *length <= MAX_PASSWORD_BYTES && *length <= r->num_bytes;
}

void sg_smb1_take_setup(struct sg_smb1_walk *w, const struct sg_smb1_request *r)
{
	struct sg_smb1_logon logon = {.kind = SG_SMB1_SHOWN};
	bool nt1 = w->server->nt1;
	size_t length = 0;
	bool plain = false;
	size_t at;
	bool ok;

	if (r->num_words == SPNEGO_WORDS &&
	    (w->flags2 & FLAGS2_EXTENDED_SECURITY) != 0) {
		w->ends = !w->server->spnego;
		return;
	}
	ok = nt1 ? passwords_nt1(w, r, &length, &plain)
		 : passwords_old(w, r, &length, &plain);
	at = r->bytes + length;
	if (ok) {
		logon.account = sg_smb1_get_text(w, r, &at);
	}
	if (!ok || (logon.account.len > 0 && w->server->spnego)) {
		w->ends = true;
		return;
	}
	if (nt1) {
		logon.domain = sg_smb1_get_text(w, r, &at);
	}
	if (logon.account.len == 0) {
		logon.kind = SG_SMB1_ANONYMOUS;
	} else if (plain) {
		logon.kind = SG_SMB1_PLAIN;
	}
	add_logon(w, &logon);
}
