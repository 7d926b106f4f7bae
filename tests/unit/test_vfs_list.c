/*
 * smbguard: tests of its place in "vfs objects"
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/vfs_list.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *modules[5];
	bool guarded;
	const char *text;
} rows[] = {
	{{NULL}, false, "smbguard"},
	{{"smbguard"}, true, "smbguard"},
	{{"catia", "fruit"}, false, "smbguard catia fruit"},
	{{"smbguard", "catia"}, true, "smbguard catia"},
	{{"ceph", "smbguard"}, false, "smbguard ceph"},
	{{"smbguard", "ceph", "smbguard"}, false, "smbguard ceph"},
	{{"smbguard", "smbguard"}, false, "smbguard"},
	/* a module's parameter, and others that begin alike */
	{{"smbguard:x", "catia"}, false, "smbguard catia"},
	{{"smbguard", "smbguard:x"}, false, "smbguard"},
	{{"smbguard", " smbguard :x"}, false, "smbguard"},
	{{"smbguard ", "catia"}, false, "smbguard catia"},
	{{"smbguard2", "smb"}, false, "smbguard smbguard2 smb"},
	{{"dfs_samba4:1", "acl_xattr"},
	 false,
	 "smbguard dfs_samba4:1 acl_xattr"},
	/* what smbd would take apart */
	{{"a b", "c,d", "e;f", "g\th"},
	 false,
	 "smbguard \"a b\" \"c,d\" \"e;f\" \"g\th\""},
};

static void test_vfs_list(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_LENGTH(rows); i++) {
		char *text = sg_vfs_list_guard(NULL, rows[i].modules);

		assert_string_equal(text, rows[i].text);
		assert_int_equal(sg_vfs_list_guarded(rows[i].modules),
				 rows[i].guarded);
		talloc_free(text);
	}
	assert_int_equal(i, 14);
}

static void test_vfs_list_that_is_none(void **state)
{
	char *text = sg_vfs_list_guard(NULL, NULL);

	assert_string_equal(text, "smbguard");
	assert_false(sg_vfs_list_guarded(NULL));
	talloc_free(text);
}

static void test_vfs_list_as_it_was(void **state)
{
	static const char *const list[] = {"S-1-5-7", "Domain Users", NULL};
	char *text = sg_list_text(NULL, "", list);

	assert_string_equal(text, " S-1-5-7 \"Domain Users\"");
	talloc_free(text);
	text = sg_list_text(NULL, "S-1-1-0", NULL);
	assert_string_equal(text, "S-1-1-0");
	talloc_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vfs_list),
		cmocka_unit_test(test_vfs_list_that_is_none),
		cmocka_unit_test(test_vfs_list_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
