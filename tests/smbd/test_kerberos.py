# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos, from a real KDC, beside NTLM: "smbguard:ntlm" and the mechanism.

What: where NTLM is denied, a ticket gets in and a password does not, for the
server and for a share; the events name the mechanism.  What is raised for
shares outlives smbd's reload at the end of each Kerberos session setup.
"""

import contextlib
import os

import krb5_client
from harness import DENIED, visit
from impacket_client import status
from kdc import SERVICE, Realm

OPTION = 'smbguard:ntlm'
DENY = {OPTION: 'deny'}
LOGON_FAILURE = 'NT_STATUS_LOGON_FAILURE'


@contextlib.contextmanager
def realm_and_smbd(t, options=None, directory=None, **more):
    # Each client comes as strong and as weak as can be: no downgrade events.
    options = {'smbguard:history': 'no', **(options or {})}
    with Realm(directory or t.directory) as realm:
        yield realm, t.smbd(options=realm.options(**options), **more)


def degree(t, smbd, share, **more):
    """How smbd says that the tree of a connected client is encrypted."""
    with smbd.connected(share, **more):
        tcons = smbd.smbstatus()['tcons'].values()
    return t.one([x for x in tcons if x['service'] == share],
                 'tree')['encryption']['degree']


def test_stock_smbd_takes_tickets_and_passwords(t):
    with realm_and_smbd(t, stock=True) as (realm, smbd):
        tickets = realm.tickets('alice')
        for protocol in ('NT1', 'SMB2_10', 'SMB3_11'):
            answer = smbd.smbclient('open', protocol, tickets=tickets)
            t.equal('ok', answer.got, protocol)
            t.contains('hello.txt', answer.output)
        t.equal('ok', smbd.smbclient('open').got)
        os.unlink(tickets)
        t.true(smbd.smbclient('open', tickets=tickets).status != 0,
               'no tickets, no access')


def test_mechanism_is_in_every_event_from_the_session_on(t):
    with realm_and_smbd(t) as (realm, smbd):
        t.equal('ok', smbd.smbclient(
            'open', tickets=realm.tickets('alice')).got)
        t.story(smbd, *visit('open'))
        for event in t.each(smbd.events()[1:], 3):
            t.fields(event, authMechanism='krb5', account='alice',
                     passwordType=None, clientName=None)
        t.equal('ok', smbd.smbclient('open').got)
        t.story(smbd, *visit('open') * 2)
        for event in t.each(smbd.events()[5:], 3):
            t.fields(event, authMechanism='NTLMSSP', account='alice',
                     passwordType='NTLMv2')


def test_ntlm_denied_for_the_server(t):
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        where = os.path.join(t.directory, protocol)
        os.mkdir(where)
        with realm_and_smbd(t, DENY, where) as (realm, smbd):
            tickets = realm.tickets('alice')
            answer = smbd.smbclient('open', protocol, tickets=tickets)
            t.equal('ok', answer.got, protocol)
            t.story(smbd, *visit('open'))
            answer = smbd.smbclient('open', protocol)
            t.equal((DENIED, 'session setup'), (answer.got, answer.step))
            t.story(smbd, *visit('open'), 'negotiate allowed',
                    'session denied')
        good, bad = smbd.events(event='session')
        t.fields(good, authMechanism='krb5', account='alice',
                 outcome='allowed', policy__option=OPTION,
                 policy__scope='global', policy__required='deny',
                 policy__actual='krb5', passwordType=None, dialect=protocol,
                 severity='info')
        t.fields(bad, authMechanism='NTLMSSP', account='alice',
                 outcome='denied', policy__option=OPTION,
                 policy__scope='global', policy__required='deny',
                 policy__actual='NTLMSSP', passwordType='NTLMv2',
                 dialect=protocol, severity='warning')
        for part in ('Refused', 'alice', 'smbguard:ntlm = deny', '[global]',
                     'Kerberos'):
            t.contains(part, bad['reason'])


def test_ntlm_denied_for_a_share(t):
    with realm_and_smbd(t, shares={'open': DENY}) as (realm, smbd):
        tickets = realm.tickets('alice')
        for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
            t.equal('ok', smbd.smbclient('open', protocol,
                                         tickets=tickets).got, protocol)
            answer = smbd.smbclient('open', protocol)
            t.equal((DENIED, 'tree connect'), (answer.got, answer.step))
        # The share beside it takes both.
        t.equal('ok', smbd.smbclient('secret').got)
        t.equal('ok', smbd.smbclient('secret', tickets=tickets).got)
        t.story(smbd, *(visit('open') + visit('open', 'denied')) * 3,
                *visit('secret') * 2)
    for event in t.each(smbd.events(event='share_connect', share='open'), 6):
        krb5 = event['outcome'] == 'allowed'
        mechanism = 'krb5' if krb5 else 'NTLMSSP'
        t.fields(event, authMechanism=mechanism, policy__option=OPTION,
                 policy__scope='open', policy__required='deny',
                 policy__actual=mechanism, account='alice',
                 passwordType=None if krb5 else 'NTLMv2',
                 windowsEventId=4000 if krb5 else 1006)


def test_audit_mode_refuses_nobody_and_tells(t):
    options = {'smbguard:mode': 'audit', **DENY}
    with realm_and_smbd(t, options) as (realm, smbd):
        t.equal('ok', smbd.smbclient('open').got)
        t.story(smbd, 'negotiate allowed', 'session would_deny',
                'share_connect would_deny open',
                'share_disconnect allowed open')
        for event in t.each(smbd.events(outcome='would_deny'), 2):
            t.fields(event, authMechanism='NTLMSSP', policy__option=OPTION,
                     policy__actual='NTLMSSP', passwordType='NTLMv2')
            t.contains('Would be refused', event['reason'])
        tickets = realm.tickets('alice')
        t.equal('ok', smbd.smbclient('open', tickets=tickets).got)
        t.equal(['NTLMSSP', 'krb5'], [e['authMechanism'] for e in
                                      smbd.events(event='session')])
        t.equal('allowed', smbd.events(event='session')[1]['outcome'])


def test_share_in_audit_mode(t):
    share = {'open': {'smbguard:mode': 'audit', **DENY}}
    with realm_and_smbd(t, shares=share) as (realm, smbd):
        t.equal('ok', smbd.smbclient('open').got)
        t.equal('ok', smbd.smbclient('open',
                                     tickets=realm.tickets('alice')).got)
        t.equal([('NTLMSSP', 'would_deny'), ('krb5', 'allowed')],
                [(e['authMechanism'], e['outcome'])
                 for e in smbd.events(event='share_connect')])


def test_two_sessions_of_one_connection(t):
    """Each is judged by its own mechanism; a refusal ends only itself."""
    share = {'secret': {'smbguard:encryption': None, **DENY}}
    with realm_and_smbd(t, shares=share) as (realm, smbd):
        output = smbd.smbclient(
            'secret', tickets=realm.tickets('alice'),
            command='logon bob Builder-2; tcon open; tcon secret').output
        t.contains('tcon to open successful', output)
        t.contains('tcon failed: ' + DENIED, output)
        told = [(e['event'], e['outcome'], e['account'], e['authMechanism'],
                 e.get('share')) for e in smbd.events()[1:]
                if e['event'] != 'share_disconnect']
    alice, bob = ('alice', 'krb5'), ('bob', 'NTLMSSP')
    t.equal([('session', 'allowed', *alice, None),
             ('share_connect', 'allowed', *alice, 'secret'),
             ('session', 'allowed', *bob, None),
             ('share_connect', 'allowed', *bob, 'open'),
             ('share_connect', 'denied', *bob, 'secret')], told)
    t.equal(1, len({e['connectionId'] for e in smbd.events()}))


def test_what_uses_no_extended_security_is_refused(t):
    """curl's SMB1 logon is NTLM by another name."""
    with realm_and_smbd(t, shares={'secret': {'smbguard:encryption': None,
                                              **DENY}}) as (_, smbd):
        t.equal('hello\n', smbd.curl('open/hello.txt').output)
        answer = smbd.curl('secret/hello.txt')
        t.true(answer.status != 0 and 'hello' not in answer.output, answer)
        event = t.one(smbd.events(event='share_connect', share='secret'))
        t.fields(event, outcome='denied', account='alice', authMechanism='NTLM',
                 policy__option=OPTION, policy__actual='NTLM')


