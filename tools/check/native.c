/*
 * smbguard check: Samba's own settings that make smbguard blind or pointless
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What smbd refuses before it asks a module is recorded nowhere, and what it
 * never negotiates nobody can be held to. docs/limits.md has the reasons.
 */

#include "check.h"

#include <string.h>
#include <strings.h>

#define ENCRYPT "server smb encrypt"

bool sg_native_is_word(const char *value, const char *const words[])
{
	size_t i;

	for (i = 0; words[i] != NULL; i++) {
		if (strcasecmp(value, words[i]) == 0) {
			return true;
		}
	}
	return false;
}

bool sg_native_is_off(const char *value)
{
	return sg_native_is_word(value,
				 (const char *const[]){"no",
						       "false",
						       "0",
						       "off",
						       "disabled",
						       NULL});
}

bool sg_native_has_quic(const char *value)
{
	return sg_conf_lists(value, "quic") || sg_conf_lists(value, "+quic");
}

bool sg_native_is_required(const char *value)
{
	return sg_native_is_word(value,
				 (const char *const[]){"required",
						       "mandatory",
						       "force",
						       "forced",
						       "enforced",
						       NULL});
}

bool sg_native_is_ntlmv1(const char *value)
{
	return sg_native_is_word(value,
				 (const char *const[]){"ntlmv1-permitted",
						       "yes",
						       "true",
						       "1",
						       NULL});
}

static bool is_two(const char *value)
{
	return strcmp(value, "2") == 0;
}

static bool is_bad_password(const char *value)
{
	return sg_native_is_word(value,
				 (const char *const[]){"bad password", NULL});
}

static bool is_there(const char *value)
{
	return value[0] != '\0';
}

static const struct sg_native_row rows[] = {
	{
		.name = "config file",
		.is = is_there,
		.grade = SG_GRADE_WARNING,
		.id = "config-file",
		.what = "has smbd read that file in place of this one, if it "
			"is there: nothing that is said here counts then.",
		.remedy = "Check that file, with `smbguard check FILE`.",
	},
	{
		.name = "encrypt passwords",
		.is = sg_conf_is_no,
		.grade = SG_GRADE_WARNING,
		.id = "plaintext-passwords",
		.what = "has SMB1 clients send their passwords in the clear.",
		.remedy = "Remove the line.",
	},
	{
		.name = "lanman auth",
		.is = sg_conf_is_yes,
		.grade = SG_GRADE_WARNING,
		.id = "lanman-auth",
		.what = "takes answers that are broken in seconds. smbguard "
			"does not tell them from other NTLM.",
		.remedy = "Remove the line.",
	},
	{
		.name = "map to guest",
		.is = is_bad_password,
		.grade = SG_GRADE_WARNING,
		.id = "guest-by-bad-password",
		.what = "makes a guest of everybody who mistypes a password, "
			"and they are not told: there is no auth_failed event "
			"of who guesses passwords.",
		.remedy = "map to guest = bad user, if guests are wanted.",
	},
	{
		.name = "ntlm auth",
		.is = sg_native_is_ntlmv1,
		.grade = SG_GRADE_NOTE,
		.id = "ntlmv1",
		.what = "takes NTLMv1, which is broken in hours. "
			"smbguard:ntlm = deny refuses NTLM whole, nothing "
			"refuses version 1 alone but smbd itself.",
		.remedy = "ntlm auth = ntlmv2-only, when no client needs more.",
	},
	{
		.name = "raw NTLMv2 auth",
		.is = sg_conf_is_yes,
		.grade = SG_GRADE_WARNING,
		.id = "raw-ntlmv2",
		.what = "takes NTLMv2 answers that are bound to no target, "
			"so that another server can pass them on to this one.",
		.remedy = "Remove the line.",
	},
	{
		.name = "server smb transports",
		.is = sg_native_has_quic,
		.grade = SG_GRADE_WARNING,
		.id = "quic",
		.what = "has smbd of 4.23 and later answer over QUIC, where "
			"smbguard was never tried. It judges what comes that "
			"way as if it came over TCP, and does not count "
			"QUIC's own encryption. Whether it sees offers and "
			"tampering there is not known.",
		.remedy = "Leave quic out where smbguard has to hold.",
	},
	{
		.name = "server smb encryption over quic",
		.is = sg_conf_is_no,
		.grade = SG_GRADE_WARNING,
		.id = "quic-encryption",
		.what = "has smbd of 4.24 and later pass over server smb "
			"encrypt for who comes over QUIC. Only where "
			"smbguard:encryption = required is enforced, "
			"smbguard sets it back.",
		.remedy = "Remove the line: its default is yes.",
	},
	{
		.name = "restrict anonymous",
		.is = is_two,
		.grade = SG_GRADE_NOTE,
		.id = "restrict-anonymous",
		.what = "has smbd refuse anonymous clients at IPC$ by itself: "
			"there is no share_connect event of them.",
		.remedy = "smbguard:guest = deny refuses them with an event.",
	},
	{.name = NULL},
};

