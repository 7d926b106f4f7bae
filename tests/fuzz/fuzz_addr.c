/*
 * smbguard: fuzzing the parsing of networks and the matching of addresses
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is a network, a newline, and an address. What is accepted is
 * written out and read again, and the matching is done a second time, bit by
 * bit. How it fails: abort(), which libFuzzer reports.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/addr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok) {
		abort();
	}
}

static bool bit_of(const uint8_t *bytes, unsigned bit)
{
	return (bytes[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

static void check_network(const struct sg_network *network)
{
	unsigned max = network->family == AF_INET ? 32 : 128;
	struct sg_network again = {.family = AF_UNSPEC};
	char base[INET6_ADDRSTRLEN] = {0};
	char text[INET6_ADDRSTRLEN + 8] = {0};
	unsigned bit;

	require(network->family == AF_INET || network->family == AF_INET6);
	require(network->prefix <= max);
	for (bit = network->prefix; bit < 128; bit++) {
		require(!bit_of(network->bytes, bit));
	}

	require(inet_ntop(network->family,
			  network->bytes,
			  base,
			  sizeof(base)) != NULL);
	snprintf(text, sizeof(text), "%s/%u", base, network->prefix);
	require(sg_network_parse(text, &again));
	require(again.family == network->family);
	require(again.prefix == network->prefix);
	require(memcmp(again.bytes, network->bytes, 16) == 0);
	require(sg_network_contains(network, base));
}

/* The same answer, from the bits. An IPv4 address is at the end of 16 bytes. */
static bool contains(const struct sg_network *network, const char *address)
{
	uint8_t want[16] = {[10] = 0xFF, 0xFF};
	uint8_t got[16] = {[10] = 0xFF, 0xFF};
	unsigned prefix = network->prefix;
	unsigned bit;

	if (network->family == AF_INET) {
		memcpy(want + 12, network->bytes, 4);
		prefix += 96;
	} else {
		memcpy(want, network->bytes, 16);
	}
	if (inet_pton(AF_INET, address, got + 12) != 1 &&
	    inet_pton(AF_INET6, address, got) != 1) {
		return false;
	}
	if (network->family == AF_INET6 &&
	    IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)got)) {
		return false;
	}

	for (bit = 0; bit < prefix; bit++) {
		if (bit_of(want, bit) != bit_of(got, bit)) {
			return false;
		}
	}

	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_network before;
	struct sg_network network;
	char *address = NULL;
	char *text = NULL;
	bool ok;

	text = strndup((const char *)data, size);
	require(text != NULL);
	address = strchr(text, '\n');
	if (address != NULL) {
		*address++ = '\0';
		/* A block of its own, for the sanitizers */
		address = strdup(address);
		require(address != NULL);
	}

	memset(&before, 0xAA, sizeof(before));
	memset(&network, 0xAA, sizeof(network));
	ok = sg_network_parse(text, &network);
	if (ok) {
		check_network(&network);
	} else {
		require(memcmp(&network, &before, sizeof(before)) == 0);
	}
	if (ok && address != NULL) {
		require(sg_network_contains(&network, address) ==
			contains(&network, address));
	}

	free(address);
	free(text);
	return 0;
}
