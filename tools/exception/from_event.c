/*
 * smbguard exception add --from-event: what a refusal would have needed
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection may have been refused several things, one after the other, or in
 * audit mode all of them: the exception allows each. It names the address that
 * the client had. Where what is allowed may depend on more than that, it names
 * the accounts, and the shares if none was refused elsewhere.
 *
 * How it fails: with a sentence; also where what is to be named cannot be: an
 * exception without it would be for others, too. An event tells the first thing
 * that a client lacked; it may lack more.
 */

#include "exception.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/table.h"
#include "events/events.h"
#include "report/facts.h"

#define DAYS 30
#define DAY 86400
#define NAMES_MAX 4000

/* Of all refusals, separated by commas */
struct names {
	char *list;
	bool none; /* one of them has no name of the kind */
	bool odd;  /* one has a name that no list can have */
};

/* All that the refusals of one connection say. */
struct asked {
	const char *connection; /* NULL: that of the last one */
	const struct sg_check *check;
	TALLOC_CTX *mem_ctx;
	json_t *last; /* the last refusal */
	uint32_t allow;
	uint32_t by_address; /* words that depend on hosts alone */
	size_t num;
	struct names accounts;
	struct names shares;
	bool other; /* a refusal that no exception helps */
	bool no_memory;
};

static const struct sg_option *option_of(const char *name)
{
	const struct sg_option *const *row = NULL;

	for (row = sg_option_table(); *row != NULL; row++) {
		if (strcmp((*row)->full_name, name) == 0) {
			return (*row)->words != NULL ? *row : NULL;
		}
	}
	return NULL;
}

static bool is_refusal(const json_t *event)
{
	const char *outcome = sg_event_text(event, "outcome", NULL);

	/* What is not done to a file needs a disk with room. */
	if (outcome == NULL || sg_kind_is_file(sg_event_kind_of(event))) {
		return false;
	}
	return strcmp(outcome, "denied") == 0 ||
	       strcmp(outcome, "would_deny") == 0;
}

static void begin(struct asked *a)
{
	json_decref(a->last);
	talloc_free(a->accounts.list);
	talloc_free(a->shares.list);
	*a = (struct asked){
		.connection = a->connection,
		.check = a->check,
		.mem_ctx = a->mem_ctx,
	};
}

/* "alice" outside of a domain, and "DOMAIN\alice" in one. */
static char *account_of(TALLOC_CTX *mem_ctx,
			const struct asked *a,
			const json_t *event)
{
	const char *account = sg_event_text(event, "account", NULL);
	const char *domain = sg_event_text(event, "domain", NULL);
	const char *server = sg_event_text(event, "serverName", NULL);
	bool member = sg_check_is_member(a->check) ||
		      sg_check_is_controller(a->check);

	if (account == NULL) {
		return NULL;
	}
	if (member && domain != NULL && domain[0] != '\0' &&
	    (server == NULL || strcasecmp(domain, server) != 0)) {
		return talloc_asprintf(mem_ctx, "%s\\%s", domain, account);
	}
	return talloc_strdup(mem_ctx, account);
}

static bool has(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (list != NULL) {
		if (strncasecmp(list, name, len) == 0 &&
		    (list[len] == ',' || list[len] == '\0')) {
			return true;
		}
		list = strstr(list, ", ");
		list = list != NULL ? list + 2 : NULL;
	}
	return false;
}

static void join(struct asked *a, struct names *names, const char *name)
{
	if (name == NULL) {
		names->none = true;
	} else if (name[0] == '\0' || strchr(name, ',') != NULL) {
		names->odd = true;
	} else if (!names->odd && !has(names->list, name)) {
		char *list = talloc_asprintf(a->mem_ctx,
					     "%s%s%s",
					     names->list ? names->list : "",
					     names->list ? ", " : "",
					     name);

		a->no_memory = a->no_memory || list == NULL;
		talloc_free(names->list);
		names->list = list;
		/* No option is so long. */
		names->odd = list != NULL && strlen(list) > NAMES_MAX;
	}
}

static void take_who(TALLOC_CTX *mem_ctx,
		     struct asked *a,
		     const json_t *event,
		     const struct sg_facts *facts)
{
	const char *share = sg_event_text(event, "share", NULL);
	const char *scope = sg_event_text(event, "policy.scope", NULL);
	bool nobody = facts->guest || facts->anonymous;

	join(a, &a->accounts, nobody ? NULL : account_of(mem_ctx, a, event));
	if (scope == NULL || strcasecmp(scope, "global") == 0) {
		share = NULL;
	}
	join(a, &a->shares, share);
}

static void take(TALLOC_CTX *mem_ctx,
		 struct asked *a,
		 json_t *event,
		 const struct sg_line *line)
{
	const char *name = sg_event_text(event, "policy.option", NULL);
	const struct sg_option *option = name != NULL ? option_of(name) : NULL;
	static struct sg_offers *offers;
	struct sg_offer offer = {.num_ciphers = 0};
	struct sg_facts facts = {.dialect = SG_DIALECT_NONE};
	struct sg_gaps gaps = {.dialect = false};
	struct sg_record record = {.json = NULL};
	const char *problem = NULL;
	uint32_t allow;
	bool ok;

	if (offers == NULL) {
		offers = sg_offers_new(NULL);
	}
	if (offers == NULL) {
		a->no_memory = true;
		return;
	}
	json_decref(a->last);
	a->last = json_incref(event);
	a->num++;
	if (option == NULL) {
		a->other = true;
		return;
	}
	ok = sg_record_by_jansson(line, &record, &problem);
	if (!ok) {
		a->other = true;
		return;
	}
	ok = sg_facts_of_record(mem_ctx,
				offers,
				&record,
				&facts,
				&offer,
				&gaps);
	sg_record_end(&record);
	if (!ok) {
		a->no_memory = true;
		return;
	}
	allow = sg_option_allow(option, &facts);
	if ((allow & SG_ALLOW_DIALECT) != 0) {
		allow &= ~(uint32_t)SG_ALLOW_SMB1; /* which allows more */
	}
	a->allow |= allow;
	a->by_address |= option->by_address ? allow : 0;
	a->other = a->other || allow == 0;
	take_who(mem_ctx, a, event, &facts);
}

