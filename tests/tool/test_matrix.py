# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""./waf matrix: what it remembers of each suite, and how it tells.

The systems themselves take half an hour; what is tried here takes none.
"""

import os
import sys
from unittest import mock

from harness import ROOT

sys.path.insert(0, os.path.join(ROOT, 'tests/matrix'))

import results  # noqa: E402
from system import Done  # noqa: E402


def kept(t, suite='trixie', commit='1', arguments=''):
    with mock.patch.object(results, 'CACHE', t.directory):
        return results.Results(suite, commit, arguments)


def test_goes_on_where_it_was(t):
    row = kept(t)
    row.set_samba('4.22.11')
    row.add('demo', Done(0, 'the last line', 0.4))
    again = kept(t)
    t.equal((True, False), (again.has('demo'), again.has('check')))
    t.true(not again.complete(), 'not to its end')
    again.add('check', Done(1, '3 passed, 1 failed', 9.0))
    t.true(kept(t).complete() and kept(t).failed(), 'to its end, and failed')
    for more in ({'commit': '2'}, {'arguments': '-k x'}, {'suite': 'sid'}):
        t.true(not kept(t, **more).has('demo'), 'another: %s' % more)
    kept(t).forget()
    t.true(not kept(t).has('demo'), 'forgotten')


def test_file_that_is_cut_counts_as_none(t):
    kept(t).add('demo', Done(0, '', 0.4))
    with open(kept(t).path, 'r+', encoding='utf-8') as f:
        f.truncate(20)
    t.true(not kept(t).has('demo'), 'read anew')


def test_table(t):
    good, bad, none = (kept(t, suite) for suite in ('trixie', 'bookworm', 'sid'))
    good.set_samba('4.22.11')
    good.add('demo', Done(0, 'the last line', 0.44))
    good.add('check', Done(0, '939 passed, 0 failed', 19.4))
    bad.set_samba('4.17.12')
    bad.add('demo', Done(1, 'smbguard: no private mounts here', 0.1))
    none.cannot('its archive has no source of Samba 4.25.1')
    t.equal([False, True, False], [row.failed() for row in (good, bad, none)])
    t.equal('''\
suite     Samba    ./waf demo                                  ./waf check
trixie    4.22.11  works (0.4 min)                             939 passed, 0 failed (19.4 min)
bookworm  4.17.12  smbguard: no private mounts here (0.1 min)  not tried
sid       -        not tried                                   not tried
sid: its archive has no source of Samba 4.25.1''',
            results.table([good, bad, none]))
