# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that use less than before: told, and refused where that is asked.

What: dialect, cipher, signing algorithm and mechanism, each with what it was
and what it is now; "smbguard:downgrade = refuse" with exceptions and in audit
mode; what an administrator changed accuses no client and refuses nobody.
"""

import proxy
from harness import DENIED
from kdc import Realm
from ntlm_client import Logons

HISTORY = {'smbguard:history': 'yes'}
OPTION = 'smbguard:downgrade'
REFUSE = {**HISTORY, OPTION: 'refuse'}
WIDE = ('client min protocol=SMB2_02', 'client ipc min protocol=SMB2_02')
CIPHERS = 'client smb3 encryption algorithms=%s'
SIGNING = 'client smb3 signing algorithms=%s'
REFUSED = (DENIED, 'session setup')


def told(what, was, now, account=None, address='127.0.0.1', side='client'):
    """A downgrade in words: "127.0.0.1 dialect SMB3_11 > SMB2_10, client"."""
    return '%s %s %s > %s, %s' % ('@'.join(filter(None, (account, address))),
                                  what, was, now, side)


def downgrades(smbd):
    return [told(e['downgrade']['what'], e['downgrade']['was'],
                 e['downgrade']['now'], e.get('account'), e['clientAddress'],
                 e['downgrade']['side'])
            for e in smbd.events(event='downgrade')]


class New:
    """The downgrades that came since the last time."""

    def __init__(self, smbd):
        self.smbd = smbd
        self.seen = 0

    def __call__(self):
        found = downgrades(self.smbd)[self.seen:]
        self.seen += len(found)
        return found


def by_server(what, was, now, account=None):
    return told(what, was, now, account, side='server')


def visit(smbd, protocol='SMB3_11', *options, **more):
    answer = smbd.smbclient('open', protocol, options=options, **more)
    return (answer.got, answer.step) if answer.error else answer.got


def test_dialect(t):
    smbd = t.smbd(options=HISTORY)
    new = New(smbd)
    for protocol, expected in (
            ('SMB3_00', []), ('SMB3_11', []), ('SMB3_11', []),
            # The address offered 3.0 before; the account did better.
            ('SMB3_02', [told('dialect', 'SMB3_11', 'SMB3_02', 'alice')]),
            ('SMB3_02', []),
            # Less than the address ever did: told before anybody logs on.
            ('SMB2_10', [told('dialect', 'SMB3_00', 'SMB2_10')]),
            ('SMB2_10', []), ('SMB3_11', []),
            ('SMB2_10', [told('dialect', 'SMB3_11', 'SMB2_10', 'alice')]),
            ('NT1', [told('dialect', 'SMB2_10', 'NT1')])):
        t.equal('ok', visit(smbd, protocol), protocol)
        t.equal(expected, new(), protocol)
    event = smbd.events(event='downgrade')[0]
    t.fields(event, outcome='detected', severity='warning', account='alice',
             dialect='SMB3_02', share=None, authMechanism='NTLMSSP',
             windowsEventId=None)
    t.contains('dialect is SMB3_02, and was or could be SMB3_11. The client',
               event['reason'])


def test_refused_until_it_does_better(t):
    smbd = t.smbd(options=REFUSE)
    new = New(smbd)
    t.equal('ok', visit(smbd))
    t.equal([], new())
    for number in range(3):
        t.equal(REFUSED, visit(smbd, 'SMB2_10'))
        t.equal([told('dialect', 'SMB3_11', 'SMB2_10',
                      'alice' if number else None)], new())
    for event in t.each(smbd.events(outcome='denied'), 3):
        t.fields(event, event='session', account='alice', dialect='SMB2_10',
                 severity='warning', policy__option=OPTION,
                 policy__scope='global', policy__required='refuse',
                 policy__actual='SMB2_10')
        for part in ('Refused', 'alice', 'uses less than it did before',
                     'smbguard:downgrade = refuse', 'exception'):
            t.contains(part, event['reason'])
    t.equal(3, len(smbd.events(outcome='denied')))
    t.equal(REFUSED, visit(smbd, 'SMB3_02'))
    t.equal('ok', visit(smbd))
    t.equal(REFUSED, visit(smbd, 'SMB3_02'))
    # Another account, whose first dialect it is
    t.equal('ok', visit(smbd, 'SMB2_10', user='bob'))
    t.equal('ok', visit(smbd, 'SMB2_10', user='bob'))


def test_refused_behind_a_proxy(t):
    """The attack itself, where the client would not even notice."""
    smbd = t.smbd(options=REFUSE)
    t.equal('ok', visit(smbd, 'SMB3_11', *WIDE))
    cut = (proxy.only_dialects('SMB2_10', 'SMB2_02'), None)
    smb1 = (None, proxy.only_smb1)
    for changes, lowest in ((cut, 'SMB2_02'), (smb1, 'NT1')):
        with proxy.Proxy(smbd, *changes) as between:
            got = visit(between, 'SMB3_11', 'client min protocol=' + lowest)
            t.equal(REFUSED, got)
            t.equal(1, between.changed)
    t.equal(['SMB2_10', 'NT1'], [
        e['dialect'] for e in smbd.events(event='session', outcome='denied')])


def test_exception(t):
    smbd = t.smbd(options={
        **REFUSE, 'smbguard:exceptions': 'old', 'smbguard:old users': 'alice',
        'smbguard:old allow': 'downgrade', 'smbguard:old until': '2999-01-01',
        'smbguard:old reason': 'its new firmware is broken'})
    new = New(smbd)
    for user in ('alice', 'bob'):
        t.equal('ok', visit(smbd, user=user))
    t.equal(REFUSED, visit(smbd, 'SMB2_10', user='bob'))
    new()
    t.equal('ok', visit(smbd, 'SMB2_10'))
    t.equal([told('dialect', 'SMB3_11', 'SMB2_10', 'alice')], new())
    event = smbd.events(event='session')[-1]
    t.fields(event, outcome='allowed', policy__option=OPTION,
             policy__exception='old', policy__until='2999-01-01')
    # It was let in: that is what it uses now, and no exception is needed.
    smbd.config.set('global', 'smbguard:exceptions', None)
    smbd.reload()
    t.equal('ok', visit(smbd, 'SMB2_10'))
    t.equal([], new())
    t.equal(REFUSED, visit(smbd, 'SMB2_02'))


def test_audit_mode(t):
    smbd = t.smbd(options={**REFUSE, 'smbguard:mode': 'audit'})
    t.equal('ok', visit(smbd))
    t.equal('ok', visit(smbd, 'SMB2_10'))
    t.equal([told('dialect', 'SMB3_11', 'SMB2_10')], downgrades(smbd))
    event = t.one(smbd.events(outcome='would_deny'))
    t.fields(event, event='session', policy__option=OPTION,
             policy__actual='SMB2_10')


def test_cipher_of_the_client(t):
    smbd = t.smbd(options=REFUSE)
    new = New(smbd)
    for cipher in ('AES-128-CCM', 'AES-128-GCM', 'AES-256-GCM'):
        t.equal('ok', visit(smbd, 'SMB3_11', CIPHERS % cipher))
    t.equal([], new())
    for cipher in ('AES-256-CCM', 'AES-128-GCM'):
        t.equal(REFUSED, visit(smbd, 'SMB3_11', CIPHERS % cipher))
        t.equal([told('cipher', 'AES-256-GCM', cipher, 'alice')], new())
    event = t.one(smbd.events(event='session', outcome='denied')[1:])
    t.fields(event, policy__actual='AES-128-GCM', cipher='AES-128-GCM')
    t.equal('ok', visit(smbd, 'SMB3_11', CIPHERS % 'AES-256-GCM'))


def test_signing_of_the_client(t):
    smbd = t.smbd(options=REFUSE)
    new = New(smbd)
    for name in ('HMAC-SHA256', 'AES-128-CMAC', 'AES-128-GMAC'):
        t.equal('ok', visit(smbd, 'SMB3_11', SIGNING % name))
    t.equal([], new())
    for name in ('AES-128-CMAC', 'HMAC-SHA256'):
        t.equal(REFUSED, visit(smbd, 'SMB3_11', SIGNING % name))
        t.equal([told('signing', 'AES-128-GMAC', name, 'alice')], new())
    t.equal('ok', visit(smbd))


def changed(t, smbd, new, protocol='SMB3_11', **options):
    """Change [global], and come again.  Returns the downgrades."""
    t.equal('ok', visit(smbd, protocol, *WIDE))
    new()
    before = {name: smbd.config.get('global', name) for name in options}
    smbd.config.update('global', options)
    smbd.reload()
    got = visit(smbd, protocol, *WIDE)
    found = new()
    t.equal('ok', got, '%s, %s' % (options, found))
    smbd.config.update('global', before)
    smbd.reload()
    return found


def test_what_the_administrator_changed(t):
    """The server's side, and nobody is refused."""
    smbd = t.smbd(options=REFUSE)
    new = New(smbd)
    t.equal([by_server('dialect', 'SMB3_11', 'SMB3_02')],
            changed(t, smbd, new, **{'server max protocol': 'SMB3_02'}))
    event = smbd.events(event='downgrade')[-1]
    t.fields(event, severity='info', downgrade__explanation=(
        '"server max protocol" of smb.conf explains it'))
    for name, was, now in (
            ('server smb3 encryption algorithms', 'AES-128-GCM',
             'AES-128-CCM'),
            ('smbguard:encryption algorithms', 'AES-128-GCM', 'AES-128-CCM')):
        t.equal([by_server('cipher', was, now, 'alice')],
                changed(t, smbd, new, **{name: now}), name)
    for name, was, now in (
            ('server smb3 signing algorithms', 'AES-128-GMAC',
             'AES-128-CMAC'),
            ('smbguard:signing algorithms', 'AES-128-GMAC', 'HMAC-SHA256')):
        t.equal([by_server('signing', was, now, 'alice')],
                changed(t, smbd, new, **{name: now}), name)
    t.equal([by_server('cipher', 'AES-128-GCM', 'none', 'alice')],
            changed(t, smbd, new, **{'server smb encrypt': 'off'}))
    t.equal({'info'}, {e['severity'] for e in smbd.events(event='downgrade')
                       if e['downgrade']['side'] == 'server'})


