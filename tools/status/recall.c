/*
 * smbguard status: what smbstatus leaves out, from events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbstatus tells no mechanism, and no algorithm that is not in use. The
 * session event of the same logon does: the same process, address, port and
 * number of the session. SMB1 numbers its sessions otherwise; there the account
 * is compared.
 *
 * Read are the audit file and the one before it, "FILE.1", or the journal where
 * there is no file. Lines of other processes are not parsed.
 *
 * How it fails: what is not found stays a gap.
 */

#define _GNU_SOURCE 1 /* memmem */

#include "status.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/rows.h"
#include "events/events.h"

#define SESSION "\"session\""
#define PID "\"pid\":"

struct recall {
	TALLOC_CTX *mem;
	struct sg_connected *list;
	size_t num;
	bool ok;
};

static bool is_of_a_process(const struct recall *r, const struct sg_line *line)
{
	const char *at = NULL;
	long pid;
	size_t i;

	if (line->text == NULL) {
		return false;
	}
	at = memmem(line->text, line->len, PID, strlen(PID));
	if (at == NULL) {
		return false;
	}
	at += strlen(PID);
	/* A line ends behind its object; a number ends before that. */
	for (pid = 0; at < line->text + line->len && *at >= '0' && *at <= '9';
	     at++) {
		pid = pid < 1000000000 ? pid * 10 + (*at - '0') : pid;
	}
	for (i = 0; i < r->num; i++) {
		if (r->list[i].facts.pid == pid) {
			return true;
		}
	}
	return false;
}

static bool same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}

/* smbstatus has no domain in front of an account, or one and a separator. */
static bool same_account(const char *theirs, const char *ours)
{
	size_t a = theirs != NULL ? strlen(theirs) : 0;
	size_t b = ours != NULL ? strlen(ours) : 0;

	return b > 0 && a >= b && strcasecmp(theirs + a - b, ours) == 0 &&
	       (a == b || strchr("\\/+", theirs[a - b - 1]) != NULL);
}

static bool is_of(const json_t *event, const struct sg_connected *c)
{
	const struct sg_facts *f = &c->facts;
	const char *id = sg_event_text(event, "sessionId", NULL);
	const char *dialect = sg_event_text(event, "dialect", NULL);
	json_int_t port =
		json_integer_value(json_object_get(event, "clientPort"));
	json_int_t pid = json_integer_value(json_object_get(event, "pid"));

	if (pid != f->pid || port != f->client_port ||
	    !same(sg_event_text(event, "clientAddress", NULL),
		  f->client_address) ||
	    !same(dialect, sg_dialect_name(f->dialect))) {
		return false;
	}
	if (f->dialect <= SG_DIALECT_NT1) {
		return same_account(f->account,
				    sg_event_text(event, "account", NULL));
	}
	return id != NULL && strtoull(id, NULL, 16) == c->session_id;
}

static void fill(struct recall *r, const json_t *event, struct sg_connected *c)
{
	struct sg_facts *f = &c->facts;
	const char *mechanism = sg_event_text(event, "authMechanism", NULL);
	int signer = sg_signing_from_name(
		sg_event_text(event, "signingAlgorithm", NULL));

	if ((c->gaps & SG_GAP_CIPHER) != 0) {
		f->cipher = sg_cipher_from_name(
			sg_event_text(event, "cipher", NULL));
		c->gaps &= ~(unsigned)SG_GAP_CIPHER;
		sg_facts_own_keys(f);
	}
	if ((c->gaps & SG_GAP_SIGNING) != 0 && signer != SG_SIGNING_NONE &&
	    f->dialect > SG_DIALECT_NT1) {
		f->signing_algorithm = signer;
		c->gaps &= ~(unsigned)SG_GAP_SIGNING;
	}
	if (mechanism != NULL) {
		f->mechanism = talloc_strdup(r->mem, mechanism);
		r->ok = r->ok && f->mechanism != NULL;
		c->gaps &= ~(unsigned)SG_GAP_MECHANISM;
	}
}

static bool take(const struct sg_line *line, void *data)
{
	struct recall *r = data;
	const char *problem = NULL;
	json_t *event = NULL;
	const char *kind = NULL;
	size_t i;

	/* Most lines may be about files: look before they are parsed. */
	if (line->text == NULL ||
	    memmem(line->text, line->len, SESSION, strlen(SESSION)) == NULL ||
	    !is_of_a_process(r, line)) {
		return true;
	}
	event = sg_event_of_line(line, NULL, &problem);
	kind = event != NULL ? sg_event_text(event, "event", NULL) : NULL;
	if (same(kind, "session") &&
	    !same(sg_event_text(event, "outcome", NULL), "denied")) {
		for (i = 0; i < r->num; i++) {
			if (is_of(event, &r->list[i])) {
				fill(r, event, &r->list[i]);
			}
		}
	}
	json_decref(event);
	return r->ok;
}

static void read_files(struct recall *r, const char *path)
{
	char *before = talloc_asprintf(r->mem, "%s.1", path);

	if (before == NULL) {
		r->ok = false;
		return;
	}
	if (access(before, R_OK) == 0 && sg_is_record(before)) {
		(void)sg_read_file(before, take, r);
	}
	if (access(path, R_OK) == 0 && sg_is_record(path)) {
		(void)sg_read_file(path, take, r);
	}
}

static void read_journal(struct recall *r)
{
	struct sg_journal *journal = sg_journal_open(NULL);

	if (journal != NULL) {
		(void)sg_journal_read(journal, take, r);
		sg_journal_close(journal);
	}
}

bool sg_status_recall(TALLOC_CTX *mem_ctx,
		      const struct sg_conf *conf,
		      struct sg_connected *list,
		      size_t num)
{
	struct sg_settings *settings =
		sg_conf_settings(mem_ctx, &conf->sections[0]);
	struct recall r = {
		.mem = mem_ctx,
		.list = list,
		.num = num,
		.ok = true,
	};
	const char *path = NULL;
	unsigned audit;

	if (settings == NULL) {
		return false;
	}
	audit = (unsigned)sg_option_number(&sg_option_audit, settings);
	path = settings->audit_file;
	if (num > 0 && (audit & SG_AUDIT_FILE) != 0) {
		read_files(&r, path != NULL ? path : SG_DEFAULT_AUDIT_FILE);
	} else if (num > 0 && (audit & SG_AUDIT_JOURNAL) != 0) {
		read_journal(&r);
	}
	return r.ok;
}
