# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smb.conf changes while smbd runs.

What: new connections get the new policy at once; those that are there keep
their trees, and get it with the next tree they connect to.  Both by smbcontrol
and by SIGHUP.
"""

import os
import signal
import time

import impacket_client
from harness import DENIED
from ntlm_client import Logons
from reloads import sighup, smbcontrol
from smb1 import Smb1

ENCRYPTION = 'smbguard:encryption'
REQUIRED = {ENCRYPTION: 'required'}
SUCCESS = 'NT_STATUS_SUCCESS'


HOW = (smbcontrol, sighup)


def server(t, options=None, shares=None):
    """[open] and [secret] ask for nothing yet."""
    return t.smbd(options=dict({'smbguard:history': 'no'}, **options or {}),
                  shares=dict({'secret': {ENCRYPTION: None}}, **shares or {}))


def tree(client, share):
    return impacket_client.status(client.tree, share)


def connects(smbd):
    return [(e['share'], e['outcome'], (e.get('policy') or {}).get('option'))
            for e in smbd.events(event='share_connect')]


def test_new_connections(t):
    for change in HOW:
        smbd = server(t)
        t.equal('ok', smbd.smbclient('open', 'SMB2_10').got)
        smbd.config.update('open', REQUIRED)
        change(smbd)
        t.equal(DENIED, smbd.smbclient('open', 'SMB2_10').got)
        with smbd.connected('open'):
            got = t.one(list(smbd.smbstatus()['tcons'].values()), 'tree')
        t.equal('full', got['encryption']['degree'])
        smbd.config.set('open', ENCRYPTION, None)
        change(smbd)
        t.equal('ok', smbd.smbclient('open', 'SMB2_10').got)
        t.equal([('open', 'allowed', None), ('open', 'denied', ENCRYPTION),
                 ('open', 'allowed', ENCRYPTION), ('open', 'allowed', None)],
                connects(smbd))


def test_new_connections_global(t):
    changes = {'smbguard:min protocol': 'SMB3_00',
               'smbguard:encryption': 'required',
               'smbguard:signing algorithms': 'AES-128-GMAC',
               'smbguard:ntlm': 'deny'}
    for change in HOW:
        smbd = server(t)
        for option, value in changes.items():
            t.equal('ok', smbd.smbclient('open', 'SMB2_10').got, option)
            smbd.config.set('global', option, value)
            change(smbd)
            t.true(smbd.smbclient('open', 'SMB2_10').status != 0, option)
            t.fields(smbd.events()[-1], outcome='denied',
                     policy__option=option)
            smbd.config.set('global', option, None)
            change(smbd)


def test_connected_client_is_told_to_encrypt(t):
    for change in HOW:
        smbd = server(t)
        with smbd.impacket() as client:
            old = client.tree('open')
            with client.plain(old):
                t.equal(b'hello\n', client.read(old), 'before')
            smbd.config.update('open', REQUIRED)
            smbd.config.update('secret', REQUIRED)
            change(smbd)
            for share in ('open', 'secret'):
                new = client.tree(share)
                t.true(client.is_told_to_encrypt(new), 'told: ' + share)
                t.equal(b'hello\n', client.read(new), 'encrypted')
                with client.plain(new):
                    t.equal(DENIED, impacket_client.status(client.read, new))
            # A tree that is there is as it was.
            with client.plain(old):
                t.equal(b'hello\n', client.read(old), 'after')
        t.equal([('open', 'allowed', None), ('open', 'allowed', ENCRYPTION),
                 ('secret', 'allowed', ENCRYPTION)], connects(smbd))


def test_connected_client_that_cannot(t):
    for dialect in ('SMB2_10', 'NT1'):
        for change in HOW:
            smbd = server(t)
            with smbd.impacket(dialect=dialect) as client:
                number = client.tree('open')
                t.equal(b'hello\n', client.read(number), dialect)
                smbd.config.update('open', REQUIRED)
                change(smbd)
                t.equal(DENIED, tree(client, 'open'), dialect)
                t.equal('ok', tree(client, 'secret'), dialect)
                smbd.config.set('open', ENCRYPTION, None)
                change(smbd)
                number = client.tree('open')
                t.equal(b'hello\n', client.read(number), dialect)
            t.equal([('open', 'allowed', None), ('open', 'denied', ENCRYPTION),
                     ('secret', 'allowed', None), ('open', 'allowed', None)],
                    connects(smbd))


def test_policy_is_removed(t):
    for change in HOW:
        smbd = server(t, shares={'secret': REQUIRED})
        with smbd.impacket() as client:
            held = client.tree('secret')
            smbd.config.set('secret', ENCRYPTION, None)
            change(smbd)
            with client.plain(held):
                t.equal(DENIED, impacket_client.status(client.read, held),
                        'the tree is held as it was')
            # smbd forgets no removed option of a share in a process that it
            # has; so the client may be told, and is not held to it.
            new = client.tree('secret')
            with client.plain(new):
                t.equal(b'hello\n', client.read(new), 'plain')


def test_encryption_of_global_for_the_connected(t):
    """Their session is there already; the share gate judges in its place."""
    for change in HOW:
        smbd = server(t)
        with smbd.impacket(dialect='SMB2_10') as old, smbd.impacket() as new:
            for client in (old, new):
                t.equal('ok', tree(client, 'open'))
            smbd.config.update('global', REQUIRED)
            change(smbd)
            t.equal(DENIED, tree(old, 'open'))
            number = new.tree('open')
            t.true(new.is_told_to_encrypt(number), 'told to encrypt')
            with new.plain(number):
                t.equal(DENIED, impacket_client.status(new.read, number))
        for event in t.each(smbd.events(event='share_connect')[2:], 2):
            t.fields(event, policy__option=ENCRYPTION, policy__scope='global')


def test_other_options_for_the_connected(t):
    """What is settled with the session is judged again with each tree."""
    changes = {'smbguard:ntlm': 'deny', 'smbguard:min protocol': 'SMB3_00',
               'smbguard:signing algorithms': 'AES-128-GMAC',
               'smbguard:guest': 'wurst'}
    for section in ('global', 'open'):
        smbd = server(t)
        with smbd.impacket(dialect='SMB2_10') as client:
            for option, value in changes.items():
                t.equal('ok', tree(client, 'open'), option)
                smbd.config.set(section, option, value)
                smbd.reload()
                t.equal(DENIED, tree(client, 'open'), option)
                smbd.config.set(section, option, None)
                smbd.reload()
        denied = smbd.events(event='share_connect', outcome='denied')
        t.equal([(option, section) for option in changes],
                [(e['policy']['option'], e['policy']['scope'])
                 for e in denied])


def test_guest_of_a_connected_client(t):
    shares = {'open': {'guest ok': 'yes'}}
    smbd = server(t, {'map to guest': 'Bad User'}, shares)
    with smbd.impacket('mallory', 'SMB2_10') as client:
        t.equal('ok', tree(client, 'open'))
        smbd.config.set('open', 'smbguard:guest', 'deny')
        smbd.reload()
        t.equal(DENIED, tree(client, 'open'))
    t.equal([('open', 'allowed', None), ('open', 'denied', 'smbguard:guest')],
            connects(smbd))


def test_signing_for_the_connected(t):
    """It is not told any more to sign; unsigned requests are refused."""
    smbd = server(t)
    with smbd.impacket(dialect='SMB2_10') as client:
        number = client.tree('open')
        t.equal(b'hello\n', client.read(number))
        smbd.config.set('open', 'smbguard:signing', 'required')
        smbd.reload()
        try:
            number = client.tree('open')
        except Exception as e:  # also right: no unsigned tree connect
            t.contains('ACCESS_DENIED', str(e))
        t.equal(DENIED, impacket_client.status(client.read, number))


def test_signing_for_the_connected_of_smb1(t):
    """Its signing was settled with the dialect: who did not agree to it cannot
    sign any more, and is not let in."""
    required = {'smbguard:signing': 'required'}
    smbd = server(t)
    with smbd.impacket(dialect='NT1') as client:
        t.equal(b'hello\n', client.read(client.tree('open')))
        smbd.config.update('open', required)
        smbd.reload()
        t.equal(DENIED, tree(client, 'open'))
    event = smbd.events(event='share_connect')[-1]
    t.fields(event, outcome='denied', signed=False, dialect='NT1',
             policy__option='smbguard:signing', policy__actual='none')
    # One that says that it signs, and does not: smbd would let it read.
    smbd.config.set('open', 'smbguard:signing', None)
    smbd.config.set('global', 'server signing', 'auto')
    smbd.reload()
    with Smb1(smbd.port, announces_signing=True) as client:
        t.equal(SUCCESS, client.log_on('alice'))
        t.equal(SUCCESS, client.tree('open'))
        t.equal(b'hello\n', client.read_file())
        smbd.config.update('open', required)
        smbd.reload()
        t.equal(DENIED, client.tree('open'))
    t.fields(smbd.events(event='share_connect')[-1], outcome='denied',
             signed=False, policy__option='smbguard:signing')
    # Who connects now is told to sign.
    with smbd.impacket(dialect='NT1') as client:
        t.equal(b'hello\n', client.read(client.tree('open')))
    event = smbd.events(event='share_connect')[-1]
    t.fields(event, outcome='allowed', signed=True, policy__actual='MD5')


def test_signing_of_one_account(t):
    """The share asks for it when smbd knows the account, too late to tell the
    client: one that signs by itself gets in, and SMB1 does not."""
    path = os.path.join(t.directory, 'bob.conf')
    with open(path, 'w', encoding='ascii') as f:
        f.write('smbguard:signing = required\n')
    smbd = server(t, shares={'open': {
        'include': os.path.join(t.directory, '%U.conf')}})
    for user, got in (('alice', 'ok'), ('bob', DENIED)):
        with smbd.impacket(user, 'NT1') as client:
            t.equal(got, tree(client, 'open'), user)
        t.equal('ok', smbd.smbclient('open', user=user, options=[
            'client signing=required']).got, user)
    t.equal([('NT1', 'denied', False), ('SMB3_11', 'allowed', True)],
            [(e['dialect'], e['outcome'], e['signed']) for e in smbd.events(
                event='share_connect', account='bob')])


def test_mode_changes(t):
    smbd = server(t, shares={'secret': dict(REQUIRED, **{
        'smbguard:mode': 'audit'})})
    with smbd.impacket(dialect='SMB2_10') as client:
        t.equal('ok', tree(client, 'secret'))
        smbd.config.set('secret', 'smbguard:mode', 'enforce')
        smbd.reload()
        t.equal(DENIED, tree(client, 'secret'))
        smbd.config.set('secret', 'smbguard:mode', 'audit')
        smbd.reload()
        t.equal('ok', tree(client, 'secret'))
    t.equal(['would_deny', 'denied', 'would_deny'],
            [outcome for _, outcome, _ in connects(smbd)])


def test_share_that_is_new(t):
    smbd = server(t)
    with smbd.impacket() as client, smbd.impacket(dialect='SMB2_10') as old:
        for one in (client, old):
            t.equal('ok', tree(one, 'open'))
        smbd.config.update('late', dict(REQUIRED, path=smbd.config.get(
            'open', 'path')))
        smbd.reload()
        number = client.tree('late')
        t.true(client.is_told_to_encrypt(number), 'told to encrypt')
        t.equal(b'hello\n', client.read(number))
        t.equal(DENIED, tree(old, 'late'))


def test_session_setups_leave_the_knobs_turned(t):
    """smbd loads smb.conf in each, for %U."""
    smbd = server(t, shares={'secret': REQUIRED})
    with smbd.impacket() as client:
        for user in ('alice', 'bob', 'alice'):
            client.log_on_again(user)
            for share, told in (('secret', True), ('open', False)):
                number = client.tree(share)
                t.equal(told, client.is_told_to_encrypt(number),
                        '%s %s' % (user, share))
    t.equal(4, len(smbd.events(event='session')))


def test_guest_beside_a_user_leaves_the_knobs_turned(t):
    """The user is still told to encrypt, and so let in."""
    smbd = server(t, {'map to guest': 'Bad User'}, {'secret': REQUIRED})
    with Logons(smbd.port, 'SMB3_02') as c:
        session = c.log_on('alice')
        for _ in range(2):
            t.equal(SUCCESS, c.attempt('mallory', 'x'))
            t.equal(SUCCESS, c.tree_connect('secret', session))
    t.equal([('secret', 'allowed', ENCRYPTION)] * 2, connects(smbd))


def test_session_setup_between_change_and_reload(t):
    """A logon alone makes smbd notice that smb.conf has changed."""
    smbd = server(t)
    with smbd.impacket() as client:
        t.equal('ok', tree(client, 'open'))
        smbd.config.update('open', REQUIRED)
        smbd.config.write(smbd.conf)
        os.utime(smbd.conf, (time.time() + 5, time.time() + 5))
        client.log_on_again('bob')
        number = client.tree('open')
        t.true(client.is_told_to_encrypt(number), 'told to encrypt')
        with client.plain(number):
            t.equal(DENIED, impacket_client.status(client.read, number))


def test_reload_without_a_change(t):
    smbd = server(t, shares={'secret': REQUIRED})
    with smbd.impacket() as client:
        for change in HOW:
            change(smbd)
            number = client.tree('secret')
            t.true(client.is_told_to_encrypt(number), 'told to encrypt')
            t.equal(b'hello\n', client.read(number))
    t.equal(DENIED, smbd.smbclient('secret', 'SMB2_10').got)
    t.equal('ok', smbd.smbclient('open', 'NT1').got)