static bool enforced(const struct sg_check *check,
		     const struct sg_settings *share)
{
	return sg_mode_of(check->settings, share) == SG_MODE_ENFORCE;
}

static void add_required(struct sg_check *check,
			 const struct sg_conf_section *section,
			 const struct sg_conf_param *param)
{
	sg_check_add(check,
		     (struct sg_finding){
			     .grade = SG_GRADE_WARNING,
			     .id = "encrypt-required",
			     .section = section,
			     .param = param,
			     .remedy = "Leave it out, and write "
				       "smbguard:encryption = required.",
		     },
		     ENCRYPT " = %s has smbd itself refuse clients that "
			     "cannot encrypt, before smbguard is asked: there "
			     "is no event of it, and neither audit mode nor an "
			     "exception lets anybody pass.",
		     param->value);
}

/* With "off" in [global] smbd negotiates no cipher, whatever a share asks. */
static void check_off(struct sg_check *check, const struct sg_conf_param *param)
{
	bool all = sg_settings_ask_for(check->settings, SG_RULE_ENCRYPTION);
	bool raised = all && enforced(check, NULL);
	size_t i;

	for (i = 0; !raised && i < check->num_shares; i++) {
		const struct sg_checked *share = &check->shares[i];

		bool own = sg_settings_ask_for(share->settings,
					       SG_RULE_ENCRYPTION);

		if (!own && !all) {
			continue;
		}
		sg_check_add(check,
			     (struct sg_finding){
				     .grade = SG_GRADE_ERROR,
				     .id = "encrypt-off",
				     .section = check->global,
				     .param = param,
				     .remedy = "Leave it out.",
			     },
			     ENCRYPT " = %s has smbd negotiate no cipher at "
				     "all, so everybody fails to meet "
				     "smbguard:encryption = required of [%s].",
			     param->value,
			     share->section->name);
	}
}

static void check_encrypt(struct sg_check *check)
{
	const struct sg_conf_param *param =
		sg_conf_find(check->global, ENCRYPT);
	size_t i;

	if (param != NULL && sg_native_is_required(param->value)) {
		add_required(check, check->global, param);
	}
	if (param != NULL && sg_native_is_off(param->value)) {
		check_off(check, param);
	}
	for (i = 0; i < check->num_shares; i++) {
		const struct sg_checked *share = &check->shares[i];

		/* A printer has no other way, see limits.md. */
		param = sg_conf_find(share->section, ENCRYPT);
		if (param != NULL && share->guarded &&
		    sg_native_is_required(param->value)) {
			add_required(check, share->section, param);
		}
	}
}

static void check_floor(struct sg_check *check)
{
	const struct sg_conf_param *param =
		sg_conf_find(check->global, "server min protocol");
	enum sg_dialect native =
		sg_conf_dialect(param != NULL ? param->value : NULL);
	enum sg_dialect floor = check->settings->min_protocol;
	struct sg_finding f = {
		.grade = SG_GRADE_NOTE,
		.section = check->global,
		.param = param,
		.remedy = "smbguard:min protocol = SMB2_02",
	};

	if (native == SG_DIALECT_NONE) {
		return;
	}
	if (native <= SG_DIALECT_NT1 && floor <= SG_DIALECT_NT1) {
		f.id = "smb1-served";
		sg_check_add(check,
			     f,
			     "server min protocol = %s serves SMB1, which has "
			     "no protection against anybody on the network.",
			     param->value);
	} else if (floor != SG_DIALECT_NONE && native > floor) {
		f.id = "native-floor-above";
		f.remedy = "Let one of them go.";
		sg_check_add(check,
			     f,
			     "server min protocol = %s is above "
			     "smbguard:min protocol, which decides nothing. "
			     "Neither audit mode nor an exception lets "
			     "anybody below it pass.",
			     param->value);
	}
}

void sg_check_native(struct sg_check *check)
{
	sg_check_rows(check, rows);
	check_encrypt(check);
	check_floor(check);
}
