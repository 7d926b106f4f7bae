/*
 * smbguard(8): report, a whole smb.conf asked about a record
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sections of a configuration as the policy for each event. All of it is
 * in audit mode here, so that the answer is about what it asks for, enforced
 * or not yet. Of smbd's own settings, the limits of dialects count.
 *
 * How it fails: a configuration that cannot be read is told. A share that it
 * does not have is judged by [homes] or [global] alone.
 */

#include "replay.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conf/conf.h"
#include "tally.h"

/* Shares that are remembered by name; more are looked up each time. */
#define NAMES 10000

struct sg_replay {
	const struct sg_conf *conf;
	const struct sg_conf_section *ipc;
	struct sg_settings *global;
	struct sg_settings *none;
	struct sg_settings **settings; /* by section; then that of ipc */
	struct sg_tally names;	       /* value: size_t, section and 1 */
	bool preloaded;
	time_t now;
	enum sg_dialect native_min;
	enum sg_dialect native_max;
};

static const char *get_nothing(const char *name, void *data)
{
	return NULL;
}

/* The numbers of the sections end with that of IPC$ and that of none. */
static size_t number_of_ipc(const struct sg_replay *r)
{
	return r->conf->num_sections;
}

static size_t number_of_none(const struct sg_replay *r)
{
	return r->conf->num_sections + 1;
}

static bool prepare(struct sg_replay *r)
{
	const struct sg_conf_section *global = &r->conf->sections[0];

	r->global = sg_conf_settings(r, global);
	r->none = sg_settings_parse(r, SG_SHARE, get_nothing, NULL);
	r->ipc = sg_conf_ipc(r, r->conf);
	r->settings = talloc_zero_array(r,
					struct sg_settings *,
					r->conf->num_sections + 1);
	if (r->global == NULL || r->none == NULL || r->ipc == NULL ||
	    r->settings == NULL) {
		return false;
	}
	r->global->mode = SG_MODE_AUDIT;
	r->none->mode = SG_MODE_AUDIT;
	r->preloaded = sg_conf_preload(r, r->conf) != NULL;
	r->native_min =
		sg_conf_dialect(sg_conf_value(global, "server min protocol"));
	r->native_max =
		sg_conf_dialect(sg_conf_value(global, "server max protocol"));
	if (r->native_min == SG_DIALECT_NONE) {
		r->native_min = SG_DIALECT_SMB2_02; /* smbd's default */
	}
	return true;
}

static int forget(struct sg_replay *r)
{
	sg_tally_free(&r->names);
	return 0;
}

struct sg_replay *sg_replay_new(TALLOC_CTX *mem_ctx,
				const char *path,
				time_t now)
{
	struct sg_replay *r = talloc_zero(mem_ctx, struct sg_replay);
	const char *error = "out of memory";
	bool ok = r != NULL;

	if (ok) {
		r->now = now;
		r->names.num_parts = 1;
		r->names.size = sizeof(size_t);
		r->names.limit = NAMES;
		talloc_set_destructor(r, forget);
		r->conf = sg_conf_read(r, path, &error);
		ok = r->conf != NULL;
	}
	if (ok) {
		ok = prepare(r);
		error = "out of memory";
	}
	if (!ok) {
		fprintf(stderr, "smbguard: --config: %s\n", error);
		talloc_free(r);
		return NULL;
	}
	return r;
}

static size_t look_up(const struct sg_replay *r, const char *share)
{
	const struct sg_conf_section *s = sg_conf_share(r->conf, share);

	if (s == NULL && strcasecmp(share, SG_IPC) == 0) {
		return number_of_ipc(r);
	}
	if (s == NULL) {
		s = sg_conf_share(r->conf, "homes");
	}
	return s != NULL ? (size_t)(s - r->conf->sections) : number_of_none(r);
}

static size_t number_of(struct sg_replay *r, const char *share)
{
	const struct sg_text key = {.text = share, .len = strlen(share)};
	size_t *known = sg_tally_at(&r->names, &key);

	if (known == NULL) {
		return look_up(r, share);
	}
	if (*known == 0) {
		*known = look_up(r, share) + 1;
	}
	return *known - 1;
}

bool sg_replay_policy(struct sg_replay *r,
		      enum sg_gate gate,
		      struct sg_facts *facts,
		      struct sg_policy *policy)
{
	const struct sg_conf_section *section = r->ipc;
	size_t number;

	*policy = (struct sg_policy){
		.global = r->global,
		.now = r->now,
		.native_min = r->native_min,
		.native_max = r->native_max,
	};
	if (gate != SG_GATE_SHARE || facts->share == NULL) {
		return true;
	}
	policy->share = r->none;
	policy->share_name = facts->share;
	number = number_of(r, facts->share);
	if (number == number_of_none(r)) {
		return true;
	}
	if (number != number_of_ipc(r)) {
		section = &r->conf->sections[number];
	}
	if (!sg_conf_guarded(r->conf, section, r->preloaded)) {
		policy->global = r->none; /* nobody asks us */
		return true;
	}
	if (r->settings[number] == NULL) {
		r->settings[number] = sg_conf_settings(r, section);
	}
	policy->share = r->settings[number];
	if (policy->share == NULL) {
		return false;
	}
	r->settings[number]->mode = SG_MODE_AUDIT;
	facts->section = section->name;
	return true;
}

/* "alice" and "EXAMPLE\alice" are both names of D\alice, if D is EXAMPLE. */
static bool is_user(const char *name, const struct sg_facts *facts)
{
	char separator =
		facts->name_separator != '\0' ? facts->name_separator : '\\';
	const char *at = strchr(name, separator);
	size_t len = at != NULL ? (size_t)(at - name) : 0;

	if (at == NULL) {
		return strcasecmp(name, facts->account) == 0;
	}
	return facts->domain != NULL && strlen(facts->domain) == len &&
	       strncasecmp(name, facts->domain, len) == 0 &&
	       strcasecmp(at + 1, facts->account) == 0;
}

static bool who_for_it(enum sg_who who, const char *name, void *data)
{
	return who == SG_GROUP || is_user(name, data);
}

static bool who_against(enum sg_who who, const char *name, void *data)
{
	return who == SG_USER && is_user(name, data);
}

void sg_replay_set_who(struct sg_facts *facts, bool favour)
{
	if (facts->account != NULL) {
		facts->is_who = favour ? who_for_it : who_against;
		facts->is_who_data = facts;
	}
}
