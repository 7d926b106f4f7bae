# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose file events they are, and over what: accounts of one connection, requests
that are encrypted and such that are not, durable handles.
"""

import struct

import smb1
import smb2_files as smb2
from file_events import ALL, line, lines, of_share, tied

SHARES = {'open': ALL}


def two_accounts(t, read):
    """The events of a bob, an alice and a bob who read by this method."""
    smbd = t.smbd(shares=SHARES)
    with smb1.Smb1(smbd.port) as client:
        t.equal(smb1.SUCCESS, client.log_on('alice'))
        alice = client.uid
        t.equal(smb1.SUCCESS, client.tree('open'))
        t.equal(smb1.SUCCESS, client.log_on('bob'))
        t.true(client.uid != alice, 'two of them')
        for uid in (None, alice, None):
            t.equal(b'hello\n', read(client, uid=uid))
    events = of_share(smbd.events())
    t.equal(['bob', 'alice', 'bob'],
            [e['account'] for e in events if e['event'] == 'file_open'])
    t.equal(2, len({e['sid'] for e in events}))
    for event in t.each(events, 6):
        t.fields(event, dialect='NT1', encrypted=False, path='hello.txt')
    tied(events)
    return events


def test_two_accounts_of_one_smb1_connection(t):
    """They share the tree; what each does is told of each."""
    events = two_accounts(t, smb1.Smb1.read_and_close)
    t.equal(['bob', 'bob', 'alice', 'alice', 'bob', 'bob'],
            [event['account'] for event in events])


def test_two_accounts_that_close_nothing(t):
    """smbd closes it all at the end, for who had opened it."""
    events = two_accounts(t, smb1.Smb1.read_file)
    t.equal({e['fileId']: e['account'] for e in events[:3]},
            {e['fileId']: e['account'] for e in events[3:]})


def test_two_sessions_of_one_connection(t):
    smbd = t.smbd(shares=SHARES)
    with smbd.impacket() as client:
        client.read(client.tree('open'))
        client.log_on_again('bob')
        client.read(client.tree('open'))
    events = of_share(smbd.events())
    t.equal(['alice', 'alice', 'bob', 'bob'], [e['account'] for e in events])
    t.equal(2, len({e['sessionId'] for e in events}))
    t.equal(1, len({e['connectionId'] for e in events}))
    tied(events)


def test_encrypted_or_not(t):
    """Each request is told as it came."""
    smbd = t.smbd(shares=SHARES)
    with smbd.impacket() as client:
        tree = client.tree('open')
        connection = client.connection
        table = connection.getSMBServer()._Session['TreeConnectTable'][tree]
        table['EncryptData'] = True
        handle = connection.openFile(tree, 'hello.txt', desiredAccess=1)
        with client.plain(tree):
            other = connection.createFile(tree, 'other')
            connection.closeFile(tree, handle)
        connection.closeFile(tree, other)
    events = of_share(smbd.events())
    t.equal([('open', True), ('open', False), ('close', False),
             ('close', True)],
            [(line(e).split()[0], e['encrypted']) for e in events])
    t.equal({'AES-128-CCM'}, {e['cipher'] for e in events})
    tied(events)


def test_encrypted_share(t):
    smbd = t.smbd(shares={'secret': ALL})
    t.equal('ok', smbd.smbclient('secret',
                                 command='get hello.txt /dev/null').got)
    events = of_share(smbd.events(), 'secret')
    t.equal(['open hello.txt OPEN', 'close hello.txt r1/6'],
            lines(events, 'secret'))
    for event in t.each(events, 2):
        t.fields(event, encrypted=True, cipher='AES-128-GCM',
                 dialect='SMB3_11')


# Create contexts, MS-SMB2 2.2.13.2: how long the handle is to be kept, and which
DURABLE, BACK = b'DHnQ', b'DHnC'
BATCH = 9  # the oplock without which none is durable


def context(name, data):
    return struct.pack('<IHHHHI', 0, 16, 4, 0, 24, len(data)) + name + bytes(
        4) + data


def test_durable_handle_had_back(t):
    """The client goes; smbd keeps the handle, and it comes back for it."""
    smbd = t.smbd(shares={'open': {
        **ALL, 'kernel oplocks': 'no', 'kernel share modes': 'no',
        'posix locking': 'no'}})
    with smbd.impacket() as client:
        files = smb2.Files(client, client.tree('open'))
        handle = files.create('a', disposition=smb2.MAKE, oplock=BATCH,
                              contexts=context(DURABLE, bytes(16)))
        files.write(handle, b'hello')
    smbd.settle()
    with smbd.impacket() as client:
        files = smb2.Files(client, client.tree('open'))
        handle = files.create('a', oplock=BATCH,
                              contexts=context(BACK, handle))
        t.equal(b'hello', files.read(handle, 9))
        files.close(handle)
    events = smbd.events()
    t.equal(['open a CREATE created', 'close a w1/5', 'open a reconnected',
             'close a r1/5'],
            [told.replace(' OPEN', '') for told in lines(events)])
    tied(events)
