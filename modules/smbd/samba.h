/*
 * smbguard: Samba's private headers, and what differs between its versions
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The only place that includes Samba's private headers and the only one that
 * asks for Samba's version. Names that one version has and another lacks are
 * given here one name that all files use.
 */

#ifndef SMBGUARD_SMBD_SAMBA_H
#define SMBGUARD_SMBD_SAMBA_H

#include "includes.h"
#include "smbd/smbd.h"
#include "smbd/globals.h"
#include "lib/global_contexts.h"

#include "../lib/tsocket/tsocket.h"
#include "../libcli/security/security.h"
#include "../libcli/smb/smb_constants.h"
#include "auth.h"
#include "auth/gensec/gensec.h"
#include "auth/gensec/gensec_internal.h"

#include "smbguard_config.h"

/* Between 4.17 and 4.22 these moved out of smbd's proto.h. */
#if __has_include("smbd/smbXsrv_session.h")
#include "smbd/smbXsrv_session.h"
#endif

#include "../lib/param/loadparm.h"
#include "../lib/param/param_global.h"
#include "../lib/param/s3_param.h"

/*
 * lp_set_cmdline() is gone in 4.22; what it did is still there, but its
 * parts are declared in headers that cannot be included together.
 */
struct loadparm_context;
struct loadparm_s3_helpers;
struct loadparm_context *loadparm_init_s3(TALLOC_CTX *mem_ctx,
					  const struct loadparm_s3_helpers *s3);
const struct loadparm_s3_helpers *loadparm_s3_helpers(void);
bool lpcfg_set_cmdline(struct loadparm_context *lp_ctx,
		       const char *name,
		       const char *value);
int lpcfg_map_parameter(const char *name);
struct parm_struct *lpcfg_parm_struct(struct loadparm_context *lp_ctx,
				      const char *name);

#endif /* SMBGUARD_SMBD_SAMBA_H */
