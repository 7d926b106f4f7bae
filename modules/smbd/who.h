/*
 * smbguard: who is meant by a name
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_SMBD_WHO_H
#define SMBGUARD_SMBD_WHO_H

#include "core/facts.h"

struct auth_session_info;

/**
 * Let facts be asked whom the names in exceptions mean. session_info is whose
 * facts they are; it must be there for as long as they are asked.
 */
void sg_who_add(struct sg_facts *facts,
		const struct auth_session_info *session_info);

#endif /* SMBGUARD_SMBD_WHO_H */
