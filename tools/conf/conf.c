/*
 * smbguard: smb.conf as it is written
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Puts together what smbd does: sections that are opened again go on, a share
 * has for defaults what [global] had when it was opened first, an
 * include takes its place in the section that it stands in and leaves the
 * section open that it ended with, "copy" takes what the other share has so
 * far, "config backend = registry" drops the file. Names and values are
 * libsmbconf's, file and line our own (lines.c).
 *
 * How it fails: with a sentence where smbd would not start either, or the
 * file cannot be read. What smbd passes over is noted as an oddity.
 */

#include "conf.h"

#include <errno.h>
#include <smbconf.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "smbguard_config.h"

#define MAX_DEPTH 100 /* smbd's own */

struct reader {
	struct sg_conf *conf;
	const struct sg_conf_plan *plan;
	size_t current; /* the section that is open */
	unsigned depth;
	bool registry_shares;
	bool backend_registry;
	const char *state_directory; /* where a registry would be */
	const char *error;
};

static bool read_file(struct reader *r, const char *path);
static bool read_registry(struct reader *r, bool global);

static bool nomem(struct reader *r)
{
	r->error = "out of memory";
	return false;
}

static bool oddity(struct reader *r, struct sg_conf_oddity odd)
{
	struct sg_conf *conf = r->conf;

	conf->oddities = talloc_realloc(conf,
					conf->oddities,
					struct sg_conf_oddity,
					conf->num_oddities + 1);
	if (conf->oddities == NULL) {
		return nomem(r);
	}
	conf->oddities[conf->num_oddities++] = odd;
	return true;
}

bool sg_conf_is_global(const char *name)
{
	return strcasecmp(name, "global") == 0 ||
	       strcasecmp(name, "globals") == 0;
}

static bool open_section(struct reader *r,
			 const char *name,
			 const char *file,
			 unsigned line)
{
	struct sg_conf *conf = r->conf;
	bool global = sg_conf_is_global(name);
	size_t i;

	for (i = 0; i < conf->num_sections; i++) {
		const struct sg_conf_section *s = &conf->sections[i];

		if (s->global == global &&
		    (global || strcasecmp(s->name, name) == 0)) {
			r->current = i;
			return true;
		}
	}
	conf->sections = talloc_realloc(conf,
					conf->sections,
					struct sg_conf_section,
					conf->num_sections + 1);
	if (conf->sections == NULL) {
		return nomem(r);
	}
	r->current = conf->num_sections++;
	conf->sections[r->current] = (struct sg_conf_section){
		.name = talloc_strdup(conf, global ? "global" : name),
		.global = global,
		.file = file,
		.line = line,
		.num_defaults = global ? 0 : conf->sections[0].num_params,
	};
	return conf->sections[r->current].name != NULL || nomem(r);
}

static bool append(struct reader *r, struct sg_conf_param param)
{
	struct sg_conf_section *s = &r->conf->sections[r->current];

	s->params = talloc_realloc(r->conf,
				   s->params,
				   struct sg_conf_param,
				   s->num_params + 1);
	if (s->params == NULL || param.key == NULL) {
		return nomem(r);
	}
	s->params[s->num_params++] = param;
	return true;
}

static bool include(struct reader *r, const struct sg_conf_param *param)
{
	struct sg_conf_oddity odd = {
		.file = param->file,
		.line = param->line,
		.text = param->value,
	};
	bool global = r->conf->sections[r->current].global;
	bool ok;

	if (r->depth >= MAX_DEPTH) {
		r->error = talloc_asprintf(r->conf,
					   "%s:%u: includes go deeper than %d",
					   param->file,
					   param->line,
					   MAX_DEPTH);
		return false;
	}
	r->depth++;
	if (strcasecmp(param->value, SG_REGISTRY) == 0 && global) {
		r->registry_shares = true;
		ok = read_registry(r, true);
	} else if (strchr(param->value, '%') != NULL) {
		odd.kind = SG_CONF_VARIABLE;
		ok = oddity(r, odd);
	} else if (access(param->value, F_OK) != 0) {
		odd.kind = SG_CONF_NO_INCLUDE;
		ok = oddity(r, odd);
	} else {
		ok = read_file(r, param->value);
	}
	r->depth--;
	return ok;
}

