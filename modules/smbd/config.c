/*
 * smbguard: its options, as smbd has loaded them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd keeps the "smbguard:..." lines of each section as a list of strings.
 * They are taken from there in one pass, each from the section that it was
 * written in; lp_parm_const_string() would search the list for each option, and
 * then that of [global]. What [global] asks for is parsed once for each load.
 *
 * smbd makes shares out of others when they are asked for, and keeps such a
 * copy as it was made, whatever becomes of the section. So the sections that it
 * copies carry their own name as an option, which the copies then have, too,
 * and their options are looked for in that section. A share that gets a section
 * of its own loses the name with all options: smbd clears them then.
 *
 * How it fails: without a client to keep it with, or without being told of
 * loads, everything is parsed at each call.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/state.h"
#include "smbd/whole.h"

#include "core/option_index.h"
#include "core/rows.h"

#include "../dynconfig/dynconfig.h"

#define MARK_TYPE "smbguard section"
#define MARK_NAME "name"
#define MARK MARK_TYPE ":" MARK_NAME

/* NULL for [global], and for what smbd shows nobody: a template, say. */
static const struct loadparm_service *service_of(int snum)
{
	return snum != SG_GLOBAL_SNUM
		       ? loadparm_s3_helpers()->get_servicebynum(snum)
		       : NULL;
}

static const char *mark_of(int snum)
{
	const struct loadparm_service *service = service_of(snum);
	const struct parmlist_entry *line = NULL;
	const char *mark = NULL;

	if (service == NULL) {
		mark = lp_parm_const_string(snum, MARK_TYPE, MARK_NAME, NULL);
		return mark != NULL && mark[0] != '\0' ? mark : NULL;
	}
	for (line = service->param_opt; line != NULL; line = line->next) {
		if (strcmp(line->key, MARK) == 0) {
			return line->value[0] != '\0' ? line->value : NULL;
		}
	}
	return NULL;
}

const char *sg_config_section_name(int snum)
{
	const char *mark = mark_of(snum);

	return mark != NULL ? mark : lp_const_servicename(snum);
}

int sg_config_section(int snum)
{
	const char *mark = mark_of(snum);
	int section = mark != NULL ? getservicebyname(mark, NULL) : -1;

	return section >= 0 ? section : snum;
}

bool sg_config_is_copied(int snum)
{
	return mark_of(snum) != NULL && sg_config_section(snum) == snum;
}

static void mark_section(const char *name, bool mark)
{
	int snum = name[0] != '\0' ? getservicebyname(name, NULL) : -1;

	/* It may be a copy itself. */
	if (snum < 0 || sg_config_section(snum) != snum) {
		return;
	}
	(void)lp_do_parameter(snum, MARK, mark ? name : "");
}

void sg_config_mark_sections(bool mark)
{
	TALLOC_CTX *frame = talloc_stackframe();
	char *other = lp_defaultservice(frame, lpcfg_noop_substitution());

	mark_section(HOMES_NAME, mark);
	mark_section(PRINTERS_NAME, mark);
	mark_section(lp_usershare_template_share(), mark);
	if (other != NULL) {
		mark_section(other, mark);
	}
	TALLOC_FREE(frame);
}

static struct sg_settings *parse(TALLOC_CTX *mem_ctx,
				 enum sg_where where,
				 const struct parmlist_entry *line)
{
	struct sg_option_index *index = sg_option_index_new(NULL);
	struct sg_settings *settings = NULL;
	bool ok = index != NULL;

	for (; ok && line != NULL; line = line->next) {
		ok = sg_option_index_add(index, line->key, line->value);
	}
	if (ok) {
		settings = sg_settings_parse(mem_ctx,
					     where,
					     sg_option_index_get,
					     index);
	}
	talloc_free(index);
	return settings;
}

