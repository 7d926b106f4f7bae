# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The domain controller itself, with smbguard before its own VFS modules.

What: who reads sysvol and netlogon, and how; group policy and joins in audit and
in enforce mode; NTLM denied; a downgrade of the mechanism.
"""

import os

import machine
from clients import ticket_options
from domain import ANNA, DOMAIN, PASSWORD, USER, access
from domain_checks import REFUSE, check_downgrade, enable_and_disable
from harness import DENIED, visit

OPTION = 'smbguard:ntlm'
DENY = {OPTION: 'deny'}
JOIN = ('net', 'ads', 'join', '--no-dns-updates')
# The policy of all domains, MS-GPOD: it always has this name.
GPT = ('get test.example/Policies/{31B2F340-016D-11D2-945F-00C04FB984F9}/'
       'GPT.INI -')
# What a controller with a policy of today would ask for.
STRICT = {'smbguard:min protocol': 'SMB3_11', 'smbguard:guest': 'deny',
          'smbguard:signing': 'required', 'smbguard:encryption': 'required'}


def test_group_policy(t, domain):
    """As a user by Kerberos and by NTLM, and as a machine."""
    for mode in ('audit', 'enforce'):
        dc = domain.controller(t, {'smbguard:mode': mode, **STRICT})
        answers = [domain.krb5(dc, 'sysvol', 'anna', GPT),
                   domain.ntlm(dc, 'sysvol', ANNA, command=GPT),
                   domain.machine(dc, 'sysvol', GPT)]
        for answer in t.each(answers, 3, 'answers'):
            t.equal('ok', answer.got, mode)
            t.contains('Version=', answer.output)
        t.equal('ok', domain.krb5(dc, 'netlogon', 'anna').got)
        t.story(dc, *visit('sysvol') * 3, *visit('netlogon'))
        t.equal([('anna', DOMAIN, 'krb5'), ('anna', DOMAIN, 'NTLMSSP'),
                 ('CLIENT$', DOMAIN, 'krb5'), ('anna', DOMAIN, 'krb5')],
                [access(e) for e in dc.events(event='session')])
        # Who comes with less is let in or not.
        old = domain.krb5(dc, 'sysvol', 'anna', GPT, ['--max-protocol=SMB2_10'])
        if mode == 'audit':
            t.equal('ok', old.got)
            t.fields(dc.events(event='session')[-1], outcome='would_deny')
        else:
            t.true(old.status != 0 and 'Version=' not in old.output, old)
            t.fields(dc.events(event='negotiate')[-1], outcome='denied')
        dc.stop()


def test_access_lists_of_sysvol(t, domain):
    """dfs_samba4 and acl_xattr work on: the lists that provisioning set."""
    def acl(name):
        return domain.client.run(
            'smbcacls', '//dc.test.example/sysvol', name, '--use-kerberos=off',
            '--user=%s%%%s' % (ANNA, 'Passw0rd.1'))
    seen = {}
    for objects in ('dfs_samba4 acl_xattr', 'smbguard dfs_samba4 acl_xattr',
                    'dfs_samba4 acl_xattr smbguard'):
        dc = domain.controller(t, {'vfs objects': objects})
        seen[objects] = acl('/') + acl('/test.example/Policies')
        got = domain.krb5(dc, 'sysvol', 'anna', 'mkdir test.example/mine').output
        t.contains(DENIED, got)
        dc.stop()
    t.each(seen, 3, 'lists')
    t.equal(1, len(set(seen.values())))
    t.contains('ACL:NT AUTHORITY\\Authenticated Users:ALLOWED/OI|CI/READ',
               seen['smbguard dfs_samba4 acl_xattr'])


def test_enable_and_disable(t, domain):
    """Where there is no line, what the controller has by itself stays."""
    dc = domain.controller(t, {'vfs objects': None, 'preload modules': None})

    def acl(name):
        return domain.client.run(
            'smbcacls', '//dc.test.example/sysvol', name, '--use-kerberos=off',
            '--user=%s%%%s' % (ANNA, 'Passw0rd.1'))
    seen = acl('/') + acl('/test.example/Policies')

    def look():
        t.equal(seen, acl('/') + acl('/test.example/Policies'))
        t.equal('ok', domain.krb5(dc, 'netlogon', 'anna').got)
        dc.settle()
    look()
    t.true(not os.path.exists(dc.audit), 'nothing is recorded')
    enable_and_disable(t, dc, 'smbguard dfs_samba4 acl_xattr', look)
    look()


def logons(dc):
    return [(e['account'], e['authMechanism'], e['outcome'])
            for e in dc.events(event='session')]


def test_joins(t, domain):
    # By password; newer ones get a ticket with it.
    how = 'NTLMSSP' if machine.version() < (4, 22) else 'krb5'
    for mode in ('audit', 'enforce'):
        dc = domain.controller(t, {'smbguard:mode': mode, **STRICT})
        t.contains("Joined 'CLIENT'", domain.join(domain.client))
        t.equal({('Administrator', how, 'allowed'),
                 ('CLIENT$', 'krb5', 'allowed')}, set(logons(dc)))
        pipes = {(e['account'], e.get('pipe')) for e in
                 dc.events(event='pipe_open')}
        t.equal({('Administrator', 'lsarpc'), ('CLIENT$', 'netlogon')}, pipes)
        t.equal('ok', domain.machine(dc, 'sysvol', GPT).got)
        dc.stop()


def test_ntlm_denied(t, domain):
    """For the server, and for one share; the other serves on."""
    dc = domain.controller(t, DENY)
    t.equal('ok', domain.krb5(dc, 'sysvol', 'anna').got)
    answer = domain.ntlm(dc, 'sysvol', ANNA)
    t.equal((DENIED, 'session setup'), (answer.got, answer.step))
    t.story(dc, *visit('sysvol'), 'negotiate allowed', 'session denied')
    dc.stop()
    dc = domain.controller(t, shares={'sysvol': DENY})
    t.equal('ok', domain.ntlm(dc, 'netlogon', ANNA).got)
    answer = domain.ntlm(dc, 'sysvol', ANNA)
    t.equal((DENIED, 'tree connect'), (answer.got, answer.step))
    t.story(dc, *visit('netlogon'), *visit('sysvol', 'denied'))
    t.fields(t.one(dc.events(outcome='denied')), account='anna', domain=DOMAIN,
             policy__option=OPTION, policy__scope='sysvol')


def test_members_where_ntlm_is_denied(t, domain):
    """Their own accounts have tickets; who joins needs one, too."""
    dc = domain.controller(t, DENY)
    status, said = domain.client.ask(
        *JOIN, '--use-kerberos=off', '--user=administrator%' + PASSWORD)
    t.true(status != 0 and 'Access Denied' in said, said)
    t.equal([('Administrator', 'NTLMSSP', 'denied')], logons(dc))
    tickets = domain.tickets('administrator')
    domain.client.run(*JOIN, *ticket_options(tickets),
                      env={'KRB5CCNAME': 'FILE:' + tickets})
    # A member asks for its clients, whatever these come with.
    smbd = domain.member(t)
    domain.restart_winbindd()
    t.equal('ok', domain.ntlm(smbd, 'open', ANNA).got)
    t.equal('ok', domain.machine(dc, 'sysvol', GPT).got)
    t.equal({('Administrator', 'krb5', 'allowed'),
             ('CLIENT$', 'krb5', 'allowed'), ('MEMBER$', 'krb5', 'allowed')},
            set(logons(dc)[1:]))


def test_refused_passwords(t, domain):
    dc = domain.controller(t)
    for user, password, status in (
            (ANNA, 'wrong', 'NT_STATUS_WRONG_PASSWORD'),
            (USER % 'doris', None, 'NT_STATUS_ACCOUNT_DISABLED'),
            (USER % 'emil', None, 'NT_STATUS_ACCOUNT_EXPIRED')):
        t.true(domain.ntlm(dc, 'sysvol', user, password).status != 0, user)
        t.fields(dc.events(event='auth_failed')[-1], status=status,
                 account=user.partition('\\')[2], domain=DOMAIN)
    t.equal('ok', domain.ntlm(dc, 'sysvol', ANNA).got)
    t.story(dc, *['negotiate allowed', 'auth_failed failed'] * 3,
            *visit('sysvol'))


def test_downgrade_of_the_mechanism(t, domain):
    """A controller can check tickets, whatever "security" says there."""
    check_downgrade(t, domain, domain.controller(t, REFUSE), 'sysvol')
