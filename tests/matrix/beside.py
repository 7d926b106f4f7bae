#!/usr/bin/python3
# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests on the other Debian that is supported, as part of `./waf check`.

usage: ./waf check -k trixie

What: as root; takes the network.  A system of Debian 13, the tree as it is here,
committed or not, and in it `./waf check` without what does not depend on smbd:
the linter, the unit tests and the package.  Prints what failed there, and last
"N passed, N failed".

How: the system is the one of `./waf matrix trixie`, kept in .cache/matrix.

How it fails: exit 1 if a test failed or the tests did not come to their end.
Where no system can be made, or its archive lacks Samba's source, a note says so,
and nothing has passed or failed.
"""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, 'tests/lib'))
sys.dont_write_bytecode = True

import system  # noqa: E402

SUITE = 'trixie'
COMMAND = r"./waf check -k '^(?!lint\b|unit\.|packages\b|trixie\b)'"


def main():
    if os.environ.get(system.WITHIN):
        return note('this is a system of the matrix')
    try:
        here = system.prepare(SUITE)
        samba = here.samba()
        here.take_tree(ROOT)
    except (system.Failure, OSError) as e:
        return note(e)
    log = os.path.join(system.CACHE, SUITE, 'beside.log')
    done = here.run(COMMAND, log)
    with open(log, encoding='utf-8', errors='replace') as f:
        text = f.read()
    if here.lacks_source(log):
        return note('its archive has no source of Samba %s' % samba)
    print(''.join(failures(text)), end='')
    result = re.fullmatch(r'(\d+) passed, (\d+) failed', done.line)
    if not result:
        print('FAIL         %s: `%s` did not come to its end, exit status %d:\n%s' % (
            SUITE, COMMAND, done.status,
            ''.join('    %s\n' % line for line in text.splitlines()[-20:])), end='')
        print('0 passed, 1 failed')
        return 1
    print('     %6.2f  %s: %s, with Samba %s' % (
        done.minutes * 60, SUITE, done.line, here.samba()))
    print(done.line)
    return 1 if int(result[2]) or done.status else 0


def note(reason):
    print('note: the tests were not run on %s: %s\n0 passed, 0 failed' % (
        SUITE, reason))
    return 0


def failures(text):
    """The lines of what failed, with those below it."""
    shown = False
    for line in text.splitlines():
        if line[:1] != ' ':
            shown = line.startswith('FAIL')
        if shown:
            yield '%s%s\n' % (SUITE + ' ' if line[:1] != ' ' else '', line)


if __name__ == '__main__':
    sys.exit(main())
