/*
 * smbguard: has smbd loaded its configuration whole?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smbd loads smb.conf within each logon, and does not care how that ends. A file
 * that cannot be opened, or a value of any parameter that smbd does not
 * understand, ends it there: [global] is then what came before, or nothing, and
 * the shares are those of before, but for the section that was cut off. So what
 * [global] asks for would be gone, and logons let in.
 *
 *  (1) lp_load_with_shares() says how it ended, to those that ask. So if a load
 *      has changed options of ours, it is done again from here. Where the
 *      options are as they were, nothing is lost whatever else is.
 *
 *  (2) After a load that failed, [global] counts as it did after the last one
 *      that did not. A section whose options are others than then may have been
 *      cut off, and counts as not valid.
 *
 *  (3) A file that is being written over may be empty for a moment, which is no
 *      failure to smbd. Without us we would not be here: where there are no
 *      "preload modules" any more, the file is not taken for whole either.
 *
 *  (4) A client can use up the descriptors that its process may have, so that a
 *      file cannot be opened. So some are set aside for loads (spare.h).
 *
 * How it fails: in doubt as if the load had failed.
 */

#include "smbd/samba.h"
#include "smbd/config.h"
#include "smbd/facts.h"
#include "smbd/record.h"
#include "smbd/spare.h"
#include "smbd/state.h"
#include "smbd/whole.h"

#include "core/hash.h"
#include "core/option_index.h"
#include "core/rows.h"

#include "../dynconfig/dynconfig.h"

/* Of no section: smbd shows it to nobody, or there is none. */
#define NO_PRINT 0

struct section {
	uint64_t print;
	enum sg_mode mode;
};

struct sg_whole {
	/* What the last whole load has left. */
	struct sg_settings *global;
	uint64_t global_print;
	struct section *sections; /* of all services */

	bool preloaded;
	bool again; /* note (1) */
	bool failed;
};

static uint64_t add(uint64_t print, const char *text)
{
	return sg_hash64(print, text, strlen(text) + 1);
}

static struct section look_at(const char *name,
			      const struct parmlist_entry *line)
{
	struct section section = {.print = add(SG_HASH64_NOTHING, name)};
	struct sg_settings settings = {.mode = SG_MODE_UNSET};

	for (; line != NULL; line = line->next) {
		bool ours = sg_option_is_ours(line->key);

		if (!ours) {
			continue;
		}
		section.print = add(add(section.print, line->key), line->value);
		if (sg_option_is(line->key, sg_option_mode.name)) {
			(void)sg_option_store(&sg_option_mode,
					      line->value,
					      &settings);
		}
	}
	section.mode = settings.mode;
	if (section.print == NO_PRINT) {
		section.print++;
	}
	return section;
}

static uint64_t print_of_global(void)
{
	return look_at("", loadparm_s3_helpers()->globals->param_opt).print;
}

/* A copy's options are those of its section. */
static struct section look_at_share(int snum)
{
	const struct loadparm_service *service =
		loadparm_s3_helpers()->get_servicebynum(snum);

	if (service == NULL || sg_config_section(snum) != snum) {
		return (struct section){.print = NO_PRINT};
	}
	return look_at(service->szService, service->param_opt);
}

/* NULL when out of memory */
static struct section *look_at_shares(TALLOC_CTX *mem_ctx)
{
	size_t num = (size_t)lp_numservices();
	struct section *sections = talloc_array(mem_ctx, struct section, num);
	size_t i;

	for (i = 0; sections != NULL && i < num; i++) {
		sections[i] = look_at_share((int)i);
	}
	return sections;
}

static struct section noted(const struct section *sections, size_t snum)
{
	const struct section none = {.print = NO_PRINT};

	return snum < talloc_array_length(sections) ? sections[snum] : none;
}

