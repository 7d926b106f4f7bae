/*
 * smbguard: who a client says it is, with a password
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How it fails: a text that there is no memory for is as if it had not been said.
 */

#include "smbd/samba.h"
#include "smbd/claims.h"
#include "smbd/logon.h"
#include "smbd/state.h"

#include "core/cut.h"

#include "../libcli/auth/ntlm_check.h"

/* Bytes of a response, MS-NLMP 2.2.2.3 and 2.2.2.6; NTLMv2's are longer. */
#define RESPONSE_V1_BYTES 24

static const char *dup_if_there(TALLOC_CTX *mem_ctx, const char *text)
{
	if (text == NULL || text[0] == '\0') {
		return NULL;
	}
	return sg_cut_text(mem_ctx, text);
}

static const char *type_of(const struct auth_usersupplied_info *user_info)
{
	size_t nt = user_info->password.response.nt.length;
	size_t lm = user_info->password.response.lanman.length;

	if (user_info->password_state != AUTH_PASSWORD_RESPONSE) {
		return NULL;
	}
	if (nt > RESPONSE_V1_BYTES) {
		return "NTLMv2";
	}
	if (nt == RESPONSE_V1_BYTES) {
		return "NTLMv1";
	}
	return lm >= RESPONSE_V1_BYTES ? "LANMan" : "None";
}

/*
 * smbd looks for LMv2 where LANMan's answer stands, whatever stands in NTLM's
 * place. What it has taken can be nothing else if it takes neither of the two:
 * with this value it takes no LANMan, whatever "lanman auth" says. Another
 * server that may have checked it has settings of its own.
 */
static bool proves_lmv2(const char *type)
{
	return type != NULL && strcmp(type, "NTLMv2") != 0 &&
	       strcmp(type, "None") != 0 &&
	       lp_server_role() == ROLE_STANDALONE &&
	       lp_ntlm_auth() == NTLM_AUTH_NTLMV2_ONLY;
}

const struct sg_claims *sg_claims_of(
	TALLOC_CTX *mem_ctx,
	const struct auth_usersupplied_info *user_info)
{
	struct sg_claims *claims = talloc_zero(mem_ctx, struct sg_claims);

	if (claims == NULL) {
		return NULL;
	}
	claims->account = dup_if_there(claims, user_info->client.account_name);
	claims->domain = dup_if_there(claims, user_info->client.domain_name);
	/* For want of a name, smbd calls an SMB1 client by its address. */
	if (!is_ipaddress(user_info->workstation_name)) {
		claims->workstation =
			dup_if_there(claims, user_info->workstation_name);
	}
	claims->password_type = type_of(user_info);
	return claims;
}

void sg_claims_proved(const struct sg_logon *logon)
{
	struct sg_claims *claims =
		discard_const_p(struct sg_claims, logon->shown->claims);

	if (claims != NULL && proves_lmv2(claims->password_type)) {
		claims->password_type = "LMv2";
	}
}
