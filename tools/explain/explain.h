/*
 * smbguard(8): explain, its tables
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_TOOLS_EXPLAIN_EXPLAIN_H
#define SMBGUARD_TOOLS_EXPLAIN_EXPLAIN_H

/* What something means, and what to do about it. Ends with a NULL name. */
struct sg_explanation {
	const char *name;
	const char *meaning;
	const char *remedy;
};

struct sg_windows_event {
	int id; /* 0: the end */
	const char *event;
	const char *meaning;
};

extern const struct sg_explanation sg_explained_events[];
extern const struct sg_explanation sg_explained_outcomes[];
extern const struct sg_windows_event sg_explained_windows[];

#endif /* SMBGUARD_TOOLS_EXPLAIN_EXPLAIN_H */
