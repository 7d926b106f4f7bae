# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard check: how it says what it finds.

What: the right value for a wrong one, findings in the order of lines, shares
alike in one block, and no wait for a directory of accounts.
"""

import os

import broken_confs
from check_tool import CLEAN, SHARE, check, expect, fake, run, write

# What is written, and what check says to write; no advice: None.
NEAREST = (
    ('encryption', 'requierd', 'Write "required".'),
    ('encryption', 'yes', 'Write "required".'),
    ('encryption', 'Mandatory', 'Write "required".'),
    ('encryption', 'if_required', 'Write "optional".'),
    ('encryption', 'required ; for now', 'Write "required": '),
    ('encryption', 'required # for now', 'Write "required": '),
    ('encryption', '"required"', 'Write "required": '),
    ('encryption', 'mandatory ; for now', 'Write "required".'),
    ('encryption', 'wombat', None),
    ('signing', 'yes', 'Write "required".'),
    ('min protocol', 'SMB3', 'Write "SMB3_00" for all of SMB 3, or SMB3_11'),
    ('min protocol', 'SMB2', 'Write "SMB2_02" for all of SMB 2, or SMB2_10'),
    ('min protocol', 'SMB3.1.1', 'Write "SMB3_11".'),
    ('min protocol', 'SMB1', 'Write "NT1".'),
    ('min protocol', 'SMB4', None),
    ('guest', 'no', 'Write "deny".'),
    ('guest', 'yes', 'Write "allow".'),
    ('ntlm', 'denyy', 'Write "deny".'),
    ('mode', 'enforcing', 'Write "enforce".'),
    ('mode', 'permissive', 'Write "audit".'),
    ('audit failure', 'ignore', 'Write "continue".'),
    ('encryption algorithms', 'AES256-GCM AES-128-GMC',
     'Write "AES-256-GCM, AES-128-GCM".'),
    ('encryption algorithms', 'wombat AES-128-GCM', None),
    ('audit', 'file jurnal', 'Write "file, journal".'),
)


def test_nearest_value_is_told(t):
    clean = [line for line in CLEAN if 'smbguard:encryption' not in line]
    for option, value, advice in t.each(list(NEAREST), len(NEAREST), 'values'):
        path = write(t, clean + ['smbguard:%s = %s' % (option, value)] + SHARE)
        _, result = check(t, path)
        finding = t.one([f for f in result['findings']
                         if f['id'] == 'bad-value'], value)
        t.contains('It takes ', finding['remedy'])
        if advice is None:
            t.true('Write' not in finding['remedy'], value)
        else:
            t.true(finding['remedy'].startswith(advice),
                   '%s: %s' % (value, finding['remedy']))
            right = advice.split('"')[1]
            expect(t, write(t, clean + [
                'smbguard:%s = %s' % (option, right), *SHARE]), [])


def test_nearest_value_of_an_exception_is_told(t):
    for line, advice in (
            ('allow = unencryptd', 'Write "unencrypted". '),
            ('allow = smb-1 unencrypted ; both',
             'Write "smb1, unencrypted": what stands behind it is part'),
            ('until = 2040-01-01 ; for now', 'Write "2040-01-01": '),
            ('until = 2040-13-01', None),
            ('allow = wombat', None)):
        path = write(t, CLEAN + broken_confs.exception(line) + SHARE)
        _, result = check(t, path)
        finding = t.one([f for f in result['findings']
                         if f['id'] == 'exception-invalid'], line)
        t.true('lets nobody pass' in finding['remedy'], line)
        t.true(finding['remedy'].startswith(advice or 'Until '),
               '%s: %s' % (line, finding['remedy']))


def many(number):
    return [line for i in range(number) for line in (
        '[s%d]' % i, 'path = @DIR@', 'vfs objects = recycle')]


def test_findings_are_in_the_order_of_lines(t):
    path = write(t, CLEAN + ['ntlm auth = yes', 'smbguard:guest = maybe',
                             'map to guest = bad password'] + SHARE +
                 ['vfs objects = recycle', 'smbguard:ntlm = nein'])
    _, result = check(t, path)
    lines = [f['line'] for f in result['findings']]
    t.equal(sorted(lines), lines)
    t.equal(['note', 'error', 'warning', 'warning', 'note', 'error'],
            [f['severity'] for f in result['findings']], 'whatever their grade')
    _, output, _ = run(path)
    shown = [line.split()[1] for line in output.splitlines()
             if line.startswith(('note', 'warning', 'error'))]
    t.equal(['%s:%d' % (path, line) for line in lines], shown)


def test_shares_alike_are_one_block(t):
    path = write(t, CLEAN + many(500) + ['[other]', 'path = @DIR@',
                                         'vfs objects = smbguard',
                                         'smbguard:ntlm = deny'])
    status, output, _ = run(path)
    t.equal(0, status)
    lines = output.splitlines()
    t.true(len(lines) < 100, '%d lines' % len(lines))
    t.equal(1, len([line for line in lines if line.startswith('note')]))
    t.contains('[s1] :', output)
    t.contains('491 more', output)
    t.contains('s0 and 499 more', output)
    for name in ('other ', 'IPC$ '):
        t.equal(1, len([line for line in lines if line.startswith(name)]),
                name + 'is not alike, and has a line')
    _, result = check(t, path)
    found = [f for f in result['findings'] if f['id'] == 'share-fallback']
    t.equal(['s%d' % i for i in range(500)], [f['section'] for f in found])
    t.equal(1, len({f['block'] for f in found}), 'one block')
    t.equal(501, len([share for share in result['shares']
                      if share['share'] != 'IPC$']))


def test_shares_not_alike_are_not_one_block(t):
    path = write(t, CLEAN + ['[a]', 'path = @DIR@', 'smbguard:guest = x',
                             '[b]', 'path = @DIR@', 'smbguard:guest = y'])
    _, output, _ = run(path)
    t.equal(2, len([line for line in output.splitlines()
                    if line.startswith('error')]))
    _, result = check(t, path)
    t.equal(2, len({f['block'] for f in result['findings']}))


def test_accounts_that_nobody_tells_of(t):
    """Who does not answer, or is not there, makes no finding and no wait."""
    path = write(t, CLEAN + broken_confs.exception('users = nobody-such, more') +
                 SHARE)
    asked = os.path.join(t.directory, 'asked')
    for answer, number in (('exec sleep 60', 0), ('exit 3', 0),
                           ('exit 2', 2), ('exit 0', 0)):
        with open(asked, 'w', encoding='ascii'):
            pass
        env = fake(t, 'getent', 'echo "$_NO_WINBINDD" "$@" >>%s\n%s' %
                   (asked, answer))
        _, result = check(t, path, env=env, timeout=30)
        t.equal(number, len([f for f in result['findings']
                             if f['id'] == 'exception-nobody']), answer)
        with open(asked, encoding='ascii') as f:
            lines = f.read().splitlines()
        t.equal('1 passwd -- nobody-such', lines[0], 'winbind is not asked')
        t.equal(2 if answer in ('exit 2', 'exit 0') else 1, len(lines),
                'nobody is asked again who did not answer')


def test_accounts_of_a_domain_are_not_asked_for(t):
    env = fake(t, 'getent', 'echo >%s/asked; exit 2' % t.directory)
    bare = [line for line in CLEAN if 'vfs objects' not in line]
    path = write(t, bare + broken_confs.MEMBER + broken_confs.exception(
        'users = TEST\\no-such') + SHARE)
    status, _ = check(t, path, env=env)
    t.equal(0, status)
    t.true(not os.path.exists(t.directory + '/asked'), 'nothing is asked')


def test_a_line_that_counts_for_some_shares(t):
    """What stands in [global] above a share is that share's."""
    for between, words in ((SHARE, 'counts for no share further down: '),
                           ([], 'does not count: ')):
        path = write(t, CLEAN + between + [
            '[global]', 'vfs objects = recycle', '[more]', 'path = @DIR@'])
        _, result = check(t, path)
        finding = t.one([f for f in result['findings']
                         if f['id'] == 'set-twice'])
        t.contains('"vfs objects = smbguard" ' + words, finding['what'])
        t.equal('warning', finding['severity'])