def test_encrypted_share(t):
    """The client encrypts: a plain request on this tree is refused."""
    with realm_and_smbd(t) as (realm, smbd):
        tickets = realm.tickets('alice')
        for protocol in ('SMB3_00', 'SMB3_02', 'SMB3_11'):
            t.equal('ok', smbd.smbclient('secret', protocol,
                                         tickets=tickets).got, protocol)
        t.equal('full', degree(t, smbd, 'secret', tickets=tickets))
        t.equal('none', degree(t, smbd, 'open', tickets=tickets))
        for event in t.each(smbd.events(event='share_connect',
                                        share='secret'), 4):
            t.fields(event, authMechanism='krb5', encrypted=True,
                     policy__option='smbguard:encryption')
        for protocol in ('SMB2_10', 'NT1'):
            t.equal(DENIED, smbd.smbclient('secret', protocol,
                                           tickets=tickets).got, protocol)
            t.equal('ok', smbd.smbclient('open', protocol,
                                         tickets=tickets).got, protocol)


def test_encrypted_server(t):
    options = {'smbguard:encryption': 'required'}
    with realm_and_smbd(t, options) as (realm, smbd):
        tickets = realm.tickets('alice')
        t.equal('full', degree(t, smbd, 'open', tickets=tickets))
        event = t.one(smbd.events(event='session'))
        t.fields(event, authMechanism='krb5', encrypted=True,
                 policy__option='smbguard:encryption')
        answer = smbd.smbclient('open', 'SMB2_10', tickets=tickets)
        t.equal((DENIED, 'session setup'), (answer.got, answer.step))
        t.equal('denied', smbd.events(event='session')[1]['outcome'])


