/*
 * smbguard: tests of what is remembered of clients
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

#include <cmocka.h>

#include "history_fixture.h"

static void assert_same(const struct sg_history *a, const struct sg_history *b)
{
	assert_int_equal(a->offered_dialect, b->offered_dialect);
	assert_int_equal(a->used_dialect, b->used_dialect);
	assert_int_equal(a->lowest_dialect, b->lowest_dialect);
	assert_int_equal(a->offered_cipher, b->offered_cipher);
	assert_int_equal(a->used_cipher, b->used_cipher);
	assert_int_equal(a->offered_signing, b->offered_signing);
	assert_int_equal(a->used_signing, b->used_signing);
	assert_int_equal(a->mechanism, b->mechanism);
	assert_memory_equal(a->guid, b->guid, sizeof(a->guid));
	assert_int_equal(a->suspicions, b->suspicions);
	assert_int_equal(a->first_seen, b->first_seen);
	assert_int_equal(a->last_seen, b->last_seen);
}

/* The bytes of a file that smbguard 0.1 wrote: they must stay readable. */
static void test_history_golden(void **state)
{
	static const char golden[] =
		"\x01\x07\x07\x07\x04\x04\x03\x03\x02\x00\x00\x00"
		"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"
		"\x04\x03\x02\x01"
		"\x00\xf1\x53\x65\x00\x00\x00\x00\x00\xd2\x49\x6b\x00\x00\x00\x00"
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		"\xd2\x4e\x16\x53";
	uint8_t bytes[SG_HISTORY_BYTES];
	struct sg_history record;

	sg_history_pack(&best, bytes);
	assert_int_equal(sizeof(golden) - 1, sizeof(bytes));
	assert_memory_equal(bytes, golden, sizeof(bytes));
	assert_true(sg_history_unpack(bytes, sizeof(bytes), &record));
	assert_same(&record, &best);
}

static void check_fixed_point(const struct sg_history *record)
{
	uint8_t first[SG_HISTORY_BYTES];
	uint8_t second[SG_HISTORY_BYTES];
	struct sg_history again;

	memset(first, 0xaa, sizeof(first));
	memset(second, 0x55, sizeof(second));
	memset(&again, 0xaa, sizeof(again));
	sg_history_pack(record, first);
	assert_true(sg_history_unpack(first, sizeof(first), &again));
	assert_same(&again, record);
	sg_history_pack(&again, second);
	assert_memory_equal(first, second, sizeof(first));
}

static void test_history_pack_fixed_point(void **state)
{
	static const int algorithms[] = {SG_SIGNING_NONE,
					 HMAC,
					 CMAC,
					 GMAC,
					 SG_SIGNING_MD5};
	struct sg_history record = {.offered_signing = SG_SIGNING_NONE};
	size_t i;
	int n;

	check_fixed_point(&record);
	check_fixed_point(&best);
	for (n = SG_DIALECT_NONE; n <= SMB311; n++) {
		record = best;
		record.offered_dialect = (enum sg_dialect)n;
		record.used_dialect = (enum sg_dialect)(SMB311 - n);
		record.lowest_dialect = (enum sg_dialect)(n / 2);
		check_fixed_point(&record);
	}
	for (n = 0; n <= GCM256; n++) {
		record = best;
		record.offered_cipher = (uint16_t)n;
		record.used_cipher = (uint16_t)(GCM256 - n);
		check_fixed_point(&record);
	}
	for (i = 0; i < ARRAY_LENGTH(algorithms); i++) {
		record = best;
		record.offered_signing = algorithms[i];
		check_fixed_point(&record);
		record.used_signing = algorithms[i];
		record.offered_signing = GMAC;
		check_fixed_point(&record);
	}
	record = best;
	record.suspicions = UINT32_MAX;
	record.first_seen = 0;
	record.last_seen = (time_t)1 << 40;
	memset(record.guid, 0xff, sizeof(record.guid));
	check_fixed_point(&record);
}

static void test_history_unpack_refuses_each_changed_bit(void **state)
{
	uint8_t bytes[SG_HISTORY_BYTES];
	struct sg_history record;
	size_t i;
	int bit;

	sg_history_pack(&best, bytes);
	for (i = 0; i < sizeof(bytes); i++) {
		for (bit = 0; bit < 8; bit++) {
			bytes[i] ^= (uint8_t)(1 << bit);
			assert_false(sg_history_unpack(bytes,
						       sizeof(bytes),
						       &record));
			bytes[i] ^= (uint8_t)(1 << bit);
		}
	}
	assert_true(sg_history_unpack(bytes, sizeof(bytes), &record));
}

