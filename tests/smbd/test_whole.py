# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbd loads smb.conf within each logon, and does not care how that ends.

What: whatever keeps smbd from loading it to its end, what [global] asked for
before counts on, a section that was cut off is refused, and policy_error says
so, once.  The client was there before: to one that comes later, smbd has no
shares behind the place where the load ends.
"""

import os
import resource

from harness import DENIED
from ntlm_client import Logons

OPTION = 'config file'
ALL_WELL = 'NT_STATUS_SUCCESS'
ALICE_ONLY = {
    'smbguard:history': 'no',
    'smbguard:ntlm': 'deny',
    'smbguard:exceptions': 'one',
    'smbguard:one users': 'alice',
    'smbguard:one allow': 'ntlm',
    'smbguard:one until': '2099-12-31',
    'smbguard:one reason': 'a test',
}
# A parameter of smbd's, with a value that it does not know.
TYPO = 'guest ok = maybe\n'


def rewrite(smbd, text):
    """In the place of smb.conf, all at once."""
    with open(smbd.conf + '.new', 'w', encoding='utf-8') as f:
        f.write(text)
    os.rename(smbd.conf + '.new', smbd.conf)


def conf_of(smbd):
    with open(smbd.conf, encoding='utf-8') as f:
        return f.read()


def gone(smbd):
    os.unlink(smbd.conf)


def empty(smbd):
    rewrite(smbd, '')


def ends_early(smbd):
    """Behind the modules, before all that smbguard asks for."""
    lines = [line for line in conf_of(smbd).splitlines(True)]
    first = next(i for i, line in enumerate(lines) if 'smbguard:' in line)
    rewrite(smbd, ''.join(lines[:first] + [TYPO] + lines[first:]))


def told(t, smbd, **fields):
    event = t.one(smbd.events(event='policy_error'), 'policy_error')
    t.fields(event, outcome='failed', policy__option=OPTION,
             policy__scope='global', **fields)


def test_what_global_asks_for(t):
    for spoil in (gone, empty, ends_early):
        smbd = t.smbd(options=ALICE_ONLY)
        whole = conf_of(smbd)
        with Logons(smbd.port, 'SMB2_10') as c:
            t.equal(ALL_WELL, c.attempt('alice'))
            t.equal(DENIED, c.attempt('bob'))
            spoil(smbd)
            t.equal(DENIED, c.attempt('bob'), spoil.__name__)
            session = c.log_on('alice')
            t.equal(b'hello\n', c.read_file(c.tree('open', session), session))
            t.equal(DENIED, c.attempt('bob'), spoil.__name__)
            rewrite(smbd, whole.replace('smbguard:ntlm = deny', ''))
            t.equal(ALL_WELL, c.attempt('bob'), 'whole again')
        told(t, smbd)
        got = [(e['account'], e['outcome'])
               for e in smbd.events(event='session')]
        t.equal([('alice', 'allowed'), ('bob', 'denied'), ('bob', 'denied'),
                 ('alice', 'allowed'), ('bob', 'denied'), ('bob', 'allowed')],
                got)
        for event in t.each(smbd.events(event='session', outcome='denied'), 3):
            t.fields(event, policy__option='smbguard:ntlm')


def test_a_section_that_is_cut_off(t):
    """[secret] may have asked for something behind that; [open] has not."""
    for options, share, refused in (
            ({}, {}, True),
            ({'smbguard:mode': 'audit'}, {'smbguard:mode': 'enforce'}, True),
            ({'smbguard:mode': 'audit'}, {}, False)):
        cut_off(t, {'smbguard:history': 'no', **options}, share, refused)


def cut_off(t, options, share, refused):
    smbd = t.smbd(options=options, shares={'secret': share})
    whole = conf_of(smbd)
    cut = whole.replace('[secret]\n', '[secret]\n' + TYPO)
    t.true(cut != whole, 'it is in there')
    with Logons(smbd.port, 'SMB3_00') as c:
        session = c.log_on('alice')
        t.true(c.tree('secret', session), 'it can encrypt')
        rewrite(smbd, cut)
        session = c.log_on('alice')
        t.equal(DENIED if refused else ALL_WELL,
                c.tree_connect('secret', session))
        t.equal(b'hello\n', c.read_file(c.tree('open', session), session))
        rewrite(smbd, whole)
        session = c.log_on('alice')
        t.true(c.tree('secret', session), 'whole again')
    judged = t.one(smbd.events(
        outcome='denied' if refused else 'would_deny'))
    t.fields(judged, event='share_connect', share='secret',
             policy__option=OPTION, policy__scope='secret')
    first, second = smbd.events(event='policy_error')
    t.fields(first, policy__option=OPTION, policy__scope='global')
    t.fields(second, policy__option=OPTION, policy__scope='secret')


def test_audit_mode(t):
    smbd = t.smbd(options={**ALICE_ONLY, 'smbguard:mode': 'audit'})
    with Logons(smbd.port, 'SMB2_10') as c:
        t.equal(ALL_WELL, c.attempt('bob'))
        ends_early(smbd)
        t.equal(ALL_WELL, c.attempt('bob'))
        session = c.log_on('bob')
        t.equal(b'hello\n', c.read_file(c.tree('open', session), session))
    told(t, smbd)
    for event in t.each(smbd.events(event='session'), 3):
        t.fields(event, outcome='would_deny', policy__option='smbguard:ntlm')


def test_nothing_is_said_where_nothing_is_lost(t):
    """The end is missing, and there is nothing of ours in it."""
    smbd = t.smbd(options=ALICE_ONLY)
    with Logons(smbd.port, 'SMB2_10') as c:
        rewrite(smbd, conf_of(smbd) + TYPO)
        t.equal(DENIED, c.attempt('bob'))
        t.equal(ALL_WELL, c.attempt('alice'))
    t.equal([], smbd.events(event='policy_error'))


def test_no_descriptors_left(t):
    """A client uses them up, by open files and by channels.  Those that a load
    takes are set aside."""
    included = os.path.join(t.directory, 'included.conf')
    with open(included, 'w', encoding='utf-8') as f:
        f.writelines('%s = %s\n' % option for option in ALICE_ONLY.items())
    smbd = t.smbd(options={'include': included, 'smbguard:history': 'no'})
    with Logons(smbd.port, 'SMB2_10') as c:
        t.equal(DENIED, c.attempt('bob'))
        t.equal(ALL_WELL, c.attempt('alice'))
        pid = t.one(smbd.connections(), 'process')
        used = {int(fd) for fd in os.listdir('/proc/%d/fd' % pid)}
        free = [fd for fd in range(len(used) + 2) if fd not in used]
        # One is left for smb.conf, and none for the other file.
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (free[1], free[1]))
        t.equal(DENIED, c.attempt('bob'))
        t.equal(ALL_WELL, c.attempt('alice'))
    t.equal([], smbd.events(event='policy_error'))
    got = [(e['account'], e['outcome']) for e in smbd.events(event='session')]
    t.equal([('bob', 'denied'), ('alice', 'allowed')] * 2, got)


def test_no_descriptors_left_for_the_audit_file(t):
    """It is rotated meanwhile."""
    smbd = t.smbd(options={'smbguard:history': 'no'})
    with Logons(smbd.port, 'SMB2_10') as c:
        t.equal(ALL_WELL, c.attempt('alice'))
        pid = t.one(smbd.connections(), 'process')
        used = {int(fd) for fd in os.listdir('/proc/%d/fd' % pid)}
        free = [fd for fd in range(len(used) + 2) if fd not in used]
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (free[0], free[0]))
        os.rename(smbd.audit, smbd.audit + '.1')
        t.true(c.attempt('alice', password='wrong') != ALL_WELL, 'it failed')
        events = smbd.wait_for_events(1)
        t.fields(t.one(events), event='auth_failed', account='alice')


def free_numbers(pid, count):
    """Those that its next descriptors get."""
    used = {int(fd) for fd in os.listdir('/proc/%d/fd' % pid)}
    return [fd for fd in range(len(used) + count) if fd not in used][:count]


def test_no_descriptors_left_for_a_channel(t):
    """It has the number in its events that its own process gave it."""
    smbd = t.smbd(options={'smbguard:history': 'no'})
    with smbd.impacket(smb2=True) as client:
        guid = client.connection.getSMBServer().ClientGuid.encode()
        t.true(client.tree('open'), 'a tree')
        pid = t.one(smbd.connections(), 'process')
        # Two: smbd needs one to answer the process that passes the channel.
        end = free_numbers(pid, 3)[2]
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (end, 20000))
        with Logons(smbd.port, 'SMB3_00', guid=guid) as channel:
            resource.prlimit(pid, resource.RLIMIT_NOFILE,
                             (free_numbers(pid, 1)[0], 20000))
            session = channel.bind_to(client)
            # It fails for want of a database; that is recorded.
            channel.attempt('alice', session=session)
            port = channel.client_port
    negotiate = t.one(smbd.events(event='negotiate', clientPort=port))
    failed = t.one(smbd.events(event='auth_failed', clientPort=port))
    t.equal(negotiate['connectionId'], failed['connectionId'])
