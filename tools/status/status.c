/*
 * smbguard status: who is connected now, how, and what the policy would say
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Samba's own smbstatus tells who is connected (read.c), events of the same
 * sessions tell what it leaves out (recall.c); smb.conf as
 * it is now judges (judge.c). So after a change this tells who would
 * be refused if all came back, before they do.
 *
 * How it fails: exit 2 and a sentence on standard error where smbstatus or
 * smb.conf cannot be read.
 */

#include "common/tool.h"
#include "common/run.h"
#include "common/table.h"
#include "status.h"

#include "common/json_text.h"

#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smbguard_config.h"

static const char more_help[] =
	"\n"
	"Tells who is connected now, with what, and whether the policy that "
	"smb.conf has\n"
	"now would let them in again. smbstatus must be in PATH; be root.\n"
	"\n"
	"  allowed, denied, would_deny   as in the events\n"
	"  unknown    depends on what neither smbstatus nor an event tells: the "
	"mechanism,\n"
	"             or a cipher or signing algorithm that is not in use\n"
	"  unguarded  smbd does not ask smbguard about that share\n"
	"\n"
	"Exit status: 0 nobody would be refused, 1 somebody would, 2 it cannot "
	"be told.\n";

static const char *or_dash(const char *text)
{
	return text != NULL ? text : "-";
}

static const char *cipher_text(const struct sg_connected *c)
{
	if ((c->gaps & SG_GAP_CIPHER) != 0) {
		return "unknown";
	}
	return or_dash(sg_cipher_name(c->facts.cipher));
}

static const char *signing_text(const struct sg_connected *c)
{
	if ((c->gaps & SG_GAP_SIGNING) != 0) {
		return "unknown";
	}
	return or_dash(sg_signing_name(c->facts.signing_algorithm));
}

static const char *account_text(const struct sg_connected *c)
{
	return c->facts.guest ? "(guest)" : or_dash(c->facts.account);
}

static bool is_refused(const struct sg_connected *c)
{
	return strcmp(c->outcome, "denied") == 0 ||
	       strcmp(c->outcome, "would_deny") == 0;
}

static void print_text(const struct sg_connected *list, size_t num)
{
	static const char *const head[] = {"client",
					   "account",
					   "share",
					   "dialect",
					   "cipher",
					   "encrypted",
					   "signing",
					   "signed",
					   "policy"};
	struct sg_table *table = sg_table_new(NULL, 9);
	bool colour = sg_wants_colour();
	size_t i;

	if (table == NULL || num == 0) {
		printf("Nobody is connected.\n");
		talloc_free(table);
		return;
	}
	sg_table_add(table, head);
	for (i = 0; i < num; i++) {
		const struct sg_connected *c = &list[i];
		const char *cells[] = {
			or_dash(c->facts.client_address),
			account_text(c),
			or_dash(c->facts.share),
			or_dash(sg_dialect_name(c->facts.dialect)),
			cipher_text(c),
			c->encrypted,
			signing_text(c),
			c->is_signed,
			c->outcome,
		};

		sg_table_add(table, cells);
	}
	sg_table_print(table, colour);
	talloc_free(table);
	for (i = 0; i < num; i++) {
		if (strcmp(list[i].outcome, "allowed") != 0) {
			printf("\n%s, %s, %s:\n",
			       or_dash(list[i].facts.client_address),
			       account_text(&list[i]),
			       or_dash(list[i].facts.share));
			sg_print_wrapped(list[i].reason, 2);
		}
	}
}

static json_t *json_text(const char *text)
{
	return text != NULL ? sg_json_string(text, strlen(text)) : json_null();
}

/* Names as in the events; what is not known is null. */
static json_t *connected_json(const struct sg_connected *c)
{
	const struct sg_facts *f = &c->facts;
	bool no_cipher = (c->gaps & SG_GAP_CIPHER) != 0;
	bool no_signing = (c->gaps & SG_GAP_SIGNING) != 0;
	const char *cipher = no_cipher ? NULL : cipher_text(c);
	const char *signing = no_signing ? NULL : signing_text(c);
	const struct sg_verdict *v = c->verdict;
	json_t *o = json_object();
	json_t *unknown = json_array();
	unsigned gap;

	json_object_set_new(o, "pid", json_integer(f->pid));
	json_object_set_new(o, "clientAddress", json_text(f->client_address));
	json_object_set_new(o, "clientPort", json_integer(f->client_port));
	json_object_set_new(o, "account", json_text(f->account));
	json_object_set_new(o, "guest", json_boolean(f->guest));
	json_object_set_new(o, "share", json_text(f->share));
	json_object_set_new(o,
			    "dialect",
			    json_text(sg_dialect_name(f->dialect)));
	json_object_set_new(o, "cipher", json_text(cipher));
	json_object_set_new(o, "signingAlgorithm", json_text(signing));
	json_object_set_new(o, "authMechanism", json_text(f->mechanism));
	json_object_set_new(o, "encrypted", json_text(c->encrypted));
	json_object_set_new(o, "signed", json_text(c->is_signed));
	for (gap = SG_GAP_MECHANISM; gap <= SG_GAP_SIGNING; gap <<= 1) {
		if ((c->gaps & gap) != 0) {
			const char *name = sg_status_gaps_text(c->mem, gap);

			json_array_append_new(unknown, json_text(name));
		}
	}
	json_object_set_new(o, "unknown", unknown);
	json_object_set_new(o, "outcome", json_text(c->outcome));
	json_object_set_new(o, "option", json_text(v ? v->option : NULL));
	json_object_set_new(o, "exception", json_text(v ? v->exception : NULL));
	json_object_set_new(o, "reason", json_text(c->reason));
	return o;
}

