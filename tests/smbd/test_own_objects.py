# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares about which smbd does not ask smbguard.

What: a share with `vfs objects` of its own that leave smbguard out, and
printers, for which smbd loads no module.  Encryption is held by smbd itself;
a share that asks for more than that is closed, and a policy_error says why.
"""

import os

import impacket_client
import proxy
import wire
from clients import ANONYMOUS
from harness import DENIED
from ntlm_client import Logons
from reloads import sighup

ENCRYPTION = 'smbguard:encryption'
REQUIRED = {ENCRYPTION: 'required'}
OWN = {'vfs objects': 'acl_xattr'}
CALM = {'smbguard:history': 'no'}
GUEST_OK = {'map to guest': 'Bad User'}
OLD_LOGON = ['client use spnego=no', 'client ntlmv2 auth=no']
READ = 'get hello.txt -; ls; put /etc/hostname h'
CLOSED = 'NT_STATUS_BAD_NETWORK_NAME'


def server(t, options=None, shares=None):
    return t.smbd(options=dict(CALM, **options or {}), shares=shares)


def gets_nothing(t, smbd, share, protocol, command=READ, **more):
    """Nothing read, nothing written, whatever the tree connect said."""
    answer = smbd.smbclient(share, protocol, command, **more)
    t.true(answer.status != 0, '%s is refused: %s' % (protocol, answer))
    lines = answer.output.splitlines()
    t.true('hello' not in lines and 'blocks' not in answer.output and
           'putting file' not in answer.output, protocol + answer.output)
    t.equal([], [e for e in smbd.events(event='share_connect')
                 if e['share'] == share], 'share_connect')
    return answer


def files(smbd, share):
    path = smbd.config.get(share, 'path')
    return sorted(os.listdir(path))


def test_encryption_is_held_natively(t):
    for own in (OWN, {'vfs objects': ''}):
        smbd = server(t, shares={'own': dict(own, **REQUIRED)})
        t.equal('ok', smbd.smbclient('own', 'SMB3_11', 'ls').got)
        t.equal('ok', smbd.smbclient('own', 'SMB3_00', 'ls').got)
        with smbd.connected('own'):
            tcon = t.one(list(smbd.smbstatus()['tcons'].values()), 'tree')
        t.equal('full', tcon['encryption']['degree'])
        for protocol in ('SMB2_02', 'SMB2_10', 'NT1'):
            gets_nothing(t, smbd, 'own', protocol)
        gets_nothing(t, smbd, 'own', 'NT1', options=OLD_LOGON)
        t.equal(['hello.txt'], files(smbd, 'own'))
        t.equal('ok', smbd.smbclient('open', 'NT1').got, 'the others')
        t.equal([], smbd.events(event='policy_error'))


def test_without_options_it_is_left_alone(t):
    smbd = server(t, shares={'own': OWN})
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        t.equal('ok', smbd.smbclient('own', protocol).got, protocol)
    t.story(smbd, *['negotiate allowed', 'session allowed'] * 3)


def test_other_options_close_it(t):
    for option, value in (('min protocol', 'SMB2_02'), ('guest', 'deny'),
                          ('encryption algorithms', 'AES-128-GCM'),
                          ('ntlm', 'deny'), ('signing', 'required'),
                          ('signing algorithms', 'AES-128-GMAC'),
                          ('encryption', 'wurst')):
        option = 'smbguard:' + option
        smbd = server(t, shares={'own': dict(OWN, **{option: value})})
        for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
            t.equal(CLOSED, gets_nothing(t, smbd, 'own', protocol).got, option)
        t.equal('ok', smbd.smbclient('open').got)
        faults = smbd.events(event='policy_error')
        t.true(faults, 'a policy_error')
        for fault in faults:
            t.fields(fault, policy__option='vfs objects', policy__scope='own',
                     severity='critical')
            t.contains('[own]', fault['reason'])
        t.contains('smbguard: [own] is closed to 127.0.0.1', smbd.log_text())


def test_in_audit_mode_it_stays_open(t):
    smbd = server(t, shares={'own': dict(OWN, **{
        'smbguard:mode': 'audit', 'smbguard:ntlm': 'deny',
        ENCRYPTION: 'required'})})
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        t.equal('ok', smbd.smbclient('own', protocol).got, protocol)


def test_guests(t):
    """Without a key they are told nothing, and held all the same."""
    own = {'guest ok': 'yes', **OWN}
    guest, nobody = {'user': 'mallory', 'password': 'x'}, {'user': ANONYMOUS}
    loose = server(t, GUEST_OK, {'own': own})
    for who in (guest, nobody):
        t.equal('ok', loose.smbclient('own', **who).got)
    for option, value in (('encryption', 'required'), ('guest', 'deny'),
                          ('signing', 'required'), ('ntlm', 'wurst')):
        smbd = server(t, GUEST_OK, {
            'own': {'smbguard:' + option: value, **own}})
        for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
            for who in (guest, nobody):
                gets_nothing(t, smbd, 'own', protocol, **who)


def test_guest_beside_a_user(t):
    """Two sessions of a connection: neither gets what the other may not."""
    smbd = server(t, GUEST_OK, {
        'own': {'guest ok': 'yes', **OWN, **REQUIRED},
        'known': {'guest ok': 'yes', 'smbguard:guest': 'deny', **OWN},
        'open': {'guest ok': 'yes'}})
    for order in (('alice', ANONYMOUS), (ANONYMOUS, 'alice')):
        with smbd.impacket(order[0]) as client:
            client.tree('open')
            client.log_on_again(order[1])
            for user in reversed(order):
                t.true(impacket_client.status(visit, client, 'known') != 'ok',
                       'closed to ' + user)
                told = impacket_client.status(client.tree, 'own')
                t.equal(DENIED if user == ANONYMOUS else 'ok', told, user)
                client.log_on_again(order[0])


def test_logon_that_fails_behind_its_password(t):
    """smbd loads smb.conf as soon as the password is right."""
    smbd = server(t, shares={'own': {
        'server smb encrypt': 'if_required', **OWN, **REQUIRED}})
    with Logons(smbd.port, 'SMB2_10') as c:
        session = c.log_on('alice')
        t.equal(DENIED, c.tree_connect('own', session), 'before')
        t.equal(DENIED, c.attempt('alice', mech_list_mic=bytes(16)))
        t.equal(DENIED, c.tree_connect('own', session), 'after')
        t.equal('NT_STATUS_SUCCESS', c.tree_connect('open', session))


def test_native_settings_are_not_lowered(t):
    """Not even those that are what we had raised them to."""
    smbd = server(t, shares={'own': OWN})
    with smbd.impacket() as client:
        client.tree('own')  # smbd keeps a share that is in use
        for ours, native in ((REQUIRED, {'server smb encrypt': 'required'}),
                             ({'smbguard:ntlm': 'deny'}, {'available': 'no'})):
            smbd.config.update('own', ours)
            sighup(smbd)
            impacket_client.status(client.tree, 'own')
            smbd.config.update('own', dict.fromkeys(ours))
            smbd.config.update('own', native)
            sighup(smbd)
            if 'available' in native:
                t.true(impacket_client.status(client.tree, 'own') != 'ok',
                       'closed')
                continue
            number = client.tree('own')
            t.true(client.is_told_to_encrypt(number), 'told')
            with client.plain(number):
                t.equal(DENIED, impacket_client.status(client.read, number))


def test_what_was_raised_is_put_back(t):
    """With the policy it goes, also for a share that is in use."""
    smbd = server(t, shares={'own': OWN})
    with smbd.impacket() as client:
        client.tree('own')
        for ours in (REQUIRED, {'smbguard:ntlm': 'deny'}):
            smbd.config.update('own', ours)
            smbd.reload()
            t.true(impacket_client.status(plainly, client, 'own') != 'ok',
                   'held')
            smbd.config.update('own', dict.fromkeys(ours))
            smbd.reload()
            t.equal('ok', impacket_client.status(plainly, client, 'own'))


def plainly(client, share):
    number = client.tree(share)
    with client.plain(number):
        client.read(number)


def test_what_global_demands_holds(t):
    smbd = server(t, REQUIRED, {'own': OWN})
    t.equal('ok', smbd.smbclient('own').got)
    for protocol in ('SMB2_10', 'NT1'):
        gets_nothing(t, smbd, 'own', protocol)
    gets_nothing(t, smbd, 'own', 'NT1', options=OLD_LOGON)
    t.equal(['hello.txt'], files(smbd, 'own'))


def test_guest_of_global_by_an_old_logon(t):
    """Past the session gate, and no share gate there."""
    shares = {'own': dict(OWN, **{'guest ok': 'yes'})}
    guest = {'user': 'mallory', 'password': 'x', 'options': OLD_LOGON}
    loose = server(t, GUEST_OK, shares)
    t.equal('ok', loose.smbclient('own', 'NT1', **guest).got)
    for option, value in (('guest', 'deny'), ('signing', 'required'),
                          ('guest', 'wurst')):
        smbd = server(t, dict(GUEST_OK, **{'smbguard:' + option: value}),
                      shares)
        gets_nothing(t, smbd, 'own', 'NT1', **guest)
        gets_nothing(t, smbd, 'own', 'NT1', user=ANONYMOUS,
                     options=OLD_LOGON)
        if value != 'wurst':
            t.equal('ok', smbd.smbclient('own').got)


def test_ntlm_of_global_by_an_old_logon(t):
    loose = server(t, {}, {'own': OWN})
    t.equal('ok', loose.smbclient('own', 'NT1', options=OLD_LOGON).got)
    smbd = server(t, {'smbguard:ntlm': 'deny'}, {'own': OWN})
    gets_nothing(t, smbd, 'own', 'SMB3_11')
    gets_nothing(t, smbd, 'own', 'NT1')
    gets_nothing(t, smbd, 'own', 'NT1', options=OLD_LOGON)


def refuses_old_logon(t, smbd, begin=None):
    """An old logon of SMB1 gets nothing, however its negotiate comes."""
    with proxy.Proxy(smbd, begin=begin) as between:
        answer = between.smbclient('own', 'NT1', READ, options=OLD_LOGON)
    t.true(answer.status != 0, 'refused: %s' % (answer,))
    t.true('hello' not in answer.output.splitlines(), answer.output)
    t.equal(['hello.txt'], files(smbd, 'own'))
    return smbd.events(event='negotiate')


def test_old_logon_behind_what_smbd_passes_over(t):
    for other in (wire.netbios(b'', 0x85), wire.netbios(b'abcd', 1),
                  wire.netbios(b'', 0x60) * 20):
        smbd = server(t, {'smbguard:ntlm': 'deny'}, {'own': OWN})
        *_, event = refuses_old_logon(t, smbd, proxy.behind(other))
        t.fields(event, outcome='allowed', dialect='NT1')


def test_old_logon_behind_another_command(t):
    """One of those that smbd takes without a negotiate."""
    send = bytearray(wire.smb1_negotiate('x'))
    send[4] = 0xD5
    smbd = server(t, {'smbguard:ntlm': 'deny'}, {'own': OWN})
    first, second = refuses_old_logon(
        t, smbd, proxy.behind_an_answer(wire.netbios(bytes(send))))
    t.fields(first, outcome='failed')
    t.fields(second, outcome='allowed', dialect='NT1')


def test_old_logon_that_takes_its_time(t):
    """smbd waits for the rest longer than we do."""
    smbd = server(t, {'smbguard:ntlm': 'deny'}, {'own': OWN})
    event = t.one(refuses_old_logon(t, smbd, proxy.in_halves(3, 5.5)))
    t.fields(event, outcome='failed', offer__problem='the message is cut short')


def test_old_logon_through_the_echo_handler(t):
    """smbd then reads from another socket."""
    smbd = server(t, {'smbguard:ntlm': 'deny', 'async smb echo handler': 'yes'},
                  {'own': OWN})
    t.one(refuses_old_logon(t, smbd))


def test_signing_algorithms_of_global_by_an_old_logon(t):
    smbd = server(t, {'smbguard:signing algorithms': 'AES-128-GMAC'},
                  {'own': OWN})
    t.equal('ok', smbd.smbclient('own').got)
    gets_nothing(t, smbd, 'own', 'NT1')
    gets_nothing(t, smbd, 'own', 'NT1', options=OLD_LOGON)


# Shares that are made when they are asked for

def test_homes(t):
    homes = dict(OWN, **{'path': None, 'read only': 'no'})
    smbd = server(t, shares={'homes': dict(homes, **REQUIRED)})
    t.equal('ok', smbd.smbclient('alice', 'SMB3_11').got)
    for protocol in ('SMB2_10', 'NT1'):
        gets_nothing(t, smbd, 'alice', protocol)
    smbd = server(t, shares={'homes': dict(homes, **{'smbguard:ntlm':
                                                     'deny'})})
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        for name in ('alice', 'homes'):
            gets_nothing(t, smbd, name, protocol)
    t.equal('ok', smbd.smbclient('open').got)


def test_copy(t):
    smbd = server(t, shares={'own': dict(OWN, **REQUIRED),
                             'twin': {'copy': 'own', 'path': None}})
    gets_nothing(t, smbd, 'twin', 'SMB2_10')
    t.equal('ok', smbd.smbclient('twin').got)


def registry(t, **options):
    smbd = server(t, {'registry shares': 'yes'})
    commands = [('addshare', 'own', smbd.config.get('open', 'path'),
                 'writeable=y', 'guest_ok=y', ''),
                ('setparm', 'own', 'vfs objects', 'acl_xattr')]
    commands += [('setparm', 'own', 'smbguard:' + option, value)
                 for option, value in options.items()]
    for command in commands:
        status, output = t.run('net', '--configfile=' + smbd.conf, 'conf',
                               *command)
        t.equal(0, status, output)
    return smbd


def test_registry_share_that_encrypts(t):
    smbd = registry(t, encryption='required')
    for protocol in ('SMB2_10', 'NT1'):
        gets_nothing(t, smbd, 'own', protocol)
    t.equal('ok', smbd.smbclient('own').got)


def test_registry_share_with_other_options(t):
    t.equal('ok', registry(t).smbclient('own').got, 'without')
    smbd = registry(t, ntlm='deny')
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        gets_nothing(t, smbd, 'own', protocol)


def test_registry_share_of_a_connected_client(t):
    """With the reload that docs/limits.md asks for after such a change."""
    smbd = registry(t)
    with smbd.impacket(dialect='SMB2_10') as client:
        client.tree('open')
        for option, value in (('encryption', 'required'), ('ntlm', 'deny')):
            status, output = t.run(
                'net', '--configfile=' + smbd.conf, 'conf', 'setparm', 'own',
                'smbguard:' + option, value)
            t.equal(0, status, output)
            smbd.reload()
            t.true(impacket_client.status(visit, client, 'own') != 'ok',
                   option)


def visit(client, share):
    client.read(client.tree(share))


# Printers

def printer(t, options=None, more=None):
    smbd = server(t, options, {'printer': dict({
        'printable': 'yes', 'read only': 'yes', 'print command': 'mv %s %s.done',
        'lpq command': 'true', 'lprm command': 'true'}, **more or {})})
    source = os.path.join(t.directory, 'hello.txt')
    with open(source, 'w', encoding='ascii') as f:
        f.write('hello\n')
    return smbd, 'print ' + source


def jobs(smbd):
    return [name for name in files(smbd, 'printer') if name != 'hello.txt']


def test_printer_without_options(t):
    smbd, command = printer(t)
    for number, protocol in enumerate(('SMB3_11', 'SMB2_10', 'NT1')):
        answer = smbd.smbclient('printer', protocol, command)
        t.equal('ok', answer.got, protocol + answer.output)
        t.equal(number + 1, len(jobs(smbd)), 'jobs')


def test_printer_that_encrypts(t):
    smbd, command = printer(t, more=REQUIRED)
    for protocol in ('SMB2_02', 'SMB2_10', 'NT1'):
        gets_nothing(t, smbd, 'printer', protocol, command)
    gets_nothing(t, smbd, 'printer', 'NT1', command, options=OLD_LOGON)
    t.equal([], jobs(smbd))
    answer = smbd.smbclient('printer', 'SMB3_11', command)
    t.equal('ok', answer.got, answer.output)
    t.equal(1, len(jobs(smbd)), 'jobs')


def test_printer_when_global_encrypts(t):
    smbd, command = printer(t, REQUIRED)
    for protocol in ('SMB2_10', 'NT1'):
        answer = gets_nothing(t, smbd, 'printer', protocol, command)
        t.equal('session setup', answer.step)
    gets_nothing(t, smbd, 'printer', 'NT1', command, options=OLD_LOGON)
    t.equal([], jobs(smbd))
    t.equal('ok', smbd.smbclient('printer', 'SMB3_11', command).got)
    t.equal(1, len(jobs(smbd)), 'jobs')


def test_printer_with_other_options_is_closed(t):
    smbd, command = printer(t, more={'smbguard:ntlm': 'deny'})
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        answer = gets_nothing(t, smbd, 'printer', protocol, command)
        t.equal(CLOSED, answer.got)
    t.equal([], jobs(smbd))
    t.true(smbd.events(event='policy_error'), 'a policy_error')


def test_printer_and_ntlm_of_global_by_an_old_logon(t):
    loose, command = printer(t)
    t.equal('ok', loose.smbclient('printer', 'NT1', command,
                                  options=OLD_LOGON).got)
    smbd, command = printer(t, {'smbguard:ntlm': 'deny'})
    gets_nothing(t, smbd, 'printer', 'SMB3_11', command)
    gets_nothing(t, smbd, 'printer', 'NT1', command, options=OLD_LOGON)
    t.equal([], jobs(smbd))
