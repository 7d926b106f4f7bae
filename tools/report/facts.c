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

#include "events/events.h"

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

static uint64_t connection_of(const json_t *event)
{
	const char *id = sg_event_text(event, "connectionId", NULL);

	return id != NULL ? strtoull(id, NULL, 16) : 0;
}

static size_t place_of(uint64_t connection)
{
	return (connection ^ connection >> 32) % OFFERS;
}

void sg_offers_remember(struct sg_offers *offers, const json_t *event)
{
	const json_t *offer = json_object_get(event, "offer");
	const json_t *ciphers = json_object_get(offer, "ciphers");
	const json_t *signing = json_object_get(offer, "signingAlgorithms");
	uint64_t connection = connection_of(event);
	struct offer_seen seen = {.connection = connection};
	size_t i;

	if (offer == NULL || connection == 0) {
		return;
	}
	for (i = 0; i < json_array_size(ciphers); i++) {
		const char *name =
			json_string_value(json_array_get(ciphers, i));

		seen.ciphers |= (uint8_t)(1U << sg_cipher_from_name(name));
	}
	for (i = 0; i < json_array_size(signing); i++) {
		const char *name =
			json_string_value(json_array_get(signing, i));
		int s = sg_signing_from_name(name);

		seen.signing |= (uint8_t)(s >= 0 && s < 8 ? 1U << s : 0);
	}
	offers->seen[place_of(connection)] = seen;
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

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text);
	size_t n = strlen(end);

	return len >= n && strcmp(text + len - n, end) == 0;
}

/* The RID of smb.conf's "guest account" is 501, whatever its name. */
static void add_user(struct sg_facts *facts,
		     const json_t *event,
		     struct sg_gaps *gaps)
{
	const json_t *id = json_object_get(event, "windowsEventId");

	facts->account = sg_event_text(event, "account", NULL);
	facts->sid = sg_event_text(event, "sid", NULL);
	facts->mechanism = sg_event_text(event, "authMechanism", NULL);
	if (facts->sid != NULL) {
		facts->anonymous = strcmp(facts->sid, "S-1-5-7") == 0;
		facts->guest = strcmp(facts->sid, "S-1-5-32-546") == 0 ||
			       (strncmp(facts->sid, "S-1-5-21-", 9) == 0 &&
				ends_with(facts->sid, "-501"));
	}
	if (json_integer_value(id) == 3023 && !facts->anonymous) {
		facts->guest = true;
	}
	gaps->user =
		facts->account == NULL || (facts->sid == NULL && !facts->guest);
}

void sg_offer_everything(struct sg_offer *offer)
{
	static const struct offer_seen all = {.ciphers = 0x1e, .signing = 7};

	fill_offer(offer, &all);
}

void sg_facts_of_event(const struct sg_offers *offers,
		       const json_t *event,
		       struct sg_facts *facts,
		       struct sg_offer *offer,
		       struct sg_gaps *gaps)
{
	uint64_t connection = connection_of(event);
	const struct offer_seen *seen = &offers->seen[place_of(connection)];

	*facts = (struct sg_facts){
		.share = sg_event_text(event, "share", NULL),
		.client_address = sg_event_text(event, "clientAddress", NULL),
		.dialect = sg_dialect_from_name(
			sg_event_text(event, "dialect", NULL)),
		.cipher = sg_cipher_from_name(
			sg_event_text(event, "cipher", NULL)),
		.signing_algorithm = sg_signing_from_name(
			sg_event_text(event, "signingAlgorithm", NULL)),
	};
	*gaps = (struct sg_gaps){
		.dialect = facts->dialect == SG_DIALECT_NONE,
		.offer = true,
	};
	if (sg_event_kind_of(event) != SG_EVENT_NEGOTIATE) {
		add_user(facts, event, gaps);
	}
	if (connection != 0 && seen->connection == connection) {
		fill_offer(offer, seen);
		facts->offer = offer;
		gaps->offer = false;
	}
}
