# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares with `vfs objects` of their own.

What: smbguard is asked about each of them, whatever stands in the list and in
whatever order, from the first connect on and after reloads: shares of smb.conf
and of the registry, usershares, [homes], copies, and shares that appear while a
client is connected.  What else stands in the list still works.
"""

import os
import shutil
import struct

import impacket_client
import wire
from clients import ANONYMOUS
from harness import DENIED, ROOT, visit
from ntlm_client import Logons
from reloads import sighup

ENCRYPTION = 'smbguard:encryption'
REQUIRED = {ENCRYPTION: 'required'}
OWN = {'vfs objects': 'catia streams_xattr'}
CALM = {'smbguard:history': 'no'}
GUEST_OK = {'map to guest': 'Bad User'}
OLD_LOGON = ['client use spnego=no', 'client ntlmv2 auth=no']
READ = 'get hello.txt -; ls; put /etc/hostname h'
ALL = ('SMB3_11', 'SMB3_00', 'SMB2_10', 'SMB2_02', 'NT1')
UNABLE = ('SMB2_10', 'SMB2_02', 'NT1')
CHAIN_END = os.path.join(ROOT, 'build/tests/module/chain_end.so')


def server(t, options=None, shares=None):
    return t.smbd(options=dict(CALM, **options or {}), shares=shares)


def gets_nothing(t, smbd, share, protocol, **more):
    """ACCESS_DENIED; nothing read and nothing written."""
    answer = smbd.smbclient(share, protocol, READ, **more)
    t.equal(DENIED, answer.got, '%s: %s' % (protocol, answer.output))
    lines = answer.output.splitlines()
    t.true('hello' not in lines and 'putting file' not in answer.output,
           protocol + answer.output)
    return answer


def files(smbd, share):
    return sorted(os.listdir(smbd.config.get(share, 'path')))


def held_to_encryption(t, smbd, share, scope=None):
    """Let in encrypted and refused below; each is one event."""
    for protocol in ('SMB3_11', 'SMB3_00'):
        t.equal('ok', smbd.smbclient(share, protocol).got, protocol)
    with smbd.connected(share):
        tcon = t.one(list(smbd.smbstatus()['tcons'].values()), 'tree')
        t.equal('full', tcon['encryption']['degree'])
    for protocol in UNABLE:
        t.equal('tree connect', gets_nothing(t, smbd, share, protocol).step)
    connects = smbd.events(event='share_connect')[-6:]
    t.equal(['allowed'] * 3 + ['denied'] * 3, [e['outcome'] for e in connects])
    for event in t.each(connects, 6):
        t.fields(event, share=share, policy__option=ENCRYPTION,
                 policy__scope=scope or share,
                 encrypted=event['outcome'] == 'allowed')


def story_of_one(share):
    """What held_to_encryption() leaves behind."""
    return visit(share) * 3 + visit(share, 'denied') * 3


def test_encryption(t):
    smbd = server(t, shares={'own': dict(OWN, **REQUIRED)})
    held_to_encryption(t, smbd, 'own')
    t.equal(['hello.txt'], files(smbd, 'own'))
    t.story(smbd, *story_of_one('own'))
    smbd.reload()
    held_to_encryption(t, smbd, 'own')
    t.story(smbd, *story_of_one('own') * 2)


def test_any_list(t):
    """In any order, twice, with a parameter, with nothing in it."""
    for objects in ('', 'acl_xattr', 'smbguard', 'smbguard acl_xattr',
                    'acl_xattr smbguard', 'acl_xattr, smbguard,catia',
                    'smbguard smbguard', 'smbguard:x acl_xattr',
                    'full_audit:y "catia" smbguard:x'):
        smbd = server(t, shares={'own': dict({'vfs objects': objects},
                                             **REQUIRED)})
        t.equal('ok', smbd.smbclient('own').got, objects)
        gets_nothing(t, smbd, 'own', 'SMB2_10')
        t.story(smbd, *visit('own'), *visit('own', 'denied'))


def test_behind_one_that_ends_the_chain(t):
    """It is never asked there, so it is moved to the front."""
    for objects in ('chain_end smbguard', 'chain_end'):
        smbd = server(t, shares={'own': dict({'vfs objects': objects},
                                             **REQUIRED)})
        shutil.copy(CHAIN_END, smbd.vfs_dir)
        t.equal('ok', smbd.smbclient('own').got, objects)
        gets_nothing(t, smbd, 'own', 'SMB2_10')
        t.story(smbd, *visit('own'), *visit('own', 'denied'))


def test_what_else_is_in_the_list_works(t):
    """catia maps names, recycle keeps what is deleted; streams are there."""
    smbd = server(t, shares={'own': dict(REQUIRED, **{
        'vfs objects': 'recycle catia streams_xattr',
        'catia:mappings': '0x24:0xa7', 'recycle:repository': '.bin'})})
    answer = smbd.smbclient('own', 'SMB3_11', (
        'put /etc/hostname a\xa7b; put /etc/hostname stream:one; del hello.txt'))
    t.equal('ok', answer.got, answer.output)
    path = smbd.config.get('own', 'path')
    t.equal(['.bin', 'a$b', 'stream'], files(smbd, 'own'))
    t.equal(['hello.txt'], os.listdir(os.path.join(path, '.bin')))
    t.true(os.listxattr(os.path.join(path, 'stream')), 'a stream')


def test_every_option(t):
    """Each is judged there as anywhere, in both modes."""
    for option, value, in_by in (
            ('min protocol', 'SMB3_00', ('SMB3_11', 'SMB3_00')),
            ('encryption algorithms', 'AES-128-GCM',
             ('SMB3_11', 'SMB2_10', 'SMB2_02', 'NT1')),
            ('ntlm', 'deny', ()), ('signing', 'required', ALL),
            ('signing algorithms', 'AES-128-GMAC', ('SMB3_11',)),
            ('encryption', 'wurst', ()), ('guest', 'deny', ALL)):
        option = 'smbguard:' + option
        own = dict(OWN, **{option: value})
        audit = dict(own, **{'smbguard:mode': 'audit'})
        smbd = server(t, shares={'own': own, 'audited': audit})
        for protocol in ALL:
            if protocol in in_by:
                t.equal('ok', smbd.smbclient('own', protocol).got,
                        '%s %s' % (option, protocol))
            else:
                gets_nothing(t, smbd, 'own', protocol)
            t.equal('ok', smbd.smbclient('audited', protocol).got, option)
        out = len(ALL) - len(in_by)
        for share, outcome in (('own', 'denied'), ('audited', 'would_deny')):
            for event in t.each(smbd.events(outcome=outcome), out, option):
                t.fields(event, event='share_connect', share=share,
                         policy__option=option, policy__scope=share)


def test_without_options_it_is_recorded(t):
    smbd = server(t, shares={'own': OWN})
    for protocol in ALL:
        t.equal('ok', smbd.smbclient('own', protocol).got, protocol)
    t.story(smbd, *visit('own') * len(ALL))


def test_without_a_default_in_global(t):
    """The preload line alone does it, too."""
    smbd = server(t, {'vfs objects': None},
                  {'own': dict(OWN, **REQUIRED), 'bare': REQUIRED})
    for share in ('own', 'bare'):
        held_to_encryption(t, smbd, share)
    t.equal('ok', smbd.smbclient('open', 'SMB2_10').got)
    t.story(smbd, *story_of_one('own'), *story_of_one('bare'), *visit('open'))


def test_list_of_global_without_smbguard_in_front(t):
    """smbd drops it in each load, which every logon is."""
    for objects in ('acl_xattr', 'catia smbguard'):
        smbd = server(t, {'vfs objects': objects}, {'own': REQUIRED})
        held_to_encryption(t, smbd, 'own')
        smbd.reload()
        held_to_encryption(t, smbd, 'own')
        with smbd.connected('own'):
            smbd.reload()
            smbd.reload()
        smbd.config.set('global', 'vfs objects', None)
        smbd.reload()
        held_to_encryption(t, smbd, 'own')
        t.story(smbd, *story_of_one('own') * 3, *visit('own'))


def test_guests(t):
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
        if value != 'wurst':
            t.equal('ok', smbd.smbclient('own').got, option)


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


def plainly(client, share):
    number = client.tree(share)
    with client.plain(number):
        client.read(number)


def test_native_settings_are_not_lowered(t):
    """Not even those that are what we had raised them to."""
    smbd = server(t, shares={'own': OWN})
    with smbd.impacket() as client:
        client.tree('own')  # smbd keeps a share that is in use
        smbd.config.update('own', REQUIRED)
        sighup(smbd)
        t.equal(DENIED, impacket_client.status(plainly, client, 'own'))
        smbd.config.update('own', dict.fromkeys(REQUIRED))
        smbd.config.update('own', {'server smb encrypt': 'required'})
        sighup(smbd)
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


def test_list_that_comes_with_a_reload(t):
    """To a share that had none, and that is in use."""
    smbd = server(t, shares={'own': REQUIRED})
    with smbd.impacket(dialect='SMB2_10') as client:
        t.equal(DENIED, impacket_client.status(client.tree, 'own'))
        for objects in ('acl_xattr', 'catia streams_xattr', None):
            smbd.config.set('own', 'vfs objects', objects)
            for reload in (smbd.reload, lambda: sighup(smbd)):
                reload()
                t.equal(DENIED, impacket_client.status(client.tree, 'own'))
    for event in t.each(smbd.events(event='share_connect'), 7):
        t.fields(event, outcome='denied', policy__option=ENCRYPTION)


def test_share_that_appears(t):
    """While a client is connected, in smb.conf."""
    smbd = server(t)
    path = smbd.config.get('open', 'path')
    with smbd.impacket(dialect='SMB2_10') as client:
        client.tree('open')
        smbd.config.update('later', dict(OWN, path=path, **REQUIRED))
        smbd.config.update('free', dict(OWN, path=path))
        smbd.reload()
        t.equal(DENIED, impacket_client.status(client.tree, 'later'))
        t.equal('ok', impacket_client.status(client.tree, 'free'))
    t.equal([('open', 'allowed'), ('later', 'denied'), ('free', 'allowed')],
            [(e['share'], e['outcome'])
             for e in smbd.events(event='share_connect')])


def test_include_of_one_account(t):
    """smbd reads that file within the logon, before anybody is asked."""
    path = os.path.join(t.directory, 'bob.conf')
    with open(path, 'w', encoding='ascii') as f:
        f.write('vfs objects = acl_xattr\nsmbguard:encryption = required\n')
    smbd = server(t, shares={'own': {
        'include': os.path.join(t.directory, '%U.conf')}})
    for protocol in ('SMB2_10', 'NT1'):
        t.equal('ok', smbd.smbclient('own', protocol).got, protocol)
        gets_nothing(t, smbd, 'own', protocol, user='bob')
    t.equal('ok', smbd.smbclient('own', user='bob').got)
    t.story(smbd, *visit('own') * 3, *visit('own', 'denied') * 2)


# Shares that are made when they are asked for

def test_homes(t):
    homes = dict(OWN, **{'path': None, 'read only': 'no'})
    smbd = server(t, shares={'homes': dict(homes, **REQUIRED)})
    t.equal('ok', smbd.smbclient('alice', 'SMB3_11').got)
    for protocol in ('SMB2_10', 'NT1'):
        for name in ('alice', 'homes'):
            answer = smbd.smbclient(name, protocol)
            t.equal(DENIED, answer.got, '%s %s' % (name, protocol))
    connects = smbd.events(event='share_connect')
    t.equal(['allowed'] + ['denied'] * 4, [e['outcome'] for e in connects])
    for event in t.each(connects, 5):
        t.fields(event, share='alice', policy__scope='homes')


def test_copy(t):
    smbd = server(t, shares={'own': dict(OWN, **REQUIRED),
                             'twin': {'copy': 'own', 'path': None}})
    gets_nothing(t, smbd, 'twin', 'SMB2_10')
    t.equal('ok', smbd.smbclient('twin').got)
    t.story(smbd, *visit('twin', 'denied'), *visit('twin'))


def net_conf(t, smbd, *words):
    status, output = t.run('net', '--configfile=' + smbd.conf, 'conf', *words)
    t.equal(0, status, output)


def add_to_registry(t, smbd, name, **options):
    net_conf(t, smbd, 'addshare', name, smbd.config.get('open', 'path'),
             'writeable=y', 'guest_ok=y', '')
    net_conf(t, smbd, 'setparm', name, 'vfs objects', 'acl_xattr')
    for option, value in options.items():
        net_conf(t, smbd, 'setparm', name, 'smbguard:' + option, value)


def test_registry_share(t):
    smbd = server(t, {'registry shares': 'yes'})
    add_to_registry(t, smbd, 'own', encryption='required')
    add_to_registry(t, smbd, 'known', ntlm='deny')
    add_to_registry(t, smbd, 'free')
    held_to_encryption(t, smbd, 'own')
    for protocol in ALL:
        gets_nothing(t, smbd, 'known', protocol)
        t.equal('ok', smbd.smbclient('free', protocol).got)
    t.story(smbd, *story_of_one('own'), *visit('free') * len(ALL),
            *visit('known', 'denied') * len(ALL))


def test_registry_share_that_signs(t):
    """It alone asks for it, and clients are told before they name a share."""
    for options, mode in (({}, 1), ({'signing': 'required'}, 3)):
        smbd = server(t, {'registry shares': 'yes'})
        add_to_registry(t, smbd, 'own', **options)
        with smbd.raw() as c:
            answer = c.ask(wire.smb2_negotiate('SMB3_00'))
            t.equal(mode, struct.unpack_from('<H', answer, 64 + 2)[0])
        with Logons(smbd.port, 'SMB3_00') as c:
            # Nothing of it is signed.
            got = c.tree_connect('own', c.log_on('alice'))
            t.equal(DENIED if mode == 3 else 'NT_STATUS_SUCCESS', got)
        t.equal('ok', smbd.smbclient('own').got)
        signed = smbd.events(event='share_connect', outcome='allowed')[-1]
        t.fields(signed, share='own', signed=True)


def test_registry_share_that_appears(t):
    """While a client is connected, and without a reload."""
    smbd = server(t, {'registry shares': 'yes'})
    with smbd.impacket(dialect='SMB2_10') as client:
        client.tree('open')
        for number, (option, value) in enumerate(
                (('encryption', 'required'), ('ntlm', 'deny'))):
            name = 'later%d' % number
            add_to_registry(t, smbd, name, **{option: value})
            t.equal(DENIED, impacket_client.status(client.tree, name))
        add_to_registry(t, smbd, 'free')
        t.equal('ok', impacket_client.status(client.tree, 'free'))
    t.equal([('open', 'allowed'), ('later0', 'denied'), ('later1', 'denied'),
             ('free', 'allowed')],
            [(e['share'], e['outcome'])
             for e in smbd.events(event='share_connect')])


def test_registry_share_that_changes(t):
    smbd = server(t, {'registry shares': 'yes'})
    add_to_registry(t, smbd, 'own')
    with smbd.impacket(dialect='SMB2_10') as client:
        t.equal('ok', impacket_client.status(client.tree, 'own'))
        for option, value in (('encryption', 'required'), ('ntlm', 'deny')):
            net_conf(t, smbd, 'setparm', 'own', 'smbguard:' + option, value)
            t.equal(DENIED, impacket_client.status(client.tree, 'own'), option)
            net_conf(t, smbd, 'delparm', 'own', 'smbguard:' + option)
            t.equal('ok', impacket_client.status(client.tree, 'own'), option)


def test_global_list_without_smbguard(t):
    """It is raised there, too, and put back while smbd frees that list."""
    smbd = server(t, {'vfs objects': 'catia streams_xattr'},
                  {'secret': {'vfs objects': None}})
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        for _ in range(3):
            t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
        with smbd.connected('open', protocol) as child:
            child.stdin.write(b'logon bob Builder-2\ntcon open\n')
            child.stdin.close()
            t.contains('tcon to open successful', child.stdout.read().decode())
    held_to_encryption(t, smbd, 'secret')
