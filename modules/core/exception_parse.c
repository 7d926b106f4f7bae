/*
 * smbguard: named, dated exceptions, parsed
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For what they are see exception.c.
 *
 * How it fails: anything wrong with an exception, and it does not hold. That
 * is its strictest reading; clients that it is not about are not refused for
 * it. Whom it was meant for cannot be known any more, so every refusal that an
 * exception could have prevented tells of it.
 */

#include "date.h"
#include "exception.h"

#include <string.h>
#include <strings.h>

#include "policy.h"

#define SEPARATORS " \t,;\n\r"

#define NAME_CHARACTERS              \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789-_"

/* The parsing of one exception. */
struct parse {
	struct sg_settings *settings;
	struct sg_exception *exception;
	struct sg_allow_words words;
	sg_option_getter get;
	void *private_data;
	bool ok; /* false: out of memory */
};

static void fault(struct parse *p,
		  const char *key,
		  const char *value,
		  const char *accepted)
{
	struct sg_settings *settings = p->settings;
	struct sg_fault *f = NULL;
	const char *name = p->exception->name;

	f = sg_fault_add(settings,
			 &settings->exception_faults,
			 &settings->num_exception_faults);
	if (f == NULL) {
		p->ok = false;
		return;
	}
	f->option =
		talloc_asprintf(settings, SG_OPTION_PREFIX ":%s %s", name, key);
	f->value = value != NULL ? value : "";
	f->accepted = accepted;
	if (p->exception->invalid == NULL) {
		p->exception->invalid = talloc_asprintf(
			settings,
			"\"" SG_OPTION_PREFIX ":%s %s = %s\" takes %s",
			name,
			key,
			f->value,
			accepted);
	}
	p->ok = p->ok && f->option != NULL && p->exception->invalid != NULL;
}

/* The same, with the words of these bits behind accepted. */
static void fault_of_words(struct parse *p,
			   const char *key,
			   const char *value,
			   const char *accepted,
			   uint32_t bits)
{
	char *text = sg_allow_text(p->settings, bits);

	if (text != NULL) {
		text = talloc_asprintf(p->settings, "%s %s", accepted, text);
	}
	if (text == NULL) {
		p->ok = false;
		return;
	}
	fault(p, key, value, text);
}

/* The value of "smbguard:NAME <key>", NULL where there is none. */
static const char *value_of(struct parse *p, const char *key)
{
	struct sg_settings *settings = p->settings;
	const char *value = NULL;
	char *option = NULL;

	option = talloc_asprintf(settings, "%s %s", p->exception->name, key);
	if (option == NULL) {
		p->ok = false;
		return NULL;
	}
	value = p->get(option, p->private_data);
	if (value != NULL) {
		value = talloc_strdup(settings, value);
		p->ok = p->ok && value != NULL;
	}
	talloc_free(option);
	return value;
}

/*
 * A list of words; the names of users and groups may have spaces and are
 * separated by commas alone.
 */
static const char **split(struct parse *p,
			  const char *value,
			  const char *separators)
{
	const char **words = NULL;
	const char *at = value;
	size_t num = 0;

	words = talloc_zero_array(p->settings, const char *, strlen(value) + 2);
	if (words == NULL) {
		p->ok = false;
		return NULL;
	}
	while (true) {
		size_t len;
		size_t next;

		do {
			next = strspn(at, separators);
			next += strspn(at + next, " \t");
			at += next;
		} while (next > 0);
		if (*at == '\0') {
			break;
		}
		next = strcspn(at, separators);
		len = next;
		while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t')) {
			len--;
		}
		words[num] = talloc_strndup(words, at, len);
		if (words[num] == NULL) {
			p->ok = false;
			return NULL;
		}
		at += next;
		num++;
	}
	return words;
}

static void parse_hosts(struct parse *p, const char *key)
{
	struct sg_exception *e = p->exception;
	const char *value = value_of(p, key);
	const char **words = NULL;
	size_t num = 0;
	size_t i;

	if (value == NULL) {
		return;
	}
	words = split(p, value, SEPARATORS);
	while (words != NULL && words[num] != NULL) {
		num++;
	}
	e->hosts = talloc_zero_array(p->settings, struct sg_network, num + 1);
	if (words == NULL || e->hosts == NULL) {
		p->ok = false;
		return;
	}
	for (i = 0; i < num; i++) {
		bool ok = sg_network_parse(words[i], &e->hosts[i]);

		if (!ok) {
			break;
		}
		e->num_hosts++;
	}
	if (num == 0 || i < num) {
		fault(p,
		      key,
		      value,
		      "addresses and networks, as 192.0.2.7, 192.0.2.0/24, "
		      "2001:db8::/32, without bits behind the prefix");
	}
}

static const char **parse_names(struct parse *p, const char *key)
{
	const char *value = value_of(p, key);
	const char **names = NULL;

	if (value == NULL) {
		return NULL;
	}
	names = split(p, value, ",");
	if (names == NULL) {
		p->ok = false;
		return NULL;
	}
	if (names[0] == NULL) {
		fault(p, key, value, "a list of names, separated by commas");
	}
	return names;
}

static void parse_users(struct parse *p, const char *key)
{
	p->exception->users = parse_names(p, key);
}

static void parse_groups(struct parse *p, const char *key)
{
	p->exception->groups = parse_names(p, key);
}

static void parse_shares(struct parse *p, const char *key)
{
	p->exception->shares = parse_names(p, key);
}

