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

/* A parameter that was changed, and its value before. */
struct raised {
	bool global; /* it is the default of shares */
	char *share;
	const char *parameter;
	char *before;
};

bool sg_raised_set(struct sg_client_state *client,
		   int snum,
		   const char *parameter,
		   const char *before,
		   const char *value)
{
	size_t num = talloc_array_length(client->raised);
	struct raised *raised = NULL;
	bool ok;

	raised = talloc_realloc(client, client->raised, struct raised, num + 1);
	if (raised == NULL) {
		return false;
	}
	client->raised = raised;
	raised[num] = (struct raised){
		.global = snum == SG_GLOBAL_SNUM,
		.share = talloc_strdup(raised, lp_const_servicename(snum)),
		.parameter = parameter,
		.before = talloc_strdup(raised, before),
	};
	ok = raised[num].share != NULL && raised[num].before != NULL;
	return lp_do_parameter(snum, parameter, value) && ok;
}

/* To a share, and to what smbd has made of it since, with what was raised. */
static void put_back(const struct raised *raised)
{
	int num = lp_numservices();
	int section = -1;
	int snum;
	bool copied;

	if (raised->global && raised->before != NULL) {
		(void)lp_do_parameter(SG_GLOBAL_SNUM,
				      raised->parameter,
				      raised->before);
		return;
	}
	if (raised->share != NULL && raised->before != NULL) {
		section = getservicebyname(raised->share, NULL);
	}
	if (section < 0) {
		return;
	}
	copied = sg_config_is_copied(section);
	(void)lp_do_parameter(section, raised->parameter, raised->before);
	for (snum = 0; copied && snum < num; snum++) {
		if (snum != section && sg_config_section(snum) == section) {
			(void)lp_do_parameter(snum,
					      raised->parameter,
					      raised->before);
		}
	}
}

void sg_raised_put_back(struct sg_client_state *client)
{
	struct raised *raised = client->raised;
	size_t i;

	client->raised = NULL;
	sg_stands_forget(client);
	for (i = talloc_array_length(raised); i > 0; i--) {
		put_back(&raised[i - 1]);
	}
	TALLOC_FREE(raised);
	sg_config_mark_sections(false);
}
