/*
 * smbguard: questions to a configuration that was read
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd ignores case and blanks in names, takes the last of several lines, and
 * has two names for some parameters. These look the same way.
 *
 * How it fails: what is not there, or means nothing, is NULL or false.
 */

#define _GNU_SOURCE 1 /* memrchr */

#include "conf.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define LIST_SEPARATORS " \t,;\n\r"

/* Two names for the same, without blanks: the older and the newer. */
static const char *const synonyms[][2] = {
	{"minprotocol", "serverminprotocol"},
	{"maxprotocol", "servermaxprotocol"},
	{"protocol", "servermaxprotocol"},
	{"onlyguest", "guestonly"},
	{"public", "guestok"},
	{"printok", "printable"},
	{"vfsobject", "vfsobjects"},
	{"smbports", "serversmbtransports"}, /* from 4.23 on */
};

char *sg_conf_key(TALLOC_CTX *mem_ctx, const char *name)
{
	char *key = talloc_zero_size(mem_ctx, strlen(name) + 1);
	size_t len = 0;
	size_t i;

	for (i = 0; key != NULL && name[i] != '\0'; i++) {
		unsigned char ch = (unsigned char)name[i];

		if (ch < 0x80 && isspace(ch) != 0) {
			continue;
		}
		key[len++] = (char)(ch < 0x80 ? tolower(ch) : ch);
	}
	for (i = 0; key != NULL && i < sizeof(synonyms) / sizeof(synonyms[0]);
	     i++) {
		if (strcmp(key, synonyms[i][0]) == 0) {
			talloc_free(key);
			return talloc_strdup(mem_ctx, synonyms[i][1]);
		}
	}
	return key;
}

static const struct sg_conf_param *find(const struct sg_conf_section *section,
					size_t num,
					const char *name)
{
	const struct sg_conf_param *found = NULL;
	char *key = sg_conf_key(NULL, name);
	size_t i;

	for (i = 0; key != NULL && i < num; i++) {
		if (strcmp(section->params[i].key, key) == 0) {
			found = &section->params[i];
		}
	}
	talloc_free(key);
	return found;
}

const struct sg_conf_param *sg_conf_find(const struct sg_conf_section *section,
					 const char *name)
{
	return find(section, section->num_params, name);
}

const char *sg_conf_value(const struct sg_conf_section *section,
			  const char *name)
{
	const struct sg_conf_param *param = sg_conf_find(section, name);

	return param != NULL ? param->value : NULL;
}

const struct sg_conf_param *sg_conf_default(
	const struct sg_conf *conf,
	const struct sg_conf_section *section,
	const char *name)
{
	const struct sg_conf_param *param = sg_conf_find(section, name);

	if (param != NULL) {
		return param;
	}
	return find(&conf->sections[0], section->num_defaults, name);
}

static bool is_one_of(const char *value, const char *const words[4])
{
	char *key = value != NULL ? sg_conf_key(NULL, value) : NULL;
	bool is = false;
	size_t i;

	for (i = 0; key != NULL && i < 4; i++) {
		is = is || strcmp(key, words[i]) == 0;
	}
	talloc_free(key);
	return is;
}

bool sg_conf_is_yes(const char *value)
{
	return is_one_of(value,
			 (const char *const[]){"yes", "true", "on", "1"});
}

bool sg_conf_is_no(const char *value)
{
	return is_one_of(value,
			 (const char *const[]){"no", "false", "off", "0"});
}

/* "smbguard" of "/path/smbguard.so", which smbd takes for the same module. */
static bool is_module(const char *at, size_t len, const char *word)
{
	size_t want = strlen(word);
	const char *slash =
		len > 0 && at[0] == '/' ? memrchr(at, '/', len) : NULL;
	const char *dot = NULL;

	if (slash != NULL) {
		len -= (size_t)(slash + 1 - at);
		at = slash + 1;
		dot = memchr(at, '.', len);
		len = dot != NULL ? (size_t)(dot - at) : len;
	}
	return len == want && strncmp(at, word, len) == 0;
}

