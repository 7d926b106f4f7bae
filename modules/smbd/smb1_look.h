/*
 * smbguard: a look at SMB1's messages before smbd reads them
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_SMB1_LOOK_H
#define SMBGUARD_SMBD_SMB1_LOOK_H

#include <stdbool.h>

#include "smbd/state.h"

struct smbXsrv_connection;
struct tevent_fd;

/* A logon without extended security that smbd has been asked for. */
struct sg_asked {
	bool shown; /* the logon gate sees it by itself */
	bool named; /* it is no anonymous one */

	/* What it claims; NULL if it is shown, or one of too many. */
	struct sg_session_state *logon;
};

/**
 * Something happens at the socket of fde, of a client of SMB1. To be called
 * before smbd reads it, and when all that came before was looked after.
 */
void sg_smb1_look(struct sg_client_state *client, const struct tevent_fd *fde);

/**
 * The next logon that has neither been let in nor failed, in smbd's order;
 * NULL: there is none.
 */
const struct sg_asked *sg_smb1_asked(struct smbXsrv_connection *xconn);

/**
 * It has come to its end.
 */
void sg_smb1_asked_done(struct smbXsrv_connection *xconn);

/**
 * None of those that are left will be tried.
 */
void sg_smb1_asked_forget(struct smbXsrv_connection *xconn);

#endif /* SMBGUARD_SMBD_SMB1_LOOK_H */
