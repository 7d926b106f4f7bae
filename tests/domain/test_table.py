# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets what in a domain, as a table; `./waf check -k domain_table -v` shows it.

What: users and a machine, by Kerberos and by NTLM, at shares of a member and of
the controller that ask for different things; what each got, and the event.
"""

from domain import DOMAIN, USER
from harness import DENIED

WRONG = 'NT_STATUS_LOGON_FAILURE'
EXCEPTION = {
    'smbguard:exceptions': 'old', 'smbguard:old groups': USER % 'auditors',
    'smbguard:old shares': 'kerberos', 'smbguard:old allow': 'ntlm',
    'smbguard:old until': '2999-12-31', 'smbguard:old reason': 'Old program',
}
MEMBER = {'open': {}, 'kerberos': {'smbguard:ntlm': 'deny'},
          'secret': {'smbguard:encryption': 'required'}}
CONTROLLER = {'sysvol': {'smbguard:ntlm': 'deny'}}
OLD = ('--max-protocol=SMB2_10',)
# Who, how, with which password, where, with which options; what it gets.
ON_THE_MEMBER = (
    ('anna', 'krb5', None, 'open', (), 'ok'),
    ('anna', 'NTLMSSP', None, 'open', (), 'ok'),
    ('anna', 'NTLMSSP', 'wrong', 'open', (), WRONG),
    ('doris', 'NTLMSSP', None, 'open', (), 'NT_STATUS_ACCOUNT_DISABLED'),
    ('emil', 'NTLMSSP', None, 'open', (), 'NT_STATUS_ACCOUNT_EXPIRED'),
    ('must', 'NTLMSSP', None, 'open', (), 'NT_STATUS_PASSWORD_MUST_CHANGE'),
    ('clara', 'krb5', None, 'kerberos', (), 'ok'),
    ('clara', 'NTLMSSP', None, 'kerberos', (), DENIED),
    ('anna', 'NTLMSSP', None, 'kerberos', (), 'ok'),
    ('ben', 'NTLMSSP', None, 'kerberos', (), 'ok'),
    ('CLIENT$', 'krb5', None, 'kerberos', (), 'ok'),
    ('clara', 'krb5', None, 'secret', (), 'ok'),
    ('clara', 'krb5', None, 'secret', OLD, DENIED),
    ('clara', 'NTLMSSP', None, 'secret', OLD, DENIED),
)
ON_THE_CONTROLLER = (
    ('anna', 'krb5', None, 'sysvol', (), 'ok'),
    ('anna', 'NTLMSSP', None, 'sysvol', (), DENIED),
    ('CLIENT$', 'krb5', None, 'sysvol', (), 'ok'),
    ('anna', 'NTLMSSP', None, 'netlogon', (), 'ok'),
    ('anna', 'NTLMSSP', 'wrong', 'netlogon', (), WRONG),
)
ROW = '%-9s %-8s %-9s %-10s %-31s %s'


def visit(domain, server, user, mechanism, password, share, options):
    if mechanism == 'NTLMSSP':
        return domain.ntlm(server, share, USER % user, password,
                           options=options)
    if user.endswith('$'):
        return domain.machine(server, share)
    return domain.krb5(server, share, user, options=options)


def last_event(server, share):
    """Of the visit, what tells who it was and what came of it."""
    events = [e for e in server.events()
              if e['event'] == 'auth_failed' or
              e['event'] == 'share_connect' and e['share'] == share]
    return events[-1]


def test_accesses(t, domain):
    print('The domain: ' + ', '.join('%s %.1f s' % pair for pair in
                                     domain.seconds.items()))
    print(ROW % ('who', 'how', 'host', 'share', 'got', 'event'))
    servers = (('member', domain.member(t, EXCEPTION, MEMBER), ON_THE_MEMBER),
               ('dc', domain.controller(t, shares=CONTROLLER),
                ON_THE_CONTROLLER))
    for host, server, rows in servers:
        for user, mechanism, password, share, options, got in rows:
            t.equal(got, visit(domain, server, user, mechanism, password,
                               share, options).got,
                    '%s %s %s' % (user, mechanism, share))
            event = last_event(server, share)
            t.fields(event, account=user, domain=DOMAIN,
                     authMechanism=mechanism)
            failed = event['event'] == 'auth_failed'
            t.equal('failed' if failed else 'allowed' if got == 'ok' else
                    'denied', event['outcome'])
            why = event.get('status') or (event.get('policy') or {})
            if isinstance(why, dict):
                why = ' '.join(filter(None, (
                    why.get('option'), why.get('exception') and
                    'exception ' + why['exception'])))
            print(ROW % (user, mechanism, host, share, got, ' '.join(
                (event['event'], event['outcome'], why))))
