/*
 * smbguard: the share parameters that were raised, and what they were before
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A copy that smbd has made of a section has what was raised there, too, so that
 * is put back in both.
 *
 * How it fails: what cannot be noted counts as not raised.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/raised.h"
#include "smbd/stands.h"

#define ENCRYPT "server smb encrypt"

/* A parameter that was changed, and its value before. */
struct raised {
	int snum;
	char *share;
	const char *parameter; /* NULL: ENCRYPT, which is a number */
	char *before;
	int encrypt;
};

static const char *encrypt_text(int value)
{
	switch (value) {
	case SMB_ENCRYPTION_OFF:
		return "off";
	case SMB_ENCRYPTION_IF_REQUIRED:
		return "if_required";
	case SMB_ENCRYPTION_DESIRED:
		return "desired";
	case SMB_ENCRYPTION_REQUIRED:
		return "required";
	default:
		return "default";
	}
}

static bool is_fixed(struct sg_client_state *client)
{
	int index;

	if (client->encrypt_fixed == SG_UNKNOWN) {
		index = lpcfg_map_parameter(ENCRYPT);
		client->encrypt_fixed =
			index < 0 || (loadparm_s3_helpers()->flags[index] &
				      FLAG_CMDLINE) != 0
				? SG_YES
				: SG_NO;
	}
	return client->encrypt_fixed == SG_YES;
}

/* Room for one more, with the share's name in it. NULL when out of memory. */
static struct raised *note(struct sg_client_state *client, int snum)
{
	size_t room = talloc_array_length(client->raised);
	struct raised *raised = client->raised;

	if (client->num_raised == room) {
		raised = talloc_realloc(client,
					client->raised,
					struct raised,
					room > 0 ? 2 * room : 8);
	}
	if (raised == NULL) {
		return NULL;
	}
	client->raised = raised;
	raised += client->num_raised;
	/* [global] has no name. */
	*raised = (struct raised){.snum = snum};
	raised->share = talloc_strdup(
		client->raised,
		snum != SG_GLOBAL_SNUM ? lp_const_servicename(snum) : "");
	if (raised->share == NULL) {
		return NULL;
	}
	client->num_raised++;
	return raised;
}

bool sg_raised_set(struct sg_client_state *client,
		   int snum,
		   const char *parameter,
		   const char *before,
		   const char *value)
{
	char *copy = talloc_strdup(client, before);
	struct raised *raised = copy != NULL ? note(client, snum) : NULL;

	if (raised == NULL) {
		TALLOC_FREE(copy);
		return false;
	}
	raised->parameter = parameter;
	raised->before = talloc_steal(client->raised, copy);
	return lp_do_parameter(snum, parameter, value);
}

/*
 * Set through its place: there may be thousands of shares, and for each of them
 * lp_do_parameter() goes through the names of all parameters twice.
 */
bool sg_raised_encrypt(struct sg_client_state *client, int snum, int value)
{
	const struct loadparm_s3_helpers *helpers = loadparm_s3_helpers();
	struct loadparm_service *service = NULL;
	struct raised *raised = NULL;

	if (snum != SG_GLOBAL_SNUM) {
		service = helpers->get_servicebynum(snum);
	}
	if (service == NULL || is_fixed(client)) {
		return sg_raised_set(
			client,
			snum,
			ENCRYPT,
			encrypt_text(sg_lp_server_smb_encrypt(snum)),
			encrypt_text(value));
	}
	raised = note(client, snum);
	if (raised == NULL) {
		return false;
	}
	raised->encrypt = service->SG_SERVER_SMB_ENCRYPT;
	service->SG_SERVER_SMB_ENCRYPT = value;
	return true;
}

static void put_back_at(const struct raised *raised, int snum)
{
	struct loadparm_service *service = NULL;

	if (raised->parameter != NULL) {
		(void)lp_do_parameter(snum, raised->parameter, raised->before);
		return;
	}
	service = loadparm_s3_helpers()->get_servicebynum(snum);
	if (service != NULL) {
		service->SG_SERVER_SMB_ENCRYPT = raised->encrypt;
	} else {
		(void)lp_do_parameter(snum,
				      ENCRYPT,
				      encrypt_text(raised->encrypt));
	}
}

/* Where the share is now, which it was when it was raised; -1: nowhere. */
static int find_share(const struct raised *raised)
{
	const struct loadparm_service *service =
		loadparm_s3_helpers()->get_servicebynum(raised->snum);

	if (service != NULL && strcmp(service->szService, raised->share) == 0) {
		return raised->snum;
	}
	return getservicebyname(raised->share, NULL);
}

/* To a share, and to what smbd has made of it since, with what was raised. */
static void put_back(const struct raised *raised)
{
	int num = lp_numservices();
	int section;
	int snum;
	bool copied;

	if (raised->snum == SG_GLOBAL_SNUM) {
		put_back_at(raised, SG_GLOBAL_SNUM);
		return;
	}
	section = find_share(raised);
	if (section < 0) {
		return;
	}
	copied = sg_config_is_copied(section);
	put_back_at(raised, section);
	for (snum = 0; copied && snum < num; snum++) {
		if (snum != section && sg_config_section(snum) == section) {
			put_back_at(raised, snum);
		}
	}
}

void sg_raised_put_back(struct sg_client_state *client, bool loads)
{
	struct raised *raised = client->raised;
	size_t i = client->num_raised;

	client->raised = NULL;
	client->num_raised = 0;
	sg_stands_forget(client);
	while (i > 0) {
		i--;
		if (!loads || raised[i].snum != SG_GLOBAL_SNUM) {
			put_back(&raised[i]);
		}
	}
	TALLOC_FREE(raised);
	sg_config_mark_sections(false);
}
