/*
 * smbguard: messages of SMB1 for unit tests
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A message is begun, filled with one command after the other, and ended, which
 * puts in the lengths. How it fails: the test that asks for too much of it.
 */

#ifndef SMBGUARD_TESTS_SMB1_MSG_H
#define SMBGUARD_TESTS_SMB1_MSG_H

#include "core/wire/smb1.h"

#define MSG_ROOM 8192
#define MSG_NAME_ROOM 64

struct msg {
	uint8_t bytes[MSG_ROOM];
	size_t len;
	bool utf16;
	size_t words_at;    /* of the last command */
	size_t count_at;    /* where the number of its bytes stands */
	size_t andx_before; /* the last offset of a chain */

	/* What was found in it, while it was there. */
	char accounts[SG_SMB1_MAX_LOGONS][MSG_NAME_ROOM];
	char domains[SG_SMB1_MAX_LOGONS][MSG_NAME_ROOM];
};

static inline void msg_put16(struct msg *m, size_t at, uint16_t number)
{
	m->bytes[at] = (uint8_t)(number & 0xFF);
	m->bytes[at + 1] = (uint8_t)(number >> 8);
}

static inline void msg_raw(struct msg *m, const void *bytes, size_t len)
{
	assert_true(len <= MSG_ROOM - m->len);
	memcpy(m->bytes + m->len, bytes, len);
	m->len += len;
}

static inline void msg_fill(struct msg *m, size_t len)
{
	assert_true(len <= MSG_ROOM - m->len);
	memset(m->bytes + m->len, 'p', len);
	m->len += len;
}

static inline void msg_begin(struct msg *m, uint8_t command, uint16_t flags2)
{
	memset(m, 0, sizeof(*m));
	memcpy(m->bytes + 4, "\xffSMB", 4);
	m->bytes[8] = command;
	msg_put16(m, 14, flags2);
	msg_put16(m, 28, 0x1234);
	msg_put16(m, 32, 0x5678);
	m->len = 36;
	m->utf16 = (flags2 & 0x8000) != 0;
}

static inline void msg_end_command(struct msg *m)
{
	if (m->count_at != 0) {
		msg_put16(m, m->count_at, (uint16_t)(m->len - m->count_at - 2));
	}
}

/* The words of a command; values: NULL for no AndX chain, and zeros. */
static inline void msg_words(struct msg *m, uint8_t num, const uint16_t *values)
{
	uint8_t i;

	m->bytes[m->len++] = num;
	m->words_at = m->len;
	for (i = 0; i < num; i++) {
		uint16_t none = i == 0 ? 0xFF : 0;

		msg_put16(m, m->len, values != NULL ? values[i] : none);
		m->len += 2;
	}
	m->count_at = m->len;
	m->len += 2;
}

/* Another command in the same message, at an even place. */
static inline void msg_next(struct msg *m, uint8_t command)
{
	msg_end_command(m);
	m->len += m->len % 2;
	m->bytes[m->words_at] = command;
	m->andx_before = m->words_at + 2;
	msg_put16(m, m->andx_before, (uint16_t)(m->len - 4));
}

/* The length; a message may be ended again. */
static inline void msg_end(struct msg *m)
{
	msg_end_command(m);
	m->bytes[2] = (uint8_t)((m->len - 4) >> 8);
	m->bytes[3] = (uint8_t)((m->len - 4) & 0xFF);
}

static inline void msg_text(struct msg *m, const char *text)
{
	size_t i;

	if (m->utf16) {
		m->len += m->len % 2;
	}
	for (i = 0; i <= strlen(text); i++) {
		msg_raw(m, text + i, 1);
		if (m->utf16) {
			msg_raw(m, "", 1);
		}
	}
}

static inline void msg_setup_words(struct msg *m,
				   uint8_t num,
				   uint16_t first,
				   uint16_t second)
{
	uint16_t words[13] = {0xFF};

	words[7] = first;
	words[8] = second;
	msg_words(m, num, words);
}

/* SESSION_SETUP_ANDX of NT LM 0.12 */
static inline void msg_setup(struct msg *m,
			     uint16_t first,
			     uint16_t second,
			     const char *name,
			     const char *domain)
{
	msg_setup_words(m, 13, first, second);
	msg_fill(m, (size_t)first + second);
	msg_text(m, name);
	msg_text(m, domain);
	msg_text(m, "OS");
	msg_text(m, "LM");
}

static inline void msg_trans(struct msg *m, uint8_t words, const char *name)
{
	msg_words(m, words, NULL);
	msg_text(m, name);
	msg_fill(m, 20);
}

static inline void msg_keep(char (*out)[MSG_NAME_ROOM],
			    const struct sg_smb1_text *text)
{
	char *string = sg_smb1_string(NULL, text);

	assert_non_null(string);
	snprintf(*out, MSG_NAME_ROOM, "%s", string);
	talloc_free(string);
}

/* Of a copy that ends where the bytes do, for valgrind and ASan to see. */
static inline struct sg_smb1_message parse_bytes(
	struct msg *m,
	size_t len,
	const struct sg_smb1_server *server)
{
	struct sg_smb1_message message;
	uint8_t *copy = malloc(len > 0 ? len : 1);
	size_t i;

	assert_non_null(copy);
	memcpy(copy, m->bytes, len);
	sg_smb1_parse(copy, len, server, &message);
	for (i = 0; i < message.num_logons && i < SG_SMB1_MAX_LOGONS; i++) {
		const struct sg_smb1_logon *logon = &message.logons[i];

		msg_keep(&m->accounts[i], &logon->account);
		msg_keep(&m->domains[i], &logon->domain);
	}
	free(copy);
	return message;
}

static inline struct sg_smb1_message parse(struct msg *m,
					   const struct sg_smb1_server *server)
{
	msg_end(m);
	return parse_bytes(m, m->len, server);
}

#endif /* SMBGUARD_TESTS_SMB1_MSG_H */
