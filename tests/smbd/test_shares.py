# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares of all kinds, and what must stay as the administrator wrote it.

What: disconnects, root preexec, IPC$, [homes], names of any letters, failed
logons, and shares that bring VFS modules of their own.
"""

import os
import time

import impacket_client
import smbconf
import server
from harness import DENIED, EXAMPLES, visit

PRIVATE = {'smbguard:encryption': 'required'}


def test_disconnect_tells_the_duration(t):
    smbd = t.smbd()
    begin = time.monotonic()
    with smbd.connected('open'):
        time.sleep(0.3)
    event = t.one(smbd.events(event='share_disconnect'))
    most = (time.monotonic() - begin) * 1e6
    t.true(300000 <= event['duration'] <= most,
           'a duration of 0.3 s or a bit more, not %d' % event['duration'])
    t.fields(event, share='open', account='alice', dialect='SMB3_11')
    connect = t.one(smbd.events(event='share_connect'))
    t.equal(connect['sessionId'], event['sessionId'])


def marking_preexec(t):
    """A `root preexec` that adds a line to a file, and a reader of both."""
    script = os.path.join(t.directory, 'preexec')
    mark = os.path.join(t.directory, 'marks')
    with open(script, 'w', encoding='ascii') as f:
        # smbd escapes the shell's letters in the option itself.
        f.write('#!/bin/sh\necho "$@" >>%s\n' % mark)
    os.chmod(script, 0o755)

    def marks():
        if not os.path.exists(mark):
            return []
        with open(mark, encoding='utf-8') as f:
            return f.read().splitlines()
    return {'root preexec': script + ' %U %S %I'}, marks


def test_root_preexec_runs_for_the_allowed_only(t):
    option, marks = marking_preexec(t)
    smbd = t.smbd(shares={'secret': option})
    t.equal('ok', smbd.smbclient('secret').got)
    t.equal(['alice secret 127.0.0.1'], marks())
    t.equal(DENIED, smbd.smbclient('secret', 'SMB2_10').got)
    t.equal(['alice secret 127.0.0.1'], marks(), 'after a refusal')
    t.equal('ok', smbd.smbclient('secret', user='bob').got)
    t.equal(['alice secret 127.0.0.1', 'bob secret 127.0.0.1'], marks())


def test_root_preexec_is_intact_after_a_refusal_in_one_process(t):
    """The refusal sets the share's preexec, and must put it back."""
    option, marks = marking_preexec(t)
    smbd = t.smbd(shares={'secret': dict(option, **{'guest ok': 'yes'})})
    with smbd.impacket(dialect='SMB3_00') as client:
        t.equal('ok', impacket_client.status(client.tree, 'secret'))
        client.log_on_again('')
        t.equal(DENIED, impacket_client.status(client.tree, 'secret'))
        client.log_on_again('bob')
        t.equal('ok', impacket_client.status(client.tree, 'secret'))
    t.equal(['allowed', 'denied', 'allowed'],
            [e['outcome'] for e in smbd.events(event='share_connect')])
    t.equal(['alice secret 127.0.0.1', 'bob secret 127.0.0.1'], marks())


def test_preexec_of_the_administrator_still_refuses(t):
    smbd = t.smbd(shares={'open': {'root preexec': 'exit 1',
                                   'root preexec close': 'yes'}})
    t.equal(DENIED, smbd.smbclient('open').got)
    t.equal('ok', smbd.smbclient('secret').got)


def test_listing_goes_through_ipc(t):
    smbd = t.smbd()
    listing = smbd.smbclient(None)
    for name in ('open', 'secret', 'IPC$'):
        t.contains(name, listing.output)
    event = t.one(smbd.events(event='share_connect'))
    t.fields(event, share='IPC$', outcome='allowed', account='alice')
    t.fields(t.one(smbd.events(event='share_disconnect')), share='IPC$')


def test_ipc_is_held_to_the_policy_of_global(t):
    # In [global], min protocol is judged at the negotiate gate; a share gate
    # that sees IPC$ must agree with it and not get in the way.
    smbd = t.smbd(options={'smbguard:min protocol': 'SMB3_00'})
    t.contains('secret', smbd.smbclient(None).output)
    t.equal([], smbd.events(outcome='denied'))


