/*
 * smbguard(8): report, facts out of events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether somebody is a guest is told by the SID. What a client offered is in
 * the negotiate event of its connection only, and is kept in a table of fixed
 * size, where a newer connection takes the place of an older one.
 *
 * How it fails: what cannot be had is a gap, and left to the caller.
 */

#include "facts.h"

#include <stdlib.h>
#include <string.h>

#define OFFERS 65536

struct offer_seen {
	uint64_t connection; /* 0: nobody's */
	uint8_t ciphers;     /* bits (1 << enum sg_cipher) */
	uint8_t signing;     /* bits (1 << enum sg_signing) */
};

struct sg_offers {
	struct offer_seen seen[OFFERS];
};

struct sg_offers *sg_offers_new(TALLOC_CTX *mem_ctx)
{
	return talloc_zero(mem_ctx, struct sg_offers);
}

static size_t place_of(uint64_t connection)
{
	return (connection ^ connection >> 32) % OFFERS;
}

void sg_offers_remember(struct sg_offers *offers,
			const struct sg_record *record)
{
	if (!record->has_offer || record->connection == 0) {
		return;
	}
	offers->seen[place_of(record->connection)] = (struct offer_seen){
		.connection = record->connection,
		.ciphers = record->ciphers,
		.signing = record->signing,
	};
}

static void fill_offer(struct sg_offer *offer, const struct offer_seen *seen)
{
	uint16_t i;

	for (i = 1; i <= SG_CIPHER_AES256_GCM; i++) {
		if ((seen->ciphers & 1U << i) != 0) {
			offer->ciphers[offer->num_ciphers++] = i;
		}
	}
	for (i = 0; i <= SG_SIGNING_AES128_GMAC; i++) {
		if ((seen->signing & 1U << i) != 0) {
			offer->signing[offer->num_signing++] = i;
		}
	}
}

static bool begins(const struct sg_text *text, const char *what)
{
	size_t n = strlen(what);

	return text->len >= n && memcmp(text->text, what, n) == 0;
}

static bool ends(const struct sg_text *text, const char *what)
{
	size_t n = strlen(what);

	return text->len >= n &&
	       memcmp(text->text + text->len - n, what, n) == 0;
}

/* The RID of smb.conf's "guest account" is 501, whatever its name. */
static void add_user(struct sg_facts *facts,
		     const struct sg_record *record,
		     struct sg_gaps *gaps)
{
	const struct sg_text *sid = &record->text[SG_TEXT_SID];

	facts->anonymous = sg_text_is(sid, "S-1-5-7");
	facts->guest = sg_text_is(sid, "S-1-5-32-546") ||
		       (begins(sid, "S-1-5-21-") && ends(sid, "-501"));
	if (record->windows_id == 3023 && !facts->anonymous) {
		facts->guest = true;
	}
	gaps->user = record->text[SG_TEXT_ACCOUNT].text == NULL ||
		     (sid->text == NULL && !facts->guest);
}

/* A name as the core takes one; longer ones are no names. */
#define NAME_SIZE 32

static const char *name_of(const struct sg_text *text, char name[NAME_SIZE])
{
	if (text->text == NULL || text->len >= NAME_SIZE) {
		return NULL;
	}
	memcpy(name, text->text, text->len);
	name[text->len] = '\0';
	return name;
}

enum sg_dialect sg_record_dialect(const struct sg_record *record)
{
	char name[NAME_SIZE];

	return sg_dialect_from_name(
		name_of(&record->text[SG_TEXT_DIALECT], name));
}

uint16_t sg_record_cipher(const struct sg_record *record)
{
	char name[NAME_SIZE];

	return sg_cipher_from_name(
		name_of(&record->text[SG_TEXT_CIPHER], name));
}

int sg_record_signing(const struct sg_record *record)
{
	char name[NAME_SIZE];

	return sg_signing_from_name(
		name_of(&record->text[SG_TEXT_SIGNING], name));
}

bool sg_record_could_encrypt(const struct sg_record *record)
{
	struct sg_facts facts = {.guest = false};
	struct sg_gaps gaps = {.user = false};

	if (record->is_encrypted == SG_YES) {
		return true;
	}
	add_user(&facts, record, &gaps);
	facts.dialect = sg_record_dialect(record);
	facts.cipher = sg_record_cipher(record);
	sg_facts_own_keys(&facts);
	return facts.can_encrypt && !gaps.user;
}

void sg_offer_everything(struct sg_offer *offer)
{
	static const struct offer_seen all = {.ciphers = 0x1e, .signing = 7};

	fill_offer(offer, &all);
}

static const char *copy(TALLOC_CTX *mem_ctx,
			const struct sg_record *record,
			enum sg_record_text which,
			bool *ok)
{
	const struct sg_text *text = &record->text[which];
	char *to = NULL;

	if (text->text != NULL) {
		to = talloc_strndup(mem_ctx, text->text, text->len);
		*ok = *ok && to != NULL;
	}
	return to;
}

bool sg_facts_of_record(TALLOC_CTX *mem_ctx,
			const struct sg_offers *offers,
			const struct sg_record *record,
			struct sg_facts *facts,
			struct sg_offer *offer,
			struct sg_gaps *gaps)
{
	uint64_t connection = record->connection;
	const struct offer_seen *seen = &offers->seen[place_of(connection)];
	bool ok = true;

	*facts = (struct sg_facts){
		.share = copy(mem_ctx, record, SG_TEXT_SHARE, &ok),
		.client_address = copy(mem_ctx, record, SG_TEXT_CLIENT, &ok),
		.dialect = sg_record_dialect(record),
		.cipher = sg_record_cipher(record),
		.signing_algorithm = sg_record_signing(record),
	};
	*gaps = (struct sg_gaps){
		.dialect = facts->dialect == SG_DIALECT_NONE,
		.offer = true,
	};
	if (record->kind != SG_EVENT_NEGOTIATE) {
		facts->account = copy(mem_ctx, record, SG_TEXT_ACCOUNT, &ok);
		facts->domain = copy(mem_ctx, record, SG_TEXT_DOMAIN, &ok);
		facts->sid = copy(mem_ctx, record, SG_TEXT_SID, &ok);
		facts->mechanism =
			copy(mem_ctx, record, SG_TEXT_MECHANISM, &ok);
		add_user(facts, record, gaps);
	}
	if (connection != 0 && seen->connection == connection) {
		fill_offer(offer, seen);
		facts->offer = offer;
		gaps->offer = false;
	}
	return ok;
}