static void put_sum(uint8_t *bytes)
{
	uint32_t sum = 0x811c9dc5;
	size_t i;

	for (i = 0; i < 60; i++) {
		sum = (sum ^ bytes[i]) * 0x01000193;
	}
	for (i = 0; i < 4; i++) {
		bytes[60 + i] = (uint8_t)(sum >> (8 * i));
	}
}

static void test_history_unpack_refuses_versions(void **state)
{
	uint8_t bytes[SG_HISTORY_BYTES];
	struct sg_history record;
	int version;

	for (version = 0; version < 256; version++) {
		bool ok;

		sg_history_pack(&best, bytes);
		bytes[0] = (uint8_t)version;
		put_sum(bytes);
		ok = sg_history_unpack(bytes, sizeof(bytes), &record);
		assert_int_equal(ok, version == 1);
	}
}

static void test_history_unpack_refuses_sizes(void **state)
{
	uint8_t bytes[2 * SG_HISTORY_BYTES] = {0};
	struct sg_history record;
	size_t len;

	sg_history_pack(&best, bytes);
	assert_false(sg_history_unpack(NULL, 0, &record));
	for (len = 0; len <= sizeof(bytes); len++) {
		bool ok = sg_history_unpack(bytes, len, &record);

		assert_int_equal(ok, len == SG_HISTORY_BYTES);
	}
	memset(bytes, 0, sizeof(bytes));
	assert_false(sg_history_unpack(bytes, SG_HISTORY_BYTES, &record));
	memset(bytes, 0xff, sizeof(bytes));
	assert_false(sg_history_unpack(bytes, SG_HISTORY_BYTES, &record));
}

static void test_history_is_ours(void **state)
{
	uint8_t bytes[SG_HISTORY_BYTES];

	sg_history_pack(&best, bytes);
	assert_true(sg_history_is_ours(bytes, sizeof(bytes)));
	assert_false(sg_history_is_ours(bytes, sizeof(bytes) - 1));
	assert_false(sg_history_is_ours(NULL, 0));
	/* not whole */
	bytes[9] ^= 1;
	assert_true(sg_history_is_ours(bytes, sizeof(bytes)));
	bytes[0] = 2;
	assert_false(sg_history_is_ours(bytes, sizeof(bytes)));
}

/* What smbclient offers, in its order */
static const struct sg_offer offer = {
	.kind = SG_OFFER_SMB2,
	.dialects = {0x0202, 0x0210, 0x0300, 0x0302, 0x0311},
	.num_dialects = 5,
	.guid = {9, 8, 7},
	.capabilities = 0x7f,
	.has_ciphers = true,
	.ciphers = {GCM128, CCM128, GCM256, CCM256},
	.num_ciphers = 4,
	.has_signing = true,
	.signing = {HMAC, GMAC, CMAC},
	.num_signing = 3,
};

static void test_history_of_311(void **state)
{
	struct sg_history record =
		sg_history_of(&offer, SMB311, GCM128, CMAC, "NTLMSSP", NOW);
	const struct sg_history expected = {
		.offered_dialect = SMB311,
		.used_dialect = SMB311,
		.lowest_dialect = SMB311,
		.offered_cipher = GCM256,
		.used_cipher = GCM128,
		.offered_signing = GMAC,
		.used_signing = CMAC,
		.mechanism = NTLM,
		.guid = {9, 8, 7},
		.first_seen = NOW,
		.last_seen = NOW,
	};

	assert_same(&record, &expected);
	/* The server made less of it. */
	record = sg_history_of(&offer, SMB210, 0, HMAC, "krb5", NOW);
	assert_int_equal(record.offered_dialect, SMB311);
	assert_int_equal(record.used_dialect, SMB210);
	assert_int_equal(record.lowest_dialect, SMB311);
	assert_int_equal(record.offered_cipher, GCM256);
	assert_int_equal(record.offered_signing, GMAC);
	assert_int_equal(record.mechanism, KRB5);
}

/* Without lists, what a client of 3.0 could have is its capability. */
static void test_history_of_302(void **state)
{
	struct sg_offer older = offer;
	struct sg_history record;

	older.num_dialects = 4;
	older.has_ciphers = false;
	older.num_ciphers = 0;
	older.has_signing = false;
	older.num_signing = 0;
	record = sg_history_of(&older, SMB302, CCM128, CMAC, NULL, NOW);
	assert_int_equal(record.offered_dialect, SMB302);
	assert_int_equal(record.offered_cipher, CCM128);
	assert_int_equal(record.offered_signing, CMAC);
	/* smbd has encryption turned off */
	record = sg_history_of(&older, SMB302, 0, CMAC, NULL, NOW);
	assert_int_equal(record.used_cipher, 0);
	assert_int_equal(record.offered_cipher, CCM128);
	older.capabilities = 0x3f;
	record = sg_history_of(&older, SMB302, 0, CMAC, NULL, NOW);
	assert_int_equal(record.offered_cipher, 0);
}