def test_homes(t):
    for name, got in (('alice', 'ok'), ('bob', 'NT_STATUS_ACCESS_DENIED')):
        smbd = t.smbd(shares={'homes': dict(PRIVATE, **{
            'path': None, 'browseable': 'no', 'read only': 'no',
            'valid users': '%S'})})
        t.equal(got, smbd.smbclient(name).got, name)
    smbd = t.smbd(shares={'homes': dict(PRIVATE, **{
        'path': None, 'browseable': 'no'})})
    t.equal('ok', smbd.smbclient('alice').got)
    t.equal(DENIED, smbd.smbclient('alice', 'SMB2_10').got)
    with smbd.connected('alice'):
        tcon = t.one(list(smbd.smbstatus()['tcons'].values()), 'tree')
    t.equal('full', tcon['encryption']['degree'])
    t.equal([('alice', 'allowed'), ('alice', 'denied'), ('alice', 'allowed')],
            [(e['share'], e['outcome'])
             for e in smbd.events(event='share_connect')])


def test_share_name_of_any_letters(t):
    name = 'Müller & Søn ₤ 日本'
    smbd = t.smbd(shares={name: PRIVATE})
    t.equal('ok', smbd.smbclient(name).got)
    t.equal(DENIED, smbd.smbclient(name, 'SMB2_10').got)
    t.equal([('allowed', name), ('denied', name)],
            [(e['outcome'], e['policy']['scope'])
             for e in smbd.events(event='share_connect')])


def test_share_found_by_another_case(t):
    smbd = t.smbd()
    t.equal('ok', smbd.smbclient('SECRET').got)
    t.equal(DENIED, smbd.smbclient('Secret', 'SMB2_10').got)
    for event in t.each(smbd.events(event='share_connect'), 2):
        t.equal('secret', event['share'])


def test_copy_of_a_protected_share(t):
    smbd = t.smbd(shares={'twin': {'copy': 'secret', 'path': None}})
    t.equal(DENIED, smbd.smbclient('twin', 'SMB2_10').got)
    t.equal('ok', smbd.smbclient('twin').got)


def test_failed_logons_are_recorded(t):
    smbd = t.smbd()
    t.equal('NT_STATUS_LOGON_FAILURE',
            smbd.smbclient('open', password='wrong').got)
    t.equal('NT_STATUS_LOGON_FAILURE',
            smbd.smbclient('open', user='mallory').got)
    t.story(smbd, *['negotiate allowed', 'auth_failed failed'] * 2)
    statuses = [e['status'] for e in smbd.events(event='auth_failed')]
    t.equal(['NT_STATUS_WRONG_PASSWORD', 'NT_STATUS_NO_SUCH_USER'], statuses)
    for event in t.each(smbd.events(event='auth_failed'), 2):
        t.fields(event, clientAddress='127.0.0.1', dialect='SMB3_11',
                 severity='notice')


def test_unknown_share_is_smbds_own_refusal(t):
    smbd = t.smbd()
    t.equal('NT_STATUS_BAD_NETWORK_NAME', smbd.smbclient('nowhere').got)
    t.story(smbd, 'negotiate allowed', 'session allowed')


def test_two_shares_in_one_session(t):
    """A refusal of one share must not taint the other, nor the reverse."""
    smbd = t.smbd()
    with smbd.impacket(dialect='SMB2_10') as client:
        for share, expected in (('open', 'ok'), ('secret', DENIED)) * 2:
            t.equal(expected, impacket_client.status(client.tree, share))
    outcomes = [(e['share'], e['outcome'])
                for e in smbd.events(event='share_connect')]
    t.equal(2, outcomes.count(('secret', 'denied')))
    t.one(smbd.events(event='session'))


def test_beside_another_vfs_module(t):
    for objects in ('smbguard acl_xattr', 'acl_xattr smbguard'):
        smbd = t.smbd(shares={'secret': {'vfs objects': objects}})
        t.equal('ok', smbd.smbclient('secret').got, objects)
        t.equal(DENIED, smbd.smbclient('secret', 'SMB2_10').got, objects)
        t.story(smbd, *visit('secret'), *visit('secret', 'denied'))


def test_changed_configuration_counts_for_new_connections(t):
    smbd = t.smbd()
    t.equal('ok', smbd.smbclient('open', 'SMB2_10').got)
    smbd.config.update('open', PRIVATE)
    smbd.reload()
    t.equal(DENIED, smbd.smbclient('open', 'SMB2_10').got)
    t.equal('ok', smbd.smbclient('open').got)


def test_examples_are_valid(t):
    """testparm, which knows no smbguard, finds nothing else to say."""
    names = [name for name in sorted(os.listdir(EXAMPLES))
             if name.endswith('.conf')]
    t.true(len(names) >= 7, 'there are examples')
    for name in names:
        config = smbconf.Config.load(os.path.join(EXAMPLES, name),
                                     MODULESDIR=server.modules_dir())
        path = os.path.join(t.directory, name)
        config.write(path)
        status, output = t.run('testparm', '--suppress-prompt', path)
        t.equal(0, status, name + output)
        t.true('nknown' not in output, name + ': ' + output)