def test_encryption_turned_off_for_302(t):
    """Where the answer does not say what the client could have had."""
    smbd = t.smbd(options=REFUSE)
    t.equal([by_server('cipher', 'AES-128-CCM', 'none', 'alice')],
            changed(t, smbd, New(smbd), 'SMB3_02',
                    **{'server smb encrypt': 'off'}))


def test_server_that_never_could(t):
    """Told once to a client, and not again."""
    smbd = t.smbd(options={**HISTORY, 'server max protocol': 'SMB3_00'})
    new = New(smbd)
    for expected in ([by_server('dialect', 'SMB3_11', 'SMB3_00')], [], []):
        t.equal('ok', visit(smbd, 'SMB3_11', *WIDE))
        t.equal(expected, new())


def test_accounts_at_one_address(t):
    smbd = t.smbd(options=HISTORY)
    new = New(smbd)
    t.equal('ok', visit(smbd, 'SMB2_10', user='bob'))
    for _ in range(2):
        t.equal('ok', visit(smbd, 'SMB3_11'))
        t.equal('ok', visit(smbd, 'SMB2_10', user='bob'))
    t.equal([], new())
    t.equal('ok', visit(smbd, 'SMB3_11', user='bob'))
    t.equal('ok', visit(smbd, 'SMB3_00'))
    t.equal([told('dialect', 'SMB3_11', 'SMB3_00', 'alice')], new())


