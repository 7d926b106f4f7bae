/*
 * smbguard: events as lines of JSON
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * jansson builds and writes the objects. What this file adds is the fields and
 * their order; json_text.c adds strings of any bytes.
 *
 * How it fails: out of memory gives no line at all, never a partial one; the
 * caller counts the record as lost.
 *
 * All refusals of one share, with the account and what was lacking:
 *   jq -c 'select(.event == "share_connect" and .outcome == "denied")
 *          | [.share, .account, .policy.option, .policy.actual]'
 */

#include "event.h"
#include "json_text.h"

#include "core/text.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define HEX64_SIZE 19
#define GUID_SIZE 37
#define TIME_SIZE 64

/* Bytes that the written texts of an event may take: see core/text.h. */
#define REASON_MAX 2048
#define SMB1_STRING_MAX 64
#define SMB1_STRINGS_MAX 1024

/* An object under construction; ok goes false once and stays so. */
struct build {
	json_t *object;
	bool ok;
};

static void put(struct build *b, const char *key, json_t *value)
{
	int ret;

	/* json_object_set_new() consumes value, even when it fails. */
	ret = json_object_set_new(b->object, key, value);
	if (ret != 0) {
		b->ok = false;
	}
}

static void put_text(struct build *b, const char *key, const char *text)
{
	if (text == NULL) {
		return;
	}
	put(b, key, sg_json_cut_string(text, strlen(text), SG_TEXT_MAX));
}

static void put_known(struct build *b, const char *key, enum sg_known known)
{
	if (known != SG_UNKNOWN) {
		put(b, key, json_boolean(known == SG_YES));
	}
}

static void put_hex64(struct build *b, const char *key, uint64_t id)
{
	char text[HEX64_SIZE];

	snprintf(text, sizeof(text), "0x%016" PRIx64, id);
	put(b, key, json_string(text));
}

/* The text form of a GUID, whose first three fields are little-endian. */
static void put_guid(struct build *b, const char *key, const uint8_t g[16])
{
	char text[GUID_SIZE];

	snprintf(text,
		 sizeof(text),
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
		 "%02x%02x%02x%02x%02x%02x",
		 g[3],
		 g[2],
		 g[1],
		 g[0],
		 g[5],
		 g[4],
		 g[7],
		 g[6],
		 g[8],
		 g[9],
		 g[10],
		 g[11],
		 g[12],
		 g[13],
		 g[14],
		 g[15]);
	put(b, key, json_string(text));
}

static void put_time(struct build *b, const char *key, struct timespec when)
{
	struct tm tm = {0};
	char text[TIME_SIZE] = {0};
	size_t n;

	gmtime_r(&when.tv_sec, &tm);
	n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n,
		 sizeof(text) - n,
		 ".%06uZ",
		 (unsigned)(when.tv_nsec / 1000) % 1000000);
	put(b, key, json_string(text));
}

