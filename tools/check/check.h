/*
 * smbguard: what is wrong with a configuration
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One file a kind of question; each adds what it finds.
 */

#ifndef SMBGUARD_TOOLS_CHECK_CHECK_H
#define SMBGUARD_TOOLS_CHECK_CHECK_H

#include <jansson.h>
#include <time.h>

#include "conf/conf.h"
#include "core/exception.h"
#include "core/policy.h"

enum sg_grade {
	SG_GRADE_NOTE = 0, /* worth knowing; nothing is wrong */
	SG_GRADE_WARNING,
	SG_GRADE_ERROR,
};

struct sg_finding {
	enum sg_grade grade;
	const char *id; /* what kind it is, for programs: "bad-value" */
	const struct sg_conf_section *section; /* NULL: the whole */
	const struct sg_conf_param *param;     /* NULL: what is not there */
	const char *option; /* NULL: that of param, or none */
	const char *file;   /* NULL: that of param, or of section */
	unsigned line;
	const char *what; /* a sentence */
	const char *remedy;

	/* Of sg_check_order(): */
	size_t number;	     /* as they were found */
	size_t alike;	     /* the index of the first that says the same */
	const char *pattern; /* "what" without the share's name, or NULL */
};

/* A share, and what counts for it. */
struct sg_checked {
	const struct sg_conf_section *section;
	struct sg_settings *settings;
	bool guarded; /* smbd asks the share gate about it */
	bool printable;
	bool implied; /* smbd makes it by itself, see sg_check_new() */
};

struct sg_check {
	const struct sg_conf *conf;
	const struct sg_conf_section *global;
	struct sg_settings *settings; /* of [global] */
	const char *preload; /* smbguard.so as [global] lists it, or NULL */
	bool preload_loads;  /* and it is there */
	struct sg_checked *shares;
	size_t num_shares;
	struct sg_finding *findings;
	size_t num_findings;
	time_t now;
	unsigned num_asked;  /* names that the system was asked for */
	bool nobody_answers; /* it is too slow with that */
	bool ok;	     /* false: out of memory */
};

/**
 * A check of a configuration: its settings parsed, nothing found yet. IPC$ is
 * among its shares, also where it has no section: smbd makes it of [global].
 * NULL when out of memory.
 */
struct sg_check *sg_check_new(TALLOC_CTX *mem_ctx, const struct sg_conf *conf);

/**
 * Ask all questions, and put the findings in order.
 */
void sg_check_all(struct sg_check *check);

/**
 * Add a finding; its sentence is fmt, and its remedy is copied.
 */
void sg_check_add(struct sg_check *check,
		  struct sg_finding finding,
		  const char *fmt,
		  ...) __attribute__((format(printf, 3, 4)));

/** Lines that smbd passes over, and includes that are not there. */
void sg_check_oddities(struct sg_check *check);

/** Names, places and values of the smbguard options. */
void sg_check_options(struct sg_check *check);

/** A share that asks for less than [global]. */
void sg_check_loosening(struct sg_check *check);

/** Exceptions: invalid, expired, ending, or of no use. */
void sg_check_exceptions(struct sg_check *check);

/* Names of accounts or groups, of an exception or of file events. */
struct sg_name_list {
	const char *whose; /* "Exception scanner" */
	const char *id;	   /* of findings, up to "-name" and "-nobody" */
	const struct sg_conf_section *section;
	const char *option; /* that has them, with its prefix */
	const char *groups; /* the one that takes groups */
	bool of_groups;
	const char **names; /* ends with a NULL; NULL: none */
};

/** Do these have a form in which they can be found? */
void sg_check_name_list(struct sg_check *check,
			const struct sg_name_list *list);

/** Does the system have them, as far as it can be asked? */
void sg_check_account_list(struct sg_check *check,
			   const struct sg_name_list *list);

/** Events of files: that nothing of comes, or more or less than it looks. */
void sg_check_files(struct sg_check *check);

/** The forms of the names of users and groups in an exception. */
void sg_check_names(struct sg_check *check, const struct sg_exception *e);

