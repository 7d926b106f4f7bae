/*
 * smbguard: what the answer to a logon tells, and when it comes
 *
 * Copyright (C) The smbguard authors 2026
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#ifndef SMBGUARD_GATES_ANSWER_H
#define SMBGUARD_GATES_ANSWER_H

#include <stdbool.h>

struct sg_logon;
struct sg_policy;

/**
 * The members of struct sg_logon_hooks with the same names.
 */
void sg_answer_came(const struct sg_logon *logon);
unsigned sg_answer_hold(const struct sg_logon *logon);
unsigned sg_answer_wait(const struct sg_logon *logon, bool failed);

/**
 * Would [global], or an open tree that the logon would take over, refuse anybody
 * who came like this with a password, as far as can be known without the account?
 * Exceptions for users and groups do not count.
 */
bool sg_answer_is_closed(struct sg_logon *logon);

/**
 * Would it refuse those, too, whom exceptions for users and groups name? Where an
 * open tree would refuse, one exception for anybody at this address is a no.
 */
bool sg_answer_is_hopeless(struct sg_logon *logon);

#endif /* SMBGUARD_GATES_ANSWER_H */