/* Wire numbers as names, those without one as "0x0310". */
static json_t *wire_names(const uint16_t *ids,
			  size_t num,
			  const char *(*name_of)(uint16_t id))
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; array != NULL && i < num; i++) {
		const char *name = name_of(ids[i]);
		char hex[8];
		int ret;

		if (name == NULL) {
			snprintf(hex, sizeof(hex), "0x%04x", ids[i]);
			name = hex;
		}
		ret = json_array_append_new(array, json_string(name));
		if (ret != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

static const char *dialect_wire_name(uint16_t id)
{
	return sg_dialect_name(sg_dialect_from_wire(id));
}

static const char *signing_wire_name(uint16_t id)
{
	return sg_signing_name(id);
}

/* left_out: grows by how many there was no room for. */
static json_t *smb1_strings(const struct sg_offer *offer, size_t *left_out)
{
	json_t *array = json_array();
	size_t room = SMB1_STRINGS_MAX;
	size_t i;

	for (i = 0; array != NULL && i < offer->num_smb1; i++) {
		const struct sg_bytes *s = &offer->smb1[i];
		int ret;

		if (room < SMB1_STRING_MAX) {
			*left_out += offer->num_smb1 - i;
			break;
		}
		/* As much as it takes, or all that one may take */
		room -= s->length < SMB1_STRING_MAX / 6 ? s->length * 6 + 3
							: SMB1_STRING_MAX;
		ret = json_array_append_new(
			array,
			sg_json_cut_string((const char *)s->data,
					   s->length,
					   SMB1_STRING_MAX));
		if (ret != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

static void put_offer(struct build *b, const struct sg_offer *offer)
{
	struct build o = {.object = json_object(), .ok = true};
	size_t left_out = offer->left_out;

	if (offer->num_smb1 > 0) {
		put(&o, "smb1", smb1_strings(offer, &left_out));
	}
	if (offer->kind == SG_OFFER_SMB2) {
		put(&o,
		    "dialects",
		    wire_names(offer->dialects,
			       offer->num_dialects,
			       dialect_wire_name));
		if (offer->has_ciphers) {
			put(&o,
			    "ciphers",
			    wire_names(offer->ciphers,
				       offer->num_ciphers,
				       sg_cipher_name));
		}
		if (offer->has_signing) {
			put(&o,
			    "signingAlgorithms",
			    wire_names(offer->signing,
				       offer->num_signing,
				       signing_wire_name));
		}
		put(&o, "securityMode", json_integer(offer->security_mode));
		put(&o, "capabilities", json_integer(offer->capabilities));
		put_text(&o, "serverName", offer->netname);
	}
	if (left_out > 0) {
		put(&o, "leftOut", json_integer((json_int_t)left_out));
	}
	put_text(&o, "problem", offer->problem);
	b->ok = b->ok && o.ok;
	put(b, "offer", o.object);
}

static void put_policy(struct build *b, const struct sg_verdict *verdict)
{
	struct build p = {.object = NULL, .ok = true};

	if (verdict->option == NULL) {
		return;
	}
	p.object = json_object();
	put_text(&p, "option", verdict->option);
	put_text(&p, "scope", verdict->scope);
	put_text(&p, "required", verdict->required);
	put_text(&p, "actual", verdict->actual);
	put_text(&p, "exception", verdict->exception);
	put_text(&p, "until", verdict->until);
	b->ok = b->ok && p.ok;
	put(b, "policy", p.object);
}

/* Windows' event 1005 has the same pair: expected is what the connection has. */
static void put_negotiated(struct build *b,
			   const char *key,
			   const struct sg_negotiated *side)
{
	struct build n = {.object = NULL, .ok = true};

	if (side == NULL) {
		return;
	}
	n.object = json_object();
	put_text(&n, "dialect", sg_dialect_name(sg_validate_best(side)));
	put(&n,
	    "dialects",
	    wire_names(side->dialects, side->num_dialects, dialect_wire_name));
	put(&n, "capabilities", json_integer(side->capabilities));
	put(&n, "securityMode", json_integer(side->security_mode));
	put_guid(&n, "clientGuid", side->guid);
	b->ok = b->ok && n.ok;
	put(b, key, n.object);
}

static void put_regression(struct build *b, const struct sg_event *event)
{
	const struct sg_regression *r = event->regression;
	struct build d = {.object = NULL, .ok = true};

	if (r == NULL) {
		return;
	}
	d.object = json_object();
	put_text(&d, "what", r->what);
	put_text(&d, "was", r->was);
	put_text(&d, "now", r->now);
	put_text(&d, "side", r->side);
	put_text(&d, "explanation", event->explanation);
	b->ok = b->ok && d.ok;
	put(b, "downgrade", d.object);
}

static void put_connection(struct build *b, const struct sg_facts *facts)
{
	put_hex64(b, "connectionId", facts->connection_id);
	put(b, "pid", json_integer(facts->pid));
	put_text(b,
		 "serverName",
		 facts->server_name != NULL ? facts->server_name : "");
	put_text(b,
		 "localAddress",
		 facts->local_address != NULL ? facts->local_address : "");
	put_text(b,
		 "clientAddress",
		 facts->client_address != NULL ? facts->client_address : "");
	put(b, "clientPort", json_integer(facts->client_port));
	if (facts->have_guid) {
		put_guid(b, "clientGuid", facts->client_guid);
	}
	put_text(b, "clientName", facts->client_name);
}

static void put_access(struct build *b, const struct sg_event *event)
{
	const struct sg_facts *facts = event->facts;

	if (facts->have_session_id) {
		put_hex64(b, "sessionId", facts->session_id);
	}
	put_text(b, "account", facts->account);
	put_text(b, "previousAccount", event->previous_account);
	put_text(b, "domain", facts->domain);
	put_text(b, "sid", facts->sid);
	put_text(b, "authMechanism", facts->mechanism);
	put_text(b, "passwordType", facts->password_type);
	put_text(b, "share", facts->share);
	put_text(b, "pipe", event->pipe);
	put_text(b, "dialect", sg_dialect_name(facts->dialect));
	put_text(b, "cipher", sg_cipher_name(facts->cipher));
	put_text(b,
		 "signingAlgorithm",
		 sg_signing_name(facts->signing_algorithm));
	put_known(b, "signed", facts->is_signed);
	put_known(b, "encrypted", facts->is_encrypted);
}

static void build_event(struct build *b, const struct sg_event *event)
{
	const struct sg_verdict *verdict = event->verdict;
	int windows_id = sg_event_windows_id(event);
	bool is_negotiate = event->kind == SG_EVENT_NEGOTIATE;

	put_time(b, "timestamp", event->when);
	put(b, "type", json_string("smbguard"));
	put(b,
	    "version",
	    json_pack("{s:i,s:i}",
		      "major",
		      SG_EVENT_MAJOR,
		      "minor",
		      SG_EVENT_MINOR));
	put(b, "event", json_string(sg_event_name(event->kind)));
	put(b, "outcome", json_string(sg_outcome_name(verdict->outcome)));
	put(b,
	    "severity",
	    json_string(sg_severity_name(sg_event_severity(event))));
	put_connection(b, event->facts);
	put_access(b, event);
	if (is_negotiate && event->facts->offer != NULL) {
		put_offer(b, event->facts->offer);
	}
	put_policy(b, verdict);
	put_regression(b, event);
	put_negotiated(b, "expected", event->received);
	put_negotiated(b, "received", event->sent);
	if (event->count > 0) {
		put(b, "count", json_integer(event->count));
	}
	if (event->have_duration) {
		put(b, "duration", json_integer((json_int_t)event->duration));
	}
	put_text(b, "status", event->nt_status);
	if (event->lost > 0) {
		put(b, "lost", json_integer((json_int_t)event->lost));
	}
	if (windows_id != 0) {
		put(b, "windowsEventId", json_integer(windows_id));
	}
	put(b,
	    "reason",
	    sg_json_cut_string(verdict->reason,
			       strlen(verdict->reason),
			       REASON_MAX));
}

/* json_dumpb() twice would encode twice; one callback grows one buffer. */
struct line {
	char *text;
	size_t len;
	bool failed; /* jansson does not look at every answer of ours */
};

static int line_append(const char *buffer, size_t size, void *data)
{
	struct line *line = data;
	size_t have = talloc_get_size(line->text);

	if (line->len + size + 2 > have) {
		char *text = NULL;

		have = 2 * (line->len + size + 2);
		text = talloc_realloc_size(NULL, line->text, have);
		if (text == NULL) {
			line->failed = true;
			return -1;
		}
		line->text = text;
	}
	memcpy(line->text + line->len, buffer, size);
	line->len += size;
	return 0;
}

char *sg_event_line(TALLOC_CTX *mem_ctx,
		    const struct sg_event *event,
		    size_t *len)
{
	struct build b = {.object = json_object(), .ok = true};
	struct line line = {.text = NULL};
	int ret = -1;

	build_event(&b, event);
	line.text = talloc_size(mem_ctx, 1024);
	if (b.ok && line.text != NULL) {
		ret = json_dump_callback(b.object,
					 line_append,
					 &line,
					 JSON_COMPACT);
	}
	json_decref(b.object);
	if (ret != 0 || line.failed) {
		talloc_free(line.text);
		return NULL;
	}
	line.text[line.len++] = '\n';
	line.text[line.len] = '\0';
	*len = line.len;
	return line.text;
}
