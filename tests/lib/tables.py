# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the code, as the command prints them.

What: kinds of events and their fields, for tests that hold documents and
servers against the code.

How it fails: with the command's own message, if it cannot be run.
"""

import functools
import json
import os
import subprocess

from harness import ROOT

COMMAND = os.path.join(ROOT, 'build/stage/bin/smbguard')


@functools.lru_cache(None)
def tables():
    """All of `smbguard --tables`."""
    done = subprocess.run([COMMAND, '--tables'], stdout=subprocess.PIPE,
                          check=True)
    return json.loads(done.stdout)


def events():
    """{name: [numbers of Windows]} in the order of the table."""
    return {row['name']: row['windowsEventIds'] for row in tables()['events']}


def fields():
    """{name: its row}, "policy.option" and so on, in the order of an event."""
    return {row['name']: row for row in tables()['fields']}
