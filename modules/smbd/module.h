/*
 * smbguard: what the module is to do where smbd has loaded it
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_MODULE_H
#define SMBGUARD_SMBD_MODULE_H

#include <stdbool.h>
#include <stdint.h>
#include <talloc.h>

#include <core/ntstatus.h>

struct sg_client_state;

enum sg_module_role {
	SG_MODULE_STRANGER, /* another release of Samba: touch nothing */
	SG_MODULE_GATES,
	SG_MODULE_VFS,
};

/**
 * What to do in this process, now.
 *
 * In the process of a client that has no dialect yet smbd loads its preload
 * modules: the gates are to be started, once, and *client is where their state
 * goes. NULL: they are at work already, another build of smbguard is, or there
 * is no memory; the latter two are told in smbd's log.
 *
 * Everywhere else it is a VFS module. A preload module must not register as
 * one: the list of backends would not be empty any more, smbd's own default
 * VFS would never be registered, and smbd would crash.
 */
enum sg_module_role sg_module_role(struct sg_client_state **client);

#endif /* SMBGUARD_SMBD_MODULE_H */
