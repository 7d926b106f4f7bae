# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file events are asked for: kinds, names, accounts, [global] and shares.

What: the same work by the same client, under each value of the options; exactly
those events that the value asks for.
"""

import os
import shutil

import smb2_files as smb2
from file_events import line, lines, of_share, tied
from impacket_client import status

EVENTS = 'smbguard:file events'
IGNORE = EVENTS + ' ignore'
OPENS = ['open a CREATE created', 'open a OPEN',
         'open hello.txt OPEN', 'open d CREATE created directory',
         'open secret OPEN NT_STATUS_ACCESS_DENIED',
         'open nosuch OPEN NT_STATUS_OBJECT_NAME_NOT_FOUND', 'open b OPEN',
         'open d OPEN directory']
CLOSES = ['close a w1/5', 'close b', 'close hello.txt r1/6',
          'close d directory', 'close b', 'close d directory']
DENIED = ['open secret OPEN NT_STATUS_ACCESS_DENIED']
KINDS = {'open': OPENS, 'close': CLOSES, 'rename': ['rename a -> b'],
         'mkdir': ['mkdir d'], 'delete': ['delete b'], 'rmdir': ['rmdir d'],
         'acl': ['acl hello.txt dacl'],
         'attributes': ['attributes hello.txt attributes']}
CHANGES = ['open a CREATE created', 'close a w1/5'] + [
    told for kind, each in KINDS.items() if kind not in ('open', 'close')
    for told in each]


def work(files):
    """One of each kind, and two refusals, of which one is for want of rights."""
    handle = files.create('a', disposition=smb2.MAKE)
    files.write(handle, b'hello')
    files.close(handle)
    handle = files.create('a')
    files.rename(handle, 'b')
    files.close(handle)
    handle = files.create('hello.txt')
    files.read(handle, 99)
    files.set_info(handle, smb2.BASIC, bytes(32) + b'\2' + bytes(7))
    files.ask(smb2.set_security(handle, smb2.OF_DACL,
                                smb2.for_everybody(smb2.FULL)))
    files.close(handle)
    files.close(files.create('d', disposition=smb2.MAKE,
                             options=smb2.DIRECTORY))
    for name in ('secret', 'nosuch'):
        try:
            files.create(name, smb2.READ_DATA)
        except smb2.Refused:
            continue
        raise AssertionError(name + ' was opened')
    for name, option in (('b', 0), ('d', smb2.DIRECTORY)):
        handle = files.create(name, options=option)
        files.delete(handle)
        files.close(handle)


def worked(t, options=None, share=None, user='alice', account=None):
    """The server, after somebody has done the work on [open]."""
    smbd = t.smbd(options=options, shares={'open': share or {}})
    place = smbd.config.get('open', 'path')
    os.chmod(os.path.join(place, 'hello.txt'), 0o777)
    shutil.chown(os.path.join(place, 'hello.txt'), user, user)
    with open(os.path.join(place, 'secret'), 'x', encoding='ascii'):
        os.chmod(os.path.join(place, 'secret'), 0)
    with smbd.impacket(user=account or user) as client:
        work(smb2.Files(client, client.tree('open')))
    return smbd


def told(t, *arguments, **more):
    return sorted(lines(worked(t, *arguments, **more).events()))


def test_each_kind(t):
    for kind, expected in KINDS.items():
        t.equal(sorted(expected + DENIED * (kind == 'denied')),
                told(t, share={EVENTS: kind}), kind)


def test_all_and_none(t):
    everything = sorted(sum(KINDS.values(), []))
    t.equal(everything, told(t, share={EVENTS: 'all'}))
    t.equal([], told(t, share={EVENTS: 'none'}))
    t.equal([], told(t))


def test_denied_alone(t):
    """What was refused for want of rights, and not what is not there."""
    t.equal(DENIED, told(t, share={EVENTS: 'denied'}))


def test_changes_alone(t):
    t.equal(sorted(CHANGES), told(t, share={EVENTS: 'changes'}))


def test_share_adds_to_global(t):
    both = sorted(KINDS['delete'] + KINDS['mkdir'])
    t.equal(both, told(t, {EVENTS: 'delete'}, {EVENTS: 'mkdir'}))
    t.equal(sorted(KINDS['delete']), told(t, {EVENTS: 'delete'},
                                          {EVENTS: 'none'}))
    t.equal(both, told(t, {EVENTS: 'mkdir, delete'}))


def test_value_that_cannot_be_read(t):
    """The strictest: everything, and a word about it."""
    smbd = worked(t, share={EVENTS: 'everything', 'smbguard:mode': 'audit'})
    t.equal(sorted(sum(KINDS.values(), [])), sorted(lines(smbd.events())))
    t.each(smbd.events(event='policy_error'), 1)


def test_names_left_out(t):
    for pattern, left in (('/HELLO*/', 'hello.txt'), ('/?/', 'abd'),
                          ('/secret/nosuch/', ('secret', 'nosuch')),
                          ('/no such/', ())):
        expected = [told_ for told_ in sum(KINDS.values(), [])
                    if told_.split()[1] not in left]
        # Both names of a rename have to be left out.
        t.equal(sorted(expected), told(t, share={EVENTS: 'all',
                                                 IGNORE: pattern}), pattern)
    t.equal(sorted(told_ for told_ in sum(KINDS.values(), [])
                   if told_.split()[1] != 'a' or 'rename' in told_),
            told(t, {IGNORE: '/a/'}, {EVENTS: 'all'}))


def test_accounts_left_out(t):
    """By name and by group; another's are told all the same."""
    everything = sorted(sum(KINDS.values(), []))
    for option, value in (('users', 'alice'), ('groups', 'staff2')):
        smbd = t.smbd(shares={'open': {
            EVENTS: 'all', '%s %s' % (IGNORE, option): value}})
        seen = {}
        for user in ('alice', 'bob'):
            with smbd.impacket(user=user) as client:
                t.equal('ok', status(client.read, client.tree('open')))
        for event in t.each(of_share(smbd.events()), 2):
            seen.setdefault(event['account'], []).append(line(event))
        # bob is in staff2.
        t.equal({'bob' if value == 'alice' else 'alice': [
            'open hello.txt OPEN', 'close hello.txt r1/6']}, seen)
        t.each(smbd.events(event='share_connect'), 2)
    t.equal(everything, told(t, {IGNORE + ' users': 'bob'}, {EVENTS: 'all'}))


