# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Named, dated exceptions: the only thing that loosens.

What: an old scanner on its own address is let in while everybody else is
refused; whom an exception covers, what it allows, when it ends, and what one
that is not valid does (nothing).
"""

import datetime
import grp

import impacket_client
import wire
from clients import ANONYMOUS
from harness import DENIED, visit
from ntlm_client import Logons

SCANNER, OTHER = '127.0.0.2', '127.0.0.1'
LATER = '2099-12-31'
NO_DIALECT = 0  # the answer is an error, and names none
ENCRYPTION = 'smbguard:encryption'
FLOOR = 'smbguard:min protocol'
GUEST_OK = {'map to guest': 'Bad User'}


def exception(name='scanner', until=LATER, reason='It is replaced next year',
              **more):
    """The options of one exception."""
    options = {'until': until, 'reason': reason, **more}
    return {'smbguard:%s %s' % (name, key): value
            for key, value in options.items() if value is not None}


def named(*names):
    return {'smbguard:exceptions': ' '.join(names)}


def day(offset):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return str(today + datetime.timedelta(days=offset))


def guarded(t, *options, **more):
    """One with these [global] options; its clients come as they like."""
    together = {'smbguard:history': 'no'}
    for part in options:
        together.update(part)
    return t.smbd(options=together, **more)


def curl(smbd, source, share='open'):
    return smbd.curl(share + '/hello.txt', source=source).output == 'hello\n'


def test_scanner_of_smb1_alone(t):
    smbd = guarded(t, {FLOOR: 'SMB3_00'}, named('scanner'),
                   exception(hosts=SCANNER, allow='smb1'))
    t.true(curl(smbd, SCANNER), 'the scanner gets in')
    t.true(not curl(smbd, OTHER), 'another is refused')
    events = smbd.events()
    mine = [e for e in events if e['clientAddress'] == SCANNER]
    t.equal(['allowed'] * len(mine), [e['outcome'] for e in mine])
    for name in ('negotiate', 'share_connect'):
        event = t.one([e for e in mine if e['event'] == name])
        t.fields(event, dialect='NT1', policy__option=FLOOR,
                 policy__exception='scanner', policy__until=LATER,
                 policy__scope='global', policy__required='SMB3_00',
                 policy__actual='NT1')
        for part in ('scanner', LATER, 'It is replaced next year'):
            t.contains(part, event['reason'])
    event = t.one([e for e in events if e['clientAddress'] == OTHER])
    t.fields(event, event='negotiate', outcome='denied', policy__option=FLOOR,
             policy__exception=None, policy__until=None)


def test_others_policy_is_untouched(t):
    """The scanner's exception is about SMB1, not about encryption."""
    smbd = guarded(t, {FLOOR: 'SMB2_02'}, named('scanner'),
                   exception(hosts=SCANNER, allow='smb1'))
    t.true(curl(smbd, SCANNER), 'open')
    t.true(not curl(smbd, SCANNER, 'secret'), 'secret must be encrypted')
    t.fields(t.one(smbd.events(outcome='denied')), share='secret',
             policy__option=ENCRYPTION, policy__exception=None)


def test_ended_yesterday(t):
    until = day(-1)
    smbd = guarded(t, {FLOOR: 'SMB2_02'}, named('scanner'),
                   exception(hosts=SCANNER, allow='smb1', until=until))
    t.true(not curl(smbd, SCANNER), 'refused')
    event = t.one(smbd.events())
    t.fields(event, event='negotiate', outcome='denied', policy__option=FLOOR,
             policy__exception='scanner', policy__until=until)
    t.contains('scanner', event['reason'])
    t.contains(until, event['reason'])


def test_last_day_is_included(t):
    smbd = guarded(t, {FLOOR: 'SMB2_02'}, named('scanner'),
                   exception(hosts=SCANNER, allow='smb1', until=day(0)))
    t.true(curl(smbd, SCANNER) or day(0) != smbd.config.get(
        'global', 'smbguard:scanner until'), 'let in on the last day')