const struct sg_settings *sg_config_global(TALLOC_CTX *mem_ctx)
{
	const struct parmlist_entry *lines =
		loadparm_s3_helpers()->globals->param_opt;
	struct sg_client_state *client = sg_client_here();
	const struct sg_settings *kept = NULL;

	if (client == NULL || client->loads == NULL) {
		return parse(mem_ctx, SG_GLOBAL, lines);
	}
	kept = sg_whole_global(client);
	if (kept != NULL) {
		return talloc_reference(mem_ctx, kept);
	}
	if (client->global == NULL) {
		client->global = parse(client, SG_GLOBAL, lines);
	}
	if (client->global == NULL) {
		return NULL;
	}
	return talloc_reference(mem_ctx, client->global);
}

void sg_config_forget(struct sg_client_state *client)
{
	if (client->global != NULL) {
		talloc_unlink(client, client->global);
		client->global = NULL;
		client->sinks_global = NULL;
	}
}

/* Of what is shown to nobody smbd tells one option at a time. */
static const char *get_hidden(const char *name, void *private_data)
{
	const int *snum = private_data;
	const char *global = NULL;
	const char *value = NULL;

	value = lp_parm_const_string(*snum, SG_OPTION_PREFIX, name, NULL);
	if (value == NULL) {
		return NULL;
	}
	global = lp_parm_const_string(SG_GLOBAL_SNUM,
				      SG_OPTION_PREFIX,
				      name,
				      NULL);

	/* The very same string: smbd fell back to [global]. */
	return value == global ? NULL : value;
}

/*
 * Options of it may be missing, so it refuses, in the mode that it had if it has
 * none. False when out of memory.
 */
static bool doubt(struct sg_settings *settings, enum sg_mode mode)
{
	struct sg_fault *fault = sg_fault_add(settings,
					      &settings->faults,
					      &settings->num_faults);

	if (fault == NULL) {
		return false;
	}
	*fault = (struct sg_fault){
		.option = SG_WHOLE_OPTION,
		.value = get_dyn_CONFIGFILE(),
		.accepted = "a file that smbd can load to its end",
	};
	settings->mode = MAX(settings->mode, mode);
	return true;
}

const struct sg_settings *sg_config_share(TALLOC_CTX *mem_ctx, int snum)
{
	int section = sg_config_section(snum);
	const struct loadparm_service *service = service_of(section);
	const struct sg_client_state *client = sg_client_here();
	struct sg_settings *settings = NULL;
	enum sg_mode mode = SG_MODE_UNSET;
	bool ok;

	if (service == NULL) {
		settings = sg_settings_parse(mem_ctx,
					     SG_SHARE,
					     get_hidden,
					     &section);
	} else {
		settings = parse(mem_ctx, SG_SHARE, service->param_opt);
	}
	if (settings == NULL || client == NULL ||
	    !sg_whole_doubts(client, section, &mode)) {
		return settings;
	}
	ok = doubt(settings, mode);
	if (!ok) {
		TALLOC_FREE(settings);
	}
	return settings;
}

bool sg_config_is_set(const struct sg_settings *global,
		      int snum,
		      const struct sg_option *option)
{
	int section = sg_config_section(snum);
	const struct loadparm_service *service = service_of(section);
	const struct parmlist_entry *line = NULL;
	bool set = sg_option_set(option, global) != 0;

	if (service == NULL) {
		return set || get_hidden(option->name, &section) != NULL;
	}
	for (line = service->param_opt; !set && line != NULL;
	     line = line->next) {
		set = sg_option_is(line->key, option->name);
	}
	return set;
}

enum sg_dialect sg_dialect_from_protocol(int protocol)
{
	if (protocol >= PROTOCOL_SMB3_11) {
		return SG_DIALECT_SMB3_11;
	}
	if (protocol >= PROTOCOL_SMB3_02) {
		return SG_DIALECT_SMB3_02;
	}
	if (protocol >= PROTOCOL_SMB3_00) {
		return SG_DIALECT_SMB3_00;
	}
	if (protocol >= PROTOCOL_SMB2_10) {
		return SG_DIALECT_SMB2_10;
	}
	if (protocol >= PROTOCOL_SMB2_02) {
		return SG_DIALECT_SMB2_02;
	}
	if (protocol >= PROTOCOL_NT1) {
		return SG_DIALECT_NT1;
	}
	if (protocol > PROTOCOL_NONE) {
		return SG_DIALECT_LANMAN;
	}
	return SG_DIALECT_NONE;
}

