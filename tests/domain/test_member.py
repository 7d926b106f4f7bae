# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A member of a domain that serves files, with winbind and acl_xattr.

What: who logs on, how, with which groups; what winbind refuses; NTLM denied for
the server and for a share, and who is excepted; a downgrade of the mechanism;
access lists; the report.  Each refusal stands beside the same access allowed.
"""

import itertools
import os
import time

import tool_report
from domain import ANNA, DOMAIN, REALM, USER, access
from domain_checks import REFUSE, check_downgrade, enable_and_disable
from harness import DENIED, visit

OPTION = 'smbguard:ntlm'
DENY = {OPTION: 'deny'}
DELAY = 'smbguard:auth failure delay'
# For a delay of one second.
EARLIEST, LATEST = 1, 1.9
TRIES = 10
LOGON_FAILURE = 'NT_STATUS_LOGON_FAILURE'
# Who, with which password; what the client gets, and what the event says.
REFUSED = (
    (ANNA, 'wrong', LOGON_FAILURE, 'NT_STATUS_WRONG_PASSWORD'),
    (USER % 'nobody', 'wrong', LOGON_FAILURE, 'NT_STATUS_NO_SUCH_USER'),
    ('OTHER\\anna', None, LOGON_FAILURE, 'NT_STATUS_NO_SUCH_USER'),
    (USER % 'doris', None, 'NT_STATUS_ACCOUNT_DISABLED', None),
    (USER % 'emil', None, 'NT_STATUS_ACCOUNT_EXPIRED', None),
    (USER % 'must', None, 'NT_STATUS_PASSWORD_MUST_CHANGE', None),
)


def excepted(**more):
    """An exception from `ntlm = deny`."""
    options = {'users': None, 'groups': None, 'allow': 'ntlm',
               'until': '2999-12-31', 'reason': 'Old program', **more}
    return {**DENY, 'smbguard:exceptions': 'old', **{
        'smbguard:old ' + name: value for name, value in options.items()}}


def test_accounts_and_mechanisms(t, domain):
    smbd = domain.member(t)
    t.equal('ok', domain.krb5(smbd, 'open', 'anna').got)
    for name in (ANNA, 'anna@' + REALM, 'anna'):
        t.equal('ok', domain.ntlm(smbd, 'open', name).got)
    t.story(smbd, *visit('open') * 4)
    for kind in ('session', 'share_connect'):
        found = smbd.events(event=kind, share='open' if 'share' in kind
                            else None)
        t.equal([('anna', DOMAIN, 'krb5')] + [('anna', DOMAIN, 'NTLMSSP')] * 3,
                [access(e) for e in found])
        t.equal({domain.sid('anna')}, {e['sid'] for e in found})


def test_machine_account(t, domain):
    smbd = domain.member(t, DENY)
    t.equal('ok', domain.machine(smbd, 'open').got)
    t.story(smbd, *visit('open'))
    for event in t.each(smbd.events(event='share_connect', share='open'), 1):
        t.equal(('CLIENT$', DOMAIN, 'krb5'), access(event))
        t.equal(domain.sid('CLIENT$'), event['sid'])
    t.equal(DENIED, domain.ntlm(smbd, 'open', ANNA).got)


def test_refused_passwords(t, domain):
    smbd = domain.member(t)
    for user, password, got, status in REFUSED:
        answer = domain.ntlm(smbd, 'open', user, password)
        t.equal((got, 'session setup'), (answer.got, answer.step), user)
        event = smbd.events(event='auth_failed')[-1]
        t.fields(event, outcome='failed', account=user.partition('\\')[2],
                 domain=user.partition('\\')[0], authMechanism='NTLMSSP',
                 passwordType='NTLMv2', clientName='CLIENT',
                 status=status or got)
    t.story(smbd, *['negotiate allowed', 'auth_failed failed'] * len(REFUSED))
    t.equal('ok', domain.ntlm(smbd, 'open', ANNA).got)


def test_ntlm_denied_for_the_server(t, domain):
    smbd = domain.member(t, DENY)
    t.equal('ok', domain.krb5(smbd, 'open', 'anna').got)
    answer = domain.ntlm(smbd, 'open', ANNA)
    t.equal((DENIED, 'session setup'), (answer.got, answer.step))
    t.story(smbd, *visit('open'), 'negotiate allowed', 'session denied')
    good, bad = smbd.events(event='session')
    for event, mechanism in ((good, 'krb5'), (bad, 'NTLMSSP')):
        t.equal(('anna', DOMAIN, mechanism), access(event))
        t.fields(event, policy__option=OPTION, policy__scope='global',
                 policy__actual=mechanism, sid=domain.sid('anna'))


def test_ntlm_denied_for_a_share(t, domain):
    smbd = domain.member(t, shares={'kerberos': DENY})
    for share in ('open', 'kerberos'):
        t.equal('ok', domain.krb5(smbd, share, 'anna').got)
    t.equal('ok', domain.ntlm(smbd, 'open', ANNA).got)
    answer = domain.ntlm(smbd, 'kerberos', ANNA)
    t.equal((DENIED, 'tree connect'), (answer.got, answer.step))
    t.story(smbd, *visit('open') * 2, *visit('kerberos'),
            *visit('kerberos', 'denied'))
    event = t.one(smbd.events(outcome='denied'))
    t.equal(('anna', DOMAIN, 'NTLMSSP'), access(event))
    t.fields(event, policy__option=OPTION, policy__scope='kerberos')


def check_exception(t, domain, options, let_in, refused):
    smbd = domain.member(t, excepted(**options))
    for user in let_in:
        t.equal('ok', domain.ntlm(smbd, 'open', USER % user).got, user)
    for user in refused:
        t.equal(DENIED, domain.ntlm(smbd, 'open', USER % user).got, user)
    t.story(smbd, *visit('open') * len(let_in),
            *['negotiate allowed', 'session denied'] * len(refused))
    for event in t.each(smbd.events(event='session', outcome='allowed'),
                        len(let_in)):
        t.fields(event, policy__exception='old')
    t.equal([USER % user for user in refused],
            [USER % e['account'] for e in smbd.events(outcome='denied')])
    smbd.stop()


def test_exceptions_by_user(t, domain):
    for name in (ANNA, 'anna@' + REALM):
        check_exception(t, domain, {'users': name}, ['anna'], ['ben'])


def test_exceptions_by_group(t, domain):
    """ben is in a group that is in this one."""
    check_exception(t, domain, {'groups': USER % 'auditors'}, ['anna', 'ben'],
                    ['clara'])
    check_exception(t, domain, {'groups': USER % 'inner'}, ['ben'], ['anna'])


def test_groups_of_a_ticket(t, domain):
    """The same, where the groups come from the ticket's PAC."""
    share = {'smbguard:encryption': 'required'}
    options = excepted(groups=USER % 'auditors', allow='unencrypted',
                       shares='secret')
    smbd = domain.member(t, {**options, OPTION: None}, {'secret': share})
    old = ['--max-protocol=SMB2_10']
    for user, got in (('ben', 'ok'), ('clara', DENIED)):
        t.equal(got, domain.krb5(smbd, 'secret', user, options=old).got, user)
    t.story(smbd, *visit('secret'), *visit('secret', 'denied'))
    allowed, denied = smbd.events(event='share_connect', share='secret')
    t.equal(('ben', DOMAIN, 'krb5'), access(allowed))
    t.equal(('clara', DOMAIN, 'krb5'), access(denied))
    t.fields(allowed, policy__exception='old')


