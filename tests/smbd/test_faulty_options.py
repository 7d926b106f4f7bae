# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A value that cannot be parsed, in each option.

What: in enforce mode it refuses, in audit mode it refuses nobody, and in both
it is recorded with option, value and what the option takes, in smbd's log too.
"""

import os

import tables
from harness import DENIED

# option: (a misspelt value, words of what it takes)
FAULTS = {
    'mode': ('enforced', ('enforce', 'audit')),
    'min protocol': ('SMB4', ('NT1', 'SMB2_02', 'SMB3_11')),
    'encryption': ('requierd', ('optional', 'required')),
    'encryption algorithms': ('AES-128-GCM, AES-512-GCM', (
        'AES-128-CCM', 'AES-128-GCM', 'AES-256-CCM', 'AES-256-GCM')),
    'signing': ('mandatory', ('optional', 'required')),
    'signing algorithms': ('HMAC-SHA256 -AES-128-CMAC', (
        'HMAC-SHA256', 'AES-128-CMAC', 'AES-128-GMAC')),
    'guest': ('no', ('allow', 'deny')),
    'ntlm': ('0', ('allow', 'deny')),
    'file events': ('open, reads', ('none', 'changes', 'all')),
    'file events ignore': ('*.tmp', ('slashes', '/~$*/*.tmp/')),
}
GLOBAL_FAULTS = {
    'auth failure delay': ('10001', ('0', '10000')),
    'audit': ('file, jurnal', ('file', 'journal', 'syslog')),
    'audit file': ('smbguard.jsonl', ('absolute path',)),
    'audit failure': ('refuse', ('continue', 'deny')),
    'history': ('on', ('yes', 'no')),
    'history days': ('0', ('1', '3650')),
    'downgrade': ('deny', ('record', 'refuse')),
}
FLOORS = ('min protocol', 'signing algorithms')
AUDIT = {'smbguard:mode': 'audit'}


def test_no_option_is_left_out(t):
    """But for the lists of names, each of which is valid: test_exceptions."""
    t.equal(set(tables.options()),
            {*FAULTS, *GLOBAL_FAULTS, 'exceptions', 'file events ignore users',
             'file events ignore groups'})


def is_told(t, smbd, faults, option, value, words, scope):
    """A policy_error that helps, and a line in smbd's log."""
    mine = [e for e in faults if e['policy']['option'] == option and
            e['policy']['scope'] == scope]
    t.true(mine, 'a policy_error of %s in [%s]' % (option, scope))
    t.fields(mine[0], outcome='failed', severity='critical',
             policy__actual=value)
    lines = [line for line in smbd.log_text().splitlines()
             if 'smbguard: ' in line and option + ' = ' in line]
    t.true(lines, 'a line in the log of ' + option)
    for part in words + ('%s = %s' % (option, value), '[%s]' % scope):
        t.contains(part, mine[0]['reason'])
        t.contains(part, lines[0])


def faulty_server(t, name, value, *more):
    option = 'smbguard:' + name
    options = dict(*more)
    if name != 'audit file':
        options[option] = value
    smbd = t.smbd(options=options,
                  shares={'secret': {'smbguard:encryption': None}})
    if name == 'audit file':  # then it is where it is by default
        smbd.config.set('global', option, value)
        smbd.reload()
        smbd.audit = os.path.join(smbd.log_dir, 'smbguard.jsonl')
    return option, smbd


def check_global(t, faults):
    for name, (value, words) in faults.items():
        option, smbd = faulty_server(t, name, value)
        for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
            answer = smbd.smbclient('open', protocol)
            t.true(answer.status != 0, '%s, %s: %s' % (option, protocol,
                                                       answer.got))
        t.equal(DENIED, smbd.smbclient('secret').got, option)
        events = smbd.events()
        t.equal([], [e for e in events if e['event'] == 'share_connect'])
        # Where the strictest value is a floor, the older ones stay below it.
        below = 2 if name in FLOORS else 0
        t.each(smbd.events(event='negotiate', outcome='denied',
                           policy__option=option), below)
        denied = [e for e in events if e['event'] == 'session']
        for event in t.each(denied, 4 - below, option + ': sessions'):
            t.fields(event, outcome='denied', policy__option=option,
                     policy__actual=value, policy__scope='global')
            for part in words + ('%s = %s' % (option, value),):
                t.contains(part, event['reason'])
        is_told(t, smbd, smbd.events(event='policy_error'), option, value,
                words, 'global')


def test_global_refuses(t):
    check_global(t, FAULTS)


def test_global_of_its_own_refuses(t):
    check_global(t, GLOBAL_FAULTS)


