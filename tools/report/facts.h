/*
 * smbguard(8): report, facts out of events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_REPORT_FACTS_H
#define SMBGUARD_TOOLS_REPORT_FACTS_H

#include "core/policy.h"
#include "events/record.h"

/* What an event does not say. */
struct sg_gaps {
	bool dialect;
	bool user; /* guest, anonymous or neither? */
	bool offer;
	bool groups; /* which ones it is in, and somebody asked */
};

/* What the last connections offered. */
struct sg_offers;

struct sg_offers *sg_offers_new(TALLOC_CTX *mem_ctx);

/**
 * Remember what a negotiate event's client offered.
 */
void sg_offers_remember(struct sg_offers *offers,
			const struct sg_record *record);

/**
 * An offer with every algorithm there is.
 */
void sg_offer_everything(struct sg_offer *offer);

/**
 * The facts of an event, as far as it tells them; can_encrypt and can_sign
 * are left out, because they follow from the rest.
 *
 * mem_ctx: owner of the facts' texts. offer: receives what the connection
 * offered, if that is known, and the facts point to it. Returns false when
 * out of memory.
 */
bool sg_facts_of_record(TALLOC_CTX *mem_ctx,
			const struct sg_offers *offers,
			const struct sg_record *record,
			struct sg_facts *facts,
			struct sg_offer *offer,
			struct sg_gaps *gaps);

/**
 * The dialect, cipher or signing algorithm of an event.
 */
enum sg_dialect sg_record_dialect(const struct sg_record *record);
uint16_t sg_record_cipher(const struct sg_record *record);
int sg_record_signing(const struct sg_record *record);

/**
 * Was this access encrypted, or could it have been, had it been told to? What
 * is not known counts as no.
 */
bool sg_record_could_encrypt(const struct sg_record *record);

#endif /* SMBGUARD_TOOLS_REPORT_FACTS_H */
