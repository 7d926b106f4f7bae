/*
 * smbguard check: who could not log on
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings of Samba that invite those whom an option of smbguard refuses:
 * guests where a key or a name is asked for, and everybody where only Kerberos
 * is taken and the server has none.
 */

#include "check.h"

#include <strings.h>

static bool excepted(const struct sg_check *check, uint32_t allow)
{
	size_t i;

	for (i = 0; i < check->settings->num_exceptions; i++) {
		const struct sg_exception *e = &check->settings->exceptions[i];

		if (e->invalid == NULL && (e->allow & allow) != 0) {
			return true;
		}
	}
	return false;
}

/*
 * The option that refuses even the best guest, who can have no key: as text,
 * or NULL if none does.
 */
static const char *no_guests(struct sg_check *check,
			     const struct sg_settings *s)
{
	struct sg_facts guest = {
		.account = "guest",
		.mechanism = "krb5",
		.guest = true,
	};
	int rule;

	sg_facts_suit(&guest, s);
	sg_facts_own_keys(&guest);
	for (rule = SG_RULE_NONE + 1; rule < SG_RULE_END; rule++) {
		const struct sg_option *o = sg_rule_option((enum sg_rule)rule);
		bool asks = sg_option_asks(o, s);
		const char *value = NULL;

		if (!asks || o->met(s, &guest) ||
		    excepted(check, sg_option_allow(o, &guest))) {
			continue;
		}
		value = sg_option_text(check, o, sg_option_set(o, s));
		return talloc_asprintf(check, "%s = %s", o->full_name, value);
	}
	return NULL;
}

/* What lets guests into a share, NULL if nothing does. */
static const struct sg_conf_param *lets_guests_in(
	const struct sg_check *check,
	const struct sg_checked *share)
{
	static const char *const names[] = {"guest only", "guest ok", NULL};
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		const struct sg_conf_param *param =
			sg_conf_default(check->conf, share->section, names[i]);

		if (param != NULL && sg_conf_is_yes(param->value)) {
			return param;
		}
	}
	return NULL;
}

/* Guests that smbd makes, and smbguard refuses. */
static void check_guests(struct sg_check *check)
{
	const struct sg_conf_param *map =
		sg_conf_find(check->global, "map to guest");
	const char *everywhere = no_guests(check, check->settings);
	struct sg_finding f = {
		.grade = SG_GRADE_WARNING,
		.section = check->global,
		.param = map,
		.remedy = "Remove one of the two.",
	};
	size_t i;

	if (everywhere != NULL && map != NULL &&
	    strcasecmp(map->value, "never") != 0) {
		f.id = "map-to-guest";
		sg_check_add(check,
			     f,
			     "map to guest = %s turns failed logons into "
			     "guests, whom %s refuses: there is no "
			     "auth_failed event of them.",
			     map->value,
			     everywhere);
	}
	for (i = 0; i < check->num_shares; i++) {
		const struct sg_checked *share = &check->shares[i];
		const char *refuses = no_guests(check, share->settings);

		f.id = "guest-ok";
		f.section = share->section;
		f.param = lets_guests_in(check, share);
		refuses = refuses != NULL ? refuses : everywhere;
		if (f.param != NULL && refuses != NULL) {
			sg_check_add(check,
				     f,
				     "%s = %s is of no use in [%s]: %s "
				     "refuses guests.",
				     f.param->name,
				     f.param->value,
				     share->section->name,
				     refuses);
		}
	}
}

/* Could a client log on with Kerberos? Either a join or a keytab is needed. */
static bool takes_kerberos(const struct sg_conf_section *global)
{
	static const char *const alone[] = {"auto",
					    "standalone",
					    "standalone server",
					    NULL};
	static const char *const joined[] = {"ads", "domain", NULL};
	static const char *const none[] = {"default", "secrets only", NULL};
	const char *role = sg_conf_value(global, "server role");
	const char *security = sg_conf_value(global, "security");
	const char *method = sg_conf_value(global, "kerberos method");

	return (role != NULL && !sg_native_is_word(role, alone)) ||
	       (security != NULL && sg_native_is_word(security, joined)) ||
	       (method != NULL && !sg_native_is_word(method, none));
}

static void add_ntlm(struct sg_check *check,
		     const struct sg_conf_section *section)
{
	sg_check_add(check,
		     (struct sg_finding){
			     .grade = SG_GRADE_WARNING,
			     .id = "ntlm-only",
			     .section = section,
			     .param = sg_conf_find(
				     section,
				     sg_rule_option(SG_RULE_NTLM)->full_name),
			     .remedy = "Join a domain (security = ads), or "
				       "set \"kerberos method\" and a keytab.",
		     },
		     "smbguard:ntlm = deny takes Kerberos only, and this "
		     "server cannot: it is in no domain and has no keytab.");
}

static void check_ntlm(struct sg_check *check)
{
	bool kerberos = takes_kerberos(check->global);
	size_t i;

	if (kerberos) {
		return;
	}
	if (sg_settings_ask_for(check->settings, SG_RULE_NTLM)) {
		add_ntlm(check, check->global);
		return;
	}
	for (i = 0; i < check->num_shares; i++) {
		if (sg_settings_ask_for(check->shares[i].settings,
					SG_RULE_NTLM)) {
			add_ntlm(check, check->shares[i].section);
		}
	}
}

void sg_check_logon(struct sg_check *check)
{
	check_guests(check);
	check_ntlm(check);
}
