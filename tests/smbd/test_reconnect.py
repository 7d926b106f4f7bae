# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handles that outlive their connection are had back through all gates.

What: a durable handle (SMB 2.1), and one of version 2 that asks to be persistent
(3.0), opened by a client that an exception covers.  The same client gets it back
on another connection; from an address that the exception does not cover nobody
does, nor when the policy has become strict meanwhile.

How: MS-SMB2 2.2.13.2.3, .4, .11, .12: create contexts.  smbd keeps such handles
with a batch oplock only, and for shares without kernel oplocks and POSIX locks.
It grants no persistent handle, but a durable one in its place.
"""

import struct

from harness import DENIED
from ntlm_client import CREATE, SUCCESS, Logons, status_name

DURABLE = {'kernel oplocks': 'no', 'kernel share modes': 'no',
           'posix locking': 'no', 'smbguard:encryption': 'required'}
EXCEPTION = {'smbguard:exceptions': 'old', 'smbguard:old hosts': '127.0.0.2',
             'smbguard:old allow': 'unencrypted',
             'smbguard:old until': '2099-12-31', 'smbguard:old reason': 'test',
             'smbguard:history': 'no'}
BATCH, PERSISTENT = 9, 2
CREATE_GUID = bytes(range(100, 116))
NAME = 'hello.txt'.encode('utf-16-le')
OLD, OTHER = '127.0.0.2', '127.0.0.1'


def context(tag, data):
    """One create context, MS-SMB2 2.2.13.2."""
    return struct.pack('<IHHHHI4s4x', 0, 16, 4, 0, 24, len(data), tag) + data


# What asks for a handle, and what brings it back: {dialect: (first, again)}
WAYS = {
    'SMB2_10': (lambda: context(b'DHnQ', bytes(16)),
                lambda handle: context(b'DHnC', handle)),
    'SMB3_00': (lambda: context(b'DH2Q', struct.pack(
        '<II8x16s', 0, PERSISTENT, CREATE_GUID)),
                lambda handle: context(b'DH2C', handle + CREATE_GUID +
                                       struct.pack('<I', PERSISTENT)))}


def create(c, session, tree, contexts):
    """(status, the handle, the contexts of the answer)"""
    padding = -(64 + 56 + len(NAME)) % 8
    at = 64 + 56 + len(NAME) + padding
    c.request(CREATE, struct.pack(
        '<HBBIQQIIIIIHHII', 57, 0, BATCH, 2, 0, 0, 0x20089, 0, 7, 1, 0x40,
        64 + 56, len(NAME), at, len(contexts)) + NAME + bytes(padding) +
              contexts, session, tree)
    _, status, _, body = c.answer()
    if status != SUCCESS:
        return status_name(status), b'', b''
    return 'ok', body[64:80], body[88:]


class Plain(Logons):
    """A client that cannot encrypt."""
    capabilities = 0


def opened(t, smbd, dialect):
    """Open a file so that the handle outlives the connection."""
    with Plain(smbd.port, dialect, OLD) as c:
        session = c.log_on('alice')
        got, handle, answer = create(c, session, c.tree('secret', session),
                                     WAYS[dialect][0]())
        t.equal('ok', got)
        t.true(b'DH' in answer, 'it is durable: %r' % answer)
    return handle


def had_back(smbd, dialect, handle, source):
    """How its owner fares who wants it back."""
    with Plain(smbd.port, dialect, source) as c:
        session = c.log_on('alice')
        try:
            tree = c.tree('secret', session)
        except RuntimeError as e:
            return str(e).rpartition(' ')[2]
        return create(c, session, tree, WAYS[dialect][1](handle))[0]


def test_handle_is_had_back(t):
    for dialect in WAYS:
        smbd = t.smbd(options=EXCEPTION, shares={'secret': DURABLE})
        handle = opened(t, smbd, dialect)
        t.equal(DENIED, had_back(smbd, dialect, handle, OTHER), dialect)
        t.equal('ok', had_back(smbd, dialect, handle, OLD), dialect)
        t.equal([(OLD, 'allowed'), (OTHER, 'denied'), (OLD, 'allowed')],
                [(e['clientAddress'], e['outcome'])
                 for e in smbd.events(event='share_connect')])


def test_policy_has_become_strict(t):
    for dialect in WAYS:
        smbd = t.smbd(options=EXCEPTION, shares={'secret': DURABLE})
        handle = opened(t, smbd, dialect)
        smbd.config.set('global', 'smbguard:old until', '2020-12-31')
        smbd.reload()
        t.equal(DENIED, had_back(smbd, dialect, handle, OLD), dialect)
        smbd.config.set('global', 'smbguard:old until', '2099-12-31')
        smbd.reload()
        t.equal('ok', had_back(smbd, dialect, handle, OLD), dialect)