def test_downgrade_of_the_mechanism(t, domain):
    check_downgrade(t, domain, domain.member(t, REFUSE), 'open')


def test_access_lists(t, domain):
    """acl_xattr keeps them, before and behind smbguard and without it."""
    secret = ['ACL:%s:ALLOWED/0x0/FULL' % name
              for name in (ANNA, 'NT AUTHORITY\\SYSTEM')]

    def acl(smbd, *words):
        return domain.client.run(
            'smbcacls', '//%s/lists' % smbd.node.host, 'mine.txt',
            '--use-kerberos=off', '--user=%s%%%s' % (ANNA, 'Passw0rd.1'),
            *words).splitlines()
    lists = {'lists': {}}
    smbd = domain.member(t, shares=lists)
    # Her own: only who owns a file may say who else gets at it.
    t.equal('ok', domain.krb5(smbd, 'lists', 'anna',
                              'put /etc/hosts mine.txt').got)
    acl(smbd, '--set', ','.join(secret))
    smbd.stop()
    seen = set()
    for objects in ('smbguard acl_xattr', 'acl_xattr smbguard', 'acl_xattr'):
        smbd = domain.member(t, {'vfs objects': objects}, lists)
        got = [line.lower() for line in acl(smbd)]
        for line in secret:
            t.contains(line.lower(), got)
        seen.add('\n'.join(got))
        read = {'command': 'get mine.txt -'}
        t.contains('localhost', domain.krb5(smbd, 'lists', 'anna', **read).output)
        t.equal(DENIED, domain.krb5(smbd, 'lists', 'clara', **read).got)
        smbd.stop()
    t.equal(1, len(seen))


def test_enable_and_disable(t, domain):
    """From nothing to audit mode and back: the access lists stay."""
    unguarded = {'vfs objects': 'acl_xattr', 'preload modules': None}
    secret = 'ACL:%s:ALLOWED/0x0/FULL' % ANNA
    smbd = domain.member(t, unguarded, {'enabled': {}})

    def look(what):
        got = domain.client.run(
            'smbcacls', '//%s/enabled' % smbd.node.host, 'mine.txt',
            '--use-kerberos=off', '--user=%s%%%s' % (ANNA, 'Passw0rd.1'))
        t.contains(secret.lower(), got.lower(), what)
        read = 'get mine.txt -'
        t.contains('localhost', domain.krb5(smbd, 'enabled', 'anna', read).output)
        t.equal(DENIED, domain.krb5(smbd, 'enabled', 'clara', read).got)
        t.equal('ok', domain.krb5(smbd, 'open', 'clara').got)
        smbd.settle()
        return got
    t.equal('ok', domain.krb5(smbd, 'enabled', 'anna',
                              'put /etc/hosts mine.txt').got)
    domain.client.run('smbcacls', '//%s/enabled' % smbd.node.host, 'mine.txt',
                      '--use-kerberos=off', '--user=%s%%%s' % (
                          ANNA, 'Passw0rd.1'), '--set', secret)
    seen = look('before')
    t.true(not os.path.exists(smbd.audit), 'nothing is recorded')
    enable_and_disable(t, smbd, 'smbguard acl_xattr', lambda: t.equal(
        seen, look('guarded')))
    t.equal(seen, look('and back'))