def test_dialect(t):
    """Of SMB2, and no SMB1."""
    smbd = guarded(t, {FLOOR: 'SMB3_11'}, named('old'),
                   exception('old', hosts=SCANNER, allow='dialect'))
    for source, dialect, expected in ((SCANNER, 'SMB2_02', 0x0202),
                                      (SCANNER, 'SMB3_00', 0x0300),
                                      (OTHER, 'SMB2_02', NO_DIALECT),
                                      (OTHER, 'SMB3_11', 0x0311)):
        with smbd.raw(source=source) as c:
            contexts = (wire.preauth_context(),) \
                if dialect == 'SMB3_11' else ()
            answer = c.ask(wire.smb2_negotiate(dialect, contexts=contexts))
            got = wire.smb2_negotiated(answer)
            t.equal(expected, got, '%s from %s' % (dialect, source))
    t.true(not curl(smbd, SCANNER), 'no SMB1')
    t.equal([('SMB2_02', 'allowed', 'old'), ('SMB3_00', 'allowed', 'old'),
             ('SMB2_02', 'denied', None), ('SMB3_11', 'allowed', None),
             ('NT1', 'denied', None)],
            [(e['dialect'], e['outcome'], e['policy'].get('exception'))
             for e in smbd.events()])


def test_networks(t):
    smbd = guarded(t, {FLOOR: 'SMB2_02'}, named('net'),
                   exception('net', hosts='192.0.2.1 127.0.8.0/24, ::1',
                             allow='smb1'))
    for source, expected in (('127.0.8.1', True), ('127.0.8.254', True),
                             ('127.0.9.1', False), ('127.0.7.255', False)):
        t.equal(expected, curl(smbd, source), source)
    t.equal({'127.0.8.1': 'net', '127.0.8.254': 'net', '127.0.9.1': None,
             '127.0.7.255': None},
            {e['clientAddress']: e['policy'].get('exception')
             for e in smbd.events(event='negotiate')})


def unencrypted(t, **whom):
    return guarded(t, named('plain'),
                   exception('plain', allow='unencrypted', **whom))


def check_plain(t, smbd, expected):
    """{(user, share, protocol): let in} for a share that encrypts."""
    for (user, share, protocol), let_in in expected.items():
        answer = smbd.smbclient(share, protocol, user=user)
        t.equal('ok' if let_in else DENIED, answer.got,
                '%s %s %s' % (user, share, protocol))
    got = [(e['account'], e['share'], e['dialect'],
            e['policy'].get('exception'), e['policy'].get('until'))
           for e in smbd.events(event='share_connect')]
    t.equal([key + (('plain', LATER) if let_in else (None, None))
             for key, let_in in expected.items()], got)


def test_users(t):
    check_plain(t, unencrypted(t, users='mallory, Alice'),
                {('alice', 'secret', 'SMB2_10'): True,
                 ('bob', 'secret', 'SMB2_10'): False})


def test_users_with_smb1(t):
    check_plain(t, unencrypted(t, users='alice'),
                {('alice', 'secret', 'NT1'): True,
                 ('bob', 'secret', 'NT1'): False})


def test_groups(t):
    check_plain(t, unencrypted(t, groups='staff2'),
                {('bob', 'secret', 'SMB2_10'): True,
                 ('alice', 'secret', 'SMB2_10'): False})


def test_names_that_nobody_is_found_by(t):
    """Refused, and told which form would do; with that form, let in."""
    plain = guarded(t)
    sids = {}
    for user in ('alice', 'bob'):
        plain.smbclient('open', user=user)
        sids[user] = plain.events(event='session')[-1]['sid']
    staff2 = 'S-1-22-2-%d' % grp.getgrnam('staff2').gr_gid
    checked = 0
    for key, written, user, belongs, right in (
            ('users', 'GUARDED/alice', 'alice', 'users', 'GUARDED\\alice'),
            ('users', sids['alice'], 'alice', 'users', 'GUARDED\\alice'),
            ('users', '@staff2', 'bob', 'groups', 'staff2'),
            ('groups', '@staff2', 'bob', 'groups', 'staff2'),
            ('groups', staff2, 'bob', 'groups', 'Unix Group\\staff2'),
            ('users', 'mallory, GUARDED/bob', 'bob', 'users',
             'GUARDED\\bob')):
        other = 'bob' if user == 'alice' else 'alice'
        smbd = unencrypted(t, **{key: written})
        for who in (user, other):
            t.equal(DENIED, smbd.smbclient('secret', 'SMB2_10',
                                           user=who).got, written)
            t.equal('ok', smbd.smbclient('secret', user=who).got, written)
        mine, _, others, _ = t.each(smbd.events(event='share_connect'), 4)
        t.fields(mine, outcome='denied', policy__option=ENCRYPTION,
                 policy__exception='plain', policy__until=LATER)
        t.contains('by "%s" in "smbguard:plain %s". Write %s into '
                   '"smbguard:plain %s".' % (
                       written.rpartition(', ')[2], key, right, belongs),
                   mine['reason'])
        t.fields(others, outcome='denied', policy__exception=None)
        t.true('plain' not in others['reason'], others['reason'])
        check_plain(t, unencrypted(t, **{belongs: right}),
                    {(user, 'secret', 'SMB2_10'): True,
                     (other, 'secret', 'SMB2_10'): False})
        checked += 1
    t.equal(6, checked, 'names')


