/*
 * smbguard: what counts for a section of smb.conf
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A share tightens what [global] sets and cannot loosen it. The option table
 * says how: the values of keywords rise towards the strictest one, and of two
 * lists what is on both counts. So no option is named here but "mode", which
 * is no demand, and the floor, which smbd has too.
 *
 * How it fails: NULL when out of memory.
 */

#include "conf.h"

#include <string.h>

#include "core/file_events.h"
#include "core/rows.h"
#include "events/events.h"

static int number_of(const struct sg_settings *settings,
		     const struct sg_option *option)
{
	return settings != NULL ? sg_option_set(option, settings) : 0;
}

static const char *effective_floor(const struct sg_conf *conf, int floor)
{
	const char *native =
		sg_conf_value(&conf->sections[0], "server min protocol");
	enum sg_dialect dialect = sg_conf_dialect(native);

	if (dialect == SG_DIALECT_NONE) {
		dialect = SG_DIALECT_SMB2_02; /* smbd's default */
	}
	if (floor > (int)dialect) {
		dialect = (enum sg_dialect)floor;
	}
	return sg_dialect_name(dialect);
}

static const char *effective_keyword(const struct sg_conf *conf,
				     const struct sg_option *option,
				     const struct sg_settings *global,
				     const struct sg_settings *share)
{
	int value = number_of(global, option);
	int own = number_of(share, option);

	if (option == &sg_option_mode) {
		return sg_option_keyword(option,
					 (int)sg_mode_of(global, share));
	}
	if (own > value) {
		value = own;
	}
	if (option->rule == SG_RULE_FLOOR) {
		return effective_floor(conf, value);
	}
	return sg_option_keyword(option,
				 value != 0 ? value : option->by_default);
}

static const char *effective_list(TALLOC_CTX *mem_ctx,
				  const struct sg_option *option,
				  const struct sg_settings *global,
				  const struct sg_settings *share)
{
	uint32_t all = (uint32_t)number_of(global, option);
	uint32_t own = (uint32_t)number_of(share, option);

	if (all == 0 && own == 0) {
		all = (uint32_t)option->by_default;
		return all == 0 ? "any"
				: sg_option_text(mem_ctx, option, (int)all);
	}
	if (all != 0 && own != 0) {
		all &= own;
	} else {
		all |= own;
	}
	return all == 0 ? "none" : sg_option_text(mem_ctx, option, (int)all);
}

/* A share adds to [global], and takes nothing from it. */
static const char *effective_files(TALLOC_CTX *mem_ctx,
				   const struct sg_settings *global,
				   const struct sg_settings *share)
{
	const struct sg_policy policy = {.global = global, .share = share};
	struct sg_file_asked asked;

	sg_file_asked(&policy, &asked);
	return sg_option_text(mem_ctx,
			      &sg_option_file_events,
			      asked.kinds != 0 ? (int)asked.kinds
					       : SG_FILE_NONE);
}

static const char *text_of(const struct sg_option *option,
			   const struct sg_settings *settings)
{
	const char *text = NULL;

	if (settings != NULL) {
		memcpy(&text,
		       (const uint8_t *)settings + option->offset,
		       sizeof(text));
	}
	return text;
}

static const char *effective_names(TALLOC_CTX *mem_ctx,
				   const struct sg_option *option,
				   const struct sg_settings *global,
				   const struct sg_settings *share)
{
	const char *all = text_of(option, global);
	const char *own = text_of(option, share);

	if (all != NULL && own != NULL) {
		bool patterns = option->type == SG_TYPE_PATTERNS;

		return talloc_asprintf(mem_ctx,
				       "%s%s%s",
				       all,
				       patterns ? "" : ", ",
				       own);
	}
	if (all == NULL) {
		all = own;
	}
	return all != NULL ? all : "none";
}

const char *sg_effective(TALLOC_CTX *mem_ctx,
			 const struct sg_conf *conf,
			 const struct sg_option *option,
			 const struct sg_settings *global,
			 const struct sg_settings *share)
{
	const char *text = NULL;

	switch (option->type) {
	case SG_TYPE_KEYWORD:
		return effective_keyword(conf, option, global, share);
	case SG_TYPE_MASK:
	case SG_TYPE_LIST:
		if (option == &sg_option_file_events) {
			return effective_files(mem_ctx, global, share);
		}
		return effective_list(mem_ctx, option, global, share);
	case SG_TYPE_NUMBER:
		return sg_option_text(mem_ctx,
				      option,
				      sg_option_number(option, global));
	case SG_TYPE_PATH:
		text = text_of(option, global);
		return text != NULL ? text : SG_DEFAULT_AUDIT_FILE;
	case SG_TYPE_NAMES:
	case SG_TYPE_PATTERNS:
		return effective_names(mem_ctx, option, global, share);
	}
	return "";
}
