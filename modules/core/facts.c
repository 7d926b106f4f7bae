/*
 * smbguard: all that is known of one access
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What follows from the facts by the protocol alone, for whoever collects them:
 * smbd's structs, smbstatus, events.
 *
 * How it fails: without a dialect that is known nothing can encrypt.
 */

#include "facts.h"

const char *sg_who_key(enum sg_who who)
{
	return who == SG_USER ? "users" : "groups";
}

bool sg_facts_is_user(const struct sg_facts *facts)
{
	return !facts->guest && !facts->anonymous;
}

void sg_facts_set_keys(struct sg_facts *facts, bool encryption, bool signing)
{
	facts->can_encrypt = encryption &&
			     facts->dialect >= SG_DIALECT_SMB3_00 &&
			     facts->cipher != SG_CIPHER_NONE;
	facts->can_sign = signing;
}

void sg_facts_own_keys(struct sg_facts *facts)
{
	bool user = sg_facts_is_user(facts);

	sg_facts_set_keys(facts,
			  user,
			  user && facts->dialect >= SG_DIALECT_SMB2_02);
}

static int first_of(uint32_t mask, int least)
{
	int id = least;

	while (id < 31 && mask != 0 && (mask & 1U << id) == 0) {
		id++;
	}
	return id;
}

void sg_facts_suit(struct sg_facts *facts, const struct sg_settings *settings)
{
	facts->dialect = SG_DIALECT_SMB3_11;
	facts->cipher = (uint16_t)first_of(settings->encryption_algorithms,
					   SG_CIPHER_AES128_CCM);
	facts->signing_algorithm =
		first_of(settings->signing_algorithms, SG_SIGNING_HMAC_SHA256);
}