def test_modules_that_end_the_chain(t):
    """Those of other file systems, which need not be installed here."""
    modules = ['ceph', 'ceph_new', 'ceph_rgw', 'glusterfs']
    for module in t.each(modules, 4, 'modules'):
        for order, number in (('%s smbguard', 1), ('smbguard %s', 0),
                              ('recycle smbguard', 0)):
            value = order.replace('%s', module)
            _, result = check(t, write(t, CLEAN + SHARE + [
                'vfs objects = ' + value]))
            t.equal(number, len([f for f in result['findings']
                                 if f['id'] == 'vfs-chain-ends']), value)


def test_what_is_right_beside_it(t):
    """The neighbours of what is warned of."""
    bare = [line for line in CLEAN if 'vfs objects' not in line]
    audit = ['smbguard:mode = audit', 'smbguard:min protocol = SMB2_02']
    smb1 = broken_confs.exception('allow = smb1')
    served = ['server min protocol = NT1']
    checked = 0
    for lines in (
            # opened where the rest is kept out
            CLEAN + smb1 + audit[1:] + served + SHARE,
            # modules that are there, and kept
            bare + broken_confs.MEMBER + SHARE +
            ['vfs objects = smbguard recycle acl_xattr'],
            bare + broken_confs.MEMBER + SHARE +
            ['vfs objects = smbguard acl_tdb'],
            bare + broken_confs.CONTROLLER +
            ['vfs objects = smbguard dfs_samba4 acl_xattr'] + SHARE,
            bare + ['vfs objects = smbguard posixacl'] + SHARE,
            CLEAN + SHARE + ['vfs objects = smbguard vfs_not_implemented'],
            # the later one stronger, or the same
            CLEAN + ['map to guest = bad user', 'map to guest = never'] + SHARE,
            CLEAN + ['server min protocol = SMB2',
                     'server min protocol = SMB3_00'] + SHARE,
            # exceptions for some, and not for long
            CLEAN + broken_confs.exception('hosts = 10.0.0.0/8 fd00::/8',
                                           until='@DAYS+700@') + SHARE,
            CLEAN + broken_confs.exception(
                'hosts = 0.0.0.0/0', 'users = root') + SHARE,
            CLEAN + broken_confs.exception('hosts = ', 'users = root',
                                           'groups = ') + SHARE,
            CLEAN + broken_confs.exception('groups = root', 'users = ') +
            SHARE):
        expect(t, write(t, lines), [])
        checked += 1
    t.equal(12, checked, 'configurations')
