/*
 * smbguard: all that is known of one access
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_FACTS_H
#define SMBGUARD_CORE_FACTS_H

#include "core/wire/offer.h"
#include "history.h"
#include "options.h"

/* Whom an exception may name. */
enum sg_who {
	SG_USER = 1,
	SG_GROUP,
};

/** How exceptions call a list of them: "users" or "groups". */
const char *sg_who_key(enum sg_who who);

/* A fact that may not be known (yet). */
enum sg_known {
	SG_UNKNOWN = 0,
	SG_NO,
	SG_YES,
};

/*
 * All that is known of one access. Zero is "not known" everywhere but in
 * signing_algorithm. Pointers are borrowed; strings may hold any bytes.
 */
struct sg_facts {
	/* the connection */
	uint64_t connection_id;
	long pid;
	const char *server_name;
	const char *local_address;
	const char *client_address;
	uint16_t client_port;
	const char *client_name;
	bool have_guid;
	uint8_t client_guid[16]; /* as on the wire */

	/* negotiated */
	const struct sg_offer *offer;
	enum sg_dialect dialect;
	uint16_t cipher;       /* enum sg_cipher; NONE: nothing negotiated */
	int signing_algorithm; /* enum sg_signing */

	/* the session */
	bool have_session_id;
	uint64_t session_id;
	const char *account;
	const char *domain;
	const char *sid;
	const char *mechanism;
	const char *password_type; /* of NTLMSSP: "NTLMv2" and so on */
	bool guest;
	bool anonymous;

	/* what the session can do: see sg_facts_set_keys() */
	bool can_encrypt;
	bool can_sign;
	bool keyless; /* SMB1's logon without extended security gives no key */
	/* requests are accepted only encrypted, or this one was encrypted */
	enum sg_known is_encrypted;
	/* requests are accepted only signed, or this one was signed */
	enum sg_known is_signed;

	const char *share;   /* as it was asked for */
	const char *section; /* of smb.conf, where it has its options from */

	/* What the client uses less than before, or NULL; see history.h */
	const struct sg_downgrade *downgrade;

	/*
	 * Is the account this user, or in this group? Names are looked up as
	 * in "valid users" of smb.conf. NULL while there is no account.
	 */
	bool (*is_who)(enum sg_who who, const char *name, void *data);
	/*
	 * The name, as is_who finds it, of that which has this SID: the account
	 * or a group that it is in. NULL if neither has it, or it is not known.
	 */
	const char *(*name_of)(TALLOC_CTX *mem_ctx,
			       const char *sid,
			       enum sg_who *who,
			       void *data);
	void *is_who_data;
	/* What stands between domain and name; '\0': a backslash. */
	char name_separator;
};

/**
 * Is it neither a guest nor anonymous? These have no key that nobody else could
 * have.
 */
bool sg_facts_is_user(const struct sg_facts *facts);

/**
 * What a session with these keys can do: sets can_encrypt and can_sign. Dialect
 * and cipher must be there.
 *
 * encryption, signing: it has a key for that which only its user could have. Of
 * SMB1, which shows a key only when it signs: it signs.
 */
void sg_facts_set_keys(struct sg_facts *facts, bool encryption, bool signing);

/**
 * The same for a logon that makes its own keys, as each but SMB1's does.
 */
void sg_facts_own_keys(struct sg_facts *facts);

/**
 * Have them negotiate what suits a section best: the newest dialect and, of the
 * algorithms, the first one that it accepts.
 */
void sg_facts_suit(struct sg_facts *facts, const struct sg_settings *settings);

#endif /* SMBGUARD_CORE_FACTS_H */
