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
import upgrades  # noqa: E402
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


# What upgrades.VISIT prints of a smbd that does not fit, and of one that does.
CLOSED = '''\
visit open SMB2_10 NT_STATUS_BAD_NETWORK_NAME
visit secret SMB2_10 NT_STATUS_BAD_NETWORK_NAME
visit unlisted SMB2_10 OK
visit open SMB3_11 NT_STATUS_BAD_NETWORK_NAME
visit secret SMB3_11 NT_STATUS_BAD_NETWORK_NAME
visit unlisted SMB3_11 OK
smbd goes on
'''
GUARDED = CLOSED.replace('NT_STATUS_BAD_NETWORK_NAME', 'OK').replace(
    'secret SMB2_10 OK', 'secret SMB2_10 NT_STATUS_ACCESS_DENIED')
LOG = ('smbguard: it was built for Samba 4.17 (x), and this is 4.22.11: it does '
       'nothing here. Install the smbguard that was built for this Samba.')


def test_upgrade_is_judged(t):
    """Closed and said is right; open, crashed, silent or ended is not."""
    def judge(text, log=LOG, running='4.22.11+dfsg-0+deb13u1', mode='audit'):
        return upgrades.judge(mode, text.splitlines(), log,
                              '2:4.17.12+dfsg-0+deb12u4', running)
    t.equal([], judge(CLOSED))
    t.equal([], judge(GUARDED, '', '4.17.12', 'enforce'))
    for text, log, word in t.each((
            (CLOSED.replace('visit open SMB3_11 NT_STATUS_BAD_NETWORK_NAME',
                            'visit open SMB3_11 OK'), LOG, 'got OK'),
            (CLOSED.replace('visit unlisted SMB2_10 OK\n', ''), LOG, 'got None'),
            (CLOSED.replace('unlisted SMB2_10 OK', 'unlisted SMB2_10 '
                            'NT_STATUS_CONNECTION_DISCONNECTED'), LOG,
             'DISCONNECTED'),
            (CLOSED.replace('smbd goes on', ''), LOG, 'has ended'),
            (CLOSED, LOG + '\nPANIC (pid 1)', 'a crash'),
            (CLOSED, "error probing vfs module 'smbguard'", 'what to do'),
            (CLOSED, LOG.replace('4.17', '4.18'), 'what to do')), 7, 'faults'):
        t.contains(word, t.one(judge(text, log), 'fault'))
    t.true(judge(GUARDED.replace('NT_STATUS_ACCESS_DENIED', 'OK'), '', '4.17.12',
                 'enforce'), 'unguarded in the smbd that it was built for')


def test_each_build_goes_to_all_others(t):
    """And to its own; one without a source goes nowhere, and that is said."""
    versions = {'trixie': '4.22.11', 'sid': '4.25.1', 'bookworm': '4.17.12',
                'bookworm-backports': '4.22.6'}
    played = []

    def prepared(suite, _):
        if suite == 'gone':
            raise upgrades.Failure('mmdebstrap made no system of gone')
        return suite, versions[suite]

    def built(suite, *_):
        if suite in ('sid', 'bookworm-backports'):
            raise upgrades.Failure('its archive has no source')
        return suite

    def play(stage, samba, there, running):
        played.append((samba, running))
        return (stage, there) != ('trixie', 'sid')

    args = mock.Mock(refresh=False, trees={})
    with mock.patch.multiple(upgrades, prepared=prepared, built=built, play=play):
        t.equal(1, upgrades.run([*versions, 'gone'], args, ROOT), 'one is wrong')
    t.equal([('4.17.12', '4.17.12'), ('4.17.12', '4.22.11'),
             ('4.17.12', '4.22.6'), ('4.17.12', '4.25.1'),
             ('4.22.11', '4.22.11'), ('4.22.11', '4.17.12'),
             ('4.22.11', '4.25.1')], played)
