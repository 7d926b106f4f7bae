/*
 * smbguard check: what smbd leaves of the dialects and algorithms asked for
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbguard chooses among what smbd negotiates. Where nothing of it is left,
 * nobody gets in. A dialect below 3.1.1 has one cipher and one signing
 * algorithm, and no list.
 */

#include "check.h"

struct native {
	enum sg_dialect min;
	enum sg_dialect max;
	const struct sg_conf_param *max_param;
};

static struct native native_dialects(const struct sg_check *check)
{
	const char *min = sg_conf_value(check->global, "server min protocol");
	struct native n = {.min = sg_conf_dialect(min)};

	n.max_param = sg_conf_find(check->global, "server max protocol");
	if (n.max_param != NULL) {
		n.max = sg_conf_dialect(n.max_param->value);
	}
	/* smbd's defaults */
	if (n.min == SG_DIALECT_NONE) {
		n.min = SG_DIALECT_SMB2_02;
	}
	if (n.max == SG_DIALECT_NONE) {
		n.max = SG_DIALECT_SMB3_11;
	}
	return n;
}

/* What smbd's own list has; all without one, or with one not understood. */
static uint32_t native_list(const struct sg_check *check,
			    const struct sg_option *option)
{
	uint32_t mask = (uint32_t)option->max;
	char *name = talloc_asprintf(NULL, "server smb3 %s", option->name);
	const char *list = NULL;
	bool ok = false;

	if (name != NULL) {
		list = sg_conf_value(check->global, name);
	}
	if (list != NULL) {
		ok = sg_option_parse_list(option->keywords,
					  list,
					  (uint32_t)option->max,
					  &mask);
	}
	talloc_free(name);
	return ok ? mask : (uint32_t)option->max;
}

static uint32_t possible_ciphers(const struct native *n,
				 uint32_t list,
				 enum sg_dialect floor)
{
	const uint32_t old = 1U << SG_CIPHER_AES128_CCM;
	enum sg_dialect min = n->min > floor ? n->min : floor;
	uint32_t mask = 0;

	if (n->max >= SG_DIALECT_SMB3_11) {
		mask |= list;
	}
	if (min <= SG_DIALECT_SMB3_02 && n->max >= SG_DIALECT_SMB3_00) {
		mask |= list & old;
	}
	return mask;
}

static uint32_t possible_signers(const struct native *n,
				 uint32_t list,
				 enum sg_dialect floor)
{
	enum sg_dialect min = n->min > floor ? n->min : floor;
	uint32_t mask = 0;

	if (n->max >= SG_DIALECT_SMB3_11) {
		mask |= list;
	}
	if (min <= SG_DIALECT_SMB3_02 && n->max >= SG_DIALECT_SMB3_00) {
		mask |= 1U << SG_SIGNING_AES128_CMAC;
	}
	if (min <= SG_DIALECT_SMB2_10) {
		mask |= 1U << SG_SIGNING_HMAC_SHA256;
	}
	return mask;
}

static const char *param_name(const struct sg_conf_param *param)
{
	return param != NULL ? param->name : "";
}

/*
 * share: NULL for [global] itself. A section is looked at only where it sets
 * something of its own, so that what is wrong in [global] is told once.
 */
static void check_list(struct sg_check *check,
		       const struct native *n,
		       const struct sg_checked *share,
		       const struct sg_option *option)
{
	const struct sg_settings *g = check->settings;
	const struct sg_settings *s = share != NULL ? share->settings : g;
	bool ciphers = option->rule == SG_RULE_CIPHERS;
	uint32_t list = native_list(check, option);
	enum sg_dialect floor = s->min_protocol > g->min_protocol
					? s->min_protocol
					: g->min_protocol;
	uint32_t own = (uint32_t)sg_option_set(option, s);
	uint32_t all = (uint32_t)sg_option_set(option, g);
	uint32_t possible = ciphers ? possible_ciphers(n, list, floor)
				    : possible_signers(n, list, floor);
	uint32_t wanted = all != 0 ? own & all : own;
	struct sg_finding f = {
		.grade = SG_GRADE_ERROR,
		.id = "algorithms-disjoint",
		.section = share != NULL ? share->section : check->global,
		.remedy = "Let the two lists have one in common.",
	};

	if (own == 0) {
		return;
	}
	f.param = sg_conf_find(f.section, option->full_name);
	if (wanted == 0) {
		sg_check_add(check,
			     f,
			     "\"%s\" of [%s] and of [global] have nothing in "
			     "common: nobody meets both.",
			     param_name(f.param),
			     f.section->name);
	} else if ((wanted & possible) == 0) {
		sg_check_add(check,
			     f,
			     "\"%s\" of [%s] takes only what smbd does not "
			     "negotiate, by \"server smb3 %s\" and its "
			     "dialects: nobody meets it.",
			     param_name(f.param),
			     f.section->name,
			     option->name);
	}
}

static void check_ceiling(struct sg_check *check,
			  const struct native *n,
			  const struct sg_conf_section *section,
			  const struct sg_settings *settings)
{
	struct sg_finding f = {
		.grade = SG_GRADE_ERROR,
		.id = "ceiling-below",
		.section = section,
		.param = n->max_param,
		.remedy = "Remove \"server max protocol\", or lower what is "
			  "asked for.",
	};
	bool encrypts = sg_settings_ask_for(settings, SG_RULE_ENCRYPTION);

	if (n->max_param == NULL) {
		return;
	}
	if (settings->min_protocol > n->max) {
		sg_check_add(check,
			     f,
			     "server max protocol = %s is below "
			     "smbguard:min protocol = %s of [%s]: nobody "
			     "meets it.",
			     n->max_param->value,
			     sg_dialect_name(settings->min_protocol),
			     section->name);
	}
	if (encrypts && n->max < SG_DIALECT_SMB3_00) {
		sg_check_add(check,
			     f,
			     "server max protocol = %s has no dialect that "
			     "can encrypt, and [%s] has smbguard:encryption "
			     "= required: nobody meets it.",
			     n->max_param->value,
			     section->name);
	}
}

static void check_section(struct sg_check *check,
			  const struct native *n,
			  const struct sg_checked *share)
{
	check_ceiling(check,
		      n,
		      share != NULL ? share->section : check->global,
		      share != NULL ? share->settings : check->settings);
	check_list(check, n, share, sg_rule_option(SG_RULE_CIPHERS));
	check_list(check, n, share, sg_rule_option(SG_RULE_SIGNERS));
}

void sg_check_algorithms(struct sg_check *check)
{
	struct native n = native_dialects(check);
	size_t i;

	check_section(check, &n, NULL);
	for (i = 0; i < check->num_shares; i++) {
		check_section(check, &n, &check->shares[i]);
	}
}
