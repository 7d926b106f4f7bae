/*
 * smbguard status: facts out of smbstatus
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbstatus names the dialect of a session, and a cipher or signing algorithm
 * only while one is in use; never the mechanism. What it does not name is a
 * gap, unless the dialect has but one.
 *
 * Notes:
 *
 * (1) smbstatus of 4.17 says "???" for a tree that is encrypted with AES-256.
 *     The session names the cipher then.
 *
 * (2) A guest runs as "guest account", and so does an anonymous client. Nobody
 *     else should.
 *
 * How it fails: what is missing or no text is not known.
 */

#define _GNU_SOURCE 1 /* getgrouplist */

#include "status.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *text_of(json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static const char *crypto_of(json_t *object, const char *what, const char *name)
{
	const char *text = text_of(json_object_get(object, what), name);

	return text != NULL ? text : "";
}

static bool in_group(const char *account, const char *group)
{
	struct passwd *pw = getpwnam(account);
	struct group *gr = NULL;
	gid_t gids[1024];
	int num = 1024;
	int i;

	if (pw == NULL) {
		return false;
	}
	num = getgrouplist(account, pw->pw_gid, gids, &num) >= 0 ? num : 0;
	gr = getgrnam(group);
	for (i = 0; gr != NULL && i < num; i++) {
		if (gids[i] == gr->gr_gid) {
			return true;
		}
	}
	return false;
}

/* As far as the system knows; smbd knows names of domains as well. */
static bool is_who(enum sg_who who, const char *name, void *data)
{
	const char *account = data;

	if (who == SG_GROUP) {
		return in_group(account, name);
	}
	return strcasecmp(account, name) == 0;
}

/* "ipv4:192.0.2.7:50123", "ipv6:2001:db8::1:50123" */
static void add_address(TALLOC_CTX *mem_ctx,
			struct sg_facts *facts,
			json_t *session)
{
	const char *host = text_of(session, "hostname");
	const char *port = NULL;
	const char *start = NULL;

	facts->client_address = text_of(session, "remote_machine");
	if (host == NULL || strncmp(host, "ipv", 3) != 0) {
		return;
	}
	start = strchr(host, ':');
	port = strrchr(host, ':');
	if (start == NULL || port == start) {
		return;
	}
	facts->client_address =
		talloc_strndup(mem_ctx, start + 1, (size_t)(port - start - 1));
	facts->client_port = (uint16_t)strtoul(port + 1, NULL, 10);
}

/* smbstatus says what SMB1's MD5 is used for. */
static int signer_of(const char *name)
{
	return strcmp(name, "HMAC-MD5") == 0 ? (int)SG_SIGNING_MD5
					     : sg_signing_from_name(name);
}

static void add_cipher(struct sg_connected *c, json_t *session, json_t *tree)
{
	struct sg_facts *facts = &c->facts;
	const char *of_tree = crypto_of(tree, "encryption", "cipher");
	const char *of_session = crypto_of(session, "encryption", "cipher");

	facts->cipher = sg_cipher_from_name(of_tree);
	if (facts->cipher == SG_CIPHER_NONE) {
		facts->cipher = sg_cipher_from_name(of_session); /* note (1) */
	}
	if (facts->cipher == SG_CIPHER_NONE &&
	    facts->dialect >= SG_DIALECT_SMB3_00) {
		c->gaps |= SG_GAP_CIPHER;
	}
}

