# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of clients, and what becomes of it when things go wrong.

What: the database outlives smbd, many writers at once, and writers that are
killed; old clients are forgotten, a flood of new ones is bounded; a file that
is damaged is set aside and begun anew.  Nobody is ever refused for it.
"""

import concurrent.futures
import contextlib
import glob
import os
import random
import socket
import threading
import time

import processes
import records
import wire
from ntlm_client import Logons
from records import ACCOUNTS, ADDRESSES, NAMES, SWEPT, History, Record
from remembered import (ADDRESS, DAY, HISTORY, asides, counts, downgrades,
                        log_on, visit)


def check_anew(t, smbd, old=None):
    """It was damaged: set aside and told once, and works again.

    old: what is set aside; None: smbd had written to it before it noticed.
    """
    event = t.one(smbd.events(event='policy_error'))
    t.fields(event, outcome='failed', severity='critical',
             policy__option='smbguard:history', policy__scope='global')
    aside = t.one(asides(smbd), 'file that is set aside')
    t.contains(aside, event['reason'])
    with open(aside, 'rb') as f:
        t.true(old in (None, f.read()), 'what was there is in ' + aside)
    visit(t, smbd)
    visit(t, smbd, 'SMB2_10')
    t.equal([('SMB3_11', 'SMB2_10')], downgrades(smbd))
    t.equal(1, len(asides(smbd)))


def test_what_is_kept(t):
    smbd = t.smbd(options={'smbguard:history': None})  # the default is yes
    begin = int(time.time())
    visit(t, smbd, 'SMB3_00')
    visit(t, smbd)
    path = records.path_of(smbd)
    t.equal(0o600, os.stat(path).st_mode & 0o777)
    kept = records.clients(smbd)
    t.equal(2, len(kept))
    address = kept.pop(ADDRESS)
    (key, account), = kept.items()
    t.true(key.startswith('account/127.0.0.1/'), key)
    for record in (address, account):
        t.equal(('SMB3_11', 'SMB3_11', 'SMB3_00'), tuple(
            NAMES[number] for number in (
                record.offered_dialect, record.used_dialect,
                record.lowest_dialect)))
        t.equal((wire.AES256_GCM, wire.AES128_GCM, 3, 3, 0), (
            record.offered_cipher, record.used_cipher,
            record.offered_signing, record.used_signing, record.suspicions))
        t.true(begin <= record.first_seen <= record.last_seen <= time.time(),
               'the times of %s' % record)
    t.equal((0, 1), (address.mechanism, account.mechanism))
    with History(path) as history:
        t.equal((1, 1), counts(history))
        t.true(begin <= history.number(SWEPT) <= time.time(), 'swept')


def test_nothing_new_is_not_written(t):
    """Within the hour; only what a client does differently is."""
    smbd = t.smbd(options=HISTORY)
    visit(t, smbd)
    now = int(time.time())
    for age, written in ((100, False), (3700, True)):
        with History(records.path_of(smbd)) as history:
            for key, record in history.clients().items():
                record.last_seen = record.first_seen = now - age
                history.put(key, record)
        visit(t, smbd)
        t.equal({now - age}, {record.first_seen for record in
                              records.clients(smbd).values()})
        t.equal(written, now - age not in {
            record.last_seen for record in records.clients(smbd).values()})
    visit(t, smbd, 'SMB2_10')
    t.equal([('SMB3_11', 'SMB2_10')], downgrades(smbd))
    t.equal({'SMB2_10'}, {NAMES[record.used_dialect] for record in
                          records.clients(smbd).values()})


def test_ipv6_counts_by_its_network(t):
    if not os.path.exists('/proc/net/if_inet6'):
        print('no IPv6 here')
        return
    smbd = t.smbd(options=HISTORY)
    with socket.create_connection(('::1', smbd.port)) as client:
        client.sendall(wire.netbios(wire.smb3_negotiate()))
        t.true(client.recv(1000), 'an answer')
    smbd.settle()
    t.equal(['address/::'], list(records.clients(smbd)))


def test_outlives_smbd(t):
    smbd = t.smbd(options=HISTORY)
    visit(t, smbd)
    first = records.clients(smbd)[ADDRESS].first_seen
    smbd.stop()
    smbd.start()
    visit(t, smbd, 'SMB2_10')
    t.equal([('SMB3_11', 'SMB2_10')], downgrades(smbd))
    t.equal(first, records.clients(smbd)[ADDRESS].first_seen)


def test_many_at_once(t):
    smbd = t.smbd(options=HISTORY)
    visit(t, smbd)  # the first walk over all is made, and all are counted
    sources = ['127.0.%d.%d' % (1 + n // 20, 1 + n % 20) for n in range(60)]
    work = [(source, user) for source in sources for user in ('alice', 'bob')]
    random.shuffle(work)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for got in pool.map(lambda w: log_on(smbd, w[0], user=w[1]), work):
            t.equal('NT_STATUS_SUCCESS', got)
    smbd.settle()
    kept = records.clients(smbd)
    t.equal({ADDRESS} | {'address/' + source for source in sources},
            {key for key in kept if key.startswith('address/')})
    t.equal(182, len(kept))
    with History(records.path_of(smbd)) as history:
        t.equal((61, 121), counts(history))
    t.equal([], smbd.events(event='policy_error'))
    t.equal([], asides(smbd))


def test_killed_in_the_middle(t):
    smbd = t.smbd(options=HISTORY)

    numbers = iter(range(2000))
    enough = threading.Event()

    def come():
        for number in numbers:
            if enough.is_set():
                return
            with contextlib.suppress(OSError, RuntimeError):  # it was killed
                log_on(smbd, '127.0.%d.%d' % (1 + number // 50,
                                              1 + number % 50))
    killed = 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        visitors = [pool.submit(come) for _ in range(4)]
        while killed < 15 and not all(v.done() for v in visitors):
            pids = smbd.connections()
            processes.send(pids[:1], 9)
            killed += len(pids[:1])
            time.sleep(random.random() / 50)
        enough.set()
    for visitor in visitors:
        visitor.result()
    t.true(killed > 10, '%d were killed' % killed)
    smbd.settle()
    t.equal([], smbd.events(event='policy_error'))
    kept = records.clients(smbd)
    t.true(kept, 'some were kept')
    visit(t, smbd)
    t.equal(set(kept), set(kept) & set(records.clients(smbd)))
    t.true(ADDRESS in records.clients(smbd), 'new ones are kept')


def damaged(t, change):
    """An smbd whose history is changed by change(bytes)."""
    smbd = t.smbd(options=HISTORY)
    visit(t, smbd)
    path = records.path_of(smbd)
    with open(path, 'r+b') as f:
        old = change(f.read())
        f.truncate(0)
        f.seek(0)
        f.write(old)
    visit(t, smbd)
    visit(t, smbd)
    return smbd, old


def test_half_a_file_is_set_aside(t):
    for size in (40000, 26624):
        smbd, old = damaged(t, lambda data, size=size: data[:size])
        check_anew(t, smbd, old)


def test_cut_file_is_set_aside(t):
    """Only its last records are gone."""
    smbd, _ = damaged(t, lambda data: data[:-300])
    check_anew(t, smbd)


def test_garbage_is_set_aside(t):
    for change in (lambda data: random.randbytes(len(data)),
                   lambda data: b'no database\n' * 100,
                   lambda data: data[:100],
                   lambda data: b'\0' + data[1:]):
        smbd, old = damaged(t, change)
        check_anew(t, smbd, old)


def test_garbage_for_records_is_set_aside(t):
    for change in (lambda data: data[:40200] + random.randbytes(
                       len(data) - 40200),
                   lambda data: data[:200] + bytes(len(data) - 200)):
        smbd, _ = damaged(t, change)
        check_anew(t, smbd)


def test_empty_file_is_no_damage(t):
    smbd, _ = damaged(t, lambda data: b'')
    t.equal([], smbd.events(event='policy_error'))
    t.equal([], asides(smbd))
    visit(t, smbd, 'SMB2_10')
    t.equal([('SMB3_11', 'SMB2_10')], downgrades(smbd))


def test_bad_record_is_set_aside(t):
    good = Record(first_seen=1, last_seen=1).pack()
    for bad in (good[:-1] + b'\xee', b'\x01' * 64):
        smbd = t.smbd(options=HISTORY)
        visit(t, smbd)
        with History(records.path_of(smbd)) as history:
            history.tdb[ADDRESS.encode() + b'\0'] = bad
        with open(records.path_of(smbd), 'rb') as f:
            old = f.read()
        visit(t, smbd)
        check_anew(t, smbd, old)


def test_record_of_another_version_is_replaced(t):
    """Another smbguard may keep more of a client, or the same differently."""
    good = Record(first_seen=1, last_seen=1).pack()
    for other in (b'\x02' + bytes(79), b'\x02' + good[1:], b'', b'\x01'):
        smbd = t.smbd(options=HISTORY)
        visit(t, smbd)
        with History(records.path_of(smbd)) as history:
            for key in history.clients():
                history.tdb[key.encode() + b'\0'] = other
        visit(t, smbd)
        visit(t, smbd, 'SMB2_10')
        t.equal([('SMB3_11', 'SMB2_10')], downgrades(smbd))
        t.equal([], smbd.events(event='policy_error'))
        t.equal([], asides(smbd))


def test_unknown_values_accuse_nobody(t):
    """Whole, but of a smbguard that knows more than we do."""
    smbd = t.smbd(options={**HISTORY, 'smbguard:downgrade': 'refuse'})
    visit(t, smbd)
    strange = Record(offered_dialect=200, used_dialect=200,
                     lowest_dialect=200, offered_cipher=77, used_cipher=77,
                     offered_signing=99, used_signing=99, mechanism=55,
                     first_seen=int(time.time()), last_seen=int(time.time()))
    with History(records.path_of(smbd)) as history:
        for key in history.clients():
            history.put(key, strange)
    visit(t, smbd, 'SMB2_10')
    t.equal([], [e['reason'] for e in smbd.events(event='downgrade')])


def test_set_aside_once(t):
    """Two processes have the damaged file open; one begins it anew."""
    smbd = t.smbd(options=HISTORY)
    sources = ('127.0.0.2', '127.0.0.3')
    for source in sources:
        log_on(smbd, source)
    smbd.settle()
    clients = [Logons(smbd.port, 'SMB2_02', source) for source in sources]
    with clients[0], clients[1]:
        with History(records.path_of(smbd)) as history:
            for key in history.clients():
                history.tdb[key.encode() + b'\0'] = b'\x01' * 64
        t.equal('NT_STATUS_SUCCESS', clients[0].attempt('alice'))
        t.equal('ok', smbd.smbclient('open').got)
        time.sleep(1.1)  # the names of what is set aside are by the second
        t.equal('NT_STATUS_SUCCESS', clients[1].attempt('alice'))
    smbd.settle()
    t.equal(1, len(asides(smbd)))
    t.equal(1, len(smbd.events(event='policy_error')))
    t.true(ADDRESS in records.clients(smbd), 'what came since is kept')


def test_directory_that_cannot_be_had(t):
    smbd = t.smbd(options=HISTORY)
    state = os.path.dirname(records.path_of(smbd))
    smbd.inside('mount', '-t', 'tmpfs', '-o', 'ro', 'none', state)
    visit(t, smbd)
    visit(t, smbd, 'SMB2_10')
    t.equal([], downgrades(smbd))
    t.contains('the history of clients cannot be opened', smbd.log_text())


def test_full_disk_keeps_what_there_is(t):
    smbd = t.smbd(options=HISTORY)
    path = records.path_of(smbd)
    state = os.path.dirname(path)
    smbd.inside('mount', '-t', 'tmpfs', '-o', 'size=200k', 'none', state)
    visit(t, smbd)
    inside = smbd.seen_inside(state)
    with open(os.path.join(inside, 'fill'), 'wb', 0) as f:
        try:
            while True:
                f.write(bytes(1024))
        except OSError:
            pass
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for got in pool.map(lambda n: log_on(smbd, '127.0.7.%d' % n),
                            range(1, 61)):
            t.equal('NT_STATUS_SUCCESS', got)
    smbd.settle()
    t.contains('was not kept', smbd.log_text())
    names = [name for name in os.listdir(inside) if 'history' in name]
    t.equal(['smbguard_history.tdb'], names)
    visit(t, smbd, 'SMB2_10')
    t.equal([('SMB3_11', 'SMB2_10')], downgrades(smbd))


def test_old_clients_are_forgotten(t):
    smbd = t.smbd(options={**HISTORY, 'smbguard:history days': '30'})
    visit(t, smbd)
    now = int(time.time())
    ages = {'address/10.0.0.%d' % days: Record(
        first_seen=now - 200 * DAY, last_seen=now - days * DAY - 60)
        for days in (0, 1, 29, 30, 31, 90, 180)}

    def again(swept):
        with History(records.path_of(smbd)) as history:
            for key, record in ages.items():
                history.put(key, record)
            history.set_number(SWEPT, swept)
        visit(t, smbd)
        kept = records.clients(smbd)
        return {int(key.rpartition('.')[2]) for key in kept if key in ages}
    # Not yet a day since the last time; then it is; a clock that was wrong.
    t.equal({0, 1, 29, 30, 31, 90, 180}, again(now - DAY + 600))
    t.equal({0, 1, 29}, again(now - DAY - 1))
    t.equal({0, 1, 29}, again(now + 10 * DAY))
    with History(records.path_of(smbd)) as history:
        t.equal(len(history.clients()), sum(counts(history)))
        t.true(now <= history.number(SWEPT) <= time.time(), 'swept')
    t.true(ADDRESS in records.clients(smbd), 'who is here stays')
    smbd.config.set('global', 'smbguard:history days', None)
    smbd.reload()
    t.equal({0, 1, 29, 30, 31}, again(now - DAY - 1))


def test_offer_of_nothing_known(t):
    """It says nothing of the address, and must not hide what comes next."""
    smbd = t.smbd(options=HISTORY)
    for message in (wire.smb3_negotiate(), wire.smb1_negotiate('NOTHING'),
                    wire.smb2_negotiate('SMB2_10')):
        with smbd.raw() as client:
            client.ask(message)
        smbd.settle()
    t.equal([('SMB3_11', 'SMB2_10')], downgrades(smbd))
