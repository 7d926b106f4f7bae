/*
 * smbguard: the table of the smb.conf options
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One row an option: its name, where it may stand, how it is parsed, and
 * what a value counts as that cannot be parsed. Parsing, messages and the
 * command all read this table.
 */

#include "options.h"

#define ALL_CIPHERS                                                \
	(1U << SG_CIPHER_AES128_CCM | 1U << SG_CIPHER_AES128_GCM | \
	 1U << SG_CIPHER_AES256_CCM | 1U << SG_CIPHER_AES256_GCM)
#define ALL_SIGNING                                                    \
	(1U << SG_SIGNING_HMAC_SHA256 | 1U << SG_SIGNING_AES128_CMAC | \
	 1U << SG_SIGNING_AES128_GMAC)

static const struct sg_keyword mode_keywords[] = {
	{"enforce", SG_MODE_ENFORCE},
	{"audit", SG_MODE_AUDIT},
	{NULL, 0},
};

static const struct sg_keyword dialect_keywords[] = {
	{"NT1", SG_DIALECT_NT1},
	{"SMB2_02", SG_DIALECT_SMB2_02},
	{"SMB2_10", SG_DIALECT_SMB2_10},
	{"SMB3_00", SG_DIALECT_SMB3_00},
	{"SMB3_02", SG_DIALECT_SMB3_02},
	{"SMB3_11", SG_DIALECT_SMB3_11},
	{NULL, 0},
};

static const struct sg_keyword need_keywords[] = {
	{"optional", SG_NEED_OPTIONAL},
	{"required", SG_NEED_REQUIRED},
	{NULL, 0},
};

static const struct sg_keyword permit_keywords[] = {
	{"allow", SG_PERMIT_ALLOW},
	{"deny", SG_PERMIT_DENY},
	{NULL, 0},
};

static const struct sg_keyword cipher_keywords[] = {
	{"AES-128-CCM", 1 << SG_CIPHER_AES128_CCM},
	{"AES-128-GCM", 1 << SG_CIPHER_AES128_GCM},
	{"AES-256-CCM", 1 << SG_CIPHER_AES256_CCM},
	{"AES-256-GCM", 1 << SG_CIPHER_AES256_GCM},
	{NULL, 0},
};

static const struct sg_keyword signing_keywords[] = {
	{"HMAC-SHA256", 1 << SG_SIGNING_HMAC_SHA256},
	{"AES-128-CMAC", 1 << SG_SIGNING_AES128_CMAC},
	{"AES-128-GMAC", 1 << SG_SIGNING_AES128_GMAC},
	{NULL, 0},
};

static const struct sg_keyword audit_keywords[] = {
	{"file", SG_AUDIT_FILE},
	{"journal", SG_AUDIT_JOURNAL},
	{"syslog", SG_AUDIT_SYSLOG},
	{NULL, 0},
};

static const struct sg_keyword failure_keywords[] = {
	{"continue", SG_AUDIT_FAILURE_CONTINUE},
	{"deny", SG_AUDIT_FAILURE_DENY},
	{NULL, 0},
};

static const struct sg_keyword switch_keywords[] = {
	{"yes", SG_SWITCH_YES},
	{"no", SG_SWITCH_NO},
	{NULL, 0},
};

static const struct sg_keyword downgrade_keywords[] = {
	{"record", SG_DOWNGRADE_RECORD},
	{"refuse", SG_DOWNGRADE_REFUSE},
	{NULL, 0},
};