static bool take_line(const struct sg_line *line, void *data)
{
	struct asked *a = data;
	const char *problem = NULL;
	TALLOC_CTX *mem_ctx = NULL;
	json_t *event = NULL;

	if (line->text != NULL) {
		event = sg_event_of_line(line, NULL, &problem);
	}
	if (event != NULL && is_refusal(event)) {
		const char *id = sg_event_text(event, "connectionId", NULL);
		const char *last = sg_event_text(a->last, "connectionId", NULL);

		if (id == NULL || (a->connection != NULL &&
				   strcasecmp(id, a->connection) != 0)) {
			json_decref(event);
			return true;
		}
		if (last == NULL || strcasecmp(id, last) != 0) {
			begin(a);
		}
		mem_ctx = talloc_new(a->mem_ctx);
		take(mem_ctx, a, event, line);
		talloc_free(mem_ctx);
	}
	json_decref(event);
	return true;
}

static void tell(const struct asked *a)
{
	const char *when = sg_event_text(a->last, "timestamp", NULL);
	const char *id = sg_event_text(a->last, "connectionId", NULL);
	const char *reason = sg_event_text(a->last, "reason", NULL);
	char *line = talloc_asprintf(a->mem_ctx,
				     "%s, connection %s, %zu refusal%s. The "
				     "last: %s",
				     when != NULL ? when : "",
				     id != NULL ? id : "",
				     a->num,
				     a->num == 1 ? "" : "s",
				     reason != NULL ? reason : "");

	if (line != NULL) {
		sg_print_wrapped(line, 0);
		printf("\nOf several things that a client lacks, an event tells "
		       "the first. If it is\n"
		       "refused again, look at that event.\n\n");
	}
}

static char *in_days(TALLOC_CTX *mem_ctx)
{
	char text[sizeof("YYYY-MM-DD")] = "";
	time_t then = time(NULL) + DAYS * DAY;
	struct tm tm = {0};

	if (gmtime_r(&then, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%d", &tm) == 0) {
		return NULL;
	}
	return talloc_strdup(mem_ctx, text);
}

static void keep(const char **what, const char *proposed)
{
	if (*what == NULL) {
		*what = proposed;
	}
}

/* NULL, or why these names cannot be told in an option. */
static const char *keep_names(struct asked *a,
			      const char **what,
			      const struct names *names,
			      const char *option)
{
	if (*what != NULL || names->none) {
		return NULL;
	}
	if (names->odd) {
		return talloc_asprintf(a->mem_ctx,
				       "no list can have the names of the "
				       "event: one has a comma or is empty, or "
				       "there are too many. Say by --%s whom "
				       "the exception is for",
				       option);
	}
	*what = names->list;
	return NULL;
}

/* One client alone, and no network. */
static bool is_address(const char *text)
{
	struct sg_network network = {.prefix = 0};

	return text != NULL && strchr(text, '/') == NULL &&
	       sg_network_parse(text, &network);
}

static const char *propose(struct asked *a, struct sg_written *w)
{
	const char *address = sg_event_text(a->last, "clientAddress", NULL);
	const char *reason = sg_event_text(a->last, "reason", NULL);
	const char *why = NULL;

	if (a->other || a->allow == 0) {
		return talloc_asprintf(a->mem_ctx,
				       "no exception would have let it in. %s",
				       reason != NULL ? reason : "");
	}
	if (w->hosts == NULL && !is_address(address)) {
		return "the event tells no address that an exception can name: "
		       "give --hosts";
	}
	keep(&w->hosts, talloc_strdup(a->mem_ctx, address));
	keep(&w->allow, sg_allow_text(a->mem_ctx, a->allow));
	keep(&w->until, in_days(a->mem_ctx));
	if (a->by_address == 0) {
		why = keep_names(a, &w->users, &a->accounts, "users");
	}
	if (a->by_address == 0 && why == NULL) {
		why = keep_names(a, &w->shares, &a->shares, "shares");
	}
	if (why != NULL) {
		return why;
	}
	if (w->hosts == NULL || w->allow == NULL || w->until == NULL) {
		return "out of memory";
	}
	if (w->reason == NULL) {
		return "give --reason: an exception says why there is one";
	}
	return NULL;
}

const char *sg_exception_from_event(TALLOC_CTX *mem_ctx,
				    const char *path,
				    const char *connection,
				    const struct sg_check *check,
				    struct sg_written *w)
{
	struct asked a = {
		.connection = connection,
		.check = check,
		.mem_ctx = mem_ctx,
	};
	const char *why = NULL;
	bool ok = sg_read_file(path, take_line, &a);

	if (!ok) {
		why = "the events cannot be read";
	} else if (a.no_memory) {
		why = "out of memory";
	} else if (a.last == NULL) {
		why = talloc_asprintf(mem_ctx,
				      "there is no refusal%s%s in it",
				      connection != NULL ? " of connection "
							 : "",
				      connection != NULL ? connection : "");
	} else {
		tell(&a);
		why = propose(&a, w);
	}
	if (why != NULL) {
		why = sg_harmless(mem_ctx, why);
		why = why != NULL ? why : "out of memory";
	}
	json_decref(a.last);
	return why;
}
