/*
 * smbguard: what to do about a module that is not of this Samba
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_REMEDY_H
#define SMBGUARD_REMEDY_H

#define SG_REMEDY                                                          \
	"Install the smbguard that was built for this Samba, or build it " \
	"anew: ./waf configure build install\n"

#endif /* SMBGUARD_REMEDY_H */