static void test_history_of_no_offer(void **state)
{
	struct sg_history record =
		sg_history_of(NULL, NT1, 0, SG_SIGNING_MD5, NULL, NOW);

	assert_int_equal(record.offered_dialect, NT1);
	assert_int_equal(record.used_dialect, NT1);
	assert_int_equal(record.lowest_dialect, NT1);
	assert_int_equal(record.offered_signing, SG_SIGNING_MD5);
	assert_int_equal(record.mechanism, SG_MECHANISM_UNKNOWN);
}

static void test_history_of_mechanisms(void **state)
{
	static const struct {
		const char *name;
		enum sg_mechanism mechanism;
	} rows[] = {
		{NULL, SG_MECHANISM_UNKNOWN},
		{"", SG_MECHANISM_UNKNOWN},
		{"krb5", KRB5},
		{"NTLMSSP", NTLM},
		{"ntlmssp", NTLM},
		{"krb5x", SG_MECHANISM_UNKNOWN},
		{"schannel", SG_MECHANISM_UNKNOWN},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct sg_history record = sg_history_of(&offer,
							 SMB311,
							 GCM128,
							 GMAC,
							 rows[i].name,
							 NOW);

		assert_int_equal(record.mechanism, rows[i].mechanism);
	}
}

static void test_history_merge(void **state)
{
	struct sg_history before = best;
	struct sg_history now =
		sg_history_of(&offer, SMB311, CCM128, CMAC, "NTLMSSP", NOW);
	struct sg_history merged = sg_history_merge(NULL, &now);

	assert_same(&merged, &now);
	before.lowest_dialect = SMB210;
	merged = sg_history_merge(&before, &now);
	/* kept */
	assert_int_equal(merged.first_seen, BEFORE);
	assert_int_equal(merged.suspicions, best.suspicions);
	assert_int_equal(merged.lowest_dialect, SMB210);
	/* new */
	assert_int_equal(merged.last_seen, NOW);
	assert_int_equal(merged.used_cipher, CCM128);
	assert_int_equal(merged.mechanism, NTLM);
	assert_memory_equal(merged.guid, offer.guid, sizeof(merged.guid));
	/* a new low */
	now.lowest_dialect = NT1;
	merged = sg_history_merge(&before, &now);
	assert_int_equal(merged.lowest_dialect, NT1);
	/* none at all is no low */
	before.lowest_dialect = SG_DIALECT_NONE;
	merged = sg_history_merge(&before, &now);
	assert_int_equal(merged.lowest_dialect, NT1);
}

/* Each field alone makes a record worth writing, but for the GUID. */
static void test_history_same(void **state)
{
	struct sg_history now[] = {best,
				   best,
				   best,
				   best,
				   best,
				   best,
				   best,
				   best,
				   best,
				   best,
				   best,
				   best};
	struct sg_history same = best;
	size_t i;

	now[0].offered_dialect = SMB210;
	now[1].used_dialect = SMB210;
	now[2].lowest_dialect = SMB210;
	now[3].offered_cipher = GCM128;
	now[4].used_cipher = GCM128;
	now[5].offered_signing = CMAC;
	now[6].used_signing = CMAC;
	now[7].mechanism = NTLM;
	now[8].suspicions++;
	now[9].first_seen++;
	now[10].last_seen += 3600;
	now[11].last_seen--;
	for (i = 0; i < 12; i++) {
		bool ok = sg_history_same(&best, &now[i]);

		assert_false(ok);
	}
	same.last_seen += 3599;
	same.guid[0]++;
	assert_true(sg_history_same(&best, &same));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_history_golden),
		cmocka_unit_test(test_history_pack_fixed_point),
		cmocka_unit_test(test_history_unpack_refuses_each_changed_bit),
		cmocka_unit_test(test_history_unpack_refuses_versions),
		cmocka_unit_test(test_history_unpack_refuses_sizes),
		cmocka_unit_test(test_history_is_ours),
		cmocka_unit_test(test_history_of_311),
		cmocka_unit_test(test_history_of_302),
		cmocka_unit_test(test_history_of_no_offer),
		cmocka_unit_test(test_history_of_mechanisms),
		cmocka_unit_test(test_history_merge),
		cmocka_unit_test(test_history_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