def test_report(t, domain):
    smbd = domain.member(t, {'smbguard:mode': 'audit', **DENY})
    t.equal('ok', domain.ntlm(smbd, 'open', ANNA).got)
    t.equal('ok', domain.krb5(smbd, 'open', 'ben').got)
    t.equal(LOGON_FAILURE, domain.ntlm(smbd, 'open', ANNA, 'wrong').got)
    smbd.settle()
    found = tool_report.as_json([smbd.audit])['rows']
    t.equal({('would_deny', ANNA)},
            {(row['outcome'], '%s\\%s' % (row.get('domain'), row['account']))
             for row in found})
    text = tool_report.report([smbd.audit])[1].decode()
    t.contains('anna', text)
    t.true('ben' not in text, 'nothing of who was not refused')


def test_without_winbindd(t, domain):
    """Nobody gets in, and each answer is as late as that to a wrong one."""
    smbd = domain.member(t, {DELAY: '1500'})
    t.equal('ok', domain.krb5(smbd, 'open', 'anna').got)
    domain.stop_winbindd()
    try:
        for visitor in (lambda: domain.ntlm(smbd, 'open', ANNA),
                        lambda: domain.ntlm(smbd, 'open', ANNA, 'wrong'),
                        lambda: domain.krb5(smbd, 'open', 'anna')):
            begin = time.monotonic()
            t.equal('NT_STATUS_NO_LOGON_SERVERS', visitor().got)
            t.true(time.monotonic() - begin > 1.5, 'late')
    finally:
        domain.start_winbindd()
    t.equal('ok', domain.krb5(smbd, 'open', 'anna').got)
    t.story(smbd, *visit('open') * 2,
            *['negotiate allowed', 'auth_failed failed'] * 3)
    t.equal(['NTLMSSP', 'NTLMSSP', 'krb5'],
            [e['authMechanism'] for e in smbd.events(event='auth_failed')])


def answers(t, domain, smbd, users):
    """[(what each gets by NTLM, after how many seconds)]"""
    got = []
    for user, password in users:
        # Other work of the machine can only add to the time.
        for _ in range(TRIES):
            begin = time.monotonic()
            answer = domain.ntlm(smbd, 'open', user, password)
            took = time.monotonic() - begin
            t.true(took >= EARLIEST, '%s: not as soon as %.3f' % (user, took))
            t.equal('session setup', answer.step)
            if took < LATEST:
                break
        got.append((answer.got, took))
    print(['%s %.3f' % pair for pair in got])
    for _, took in t.each(got, len(users), 'answers'):
        t.true(took < LATEST, 'not as late as %.3f' % took)
    return [answer for answer, _ in got]


def told(smbd):
    """Failures and sessions, one for all tries of an account:
    [(event, outcome, account, status)]"""
    found = [(e['event'], e['outcome'], e['account'].lower(), e.get('status'))
             for e in smbd.events() if e['event'] in ('auth_failed', 'session')]
    return [each for each, _ in itertools.groupby(found)]


def test_denied_answers_tell_nothing(t, domain):
    """Right, wrong, unknown, disabled, expired: all the same, all as late."""
    smbd = domain.member(t, {**DENY, DELAY: '1000'})
    t.equal('ok', domain.krb5(smbd, 'open', 'anna').got)
    users = [(ANNA, None)] + [who[:2] for who in REFUSED]
    t.equal([DENIED] * 7, answers(t, domain, smbd, users))
    t.equal([('session', 'allowed', 'anna', None),
             ('session', 'denied', 'anna', None)] +
            [('auth_failed', 'failed', user.partition('\\')[2].lower(), status or got)
             for user, _, got, status in REFUSED], told(smbd))


def test_account_without_an_id(t, domain):
    """Its password is right, and no session comes of it: late, too."""
    few = {'idmap config %s : range' % DOMAIN: '10000-10100', DELAY: '1000'}
    try:
        for options in (few, {**few, **DENY}):
            smbd = domain.member(t, options)
            domain.restart_winbindd()
            got = answers(t, domain, smbd, [(ANNA, None), (ANNA, 'wrong')])
            t.equal([('auth_failed', 'failed', 'anna', 'NT_STATUS_NO_SUCH_USER'),
                     ('auth_failed', 'failed', 'anna', 'NT_STATUS_WRONG_PASSWORD')],
                    told(smbd))
            smbd.stop()
        t.equal([DENIED] * 2, got)
    finally:
        smbd = domain.member(t)
        domain.restart_winbindd()
    t.equal('ok', domain.ntlm(smbd, 'open', ANNA).got)
