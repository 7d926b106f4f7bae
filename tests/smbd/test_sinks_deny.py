# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""No sink takes the record: "smbguard:audit failure" says who is refused.

What: with "deny" everybody, at the session and at the tree; with "continue"
and in audit mode nobody.
"""

import contextlib
import os

import eventlog
import log_daemons
from harness import DENIED, check_lost, visit

OLD_LOGON = ['client use spnego=no', 'client ntlmv2 auth=no']
STEADY = {'smbguard:history': 'no'}
DENY = {'smbguard:audit failure': 'deny', **STEADY}


def test_deny_refuses_the_session(t):
    smbd = t.smbd(options=DENY)
    os.mkdir(smbd.audit)
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        answer = smbd.smbclient('open', protocol)
        t.equal((DENIED, 'session setup'), (answer.got, answer.step))
    smbd.settle()
    os.rmdir(smbd.audit)
    t.equal('ok', smbd.smbclient('open').got)
    t.story(smbd, 'audit_lost failed', *visit('open'))
    check_lost(t, smbd.events()[0], 3 * 2)


def test_deny_refuses_the_tree(t):
    """The disk is full behind the session, of a client that stays."""
    smbd = t.smbd(options=DENY)
    with smbd.connected('open') as child:
        os.rename(smbd.audit, smbd.audit + '.aside')
        os.mkdir(smbd.audit)
        child.stdin.write(b'tcon secret\n')
        child.stdin.close()
        t.contains(DENIED, child.stdout.read().decode())
    smbd.settle()
    os.rmdir(smbd.audit)
    t.contains('hello.txt', smbd.smbclient(
        'open', command='tcon secret; ls').output)


def test_continue_refuses_nobody(t):
    for options in ({'smbguard:audit failure': 'continue'},
                    {'smbguard:audit failure': 'deny',
                     'smbguard:mode': 'audit'}):
        smbd = t.smbd(options={**options, **STEADY})
        os.mkdir(smbd.audit)
        for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
            t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
        t.contains('hello.txt', smbd.smbclient(
            'open', command='tcon secret; ls').output)
        smbd.settle()
        os.rmdir(smbd.audit)


def test_share_in_audit_mode_is_not_refused(t):
    """Its session is [global]'s affair."""
    smbd = t.smbd(options=DENY,
                  shares={'open': {'smbguard:mode': 'audit'}})
    with smbd.connected('open') as child:
        os.rename(smbd.audit, smbd.audit + '.aside')
        os.mkdir(smbd.audit)
        child.stdin.write(b'tcon open\nls\ntcon secret\n')
        child.stdin.close()
        output = child.stdout.read().decode()
    t.contains('hello.txt', output)
    t.contains(DENIED, output)
    smbd.settle()
    os.rmdir(smbd.audit)


def test_refusal_is_what_the_fallback_says(t):
    """Where nothing else is left, it must not tell of an access that was
    none."""
    smbd = t.smbd(options=DENY)
    with log_daemons.syslog(smbd) as syslog:
        os.mkdir(smbd.audit)
        t.equal(DENIED, smbd.smbclient('open').got)
        smbd.settle()
        told = log_daemons.syslog_events(syslog.messages(), mixed=True)
    os.rmdir(smbd.audit)
    t.equal(['negotiate allowed', 'session denied'], eventlog.story(told))


def denied_then_let_in(t, smbd, mend, denied='session setup'):
    """While it is broken nobody gets in, by any protocol."""
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        answer = smbd.smbclient('open', protocol)
        t.equal((DENIED, denied), (answer.got, answer.step), protocol)
    answer = smbd.smbclient('open', 'NT1', options=OLD_LOGON)
    t.equal((DENIED, denied), (answer.got, answer.step))
    smbd.settle()
    mend()
    t.equal('ok', smbd.smbclient('open').got)


def test_full_disk(t):
    smbd = t.smbd(options=DENY)
    folder = os.path.dirname(smbd.audit)
    smbd.inside('mount', '-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', folder)
    smbd.audit = smbd.seen_inside(smbd.audit)
    with open(os.path.join(os.path.dirname(smbd.audit), 'filler'), 'wb',
              0) as f:
        with contextlib.suppress(OSError):
            while f.write(bytes(4096)):
                pass
    denied_then_let_in(t, smbd, lambda: os.unlink(f.name))
    t.story(smbd, 'audit_lost failed', *visit('open'))
    check_lost(t, smbd.events()[0], 4 * 2)


def test_directory_that_is_removed(t):
    smbd = t.smbd(options=DENY)
    folder = os.path.dirname(smbd.audit)
    os.rename(folder, folder + '.aside')
    denied_then_let_in(t, smbd, lambda: os.rename(folder + '.aside', folder))
    check_lost(t, smbd.events()[0], 4 * 2)


def test_stopped_daemons(t):
    """Alone it refuses; a second sink that works is enough."""
    for sink in ('journal', 'syslog'):
        smbd = t.smbd(options={'smbguard:audit': sink, **DENY})
        with getattr(log_daemons, sink)(smbd, queue=20) as daemon:
            daemon.stop()
            daemon.fill()
            denied_then_let_in(t, smbd, daemon.go_on)
        smbd = t.smbd(options={'smbguard:audit': 'file ' + sink, **DENY})
        with getattr(log_daemons, sink)(smbd, queue=20) as daemon:
            daemon.stop()
            daemon.fill()
            t.equal('ok', smbd.smbclient('open').got)
            smbd.settle()
            t.story(smbd, *visit('open'))
