# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history and many clients: at one address, and from ever new ones.

What: those who share a record do not undo what another has written, and no
flood makes the database grow without end or pushes out the accounts.
"""

import concurrent.futures
import os
import struct
import time

import records
import wire
from records import ACCOUNTS, ADDRESSES, NAMES, SWEPT, History, Record
from remembered import (ADDRESS, DAY, HISTORY, asides, counts, downgrades,
                          log_on, visit)

MAX_CLIENTS = 200000  # of each kind, as modules/smbd/forget.c has it


def test_many_at_one_address(t):
    """One record, written by all of them; and one change is told once."""
    smbd = t.smbd(options=HISTORY)

    def offer(number, *dialects):
        message = bytearray(wire.smb2_negotiate(*dialects))
        message[76:92] = struct.pack('<QQ', os.getpid(), number)  # its GUID
        with smbd.raw() as client:
            t.true(client.ask(bytes(message)), 'an answer')
    offer(0, *wire.DIALECTS)
    smbd.settle()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: offer(n, ('SMB2_02', 'SMB2_10')[n % 2]),
                      range(1, 401)))
    t.equal([], smbd.events(event='policy_error'))
    t.equal([], asides(smbd))
    # Of two processes, who changed the record first may write its event last.
    told = sorted(downgrades(smbd))
    t.true(told in ([('SMB3_11', 'SMB2_02')],
                    [('SMB2_10', 'SMB2_02'), ('SMB3_11', 'SMB2_10')]),
           'each change once: %s' % told)
    t.equal('SMB2_02', NAMES[records.clients(smbd)[ADDRESS].lowest_dialect])


def addresses_of(smbd):
    return {key.split('/')[1] for key in records.clients(smbd)}


def test_flood_is_bounded(t):
    """No more than so many, counted; and a wrong count is put right."""
    smbd = t.smbd(options=HISTORY)
    visit(t, smbd)

    def with_counts(addresses, accounts, swept):
        with History(records.path_of(smbd)) as history:
            history.set_number(ADDRESSES, addresses)
            history.set_number(ACCOUNTS, accounts)
            history.set_number(SWEPT, time.time() - swept)
    with_counts(MAX_CLIENTS, MAX_CLIENTS, 30)
    t.equal('NT_STATUS_SUCCESS', log_on(smbd, '127.0.0.2'))
    visit(t, smbd, 'SMB2_10')  # who is known stays known
    t.equal([('SMB3_11', 'SMB2_10')], downgrades(smbd))
    t.equal({'127.0.0.1'}, addresses_of(smbd))
    # Addresses alone: who has an account is kept.
    with_counts(MAX_CLIENTS, 1, 30)
    t.equal('NT_STATUS_SUCCESS', log_on(smbd, '127.0.0.3'))
    smbd.settle()
    t.equal(['account'], [key.split('/')[0] for key in records.clients(smbd)
                          if '127.0.0.3' in key])
    with_counts(MAX_CLIENTS, MAX_CLIENTS, 61)
    for _ in range(2):  # with the end of the first there is room
        t.equal('NT_STATUS_SUCCESS', log_on(smbd, '127.0.0.2'))
        smbd.settle()
    t.equal({'127.0.0.%d' % n for n in (1, 2, 3)}, addresses_of(smbd))
    with History(records.path_of(smbd)) as history:
        t.equal((2, 3), counts(history), 'counted anew')


def test_flood_pushes_out_no_account(t):
    """The oldest half of the addresses goes, and nobody's account."""
    smbd = t.smbd(options=HISTORY)
    visit(t, smbd)
    now = int(time.time())
    quiet = 'account/10.0.0.1/S-1-5-21-1-2-3-4'
    with History(records.path_of(smbd)) as history:
        history.put(quiet, Record(last_seen=now - 80 * DAY))
        for age in range(200):
            packed = Record(last_seen=now - 60 - age).pack()
            for number in range(MAX_CLIENTS // 200):
                history.tdb[b'address/10.%d.%d\0' % (age, number)] = packed
        del history.tdb[b'address/10.0.1\0']  # for the one that is here
        history.set_number(ADDRESSES, MAX_CLIENTS)
        history.set_number(SWEPT, now - 3600)
    for _ in range(2):
        t.equal('NT_STATUS_SUCCESS', log_on(smbd, '127.0.0.2'))
        smbd.settle()
    with History(records.path_of(smbd)) as history:
        kept = {key[:-1].decode() for key in history.tdb.keys()}
        found = counts(history)
    t.true(quiet in kept, 'the oldest of all, an account')
    t.true('address/127.0.0.2' in kept, 'the second time there is room')
    t.true('address/10.0.0' in kept and 'address/10.199.0' not in kept,
           'the oldest addresses have gone')
    t.equal(3, found[1])
    t.true(MAX_CLIENTS // 2 - 1001 <= found[0] <= MAX_CLIENTS // 2 + 2,
           'half of the addresses: %d' % found[0])
