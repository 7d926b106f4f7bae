/*
 * smbguard: an offer, judged and recorded
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_JUDGE_OFFER_H
#define SMBGUARD_SMBD_JUDGE_OFFER_H

#include "core/wire/offer.h"
#include "core/policy.h"
#include "smbd/state.h"

/* By what the offers of a connection are judged. */
struct sg_judge {
	struct sg_client_state *client;
	const struct sg_facts *facts;	/* as they were before any offer */
	const struct sg_policy *policy; /* as smb.conf had it at the start */

	/* What the last event said of smbd's choice, see sg_judge_compare() */
	bool claimed;
	bool refused;
	enum sg_dialect dialect;
	uint16_t cipher;
	int signing_algorithm;
};

/**
 * smbd's choice from an offer, if only its own limits counted; the best there
 * is, if it will refuse. *later as sg_offer_best() has it.
 */
enum sg_dialect sg_judge_choice(const struct sg_judge *judge,
				const struct sg_offer *offer,
				bool *later);

/**
 * Judge an offer, and record it in a "negotiate" event.
 *
 * conn: NULL when the connection has gone already.
 * dialect: from sg_judge_choice().
 */
void sg_judge_offer(struct sg_judge *judge,
		    struct sg_connection_state *conn,
		    const struct sg_offer *offer,
		    enum sg_dialect dialect);

/**
 * Hold smbd's choice against what was recorded of it before, once. Any
 * difference is an event.
 *
 * facts: of the connection; without a dialect if the client sends something
 * more and smbd has not chosen one.
 */
void sg_judge_compare(struct sg_judge *judge, const struct sg_facts *facts);

#endif /* SMBGUARD_SMBD_JUDGE_OFFER_H */
