/*
 * smbguard: who is meant by a name
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names are looked up by Samba, which may ask winbindd, so by whoever asks only
 * when it matters.
 *
 * How it fails: what is not found is nobody.
 */

#include "smbd/samba.h"
#include "smbd/who.h"

#include "passdb/lookup_sid.h"

/* Look a name up as "valid users" does. */
static bool is_who(enum sg_who who, const char *name, void *data)
{
	TALLOC_CTX *frame = talloc_stackframe();
	const struct auth_session_info *session_info = data;
	const struct security_token *token = session_info->security_token;
	enum lsa_SidType type = SID_NAME_UNKNOWN;
	struct dom_sid sid = {0};
	bool known;
	bool is = false;

	known = lookup_name_smbconf(frame,
				    name,
				    who == SG_GROUP ? LOOKUP_NAME_GROUP
						    : LOOKUP_NAME_ALL,
				    NULL,
				    NULL,
				    &sid,
				    &type);
	TALLOC_FREE(frame);
	if (!known || token == NULL || token->num_sids == 0) {
		return false;
	}
	switch (who) {
	case SG_USER:
		is = type == SID_NAME_USER &&
		     dom_sid_equal(&sid, &token->sids[0]);
		break;
	case SG_GROUP:
		is = type != SID_NAME_USER &&
		     security_token_has_sid(token, &sid);
		break;
	}
	return is;
}

/* What has a SID, if it is the account or one of its groups. */
static const char *name_of(TALLOC_CTX *mem_ctx,
			   const char *text,
			   enum sg_who *who,
			   void *data)
{
	const struct auth_session_info *session_info = data;
	const struct security_token *token = session_info->security_token;
	enum lsa_SidType type = SID_NAME_UNKNOWN;
	const char *domain = NULL;
	const char *name = NULL;
	struct dom_sid sid = {0};
	bool known;

	known = dom_sid_parse(text, &sid) && token != NULL &&
		security_token_has_sid(token, &sid) &&
		lookup_sid(mem_ctx, &sid, &domain, &name, &type);
	if (!known) {
		return NULL;
	}
	*who = type == SID_NAME_USER ? SG_USER : SG_GROUP;
	if (domain == NULL || domain[0] == '\0') {
		return name;
	}
	return talloc_asprintf(mem_ctx,
			       "%s%c%s",
			       domain,
			       *lp_winbind_separator(),
			       name);
}

void sg_who_add(struct sg_facts *facts,
		const struct auth_session_info *session_info)
{
	facts->is_who = is_who;
	facts->name_of = name_of;
	facts->name_separator = *lp_winbind_separator();
	facts->is_who_data =
		discard_const_p(struct auth_session_info, session_info);
}
