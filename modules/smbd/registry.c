/*
 * smbguard: shares that smbd loads when they are asked for
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A share of the registry may name "vfs objects" of its own, so it must be
 * there before its tree connect. Usershares, [homes] and the like are copies of
 * services that are raised already. They are not loaded: with a template,
 * smbd's own function for that reads services that are gone, and crashes.
 *
 * How it fails: what cannot be loaded is loaded by smbd, or not at all. Then a
 * share without a "vfs objects" line is guarded by the default of [global],
 * and docs/limits.md tells of the others.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/registry.h"

#include "lib/smbconf/smbconf.h"
#include "lib/smbconf/smbconf_init.h"

#define CLUSTER_ASKS_MSEC 1000

struct sg_registry {
	struct smbconf_ctx *conf;
	struct smbconf_csn csn; /* of what is loaded */
	struct timespec asked;
};

static bool due(struct sg_registry *registry)
{
	struct timespec now = {0};

	if (!lp_clustering()) {
		return true;
	}
	clock_gettime_mono(&now);
	if (nsec_time_diff(&now, &registry->asked) / 1000000 <
	    CLUSTER_ASKS_MSEC) {
		return false;
	}
	registry->asked = now;
	return true;
}

bool sg_registry_changed(struct sg_client_state *client)
{
	struct sg_registry *registry = client->registry;
	bool ask = registry != NULL && lp_registry_shares() && due(registry);

	return ask &&
	       smbconf_changed(registry->conf, &registry->csn, NULL, NULL);
}

static struct sg_registry *open_registry(TALLOC_CTX *mem_ctx)
{
	struct sg_registry *registry = talloc_zero(mem_ctx, struct sg_registry);
	sbcErr err;

	if (registry == NULL) {
		return NULL;
	}
	err = smbconf_init(registry, &registry->conf, "registry:");
	if (!SBC_ERROR_IS_OK(err)) {
		TALLOC_FREE(registry);
	}
	return registry;
}

static void load_registry(struct sg_client_state *client)
{
	struct sg_registry *registry = client->registry;

	if (registry == NULL) {
		registry = open_registry(client);
		client->registry = registry;
	}
	if (registry != NULL) {
		/* Before it is read: what changes meanwhile is seen again. */
		(void)smbconf_changed(registry->conf,
				      &registry->csn,
				      NULL,
				      NULL);
	}
	(void)process_registry_shares();
}

void sg_registry_load(struct sg_client_state *client)
{
	bool change = geteuid() != 0;

	if (change) {
		become_root();
	}
	if (lp_registry_shares()) {
		load_registry(client);
	}
	sg_config_mark_sections(true);
	if (change) {
		unbecome_root();
	}
}
