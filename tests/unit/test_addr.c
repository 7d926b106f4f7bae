/*
 * smbguard: tests of addresses and networks
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "core/addr.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static void test_addr_accepted(void **state)
{
	static const struct {
		const char *text;
		struct sg_network want;
	} cases[] = {
		{"192.0.2.7", {AF_INET, {192, 0, 2, 7}, 32}},
		{"192.0.2.0/24", {AF_INET, {192, 0, 2}, 24}},
		{"192.0.2.7/32", {AF_INET, {192, 0, 2, 7}, 32}},
		{"192.0.2.6/31", {AF_INET, {192, 0, 2, 6}, 31}},
		{"128.0.0.0/1", {AF_INET, {128}, 1}},
		{"0.0.0.0/0", {AF_INET, {0}, 0}},
		{"0.0.0.0", {AF_INET, {0}, 32}},
		{"255.255.255.255", {AF_INET, {0xFF, 0xFF, 0xFF, 0xFF}, 32}},
		{"2001:db8::/32", {AF_INET6, {0x20, 1, 0xD, 0xB8}, 32}},
		{"2001:0DB8:0::/32", {AF_INET6, {0x20, 1, 0xD, 0xB8}, 32}},
		{"8000::/1", {AF_INET6, {0x80}, 1}},
		{"::/0", {AF_INET6, {0}, 0}},
		{"::1", {AF_INET6, {[15] = 1}, 128}},
		{"::1.2.3.4", {AF_INET6, {[12] = 1, 2, 3, 4}, 128}},
		{"::ffff:192.0.2.7", {AF_INET, {192, 0, 2, 7}, 32}},
		{"::FFFF:c000:207", {AF_INET, {192, 0, 2, 7}, 32}},
		{"::ffff:192.0.2.0/120", {AF_INET, {192, 0, 2}, 24}},
		{"::ffff:0:0/96", {AF_INET, {0}, 0}},
		{"::fffe:0:0/96", {AF_INET6, {[10] = 0xFF, 0xFE}, 96}},
		/* The longest that there is */
		{"0000:0000:0000:0000:0000:ffff:255.255.255.255/128",
		 {AF_INET, {0xFF, 0xFF, 0xFF, 0xFF}, 32}},
	};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct sg_network *want = &cases[i].want;
		struct sg_network network;
		bool ok;

		memset(&network, 0xAA, sizeof(network));
		ok = sg_network_parse(cases[i].text, &network);
		assert_true(ok);
		assert_int_equal(network.family, want->family);
		assert_int_equal(network.prefix, want->prefix);
		assert_memory_equal(network.bytes, want->bytes, 16);
	}
}

static void assert_refused(const char *text)
{
	struct sg_network before;
	struct sg_network network;
	bool ok;

	memset(&before, 0xAA, sizeof(before));
	memset(&network, 0xAA, sizeof(network));
	ok = sg_network_parse(text, &network);
	if (ok) {
		fail_msg("accepted: \"%.80s\"", text);
	}
	assert_memory_equal(&network, &before, sizeof(before));
}

static const char *const refused_ipv4[] = {
	"",
	"/",
	"/24",
	"localhost",
	"010.0.0.1",
	"1.2.3.04",
	"1.2.3.00",
	"1.2.3",
	"1.2.3.",
	"1.2.3.4.",
	"1.2.3.4.5",
	"1..2.3",
	"1.2.3.256",
	"16909060",
	"0x7f.1",
	"0x7f.0.0.1",
	"-1.2.3.4",
	"+1.2.3.4",
	" 1.2.3.4",
	"1.2.3.4 ",
	"1.2.3.4\n",
	"1.2.3.4\t/32",
	"1.2.3.4,5.6.7.8",
	"1.2.3.4-5",
	"1.2.3.*",
	"1.2.3.4:445",
	"1.2.3.4/",
	"0.0.0.0/",
	"1.2.3.4//32",
	"1.2.3.4/32/",
	"1.2.3.4/33",
	"1.2.3.4/08",
	"1.2.3.4/00",
	"0.0.0.0/00",
	"1.2.3.4/032",
	"1.2.3.4/+8",
	"1.2.3.4/-1",
	"1.2.3.4/ 32",
	"1.2.3.4/32 ",
	"1.2.3.4/3x",
	"1.2.3.4/0x20",
	"0.0.0.0/:",
	"0.0.0.0/1/",
	"0.0.0.0/1:",
	"1.2.3.4/255.255.255.0",
	/* 32, to one that lets numbers overflow */
	"1.2.3.4/4294967328",
	"1.2.3.4/18446744073709551648",
	/* Bits behind the prefix */
	"10.0.1.0/8",
	"1.2.3.5/31",
	"1.2.3.4/0",
	"0.0.0.1/0",
};

