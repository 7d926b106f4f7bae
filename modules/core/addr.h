/*
 * smbguard: addresses and networks, strictly
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_ADDR_H
#define SMBGUARD_CORE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address, or the network of the first prefix bits of it. */
struct sg_network {
	int family;	   /* AF_INET or AF_INET6 */
	uint8_t bytes[16]; /* network order; AF_INET uses the first 4 */
	unsigned prefix;   /* bits; 32 or 128 for one address */
};

/**
 * Parse "192.0.2.7", "192.0.2.0/24", "2001:db8::/32" and the like.
 *
 * Strict: no host names, no leading zeros or shortened IPv4, no zone, no
 * netmask in dots, no space, and bits behind the prefix must be zero (10.0.1.0
 * /8 is refused, not rounded). An IPv4-mapped IPv6 address (::ffff:192.0.2.7)
 * is the IPv4 address that it means; a network of such needs a prefix of at
 * least 96.
 *
 * Returns false, and leaves *network alone, on anything else.
 */
bool sg_network_parse(const char *text, struct sg_network *network);

/**
 * Is an address inside a network?
 *
 * address: as text, as smbd gives it. One that cannot be parsed is inside of
 * nothing. Families do not match each other, but for IPv4-mapped addresses.
 */
bool sg_network_contains(const struct sg_network *network, const char *address);

#endif /* SMBGUARD_CORE_ADDR_H */
