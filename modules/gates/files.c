/*
 * smbguard: file events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What: decides which operations on files are recorded, and records them; says
 * no where one must be recorded and cannot be.
 *
 * How it fails: with "audit failure = deny", before the operation the sinks are
 * asked whether they have room for its record. An open that they do not take
 * after all is undone. What cannot be undone has then happened: its record goes
 * to syslog, and is counted as lost.
 */

#include "gates/files.h"
#include "gates/gates.h"
#include "smbd/pipes.h"
#include "smbd/record.h"

#include "core/rows.h"

bool sg_files_begin(struct sg_tree *tree, const struct sg_policy *policy)
{
	TALLOC_CTX *frame = talloc_new(NULL);
	struct sg_file_asked asked = {.kinds = 0};
	struct sg_verdict verdict = {
		.outcome = SG_FAILED,
		.cause = SG_CAUSE_BROKEN,
		.option = sg_option_file_events.full_name,
		.scope = policy->share_name,
	};
	const char *problem = NULL;
	bool ok = true;

	sg_file_asked(policy, &asked);
	if (asked.kinds != 0 && !tree->is_ipc) {
		ok = tree->layout_checked &&
		     sg_files_watch(frame, tree, policy, &asked, &problem);
	}
	if (!ok) {
		verdict.reason = talloc_asprintf(
			frame,
			"Files of [%s] have no events: %s. Install the "
			"smbguard that was built for this Samba.",
			policy->share_name,
			problem != NULL ? problem : "smbd is another");
		if (verdict.reason == NULL) {
			verdict.reason = "out of memory";
		}
		sg_record_policy_error(tree->client, tree->facts, &verdict);
	}
	talloc_free(frame);
	return ok || !sg_policy_must_record(policy);
}

static bool ignored(const struct sg_files *files, const struct sg_file_op *op)
{
	const struct sg_file_told *told = &op->told;

	if (files->ignored) {
		return true;
	}
	return told->path != NULL &&
	       sg_file_ignores(&files->asked, told->path) &&
	       (told->new_path == NULL ||
		sg_file_ignores(&files->asked, told->new_path));
}

static bool record(struct sg_files *files,
		   const struct sg_file_op *op,
		   const struct sg_verdict *verdict,
		   bool can_be_undone)
{
	struct sg_event event = {
		.kind = op->kind,
		.facts = op->facts,
		.facts_text = op->facts == files->facts ? files->text : NULL,
		.verdict = verdict,
		.file = &op->told,
		.counts = op->counts,
	};

	if (op->counts != NULL) {
		event.have_duration = true;
		event.duration = sg_microseconds_since(op->since);
	} else {
		event.nt_status = sg_files_status(op->status);
	}
	return sg_record(files->tree->client,
			 can_be_undone ? files->policy : NULL,
			 &event);
}

static bool may(struct sg_files *files, struct sg_file_op *op)
{
	struct sg_verdict verdict = {
		.outcome = SG_DENIED,
		.cause = SG_CAUSE_RECORD,
		.option = sg_option_audit_failure.full_name,
		.scope = "global",
		.required = "deny",
		.actual = "not recorded",
		.reason = "Refused: no audit sink has room for its record, and "
			  "smbguard:audit failure = deny in [global].",
	};

	if (!files->must || ignored(files, op) ||
	    sg_record_has_room(files->tree->client)) {
		return true;
	}
	op->status = NT_STATUS_ACCESS_DENIED;
	(void)record(files, op, &verdict, false);
	return false;
}

static bool tell(struct sg_files *files, struct sg_file_op *op)
{
	TALLOC_CTX *frame = NULL;
	struct sg_verdict verdict = {
		.outcome = SG_ALLOWED,
		.reason = op->reason,
	};
	bool ok = NT_STATUS_IS_OK(op->status);
	bool told = true;

	if (!sg_file_is_asked(&files->asked,
			      op->bit,
			      ok && op->changed,
			      !ok && sg_file_status_refuses(
					     sg_files_status(op->status))) ||
	    ignored(files, op)) {
		return true;
	}
	if (!ok) {
		frame = talloc_new(NULL);
		verdict.outcome = SG_FAILED;
		verdict.reason = talloc_asprintf(frame,
						 "smbd answered %s.",
						 sg_files_status(op->status));
	}
	if (verdict.reason == NULL) {
		verdict.reason = "out of memory";
	}
	told = record(files,
		      op,
		      &verdict,
		      ok && op->kind == SG_EVENT_FILE_OPEN);
	talloc_free(frame);
	return told;
}

const struct sg_file_hooks sg_file_gate = {
	.may = may,
	.tell = tell,
};
