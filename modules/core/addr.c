/*
 * smbguard: addresses and networks, strictly
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inet_pton() reads the address, and refuses host names, shortened IPv4,
 * leading zeros in IPv4, zones, spaces and whatever stands behind. The prefix
 * is read here, digit by digit. What is an IPv4-mapped IPv6 address becomes
 * IPv4 at once, in networks and in addresses, so that the two are compared in
 * one form only.
 *
 * How it fails: what is not understood is no network, and an address that is
 * not understood is in no network.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "addr.h"

#define IPV4_BITS 32
#define IPV6_BITS 128
/* ::ffff:0:0/96, where IPv4 is in IPv6 */
#define MAPPED_BITS 96

/* Those bits of the byte at this index that the prefix covers. */
static uint8_t prefix_mask(unsigned prefix, size_t index)
{
	if (prefix >= (index + 1) * 8) {
		return 0xFF;
	}
	if (prefix <= index * 8) {
		return 0;
	}

	return (uint8_t)(0xFF << (8 - prefix % 8));
}

static bool zero_behind_prefix(const struct sg_network *network)
{
	size_t i;

	for (i = 0; i < sizeof(network->bytes); i++) {
		uint8_t mask = prefix_mask(network->prefix, i);

		if ((network->bytes[i] & (uint8_t)~mask) != 0) {
			return false;
		}
	}

	return true;
}

/* An IPv4-mapped network as the IPv4 network that it means. */
static void unmap(struct sg_network *network)
{
	static const uint8_t mapped[MAPPED_BITS / 8] = {[10] = 0xFF, 0xFF};
	struct sg_network ipv4 = {.family = AF_INET};
	int ret;

	if (network->family != AF_INET6 || network->prefix < MAPPED_BITS) {
		return;
	}
	ret = memcmp(network->bytes, mapped, sizeof(mapped));
	if (ret != 0) {
		return;
	}

	memcpy(ipv4.bytes, network->bytes + sizeof(mapped), IPV4_BITS / 8);
	ipv4.prefix = network->prefix - MAPPED_BITS;
	*network = ipv4;
}

/* An address without a prefix; mapped ones are left as they are. */
static bool parse_address(const char *text, struct sg_network *network)
{
	struct sg_network found = {.family = AF_INET, .prefix = IPV4_BITS};
	int ret;

	ret = inet_pton(AF_INET, text, found.bytes);
	if (ret == 1) {
		*network = found;
		return true;
	}

	found.family = AF_INET6;
	found.prefix = IPV6_BITS;
	ret = inet_pton(AF_INET6, text, found.bytes);
	if (ret != 1) {
		return false;
	}

	*network = found;
	return true;
}

/* Decimal, without sign, space or leading zeros; at most max. */
static bool parse_prefix(const char *text, unsigned max, unsigned *prefix)
{
	unsigned number = 0;
	size_t i;

	if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0')) {
		return false;
	}

	for (i = 0; text[i] != '\0'; i++) {
		if (text[i] < '0' || text[i] > '9') {
			return false;
		}
		number = number * 10 + (unsigned)(text[i] - '0');
		if (number > max) {
			return false;
		}
	}

	*prefix = number;
	return true;
}

bool sg_network_parse(const char *text, struct sg_network *network)
{
	struct sg_network found = {.family = AF_UNSPEC};
	char address[INET6_ADDRSTRLEN] = {0};
	size_t len;
	bool ok;

	len = strcspn(text, "/");
	if (len >= sizeof(address)) {
		return false;
	}
	memcpy(address, text, len);

	ok = parse_address(address, &found);
	if (!ok) {
		return false;
	}

	/* The prefix of one address is the most that there can be. */
	if (text[len] == '/') {
		ok = parse_prefix(text + len + 1, found.prefix, &found.prefix);
		if (!ok) {
			return false;
		}
	}

	/* It refuses a mapped network of less than MAPPED_BITS too. */
	ok = zero_behind_prefix(&found);
	if (!ok) {
		return false;
	}

	unmap(&found);
	*network = found;
	return true;
}

bool sg_network_contains(const struct sg_network *network, const char *address)
{
	struct sg_network one = {.family = AF_UNSPEC};
	size_t i;
	bool ok;

	ok = parse_address(address, &one);
	if (!ok) {
		return false;
	}
	unmap(&one);

	if (one.family != network->family) {
		return false;
	}

	for (i = 0; i < sizeof(one.bytes); i++) {
		uint8_t differ = one.bytes[i] ^ network->bytes[i];

		if ((differ & prefix_mask(network->prefix, i)) != 0) {
			return false;
		}
	}

	return true;
}
