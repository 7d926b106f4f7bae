/*
 * smbguard: the smb.conf options, parsed strictly
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_CORE_OPTIONS_H
#define SMBGUARD_CORE_OPTIONS_H

#include <talloc.h>

#include "core/wire/names.h"

/* Every option's first half: "smbguard:encryption" and so on. */
#define SG_OPTION_PREFIX "smbguard"

/* The audit file of who names none, in Samba's log directory */
#define SG_AUDIT_FILE_NAME "smbguard.jsonl"

enum sg_where {
	SG_GLOBAL = 1,
	SG_SHARE = 2,
};

enum sg_gate {
	SG_GATE_NEGOTIATE = 1,
	SG_GATE_SESSION = 2,
	SG_GATE_SHARE = 4,
};

/*
 * Who holds clients to an option, as bits beside those of enum sg_gate: smbd
 * itself does at a share, where no gate of ours is asked.
 */
#define SG_HELD_BY_SMBD 8

/*
 * The options that refuse. The order is that of their weight: of several that
 * refuse, the first one is told.
 */
enum sg_rule {
	SG_RULE_NONE = 0,
	SG_RULE_ENCRYPTION,
	SG_RULE_FLOOR,
	SG_RULE_GUEST,
	SG_RULE_NTLM,
	SG_RULE_DOWNGRADE,
	SG_RULE_CIPHERS,
	SG_RULE_SIGNING,
	SG_RULE_SIGNERS,
	SG_RULE_END, /* no rule: one more than the last */
};

/* What an exception may allow: bits of sg_exception.allow. */
enum sg_allow {
	SG_ALLOW_SMB1 = 1,
	SG_ALLOW_DIALECT = 2,
	SG_ALLOW_UNENCRYPTED = 4,
	SG_ALLOW_CIPHER = 8,
	SG_ALLOW_UNSIGNED = 16,
	SG_ALLOW_GUEST = 32,
	SG_ALLOW_NTLM = 64,
	SG_ALLOW_DOWNGRADE = 128,
};

/*
 * The values of the options. 0 is always "not set", so that a zeroed struct
 * sg_settings is a section without options; sg_option_number() knows what
 * counts then. They rise towards the strictest.
 */
enum sg_mode {
	SG_MODE_UNSET = 0,
	SG_MODE_AUDIT,
	SG_MODE_ENFORCE,
};

enum sg_need {
	SG_NEED_UNSET = 0,
	SG_NEED_OPTIONAL,
	SG_NEED_REQUIRED,
};

enum sg_permit {
	SG_PERMIT_UNSET = 0,
	SG_PERMIT_ALLOW,
	SG_PERMIT_DENY,
};

enum sg_audit_failure {
	SG_AUDIT_FAILURE_UNSET = 0,
	SG_AUDIT_FAILURE_CONTINUE,
	SG_AUDIT_FAILURE_DENY,
};

enum sg_switch {
	SG_SWITCH_UNSET = 0,
	SG_SWITCH_NO,
	SG_SWITCH_YES,
};

enum sg_downgrade_action {
	SG_DOWNGRADE_UNSET = 0,
	SG_DOWNGRADE_RECORD,
	SG_DOWNGRADE_REFUSE,
};

/* Bits of sg_settings.audit */
enum sg_audit_sink {
	SG_AUDIT_FILE = 1,
	SG_AUDIT_JOURNAL = 2,
	SG_AUDIT_SYSLOG = 4,
};

/* Bits of sg_settings.file_events: see core/file_events.h. */
enum sg_file_bit {
	SG_FILE_OPEN = 1,
	SG_FILE_CLOSE = 2,
	SG_FILE_RENAME = 4,
	SG_FILE_DELETE = 8,
	SG_FILE_MKDIR = 16,
	SG_FILE_RMDIR = 32,
	SG_FILE_ACL = 64,
	SG_FILE_ATTRIBUTES = 128,
	SG_FILE_DENIED = 256,  /* whatever was refused */
	SG_FILE_CHANGED = 512, /* opens that make or empty, closes of written */
	SG_FILE_NONE = 1024,   /* written, and asks for nothing */
};