static void add_signing(struct sg_connected *c, json_t *session, json_t *tree)
{
	struct sg_facts *facts = &c->facts;
	int algorithm = signer_of(crypto_of(session, "signing", "cipher"));

	if (algorithm == SG_SIGNING_NONE) {
		algorithm = signer_of(crypto_of(tree, "signing", "cipher"));
	}
	sg_facts_own_keys(facts);
	if (facts->dialect <= SG_DIALECT_NT1) {
		sg_facts_set_keys(facts,
				  false,
				  sg_facts_is_user(facts) &&
					  algorithm != SG_SIGNING_NONE);
	}
	if (algorithm == SG_SIGNING_NONE) {
		if (facts->dialect >= SG_DIALECT_SMB3_11 ||
		    facts->dialect <= SG_DIALECT_NT1) {
			c->gaps |= SG_GAP_SIGNING;
		} else {
			algorithm = facts->dialect >= SG_DIALECT_SMB3_00
					    ? SG_SIGNING_AES128_CMAC
					    : SG_SIGNING_HMAC_SHA256;
		}
	}
	facts->signing_algorithm = algorithm;
}

static const char *degree_of(json_t *session, json_t *tree, const char *what)
{
	const char *degree = crypto_of(tree, what, "degree");

	if (degree[0] == '\0' || strcmp(degree, "none") == 0) {
		degree = crypto_of(session, what, "degree");
	}
	return degree[0] != '\0' ? degree : "unknown";
}

static void read_one(TALLOC_CTX *mem_ctx,
		     const struct sg_conf *conf,
		     json_t *session,
		     json_t *tree,
		     struct sg_connected *c)
{
	const char *guest = sg_conf_value(&conf->sections[0], "guest account");
	struct sg_facts *facts = &c->facts;
	const char *pid = NULL;
	const char *id = text_of(session, "session_id");

	*c = (struct sg_connected){
		.gaps = SG_GAP_MECHANISM,
		.mem = mem_ctx,
		.session_id = id != NULL ? strtoull(id, NULL, 10) : 0,
		.have_tree = tree != NULL,
		.encrypted = degree_of(session, tree, "encryption"),
		.is_signed = degree_of(session, tree, "signing"),
	};
	add_address(mem_ctx, facts, session);
	pid = text_of(json_object_get(session, "server_id"), "pid");
	facts->pid = pid != NULL ? strtol(pid, NULL, 10) : 0;
	facts->account = text_of(session, "username");
	facts->share = text_of(tree, "service");
	facts->dialect = sg_conf_dialect(text_of(session, "session_dialect"));
	if (facts->account != NULL) {
		facts->is_who = is_who;
		memcpy(&facts->is_who_data,
		       &facts->account,
		       sizeof(facts->is_who_data));
		/* note (2) */
		facts->guest = strcmp(facts->account,
				      guest != NULL ? guest : "nobody") == 0;
	}
	add_cipher(c, session, tree);
	add_signing(c, session, tree);
}

static bool uses_a_tree(json_t *trees, const char *id)
{
	const char *key = NULL;
	json_t *tree = NULL;

	json_object_foreach(trees, key, tree)
	{
		const char *of = text_of(tree, "session_id");

		if (of != NULL && strcmp(of, id) == 0) {
			return true;
		}
	}
	return false;
}

size_t sg_status_read(TALLOC_CTX *mem_ctx,
		      const struct sg_conf *conf,
		      json_t *root,
		      struct sg_connected **list)
{
	json_t *sessions = json_object_get(root, "sessions");
	json_t *trees = json_object_get(root, "tcons");
	const char *key = NULL;
	json_t *value = NULL;
	size_t num = 0;

	*list = talloc_zero_array(mem_ctx,
				  struct sg_connected,
				  json_object_size(sessions) +
					  json_object_size(trees) + 1);
	if (*list == NULL) {
		return 0;
	}
	json_object_foreach(trees, key, value)
	{
		const char *id = text_of(value, "session_id");
		json_t *session = json_object_get(sessions, id ? id : "");

		read_one(mem_ctx, conf, session, value, &(*list)[num++]);
	}
	json_object_foreach(sessions, key, value)
	{
		bool uses = uses_a_tree(trees, key);

		if (!uses) {
			read_one(mem_ctx, conf, value, NULL, &(*list)[num++]);
		}
	}
	return num;
}