def test_addresses_are_clients_of_their_own(t):
    smbd = t.smbd(options=REFUSE)
    new = New(smbd)
    with proxy.Proxy(smbd, source='127.0.0.2') as two, \
            proxy.Proxy(smbd, source='127.0.0.3') as three:
        t.equal('ok', visit(two, 'SMB3_11'))
        t.equal('ok', visit(three, 'SMB2_10'))
        t.equal('ok', visit(two, 'SMB3_11'))
        t.equal('ok', visit(three, 'SMB2_10'))
        t.equal([], new())
        t.equal(REFUSED, visit(two, 'SMB2_10'))
        t.equal([told('dialect', 'SMB3_11', 'SMB2_10',
                      address='127.0.0.2')], new())
        t.equal('ok', visit(three, 'SMB2_10'))
    with smbd.impacket(dialect='SMB2_02', source='127.0.0.4') as other:
        other.connection.logoff()
    t.equal([], new())


def test_no_history(t):
    smbd = t.smbd(options={'smbguard:history': 'no'})
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        t.equal('ok', visit(smbd, protocol))
    t.equal([], downgrades(smbd))
    t.equal([], smbd.events(event='policy_error'))


def test_refuse_without_history(t):
    """It could never refuse: better said than believed."""
    smbd = t.smbd(options={**REFUSE, 'smbguard:history': 'no'})
    t.equal(REFUSED, visit(smbd))
    event = t.one(smbd.events(event='policy_error'))
    t.fields(event, policy__option=OPTION, policy__scope='global',
             policy__actual='refuse')
    t.contains('record alone where smbguard:history = no', event['reason'])
    smbd.config.set('global', 'smbguard:history', 'yes')
    smbd.reload()
    t.equal('ok', visit(smbd))


