/*
 * smbguard: the connection that this process was made for
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: a struct of another layout is not looked into.
 */

#include "smbd/samba.h"
#include "smbd/connection.h"
#include "smbd/layout.h"

struct smbXsrv_connection *sg_connection_first(TALLOC_CTX *mem_ctx,
					       const char **problem)
{
	struct smbXsrv_client *client = global_smbXsrv_client;
	bool ok;

	*problem = "out of memory";
	ok = sg_layout_fits(mem_ctx,
			    SG_LAYOUT(client, struct smbXsrv_client),
			    problem);
	if (!ok) {
		return NULL;
	}
	ok = sg_layout_fits(
		mem_ctx,
		SG_LAYOUT(client->connections, struct smbXsrv_connection),
		problem);
	if (!ok) {
		return NULL;
	}
	*problem = NULL;
	return client->connections;
}

int sg_connection_choice(const struct smbXsrv_connection *xconn)
{
	return (int)xconn->protocol - (int)PROTOCOL_NONE;
}

bool sg_connection_is_smb1(const struct smbXsrv_connection *xconn)
{
	return xconn->protocol < PROTOCOL_SMB2_02;
}

bool sg_connection_keeps_smb1(void)
{
	return SG_SMB1_IS_FOR_GOOD;
}

bool sg_connection_is_at(const struct smbXsrv_connection *xconn,
			 const struct tevent_fd *fde)
{
	return xconn->transport.fde == fde;
}

int sg_connection_socket(const struct smbXsrv_connection *xconn)
{
	return xconn->transport.sock;
}

bool sg_connection_is_one_of_many(void)
{
	const struct smbXsrv_connection *first =
		global_smbXsrv_client->connections;

	return first != NULL && first->next != NULL;
}
