# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Printers, for which smbd loads no VFS module: smbguard is not asked.

What: encryption is held by smbd itself; a printer that asks for more than that
is closed, and a policy_error says why.  Beside them, logons of SMB1 that do not
come as such logons do.
"""

import os

import proxy
import wire
from clients import ANONYMOUS
from harness import DENIED

REQUIRED = {'smbguard:encryption': 'required'}
CALM = {'smbguard:history': 'no'}
OLD_LOGON = ['client use spnego=no', 'client ntlmv2 auth=no']
CLOSED = 'NT_STATUS_BAD_NETWORK_NAME'


def printer(t, options=None, more=None, share=True):
    smbd = t.smbd(options=dict(CALM, **options or {}), shares={
        'printer': dict({
            'printable': 'yes', 'read only': 'yes',
            'print command': 'mv %s %s.done', 'lpq command': 'true',
            'lprm command': 'true'}, **more or {})} if share else None)
    source = os.path.join(t.directory, 'hello.txt')
    with open(source, 'w', encoding='ascii') as f:
        f.write('hello\n')
    return smbd, 'print ' + source


def jobs(smbd):
    return [name for name in os.listdir(smbd.config.get('printer', 'path'))
            if name != 'hello.txt']


def prints_nothing(t, smbd, protocol, command, **more):
    answer = smbd.smbclient('printer', protocol, command, **more)
    t.true(answer.status != 0, '%s is refused: %s' % (protocol, answer))
    t.equal([], smbd.events(event='share_connect', share='printer'))
    t.equal([], [name for name in jobs(smbd) if 'done' not in name])
    return answer


def test_without_options(t):
    smbd, command = printer(t)
    for number, protocol in enumerate(('SMB3_11', 'SMB2_10', 'NT1')):
        answer = smbd.smbclient('printer', protocol, command)
        t.equal('ok', answer.got, protocol + answer.output)
        t.equal(number + 1, len(jobs(smbd)), 'jobs')


def test_that_encrypts(t):
    smbd, command = printer(t, more=REQUIRED)
    for protocol in ('SMB2_02', 'SMB2_10', 'NT1'):
        prints_nothing(t, smbd, protocol, command)
    prints_nothing(t, smbd, 'NT1', command, options=OLD_LOGON)
    answer = smbd.smbclient('printer', 'SMB3_11', command)
    t.equal('ok', answer.got, answer.output)
    t.equal(1, len(jobs(smbd)), 'jobs')


def test_when_global_encrypts(t):
    smbd, command = printer(t, REQUIRED)
    for protocol, more in (('SMB2_10', {}), ('NT1', {}),
                           ('NT1', {'options': OLD_LOGON})):
        answer = prints_nothing(t, smbd, protocol, command, **more)
        t.equal('session setup', answer.step)
    t.equal('ok', smbd.smbclient('printer', 'SMB3_11', command).got)
    t.equal(1, len(jobs(smbd)), 'jobs')


def test_tampering_is_told_there_too(t):
    smbd, command = printer(t, more=REQUIRED)
    with proxy.Proxy(smbd, proxy.with_guid(bytes(range(16)))) as between:
        answer = between.smbclient('printer', 'SMB3_02', command)
    t.equal(('NT_STATUS_CONNECTION_DISCONNECTED', 'tree connect'),
            (answer.got, answer.step))
    t.story(smbd, 'negotiate allowed', 'session allowed',
            'negotiate_tampered detected printer')
    t.fields(t.one(smbd.events(event='negotiate_tampered')), share='printer',
             account='alice', dialect='SMB3_02', authMechanism='NTLMSSP',
             encrypted=True)
    t.equal([], jobs(smbd))
    t.equal('ok', smbd.smbclient('printer', 'SMB3_02', command).got)
    t.equal(1, len(jobs(smbd)), 'jobs')


def test_with_other_options_is_closed(t):
    for option, value in (('min protocol', 'SMB2_02'), ('guest', 'deny'),
                          ('encryption algorithms', 'AES-128-GCM'),
                          ('ntlm', 'deny'), ('signing', 'required'),
                          ('signing algorithms', 'AES-128-GMAC'),
                          ('encryption', 'wurst')):
        option = 'smbguard:' + option
        smbd, command = printer(t, more={option: value})
        for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
            answer = prints_nothing(t, smbd, protocol, command)
            t.equal(CLOSED, answer.got, option)
        t.equal('ok', smbd.smbclient('open').got)
        faults = smbd.events(event='policy_error')
        # Once for each client, however often its smbd reads the configuration.
        for fault in t.each(faults, 4):
            t.fields(fault, policy__option='vfs objects',
                     policy__scope='printer', severity='critical')
            t.contains('[printer]', fault['reason'])
        t.contains('smbguard: [printer] is closed to 127.0.0.1',
                   smbd.log_text())


def test_in_audit_mode_it_stays_open(t):
    smbd, command = printer(t, more={'smbguard:mode': 'audit',
                                     'smbguard:ntlm': 'deny', **REQUIRED})
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        t.equal('ok', smbd.smbclient('printer', protocol, command).got)


def test_what_global_demands_of_guests(t):
    """An anonymous logon of SMB1 is judged when it is used, too late here."""
    more = {'guest ok': 'yes'}
    nobody = {'user': ANONYMOUS}
    guest = {'user': 'mallory', 'password': 'x'}
    loose, command = printer(t, {'map to guest': 'Bad User'}, more)
    for who in (guest, nobody):
        t.equal('ok', loose.smbclient('printer', 'NT1', command,
                                      options=OLD_LOGON, **who).got)
    smbd, command = printer(t, {'map to guest': 'Bad User',
                                'smbguard:guest': 'deny'}, more)
    for protocol, options in (('SMB3_11', []), ('NT1', []),
                              ('NT1', OLD_LOGON)):
        for who in (guest, nobody):
            prints_nothing(t, smbd, protocol, command, options=options, **who)
    t.equal('ok', smbd.smbclient('printer', 'SMB3_11', command).got)


def test_ntlm_of_global(t):
    loose, command = printer(t)
    t.equal('ok', loose.smbclient('printer', 'NT1', command,
                                  options=OLD_LOGON).got)
    smbd, command = printer(t, {'smbguard:ntlm': 'deny'})
    for protocol, options in (('SMB3_11', []), ('NT1', []),
                              ('NT1', OLD_LOGON)):
        prints_nothing(t, smbd, protocol, command, options=options)


def test_open_again_with_a_reload(t):
    """What was closed is put back, and what smb.conf closes is not opened."""
    smbd, _ = printer(t, more={'smbguard:ntlm': 'deny'})
    with smbd.impacket() as client:
        t.true(tree_fails(client), 'closed')
        smbd.config.set('printer', 'smbguard:ntlm', None)
        smbd.reload()
        t.true(not tree_fails(client), 'open')
        smbd.config.set('printer', 'available', 'no')
        smbd.reload()
        t.true(tree_fails(client), 'closed by smb.conf')


def tree_fails(client):
    try:
        client.tree('printer')
    except Exception:  # impacket's layers have several
        return True
    return False


# SMB1, whose logons come in other ways than others

def refuses_old_logon(t, smbd, begin=None):
    """An old logon of SMB1 gets nothing, however its negotiate comes."""
    with proxy.Proxy(smbd, begin=begin) as between:
        answer = between.smbclient('open', 'NT1', 'get hello.txt -',
                                   options=OLD_LOGON)
    t.equal((DENIED, 'session setup'), (answer.got, answer.step))
    t.true('hello' not in answer.output.splitlines(), answer.output)
    t.fields(t.one(smbd.events(event='session')), outcome='denied',
             policy__option='smbguard:ntlm', account='alice')
    return smbd.events(event='negotiate')


def no_ntlm(t, **options):
    return t.smbd(options={'smbguard:ntlm': 'deny', **CALM, **options})


def test_old_logon_behind_what_smbd_passes_over(t):
    for other in (wire.netbios(b'', 0x85), wire.netbios(b'abcd', 1),
                  wire.netbios(b'', 0x60) * 20):
        *_, event = refuses_old_logon(t, no_ntlm(t), proxy.behind(other))
        t.fields(event, outcome='allowed', dialect='NT1')


def test_old_logon_behind_another_command(t):
    """One of those that smbd takes without a negotiate."""
    send = bytearray(wire.smb1_negotiate('x'))
    send[4] = 0xD5
    first, second = refuses_old_logon(
        t, no_ntlm(t), proxy.behind_an_answer(wire.netbios(bytes(send))))
    t.fields(first, outcome='failed')
    t.fields(second, outcome='allowed', dialect='NT1')


def test_old_logon_that_takes_its_time(t):
    """smbd waits for the rest longer than we do."""
    event = t.one(refuses_old_logon(t, no_ntlm(t), proxy.in_halves(3, 5.5)))
    t.fields(event, outcome='failed', offer__problem='the message is cut short')


def test_old_logon_through_the_echo_handler(t):
    """smbd then reads from another socket."""
    smbd = no_ntlm(t, **{'async smb echo handler': 'yes'})
    t.one(refuses_old_logon(t, smbd))
