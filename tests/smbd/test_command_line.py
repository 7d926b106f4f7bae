# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters on smbd's own command line, which it lets nobody change.

What: where that is one of the knobs, it refuses rather than lets in.
"""

from harness import DENIED

REQUIRED = {'smbguard:encryption': 'required'}
PRINTER = {'printable': 'yes', 'print command': 'true', 'read only': 'yes',
           **REQUIRED}
PROTOCOLS = ('SMB3_11', 'SMB2_10', 'NT1')


def server(t, parameter, value, shares=None):
    return t.smbd(shares=shares,
                  arguments=['--option=%s=%s' % (parameter, value)])


def test_refusal_of_a_tree(t):
    for parameter, value in (('root preexec', '/bin/true'),
                             ('root preexec close', 'no')):
        smbd = server(t, parameter, value)
        for protocol in ('SMB2_10', 'NT1'):
            answer = smbd.smbclient('secret', protocol)
            t.equal('tree connect', answer.step, answer.output)
            t.true('hello' not in answer.output, 'nothing is read')
            t.equal('ok', smbd.smbclient('open', protocol).got, parameter)
        t.equal('ok', smbd.smbclient('secret').got, parameter)


def test_list_of_modules(t):
    """smbguard cannot be put there, so that nobody could judge."""
    smbd = server(t, 'vfs objects', 'acl_xattr',
                  {'own': {'smbguard:ntlm': 'deny'}, 'held': REQUIRED})
    for protocol in PROTOCOLS:
        t.equal('NT_STATUS_BAD_NETWORK_NAME',
                smbd.smbclient('own', protocol).got, protocol)
        t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
        t.equal(protocol == 'SMB3_11',
                smbd.smbclient('held', protocol).got == 'ok', protocol)
    # Once for each client, however often its smbd reads the configuration.
    for event in t.each(smbd.events(event='policy_error'), 3 * 3):
        t.fields(event, policy__option='vfs objects', policy__scope='own')
    t.contains('as long as "vfs objects" is on its command line',
               smbd.log_text())


def test_encryption_without_the_share_gate(t):
    for value in ('off', 'if_required', 'desired'):
        smbd = server(t, 'server smb encrypt', value, {'printer': PRINTER})
        for protocol in PROTOCOLS:
            t.equal('NT_STATUS_BAD_NETWORK_NAME',
                    smbd.smbclient('printer', protocol).got,
                    '%s %s' % (value, protocol))
            t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
        t.contains('it must be encrypted', smbd.log_text())


def test_encryption_with_the_share_gate(t):
    """Clients are not told to encrypt, and so not let in."""
    for value in ('off', 'if_required'):
        smbd = server(t, 'server smb encrypt', value)
        for protocol in PROTOCOLS:
            t.equal(DENIED, smbd.smbclient('secret', protocol).got, protocol)
            t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
        told = [e['reason'] for e in smbd.events(event='share_connect',
                                                 outcome='denied')]
        t.true(told and not any('next connect' in r for r in told), told)
        if value == 'if_required':
            t.true(any("off smbd's command line" in r for r in told), told)


def test_availability(t):
    smbd = server(t, 'available', 'yes',
                  {'printer': dict(PRINTER, **{'smbguard:ntlm': 'deny'})})
    for protocol in PROTOCOLS:
        t.true(smbd.smbclient('printer', protocol).got != 'ok', protocol)


def test_what_is_stricter_stays(t):
    smbd = server(t, 'server smb encrypt', 'required')
    t.equal('ok', smbd.smbclient('secret').got)
    t.equal(DENIED, smbd.smbclient('open', 'SMB2_10').got)
