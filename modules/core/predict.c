/*
 * smbguard: the algorithms that smbd will choose for an offer
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The negotiate gate speaks before smbd has chosen. Where smbd's fixed
 * choices are not in its own lists it refuses the client, and only the
 * prediction lets that be recorded.
 *
 * How it fails: a wrong prediction makes a wrong record; the session and
 * share gates judge what was negotiated.
 */

#include "predict.h"

/* The server's favourite among what the client has; false: none. */
static bool favourite(const uint16_t *server,
		      size_t num_server,
		      uint32_t client,
		      uint16_t *id)
{
	size_t i;

	for (i = 0; i < num_server; i++) {
		if (server[i] < 32 && (client & 1U << server[i]) != 0) {
			*id = server[i];
			return true;
		}
	}
	return false;
}

static uint16_t predict_cipher(const struct sg_offer *offer,
			       enum sg_dialect dialect,
			       const struct sg_server_lists *lists)
{
	bool can = (offer->capabilities & SG_CAP_ENCRYPTION) != 0;
	uint16_t id = SG_CIPHER_NONE;

	if (dialect < SG_DIALECT_SMB3_00 || !lists->encrypts || !can) {
		return SG_CIPHER_NONE;
	}
	/* 3.1.1 without a cipher context falls back as well */
	if (dialect < SG_DIALECT_SMB3_11 || !offer->has_ciphers) {
		return SG_CIPHER_AES128_CCM;
	}
	(void)favourite(lists->ciphers,
			lists->num_ciphers,
			sg_offer_ciphers(offer),
			&id);
	return id;
}

static int predict_signing(const struct sg_offer *offer,
			   enum sg_dialect dialect,
			   const struct sg_server_lists *lists)
{
	uint16_t id = SG_SIGNING_AES128_CMAC;

	if (dialect <= SG_DIALECT_NT1) {
		return SG_SIGNING_MD5;
	}
	if (dialect < SG_DIALECT_SMB3_00) {
		return SG_SIGNING_HMAC_SHA256;
	}
	if (dialect == SG_DIALECT_SMB3_11 && offer->has_signing) {
		(void)favourite(lists->signing,
				lists->num_signing,
				sg_offer_signing(offer),
				&id);
	}
	return id;
}

void sg_predict(const struct sg_offer *offer,
		enum sg_dialect dialect,
		const struct sg_server_lists *lists,
		uint16_t *cipher,
		int *signing)
{
	*cipher = predict_cipher(offer, dialect, lists);
	*signing = predict_signing(offer, dialect, lists);
}
