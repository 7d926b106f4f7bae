/*
 * smbguard doctor: is the running smbd guarded?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One file a kind of question; each adds rows with its answers.
 */

#ifndef SMBGUARD_TOOLS_DOCTOR_DOCTOR_H
#define SMBGUARD_TOOLS_DOCTOR_DOCTOR_H

#include <jansson.h>
#include <netinet/in.h>

#include "conf/conf.h"
#include "events/events.h"

#define SG_DOCTOR_RESTART "systemctl restart smbd"

/* In order of how much they weigh */
enum sg_doctor_grade {
	SG_DOCTOR_WELL = 0,
	SG_DOCTOR_NOTE,	  /* worth knowing; nothing is wrong */
	SG_DOCTOR_UNTOLD, /* it cannot be told */
	SG_DOCTOR_WRONG,
};

struct sg_doctor_row {
	enum sg_doctor_grade grade;
	const char *id;	    /* for programs: "module-old" */
	const char *what;   /* a sentence */
	const char *remedy; /* what to do, or NULL */
};

/* Which smbguard.so a process has */
enum sg_doctor_build {
	SG_BUILD_NONE = 0,
	SG_BUILD_INSTALLED,
	SG_BUILD_OTHER,
	SG_BUILD_UNTOLD,
};

struct sg_doctor_process {
	long pid;
	int64_t started;    /* microseconds since the epoch */
	const char *client; /* whom it serves, or NULL */
	bool probe;	    /* the client is the doctor */
	enum sg_doctor_build build;
	const char *build_id; /* of what it has mapped, or NULL */
};

/* What a dialect got. */
enum sg_doctor_got {
	SG_GOT_UNTOLD = 0,
	SG_GOT_IN,
	SG_GOT_NO_LOGON, /* negotiated, and the logon was refused */
	SG_GOT_BY_SMBGUARD,
	SG_GOT_BY_SMBD,
	SG_GOT_NOTHING, /* nobody answered */
};

struct sg_doctor_probe {
	enum sg_dialect dialect;
	enum sg_doctor_got got;
	const char *reason; /* the event's, or NULL */
	const char *policy; /* what the policy says */
	bool policy_refuses;
	bool differs;
};

/* The kernel's states of a TCP socket */
#define SG_TCP_ESTABLISHED 1U
#define SG_TCP_LISTEN 10U

/* A TCP socket of smbd's network */
struct sg_doctor_socket {
	unsigned long inode;
	unsigned state;
	char local[INET6_ADDRSTRLEN];
	uint16_t local_port;
	char remote[INET6_ADDRSTRLEN];
	uint16_t remote_port;
};

struct sg_doctor {
	const struct sg_conf *conf;
	const struct sg_settings *settings; /* of [global] */
	const char *preload;		    /* smbguard.so, or NULL */

	/* The smbd that accepts connections; 0: none was found */
	long server;
	int64_t started;
	const char *exe; /* as the kernel names it */

	struct sg_doctor_process *processes; /* those that serve clients */
	size_t num_processes;

	/* Where it was reached; port 0: it was not */
	const char *address;
	uint16_t port;
	bool event_came;

	struct sg_doctor_probe *probes;
	size_t num_probes;
	struct sg_doctor_row *rows;
	size_t num_rows;
	bool ok; /* false: out of memory */
};

/**
 * Add a row; remedy is borrowed, and may be NULL.
 */
void sg_doctor_add(struct sg_doctor *d,
		   enum sg_doctor_grade grade,
		   const char *id,
		   const char *remedy,
		   const char *fmt,
		   ...) __attribute__((format(printf, 5, 6)));

/**
 * A path as smbd sees it, whose mounts may be its own.
 */
const char *sg_doctor_seen(struct sg_doctor *d, const char *path);

/**
 * Microseconds since the epoch, now.
 */
int64_t sg_doctor_now(void);

/**
 * A part of a second, between two looks.
 */
void sg_doctor_nap(void);

/** find.c: the server, by its pid file; false where there is none. */
bool sg_doctor_find(struct sg_doctor *d);

/** All processes below a process, itself left out. Ends with a 0. */
long *sg_doctor_below(TALLOC_CTX *mem_ctx, long pid);

/** When a process began; 0: it is gone. */
int64_t sg_doctor_started(long pid);

/** sockets.c: all TCP sockets of a process' network. */
struct sg_doctor_socket *sg_doctor_sockets(TALLOC_CTX *mem_ctx,
					   long pid,
					   size_t *num);

/** The inodes of a process' sockets. */
unsigned long *sg_doctor_inodes(TALLOC_CTX *mem_ctx, long pid, size_t *num);

/** Is one of them this? */
bool sg_doctor_holds(long pid, unsigned long inode);

/**
 * mapped.c: the smbguard.so of a process, beside the file at path.
 *
 * id: receives the build id of what is mapped, or NULL.
 */
enum sg_doctor_build sg_doctor_mapped(TALLOC_CTX *mem_ctx,
				      long pid,
				      const char *path,
				      const char **id);

/**
 * processes.c: those that serve clients, and which build they have.
 *
 * own_port: of the doctor as a client, or 0.
 */
void sg_doctor_processes(struct sg_doctor *d, uint16_t own_port);

/** config.c: what was changed since. */
void sg_doctor_config(struct sg_doctor *d);

/** sinks.c: where events go, and the history. */
void sg_doctor_sinks(struct sg_doctor *d);

/* record.c: events that come after a moment */
struct sg_record;

/** From now on. NULL: there is nothing that could be read back. */
struct sg_record *sg_record_begin(struct sg_doctor *d);

/** The events that came since, all of them. Owned by record. */
json_t *sg_record_read(struct sg_record *record);

/** Forget those that came so far. */
void sg_record_forget(struct sg_record *record);

/** probe.c: one connection without a word. */
void sg_doctor_connect(struct sg_doctor *d, struct sg_record *record);

/** dialects.c: one client of each dialect. */
void sg_doctor_dialects(struct sg_doctor *d, struct sg_record *record);

/** expected.c: what the policy says of one. False when out of memory. */
bool sg_doctor_expect(struct sg_doctor *d, struct sg_doctor_probe *probe);

/** print.c: the worst grade; all for a person, and as JSON. */
enum sg_doctor_grade sg_doctor_worst(const struct sg_doctor *d);
void sg_doctor_print(const struct sg_doctor *d);
bool sg_doctor_print_json(const struct sg_doctor *d);

#endif /* SMBGUARD_TOOLS_DOCTOR_DOCTOR_H */
