/*
 * smbguard: facts in, verdict out
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sg_decide() holds every rule of the gate against [global] and against the
 * share (sections.c), and keeps the gravest finding: a refusal
 * before a would-be refusal before what an exception allowed before any other
 * allowance.
 *
 * How it fails: a faulty option refuses by itself (settings.c), a gate that
 * cannot judge (policy->broken) refuses wherever something is asked for, and
 * a lack of memory is a NULL that the gates take for a refusal.
 */

#include "policy.h"

#include <stdarg.h>

#include "rows.h"
#include "sections.h"

/* A judgement under way. */
struct judge {
	enum sg_gate gate;
	const struct sg_policy *policy;
	const struct sg_facts *facts;
	const char *client; /* "alice from 10.1.1.5 (SMB2_10)" */
	struct sg_verdict *verdict;
	bool ok; /* false: out of memory */
};

/* "alice from 10.1.1.5 (SMB2_10)", as much of it as is known. */
static const char *describe_client(TALLOC_CTX *mem_ctx,
				   const struct sg_facts *facts)
{
	const char *dialect = sg_dialect_name(facts->dialect);

	return talloc_asprintf(
		mem_ctx,
		"%s%s%s%s%s%s",
		sg_known(facts->account, ""),
		facts->account != NULL ? " from " : "",
		sg_known(facts->client_address, "an unknown address"),
		dialect != NULL ? " (" : "",
		sg_known(dialect, ""),
		dialect != NULL ? ")" : "");
}

static enum sg_outcome refusal_in(enum sg_mode mode)
{
	return mode == SG_MODE_AUDIT ? SG_WOULD_DENY : SG_DENIED;
}

static const char *words_of(enum sg_outcome outcome)
{
	switch (outcome) {
	case SG_DENIED:
		return "Refused";
	case SG_WOULD_DENY:
		return "Would be refused";
	default:
		return "Allowed";
	}
}

/* How much a finding has to tell; of equals the first is told. */
int sg_verdict_gravity(const struct sg_verdict *finding)
{
	switch (finding->outcome) {
	case SG_DENIED:
		return 4;
	case SG_WOULD_DENY:
		return 3;
	default:
		break;
	}
	if (finding->exception != NULL) {
		return 2;
	}
	return finding->cause != SG_CAUSE_NONE ? 1 : 0;
}

static void find(struct judge *j,
		 struct sg_verdict finding,
		 const char *fmt,
		 ...) __attribute__((format(printf, 3, 4)));

/* A finding, with the reason in the words of fmt behind "Refused: ". */
static void find(struct judge *j,
		 struct sg_verdict finding,
		 const char *fmt,
		 ...)
{
	bool take =
		sg_verdict_gravity(&finding) > sg_verdict_gravity(j->verdict);
	char *reason = NULL;
	va_list ap;

	if (!take) {
		return;
	}
	reason = talloc_asprintf(j->verdict, "%s: ", words_of(finding.outcome));
	if (reason == NULL) {
		j->ok = false;
		return;
	}
	va_start(ap, fmt);
	finding.reason = talloc_vasprintf_append(reason, fmt, ap);
	va_end(ap);
	if (finding.reason == NULL) {
		j->ok = false;
		return;
	}
	*j->verdict = finding;
}

static void judge_unmet(struct judge *j,
			const struct sg_option *rule,
			const struct sg_section *section,
			struct sg_verdict finding)
{
	const struct sg_exception *e = NULL;
	uint32_t allow = sg_option_allow(rule, j->facts);
	enum sg_exception_state state =
		sg_exception_for(j->policy, j->facts, allow, &e);
	const char *more = sg_exception_told(j->verdict,
					     j->policy,
					     j->facts,
					     allow,
					     state,
					     &e);

