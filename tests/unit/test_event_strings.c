/*
 * smbguard: tests of the strings in events
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

#include "event_fixture.h"

/* Strings of any bytes */

/* Every string that an event can hold, and where it is then found */
enum string_field {
	FIELD_SERVER_NAME,
	FIELD_LOCAL_ADDRESS,
	FIELD_CLIENT_ADDRESS,
	FIELD_CLIENT_NAME,
	FIELD_ACCOUNT,
	FIELD_DOMAIN,
	FIELD_SID,
	FIELD_MECHANISM,
	FIELD_PASSWORD_TYPE,
	FIELD_SHARE,
	FIELD_OFFER_NETNAME,
	FIELD_OFFER_PROBLEM,
	FIELD_STATUS,
	FIELD_REASON,
	FIELD_SCOPE,
	FIELD_REQUIRED,
	FIELD_ACTUAL,
	FIELD_OPTION,
	FIELD_EXCEPTION,
	FIELD_UNTIL,
	NUM_FIELDS,
};

static const struct {
	const char *object; /* NULL: the event itself */
	const char *key;
} fields[NUM_FIELDS] = {
	[FIELD_SERVER_NAME] = {NULL, "serverName"},
	[FIELD_LOCAL_ADDRESS] = {NULL, "localAddress"},
	[FIELD_CLIENT_ADDRESS] = {NULL, "clientAddress"},
	[FIELD_CLIENT_NAME] = {NULL, "clientName"},
	[FIELD_ACCOUNT] = {NULL, "account"},
	[FIELD_DOMAIN] = {NULL, "domain"},
	[FIELD_SID] = {NULL, "sid"},
	[FIELD_MECHANISM] = {NULL, "authMechanism"},
	[FIELD_PASSWORD_TYPE] = {NULL, "passwordType"},
	[FIELD_SHARE] = {NULL, "share"},
	[FIELD_OFFER_NETNAME] = {"offer", "serverName"},
	[FIELD_OFFER_PROBLEM] = {"offer", "problem"},
	[FIELD_STATUS] = {NULL, "status"},
	[FIELD_REASON] = {NULL, "reason"},
	[FIELD_SCOPE] = {"policy", "scope"},
	[FIELD_REQUIRED] = {"policy", "required"},
	[FIELD_ACTUAL] = {"policy", "actual"},
	[FIELD_OPTION] = {"policy", "option"},
	[FIELD_EXCEPTION] = {"policy", "exception"},
	[FIELD_UNTIL] = {"policy", "until"},
};

/* One string in one field must read as expected, the others as they were. */
static void check_string(enum string_field field,
			 const char *bytes,
			 const char *expected)
{
	struct sg_offer offer = {.kind = SG_OFFER_SMB2, .netname = "n"};
	struct sg_facts facts = full_facts;
	struct sg_verdict verdict = denied;
	struct sg_event event = {
		.kind = SG_EVENT_NEGOTIATE,
		.when = noon,
		.facts = &facts,
		.verdict = &verdict,
	};
	const char **targets[NUM_FIELDS] = {
		[FIELD_SERVER_NAME] = &facts.server_name,
		[FIELD_LOCAL_ADDRESS] = &facts.local_address,
		[FIELD_CLIENT_ADDRESS] = &facts.client_address,
		[FIELD_CLIENT_NAME] = &facts.client_name,
		[FIELD_ACCOUNT] = &facts.account,
		[FIELD_DOMAIN] = &facts.domain,
		[FIELD_SID] = &facts.sid,
		[FIELD_MECHANISM] = &facts.mechanism,
		[FIELD_PASSWORD_TYPE] = &facts.password_type,
		[FIELD_SHARE] = &facts.share,
		[FIELD_OFFER_NETNAME] = &offer.netname,
		[FIELD_OFFER_PROBLEM] = &offer.problem,
		[FIELD_STATUS] = &event.nt_status,
		[FIELD_REASON] = &verdict.reason,
		[FIELD_SCOPE] = &verdict.scope,
		[FIELD_REQUIRED] = &verdict.required,
		[FIELD_ACTUAL] = &verdict.actual,
		[FIELD_OPTION] = &verdict.option,
		[FIELD_EXCEPTION] = &verdict.exception,
		[FIELD_UNTIL] = &verdict.until,
	};
	json_t *root = NULL;
	json_t *object = NULL;
	const char *found = NULL;

	facts.offer = &offer;
	*targets[field] = bytes;
	root = event_json(&event);
	object = root;
	if (fields[field].object != NULL) {
		object = json_object_get(root, fields[field].object);
	}
	found = text_at(object, fields[field].key);
	if (found == NULL || strcmp(found, expected) != 0) {
		fail_msg("%s is \"%s\", not \"%s\"",
			 fields[field].key,
			 found != NULL ? found : "missing",
			 expected);
	}
	if (field != FIELD_REASON) {
		assert_string_equal(text_at(root, "reason"), denied.reason);
	}
	json_decref(root);
}

