# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""examples/audit.conf: decide and record, touch nothing.

What: each client gets what it would get from a stock smbd, while the events
say what enforcing would do; and the same policy enforced does just that.
"""

from harness import DENIED, visit

CLIENTS = ('NT1', 'SMB2_10', 'SMB3_11')
ENFORCE = {'smbguard:mode': None}
# negotiate, session, share_connect: what each is told of each client
WOULD = {'NT1': ['would_deny', 'would_deny', 'would_deny'],
         'SMB2_10': ['allowed', 'would_deny', 'would_deny'],
         'SMB3_11': ['allowed', 'allowed', 'allowed']}


def told(smbd):
    return [e['outcome'] for e in smbd.events()
            if e['event'] != 'share_disconnect']


def test_everybody_gets_in_and_the_events_tell(t):
    for protocol in CLIENTS:
        smbd = t.smbd('audit.conf')
        t.equal('ok', smbd.smbclient('secret', protocol).got, protocol)
        t.equal(WOULD[protocol], told(smbd), protocol)
        for event in t.each(smbd.events(outcome='would_deny'),
                            WOULD[protocol].count('would_deny')):
            t.contains('Would be refused', event['reason'])
            t.equal('warning', event['severity'])


def test_enforced_it_does_what_the_events_told(t):
    for protocol in CLIENTS:
        smbd = t.smbd('audit.conf', options=ENFORCE)
        answer = smbd.smbclient('secret', protocol)
        first = [o.replace('would_deny', 'denied') for o in WOULD[protocol]]
        if 'denied' in first:
            first = first[:first.index('denied') + 1]
        t.equal(first, told(smbd), protocol)
        t.equal('denied' in first, answer.status != 0, protocol)


def test_nobody_is_encrypted_who_was_not(t):
    smbd = t.smbd('audit.conf')
    with smbd.connected('secret'):
        status = smbd.smbstatus()
    for kind in ('sessions', 'tcons'):
        one = t.one(list(status[kind].values()), kind)
        t.equal('none', one['encryption']['degree'], kind)


def test_curl_gets_in_and_is_told_of(t):
    smbd = t.smbd('audit.conf')
    t.equal('hello\n', smbd.curl('open/hello.txt', source='127.0.0.9').output)
    event = t.one(smbd.events(event='negotiate'))
    t.fields(event, outcome='would_deny', clientAddress='127.0.0.9',
             windowsEventId=3000, policy__option='smbguard:min protocol')
    t.fields(t.one(smbd.events(event='share_connect')), outcome='would_deny',
             account='alice', dialect='NT1')


def test_a_share_may_enforce_before_the_others(t):
    smbd = t.smbd('audit.conf', shares={'secret': {'smbguard:mode':
                                                   'enforce'}})
    t.equal(DENIED, smbd.smbclient('secret', 'SMB2_10').got)
    t.equal('ok', smbd.smbclient('open', 'SMB2_10').got)
    t.equal('ok', smbd.smbclient('secret', 'SMB3_11').got)
    t.equal(['denied', 'would_deny', 'allowed'],
            [e['outcome'] for e in smbd.events(event='share_connect')])


def test_share_that_enforces_encrypts(t):
    smbd = t.smbd('audit.conf', shares={'secret': {'smbguard:mode':
                                                   'enforce'}})
    with smbd.connected('secret'):
        tcon = t.one(list(smbd.smbstatus()['tcons'].values()), 'tree')
    t.equal('full', tcon['encryption']['degree'])


def test_without_any_option_nothing_changes(t):
    smbd = t.smbd(shares={'secret': {'smbguard:encryption': None}})
    for protocol in CLIENTS:
        t.equal('ok', smbd.smbclient('secret', protocol).got, protocol)
    t.story(smbd, *visit('secret') * 3)
    for event in t.each(smbd.events(), 12):
        t.fields(event, policy=None, outcome='allowed')