/* What the other share has so far; smbd does not copy what it copied. */
static bool copy(struct reader *r, const struct sg_conf_param *param)
{
	const struct sg_conf_section *from = NULL;
	size_t num;
	size_t i;
	bool ok = true;

	from = sg_conf_share(r->conf, param->value);
	if (from == NULL || from == &r->conf->sections[r->current]) {
		return true;
	}
	num = from->num_params;
	for (i = 0; ok && i < num; i++) {
		ok = append(r, from->params[i]);
	}
	return ok;
}

static bool add_param(struct reader *r, struct sg_conf_param param)
{
	bool global = r->conf->sections[r->current].global;
	bool ok;

	param.key = sg_conf_key(r->conf, param.name);
	if (param.key == NULL) {
		return nomem(r);
	}
	ok = append(r, param);
	if (!ok) {
		return false;
	}
	if (strcmp(param.key, "include") == 0) {
		return include(r, &param);
	}
	if (strcmp(param.key, "copy") == 0 && !global) {
		return copy(r, &param);
	}
	if (strcmp(param.key, "registryshares") == 0 && global) {
		r->registry_shares = sg_conf_is_yes(param.value);
	}
	if (strcmp(param.key, "configbackend") == 0 && global) {
		r->backend_registry = strcasecmp(param.value, SG_REGISTRY) == 0;
	}
	return true;
}

/* A file as libsmbconf has it: its own sections, each with a place in it. */
struct file {
	struct smbconf_service **services;
	uint32_t num;
	uint32_t *used; /* parameters that were met already, of each */
	uint32_t at;
};

static bool same_section(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcasecmp(a, b) == 0);
}

static bool go_to(struct file *f, const char *name)
{
	for (f->at = 0; f->at < f->num; f->at++) {
		bool same = same_section(f->services[f->at]->name, name);

		if (same) {
			return true;
		}
	}
	return false;
}

/* The next parameter of libsmbconf that belongs to a line. */
static bool take(struct reader *r,
		 struct file *f,
		 const char *path,
		 const struct sg_conf_line *line)
{
	struct sg_conf_param param = {.file = path, .line = line->line};
	const struct smbconf_service *s = NULL;
	uint32_t i;

	if (f->at < f->num) {
		s = f->services[f->at];
		i = f->used[f->at]++;
	}
	if (s == NULL || i >= s->num_params ||
	    strcmp(s->param_names[i], line->text) != 0) {
		r->error = talloc_asprintf(r->conf,
					   "%s:%u: libsmbconf reads this line "
					   "otherwise than smbguard",
					   path,
					   line->line);
		return false;
	}
	param.name = s->param_names[i];
	param.value = s->param_values[i];
	return add_param(r, param);
}

static bool take_line(struct reader *r,
		      struct file *f,
		      const char *path,
		      const struct sg_conf_line *line)
{
	switch (line->kind) {
	case SG_CONF_LINE_SECTION:
		(void)go_to(f, line->text);
		return open_section(r, line->text, path, line->line);
	case SG_CONF_LINE_PARAM:
		return take(r, f, path, line);
	case SG_CONF_LINE_IGNORED:
		return oddity(r,
			      (struct sg_conf_oddity){
				      .kind = SG_CONF_IGNORED,
				      .file = path,
				      .line = line->line,
				      .text = line->text,
			      });
	case SG_CONF_LINE_BROKEN:
		break;
	}
	r->error = talloc_asprintf(r->conf,
				   "%s:%u: smbd cannot read this line, and "
				   "stops here",
				   path,
				   line->line);
	return false;
}

/* It may stand behind the line that needs it. */
static void find_state_directory(struct reader *r, const struct file *f)
{
	uint32_t s;
	uint32_t i;

	for (s = 0; r->depth == 0 && s < f->num; s++) {
		const struct smbconf_service *service = f->services[s];

		for (i = 0; i < service->num_params; i++) {
			char *key = sg_conf_key(NULL, service->param_names[i]);

			if (key != NULL && strcmp(key, "statedirectory") == 0) {
				r->state_directory = service->param_values[i];
			}
			talloc_free(key);
		}
	}
}

