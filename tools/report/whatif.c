/*
 * smbguard(8): report, what a policy would say of what was recorded
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Facts are made of an event again and given to sg_decide(), with a policy of
 * the conditions, or that of a whole smb.conf, in audit mode: there the core
 * itself asks whether a client could have met a rule had it been told to.
 *
 * Some facts are not in an event, or not in each: whether somebody is a guest
 * is told by the SID, and what a client offered by the negotiate event of the
 * same connection, if that was read before and not too long ago. Which groups
 * an account is in, no event tells. What is not known is decided twice, once
 * in the client's favour and once against it. Two answers that differ are no
 * answer: "unknown", with what is missing.
 *
 * How it fails: a condition that cannot be parsed is told, with what it
 * accepts. Out of memory in a decision counts as unknown.
 */

#include "report.h"
#include "facts.h"
#include "replay.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct sg_whatif {
	bool in_share;
	struct sg_settings *none;
	struct sg_settings *asked;
	struct sg_offers *offers;
	struct sg_replay *replay; /* NULL: conditions */
};

struct condition {
	const char *name;
	const char *value;
};

static const char *get_condition(const char *name, void *data)
{
	const struct condition *c = data;

	for (; c->name != NULL; c++) {
		if (strcmp(c->name, name) == 0) {
			return c->value;
		}
	}
	return NULL;
}

static const char *get_nothing(const char *name, void *data)
{
	return NULL;
}

static char *trimmed(TALLOC_CTX *mem_ctx, const char *text, size_t len)
{
	while (len > 0 && isspace((unsigned char)text[0])) {
		text++;
		len--;
	}
	while (len > 0 && isspace((unsigned char)text[len - 1])) {
		len--;
	}
	return talloc_strndup(mem_ctx, text, len);
}

/* "encryption = required", with or without "smbguard:". */
static bool parse_condition(TALLOC_CTX *mem_ctx,
			    const char *text,
			    struct condition *c)
{
	static const char prefix[] = SG_OPTION_PREFIX ":";
	const char *equals = strchr(text, '=');
	const struct sg_option *const *row = NULL;
	const char *name = NULL;
	const char *comma = "";

	if (equals != NULL) {
		name = trimmed(mem_ctx, text, (size_t)(equals - text));
		c->value = trimmed(mem_ctx, equals + 1, strlen(equals + 1));
	}
	if (name != NULL && strncasecmp(name, prefix, strlen(prefix)) == 0) {
		name += strlen(prefix);
	}
	for (row = sg_option_table(); name != NULL && *row != NULL; row++) {
		if ((*row)->foreseen && strcasecmp(name, (*row)->name) == 0) {
			c->name = (*row)->name;
			return c->value != NULL;
		}
	}
	fprintf(stderr,
		"smbguard: --if \"%s\": give OPTION=VALUE, with one of these "
		"options:",
		text);
	for (row = sg_option_table(); *row != NULL; row++) {
		if ((*row)->foreseen) {
			fprintf(stderr, "%s %s", comma, (*row)->name);
			comma = ",";
		}
	}
	fprintf(stderr, "\n");
	return false;
}

static bool parse_conditions(struct sg_whatif *w, const char **texts)
{
	struct condition *c = NULL;
	size_t num = 0;
	size_t i;

	while (texts[num] != NULL) {
		num++;
	}
	c = talloc_zero_array(w, struct condition, num + 2);
	for (i = 0; c != NULL && i < num; i++) {
		const char *before = NULL;
		bool ok = parse_condition(c, texts[i], &c[num + 1]);

		if (!ok) {
			return false;
		}
		before = get_condition(c[num + 1].name, c);
		if (before != NULL) {
			fprintf(stderr,
				"smbguard: --if \"%s\": asked twice\n",
				texts[i]);
			return false;
		}
		c[i] = c[num + 1];
		c[num + 1] = (struct condition){.name = NULL};
	}
	w->asked = sg_settings_parse(w,
				     w->in_share ? SG_SHARE : SG_GLOBAL,
				     get_condition,
				     c);
	if (w->asked == NULL) {
		return false;
	}
	for (i = 0; i < w->asked->num_faults; i++) {
		fprintf(stderr,
			"smbguard: --if: \"%s = %s\" is not valid, it takes "
			"%s\n",
			w->asked->faults[i].option,
			w->asked->faults[i].value,
			w->asked->faults[i].accepted);
	}
	w->asked->mode = SG_MODE_AUDIT;
	return w->asked->num_faults == 0;
}

struct sg_whatif *sg_whatif_new(TALLOC_CTX *mem_ctx,
				const char **conditions,
				bool in_share)
{
	struct sg_whatif *w = talloc_zero(mem_ctx, struct sg_whatif);
	bool ok = w != NULL;

	if (ok) {
		w->in_share = in_share;
		w->none = sg_settings_parse(w, SG_GLOBAL, get_nothing, NULL);
		w->offers = sg_offers_new(w);
		ok = w->none != NULL && w->offers != NULL &&
		     parse_conditions(w, conditions);
	}
	if (!ok) {
		talloc_free(w);
		return NULL;
	}
	w->none->mode = SG_MODE_AUDIT;
	return w;
}

struct sg_whatif *sg_whatif_of_conf(TALLOC_CTX *mem_ctx,
				    const char *path,
				    time_t now)
{
	struct sg_whatif *w = talloc_zero(mem_ctx, struct sg_whatif);

	if (w == NULL) {
		return NULL;
	}
	w->offers = sg_offers_new(w);
	w->replay = sg_replay_new(w, path, now);
	if (w->offers == NULL || w->replay == NULL) {
		talloc_free(w);
		return NULL;
	}
	return w;
}

