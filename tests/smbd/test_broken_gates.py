# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gate that is not loaded, or was built for another smbd.

What: a protected share then refuses everybody, an unprotected one works, and
smbd's log and a policy_error event say what is wrong.
"""

import os

from harness import DENIED, ROOT, STAGE

FAULTY = os.path.join(ROOT, 'build/tests/layout-fault/modules')
PROTOCOLS = ('SMB3_11', 'SMB2_10', 'NT1')


def missing(t, gates, name):
    smbd = t.smbd(gates=gates)
    for protocol in PROTOCOLS:
        t.equal(DENIED, smbd.smbclient('secret', protocol).got, protocol)
        t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
    outcomes = [(e['share'], e['outcome']) for e in
                smbd.events(event='share_connect')]
    t.equal([('secret', 'denied'), ('open', 'allowed')] * 3, outcomes)
    errors = smbd.events(event='policy_error')
    t.equal(3, len(errors), 'policy errors')
    for event in errors:
        t.fields(event, severity='critical', policy__option='preload modules',
                 share='secret')
        t.contains(name + ' gate is not loaded', event['reason'])
    for line in ('smbguard:', name + ' gate is not loaded'):
        t.contains(line, smbd.log_text())


def test_session_gate_is_missing(t):
    missing(t, ['negotiate'], 'session')


def test_negotiate_gate_is_missing(t):
    missing(t, ['session'], 'negotiate')


def test_both_gates_are_missing(t):
    missing(t, [], 'negotiate')


def test_missing_session_gate_and_a_share_without_one(t):
    """Nobody would judge there what [global] demands of sessions."""
    own = {'own': {'vfs objects': 'acl_xattr', 'guest ok': 'yes'}}
    for gates in (['negotiate'], ['negotiate', 'session']):
        for option, value in (('ntlm', 'deny'), ('guest', 'wurst'),
                              ('audit failure', 'deny')):
            options = {'smbguard:' + option: value}
            smbd = t.smbd(gates=gates, options=options, shares=own)
            closed = gates == ['negotiate'] or option != 'audit failure'
            for protocol in PROTOCOLS:
                got = smbd.smbclient('own', protocol).got
                t.equal(closed or protocol == 'NT1', got != 'ok',
                        '%s %s %s' % (gates, option, protocol))
    smbd = t.smbd(gates=['negotiate'], shares=own)
    t.equal('ok', smbd.smbclient('own').got)
    t.equal([], smbd.events(event='policy_error'))


def test_missing_gate_in_audit_mode_refuses_nobody(t):
    smbd = t.smbd(gates=['negotiate'], options={'smbguard:mode': 'audit'})
    t.equal('ok', smbd.smbclient('secret').got)
    t.fields(t.one(smbd.events(event='share_connect')), outcome='would_deny',
             policy__option='preload modules')
    t.one(smbd.events(event='policy_error'))


def test_missing_share_gate_refuses_every_share(t):
    """smbd's own doing: a module of `vfs objects` that does not load."""
    empty = os.path.join(t.directory, 'stage')
    os.makedirs(os.path.join(empty, 'vfs'))
    os.symlink(os.path.join(STAGE, 'smbguard'),
               os.path.join(empty, 'smbguard'))
    smbd = t.smbd(stage=empty)
    for share in ('open', 'secret'):
        t.true(smbd.smbclient(share).status != 0, share + ' refused')


def test_another_layout_refuses_protected_shares(t):
    smbd = t.smbd(stage=FAULTY)
    for protocol in PROTOCOLS:
        t.equal(DENIED, smbd.smbclient('secret', protocol).got, protocol)
        t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
    errors = smbd.events(event='policy_error')
    t.true(errors, 'a policy_error')
    for event in errors:
        t.equal('critical', event['severity'])
    t.contains('smbguard', smbd.log_text())
    t.contains('built for', smbd.log_text())
    allowed = smbd.events(event='share_connect', share='secret',
                          outcome='allowed')
    t.equal([], allowed)


def test_one_gate_with_another_layout(t):
    """Each of the three in turn from the faulty build."""
    for faulty in ('smbguard/negotiate.so', 'smbguard/session.so',
                   'vfs/smbguard.so'):
        stage = os.path.join(t.directory, faulty.replace('/', '-'))
        for name in ('smbguard/negotiate.so', 'smbguard/session.so',
                     'vfs/smbguard.so'):
            source = os.path.join(FAULTY if name == faulty else STAGE, name)
            path = os.path.join(stage, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.symlink(source, path)
        smbd = t.smbd(stage=stage)
        t.equal(DENIED, smbd.smbclient('secret').got, faulty)
        t.true(smbd.events(event='policy_error'), 'policy_error: ' + faulty)
        t.contains('smbguard', smbd.log_text())
