/*
 * smbguard: is the smbd that runs the one we were compiled for?
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The modules read Samba's private structs and leave its symbols undefined,
 * so that a security update of the distro does not make them unloadable. The
 * price is that nothing else would notice a struct that has changed. talloc
 * knows the true size of every struct that smbd allocates; it is compared
 * with the one that the compiler saw. (Its name would not do: what smbd reads
 * from a database with NDR is named after a line of source.)
 *
 * Equal sizes are no proof: a function may have another parameter in another
 * release (lp_server_smb_encrypt() of 4.24). So the release is compared first,
 * then whether all symbols are there (symbols.c), and where smbd has its
 * parameters.
 *
 * How it fails: any difference, and a pointer that is NULL, means no. What is
 * not known enough to write into smbd's log goes to the standard error output.
 */

#include "smbd/samba.h"
#include "smbd/layout.h"
#include "smbd/symbols.h"

#include "remedy.h"

/* A test build pretends that every struct has grown. */
#ifdef SMBGUARD_LAYOUT_FAULT
#define EXPECTED_GROWTH 8
#else
#define EXPECTED_GROWTH 0
#endif

/* Another test build pretends to be for another release. */
#ifdef SMBGUARD_VERSION_FAULT
#define EXPECTED_MINOR (SMBGUARD_SAMBA_VERSION_MINOR + 1)
#else
#define EXPECTED_MINOR SMBGUARD_SAMBA_VERSION_MINOR
#endif

/* And two need what no Samba has: wscript, GONE. */
#if defined(SMBGUARD_VERSION_FAULT) || defined(SMBGUARD_SYMBOL_FAULT)
int smbguard_test_gone(void);
extern int smbguard_test_gone_data;

static int use_what_is_gone(void)
{
	return smbguard_test_gone() + smbguard_test_gone_data;
}
#else
static int use_what_is_gone(void)
{
	return 0;
}
#endif

/* What to do, behind what is wrong. */
#define REMEDY \
	"it does nothing here, and smbd refuses every share that lists it. " SG_REMEDY

/* A parameter of smb.conf, and where our headers have it. */
struct place {
	const char *name;
	size_t offset;
};

/* The last ones of [global] and of a share, and those that we set. */
static const struct place places[] = {
	{"wins support",
	 offsetof(struct loadparm_global, we_are_a_wins_server)},
	{"write list", offsetof(struct loadparm_service, write_list)},
	{"vfs objects", offsetof(struct loadparm_service, vfs_objects)},
	{"server smb encrypt",
	 offsetof(struct loadparm_service, SG_SERVER_SMB_ENCRYPT)},
	{"available", offsetof(struct loadparm_service, available)},
};

/*
 * The structs of smbd's parameters are generated when Samba is built, and so are
 * ours; smbd's own table says where it has each.
 */
static bool parameters_fit(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		const struct parm_struct *parm =
			lpcfg_parm_struct(NULL, places[i].name);

		if (parm == NULL || (size_t)parm->offset != places[i].offset) {
			DBG_ERR("smbguard: this smbd has \"%s\" at another "
				"place than the Samba that smbguard was built "
				"for (%s): " REMEDY,
				places[i].name,
				SMBGUARD_SAMBA_PACKAGE);
			return false;
		}
	}
	return true;
}

/* The one that we were built for. */
static bool release_fits(void)
{
	const char *version = samba_version_string();
	unsigned major = 0;
	unsigned minor = 0;
	int got;

	got = sscanf(version, "%u.%u", &major, &minor);
	if (got == 2 && major == SMBGUARD_SAMBA_VERSION_MAJOR &&
	    minor == EXPECTED_MINOR) {
		return true;
	}
	DBG_ERR("smbguard: it was built for Samba %u.%u (%s), and this is "
		"%s: " REMEDY,
		SMBGUARD_SAMBA_VERSION_MAJOR,
		EXPECTED_MINOR,
		SMBGUARD_SAMBA_PACKAGE,
		version);
	return false;
}

bool sg_layout_is_our_samba(void)
{
	const char *missing = sg_symbols_missing();

	if (missing != NULL && !sg_symbols_can_tell()) {
		fprintf(stderr,
			"smbguard: this program has no %s: it is no smbd that "
			"smbguard was built for (%s).\n",
			missing,
			SMBGUARD_SAMBA_PACKAGE);
		return false;
	}
	if (!release_fits()) {
		return false;
	}
	if (missing != NULL) {
		DBG_ERR("smbguard: this smbd has no %s, as the Samba has that "
			"smbguard was built for (%s): " REMEDY,
			missing,
			SMBGUARD_SAMBA_PACKAGE);
		return false;
	}
	return use_what_is_gone() == 0 && parameters_fit();
}

bool sg_layout_fits(TALLOC_CTX *mem_ctx,
		    struct sg_layout layout,
		    const char **problem)
{
	size_t expected = layout.size + EXPECTED_GROWTH;
	size_t size = 0;

	if (layout.ptr != NULL) {
		size = talloc_get_size(layout.ptr);
	}
	if (size == expected) {
		return true;
	}
	*problem = talloc_asprintf(
		mem_ctx,
		"%s has %zu bytes in this smbd (%s) and %zu in the one that "
		"smbguard was built for (%s)",
		layout.name,
		size,
		samba_version_string(),
		expected,
		SMBGUARD_SAMBA_PACKAGE);
	if (*problem == NULL) {
		*problem = "out of memory";
	}
	return false;
}

bool sg_layout_gensec_fits(TALLOC_CTX *mem_ctx, const char **problem)
{
	const struct gensec_critical_sizes *sizes = gensec_interface_version();

	if (sizes->interface_version == GENSEC_INTERFACE_VERSION &&
	    sizes->sizeof_gensec_security_ops ==
		    sizeof(struct gensec_security_ops) + EXPECTED_GROWTH &&
	    sizes->sizeof_gensec_security == sizeof(struct gensec_security)) {
		return true;
	}
	*problem = talloc_asprintf(
		mem_ctx,
		"gensec differs between this smbd (%s) and the one that "
		"smbguard was built for (%s)",
		samba_version_string(),
		SMBGUARD_SAMBA_PACKAGE);
	if (*problem == NULL) {
		*problem = "out of memory";
	}
	return false;
}
