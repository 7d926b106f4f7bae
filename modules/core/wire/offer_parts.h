/*
 * smbguard: what offer*.c share, and nobody else includes
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * offer.c            the length field, which protocol it is, the best dialect
 * offer_smb1.c       SMB_COM_NEGOTIATE
 * offer_smb2.c       SMB2 NEGOTIATE up to its dialects
 * offer_contexts.c   its negotiate contexts
 *
 * They read what an unauthenticated client sent, as root, before smbd has
 * looked at it. So:
 *
 * [1] Every byte is read through a struct sg_cursor.
 *
 * [2] No loop runs on the client's word alone: each turn of each loop
 *     consumes bytes of a message of at most SG_OFFER_MAX_BYTES, or ends.
 *     The cost is linear in the bytes that came.
 *
 * [3] The reading is smbd's wherever smbd is more liberal than the
 *     specification, for a message that is understood here in one way and
 *     there in another is a way around the policy. Where that matters, the
 *     comment names smbd's function. What smbd tolerates and no honest
 *     client sends is read on, and noted as a problem.
 *
 * How they fail: a fault in the message is a phrase in offer->problem, the
 * first one found; what was read before it stays. A parser returns false only
 * if memory ran out.
 */

#ifndef SMBGUARD_CORE_WIRE_OFFER_PARTS_H
#define SMBGUARD_CORE_WIRE_OFFER_PARTS_H

#include "cursor.h"
#include "offer.h"

/* SMB_COM_NEGOTIATE, MS-CIFS 2.2.2.1 */
#define SG_SMB1_NEGOTIATE 0x72

/* Fewer bytes than the length field says. */
#define SG_OFFER_CUT_SHORT "the message is cut short"
/* As many as it says, but fewer than the message needs. */
#define SG_OFFER_ENDS_EARLY "the message ends too early"

/** The first problem is the one to report, later ones follow from it. */
void sg_offer_set_problem(struct sg_offer *offer, const char *problem);

/**
 * Too little of the message is there to say what it is. If that is the whole
 * of it, it is no negotiate; if not, it may yet become one.
 */
void sg_offer_set_unknown(struct sg_offer *offer, bool whole);

/**
 * Keep one number of a list that has SG_OFFER_MAX_ITEMS places. What comes
 * after is counted, and false says so: the caller notes what smbd would choose.
 */
bool sg_offer_add_item(struct sg_offer *offer,
		       uint16_t *items,
		       size_t *num_items,
		       uint16_t item);

/** 1 << id, 0 for one that is too large. */
uint32_t sg_offer_bit(uint16_t id);

/**
 * An SMB1 or SMB2 message. c begins with the header and stands behind the
 * protocol id; it ends where the message ends, or what came of it.
 *
 * whole: no more of the message is to come.
 * Returns false when out of memory.
 */
bool sg_offer_parse_smb1(struct sg_offer *offer,
			 struct sg_cursor *c,
			 bool whole);
bool sg_offer_parse_smb2(struct sg_offer *offer,
			 struct sg_cursor *c,
			 bool whole);

/**
 * The negotiate contexts of a 3.1.1 client. c counts from the SMB2 header, and
 * is behind the dialects.
 *
 * offset, count: as the message has them.
 * Returns false when out of memory.
 */
bool sg_offer_parse_contexts(struct sg_offer *offer,
			     struct sg_cursor *c,
			     uint32_t offset,
			     uint16_t count);

#endif /* SMBGUARD_CORE_WIRE_OFFER_PARTS_H */
