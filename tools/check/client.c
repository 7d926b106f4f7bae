/*
 * smbguard check: Samba as a client
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbguard guards a server. smbclient, winbindd and others on the machine go
 * by smb.conf as well, and what they accept of other servers is as much a
 * part of its security. Windows has policies for it; each setting is named
 * beside the one of the same meaning.
 */

#include "check.h"

#include <strings.h>

#define ALWAYS \
	"Microsoft network client: Digitally sign communications (always)"
#define AGREES                                                     \
	"Microsoft network client: Digitally sign communications " \
	"(if server agrees)"
#define PLAINTEXT                                              \
	"Microsoft network client: Send unencrypted password " \
	"to third-party SMB servers"
#define LEVEL "Network security: LAN Manager authentication level"

static bool below_smb2(const char *value)
{
	enum sg_dialect dialect = sg_conf_dialect(value);

	return dialect != SG_DIALECT_NONE && dialect < SG_DIALECT_SMB2_02;
}

static const struct sg_native_row rows[] = {
	{
		.name = "client signing",
		.is = sg_native_is_off,
		.grade = SG_GRADE_WARNING,
		.id = "client-signing",
		.what = "has Samba's clients never sign. In Windows: \"" AGREES
			"\" Disabled.",
		.remedy = "client signing = required, or remove the line.",
	},
	{
		.name = "client ipc signing",
		.is = sg_native_is_off,
		.grade = SG_GRADE_WARNING,
		.id = "client-ipc-signing",
		.what = "has winbindd and others talk to domain controllers "
			"unsigned. In Windows: \"" ALWAYS "\" Disabled.",
		.remedy = "Remove the line: its default is required.",
	},
	{
		.name = "client min protocol",
		.is = below_smb2,
		.grade = SG_GRADE_WARNING,
		.id = "client-min-protocol",
		.what = "has Samba's clients talk SMB1 to whoever answers so. "
			"In Windows: the SMB 1.0 client installed.",
		.remedy = "Remove the line, and use `smbclient -m NT1` for "
			  "the one server that needs it.",
	},
	{
		.name = "client ipc min protocol",
		.is = below_smb2,
		.grade = SG_GRADE_WARNING,
		.id = "client-ipc-min-protocol",
		.what = "has winbindd and others talk SMB1 to domain "
			"controllers.",
		.remedy = "Remove the line.",
	},
	{
		.name = "client smb encrypt",
		.is = sg_native_is_off,
		.grade = SG_GRADE_WARNING,
		.id = "client-encrypt",
		.what = "has Samba's clients never encrypt, and fail where a "
			"server requires it.",
		.remedy = "Remove the line, or client smb encrypt = desired.",
	},
	{
		.name = "client smb transports",
		.is = sg_native_has_quic,
		.grade = SG_GRADE_NOTE,
		.id = "client-quic",
		.what = "has Samba's clients of 4.23 and later use QUIC, where "
			"a server is known by its certificate, as far as tls "
			"verify peer asks for one.",
		.remedy = "tls verify peer = ca_and_name, or stricter.",
	},
	{
		.name = "client smb encryption over quic",
		.is = sg_conf_is_no,
		.grade = SG_GRADE_NOTE,
		.id = "client-quic-encryption",
		.what = "has Samba's clients of 4.24 and later leave "
			"encryption to QUIC, also where client smb encrypt "
			"requires it.",
		.remedy = "Remove the line: its default is yes.",
	},
	{
		.name = "client plaintext auth",
		.is = sg_conf_is_yes,
		.grade = SG_GRADE_WARNING,
		.id = "client-plaintext",
		.what = "has Samba's clients send a password in the clear to "
			"any server that asks. In Windows: \"" PLAINTEXT
			"\" Enabled.",
		.remedy = "Remove the line.",
	},
	{
		.name = "client lanman auth",
		.is = sg_conf_is_yes,
		.grade = SG_GRADE_WARNING,
		.id = "client-lanman",
		.what = "has Samba's clients send LM answers, from which a "
			"password is had in seconds. In Windows: \"" LEVEL
			"\" 0.",
		.remedy = "Remove the line.",
	},
	{
		.name = "client NTLMv2 auth",
		.is = sg_conf_is_no,
		.grade = SG_GRADE_WARNING,
		.id = "client-ntlmv1",
		.what = "has Samba's clients send NTLMv1 answers. In Windows: "
			"\"" LEVEL "\" 2 or less.",
		.remedy = "Remove the line.",
	},
	{.name = NULL},
};

void sg_check_client(struct sg_check *check)
{
	sg_check_rows(check, rows);
}

static const char *always_means(const char *value)
{
	return sg_native_is_required(value) ? "Enabled" : "Disabled";
}

static const char *agrees_means(const char *value)
{
	return sg_native_is_off(value) ? "Disabled" : "Enabled";
}

/* "default" is required for these connections */
static const char *ipc_means(const char *value)
{
	bool required = sg_native_is_required(value) ||
			strcasecmp(value, "default") == 0;

	return required ? "Enabled" : "Disabled";
}

static const char *yes_means(const char *value)
{
	return sg_conf_is_yes(value) ? "Enabled" : "Disabled";
}

static const char *floor_means(const char *value)
{
	enum sg_dialect dialect = sg_conf_dialect(value);

	if (dialect == SG_DIALECT_NONE) {
		dialect = SG_DIALECT_SMB2_02;
	}
	return sg_dialect_name(dialect);
}

static const char *lanman_means(const char *value)
{
	return sg_conf_is_yes(value) ? "0" : "1 or more";
}

static const char *ntlmv2_means(const char *value)
{
	return sg_conf_is_no(value) ? "2 or less" : "3 or more";
}

static const struct sg_client_row overview[] = {
	{"client signing", "default", ALWAYS, always_means},
	{"client signing", "default", AGREES, agrees_means},
	{"client ipc signing", "default", ALWAYS, ipc_means},
	{"client min protocol",
	 "SMB2_02",
	 "Mandate the minimum version of SMB (Lanman Workstation)",
	 floor_means},
	{"client smb encrypt",
	 "default",
	 "Require Encryption (Lanman Workstation)",
	 always_means},
	{"client plaintext auth", "no", PLAINTEXT, yes_means},
	{"client lanman auth", "no", LEVEL, lanman_means},
	{"client NTLMv2 auth", "yes", LEVEL, ntlmv2_means},
	{NULL, NULL, NULL, NULL},
};

const struct sg_client_row *sg_client_rows(void)
{
	return overview;
}
