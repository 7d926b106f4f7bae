/*
 * smbguard: what differs between Samba's versions, 4.17 to 4.25
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of smbd/samba.h, and the only place that asks for Samba's version.
 * What one version has and another lacks gets one name here, which all files
 * use.
 */

#ifndef SMBGUARD_SMBD_COMPAT_H
#define SMBGUARD_SMBD_COMPAT_H

#include "smbguard_config.h"

#define SG_SAMBA_SINCE(major, minor)                 \
	(SMBGUARD_SAMBA_VERSION_MAJOR > (major) ||   \
	 (SMBGUARD_SAMBA_VERSION_MAJOR == (major) && \
	  SMBGUARD_SAMBA_VERSION_MINOR >= (minor)))

/* By 4.22 these have moved out of smbd's proto.h. */
#if __has_include("smbd/smbXsrv_session.h")
#include "smbd/smbXsrv_session.h"
#endif

/*
 * 4.22 has no lp_set_cmdline(); what it did is still there, but its parts are
 * declared in headers that cannot be included together.
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

/*
 * From 4.24 on lp_server_smb_encrypt() also takes the connection, and looks
 * whether it came over QUIC; the parameter itself has another name.
 */
#if SG_SAMBA_SINCE(4, 24)
#define SG_SERVER_SMB_ENCRYPT _server_smb_encrypt
#define SG_LP_SERVER_SMB_ENCRYPT lp__server_smb_encrypt
#else
#define SG_SERVER_SMB_ENCRYPT server_smb_encrypt
#define SG_LP_SERVER_SMB_ENCRYPT lp_server_smb_encrypt
#endif

/**
 * "server smb encrypt" as the configuration has it, of a share or of [global].
 */
static inline int sg_lp_server_smb_encrypt(int snum)
{
	return SG_LP_SERVER_SMB_ENCRYPT(snum);
}

/*
 * The first request of SMB1 ends a client's choice for good, up to 4.20. From
 * 4.21 on it sets "server max protocol" to NT1, which the next load of smb.conf
 * undoes, and a logon loads it.
 */
#define SG_SMB1_IS_FOR_GOOD (!SG_SAMBA_SINCE(4, 21))

/*
 * Does "server smb encrypt" hold for who comes over QUIC as well? From 4.24 on
 * smbd can be told to take QUIC for encryption.
 */
static inline bool sg_lp_encrypts_over_quic(void)
{
#if SG_SAMBA_SINCE(4, 24)
	return lp_server_smb_encryption_over_quic();
#else
	return true;
#endif
}

/* What functions of the VFS table take besides, and pass on. */
#if SG_SAMBA_SINCE(4, 22)
#define SG_RENAME_HOW , const struct vfs_rename_how *how
#define SG_NEXT_RENAMEAT(handle, srcfsp, src, dstfsp, dst) \
	SMB_VFS_NEXT_RENAMEAT(handle, srcfsp, src, dstfsp, dst, how)
#else
#define SG_RENAME_HOW
#define SG_NEXT_RENAMEAT SMB_VFS_NEXT_RENAMEAT
#endif
#if SG_SAMBA_SINCE(4, 25)
#define SG_RECONNECT_LEASE const struct smb2_lease *lease,
#define SG_NEXT_RECONNECT(handle, req, op, cookie, mem_ctx, fsp, new_cookie) \
	SMB_VFS_NEXT_DURABLE_RECONNECT(handle,                               \
				       req,                                  \
				       op,                                   \
				       cookie,                               \
				       lease,                                \
				       mem_ctx,                              \
				       fsp,                                  \
				       new_cookie)
#else
#define SG_RECONNECT_LEASE
#define SG_NEXT_RECONNECT SMB_VFS_NEXT_DURABLE_RECONNECT
#endif

/* From 4.24 on streams are renamed by a function of their own. */
#define SG_HAS_RENAME_STREAM SG_SAMBA_SINCE(4, 24)

/* 4.25 has these without the number of their version. */
#if SG_SAMBA_SINCE(4, 25)
#define smbXsrv_session_auth0 smbXsrv_session_auth
#define smbXsrv_session_global0 smbXsrv_session_global
#define smbXsrv_tcon_global0 smbXsrv_tcon_global
#endif

#endif /* SMBGUARD_SMBD_COMPAT_H */