bool sg_conf_lists(const char *list, const char *word)
{
	const char *at = list;

	while (at != NULL && *at != '\0') {
		size_t len;

		at += strspn(at, LIST_SEPARATORS "\"");
		len = strcspn(at, LIST_SEPARATORS "\":");
		if (is_module(at, len, word)) {
			return true;
		}
		at += len;
		at += strcspn(at, LIST_SEPARATORS);
	}
	return false;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text);
	size_t tail = strlen(end);

	return len >= tail && strcmp(text + len - tail, end) == 0;
}

const char *sg_conf_preload(TALLOC_CTX *mem_ctx, const struct sg_conf *conf)
{
	const char *list = sg_conf_value(&conf->sections[0], "preload modules");
	char *copy = talloc_strdup(mem_ctx, list != NULL ? list : "");
	char *state = NULL;
	char *path = NULL;

	if (copy == NULL) {
		return NULL;
	}
	for (path = strtok_r(copy, LIST_SEPARATORS "\"", &state); path != NULL;
	     path = strtok_r(NULL, LIST_SEPARATORS "\"", &state)) {
		if (ends_with(path, "/" SG_OPTION_PREFIX ".so") ||
		    strcmp(path, SG_OPTION_PREFIX ".so") == 0) {
			return path;
		}
	}
	return NULL;
}

bool sg_conf_guarded(const struct sg_conf *conf,
		     const struct sg_conf_section *share,
		     bool preloaded)
{
	const struct sg_conf_param *vfs =
		sg_conf_default(conf, share, "vfs objects");
	const struct sg_conf_param *print =
		sg_conf_default(conf, share, "printable");
	bool printable = print != NULL && sg_conf_is_yes(print->value);
	bool listed =
		vfs != NULL && sg_conf_lists(vfs->value, SG_OPTION_PREFIX);

	return !printable && (preloaded || listed);
}

enum sg_dialect sg_conf_dialect(const char *value)
{
	if (value == NULL) {
		return SG_DIALECT_NONE;
	}
	if (strcasecmp(value, "SMB2") == 0) {
		return SG_DIALECT_SMB2_10;
	}
	if (strcasecmp(value, "SMB3") == 0) {
		return SG_DIALECT_SMB3_11;
	}
	if (strncasecmp(value, "LANMAN", 6) == 0 ||
	    strncasecmp(value, "CORE", 4) == 0) {
		return SG_DIALECT_LANMAN;
	}
	return sg_dialect_from_name(value);
}

const struct sg_conf_section *sg_conf_share(const struct sg_conf *conf,
					    const char *name)
{
	size_t i;

	for (i = 0; i < conf->num_sections; i++) {
		const struct sg_conf_section *s = &conf->sections[i];

		if (!s->global && strcasecmp(s->name, name) == 0) {
			return s;
		}
	}
	return NULL;
}

const struct sg_conf_section *sg_conf_ipc(TALLOC_CTX *mem_ctx,
					  const struct sg_conf *conf)
{
	/* It lets guests in, but that is no line of anybody's. */
	static struct sg_conf_param own[] = {
		{.name = "printable", .key = "printable", .value = "no"},
		{.name = "guest ok", .key = "guestok", .value = "no"},
		{.name = "guest only", .key = "guestonly", .value = "no"},
	};
	struct sg_conf_section *ipc = talloc(mem_ctx, struct sg_conf_section);

	if (ipc != NULL) {
		*ipc = (struct sg_conf_section){
			.name = SG_IPC,
			.params = own,
			.num_params = sizeof(own) / sizeof(own[0]),
			.num_defaults = conf->sections[0].num_params,
		};
	}
	return ipc;
}

static const char *get_option(const char *name, void *private_data)
{
	const struct sg_conf_section *section = private_data;
	char *whole = talloc_asprintf(NULL, SG_OPTION_PREFIX ":%s", name);
	const char *value = NULL;

	if (whole != NULL) {
		value = sg_conf_value(section, whole);
	}
	talloc_free(whole);
	return value;
}

struct sg_settings *sg_conf_settings(TALLOC_CTX *mem_ctx,
				     const struct sg_conf_section *section)
{
	struct sg_conf_section mine = *section;

	return sg_settings_parse(mem_ctx,
				 section->global ? SG_GLOBAL : SG_SHARE,
				 get_option,
				 &mine);
}