	if (more == NULL) {
		j->ok = false;
		return;
	}
	finding.outcome = refusal_in(section->mode);
	if (e != NULL) {
		finding.exception = e->name;
		finding.until = e->until;
	}
	if (state == SG_EXCEPTION_HOLDS) {
		finding.outcome = SG_ALLOWED;
		find(j,
		     finding,
		     "exception %s (%s) lets %s pass until %s, who %s, with "
		     "%s = %s in [%s].",
		     e->name,
		     e->reason,
		     j->client,
		     e->until,
		     rule->lack(j->facts),
		     finding.option,
		     finding.required,
		     section->name);
		return;
	}
	find(j,
	     finding,
	     "%s %s, and %s = %s in [%s].%s %s.",
	     j->client,
	     rule->lack(j->facts),
	     finding.option,
	     finding.required,
	     section->name,
	     more,
	     rule->advice);
}

static void judge_rule(struct judge *j,
		       const struct sg_option *rule,
		       const struct sg_section *section)
{
	bool met = rule->met(section->settings, j->facts);
	int asked = sg_option_set(rule, section->settings);
	struct sg_verdict finding = {
		.outcome = SG_ALLOWED,
		.cause = SG_CAUSE_RULE,
		.rule = rule->rule,
		.option = rule->full_name,
		.scope = section->name,
		.required = sg_option_text(j->verdict, rule, asked),
		.actual = rule->actual(j->facts),
	};

	if (finding.required == NULL) {
		j->ok = false;
		return;
	}
	if (!met && section->mode == SG_MODE_AUDIT && rule->could != NULL) {
		met = rule->could(section->settings,
				  j->facts,
				  section->settings == j->policy->global);
	}
	if (!met) {
		judge_unmet(j, rule, section, finding);
		return;
	}
	find(j,
	     finding,
	     "%s meets %s = %s in [%s].",
	     j->client,
	     finding.option,
	     finding.required,
	     section->name);
}

static void judge_fault(struct judge *j,
			const struct sg_fault *fault,
			const struct sg_section *section)
{
	struct sg_verdict finding = {
		.outcome = refusal_in(section->mode),
		.cause = SG_CAUSE_FAULT,
		.rule = fault->rule,
		.option = fault->option,
		.scope = section->name,
		.required = fault->accepted,
		.actual = fault->value,
	};

	find(j,
	     finding,
	     "%s, because \"%s = %s\" in [%s] is not valid. "
	     "It takes %s.",
	     j->client,
	     fault->option,
	     fault->value,
	     section->name,
	     fault->accepted);
}

/* By rules, then by sections: the order of the rules is that of weight. */
static void judge_rules(struct judge *j,
			const struct sg_section *sections,
			size_t num_sections)
{
	int rule;
	size_t i;

	for (rule = SG_RULE_NONE + 1; rule < SG_RULE_END; rule++) {
		const struct sg_option *option =
			sg_rule_option((enum sg_rule)rule);

		if ((option->held_by & j->gate) == 0) {
			continue;
		}
		for (i = 0; i < num_sections; i++) {
			bool asks =
				sg_option_asks(option, sections[i].settings);

			if (asks) {
				judge_rule(j, option, &sections[i]);
			}
		}
	}
}

/* A faulty floor is judged by its strictest value at the negotiate gate. */
static void judge_faults(struct judge *j, const struct sg_section *section)
{
	size_t i;

	if (j->gate == SG_GATE_NEGOTIATE) {
		return;
	}
	for (i = 0; i < section->settings->num_faults; i++) {
		judge_fault(j, &section->settings->faults[i], section);
	}
}

static void judge_broken(struct judge *j, const struct sg_section *section)
{
	const struct sg_policy *policy = j->policy;
	const struct sg_option *about = sg_rule_option(policy->broken_rule);
	bool asks = sg_settings_ask(section->settings);
	struct sg_verdict finding = {
		.outcome = refusal_in(section->mode),
		.cause = SG_CAUSE_BROKEN,
		.rule = policy->broken_rule,
		.option = about != NULL ? about->full_name : "preload modules",
		.scope = section->name,
		.required = "smbguard whole",
		.actual = policy->broken,
	};

	if (policy->broken == NULL || !asks) {
		return;
	}
	find(j,
	     finding,
	     "%s, because %s. %s.",
	     j->client,
	     policy->broken,
	     sg_known(policy->broken_remedy, "See smbd's log"));
}

