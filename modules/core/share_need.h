/*
 * smbguard: what is to be done with a share before a client comes to it
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_SHARE_NEED_H
#define SMBGUARD_CORE_SHARE_NEED_H

#include "policy.h"

enum sg_share_need {
	SG_SHARE_LEAVE = 0, /* as it is */
	SG_SHARE_TELL,	    /* tell the client to encrypt */
	SG_SHARE_REQUIRE,   /* have smbd itself hold it to encryption */
	SG_SHARE_CLOSE,	    /* nobody could hold what is asked for */
};

/* How a client and a share meet. */
struct sg_share_case {
	bool guarded;	    /* smbd asks the share gate about the share */
	bool smb1;	    /* the client speaks nothing newer */
	bool unjudged;	    /* no logon gate sees its logons */
	enum sg_known keys; /* has any of its sessions a user's keys? */
};

/**
 * What a share needs for one client.
 *
 * policy: of [global] and the share. facts: the client's address, for
 * exceptions; NULL: none counts. why: receives half a sentence where the share
 * must be closed, and NULL else.
 */
enum sg_share_need sg_share_need(const struct sg_policy *policy,
				 const struct sg_facts *facts,
				 const struct sg_share_case *at,
				 const char **why);

#endif /* SMBGUARD_CORE_SHARE_NEED_H */
