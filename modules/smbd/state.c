/*
 * smbguard: what it remembers, and whose it is
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See state.h. The names carry smbguard's version, so that modules of two
 * builds in one process do not read each other's state: each then finds the
 * other gate missing, and the share gate refuses.
 */

#include "smbd/samba.h"
#include "smbd/state.h"

struct find {
	const char *name;
	size_t size;
	void *found;
};

static void find_child(const void *ptr,
		       int depth,
		       int max_depth,
		       int is_ref,
		       void *private_data)
{
	struct find *find = private_data;
	const char *name = NULL;

	if (depth != 1 || is_ref || find->found != NULL) {
		return;
	}
	name = talloc_get_name(ptr);
	if (strcmp(name, find->name) == 0 &&
	    talloc_get_size(ptr) == find->size) {
		find->found = discard_const(ptr);
	}
}

static void *child_of(const void *parent, const char *name, size_t size)
{
	struct find find = {.name = name, .size = size};
	void *child = NULL;

	talloc_report_depth_cb(parent, 0, 1, find_child, &find);
	if (find.found != NULL) {
		return find.found;
	}
	child = talloc_zero_size(parent, size);
	if (child != NULL) {
		talloc_set_name_const(child, name);
	}
	return child;
}

struct sg_client_state *sg_client_state(struct smbXsrv_client *client)
{
	return child_of(client,
			"smbguard client " SMBGUARD_VERSION,
			sizeof(struct sg_client_state));
}

struct sg_connection_state *sg_connection_state(
	struct smbXsrv_connection *xconn)
{
	return child_of(xconn,
			"smbguard connection " SMBGUARD_VERSION,
			sizeof(struct sg_connection_state));
}

struct sg_session_state *sg_session_state(struct smbXsrv_session *session)
{
	return child_of(session,
			"smbguard session " SMBGUARD_VERSION,
			sizeof(struct sg_session_state));
}

struct sg_session_state *sg_setup_state(struct smbXsrv_session_auth0 *auth)
{
	return child_of(auth,
			"smbguard session setup " SMBGUARD_VERSION,
			sizeof(struct sg_session_state));
}

bool sg_session_keep(struct smbXsrv_session *of,
		     const struct sg_session_state *setup)
{
	struct sg_session_state *session = sg_session_state(of);

	if (session == NULL) {
		return false;
	}
	talloc_free(discard_const(session->mechanism));
	talloc_free(discard_const(session->claims));
	*session = *setup;
	if (setup->claims != NULL) {
		session->claims =
			talloc_reparent(setup, session, setup->claims);
	}
	session->mechanism = talloc_strdup(session, setup->mechanism);
	return setup->mechanism == NULL || session->mechanism != NULL;
}