bool sg_config_tells_to_encrypt(int snum)
{
	return sg_lp_server_smb_encrypt(snum) >= SMB_ENCRYPTION_DESIRED;
}

static size_t list_ids(const char **names,
		       int (*id_of)(const char *name),
		       uint16_t ids[SG_OFFER_MAX_ITEMS])
{
	size_t num = 0;
	size_t i;

	for (i = 0; names != NULL && names[i] != NULL; i++) {
		int id = id_of(names[i]);

		/* MD5 is SMB1's own, and on no list. */
		if (id >= 0 && id < 32 && num < SG_OFFER_MAX_ITEMS) {
			ids[num++] = (uint16_t)id;
		}
	}
	return num;
}

static int cipher_id(const char *name)
{
	uint16_t cipher = sg_cipher_from_name(name);

	return cipher != SG_CIPHER_NONE ? cipher : -1;
}

void sg_config_server_lists(struct sg_server_lists *lists)
{
	*lists = (struct sg_server_lists){
		.encrypts = sg_lp_server_smb_encrypt(SG_GLOBAL_SNUM) !=
			    SMB_ENCRYPTION_OFF,
	};
	lists->num_ciphers = list_ids(lp_server_smb3_encryption_algorithms(),
				      cipher_id,
				      lists->ciphers);
	lists->num_signing = list_ids(lp_server_smb3_signing_algorithms(),
				      sg_signing_from_name,
				      lists->signing);
}

static uint32_t bits_of(const uint16_t *ids, size_t num)
{
	uint32_t bits = 0;
	size_t i;

	for (i = 0; i < num; i++) {
		bits |= ids[i] < 32 ? 1U << ids[i] : 0;
	}
	return bits;
}

static void native_limits(struct sg_policy *policy)
{
	struct sg_server_lists lists = {.encrypts = false};

	policy->native_min = sg_dialect_from_protocol(lp_server_min_protocol());
	policy->native_max = sg_dialect_from_protocol(lp_server_max_protocol());
	sg_config_server_lists(&lists);
	policy->have_native_lists = true;
	policy->native_ciphers = bits_of(lists.ciphers, lists.num_ciphers);
	policy->native_signing = bits_of(lists.signing, lists.num_signing);
}

struct sg_policy *sg_config_policy(TALLOC_CTX *mem_ctx, int snum)
{
	struct sg_policy *policy = NULL;

	policy = talloc_zero(mem_ctx, struct sg_policy);
	if (policy == NULL) {
		return NULL;
	}
	policy->now = time(NULL);

	policy->global = sg_config_global(policy);
	if (policy->global == NULL) {
		goto nomem;
	}
	if (snum == SG_GLOBAL_SNUM) {
		native_limits(policy);
		return policy;
	}
	policy->share_name =
		talloc_strdup(policy, sg_config_section_name(snum));
	policy->share = sg_config_share(policy, snum);
	if (policy->share_name == NULL || policy->share == NULL) {
		goto nomem;
	}
	return policy;

nomem:
	TALLOC_FREE(policy);
	return NULL;
}

bool sg_config_share_enforces(const struct sg_policy *policy,
			      const struct sg_facts *facts,
			      int snum,
			      enum sg_rule rule)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_policy here = *policy;
	struct sg_facts at_share = {.share = lp_const_servicename(snum)};
	bool enforces = true;

	if (facts != NULL) {
		at_share = *facts;
		at_share.share = lp_const_servicename(snum);
	}
	here.share = sg_config_share(frame, snum);
	if (here.share != NULL) {
		enforces = sg_policy_enforces(&here,
					      facts != NULL ? &at_share : NULL,
					      rule);
	}
	TALLOC_FREE(frame);
	return enforces;
}