/* A value that could not be parsed, or is not allowed where it stands. */
struct sg_fault {
	const char *option;   /* "smbguard:encryption" */
	const char *value;    /* as written */
	const char *accepted; /* "optional, required" */
	enum sg_rule rule;    /* the option's, if it refuses */
};

struct sg_exception;

/*
 * What one section of smb.conf asks for. A faulty option holds its strictest
 * value and is listed in faults.
 */
struct sg_settings {
	enum sg_mode mode;
	enum sg_dialect min_protocol;
	enum sg_need encryption;
	uint32_t encryption_algorithms; /* bit (1 << enum sg_cipher) */
	enum sg_need signing;
	uint32_t signing_algorithms; /* bit (1 << enum sg_signing) */
	enum sg_permit guest;
	enum sg_permit ntlm;
	unsigned auth_failure_delay; /* milliseconds */
	unsigned audit;		     /* bits of enum sg_audit_sink */
	const char *audit_file;
	enum sg_audit_failure audit_failure;
	enum sg_switch history;
	unsigned history_days;
	enum sg_downgrade_action downgrade;
	const char *exception_names;
	uint32_t file_events;		/* bits of enum sg_file_bit */
	const char *file_ignore;	/* patterns, as in "veto files" */
	const char *file_ignore_users;	/* as in exceptions */
	const char *file_ignore_groups; /* the same */

	struct sg_fault *faults;
	size_t num_faults;

	/* see exception.h; their faults refuse nobody by themselves */
	struct sg_exception *exceptions;
	size_t num_exceptions;
	struct sg_fault *exception_faults;
	size_t num_exception_faults;
};

enum sg_option_type {
	SG_TYPE_KEYWORD,  /* one of keywords, stored as int */
	SG_TYPE_MASK,	  /* a list of keywords, or all but "-" ones */
	SG_TYPE_LIST,	  /* a list of keywords */
	SG_TYPE_NUMBER,	  /* an unsigned number between min and max */
	SG_TYPE_PATH,	  /* an absolute path */
	SG_TYPE_NAMES,	  /* names, looked into by who has the option */
	SG_TYPE_PATTERNS, /* names of files between slashes: "veto files" */
};

struct sg_keyword {
	const char *name;
	int value;
};

struct sg_facts;

/*
 * All that is known of one option: its row. A text that stands here stands
 * nowhere else.
 */
struct sg_option {
	const char *name;      /* after "smbguard:" */
	const char *full_name; /* "smbguard:encryption" */
	unsigned where;	       /* bits of enum sg_where */
	enum sg_option_type type;
	size_t offset;			   /* of the field in sg_settings */
	const struct sg_keyword *keywords; /* ends with a NULL name */
	int strictest;			   /* what a faulty value counts as */
	int by_default;			   /* what counts where it is not set */
	int min;			   /* SG_TYPE_NUMBER */
	int max;		     /* the same; SG_TYPE_MASK: all bits */
	const char *by_default_text; /* SG_TYPE_PATH: the file's name */
	const char *accepted;	     /* for messages and documents */

	/* What it does, and what one does about it: for `smbguard explain` */
	const char *meaning;
	const char *remedy;

	/* The rest is zero in an option that refuses nobody. */
	enum sg_rule rule;

	/* The least value that asks for more than smbd takes by itself */
	int asks_from;

	/* Which gates judge it and refuse, and SG_HELD_BY_SMBD */
	unsigned held_by;

	/*
	 * Something of it is settled for the whole connection, before the
	 * client has said a word: exceptions go by its address alone.
	 */
	bool by_address;

	/* Nobody may log on in a way that goes past the logon gate. */
	bool by_logon;

	/* `smbguard report --if` can tell from events who would be refused */
	bool foreseen;

	bool (*met)(const struct sg_settings *settings,
		    const struct sg_facts *facts);