/** Is the server a member of a domain, and no controller of one? */
bool sg_check_is_member(const struct sg_check *check);

/** Is it a domain controller? */
bool sg_check_is_controller(const struct sg_check *check);

/** Exceptions for everybody or for years, and for accounts that nobody has. */
void sg_check_width(struct sg_check *check, const struct sg_exception *e);

/** Accounts and groups of an exception that the system does not have. */
void sg_check_accounts(struct sg_check *check, const struct sg_exception *e);

/** The same option twice in a section. */
void sg_check_twice(struct sg_check *check);

/** Settings of Samba that are weakened where smbguard refuses nobody. */
void sg_check_opened(struct sg_check *check);

/* How many of these there can be */
#define SG_CHECK_MAX_OPENED 8

/**
 * Settings of Samba that open something which smbguard refuses: without it they
 * are open to everybody. Returns how many there are.
 */
size_t sg_check_held(const struct sg_check *check,
		     const struct sg_conf_param *params[SG_CHECK_MAX_OPENED]);

/** What else stands in "vfs objects", and what does not any more. */
void sg_check_vfs(struct sg_check *check);

/** The module: listed, there, of the installed Samba. */
void sg_check_modules(struct sg_check *check);

/** Samba's own settings that make smbguard blind or pointless. */
void sg_check_native(struct sg_check *check);

/** Guests, and Kerberos where it is the only way. */
void sg_check_logon(struct sg_check *check);

/** What algorithms and dialects smbd leaves of those that are asked for. */
void sg_check_algorithms(struct sg_check *check);

/** Samba as a client. */
void sg_check_client(struct sg_check *check);

/** Where events go. */
void sg_check_audit(struct sg_check *check);

/**
 * Put the findings in the order of lines, and number those that are alike.
 */
void sg_check_order(struct sg_check *check);

/**
 * What to write in place of a value that an option does not take: a sentence,
 * NULL if nothing is near or memory ran out.
 */
const char *sg_check_nearest_value(TALLOC_CTX *mem_ctx,
				   const struct sg_option *option,
				   enum sg_where where,
				   const char *value);

/**
 * The same for a value of an exception, with a blank behind it. keywords: the
 * words that it takes, NULL: it takes no words.
 */
const char *sg_check_nearest_of_exception(TALLOC_CTX *mem_ctx,
					  const struct sg_keyword *keywords,
					  const char *value);

/**
 * How many letters must be changed, added or left out to get from one word to
 * the other.
 */
unsigned sg_check_distance(const char *a, const char *b);

/**
 * A setting that Samba has by itself, a value that somebody should know of,
 * and why. Ends with a NULL name.
 */
struct sg_native_row {
	const char *name; /* "client plaintext auth" */
	bool (*is)(const char *value);
	enum sg_grade grade;
	const char *id;
	const char *what; /* behind "NAME = VALUE " */
	const char *remedy;
};

/** Look for the values of such a table in [global]. */
void sg_check_rows(struct sg_check *check, const struct sg_native_row *rows);

/** Is it one of these, in any case? words ends with a NULL. */
bool sg_native_is_word(const char *value, const char *const words[]);
bool sg_native_is_off(const char *value);
bool sg_native_is_ntlmv1(const char *value);
bool sg_native_is_required(const char *value);

/** Is QUIC among these transports? */
bool sg_native_has_quic(const char *value);

/** A setting of Samba as a client, for the overview. Ends with a NULL name. */
struct sg_client_row {
	const char *name;
	const char *by_default;
	const char *windows; /* the policy of the same meaning */
	const char *(*means)(const char *value); /* what it says there */
};

const struct sg_client_row *sg_client_rows(void);

/** All as JSON. NULL when out of memory. */
json_t *sg_check_json(const struct sg_check *check);

/** One finding as text, with those that say the same of other shares. */
void sg_check_print_finding(const struct sg_check *check,
			    size_t number,
			    bool colour);

/** All as text for a person. */
void sg_check_print(const struct sg_check *check, bool colour);

#endif /* SMBGUARD_TOOLS_CHECK_CHECK_H */
