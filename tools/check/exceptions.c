/*
 * smbguard check: exceptions
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An exception that is not whole, over, or about nothing helps nobody, and
 * those whom it was written for are refused.
 */

#include "check.h"

#include <string.h>
#include <strings.h>

#define LIST "smbguard:exceptions"
#define DAY_SECONDS 86400
#define SOON_DAYS 30

static bool is_listed(const struct sg_check *check, const char *key, size_t len)
{
	size_t i;

	for (i = 0; i < check->settings->num_exceptions; i++) {
		const char *name = check->settings->exceptions[i].name;
		char *mine = sg_conf_key(NULL, name);
		bool same = mine != NULL && strlen(mine) == len &&
			    strncmp(mine, key, len) == 0;

		talloc_free(mine);
		if (same) {
			return true;
		}
	}
	return false;
}

/* The key without its prefix, if it is of an exception; none in the table is. */
static const char *exception_key(const struct sg_conf_param *param)
{
	size_t len = strlen(SG_OPTION_PREFIX ":");
	bool ours = strncmp(param->key, SG_OPTION_PREFIX ":", len) == 0;

	if (!ours || sg_exception_name(param->key + len) == 0) {
		return NULL;
	}
	return param->key + len;
}

static void check_misplaced(struct sg_check *check,
			    const struct sg_conf_section *section)
{
	size_t i;

	for (i = 0; i < section->num_params; i++) {
		const struct sg_conf_param *param = &section->params[i];

		if (exception_key(param) == NULL) {
			continue;
		}
		sg_check_add(check,
			     (struct sg_finding){
				     .grade = SG_GRADE_ERROR,
				     .id = "misplaced-option",
				     .section = section,
				     .param = param,
				     .remedy = "Move it to [global], and name "
					       "the share in \"NAME shares\".",
			     },
			     "\"%s\" belongs to an exception, and those are "
			     "read from [global] alone.",
			     param->name);
	}
}

static void check_unlisted(struct sg_check *check)
{
	const struct sg_conf_section *global = check->global;
	size_t i;

	for (i = 0; i < global->num_params; i++) {
		const struct sg_conf_param *param = &global->params[i];
		const char *key = exception_key(param);

		if (key == NULL ||
		    is_listed(check, key, sg_exception_name(key))) {
			continue;
		}
		sg_check_add(check,
			     (struct sg_finding){
				     .grade = SG_GRADE_ERROR,
				     .id = "exception-unlisted",
				     .section = global,
				     .param = param,
				     .remedy = "Add its name to " LIST
					       ", or remove the line.",
			     },
			     "\"%s\" is of an exception that " LIST
			     " does not list, so it has no effect.",
			     param->name);
	}
}

/* The remedy, behind the nearest right value if there is one. */
static const char *corrected(struct sg_check *check,
			     const struct sg_fault *fault,
			     const char *remedy)
{
	const struct sg_allow_words words = sg_allow_words(check->settings);
	const char *key = strrchr(fault->option, ' ');
	bool allow = key != NULL && strcmp(key, " allow") == 0;
	const char *near = NULL;

	near = sg_check_nearest_of_exception(check,
					     allow ? words.keywords : NULL,
					     fault->value);
	if (near == NULL) {
		return remedy;
	}
	near = talloc_asprintf(check, "%s%s", near, remedy);
	return near != NULL ? near : remedy;
}

static void check_faults(struct sg_check *check)
{
	const struct sg_settings *s = check->settings;
	size_t i;

	for (i = 0; i < s->num_exception_faults; i++) {
		const struct sg_fault *fault = &s->exception_faults[i];
		const struct sg_conf_param *param =
			sg_conf_find(check->global, fault->option);
		struct sg_finding f = {
			.grade = SG_GRADE_ERROR,
			.id = "exception-invalid",
			.section = check->global,
			.param = param,
			.option = fault->option,
			.remedy = "Until it is right, the exception lets "
				  "nobody pass.",
		};

		if (param == NULL) {
			f.param = sg_conf_find(check->global, LIST);
			sg_check_add(check,
				     f,
				     "\"%s\" is not there. It takes %s.",
				     fault->option,
				     fault->accepted);
			continue;
		}
		f.remedy = corrected(check, fault, f.remedy);
		sg_check_add(check,
			     f,
			     "\"%s = %s\" is not valid. It takes %s.",
			     fault->option,
			     fault->value,
			     fault->accepted);
	}
}

/* The bits of enum sg_allow that would let something pass at a share. */
static uint32_t asked_by(const struct sg_settings *settings)
{
	/* A dialect in the middle: "dialect" and "smb1" both help it. */
	const struct sg_facts facts = {.dialect = SG_DIALECT_SMB2_02};
	const struct sg_option *const *row = NULL;
	uint32_t bits = 0;

	for (row = sg_option_table(); *row != NULL; row++) {
		bool asks = sg_option_asks(*row, settings);

		if (asks) {
			bits |= sg_option_allow(*row, &facts);
		}
	}
	return bits;
}

static bool names_share(const struct sg_exception *e, const char *share)
{
	size_t i;

	for (i = 0; e->shares != NULL && e->shares[i] != NULL; i++) {
		if (strcasecmp(e->shares[i], share) == 0) {
			return true;
		}
	}
	return e->shares == NULL;
}

