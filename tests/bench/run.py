#!/usr/bin/python3
# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What smbguard costs a connection, measured beside a stock smbd.

What: three servers at once: stock, stock once more, and stock with the three
modules and examples/demo.conf.  Each round visits each of them once, in a
random order; the table has the medians, and the median of the rounds' ratios to
the first stock one with its 95 % interval.  The second stock server shows how
much of that is noise.

How: "negotiate" is a TCP connect, one message and its answer, by a plain
socket; "logon" adds session setup, tree connect and their ends, by impacket;
"smbclient" is a whole `smbclient -c quit`.  The interval is bootstrapped over
rounds, whose three visits are neighbours in time.

How it fails: it judges nothing; exit 1 only if a visit itself failed.
"""

import argparse
import os
import random
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'lib'))
sys.dont_write_bytecode = True

import harness  # noqa: E402
import sandbox  # noqa: E402
import server  # noqa: E402
import wire  # noqa: E402

SERVERS = ('stock', 'stock again', 'smbguard')
RESAMPLES = 2000


def negotiate(smbd):
    with smbd.raw() as connection:
        answer = connection.ask(wire.smb3_negotiate())
        assert wire.smb2_negotiated(answer) == 0x0311


def logon(smbd):
    with smbd.impacket(dialect='SMB3_00') as client:
        client.connection.disconnectTree(client.tree('open'))
        client.connection.logoff()


def smbclient(smbd):
    assert smbd.smbclient('open', command='quit').got == 'ok'


# (visit, how many rounds of it)
VISITS = ((negotiate, 400), (logon, 200), (smbclient, 100))


def measure(visit, servers, rounds):
    """{server: [seconds of each round]}, after a few rounds to warm up."""
    times = {name: [] for name in servers}
    for number in range(-5, rounds):
        for name in random.sample(list(servers), len(servers)):
            begin = time.perf_counter()
            visit(servers[name])
            if number >= 0:
                times[name].append(time.perf_counter() - begin)
            # The server's process ends on the other core; let it.
            servers[name].settle()
    return times


def ratio_interval(base, other):
    """The median of the rounds' ratios, and the middle 95 % of resamples."""
    ratios = [b / a for a, b in zip(base, other)]
    medians = sorted(statistics.median(random.choices(ratios, k=len(ratios)))
                     for _ in range(RESAMPLES))
    return (statistics.median(ratios), medians[RESAMPLES // 40],
            medians[-RESAMPLES // 40])


def report(name, times, rounds):
    for server_name in SERVERS:
        median = statistics.median(times[server_name]) * 1000
        ratio, low, high = ratio_interval(times['stock'], times[server_name])
        print('%-10s %-12s %6d  %9.3f  %6.3f  %.3f - %.3f' % (
            name, server_name, rounds, median, ratio, low, high))
    sys.stdout.flush()


def start():
    servers = {}
    for number, name in enumerate(SERVERS):
        directory = os.path.join(sandbox.run_dir(), str(number))
        os.mkdir(directory)
        # The tests do without a history; a server has one.
        servers[name] = harness.make_smbd(directory, stock=name != 'smbguard',
                                          options={'smbguard:history': None})
        servers[name].start()
    return servers


def inside(arguments):
    server.prepare_accounts(sandbox.run_dir())
    harness.prepare_process()
    servers = start()
    print('%-10s %-12s %6s  %9s  %6s  %s' % (
        'visit', 'server', 'rounds', 'median/ms', 'ratio', '95 %'))
    try:
        for visit, rounds in VISITS:
            rounds = arguments.rounds or rounds
            report(visit.__name__, measure(visit, servers, rounds), rounds)
    finally:
        for smbd in servers.values():
            smbd.stop()
    return 0


def main():
    parser = argparse.ArgumentParser(description='Measure connection set-up.')
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