static void test_event_strings_of_any_bytes(void **state)
{
	static const struct {
		const char *bytes;
		const char *text;
	} rows[] = {
		{"", ""},
		{"alice", "alice"},
		/* UTF-8 is kept, with its backslashes. */
		{"EX\\b\xc3\xa4r \xe2\x82\xac \xf0\x9f\x94\x92",
		 "EX\\b\xc3\xa4r \xe2\x82\xac \xf0\x9f\x94\x92"},
		{"quote \" \\ / </script>", "quote \" \\ / </script>"},
		{"two\nlines\r\n\ttab", "two\nlines\r\n\ttab"},
		{"\x01\x02\x1b[31m\x7f", "\x01\x02\x1b[31m\x7f"},
		{"\xe2\x80\xa8 separator", "\xe2\x80\xa8 separator"},
		{"%s%n%d", "%s%n%d"},
		/* Bytes that are none */
		{"\xff", "\\xff"},
		{"\x80", "\\x80"},
		{"al\xefice", "al\\xefice"},
		{"b\xc3", "b\\xc3"},
		{"\xc3(", "\\xc3("},
		{"\xc0\x80", "\\xc0\\x80"},	     /* overlong NUL */
		{"\xc0\xaf", "\\xc0\\xaf"},	     /* overlong slash */
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* > 10FFFF */
		{"D\\a\xff", "D\\x5ca\\xff"},
		/* A bad byte leaves the good sequences as they are. */
		{"\xc3\xa4\xff", "\xc3\xa4\\xff"},
		{"\xff\xe2\x82\xac\x82", "\\xff\xe2\x82\xac\\x82"},
		{"\xe2\x82\xc3\xa4", "\\xe2\\x82\xc3\xa4"},
		{"\xf0\x9f\x94", "\\xf0\\x9f\\x94"},
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
		{"\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80"},
		{"\n\xff\"", "\n\\xff\""},
	};
	int field;
	size_t i;

	for (field = 0; field < NUM_FIELDS; field++) {
		for (i = 0; i < ARRAY_LENGTH(rows); i++) {
			check_string((enum string_field)field,
				     rows[i].bytes,
				     rows[i].text);
		}
	}
}

/* Undo the escaping: what is written is enough to have the bytes back. */
static void test_event_escaped_bytes_can_be_had_back(void **state)
{
	struct sg_facts facts = bare_facts;
	unsigned char bytes[16] = {0};
	size_t start;
	size_t i;

	/* All bytes but NUL, so many at a time that none is cut */
	for (start = 1; start <= 255; start += sizeof(bytes) - 1) {
		json_t *root = NULL;
		const char *text = NULL;

		for (i = 0; i < sizeof(bytes) - 1; i++) {
			bytes[i] = (unsigned char)(start + i > 255 ? 255
								   : start + i);
		}
		facts.account = (const char *)bytes;
		root = simple_event("session", &facts, &allowed);
		text = text_at(root, "account");
		assert_non_null(text);
		for (i = 0; *text != '\0'; i++) {
			unsigned value = (unsigned char)*text;

			assert_true(i < sizeof(bytes) - 1);
			if (*text == '\\' && start > 91) {
				int ret = sscanf(text, "\\x%2x", &value);

				assert_int_equal(ret, 1);
				text += 3;
			}
			assert_int_equal(value, bytes[i]);
			text++;
		}
		assert_int_equal(i, sizeof(bytes) - 1);
		json_decref(root);
	}
}

