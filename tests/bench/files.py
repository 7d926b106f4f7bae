# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs to record what is done to files.

What: three kinds of work: many small files (each made, written, closed, renamed
and deleted, with three opens), one big file (written and read in pieces of 64
KiB) and a folder of 10,000 entries (opened, listed, closed).  A row is one of
them on one server, see candidates: how long the client waits, the processor time
of the process that serves it, and its instructions; quartiles of all rounds,
those of `added` being of the differences to the stock server in the same round.

How: the servers run at once, each with its files and its records on the same disk.
Each round does the work on every one of them, in a random order.  The client,
smb2_files, takes a few microseconds for a request.  Processor time is that of the
process's own clock, threads included.  Instructions are those of `smbd -i`, with
the work done a few times subtracted from it done more often, so that a connection's
own are not in them; a quick run does not count them.

How it fails: RuntimeError if a server that is to record has not, or one that is
not to has; smb2_files.Refused if the work itself failed.
"""

import contextlib
import os
import random
import statistics
import time

import candidates
import instructions
import smb2_files as smb2

SERVERS = (candidates.STOCK, candidates.GUARD, candidates.FILES,
           candidates.LEAST, candidates.AUDITED)
SHARE = 'open'
BATCHES = 4
FILES = 50  # a round
CONTENT = bytes(range(256)) * 16
PIECE = bytes(65536)
PIECES = 256  # of the big file
ENTRIES = 10000
FOLDER = 'folder'
RECORDING = (candidates.FILES, candidates.LEAST, candidates.AUDITED)


def one_small_file(client, number):
    """As clients do it: each step opens it anew."""
    name, other = 'file%d.txt' % number, 'renamed%d.txt' % number
    handle = client.create(name, disposition=smb2.OVERWRITE_IF)
    client.write(handle, CONTENT)
    client.close(handle)
    handle = client.create(name, smb2.DELETE | smb2.READ_ATTRIBUTES)
    client.rename(handle, other)
    client.close(handle)
    client.close(client.create(other, smb2.DELETE,
                               options=smb2.DELETE_ON_CLOSE))


def small_files(client, count=FILES):
    for number in range(count):
        one_small_file(client, number)


def big_file(client, count=PIECES):
    handle = client.create('big', disposition=smb2.OVERWRITE_IF)
    for number in range(count):
        client.write(handle, PIECE, number * len(PIECE))
    for number in range(count):
        assert len(client.read(handle, len(PIECE),
                               number * len(PIECE))) == len(PIECE)
    client.close(handle)


def folder(client, count=1):
    for _ in range(count):
        handle = client.create(FOLDER, smb2.READ_DATA)
        assert client.list_folder(handle) == ENTRIES + 2
        client.close(handle)


# (name, work, rounds, two counts to tell instructions by, per what)
WORK = (('a small file', small_files, 80, (10, 60), FILES),
        ('a big file', big_file, 40, (16, 80), 1),
        ('10,000 entries', folder, 40, (1, 2), 1))
QUICK = 20  # so many times fewer rounds


def place(smbd):
    return smbd.config.get(SHARE, 'path')


def fill(smbd):
    where = os.path.join(place(smbd), FOLDER)
    os.mkdir(where, 0o755)
    for number in range(ENTRIES):
        with open(os.path.join(where, 'entry%05d.txt' % number), 'x',
                  encoding='ascii'):
            pass


def prepared(name):
    smbd = candidates.make(name)
    fill(smbd)
    return smbd


def processor(pid):
    """Seconds of a process, of threads that have ended as well."""
    # CPUCLOCK_SCHED of <linux/posix-timers.h>, of another process
    return time.clock_gettime((~pid << 3) | 2)


def records(smbd, name):
    """(lines, bytes) of what this server has recorded so far."""
    path = smbd.audit if name in candidates.GUARDED else smbd.log
    try:
        with open(path, 'rb') as f:
            text = f.read()
    except FileNotFoundError:
        return 0, 0
    sign = b'"path":' if name in candidates.GUARDED else b'|'
    return sum(sign in line for line in text.splitlines()), len(text)


@contextlib.contextmanager
def connected(smbd):
    with smbd.impacket() as client:
        yield smb2.Files(client, client.tree(SHARE))


def round_of(clients, work, times):
    """The work on each server, in a random order."""
    for name in random.sample(list(clients), len(clients)):
        client, pid = clients[name]
        used, begin = processor(pid), time.perf_counter()
        work(client)
        times[name].append(((time.perf_counter() - begin) * 1000,
                            (processor(pid) - used) * 1000))


def batch(rounds, found):
    """All servers anew, and so many rounds of each work on them.

    found: {(work, server): [(ms waited, ms of the processor)]}; written of it is
    returned: {(work, server): (records, bytes) of a round}
    """
    written = {}
    with contextlib.ExitStack() as stack:
        servers, clients = {}, {}
        for name in random.sample(SERVERS, len(SERVERS)):
            smbd = servers[name] = prepared(name)
            stack.callback(smbd.stop)
            smbd.start()
            client = stack.enter_context(connected(smbd))
            clients[name] = client, smbd.connections()[0]
        for title, work, usual, _, _ in WORK:
            count = rounds(usual)
            round_of(clients, work, {name: [] for name in SERVERS})
            before = {name: records(servers[name], name) for name in SERVERS}
            for _ in range(count):
                round_of(clients, work, {name: found[title, name]
                                         for name in SERVERS})
            for name in SERVERS:
                written[title, name] = [
                    (after - earlier) / count for earlier, after in
                    zip(before[name], records(servers[name], name))]
    return written


def quartiles(values):
    if len(values) < 2:
        return list(values) * 3
    return statistics.quantiles(values, n=4, method='inclusive')


def count(name, work, times):
    """Instructions of one more, from two runs of `smbd -i`."""
    totals = []
    for number in times:
        smbd = prepared(name)

        def visit(smbd, number=number):
            with connected(smbd) as client:
                work(client, number)

        smbd.start()
        visit(smbd)  # so that each database is there, and the client is known
        smbd.settle()
        smbd.stop()
        totals.append(instructions.total(instructions.count_one(smbd, visit)))
    return (totals[1] - totals[0]) / (times[1] - times[0])


def check(row):
    if (row['records'] > 0) != (row['server'] in RECORDING):
        raise RuntimeError('%s wrote %.1f records of %s' % (
            row['server'], row['records'], row['work']))


def row(work, name, found, written, quick):
    title, function, _, times, per = work
    base, own = found[title, candidates.STOCK], found[title, name]
    counted = 0 if quick else count(name, function, times)
    if function is big_file:
        counted *= PIECES
    result = {
        'work': title, 'server': name, 'rounds': len(own),
        'time': quartiles([ms / per for ms, _ in own]),
        'processor': quartiles([ms / per for _, ms in own]),
        'added': quartiles([(ours[1] - theirs[1]) / per
                            for ours, theirs in zip(own, base)]),
        'instructions': round(counted),
        'records': written[title, name][0] / per,
        'bytes': written[title, name][1] / per}
    check(result)
    return result


def run(quick, rounds=None):
    """The rows of all work."""
    batches = 1 if quick else BATCHES
    found = {(work[0], name): [] for work in WORK for name in SERVERS}

    def how_many(usual):
        return max((rounds or (usual // QUICK if quick else usual)) // batches,
                   1)

    for _ in range(batches):
        written = batch(how_many, found)
    return [row(work, name, found, written, quick)
            for work in WORK for name in SERVERS]
