/*
 * smbguard: tests of the words and keys of exceptions
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * They come from the option table; what they must be is written down here.
 */

#include "policy_fixture.h"

#include "core/date.h"
#include "core/exception.h"

/* Each word once, in the order of the documents */
static void test_words_of_exceptions(void **state)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	const struct sg_allow_words words = sg_allow_words(&asks_nothing);

	assert_string_equal(sg_allow_text(mem_ctx, SG_ALLOW_ALL),
			    "smb1, dialect, unencrypted, cipher, unsigned, "
			    "guest, ntlm, downgrade");
	assert_string_equal(sg_allow_text(mem_ctx, words.by_address),
			    "smb1, dialect, cipher, unsigned");
	assert_string_equal(sg_allow_text(mem_ctx, 0), "");
	assert_int_equal(words.demanded, 0);
	talloc_free(mem_ctx);
}

/* What [global] asks of every session, and nothing that it does not */
static void test_words_that_global_demands(void **state)
{
	static const struct {
		struct sg_settings global;
		uint32_t demanded;
	} rows[] = {
		{{.encryption = SG_NEED_REQUIRED}, SG_ALLOW_UNENCRYPTED},
		{{.encryption = SG_NEED_OPTIONAL}, 0},
		{{.guest = SG_PERMIT_DENY}, SG_ALLOW_GUEST},
		{{.ntlm = SG_PERMIT_DENY}, SG_ALLOW_NTLM},
		{{.ntlm = SG_PERMIT_ALLOW}, 0},
		{{.downgrade = SG_DOWNGRADE_REFUSE}, SG_ALLOW_DOWNGRADE},
		{{.guest = SG_PERMIT_DENY, .ntlm = SG_PERMIT_DENY},
		 SG_ALLOW_GUEST | SG_ALLOW_NTLM},
		/* these go by the address, and name no share in any case */
		{{.signing = SG_NEED_REQUIRED}, 0},
		{{.min_protocol = SG_DIALECT_SMB3_11}, 0},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct sg_allow_words words =
			sg_allow_words(&rows[i].global);

		assert_int_equal(words.demanded, rows[i].demanded);
	}
}

static void test_keys_of_exceptions(void **state)
{
	static const char *const keys[] = {"hosts",
					   "users",
					   "groups",
					   "shares",
					   "allow",
					   "until",
					   "reason"};
	static const struct {
		const char *option;
		size_t name; /* its length */
	} rows[] = {
		{"scanner hosts", 7},
		{"scannerhosts", 7}, /* as smbd keeps it */
		{"old  SCANNER   Until", 12},
		{"hosts", 0},
		{"  hosts", 0},
		{"scanner host", 0},
		{"hosts scanner", 0},
		{"file events ignore users", 0}, /* of the table */
		{"fileeventsIGNOREgroups", 0},
		{"file events ignore hosts", 18}, /* is not */
		{"file events ignore user", 0},
		{"xfile events ignore users", 19},
		{"", 0},
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(keys); i++) {
		assert_string_equal(sg_exception_key(i), keys[i]);
	}
	assert_null(sg_exception_key(i));
	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_int_equal(sg_exception_name(rows[i].option),
				 rows[i].name);
	}
}

static void test_date_ends_its_day(void **state)
{
	static const char *const none[] = {"",
					   "2026-02-29",
					   "2026-13-01",
					   "2026-1-01",
					   "-026-01-01",
					   "2026-01-01 ",
					   "2026/01/01",
					   "20260-01-1"};
	time_t end = 0;
	size_t i;

	assert_true(sg_date_end("1970-01-01", &end));
	assert_int_equal(end, 86400);
	assert_true(sg_date_end("2024-02-29", &end));
	assert_int_equal(end, 1709251200);
	for (i = 0; i < ARRAY_LENGTH(none); i++) {
		assert_false(sg_date_end(none[i], &end));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_of_exceptions),
		cmocka_unit_test(test_words_that_global_demands),
		cmocka_unit_test(test_keys_of_exceptions),
		cmocka_unit_test(test_date_ends_its_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
