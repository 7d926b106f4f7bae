/*
 * smbguard: what it remembers, and whose it is
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See state.h. The names carry the number of this very build, so that modules
 * of two builds in one process do not read each other's state: each then finds
 * the other's gates missing, and the share gate refuses.
 */

#include "smbd/samba.h"
#include "smbd/state.h"

#include "smbguard_build.h"

#ifdef SMBGUARD_BUILD_FAULT /* a test build, that is another one */
#undef SMBGUARD_BUILD_ID
#define SMBGUARD_BUILD_ID "another"
#endif

#define STATE_OF "smbguard state of a "
#define STATE_NAME(what) STATE_OF what ", build " SMBGUARD_BUILD_ID

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

static void *known_child(const void *parent, const char *name, size_t size)
{
	struct find find = {.name = name, .size = size};

	talloc_report_depth_cb(parent, 0, 1, find_child, &find);
	return find.found;
}

static void *child_of(const void *parent, const char *name, size_t size)
{
	void *child = known_child(parent, name, size);

	if (child != NULL) {
		return child;
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
			STATE_NAME("client"),
			sizeof(struct sg_client_state));
}

struct sg_client_state *sg_client_known(struct smbXsrv_client *client)
{
	return known_child(client,
			   STATE_NAME("client"),
			   sizeof(struct sg_client_state));
}

struct sg_connection_state *sg_connection_state(
	struct smbXsrv_connection *xconn)
{
	return child_of(xconn,
			STATE_NAME("connection"),
			sizeof(struct sg_connection_state));
}

struct sg_session_state *sg_session_state(struct smbXsrv_session *session)
{
	return child_of(session,
			STATE_NAME("session"),
			sizeof(struct sg_session_state));
}

struct sg_session_state *sg_session_known(struct smbXsrv_session *session)
{
	return known_child(session,
			   STATE_NAME("session"),
			   sizeof(struct sg_session_state));
}

bool sg_session_is_refused(struct smbXsrv_session *session)
{
	const struct sg_session_state *state = sg_session_known(session);

	return state != NULL && state->refused;
}

struct sg_session_state *sg_setup_state(struct smbXsrv_session_auth0 *auth)
{
	return child_of(auth,
			STATE_NAME("session setup"),
			sizeof(struct sg_session_state));
}

struct sg_session_state *sg_gensec_state(struct gensec_security *gensec)
{
	return child_of(gensec,
			STATE_NAME("encryption logon"),
			sizeof(struct sg_session_state));
}

bool sg_state_has_child(const void *parent, const char *name)
{
	return known_child(parent, name, 0) != NULL;
}

void *sg_passwords_state(struct auth4_context *context, size_t size, bool make)
{
	const char *name = STATE_NAME("password check");

	return make ? child_of(context, name, size)
		    : known_child(context, name, size);
}

struct sg_client_state *sg_client_here(void)
{
	if (global_smbXsrv_client == NULL) {
		return NULL;
	}
	return sg_client_state(global_smbXsrv_client);
}

static void find_other(const void *ptr,
		       int depth,
		       int max_depth,
		       int is_ref,
		       void *private_data)
{
	const char **other = private_data;
	const char *name = NULL;

	if (depth != 1 || is_ref) {
		return;
	}
	name = talloc_get_name(ptr);
	if (strncmp(name, STATE_OF, strlen(STATE_OF)) == 0 &&
	    strcmp(name, STATE_NAME("client")) != 0) {
		*other = name;
	}
}

const char *sg_state_of_another_build(struct smbXsrv_client *client)
{
	const char *other = NULL;

	talloc_report_depth_cb(client, 0, 1, find_other, &other);
	return other;
}

bool sg_session_keep(struct smbXsrv_session *of,
		     const struct sg_session_state *logon)
{
	struct sg_session_state *session = sg_session_state(of);

	if (session == NULL) {
		return false;
	}
	talloc_free(discard_const(session->mechanism));
	talloc_free(discard_const(session->claims));
	*session = (struct sg_session_state){
		.kerberos_offered = logon->kerberos_offered,
		.user_keys = logon->user_keys,
	};
	if (logon->claims != NULL) {
		session->claims =
			talloc_reparent(logon, session, logon->claims);
	}
	session->mechanism = talloc_strdup(session, logon->mechanism);
	return logon->mechanism == NULL || session->mechanism != NULL;
}
