# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of examples/, as they are and changed for a test.
"""

import os

from harness import EXAMPLES, ROOT, Failure

COMMAND = os.path.join(ROOT, 'build/stage/bin/smbguard')


def example(name):
    return os.path.join(EXAMPLES, name)


def text(name):
    with open(example(name), encoding='utf-8') as f:
        return f.read()


def changed(whole, changes):
    for old, new in changes:
        if old not in whole:
            raise Failure('there is no %r in it' % old)
        whole = whole.replace(old, new)
    return whole