static bool could_apply(const struct sg_check *check,
			const struct sg_exception *e)
{
	uint32_t bits = asked_by(check->settings);
	size_t i;

	for (i = 0; i < check->num_shares; i++) {
		const struct sg_checked *share = &check->shares[i];
		bool named = names_share(e, share->section->name);

		if (named) {
			bits |= asked_by(share->settings);
		}
	}
	return (bits & e->allow) != 0;
}

/* Shares that smb.conf does not name: of users, and of the registry. */
static bool more_shares(const struct sg_check *check)
{
	const char *max = sg_conf_value(check->global, "usershare max shares");

	return sg_conf_share(check->conf, "homes") != NULL ||
	       (max != NULL && strcmp(max, "0") != 0);
}

static void check_shares(struct sg_check *check,
			 const struct sg_exception *e,
			 struct sg_finding f)
{
	bool more = more_shares(check);
	char *option = NULL;
	size_t i;

	option = talloc_asprintf(check, "smbguard:%s shares", e->name);
	if (option == NULL) {
		check->ok = false;
		return;
	}
	f.param = sg_conf_find(check->global, option);
	f.id = "exception-share";
	f.remedy = "Correct the share's name.";
	for (i = 0; !more && e->shares != NULL && e->shares[i] != NULL; i++) {
		if (sg_conf_share(check->conf, e->shares[i]) != NULL ||
		    strcasecmp(e->shares[i], SG_IPC) == 0) {
			continue;
		}
		sg_check_add(check,
			     f,
			     "Exception %s names the share \"%s\", and there "
			     "is none of that name.",
			     e->name,
			     e->shares[i]);
	}
}

/* smbd must serve SMB1 for an exception that lets it pass. */
static void check_smb1(struct sg_check *check,
		       const struct sg_exception *e,
		       struct sg_finding f)
{
	const char *native =
		sg_conf_value(check->global, "server min protocol");
	enum sg_dialect floor = sg_conf_dialect(native);
	bool served = floor != SG_DIALECT_NONE && floor <= SG_DIALECT_NT1;

	if (served || (e->allow & SG_ALLOW_SMB1) == 0) {
		return;
	}
	f.id = "exception-smb1";
	/* Too early, see opened.c. */
	if (sg_mode_of(check->settings, NULL) != SG_MODE_ENFORCE) {
		f.grade = SG_GRADE_NOTE;
		f.remedy = "When [global] enforces, and in the same edit: "
			   "server min protocol = NT1.";
		sg_check_add(check,
			     f,
			     "Exception %s allows smb1, which smbd will have "
			     "to serve for it once [global] enforces; now it "
			     "would be open to everybody.",
			     e->name);
		return;
	}
	f.remedy = "server min protocol = NT1: smbguard:min protocol keeps "
		   "all others out.";
	sg_check_add(check,
		     f,
		     "Exception %s allows smb1, which smbd does not serve: "
		     "server min protocol = %s%s.",
		     e->name,
		     native != NULL ? native : "SMB2_02",
		     native != NULL ? "" : ", its default");
}

static void check_one(struct sg_check *check, const struct sg_exception *e)
{
	long days = (long)((e->expires - check->now) / DAY_SECONDS);
	bool applies = could_apply(check, e);
	char *option = talloc_asprintf(check, "smbguard:%s until", e->name);
	struct sg_finding f = {
		.grade = SG_GRADE_WARNING,
		.section = check->global,
	};

	if (option == NULL) {
		check->ok = false;
		return;
	}
	f.param = sg_conf_find(check->global, option);
	if (check->now >= e->expires) {
		f.id = "exception-expired";
		f.remedy = "Remove it, or set a new date if it is still "
			   "needed.";
		sg_check_add(check,
			     f,
			     "Exception %s (%s) expired: its last day was %s. "
			     "It lets nobody pass.",
			     e->name,
			     e->reason,
			     e->until);
	} else if (days < SOON_DAYS) {
		f.id = "exception-ending";
		f.remedy = "Mend what it is about, or set a new date.";
		sg_check_add(check,
			     f,
			     "Exception %s (%s) ends in %ld days; its last "
			     "day is %s.",
			     e->name,
			     e->reason,
			     days,
			     e->until);
	}
	check_shares(check, e, f);
	sg_check_names(check, e);
	sg_check_width(check, e);
	option = talloc_asprintf(check, "smbguard:%s allow", e->name);
	f.param = option != NULL ? sg_conf_find(check->global, option) : NULL;
	check_smb1(check, e, f);
	if (!applies) {
		f.id = "exception-useless";
		f.remedy = "Remove it, or set the option that it is about.";
		sg_check_add(check,
			     f,
			     "Exception %s can never apply: no option refuses "
			     "what it allows%s.",
			     e->name,
			     e->shares != NULL ? " at its shares" : "");
	}
}

void sg_check_exceptions(struct sg_check *check)
{
	size_t i;

	check_unlisted(check);
	for (i = 0; i < check->num_shares; i++) {
		check_misplaced(check, check->shares[i].section);
	}
	check_faults(check);
	for (i = 0; i < check->settings->num_exceptions; i++) {
		const struct sg_exception *e = &check->settings->exceptions[i];

		if (e->invalid == NULL) {
			check_one(check, e);
		}
	}
}