def test_events_of_one_share_are_tied(t):
    tied(worked(t, share={EVENTS: 'all'}).events())


def test_share_with_own_objects_and_reload(t):
    """Its own list leaves smbguard out; and what changes counts with the next
    tree, not with one that is open."""
    smbd = t.smbd(shares={'open': {'vfs objects': 'streams_xattr'}})
    with smbd.impacket() as client:
        before = client.tree('open')
        t.equal('ok', status(client.read, before))
        smbd.config.update('open', {EVENTS: 'open'})
        smbd.reload()
        t.equal('ok', status(client.read, before))
    t.equal([], lines(smbd.events()))
    with smbd.impacket() as client:
        t.equal('ok', status(client.read, client.tree('open')))
    t.equal(['open hello.txt OPEN'], lines(smbd.events()))


def test_homes_and_ipc(t):
    """What [homes] asks for is asked of each home; pipes are no files."""
    homes = os.path.join(t.directory, 'homes')
    os.makedirs(os.path.join(homes, 'alice'))
    for place in (t.directory, homes):
        os.chmod(place, 0o755)
    with open(os.path.join(homes, 'alice', 'hello.txt'), 'w',
              encoding='ascii') as f:
        f.write('hello\n')
    shutil.chown(os.path.join(homes, 'alice'), 'alice')
    smbd = t.smbd(shares={'homes': {'path': homes + '/%S', EVENTS: 'open'}})
    t.equal('ok', smbd.smbclient('alice',
                                 command='get hello.txt /dev/null').got)
    told_ = [e for e in smbd.events() if e['event'].startswith('file_')]
    for event in t.each(told_, 1):
        t.fields(event, share='alice', path='hello.txt', outcome='allowed')
    t.equal('ok', smbd.smbclient('IPC$', command='help').got)
    t.each([e for e in smbd.events() if e['event'].startswith('file_')], 1)
