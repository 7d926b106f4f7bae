# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the code says of itself: the tables that `smbguard --tables` prints.

What: kinds of events and their fields, and options, for tests that hold
documents and servers against the code.

How it fails: a Failure when the command cannot say it, or when a table has
nothing in it.
"""

import functools
import json
import os
import subprocess

from harness import ROOT, Failure

TOOL = os.path.join(ROOT, 'build/stage/bin/smbguard')


@functools.lru_cache(maxsize=None)
def tables():
    done = subprocess.run([TOOL, '--tables'], stdout=subprocess.PIPE,
                          check=False)
    if done.returncode:
        raise Failure('smbguard --tables: exit status %d' % done.returncode)
    found = json.loads(done.stdout)
    for name, rows in found.items():
        if not rows:
            raise Failure('smbguard --tables: no %s' % name)
    return found


def events():
    """{name: [numbers of Windows]} in the order of the table."""
    return {row['name']: row['windowsEventIds'] for row in tables()['events']}


def fields():
    """{name: its row}, "policy.option" and so on, in the order of an event."""
    return {row['name']: row for row in tables()['fields']}


def options():
    """The row of each option, by its name, in the order of the table."""
    return {row['name']: row for row in tables()['options']}


def rules():
    """Those that refuse, the gravest first."""
    rows = [row for row in tables()['options'] if row['rule']]
    return sorted(rows, key=lambda row: row['rule']['weight'])


def option_table():
    """{name: (where, values)}"""
    return {name: (', '.join(row['where']), row['keywords'] or
                    ([str(row['min']), str(row['max'])] if row['max'] else []))
             for name, row in options().items()}


def exception_table():
    """{key: values}, of "NAME key"."""
    return {key: tables()['exceptionWords'] if key == 'allow' else []
             for key in tables()['exceptionKeys']}
