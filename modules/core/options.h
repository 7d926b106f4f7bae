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

enum sg_where {
	SG_GLOBAL = 1,
	SG_SHARE = 2,
};

/*
 * The values of the options. 0 is always "not set": it asks for nothing, so
 * that a zeroed struct sg_settings is the default.
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

enum sg_downgrade {
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

/* A value that could not be parsed, or is not allowed where it stands. */
struct sg_fault {
	const char *option;   /* "smbguard:encryption" */
	const char *value;    /* as written */
	const char *accepted; /* "optional, required" */
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
	unsigned history_days; /* 0: the default */
	enum sg_downgrade downgrade;
	const char *exception_names;

	struct sg_fault *faults;
	size_t num_faults;

	/* see exception.h; their faults refuse nobody by themselves */
	struct sg_exception *exceptions;
	size_t num_exceptions;
	struct sg_fault *exception_faults;
	size_t num_exception_faults;
};

enum sg_option_type {
	SG_TYPE_KEYWORD, /* one of keywords, stored as int */
	SG_TYPE_MASK,	 /* a list of keywords, or all but "-" ones */
	SG_TYPE_LIST,	 /* a list of keywords */
	SG_TYPE_NUMBER,	 /* an unsigned number between min and max */
	SG_TYPE_PATH,	 /* an absolute path */
	SG_TYPE_NAMES,	 /* names, looked into by exception.c */
};

struct sg_keyword {
	const char *name;
	int value;
};

struct sg_option {
	const char *name; /* after "smbguard:" */
	unsigned where;	  /* bits of enum sg_where */
	enum sg_option_type type;
	size_t offset;			   /* of the field in sg_settings */
	const struct sg_keyword *keywords; /* ends with a NULL name */
	int strictest;			   /* what a faulty value counts as */
	int min;			   /* SG_TYPE_NUMBER */
	int max;	      /* the same; SG_TYPE_MASK: all bits */
	const char *accepted; /* for messages and documents */
};

/**
 * The table of all options, ended by one with a NULL name.
 */
const struct sg_option *sg_option_table(void);

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
 * The words of a mask, as a list that its option takes ("AES-128-GCM,
 * AES-256-GCM").
 *
 * option: the name of one whose values are a list. NULL when out of memory.
 */
const char *sg_option_list_text(TALLOC_CTX *mem_ctx,
				const char *option,
				uint32_t mask);

/**
 * Room for one more fault in a list that belongs to settings. Zeroed, and
 * counted already. NULL when out of memory.
 */
struct sg_fault *sg_fault_add(struct sg_settings *settings,
			      struct sg_fault **faults,
			      size_t *num_faults);

#endif /* SMBGUARD_CORE_OPTIONS_H */
