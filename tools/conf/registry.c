/*
 * smbguard: the registry, changed
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libsmbconf writes it. All changes are one transaction of its database: who
 * reads it sees none of them or all, also if this process is killed within.
 *
 * How it fails: with a sentence, and the transaction is taken back.
 */

#include "conf.h"

#include <smbconf.h>
#include <string.h>

/* Of libsmbconf, in a header that Samba does not install. */
sbcErr smbconf_init(TALLOC_CTX *mem_ctx,
		    struct smbconf_ctx **conf_ctx,
		    const char *source);

char *sg_conf_registry_text(TALLOC_CTX *mem_ctx, const char **error)
{
	struct smbconf_service **services = NULL;
	char *text = talloc_strdup(mem_ctx, "");
	uint32_t num = 0;
	uint32_t i;
	uint32_t k;

	*error = sg_conf_services(mem_ctx, "registry:", &services, &num);
	if (*error != NULL) {
		return NULL;
	}
	for (i = 0; text != NULL && i < num; i++) {
		const struct smbconf_service *s = services[i];

		if (s->name != NULL) {
			text = talloc_asprintf_append(text, "[%s]\n", s->name);
		}
		for (k = 0; text != NULL && k < s->num_params; k++) {
			text = talloc_asprintf_append(text,
						      "\t%s = %s\n",
						      s->param_names[k],
						      s->param_values[k]);
		}
		if (text != NULL) {
			text = talloc_strdup_append(text, "\n");
		}
	}
	if (text == NULL) {
		*error = "out of memory";
	}
	return text;
}

/* Is it still what it was? */
static bool is_as_read(TALLOC_CTX *mem_ctx,
		       struct smbconf_ctx *ctx,
		       const struct sg_conf_change *change,
		       const char *old)
{
	char *value = NULL;
	sbcErr err = smbconf_get_parameter(ctx,
					   mem_ctx,
					   change->section,
					   change->name,
					   &value);

	if (!SBC_ERROR_IS_OK(err)) {
		value = NULL;
	}
	if (old == NULL || value == NULL) {
		return old == NULL && value == NULL;
	}
	return strcmp(value, old) == 0;
}

static sbcErr apply(struct smbconf_ctx *ctx,
		    const struct sg_conf_change *change,
		    const char *old)
{
	bool there = smbconf_share_exists(ctx, change->section);
	sbcErr err = SBC_ERR_OK;

	if (change->value == NULL) {
		return old == NULL ? SBC_ERR_OK
				   : smbconf_delete_parameter(ctx,
							      change->section,
							      change->name);
	}
	if (!there) {
		err = smbconf_create_share(ctx, change->section);
	}
	if (SBC_ERROR_IS_OK(err)) {
		err = smbconf_set_parameter(ctx,
					    change->section,
					    change->name,
					    change->value);
	}
	return err;
}

static const char *change_all(TALLOC_CTX *mem_ctx,
			      struct smbconf_ctx *ctx,
			      const struct sg_conf_change *changes,
			      const char *const *olds,
			      size_t num)
{
	sbcErr err = SBC_ERR_OK;
	size_t i;

	for (i = 0; i < num; i++) {
		bool same = is_as_read(mem_ctx, ctx, &changes[i], olds[i]);

		if (!same) {
			return "somebody has changed it in the meantime";
		}
		err = apply(ctx, &changes[i], olds[i]);
		if (!SBC_ERROR_IS_OK(err)) {
			return sbcErrorString(err);
		}
	}
	return NULL;
}

const char *sg_conf_registry_write(TALLOC_CTX *mem_ctx,
				   const struct sg_conf_change *changes,
				   const char *const *olds,
				   size_t num)
{
	struct smbconf_ctx *ctx = NULL;
	const char *wrong = NULL;
	sbcErr err = smbconf_init(mem_ctx, &ctx, "registry:");

	if (!SBC_ERROR_IS_OK(err)) {
		return sbcErrorString(err);
	}
	err = smbconf_transaction_start(ctx);
	if (!SBC_ERROR_IS_OK(err)) {
		smbconf_shutdown(ctx);
		return sbcErrorString(err);
	}
	wrong = change_all(mem_ctx, ctx, changes, olds, num);
	if (wrong != NULL) {
		(void)smbconf_transaction_cancel(ctx);
	} else {
		err = smbconf_transaction_commit(ctx);
		wrong = SBC_ERROR_IS_OK(err) ? NULL : sbcErrorString(err);
	}
	smbconf_shutdown(ctx);
	return wrong;
}