/* A text that is too long says how many bytes are missing. */
static void check_cut(const char *text, const char *name, size_t len)
{
	const char *mark = strstr(text, "[+");
	size_t missing = 0;
	int ret;

	assert_non_null(mark);
	ret = sscanf(mark, "[+%zu]", &missing);
	assert_int_equal(ret, 1);
	assert_true(missing > 0 && missing < len);
	if (name[0] == 'a') {
		assert_int_equal((size_t)(mark - text), len - missing);
	}
}

static void test_event_long_strings(void **state)
{
	static const size_t lengths[] = {1,
					 30,
					 42,
					 43,
					 232,
					 256,
					 257,
					 900,
					 1023,
					 1024,
					 1025,
					 4096,
					 65536,
					 1000000};
	static const char fillers[] = {'a', '\x01', '\xff', '"', '\\'};
	static const size_t written[] = {1, 6, 5, 2, 5};
	size_t i;
	size_t f;

	for (i = 0; i < ARRAY_LENGTH(lengths); i++) {
		for (f = 0; f < ARRAY_LENGTH(fillers); f++) {
			struct sg_facts facts = bare_facts;
			char *name = malloc(lengths[i] + 1);
			size_t factor = fillers[f] == '\xff' ? 4 : 1;
			json_t *root = NULL;
			const char *text = NULL;

			assert_non_null(name);
			memset(name, fillers[f], lengths[i]);
			name[lengths[i]] = '\0';
			facts.account = name;
			root = simple_event("session", &facts, &allowed);
			text = text_at(root, "account");
			if (lengths[i] * written[f] <= 256) {
				assert_int_equal(strlen(text),
						 factor * lengths[i]);
			} else {
				check_cut(text, name, lengths[i]);
			}
			json_decref(root);
			free(name);
		}
	}
}

/* A line whose length falls on every place around a buffer's end */
static void test_event_line_of_every_length(void **state)
{
	struct sg_facts facts = bare_facts;
	struct sg_verdict verdict = allowed;
	char name[257] = {0};
	char reason[2048] = {0};
	size_t i;

	verdict.reason = reason;
	facts.account = name;
	for (i = 0; i < sizeof(reason) - 1; i++) {
		json_t *root = NULL;

		root = simple_event("session", &facts, &verdict);
		assert_string_equal(text_at(root, "account"), name);
		assert_string_equal(text_at(root, "reason"), reason);
		json_decref(root);
		reason[i] = 'a';
		if (i < sizeof(name) - 1) {
			name[i] = 'a';
		}
	}
}

static void test_event_line_belongs_to_its_owner(void **state)
{
	const struct sg_event event = {
		.kind = SG_EVENT_SESSION,
		.when = noon,
		.facts = &full_facts,
		.verdict = &denied,
	};
	TALLOC_CTX *mem_ctx = talloc_new(NULL);
	size_t len = 0;
	char *line = sg_event_line(mem_ctx, &event, &len);

	assert_non_null(line);
	assert_ptr_equal(talloc_parent(line), mem_ctx);
	assert_int_equal(talloc_total_blocks(mem_ctx), 2);
	talloc_free(mem_ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_strings_of_any_bytes),
		cmocka_unit_test(test_event_escaped_bytes_can_be_had_back),
		cmocka_unit_test(test_event_long_strings),
		cmocka_unit_test(test_event_line_of_every_length),
		cmocka_unit_test(test_event_line_belongs_to_its_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