static void parse_allow(struct parse *p, const char *key)
{
	struct sg_exception *e = p->exception;
	const char *value = value_of(p, key);
	bool ok = false;

	if (value != NULL) {
		ok = sg_option_parse_list(p->words.keywords,
					  value,
					  0,
					  &e->allow);
	}
	if (!ok) {
		e->allow = 0;
		fault_of_words(p, key, value, "a list of", SG_ALLOW_ALL);
	}
}

static void parse_until(struct parse *p, const char *key)
{
	struct sg_exception *e = p->exception;
	bool ok = false;

	e->until = value_of(p, key);
	if (e->until != NULL) {
		ok = sg_date_end(e->until, &e->expires);
	}
	if (!ok) {
		fault(p,
		      key,
		      e->until,
		      "the last day, as YYYY-MM-DD (UTC), and must be there");
	}
}

static void parse_reason(struct parse *p, const char *key)
{
	struct sg_exception *e = p->exception;

	e->reason = value_of(p, key);
	if (e->reason == NULL || e->reason[strspn(e->reason, " \t")] == '\0') {
		fault(p,
		      key,
		      e->reason,
		      "a few words on why it is needed, and must be there");
	}
}

/* Needs p->exception whole. */
static void check_subject(struct parse *p)
{
	struct sg_exception *e = p->exception;
	uint32_t by_address = p->words.by_address;
	bool by_name =
		e->users != NULL || e->groups != NULL || e->shares != NULL;

	if (e->hosts == NULL && !by_name) {
		fault(p,
		      "hosts",
		      NULL,
		      "somebody: an exception names hosts, users, groups or "
		      "shares");
	}
	if ((e->allow & by_address) != 0 && (e->hosts == NULL || by_name)) {
		fault_of_words(
			p,
			"allow",
			value_of(p, "allow"),
			"these only in an exception with hosts and without "
			"users, groups and shares, since they are settled "
			"before anything else is known:",
			by_address);
	}
}

/* [global] is enforced before any share is known: no share can be excepted. */
static void check_shares(struct parse *p)
{
	if (p->exception->shares != NULL &&
	    (p->exception->allow & p->words.demanded) != 0) {
		fault(p,
		      "shares",
		      value_of(p, "shares"),
		      "nothing where [global] itself demands what the "
		      "exception allows: that is settled before a share is "
		      "known");
	}
}

struct key {
	const char *name;
	void (*parse)(struct parse *p, const char *key);
};

static const struct key keys[] = {
	{"hosts", parse_hosts},
	{"users", parse_users},
	{"groups", parse_groups},
	{"shares", parse_shares},
	{"allow", parse_allow},
	{"until", parse_until},
	{"reason", parse_reason},
};

#define NUM_KEYS (sizeof(keys) / sizeof(keys[0]))

const char *sg_exception_key(size_t i)
{
	return i < NUM_KEYS ? keys[i].name : NULL;
}

/* Are these the same but for blanks and case, as smbd compares names? */
static bool same_name(const char *a, const char *b)
{
	while (*a != '\0' || *b != '\0') {
		a += strspn(a, " ");
		b += strspn(b, " ");
		if (strncasecmp(a, b, 1) != 0) {
			return false;
		}
		a += *a != '\0';
		b += *b != '\0';
	}
	return true;
}

/* "file events ignore users" ends as one of an exception does. */
static bool is_of_the_table(const char *option)
{
	const struct sg_option *const *row = sg_option_table();

	while (*row != NULL && !same_name((*row)->name, option)) {
		row++;
	}
	return *row != NULL;
}

size_t sg_exception_name(const char *option)
{
	size_t len = strlen(option);
	size_t i;

	if (is_of_the_table(option)) {
		return 0;
	}
	for (i = 0; i < NUM_KEYS; i++) {
		size_t tail = strlen(keys[i].name);
		size_t name = len > tail ? len - tail : 0;
		bool ends = name > 0 &&
			    strcasecmp(option + name, keys[i].name) == 0;

		while (name > 0 && option[name - 1] == ' ') {
			name--;
		}
		if (ends && name > 0) {
			return name;
		}
	}
	return 0;
}

static bool parse_one(struct parse *p)
{
	struct sg_exception *e = p->exception;
	size_t len = strlen(e->name);
	size_t i;

	if (strspn(e->name, NAME_CHARACTERS) != len) {
		fault(p, "", NULL, "names of letters, digits, \"-\" and \"_\"");
		return p->ok;
	}
	for (i = 0; i < NUM_KEYS; i++) {
		keys[i].parse(p, keys[i].name);
	}
	check_subject(p);
	check_shares(p);
	return p->ok;
}

bool sg_exceptions_parse(struct sg_settings *settings,
			 const char *names,
			 sg_option_getter get,
			 void *private_data)
{
	struct parse p = {
		.settings = settings,
		.words = sg_allow_words(settings),
		.get = get,
		.private_data = private_data,
		.ok = true,
	};
	const char **words = split(&p, names, SEPARATORS);
	size_t num = 0;

	while (words != NULL && words[num] != NULL) {
		num++;
	}
	settings->exceptions =
		talloc_zero_array(settings, struct sg_exception, num + 1);
	if (words == NULL || settings->exceptions == NULL) {
		return false;
	}
	while (settings->num_exceptions < num) {
		size_t i = settings->num_exceptions;
		bool ok;

		p.exception = &settings->exceptions[i];
		p.exception->name = words[i];
		ok = parse_one(&p);
		if (!ok) {
			return false;
		}
		settings->num_exceptions++;
	}
	return true;
}
