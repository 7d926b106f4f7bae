#!/usr/bin/python3
# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the history of clients costs a connection, and its size on the disk.

What: three servers with smbguard: one that keeps no history, one that has known
no other client than this, and one that has known many.  Each round visits each
of them once, in a random order; the table is as that of connection.py, with the
ratios to the server without.  Then connections that come when old clients are to be
forgotten, which a process does once a day, when its client has gone.

How: the clients are written with python3-tdb, each with a record of its address
and one of an account there.

How it fails: it judges nothing; exit 1 only if a visit itself failed.
"""

import argparse
import os
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'lib'))
sys.dont_write_bytecode = True

import connection  # noqa: E402
import harness  # noqa: E402
import records  # noqa: E402
import sandbox  # noqa: E402
import server  # noqa: E402
import visits  # noqa: E402
import wire  # noqa: E402

DAY = 86400
NONE, ALONE, MANY = 'no history', 'one client', 'many'
VISITS = ((visits.negotiate, 400), (visits.logon, 200))
SWEEPS = 3


def keys(number):
    """Of one client."""
    address = '10.%d.%d.%d' % (number >> 16, number >> 8 & 255, number & 255)
    return ('address/' + address,
            'account/%s/S-1-5-21-111-222-333-%d' % (address, number))


def fill(path, clients, age=1):
    """Remember so many clients, last seen some days ago."""
    seen = int(time.time()) - age * DAY
    record = records.Record(first_seen=seen - DAY, last_seen=seen)
    with records.History(path) as history:
        for number in range(clients):
            for key in keys(number):
                history.put(key, record)
        for name in (records.ADDRESSES, records.ACCOUNTS):
            history.set_number(name, clients + 1)  # and this one
        history.set_number(records.SWEPT, time.time())


def start(clients):
    servers = {}
    for number, name in enumerate((NONE, ALONE, MANY)):
        directory = os.path.join(sandbox.run_dir(), str(number))
        os.mkdir(directory)
        servers[name] = harness.make_smbd(directory, options={
            'smbguard:history': 'no' if name == NONE else 'yes'})
        servers[name].start()
        visits.logon(servers[name])
        servers[name].settle()
    begin = time.perf_counter()
    fill(records.path_of(servers[MANY]), clients)
    print('%d clients, %d records, written in %.1f s: %.1f MB (one: %d KB)' % (
        clients, 2 * clients, time.perf_counter() - begin,
        os.path.getsize(records.path_of(servers[MANY])) / 1e6,
        os.path.getsize(records.path_of(servers[ALONE])) / 1e3))
    return servers


def measure_sweeps(smbd, clients, days, text):
    """Connections that come a day after the last time."""
    wire.TIMEOUT = 300.0  # it may be long
    path = records.path_of(smbd)
    times, ends = [], []
    for _ in range(SWEEPS):
        if days is not None:
            fill(path, clients, days)
        with records.History(path) as history:
            history.set_number(records.SWEPT, 0)
        begin = time.perf_counter()
        visits.negotiate(smbd)
        times.append(time.perf_counter() - begin)
        smbd.settle()
        ends.append(time.perf_counter() - begin)
    print('%-31s at most %4.0f ms, and its process %5.0f ms' % (
        text, max(times) * 1000, max(ends) * 1000))


def inside(arguments):
    server.prepare_accounts(sandbox.run_dir())
    harness.prepare_process()
    servers = start(arguments.clients)
    print('%-10s %-12s %6s  %9s  %6s  %s' % (
        'visit', 'server', 'rounds', 'median/ms', 'ratio', '95 %'))
    try:
        for visit, rounds in VISITS:
            rounds = arguments.rounds or rounds
            times = connection.measure(visit, servers, rounds)
            for name in servers:
                print('%-10s %-12s %6d  %9.3f  %6.3f  %.3f - %.3f' % (
                    (visit.__name__, name, rounds,
                     statistics.median(times[name]) * 1000) +
                    connection.ratio_interval(times[NONE], times[name])))
        measure_sweeps(servers[MANY], arguments.clients, None,
                       'a day later, nobody is too old')
        measure_sweeps(servers[MANY], arguments.clients, 100,
                       'a day later, all are too old')
    finally:
        for smbd in servers.values():
            smbd.stop()
    return 0


def main():
    parser = argparse.ArgumentParser(
        description='Measure the history of clients.')
    parser.add_argument('--clients', type=int, default=99999,
                        help='that the third server knows [%(default)s]')
    parser.add_argument('--rounds', type=int, help='of each kind of visit')
    arguments = parser.parse_args()
    if sandbox.run_dir():
        return inside(arguments)
    if not os.path.exists(harness.STAGE):
        print('smbguard: nothing is built yet; `./waf bench` does that.')
        return 2
    status, _, left = sandbox.run([os.path.abspath(__file__)] + sys.argv[1:])
    for line in left:
        print('Left behind: ' + line)
    return 1 if left else status


if __name__ == '__main__':
    sys.exit(main())
