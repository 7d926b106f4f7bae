/*
 * smbguard: file events
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_GATES_FILES_H
#define SMBGUARD_GATES_FILES_H

#include "smbd/files.h"

/* What is done about each operation. */
extern const struct sg_file_hooks sg_file_gate;

/**
 * A tree is to be let in: watch its files, if that is asked for. policy belongs
 * to tree.
 *
 * Returns false if it is asked for and cannot be done, and the tree must be
 * refused for that. What is wrong has been recorded.
 */
bool sg_files_begin(struct sg_tree *tree, const struct sg_policy *policy);

#endif /* SMBGUARD_GATES_FILES_H */