	/*
	 * In audit mode the knobs are not turned: would these facts have met
	 * the rule if they were? Some knobs are turned for [global] alone.
	 * May be NULL: no.
	 */
	bool (*could)(const struct sg_settings *settings,
		      const struct sg_facts *facts,
		      bool global);

	/*
	 * The words of exceptions that let somebody pass all the same, with
	 * their bits of enum sg_allow; and which of the bits help these facts.
	 * allow may be NULL: all of them.
	 */
	const struct sg_keyword *words;
	uint32_t (*allow)(const struct sg_facts *facts);

	/* What was there, in a word or two */
	const char *(*actual)(const struct sg_facts *facts);

	/* "<client> speaks SMB1", and what the client could do about it */
	const char *(*lack)(const struct sg_facts *facts);
	const char *advice;
};

/**
 * The rows of all options, ended by a NULL.
 */
const struct sg_option *const *sg_option_table(void);

/**
 * The row of an option that refuses. NULL for what is no rule.
 */
const struct sg_option *sg_rule_option(enum sg_rule rule);

/**
 * Does a section ask for this option? False for one that refuses nobody.
 */
bool sg_option_asks(const struct sg_option *option,
		    const struct sg_settings *settings);

/**
 * The same by its rule. False for what is no rule.
 */
bool sg_settings_ask_for(const struct sg_settings *settings, enum sg_rule rule);

/**
 * Does any option of this section ask for something at any gate?
 */
bool sg_settings_ask(const struct sg_settings *settings);

/**
 * The same without what smbd holds by itself: does it need a gate?
 */
bool sg_settings_need_gate(const struct sg_settings *settings);

/**
 * The value of an option as it was set: a keyword's, a number or bits. 0: it
 * was not set.
 */
int sg_option_set(const struct sg_option *option,
		  const struct sg_settings *settings);

/**
 * The value that counts: that, or the default.
 */
int sg_option_number(const struct sg_option *option,
		     const struct sg_settings *settings);

/**
 * The bits that let these facts pass an option which they do not meet.
 */
uint32_t sg_option_allow(const struct sg_option *option,
			 const struct sg_facts *facts);

/**
 * A value as it is written, "required" or "AES-128-GCM, AES-256-GCM". NULL when
 * out of memory, and for a keyword that there is not.
 */
const char *sg_option_text(TALLOC_CTX *mem_ctx,
			   const struct sg_option *option,
			   int value);

/**
 * The keyword of a value, NULL where there is none.
 */
const char *sg_option_keyword(const struct sg_option *option, int value);

/**
 * How smb.conf is read: return the value of "smbguard:<name>" as written in
 * the section that private_data stands for, NULL if it is not there.
 */
typedef const char *(*sg_option_getter)(const char *name, void *private_data);

/**
 * Parse all options of one section.
 *
 * mem_ctx: owner of the result and of all that it points to.
 * where: the section's kind. In a share, options that belong in [global]
 * alone are a fault when they are there.
 *
 * Never fails on a value; returns NULL only when out of memory, which the
 * caller must treat as a refusal.
 */
struct sg_settings *sg_settings_parse(TALLOC_CTX *mem_ctx,
				      enum sg_where where,
				      sg_option_getter get,
				      void *private_data);

/**
 * Parse a list of keywords, each of them a bit of *mask.
 *
 * exclude_from: not 0: a list whose every word has a "-" in front means all
 * of these bits but those named.
 *
 * Returns false for an unknown word, a mixture, and a list that comes to
 * nothing.
 */
bool sg_option_parse_list(const struct sg_keyword *keywords,
			  const char *text,
			  uint32_t exclude_from,
			  uint32_t *mask);

/**
 * Put a value where its option has it, or the strictest one and false.
 */
bool sg_option_store(const struct sg_option *option,
		     const char *value,
		     struct sg_settings *settings);

/**
 * Room for one more fault in a list that belongs to settings. Zeroed, and
 * counted already. NULL when out of memory.
 */
struct sg_fault *sg_fault_add(struct sg_settings *settings,
			      struct sg_fault **faults,
			      size_t *num_faults);

#endif /* SMBGUARD_CORE_OPTIONS_H */
