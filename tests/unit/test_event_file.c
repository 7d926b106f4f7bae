/*
 * smbguard: tests of what events tell of files
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "event_fixture.h"

static const struct sg_file_told opened = {
	.path = "Accounts/2026.xlsx",
	.have_id = true,
	.id = 0x42,
	.disposition = "FILE_OPEN_IF",
	.access = {.bits = {0, 7, 16}, .num = 3},
	.created = SG_NO,
	.directory = SG_NO,
};

static json_t *file_json(enum sg_event_kind kind,
			 const struct sg_file_told *file,
			 const struct sg_file_counts *counts)
{
	const struct sg_event event = {
		.kind = kind,
		.when = noon,
		.facts = &full_facts,
		.verdict = &allowed,
		.nt_status = "NT_STATUS_OK",
		.file = file,
		.counts = counts,
	};

	return event_json(&event);
}

static void assert_list(json_t *root, const char *name, const char *expected)
{
	char *text = json_dumps(json_object_get(root, name), JSON_COMPACT);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void test_file_open_is_told(void **state)
{
	json_t *root = file_json(SG_EVENT_FILE_OPEN, &opened, NULL);

	assert_string_equal(text_at(root, "event"), "file_open");
	assert_string_equal(text_at(root, "path"), "Accounts/2026.xlsx");
	assert_string_equal(text_at(root, "fileId"), "0x0000000000000042");
	assert_string_equal(text_at(root, "disposition"), "FILE_OPEN_IF");
	assert_list(root,
		    "access",
		    "[\"FILE_READ_DATA\",\"FILE_READ_ATTRIBUTES\",\"DELETE\"]");
	assert_true(json_is_false(json_object_get(root, "created")));
	/* What is not known is not there. */
	assert_null(json_object_get(root, "overwritten"));
	assert_null(json_object_get(root, "deleteOnClose"));
	assert_null(json_object_get(root, "reads"));
	assert_null(json_object_get(root, "policy"));
	json_decref(root);
}

static void test_file_close_has_its_counts(void **state)
{
	static const struct sg_file_counts none = {.reads = 0};
	static const struct sg_file_counts most = {
		.reads = 1,
		.bytes_read = UINT64_MAX,
	};
	json_t *root = file_json(SG_EVENT_FILE_CLOSE, &opened, &none);

	/* Nothing read is told, too. */
	assert_int_equal(json_integer_value(json_object_get(root, "bytesRead")),
			 0);
	assert_true(json_is_integer(json_object_get(root, "bytesWritten")));
	json_decref(root);
	root = file_json(SG_EVENT_FILE_CLOSE, &opened, &most);
	/* No number is greater than readers of JSON take. */
	assert_int_equal(json_integer_value(json_object_get(root, "bytesRead")),
			 INT64_MAX);
	json_decref(root);
}

static void test_file_changes_have_names(void **state)
{
	struct sg_file_told file = {.path = "a"};
	json_t *root = NULL;

	sg_bits_set(&file.changed, UINT32_MAX);
	sg_bits_set(&file.attributes, 0x23);
	file.changed.num = SG_CHANGED_CHANGES;
	root = file_json(SG_EVENT_FILE_ACL, &file, NULL);
	assert_list(root,
		    "changed",
		    "[\"attributes\",\"created\",\"accessed\",\"written\","
		    "\"owner\",\"group\",\"dacl\",\"sacl\"]");
	assert_list(root,
		    "attributes",
		    "[\"READONLY\",\"HIDDEN\",\"ARCHIVE\"]");
	assert_null(json_object_get(root, "fileId"));
	json_decref(root);
}

/* Any bytes are a path; what comes back is text, and one line. */
static void test_file_paths_of_any_bytes(void **state)
{
	static const char *const paths[] = {
		"",
		".",
		"a\nb",
		"\"},{\"",
		"\xff\xfe",
		"\x1b[2J",
		"b\xc3\xa4r/\xe2\x80\xae.exe:stream",
	};
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(paths); i++) {
		const struct sg_file_told file = {
			.path = paths[i],
			.new_path = paths[i],
			.requested_by = paths[i],
		};
		json_t *root = file_json(SG_EVENT_FILE_RENAME, &file, NULL);

		assert_non_null(text_at(root, "path"));
		assert_string_equal(text_at(root, "path"),
				    text_at(root, "newPath"));
		json_decref(root);
	}
}

static void test_file_bits_are_in_order(void **state)
{
	struct sg_bits bits = {.num = 5};
	uint16_t i;

	sg_bits_set(&bits, 0);
	assert_int_equal(bits.num, 0);
	sg_bits_set(&bits, 0x80000001);
	assert_int_equal(bits.num, 2);
	assert_int_equal(bits.bits[0], 0);
	assert_int_equal(bits.bits[1], 31);
	sg_bits_set(&bits, UINT32_MAX);
	assert_int_equal(bits.num, 32);
	for (i = 0; i < 32; i++) {
		assert_int_equal(bits.bits[i], i);
	}
}

static void test_file_names_of_bits(void **state)
{
	uint16_t i;

	assert_string_equal(sg_access_name(0), "FILE_READ_DATA");
	assert_string_equal(sg_access_name(16), "DELETE");
	assert_string_equal(sg_access_name(31), "GENERIC_READ");
	assert_string_equal(sg_attribute_name(0), "READONLY");
	assert_string_equal(sg_attribute_name(14), "ENCRYPTED");
	for (i = 0; i < SG_CHANGED_CHANGES; i++) {
		assert_non_null(sg_change_name(i));
	}
	for (i = 32; i < 100; i++) {
		assert_null(sg_access_name(i));
		assert_null(sg_attribute_name(i));
		assert_null(sg_change_name(i));
	}
	assert_string_equal(sg_access_name(9), "0x00000200");
	assert_string_equal(sg_attribute_name(3), "0x00000008");
	assert_null(sg_change_name(SG_CHANGED_CHANGES));
	assert_null(sg_access_name(UINT16_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_open_is_told),
		cmocka_unit_test(test_file_close_has_its_counts),
		cmocka_unit_test(test_file_changes_have_names),
		cmocka_unit_test(test_file_paths_of_any_bytes),
		cmocka_unit_test(test_file_bits_are_in_order),
		cmocka_unit_test(test_file_names_of_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
