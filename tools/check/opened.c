/*
 * smbguard check: what is opened to everybody, for the sake of a few
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An exception may need a setting of Samba that is weaker than Samba's
 * default. smbguard then keeps all others from it, but only where it enforces:
 * in audit mode it refuses nobody.
 *
 * How it fails: a setting that is not in the table is not told.
 */

#include "check.h"

#include <strings.h>

struct opened_row {
	const char *name;
	bool (*is)(const char *value);
	uint32_t allow; /* bits of enum sg_allow: it is for such an exception */
	const char *what;
};

static bool is_below_smb2(const char *value)
{
	enum sg_dialect dialect = sg_conf_dialect(value);

	return dialect != SG_DIALECT_NONE && dialect <= SG_DIALECT_NT1;
}

static bool makes_guests(const char *value)
{
	return strcasecmp(value, "never") != 0;
}

static const struct opened_row rows[] = {
	{
		"server min protocol",
		is_below_smb2,
		SG_ALLOW_SMB1,
		"has smbd speak SMB1 with everybody",
	},
	{
		"ntlm auth",
		sg_native_is_ntlmv1,
		SG_ALLOW_SMB1 | SG_ALLOW_NTLM,
		"has smbd take NTLMv1 from everybody",
	},
	{
		"map to guest",
		makes_guests,
		SG_ALLOW_GUEST,
		"makes guests of all whose logon fails",
	},
	{
		"server signing",
		sg_native_is_off,
		SG_ALLOW_UNSIGNED,
		"has smbd sign for nobody over SMB1",
	},
	{.name = NULL},
};

/* The exception that it could be for, over or not. */
static const struct sg_exception *exception_for(const struct sg_check *check,
						uint32_t allow)
{
	size_t i;

	for (i = 0; i < check->settings->num_exceptions; i++) {
		const struct sg_exception *e = &check->settings->exceptions[i];

		if ((e->allow & allow) != 0) {
			return e;
		}
	}
	return NULL;
}

static void check_row(struct sg_check *check, const struct opened_row *row)
{
	const struct sg_exception *e = exception_for(check, row->allow);
	struct sg_finding f = {
		.grade = SG_GRADE_WARNING,
		.id = "opened-in-audit",
		.section = check->global,
		.param = sg_conf_find(check->global, row->name),
		.remedy = "Remove it, and write it in the same edit that "
			  "removes smbguard:mode = audit from [global].",
	};
	bool is = f.param != NULL && row->is(f.param->value);

	if (!is || e == NULL) {
		return;
	}
	sg_check_add(check,
		     f,
		     "%s = %s %s, and not only with whom exception %s is for: "
		     "while [global] is in audit mode, smbguard refuses "
		     "nobody.",
		     row->name,
		     f.param->value,
		     row->what,
		     e->name);
}

/* Does an option of one section refuse what this row opens? */
static bool refuses(const struct sg_settings *settings, uint32_t allow)
{
	return ((allow & SG_ALLOW_SMB1) != 0 &&
		(settings->min_protocol > SG_DIALECT_NT1 ||
		 settings->encryption == SG_NEED_REQUIRED)) ||
	       ((allow & SG_ALLOW_NTLM) != 0 &&
		settings->ntlm == SG_PERMIT_DENY) ||
	       ((allow & SG_ALLOW_GUEST) != 0 &&
		settings->guest == SG_PERMIT_DENY) ||
	       ((allow & SG_ALLOW_UNSIGNED) != 0 &&
		settings->signing == SG_NEED_REQUIRED);
}

/* And in enforce mode, so that without it more is open than before? */
static bool is_held(const struct sg_check *check, uint32_t allow)
{
	bool enforced = sg_mode_of(check->settings, NULL) == SG_MODE_ENFORCE;
	bool held = enforced && refuses(check->settings, allow);
	size_t i;

	for (i = 0; !held && i < check->num_shares; i++) {
		const struct sg_settings *own = check->shares[i].settings;

		held = sg_mode_of(check->settings, own) == SG_MODE_ENFORCE &&
		       (refuses(own, allow) || refuses(check->settings, allow));
	}
	return held;
}

size_t sg_check_held(const struct sg_check *check,
		     const struct sg_conf_param *params[SG_CHECK_MAX_OPENED])
{
	const struct opened_row *row = NULL;
	size_t num = 0;

	for (row = rows; row->name != NULL; row++) {
		const struct sg_conf_param *param =
			sg_conf_find(check->global, row->name);
		bool is = param != NULL && row->is(param->value) &&
			  is_held(check, row->allow);

		if (is && check->preload_loads && num < SG_CHECK_MAX_OPENED) {
			params[num++] = param;
		}
	}
	return num;
}

/* As it may have been before: that is what audit mode is there to find out. */
static void check_served(struct sg_check *check)
{
	const struct sg_conf_param *param =
		sg_conf_find(check->global, rows[0].name);
	bool is = param != NULL && is_below_smb2(param->value);

	if (!is || exception_for(check, SG_ALLOW_SMB1) != NULL ||
	    check->settings->min_protocol <= SG_DIALECT_NT1) {
		return;
	}
	sg_check_add(check,
		     (struct sg_finding){
			     .grade = SG_GRADE_NOTE,
			     .id = "smb1-served",
			     .section = check->global,
			     .param = param,
			     .remedy = "Remove it when the report shows nobody "
				       "who needs it.",
		     },
		     "%s = %s serves SMB1 to everybody: [global] is in audit "
		     "mode, in which smbguard:min protocol refuses nobody.",
		     param->name,
		     param->value);
}

void sg_check_opened(struct sg_check *check)
{
	const struct opened_row *row = NULL;

	if (sg_mode_of(check->settings, NULL) == SG_MODE_ENFORCE) {
		return;
	}
	for (row = rows; row->name != NULL; row++) {
		check_row(check, row);
	}
	check_served(check);
}
