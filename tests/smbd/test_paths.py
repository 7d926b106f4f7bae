# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Equivalent ways to a share, each held to the policy.

What: IPC$, [homes], usershares, registry shares, DFS links, and SMB1 logons
without extended security.  Second channels are in test_channels.py, printers in
test_printers.py, shares with `vfs objects` of their own in test_own_objects.py.
"""

import os
import struct

from impacket.smb3structs import (FSCTL_DFS_GET_REFERRALS,
                                  SMB2_0_IOCTL_IS_FSCTL)

import check_tool
from clients import ANONYMOUS
from harness import DENIED, visit
from ntlm_client import Logons

ENCRYPTION = 'smbguard:encryption'
REQUIRED = {ENCRYPTION: 'required'}
CALM = {'smbguard:history': 'no'}
GUEST_OK = {'map to guest': 'Bad User'}
# As curl logs on; smbclient then has no NTLMv2.
OLD_LOGON = ['client use spnego=no', 'client ntlmv2 auth=no']
LISTING = None
ABLE, UNABLE = 'SMB3_11', ('SMB2_10', 'NT1')


def server(t, options=None, shares=None):
    return t.smbd(options=dict(CALM, **options or {}), shares=shares)


def both(t, smbd, share, scope=None):
    """Who can encrypt gets in, encrypted; who cannot does not."""
    answer = smbd.smbclient(share, ABLE, 'get hello.txt -')
    t.equal(('ok', True), (answer.got, 'hello' in answer.output), share)
    for protocol in UNABLE:
        answer = smbd.smbclient(share, protocol, 'get hello.txt -')
        t.equal((DENIED, 'tree connect'), (answer.got, answer.step), protocol)
        t.true('hello' not in answer.output, 'nothing is read')
    events = smbd.events(event='share_connect')[-3:]
    t.equal([('allowed', True), ('denied', False), ('denied', False)],
            [(e['outcome'], e['encrypted']) for e in events])
    for event in events:
        t.fields(event, share=share, policy__option=ENCRYPTION,
                 policy__scope=scope or share)
    t.story(smbd, *visit(share), *visit(share, 'denied') * 2)


# IPC$

def test_ipc_when_global_encrypts(t):
    smbd = server(t, REQUIRED)
    for share in (LISTING, 'IPC$'):
        t.equal('ok', smbd.smbclient(share, ABLE, 'exit').got)
        for protocol in UNABLE:
            answer = smbd.smbclient(share, protocol, 'exit')
            t.equal((DENIED, 'session setup'), (answer.got, answer.step))
    connects = smbd.events(event='share_connect')
    t.equal([('IPC$', 'allowed', True)] * len(connects),
            [(e['share'], e['outcome'], e['encrypted']) for e in connects])
    t.true(connects, 'tree connects')


def test_ipc_by_an_old_logon(t):
    """SMB1 without extended security, as for any share."""
    for options in (REQUIRED, {'smbguard:ntlm': 'deny'}):
        smbd = server(t, options)
        for share in ('IPC$', 'open'):
            answer = smbd.smbclient(share, 'NT1', options=OLD_LOGON)
            t.equal((DENIED, 'session setup'), (answer.got, answer.step))
        for event in t.each(smbd.events(event='session'), 2):
            t.fields(event, outcome='denied', policy__scope='global',
                     policy__option=list(options)[0], account='alice',
                     authMechanism='NTLM', passwordType='NTLMv1')
        t.true(smbd.smbclient(LISTING, 'NT1', options=OLD_LOGON).status != 0,
               'no listing')
    smbd = server(t)
    t.equal('ok', smbd.smbclient('open', 'NT1', options=OLD_LOGON).got)


def test_ipc_by_nobody(t):
    loose = server(t)
    t.equal('ok', loose.smbclient(LISTING, user=ANONYMOUS).got)
    smbd = server(t, {'smbguard:guest': 'deny'})
    for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
        answer = smbd.smbclient(LISTING, protocol, user=ANONYMOUS)
        t.equal((DENIED, 'session setup'), (answer.got, answer.step))
        t.equal('ok', smbd.smbclient(LISTING, protocol).got)
    answer = smbd.smbclient('IPC$', 'NT1', 'exit', user=ANONYMOUS,
                            options=OLD_LOGON)
    t.equal((DENIED, 'tree connect'), (answer.got, answer.step))


def test_ipc_has_options_of_its_own(t):
    smbd = server(t, shares={'IPC$': dict(REQUIRED, path='/tmp')})
    t.equal('ok', smbd.smbclient('IPC$', ABLE, 'exit').got)
    for protocol in UNABLE:
        t.equal(DENIED, smbd.smbclient('IPC$', protocol, 'exit').got, protocol)
        t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
    t.equal(['allowed', 'denied', 'denied'],
            [e['outcome'] for e in smbd.events(event='share_connect',
                                               share='IPC$')])


def test_ipc_where_some_shares_alone_list_smbguard(t):
    """smbd makes IPC$ of [global], which the gates have raised by then."""
    alone = {'open': {'vfs objects': 'smbguard'}}
    old = ('IPC$', 'NT1', 'exit')
    for own in (None, 'acl_xattr'):
        smbd = server(t, {'vfs objects': own, 'smbguard:guest': 'deny'}, alone)
        for reloaded in (False, True):
            if reloaded:
                smbd.reload()
            answer = smbd.smbclient(*old, user=ANONYMOUS, options=OLD_LOGON)
            t.equal((DENIED, 'tree connect'), (answer.got, answer.step))
            t.equal('ok', smbd.smbclient('IPC$', ABLE, 'exit').got)
        t.equal([('IPC$', 'ANONYMOUS LOGON', 'denied'),
                 ('IPC$', 'alice', 'allowed')] * 2,
                [(e['share'], e['account'], e['outcome'])
                 for e in smbd.events(event='share_connect')])
        told = check_tool.check(t, smbd.conf)[1]
        t.equal([('note', 'IPC$')],
                [(f['severity'], f['section']) for f in told['findings']
                 if f['id'] == 'share-fallback' and f['section'] != 'secret'])
    smbd = server(t, {'vfs objects': None, 'smbguard:mode': 'audit',
                      'smbguard:guest': 'deny'}, alone)
    t.equal('ok', smbd.smbclient(LISTING, user=ANONYMOUS).got)
    t.fields(t.one(smbd.events(event='share_connect')), share='IPC$',
             outcome='would_deny', account='ANONYMOUS LOGON')


def test_ipc_where_nothing_is_preloaded(t):
    """Then the list of [global] is all that there is."""
    for objects, expected in (('smbguard', DENIED), (None, 'ok')):
        smbd = t.smbd(options={'vfs objects': objects, 'smbguard:ntlm': 'deny',
                               **CALM}, preload=None,
                      shares={'open': {'vfs objects': 'smbguard'}})
        t.equal(expected, smbd.smbclient('IPC$', ABLE, 'exit').got)
        t.equal(DENIED, smbd.smbclient('open', ABLE, 'exit').got)
        t.equal(['IPC$', 'open'][expected == 'ok':], [
            e['share'] for e in smbd.events(event='share_connect',
                                            outcome='denied')])
        told = check_tool.check(t, smbd.conf)[1]
        t.equal(expected == 'ok', ('share-unguarded', 'IPC$') in [
            (f['id'], f['section']) for f in told['findings']])


# [homes]

def test_homes(t):
    homes = {'path': None, 'browseable': 'no', 'read only': 'no'}
    for option, value, refused in (
            ('encryption', 'required', ('SMB2_10', 'NT1')),
            ('min protocol', 'SMB3_00', ('SMB2_10', 'NT1')),
            ('signing algorithms', 'AES-128-GMAC', ('SMB3_00', 'SMB2_10')),
            ('ntlm', 'deny', ('SMB3_11', 'NT1'))):
        smbd = server(t, shares={'homes': dict(homes, **{
            'smbguard:' + option: value})})
        for name in ('alice', 'homes'):
            for protocol in refused:
                t.equal(DENIED, smbd.smbclient(name, protocol).got,
                        '%s %s %s' % (name, option, protocol))
            if option != 'ntlm':
                t.equal('ok', smbd.smbclient(name).got, name)
        count = 2 * len(refused)
        for event in t.each(smbd.events(event='share_connect',
                                        outcome='denied'), count):
            t.fields(event, policy__option='smbguard:' + option, share='alice',
                     policy__scope='homes')
            t.contains('in [homes]', event['reason'])
        t.equal([], smbd.events(event='policy_error'))


# Usershares

def usershare(t, smbd_options, template):
    """A server with the usershare [mine]; template: what it is made from."""
    directory = os.path.join(t.directory, 'usershares')
    os.makedirs(directory)
    os.chown(directory, 0, 0)
    os.chmod(directory, 0o1770)
    path = os.path.join(t.directory, 'mine')
    os.makedirs(path)
    os.chmod(path, 0o777)
    with open(os.path.join(path, 'hello.txt'), 'w', encoding='ascii') as f:
        f.write('hello\n')
    with open(os.path.join(directory, 'mine'), 'w', encoding='ascii') as f:
        f.write('#VERSION 2\npath=%s\ncomment=\nusershare_acl=S-1-1-0:F\n'
                'guest_ok=y\nsharename=mine\n' % path)
    os.chmod(os.path.join(directory, 'mine'), 0o644)
    options = dict(smbd_options, **{
        'usershare path': directory, 'usershare max shares': '10',
        'usershare owner only': 'no', 'usershare allow guests': 'yes'})
    shares = {}
    if template is not None:
        options['usershare template share'] = 'template'
        shares['template'] = dict(template, **{'browseable': 'no'})
    return server(t, options, shares)


def test_usershare(t):
    smbd = usershare(t, {}, None)
    for protocol in (ABLE,) + UNABLE:
        t.equal('ok', smbd.smbclient('mine', protocol).got, protocol)
    t.story(smbd, *visit('mine') * 3)


def test_usershare_when_global_asks(t):
    smbd = usershare(t, dict(GUEST_OK, **{'smbguard:guest': 'deny'}), None)
    t.equal('ok', smbd.smbclient('mine').got)
    t.equal(DENIED, smbd.smbclient('mine', user='mallory', password='x').got)
    answer = smbd.smbclient('mine', 'NT1', user='mallory', password='x',
                            options=OLD_LOGON)
    t.equal((DENIED, 'session setup'), (answer.got, answer.step))
    t.fields(smbd.events()[-1], event='session', outcome='denied',
             policy__option='smbguard:guest', policy__scope='global')


def test_usershare_whose_template_encrypts(t):
    both(t, usershare(t, {}, REQUIRED), 'mine', 'template')


def test_usershare_whose_template_is_no_share(t):
    both(t, usershare(t, {}, dict(REQUIRED, **{'-valid': 'no'})), 'mine',
         'template')


def test_usershare_whose_template_has_a_floor(t):
    smbd = usershare(t, {}, {'smbguard:min protocol': 'SMB3_00'})
    t.equal('ok', smbd.smbclient('mine').got)
    for protocol in UNABLE:
        t.equal(DENIED, smbd.smbclient('mine', protocol).got, protocol)


# Shares of the registry

def net_conf(t, smbd, *words):
    status, output = t.run('net', '--configfile=' + smbd.conf, 'conf', *words)
    t.equal(0, status, output)


def add_registry_share(t, smbd, name, **options):
    net_conf(t, smbd, 'addshare', name, smbd.config.get('open', 'path'),
             'writeable=y', 'guest_ok=y', '')
    for option, value in options.items():
        net_conf(t, smbd, 'setparm', name, 'smbguard:' + option, value)


def test_registry_share(t):
    smbd = server(t, {'registry shares': 'yes'})
    add_registry_share(t, smbd, 'plain')
    for protocol in (ABLE,) + UNABLE:
        t.equal('ok', smbd.smbclient('plain', protocol).got, protocol)
    t.story(smbd, *visit('plain') * 3)


def test_registry_share_that_encrypts(t):
    smbd = server(t, {'registry shares': 'yes'})
    add_registry_share(t, smbd, 'inside', encryption='required')
    both(t, smbd, 'inside')


def test_registry_share_that_encrypts_by_another_case(t):
    smbd = server(t, {'registry shares': 'yes'})
    add_registry_share(t, smbd, 'inside', encryption='required')
    t.equal('ok', smbd.smbclient('INSIDE').got)
    t.equal(DENIED, smbd.smbclient('INSIDE', 'SMB2_10').got)


def test_registry_share_of_a_connected_client(t):
    """It may be refused once, since smbd loads the share only then."""
    smbd = server(t, {'registry shares': 'yes'})
    with smbd.impacket() as client:
        client.tree('open')
        add_registry_share(t, smbd, 'inside', encryption='required')
        try:
            number = client.tree('inside')
        except Exception as e:
            t.contains('ACCESS_DENIED', str(e))
            number = client.tree('inside')
        t.true(client.is_told_to_encrypt(number), 'told to encrypt')
        t.equal(b'hello\n', client.read(number))


def test_registry_share_with_other_options(t):
    smbd = server(t, dict(GUEST_OK, **{'registry shares': 'yes'}))
    add_registry_share(t, smbd, 'floor', **{'min protocol': 'SMB3_00'})
    add_registry_share(t, smbd, 'known', guest='deny')
    add_registry_share(t, smbd, 'faulty', signing='wurst')
    t.equal('ok', smbd.smbclient('floor').got)
    t.equal(DENIED, smbd.smbclient('floor', 'SMB2_10').got)
    t.equal('ok', smbd.smbclient('known').got)
    t.equal(DENIED, smbd.smbclient('known', user='mallory', password='x').got)
    t.equal(DENIED, smbd.smbclient('faulty').got)
    t.equal([('floor', 'smbguard:min protocol'), ('known', 'smbguard:guest'),
             ('faulty', 'smbguard:signing')],
            [(e['share'], e['policy']['option'])
             for e in smbd.events(event='share_connect', outcome='denied')])


def test_policy_of_global_in_the_registry(t):
    smbd = server(t, {'include': 'registry'})
    net_conf(t, smbd, 'setparm', 'global', 'smbguard:min protocol', 'SMB3_00')
    t.true(smbd.smbclient('open', 'SMB2_10').status != 0, 'refused')
    t.equal('ok', smbd.smbclient('open').got)
    t.fields(smbd.events()[0], outcome='denied',
             policy__option='smbguard:min protocol')


# DFS

def test_dfs_root_with_other_options(t):
    """smbd looks into the share by itself as well, for referrals."""
    smbd = server(t, dict(GUEST_OK, **{'host msdfs': 'yes'}), {
        'floor': {'msdfs root': 'yes', 'smbguard:min protocol': 'SMB3_00'},
        'known': {'msdfs root': 'yes', 'guest ok': 'yes',
                  'smbguard:guest': 'deny'}})
    for protocol, got in ((ABLE, 'ok'), ('SMB2_10', DENIED), ('NT1', DENIED)):
        t.equal(got, smbd.smbclient('floor', protocol).got, protocol)
        t.equal('ok', smbd.smbclient('known', protocol).got, protocol)
        t.equal(DENIED, smbd.smbclient('known', protocol, user='mallory',
                                       password='x').got, protocol)
    t.equal(['allowed', 'denied', 'denied'],
            [e['outcome'] for e in smbd.events(event='share_connect',
                                               share='floor')])


def test_referral_is_no_tree_connect(t):
    """smbd connects to the share by itself for it: nobody is judged, and there
    is no event."""
    smbd = server(t, {'host msdfs': 'yes'}, {
        'floor': dict(REQUIRED, **{'msdfs root': 'yes'})})
    os.symlink('msdfs:elsewhere\\share',
               os.path.join(smbd.config.get('floor', 'path'), 'link'))
    ask = struct.pack('<H', 4) + '\\127.0.0.1\\floor\\link\0'.encode('utf-16-le')
    with smbd.impacket(dialect='SMB2_10') as client:
        answer = client.connection.getSMBServer().ioctl(
            client.tree('IPC$'), None, FSCTL_DFS_GET_REFERRALS,
            flags=SMB2_0_IOCTL_IS_FSCTL, inputBlob=ask, maxInputResponse=0,
            maxOutputResponse=4096)
        t.contains('elsewhere'.encode('utf-16-le'), answer, 'a referral')
    t.equal(['IPC$'], [e['share']
                       for e in smbd.events(event='share_connect')])
    t.equal(DENIED, smbd.smbclient('floor', 'SMB2_10').got)


# SMB1 without extended security

def old_logon(smbd, share, **more):
    answer = smbd.smbclient(share, 'NT1', options=OLD_LOGON, **more)
    return answer.got, answer.step


def test_old_logon_and_encryption(t):
    smbd = server(t)
    t.equal(('ok', ''), old_logon(smbd, 'open'))
    t.equal((DENIED, 'tree connect'), old_logon(smbd, 'secret'))
    t.fields(t.one(smbd.events(outcome='denied')), event='share_connect',
             share='secret', account='alice', dialect='NT1',
             policy__option=ENCRYPTION)
    t.story(smbd, *visit('open'), *visit('secret', 'denied'))


def test_old_logon_and_guests(t):
    shares = {'open': {'guest ok': 'yes'},
              'known': {'guest ok': 'yes', 'smbguard:guest': 'deny'}}
    guest = {'user': 'mallory', 'password': 'x'}
    nobody = {'user': ANONYMOUS}
    smbd = server(t, GUEST_OK, shares)
    for who in (guest, nobody):
        t.equal(('ok', ''), old_logon(smbd, 'open', **who))
        t.equal((DENIED, 'tree connect'), old_logon(smbd, 'known', **who))
    t.equal(('ok', ''), old_logon(smbd, 'known'))
    smbd = server(t, dict(GUEST_OK, **{'smbguard:guest': 'deny'}), shares)
    # smbd shows nobody that an anonymous one comes: it is judged when used.
    t.equal((DENIED, 'session setup'), old_logon(smbd, 'open', **guest))
    t.equal((DENIED, 'tree connect'), old_logon(smbd, 'open', **nobody))
    t.equal(('ok', ''), old_logon(smbd, 'open'))
    t.story(smbd, 'negotiate allowed', 'auth_failed failed', 'session denied',
            *visit('open', 'denied')[:1], 'session denied',
            'share_connect denied open', *visit('open'))


def test_old_logon_and_downgrade(t):
    """alice had SMB 3.1.1 here; to come back so is less."""
    for more, got in (({}, 'ok'), ({'smbguard:downgrade': 'refuse'}, DENIED)):
        smbd = t.smbd(options={'smbguard:history': 'yes', **more})
        t.equal('ok', smbd.smbclient('open').got)
        t.equal(got, old_logon(smbd, 'open')[0])
        t.fields(t.one(smbd.events(event='downgrade')), dialect='NT1',
                 downgrade__was='SMB3_11')
        t.fields(smbd.events(event='session')[-1], account='alice',
                 outcome='denied' if more else 'allowed')


def test_old_logon_and_ntlm(t):
    smbd = server(t, shares={'tickets': {'smbguard:ntlm': 'deny'}})
    t.equal(('ok', ''), old_logon(smbd, 'open'))
    t.equal((DENIED, 'tree connect'), old_logon(smbd, 'tickets'))
    smbd = server(t, {'smbguard:ntlm': 'deny'})
    t.equal((DENIED, 'session setup'), old_logon(smbd, 'open'))
    t.fields(smbd.events()[-1], event='session', outcome='denied',
             policy__scope='global', policy__option='smbguard:ntlm')


def test_unencrypted_passwords_are_ruled_out(t):
    """smbd asks for encrypted ones instead, and the event says so."""
    words = 'Unencrypted and LANMAN passwords are not accepted'
    plain = OLD_LOGON + ['client plaintext auth=yes',
                         'client lanman auth=yes']
    native = {'encrypt passwords': 'no', 'lanman auth': 'yes'}
    for options, share, ruled_out in (
            ({}, {}, False),
            ({'smbguard:guest': 'deny', 'smbguard:mode': 'audit'}, {}, False),
            ({'smbguard:guest': 'deny'}, {}, True),
            ({}, {'smbguard:guest': 'deny'}, True),
            ({}, {'smbguard:ntlm': 'deny'}, True),
            ({'smbguard:auth failure delay': '1'}, {}, True),
            ({'smbguard:exceptions': 'a', 'smbguard:a users': 'bob',
              'smbguard:a allow': 'unencrypted', 'smbguard:a reason': 'test',
              'smbguard:a until': '2099-12-31'}, {}, True)):
        smbd = server(t, dict(native, **options), {'known': share})
        answer = smbd.smbclient('open', 'NT1', options=plain)
        # No account here has a password that smbd could compare as such.
        t.equal('ok' if ruled_out else 'NT_STATUS_LOGON_FAILURE', answer.got,
                '%s %s' % (options, share))
        negotiate = smbd.events()[0]
        t.fields(negotiate, event='negotiate', outcome='allowed')
        t.equal(ruled_out, words in negotiate['reason'], negotiate['reason'])


# Files that smb.conf includes by address or account

def test_include_by_address_and_account(t):
    """smbd reads those when it knows whom it has to do with."""
    for name, line in (('127.0.0.2', 'smbguard:ntlm = deny'),
                       ('bob', 'smbguard:encryption = required')):
        path = os.path.join(t.directory, name + '.conf')
        with open(path, 'w', encoding='ascii') as f:
            f.write('[global]\n\t%s\n' % line)
    smbd = server(t, {'include': os.path.join(t.directory, '%I.conf')})
    for source, got in (('127.0.0.1', 'NT_STATUS_SUCCESS'),
                        ('127.0.0.2', DENIED)):
        with Logons(smbd.port, 'SMB3_02', source) as c:
            t.equal(got, c.attempt('alice'), source)
    smbd = server(t, {'include': os.path.join(t.directory, '%U.conf')})
    for protocol in UNABLE:
        t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
        answer = smbd.smbclient('open', protocol, user='bob')
        t.equal((DENIED, 'session setup'), (answer.got, answer.step))
    t.equal('ok', smbd.smbclient('open', user='bob').got)
    t.fields(smbd.events(event='session')[-1], encrypted=True)