def test_sids_of_everybody(t):
    """smbd has a name for each; told is one by which somebody is found."""
    for sid, name in (('S-1-1-0', 'Everyone'),
                      ('S-1-5-2', 'NT Authority\\Network')):
        smbd = unencrypted(t, groups=name)
        found = smbd.smbclient('secret', 'SMB2_10').got == 'ok'
        smbd = unencrypted(t, groups=sid)
        t.equal(DENIED, smbd.smbclient('secret', 'SMB2_10').got)
        denied = smbd.events(event='share_connect')[-1]
        t.fields(denied, outcome='denied')
        t.equal(found, 'Write %s into' % name in denied['reason'], name)


def test_name_that_nobody_is_found_by_in_audit_mode(t):
    smbd = guarded(t, {'smbguard:mode': 'audit', ENCRYPTION: 'required'},
                   named('plain'),
                   exception('plain', allow='unencrypted', users='@staff2'))
    t.equal('ok', smbd.smbclient('open', 'SMB2_10', user='bob').got)
    event = t.one(smbd.events(event='session'))
    t.fields(event, outcome='would_deny', policy__exception='plain')
    t.contains('Write staff2 into "smbguard:plain groups"', event['reason'])


def test_shares(t):
    smbd = guarded(t, named('plain'),
                   exception('plain', allow='unencrypted', shares='SECRET'),
                   shares={'twin': {ENCRYPTION: 'required'}})
    check_plain(t, smbd, {('alice', 'secret', 'SMB2_10'): True,
                          ('alice', 'twin', 'SMB2_10'): False,
                          ('alice', 'secret', 'NT1'): True,
                          ('alice', 'twin', 'NT1'): False})


def test_all_conditions_must_hold(t):
    smbd = guarded(t, named('plain'), exception(
        'plain', allow='unencrypted', shares='secret', users='alice',
        hosts='127.0.0.1'), shares={'twin': {ENCRYPTION: 'required'}})
    check_plain(t, smbd, {('alice', 'secret', 'SMB2_10'): True,
                          ('bob', 'secret', 'SMB2_10'): False,
                          ('alice', 'twin', 'SMB2_10'): False})
    with smbd.impacket('alice', 'SMB2_10', '127.0.0.9') as client:
        t.equal(DENIED, impacket_client.status(client.tree, 'secret'))
    with smbd.impacket('alice', 'SMB2_10', '127.0.0.1') as client:
        t.equal('ok', impacket_client.status(client.tree, 'secret'))


def test_guests_whom_nobody_tells_to_encrypt(t):
    """They have no key, and a client that is told to use one gives up."""
    smbd = guarded(t, GUEST_OK, {ENCRYPTION: 'required'}, named('plain'),
                   exception('plain', allow='unencrypted', hosts=OTHER),
                   shares={'open': {'guest ok': 'yes'}})
    for protocol in ('SMB3_00', 'SMB3_11'):
        for user in (ANONYMOUS, 'mallory'):
            answer = smbd.smbclient('open', protocol, user=user, password='x')
            t.equal('ok', answer.got, '%s %r' % (protocol, user))
    t.equal('ok', smbd.smbclient('open').got)
    sessions = t.each(smbd.events(event='session'), 5)
    t.equal(['plain'] * 4 + [None],
            [e['policy'].get('exception') for e in sessions])
    t.equal([False] * 4 + [True], [e['encrypted'] for e in sessions])
    smbd.config.set('global', 'smbguard:exceptions', None)
    smbd.reload()
    t.equal(DENIED, smbd.smbclient('open', user=ANONYMOUS).got)


