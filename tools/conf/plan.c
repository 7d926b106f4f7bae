/*
 * smbguard: a configuration as it would be
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Before anything is written, it is read: other files stand for those that
 * would change, and what libsmbconf has from the registry is changed here.
 *
 * How it fails: false when out of memory.
 */

#include "conf.h"

#include <smbconf.h>
#include <string.h>
#include <strings.h>

const char *sg_conf_content_of(const struct sg_conf_plan *plan,
			       const char *path)
{
	size_t i;

	for (i = 0; plan != NULL && i < plan->num_files; i++) {
		if (strcmp(plan->files[i].path, path) == 0) {
			return plan->files[i].content;
		}
	}
	return path;
}

static bool same_section(const char *a, const char *b)
{
	return a != NULL && (strcasecmp(a, b) == 0 ||
			     (sg_conf_is_global(a) && sg_conf_is_global(b)));
}

static struct smbconf_service *service_of(struct smbconf_service **services,
					  uint32_t num,
					  const char *section)
{
	uint32_t i;

	for (i = 0; i < num; i++) {
		bool same = same_section(services[i]->name, section);

		if (same) {
			return services[i];
		}
	}
	return NULL;
}

static struct smbconf_service *add_service(TALLOC_CTX *mem_ctx,
					   const char *section,
					   struct smbconf_service ***services,
					   uint32_t *num)
{
	struct smbconf_service *s = NULL;

	*services = talloc_realloc(mem_ctx,
				   *services,
				   struct smbconf_service *,
				   *num + 1);
	if (*services == NULL) {
		return NULL;
	}
	s = talloc_zero(*services, struct smbconf_service);
	if (s != NULL) {
		s->name = talloc_strdup(s, section);
		(*services)[(*num)++] = s;
	}
	return s;
}

static bool put(struct smbconf_service *s,
		uint32_t at,
		const struct sg_conf_change *change)
{
	if (at == s->num_params) {
		s->param_names =
			talloc_realloc(s, s->param_names, char *, at + 1);
		s->param_values =
			talloc_realloc(s, s->param_values, char *, at + 1);
		if (s->param_names == NULL || s->param_values == NULL) {
			return false;
		}
		s->param_names[at] = talloc_strdup(s, change->name);
		s->num_params++;
	}
	s->param_values[at] = talloc_strdup(s, change->value);
	return s->param_names[at] != NULL && s->param_values[at] != NULL;
}

static void take_out(struct smbconf_service *s, uint32_t at)
{
	for (; at + 1 < s->num_params; at++) {
		s->param_names[at] = s->param_names[at + 1];
		s->param_values[at] = s->param_values[at + 1];
	}
	s->num_params--;
}

static bool apply(struct smbconf_service *s,
		  const struct sg_conf_change *change)
{
	uint32_t at;

	for (at = 0; at < s->num_params; at++) {
		if (strcasecmp(s->param_names[at], change->name) == 0) {
			break;
		}
	}
	if (change->value != NULL) {
		return put(s, at, change);
	}
	if (at < s->num_params) {
		take_out(s, at);
	}
	return true;
}

bool sg_conf_plan_services(TALLOC_CTX *mem_ctx,
			   const struct sg_conf_plan *plan,
			   struct smbconf_service ***services,
			   uint32_t *num)
{
	bool ok = true;
	size_t i;

	for (i = 0; plan != NULL && ok && i < plan->num_changes; i++) {
		const struct sg_conf_change *change = &plan->changes[i];
		struct smbconf_service *s =
			service_of(*services, *num, change->section);

		if (s == NULL) {
			s = add_service(mem_ctx,
					change->section,
					services,
					num);
		}
		ok = s != NULL && s->name != NULL && apply(s, change);
	}
	return ok;
}