/* smbd refuses by itself what no dialect in its own limits can serve. */
static void judge_native(struct judge *j)
{
	const struct sg_policy *policy = j->policy;
	enum sg_dialect dialect = j->facts->dialect;
	bool below = dialect < policy->native_min || dialect == SG_DIALECT_NONE;
	bool above = policy->native_max != SG_DIALECT_NONE &&
		     dialect > policy->native_max;
	const char *min =
		sg_known(sg_dialect_name(policy->native_min), "LANMAN");
	const char *max =
		sg_known(sg_dialect_name(policy->native_max), "SMB3_11");
	struct sg_verdict finding = {
		.outcome = SG_DENIED,
		.cause = SG_CAUSE_NATIVE,
		.option = below ? "server min protocol" : "server max protocol",
		.scope = "native",
		.required = below ? min : max,
		.actual = sg_known(sg_dialect_name(dialect), "none"),
	};

	if (j->gate != SG_GATE_NEGOTIATE || (!below && !above)) {
		return;
	}
	find(j,
	     finding,
	     "%s offers no dialect between \"server min protocol\" = %s "
	     "and \"server max protocol\" = %s of smb.conf.",
	     j->client,
	     min,
	     max);
}

/* What no list could have is no matter of the list. */
static bool lists(uint32_t bits, int id)
{
	return id < 0 || id >= 32 || (bits & 1U << id) != 0;
}

bool sg_policy_native_signs(const struct sg_policy *policy, int algorithm)
{
	return !policy->have_native_lists ||
	       lists(policy->native_signing, algorithm);
}

/*
 * And what its lists of algorithms have no place for, from SMB2 on: see
 * smb311_capabilities_check() in Samba's libcli/smb/util.c.
 */
static void judge_native_lists(struct judge *j)
{
	const struct sg_policy *policy = j->policy;
	const struct sg_facts *facts = j->facts;
	bool signs = sg_policy_native_signs(policy, facts->signing_algorithm);
	bool encrypts = facts->cipher == SG_CIPHER_NONE ||
			lists(policy->native_ciphers, facts->cipher);
	struct sg_verdict finding = {
		.outcome = SG_DENIED,
		.cause = SG_CAUSE_NATIVE,
		.option = signs ? "server smb3 encryption algorithms"
				: "server smb3 signing algorithms",
		.scope = "native",
		.required = "one of its list",
		.actual = signs ? sg_cipher_name(facts->cipher)
				: sg_signing_name(facts->signing_algorithm),
	};

	if (j->gate != SG_GATE_NEGOTIATE || !policy->have_native_lists ||
	    facts->dialect < SG_DIALECT_SMB2_02 || (signs && encrypts)) {
		return;
	}
	find(j,
	     finding,
	     "%s would have %s, which \"%s\" of smb.conf has not.",
	     j->client,
	     sg_known(finding.actual, "none"),
	     finding.option);
}

static void judge_all(struct judge *j)
{
	struct sg_section sections[2];
	size_t num = sg_sections_of(j->policy, sections);
	size_t i;

	for (i = 0; i < num; i++) {
		judge_broken(j, &sections[i]);
	}
	for (i = 0; i < num; i++) {
		judge_faults(j, &sections[i]);
	}
	judge_rules(j, sections, num);
	judge_native(j);
	judge_native_lists(j);
}

struct sg_verdict *sg_decide(TALLOC_CTX *mem_ctx,
			     enum sg_gate gate,
			     const struct sg_policy *policy,
			     const struct sg_facts *facts)
{
	struct judge j = {
		.gate = gate,
		.policy = policy,
		.facts = facts,
		.ok = true,
	};

	j.verdict = talloc_zero(mem_ctx, struct sg_verdict);
	if (j.verdict == NULL) {
		return NULL;
	}
	j.verdict->reason =
		"Allowed: no smbguard option asks for anything here.";
	j.client = describe_client(j.verdict, facts);
	if (j.client != NULL) {
		judge_all(&j);
	}
	if (j.client == NULL || !j.ok) {
		talloc_free(j.verdict);
		return NULL;
	}
	return j.verdict;
}
