/*
 * smbguard: a logon, as smbd shows it to the logon gate
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All logons come one of two ways: through SPNEGO (spnego.h), or by SMB1
 * without extended security. Both ask the same table of smbd's for each
 * password (passwords.h).
 */

#ifndef SMBGUARD_SMBD_LOGON_H
#define SMBGUARD_SMBD_LOGON_H

#include <stdbool.h>

#include "smbd/state.h"

struct auth_session_info;

enum sg_logon_kind {
	SG_LOGON_FIRST = 0,
	SG_LOGON_AGAIN,	  /* of a session that is there: its trees stay */
	SG_LOGON_CHANNEL, /* another channel of one */
	/* It makes no session, but an encryption of SMB1 for UNIX clients. */
	SG_LOGON_ENCRYPTION,
};

/*
 * One logon, under way or at its end. The layout of every struct of smbd's has
 * been checked.
 */
struct sg_logon {
	struct sg_client_state *client;
	struct smbXsrv_connection *xconn;
	enum sg_logon_kind kind;

	/* What it has shown of itself: a setup's state, or an old_logon's. */
	struct sg_session_state *shown;

	/* NULL: SMB1 without extended security makes its session afterwards. */
	struct smbXsrv_session *session;
	uint8_t security_mode; /* of SMB2: what the client asks for, 2.2.5 */

	/* smbd has ended it while its answer waited: no session comes of it. */
	bool ended;

	/* With SG_LOGON_AGAIN, whose it has been so far. */
	const struct auth_session_info *before;
};

/* What the logon gate does about logons. */
struct sg_logon_hooks {
	/*
	 * smbd has found out who it is. False: refuse with ACCESS_DENIED.
	 */
	bool (*judge)(struct sg_logon *logon,
		      const struct auth_session_info *info);

	/*
	 * It failed, or became a guest's for that. status: NT_STATUS_...; if
	 * shown->closed is set then, the client must get ACCESS_DENIED instead.
	 */
	void (*failed)(struct sg_logon *logon, const char *status);

	/* A message of it has come in. */
	void (*came)(const struct sg_logon *logon);

	/*
	 * How many milliseconds a right password has to wait for wrong ones
	 * before it. Its answer's time is held until wait() is asked.
	 */
	unsigned (*hold)(const struct sg_logon *logon);

	/* Whoever it is, is it certain that judge() will refuse? */
	bool (*hopeless)(struct sg_logon *logon);

	/*
	 * How many milliseconds to wait before this is answered. To be asked
	 * once for each attempt: it counts for those that follow. failed: or
	 * its right password is refused.
	 */
	unsigned (*wait)(const struct sg_logon *logon, bool failed);

	/*
	 * A logon that cannot be looked into, because of problem. False:
	 * refuse.
	 */
	bool (*judge_blindly)(struct sg_client_state *client,
			      const char *problem);
};

#endif /* SMBGUARD_SMBD_LOGON_H */
