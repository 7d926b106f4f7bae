# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard enable, a real smbd, clients, events, smbguard disable.

What: after enable smbd is guarded, in audit mode; with a rule that is enforced it
refuses; after disable it is what it was, with every share there.
"""

import os

from harness import DENIED
from setup_tool import must, read

SHARES = {'private': {}, 'secret': None,
          'listed': {'vfs objects': 'recycle'}}


def visits(smbd):
    return [smbd.smbclient(share, dialect).got for share in ('private', 'listed')
            for dialect in ('SMB2_10', 'SMB3_11')]


def test_guarded_and_not_any_more(t):
    smbd = t.smbd(options={'preload modules': None, 'vfs objects': 'acl_xattr',
                           'smbguard:mode': None}, shares=SHARES)
    before = read(smbd.conf)
    t.equal(['ok'] * 4, visits(smbd), 'before')
    t.true(not os.path.exists(smbd.audit), 'nothing is recorded')
    smbd.stop()

    must(t, ['enable'], smbd.conf)
    t.contains(b'vfs objects = smbguard acl_xattr', read(smbd.conf))
    enabled = read(smbd.conf)
    smbd.restart()
    t.equal(['ok'] * 4, visits(smbd), 'audit mode: nobody is refused')
    smbd.settle()
    t.each(smbd.events(event='share_connect', outcome='allowed'), 4)

    rule = b'\n[private]\nsmbguard:mode = enforce\n'\
        b'smbguard:encryption = required\n'
    with open(smbd.conf, 'ab') as f:
        f.write(rule)
    smbd.restart()
    t.equal([DENIED] + ['ok'] * 3, visits(smbd), 'enforced')
    smbd.settle()
    refused = t.one(smbd.events(event='share_connect', outcome='denied'))
    t.fields(refused, share='private', dialect='SMB2_10',
             policy__option='smbguard:encryption')

    seen = len(smbd.events())
    must(t, ['disable'], smbd.conf)
    t.equal(before + rule, read(smbd.conf), 'the rule is an administrator\'s')
    smbd.restart()
    t.equal(['ok'] * 4, visits(smbd), 'every share is there')
    smbd.settle()
    t.equal(seen, len(smbd.events()), 'nothing more is recorded')
    t.true(enabled != before, 'there was something to undo')


def test_without_the_module_after_disable(t):
    """And before: what `disable` is for."""
    smbd = t.smbd(options={'preload modules': None, 'vfs objects': None},
                  shares={'private': {}, 'secret': None})
    before = read(smbd.conf)
    smbd.stop()
    must(t, ['enable'], smbd.conf)
    ours = os.path.join(smbd.vfs_dir, 'smbguard.so')
    os.unlink(ours)  # uninstalled
    smbd.restart()
    t.true(smbd.smbclient('private').got != 'ok', 'every share is gone')
    must(t, ['disable'], smbd.conf)
    t.equal(before, read(smbd.conf))
    smbd.restart()
    t.equal('ok', smbd.smbclient('private').got, 'and there again')
