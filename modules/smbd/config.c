/*
 * smbguard: its options, as smbd has loaded them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd keeps "smbguard:..." lines as strings and looks for a share's in
 * [global] too. core/options.c parses them; here they are only fetched, each
 * from the one section it was written in.
 *
 * smbd makes shares out of others when they are asked for, and keeps such a
 * copy as it was made, whatever becomes of the section. So the sections that it
 * copies carry their own name as an option, which the copies then have, too,
 * and their options are looked for in that section. A share that gets a section
 * of its own loses the name with all options: smbd clears them then.
 */

#include "smbd/samba.h"
#include "smbd/config.h"

#define MARK_TYPE "smbguard section"
#define MARK_NAME "name"
#define MARK MARK_TYPE ":" MARK_NAME

static const char *mark_of(int snum)
{
	const char *mark =
		lp_parm_const_string(snum, MARK_TYPE, MARK_NAME, NULL);

	return mark != NULL && mark[0] != '\0' ? mark : NULL;
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

static const char *get_option(const char *name, void *private_data)
{
	const int *snum = private_data;
	const char *global = NULL;
	const char *value = NULL;

	value = lp_parm_const_string(*snum, SG_OPTION_PREFIX, name, NULL);
	if (value == NULL || *snum == SG_GLOBAL_SNUM) {
		return value;
	}
	global = lp_parm_const_string(SG_GLOBAL_SNUM,
				      SG_OPTION_PREFIX,
				      name,
				      NULL);

	/* The very same string: smbd fell back to [global]. */
	return value == global ? NULL : value;
}

struct sg_settings *sg_config_load(TALLOC_CTX *mem_ctx, int snum)
{
	enum sg_where where = snum == SG_GLOBAL_SNUM ? SG_GLOBAL : SG_SHARE;
	int section = where == SG_SHARE ? sg_config_section(snum) : snum;

	return sg_settings_parse(mem_ctx, where, get_option, &section);
}

bool sg_config_is_set(int snum, const char *name)
{
	return lp_parm_const_string(sg_config_section(snum),
				    SG_OPTION_PREFIX,
				    name,
				    NULL) != NULL;
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
	return lp_server_smb_encrypt(snum) >= SMB_ENCRYPTION_DESIRED;
}

static size_t list_ids(const char **names,
		       int (*id_of)(const char *name),
		       uint16_t ids[SG_OFFER_MAX_ITEMS])
{
	size_t num = 0;
	size_t i;

	for (i = 0; names != NULL && names[i] != NULL; i++) {
		int id = id_of(names[i]);

		if (id >= 0 && num < SG_OFFER_MAX_ITEMS) {
			ids[num++] = (uint16_t)id;
		}
	}
	return num;
}

static int cipher_id(const char *name)
{
	uint16_t id;

	for (id = 1; sg_cipher_name(id) != NULL; id++) {
		if (strequal(name, sg_cipher_name(id))) {
			return id;
		}
	}
	return -1;
}

static int signing_id(const char *name)
{
	int id;

	for (id = 0; sg_signing_name(id) != NULL; id++) {
		if (strequal(name, sg_signing_name(id))) {
			return id;
		}
	}
	return -1;
}

void sg_config_server_lists(struct sg_server_lists *lists)
{
	*lists = (struct sg_server_lists){
		.encrypts = lp_server_smb_encrypt(SG_GLOBAL_SNUM) !=
			    SMB_ENCRYPTION_OFF,
	};
	lists->num_ciphers = list_ids(lp_server_smb3_encryption_algorithms(),
				      cipher_id,
				      lists->ciphers);
	lists->num_signing = list_ids(lp_server_smb3_signing_algorithms(),
				      signing_id,
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

	policy->global = sg_config_load(policy, SG_GLOBAL_SNUM);
	if (policy->global == NULL) {
		goto nomem;
	}
	if (snum == SG_GLOBAL_SNUM) {
		native_limits(policy);
		return policy;
	}
	policy->share_name =
		talloc_strdup(policy, sg_config_section_name(snum));
	policy->share = sg_config_load(policy, snum);
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
			      const char *option)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_policy here = *policy;
	struct sg_facts at_share = {.share = lp_const_servicename(snum)};
	bool enforces = true;

	if (facts != NULL) {
		at_share = *facts;
		at_share.share = lp_const_servicename(snum);
	}
	here.share = sg_config_load(frame, snum);
	if (here.share != NULL) {
		enforces = sg_policy_enforces(&here,
					      facts != NULL ? &at_share : NULL,
					      option);
	}
	TALLOC_FREE(frame);
	return enforces;
}
