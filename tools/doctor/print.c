/*
 * smbguard doctor: the answers, for a person and as JSON
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first line is for a monitoring program, and says what is worst.
 */

#include "doctor.h"

#include <stdio.h>
#include <string.h>

#include "common/json_text.h"
#include "common/table.h"

static const char *const grades[] = {"ok", "note", "unknown", "wrong"};
static const char *const builds[] = {"none", "installed", "other", "unknown"};
static const char *const gots[] = {
	"unknown",
	"let in",
	"no logon without an account",
	"refused by smbguard",
	"refused by smbd itself",
	"no answer",
};
static const char *const got_ids[] = {
	"unknown",
	"in",
	"no_logon",
	"refused_by_smbguard",
	"refused_by_smbd",
	"no_answer",
};

enum sg_doctor_grade sg_doctor_worst(const struct sg_doctor *d)
{
	enum sg_doctor_grade worst = SG_DOCTOR_WELL;
	size_t i;

	for (i = 0; i < d->num_rows; i++) {
		if (d->rows[i].grade > worst) {
			worst = d->rows[i].grade;
		}
	}
	return worst;
}

/* The first of the worst; *more: how many others there are */
static const char *first_of(const struct sg_doctor *d,
			    enum sg_doctor_grade grade,
			    size_t *more)
{
	const char *first = NULL;
	size_t i;

	*more = 0;
	for (i = 0; i < d->num_rows; i++) {
		if (d->rows[i].grade == grade) {
			*more += first != NULL ? 1 : 0;
			first = first != NULL ? first : d->rows[i].what;
		}
	}
	return first;
}

static char *summary(TALLOC_CTX *mem_ctx, const struct sg_doctor *d)
{
	enum sg_doctor_grade worst = sg_doctor_worst(d);
	size_t more = 0;
	const char *what = first_of(d, worst, &more);

	if (worst < SG_DOCTOR_UNTOLD) {
		return talloc_asprintf(
			mem_ctx,
			"OK: smbd %ld is guarded%s%s.",
			d->server,
			d->settings->mode == SG_MODE_AUDIT ? ", in audit mode"
							   : "",
			d->event_came ? ", and events arrive" : "");
	}
	return talloc_asprintf(mem_ctx,
			       more > 0 ? "%s: %s (and %zu more)" : "%s: %s",
			       worst == SG_DOCTOR_WRONG ? "WRONG"
							: "CANNOT BE TOLD",
			       what,
			       more);
}

static void print_probes(const struct sg_doctor *d, bool colour)
{
	static const char *const head[] = {"dialect",
					   "a client without an account",
					   "by the policy, an account's"};
	struct sg_table *table = sg_table_new(NULL, 3);
	size_t i;

	if (table == NULL || d->num_probes == 0) {
		talloc_free(table);
		return;
	}
	sg_table_add(table, head);
	for (i = 0; i < d->num_probes; i++) {
		const struct sg_doctor_probe *p = &d->probes[i];
		const char *cells[] = {sg_dialect_name(p->dialect),
				       gots[p->got],
				       p->policy};

		sg_table_add(table, cells);
	}
	printf("\n");
	sg_table_print(table, colour);
	talloc_free(table);
	for (i = 0; i < d->num_probes; i++) {
		const struct sg_doctor_probe *p = &d->probes[i];

		if (p->reason != NULL && p->got != SG_GOT_IN) {
			printf("\n%s:\n", sg_dialect_name(p->dialect));
			sg_print_wrapped(p->reason, 2);
		}
	}
}

void sg_doctor_print(const struct sg_doctor *d)
{
	static const char *const colours[] = {"\033[32m",
					      "",
					      "\033[33m",
					      "\033[31m"};
	bool colour = sg_wants_colour();
	char *first = summary(NULL, d);
	char *shown = sg_harmless(NULL, first);
	size_t i;

	printf("smbguard doctor: %s\n\n", shown != NULL ? shown : "");
	for (i = 0; i < d->num_rows; i++) {
		const struct sg_doctor_row *row = &d->rows[i];

		printf("%s%s%s:\n",
		       colour ? colours[row->grade] : "",
		       grades[row->grade],
		       colour && colours[row->grade][0] ? "\033[0m" : "");
		sg_print_wrapped(row->what, 2);
		if (row->remedy != NULL) {
			printf("  To do:\n");
			sg_print_wrapped(row->remedy, 4);
		}
	}
	print_probes(d, colour);
	talloc_free(shown);
	talloc_free(first);
}

static json_t *text_json(const char *text)
{
	return text != NULL ? sg_json_string(text, strlen(text)) : json_null();
}

static json_t *rows_json(const struct sg_doctor *d)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < d->num_rows; i++) {
		const struct sg_doctor_row *row = &d->rows[i];
		json_t *o = json_object();

		json_object_set_new(o, "grade", text_json(grades[row->grade]));
		json_object_set_new(o, "id", text_json(row->id));
		json_object_set_new(o, "what", text_json(row->what));
		json_object_set_new(o, "remedy", text_json(row->remedy));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *processes_json(const struct sg_doctor *d)
{
	json_t *list = json_array();
	char when[SG_TIME_SIZE];
	size_t i;

	for (i = 0; i < d->num_processes; i++) {
		const struct sg_doctor_process *p = &d->processes[i];
		json_t *o = json_object();

		json_object_set_new(o, "pid", json_integer(p->pid));
		json_object_set_new(o,
				    "started",
				    text_json(sg_time_text(p->started, when)));
		json_object_set_new(o, "clientAddress", text_json(p->client));
		json_object_set_new(o, "probe", json_boolean(p->probe));
		json_object_set_new(o, "module", text_json(builds[p->build]));
		json_object_set_new(o, "buildId", text_json(p->build_id));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *probes_json(const struct sg_doctor *d)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < d->num_probes; i++) {
		const struct sg_doctor_probe *p = &d->probes[i];
		json_t *o = json_object();

		json_object_set_new(o,
				    "dialect",
				    text_json(sg_dialect_name(p->dialect)));
		json_object_set_new(o, "got", text_json(got_ids[p->got]));
		json_object_set_new(o, "reason", text_json(p->reason));
		json_object_set_new(o, "policy", text_json(p->policy));
		json_object_set_new(o, "differs", json_boolean(p->differs));
		json_array_append_new(list, o);
	}
	return list;
}

bool sg_doctor_print_json(const struct sg_doctor *d)
{
	json_t *root = json_object();
	char *first = summary(NULL, d);
	enum sg_doctor_grade worst = sg_doctor_worst(d);
	const char *answer = worst < SG_DOCTOR_UNTOLD ? "ok" : grades[worst];
	int ret;

	json_object_set_new(root, "answer", text_json(answer));
	json_object_set_new(root, "summary", text_json(first));
	json_object_set_new(root, "pid", json_integer(d->server));
	json_object_set_new(root, "checks", rows_json(d));
	json_object_set_new(root, "processes", processes_json(d));
	json_object_set_new(root, "dialects", probes_json(d));
	ret = json_dumpf(root, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(root);
	talloc_free(first);
	return ret == 0;
}
