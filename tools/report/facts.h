/*
 * smbguard(8): report, facts out of events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_REPORT_FACTS_H
#define SMBGUARD_TOOLS_REPORT_FACTS_H

#include <jansson.h>

#include "core/policy.h"

/* What an event does not say. */
struct sg_gaps {
	bool dialect;
	bool user; /* guest, anonymous or neither? */
	bool offer;
};

/* What the last connections offered. */
struct sg_offers;

struct sg_offers *sg_offers_new(TALLOC_CTX *mem_ctx);

/**
 * Remember what a negotiate event's client offered.
 */
void sg_offers_remember(struct sg_offers *offers, const json_t *event);

/**
 * An offer with every algorithm there is.
 */
void sg_offer_everything(struct sg_offer *offer);

/**
 * The facts of an event, as far as it tells them; can_encrypt and can_sign
 * are left out, because they follow from the rest.
 *
 * facts: points into event and offer. offer: receives what the connection
 * offered, if that is known.
 */
void sg_facts_of_event(const struct sg_offers *offers,
		       const json_t *event,
		       struct sg_facts *facts,
		       struct sg_offer *offer,
		       struct sg_gaps *gaps);

#endif /* SMBGUARD_TOOLS_REPORT_FACTS_H */
