/*
 * smbguard: its options, as smbd has loaded them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_CONFIG_H
#define SMBGUARD_SMBD_CONFIG_H

#include "core/policy.h"
#include "core/predict.h"

#define SG_GLOBAL_SNUM (-1)

struct sg_client_state;

/**
 * Have the copies that smbd makes of [homes], [printers], the template of
 * usershares and the default service from now on know whose they are; or, with
 * mark false, not: before smbd loads its configuration, or a section that says
 * "copy = homes" would pass for one. Those that are there still know it.
 */
void sg_config_mark_sections(bool mark);

/**
 * The section of smb.conf that a share was made of, and its name. Its own where
 * it is no copy, or where that section is gone.
 */
int sg_config_section(int snum);
const char *sg_config_section_name(int snum);

/**
 * Is it one that smbd makes copies of?
 */
bool sg_config_is_copied(int snum);

/**
 * What [global] asks for, as smbd has loaded it last.
 *
 * mem_ctx: keeps the result, also over the next load. Do not free the result
 * by itself. NULL when out of memory.
 */
const struct sg_settings *sg_config_global(TALLOC_CTX *mem_ctx);

/**
 * The options that the section of one share has itself, without what it
 * inherits; read afresh at each call. NULL when out of memory.
 */
const struct sg_settings *sg_config_share(TALLOC_CTX *mem_ctx, int snum);

/**
 * smbd is about to load its configuration: what was read before counts no more.
 */
void sg_config_forget(struct sg_client_state *client);

/**
 * Is there such an option for a share, in its section or in [global]? A look is
 * cheaper than parsing all of them.
 */
bool sg_config_is_set(const struct sg_settings *global,
		      int snum,
		      const struct sg_option *option);

/**
 * A policy of [global] and, with snum >= 0, of that share. Its share_name is
 * that of the section of smb.conf: "homes" for the share of a home directory,
 * the template's for a usershare.
 *
 * Returns NULL when out of memory.
 */
struct sg_policy *sg_config_policy(TALLOC_CTX *mem_ctx, int snum);

/**
 * The dialect of one of smbd's protocol levels.
 */
enum sg_dialect sg_dialect_from_protocol(int protocol);

/**
 * Is a rule's option asked for at a share, by itself or by [global], and enforced?
 *
 * policy: of [global]. facts: for exceptions, may be NULL. Out of memory: yes.
 */
bool sg_config_share_enforces(const struct sg_policy *policy,
			      const struct sg_facts *facts,
			      int snum,
			      enum sg_rule rule);

/**
 * The algorithms that smbd takes now, narrowed by us or not.
 */
void sg_config_server_lists(struct sg_server_lists *lists);

/**
 * Is a client told to encrypt at this share, as smb.conf is now?
 */
bool sg_config_tells_to_encrypt(int snum);

#endif /* SMBGUARD_SMBD_CONFIG_H */