static const char *const refused_ipv6[] = {
	"::/",
	"2001:db8::1/64",
	"2001:db8::1/127",
	"::1/0",
	"2001:db8::/129",
	"2001:db8::/1280",
	"2001:db8",
	"2001:db8:::",
	"1::2::3",
	"1:2:3:4:5:6:7:8:9",
	"00001::",
	"g::",
	":",
	"[::1]",
	"[::1]:445",
	"::1%lo",
	"fe80::1%1",
	"fe80::1%eth0/64",
	"fe80::%eth0/10",
	"::ffff:010.0.0.1",
	"::ffff:1.2.3",
	"::ffff:1.2.3.4/95",
	"::ffff:1.2.3.4/33",
	"::ffff:0:0/95",
	"::ffff:0.0.0.0/32",
	"::ffff:10.0.1.0/104",
	"::ffff:1.2.3.4/129",
};

static void test_addr_refused(void **state)
{
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(refused_ipv4); i++) {
		assert_refused(refused_ipv4[i]);
	}
	for (i = 0; i < ARRAY_LENGTH(refused_ipv6); i++) {
		assert_refused(refused_ipv6[i]);
	}
}

static void test_addr_refused_too_long(void **state)
{
	static const char *const starts[] = {"1.2.3.4/", "1.2.3.4", "::", ""};
	static const char fills[] = "01:./ f";
	size_t i;
	size_t j;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(starts); i++) {
		for (j = 0; fills[j] != '\0'; j++) {
			size_t used = strlen(starts[i]);
			size_t len = used + 100000;
			char *text = calloc(len + 1, 1);

			assert_non_null(text);
			memcpy(text, starts[i], used);
			memset(text + used, fills[j], len - used);
			assert_refused(text);
			/* Around the length of the longest address */
			text[used + 47] = '\0';
			while (strlen(text) > used + 40) {
				assert_refused(text);
				text[strlen(text) - 1] = '\0';
			}
			free(text);
		}
	}
}

/* Add 1 or -1. Returns false where there is no such address. */
static bool step(uint8_t *bytes, size_t len, int by)
{
	uint8_t last = by > 0 ? 0xFF : 0;

	while (len > 0 && bytes[len - 1] == last) {
		bytes[len - 1] += (uint8_t)by;
		len--;
	}
	if (len == 0) {
		return false;
	}

	bytes[len - 1] += (uint8_t)by;
	return true;
}

static void assert_contains(const char *text, const char *address, bool want)
{
	struct sg_network network = {.family = AF_UNSPEC};
	bool ok;

	ok = sg_network_parse(text, &network);
	if (!ok) {
		fail_msg("refused: %s", text);
	}
	ok = sg_network_contains(&network, address);
	if (ok != want) {
		fail_msg("%s in %s: %d", address, text, ok);
	}
}

static void assert_bytes(int family,
			 const char *network,
			 const uint8_t *bytes,
			 bool want)
{
	char address[INET6_ADDRSTRLEN] = {0};

	assert_non_null(inet_ntop(family, bytes, address, sizeof(address)));
	assert_contains(network, address, want);
}