def test_who_can_encrypt_still_does(t):
    """An exception lets those in who cannot; the others lose nothing."""
    smbd = unencrypted(t, users='alice')
    with smbd.connected('secret'):
        tcon = t.one(list(smbd.smbstatus()['tcons'].values()), 'tree')
    t.equal('full', tcon['encryption']['degree'])
    t.fields(t.one(smbd.events(event='share_connect')), encrypted=True,
             policy__exception=None)


def test_excepted_client_works_in_the_share(t):
    """Not only the tree connect: reading and writing as well."""
    smbd = unencrypted(t, users='alice')
    for protocol in ('SMB2_10', 'NT1'):
        answer = smbd.smbclient('secret', protocol,
                                'get hello.txt -; put /etc/hostname h; del h')
        t.equal('ok', answer.got, protocol + answer.output)
        t.contains('hello', answer.output)


def test_encryption_of_global(t):
    """Judged at the logon gate, where no share is known yet."""
    smbd = guarded(t, {ENCRYPTION: 'required'}, named('plain'),
                   exception('plain', allow='unencrypted', users='alice'))
    for protocol in ('SMB2_10', 'NT1'):
        t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
        answer = smbd.smbclient('open', protocol, user='bob')
        t.equal((DENIED, 'session setup'), (answer.got, answer.step))
    t.story(smbd, *visit('open') * 2,
            *['negotiate allowed', 'session denied'] * 2)
    for event in t.each(smbd.events(event='session'), 4):
        alice = event['account'] == 'alice'
        t.fields(event, outcome='allowed' if alice else 'denied',
                 policy__option=ENCRYPTION,
                 policy__exception='plain' if alice else None)


def test_what_global_demands_is_not_for_a_share_to_loosen(t):
    """The session is judged before a share is known: not valid, and told."""
    smbd = guarded(t, {ENCRYPTION: 'required'}, named('plain'),
                   exception('plain', allow='unencrypted', shares='open'))
    for share in ('open', 'secret'):
        t.equal(DENIED, smbd.smbclient(share, 'SMB2_10').got)
        t.equal('ok', smbd.smbclient(share).got)
    t.fields(smbd.events(event='policy_error')[0],
             policy__option='smbguard:plain shares', policy__actual='open')
    for event in t.each(smbd.events(outcome='denied'), 2):
        t.fields(event, event='session', policy__exception='plain')


def test_guest(t):
    guest_ok = {name: {'guest ok': 'yes', ENCRYPTION: None}
                for name in ('open', 'secret')}
    smbd = guarded(t, GUEST_OK, {'smbguard:guest': 'deny'}, named('kiosk'),
                   exception('kiosk', hosts='127.0.7.0/24', allow='guest'),
                   shares=guest_ok)
    for source, got in (('127.0.7.1', 'ok'), ('127.0.6.1', DENIED)):
        for user in ('mallory', ANONYMOUS):
            t.equal(got, impacket_client.status(visitor, smbd, user, source),
                    '%s from %s' % (user, source))
    t.equal([('127.0.7.1', 'allowed', 'kiosk')] * 2 +
            [('127.0.6.1', 'denied', None)] * 2,
            [(e['clientAddress'], e['outcome'], e['policy'].get('exception'))
             for e in smbd.events(event='session')])


def visitor(smbd, user, source):
    with smbd.impacket(user, 'SMB2_10', source) as client:
        client.tree('open')


def test_guest_of_one_share(t):
    smbd = guarded(t, GUEST_OK, named('drop'),
                   exception('drop', shares='box', allow='guest'),
                   shares={'box': {'guest ok': 'yes', 'smbguard:guest':
                                   'deny'},
                           'twin': {'guest ok': 'yes', 'smbguard:guest':
                                    'deny'}})
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        for user in ('mallory', ANONYMOUS):
            for share, got in (('box', 'ok'), ('twin', DENIED)):
                t.equal(got, smbd.smbclient(share, protocol, user=user,
                                            password='x').got,
                        '%s %s %s' % (protocol, user, share))
    t.equal([('box', 'drop'), ('twin', None)] * 6,
            [(e['share'], e['policy'].get('exception'))
             for e in smbd.events(event='share_connect')])


