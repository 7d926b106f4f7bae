/*
 * smbguard(8): report, what each summary begins with
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of what server, period and policy it is, and what was asked.
 *
 * How it fails: false when out of memory.
 */

#include "sheets.h"

#include <inttypes.h>
#include <stdarg.h>

#include "files.h"
#include "inforce.h"
#include "smbguard_config.h"

#define SERVERS_SHOWN 3

bool sg_summary_add(TALLOC_CTX *mem_ctx,
		    struct sg_summary *summary,
		    const char *label,
		    const char *fmt,
		    ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = talloc_vasprintf(mem_ctx, fmt, ap);
	va_end(ap);
	if (text == NULL || summary->num == SG_SUMMARY_LINES) {
		return false;
	}
	summary->lines[summary->num++] = (struct sg_line_of_summary){
		.label = label,
		.text = sg_report_shown(mem_ctx, text),
	};
	return true;
}

/* "S", "S, T, U and 2 more" */
static bool add_servers(TALLOC_CTX *mem_ctx,
			const struct sg_report *r,
			struct sg_summary *s)
{
	const struct sg_tally *servers = &r->seen.servers;
	const struct sg_tally_entry *e = sg_tally_next(servers, NULL);
	char *text = talloc_strdup(mem_ctx, e != NULL ? "" : "not known");
	size_t i;

	for (i = 0; text != NULL && e != NULL && i < SERVERS_SHOWN; i++) {
		text = talloc_asprintf_append(text,
					      "%s%s",
					      i > 0 ? ", " : "",
					      sg_tally_part(e, 0));
		e = sg_tally_next(servers, e);
	}
	if (text != NULL && e != NULL) {
		text = talloc_asprintf_append(text,
					      " and %zu more",
					      servers->num - i);
	}
	return text != NULL && sg_summary_add(mem_ctx, s, "Server", "%s", text);
}

static char *add_names(char *text, const char *label, const char **names)
{
	size_t i;

	for (i = 0; text != NULL && names != NULL && names[i] != NULL; i++) {
		text = talloc_asprintf_append(text, " %s %s", label, names[i]);
	}
	return text;
}

static char *add_files_asked(char *text, const struct sg_files *files)
{
	text = talloc_strdup_append(text, " files");
	text = add_names(text, "of account", files->accounts);
	return add_names(text, "named", files->paths);
}

/* What was asked for, of all that there is */
static bool add_asked(TALLOC_CTX *mem_ctx,
		      const struct sg_report *r,
		      struct sg_summary *s)
{
	char since[SG_TIME_SIZE];
	char until[SG_TIME_SIZE];
	char *text = talloc_asprintf(
		mem_ctx,
		"%s%s%s%s",
		r->have_since ? "since " : "",
		r->have_since ? sg_time_text(r->since, since) : "",
		r->have_until ? " until " : "",
		r->have_until ? sg_time_text(r->until, until) : "");
	size_t i;

	for (i = 0; text != NULL && r->shares != NULL && r->shares[i] != NULL;
	     i++) {
		text = talloc_asprintf_append(text, " [%s]", r->shares[i]);
	}
	if (text != NULL && r->client_text != NULL) {
		text = talloc_asprintf_append(text,
					      " client %s",
					      r->client_text);
	}
	if (text != NULL && r->files != NULL) {
		text = add_files_asked(text, r->files);
	}
	for (i = 0; text != NULL && r->whatif_options != NULL &&
		    r->whatif_options[i] != NULL;
	     i++) {
		text = talloc_asprintf_append(text,
					      "%s %s",
					      i > 0 ? "," : " what if",
					      r->whatif_options[i]);
	}
	if (text != NULL && r->whatif_conf != NULL) {
		text = talloc_asprintf_append(text,
					      " what if %s were enforced",
					      r->whatif_conf);
	}
	if (text == NULL) {
		return false;
	}
	text += text[0] == ' ' ? 1 : 0;
	return sg_summary_add(mem_ctx,
			      s,
			      "Asked",
			      "%s",
			      text[0] != '\0' ? text
					      : "everything that is recorded");
}

static bool add_covered(TALLOC_CTX *mem_ctx,
			const struct sg_report *r,
			struct sg_summary *s)
{
	const struct sg_count *events = &r->seen.events;
	char from[SG_TIME_SIZE];
	char to[SG_TIME_SIZE];
	char bad[64] = "";
	bool ok;

	if (r->bad_lines > 0) {
		snprintf(bad,
			 sizeof(bad),
			 ", %" PRIu64 " of them no events",
			 r->bad_lines);
	}
	ok = sg_summary_add(
		mem_ctx,
		s,
		"Covered",
		"%s%s%s%s%" PRIu64 " events of %" PRIu64 " lines%s%s",
		events->count > 0 ? sg_time_text(events->first, from) : "",
		events->count > 0 ? " to " : "",
		events->count > 0 ? sg_time_text(events->last, to) : "",
		events->count > 0 ? ", " : "",
		events->count,
		r->lines,
		bad,
		r->partial ? "; not all could be read" : "");
	if (ok && r->have_since && r->record.count > 0 &&
	    r->record.first > r->since) {
		ok = sg_summary_add(
			mem_ctx,
			s,
			"Record",
			"begins at %s only: nothing is known of the time "
			"before",
			sg_time_text(r->record.first, from));
	}
	return ok;
}

static bool add_policy(TALLOC_CTX *mem_ctx,
		       const struct sg_report *r,
		       struct sg_summary *s)
{
	const struct sg_in_force *f = r->in_force;

	if (f->error != NULL) {
		return sg_summary_add(mem_ctx,
				      s,
				      "Policy",
				      "not readable: %s",
				      f->error);
	}
	if (r->files != NULL) {
		return sg_summary_add(mem_ctx,
				      s,
				      "Policy",
				      "%s asks for %s of files now",
				      f->path,
				      f->files ? "events" : "no events");
	}
	return sg_summary_add(
		mem_ctx,
		s,
		"Policy",
		"%s: [global] %s%s%s",
		f->path,
		f->rows[0].policy,
		f->num_rows > 1 ? "; shares are below" : "",
		f->num_faults > 0 ? "; not all is valid: smbguard check" : "");
}

bool sg_summary_head(TALLOC_CTX *mem_ctx,
		     const struct sg_report *r,
		     struct sg_summary *s)
{
	char made[SG_TIME_SIZE];

	return add_servers(mem_ctx, r, s) &&
	       sg_summary_add(mem_ctx,
			      s,
			      "Made",
			      "%s by smbguard " SMBGUARD_VERSION,
			      sg_time_text(r->made, made)) &&
	       add_asked(mem_ctx, r, s) && add_covered(mem_ctx, r, s) &&
	       add_policy(mem_ctx, r, s);
}
