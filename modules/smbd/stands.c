/*
 * smbguard: does what was raised still stand?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd sets parameters of shares outside of its loads, too, and tells nobody.
 * Those of all shares of the registry, when a client of SMB1 lists the shares
 * (RAP's NetShareEnum); those of one, when a tree connect names it and it is
 * not known as a share, as the template of usershares ("-valid = no"); and it
 * makes new shares.
 *
 * On "vfs objects" all else rests: whom the share gate is asked about, it can
 * refuse. So that is noticed at once, within the same message. smbd frees the
 * list that it replaces, so a child of the list marks this. Its destructor hangs
 * another mark on the stack frame of lp_do_parameter(), which is the top one
 * then and is freed when the new list stands; and there that is set right.
 * The other parameters are compared with each message of SMB1: a command that
 * makes smbd set them ends its message.
 *
 * How it fails: if a mark cannot be hung for lack of memory, smbd has none
 * either, and the process ends.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/stands.h"

#include "core/vfs_list.h"

/* A child of a list of smbd's, or of its stack frame. */
struct mark {
	struct sg_stands *stands;
	struct mark *prev;
	struct mark *next;
	char *share;
	sg_stands_fn *fn;
};

/* What a share has. */
struct stand {
	const char *name; /* NULL: there is none of this number */
	int section;
	int encrypt;
	bool available;
	bool guarded;
	bool bars_anonymous;
};

struct sg_stands {
	struct sg_client_state *client;
	struct mark *marks;
	struct stand *noted;
	pid_t pid;
};

static void hang(struct sg_stands *stands,
		 struct mark *mark,
		 int (*destructor)(struct mark *))
{
	mark->stands = stands;
	DLIST_ADD(stands->marks, mark);
	_talloc_set_destructor(mark, (int (*)(void *))destructor);
}

static int list_stands(struct mark *mark)
{
	struct sg_stands *stands = mark->stands;

	DLIST_REMOVE(stands->marks, mark);
	if (stands->pid == getpid()) {
		mark->fn(stands->client, mark->share);
	}
	return 0;
}

static int list_falls(struct mark *mark)
{
	struct sg_stands *stands = mark->stands;
	struct mark *end = NULL;

	DLIST_REMOVE(stands->marks, mark);
	end = talloc_zero(talloc_tos(), struct mark);
	if (end == NULL) {
		smb_panic("smbguard: out of memory");
	}
	end->share = talloc_move(end, &mark->share);
	end->fn = mark->fn;
	hang(stands, end, list_stands);
	return 0;
}

static int stands_destructor(struct sg_stands *stands)
{
	while (stands->marks != NULL) {
		struct mark *mark = stands->marks;

		DLIST_REMOVE(stands->marks, mark);
		talloc_set_destructor(mark, NULL);
		talloc_free(mark);
	}
	return 0;
}

static struct sg_stands *stands_of(struct sg_client_state *client)
{
	struct sg_stands *stands = client->stands;

	if (stands != NULL) {
		return stands;
	}
	stands = talloc_zero(client, struct sg_stands);
	if (stands == NULL) {
		return NULL;
	}
	stands->client = client;
	stands->pid = getpid();
	talloc_set_destructor(stands, stands_destructor);
	client->stands = stands;
	return stands;
}

void sg_stands_forget(struct sg_client_state *client)
{
	TALLOC_FREE(client->stands);
}

bool sg_stands_watch(struct sg_client_state *client, int snum, sg_stands_fn *fn)
{
	struct sg_stands *stands = stands_of(client);
	const char **list = lp_vfs_objects(snum);
	struct mark *mark = NULL;

	/* A share without a list of its own shows that of [global]. */
	if (stands == NULL || list == NULL ||
	    list == lp_vfs_objects(SG_GLOBAL_SNUM)) {
		return stands != NULL;
	}
	mark = talloc_zero(list, struct mark);
	if (mark == NULL) {
		return false;
	}
	mark->share = talloc_strdup(mark, lp_const_servicename(snum));
	if (mark->share == NULL) {
		TALLOC_FREE(mark);
		return false;
	}
	mark->fn = fn;
	hang(stands, mark, list_falls);
	return true;
}

static bool lists(const char **users, const char *sid)
{
	size_t i;

	for (i = 0; users != NULL && users[i] != NULL; i++) {
		if (strcmp(users[i], sid) == 0) {
			return true;
		}
	}
	return false;
}

bool sg_stands_bars_anonymous(int snum)
{
	const char **users = lp_invalid_users(snum);

	return lists(users, SID_ANONYMOUS) && lists(users, SID_GUESTS);
}

static struct stand stand_of(int snum)
{
	struct loadparm_service *service =
		loadparm_s3_helpers()->get_servicebynum(snum);
	struct stand stand = {.name = NULL};
	const char **modules = NULL;

	if (service == NULL) {
		return stand;
	}
	modules = lp_vfs_objects(snum);
	stand = (struct stand){
		.name = lp_const_servicename(snum),
		.section = sg_config_section(snum),
		.encrypt = sg_lp_server_smb_encrypt(snum),
		.available = lp_snum_ok(snum),
		.guarded = sg_vfs_list_guarded(modules),
		.bars_anonymous = sg_stands_bars_anonymous(snum),
	};
	return stand;
}

bool sg_stands_note(struct sg_client_state *client)
{
	struct sg_stands *stands = stands_of(client);
	int num = lp_numservices();
	int snum;

	if (stands == NULL) {
		return false;
	}
	TALLOC_FREE(stands->noted);
	stands->noted = talloc_zero_array(stands, struct stand, (size_t)num);
	if (stands->noted == NULL) {
		return false;
	}
	for (snum = 0; snum < num; snum++) {
		struct stand stand = stand_of(snum);

		if (stand.name != NULL) {
			stand.name = talloc_strdup(stands->noted, stand.name);
			if (stand.name == NULL) {
				return false;
			}
		}
		stands->noted[snum] = stand;
	}
	return true;
}

void sg_stands_note_bar(struct sg_client_state *client, int snum)
{
	if (client->stands != NULL && snum >= 0 &&
	    (size_t)snum < talloc_array_length(client->stands->noted)) {
		client->stands->noted[snum].bars_anonymous =
			sg_stands_bars_anonymous(snum);
	}
}

static bool same(const struct stand *a, const struct stand *b)
{
	if (a->name == NULL || b->name == NULL) {
		return a->name == b->name;
	}
	return strcmp(a->name, b->name) == 0 && a->section == b->section &&
	       a->encrypt == b->encrypt && a->available == b->available &&
	       a->guarded == b->guarded &&
	       a->bars_anonymous == b->bars_anonymous;
}

bool sg_stands(const struct sg_client_state *client)
{
	const struct sg_stands *stands = client->stands;
	size_t num = (size_t)lp_numservices();
	size_t i;

	if (stands == NULL || talloc_array_length(stands->noted) != num) {
		return false;
	}
	for (i = 0; i < num; i++) {
		struct stand now = stand_of((int)i);

		if (!same(&stands->noted[i], &now)) {
			return false;
		}
	}
	return true;
}