def test_ntlm(t):
    smbd = guarded(t, {'smbguard:ntlm': 'deny'}, named('printer'),
                   exception('printer', users='bob', allow='ntlm'))
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        t.equal('ok', smbd.smbclient('open', protocol, user='bob').got)
        answer = smbd.smbclient('open', protocol)
        t.equal((DENIED, 'session setup'), (answer.got, answer.step))
    t.equal([('bob', 'printer'), ('alice', None)] * 3,
            [(e['account'], e['policy'].get('exception'))
             for e in smbd.events(event='session')])


def test_cipher(t):
    smbd = guarded(t, {'smbguard:encryption algorithms': 'AES-256-GCM'},
                   named('nas'),
                   exception('nas', hosts=OTHER, allow='cipher'))
    t.equal('ok', smbd.smbclient('open', 'SMB3_00').got)
    event = t.one(smbd.events(event='share_connect'))
    t.fields(event, cipher='AES-128-CCM', policy__exception='nas')
    smbd.config.set('global', 'smbguard:nas hosts', SCANNER)
    smbd.reload()
    t.true(smbd.smbclient('open', 'SMB3_00').status != 0, 'no more')


def test_unsigned(t):
    """Signing is then not asked for, as without the option."""
    smbd = guarded(t, GUEST_OK, {'smbguard:signing': 'required'},
                   named('box'),
                   exception('box', hosts=OTHER, allow='unsigned'),
                   shares={'open': {'guest ok': 'yes'}})
    t.equal('ok', smbd.smbclient('open', user='mallory', password='x').got)
    t.fields(t.one(smbd.events(event='session')), policy__exception='box',
             policy__option='smbguard:signing')
    t.equal('ok', smbd.smbclient('open', 'NT1', options=[
        'client signing=off']).got)
    t.equal(DENIED, impacket_client.status(visitor, smbd, 'mallory', SCANNER))


def test_unsigned_with_an_account(t):
    """One that does not sign, though it has a key."""
    signing = {'smbguard:signing': 'required'}
    for options, shares in ((signing, {}), ({}, {'open': signing})):
        smbd = guarded(t, options, named('box'),
                       exception('box', hosts=SCANNER, allow='unsigned'),
                       shares=shares)
        for source, got in ((SCANNER, b'hello\n'), (OTHER, DENIED)):
            with Logons(smbd.port, 'SMB2_10', source) as c:
                session = c.log_on('alice')
                try:
                    tree = c.tree('open', session)
                    read = c.read_file(tree, session)
                except RuntimeError as e:
                    read = str(e).replace('no tree: ', '')
            t.equal(got, read, source)
        t.fields(smbd.events(event='share_connect')[0], outcome='allowed',
                 clientAddress=SCANNER, signed=False)


def test_union(t):
    """Two exceptions for one client: each allows its part."""
    smbd = guarded(t, {FLOOR: 'SMB3_00', ENCRYPTION: 'required'},
                   named('ancient', 'plain'),
                   exception('ancient', hosts=SCANNER, allow='smb1'),
                   exception('plain', users='alice', allow='unencrypted'))
    t.true(curl(smbd, SCANNER), 'SMB1, unencrypted')
    t.fields(t.one(smbd.events(event='negotiate')),
             policy__exception='ancient')
    # One event names one: the gravest, by the order of the options.
    t.fields(t.one(smbd.events(event='share_connect')), outcome='allowed',
             policy__exception='plain')
    t.true(not curl(smbd, OTHER), 'another host')
    t.true(not smbd.curl('open/hello.txt', user='bob',
                         source=SCANNER).output == 'hello\n', 'another user')
    t.equal([('negotiate', OTHER, FLOOR),
             ('session', SCANNER, ENCRYPTION)],
            [(e['event'], e['clientAddress'], e['policy']['option'])
             for e in smbd.events(outcome='denied')])


