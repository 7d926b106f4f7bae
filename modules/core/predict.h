/*
 * smbguard: the algorithms that smbd will choose for an offer
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_PREDICT_H
#define SMBGUARD_CORE_PREDICT_H

#include "core/wire/offer.h"

/* What a server takes, its favourite first; ids as on the wire. */
struct sg_server_lists {
	uint16_t ciphers[SG_OFFER_MAX_ITEMS];
	size_t num_ciphers;
	uint16_t signing[SG_OFFER_MAX_ITEMS];
	size_t num_signing;
	bool encrypts; /* "server smb encrypt" is not off */
};

/* Of MS-SMB2 2.2.3: a client that can encrypt at 3.0 and 3.0.2 */
#define SG_CAP_ENCRYPTION 0x00000040

/**
 * The cipher and the signing algorithm of a connection, as smbd chooses them
 * (smbd_smb2_request_process_negprot in Samba's smb2_negprot.c): the server's
 * favourite that the client has, at 3.1.1; fixed ones before.
 *
 * dialect: what will be negotiated. cipher: enum sg_cipher. signing: enum
 * sg_signing; smbd may refuse it if it is not in its own list.
 */
void sg_predict(const struct sg_offer *offer,
		enum sg_dialect dialect,
		const struct sg_server_lists *lists,
		uint16_t *cipher,
		int *signing);

#endif /* SMBGUARD_CORE_PREDICT_H */