/* Its first and last address are inside, those around them are not. */
static void check_edges(int family, const uint8_t *inside, unsigned prefix)
{
	size_t len = family == AF_INET ? 4 : 16;
	char base[INET6_ADDRSTRLEN] = {0};
	char network[INET6_ADDRSTRLEN + 8] = {0};
	uint8_t first[16] = {0};
	uint8_t last[16] = {0};
	unsigned bit;
	bool ok;

	memcpy(first, inside, len);
	memcpy(last, inside, len);
	for (bit = prefix; bit < len * 8; bit++) {
		first[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
		last[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
	assert_non_null(inet_ntop(family, first, base, sizeof(base)));
	snprintf(network, sizeof(network), "%s/%u", base, prefix);

	assert_bytes(family, network, first, true);
	assert_bytes(family, network, inside, true);
	assert_bytes(family, network, last, true);
	ok = step(first, len, -1);
	if (ok) {
		assert_bytes(family, network, first, false);
	}
	ok = step(last, len, 1);
	if (ok) {
		assert_bytes(family, network, last, false);
	}
}

static void test_addr_edges_of_every_prefix(void **state)
{
	static const char *const ipv4[] = {"0.0.0.0",
					   "255.255.255.255",
					   "170.85.170.85",
					   "85.170.85.170"};
	static const char *const ipv6[] = {
		"4000::",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"aa55:aa55:aa55:aa55:aa55:aa55:aa55:aa55",
		"2001:db8:55aa:55aa:55aa:55aa:55aa:55aa",
	};
	uint8_t bytes[16] = {0};
	unsigned prefix;
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(ipv4); i++) {
		assert_int_equal(inet_pton(AF_INET, ipv4[i], bytes), 1);
		for (prefix = 0; prefix <= 32; prefix++) {
			check_edges(AF_INET, bytes, prefix);
		}
	}
	for (i = 0; i < ARRAY_LENGTH(ipv6); i++) {
		assert_int_equal(inet_pton(AF_INET6, ipv6[i], bytes), 1);
		for (prefix = 0; prefix <= 128; prefix++) {
			check_edges(AF_INET6, bytes, prefix);
		}
	}
}

static const struct {
	const char *network;
	const char *address;
	bool want;
} matches[] = {
	/* Samba's own matching says yes to the second */
	{"2001:db8::1/128", "2001:db8::1", true},
	{"2001:db8::1/128", "2001:db8::2", false},
	{"2001:db8::1", "2001:db8::2", false},
	{"192.0.2.7", "192.0.2.7", true},
	{"192.0.2.7", "192.0.2.8", false},
	/* One family does not match the other */
	{"0.0.0.0/0", "192.0.2.7", true},
	{"0.0.0.0/0", "::", false},
	{"0.0.0.0/0", "::1", false},
	{"::/0", "2001:db8::1", true},
	{"::/0", "192.0.2.7", false},
	{"::/0", "0.0.0.0", false},
	{"::192.0.2.7", "192.0.2.7", false},
	{"32.1.13.184", "2001:db8::", false},
	{"2001:db8::/32", "32.1.13.184", false},
	/* IPv4 that is written as IPv6 */
	{"192.0.2.0/24", "::ffff:192.0.2.7", true},
	{"192.0.2.0/24", "::ffff:c000:207", true},
	{"192.0.2.0/24", "::ffff:192.0.3.7", false},
	{"::ffff:192.0.2.0/120", "192.0.2.7", true},
	{"::ffff:192.0.2.0/120", "192.0.3.7", false},
	{"::ffff:192.0.2.0/120", "::ffff:192.0.2.7", true},
	{"::ffff:192.0.2.7", "192.0.2.7", true},
	{"::ffff:192.0.2.7", "192.0.2.8", false},
	{"::ffff:0:0/96", "192.0.2.7", true},
	{"::ffff:0:0/96", "::1", false},
	{"0.0.0.0/0", "::ffff:192.0.2.7", true},
	{"::/0", "::ffff:192.0.2.7", false},
	{"::/80", "::ffff:192.0.2.7", false},
	/* What is no address is in nothing */
	{"0.0.0.0/0", "", false},
	{"0.0.0.0/0", "192.0.2.7/32", false},
	{"0.0.0.0/0", "192.0.2.7 ", false},
	{"0.0.0.0/0", "192.0.2.07", false},
	{"0.0.0.0/0", "192.0.2", false},
	{"0.0.0.0/0", "localhost", false},
	{"0.0.0.0/0", "UNKNOWN", false},
	{"::/0", "::1/128", false},
	{"::/0", "::1%lo", false},
	{"::/0", "[::1]", false},
};

static void test_addr_contains(void **state)
{
	const struct sg_network none = {.family = AF_UNSPEC};
	size_t i;

	(void)state;

	for (i = 0; i < ARRAY_LENGTH(matches); i++) {
		assert_contains(matches[i].network,
				matches[i].address,
				matches[i].want);
	}
	assert_false(sg_network_contains(&none, "0.0.0.0"));
	assert_false(sg_network_contains(&none, "::"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addr_accepted),
		cmocka_unit_test(test_addr_refused),
		cmocka_unit_test(test_addr_refused_too_long),
		cmocka_unit_test(test_addr_edges_of_every_prefix),
		cmocka_unit_test(test_addr_contains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
