# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbtorture, Samba's own tests, on files that have all events.

What: each test of the suites ends as it does with a stock smbd, whether that
passes it or not; and the events of what it did belong together: each open has its
close, and no other.

How: the share is set up so that a stock smbd passes most: without the kernel's
locks, which no durable handle goes with, and with streams.
"""

from file_events import ALL, of_share, tied
from torture import ends

SHARE = {'kernel oplocks': 'no', 'kernel share modes': 'no',
         'posix locking': 'no', 'store dos attributes': 'yes',
         'map archive': 'no'}
# Whole suites, and how many of their tests a stock smbd passes at least.
SUITES = {'smb2.rename': 8, 'smb2.delete-on-close-perms': 6,
          'smb2.streams': 6, 'smb2.durable-open': 15,
          'smb2.durable-v2-open': 12, 'smb2.compound': 14}
# Of these suites, what takes no longer than a moment.
CREATE = ('brlocked', 'multi', 'delete', 'leading-slash', 'impersonation',
          'open', 'blob', 'aclfile', 'acldir', 'nulldacl', 'mkdir-dup',
          'dir-alloc-size', 'dosattr_tmp_dir')
# And what depends on no timing: the others fail on a stock smbd, too, or wait in
# vain for a notice now and then.
NOTIFY = ('tdis', 'tdis1', 'close', 'logoff', 'session-reconnect',
          'invalid-reauth', 'file', 'overflow', 'rmdir1', 'rmdir2',
          'rmdir3', 'rmdir4', 'handle-permissions')


def same(t, names, least):
    """These end alike on both, and at least so many well."""
    found = {}
    for stock in (True, False):
        smbd = t.smbd(stock=stock, shares={'open': {
            **SHARE, **({} if stock else ALL),
            'vfs objects': ('' if stock else 'smbguard ') + 'streams_xattr'}})
        found[stock] = [end for name in names
                        for end in ends(t, smbd, name)]
    passed = [end for end in found[True] if end[0] == 'success']
    t.true(len(passed) >= least, '%d of %s, not %s' % (least, names,
                                                       found[True]))
    t.equal(found[True], found[False])
    events = smbd.events()
    t.true(len(of_share(events)) > least, 'events')
    tied(events)


def test_rename(t):
    same(t, ['smb2.rename'], SUITES['smb2.rename'])


def test_delete_on_close(t):
    name = 'smb2.delete-on-close-perms'
    same(t, [name], SUITES[name])


def test_streams(t):
    same(t, ['smb2.streams'], SUITES['smb2.streams'])


def test_durable_handles(t):
    for name in ('smb2.durable-open', 'smb2.durable-v2-open'):
        same(t, [name], SUITES[name])


def test_compound(t):
    same(t, ['smb2.compound'], SUITES['smb2.compound'])


def test_create(t):
    same(t, ['smb2.create.' + name for name in CREATE], 6)


def test_notify(t):
    same(t, ['smb2.notify.' + name for name in NOTIFY], 12)