static const struct sg_option options[] = {
	{
		.name = "mode",
		.where = SG_GLOBAL | SG_SHARE,
		.type = SG_TYPE_KEYWORD,
		.offset = offsetof(struct sg_settings, mode),
		.keywords = mode_keywords,
		.strictest = SG_MODE_ENFORCE,
		.accepted = "enforce, audit",
	},
	{
		.name = "min protocol",
		.where = SG_GLOBAL | SG_SHARE,
		.type = SG_TYPE_KEYWORD,
		.offset = offsetof(struct sg_settings, min_protocol),
		.keywords = dialect_keywords,
		.strictest = SG_DIALECT_SMB3_11,
		.accepted = "NT1, SMB2_02, SMB2_10, SMB3_00, SMB3_02, SMB3_11",
	},
	{
		.name = "encryption",
		.where = SG_GLOBAL | SG_SHARE,
		.type = SG_TYPE_KEYWORD,
		.offset = offsetof(struct sg_settings, encryption),
		.keywords = need_keywords,
		.strictest = SG_NEED_REQUIRED,
		.accepted = "optional, required",
	},
	{
		.name = "encryption algorithms",
		.where = SG_GLOBAL | SG_SHARE,
		.type = SG_TYPE_MASK,
		.offset = offsetof(struct sg_settings, encryption_algorithms),
		.keywords = cipher_keywords,
		.strictest = 1 << SG_CIPHER_AES256_GCM,
		.max = ALL_CIPHERS,
		.accepted = "a list of AES-128-CCM, AES-128-GCM, AES-256-CCM, "
			    "AES-256-GCM, or of these with a \"-\" in front "
			    "for all but them",
	},
	{
		.name = "signing",
		.where = SG_GLOBAL | SG_SHARE,
		.type = SG_TYPE_KEYWORD,
		.offset = offsetof(struct sg_settings, signing),
		.keywords = need_keywords,
		.strictest = SG_NEED_REQUIRED,
		.accepted = "optional, required",
	},
	{
		.name = "signing algorithms",
		.where = SG_GLOBAL | SG_SHARE,
		.type = SG_TYPE_MASK,
		.offset = offsetof(struct sg_settings, signing_algorithms),
		.keywords = signing_keywords,
		.strictest = 1 << SG_SIGNING_AES128_GMAC,
		.max = ALL_SIGNING,
		.accepted = "a list of HMAC-SHA256, AES-128-CMAC, "
			    "AES-128-GMAC, or of these with a \"-\" in front "
			    "for all but them",
	},
	{
		.name = "guest",
		.where = SG_GLOBAL | SG_SHARE,
		.type = SG_TYPE_KEYWORD,
		.offset = offsetof(struct sg_settings, guest),
		.keywords = permit_keywords,
		.strictest = SG_PERMIT_DENY,
		.accepted = "allow, deny",
	},
	{
		.name = "ntlm",
		.where = SG_GLOBAL | SG_SHARE,
		.type = SG_TYPE_KEYWORD,
		.offset = offsetof(struct sg_settings, ntlm),
		.keywords = permit_keywords,
		.strictest = SG_PERMIT_DENY,
		.accepted = "allow, deny",
	},
	{
		.name = "auth failure delay",
		.where = SG_GLOBAL,
		.type = SG_TYPE_NUMBER,
		.offset = offsetof(struct sg_settings, auth_failure_delay),
		.strictest = 10000,
		.max = 10000,
		.accepted = "0 to 10000 (milliseconds)",
	},
	{
		.name = "audit",
		.where = SG_GLOBAL,
		.type = SG_TYPE_LIST,
		.offset = offsetof(struct sg_settings, audit),
		.keywords = audit_keywords,
		.strictest = SG_AUDIT_FILE,
		.accepted = "a list of file, journal, syslog",
	},
	{
		.name = "audit file",
		.where = SG_GLOBAL,
		.type = SG_TYPE_PATH,
		.offset = offsetof(struct sg_settings, audit_file),
		.accepted = "an absolute path",
	},
	{
		.name = "audit failure",
		.where = SG_GLOBAL,
		.type = SG_TYPE_KEYWORD,
		.offset = offsetof(struct sg_settings, audit_failure),
		.keywords = failure_keywords,
		.strictest = SG_AUDIT_FAILURE_DENY,
		.accepted = "continue, deny",
	},
	{
		.name = "history",
		.where = SG_GLOBAL,
		.type = SG_TYPE_KEYWORD,
		.offset = offsetof(struct sg_settings, history),
		.keywords = switch_keywords,
		.strictest = SG_SWITCH_YES,
		.accepted = "yes, no",
	},
	{
		.name = "history days",
		.where = SG_GLOBAL,
		.type = SG_TYPE_NUMBER,
		.offset = offsetof(struct sg_settings, history_days),
		.strictest = 3650,
		.min = 1,
		.max = 3650,
		.accepted = "1 to 3650 (days)",
	},
	{
		.name = "downgrade",
		.where = SG_GLOBAL,
		.type = SG_TYPE_KEYWORD,
		.offset = offsetof(struct sg_settings, downgrade),
		.keywords = downgrade_keywords,
		.strictest = SG_DOWNGRADE_REFUSE,
		.accepted = "record, refuse",
	},
	{
		.name = "exceptions",
		.where = SG_GLOBAL,
		.type = SG_TYPE_NAMES,
		.offset = offsetof(struct sg_settings, exception_names),
		.accepted = "a list of names, each with its options "
			    "\"NAME hosts\", \"NAME allow\" and so on",
	},
	{.name = NULL},
};

const struct sg_option *sg_option_table(void)
{
	return options;
}
