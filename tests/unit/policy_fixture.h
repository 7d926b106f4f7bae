/*
 * smbguard: clients, modes and settings for the tests of the decision
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TESTS_POLICY_FIXTURE_H
#define SMBGUARD_TESTS_POLICY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include "core/policy.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const enum sg_gate gates[] = {
	SG_GATE_NEGOTIATE,
	SG_GATE_SESSION,
	SG_GATE_SHARE,
};

/*
 * smbd's own limits so wide that they refuse nobody: SG_DIALECT_NONE as the
 * dialect is the one exception, at the negotiate gate.
 */
static const struct sg_policy no_policy = {
	.native_min = SG_DIALECT_LANMAN,
	.native_max = SG_DIALECT_SMB3_11,
};

static const struct sg_settings asks_nothing;

/* Nothing is known of this client. */
static const struct sg_facts unknown_client = {
	.signing_algorithm = SG_SIGNING_NONE,
};

/* A client that meets all that can be asked for */
static const struct sg_facts best_client = {
	.client_address = "192.0.2.7",
	.account = "alice",
	.domain = "EXAMPLE",
	.mechanism = "krb5",
	.dialect = SG_DIALECT_SMB3_11,
	.cipher = SG_CIPHER_AES256_GCM,
	.signing_algorithm = SG_SIGNING_AES128_GMAC,
	.can_encrypt = true,
	.can_sign = true,
	.is_encrypted = SG_YES,
	.is_signed = SG_YES,
	.share = "payroll",
};

/* A client of the dialect, with the cipher (0: none negotiated) */
static inline struct sg_facts client_with(enum sg_dialect dialect,
					  uint16_t cipher,
					  bool can_encrypt)
{
	struct sg_facts facts = best_client;

	facts.dialect = dialect;
	facts.cipher = cipher;
	facts.can_encrypt = can_encrypt;
	return facts;
}

static inline struct sg_verdict *decide(enum sg_gate gate,
					const struct sg_policy *policy,
					const struct sg_facts *facts)
{
	struct sg_verdict *verdict = NULL;

	verdict = sg_decide(NULL, gate, policy, facts);
	assert_non_null(verdict);
	assert_non_null(verdict->reason);
	assert_true(strlen(verdict->reason) > 0);
	return verdict;
}

/*
 * The modes of [global] and of the share, and what becomes of an option that
 * is not met: one of [global] where no share is in sight, one of [global] at
 * the share, one of the share itself.
 */
static const struct {
	enum sg_mode global;
	enum sg_mode share;
	enum sg_outcome global_alone;
	enum sg_outcome global_at_share;
	enum sg_outcome share_own;
} mode_rows[] = {
	{SG_MODE_UNSET, SG_MODE_UNSET, SG_DENIED, SG_DENIED, SG_DENIED},
	{SG_MODE_UNSET, SG_MODE_ENFORCE, SG_DENIED, SG_DENIED, SG_DENIED},
	{SG_MODE_UNSET, SG_MODE_AUDIT, SG_DENIED, SG_DENIED, SG_WOULD_DENY},
	{SG_MODE_ENFORCE, SG_MODE_UNSET, SG_DENIED, SG_DENIED, SG_DENIED},
	{SG_MODE_ENFORCE, SG_MODE_ENFORCE, SG_DENIED, SG_DENIED, SG_DENIED},
	{SG_MODE_ENFORCE, SG_MODE_AUDIT, SG_DENIED, SG_DENIED, SG_WOULD_DENY},
	{SG_MODE_AUDIT,
	 SG_MODE_UNSET,
	 SG_WOULD_DENY,
	 SG_WOULD_DENY,
	 SG_WOULD_DENY},
	{SG_MODE_AUDIT, SG_MODE_ENFORCE, SG_WOULD_DENY, SG_DENIED, SG_DENIED},
	{SG_MODE_AUDIT,
	 SG_MODE_AUDIT,
	 SG_WOULD_DENY,
	 SG_WOULD_DENY,
	 SG_WOULD_DENY},
};

/* Values as smb.conf has them, through the parser */

struct line {
	const char *name; /* NULL: every option */
	const char *value;
};

static inline const char *line_get(const char *name, void *private_data)
{
	const struct line *line = private_data;

	if (line->name != NULL && strcmp(line->name, name) != 0) {
		return NULL;
	}
	return line->value;
}

static inline struct sg_settings *parse(TALLOC_CTX *mem_ctx,
					enum sg_where where,
					const char *name,
					const char *value,
					enum sg_mode mode)
{
	struct line line = {.name = name, .value = value};
	struct sg_settings *settings = NULL;

	settings = sg_settings_parse(mem_ctx, where, line_get, &line);
	assert_non_null(settings);
	if (mode != SG_MODE_UNSET) {
		settings->mode = mode;
	}
	return settings;
}

#endif /* SMBGUARD_TESTS_POLICY_FIXTURE_H */
