/*
 * smbguard: a [global] with exceptions for the tests
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TESTS_SMBCONF_FIXTURE_H
#define SMBGUARD_TESTS_SMBCONF_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/exception.h"
#include "core/policy.h"

#ifndef ARRAY_LENGTH
#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#endif
#define CONF_LINES 32

/* "smbguard:<name> = <value>"; the last one of a name counts, NULL: unset */
struct conf_line {
	const char *name;
	const char *value;
};

/* Ends with a NULL name, or when it is full */
struct conf {
	struct conf_line lines[CONF_LINES];
};

static inline void conf_set(struct conf *conf,
			    const char *name,
			    const char *value)
{
	size_t i = 0;

	while (i < CONF_LINES && conf->lines[i].name != NULL) {
		i++;
	}
	assert_true(i < CONF_LINES);
	conf->lines[i] = (struct conf_line){name, value};
}

static inline const char *conf_get(const char *name, void *private_data)
{
	const struct conf *conf = private_data;
	const char *value = NULL;
	size_t i;

	for (i = 0; i < CONF_LINES && conf->lines[i].name != NULL; i++) {
		if (strcmp(conf->lines[i].name, name) == 0) {
			value = conf->lines[i].value;
		}
	}
	return value;
}

static inline struct sg_settings *conf_parse(TALLOC_CTX *mem_ctx,
					     struct conf *conf)
{
	struct sg_settings *settings = NULL;

	settings = sg_settings_parse(mem_ctx, SG_GLOBAL, conf_get, conf);
	assert_non_null(settings);
	return settings;
}

/* An exception for a network, and one for a user; both are whole. */
static const struct conf by_host = {{
	{"exceptions", "legacy"},
	{"legacy hosts", "192.0.2.0/24"},
	{"legacy allow", "smb1"},
	{"legacy until", "2026-12-31"},
	{"legacy reason", "the old scanner"},
}};
static const struct conf by_user = {{
	{"exceptions", "legacy"},
	{"legacy users", "alice"},
	{"legacy allow", "guest, ntlm, unencrypted"},
	{"legacy until", "2026-12-31"},
	{"legacy reason", "until the new one is there"},
}};

/* The last second of 2026-12-31, UTC, and the first one after it */
#define LAST_SECOND 1798761599
#define FIRST_SECOND_AFTER 1798761600
/* 2026-11-22 10:00:00 UTC */
#define BEFORE_IT_ENDS 1795341600

/* Who an account is: one user name, one group */
struct who {
	const char *user;
	const char *group;
};

static inline bool who_is(enum sg_who who, const char *name, void *data)
{
	const struct who *is = data;
	const char *own = who == SG_USER ? is->user : is->group;

	return own != NULL && strcmp(own, name) == 0;
}

#endif /* SMBGUARD_TESTS_SMBCONF_FIXTURE_H */