def test_one_that_holds_beside_one_that_ended(t):
    smbd = guarded(t, {FLOOR: 'SMB2_02'}, named('old', 'new'),
                   exception('old', hosts=SCANNER, allow='smb1',
                             until=day(-30)),
                   exception('new', hosts=SCANNER, allow='smb1'))
    t.true(curl(smbd, SCANNER), 'let in')
    t.fields(smbd.events()[0], policy__exception='new', policy__until=LATER)


def test_in_audit_mode(t):
    smbd = guarded(t, {FLOOR: 'SMB2_02', 'smbguard:mode': 'audit'},
                   named('scanner'), exception(hosts=SCANNER, allow='smb1'))
    for source in (SCANNER, OTHER):
        t.true(curl(smbd, source), source)
    t.equal([(SCANNER, 'allowed', 'scanner'), (OTHER, 'would_deny', None)],
            [(e['clientAddress'], e['outcome'], e['policy'].get('exception'))
             for e in smbd.events(event='negotiate')])


def test_name_that_is_not_listed_does_nothing(t):
    smbd = guarded(t, {FLOOR: 'SMB2_02'}, named('another'),
                   exception('another', hosts='192.0.2.1', allow='smb1'),
                   exception(hosts=SCANNER, allow='smb1'))
    t.true(not curl(smbd, SCANNER), 'refused')


INVALID = {
    'hosts': ('127.0.0.2/99', '127.0.0.2/8', 'scanner.example', '', '127.0.0',
              '127.0.0.2 wurst', '127.0.0.0/0x8'),
    'until': (None, '', '31.12.2099', '2099-02-30', '2099-13-01', 'never',
              '2099-12-31T00:00'),
    'reason': (None, '', '  '),
    'allow': (None, '', 'everything', 'smb1, wurst', 'encryption'),
}


def test_invalid_ones(t):
    """None of them lets anybody in, and each is told of."""
    for key, values in INVALID.items():
        for value in values:
            smbd = guarded(t, {FLOOR: 'SMB2_02'}, named('scanner'), exception(
                **dict({'hosts': SCANNER, 'allow': 'smb1'}, **{key: value})))
            what = 'smbguard:scanner %s = %s' % (key, value)
            t.true(not curl(smbd, SCANNER), what)
            t.equal('ok', smbd.smbclient('open').got, 'others, with ' + what)
            faults = smbd.events(event='policy_error')
            t.true(any(e['policy']['option'] == 'smbguard:scanner ' + key
                       for e in faults), 'a policy_error of ' + what)
            denied = t.one(smbd.events(outcome='denied'))
            t.fields(denied, clientAddress=SCANNER, policy__option=FLOOR,
                     policy__exception='scanner')
            t.contains('smbguard:scanner ' + key, denied['reason'], what)
            t.contains('smbguard:scanner ' + key, smbd.log_text(), what)


def test_for_nobody(t):
    smbd = guarded(t, {FLOOR: 'SMB2_02'}, named('scanner'),
                   exception(allow='smb1'))
    t.true(not curl(smbd, SCANNER), 'refused')
    t.true(smbd.events(event='policy_error'), 'a policy_error')


def test_name_without_options(t):
    smbd = guarded(t, {FLOOR: 'SMB2_02'}, named('ghost'))
    t.true(not curl(smbd, SCANNER), 'refused')
    t.equal('ok', smbd.smbclient('open').got)
    t.equal({'smbguard:ghost ' + key for key in
             ('hosts', 'allow', 'until', 'reason')},
            {e['policy']['option'] for e in smbd.events(event='policy_error')})


def test_negotiate_exceptions_need_hosts(t):
    """Who is settled before a name is known cannot be told by a name."""
    for whom in ({'users': 'alice'}, {'shares': 'open'}, {'groups': 'staff2'}):
        smbd = guarded(t, {FLOOR: 'SMB2_02'}, named('scanner'),
                       exception(hosts=SCANNER, allow='smb1', **whom))
        t.true(not curl(smbd, SCANNER), 'refused: %s' % whom)
        fault = smbd.events(event='policy_error')[0]
        t.fields(fault, policy__option='smbguard:scanner allow')