/* Has anything of ours changed since? */
static bool has_changed(const struct sg_whole *whole,
			const struct section *sections)
{
	size_t num = MAX(talloc_array_length(sections),
			 talloc_array_length(whole->sections));
	size_t i;

	if (print_of_global() != whole->global_print) {
		return true;
	}
	for (i = 0; i < num; i++) {
		if (noted(sections, i).print !=
		    noted(whole->sections, i).print) {
			return true;
		}
	}
	return false;
}

static bool has_preloads(void)
{
	const char **modules = lp_preload_modules();

	return modules != NULL && modules[0] != NULL;
}

/* What there is now is what the next load is held against. */
static bool note(struct sg_whole *whole)
{
	struct section *sections = look_at_shares(whole);

	if (sections == NULL) {
		return false;
	}
	TALLOC_FREE(whole->sections);
	whole->sections = sections;
	whole->global_print = print_of_global();
	return true;
}

bool sg_whole_start(struct sg_client_state *client)
{
	struct sg_whole *whole = talloc_zero(client, struct sg_whole);
	bool ok;

	if (whole == NULL) {
		return false;
	}
	whole->preloaded = has_preloads();
	ok = note(whole);
	if (!ok) {
		TALLOC_FREE(whole);
		return false;
	}
	sg_spare_set_aside(client);
	client->whole = whole;
	return true;
}

bool sg_whole_before(struct sg_client_state *client)
{
	struct sg_whole *whole = client->whole;

	if (whole == NULL) {
		return true;
	}
	if (whole->again) {
		return false;
	}
	sg_spare_use(client);
	if (!whole->failed && client->global != NULL) {
		if (whole->global != NULL) {
			talloc_unlink(whole, whole->global);
		}
		whole->global = talloc_reference(whole, client->global);
		if (whole->global == NULL) {
			smb_panic("smbguard: out of memory");
		}
	}
	return true;
}

static void tell(struct sg_client_state *client)
{
	TALLOC_CTX *frame = talloc_stackframe();
	struct sg_verdict verdict = {
		.outcome = SG_FAILED,
		.cause = SG_CAUSE_BROKEN,
		.option = SG_WHOLE_OPTION,
		.scope = "global",
		.reason = "smbd could not load its configuration to its end. "
			  "What smbguard's options in [global] were before "
			  "counts on, and shares whose options are others than "
			  "before are refused. `testparm` says where it ended.",
	};
	struct sg_facts *facts = sg_facts_blind(frame);

	if (facts != NULL) {
		sg_record_policy_error(client, facts, &verdict);
	}
	TALLOC_FREE(frame);
}

/* The same load again, to be told how it ends. Nothing is raised yet. */
static bool load_again(struct sg_whole *whole)
{
	bool ok;

	whole->again = true;
	ok = lp_load_with_shares(get_dyn_CONFIGFILE());
	whole->again = false;
	return ok && (!whole->preloaded || has_preloads());
}

bool sg_whole_after(struct sg_client_state *client)
{
	struct sg_whole *whole = client->whole;
	struct section *sections = NULL;
	bool failed_before;
	bool changed;

	if (whole == NULL) {
		return true;
	}
	if (whole->again) {
		return false;
	}
	failed_before = whole->failed;
	sections = look_at_shares(whole);
	changed = sections == NULL || has_changed(whole, sections);
	TALLOC_FREE(sections);
	whole->failed = false;
	if (changed) {
		whole->failed = !load_again(whole) || !note(whole);
	}
	sg_spare_set_aside(client);
	if (whole->failed && !failed_before) {
		tell(client);
	}
	return true;
}

const struct sg_settings *sg_whole_global(const struct sg_client_state *client)
{
	const struct sg_whole *whole = client->whole;

	return whole != NULL && whole->failed ? whole->global : NULL;
}

bool sg_whole_doubts(const struct sg_client_state *client,
		     int snum,
		     enum sg_mode *mode)
{
	const struct sg_whole *whole = client->whole;
	struct section before;

	if (whole == NULL || !whole->failed || snum < 0) {
		return false;
	}
	before = noted(whole->sections, (size_t)snum);
	*mode = before.mode;
	return before.print == NO_PRINT ||
	       before.print != look_at_share(snum).print;
}