def test_share_that_is_added_to_a_session(t):
    """Its client is told to encrypt as well, and NTLM does not get in."""
    with realm_and_smbd(t) as (realm, smbd):
        tickets = realm.tickets('alice')
        with smbd.connected('open', tickets=tickets) as child:
            smbd.config.update('late', {
                'path': smbd.config.get('secret', 'path'),
                'smbguard:encryption': 'required', **DENY})
            smbd.reload()
            child.stdin.write(b'tcon late\nls\n')
            child.stdin.close()
            t.contains('hello.txt', child.stdout.read().decode())
        event = t.one(smbd.events(event='share_connect', share='late'))
        t.fields(event, encrypted=True, outcome='allowed',
                 authMechanism='krb5')
        t.equal('full', degree(t, smbd, 'late', tickets=tickets))
        t.equal(DENIED, smbd.smbclient('late').got)


def test_signing_share(t):
    share = {'open': {'smbguard:signing': 'required'}}
    with realm_and_smbd(t, shares=share) as (realm, smbd):
        tickets = realm.tickets('alice')
        for protocol in ('SMB2_10', 'SMB3_11'):
            t.equal('ok', smbd.smbclient('open', protocol,
                                         tickets=tickets).got, protocol)
        for event in t.each(smbd.events(event='share_connect'), 2):
            t.fields(event, authMechanism='krb5', signed=True,
                     policy__option='smbguard:signing')


def test_exception_for_one_user(t):
    options = {'smbguard:exceptions': 'scanner',
               'smbguard:scanner users': 'bob',
               'smbguard:scanner allow': 'ntlm',
               'smbguard:scanner until': '2099-12-31',
               'smbguard:scanner reason': 'knows no Kerberos', **DENY}
    with realm_and_smbd(t, options) as (realm, smbd):
        t.equal('ok', smbd.smbclient('open', user='bob').got)
        used = smbd.events()[1:3]
        t.equal(['session', 'share_connect'], [e['event'] for e in used])
        for event in used:
            t.fields(event, outcome='allowed', account='bob',
                     authMechanism='NTLMSSP', policy__option=OPTION,
                     policy__exception='scanner', policy__until='2099-12-31')
        answer = smbd.smbclient('open', user='alice')
        t.equal((DENIED, 'session setup'), (answer.got, answer.step))
        for user in ('alice', 'bob'):
            t.equal('ok', smbd.smbclient(
                'open', tickets=realm.tickets(user)).got, user)
            t.fields(smbd.events(event='session')[-1], account=user,
                     authMechanism='krb5', outcome='allowed',
                     policy__exception=None)


def test_password_into_a_session_of_a_ticket(t):
    """bob's tree would be alice's, who has no ticket; both sign."""
    shares = {'kerb': {'smbguard:signing': 'required', **DENY},
              'open': {'smbguard:signing': 'required'}}
    with realm_and_smbd(t, shares=shares) as (realm, smbd):
        tickets = realm.tickets('bob')
        for share, got in (('open', 'ok'), ('kerb', DENIED)):
            with krb5_client.connect(smbd.port, tickets, 'bob') as client:
                tree = client.tree(share)
                t.equal(b'hello\n', client.read(tree))
                t.equal(got, status(krb5_client.log_on_into, client, 'alice'))
                if got == 'ok':
                    t.equal(b'hello\n', client.read(tree))
                else:
                    t.true(status(client.read, tree) != 'ok', 'no read')
        told = [(e['account'], e['authMechanism'], e['outcome'])
                for e in smbd.events(event='session')]
        t.equal([('bob', 'krb5', 'allowed'), ('alice', 'NTLMSSP', 'allowed'),
                 ('bob', 'krb5', 'allowed'), ('alice', 'NTLMSSP', 'denied')],
                told)
        t.fields(smbd.events(event='session')[-1], share='kerb',
                 policy__option=OPTION, policy__scope='kerb')


def test_ticket_for_another_key_fails(t):
    """As after a server was joined anew: the keytab has the old key."""
    with realm_and_smbd(t) as (realm, smbd):
        t.equal('ok', smbd.smbclient('open',
                                     tickets=realm.tickets('alice')).got)
        realm.admin('cpw', '-randkey', SERVICE)
        answer = smbd.smbclient('open', tickets=realm.tickets('alice'))
        t.equal((LOGON_FAILURE, 'session setup'), (answer.got, answer.step))
        t.story(smbd, *visit('open'), 'negotiate allowed',
                'auth_failed failed')
        t.fields(smbd.events()[-1], authMechanism='krb5', account=None,
                 status=LOGON_FAILURE, windowsEventId=551, dialect='SMB3_11')


def test_ticket_of_a_user_without_account_fails(t):
    """Kerberos succeeds, and then there is nobody to be."""
    with realm_and_smbd(t) as (realm, smbd):
        realm.add('carol', 'Nowhere-3')
        answer = smbd.smbclient('open',
                                tickets=realm.tickets('carol', 'Nowhere-3'))
        t.equal((DENIED, 'session setup'), (answer.got, answer.step))
        t.story(smbd, 'negotiate allowed', 'auth_failed failed')
        t.fields(smbd.events()[-1], authMechanism='krb5',
                 status=DENIED, windowsEventId=551)