def test_global_in_audit_mode(t):
    for name, (value, words) in dict(FAULTS, **GLOBAL_FAULTS).items():
        if name == 'mode':
            continue  # a faulty mode is no audit mode
        option, smbd = faulty_server(t, name, value, AUDIT)
        for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
            t.equal('ok', smbd.smbclient('open', protocol).got, option)
        t.equal([], smbd.events(outcome='denied'))
        would = smbd.events(event='session')
        t.equal(3, len(would), 'sessions')
        for event in would:
            t.fields(event, outcome='would_deny', policy__option=option,
                     policy__actual=value, policy__scope='global')
        is_told(t, smbd, smbd.events(event='policy_error'), option, value,
                words, 'global')


def faulty_shares(faults, mode):
    return {'%s %s' % (name, mode): {
        'smbguard:mode': mode, 'smbguard:' + name: value}
            for name, (value, _) in faults.items()}


def test_share_refuses_and_the_others_do_not(t):
    faults = dict(FAULTS)
    shares = faulty_shares(faults, 'enforce')
    smbd = t.smbd(shares=shares)
    for name, (value, words) in faults.items():
        share, option = name + ' enforce', 'smbguard:' + name
        for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
            answer = smbd.smbclient(share, protocol)
            t.equal((DENIED, 'tree connect'), (answer.got, answer.step),
                    '%s %s' % (share, protocol))
        denied = smbd.events(event='share_connect', share=share)
        t.equal(['denied'] * 3, [e['outcome'] for e in denied])
        for event in denied:
            t.fields(event, policy__option=option, policy__actual=value,
                     policy__scope=share)
        is_told(t, smbd, smbd.events(event='policy_error'), option, value,
                words, share)
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
    t.equal('ok', smbd.smbclient('secret').got)


def test_share_in_audit_mode(t):
    faults = {name: fault for name, fault in FAULTS.items() if name != 'mode'}
    smbd = t.smbd(shares=faulty_shares(faults, 'audit'))
    for name, (value, words) in faults.items():
        share, option = name + ' audit', 'smbguard:' + name
        for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
            t.equal('ok', smbd.smbclient(share, protocol).got,
                    '%s %s' % (share, protocol))
        would = smbd.events(event='share_connect', share=share)
        t.equal(['would_deny'] * 3, [e['outcome'] for e in would])
        for event in would:
            t.fields(event, policy__option=option, policy__actual=value,
                     policy__scope=share)
        is_told(t, smbd, smbd.events(event='policy_error'), option, value,
                words, share)


def test_option_of_global_in_a_share(t):
    """Also with a value that would be right there."""
    right = {'auth failure delay': '100', 'audit': 'file',
             'audit file': '/var/log/x.jsonl', 'audit failure': 'deny',
             'history': 'no', 'history days': '30', 'downgrade': 'record',
             'exceptions': 'scanner'}
    smbd = t.smbd(shares={name: {'smbguard:' + name: value}
                          for name, value in right.items()})
    for name, value in right.items():
        t.equal(DENIED, smbd.smbclient(name).got, name)
        is_told(t, smbd, smbd.events(event='policy_error'),
                'smbguard:' + name, value, ('[global]',), name)
    t.equal('ok', smbd.smbclient('open').got)


def test_no_value_at_all(t):
    """An option that is there, and empty."""
    shares = {name: {'smbguard:' + name: ''} for name in FAULTS}
    smbd = t.smbd(shares=shares)
    for name in shares:
        t.equal(DENIED, smbd.smbclient(name).got, name)
        is_told(t, smbd, smbd.events(event='policy_error'),
                'smbguard:' + name, '', FAULTS[name][1], name)


def test_case_and_blanks_do_not_matter(t):
    """As everywhere in smb.conf."""
    smbd = t.smbd(shares={'secret': {
        'smbguard:encryption': None, 'SMBGuard : Encryption': ' Required '},
        'floor': {'smbguard:min protocol': 'smb3_11'}})
    for share in ('secret', 'floor'):
        t.equal('ok', smbd.smbclient(share).got, share)
        t.equal(DENIED, smbd.smbclient(share, 'SMB2_10').got, share)
    t.equal([], smbd.events(event='policy_error'))


def test_two_faults_are_both_told(t):
    smbd = t.smbd(shares={'open': {'smbguard:encryption': 'x',
                                   'smbguard:guest': 'y'}})
    t.equal(DENIED, smbd.smbclient('open').got)
    t.equal({'smbguard:encryption', 'smbguard:guest'},
            {e['policy']['option']
             for e in smbd.events(event='policy_error')})


def test_fault_is_told_once_a_connection(t):
    smbd = t.smbd(options={'smbguard:guest': 'y', **AUDIT})
    for _ in range(2):
        t.equal('ok', smbd.smbclient('open').got)
    faults = smbd.events(event='policy_error')
    t.equal(2, len(faults))
    t.equal(2, len({e['connectionId'] for e in faults}), 'connections')
