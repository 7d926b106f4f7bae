/*
 * smbguard: a client's own account of what it negotiated
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_WIRE_VALIDATE_H
#define SMBGUARD_CORE_WIRE_VALIDATE_H

#include <talloc.h>

#include "names.h"

#define SG_FSCTL_VALIDATE_NEGOTIATE_INFO 0x00140204
/* More dialects than there are; what lies beyond is not compared. */
#define SG_VALIDATE_MAX_DIALECTS 64

/* What one side believes of a negotiate (MS-SMB2 2.2.31.4). */
struct sg_negotiated {
	uint32_t capabilities;
	uint8_t guid[16]; /* as on the wire */
	uint16_t security_mode;
	uint16_t dialects[SG_VALIDATE_MAX_DIALECTS];
	size_t num_dialects;
};

/* What differs: bits. */
enum sg_tampered {
	SG_TAMPERED_DIALECTS = 1,
	SG_TAMPERED_CAPABILITIES = 2,
	SG_TAMPERED_SECURITY_MODE = 4,
	SG_TAMPERED_GUID = 8,
};

/**
 * Parse the input of FSCTL_VALIDATE_NEGOTIATE_INFO.
 *
 * Returns false if it is too short for what it claims to hold.
 */
bool sg_validate_parse(const uint8_t *input,
		       size_t len,
		       struct sg_negotiated *claimed);

/**
 * Which fields differ between what the client says it sent and what the
 * server received. The order of dialects counts.
 */
unsigned sg_validate_compare(const struct sg_negotiated *sent,
			     const struct sg_negotiated *received);

/**
 * The greatest dialect that is known in a list of them.
 */
enum sg_dialect sg_validate_best(const struct sg_negotiated *side);

/**
 * What was changed on the way, for a person: "the dialects (SMB3_02, SMB3_00
 * became SMB2_02), the capabilities (0x7f became 0x3f)".
 *
 * Returns NULL when out of memory.
 */
char *sg_validate_describe(TALLOC_CTX *mem_ctx,
			   const struct sg_negotiated *sent,
			   const struct sg_negotiated *received);

#endif /* SMBGUARD_CORE_WIRE_VALIDATE_H */