def test_accounts_on_one_connection(t):
    """Each has a history of its own; what an address did is told once."""
    smbd = t.smbd(options=HISTORY)
    new = New(smbd)

    def log_on(dialect, *users):
        with Logons(smbd.port, dialect) as client:
            for user in users:
                t.equal('NT_STATUS_SUCCESS', client.attempt(user))
    log_on('SMB2_02', 'alice')  # the address
    log_on('SMB3_11', 'alice', 'bob')
    t.equal([], new())
    log_on('SMB2_10', 'alice', 'bob', 'alice', 'bob')
    t.equal([told('dialect', 'SMB3_11', 'SMB2_10', user)
             for user in ('alice', 'bob')], new())
    log_on('SMB2_10', 'alice', 'bob')
    t.equal([], new())


def test_guests(t):
    """Nobody in particular, so nobody is accused or refused."""
    smbd = t.smbd(options={**REFUSE, 'map to guest': 'Bad User'},
                  shares={'open': {'guest ok': 'yes'}})
    options = ('client signing=off',)
    t.equal('ok', visit(smbd, 'SMB2_10', *options, user=''))  # the address
    for cipher in ('AES-256-GCM', 'AES-128-CCM'):
        for user in ('', 'nosuch'):
            t.equal('ok', visit(smbd, 'SMB3_11', CIPHERS % cipher, *options,
                                user=user, password='x'))
    t.equal('ok', visit(smbd, 'SMB2_10', *options, user='nosuch',
                        password='x'))
    t.equal([], downgrades(smbd))


def test_failed_logons_change_nothing(t):
    smbd = t.smbd(options=REFUSE)
    t.equal('ok', visit(smbd, 'SMB2_10', user='bob'))
    t.equal('ok', visit(smbd))
    t.equal('NT_STATUS_LOGON_FAILURE',
            visit(smbd, 'SMB2_10', password='wrong')[0])
    t.equal([], downgrades(smbd))
    t.equal(REFUSED, visit(smbd, 'SMB2_10'))


def test_mechanism(t):
    with Realm(t.directory) as realm:
        smbd = t.smbd(options=realm.options(**REFUSE))
        new = New(smbd)
        tickets = realm.tickets('alice')
        t.equal('ok', visit(smbd, 'SMB3_11', user='bob'))
        t.equal('ok', visit(smbd, tickets=tickets))
        t.equal([], new())
        for _ in range(2):
            t.equal(REFUSED, visit(smbd))
            t.equal([told('mechanism', 'krb5', 'NTLMSSP', 'alice')], new())
        t.equal('ok', visit(smbd, tickets=tickets))
        t.equal('ok', visit(smbd, user='bob'))
        t.equal([], new())


def test_mechanism_that_the_server_gave_up(t):
    with Realm(t.directory) as realm:
        smbd = t.smbd(options=realm.options(**REFUSE))
        new = New(smbd)
        t.equal('ok', visit(smbd, tickets=realm.tickets('alice')))
        for name in ('kerberos method', 'dedicated keytab file', 'realm'):
            smbd.config.set('global', name, None)
        smbd.reload()
        t.equal('ok', visit(smbd))
        t.equal([by_server('mechanism', 'krb5', 'NTLMSSP', 'alice')], new())