static int print_json(const struct sg_connected *list, size_t num)
{
	json_t *root = json_array();
	int ret = 0;
	size_t i;

	for (i = 0; i < num; i++) {
		ret |= json_array_append_new(root, connected_json(&list[i]));
	}
	if (ret == 0) {
		ret = json_dumpf(root, stdout, JSON_INDENT(2));
		fputc('\n', stdout);
	}
	json_decref(root);
	return ret;
}

static json_t *ask_smbstatus(TALLOC_CTX *mem_ctx, const char *path)
{
	const char *const argv[] = {
		"smbstatus",
		"--json",
		"-s",
		path,
		NULL,
	};
	int status = 1;
	char *text = sg_run(mem_ctx, argv, &status);
	const char *start = NULL;
	json_t *root = NULL;

	if (text == NULL) {
		fprintf(stderr,
			"smbguard status: smbstatus cannot be run; it is in "
			"the package samba\n");
		return NULL;
	}
	start = strchr(text, '{');
	if (status == 0 && start != NULL) {
		root = json_loads(start, JSON_DISABLE_EOF_CHECK, NULL);
	}
	if (root == NULL) {
		fprintf(stderr,
			"smbguard status: `smbstatus --json -s %s` did not "
			"answer (exit %d); be root, and have Samba 4.17 or "
			"later\n",
			path,
			status);
	}
	return root;
}

static int run(TALLOC_CTX *frame, const char *path, bool json)
{
	const char *error = NULL;
	struct sg_conf *conf = sg_conf_read(frame, path, &error);
	struct sg_connected *list = NULL;
	json_t *root = NULL;
	int status = SG_EXIT_OK;
	bool ok = true;
	size_t num;
	size_t i;

	if (conf == NULL) {
		fprintf(stderr, "smbguard status: %s\n", error);
		return SG_EXIT_ERROR;
	}
	root = ask_smbstatus(frame, path);
	if (root == NULL) {
		return SG_EXIT_ERROR;
	}
	num = sg_status_read(frame, conf, root, &list);
	if (list != NULL) {
		ok = sg_status_recall(frame, conf, list, num);
	}
	for (i = 0; ok && list != NULL && i < num; i++) {
		ok = sg_status_judge(frame, conf, &list[i]);
		if (ok && is_refused(&list[i])) {
			status = SG_EXIT_FINDINGS;
		}
	}
	if (list == NULL || !ok) {
		fprintf(stderr, "smbguard status: out of memory\n");
		status = SG_EXIT_ERROR;
	} else if (json) {
		status = print_json(list, num) == 0 ? status : SG_EXIT_ERROR;
	} else {
		print_text(list, num);
	}
	json_decref(root);
	return fflush(stdout) == 0 ? status : SG_EXIT_ERROR;
}

int sg_command_status(int argc, const char **argv)
{
	char *format = NULL;
	char *path = NULL;
	const struct poptOption table[] = {
		{"format",
		 'f',
		 POPT_ARG_STRING,
		 &format,
		 0,
		 "how to print: text (default) or json",
		 "FORMAT"},
		{"smb-conf",
		 's',
		 POPT_ARG_STRING,
		 &path,
		 0,
		 "the server's configuration [" SMBGUARD_CONFIGFILE "]",
		 "FILE"},
		{"help", 'h', POPT_ARG_NONE, NULL, 'h', "this", NULL},
		POPT_TABLEEND};
	TALLOC_CTX *frame = talloc_new(NULL);
	int status = SG_EXIT_ERROR;
	poptContext pc;
	bool json;
	int opt;

	argv[0] = "smbguard status"; /* for the usage line */
	pc = poptGetContext("smbguard status", argc, argv, table, 0);
	opt = poptGetNextOpt(pc);
	json = format != NULL && strcmp(format, "json") == 0;
	if (opt == 'h') {
		poptPrintHelp(pc, stdout, 0);
		fputs(more_help, stdout);
		status = SG_EXIT_OK;
	} else if (opt < -1) {
		fprintf(stderr,
			"smbguard status: %s: %s\n",
			poptBadOption(pc, POPT_BADOPTION_NOALIAS),
			poptStrerror(opt));
	} else if (format != NULL && !json && strcmp(format, "text") != 0) {
		fprintf(stderr,
			"smbguard status: --format is text or json, not %s\n",
			format);
	} else if (poptPeekArg(pc) != NULL) {
		fprintf(stderr,
			"smbguard status: \"%s\" is one word too many\n",
			poptPeekArg(pc));
	} else {
		status = run(frame,
			     path != NULL ? path : SMBGUARD_CONFIGFILE,
			     json);
	}
	poptFreeContext(pc);
	free(format);
	free(path);
	talloc_free(frame);
	return status;
}
