/*
 * smbguard: tests of events without memory
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* wrap: _talloc_array _talloc_realloc _talloc_realloc_array _talloc_zero
   _talloc_zero_array talloc_asprintf talloc_asprintf_append
   talloc_named_const talloc_strdup talloc_strdup_append talloc_strndup
   talloc_vasprintf_append */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "event_fixture.h"
#include "talloc_fault.h"

/* An event with a field of every type, and longer than its first buffer */
static struct sg_event largest_event(struct sg_facts *facts,
				     struct sg_offer *offer,
				     struct sg_verdict *verdict)
{
	static char long_name[3000];
	static char long_reason[2000];
	static const struct sg_downgrade downgrade = {
		.what = "cipher",
		.was = "AES-256-GCM",
		.now = "none",
		.side = "server",
	};
	static const struct sg_negotiated side = {
		.dialects = {0x0302, 0x0999},
		.num_dialects = 2,
	};

	memset(long_name, 'x', sizeof(long_name) - 1);
	memset(long_reason, 'x', sizeof(long_reason) - 1);
	*verdict = denied;
	verdict->reason = long_reason;
	*offer = (struct sg_offer){
		.kind = SG_OFFER_SMB2,
		.smb1 = {{(const uint8_t *)"NT LM 0.12", 10},
			 {(const uint8_t *)"\xff", 1}},
		.num_smb1 = 2,
		.dialects = {0x0311, 0x0999},
		.num_dialects = 2,
		.has_ciphers = true,
		.ciphers = {2, 99},
		.num_ciphers = 2,
		.has_signing = true,
		.signing = {2, 99},
		.num_signing = 2,
		.netname = "files",
	};
	*facts = full_facts;
	facts->offer = offer;
	facts->domain = "EXAMPLE\\b\xc3\xa4r";
	facts->client_name = "caf\xe9";
	facts->share = long_name;
	return (struct sg_event){
		.kind = SG_EVENT_NEGOTIATE,
		.when = noon,
		.facts = facts,
		.verdict = verdict,
		.have_duration = true,
		.nt_status = "NT_STATUS_ACCESS_DENIED",
		.lost = 1,
		.count = 1,
		.downgrade = &downgrade,
		.explanation = "caf\xe9",
		.sent = &side,
		.received = &side,
	};
}

/*
 * Fail the n-th allocation (and, with ever, all after it) for every n until
 * the line is made without one that fails. Returns that n.
 */
static unsigned run_out_of_memory(const struct sg_event *event, bool ever)
{
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	char *good = NULL;
	size_t good_len = 0;
	unsigned n;

	good = sg_event_line(mem_ctx, event, &good_len);
	assert_non_null(good);

	for (n = 1; n < 100000; n++) {
		size_t len = 0;
		char *line = NULL;

		alloc_calls = 0;
		fail_at = n;
		fail_ever = ever;
		line = sg_event_line(mem_ctx, event, &len);
		fail_at = 0;
		if (alloc_calls < n) {
			assert_non_null(line);
			assert_string_equal(line, good);
			break;
		}
		if (line != NULL && strcmp(line, good) != 0) {
			fail_msg("allocation %u failed, and the line is\n%s"
				 "not\n%s",
				 n,
				 line,
				 good);
		}
		if (ever) {
			assert_null(line);
			assert_int_equal(talloc_total_blocks(mem_ctx), 2);
		}
		talloc_free(line);
	}
	talloc_free(mem_ctx);
	return n;
}

static void test_event_out_of_memory_gives_no_line(void **state)
{
	struct sg_offer offer;
	struct sg_facts facts;
	struct sg_verdict verdict;
	struct sg_event event = largest_event(&facts, &offer, &verdict);
	unsigned n = run_out_of_memory(&event, true);

	/* The first buffer, and larger ones: they are ours. */
	assert_true(n >= 3);
}

/* One allocation fails, the next ones do not: no line, or the right one. */
static void test_event_short_of_memory_alters_no_line(void **state)
{
	struct sg_offer offer;
	struct sg_facts facts;
	struct sg_verdict verdict;
	struct sg_event event = largest_event(&facts, &offer, &verdict);
	unsigned n = run_out_of_memory(&event, false);

	assert_true(n >= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_out_of_memory_gives_no_line),
		cmocka_unit_test(test_event_short_of_memory_alters_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