void sg_whatif_note(struct sg_whatif *w, const struct sg_record *record)
{
	if (record->kind == SG_EVENT_NEGOTIATE) {
		sg_offers_remember(w->offers, record);
	}
}

/* The facts in the client's favour, or against it. */
static struct sg_facts complete(const struct sg_policy *policy,
				const struct sg_facts *facts,
				const struct sg_gaps *gaps,
				const struct sg_offer *best_offer,
				bool favour)
{
	const struct sg_settings *asked =
		policy->share != NULL ? policy->share : policy->global;
	struct sg_facts f = *facts;

	if (gaps->user) {
		f.guest = !favour;
		f.account = f.account != NULL ? f.account : "";
	}
	if (gaps->offer) {
		f.offer = favour ? best_offer : NULL;
	}
	if (gaps->dialect && favour) {
		sg_facts_suit(&f, asked);
	}
	sg_facts_own_keys(&f);
	return f;
}

static const char *missing_words(const struct sg_gaps *gaps)
{
	if (gaps->groups) {
		return "the groups of the account are not known";
	}
	if (gaps->dialect) {
		return "the dialect is not known";
	}
	if (gaps->user) {
		return "guest or not is not known";
	}
	return "what the client offered is not known";
}

static enum sg_gate gate_of(enum sg_event_kind kind)
{
	if (kind == SG_EVENT_NEGOTIATE) {
		return SG_GATE_NEGOTIATE;
	}
	return kind == SG_EVENT_SESSION ? SG_GATE_SESSION : SG_GATE_SHARE;
}

/* Would all the rest be as the client likes it: are the groups in its way? */
static bool is_about_groups(TALLOC_CTX *mem_ctx,
			    const struct sg_policy *policy,
			    enum sg_gate gate,
			    const struct sg_facts *best)
{
	struct sg_facts without = *best;
	struct sg_verdict *verdict = NULL;

	sg_replay_set_who(&without, false);
	verdict = sg_decide(mem_ctx, gate, policy, &without);
	return verdict != NULL && verdict->outcome != SG_ALLOWED;
}

static void decide(TALLOC_CTX *mem_ctx,
		   const struct sg_policy *policy,
		   enum sg_gate gate,
		   const struct sg_facts *facts,
		   struct sg_gaps *gaps,
		   struct sg_answer *answer)
{
	struct sg_offer best_offer = {.kind = SG_OFFER_SMB2};
	struct sg_facts best;
	struct sg_facts worst;
	struct sg_verdict *for_it = NULL;
	struct sg_verdict *against = NULL;
	bool differ;

	sg_offer_everything(&best_offer);
	best = complete(policy, facts, gaps, &best_offer, true);
	worst = complete(policy, facts, gaps, &best_offer, false);
	sg_replay_set_who(&best, true);
	sg_replay_set_who(&worst, false);
	against = sg_decide(mem_ctx, gate, policy, &worst);
	for_it = against;
	if (against != NULL && against->outcome != SG_ALLOWED) {
		for_it = sg_decide(mem_ctx, gate, policy, &best);
	}
	if (for_it == NULL || against == NULL) {
		*answer = (struct sg_answer){
			.unknown = true,
			.missing = "out of memory",
		};
		return;
	}
	differ = (for_it->outcome == SG_ALLOWED) !=
		 (against->outcome == SG_ALLOWED);
	gaps->groups = differ && is_about_groups(mem_ctx, policy, gate, &best);
	*answer = (struct sg_answer){
		.outcome = for_it->outcome,
		.unknown = differ,
		.missing = missing_words(gaps),
		.option = against->option,
		.scope = against->scope,
		.required = against->required,
		.actual = against->actual,
	};
}

/* The policy for an event; false if it has nothing to say there. */
static bool policy_for(struct sg_whatif *w,
		       enum sg_gate gate,
		       struct sg_facts *facts,
		       struct sg_policy *policy)
{
	if (w->replay != NULL) {
		return sg_replay_policy(w->replay, gate, facts, policy);
	}
	*policy = (struct sg_policy){.global = w->asked};
	if (w->in_share) {
		policy->global = w->none;
		policy->share = w->asked;
		policy->share_name = facts->share;
		return gate == SG_GATE_SHARE && facts->share != NULL;
	}
	return true;
}

bool sg_whatif_ask(TALLOC_CTX *mem_ctx,
		   struct sg_whatif *w,
		   const struct sg_record *record,
		   struct sg_answer *answer)
{
	const struct sg_text *outcome = &record->text[SG_TEXT_OUTCOME];
	enum sg_gate gate = gate_of(record->kind);
	struct sg_facts facts = {.share = NULL};
	struct sg_offer offer = {.kind = SG_OFFER_SMB2};
	struct sg_gaps gaps = {.offer = true};
	struct sg_policy policy;
	bool ok;

	if (!sg_text_is(outcome, "allowed") &&
	    !sg_text_is(outcome, "would_deny")) {
		return false;
	}
	ok = sg_facts_of_record(mem_ctx,
				w->offers,
				record,
				&facts,
				&offer,
				&gaps);
	if (!ok) {
		*answer = (struct sg_answer){
			.unknown = true,
			.missing = "out of memory",
		};
		return true;
	}
	ok = policy_for(w, gate, &facts, &policy);
	if (ok) {
		decide(mem_ctx, &policy, gate, &facts, &gaps, answer);
	}
	return ok;
}