static bool read_file(struct reader *r, const char *path)
{
	struct sg_conf_line *lines = NULL;
	const char *file = talloc_strdup(r->conf, path);
	const char *content = sg_conf_content_of(r->plan, path);
	const char *wrong = NULL;
	char *source = talloc_asprintf(r->conf, "file:%s", content);
	struct file f = {.num = 0};
	size_t num = 0;
	size_t i;
	bool ok = true;

	lines = sg_conf_lines(r->conf, content, &num);
	if (lines == NULL || file == NULL || source == NULL) {
		r->error = talloc_asprintf(r->conf,
					   "%s: %s",
					   path,
					   strerror(errno));
		return false;
	}
	for (i = 0; i < num && lines[i].kind != SG_CONF_LINE_BROKEN; i++) {
	}
	if (i < num) {
		return take_line(r, &f, file, &lines[i]);
	}
	wrong = sg_conf_services(r->conf, source, &f.services, &f.num);
	f.used = talloc_zero_array(r->conf, uint32_t, f.num + 1);
	if (wrong != NULL || f.used == NULL) {
		r->error = talloc_asprintf(r->conf,
					   "%s: libsmbconf: %s",
					   path,
					   wrong != NULL ? wrong : "memory");
		return false;
	}
	find_state_directory(r, &f);
	(void)go_to(&f, NULL);
	for (i = 0; ok && i < num; i++) {
		ok = take_line(r, &f, file, &lines[i]);
	}
	return ok;
}

static bool add_service(struct reader *r, const struct smbconf_service *s)
{
	uint32_t i;
	bool ok = open_section(r, s->name, SG_REGISTRY, 0);

	for (i = 0; ok && i < s->num_params; i++) {
		struct sg_conf_param param = {
			.name = s->param_names[i],
			.value = s->param_values[i],
			.file = SG_REGISTRY,
		};

		ok = add_param(r, param);
	}
	return ok;
}

/* [global] of the registry, or its shares. */
static bool read_registry(struct reader *r, bool global)
{
	struct smbconf_service **services = NULL;
	const char *wrong = NULL;
	bool found = false;
	uint32_t num = 0;
	uint32_t i;
	bool ok;

	wrong = sg_conf_registry(r->conf,
				 r->conf->path,
				 r->state_directory,
				 &services,
				 &num,
				 &found);
	if (wrong != NULL) {
		r->error = talloc_asprintf(r->conf, "registry: %s", wrong);
		return false;
	}
	if (!found && global) {
		return oddity(r,
			      (struct sg_conf_oddity){
				      .kind = SG_CONF_NO_REGISTRY,
				      .file = r->conf->path,
				      .text = SG_REGISTRY,
			      });
	}
	ok = sg_conf_plan_services(r->conf, r->plan, &services, &num);
	if (!ok) {
		return nomem(r);
	}
	for (i = 0; ok && i < num; i++) {
		bool is = services[i]->name == NULL ||
			  sg_conf_is_global(services[i]->name);

		if (is == global && services[i]->name != NULL) {
			ok = add_service(r, services[i]);
		}
	}
	return ok;
}

static bool read_all(struct reader *r)
{
	bool ok = open_section(r, "global", r->conf->path, 1) &&
		  read_file(r, r->conf->path);

	if (ok && r->backend_registry) {
		r->conf->num_sections = 0;
		r->conf->num_oddities = 0;
		r->registry_shares = true;
		/* The file is dropped whole, with what it says of places. */
		r->state_directory = SMBGUARD_STATEDIR;
		ok = open_section(r, "global", SG_REGISTRY, 0) &&
		     read_registry(r, true);
	}
	if (ok && r->registry_shares) {
		ok = read_registry(r, false);
	}
	return ok;
}

struct sg_conf *sg_conf_read(TALLOC_CTX *mem_ctx,
			     const char *path,
			     const char **error)
{
	return sg_conf_read_plan(mem_ctx, path, NULL, error);
}

struct sg_conf *sg_conf_read_plan(TALLOC_CTX *mem_ctx,
				  const char *path,
				  const struct sg_conf_plan *plan,
				  const char **error)
{
	struct reader r = {
		.plan = plan,
		.state_directory = SMBGUARD_STATEDIR,
	};
	bool ok;

	r.conf = talloc_zero(mem_ctx, struct sg_conf);
	if (r.conf == NULL) {
		*error = "out of memory";
		return NULL;
	}
	r.conf->path = talloc_strdup(r.conf, path);
	ok = r.conf->path != NULL && read_all(&r);
	if (!ok) {
		*error = talloc_strdup(mem_ctx,
				       r.error != NULL ? r.error : "memory");
		TALLOC_FREE(r.conf);
	}
	return r.conf;
}
